/*
 * Pulls a collection whole over one connection, as a publisher does, and says
 * how long it took.
 *
 * usage: pull TOKEN URL link|offset [PAGES]
 *
 * link follows the next links; offset counts `offset` up by `limit` (which
 * must be in the URL) until a page says there is no next one. Prints a line:
 * PAGES BYTES SECONDS
 *
 * Told how many pages there are, it pulls the first one again after each page
 * about 90 per cent deep, so that whatever else the machine does meets both
 * alike, and prints a line for each such pair: FIRST_MS DEEP_MS
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct pull {
	CURL *curl;
	char next[4096]; /* of the page just read; "" at the end */
	size_t bytes;
	double ms; /* that the page took */
	int pages, expected;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static size_t on_body(char *data, size_t size, size_t count, void *context)
{
	struct pull *pull = context;

	(void)data;
	pull->bytes += size * count;
	return size * count;
}

/* Link: <URL>; rel="next", … */
static size_t on_header(char *line, size_t size, size_t count, void *context)
{
	struct pull *pull = context;
	size_t len = size * count;
	char copy[8192];
	char *rel, *start;

	if (len < 5 || len >= sizeof(copy) || strncasecmp(line, "link:", 5))
		return len;
	memcpy(copy, line, len);
	copy[len] = '\0';
	rel = strstr(copy, "; rel=\"next\"");
	if (rel == NULL)
		return len;
	*--rel = '\0';
	start = strrchr(copy, '<');
	if (start != NULL)
		snprintf(pull->next, sizeof(pull->next), "%s", start + 1);
	return len;
}

static bool get(struct pull *pull, const char *url)
{
	double began = now();
	long status = 0;
	CURLcode code;

	pull->next[0] = '\0';
	curl_easy_setopt(pull->curl, CURLOPT_URL, url);
	code = curl_easy_perform(pull->curl);
	curl_easy_getinfo(pull->curl, CURLINFO_RESPONSE_CODE, &status);
	if (code != CURLE_OK || status != 200) {
		fprintf(stderr, "pull: %s: %s, status %ld\n", url,
		    curl_easy_strerror(code), status);
		return false;
	}
	pull->ms = (now() - began) * 1e3;
	return true;
}

/* About 90 per cent deep; of few pages, the one that is. */
static bool is_deep(const struct pull *pull)
{
	int page = pull->pages * 100, all = pull->expected;

	return all > 0 && ((page >= all * 85 && page <= all * 95) ||
			      pull->pages == (all * 9 + 9) / 10);
}

/* A page of the pull, and the first one again when it is a deep one. */
static bool get_page(struct pull *pull, const char *page, const char *first)
{
	char next[sizeof(pull->next)];
	double deep;

	if (!get(pull, page))
		return false;
	pull->pages++;
	if (!is_deep(pull))
		return true;
	memcpy(next, pull->next, sizeof(next));
	deep = pull->ms;
	if (!get(pull, first))
		return false;
	printf("%.3f %.3f\n", pull->ms, deep);
	memcpy(pull->next, next, sizeof(next));
	return true;
}

static bool by_link(struct pull *pull, const char *url)
{
	char next[sizeof(pull->next)];

	snprintf(next, sizeof(next), "%s", url);
	while (next[0] != '\0') {
		if (!get_page(pull, next, url))
			return false;
		memcpy(next, pull->next, sizeof(next));
	}
	return true;
}

static bool by_offset(struct pull *pull, const char *url)
{
	const char *limit = strstr(url, "limit=");
	long step = limit == NULL ? 0 : strtol(limit + 6, NULL, 10);
	char page[4096];

	if (step <= 0)
		return false;
	for (long offset = 0;; offset += step) {
		snprintf(page, sizeof(page), "%s&offset=%ld", url, offset);
		if (!get_page(pull, page, url))
			return false;
		if (pull->next[0] == '\0')
			return true;
	}
}

int main(int argc, char **argv)
{
	static struct pull pull;
	struct curl_slist *headers = NULL;
	char authorization[8192];
	double began;
	bool ok;

	if (argc < 4)
		return 2;
	pull.expected = argc > 4 ? (int)strtol(argv[4], NULL, 10) : 0;
	curl_global_init(CURL_GLOBAL_DEFAULT);
	pull.curl = curl_easy_init();
	snprintf(authorization, sizeof(authorization),
	    "Authorization: Bearer %s", argv[1]);
	headers = curl_slist_append(headers, authorization);
	curl_easy_setopt(pull.curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(pull.curl, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(pull.curl, CURLOPT_WRITEDATA, &pull);
	curl_easy_setopt(pull.curl, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(pull.curl, CURLOPT_HEADERDATA, &pull);
	curl_easy_setopt(pull.curl, CURLOPT_BUFFERSIZE, 512L * 1024);
	began = now();
	ok = strcmp(argv[3], "link") == 0 ? by_link(&pull, argv[2])
					  : by_offset(&pull, argv[2]);
	if (ok && pull.expected == 0)
		printf("%d %zu %.4f\n", pull.pages, pull.bytes, now() - began);
	curl_slist_free_all(headers);
	curl_easy_cleanup(pull.curl);
	curl_global_cleanup();
	return ok ? 0 : 1;
}
