/* Percent-encoding, base64, hexadecimal and JSON's strings. */
#include "check.h"

#define TEXT(literal) ((struct text){ (literal), sizeof(literal) - 1 })

/* clang-format off */
static const struct {
	struct text from;
	bool form;
	const char *want; /* NULL: refused */
} percent_cases[] = {
	{ TEXT(""),            false, "" },
	{ TEXT("a%20b"),       false, "a b" },
	{ TEXT("a+b"),         false, "a+b" },
	{ TEXT("a+b"),         true,  "a b" },
	{ TEXT("%2B"),         true,  "+" },
	{ TEXT("%c3%A9"),      false, "\xc3\xa9" },
	{ TEXT("%25%32%35"),   false, "%25" },
	{ TEXT("%"),           false, NULL },
	{ TEXT("%2"),          false, NULL },
	{ TEXT("a%2"),         false, NULL },
	{ TEXT("%zz"),         false, NULL },
	{ TEXT("%2g"),         false, NULL },
	{ TEXT("%00"),         false, NULL },
	{ TEXT("% 2"),         false, NULL },
};

static const struct {
	struct text bytes;
	const char *url;
	const char *padded;
} base64_cases[] = {
	{ TEXT(""),             "",          "" },
	{ TEXT("f"),            "Zg",        "Zg==" },
	{ TEXT("fo"),           "Zm8",       "Zm8=" },
	{ TEXT("foo"),          "Zm9v",      "Zm9v" },
	{ TEXT("foobar"),       "Zm9vYmFy",  "Zm9vYmFy" },
	{ TEXT("\xfb\xff\xfe"), "-__-",      "+//+" },
	{ TEXT("\0\0"),         "AAA",       "AAA=" },
};

/* Other spellings of what has one already. */
static const char *const base64url_refused[] = {
	"Z", "Zh", "Zm9", "Zg==", "Zg=", "Zm9v=", "Zm 9", "Zm9v\n", "+//+",
	"Zm9vZ", "Zm\xc3\xa9", "=",
};

static const char *const base64_refused[] = {
	"Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "====", "Zg==Zg==", "-__-",
	"Zm9v====", "Z===", " Zg==",
};

static const struct {
	struct text from;
	const char *want;
} json_cases[] = {
	{ TEXT(""),                 "\"\"" },
	{ TEXT("plain"),            "\"plain\"" },
	{ TEXT("a\"b\\c/d"),        "\"a\\\"b\\\\c/d\"" },
	{ TEXT("\b\f\n\r\t"),       "\"\\b\\f\\n\\r\\t\"" },
	{ TEXT("\0\x01\x1f\x20"),   "\"\\u0000\\u0001\\u001f \"" },
	{ TEXT("\x7f\xc3\xa9"),     "\"\x7f\xc3\xa9\"" },
	{ TEXT("12345678\"12345678\""), "\"12345678\\\"12345678\\\"\"" },
	{ TEXT("1234567\n"),        "\"1234567\\n\"" },
	{ TEXT("12345678\x1f"),     "\"12345678\\u001f\"" },
};
/* clang-format on */

static void decodes_percent(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(percent_cases); i++) {
		char text[64] = "";
		size_t len = percent_cases[i].from.len;
		const char *want = percent_cases[i].want;
		bool good;

		memcpy(text, percent_cases[i].from.at, len);
		good = percent_decode(text, &len, percent_cases[i].form);
		CHECK(good == (want != NULL), "case %zu", i);
		CHECK(!good || text_is((struct text){ text, len }, want),
		    "case %zu: %.*s", i, (int)len, text);
	}
}

static void encodes_percent(void **state)
{
	struct buf out = { 0 };

	(void)state;
	percent_encode(&out, "aZ9-._~ /?%\xc3\xa9+", 14);
	CHECK(strcmp(buf_text(&out), "aZ9-._~%20%2F%3F%25%C3%A9%2B") == 0, "%s",
	    buf_text(&out));
	buf_free(&out);
}

static void codes_base64(void **state)
{
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < array_length(base64_cases); i++) {
		struct text bytes = base64_cases[i].bytes;
		const char *url = base64_cases[i].url;
		const char *padded = base64_cases[i].padded;

		out.len = 0;
		base64url_encode(&out, bytes.at, bytes.len);
		CHECK(strcmp(buf_text(&out), url) == 0, "%s", buf_text(&out));
		out.len = 0;
		CHECK(base64url_decode(&out, url, strlen(url)), "%s", url);
		CHECK(out.len == bytes.len, "%s", url);
		CHECK(memcmp(buf_text(&out), bytes.at, out.len) == 0, "%s",
		    url);
		out.len = 0;
		CHECK(base64_decode(&out, padded, strlen(padded)), "%s",
		    padded);
		CHECK(out.len == bytes.len, "%s", padded);
		CHECK(memcmp(buf_text(&out), bytes.at, out.len) == 0, "%s",
		    padded);
	}
	buf_free(&out);
}

/* Refused, and nothing was added. */
static void refuses_other_spellings(void **state)
{
	struct buf out = { 0 };

	(void)state;
	buf_puts(&out, "kept");
	for (size_t i = 0; i < array_length(base64url_refused); i++) {
		const char *text = base64url_refused[i];

		CHECK(!base64url_decode(&out, text, strlen(text)), "%s", text);
		CHECK(out.len == 4, "%s", text);
	}
	for (size_t i = 0; i < array_length(base64_refused); i++) {
		const char *text = base64_refused[i];

		CHECK(!base64_decode(&out, text, strlen(text)), "%s", text);
		CHECK(out.len == 4, "%s", text);
	}
	buf_free(&out);
}

static void returns_what_went_in(void **state)
{
	uint64_t random = check_seed();
	struct buf spelled = { 0 }, back = { 0 };

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t size = check_random(&random) % 40, len;
		char bytes[40];

		for (size_t i = 0; i < size; i++)
			bytes[i] = (char)(check_random(&random) % 255 + 1);
		spelled.len = back.len = 0;
		base64url_encode(&spelled, bytes, size);
		CHECK(base64url_decode(&back, spelled.data, spelled.len),
		    "round %d", round);
		CHECK(back.len == size &&
			  memcmp(buf_text(&back), bytes, size) == 0,
		    "round %d", round);
		spelled.len = 0;
		percent_encode(&spelled, bytes, size);
		len = spelled.len;
		(void)buf_text(&spelled);
		CHECK(percent_decode(spelled.data, &len, round % 2 == 0),
		    "round %d", round);
		CHECK(len == size && memcmp(spelled.data, bytes, size) == 0,
		    "round %d", round);
	}
	buf_free(&spelled);
	buf_free(&back);
}

static void writes_hex(void **state)
{
	char out[9];

	(void)state;
	hex_encode(out, "\x00\x9a\xff\x10", 4);
	CHECK(strcmp(out, "009aff10") == 0, "%s", out);
	hex_encode(out, "", 0);
	CHECK(strcmp(out, "") == 0, "%s", out);
}

static void reads_hex(void **state)
{
	static const char *const bad[] = { "0", "0g", "g0", "00 ", " 00",
		"0x" };
	struct buf out = { 0 };

	(void)state;
	CHECK(hex_decode(&out, "009aFF10", 8) && out.len == 4 &&
		  memcmp(out.data, "\x00\x9a\xff\x10", 4) == 0,
	    "%zu bytes", out.len);
	CHECK(hex_decode(&out, "", 0) && out.len == 4, "nothing");
	for (size_t i = 0; i < array_length(bad); i++)
		CHECK(!hex_decode(&out, bad[i], strlen(bad[i])), "%s", bad[i]);
	buf_free(&out);
}

static void quotes_json(void **state)
{
	struct buf out = { 0 };

	(void)state;
	for (size_t i = 0; i < array_length(json_cases); i++) {
		out.len = 0;
		json_quote(&out, json_cases[i].from.at, json_cases[i].from.len);
		CHECK(strcmp(buf_text(&out), json_cases[i].want) == 0,
		    "case %zu: %s", i, buf_text(&out));
	}
	buf_free(&out);
}

/* Each byte in each place of a stride, against a rule of one line. */
static void quotes_each_byte_anywhere(void **state)
{
	struct buf out = { 0 };

	(void)state;
	for (int c = 0; c < 256; c++)
		for (size_t at = 0; at < 17; at++) {
			bool special = c < 0x20 || c == '"' || c == '\\';
			char text[17];

			memset(text, 'x', sizeof(text));
			text[at] = (char)c;
			out.len = 0;
			json_quote(&out, text, sizeof(text));
			CHECK((out.len > sizeof(text) + 2) == special,
			    "byte %d at %zu", c, at);
			CHECK((out.data[at + 1] == '\\') == special,
			    "byte %d at %zu", c, at);
		}
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decodes_percent),
		cmocka_unit_test(encodes_percent),
		cmocka_unit_test(codes_base64),
		cmocka_unit_test(refuses_other_spellings),
		cmocka_unit_test(returns_what_went_in),
		cmocka_unit_test(writes_hex),
		cmocka_unit_test(reads_hex),
		cmocka_unit_test(quotes_json),
		cmocka_unit_test(quotes_each_byte_anywhere),
	};

	return check_main(tests);
}
