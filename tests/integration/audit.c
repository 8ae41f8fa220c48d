/* The audit's chain: what goes in, who may do what with it, how tampering
 * shows, and what remains when the oldest rows go. */
#include "check.h"

#include "audit/audit.h"
#include "support/database.h"

#include <unistd.h>

static struct arena *arena;

static const char *as(const char *user, const char *script, int *status)
{
	return database_psql(arena, user, script, status);
}

/* As the cluster's superuser, who may do anything; what it prints. */
static const char *sql(const char *script)
{
	int status;
	const char *said = as("homeroom_superuser", script, &status);

	CHECK(status == 0, "%s: %s", script, said);
	return said;
}

static bool is(const char *said, const char *wanted)
{
	return strncmp(said, wanted, strlen(wanted)) == 0 &&
	       strcmp(said + strlen(wanted), "\n") == 0;
}

static struct audit_entry entry_of(int64_t at, const char *endpoint)
{
	return (struct audit_entry){
		.at = at,
		.application = 1,
		.method = "GET",
		.endpoint = endpoint,
		.filter = "role",
		.address = "192.0.2.7",
		.request = "abc",
		.status = 200,
		.requests = 1,
		.rows = 3,
		.bytes = 100,
		.version = 1,
	};
}

/* An empty chain, then `count` rows, an hour apart. */
static void fill(int count)
{
	struct db *db = database_open(DB_SERVE);
	struct err err = { 0 };

	sql("truncate homeroom.audit, homeroom.audit_spool,"
	    " homeroom.setting_change;"
	    "update homeroom.audit_head set number = 0, hash = sha256('');"
	    "update homeroom.audit_purged set number = 0, hash = sha256('')");
	for (int i = 0; i < count; i++) {
		struct audit_entry entry =
		    entry_of(1700000000000 + i * INT64_C(3600000), "/users");

		CHECK(audit_append(db, arena, &entry, NULL, &err), "%s",
		    err.text);
	}
	db_close(db);
}

static struct audit_proof proof_of(const struct audit_link *witness)
{
	struct db *db = database_open(DB_OWNER);
	struct audit_proof proof;
	struct err err = { 0 };

	CHECK(audit_verify(db, arena, witness, &proof, &err), "%s", err.text);
	db_close(db);
	return proof;
}

static void breaks(const char *how, const struct audit_link *witness,
    const char *wanted)
{
	struct audit_proof proof = proof_of(witness);

	CHECK(proof.broken != NULL && strstr(proof.broken, wanted) != NULL,
	    "%s: %s instead of %s", how,
	    proof.broken == NULL ? "nothing" : proof.broken, wanted);
}

static void holds(const char *how, const struct audit_link *witness,
    int64_t rows)
{
	struct audit_proof proof = proof_of(witness);

	CHECK(proof.broken == NULL, "%s: %s", how, proof.broken);
	CHECK(proof.checked == rows, "%s: %lld rows", how,
	    (long long)proof.checked);
}

/* --- who may what --------------------------------------------------------- */

static const struct {
	const char *user, *script;
	bool good;
} tries[] = {
	{ "homeroom_serve",
	    "select homeroom.audit_append(null, 0, 0, '[{\"at\":"
	    "\"2026-01-01\",\"method\":\"GET\",\"requests\":1,"
	    "\"endpoint\":\"/x\"}]')",
	    true },
	{ "homeroom_serve", "select * from homeroom.audit", false },
	{ "homeroom_serve", "select number from homeroom.audit_head", false },
	{ "homeroom_serve", "select * from homeroom.audit_purged", false },
	{ "homeroom_serve", "select * from homeroom.audit_spool", false },
	{ "homeroom_serve", "select * from homeroom.setting_change", false },
	{ "homeroom_serve", "update homeroom.audit set rows = 0", false },
	{ "homeroom_serve", "delete from homeroom.audit", false },
	{ "homeroom_serve", "truncate homeroom.audit", false },
	{ "homeroom_serve",
	    "insert into homeroom.audit (number, at, method, endpoint,"
	    " hash) values (99, now(), 'GET', '/x', '')",
	    false },
	{ "homeroom_serve", "insert into homeroom.audit_spool values ('x', 7)",
	    false },
	{ "homeroom_serve", "update homeroom.audit_head set number = 0",
	    false },
	{ "homeroom_serve", "select homeroom.audit_purge(now())", false },
	{ "homeroom_serve", "select homeroom.audit_add('{}'::homeroom.audit[])",
	    false },
	{ "homeroom_serve",
	    "set role homeroom_publish_full;"
	    "select homeroom.audit_append(null, 0, 0, '[]')",
	    false },
	{ "homeroom_serve",
	    "set role homeroom_publish_restricted;"
	    "select * from homeroom.audit",
	    false },
	{ "homeroom_ingest", "select * from homeroom.audit", false },
	{ "homeroom_ingest", "delete from homeroom.audit", false },
	{ "homeroom_ingest", "update homeroom.audit_head set number = 0",
	    false },
	{ "homeroom_ingest", "select homeroom.audit_append(null, 0, 0, '[]')",
	    false },
	{ "homeroom_ingest", "select * from homeroom.audit_purge('1970-01-01')",
	    true },
};

static void a_server_only_appends(void **state)
{
	int status;

	(void)state;
	fill(2);
	for (size_t i = 0; i < array_length(tries); i++) {
		const char *said = as(tries[i].user, tries[i].script, &status);

		CHECK((status == 0) == tries[i].good, "%s: %s: %s",
		    tries[i].user, tries[i].script, said);
	}
	holds("after all that", NULL, 3);
}

/* A server says what was read; by whose grant, the database knows. */
static void a_server_can_not_say_more(void **state)
{
	int status;

	(void)state;
	fill(0);
	as("homeroom_serve",
	    "select homeroom.audit_append(null, 0, 0, '[{\"at\":\"2026-01-01\","
	    "\"method\":\"GET\",\"requests\":1,\"endpoint\":\"/"
	    "x\",\"number\":77,"
	    "\"hash\":\"\\\\x00\",\"district\":9,\"grant_id\":9,"
	    "\"change\":9}]')",
	    &status);
	CHECK(status == 0, "append");
	CHECK(is(sql("select number, district is null, grant_id is null,"
		     " change is null, length(hash) from homeroom.audit"),
		  "1|t|t|t|32"),
	    "it said more");
}

/* --- tampering ------------------------------------------------------------ */

static void tampering_shows(void **state)
{
	static const struct {
		const char *how, *wanted;
	} cases[] = {
		{ "update homeroom.audit set rows = 0 where number = 4",
		    "From row 4 on, of 2023-11-15T01:13:20.000Z" },
		{ "update homeroom.audit set at = at + interval '1 us'"
		  " where number = 2",
		    "From row 2 on" },
		{ "update homeroom.audit set request = null where number = 7",
		    "From row 7 on" },
		{ "update homeroom.audit set who = '' where number = 7",
		    "From row 7 on" },
		{ "update homeroom.audit set hash = sha256('x')"
		  " where number = 10",
		    "From row 10 on" },
		{ "delete from homeroom.audit where number in (5, 6)",
		    "Rows 5 to 6 are missing" },
		{ "delete from homeroom.audit where number = 1",
		    "Rows 1 to 1 are missing" },
		{ "delete from homeroom.audit where number > 8",
		    "Rows 9 to 10 are missing at the end" },
		{ "delete from homeroom.audit", "Rows 1 to 10 are missing" },
		{ "update homeroom.audit set number = number + 20"
		  " where number = 3;"
		  "update homeroom.audit set number = 3 where number = 4;"
		  "update homeroom.audit set number = 4 where number = 23",
		    "From row 3 on" },
		{ "update homeroom.audit_head set hash = sha256('x')",
		    "The head is not that of row 10" },
		{ "update homeroom.audit_purged set number = 3", "Rows 4 to" },
	};

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		fill(10);
		holds("before", NULL, 10);
		sql(cases[i].how);
		if (strstr(cases[i].how, "audit_purged") != NULL)
			breaks(cases[i].how, NULL, "From row 4 on");
		else
			breaks(cases[i].how, NULL, cases[i].wanted);
	}
}

/* Who can write everything can make the whole chain anew. */
static const char made_anew[] =
    "do $$ declare a homeroom.audit; h bytea := sha256(''); begin"
    " for a in select * from homeroom.audit order by number loop"
    "  h := sha256(h || convert_to(homeroom.audit_text(a), 'UTF8'));"
    "  update homeroom.audit set hash = h where number = a.number;"
    " end loop;"
    " update homeroom.audit_head set hash = h,"
    "  number = (select max(number) from homeroom.audit); end $$";

static void a_head_that_was_written_down_tells_more(void **state)
{
	struct audit_link witness;

	(void)state;
	fill(6);
	witness = proof_of(NULL).chain.head;
	CHECK(witness.number == 6, "%lld", (long long)witness.number);
	holds("as it was", &witness, 6);
	sql("update homeroom.audit set rows = 0 where number = 4");
	sql(made_anew);
	holds("to itself", NULL, 6);
	breaks("made anew", &witness, "was made anew");
	fill(6);
	sql("delete from homeroom.audit where number > 4");
	sql(made_anew);
	holds("cut off, to itself", NULL, 4);
	breaks("cut off", &witness, "was cut off: it ends with row 4");
}

static void a_head_is_read_strictly(void **state)
{
	static const char good[] = "12:0123456789abcdef0123456789abcdef"
				   "0123456789abcdef0123456789abcdef";
	static const char *const bad[] = { "", ":", "12", "12:ab", "x:00",
		"-1:0123456789abcdef0123456789abcdef"
		"0123456789abcdef0123456789abcdef",
		"12:0123456789ABCDEF0123456789abcdef"
		"0123456789abcdef0123456789abcdef" };
	struct audit_link link;

	(void)state;
	CHECK(audit_link_read(&link, good) && link.number == 12, "good");
	for (size_t i = 0; i < array_length(bad); i++)
		CHECK(!audit_link_read(&link, bad[i]), "%s", bad[i]);
}

/* --- settings ------------------------------------------------------------- */

static void settings_are_vouched_for(void **state)
{
	static const char change[] =
	    "insert into homeroom.setting_change (district, who, kind, name,"
	    " before, after) values (1, 'ann', 'grant', 'p', '{\"a\": null}',"
	    " '{\"a\": 1}')";
	static const char *const tampered[] = {
		"update homeroom.setting_change set after = '{\"a\": 2}'",
		"update homeroom.setting_change set before = '{}'",
		"update homeroom.setting_change set who = 'bob'",
		"update homeroom.setting_change set at = at + interval '1 us'",
		"delete from homeroom.setting_change",
	};

	(void)state;
	for (size_t i = 0; i < array_length(tampered); i++) {
		fill(2);
		sql(change);
		holds(change, NULL, 3);
		sql(tampered[i]);
		breaks(tampered[i], NULL, "From row 3 on");
	}
}

/* --- keeping -------------------------------------------------------------- */

static void purge(int days, int64_t dropped)
{
	struct db *db = database_open(DB_INGEST);
	struct audit_link head;
	struct err err = { 0 };
	int64_t n;

	CHECK(audit_purge(db, arena, days, &n, &head, &err), "%s", err.text);
	CHECK(n == dropped, "%lld instead of %lld", (long long)n,
	    (long long)dropped);
	CHECK(head.number == 10, "%lld", (long long)head.number);
	db_close(db);
}

static void what_is_purged_leaves_its_hash(void **state)
{
	struct audit_link witness, early;

	(void)state;
	fill(10);
	witness = proof_of(NULL).chain.head;
	early = (struct audit_link){ .number = 2 };
	memcpy(early.hash, witness.hash, sizeof(early.hash));
	/* Rows 1 to 4 are older than a day then. */
	clock_set(1700000000000 + INT64_C(86400000) + INT64_C(7) * 1800000);
	purge(2, 0);
	purge(1, 4);
	holds("what is left", NULL, 6);
	holds("and its head", &witness, 6);
	breaks("an older head", &early, "is not kept any more");
	sql("update homeroom.audit set rows = 7 where number = 5");
	breaks("its first row", NULL, "From row 5 on");
	sql("update homeroom.audit set rows = 3 where number = 5");
	holds("mended", NULL, 6);
	clock_set(1900000000000);
	purge(400, 6);
	holds("nothing is left", &witness, 0);
	purge(400, 0);
}

static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	database_url();
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_server_only_appends),
		cmocka_unit_test(a_server_can_not_say_more),
		cmocka_unit_test(tampering_shows),
		cmocka_unit_test(a_head_that_was_written_down_tells_more),
		cmocka_unit_test(a_head_is_read_strictly),
		cmocka_unit_test(settings_are_vouched_for),
		cmocka_unit_test(what_is_purged_leaves_its_hash),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, begin, end);
}
