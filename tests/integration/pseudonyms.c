/* What a grant with pseudonyms reads, over a district that is known by heart.
 * threads: 1 */
#include "check.h"
#include "support/roster.h"

#include <ctype.h>

/* Of the records that are renamed: ids, and values that stand for somebody. */
static const char *const originals[] = { "\"u1\"", "\"u2\"", "\"u4\"", "/u1\"",
	"/u2\"", "/u4\"", "\"u6\"", "ann\"", "bob", "dee", "example.org",
	"\"100\"", "\"200\"", "\"400\"", "\"x\"", ":p1\"" };

static const char fields[] =
    "kind: grant\n"
    "name: reader\n"
    "share: {schools: [s1], gradebook: true, demographics: true}\n"
    "fields:\n"
    "  users: {sourcedId: pseudonymise, username: pseudonymise,\n"
    "    userIds: pseudonymise, identifier: pseudonymise,\n"
    "    email: pseudonymise, phone: omit}\n"
    "  userProfiles: {sourcedId: pseudonymise, username: pseudonymise,\n"
    "    description: omit}\n";

static void apply(const char *yaml)
{
	struct settings *wanted = settings_new(roster_arena());
	struct db *db = database_open(DB_OWNER);
	struct buf report = { 0 };
	struct err err = { 0 };

	CHECK(settings_read(wanted, "a test",
		  (struct text){ yaml, strlen(yaml) }, &err) &&
		  settings_apply(wanted, db, "a test", false, &report, &err),
	    "%s", err.text);
	buf_free(&report);
	db_close(db);
}

/* The pseudonym of a record of that entity in the one grant. */
static const char *of(int entity, const char *id)
{
	char *name = arena_text(roster_arena(),
	    roster_sql(arena_printf(roster_arena(),
		"select pseudonym from homeroom.visible where entity = %d"
		" and sourced_id = '%s' and until is null",
		entity, id)));

	name[strcspn(name, "\n")] = '\0';
	CHECK(strlen(name) == 32, "%s: '%s'", id, name);
	return name;
}

static const char *user(const char *id)
{
	return of(5, id);
}

/* %s in it is the pseudonym; `ids` likewise, of one user each, "u1 u2". */
static struct told ask(const char *question, const char *name)
{
	struct told told = roster_ask(arena_printf(roster_arena(), "%.*s%s%s",
	    (int)strcspn(question, "%"), question,
	    strchr(question, '%') != NULL ? name : "",
	    strchr(question, '%') != NULL ? strchr(question, '%') + 1 : ""));

	for (size_t i = 0; i < array_length(originals); i++)
		CHECK(strstr(told.json, originals[i]) == NULL, "%s: %s in %s",
		    question, originals[i], told.json);
	return told;
}

static bool holds_all(const char *json, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strstr(json, *names) == NULL)
			return false;
	return true;
}

/* --- pages ---------------------------------------------------------------- */

static void nobody_is_called_by_name(void **state)
{
	static const char *const questions[] = { "1.1 users", "1.2 users",
		"1.1 students", "1.2 teachers", "1.2 enrollments",
		"1.1 enrollments", "1.2 demographics", "1.2 results",
		"1.1 results", "1.2 classes/c1/students",
		"1.2 schools/s1/teachers",
		"1.2 classes/c1/lineItems/l1/results",
		"1.2 users?sort=username&orderBy=desc", "1.2 users?limit=1000",
		"1.2 enrollments?limit=1000" };
	const char *const names[] = { user("u1"), user("u2"), user("u4"),
		NULL };
	struct told told;

	(void)state;
	for (size_t i = 0; i < array_length(questions); i++) {
		told = ask(questions[i], "");
		CHECK(told.fault == FAULT_NONE && told.answer.rows > 0,
		    "%s: %s", questions[i], told.text);
	}
	told = ask("1.2 users", "");
	CHECK(told.answer.total == 3 && holds_all(told.json, names), "%s",
	    told.json);
	CHECK(holds_all(ask("1.2 enrollments", "").json, names), "%s", "refs");
	told = ask("1.2 users/%", user("u1"));
	CHECK(
	    holds_all(told.json,
		(const char *[]){ arena_printf(roster_arena(),
				      "\"email\":\"%s@pseudonym.invalid\"",
				      user("u1")),
		    arena_printf(roster_arena(), "\"username\":\"%s\"",
			user("u1")),
		    arena_printf(roster_arena(),
			"{\"type\":\"sis\",\"identifier\":\"%s\"}", user("u1")),
		    arena_printf(roster_arena(),
			"\"profileId\":\"urn:oneroster:userProfile:%s\"",
			of(6, "p1")),
		    arena_printf(roster_arena(),
			"{\"type\":\"c\",\"username\":\"%s\"}", of(6, "p1")),
		    "\"vendorId\":\"v\"", "O'Brien", NULL }),
	    "%s", told.json);
	CHECK(strstr(told.json, "secret") == NULL, "%s", told.json);
}

/* As many bytes as 32 digits have, and in their order. */
static void pages_go_by_pseudonym(void **state)
{
	struct told all = ask("1.2 users", ""), one;
	const char *after = "";

	(void)state;
	CHECK(strlen(all.ids) == 3 * 33 - 1 &&
		  strncmp(all.ids, all.ids + 33, 32) < 0 &&
		  strncmp(all.ids + 33, all.ids + 66, 32) < 0,
	    "%s", all.ids);
	for (int i = 0; i < 3; i++) {
		one = ask(arena_printf(roster_arena(),
			      "1.2 users?limit=1&offset=%d%s%s", i,
			      i > 0 ? "&after=" : "", after),
		    "");
		CHECK(strncmp(one.ids, all.ids + (size_t)(33 * i), 32) == 0,
		    "%d: %s", i, one.ids);
		CHECK(one.answer.more == (i < 2) &&
			  strcmp(one.answer.last, one.ids) == 0,
		    "%d: %s", i, one.answer.last);
		after = one.answer.last;
	}
	all = ask("1.2 users?sort=familyName", "");
	CHECK(strncmp(all.ids, user("u4"), 32) == 0, "%s", all.ids);
}

static void ids_lead_back(void **state)
{
	static const struct {
		const char *question, *ids;
	} cases[] = {
		{ "1.2 users/%/classes", "c1" },
		{ "1.1 students/%/classes", "c1" },
		{ "1.2 classes/c1/students/%/results", "n1" },
		{ "1.2 enrollments?filter=user.sourcedId='%'", "e1" },
		{ "1.2 enrollments?filter=user='%' AND role='teacher'", "" },
		{ "1.2 results?filter=student.sourcedId='%'", "n1" },
		{ "1.2 enrollments?filter=user.sourcedId!='%'", "e2 e3 e4" },
	};
	static const char *const users[] = { "1.2 users/%", "1.2 students/%",
		"1.2 demographics/%", "1.2 users?filter=sourcedId='%'",
		"1.2 users?filter=username='%'",
		"1.2 users?filter=identifier='%'",
		"1.2 users?filter=email='%@pseudonym.invalid'",
		"1.2 users?filter=email='%@PSEUDONYM.invalid' OR "
		"givenName='nobody'",
		"1.2 users?filter=email~'%'",
		"1.2 users?filter=userIds.identifier='%'",
		"1.1 demographics?filter=sourcedId='%'" };

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct told told = ask(cases[i].question, user("u1"));

		CHECK(told.fault == FAULT_NONE &&
			  strcmp(told.ids, cases[i].ids) == 0,
		    "%s: %s%s", cases[i].question, told.ids, told.text);
		told = ask(cases[i].question, "u1");
		CHECK(told.answer.rows == 0 ||
			  strstr(cases[i].question, "!=") != NULL,
		    "%s: %s", cases[i].question, told.ids);
	}
	for (size_t i = 0; i < array_length(users); i++) {
		struct told told = ask(users[i], user("u1"));

		CHECK(told.fault == FAULT_NONE &&
			  strcmp(told.ids, user("u1")) == 0,
		    "%s: %s%s", users[i], told.ids, told.text);
	}
}

/* Neither by asking for it, nor by what lies before or behind it. */
static void no_guess_is_confirmed(void **state)
{
	static const char *const nothing[] = { "1.2 users/u1",
		"1.2 demographics/u1", "1.2 users/u1/classes",
		"1.1 students/u1/classes", "1.2 classes/c1/students/u1/results",
		"1.2 users?filter=sourcedId='u1'",
		"1.2 users?filter=sourcedId~'u'",
		"1.2 users?filter=sourcedId>='u'",
		"1.2 users?filter=username='ann'",
		"1.2 users?filter=username~'ann'",
		"1.2 users?filter=username>='g'",
		"1.2 users?filter=email='Ann@Example.org'",
		"1.2 users?filter=email~'example'",
		"1.2 users?filter=email='ann'",
		"1.2 users?filter=identifier='100'",
		"1.2 users?filter=userIds.identifier='100'",
		"1.2 users?filter=userProfiles.credentials.username='ann'",
		"1.2 users?filter=userProfiles.description~'secret'",
		"1.2 users?filter=agents='u6'",
		"1.2 enrollments?filter=user='u1'",
		"1.2 enrollments?filter=user.sourcedId>='u'",
		"1.2 results?filter=student.sourcedId='u1'" };

	(void)state;
	for (size_t i = 0; i < array_length(nothing); i++) {
		struct told told = ask(nothing[i], "");

		CHECK(told.answer.rows == 0 && (told.fault == FAULT_NOT_FOUND ||
						   told.fault == FAULT_NONE),
		    "%s: %s", nothing[i], told.json);
	}
}

/* --- versions ------------------------------------------------------------- */

static void who_left_is_told_by_pseudonym(void **state)
{
	const char *teacher = user("u4"), *student = user("u1");
	struct told told;

	(void)state;
	apply("kind: grant\nname: reader\nlike: reader\n"
	      "share: {roles: [student]}\n");
	CHECK(strcmp(user("u1"), student) == 0, "%s", user("u1"));
	told = ask("1.2 users?filter=status='tobedeleted'", "");
	CHECK(strcmp(told.ids, teacher) == 0, "%s", told.ids);
	told = ask("1.2 users/%", teacher);
	CHECK(told.fault == FAULT_NONE && strstr(told.json, "tobedeleted"),
	    "%s", told.json);
	CHECK(ask("1.2 users/%/classes", teacher).fault == FAULT_NOT_FOUND,
	    "%s", "a parent that left");
	/* Also when all is over. */
	apply("kind: grant\nname: reader\naccess: none\n");
	told = ask("1.2 users", "");
	CHECK(told.answer.total == 3 && strstr(told.ids, student) != NULL, "%s",
	    told.ids);
}

/* Other fields of the same records: they count as changed. */
static void what_is_shown_otherwise_is_told(void **state)
{
	struct told told;

	(void)state;
	apply(fields);
	told = ask("1.2 users?filter=dateLastModified>='2025-08-02'", "");
	CHECK(told.answer.total == 3, "%s", told.json);
	apply("kind: grant\nname: reader\nlike: reader\n"
	      "fields: {users: {email: omit}}\n");
	told = roster_ask("1.2 users");
	CHECK(strcmp(told.ids, "u1 u2 u4") == 0 &&
		  strstr(told.json, "pseudonym") == NULL &&
		  strstr(told.json, "\"ann\"") != NULL,
	    "%s", told.json);
	apply(fields);
	told = ask("1.2 users/%", user("u1"));
	CHECK(told.fault == FAULT_NONE, "%s", told.text);
}

/* The same change makes u6 seen, whom u1 has for an agent, and gives both other
 * names and addresses. */
static void names_come_with_what_is_referred_to(void **state)
{
	struct told told;

	(void)state;
	apply("kind: grant\nname: reader\nshare: {schools: [s1]}\n");
	told = roster_ask("1.2 users");
	CHECK(strcmp(told.ids, "u1 u2 u4") == 0, "%s", told.json);
	apply("kind: grant\nname: reader\n"
	      "share: {schools: [s1], agents: true}\n"
	      "fields: {users: {sourcedId: pseudonymise,\n"
	      "  email: pseudonymise}}\n");
	told = roster_ask("1.2 users");
	CHECK(told.answer.total == 4, "%s", told.json);
	told = roster_ask(
	    arena_printf(roster_arena(), "1.2 users/%s", user("u1")));
	CHECK(strstr(told.json, "@pseudonym.invalid\"") != NULL &&
		  strstr(told.json, user("u6")) != NULL,
	    "%s", told.json);
	apply("kind: grant\nname: reader\nshare: {schools: [s1]}\n");
	told = roster_ask("1.2 users");
	CHECK(strcmp(told.ids, "u1 u2 u4") == 0 &&
		  strstr(told.json, "\"Ann@Example.org\"") != NULL,
	    "%s", told.json);
	apply(fields);
}

/* A pull that began before a record changed goes on as it began. */
static void a_pinned_version(void **state)
{
	const char *name = user("u1"),
		   *now =
		       roster_sql("select max(version) from homeroom.version");
	struct reading *reading = arena_alloc(roster_arena(), sizeof(*reading));
	int64_t version = strtoll(now, NULL, 10);
	struct buf json = { 0 };
	struct err err = { 0 };

	(void)state;
	roster_sql(arena_printf(roster_arena(),
	    "insert into history.users (district, source, since, status,"
	    " sourced_id, username, email, given_name, until) select district,"
	    " source, since, status, sourced_id, username, email, given_name,"
	    " %1$lld from roster.users where sourced_id = 'u1';"
	    "update roster.users set username = 'anna', since = %1$lld"
	    " where sourced_id = 'u1';"
	    "insert into homeroom.version (district, version)"
	    " values (1, %1$lld)",
	    (long long)version + 1));
	for (int i = 0; i < 2; i++) {
		roster_reading(reading,
		    i == 0 ? "1.2 users"
			   : arena_printf(roster_arena(),
				 "1.2 users/%s/classes", name),
		    &err);
		reading->question.version = version;
		reader_ask(roster_reader, roster_application, 1,
		    clock_tick() + 20000, &reading, 1);
		CHECK(reading->err.fault == FAULT_NONE, "%s",
		    reading->err.text);
		reading_records(reading, &json);
		CHECK(reading->answer.rows == (i == 0 ? 3 : 1), "%s",
		    buf_text(&json));
	}
	CHECK(strstr(buf_text(&json), name) != NULL &&
		  strstr(buf_text(&json), "anna") == NULL,
	    "%s", buf_text(&json));
	buf_free(&json);
}

int main(void)
{
	static const char profiles[] =
	    "insert into roster.user_profiles (district, source, since, status,"
	    " sourced_id, user_id, profile_type, vendor_id, description,"
	    " credential_type, username) values (1, 1, 1, 'active', 'p1',"
	    " 'u1', 't', 'v', 'a secret', 'c', 'ann');"
	    "update roster.users set user_profiles ="
	    " '{{urn:oneroster:userProfile:p1,t,v,NULL,a secret,c,ann}}'"
	    " where sourced_id = 'u1'";
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nobody_is_called_by_name),
		cmocka_unit_test(pages_go_by_pseudonym),
		cmocka_unit_test(ids_lead_back),
		cmocka_unit_test(no_guess_is_confirmed),
		cmocka_unit_test(who_left_is_told_by_pseudonym),
		cmocka_unit_test(what_is_shown_otherwise_is_told),
		cmocka_unit_test(names_come_with_what_is_referred_to),
		cmocka_unit_test(a_pinned_version),
	};
	int code;

	roster_open();
	roster_sql(profiles);
	roster_sql("update homeroom.\"grant\" set full_access = false");
	apply(fields);
	code = check_main(tests);
	roster_close();
	return code;
}
