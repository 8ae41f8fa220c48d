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

/* The rows of the live version that the grant sees. */
static void put_rows(struct sql *sql, const struct sheet *sheet)
{
	sql_put(sql, " FROM roster.%s t", sheet->entity->table);
	if (!sheet->full)
		sql_put(sql,
		    " JOIN homeroom.visible w"
		    " ON w.grant_id = homeroom.key_grant() AND w.entity = %d"
		    " AND w.sourced_id = t.sourced_id AND w.until IS NULL"
		    " AND NOT w.gone",
		    sheet->entity->number);
}

/* The version in which a row came to be what the grant sees. */
static const char *came(const struct sheet *sheet)
{
	return sheet->full ? "t.since" : "greatest(t.since, w.since)";
}

static void put_present(struct sql *sql, const struct sheet *sheet)
{
	put_rows(sql, sheet);
	sql_put(sql, " WHERE t.status <> 'tobedeleted'");
}

static void put_changed(struct sql *sql, const struct sheet *sheet)
{
	put_rows(sql, sheet);
	sql_put(sql, " JOIN " TIMES " ON m.version = %s WHERE %s > " SINCE,
	    came(sheet), came(sheet));
}

/* What left the grant's sight: it may say no more than which record it was. */
static void put_gone(struct sql *sql, const struct sheet *sheet)
{
	int columns = 1;

	for (const char *at = csv_header(sheet->entity, sheet->format);
	     *at != '\0'; at++)
		columns += *at == ',';
	sql_put(sql, " UNION ALL SELECT w.sourced_id, 'tobedeleted', m.time");
	for (int i = 3; i < columns + sheet->keys; i++)
		sql_put(sql, ", NULL");
	sql_put(sql,
	    " FROM homeroom.visible w JOIN " TIMES " ON m.version = w.since"
	    " WHERE w.grant_id = homeroom.key_grant() AND w.entity = %d"
	    " AND w.until IS NULL AND w.gone AND w.since > " SINCE,
	    sheet->entity->number);
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
	if (sheet->delta && !sheet->full)
		put_gone(sql, sheet);
	sql_put(sql, ") TO STDOUT (FORMAT csv)");
}
