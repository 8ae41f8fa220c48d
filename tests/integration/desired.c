/* From persons to the accounts that they should have: rules of a directory,
 * asked of persons as a test writes them.
 * threads: 1 */
#include "check.h"
#include "support/rulebook.h"

#include <string.h>

static const char *value(const struct desired *d, const char *name)
{
	static char text[400];
	size_t len = 0;

	for (int i = 0; i < d->attribute_count; i++) {
		const struct desired_attribute *a = &d->attributes[i];

		if (strcmp(a->name, name) != 0)
			continue;
		text[0] = '\0';
		for (int j = 0; j < a->count; j++)
			len += (size_t)snprintf(text + len, sizeof(text) - len,
			    "%s" TEXT_FMT, j > 0 ? "," : "",
			    TEXT_ARG(a->values[j]));
		return text;
	}
	return NULL;
}

static const char *place_of(const struct desired_place *place)
{
	static char text[200];
	size_t len = 0;

	text[0] = '\0';
	for (int i = 0; i < place->count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "/" TEXT_FMT, TEXT_ARG(place->parts[i]));
	return text;
}

static const char *groups_of(const struct desired *d)
{
	static char text[400];
	size_t len = 0;

	text[0] = '\0';
	for (int i = 0; i < d->group_count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len,
		    "%s" TEXT_FMT "%s", i > 0 ? "," : "",
		    TEXT_ARG(d->groups[i].name), d->groups[i].exact ? "!" : "");
	return text;
}

/* --- values --------------------------------------------------------------- */

static void test_values(void **state)
{
	static const struct story story = { .person = STUDENT
					    "|email=zoe@home.example",
		.roles = { AT_NORTH },
		.classes = { "class.classCode=M1",
		    "class.classCode=M2|enrollment.endDate=2025-09-01",
		    "class.classCode=B7|enrollment.beginDate=2025-09-01" } };
	struct arena *arena = arena_new();
	const struct rulebook *book =
	    rulebook_made(arena, rulebook_directory, rulebook_school);
	struct desired d;

	(void)state;
	rulebook_ask(arena, book, &story, NULL, &d);
	CHECK(d.problem == NULL, "%s", d.problem);
	CHECK(text_is(d.login, "zoe.oneilluk"), TEXT_FMT, TEXT_ARG(d.login));
	CHECK(text_is(d.basis, "zoe.oneilluk"), "basis");
	CHECK(text_is(d.name, "Zoë O'Neil-Łuk (zoe.oneilluk)"), TEXT_FMT,
	    TEXT_ARG(d.name));
	CHECK(strcmp(place_of(&d.place), "/Students/North High/09") == 0, "%s",
	    place_of(&d.place));
	CHECK(strcmp(value(&d, "mail"), "zoe.oneilluk@school.example") == 0,
	    "%s", value(&d, "mail"));
	CHECK(strcmp(value(&d, "employeeID"), "000042") == 0, "%s",
	    value(&d, "employeeID"));
	CHECK(strcmp(value(&d, "proxyAddresses"),
		  "SMTP:zoe.oneilluk@school.example,zoe@home.example") == 0,
	    "%s", value(&d, "proxyAddresses"));
	CHECK(strcmp(value(&d, "givenName"), "Zoë") == 0, "%s",
	    value(&d, "givenName"));
	CHECK(strcmp(value(&d, "company"), "Springfield") == 0, "%s",
	    value(&d, "company"));
	CHECK(strcmp(groups_of(&d),
		  "all people,class-B7,class-M1,students-101!") == 0,
	    "%s", groups_of(&d));
	CHECK(d.life == LIFE_ACTIVE && d.enabled, "%s", life_words[d.life]);
	CHECK(d.match_count == 1 && text_is(d.matches[0].value, "42"), "match");
	CHECK(strcmp(d.why.rule, "students") == 0, "%s", d.why.rule);
	CHECK(d.password.kind == PASSWORD_WORDS && d.password.words == 3 &&
		  d.password.change,
	    "password");
	for (int i = 0; i < d.attribute_count; i++)
		CHECK(d.attributes[i].initial == (strcmp(d.attributes[i].name,
						      "description") == 0) &&
			  d.attributes[i].why.rule != NULL &&
			  d.attributes[i].why.said[0] !=
			      '\0' + (strncmp(d.attributes[i].name, "msExch",
					  6) == 0),
		    "%s", d.attributes[i].name);
	arena_free(arena);
}

/* A rule that makes accounts wins over one that adds; roles choose the rule. */
static const struct {
	struct story story;
	const char *rule, *title, *groups;
} choices[] = {
	{ { .person = STUDENT,
	      .roles = { "role=teacher|"
			 "school.identifier=7",
		  "role=teacher|"
		  "school.identifier=8",
		  "role=aide|school.identifier=9|"
		  "role.endDate=2025-01-01" } },
	    "staff", "teacher", "all people,staff-7,staff-8" },
	/* Student no more, staff now. */
	{ { .person = STUDENT,
	      .roles = { "role=student|"
			 "role.endDate=2025-07-15",
		  "role=aide|"
		  "school.identifier=7" },
	      .now = "2025-12-01" },
	    "staff", "aide", "all people,staff-7" },
	/* Nobody waits for a student's autumn who is there as something else.
	 */
	{ { .person = STUDENT,
	      .roles = { "role=student|"
			 "role.endDate=2025-06-20",
		  "role=aide|"
		  "school.identifier=7" },
	      .now = "2025-07-15" },
	    "staff", "aide", "all people,staff-7" },
	/* Nor for one who became something else, and has left. */
	{ { .person = STUDENT,
	      .roles = { "role=student|"
			 "role.endDate=2025-05-25",
		  "role=teacher|"
		  "role.beginDate=2025-05-25|role.endDate=2025-06-10" },
	      .now = "2025-07-15",
	      .login = "zoe" },
	    "staff", "teacher", "" },
	/* But for one who was at another school in the summer. */
	{ { .person = STUDENT,
	      .roles = { AT_NORTH,
		  "role=student|school.identifier=7|"
		  "role.beginDate=2026-06-22|role.endDate=2026-07-10" },
	      .now = "2026-07-15",
	      .login = "zoe" },
	    "students", "never wins", "all people,students-101!" },
	/* Both: the rule that comes first. */
	{ { .person = STUDENT,
	      .roles = { "role=aide|"
			 "school.identifier=7",
		  AT_NORTH } },
	    "students", "never wins", "all people,students-101!" },
	{ { .person = STUDENT, .roles = { "role=parent" } }, NULL, NULL, "" },
	{ { .person = STUDENT, .roles = { NULL } }, NULL, NULL, "" },
};

static void test_choice(void **state)
{
	struct arena *arena = arena_new();
	const struct rulebook *book =
	    rulebook_made(arena, rulebook_directory, rulebook_school);

	(void)state;
	for (size_t i = 0; i < array_length(choices); i++) {
		struct desired d;

		rulebook_ask(arena, book, &choices[i].story, NULL, &d);
		CHECK((d.life == LIFE_NONE) == (choices[i].rule == NULL),
		    "%zu: %s", i, life_words[d.life]);
		CHECK(strcmp(groups_of(&d), choices[i].groups) == 0, "%zu: %s",
		    i, groups_of(&d));
		if (choices[i].rule == NULL)
			continue;
		CHECK(strcmp(d.why.rule, choices[i].rule) == 0, "%zu: %s", i,
		    d.why.rule);
		CHECK(strcmp(value(&d, "title"), choices[i].title) == 0,
		    "%zu: %s", i, value(&d, "title"));
	}
	arena_free(arena);
}

/* --- life ----------------------------------------------------------------- */

#define FROM_TO(from, to)                                                      \
	"role=student|role.beginDate=" from "|role.endDate=" to

/* clang-format off */
static const struct {
	const char *person, *role, *gone, *now, *login, *disabled;
	enum life life;
	bool enabled;
	const char *place;
} lives[] = {
	{ "grade=09", FROM_TO("2025-10-15", ""), NULL, "2025-09-30T23:59:00Z", NULL, NULL, LIFE_EARLY, false, "" },
	{ "grade=09", FROM_TO("2025-10-15", ""), NULL, "2025-10-01T00:00:00Z", NULL, NULL, LIFE_FUTURE, false, "/Students/09" },
	{ "grade=09", FROM_TO("2025-10-15", ""), NULL, "2025-08-01", "zoe", NULL, LIFE_FUTURE, false, "/Students/09" },
	{ "grade=09", FROM_TO("2025-10-15", ""), NULL, "2025-10-15", NULL, NULL, LIFE_ACTIVE, true, "/Students/09" },
	/* The last day is the one before endDate, until 18:00. */
	{ "grade=09", FROM_TO("2025-08-01", "2025-11-22"), NULL, "2025-11-21T17:59:59Z", "zoe", NULL, LIFE_ACTIVE, true, "/Students/09" },
	{ "grade=09", FROM_TO("2025-08-01", "2025-11-22"), NULL, "2025-11-21T18:00:00Z", "zoe", NULL, LIFE_LEAVER, false, "/Leavers" },
	{ "grade=09", FROM_TO("2025-08-01", "2025-11-22"), NULL, "2026-11-21", "zoe", NULL, LIFE_LEAVER, false, "/Leavers" },
	/* Deleted on the 30th day, whatever the hours were. */
	{ "grade=09", FROM_TO("2025-08-01", "2025-11-22"), NULL, "2025-12-20T23:59:59Z", "zoe", "2025-11-21T18:00:00Z", LIFE_LEAVER, false, "/Leavers" },
	{ "grade=09", FROM_TO("2025-08-01", "2025-11-22"), NULL, "2025-12-21T00:00:00Z", "zoe", "2025-11-21T18:00:00Z", LIFE_DELETED, false, "/Leavers" },
	{ "grade=09", FROM_TO("2025-08-01", "2025-11-22"), NULL, "2025-12-24T23:59:59Z", "zoe", "2025-11-25T02:00:00Z", LIFE_LEAVER, false, "/Leavers" },
	/* Who was disabled long before, on leave, has all these days too. */
	{ "grade=09", FROM_TO("2025-08-01", "2025-11-22"), NULL, "2025-12-20T23:59:59Z", "zoe", "2025-09-01T02:00:00Z", LIFE_LEAVER, false, "/Leavers" },
	{ "grade=09", FROM_TO("2025-08-01", "2025-11-22"), NULL, "2025-12-21T00:00:00Z", "zoe", "2025-09-01T02:00:00Z", LIFE_DELETED, false, "/Leavers" },
	/* Who never had an account, and has left, gets none. */
	{ "grade=09", FROM_TO("2025-08-01", "2025-11-22"), NULL, "2026-01-01", NULL, NULL, LIFE_LEAVER, false, "" },
	/* Summer is not a departure; who finishes school leaves. */
	{ "grade=09", FROM_TO("2024-08-01", "2025-06-20"), NULL, "2025-07-15", "zoe", NULL, LIFE_ACTIVE, true, "/Students/09" },
	{ "grade=09", FROM_TO("2024-08-01", "2025-06-20"), NULL, "2025-08-14T17:59:00Z", "zoe", NULL, LIFE_ACTIVE, true, "/Students/09" },
	{ "grade=09", FROM_TO("2024-08-01", "2025-06-20"), NULL, "2025-08-14T18:00:00Z", "zoe", NULL, LIFE_LEAVER, false, "/Leavers" },
	{ "grade=12", FROM_TO("2024-08-01", "2025-06-20"), NULL, "2025-07-15", "zoe", NULL, LIFE_LEAVER, false, "/Leavers" },
	{ "grade=09", FROM_TO("2024-08-01", "2025-04-20"), NULL, "2025-04-25", "zoe", NULL, LIFE_LEAVER, false, "/Leavers" },
	/* The year after is not in the calendar yet. */
	{ "grade=09", FROM_TO("2025-08-01", "2026-06-20"), NULL, "2026-10-01", "zoe", NULL, LIFE_ACTIVE, true, "/Students/09" },
	{ "grade=09", FROM_TO("2025-08-01", "2026-06-20"), NULL, "2026-11-01", "zoe", NULL, LIFE_LEAVER, false, "/Leavers" },
	/* Gone from the roster, without a last day. */
	{ "grade=09", FROM_TO("2025-08-01", ""), "2025-11-03", "2025-11-03", "zoe", NULL, LIFE_LEAVER, false, "/Leavers" },
	{ "grade=09", FROM_TO("2024-08-01", ""), "2025-06-25", "2025-07-20", "zoe", NULL, LIFE_ACTIVE, true, "/Students/09" },
	/* On leave, or as their source has it. */
	{ "grade=09|metadata.state=leave", FROM_TO("2025-08-01", ""), NULL, "2025-10-01", "zoe", NULL, LIFE_LEAVE, false, "/Students/09" },
	{ "grade=09|enabledUser=false", FROM_TO("2025-08-01", ""), NULL, "2025-10-01", "zoe", NULL, LIFE_LEAVE, false, "/Students/09" },
};
/* clang-format on */

static void check_leaver(const struct desired *d, bool disabled)
{
	CHECK(d->group_count == 0 && d->strip_groups && d->hide, "groups");
	CHECK(strcmp(value(d, "msExchHideFromAddressLists"), "true") == 0,
	    "hidden");
	CHECK((d->delete_at != 0) == disabled, "when");
}

static void test_life(void **state)
{
	struct arena *arena = arena_new();
	const struct rulebook *book =
	    rulebook_made(arena, rulebook_directory, rulebook_school);

	(void)state;
	for (size_t i = 0; i < array_length(lives); i++) {
		const struct story story = {
			.person = arena_printf(arena, "givenName=Zoe|%s",
			    lives[i].person),
			.roles = { lives[i].role },
			.gone = lives[i].gone,
			.now = lives[i].now,
			.login = lives[i].login,
			.disabled = lives[i].disabled,
		};
		struct desired d;

		rulebook_ask(arena, book, &story, NULL, &d);
		CHECK(d.problem == NULL, "%zu: %s", i, d.problem);
		CHECK(d.life == lives[i].life, "%zu: %s", i,
		    life_words[d.life]);
		CHECK(d.enabled == lives[i].enabled, "%zu", i);
		CHECK(strcmp(place_of(&d.place), lives[i].place) == 0,
		    "%zu: %s", i, place_of(&d.place));
		if (strcmp(lives[i].place, "/Leavers") == 0)
			check_leaver(&d, lives[i].disabled != NULL);
	}
	arena_free(arena);
}

/* clang-format off */
static const struct {
	const char *grade, *role, *now;
	bool leaving;
} leavings[] = {
	{ "09", FROM_TO("2025-08-01", "2025-11-22"), "2025-11-07T17:59:59Z", false },
	{ "09", FROM_TO("2025-08-01", "2025-11-22"), "2025-11-07T18:00:00Z", true },
	{ "09", FROM_TO("2025-08-01", "2025-11-22"), "2025-11-21T17:59:59Z", true },
	{ "09", FROM_TO("2025-08-01", "2025-11-22"), "2025-11-21T18:00:00Z", false },
	{ "09", FROM_TO("2025-08-01", ""), "2025-11-21", false },
	/* Before the summer those leave who do not come back, and while the
	 * others are waited for nobody does. */
	{ "12", FROM_TO("2024-08-01", "2025-06-20"), "2025-06-15", true },
	{ "09", FROM_TO("2024-08-01", "2025-06-20"), "2025-06-15", false },
	{ "09", FROM_TO("2024-08-01", "2025-06-20"), "2025-08-13", false },
};
/* clang-format on */

static void test_leaving(void **state)
{
	struct arena *arena = arena_new();
	const struct rulebook *book =
	    rulebook_made(arena, rulebook_directory, rulebook_school);

	(void)state;
	for (size_t i = 0; i < array_length(leavings); i++) {
		const struct story story = {
			.person = arena_printf(arena, "givenName=Zoe|grade=%s",
			    leavings[i].grade),
			.roles = { leavings[i].role },
			.now = leavings[i].now,
			.login = "zoe",
		};
		struct desired d;

		rulebook_ask(arena, book, &story, NULL, &d);
		CHECK(d.leaving == leavings[i].leaving, "%zu: %s", i, d.last);
	}
	arena_free(arena);
}

/* --- what can't be -------------------------------------------------------- */

static void test_problems(void **state)
{
	static const char *const rules[] = {
		"{'name':'r','login':{'candidates':[[{'copy':'username'},"
		"{'match':'^[a-z]+$'}],{'copy':'email'}]},'place':['P'],"
		"'attributes':{'c':[{'copy':'metadata.c'},{'lookup':{'table':"
		"{'1':'one'}}}]}}",
		NULL,
	};
	static const struct {
		const char *person, *problem, *key, *login;
	} cases[] = {
		{ "username=ann", NULL, NULL, "ann" },
		/* One candidate can't be made: the next one. */
		{ "username=7|email=e", NULL, NULL, "e" },
		{ "username=7", "none of the candidates gives a login",
		    "login.candidates", NULL },
		{ "username=ann|metadata.c=2",
		    "metadata.c, '2', is not in the lookup table of its rule",
		    "attributes", NULL },
	};
	struct arena *arena = arena_new();
	const struct rulebook *book = rulebook_made(arena, "{}", rules);

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		const struct story story = { .person = cases[i].person,
			.roles = { "role=student" } };
		struct desired d;

		rulebook_ask(arena, book, &story, NULL, &d);
		CHECK((d.problem == NULL) == (cases[i].problem == NULL), "%zu",
		    i);
		if (d.problem == NULL)
			CHECK(text_is(d.login, cases[i].login), "%zu", i);
		else
			CHECK(strcmp(d.problem, cases[i].problem) == 0 &&
				  strcmp(d.why.key, cases[i].key) == 0,
			    "%s: %s", d.why.key, d.problem);
	}
	arena_free(arena);
}

static void test_refused(void **state)
{
	static const struct {
		const char *key, *json, *says;
	} cases[] = {
		{ "when", "{'column':'rolle','equals':'x'}",
		    "no field 'rolle'" },
		{ "when", "{'column':'schol.name','equals':'x'}",
		    "no record 'schol.name'" },
		{ "when", "{'column':'role'}", "needs `equals`" },
		{ "when", "{'column':'agents','equals':'x'}", "no field" },
		{ "when", "{'any':{'column':'role','equals':'x'}}", "list" },
		{ "when", "{'not':{'column':'role','equals':'x'},'any':[]}",
		    "alone" },
		{ "login.candidates", "['lower']", "is a template" },
		{ "login.longest", "'2'", "from 3 to 256" },
		{ "label", "['lower']", "changes a value" },
		{ "place", "[]", "needs a list" },
		{ "attributes", "{'a':{'copy':'x.y'}}", "x.y" },
		{ "groups", "[{'name':'g','mode':'only'}]", "no 'only'" },
		{ "groups", "[{'place':['x']}]", "needs a `name`" },
		{ "groups", "[{'name':'g','members':'x'}]", "no 'members'" },
		{ "life.disableAt", "'25:00'", "time of the day" },
		{ "life.disableAt", "'24:01'", "time of the day" },
		{ "label", "[{'copy':'givenName'},{'ascii':'xx'}]", "ICU" },
		{ "label", "[{'copy':'givenName'},{'pad':{'width':'0'}}]",
		    "width" },
		{ "match", "[{'attribute':'a'}]", "`value`" },
	};
	struct arena *arena = arena_new();

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct err err = { 0 };

		CHECK(!rules_check(cases[i].key,
			  rulebook_json(arena, cases[i].json), &err),
		    "%s %s", cases[i].key, cases[i].json);
		CHECK(strstr(err.text, cases[i].says) != NULL, "%s: %s",
		    cases[i].json, err.text);
	}
	arena_free(arena);
}

static void test_guards(void **state)
{
	static const struct {
		enum rules_guarded what;
		const char *name;
		bool guarded;
	} cases[] = {
		{ GUARD_ACCOUNT, "Administrator", true },
		{ GUARD_ACCOUNT, "ADMINISTRATOR", true },
		{ GUARD_ACCOUNT, "krbtgt_12", true },
		{ GUARD_ACCOUNT, "pc17$", true },
		{ GUARD_ACCOUNT, "bossy", true },
		{ GUARD_ACCOUNT, "zoe", false },
		{ GUARD_GROUP, "domain admins", true },
		{ GUARD_GROUP, "students-101", false },
		{ GUARD_PLACE, "CN=Builtin,DC=x,DC=y", true },
		{ GUARD_PLACE, "CN=Ann,OU=board,OU=Staff,DC=x", true },
		{ GUARD_PLACE, "OU=Attic,DC=x", true },
		{ GUARD_PLACE, "OU=Board Room,DC=x", false },
		{ GUARD_PLACE, "OU=An Attic,DC=x", false },
		{ GUARD_PLACE, "OU=Surfboard,DC=x", false },
		{ GUARD_PLACE, "OU=Students,DC=x", false },
	};
	struct arena *arena = arena_new();
	const struct rulebook *book =
	    rulebook_made(arena, rulebook_directory, rulebook_school);

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++)
		CHECK(rulebook_guards(book, cases[i].what, cases[i].name) ==
			  cases[i].guarded,
		    "%s", cases[i].name);
	arena_free(arena);
}

/* --- how fast ------------------------------------------------------------- */

static double time_one(struct arena *arena, const struct rulebook *book,
    const char *names)
{
	const struct story story = { .person = arena_printf(arena,
					 "%s|grade=09|identifier=42|"
					 "enabledUser=true|status=active|"
					 "email=a@home.example",
					 names),
		.roles = { AT_NORTH },
		.classes = { "class.classCode=M1", "class.classCode=B7" } };
	const int count = check_sanitized() ? 200 : 20000;
	const struct desire asked = rulebook_story(arena, book, &story, NULL);
	struct arena *turn = arena_new();
	struct desired d;
	int64_t began = clock_tick();

	for (int i = 0; i < count; i++) {
		rulebook_desire(book, turn, &asked, &d);
		arena_reset(turn);
	}
	arena_free(turn);
	return (double)(clock_tick() - began) * 1000 / count;
}

/* Ten times what it takes: so that a busy machine does not fail it. */
static void test_speed(void **state)
{
	struct arena *arena = arena_new();
	const struct rulebook *book =
	    rulebook_made(arena, rulebook_directory, rulebook_school);
	double plain = time_one(arena, book, "givenName=Anna|familyName=Smith");
	double letters = time_one(arena, book, "givenName=Zoë|familyName=Łuk");

	(void)state;
	print_message("# a person: %.2f us; in other letters: %.2f us\n", plain,
	    letters);
	CHECK(check_sanitized() || (plain < 100 && letters < 400),
	    "it is much slower than it was");
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_leaving),
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_guards),
		cmocka_unit_test(test_speed),
	};

	return check_main(tests);
}
