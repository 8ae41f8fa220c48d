/* The growing runs of bytes. */
#include "check.h"

static void grows(void **state)
{
	struct buf buf = { 0 };

	(void)state;
	for (int i = 0; i < 10000; i++)
		buf_char(&buf, (char)('a' + i % 26));
	CHECK(buf.len == 10000, "%zu", buf.len);
	for (int i = 0; i < 10000; i++)
		CHECK(buf.data[i] == 'a' + i % 26, "at %d", i);
	buf_free(&buf);
	CHECK(buf.data == NULL && buf.cap == 0, "freed");
}

static void formats(void **state)
{
	struct buf buf = { 0 };
	size_t len;
	char *taken;

	(void)state;
	CHECK(strcmp(buf_text(&buf), "") == 0, "empty");
	buf_add(&buf, "", 0);
	buf_puts(&buf, "ab");
	buf_printf(&buf, "%d-%s", 7, "x");
	CHECK(strcmp(buf_text(&buf), "ab7-x") == 0, "%s", buf_text(&buf));
	taken = buf_take(&buf, &len);
	CHECK(len == 5 && buf.len == 0 && buf.data == NULL, "%zu", len);
	memory_free(taken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows),
		cmocka_unit_test(formats),
	};

	return check_main(tests);
}
