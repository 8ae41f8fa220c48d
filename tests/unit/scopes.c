/* Scopes as texts. */
#include "check.h"
#include "homeroom/model.h"

#define P11 "https://purl.imsglobal.org/spec/or/v1p1/scope/"
#define P12 "https://purl.imsglobal.org/spec/or/v1p2/scope/"

static void reads(void **state)
{
	static const struct {
		const char *list;
		unsigned want;
	} cases[] = {
		{ "", 0 },
		{ " ", 0 },
		{ "nonsense", 0 },
		{ "roster.readonly", 0 },
		{ P12 "roster.readonly", SCOPE_ROSTER },
		{ P12 "roster.readonly ", SCOPE_ROSTER },
		{ P12 "roster.readonlyx " P12, 0 },
		{ P11 "roster.readonly", SCOPE_ROSTER << SCOPE_11 },
		{ "x  " P12 "roster-core.readonly " P12 "roster.readonly",
		    SCOPE_ROSTER | SCOPE_ROSTER_CORE },
	};

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++)
		CHECK(scopes_read(cases[i].list) == cases[i].want, "%s",
		    cases[i].list);
}

static void writes_what_it_reads(void **state)
{
	struct buf out = { 0 };
	unsigned all = 0;

	(void)state;
	for (const struct scope_name *s = scope_names; s->uri != NULL; s++) {
		CHECK((all & s->bit) == 0, "%s shares its bit", s->uri);
		all |= s->bit;
	}
	scopes_write(&out, all);
	CHECK(scopes_read(buf_text(&out)) == all, "%s", buf_text(&out));
	buf_free(&out);
	scopes_write(&out, 0);
	CHECK(out.len == 0, "nothing");
	buf_free(&out);
}

static void people_name_both_versions(void **state)
{
	(void)state;
	CHECK(scopes_named("roster.readonly") ==
		  (SCOPE_ROSTER | SCOPE_ROSTER << SCOPE_11),
	    "both");
	CHECK(scopes_named(P12 "roster.readonly") == SCOPE_ROSTER, "one");
	CHECK(scopes_named("roster") == 0, "none");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(people_name_both_versions),
	};

	return check_main(tests);
}
