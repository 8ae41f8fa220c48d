/* Conditional and partial requests for a file with a strong tag: RFC 9110,
 * sections 13 and 14. */
#include "serve.h"

#include <string.h>

/* Whether a list of entity tags holds this one. Weak ones compare as well here
 * (§13.1.2). */
static bool tags_hold(const char *list, const char *tag)
{
	size_t len = strlen(tag);

	while (list != NULL && *list != '\0') {
		list += strspn(list, " \t,");
		if (strncmp(list, "W/", 2) == 0)
			list += 2;
		if (strncmp(list, tag, len) == 0 &&
		    strcspn(list + len, " \t,") == 0)
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

bool request_names(const struct request *rq, const char *tag)
{
	return tags_hold(request_header(rq, "If-None-Match"), tag);
}

bool request_has(const struct request *rq, const char *tag)
{
	const char *list = request_header(rq, "If-None-Match");

	return list != NULL && (strcmp(list, "*") == 0 || tags_hold(list, tag));
}

static bool take_number(struct text *rest, char end, int64_t *number)
{
	const char *at = memchr(rest->at, end, rest->len);
	struct text digits = { rest->at, rest->len };

	if (end != '\0') {
		if (at == NULL)
			return false;
		digits.len = (size_t)(at - rest->at);
	}
	*rest = (struct text){ rest->at + digits.len, rest->len - digits.len };
	if (rest->len > 0) {
		rest->at++;
		rest->len--;
	}
	*number = -1;
	return digits.len == 0 ||
	       (digits.at[0] != '-' &&
		   text_integer(digits, 0, INT64_MAX, number));
}

/* "bytes=FIRST-LAST", either of which may be missing. False: not a range that
 * is understood, so the header counts as absent (§14.2). */
static bool read_range(const char *header, int64_t *first, int64_t *last)
{
	static const char unit[] = "bytes=";
	struct text rest;

	if (header == NULL || strncmp(header, unit, sizeof(unit) - 1) != 0)
		return false;
	header += sizeof(unit) - 1;
	rest = (struct text){ header, strlen(header) };
	return take_number(&rest, '-', first) &&
	       take_number(&rest, '\0', last) && (*first >= 0 || *last >= 0) &&
	       (*first < 0 || *last < 0 || *first <= *last);
}

enum range request_range(const struct request *rq, const char *tag,
    int64_t size, struct span *span)
{
	const char *only = request_header(rq, "If-Range");
	int64_t first, last;

	*span = (struct span){ 0, size };
	if (rq->method != METHOD_GET ||
	    (only != NULL && strcmp(only, tag) != 0) ||
	    !read_range(request_header(rq, "Range"), &first, &last))
		return RANGE_NONE;
	if (first < 0) { /* the last so many bytes */
		first = last < size ? size - last : 0;
		if (last == 0)
			return RANGE_BAD;
		last = size - 1;
	}
	if (first >= size)
		return RANGE_BAD;
	if (last < 0 || last >= size)
		last = size - 1;
	*span = (struct span){ first, last - first + 1 };
	return RANGE_PART;
}
