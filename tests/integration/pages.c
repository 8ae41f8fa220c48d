/* Pages: every record once, by key and by offset, in every order, and of one
 * version whatever is committed meanwhile.
 * threads: 1 */
#include "check.h"
#include "support/roster.h"

static struct told ask(const char *fmt, ...) printf_like(1, 2);

static struct told ask(const char *fmt, ...)
{
	char question[512];
	va_list args;
	struct told told;

	va_start(args, fmt);
	vsnprintf(question, sizeof(question), fmt, args);
	va_end(args);
	told = roster_ask(question);
	CHECK(told.fault == FAULT_NONE, "%s: %s", question, told.text);
	return told;
}

/* All ids of a pull in pages of `limit`, as next links lead (`version` and
 * `after`) or counting `offset` up. */
static const char *pull(const char *query, int limit, bool by_link)
{
	struct buf ids = { 0 };
	struct told told = { 0 };
	int64_t offset = 0;
	const char *copy;

	do {
		if (by_link && offset > 0)
			told = ask("1.2 %s&limit=%d&offset=%lld&version=%lld"
				   "&after=%s",
			    query, limit, (long long)offset,
			    (long long)told.answer.version, told.answer.last);
		else
			told = ask("1.2 %s&limit=%d&offset=%lld", query, limit,
			    (long long)offset);
		buf_printf(&ids, "%s%s", ids.len > 0 ? " " : "", told.ids);
		CHECK(told.answer.rows == limit || !told.answer.more,
		    "%s: a short page", query);
		offset += told.answer.rows;
	} while (told.answer.more);
	CHECK(told.answer.total == offset, "%s: %lld of %lld", query,
	    (long long)offset, (long long)told.answer.total);
	copy = arena_text(roster_arena(), buf_text(&ids));
	buf_free(&ids);
	return copy;
}

/* clang-format off */
static const struct {
	const char *query;
	const char *ids;
} orders[] = {
	{ "users?a=1",                                       "u1 u2 u3 u4 u5 u6" },
	{ "users?orderBy=desc",                              "u6 u5 u4 u3 u2 u1" },
	{ "users?sort=sourcedId&orderBy=desc",               "u6 u5 u4 u3 u2 u1" },
	/* Ö beside O; equal ones by id; in both directions */
	{ "users?sort=familyName",                           "u3 u4 u1 u6 u2 u5" },
	{ "users?sort=familyName&orderBy=desc",              "u5 u2 u1 u6 u3 u4" },
	/* without a value: at the end, in both directions */
	{ "users?sort=middleName",                           "u2 u4 u1 u3 u5 u6" },
	{ "users?sort=middleName&orderBy=desc",              "u2 u4 u1 u3 u5 u6" },
	{ "users?sort=identifier&orderBy=desc",              "u5 u4 u2 u1 u3 u6" },
	{ "users?sort=enabledUser",                          "u3 u1 u2 u4 u5 u6" },
	{ "users?sort=dateLastModified",                     "u1 u2 u3 u4 u5 u6" },
	{ "users?sort=primaryOrg",                           "u1 u2 u4 u3 u5 u6" },
	{ "users?sort=grades",                               "u1 u2 u3 u4 u5 u6" },
	{ "users?sort=roles",                                "u6 u5 u1 u2 u3 u4" },
	{ "users?sort=metadata",                             NULL },
	{ "users?sort=nothing",                              "u1 u2 u3 u4 u5 u6" },
	{ "enrollments?sort=beginDate",                      "e1 e2 e3 e4 e5 e6 e7" },
	{ "enrollments?sort=beginDate&orderBy=desc",         "e2 e1 e3 e4 e5 e6 e7" },
	{ "results?sort=score",                              "n2 n1 n3" },
	{ "lineItems?sort=dueDate&orderBy=desc",             "l2 l1" },
	{ "users?filter=status='active'&sort=givenName",     "u1 u2 u3 u4 u6" },
	{ "schools/s1/enrollments?orderBy=desc",             "e4 e3 e2 e1" },
	{ "classes/c1/students?sort=username&orderBy=desc",  "u2 u1" },
	{ "users?filter=status='none'",                      "" },
};
/* clang-format on */

static void every_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(orders); i++) {
		const char *query = orders[i].query;
		const char *whole = ask("1.2 %s&limit=100", query).ids;
		const char *at_once = ask("1.2 %s&limit=1000", query).ids;

		CHECK(strcmp(at_once, whole) == 0, "%s at once: %s", query,
		    at_once);
		if (orders[i].ids != NULL)
			CHECK(strcmp(whole, orders[i].ids) == 0, "%s: %s",
			    query, whole);
		for (int limit = 1; limit <= 4; limit++) {
			const char *by_link = pull(query, limit, true);
			const char *by_offset = pull(query, limit, false);

			CHECK(strcmp(by_link, whole) == 0, "%s by %d: %s",
			    query, limit, by_link);
			CHECK(strcmp(by_offset, whole) == 0,
			    "%s by %d offsets: %s", query, limit, by_offset);
		}
	}
}

static void totals(void **state)
{
	struct told told;

	(void)state;
	told = ask("1.2 users?limit=2&offset=4");
	CHECK(told.answer.total == 6 && !told.answer.more, "%lld",
	    (long long)told.answer.total);
	told = ask("1.2 users?limit=2&offset=40");
	CHECK(told.answer.total == 6 && told.answer.rows == 0, "%lld",
	    (long long)told.answer.total);
	told = ask("1.2 students?limit=1&filter=familyName='Adams'");
	CHECK(told.answer.total == 2 && told.answer.more, "%lld",
	    (long long)told.answer.total);
	told = ask("1.2 categories?limit=10000");
	CHECK(told.answer.total == 3, "%lld", (long long)told.answer.total);
}

/* What a client claims about places must not lead another astray. */
static void false_places_stay_alone(void **state)
{
	struct told told;

	(void)state;
	told = ask("1.2 enrollments?limit=2&offset=2&after=e5");
	CHECK(strcmp(told.ids, "e6 e7") == 0, "%s", told.ids);
	told = ask("1.2 enrollments?limit=2&offset=4");
	CHECK(strcmp(told.ids, "e5 e6") == 0, "%s", told.ids);
	CHECK(told.answer.total == 7, "%lld", (long long)told.answer.total);
	told = ask("1.2 enrollments?limit=2&offset=2");
	CHECK(strcmp(told.ids, "e3 e4") == 0, "%s", told.ids);
}

/* --- a commit in mid-pull ------------------------------------------------- */

/* Version 2: u2 is renamed, u3 goes, u0 and u7 come. */
static const char *const second_version =
    "begin;"
    "create function pg_temp.close(id text) returns void language sql as $$"
    "  insert into history.users (district, source, since, until, status,"
    "  sourced_id, username, enabled_user, given_name, family_name, roles)"
    "  select district, source, since, 2, status, sourced_id, username,"
    "  enabled_user, given_name, family_name, roles from roster.users"
    "  where sourced_id = id;"
    "  delete from roster.users where sourced_id = id $$;"
    "select pg_temp.close('u2');"
    "select pg_temp.close('u3');"
    "insert into roster.users (district, source, since, status, sourced_id,"
    "  username, enabled_user, given_name, family_name) values"
    "  (1, 1, 2, 'active', 'u0', 'new', true, 'New', 'Aaron'),"
    "  (1, 1, 2, 'active', 'u2', 'bob', true, 'Bob', 'Aaron'),"
    "  (1, 1, 2, 'active', 'u7', 'seven', true, 'Seven', 'Zz');"
    "insert into homeroom.version (district, version, published, rows) values"
    "  (1, 2, '2025-08-02 06:00Z', '{\"users\": 7}');"
    "commit;";

static void pull_over_a_commit(void **state)
{
	struct told told, pinned;

	(void)state;
	told = ask("1.2 users?limit=1&sort=familyName");
	CHECK(strcmp(told.ids, "u3") == 0, "%s", told.ids);
	roster_sql(second_version);

	pinned = ask("1.2 users?limit=9&offset=1&sort=familyName&version=1"
		     "&after=u3");
	CHECK(strcmp(pinned.ids, "u4 u1 u6 u2 u5") == 0, "%s", pinned.ids);
	CHECK(pinned.answer.total == 6 && !pinned.answer.live, "%lld",
	    (long long)pinned.answer.total);
	CHECK(strstr(pinned.json, "Öz") != NULL, "%s", pinned.json);

	told = ask("1.2 users?limit=9");
	CHECK(strcmp(told.ids, "u0 u1 u2 u4 u5 u6 u7") == 0, "%s", told.ids);
	CHECK(told.answer.version == 2 && told.answer.total == 7, "%lld",
	    (long long)told.answer.total);
	CHECK(strstr(told.json, "2025-08-02T06:00:00.000Z") != NULL, "%s",
	    told.json);
}

static void the_old_version_is_whole(void **state)
{
	static const char *const queries[][2] = {
		{ "users?version=1", "u1 u2 u3 u4 u5 u6" },
		{ "users?version=1&orderBy=desc", "u6 u5 u4 u3 u2 u1" },
		{ "users?version=1&sort=familyName", "u3 u4 u1 u6 u2 u5" },
		{ "users?version=1&filter=familyName='öz'", "u2" },
		{ "users?version=1&filter=familyName='aaron'", "" },
		{ "users?version=1&filter=dateLastModified>'2025-08-01'",
		    "u1 u2 u3 u4 u5 u6" },
		{ "students?version=1", "u1 u2 u3 u4" },
		{ "classes/c3/students?version=1", "u3" },
		{ "schools/s2/students?version=1", "u3 u4" },
		{ "students?version=2", "u1 u2 u4" },
		{ "users?filter=dateLastModified>'2025-08-01T12:00:00Z'",
		    "u0 u2 u7" },
		{ "users?filter=dateLastModified='2025-08-02'", "" },
		{ "users?filter=dateLastModified<'2025-08-02'", "u1 u4 u5 u6" },
	};

	(void)state;
	for (size_t i = 0; i < array_length(queries); i++) {
		for (int limit = 1; limit <= 7; limit += 3) {
			const char *ids = pull(queries[i][0], limit, true);
			const char *at_once =
			    ask("1.2 %s%climit=1000", queries[i][0],
				strchr(queries[i][0], '?') ? '&' : '?')
				.ids;

			CHECK(strcmp(at_once, queries[i][1]) == 0,
			    "%s at once: %s", queries[i][0], at_once);
			CHECK(strcmp(ids, queries[i][1]) == 0, "%s: %s",
			    queries[i][0], ids);
			ids = pull(queries[i][0], limit, false);
			CHECK(strcmp(ids, queries[i][1]) == 0,
			    "%s by offset: %s", queries[i][0], ids);
		}
	}
}

static void versions_that_are_not_there(void **state)
{
	struct told told;

	(void)state;
	told = roster_ask("1.2 users?version=3");
	CHECK(told.fault == FAULT_BAD_REQUEST, "%s", told.text);
	roster_sql("update homeroom.version set purged = true"
		   " where version = 1");
	told = roster_ask("1.2 users?version=1");
	CHECK(told.fault == FAULT_GONE, "%s", told.text);
	told = roster_ask("1.2 users?version=2");
	CHECK(told.fault == FAULT_NONE, "%s", told.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order),
		cmocka_unit_test(totals),
		cmocka_unit_test(false_places_stay_alone),
		cmocka_unit_test(pull_over_a_commit),
		cmocka_unit_test(the_old_version_is_whole),
		cmocka_unit_test(versions_that_are_not_there),
	};
	int failures;

	roster_open();
	failures = check_main(tests);
	roster_close();
	return failures;
}
