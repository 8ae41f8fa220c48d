/* Reads a request's head from bytes, strictly: RFC 9112 and nothing beside. */
#include "edge.h"

#include <string.h>
#include <strings.h>

const struct refusal_rule refusal_rules[REFUSAL_COUNT] = {
	[REFUSE_NOTHING] = { "NOTHING", 200, FAULT_NONE, "" },
#define REFUSAL_RULE(name, status, fault, text)                                \
	[REFUSE_##name] = { #name, status, FAULT_##fault, text },
	REFUSALS(REFUSAL_RULE)
#undef REFUSAL_RULE
};

/* --- characters ---------------------------------------------------------- */

enum {
	TOKEN = 1, /* RFC 9110 §5.6.2 */
	PATH = 2,  /* RFC 3986 pchar and '/', '%' aside */
	QUERY = 4, /* the same and '?', and '<' '>', which filters hold raw */
	VALUE = 8, /* RFC 9110 §5.5 */
	HOST = 16, /* RFC 3986 §3.2.2, '%' aside */
	HEX = 32,
};

#define DIGIT (TOKEN | PATH | QUERY | VALUE | HOST | HEX)
#define HEXLETTER DIGIT
#define LETTER (TOKEN | PATH | QUERY | VALUE | HOST)
#define MARK (TOKEN | PATH | QUERY | VALUE | HOST)

/* clang-format off */
static const unsigned char classes[256] = {
	['0' ... '9'] = DIGIT, ['a' ... 'f'] = HEXLETTER, ['A' ... 'F'] = HEXLETTER,
	['g' ... 'z'] = LETTER, ['G' ... 'Z'] = LETTER,
	['-'] = MARK, ['.'] = MARK, ['_'] = MARK, ['~'] = MARK,
	['!'] = MARK, ['$'] = MARK, ['&'] = MARK, ['\''] = MARK, ['*'] = MARK,
	['+'] = MARK,
	['('] = PATH | QUERY | VALUE | HOST, [')'] = PATH | QUERY | VALUE | HOST,
	[','] = PATH | QUERY | VALUE | HOST, [';'] = PATH | QUERY | VALUE | HOST,
	['='] = PATH | QUERY | VALUE | HOST,
	[':'] = PATH | QUERY | VALUE, ['@'] = PATH | QUERY | VALUE,
	['/'] = PATH | QUERY | VALUE,
	['?'] = QUERY | VALUE, ['<'] = QUERY | VALUE, ['>'] = QUERY | VALUE,
	['#'] = TOKEN | VALUE, ['%'] = TOKEN | VALUE, ['^'] = TOKEN | VALUE,
	['`'] = TOKEN | VALUE, ['|'] = TOKEN | VALUE,
	['"'] = VALUE, ['['] = VALUE, [']'] = VALUE, ['\\'] = VALUE,
	['{'] = VALUE, ['}'] = VALUE, [' '] = VALUE, ['\t'] = VALUE,
	[0x80 ... 0xff] = VALUE,
};
/* clang-format on */

static bool is(char c, int wanted)
{
	return (classes[(unsigned char)c] & wanted) != 0;
}

/* How many of the characters are of the class. */
static size_t span(const char *at, const char *end, int wanted)
{
	const char *from = at;

	while (at < end && is(*at, wanted))
		at++;
	return (size_t)(at - from);
}

static bool all(const char *at, const char *end, int wanted)
{
	return span(at, end, wanted) == (size_t)(end - at);
}

/* The same, with percent escapes in between. */
static bool all_escaped(const char *at, const char *end, int wanted)
{
	while (at < end) {
		at += span(at, end, wanted);
		if (at == end)
			break;
		if (*at != '%' || end - at < 3 || !is(at[1], HEX) ||
		    !is(at[2], HEX))
			return false;
		at += 3;
	}
	return true;
}

/* --- where the head ends ------------------------------------------------- */

/* Bytes of empty lines before a request. */
#define EMPTY_MAX 16
/* With room for the method and the version. */
#define LINE_MAX (TARGET_MAX + 64)

static enum refusal check_size(const struct head_search *search, size_t len)
{
	if (search->line == search->start && len - search->start > LINE_MAX)
		return REFUSE_TARGET_LONG;
	if (len - search->start > HEAD_MAX)
		return REFUSE_HEAD_LONG;
	return REFUSE_NOTHING;
}

enum refusal head_find(struct head_search *search, const char *data, size_t len)
{
	const char *at, *end;

	while (search->line < len) {
		bool first = search->line == search->start;

		at = data + search->line;
		if (first && *at != '\r' && !is(*at, TOKEN))
			return REFUSE_NOT_HTTP;
		if (search->start > EMPTY_MAX)
			return REFUSE_NOT_HTTP;
		end = memchr(at, '\n', len - search->line);
		if (end == NULL)
			break;
		if (end == at || end[-1] != '\r')
			return REFUSE_BARE_LF;
		search->line = (size_t)(end + 1 - data);
		if (end == at + 1 && !first) {
			search->end = search->line;
			return check_size(search, search->end);
		}
		/* RFC 9112 §2.2: empty lines before a request are skipped. */
		if (end == at + 1)
			search->start = search->line;
	}
	return check_size(search, len);
}

/* --- the request line ---------------------------------------------------- */

static const struct {
	const char *word;
	enum method method;
} methods[] = {
	{ "GET", METHOD_GET },
	{ "HEAD", METHOD_HEAD },
	{ "POST", METHOD_POST },
	{ "PUT", METHOD_PUT },
	{ "DELETE", METHOD_DELETE },
	{ "PATCH", METHOD_PATCH },
	{ "OPTIONS", METHOD_OPTIONS },
};

const char *method_word(enum method method)
{
	for (size_t i = 0; i < array_length(methods); i++)
		if (methods[i].method == method)
			return methods[i].word;
	return "-";
}

static enum method find_method(const char *word)
{
	for (size_t i = 0; i < array_length(methods); i++)
		if (strcmp(methods[i].word, word) == 0)
			return methods[i].method;
	return 0;
}

bool host_valid(const char *host)
{
	const char *end = host + strlen(host), *port;

	if (*host == '[') {
		const char *close = memchr(host, ']', (size_t)(end - host));

		if (close == NULL || close == host + 1)
			return false;
		for (const char *at = host + 1; at < close; at++)
			if (!is(*at, HEX) && *at != ':' && *at != '.')
				return false;
		port = close + 1;
	} else {
		port = host + strcspn(host, ":");
		if (port == host || !all_escaped(host, port, HOST))
			return false;
	}
	if (port == end)
		return true;
	return *port == ':' && end - port <= 6 &&
	       strspn(port + 1, "0123456789") == (size_t)(end - port - 1);
}

/* "." or "..", also where a dot is written %2E. */
static bool is_dot_segment(const char *at, const char *end)
{
	int dots = 0;

	while (at < end) {
		if (*at == '.')
			at++;
		else if (end - at >= 3 && strncasecmp(at, "%2e", 3) == 0)
			at += 3;
		else
			return false;
		dots++;
	}
	return dots == 1 || dots == 2;
}

static bool has_dot_segment(const char *path)
{
	while (*path == '/') {
		const char *segment = path + 1;

		path = segment + strcspn(segment, "/");
		if (is_dot_segment(segment, path))
			return true;
	}
	return false;
}

/* http://host/path: the target's host counts, whatever Host says (RFC 9112
 * §3.2.2). It moves one to the left to make room for its NUL. */
static enum refusal take_host(struct head *head, char **target)
{
	char *host = strstr(*target, "://") + 3;
	size_t len = strcspn(host, "/?");
	char *left = memmove(host - 1, host, len);

	*target = host + len;
	head->host = left;
	left[len] = '\0';
	return host_valid(head->host) ? REFUSE_NOTHING : REFUSE_HOST;
}

static enum refusal parse_path(struct head *head, char *path)
{
	char *query = strchr(path, '?');

	head->path = path;
	if (query != NULL) {
		*query++ = '\0';
		head->query = query;
		if (!all_escaped(query, query + strlen(query), QUERY))
			return REFUSE_TARGET;
	}
	if (*path == '\0' && head->host != NULL)
		head->path = "/";
	else if (*path != '/' || !all_escaped(path, path + strlen(path), PATH))
		return REFUSE_TARGET;
	return has_dot_segment(head->path) ? REFUSE_DOT_SEGMENT
					   : REFUSE_NOTHING;
}

static enum refusal parse_target(struct head *head, char *target)
{
	enum refusal refusal;

	if (strlen(target) > TARGET_MAX)
		return REFUSE_TARGET_LONG;
	if (strcmp(target, "*") == 0 && head->method == METHOD_OPTIONS) {
		head->path = target;
		return REFUSE_NOTHING;
	}
	if (strncasecmp(target, "http://", 7) == 0 ||
	    strncasecmp(target, "https://", 8) == 0) {
		refusal = take_host(head, &target);
		if (refusal != REFUSE_NOTHING)
			return refusal;
	}
	return parse_path(head, target);
}

static enum refusal parse_version(struct head *head, const char *version)
{
	if (strncmp(version, "HTTP/", 5) != 0 || strlen(version) != 8 ||
	    !is(version[5], HEX) || version[6] != '.' || !is(version[7], HEX))
		return REFUSE_REQUEST_LINE;
	if (version[5] != '1')
		return REFUSE_VERSION;
	head->old = version[7] == '0';
	return REFUSE_NOTHING;
}

/* The line has its NUL. One space stands between its three parts. */
static enum refusal parse_request_line(struct head *head, char *line)
{
	char *target = strchr(line, ' '), *version;
	enum refusal of_target, of_version;

	if (target == NULL || !all(line, target, TOKEN) || target == line)
		return REFUSE_REQUEST_LINE;
	*target++ = '\0';
	version = strchr(target, ' ');
	if (version == NULL)
		return REFUSE_REQUEST_LINE;
	*version++ = '\0';
	head->method = find_method(line);
	of_version = parse_version(head, version);
	if (of_version != REFUSE_NOTHING)
		return of_version;
	of_target = parse_target(head, target);
	/* CONNECT has a target of its own kind; its method is the matter. */
	return head->method == 0 ? REFUSE_METHOD : of_target;
}

/* --- headers ------------------------------------------------------------- */

/* Nothing may depend on which of two is believed. */
static const char *const once[] = { "Host", "Content-Length",
	"Transfer-Encoding", "Content-Type", "Authorization" };

const char *head_field(const struct head *head, const char *name)
{
	for (size_t i = 0; i < head->field_count; i++)
		if (strcasecmp(head->fields[i].name, name) == 0)
			return head->fields[i].value;
	return NULL;
}

/* Adds a header; what came in several lines is one list (RFC 9110 §5.2). */
static enum refusal add_field(struct head *head, struct arena *arena,
    struct param *fields, struct param field)
{
	for (size_t i = 0; i < head->field_count; i++) {
		struct param *earlier = &fields[i];
		bool cookie = strcasecmp(field.name, "Cookie") == 0;

		if (strcasecmp(earlier->name, field.name) != 0)
			continue;
		for (size_t j = 0; j < array_length(once); j++)
			if (strcasecmp(field.name, once[j]) == 0)
				return REFUSE_REPEATED;
		earlier->value = arena_printf(arena, "%s%s%s", earlier->value,
		    cookie ? "; " : ", ", field.value);
		return REFUSE_NOTHING;
	}
	fields[head->field_count++] = field;
	return REFUSE_NOTHING;
}

/* `end` is where the line's CR was. */
static enum refusal parse_field(char *line, char *end, struct param *field)
{
	size_t name = span(line, end, TOKEN);
	char *value = line + name + 1;

	if (*line == ' ' || *line == '\t')
		return REFUSE_FOLDED;
	if (name == 0 || line[name] != ':')
		return REFUSE_FIELD;
	if (!all(value, end, VALUE))
		return REFUSE_FIELD_VALUE;
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	line[name] = '\0';
	*end = '\0';
	*field = (struct param){ .name = line, .value = value };
	return REFUSE_NOTHING;
}

static size_t count_lines(const char *at, const char *end)
{
	size_t lines = 0;

	while ((at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		lines++;
		at++;
	}
	return lines;
}

static enum refusal parse_fields(struct head *head, struct arena *arena,
    char *at, char *end)
{
	size_t lines = count_lines(at, end) - 1; /* the last is empty */
	struct param *fields, field;
	enum refusal refusal;

	if (lines > FIELDS_MAX)
		return REFUSE_FIELDS_MANY;
	fields = arena_alloc(arena, (lines + 1) * sizeof(*fields));
	head->fields = fields;
	for (size_t i = 0; i < lines; i++) {
		char *lf = memchr(at, '\n', (size_t)(end - at));

		refusal = parse_field(at, lf - 1, &field);
		if (refusal == REFUSE_NOTHING)
			refusal = add_field(head, arena, fields, field);
		if (refusal != REFUSE_NOTHING)
			return refusal;
		at = lf + 1;
	}
	return REFUSE_NOTHING;
}

/* --- what the headers mean for the connection ---------------------------- */

static enum refusal read_length(struct head *head, const char *text)
{
	struct text digits = { text, strlen(text) };
	int64_t length;

	if (digits.len == 0 || text[strspn(text, "0123456789")] != '\0')
		return REFUSE_LENGTH;
	if (!text_integer(digits, 0, (int64_t)BODY_MAX, &length))
		return REFUSE_BODY_LONG;
	head->length = (size_t)length;
	return REFUSE_NOTHING;
}

static enum refusal read_framing(struct head *head)
{
	const char *length = head_field(head, "Content-Length");
	const char *coding = head_field(head, "Transfer-Encoding");

	if (length != NULL && coding != NULL)
		return REFUSE_LENGTH_CODING;
	if (length != NULL)
		return read_length(head, length);
	if (coding == NULL)
		return REFUSE_NOTHING;
	if (head->old)
		return REFUSE_CODING_OLD;
	if (strcasecmp(coding, "chunked") != 0)
		return REFUSE_CODING;
	head->chunked = true;
	return REFUSE_NOTHING;
}

static enum refusal read_host(struct head *head)
{
	const char *host = head_field(head, "Host");

	if (host == NULL)
		return head->old ? REFUSE_NOTHING : REFUSE_HOST;
	if (!host_valid(host))
		return REFUSE_HOST;
	if (head->host == NULL)
		head->host = host;
	return REFUSE_NOTHING;
}

static enum refusal read_connection(struct head *head)
{
	const char *connection = head_field(head, "Connection");
	const char *expect = head_field(head, "Expect");

	head->keep = head->old ? list_holds(connection, "keep-alive")
			       : !list_holds(connection, "close");
	if (expect == NULL || head->old)
		return REFUSE_NOTHING;
	head->expects = strcasecmp(expect, "100-continue") == 0;
	return head->expects ? REFUSE_NOTHING : REFUSE_EXPECT;
}

enum refusal head_parse(struct head *head, struct arena *arena, char *bytes,
    size_t len)
{
	char *lf = memchr(bytes, '\n', len);
	enum refusal refusal;

	lf[-1] = '\0';
	if (strlen(bytes) != (size_t)(lf - 1 - bytes))
		return REFUSE_REQUEST_LINE;
	refusal = parse_request_line(head, bytes);
	if (refusal == REFUSE_NOTHING)
		refusal = parse_fields(head, arena, lf + 1, bytes + len);
	if (refusal == REFUSE_NOTHING)
		refusal = read_host(head);
	if (refusal == REFUSE_NOTHING)
		refusal = read_framing(head);
	if (refusal == REFUSE_NOTHING)
		refusal = read_connection(head);
	return refusal;
}
