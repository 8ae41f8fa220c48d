/* Whole files, to others and from them. */
#include "homeroom/remote.h"
#include "remote.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* --- to them -------------------------------------------------------------- */

struct upload {
	int fd;
	int64_t at;
};

static size_t give(char *data, size_t size, size_t count, void *context)
{
	struct upload *upload = context;
	ssize_t got = pread(upload->fd, data, size * count, upload->at);

	if (got < 0)
		return CURL_READFUNC_ABORT;
	upload->at += got;
	return (size_t)got;
}

/* The path of an SFTP address, decoded, as its quote commands want it: in
 * quotes, in which a backslash escapes. */
static bool quote_path(struct buf *out, const char *url, struct err *err)
{
	const char *host = strstr(url, "://");
	const char *path = host != NULL ? strchr(host + 3, '/') : NULL;
	struct buf plain = { 0 };
	size_t len;
	bool good;

	if (path == NULL)
		return fail(err, FAULT_INVALID,
		    "the address has no path to a file");
	buf_puts(&plain, path);
	buf_char(&plain, '\0');
	len = plain.len - 1;
	good = percent_decode(plain.data, &len, false) &&
	       memchr(plain.data, '\n', len) == NULL;
	buf_char(out, '"');
	for (size_t i = 0; good && i < len; i++) {
		if (plain.data[i] == '"' || plain.data[i] == '\\')
			buf_char(out, '\\');
		buf_char(out, plain.data[i]);
	}
	buf_char(out, '"');
	buf_free(&plain);
	return good || fail(err, FAULT_INVALID, "the address is misspelt");
}

/* In the same session as the upload, after it. SFTP's own rename does not
 * replace (version 3), so what is there goes first; that it is not there is no
 * failure, which is what the asterisk says. */
static bool rename_after(struct curl_slist **commands, const char *part,
    const char *url, struct err *err)
{
	struct buf from = { 0 }, to = { 0 }, line = { 0 };
	bool good = quote_path(&from, part, err) && quote_path(&to, url, err);

	if (good) {
		buf_printf(&line, "*rm %s", buf_text(&to));
		*commands = curl_slist_append(*commands, buf_text(&line));
		line.len = 0;
		buf_printf(&line, "rename %s %s", buf_text(&from),
		    buf_text(&to));
		*commands = curl_slist_append(*commands, buf_text(&line));
	}
	buf_free(&from);
	buf_free(&to);
	buf_free(&line);
	return good;
}

static bool upload(struct remote *remote, const char *part,
    struct curl_slist *commands, struct upload *source, int64_t size,
    struct err *err)
{
	CURL *curl = remote->curl;

	if (!remote_prepare(remote, part, err))
		return false;
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
	curl_easy_setopt(curl, CURLOPT_READDATA, source);
	curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)size);
	curl_easy_setopt(curl, CURLOPT_POSTQUOTE, commands);
	if (!remote_perform(remote, err))
		return false;
	if (source->at != size)
		return fail(err, FAULT_IO, "%lld of %lld bytes were sent",
		    (long long)source->at, (long long)size);
	return true;
}

bool remote_store(struct remote *remote, const char *url, int fd, int64_t size,
    struct err *err)
{
	struct upload source = { .fd = fd };
	struct curl_slist *commands = NULL;
	struct buf part = { 0 };
	bool done;

	if (strncasecmp(url, "sftp://", 7) != 0)
		return fail(err, FAULT_INVALID,
		    "files are stored over sftp:// only");
	buf_printf(&part, "%s.part", url);
	done = rename_after(&commands, buf_text(&part), url, err) &&
	       upload(remote, buf_text(&part), commands, &source, size, err);
	curl_slist_free_all(commands);
	buf_free(&part);
	return done;
}

/* --- from them ------------------------------------------------------------ */

struct download {
	int fd;
	int64_t left;
	bool failed; /* ours: the disk */
};

static bool write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t wrote = write(fd, data, len);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		data += wrote;
		len -= (size_t)wrote;
	}
	return true;
}

static size_t take(char *data, size_t size, size_t count, void *context)
{
	struct download *download = context;
	size_t len = size * count;

	if ((int64_t)len > download->left) {
		download->left = -1;
		return 0;
	}
	download->left -= (int64_t)len;
	download->failed = !write_all(download->fd, data, len);
	return download->failed ? 0 : len;
}

bool remote_fetch(struct remote *remote, const char *url, int fd, int64_t limit,
    struct err *err)
{
	struct download target = { .fd = fd, .left = limit };
	CURL *curl = remote->curl;
	long status = 0;

	if (!remote_prepare(remote, url, err))
		return false;
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &target);
	if (!remote_perform(remote, err)) {
		if (target.failed)
			return fail(err, FAULT_IO,
			    "what came can't be written to our disk");
		if (target.left < 0)
			*err = (struct err){ 0 };
		return target.left >= 0 ? false
					: fail(err, FAULT_TOO_LARGE,
					      "it is larger than %lld bytes",
					      (long long)limit);
	}
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (strncasecmp(url, "http", 4) != 0 || status == 200)
		return true;
	return fail(err,
	    status == 404                    ? FAULT_NOT_FOUND
	    : status == 401 || status == 403 ? FAULT_FORBIDDEN
					     : FAULT_UNAVAILABLE,
	    "it answered with status %ld", status);
}
