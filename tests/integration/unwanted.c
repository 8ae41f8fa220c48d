/* Accounts that no rule wants any more: their days, by the rule that wanted
 * them last, or by the directory.
 * threads: 1 */
#include "check.h"
#include "support/rulebook.h"

#include <string.h>

#define RULE(name, life)                                                       \
	"{'name':'" name "','when':{'column':'role','equals':'" name "'},"     \
	"'login':{'candidates':[{'copy':'givenName'}]},'place':['All'],"       \
	"'life':{" life "}}"

static const char *const rules[] = {
	RULE("student",
	    "'leaversPlace':['Leavers',{'copy':'school'}],"
	    "'stripGroups':true,'hide':true,'deleteAfterDays':'30'"),
	RULE("teacher", "'deleteAfterDays':'30','disableUnwantedAfterDays':'3',"
			"'deleteUnwantedAfterDays':'7'"),
	RULE("aide", "'deleteAfterDays':'30','deleteUnwantedAfterDays':'0'"),
	NULL,
};

static const char silent[] = "{'type':'ad','timeZone':'UTC'}";
static const char speaks[] =
    "{'type':'ad','timeZone':'UTC','unwanted':{'disableAfterDays':'2',"
    "'deleteAfterDays':'10'}}";

#define SINCE "2026-03-02T05:00:00Z"

/* clang-format off */
static const struct {
	const char *directory, *rule, *unwanted, *disabled, *now;
	enum life life;
	bool stays;
	const char *due;
} days[] = {
	/* New today: at once, and when it is deleted is known when it is. */
	{ silent, "student", NULL, NULL, SINCE, LIFE_UNWANTED, false, NULL },
	{ silent, "student", SINCE, SINCE, "2026-03-31T23:59:59Z", LIFE_UNWANTED, false, "2026-04-01T00:00:00.000Z" },
	{ silent, "student", SINCE, SINCE, "2026-04-01", LIFE_DELETED, false, "2026-04-01T00:00:00.000Z" },
	/* It was disabled long before, on leave: all of these days, too. */
	{ silent, "student", SINCE, "2025-09-01", "2026-03-31T23:59:59Z", LIFE_UNWANTED, false, "2026-04-01T00:00:00.000Z" },
	/* It was disabled late: the plan had been held. */
	{ silent, "student", SINCE, "2026-03-10T05:00:00Z", "2026-04-08T12:00:00Z", LIFE_UNWANTED, false, "2026-04-09T00:00:00.000Z" },
	/* A rule with days of its own. */
	{ silent, "teacher", SINCE, NULL, "2026-03-04T23:59:59Z", LIFE_UNWANTED, true, NULL },
	{ silent, "teacher", SINCE, NULL, "2026-03-05", LIFE_UNWANTED, false, NULL },
	{ silent, "teacher", SINCE, "2026-03-05", "2026-03-11T23:59:59Z", LIFE_UNWANTED, false, "2026-03-12T00:00:00.000Z" },
	{ silent, "teacher", SINCE, "2026-03-05", "2026-03-12", LIFE_DELETED, false, "2026-03-12T00:00:00.000Z" },
	{ speaks, "teacher", SINCE, "2026-03-05", "2026-03-12", LIFE_DELETED, false, "2026-03-12T00:00:00.000Z" },
	{ silent, "aide", SINCE, SINCE, "2036-01-01", LIFE_UNWANTED, false, NULL },
	/* The directory speaks for rules that say nothing, and for what is
	 * nobody's. */
	{ speaks, "student", SINCE, NULL, "2026-03-03T23:59:59Z", LIFE_UNWANTED, true, NULL },
	{ speaks, "student", SINCE, "2026-03-04", "2026-03-13T23:59:59Z", LIFE_UNWANTED, false, "2026-03-14T00:00:00.000Z" },
	{ speaks, "student", SINCE, "2026-03-04", "2026-03-14", LIFE_DELETED, false, "2026-03-14T00:00:00.000Z" },
	{ speaks, "gone", SINCE, "2026-03-04", "2026-03-14", LIFE_DELETED, false, "2026-03-14T00:00:00.000Z" },
	{ speaks, "aide", SINCE, SINCE, "2036-01-01", LIFE_UNWANTED, false, NULL },
	{ silent, "gone", SINCE, SINCE, "2036-01-01", LIFE_UNWANTED, false, NULL },
	{ silent, NULL, SINCE, SINCE, "2036-01-01", LIFE_UNWANTED, false, NULL },
};
/* clang-format on */

static int64_t time_of(const char *text)
{
	int64_t ms = 0;

	CHECK(text == NULL ||
		  clock_parse((struct text){ text, strlen(text) }, &ms),
	    "%s", text);
	return ms;
}

static void each_has_its_days(void **state)
{
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < array_length(days); i++) {
		const struct story story = { .person = "givenName=Zoe",
			.roles = { "role=parent" },
			.now = days[i].now,
			.login = "zoe",
			.disabled = days[i].disabled };
		const struct rulebook *book =
		    rulebook_made(arena, days[i].directory, rules);
		struct desire asked = rulebook_story(arena, book, &story, NULL);
		struct desired d;

		asked.rule = days[i].rule;
		asked.unwanted_since = time_of(days[i].unwanted);
		rulebook_desire(book, arena, &asked, &d);
		CHECK(d.life == LIFE_NONE, "%zu: wanted", i);
		rulebook_let_go(book, arena, &asked, &d);
		CHECK(d.life == days[i].life, "%zu: %s", i, life_words[d.life]);
		CHECK(d.stays == days[i].stays && !d.enabled, "%zu: stays", i);
		CHECK(strcmp(d.unwanted, "2026-03-02") == 0, "%zu: since %s", i,
		    d.unwanted);
		CHECK(d.delete_at == time_of(days[i].due), "%zu: due %lld", i,
		    (long long)d.delete_at);
	}
	arena_free(arena);
}

/* As leavers of that rule, and as far as it is known who they are. */
static void it_goes_where_leavers_go(void **state)
{
	struct arena *arena = arena_new();
	const struct rulebook *book = rulebook_made(arena, silent, rules);
	const struct story known = { .person = "givenName=Zoe",
		.roles = { "role=parent|school=North" },
		.now = SINCE,
		.login = "zoe" };
	const struct person nobody = { .id = { "p1", 2 } };
	struct desire asked = rulebook_story(arena, book, &known, NULL);
	struct desired d;

	(void)state;
	asked.rule = "student";
	rulebook_let_go(book, arena, &asked, &d);
	CHECK(d.place.count == 2 && text_is(d.place.parts[1], "North"),
	    "place: %d", d.place.count);
	CHECK(d.strip_groups && d.hide && d.attribute_count == 1 &&
		  text_is(d.attributes[0].values[0], "true"),
	    "hidden, and in no groups");
	CHECK(strcmp(d.why.rule, "student") == 0 && d.problem == NULL, "rule");
	asked.person = &nobody;
	rulebook_let_go(book, arena, &asked, &d);
	CHECK(d.place.count == 0 && d.problem == NULL && d.strip_groups,
	    "who is not known any more stays in their place");
	asked.rule = "gone";
	rulebook_let_go(book, arena, &asked, &d);
	CHECK(d.place.count == 0 && !d.strip_groups && d.attribute_count == 0,
	    "of a rule that is gone nothing is known");
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_has_its_days),
		cmocka_unit_test(it_goes_where_leavers_go),
	};

	return check_main(tests);
}
