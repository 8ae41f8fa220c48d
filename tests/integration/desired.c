/* From persons to the accounts that they should have: rules of a directory,
 * asked of persons as a test writes them, and of those that are published. */
#include "check.h"
#include "homeroom/rules.h"
#include "provision/provision.h"
#include "support/database.h"
#include "support/fixture.h"

#include <string.h>

#define DAY INT64_C(86400000)
#define TEXTS_MAX 40

/* --- writing rules and persons
 * ------------------------------------------------
 */

/* JSON is written with ' for ". */
static const char *json(struct arena *arena, const char *text)
{
	char *copy = arena_text(arena, text);

	for (char *p = copy; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	return copy;
}

static struct rulebook *compile(struct arena *arena, const char *directory,
    const char *const *rules)
{
	const char *texts[8];
	struct rulebook_texts all = { json(arena, directory), texts, 0 };
	struct rulebook *book;
	struct err err = { 0 };

	for (; rules[all.count] != NULL; all.count++)
		texts[all.count] = json(arena, rules[all.count]);
	CHECK(rulebook_compile(arena, &all, &book, &err), "%s", err.text);
	return book;
}

/* "givenName=Anna|familyName=Ax": fields of the columns of a scope. */
static const struct text *fields(struct arena *arena,
    const struct rulebook *book, enum rules_scope scope, const char *says)
{
	struct text *all = arena_alloc(arena, (TEXTS_MAX + 1) * sizeof(*all));
	int count;
	const struct rules_column *columns = rulebook_columns(book, &count);

	for (int i = 0; i < count; i++) {
		const char *at = says, *found = NULL;
		size_t len = strlen(columns[i].name);

		while (
		    columns[i].scope == scope && found == NULL && *at != '\0') {
			if (strncmp(at, columns[i].name, len) == 0 &&
			    at[len] == '=')
				found = at + len + 1;
			at += strcspn(at, "|");
			at += *at == '|';
		}
		if (found != NULL)
			all[columns[i].slot] =
			    (struct text){ found, strcspn(found, "|") };
	}
	return all;
}

/* Several, each after the other; an empty one ends them. */
static int add_all(struct arena *arena, const struct rulebook *book,
    enum rules_scope scope, const char *const *says,
    const struct text *const **out)
{
	const struct text **all = arena_alloc(arena, 8 * sizeof(*all));
	int count = 0;

	for (; says[count] != NULL; count++)
		all[count] = fields(arena, book, scope, says[count]);
	*out = all;
	return count;
}

struct story {
	const char *person;
	const char *roles[5], *classes[5];
	const char *gone;
	const char *now; /* local time; UTC is the same here */
	const char *login;
	const char *disabled; /* since when */
};

static const struct school_year years[] = {
	{ "2024-08-01", "2025-07-01" },
	{ "2025-08-01", "2026-07-01" },
};

static int64_t time_of(const char *text)
{
	int64_t ms;

	CHECK(clock_parse((struct text){ text, strlen(text) }, &ms), "%s",
	    text);
	return ms;
}

static void desire(struct arena *arena, const struct rulebook *book,
    const struct story *story, struct names *names, struct desired *out)
{
	static const struct rules_moment template = { .years = years,
		.year_count = 2 };
	struct rules_moment *moment =
	    arena_copy(arena, &template, sizeof(template));
	struct person *person = arena_alloc(arena, sizeof(*person));
	struct desire asked = { .person = person,
		.moment = moment,
		.names = names };
	const char *now = story->now != NULL ? story->now : "2025-10-01";

	moment->now = moment->local = time_of(now);
	person->id = (struct text){ "p1", 2 };
	person->fields = fields(arena, book, SCOPE_PERSON, story->person);
	person->role_count =
	    add_all(arena, book, SCOPE_ROLE, story->roles, &person->roles);
	person->class_count =
	    add_all(arena, book, SCOPE_CLASS, story->classes, &person->classes);
	if (story->gone != NULL)
		snprintf(person->gone, sizeof(person->gone), "%s", story->gone);
	if (story->login != NULL)
		asked.login =
		    (struct text){ story->login, strlen(story->login) };
	if (story->disabled != NULL)
		asked.disabled_since = time_of(story->disabled);
	rulebook_desire(book, arena, &asked, out);
}

/* --- a book
 * ---------------------------------------------------------------------
 */

static const char directory[] =
    "{'type':'ad','timeZone':'UTC','match':[{'attribute':'employeeID','value':"
    "{'copy':'identifier'}}],'protect':{'accounts':['boss*'],'places':"
    "['OU=Board']}}";

#define LOGIN                                                                  \
	"'login':{'candidates':[[{'concat':[{'copy':'givenName'},'.',"         \
	"{'copy':'familyName'}]},'ascii','lower',{'replace':{'pattern':"       \
	"'[^a-z0-9.]','with':''}}],[{'concat':[[{'copy':'givenName'},"         \
	"{'slice':{'length':'1'}}],{'copy':'familyName'}]},'ascii','lower']]}"

static const char *const school_rules[] = {
	"{'name':'students','order':'10','when':{'column':'role','equals':"
	"'student'}," LOGIN ",'place':['Students',{'copy':'school'},{'copy':"
	"'grade'}],'label':{'concat':[{'copy':'givenName'},' ',{'copy':"
	"'familyName'},' (',{'copy':'account.login'},')']},'attributes':{"
	"'mail':{'concat':[{'copy':'account.login'},'@school.example']},"
	"'givenName':{'first':[{'copy':'preferredFirstName'},{'copy':"
	"'givenName'}]},'employeeID':[{'copy':'identifier'},{'pad':{'width':"
	"'6'}}],'proxyAddresses':{'values':[{'concat':['SMTP:',{'copy':"
	"'account.login'},'@school.example']},{'copy':'email'}]}},'initial':{"
	"'description':{'constant':'made by Homeroom'}},'groups':[{'name':"
	"{'concat':['students-',{'copy':'school.identifier'}]},'place':"
	"['Groups'],'mode':'exact'},{'name':{'concat':['class-',{'copy':"
	"'class.classCode'}]},'each':'class','place':['Groups','Classes']}],"
	"'life':{'createDaysBefore':'14','disableAt':'18:00','summer':{'not':"
	"{'column':'grade','equals':'12'}},'onLeave':{'column':'metadata.state'"
	","
	"'equals':'leave'},'leaversPlace':['Leavers'],'stripGroups':true,"
	"'hide':true,'deleteAfterDays':'30'},'password':{'type':'words','words'"
	":"
	"'3'}}",
	"{'name':'staff','order':'20','when':{'column':'role','equals':"
	"['teacher','aide','administrator']}," LOGIN ",'place':['Staff'],"
	"'attributes':{'title':{'copy':'role'}},'groups':[{'name':{'concat':"
	"['staff-',{'copy':'school.identifier'}]},'each':'role'}]}",
	"{'name':'everybody','order':'90','attributes':{'company':{'constant':"
	"'Springfield'},'title':{'constant':'never wins'}},'groups':[{'name':"
	"'all people'}]}",
	NULL,
};

#define STUDENT                                                                \
	"givenName=Zoë|familyName=O'Neil-Łuk|grade=09|identifier=42|"        \
	"enabledUser=true|status=active"
#define AT_NORTH                                                               \
	"role=student|school=North High|school.identifier=101|"                \
	"role.beginDate=2024-08-01|role.endDate=2026-06-20"

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

/* --- values ------------------------------------------------------------------
 */

static void test_values(void **state)
{
	static const struct story story = { .person = STUDENT
					    "|email=zoe@home.example",
		.roles = { AT_NORTH },
		.classes = { "class.classCode=M1",
		    "class.classCode=M2|enrollment.endDate=2025-09-01",
		    "class.classCode=B7|enrollment.beginDate=2025-09-01" } };
	struct arena *arena = arena_new();
	const struct rulebook *book = compile(arena, directory, school_rules);
	struct desired d;

	(void)state;
	desire(arena, book, &story, NULL, &d);
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
static void test_choice(void **state)
{
	static const struct {
		struct story story;
		const char *rule, *title, *groups;
	} cases[] = {
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
		/* Both: the rule that comes first. */
		{ { .person = STUDENT,
		      .roles = { "role=aide|"
				 "school.identifier=7",
			  AT_NORTH } },
		    "students", "never wins", "all people,students-101!" },
		{ { .person = STUDENT, .roles = { "role=parent" } }, NULL, NULL,
		    "" },
		{ { .person = STUDENT, .roles = { NULL } }, NULL, NULL, "" },
	};
	struct arena *arena = arena_new();
	const struct rulebook *book = compile(arena, directory, school_rules);

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct desired d;

		desire(arena, book, &cases[i].story, NULL, &d);
		CHECK(d.problem == NULL, "%zu: %s", i, d.problem);
		CHECK((d.life == LIFE_NONE) == (cases[i].rule == NULL),
		    "%zu: %s", i, life_words[d.life]);
		CHECK(strcmp(groups_of(&d), cases[i].groups) == 0, "%zu: %s", i,
		    groups_of(&d));
		if (cases[i].rule == NULL)
			continue;
		CHECK(strcmp(d.why.rule, cases[i].rule) == 0, "%zu: %s", i,
		    d.why.rule);
		CHECK(strcmp(value(&d, "title"), cases[i].title) == 0,
		    "%zu: %s", i, value(&d, "title"));
	}
	arena_free(arena);
}

/* --- life --------------------------------------------------------------------
 */

#define FROM_TO(from, to)                                                      \
	"role=student|role.beginDate=" from "|role.endDate=" to

static void test_life(void **state)
{
	static const struct {
		const char *person, *role, *gone, *now, *login, *disabled;
		enum life life;
		bool enabled;
		const char *place;
	} cases[] = {
		/* clang-format off */
		{ "grade=09", FROM_TO("2025-10-15", ""), NULL, "2025-09-30T23:59:00Z", NULL, NULL, LIFE_EARLY, false, "" },
		{ "grade=09", FROM_TO("2025-10-15", ""), NULL, "2025-10-01T00:00:00Z", NULL, NULL, LIFE_FUTURE, false, "/Students/09" },
		{ "grade=09", FROM_TO("2025-10-15", ""), NULL, "2025-08-01", "zoe", NULL, LIFE_FUTURE, false, "/Students/09" },
		{ "grade=09", FROM_TO("2025-10-15", ""), NULL, "2025-10-15", NULL, NULL, LIFE_ACTIVE, true, "/Students/09" },
		/* The last day is the one before endDate, until 18:00. */
		{ "grade=09", FROM_TO("2025-08-01", "2025-11-22"), NULL, "2025-11-21T17:59:59Z", "zoe", NULL, LIFE_ACTIVE, true, "/Students/09" },
		{ "grade=09", FROM_TO("2025-08-01", "2025-11-22"), NULL, "2025-11-21T18:00:00Z", "zoe", NULL, LIFE_LEAVER, false, "/Leavers" },
		{ "grade=09", FROM_TO("2025-08-01", "2025-11-22"), NULL, "2026-11-21", "zoe", NULL, LIFE_LEAVER, false, "/Leavers" },
		{ "grade=09", FROM_TO("2025-08-01", "2025-11-22"), NULL, "2025-12-21T18:00:00Z", "zoe", "2025-11-21T18:00:00Z", LIFE_DELETED, false, "/Leavers" },
		{ "grade=09", FROM_TO("2025-08-01", "2025-11-22"), NULL, "2025-12-21T17:00:00Z", "zoe", "2025-11-21T18:00:00Z", LIFE_LEAVER, false, "/Leavers" },
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
		/* clang-format on */
	};
	struct arena *arena = arena_new();
	const struct rulebook *book = compile(arena, directory, school_rules);

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		const struct story story = {
			.person = arena_printf(arena, "givenName=Zoe|%s",
			    cases[i].person),
			.roles = { cases[i].role },
			.gone = cases[i].gone,
			.now = cases[i].now,
			.login = cases[i].login,
			.disabled = cases[i].disabled,
		};
		struct desired d;

		desire(arena, book, &story, NULL, &d);
		CHECK(d.problem == NULL, "%zu: %s", i, d.problem);
		CHECK(d.life == cases[i].life, "%zu: %s", i,
		    life_words[d.life]);
		CHECK(d.enabled == cases[i].enabled, "%zu", i);
		CHECK(strcmp(place_of(&d.place), cases[i].place) == 0,
		    "%zu: %s", i, place_of(&d.place));
		if (strcmp(cases[i].place, "/Leavers") == 0)
			CHECK(
			    d.group_count == 0 && d.strip_groups && d.hide &&
				strcmp(value(&d, "msExchHideFromAddressLists"),
				    "true") == 0 &&
				(d.delete_at != 0) ==
				    (cases[i].disabled != NULL),
			    "%zu", i);
	}
	arena_free(arena);
}

/* --- names -------------------------------------------------------------------
 */

static void test_names(void **state)
{
	struct arena *arena = arena_new();
	struct names *names = names_new(arena);

	(void)state;
	names_take(names, (struct text){ "José.Ñandú", 13 });
	CHECK(names_taken(names, (struct text){ "jose.nandu", 10 }), "accents");
	CHECK(names_taken(names, (struct text){ "JOSE.NANDU", 10 }), "case");
	CHECK(!names_taken(names, (struct text){ "jose.nand", 9 }), "other");
	for (int i = 0; i < 20000; i++) {
		const char *name = arena_printf(arena, "n%d", i);

		CHECK(!names_taken(names, (struct text){ name, strlen(name) }),
		    "%s", name);
		names_take(names, (struct text){ name, strlen(name) });
	}
	for (int i = 0; i < 20000; i++) {
		const char *name = arena_printf(arena, "N%d", i);

		CHECK(names_taken(names, (struct text){ name, strlen(name) }),
		    "%s", name);
	}
	arena_free(arena);
}

#define CROWD 3000

struct member {
	int id;
	const char *person;
	struct text login;
};

static int compare_members(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* Gives logins to those who have none, in the order of their ids. */
static void give_logins(struct arena *arena, const struct rulebook *book,
    struct member *crowd, int count)
{
	struct names *names = names_new(arena);

	qsort(crowd, (size_t)count, sizeof(*crowd), compare_members);
	for (int i = 0; i < count; i++)
		if (crowd[i].login.len > 0)
			names_take(names, crowd[i].login);
	for (int i = 0; i < count; i++) {
		const struct story story = { .person = crowd[i].person,
			.roles = { AT_NORTH },
			.login = crowd[i].login.len > 0
				     ? arena_textn(arena, crowd[i].login.at,
					   crowd[i].login.len)
				     : NULL };
		struct desired d;

		desire(arena, book, &story, names, &d);
		CHECK(d.problem == NULL && d.login.len > 0 && d.login.len <= 20,
		    "%s", crowd[i].person);
		CHECK(crowd[i].login.len == 0 ||
			  (d.login.len == crowd[i].login.len &&
			      memcmp(d.login.at, crowd[i].login.at,
				  d.login.len) == 0),
		    "a login that was given stays");
		crowd[i].login = d.login;
	}
}

static void shuffle(struct member *crowd, int count, uint64_t *seed)
{
	for (int i = count - 1; i > 0; i--) {
		int j = (int)(check_random(seed) % (uint64_t)(i + 1));
		struct member kept = crowd[i];

		crowd[i] = crowd[j];
		crowd[j] = kept;
	}
}

static int compare_logins(const void *a, const void *b)
{
	const struct member *x = a, *y = b;
	size_t len = x->login.len < y->login.len ? x->login.len : y->login.len;
	int differ = strncasecmp(x->login.at, y->login.at, len);

	return differ != 0 ? differ
			   : (x->login.len > y->login.len) -
				 (x->login.len < y->login.len);
}

/* Few names for many people: no two have one login, whoever comes first, and
 * nobody's changes when others come or go. */
static void test_crowd(void **state)
{
	static const char *const given[] = { "Ann", "Änn", "Bo", "Christopher",
		"Łukasz", "Maximilian-Alexander" };
	static const char *const family[] = { "Li", "O'Neil", "Smith",
		"Wolfeschlegelsteinhausen" };
	struct arena *arena = arena_new();
	const struct rulebook *book = compile(arena, directory, school_rules);
	struct member *crowd = arena_alloc(arena, CROWD * sizeof(*crowd));
	struct member *again = arena_alloc(arena, CROWD * sizeof(*again));
	uint64_t seed = check_seed();

	(void)state;
	for (int i = 0; i < CROWD; i++)
		crowd[i] = (struct member){ i,
			arena_printf(arena,
			    "givenName=%s|familyName=%s|enabledUser=true",
			    given[check_random(&seed) % array_length(given)],
			    family[check_random(&seed) % array_length(family)]),
			{ NULL, 0 } };
	memcpy(again, crowd, CROWD * sizeof(*crowd));
	shuffle(again, CROWD, &seed);
	give_logins(arena, book, crowd, CROWD);
	give_logins(arena, book, again, CROWD);
	for (int i = 0; i < CROWD; i++)
		CHECK(crowd[i].login.len == again[i].login.len &&
			  memcmp(crowd[i].login.at, again[i].login.at,
			      crowd[i].login.len) == 0,
		    "%d", i);
	/* Some go, others come, in any order: the rest keep theirs. */
	for (int i = 0; i < CROWD; i++)
		if (check_random(&seed) % 4 == 0)
			again[i].login = (struct text){ NULL, 0 };
	shuffle(again, CROWD, &seed);
	give_logins(arena, book, again, CROWD);
	qsort(again, CROWD, sizeof(*again), compare_logins);
	for (int i = 1; i < CROWD; i++)
		CHECK(compare_logins(&again[i - 1], &again[i]) != 0,
		    "two have " TEXT_FMT, TEXT_ARG(again[i].login));
	arena_free(arena);
}

/* --- what can't be -----------------------------------------------------------
 */

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
	const struct rulebook *book = compile(arena, "{}", rules);

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		const struct story story = { .person = cases[i].person,
			.roles = { "role=student" } };
		struct desired d;

		desire(arena, book, &story, NULL, &d);
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

		CHECK(!rules_check(cases[i].key, json(arena, cases[i].json),
			  &err),
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
		{ GUARD_PLACE, "OU=Board Room,DC=x", false },
		{ GUARD_PLACE, "OU=Surfboard,DC=x", false },
		{ GUARD_PLACE, "OU=Students,DC=x", false },
	};
	struct arena *arena = arena_new();
	const struct rulebook *book = compile(arena, directory, school_rules);

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++)
		CHECK(rulebook_guards(book, cases[i].what, cases[i].name) ==
			  cases[i].guarded,
		    "%s", cases[i].name);
	arena_free(arena);
}

/* --- how fast
 * ----------------------------------------------------------------- */

static void test_speed(void **state)
{
	static const struct story story = { .person = STUDENT
					    "|email=zoe@home.example",
		.roles = { AT_NORTH },
		.classes = { "class.classCode=M1", "class.classCode=B7" } };
	const int count = check_sanitized() ? 500 : 50000;
	struct arena *arena = arena_new(), *turn = arena_new();
	const struct rulebook *book = compile(arena, directory, school_rules);
	struct desired d;
	int64_t began;

	(void)state;
	began = clock_tick();
	for (int i = 0; i < count; i++) {
		desire(turn, book, &story, NULL, &d);
		arena_reset(turn);
	}
	print_message("# %.2f us a person, among them that of making it\n",
	    (double)(clock_tick() - began) * 1000 / count);
	arena_free(turn);
	arena_free(arena);
}

/* --- as published
 * ----------------------------------------------------------------
 */

static struct provision_book read_book(struct arena *arena, int64_t district)
{
	struct provision_book book = { .district = district,
		.name = "ad",
		.type = "ad" };

	book.rules = compile(arena, directory, school_rules);
	return book;
}

/* "u1 Anna 1 role, 1 class; …" of all, or of one. */
static const char *list_persons(struct arena *arena, struct db *db,
    const struct provision_book *book, const char *only)
{
	const struct person *person;
	struct persons *persons;
	struct err err = { 0 };
	struct buf out = { 0 };
	const char *text;
	int count, given = 0;
	const struct rules_column *columns =
	    rulebook_columns(book->rules, &count);

	for (int i = 0; i < count; i++)
		if (strcmp(columns[i].name, "givenName") == 0)
			given = columns[i].slot;
	CHECK(persons_begin(db, &err) &&
		  persons_open(&persons, db, arena, book, only, &err),
	    "%s", err.text);
	for (;;) {
		CHECK(persons_next(persons, &person, &err), "%s", err.text);
		if (person == NULL)
			break;
		buf_printf(&out, TEXT_FMT " " TEXT_FMT " %d %d %s;",
		    TEXT_ARG(person->id), TEXT_ARG(person->fields[given]),
		    person->role_count, person->class_count,
		    person->gone[0] != '\0' ? "gone" : "");
	}
	persons_close(persons);
	db_rollback(db);
	text = arena_text(arena, buf_text(&out));
	buf_free(&out);
	return text;
}

static void test_persons(void **state)
{
	static const struct fixture_change none[] = { { NULL, NULL } };
	static const struct fixture_change fewer[] = {
		{ "users.csv", "=u1,,,true,anna,,Anna,Ax,,,,,,,09,,,,,,s1,\n"
			       "u3,,,true,carl,,Carl,Cox,,,,,,,,,,,,,s1,\n" },
		{ "roles.csv", "=r1,,,u1,primary,student,,,s1,\n"
			       "r4,,,u3,primary,teacher,,,s2,\n" },
		{ "enrollments.csv", "=e1,,,k1,s1,u1,student,,,\n" },
		{ "demographics.csv", "=" },
		{ NULL, NULL },
	};
	struct arena *arena = arena_new();
	struct db *db = database_open(DB_INGEST);
	int64_t district = fixture_district();
	const struct provision_book book = read_book(arena, district);
	const char *list;

	(void)state;
	fixture_write("bundle", V12, none);
	ingest_close(fixture_import(db, district, "bundle", false));
	list = list_persons(arena, db, &book, NULL);
	CHECK(strcmp(list, "u1 Anna 1 1 ;u2 Ben 1 1 ;u3 Carl 2 1 ;"
			   "u4 Dora 1 0 ;") == 0,
	    "%s", list);
	list = list_persons(arena, db, &book, "u3");
	CHECK(strcmp(list, "u3 Carl 2 1 ;") == 0, "%s", list);
	list = list_persons(arena, db, &book, "u");
	CHECK(strcmp(list, "") == 0, "%s", list);
	/* Who is not in the roster any more is told of with what they were. */
	fixture_write("bundle", V12, fewer);
	ingest_close(fixture_import(db, district, "bundle", true));
	list = list_persons(arena, db, &book, NULL);
	CHECK(strcmp(list, "u1 Anna 1 1 ;u2 Ben 1 0 gone;u3 Carl 1 0 ;"
			   "u4 Dora 1 0 gone;") == 0,
	    "%s", list);
	db_close(db);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_choice),
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_crowd),
		cmocka_unit_test(test_problems),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_guards),
		cmocka_unit_test(test_speed),
		cmocka_unit_test(test_persons),
	};

	return check_main(tests);
}
