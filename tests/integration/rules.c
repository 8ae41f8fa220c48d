/* Rules of a mapping: what each makes of a row, and which can't be. */
#include "check.h"
#include "homeroom/mapping.h"

#include <string.h>

/* The columns a, b and c of a row. */
#define FILE_OF(rule)                                                          \
	"{\"f\":{\"feeds\":[{\"entity\":\"orgs\",\"fields\":{\"sourcedId\":"   \
	"{\"copy\":\"a\"},\"name\":" rule                                      \
	",\"type\":{\"constant\":\"school\"}}}]}}"

/* clang-format off */
static const struct {
	const char *rule, *a, *b, *c;
	const char *want; /* NULL: it can't be made */
	const char *code;
} cases[] = {
	{ "{\"copy\":\"b\"}", "", "x y", "", "x y", NULL },
	{ "{\"constant\":\"north\"}", "", "", "", "north", NULL },
	{ "{\"constant\":true}", "", "", "", "true", NULL },
	{ "{\"concat\":[{\"copy\":\"a\"},\"-\",[{\"copy\":\"b\"},\"upper\"]]}", "1", "x", "", "1-X", NULL },
	{ "{\"first\":[{\"copy\":\"a\"},{\"copy\":\"b\"},\"none\"]}", "", "x", "", "x", NULL },
	{ "{\"first\":[{\"copy\":\"a\"},{\"copy\":\"b\"},\"none\"]}", "", "", "", "none", NULL },
	{ "[{\"copy\":\"a\"},{\"pad\":{\"width\":\"4\"}}]", "7", "", "", "0007", NULL },
	{ "[{\"copy\":\"a\"},{\"pad\":{\"width\":\"4\",\"with\":\"ß\",\"side\":\"right\"}}]", "ä7", "", "", "ä7ßß", NULL },
	{ "[{\"copy\":\"a\"},{\"pad\":{\"width\":\"2\"}}]", "12345", "", "", "12345", NULL },
	{ "[{\"copy\":\"a\"},{\"pad\":{\"width\":\"2\"}}]", "", "", "", "", NULL },
	{ "[{\"copy\":\"a\"},\"ascii\"]", "Łukasz Müller-Ångström Ñandú O’Neil", "", "", "Lukasz Muller-Angstrom Nandu O'Neil", NULL },
	{ "[{\"copy\":\"a\"},{\"ascii\":\"de\"}]", "Müller Groß Łukasz", "", "", "Mueller Gross Lukasz", NULL },
	{ "[{\"copy\":\"a\"},\"ascii\",\"lower\"]", "Αθήνα Київ", "", "", "athena kiiv", NULL },
	{ "{\"when\":[{\"if\":{\"any\":[{\"column\":\"a\",\"equals\":\"1\"},{\"column\":\"b\",\"equals\":\"1\"}]},\"then\":{\"copy\":\"c\"}}]}", "0", "1", "c", "c", NULL },
	{ "{\"when\":[{\"if\":{\"any\":[{\"column\":\"a\",\"equals\":\"1\"},{\"column\":\"b\",\"equals\":\"1\"}]},\"then\":{\"copy\":\"c\"}}]}", "0", "0", "c", "", NULL },
	{ "{\"when\":[{\"if\":{\"not\":{\"column\":\"a\",\"equals\":\"1\"}},\"then\":{\"copy\":\"c\"}}]}", "0", "", "c", "c", NULL },
	{ "{\"when\":[{\"if\":{\"not\":[{\"column\":\"a\",\"equals\":\"1\"},{\"column\":\"b\",\"equals\":\"1\"}]},\"then\":{\"copy\":\"c\"}}]}", "1", "1", "c", "", NULL },
	{ "{\"when\":[{\"if\":{\"column\":\"a\",\"atLeast\":\"2025-08-01\",\"atMost\":\"2026-07-31\"},\"then\":{\"copy\":\"c\"}}]}", "2026-07-31", "", "c", "c", NULL },
	{ "{\"when\":[{\"if\":{\"column\":\"a\",\"atLeast\":\"2025-08-01\",\"atMost\":\"2026-07-31\"},\"then\":{\"copy\":\"c\"}}]}", "2025-07-31", "", "c", "", NULL },
	{ "{\"when\":[{\"if\":{\"column\":\"a\",\"atMost\":\"2026-07-31\"},\"then\":{\"copy\":\"c\"}}]}", "", "", "c", "", NULL },
	{ "[{\"copy\":\"a\"},\"trim\"]", " \t x y\r\n ", "", "", "x y", NULL },
	{ "[{\"copy\":\"a\"},\"trim\"]", " \t ", "", "", "", NULL },
	{ "[{\"copy\":\"a\"},\"upper\"]", "josé straße ÿ ł я", "", "", "JOSÉ STRAßE Ÿ Ł Я", NULL },
	{ "[{\"copy\":\"a\"},\"lower\"]", "ÀÉÎ ŁÓDŹ ΑΒΓ Ж 李", "", "", "àéî łódź αβγ ж 李", NULL },
	{ "[{\"copy\":\"a\"},\"title\"]", "JEAN-luc o'NEIL d’ARC 3RD", "", "", "Jean-Luc O'Neil D’Arc 3rd", NULL },
	{ "[{\"copy\":\"a\"},{\"slice\":{\"from\":\"2\",\"length\":\"3\"}}]", "äöüßx", "", "", "öüß", NULL },
	{ "[{\"copy\":\"a\"},{\"slice\":{\"from\":\"-2\"}}]", "äöüß", "", "", "üß", NULL },
	{ "[{\"copy\":\"a\"},{\"slice\":{\"from\":\"-9\"}}]", "äö", "", "", "äö", NULL },
	{ "[{\"copy\":\"a\"},{\"slice\":{\"from\":\"9\"}}]", "äö", "", "", "", NULL },
	{ "[{\"copy\":\"a\"},{\"slice\":{\"length\":\"9\"}}]", "äö", "", "", "äö", NULL },
	{ "[{\"copy\":\"a\"},{\"match\":\"^([^@]+)@\"}]", "x.y@z", "", "", "x.y", NULL },
	{ "[{\"copy\":\"a\"},{\"match\":\"\\\\d+\"}]", "No. 12 b", "", "", "12", NULL },
	{ "[{\"copy\":\"a\"},{\"match\":\"\\\\d+\"}]", "none", "", "", NULL, "no_match" },
	{ "[{\"copy\":\"a\"},{\"match\":\"\\\\d+\"}]", "", "", "", "", NULL },
	{ "[{\"copy\":\"a\"},{\"match\":{\"pattern\":\"\\\\d+\",\"otherwise\":\"0\"}}]", "none", "", "", "0", NULL },
	{ "[{\"copy\":\"a\"},{\"match\":\"^(a+)+$\"}]", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab", "", "", NULL, "too_hard" },
	{ "[{\"copy\":\"a\"},{\"replace\":{\"pattern\":\"(\\\\w+), (\\\\w+)\",\"with\":\"$2 $1\"}}]", "Doe, Jo", "", "", "Jo Doe", NULL },
	{ "[{\"copy\":\"a\"},{\"replace\":{\"pattern\":\"\\\\D\",\"with\":\"\"}}]", "(555) 01-02", "", "", "5550102", NULL },
	{ "[{\"copy\":\"a\"},{\"replace\":{\"pattern\":\"a\",\"with\":\"0123456789012345678901234567890123456789\"}}]", "aaaa", "", "", "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789", NULL },
	{ "[{\"copy\":\"a\"},{\"lookup\":{\"table\":{\"T\":\"teacher\",\"P\":\"principal\"}}}]", "P", "", "", "principal", NULL },
	{ "[{\"copy\":\"a\"},{\"lookup\":{\"table\":{\"T\":\"teacher\"}}}]", "t", "", "", NULL, "not_in_table" },
	{ "[{\"copy\":\"a\"},{\"lookup\":{\"table\":{\"T\":\"teacher\"}}}]", "", "", "", "", NULL },
	{ "[{\"copy\":\"a\"},{\"lookup\":{\"table\":{\"T\":\"teacher\",\"\":\"nobody\"}}}]", "", "", "", "nobody", NULL },
	{ "[{\"copy\":\"a\"},{\"lookup\":{\"table\":{\"T\":\"teacher\"},\"otherwise\":\"aide\"}}]", "X", "", "", "aide", NULL },
	{ "[{\"copy\":\"a\"},{\"date\":\"DD.MM.YYYY\"}]", "29.02.2024", "", "", "2024-02-29", NULL },
	{ "[{\"copy\":\"a\"},{\"date\":\"DD.MM.YYYY\"}]", "29.02.2023", "", "", NULL, "bad_date" },
	{ "[{\"copy\":\"a\"},{\"date\":\"DD.MM.YYYY\"}]", "1.02.2023", "", "", NULL, "bad_date" },
	{ "[{\"copy\":\"a\"},{\"date\":[\"M/D/YYYY\",\"M/D/YY\"]}]", "7/4/49", "", "", "2049-07-04", NULL },
	{ "[{\"copy\":\"a\"},{\"date\":[\"M/D/YYYY\",\"M/D/YY\"]}]", "12/31/50", "", "", "1950-12-31", NULL },
	{ "[{\"copy\":\"a\"},{\"date\":\"D-MMM-YYYY\"}]", "3-SEP-2020", "", "", "2020-09-03", NULL },
	{ "[{\"copy\":\"a\"},{\"date\":\"YYYY-MM-DD*\"}]", "2020-09-03 00:00:00", "", "", "2020-09-03", NULL },
	{ "[{\"copy\":\"a\"},{\"date\":\"YYYYMMDD\"}]", "20200903x", "", "", NULL, "bad_date" },
	{ "[{\"copy\":\"a\"},{\"date\":\"YYYYMMDD\"}]", "", "", "", "", NULL },
	{ "{\"when\":[{\"if\":{\"column\":\"a\",\"equals\":[\"1\",\"2\"]},\"then\":{\"copy\":\"b\"}},{\"otherwise\":{\"copy\":\"c\"}}]}", "2", "b", "c", "b", NULL },
	{ "{\"when\":[{\"if\":{\"column\":\"a\",\"equals\":[\"1\",\"2\"]},\"then\":{\"copy\":\"b\"}},{\"otherwise\":{\"copy\":\"c\"}}]}", "3", "b", "c", "c", NULL },
	{ "{\"when\":[{\"if\":[{\"column\":\"a\",\"empty\":false},{\"column\":\"b\",\"matches\":\"^x\"}],\"then\":{\"copy\":\"b\"}}]}", "1", "xy", "", "xy", NULL },
	{ "{\"when\":[{\"if\":[{\"column\":\"a\",\"empty\":false},{\"column\":\"b\",\"matches\":\"^x\"}],\"then\":{\"copy\":\"b\"}}]}", "", "xy", "", "", NULL },
	{ "[{\"when\":[{\"if\":{\"column\":\"a\",\"empty\":true},\"then\":{\"constant\":\"none\"}}]},\"upper\"]", "", "", "", "NONE", NULL },
};

static const struct {
	const char *rule;
	const char *why;
} bad[] = {
	{ "\"trim\"", "comes first" },
	{ "[{\"copy\":\"a\"},{\"copy\":\"b\"}]", "makes a value" },
	{ "[]", "1 to 32 steps" },
	{ "{}", "a step or a list" },
	{ "{\"copy\":\"\"}", "column's name" },
	{ "{\"copy\":{}}", "column's name" },
	{ "{\"concat\":[]}", "list of 1 to" },
	{ "{\"concat\":[{\"concat\":[{\"concat\":[{\"concat\":[{\"copy\":\"a\"}]}]}]}]}", "deep" },
	{ "[{\"copy\":\"a\"},{\"trim\":\"x\"}]", "told nothing" },
	{ "[{\"copy\":\"a\"},{\"match\":\"(\"}]", "regular expression" },
	{ "[{\"copy\":\"a\"},{\"match\":{}}]", "regular expression" },
	{ "[{\"copy\":\"a\"},{\"replace\":{\"pattern\":\"x\"}}]", "needs a text" },
	{ "[{\"copy\":\"a\"},{\"replace\":{\"pattern\":\"x\",\"with\":\"$1\"}}]", "group" },
	{ "[{\"copy\":\"a\"},{\"replace\":{\"pattern\":\"x\",\"with\":\"$\"}}]", "group" },
	{ "[{\"copy\":\"a\"},{\"lookup\":{}}]", "needs `table`" },
	{ "[{\"copy\":\"a\"},{\"lookup\":{\"table\":{\"a\":{}}}}]", "needs a text" },
	{ "[{\"copy\":\"a\"},{\"date\":\"DD.MM\"}]", "year, month and day" },
	{ "[{\"copy\":\"a\"},{\"date\":[]}]", "needs a format" },
	{ "[{\"copy\":\"a\"},{\"slice\":{\"from\":\"0\"}}]", "needs `from`" },
	{ "[{\"copy\":\"a\"},{\"slice\":{\"to\":\"3\"}}]", "no 'to'" },
	{ "{\"when\":[{\"otherwise\":{\"copy\":\"a\"}},{\"otherwise\":{\"copy\":\"a\"}}]}", "comes last" },
	{ "{\"when\":[{\"if\":{\"column\":\"a\"},\"then\":{\"copy\":\"a\"}}]}", "needs `equals`" },
	{ "{\"when\":[{\"if\":{\"column\":\"a\",\"empty\":\"yes\"},\"then\":{\"copy\":\"a\"}}]}", "true or false" },
	{ "{\"whenever\":[]}", "no step" },
};
/* clang-format on */

static bool compile(struct arena *arena, const char *rule,
    const struct mapping **mapping, struct err *err)
{
	const char *json = arena_printf(arena, FILE_OF("%s"), rule);

	return mapping_compile(arena, json, mapping, err);
}

static const struct mapping_field *find_field(const struct mapping *mapping,
    const char *name)
{
	const struct mapping_feed *feed = &mapping->files[0].feeds[0];

	for (int i = 0; i < feed->field_count; i++)
		if (strcmp(feed->fields[i].name, name) == 0)
			return &feed->fields[i];
	return NULL;
}

static void makes_values(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct arena *arena = arena_new();
		const char *const texts[] = { cases[i].a, cases[i].b,
			cases[i].c };
		struct text fields[3], value;
		int at[CSV_FIELDS_MAX];
		struct mapping_row row = { arena, fields, at };
		struct mapping_fault fault = { 0 };
		const struct mapping *mapping;
		struct err err = { 0 };
		bool made;

		for (int j = 0; j < 3; j++)
			fields[j] = (struct text){ texts[j], strlen(texts[j]) };
		CHECK(compile(arena, cases[i].rule, &mapping, &err), "%s: %s",
		    cases[i].rule, err.text);
		for (int j = 0; j < mapping->files[0].column_count; j++)
			at[j] = mapping->files[0].columns[j][0] - 'a';
		made = mapping_value(find_field(mapping, "name"), &row, &value,
		    &fault);
		CHECK(made == (cases[i].want != NULL), "%s of %s",
		    cases[i].rule, cases[i].a);
		CHECK(!made || text_is(value, cases[i].want),
		    "%s of %s: " TEXT_FMT, cases[i].rule, cases[i].a,
		    TEXT_ARG(value));
		CHECK(made || strcmp(fault.code, cases[i].code) == 0,
		    "%s of %s: %s", cases[i].rule, cases[i].a, fault.code);
		arena_free(arena);
	}
}

static void refuses_rules(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(bad); i++) {
		struct arena *arena = arena_new();
		const struct mapping *mapping;
		struct err err = { 0 };

		CHECK(!compile(arena, bad[i].rule, &mapping, &err) &&
			  err.fault == FAULT_INVALID &&
			  strstr(err.text, bad[i].why) != NULL &&
			  strstr(err.text, "name of orgs") != NULL,
		    "%s: %s", bad[i].rule, err.text);
		arena_free(arena);
	}
}

/* clang-format off */
static const struct {
	enum encoding encoding;
	const char *in;
	size_t len;
	const char *want;
} encoded[] = {
	{ ENCODING_MARKED,  "a\xc3\xa9", 3, "aé" },
	{ ENCODING_MARKED,  "\xff\xfe" "a\0\xe9\0", 6, "\xef\xbb\xbf" "aé" },
	{ ENCODING_MARKED,  "\xfe\xff\0a\0\xe9", 6, "\xef\xbb\xbf" "aé" },
	{ ENCODING_MARKED,  "a", 1, "a" },
	{ ENCODING_MARKED,  "", 0, "" },
	{ ENCODING_UTF16LE, "\x3d\xd8\x00\xde" "x\0", 6, "😀x" },
	{ ENCODING_UTF16BE, "\xd8\x3d\xde\x00\0x", 6, "😀x" },
	{ ENCODING_UTF16LE, "\x00\xde" "x\0", 4, "\xffx" },
	{ ENCODING_UTF16LE, "\x3d\xd8" "x\0", 4, "\xffx" },
	{ ENCODING_UTF16LE, "x\0\x3d", 3, "x\xff" },
	{ ENCODING_1252,    "\x80\x9f\xe9z", 4, "€Ÿéz" },
	{ ENCODING_1252,    "a\x81", 2, "a\xff" },
};
/* clang-format on */

/* In pieces of every size. */
static void decodes(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(encoded); i++)
		for (size_t size = 1; size <= encoded[i].len + 1; size++) {
			struct decoder decoder = { .encoding =
						       encoded[i].encoding };
			struct buf out = { 0 };

			for (size_t at = 0; at < encoded[i].len; at += size)
				decode(&decoder,
				    (struct text){ encoded[i].in + at,
					at + size < encoded[i].len
					    ? size
					    : encoded[i].len - at },
				    false, &out);
			decode(&decoder, (struct text){ "", 0 }, true, &out);
			CHECK(strcmp(buf_text(&out), encoded[i].want) == 0,
			    "%zu in pieces of %zu: %s", i, size,
			    buf_text(&out));
			buf_free(&out);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_values),
		cmocka_unit_test(refuses_rules),
		cmocka_unit_test(decodes),
	};

	return check_main(tests);
}
