/* What a restricted grant reads, over a district that is known by heart.
 * threads: 1 */
#include "check.h"
#include "support/roster.h"

static struct db *owner;

static void compile(int64_t version)
{
	struct err err = { 0 };

	CHECK(db_begin(owner, &err), "%s", err.text);
	CHECK(grants_recompile(owner, 1, version, "", &err), "%s", err.text);
	CHECK(db_run(owner,
		  arena_printf(roster_arena(),
		      "insert into homeroom.version (district, version,"
		      " published) values (1, %lld, '2025-08-%02lld')",
		      (long long)version, (long long)version),
		  &err),
	    "%s", err.text);
	CHECK(db_commit(owner, &err), "%s", err.text);
}

struct expected {
	const char *question, *ids;
};

static void check_all(const struct expected *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct told told = roster_ask(cases[i].question);

		CHECK(told.fault == FAULT_NONE, "%s: %s", cases[i].question,
		    told.text);
		CHECK(strcmp(told.ids, cases[i].ids) == 0, "%s: %s",
		    cases[i].question, told.ids);
	}
}

static void one_school(void **state)
{
	static const struct expected cases[] = {
		{ "1.2 orgs", "d s1" },
		{ "1.2 schools", "s1" },
		{ "1.2 academicSessions", "g1 t1 t2 y" },
		{ "1.2 terms", "t1 t2" },
		{ "1.2 classes", "c1 c2" },
		{ "1.2 courses", "k1 k2" },
		{ "1.2 enrollments", "e1 e2 e3 e4" },
		{ "1.2 users", "u1 u2 u4" },
		{ "1.2 students", "u1 u2" },
		{ "1.2 teachers", "u4" },
		{ "1.2 demographics", "" },
		{ "1.2 lineItems", "" },
		{ "1.2 classes/c1/students", "u1 u2" },
		{ "1.2 schools/s1/teachers", "u4" },
		{ "1.2 users?sort=familyName&limit=2", "u4 u1" },
		{ "1.2 users?sort=familyName&limit=2&offset=2", "u2" },
		{ "1.2 users?limit=2&offset=2", "u4" },
		/* What is not seen can't be asked for, whatever else is. */
		{ "1.2 users?filter=agents='u6'", "" },
		{ "1.2 users?filter=roles.org.sourcedId='s2'", "" },
		{ "1.1 users?filter=orgs='s2'", "" },
		{ "1.2 users?filter=username='cyd'", "" },
		{ "1.2 users?filter=givenName='Ann' OR username='cyd'", "u1" },
		{ "1.2 users?filter=status='active' OR status!='active'",
		    "u1 u2 u4" },
	};
	static const char *const hidden[] = { "1.2 users/u3", "1.2 users/u6",
		"1.2 classes/c3", "1.2 schools/s2", "1.2 demographics/u1" };
	struct told told;

	(void)state;
	roster_sql("update homeroom.\"grant\" set full_access = false,"
		   " defined = true, schools = '{s1}', changed = 2");
	compile(2);
	check_all(cases, array_length(cases));
	for (size_t i = 0; i < array_length(hidden); i++)
		CHECK(roster_ask(hidden[i]).fault == FAULT_NOT_FOUND, "%s",
		    hidden[i]);
	CHECK(roster_ask("1.2 classes/c3/students").fault == FAULT_NOT_FOUND,
	    "%s", "a class of another school");
	told = roster_ask("1.2 users");
	CHECK(told.answer.total == 3, "%lld", (long long)told.answer.total);
	CHECK(strstr(told.json, "\"u6\"") == NULL &&
		  strstr(told.json, "\"s2\"") == NULL,
	    "%s", told.json);
}

/* A role that names a profile of somebody else, whom the grant may not see. */
static void a_role_names_own_profiles(void **state)
{
	static const struct expected cases[] = {
		{ "1.2 users?filter=roles.userProfile="
		  "'urn:oneroster:userProfile:p1'",
		    "u1" },
		{ "1.2 users?filter=roles.userProfile="
		  "'urn:oneroster:userProfile:p3'",
		    "" },
	};
	struct told told;

	(void)state;
	roster_sql(
	    "update roster.users set roles = '{"
	    "{primary,student,s1,urn:oneroster:userProfile:p1,NULL,NULL},"
	    "{secondary,student,s1,urn:oneroster:userProfile:p3,NULL,NULL}}',"
	    " user_profiles = '{{urn:oneroster:userProfile:p1,t,v,NULL,NULL,"
	    "c,ann},{urn:oneroster:userProfile:p2,t,v,NULL,NULL,c,ann}}'"
	    " where sourced_id = 'u1'");
	told = roster_ask("1.2 users/u1");
	CHECK(strstr(told.json, "\"userProfile\":"
				"\"urn:oneroster:userProfile:p1\"") != NULL &&
		  strstr(told.json, "secondary") != NULL &&
		  strstr(told.json, "userProfile:p3") == NULL,
	    "%s", told.json);
	check_all(cases, array_length(cases));
	roster_sql("update roster.users set user_profiles = null, roles ="
		   " '{{primary,student,s1,NULL,2025-08-01,NULL}}'"
		   " where sourced_id = 'u1'");
}

static void what_left(void **state)
{
	static const struct expected cases[] = {
		{ "1.2 users", "u1 u2 u4" },
		{ "1.2 teachers", "u4" },
		{ "1.2 students", "u1 u2" },
		{ "1.2 enrollments", "e1 e2 e3 e4" },
		{ "1.2 users?filter=status='tobedeleted'", "u4" },
		{ "1.2 users?filter=dateLastModified>='2025-08-03'", "u4" },
		{ "1.2 users?filter=familyName='Adams'", "" },
		{ "1.2 classes/c1/teachers", "" },
	};
	struct told told;

	(void)state;
	roster_sql("update homeroom.\"grant\" set roles = '{student}',"
		   " changed = 3");
	compile(3);
	check_all(cases, array_length(cases));
	told = roster_ask("1.2 users/u4");
	CHECK(told.fault == FAULT_NONE &&
		  strstr(told.json, "tobedeleted") != NULL &&
		  strstr(told.json, "Adams") == NULL &&
		  strstr(told.json, "dee") == NULL,
	    "%s", told.json);
	CHECK(strstr(told.json, "2025-08-03") != NULL, "%s", told.json);
}

static void what_came_back(void **state)
{
	static const struct expected cases[] = {
		{ "1.2 users", "u1 u2 u4" },
		{ "1.2 users?filter=status='active'", "u1 u2 u4" },
		{ "1.2 users?filter=dateLastModified>='2025-08-04'", "u4" },
		{ "1.2 demographics", "u1 u2" },
		{ "1.2 lineItems", "l1 l2" },
		{ "1.2 results", "n1 n2 n3" },
		{ "1.2 categories", "q1 q2" },
	};

	(void)state;
	roster_sql("update homeroom.\"grant\" set roles = null, demographics ="
		   " true, gradebook = true, changed = 4");
	compile(4);
	check_all(cases, array_length(cases));
}

/* A pull that began before something changed goes on as it began. */
static void a_pinned_version(void **state)
{
	static const char change[] =
	    "insert into history.users (district, source, since, status,"
	    " sourced_id, username, until) select district, source, since,"
	    " status, sourced_id, username, 5 from roster.users"
	    " where sourced_id = 'u1';"
	    "update roster.users set username = 'anna', since = 5"
	    " where sourced_id = 'u1'";
	struct reading *reading = arena_alloc(roster_arena(), sizeof(*reading));
	struct err err = { 0 };
	struct buf json = { 0 };

	(void)state;
	roster_sql(change);
	compile(5);
	reading->arena = roster_arena();
	roster_reading(reading, "1.2 users", &err);
	reading->question.version = 4;
	reader_ask(roster_reader, roster_application, 1, clock_tick() + 5000,
	    &reading, 1);
	CHECK(reading->err.fault == FAULT_NONE, "%s", reading->err.text);
	reading_records(reading, &json);
	CHECK(strstr(buf_text(&json), "\"ann\"") != NULL &&
		  strstr(buf_text(&json), "anna") == NULL &&
		  reading->answer.total == 3,
	    "%s", buf_text(&json));
	json.len = 0;
	/* But not to before the grant was what it is. */
	reading->question.version = 3;
	reader_ask(roster_reader, roster_application, 1, clock_tick() + 5000,
	    &reading, 1);
	CHECK(reading->err.fault == FAULT_GONE, "%s", buf_text(&json));
	buf_free(&json);
}

static void what_is_withheld(void **state)
{
	static const struct expected cases[] = {
		{ "1.2 users", "u1 u2 u4" },
		{ "1.2 users?filter=email='ann@example.org'", "" },
		{ "1.2 users?filter=email~'example'", "" },
		{ "1.2 users?filter=identifier>'0'", "" },
	};
	struct told told;

	(void)state;
	roster_sql("update homeroom.\"grant\" set changed = 6, fields ="
		   " '{users.email=omit,users.identifier=omit}'");
	compile(6);
	check_all(cases, array_length(cases));
	told = roster_ask("1.2 users");
	CHECK(strstr(told.json, "@") == NULL &&
		  strstr(told.json, "\"400\"") == NULL &&
		  strstr(told.json, "O'Brien") != NULL,
	    "%s", told.json);
}

/* Where records lie is noted to find them soon: they are found wherever they
 * lie. */
static void places_may_be_wrong(void **state)
{
	static const char *const questions[] = { "1.2 users",
		"1.2 users?limit=2", "1.2 users?limit=2&offset=2&after=u2",
		"1.2 students", "1.2 enrollments",
		"1.2 enrollments?limit=3&orderBy=desc" };
	static const char *const wrong[] = { "null", "'(0,1)'", "'(0,4)'",
		"'(0,60000)'", "'(4000000000,1)'" };
	struct told right[array_length(questions)];

	(void)state;
	for (size_t i = 0; i < array_length(questions); i++)
		right[i] = roster_ask(questions[i]);
	for (size_t w = 0; w < array_length(wrong); w++) {
		roster_sql(arena_printf(roster_arena(),
		    "update homeroom.visible set place = %s", wrong[w]));
		for (size_t i = 0; i < array_length(questions); i++) {
			struct told told = roster_ask(questions[i]);

			CHECK(strcmp(told.json, right[i].json) == 0,
			    "%s at %s: %s", questions[i], wrong[w], told.json);
		}
	}
}

/* The keys of a session make a page quicker, and nobody see more. */
static void a_page_shows_no_more(void **state)
{
	static const char *const pages[] = { "", "5 100 ", "5 1 ", "5 100 u2",
		"5 100 zz", "5 0 ", "8 100 ", "everything" };

	(void)state;
	for (size_t i = 0; i < array_length(pages); i++) {
		const char *ids = roster_sql(arena_printf(roster_arena(),
		    "begin; set local homeroom.district = 1; "
		    "set local homeroom.\"grant\" = 1; "
		    "set local homeroom.page = '%s'; "
		    "set local role homeroom_publish_restricted; "
		    "select string_agg(sourced_id, ' ' order by sourced_id) "
		    "from roster.users; rollback",
		    pages[i]));

		CHECK(strstr(ids, "u1 u2 u4") != NULL &&
			  strstr(ids, "u3") == NULL,
		    "%s: %s", pages[i], ids);
	}
}

static void when_it_is_over(void **state)
{
	static const char *const over[] = { "enabled = false",
		"valid_until = current_date - 1",
		"valid_from = current_date + 1" };

	(void)state;
	for (size_t i = 0; i < array_length(over); i++) {
		roster_sql(arena_printf(roster_arena(),
		    "update homeroom.\"grant\" set %s", over[i]));
		CHECK(roster_ask("1.2 users").fault == FAULT_UNAUTHORISED, "%s",
		    over[i]);
		roster_sql("update homeroom.\"grant\" set enabled = true,"
			   " valid_from = null, valid_until = null");
	}
	CHECK(roster_ask("1.2 users").fault == FAULT_NONE, "%s", "again");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_school),
		cmocka_unit_test(a_role_names_own_profiles),
		cmocka_unit_test(what_left),
		cmocka_unit_test(what_came_back),
		cmocka_unit_test(a_pinned_version),
		cmocka_unit_test(what_is_withheld),
		cmocka_unit_test(places_may_be_wrong),
		cmocka_unit_test(a_page_shows_no_more),
		cmocka_unit_test(when_it_is_over),
	};
	int code;

	roster_open();
	owner = database_open(DB_OWNER);
	code = check_main(tests);
	db_close(owner);
	roster_close();
	return code;
}
