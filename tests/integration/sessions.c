/* Sessions: who may ask, what a failure takes along, what a lost connection
 * does. */
#include "check.h"
#include "support/roster.h"

#define MANY 20

static void read_many(const char *const *questions, int count,
    struct reading *readings, int64_t application, int64_t epoch)
{
	struct reading *asked[MANY];
	struct err err = { 0 };

	for (int i = 0; i < count; i++) {
		roster_reading(&readings[i], questions[i], &err);
		CHECK(err.fault == FAULT_NONE, "%s", err.text);
		asked[i] = &readings[i];
	}
	reader_ask(roster_reader, application, epoch, clock_tick() + 20000,
	    asked, count);
}

static const char *written(struct reading *reading)
{
	struct buf out = { 0 };
	const char *copy;

	reading_records(reading, &out);
	copy = arena_text(roster_arena(), buf_text(&out));
	buf_free(&out);
	return copy;
}

static void a_batch(void **state)
{
	static const char *const questions[] = {
		"1.2 users/u1?fields=sourcedId", "1.2 users/u9",
		"1.2 orgs?fields=sourcedId&limit=1", "1.2 classes/c9/students",
		"1.2 users?filter=email='bob@example.org'&fields=username",
		"1.2 orgs?version=9", "1.1 users/u5?fields=role",
		"1.2 users/u1?fields=sourcedId"
	};
	static const char *const answers[] = { "{\"sourcedId\":\"u1\"}", NULL,
		"{\"sourcedId\":\"d\"}", NULL, "{\"username\":\"bob\"}", NULL,
		"{\"role\":\"administrator\"}", "{\"sourcedId\":\"u1\"}" };
	struct reading readings[array_length(questions)];

	(void)state;
	read_many(questions, array_length(questions), readings,
	    roster_application, 1);
	for (size_t i = 0; i < array_length(questions); i++) {
		bool good = readings[i].err.fault == FAULT_NONE;

		CHECK(good == (answers[i] != NULL), "%s: %s", questions[i],
		    readings[i].err.text);
		if (good)
			CHECK(strcmp(written(&readings[i]), answers[i]) == 0,
			    "%s", questions[i]);
	}
	CHECK(readings[2].answer.total == 3, "%lld",
	    (long long)readings[2].answer.total);
}

/* The database refuses one statement of many; the others have their answers. */
static void one_fails_alone(void **state)
{
	const char *questions[MANY];
	struct reading readings[MANY];

	(void)state;
	roster_sql("revoke select on roster.demographics from "
		   "homeroom_publish_full");
	for (int i = 0; i < MANY; i++)
		questions[i] = i == 7 ? "1.2 demographics/u1"
				      : "1.2 users/u1?fields=sourcedId";
	read_many(questions, MANY, readings, roster_application, 1);
	for (int i = 0; i < MANY; i++) {
		if (i == 7)
			CHECK(readings[i].err.fault == FAULT_DATABASE, "%s",
			    readings[i].err.text);
		else
			CHECK(readings[i].err.fault == FAULT_NONE &&
				  strcmp(written(&readings[i]),
				      "{\"sourcedId\":\"u1\"}") == 0,
			    "%d: %s", i, readings[i].err.text);
	}
	roster_sql("grant select on roster.demographics to "
		   "homeroom_publish_full");
}

static enum fault fault_for(int64_t application, int64_t epoch)
{
	static const char *const question[] = { "1.2 users?limit=1" };
	struct reading reading;

	read_many(question, 1, &reading, application, epoch);
	return reading.err.fault;
}

static void who_may_ask(void **state)
{
	(void)state;
	CHECK(fault_for(roster_application, 1) == FAULT_NONE, "itself");
	CHECK(fault_for(roster_application + 100, 1) == FAULT_UNAUTHORISED,
	    "nobody");
	CHECK(fault_for(roster_application, 2) == FAULT_UNAUTHORISED,
	    "another epoch");
	roster_sql("update homeroom.application set enabled = false");
	CHECK(fault_for(roster_application, 1) == FAULT_UNAUTHORISED,
	    "disabled");
	roster_sql("update homeroom.application set enabled = true");
	CHECK(fault_for(roster_application, 1) == FAULT_NONE, "enabled");
}

/* A grant that is not full sees what is compiled for it: nothing yet, then one
 * record. */
static void a_restricted_grant(void **state)
{
	struct told told;

	(void)state;
	roster_sql("update homeroom.\"grant\" set full_access = false");
	told = roster_ask("1.2 users?limit=3");
	CHECK(told.fault == FAULT_NONE && told.answer.total == 0, "%s %lld",
	    told.text, (long long)told.answer.total);
	roster_sql("insert into homeroom.visible (grant_id, entity,"
		   " sourced_id, since) select id, 5, 'u3', 1"
		   " from homeroom.\"grant\"");
	/* A new sight comes with a new version. */
	roster_sql("insert into homeroom.version (district, version)"
		   " values (1, 2)");
	told = roster_ask("1.2 users?limit=3");
	CHECK(strcmp(told.ids, "u3") == 0 && told.answer.total == 1, "%s",
	    told.ids);
	told = roster_ask("1.2 users/u1");
	CHECK(told.fault == FAULT_NOT_FOUND, "%s", told.json);
	roster_sql("update homeroom.\"grant\" set full_access = true");
	told = roster_ask("1.2 users?limit=9");
	CHECK(told.answer.total == 6, "%lld", (long long)told.answer.total);
}

/* Another district's records are not there. */
static void another_district(void **state)
{
	struct told told;

	(void)state;
	roster_sql("insert into homeroom.district (name) values ('other');"
		   "insert into roster.users (district, source, since, status,"
		   " sourced_id) values (2, 1, 1, 'active', 'theirs'),"
		   " (2, 1, 1, 'active', 'u1')");
	told = roster_ask("1.2 users?limit=9");
	CHECK(strcmp(told.ids, "u1 u2 u3 u4 u5 u6") == 0, "%s", told.ids);
	told = roster_ask("1.2 users/theirs");
	CHECK(told.fault == FAULT_NOT_FOUND, "%s", told.json);
}

static void a_lost_connection(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		CHECK(fault_for(roster_application, 1) == FAULT_NONE, "before");
		roster_sql("select pg_terminate_backend(pid, 5000)"
			   " from pg_stat_activity where pid <> "
			   "pg_backend_pid() and backend_type = "
			   "'client backend'");
		CHECK(fault_for(roster_application, 1) == FAULT_NONE, "after");
	}
}

/* Once it was read, a page needs no connection; nor must anybody write it. */
static void a_lost_page(void **state)
{
	static const char *const question[] = { "1.2 users?limit=1000" };
	struct reading reading;

	(void)state;
	read_many(question, 1, &reading, roster_application, 1);
	CHECK(reading.err.fault == FAULT_NONE, "%s", reading.err.text);
	roster_sql("select pg_terminate_backend(pid, 5000) from "
		   "pg_stat_activity where usename = 'homeroom_serve'");
	CHECK(strstr(written(&reading), "\"u6\"") != NULL, "cut");
	CHECK(reading.answer.total == 6, "%lld",
	    (long long)reading.answer.total);
	CHECK(fault_for(roster_application, 1) == FAULT_NONE, "after");
	read_many(question, 1, &reading, roster_application, 1);
	CHECK(fault_for(roster_application, 1) == FAULT_NONE, "after another");
	CHECK(roster_ask("1.2 users?limit=1000").answer.total == 6, "whole");
}

/* Statements of many shapes: those prepared make room for others. */
static void many_shapes(void **state)
{
	(void)state;
	for (int round = 0; round < 3; round++) {
		for (int limit = 1; limit < 90; limit++) {
			struct told told;
			char question[80];

			snprintf(question, sizeof(question),
			    "1.2 users?limit=%d", limit);
			told = roster_ask(question);
			CHECK(told.answer.rows == (limit < 6 ? limit : 6),
			    "%s: %s", question, told.text);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_batch),
		cmocka_unit_test(one_fails_alone),
		cmocka_unit_test(who_may_ask),
		cmocka_unit_test(a_restricted_grant),
		cmocka_unit_test(another_district),
		cmocka_unit_test(a_lost_connection),
		cmocka_unit_test(a_lost_page),
		cmocka_unit_test(many_shapes),
	};
	int failures;

	roster_open();
	failures = check_main(tests);
	roster_close();
	return failures;
}
