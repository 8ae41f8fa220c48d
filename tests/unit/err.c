/* The error value, and the table of faults. */
#include "check.h"

/* Here, for a macro of cmocka's has its name. */
#define fail(err, fault, ...) (err_set((err), (fault), __VA_ARGS__), false)

static void first_failure_stays(void **state)
{
	struct err err = { 0 };

	(void)state;
	CHECK(!fail(&err, FAULT_BUSY, "first %d", 1), "false");
	CHECK(!fail(&err, FAULT_IO, "second"), "false");
	CHECK(err.fault == FAULT_BUSY, "%d", err.fault);
	err_add(&err, "line %d", 7);
	CHECK(strcmp(err.text, "line 7: first 1") == 0, "%s", err.text);
}

/* Text that is cut stays valid, wherever the cut falls. */
static void cut_text_is_valid(void **state)
{
	(void)state;
	for (int pad = 0; pad < 8; pad++) {
		struct err err = { 0 };
		char text[800] = "";

		for (int i = 0; i < pad; i++)
			text[i] = 'x';
		for (size_t i = (size_t)pad; i + 5 < sizeof(text); i += 4)
			memcpy(text + i, "\360\237\230\200", 5);
		err_set(&err, FAULT_INVALID, "%s", text);
		CHECK(utf8_valid(err.text, strlen(err.text)), "pad %d", pad);
		CHECK(strlen(err.text) > 500, "%zu", strlen(err.text));
		err_add(&err, "%s", text + pad);
		CHECK(utf8_valid(err.text, strlen(err.text)), "pad %d", pad);
	}
}

static void every_fault_has_its_row(void **state)
{
	(void)state;
	for (int i = 0; i < FAULT_COUNT; i++) {
		const struct fault_rule *rule = &fault_rules[i];

		CHECK(rule->name != NULL, "fault %d", i);
		CHECK(rule->status >= 200 && rule->status < 600, "%s",
		    rule->name);
		CHECK(rule->codeMinor[0] != '\0', "%s", rule->name);
		CHECK(!rule->retry || rule->status >= 429, "%s", rule->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_failure_stays),
		cmocka_unit_test(cut_text_is_valid),
		cmocka_unit_test(every_fault_has_its_row),
	};

	return check_main(tests);
}
