/* The decoders of text: whatever comes in, they end and keep their word. */
#include "homeroom/base.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void percent(const char *text, size_t size, bool form)
{
	struct buf decoded = { 0 }, again = { 0 };
	size_t len = size;

	buf_add(&decoded, text, size);
	if (size > 0 && percent_decode(decoded.data, &len, form)) {
		assert(len <= size);
		percent_encode(&again, decoded.data, len);
		assert(percent_decode(again.data, &again.len, false) ||
		       memchr(text, '\0', size) != NULL);
	}
	buf_free(&decoded);
	buf_free(&again);
}

/* What is decoded has one spelling: the one that came in. */
static void base64(const char *text, size_t size)
{
	struct buf decoded = { 0 }, again = { 0 };

	if (base64url_decode(&decoded, text, size)) {
		base64url_encode(&again, decoded.data, decoded.len);
		assert(again.len == size);
		assert(size == 0 || memcmp(again.data, text, size) == 0);
	}
	decoded.len = 0;
	if (base64_decode(&decoded, text, size))
		assert(decoded.len <= size / 4 * 3);
	buf_free(&decoded);
	buf_free(&again);
}

static void clocks(const char *text, size_t size)
{
	struct text given = { text, size };
	char canonical[CLOCK_TEXT];
	int64_t when, again;

	if (!clock_parse(given, &when))
		return;
	clock_format(canonical, when);
	assert(clock_parse((struct text){ canonical, CLOCK_TEXT - 1 }, &again));
	assert(again == when);
}

/* Quoted text holds no control character and only closes at its end. */
static void json(const char *text, size_t size)
{
	struct buf quoted = { 0 };

	json_quote(&quoted, text, size);
	assert(quoted.len >= size + 2 && quoted.data[0] == '"');
	for (size_t i = 1; i + 1 < quoted.len; i++) {
		assert((unsigned char)quoted.data[i] >= 0x20);
		assert(quoted.data[i] != '"');
		if (quoted.data[i] == '\\')
			i++;
	}
	assert(quoted.data[quoted.len - 1] == '"');
	buf_free(&quoted);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	int64_t number;

	percent(text, size, false);
	percent(text, size, true);
	base64(text, size);
	clocks(text, size);
	json(text, size);
	(void)utf8_valid(text, size);
	(void)date_valid((struct text){ text, size });
	if (text_integer((struct text){ text, size }, -5, 5, &number))
		assert(number >= -5 && number <= 5);
	return 0;
}
