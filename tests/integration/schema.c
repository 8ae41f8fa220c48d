/* A migrated database is what the model's tables say: describe_sql beside it,
 * object by object.
 * threads: 1 */
#include "check.h"

#include "homeroom/model.h"
#include "support/database.h"

/* What the two schemas hold, a line an object; schema names left out. */
#define OBJECTS(live, history)                                                 \
	"SELECT CASE n.nspname WHEN '" live "' THEN 'roster' ELSE 'history' "  \
	"END AS place, c.relname AS name, what FROM pg_class c "               \
	"JOIN pg_namespace n ON n.oid = c.relnamespace "                       \
	"CROSS JOIN LATERAL ("                                                 \
	"SELECT concat_ws(' ', 'column', a.attname, "                          \
	"format_type(a.atttypid, a.atttypmod), a.attnotnull, "                 \
	"a.attgenerated, o.collname, pg_get_expr(d.adbin, d.adrelid)) "        \
	"FROM pg_attribute a LEFT JOIN pg_collation o "                        \
	"ON o.oid = a.attcollation LEFT JOIN pg_attrdef d "                    \
	"ON d.adrelid = a.attrelid AND d.adnum = a.attnum "                    \
	"WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped "    \
	"UNION ALL SELECT concat_ws(' ', 'index', replace(replace("            \
	"pg_get_indexdef(i.indexrelid), '" live ".', ''), '" history ".', '"   \
	"')) FROM pg_index i WHERE i.indrelid = c.oid "                        \
	"UNION ALL SELECT concat_ws(' ', 'policy', p.polname, p.polcmd, "      \
	"p.polpermissive, (SELECT string_agg(r.rolname, ',' ORDER BY "         \
	"r.rolname) FROM pg_roles r WHERE r.oid = ANY (p.polroles)), "         \
	"pg_get_expr(p.polqual, p.polrelid)) FROM pg_policy p "                \
	"WHERE p.polrelid = c.oid "                                            \
	"UNION ALL SELECT concat_ws(' ', 'security', c.relrowsecurity, "       \
	"c.relforcerowsecurity) "                                              \
	"UNION ALL SELECT concat_ws(' ', 'right', g.grantee::regrole, "        \
	"g.privilege_type) FROM aclexplode(c.relacl) g "                       \
	"WHERE g.grantee::regrole::text LIKE 'homeroom_publish%%'"             \
	") AS found(what) WHERE c.relkind = 'r' "                              \
	"AND n.nspname IN ('" live "', '" history "')"

#define MIGRATED OBJECTS("migrated_roster", "migrated_history")
#define DESCRIBED OBJECTS("roster", "history")

static void is_what_the_tables_say(void **state)
{
	struct arena *arena = arena_new();
	struct buf sql = { 0 };
	const char *found;
	int status;

	(void)state;
	database_url();
	buf_puts(&sql, "BEGIN; DROP FUNCTION homeroom.role_11(text), "
		       "homeroom.role_rank(text) CASCADE;"
		       "ALTER SCHEMA roster RENAME TO migrated_roster;"
		       "ALTER SCHEMA history RENAME TO migrated_history;"
		       "CREATE SCHEMA roster; CREATE SCHEMA history;");
	describe_sql(&sql);
	buf_printf(&sql,
	    "SELECT '  only migrated: ' || x::text FROM (" MIGRATED
	    " EXCEPT " DESCRIBED ") x UNION ALL "
	    "SELECT '  only described: ' || x::text FROM (" DESCRIBED
	    " EXCEPT " MIGRATED ") x LIMIT 20;");
	buf_puts(&sql, "ROLLBACK");
	found =
	    database_psql(arena, "homeroom_superuser", buf_text(&sql), &status);
	CHECK(status == 0, "%s", found);
	CHECK(strstr(found, "  only ") == NULL, "%s", found);
	buf_free(&sql);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_what_the_tables_say),
	};

	return check_main(tests);
}
