/*
 * base: memory, strings, errors, log, time. Knows nothing of schools, and
 * links against libc alone.
 *
 * Nothing here locks. A value belongs to one thread at a time.
 */
#ifndef HOMEROOM_BASE_H
#define HOMEROOM_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define HOMEROOM_VERSION "0.1.0"

#define must_use __attribute__((warn_unused_result))
#define printf_like(fmt, args) __attribute__((format(printf, fmt, args)))
#define array_length(a) (sizeof(a) / sizeof((a)[0]))

/* --- errors -------------------------------------------------------------- */

/*
 * One list of everything that can go wrong, and what each audience hears:
 * the HTTP status (RFC 9110), OneRoster's codeMinor (1.2 §5), the word of
 * RFC 6749 §5.2, and whether trying again later can help.
 */
/* clang-format off */
#define FAULTS(X) \
/*	  fault            status  OneRoster codeMinor        OAuth error                 retry */ \
	X(NONE,              200, "fullsuccess",             "",                         false) \
	X(BAD_REQUEST,       400, "invaliddata",             "invalid_request",          false) \
	X(BAD_FILTER,        400, "invalid_filter_field",    "invalid_request",          false) \
	X(BAD_SELECTION,     400, "invalid_selection_field", "invalid_request",          false) \
	X(BAD_SORT,          400, "invalid_sort_field",      "invalid_request",          false) \
	X(BAD_GRANT_TYPE,    400, "invaliddata",             "unsupported_grant_type",   false) \
	X(BAD_SCOPE,         400, "forbidden",               "invalid_scope",            false) \
	X(BAD_CLIENT,        401, "unauthorisedrequest",     "invalid_client",           false) \
	X(UNAUTHORISED,      401, "unauthorisedrequest",     "invalid_token",            false) \
	X(FORBIDDEN,         403, "forbidden",               "insufficient_scope",       false) \
	X(REFUSED,           403, "forbidden",               "access_denied",            false) \
	X(NOT_FOUND,         404, "unknownobject",           "invalid_request",          false) \
	X(BAD_METHOD,        405, "invaliddata",             "invalid_request",          false) \
	X(NOT_ACCEPTABLE,    406, "invaliddata",             "invalid_request",          false) \
	X(CONFLICT,          409, "invaliddata",             "invalid_request",          false) \
	X(GONE,              410, "unknownobject",           "invalid_request",          false) \
	X(TOO_LARGE,         413, "invaliddata",             "invalid_request",          false) \
	X(URI_TOO_LONG,      414, "invaliddata",             "invalid_request",          false) \
	X(BAD_MEDIA,         415, "invaliddata",             "invalid_request",          false) \
	X(INVALID,           422, "invaliddata",             "invalid_request",          false) \
	X(BUSY,              429, "server_busy",             "temporarily_unavailable",  true)  \
	X(LIMITED,           429, "server_busy",             "temporarily_unavailable",  true)  \
	X(HEADERS_TOO_LARGE, 431, "invaliddata",             "invalid_request",          false) \
	X(INTERNAL,          500, "internal_server_error",   "server_error",             false) \
	X(IO,                500, "internal_server_error",   "server_error",             true)  \
	X(DATABASE,          500, "internal_server_error",   "server_error",             true)  \
	X(BAD_CODING,        501, "invaliddata",             "invalid_request",          false) \
	X(UNAVAILABLE,       503, "server_busy",             "temporarily_unavailable",  true)
/* clang-format on */

enum fault {
#define FAULT_ENUM(fault, status, minor, oauth, retry) FAULT_##fault,
	FAULTS(FAULT_ENUM)
#undef FAULT_ENUM
	    FAULT_COUNT
};

struct fault_rule {
	const char *name;      /* "BAD_FILTER", for logs */
	int status;            /* HTTP */
	const char *codeMinor; /* OneRoster */
	const char *oauth;     /* RFC 6749 */
	bool retry;
};

extern const struct fault_rule fault_rules[FAULT_COUNT];

/*
 * The one error value. The fault decides what a client sees; the text is for
 * the operator and never holds personal data, secrets, SQL or file paths that
 * a client might then be shown. Starts zeroed. The first fail() stays: a
 * caller adds context with err_add().
 */
struct err {
	enum fault fault;
	char text[512];
};

/* Sets *err and is false, so that `return fail(err, …)` reads as it acts. */
#define fail(err, fault, ...) (err_set((err), (fault), __VA_ARGS__), false)

void err_set(struct err *err, enum fault fault, const char *fmt, ...)
    printf_like(3, 4);
/* Puts context before the text: err_add(err, "line %d", n) → "line 7: …". */
void err_add(struct err *err, const char *fmt, ...) printf_like(2, 3);

/* --- memory -------------------------------------------------------------- */

/* Like malloc and realloc, but out of memory ends the process. For base and
 * the wrappers of libraries; everything else takes from an arena. */
void *memory_new(size_t size) must_use; /* zeroed; free with memory_free */
void *memory_grow(void *p, size_t size) must_use;
void memory_free(void *p);

/*
 * An arena: what a request, a batch or a step of a job allocates dies with it,
 * all at once. Never NULL on return; memory is zeroed and aligned for any type.
 */
struct arena;

struct arena *arena_new(void) must_use;
void arena_free(struct arena *arena); /* NULL is fine */
/* Gives back everything but keeps the first block, for a loop of batches.
 * Deferred calls run. */
void arena_reset(struct arena *arena);
void *arena_alloc(struct arena *arena, size_t size) must_use;
void *arena_copy(struct arena *arena, const void *from, size_t size) must_use;
char *arena_text(struct arena *arena, const char *text) must_use;
char *arena_textn(struct arena *arena, const char *text, size_t len) must_use;
char *arena_printf(struct arena *arena, const char *fmt, ...)
    printf_like(2, 3) must_use;
/* In decimal, and in hexadecimal digits, as statements take their values. */
char *arena_number(struct arena *arena, int64_t number) must_use;
char *arena_hex(struct arena *arena, const void *data, size_t len) must_use;
/* release(object) is called when the arena ends, last deferred first. */
void arena_defer(struct arena *arena, void (*release)(void *), void *object);

/* For foreign functions that only read, though their types don't say so. */
static inline void *not_const(const void *p)
{
	union {
		const void *in;
		void *out;
	} same = { .in = p };

	return same.out;
}

/* --- bytes --------------------------------------------------------------- */

/*
 * A growing run of bytes. Zeroed is empty and valid. `data` is not
 * NUL-terminated; buf_text() terminates it.
 */
struct buf {
	char *data;
	size_t len;
	size_t cap;
};

void buf_free(struct buf *buf);
void buf_grow(struct buf *buf, size_t more); /* by buf_reserve alone */
void buf_puts(struct buf *buf, const char *text);
void buf_printf(struct buf *buf, const char *fmt, ...) printf_like(2, 3);
const char *buf_text(struct buf *buf); /* NUL-terminated; borrowed */
/* Gives the bytes away: memory_free() them. The buf is empty again. */
char *buf_take(struct buf *buf, size_t *len) must_use;

/* Room for `more` bytes. */
static inline void buf_reserve(struct buf *buf, size_t more)
{
	if (buf->cap - buf->len < more)
		buf_grow(buf, more);
}

static inline void buf_char(struct buf *buf, char c)
{
	buf_reserve(buf, 1);
	buf->data[buf->len++] = c;
}

static inline void buf_add(struct buf *buf, const void *data, size_t len)
{
	if (len == 0)
		return;
	buf_reserve(buf, len);
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
}

/* --- text ---------------------------------------------------------------- */

/* A borrowed piece of text; not NUL-terminated. */
struct text {
	const char *at;
	size_t len;
};

#define TEXT_FMT "%.*s"
#define TEXT_ARG(t) (int)(t).len, (t).at

/* A name and its value, both decoded and NUL-terminated. */
struct param {
	const char *name;
	const char *value; /* "" when there was no '=' */
};

bool text_is(struct text text, const char *word);
bool text_is_nocase(struct text text, const char *word); /* ASCII */
/* RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool utf8_valid(const char *text, size_t len);
/* The whole of text as a decimal integer within [low, high], or false. No
 * sign but a leading '-', no spaces, no leading '+'. */
bool text_integer(struct text text, int64_t low, int64_t high, int64_t *out);

/* Percent-encoding, RFC 3986 §2.1: all but unreserved characters. */
void percent_encode(struct buf *out, const char *text, size_t len);
/* In place; '+' becomes a space when `form` is set. False on a bad or NUL
 * escape. */
bool percent_decode(char *text, size_t *len, bool form) must_use;

/* RFC 4648 §5 without padding. Decoding is strict: one spelling a value. */
void base64url_encode(struct buf *out, const void *data, size_t len);
bool base64url_decode(struct buf *out, const char *text, size_t len) must_use;
/* RFC 4648 §4, padding required (HTTP Basic). */
bool base64_decode(struct buf *out, const char *text, size_t len) must_use;
int hex_digit(char c);                                    /* -1: it is none */
void hex_encode(char *out, const void *data, size_t len); /* 2*len+1 bytes */
bool hex_decode(struct buf *out, const char *text, size_t len) must_use;
bool equal_secret(const void *a, const void *b, size_t len); /* constant time */

/* As text of HTML, or within quotes of an attribute. */
void html_encode(struct buf *out, const char *text);

/* A JSON string with its quotes (RFC 8259 §7). The text is valid UTF-8. */
void json_quote(struct buf *out, const char *text, size_t len);

/* SipHash-2-4 with 128 bits of output: fingerprints of rows, keys of caches. */
struct hash128 {
	uint64_t low, high;
};

struct hash128 siphash128(const uint8_t key[16], const void *data, size_t len);

/* The text of a request that OAuth 1.0a signs (RFC 5849 §3.4.1): of a URL
 * without a query, and of all parameters, decoded. */
struct signed_parts {
	const char *method, *url;
	const struct param *params;
	size_t count;
};

void signed_text(struct buf *out, struct arena *arena,
    const struct signed_parts *parts);

/* --- time ---------------------------------------------------------------- */

/* All times are milliseconds. clock_now counts from 1970-01-01 UTC and is what
 * a test may move (HOMEROOM_CLOCK=seconds since 1970, or clock_set): it runs
 * on from there. clock_tick is monotonic and is for deadlines and durations.
 * Any thread. */
int64_t clock_now(void);
int64_t clock_tick(void);
void clock_set(int64_t when);

#define CLOCK_TEXT 25 /* "2012-04-23T18:25:43.511Z" and NUL */
void clock_format(char out[CLOCK_TEXT], int64_t when);
/* "2012-04-23", "2012-04-23T18:25:43Z", any fraction, any offset; a bare date
 * is midnight UTC. */
bool clock_parse(struct text text, int64_t *when) must_use;
/* A real calendar date in YYYY-MM-DD, years 0001 to 9999. */
bool date_valid(struct text text) must_use;
/* The month (1 to 12) and its day (1 to 31), UTC. */
void clock_date(int64_t when, int *month, int *day);

/*
 * When something is to happen, as crontab(5) writes it: minute, hour, day of
 * the month, month, day of the week (0 and 7 are Sunday); `*`, lists, ranges,
 * steps, and the names of months and days. Where both kinds of day are
 * restricted, either will do.
 */
struct cron {
	uint64_t minutes; /* a bit for each */
	uint32_t hours, days, months, weekdays;
	bool any_day, any_weekday;
};

bool cron_parse(struct cron *out, const char *text, struct err *err) must_use;
/* The first such minute after `after`, in milliseconds of whatever clock that
 * is. False: there is none in the next ten years. */
bool cron_next(const struct cron *cron, int64_t after, int64_t *next) must_use;

/* --- randomness ---------------------------------------------------------- */

/* From the kernel; ends the process if there is none. */
void random_bytes(void *out, size_t len);

/* --- secrets in files ----------------------------------------------------- */

/* The first line of a file; the arena's. FAULT_INVALID: it can't be read, or
 * is empty. */
bool secret_read(struct arena *arena, const char *file, const char **out,
    struct err *err) must_use;

/* --- users of this machine ------------------------------------------------ */

/* The name of a user, or NULL when there is none; the arena's. Any thread. */
const char *user_name(struct arena *arena, unsigned uid);

/* --- log ----------------------------------------------------------------- */

/*
 * One line, `time=… level=… event key=value …`, on standard error, written in
 * one call. Ids only: no name, address, token, filter value or path of a
 * person's data, at any level. Any thread.
 */
enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR };

void log_level_set(enum log_level level); /* before the first thread */
/* "debug", "info", "warn" or "error". */
bool log_level_parse(const char *word, enum log_level *out) must_use;
void log_line(enum log_level level, const char *event, const char *fmt, ...)
    printf_like(3, 4);
/* For a value that may hold spaces or quotes: `key="value"`, escaped, at most
 * 300 bytes. Returned text is the arena's. */
const char *log_quote(struct arena *arena, const char *value);

/* --- settings of the process --------------------------------------------- */

/*
 * The settings as a table: environment variable, default, meaning. They are
 * read once at the start, before the first thread; `--config FILE` holds
 * NAME=VALUE lines and the environment wins over it. An unknown HOMEROOM_*
 * name stops the start; HOMEROOM_TEST* belongs to the runner of the tests.
 * An empty value counts as none.
 */
struct setting {
	const char *name;     /* "HOMEROOM_LISTEN" */
	const char *fallback; /* NULL: none */
	const char *meaning;
};

extern const struct setting settings[]; /* ends with a NULL name */

/* `file` or NULL. HOMEROOM_LOG and HOMEROOM_CLOCK take effect here. */
bool config_read(const char *file, struct err *err) must_use;
/* The value, or the default, or NULL. Lives as long as the process. The name
 * must be in the table (asserted). */
const char *config_get(const char *name);
/* Says otherwise than environment and file, for a flag; before the first
 * thread. */
void config_set(const char *name, const char *value);
bool config_number(const char *name, int64_t low, int64_t high, int64_t *out,
    struct err *err) must_use;
void config_free(void);

#endif
