/* The reader and the writer of CSV. */
#include "check.h"

#include "homeroom/model.h"

/* What comes out, as text: 1[a|b]3[c|d], the numbers being lines, and
 * 4!BAD_QUOTE@0 for a row with a problem and its field. */
struct seen {
	struct arena *arena;
	struct csv *csv;
	struct buf rows;
};

static const char *const problems[] = {
	[CSV_FINE] = "FINE",
	[CSV_BAD_QUOTE] = "BAD_QUOTE",
	[CSV_OPEN_QUOTE] = "OPEN_QUOTE",
	[CSV_BAD_UTF8] = "BAD_UTF8",
	[CSV_NUL] = "NUL",
	[CSV_TOO_LONG] = "TOO_LONG",
	[CSV_TOO_MANY] = "TOO_MANY",
};

static void begin(struct seen *seen)
{
	*seen = (struct seen){ .arena = arena_new() };
	seen->csv = csv_new(seen->arena);
}

static void end(struct seen *seen)
{
	buf_free(&seen->rows);
	arena_free(seen->arena);
}

static void see(struct seen *seen, const struct csv_row *row)
{
	buf_printf(&seen->rows, "%d", (int)row->line);
	if (row->problem != CSV_FINE) {
		buf_printf(&seen->rows, "!%s@%d", problems[row->problem],
		    row->problem_field);
		return;
	}
	for (int i = 0; i < row->count; i++) {
		buf_char(&seen->rows, i == 0 ? '[' : '|');
		buf_add(&seen->rows, row->fields[i].at, row->fields[i].len);
	}
	buf_char(&seen->rows, ']');
}

/* The piece lies in memory of its own, so that a sanitizer sees who looks at
 * it after it is gone. */
static void feed(struct seen *seen, const char *data, size_t len, bool last)
{
	char *piece = memory_new(len + 1);
	struct csv_row row;

	memcpy(piece, data, len);
	csv_feed(seen->csv, piece, len, last);
	while (csv_next(seen->csv, &row))
		see(seen, &row);
	memory_free(piece);
}

struct file {
	const char *text;
	const char *want;
};

/* clang-format off */

static const struct file files[] = {
	{ "", "" },
	{ "\n\r\n\n", "" },
	{ "a,b\nc,d\n", "1[a|b]2[c|d]" },
	{ "a,b\r\nc,d\r\n", "1[a|b]2[c|d]" },
	{ "a,b\nc,d", "1[a|b]2[c|d]" },
	{ "a,b\nc,d\r", "1[a|b]2[c|d]" },
	{ "a,\n,b\n,\n", "1[a|]2[|b]3[|]" },
	{ "a,", "1[a|]" },
	{ ",", "1[|]" },
	{ "a\n\nb\n", "1[a]3[b]" },
	{ "\"a\",\"b\"\n\"c\",\"d\"", "1[a|b]2[c|d]" },
	{ "\"a\",\"b\"\r\n", "1[a|b]" },
	{ "\"a\",\"b\"\r", "1[a|b]" },
	{ "\"\"\n", "1[]" },
	{ "\"\",\"\"", "1[|]" },
	{ "\"a,b\",c\n", "1[a,b|c]" },
	{ "\"a\"\"b\",\"\"\"\"\n", "1[a\"b|\"]" },
	{ "\"\"\"a\"\"\",x,\"b\"\"\"\"c\"\n", "1[\"a\"|x|b\"\"c]" },
	{ "\"a\nb\",c\nd,e\n", "1[a\nb|c]3[d|e]" },
	{ "\"a\r\n\r\nb\"\r\nd\r\n", "1[a\r\n\r\nb]4[d]" },
	{ "a\rb,c\n", "1[a\rb|c]" },
	{ " a , b \n", "1[ a | b ]" },
	{ "\xef\xbb\xbf" "a,b\n", "1[a|b]" },
	{ "\xef\xbb\xbf\"a\",b\n", "1[a|b]" },
	{ "\xef\xbb\xbf", "" },
	{ "\xef\xbb", "1!BAD_UTF8@0" },
	{ "\xef\xbb\x80,b\n", "1[\xef\xbb\x80|b]" },
	{ "\xef\xba\x80,b\n", "1[\xef\xba\x80|b]" },
	{ "a,b\n\xef\xbb\xbf,c\n", "1[a|b]2[\xef\xbb\xbf|c]" },
	{ "\xc3\xa9,\xf0\x9f\x98\x80\n", "1[\xc3\xa9|\xf0\x9f\x98\x80]" },
	/* problems, and that the next row is found again */
	{ "a\"b,c\nd\n", "1!BAD_QUOTE@0" "2[d]" },
	{ "x,a\"b\",c\nd\n", "1!BAD_QUOTE@1" "2[d]" },
	{ "x,\"a\"b,c\nd\n", "1!BAD_QUOTE@1" "2[d]" },
	{ "\"a\" ,c\nd\n", "1!BAD_QUOTE@0" "2[d]" },
	{ "\"a\"\rc\nd\n", "1!BAD_QUOTE@0" "2[d]" },
	{ "a,\"b\n", "1!OPEN_QUOTE@1" },
	{ "a,\"b", "1!OPEN_QUOTE@1" },
	{ "a,\"b\nc,d\ne\n", "1!OPEN_QUOTE@1" "2[c|d]3[e]" },
	{ "a,\"b\nc,\"d\"\ne\n", "1!BAD_QUOTE@1" "2[c|d]3[e]" },
	{ "a,\"b\n\n\"c\",\"d\"\ne\n", "1!BAD_QUOTE@1" "3[c|d]4[e]" },
	{ "\"a\nb\",\"c\nd,\"e\"\nf\n", "1!BAD_QUOTE@1" "3[d|e]4[f]" },
	{ "a,\xff\nb\n", "1!BAD_UTF8@1" "2[b]" },
	{ "\xed\xa0\x80,a\nb\n", "1!BAD_UTF8@0" "2[b]" },
	{ "a,\"\xe2\x82\",b\nb\n", "1!BAD_UTF8@1" "2[b]" },
	{ 0 }
};

/* clang-format on */

static void check_rows(struct seen *seen, const struct file *f, size_t cut)
{
	CHECK(strcmp(buf_text(&seen->rows), f->want) == 0,
	    "'%s' cut at %zu\n got %s\nwant %s", f->text, cut,
	    buf_text(&seen->rows), f->want);
}

static void reads(void **state)
{
	(void)state;
	for (const struct file *f = files; f->text != NULL; f++) {
		size_t len = strlen(f->text);

		for (size_t cut = 0; cut <= len; cut++) {
			struct seen seen;

			begin(&seen);
			feed(&seen, f->text, cut, false);
			feed(&seen, f->text + cut, len - cut, true);
			check_rows(&seen, f, cut);
			end(&seen);
		}
	}
}

static void reads_bytes(void **state)
{
	(void)state;
	for (const struct file *f = files; f->text != NULL; f++) {
		struct seen seen;

		begin(&seen);
		for (const char *p = f->text; *p != '\0'; p++)
			feed(&seen, p, 1, false);
		feed(&seen, "", 0, true);
		check_rows(&seen, f, 1);
		end(&seen);
	}
}

static void sees_nul(void **state)
{
	struct seen seen;

	(void)state;
	begin(&seen);
	feed(&seen, "a,b\0c\nd\n", 8, true);
	CHECK(strcmp(buf_text(&seen.rows), "1!NUL@1"
					   "2[d]") == 0,
	    "%s", buf_text(&seen.rows));
	end(&seen);
}

/* --- limits -------------------------------------------------------------- */

/* A row of `length` bytes between two short ones, in pieces of `piece`. */
static void long_row(size_t length, size_t piece, char fill, const char *want)
{
	struct buf file = { 0 };
	struct seen seen;

	buf_puts(&file, "a\n\"");
	buf_reserve(&file, length);
	memset(file.data + file.len, fill, length - 3);
	file.len += length - 3;
	buf_puts(&file, "\"\nb\n");
	begin(&seen);
	for (size_t at = 0; at < file.len; at += piece) {
		size_t left = file.len - at;

		feed(&seen, file.data + at, left < piece ? left : piece,
		    left <= piece);
	}
	CHECK(seen.rows.len > 0 &&
		  strcmp(buf_text(&seen.rows) + seen.rows.len - strlen(want),
		      want) == 0,
	    "%zu bytes in pieces of %zu: %.100s", length, piece,
	    buf_text(&seen.rows));
	end(&seen);
	buf_free(&file);
}

static void bounds_rows(void **state)
{
	const size_t max = CSV_ROW_MAX;

	(void)state;
	for (size_t piece = 1 << 10; piece <= 4 * max; piece <<= 2) {
		long_row(max, piece, 'x', "xx]3[b]");
		long_row(max + 1, piece, 'x', "1[a]2!TOO_LONG@-13[b]");
		long_row(3 * max, piece, 'x', "1[a]2!TOO_LONG@-13[b]");
		long_row(5 * max / 2, piece, '\n', "[b]");
	}
}

static void bounds_fields(void **state)
{
	struct buf file = { 0 };
	struct seen seen;

	(void)state;
	for (int i = 1; i < CSV_FIELDS_MAX; i++)
		buf_char(&file, ',');
	buf_puts(&file, "\n,");
	for (int i = 1; i < CSV_FIELDS_MAX; i++)
		buf_char(&file, ',');
	buf_puts(&file, "\nc\n");
	begin(&seen);
	feed(&seen, file.data, file.len, true);
	CHECK(seen.rows.data[1] == '[', "%s", buf_text(&seen.rows));
	CHECK(strcmp(buf_text(&seen.rows) + CSV_FIELDS_MAX + 2,
		  "2!TOO_MANY@-13[c]") == 0,
	    "%s", buf_text(&seen.rows));
	end(&seen);
	buf_free(&file);
}

/* --- what was written is what is read ------------------------------------ */

static void put_random(uint64_t *seed, struct buf *file, struct buf *want)
{
	static const char *const bits[] = { "a", "b", ",", "\"", "\n", "\r",
		" ", "\xc3\xa9", "{", "" };
	size_t start = want->len;
	bool quote = check_random(seed) % 2;

	for (uint64_t n = check_random(seed) % 6; n > 0; n--)
		buf_puts(want, bits[check_random(seed) % array_length(bits)]);
	csv_put(file, want->data + start, want->len - start, quote);
}

static void round_trip(uint64_t *seed)
{
	struct buf file = { 0 }, want = { 0 };
	struct seen seen;
	size_t at = 0;
	int line = 1;

	for (int row = 0; row < 8; row++) {
		size_t start = want.len;

		buf_printf(&want, "%d[x", line);
		buf_puts(&file, "x");
		for (uint64_t n = check_random(seed) % 4; n > 0; n--) {
			buf_char(&file, ',');
			buf_char(&want, '|');
			put_random(seed, &file, &want);
		}
		for (size_t i = start; i < want.len; i++)
			line += want.data[i] == '\n';
		buf_char(&want, ']');
		buf_puts(&file, check_random(seed) % 2 ? "\n" : "\r\n");
		line++;
	}
	begin(&seen);
	while (at < file.len) {
		size_t len = check_random(seed) % 20;

		len = len < file.len - at ? len : file.len - at;
		feed(&seen, file.data + at, len, at + len == file.len);
		at += len;
	}
	CHECK(strcmp(buf_text(&seen.rows), buf_text(&want)) == 0,
	    "%s\n got %s\nwant %s", buf_text(&file), buf_text(&seen.rows),
	    buf_text(&want));
	end(&seen);
	buf_free(&file);
	buf_free(&want);
}

static void writes(void **state)
{
	uint64_t seed = check_seed();

	(void)state;
	for (int i = 0; i < 4000; i++)
		round_trip(&seed);
}

/* Whatever comes, however it is cut, the rows are the same. */
static void cut_anywhere(uint64_t *seed)
{
	static const char alphabet[] = "ab,,\"\"\"\n\n\r\xef\xbb\xbf";
	char file[64];
	size_t len = check_random(seed) % sizeof(file), at = 0;
	struct seen whole, cut;

	for (size_t i = 0; i < len; i++)
		file[i] = alphabet[check_random(seed) % (sizeof(alphabet) - 1)];
	begin(&whole);
	feed(&whole, file, len, true);
	begin(&cut);
	while (at < len) {
		size_t piece = check_random(seed) % 5;

		piece = piece < len - at ? piece : len - at;
		feed(&cut, file + at, piece, false);
		at += piece;
	}
	feed(&cut, "", 0, true);
	CHECK(strcmp(buf_text(&whole.rows), buf_text(&cut.rows)) == 0,
	    "'%.*s'\nwhole %s\n  cut %s", (int)len, file, buf_text(&whole.rows),
	    buf_text(&cut.rows));
	end(&whole);
	end(&cut);
}

static void cuts(void **state)
{
	uint64_t seed = check_seed();

	(void)state;
	for (int i = 0; i < 8000; i++)
		cut_anywhere(&seed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(reads_bytes),
		cmocka_unit_test(sees_nul),
		cmocka_unit_test(bounds_rows),
		cmocka_unit_test(bounds_fields),
		cmocka_unit_test(writes),
		cmocka_unit_test(cuts),
	};

	return check_main(tests);
}
