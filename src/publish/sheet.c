/* A file of a bundle as SQL: its rows, ready as CSV, by one COPY. */
#include "publish.h"

#include <string.h>

/* When each version was published, as readers of pages hear it: a clock that
 * was set back does not turn their order. */
#define TIMES                                                                  \
	"(SELECT version, to_char(max(published) OVER (ORDER BY version) "     \
	"AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"') AS time "    \
	"FROM homeroom.version) m"

#define SINCE "current_setting('homeroom.since')::bigint"

/* The rows of the live version that the grant sees, and, for deltas, those that
 * left its sight. */
static void put_rows(struct sql *sql, const struct sheet *sheet)
{
	sql->withheld = sheet->full ? NULL : sheet->withheld;
	sql_put(sql, " FROM ");
	if (sheet->full)
		sql_put(sql, "roster.%s", sheet->entity->table);
	else
		sight_rows(sql, sheet->entity, false, "");
	sql_put(sql, " t");
}

static void put_present(struct sql *sql, const struct sheet *sheet)
{
	put_rows(sql, sheet);
	sql_put(sql, " WHERE t.status <> 'tobedeleted'");
}

static void put_changed(struct sql *sql, const struct sheet *sheet)
{
	put_rows(sql, sheet);
	sql_put(sql,
	    " JOIN " TIMES " ON m.version = t.since WHERE t.since > " SINCE);
}

static void put_key_set(struct sql *sql, const struct sheet *sheet)
{
	sql_put(sql, "SELECT DISTINCT"
		     " jsonb_object_keys(t.metadata) COLLATE \"C\" AS key");
	put_present(sql, sheet);
	sql_put(sql, " AND t.metadata IS NOT NULL");
}

void sheet_keys(struct sql *sql, const struct sheet *sheet)
{
	put_key_set(sql, sheet);
	sql_put(sql, " ORDER BY key");
}

/* Names of metadata columns come from outside, and COPY takes no values: so it
 * looks them up again. */
static void put_key_table(struct sql *sql, const struct sheet *sheet)
{
	if (sheet->keys == 0)
		return;
	sql_put(sql, "WITH k AS MATERIALIZED"
		     " (SELECT array_agg(key ORDER BY key) AS keys FROM (");
	put_key_set(sql, sheet);
	sql_put(sql, ") s) ");
}

void sheet_copy(struct sql *sql, const struct sheet *sheet)
{
	sql_put(sql, "COPY (");
	put_key_table(sql, sheet);
	sql_put(sql, "SELECT ");
	csv_columns(&sql->text, sheet->entity, sheet->format, sheet->delta);
	for (int i = 1; i <= sheet->keys; i++)
		sql_put(sql, ", t.metadata ->> (SELECT keys[%d] FROM k)", i);
	if (sheet->delta)
		put_changed(sql, sheet);
	else
		put_present(sql, sheet);
	sql_put(sql, ") TO STDOUT (FORMAT csv");
	sql_put(sql, sheet->quote_all ? ", FORCE_QUOTE *)" : ")");
}
