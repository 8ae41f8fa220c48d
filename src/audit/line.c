/* An entry of the audit as a line of a spool; lines as what Postgres takes. */
#include "audit.h"

#include <arpa/inet.h>
#include <string.h>

/* Texts of a line in their order, behind its numbers. */
enum { METHOD, ENDPOINT, FILTER, SINCE, FAULT, ADDRESS, TEXTS };

/* Numbers: when, and what is added up when lines are folded, and the id; then
 * what a fold has in common, which begins with these. */
enum {
	AT,
	REQUESTS,
	ROWS,
	BYTES,
	ID,
	APPLICATION,
	STATUS,
	VERSION,
	FIRST_TEXT
};

#define FIELDS (FIRST_TEXT + TEXTS)
/* So many of a kind in a second are kept one by one. */
#define UNFOLDED 16

/* --- writing -------------------------------------------------------------- */

/* printf takes longer than all the rest of an entry. */
static void put_number(struct buf *out, int64_t number)
{
	char digits[24];
	size_t at = sizeof(digits);
	uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;

	do {
		digits[--at] = (char)('0' + left % 10);
		left /= 10;
	} while (left > 0);
	if (number < 0)
		digits[--at] = '-';
	buf_add(out, digits + at, sizeof(digits) - at);
	buf_char(out, '\t');
}

/* Nothing in a text ends it or its line. */
static void put_text(struct buf *out, const char *text, char end)
{
	for (; text != NULL && *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		buf_char(out, (char)(c < ' ' ? '?' : c));
	}
	buf_char(out, end);
}

void line_write(struct buf *out, const struct audit_entry *entry)
{
	put_number(out, entry->at);
	put_number(out, entry->requests);
	put_number(out, entry->rows);
	put_number(out, entry->bytes);
	put_text(out, entry->request, '\t');
	put_number(out, entry->application);
	put_number(out, entry->status);
	put_number(out, entry->version);
	put_text(out, entry->method, '\t');
	put_text(out, entry->endpoint, '\t');
	put_text(out, entry->filter, '\t');
	put_text(out, entry->since, '\t');
	put_text(out, entry->fault, '\t');
	put_text(out, entry->address, '\n');
}

/* --- JSON ----------------------------------------------------------------- */

static void key(struct buf *out, const char *name)
{
	buf_char(out,
	    out->len > 0 && out->data[out->len - 1] == '{' ? ' ' : ',');
	json_quote(out, name, strlen(name));
	buf_char(out, ':');
}

static void text_member(struct buf *out, const char *name, const char *value)
{
	if (value == NULL || *value == '\0' ||
	    !utf8_valid(value, strlen(value)))
		return;
	key(out, name);
	json_quote(out, value, strlen(value));
}

static void number_member(struct buf *out, const char *name, int64_t value)
{
	key(out, name);
	buf_printf(out, "%lld", (long long)value);
}

static void known_member(struct buf *out, const char *name, int64_t value)
{
	if (value != 0)
		number_member(out, name, value);
}

/* An address, or a network of some. */
static bool is_address(const char *text)
{
	unsigned char bytes[16];
	char plain[64];
	size_t len = text == NULL ? 0 : strcspn(text, "/");

	if (len == 0 || len >= sizeof(plain))
		return false;
	memcpy(plain, text, len);
	plain[len] = '\0';
	return inet_pton(AF_INET, plain, bytes) == 1 ||
	       inet_pton(AF_INET6, plain, bytes) == 1;
}

void entry_json(struct buf *out, const struct audit_entry *entry,
    const char *who)
{
	char at[CLOCK_TEXT];

	clock_format(at, entry->at);
	buf_char(out, '{');
	text_member(out, "at", at);
	known_member(out, "application", entry->application);
	text_member(out, "who", who);
	if (is_address(entry->address))
		text_member(out, "address", entry->address);
	text_member(out, "method", entry->method);
	text_member(out, "endpoint", entry->endpoint);
	text_member(out, "filter", entry->filter);
	text_member(out, "since", entry->since);
	known_member(out, "status", entry->status);
	text_member(out, "fault", entry->fault);
	number_member(out, "requests", entry->requests);
	number_member(out, "rows", entry->rows);
	number_member(out, "bytes", entry->bytes);
	known_member(out, "version", entry->version);
	text_member(out, "request", entry->request);
	buf_char(out, '}');
}

/* --- reading -------------------------------------------------------------- */

static const char *or_null(struct text text)
{
	return text.len == 0 ? NULL : text.at;
}

static bool read_numbers(struct audit_entry *entry, const struct text *fields)
{
	int64_t status;

	if (!text_integer(fields[AT], 0, INT64_MAX / 2, &entry->at) ||
	    !text_integer(fields[REQUESTS], 0, INT64_MAX, &entry->requests) ||
	    !text_integer(fields[ROWS], 0, INT64_MAX, &entry->rows) ||
	    !text_integer(fields[BYTES], INT64_MIN, INT64_MAX, &entry->bytes) ||
	    !text_integer(fields[APPLICATION], 0, INT64_MAX,
		&entry->application) ||
	    !text_integer(fields[STATUS], 0, 999, &status) ||
	    !text_integer(fields[VERSION], 0, INT64_MAX, &entry->version))
		return false;
	entry->status = (int)status;
	return true;
}

/* A line without its end, which it writes into. */
static bool line_read(struct audit_entry *entry, char *line, size_t len)
{
	struct text fields[FIELDS] = { { line, 0 } };
	int count = 1;

	for (size_t i = 0; i < len; i++) {
		if (line[i] != '\t') {
			fields[count - 1].len++;
			continue;
		}
		if (count == FIELDS)
			return false;
		line[i] = '\0';
		fields[count++] = (struct text){ line + i + 1, 0 };
	}
	line[len] = '\0';
	*entry = (struct audit_entry){
		.request = or_null(fields[ID]),
		.method = or_null(fields[FIRST_TEXT + METHOD]),
		.endpoint = or_null(fields[FIRST_TEXT + ENDPOINT]),
		.filter = or_null(fields[FIRST_TEXT + FILTER]),
		.since = or_null(fields[FIRST_TEXT + SINCE]),
		.fault = or_null(fields[FIRST_TEXT + FAULT]),
		.address = or_null(fields[FIRST_TEXT + ADDRESS]),
	};
	return count == FIELDS && entry->method != NULL &&
	       entry->endpoint != NULL && read_numbers(entry, fields);
}

/* --- folding -------------------------------------------------------------- */

/* What was met of a kind within a second. */
struct kind {
	struct hash128 hash;
	struct audit_entry *last; /* NULL: a free place */
	int met;
};

struct folding {
	struct kind *kinds;
	size_t places; /* a power of two */
	struct audit_entry *entries;
	size_t count, spoilt;
};

/* From the first field that a fold has in common to the line's end. */
static struct text in_common(const char *line, size_t len)
{
	const char *at = line, *end = line + len;

	for (int i = 0; i < APPLICATION; i++) {
		const char *tab = memchr(at, '\t', (size_t)(end - at));

		if (tab == NULL)
			break;
		at = tab + 1;
	}
	return (struct text){ at, (size_t)(end - at) };
}

static struct kind *find_kind(struct folding *folding, struct hash128 hash)
{
	size_t i = hash.low & (folding->places - 1);

	while (folding->kinds[i].last != NULL &&
	       (folding->kinds[i].hash.low != hash.low ||
		   folding->kinds[i].hash.high != hash.high))
		i = (i + 1) & (folding->places - 1);
	folding->kinds[i].hash = hash;
	return &folding->kinds[i];
}

static void fold_line(struct folding *folding, char *line, size_t len)
{
	static const uint8_t no_key[16];
	struct text common = in_common(line, len);
	struct hash128 hash = siphash128(no_key, common.at, common.len);
	struct audit_entry *entry = &folding->entries[folding->count];
	struct kind *kind;

	if (!line_read(entry, line, len)) {
		folding->spoilt++;
		return;
	}
	hash.high ^= (uint64_t)(entry->at / 1000);
	kind = find_kind(folding, hash);
	if (++kind->met <= UNFOLDED) {
		kind->last = entry;
		folding->count++;
		return;
	}
	kind->last->requests += entry->requests;
	kind->last->rows += entry->rows;
	kind->last->bytes += entry->bytes;
}

static size_t count_lines(const char *lines, size_t len)
{
	size_t count = 0;

	for (const char *at = lines, *end = lines + len; at < end; count++)
		at = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;
	return count;
}

void lines_fold(struct buf *out, struct arena *arena, char *lines, size_t len)
{
	size_t count = count_lines(lines, len);
	struct folding folding = { .places = 2 };

	while (folding.places < 2 * count)
		folding.places *= 2;
	folding.kinds =
	    arena_alloc(arena, folding.places * sizeof(*folding.kinds));
	folding.entries =
	    arena_alloc(arena, (count + 1) * sizeof(*folding.entries));
	for (char *line = lines, *end; line < lines + len; line = end + 1) {
		end = memchr(line, '\n', (size_t)(lines + len - line));
		fold_line(&folding, line, (size_t)(end - line));
	}
	buf_char(out, '[');
	for (size_t i = 0; i < folding.count; i++) {
		if (i > 0)
			buf_char(out, ',');
		entry_json(out, &folding.entries[i], NULL);
	}
	buf_char(out, ']');
	if (folding.spoilt > 0)
		log_line(LOG_ERROR, "audit", "spoilt_lines=%zu",
		    folding.spoilt);
}
