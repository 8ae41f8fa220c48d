/* What the publishing roles can and, above all, can't do. */
#include "check.h"
#include "support/database.h"

#include <unistd.h>

static struct arena *arena;

static const char *const publishing[] = { "homeroom_publish_full",
	"homeroom_publish_restricted" };

static bool ask(struct db *db, const char *sql, const struct rows **rows)
{
	struct err err = { 0 };

	if (db_ask_text(db, arena, sql, NULL, rows, &err))
		return true;
	CHECK(db_usable(db), "%s: %s", sql, err.text);
	return false;
}

static const char *asked(struct db *db, const char *sql)
{
	const struct rows *rows;

	CHECK(ask(db, sql, &rows), "%s", sql);
	return rows_get(rows, 0, 0);
}

static void publish_as(struct db *db, const char *district, const char *grant,
    const char *role)
{
	struct values values = { 0 };
	struct err err = { 0 };

	CHECK(db_begin(db, &err), "%s", err.text);
	values_add(&values, district);
	values_add(&values, grant);
	values_add(&values, role);
	/* As session_open does it. */
	CHECK(db_ask_text(db, arena,
		  "select set_config('homeroom.district', $1, true),"
		  " set_config('homeroom.grant', $2, true),"
		  " set_config('role', $3, true)",
		  &values, NULL, &err),
	    "%s", err.text);
}

/* Two districts with an org each, and a grant that sees one of the first's. */
static void fill(void)
{
	static const char sql[] =
	    "insert into homeroom.district (name) values ('other');"
	    "insert into homeroom.version (district, version)"
	    " values (1, 1), (2, 1);"
	    "insert into roster.orgs (district, sourced_id, status, source,"
	    " since) values (1, 'a', 'active', 1, 1), (1, 'b', 'active', 1, 1),"
	    " (2, 'c', 'active', 1, 1);"
	    "insert into homeroom.application (district, name, client_id)"
	    " values (1, 'one', 'one');"
	    "insert into homeroom.\"grant\" (application, district)"
	    " values (1, 1);"
	    "insert into homeroom.visible (grant_id, entity, sourced_id, since)"
	    " values (1, 1, 'b', 1);";
	struct db *db = database_open(DB_OWNER);
	struct err err = { 0 };

	CHECK(db_run(db, sql, &err), "%s", err.text);
	db_close(db);
}

/* --- what must be refused ------------------------------------------------- */

static const char *const forbidden[] = {
	/* to turn the keys, or the role */
	"select set_config('homeroom.district', '2', true)",
	"select pg_catalog.set_config('role', 'homeroom_owner', true)",
	"update pg_settings set setting = '2' where name = 'homeroom.district'",
	"with x as (update pg_settings set setting = 'none' where name = 'role'"
	" returning 1) select * from x",
	"select query_to_xml('set role none', true, true, '')",
	"select query_to_xml('select set_config(''role'', ''none'', true)', "
	"true,"
	" true, '')",
	"select * from ts_stat('select set_config(''role'', ''none'', true)')",
	"set role homeroom_owner",
	"set role homeroom_ingest",
	"set role homeroom_superuser",
	"set session authorization homeroom_owner",
	"set row_security = off; select * from roster.orgs",
	"select set_config('row_security', 'off', true)",
	"select pg_catalog.set_config('homeroom.grant', '2', false)",
	"with k as materialized (select set_config('homeroom.district', '2',"
	" true)) select o.* from k, roster.orgs o",
	"create or replace function homeroom.key_district() returns integer"
	" language sql return 2",
	"alter function homeroom.key_grant() owner to homeroom_publish_full",
	"security label on table roster.orgs is 'x'",
	"set role none; set role homeroom_ingest",
	/* to read what is none of a publisher's business */
	"select * from homeroom.application",
	"select * from homeroom.secret",
	"select * from homeroom.\"grant\"",
	"select pseudonym_key from homeroom.\"grant\"",
	"select * from homeroom.signing_key",
	"select * from homeroom.district",
	"select * from homeroom.source",
	"select * from homeroom.import",
	"select * from homeroom.finding",
	"select * from homeroom.setting_change",
	"select * from homeroom.scope",
	"select pseudonym_key from homeroom.\"grant\"",
	"select homeroom.settings_of_grant(1)",
	"select homeroom.tidy_lists()",
	"select 1 from homeroom.\"grant\" where widened > 0",
	"update homeroom.district set day = null",
	"select gin_clean_pending_list('roster.users_agent_ids_idx')",
	/* what fails would tell what it failed over */
	"select name::integer from homeroom.application",
	"select pseudonym_key::text::integer from homeroom.\"grant\"",
	"do $$ begin raise '%', (select name from homeroom.application); end"
	" $$",
	"select * from pg_authid",
	"select * from pg_statistic",
	"table pg_user_mapping",
	"table pg_shadow",
	"table pg_largeobject",
	"table pg_hba_file_rules",
	"table pg_file_settings",
	"table pg_subscription",
	"select current_setting('data_directory')",
	"select homeroom.refresh_statistics('orgs')",
	"select current_setting('hba_file')",
	"declare c cursor for select * from homeroom.secret",
	"prepare s as select * from homeroom.signing_key; execute s",
	"explain analyze select * from homeroom.application",
	"copy homeroom.secret to stdout",
	"select (select hash from homeroom.secret limit 1)",
	"select table_to_xml('homeroom.signing_key', true, true, '')",
	"select cursor_to_xml('c', 1, true, true, '')",
	"select query_to_xml('select * from homeroom.secret', true, true, '')",
	/* to change something */
	"insert into roster.orgs (district) values (1)",
	"update roster.orgs set name = 'x'",
	"delete from roster.orgs",
	"truncate roster.orgs",
	"delete from history.orgs",
	"update homeroom.version set note = 'x'",
	"insert into homeroom.visible values (1, 1, 'c', 1)",
	"lock table roster.orgs in exclusive mode",
	"select * from roster.orgs for update",
	"select nextval('homeroom.import_id_seq')",
	"merge into roster.orgs o using (select 1 as a) s on true"
	" when matched then delete",
	"refresh materialized view roster.orgs",
	"comment on table roster.orgs is 'x'",
	"select setval('homeroom.import_id_seq', 1)",
	"create temp view v as select 1",
	"create temp sequence s",
	"create domain d as int",
	"create operator === (leftarg = int, rightarg = int,"
	" function = int4eq)",
	"create rule r as on select to roster.orgs do instead select 1",
	"create trigger t after insert on roster.orgs execute function"
	" homeroom.announce_version()",
	"create policy p on roster.orgs using (true)",
	"create language plperlu",
	"create server s foreign data wrapper w",
	"create foreign data wrapper w",
	"create temp table t (a int)",
	"select 1 as a into temp t",
	"create table roster.t (a int)",
	"create table public.t (a int)",
	"create table staging.t (a int)",
	"create schema s",
	"create function pg_temp.f() returns int language sql as 'select 1'",
	"do $$ begin perform 1; end $$",
	"alter table roster.orgs disable row level security",
	"drop policy full_grant on roster.orgs",
	"select lo_create(0)",
	"select lo_from_bytea(0, 'x')",
	/* to reach the machine */
	"select pg_read_file('/etc/passwd')",
	"select pg_read_binary_file('PG_VERSION')",
	"select pg_ls_dir('.')",
	"select pg_stat_file('PG_VERSION')",
	"select lo_import('/etc/passwd')",
	"copy (select 1) to program 'true'",
	"copy (select 1) to '/tmp/homeroom-test'",
	"copy roster.orgs from program 'true'",
	"copy (select 1) to program 'true' with (format csv)",
	"select lo_export(1, '/tmp/homeroom-test')",
	"select lo_put(1, 0, 'x')",
	"select pg_file_write('/tmp/homeroom-test', 'x', false)",
	"select pg_ls_logdir()",
	"select pg_ls_waldir()",
	"select pg_ls_tmpdir()",
	"select pg_current_logfile()",
	"select pg_create_restore_point('x')",
	"select pg_switch_wal()",
	"select pg_create_physical_replication_slot('x')",
	"select pg_export_snapshot() from dblink('host=/tmp', 'select 1')",
	"select pg_log_backend_memory_contexts(pg_backend_pid())",
	"select pg_stat_reset()",
	"select pg_promote()",
	"set log_statement = 'none'",
	"set session_preload_libraries = 'x'",
	"set local session_replication_role = 'replica'",
	"load 'plpgsql'",
	"create extension dblink",
	"alter system set fsync = off",
	"select pg_reload_conf()",
	"select pg_rotate_logfile()",
	"select pg_terminate_backend(pid) from pg_stat_activity"
	" where usename = 'homeroom_owner'",
	"select pg_cancel_backend(pid) from pg_stat_activity"
	" where usename = 'homeroom_owner'",
	"checkpoint",
	"vacuum full roster.orgs",
	"create role r",
	"alter role homeroom_publish_full superuser",
	"grant homeroom_owner to homeroom_publish_full",
	"create publication p for all tables",
};

static void what_is_forbidden_is_refused(void **state)
{
	struct db *db = database_open(DB_SERVE);
	struct db *owner = database_open(DB_OWNER); /* somebody to terminate */

	(void)state;
	for (size_t r = 0; r < array_length(publishing); r++) {
		for (size_t i = 0; i < array_length(forbidden); i++) {
			struct err err = { 0 };

			publish_as(db, "1", "1", publishing[r]);
			CHECK(!db_run(db, forbidden[i], &err), "%s may: %s",
			    publishing[r], forbidden[i]);
			CHECK(db_usable(db), "%s", forbidden[i]);
			db_rollback(db);
			CHECK(strcmp(asked(db, "select current_user"),
				  "homeroom_serve") == 0,
			    "after %s", forbidden[i]);
		}
	}
	CHECK(strcmp(asked(owner, "select 1"), "1") == 0, "alive");
	db_close(owner);
	db_close(db);
}

/* Not one by one, but by what the catalog says. */
static void nothing_else_is_granted(void **state)
{
	struct db *db = database_open(DB_OWNER);
	struct err err = { 0 };

	(void)state;
	for (size_t r = 0; r < array_length(publishing); r++) {
		struct values values = { 0 };
		const struct rows *rows;

		values_add(&values, publishing[r]);
		CHECK(
		    db_ask_text(db, arena,
			"select c.oid::regclass::text from pg_class c"
			" join pg_namespace n on n.oid = relnamespace"
			" where n.nspname !~ '^pg_|^information_schema$'"
			" and relkind in ('r', 'v', 'm', 'p', 'f')"
			" and (has_table_privilege($1, c.oid, 'insert, update,"
			" delete, truncate, references, trigger')"
			" or has_any_column_privilege($1, c.oid, 'insert,"
			" update, references')"
			" or has_any_column_privilege($1, c.oid, 'select')"
			" and (relkind <> 'r' or not relrowsecurity"
			" or not exists (select from pg_policy where"
			" polrelid = c.oid and to_regrole($1) ="
			" any(polroles))))",
			&values, &rows, &err),
		    "%s", err.text);
		CHECK(rows_count(rows) == 0, "%s on %s", publishing[r],
		    rows_get(rows, 0, 0));
	}
	db_close(db);
}

/* What runs with its owner's rights is for those it names, not for PUBLIC. */
static void no_borrowed_rights(void **state)
{
	struct db *db = database_open(DB_OWNER);
	struct err err = { 0 };

	(void)state;
	for (size_t r = 0; r < array_length(publishing); r++) {
		struct values values = { 0 };
		const struct rows *rows;

		values_add(&values, publishing[r]);
		CHECK(db_ask_text(db, arena,
			  "select p.oid::regprocedure::text from pg_proc p"
			  " where p.prosecdef and"
			  " has_function_privilege($1, p.oid, 'execute')",
			  &values, &rows, &err),
		    "%s", err.text);
		CHECK(rows_count(rows) == 0, "%s calls %s", publishing[r],
		    rows_get(rows, 0, 0));
	}
	db_close(db);
}

/* --- what they see -------------------------------------------------------- */

static void only_the_keys_rows_are_seen(void **state)
{
	static const char orgs[] =
	    "select coalesce(string_agg(sourced_id, ' ' order by sourced_id),"
	    " '') from roster.orgs";
	static const struct {
		const char *district, *grant, *role, *orgs;
	} cases[] = {
		{ "1", "", "homeroom_publish_full", "a b" },
		{ "2", "", "homeroom_publish_full", "c" },
		{ "3", "", "homeroom_publish_full", "" },
		{ "", "", "homeroom_publish_full", "" },
		{ "1", "1", "homeroom_publish_restricted", "b" },
		{ "2", "1", "homeroom_publish_restricted", "" },
		{ "1", "2", "homeroom_publish_restricted", "" },
		{ "1", "", "homeroom_publish_restricted", "" },
		{ "", "1", "homeroom_publish_restricted", "" },
	};
	struct db *db = database_open(DB_SERVE);

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		publish_as(db, cases[i].district, cases[i].grant,
		    cases[i].role);
		CHECK(strcmp(asked(db, orgs), cases[i].orgs) == 0,
		    "case %zu: %s", i, asked(db, orgs));
		CHECK(strcmp(asked(db, "select count(*) from homeroom.version"),
			  strlen(cases[i].district) == 1 &&
				  cases[i].district[0] < '3'
			      ? "1"
			      : "0") == 0,
		    "case %zu", i);
		db_rollback(db);
	}
	db_close(db);
}

/* A condition that fails over a value would tell it in its error: the policy
 * comes first. */
static void failing_tells_nothing(void **state)
{
	static const char *const nosy[] = {
		"select * from roster.orgs where sourced_id::integer > 0",
		"select 1 / (length(sourced_id) - 1) from roster.orgs",
		"select * from homeroom.visible where sourced_id::date is null",
	};
	struct db *db = database_open(DB_SERVE);

	(void)state;
	for (size_t i = 0; i < array_length(nosy); i++) {
		struct err err = { 0 };

		/* Grant 1 sees b; a and c are nobody's business. */
		publish_as(db, "1", "1", "homeroom_publish_restricted");
		CHECK(!db_run(db, nosy[i], &err), "%s", nosy[i]);
		CHECK(strstr(err.text, "\"a\"") == NULL &&
			  strstr(err.text, "\"c\"") == NULL,
		    "%s: %s", nosy[i], err.text);
		db_rollback(db);
		publish_as(db, "1", "7", "homeroom_publish_restricted");
		CHECK(db_run(db, nosy[i], &err), "%s: %s", nosy[i], err.text);
		CHECK(strcmp(asked(db, "select count(*) from homeroom.visible"),
			  "0") == 0,
		    "others' rows");
		db_rollback(db);
	}
	db_close(db);
}

/* RESET ROLE leads to the server's own role, which reads no roster. */
static void the_way_back_leads_nowhere(void **state)
{
	static const char *const ways[] = { "reset role", "set role none",
		"set session authorization default", "set local role none" };
	static const char *const closed[] = { "select * from roster.orgs",
		"select * from history.orgs", "select * from homeroom.visible",
		"select * from homeroom.finding", "select pg_read_file('x')",
		"set role homeroom_owner", "set role homeroom_ingest",
		"update homeroom.application set enabled = true" };
	struct db *db = database_open(DB_SERVE);
	struct err err = { 0 };

	(void)state;
	for (size_t w = 0; w < array_length(ways); w++) {
		for (size_t i = 0; i < array_length(closed); i++) {
			publish_as(db, "1", "", "homeroom_publish_full");
			CHECK(db_run(db, ways[w], &err), "%s: %s", ways[w],
			    err.text);
			CHECK(strcmp(asked(db, "select session_user"),
				  "homeroom_serve") == 0,
			    "%s", ways[w]);
			CHECK(!db_run(db, closed[i], &(struct err){ 0 }),
			    "%s: %s", ways[w], closed[i]);
			db_rollback(db);
		}
	}
	db_close(db);
}

/* A person with psql, on the socket. */
static void psql_is_no_other_way(void **state)
{
	static const struct {
		const char *user, *script;
		bool good;
	} cases[] = {
		{ "homeroom_serve", "select 1", true },
		{ "homeroom_serve", "select * from roster.orgs", false },
		{ "homeroom_serve",
		    "set role homeroom_publish_full; select * from roster.orgs",
		    true },
		{ "homeroom_serve",
		    "set role homeroom_publish_full; create temp table t ()",
		    false },
		{ "homeroom_serve",
		    "set role homeroom_publish_full;"
		    "select set_config('homeroom.district', '1', false)",
		    false },
		{ "homeroom_publish_full", "select 1", false },
		{ "homeroom_publish_restricted", "select 1", false },
		{ "homeroom_ingest", "select * from homeroom.secret", false },
		{ "homeroom_ingest", "select * from homeroom.application",
		    false },
		{ "homeroom_ingest", "select * from homeroom.signing_key",
		    false },
		{ "homeroom_ingest", "create table staging.t (a int)", true },
		{ "nobody_we_know", "select 1", false },
	};
	int status;

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		const char *said = database_psql(arena, cases[i].user,
		    cases[i].script, &status);

		CHECK((status == 0) == cases[i].good, "%s: %s: %s",
		    cases[i].user, cases[i].script, said);
	}
}

/* An external database has one user for all, and SET ROLE at the connection's
 * start; then RESET ROLE goes back to that. */
static void a_member_acts_as_the_role(void **state)
{
	const char *url = arena_printf(arena,
	    "postgresql:///homeroom?user=homeroom_serve&%s"
	    "&options=-c%%20work_mem%%3D1MB",
	    strstr(database_url(), "host="));
	struct db *db;
	struct err err = { 0 };

	(void)state;
	CHECK(!db_open(&db, url, DB_INGEST, &err), "serve is no ingest");
	err = (struct err){ 0 };
	CHECK(db_open(&db, url, DB_SERVE, &err), "%s", err.text);
	CHECK(db_run(db, "reset role", &err), "%s", err.text);
	CHECK(strcmp(asked(db, "select current_user"), "homeroom_serve") == 0,
	    "serve");
	CHECK(strcmp(asked(db, "show work_mem"), "1MB") == 0, "options");
	db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_forbidden_is_refused),
		cmocka_unit_test(nothing_else_is_granted),
		cmocka_unit_test(no_borrowed_rights),
		cmocka_unit_test(only_the_keys_rows_are_seen),
		cmocka_unit_test(failing_tells_nothing),
		cmocka_unit_test(the_way_back_leads_nowhere),
		cmocka_unit_test(psql_is_no_other_way),
		cmocka_unit_test(a_member_acts_as_the_role),
	};
	int code;

	arena = arena_new();
	(void)database_url();
	fill();
	code = check_main(tests);
	arena_free(arena);
	return code;
}
