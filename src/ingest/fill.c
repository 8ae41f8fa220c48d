/* Filled-in columns: rows that show a value of another record show its new one
 * when only that record changes. */
#include "ingest.h"

#include <string.h>

/* Those that show something else than the record has now. What a row was
 * looked at again for, it has not said itself; otherwise its fingerprint
 * tells (FILLED_BIT). */
static bool find_stale(struct ingest *job, const struct filling *f,
    struct err *err)
{
	const struct composing with = { .entity = f->entity,
		.of = f->of,
		.column = f->column };
	struct buf sql = { 0 };
	bool found;

	buf_printf(&sql,
	    "CREATE TEMP TABLE stale ON COMMIT DROP AS SELECT l.sourced_id, "
	    "x.%s AS value FROM roster.{r} x JOIN roster.{t} l "
	    "ON l.district = x.district AND l.%s = x.sourced_id "
	    "WHERE x.district = {district} AND x.since = {version} "
	    "AND x.status = 'active' AND l.status = 'active' "
	    "AND (l.fingerprint IS NULL OR "
	    "get_bit(uuid_send(l.fingerprint), 120) = 1) "
	    "AND l.{c} IS DISTINCT FROM x.%s",
	    f->its, f->by, f->its);
	found = job_ask(job, &with, buf_text(&sql), NULL, err);
	buf_free(&sql);
	return found;
}

static bool replace_stale(struct ingest *job, const struct filling *f,
    struct err *err)
{
	const struct composing with = { .entity = f->entity,
		.column = f->column };

	return job_ask(job, &with,
		   "INSERT INTO history.{t} (district, {all}, status, source, "
		   "fingerprint, since, until) SELECT l.district, {l.all}, "
		   "l.status, l.source, l.fingerprint, l.since, {version} "
		   "FROM roster.{t} l JOIN stale s "
		   "ON s.sourced_id = l.sourced_id "
		   "WHERE l.district = {district} AND l.since < {version}",
		   NULL, err) &&
	       job_ask(job, &with,
		   "UPDATE roster.{t} l SET {c} = s.value, since = {version} "
		   "FROM stale s WHERE l.district = {district} "
		   "AND l.sourced_id = s.sourced_id",
		   NULL, err) &&
	       db_run(job->db, "DROP TABLE stale", err);
}

bool fill_again(struct ingest *job, const struct part *part, struct err *err)
{
	if (!part->any_live)
		return true;
	for (const struct filling *f = fillings; f->entity != NULL; f++)
		if (f->entity == part->entity && f->of != NULL &&
		    !(find_stale(job, f, err) && replace_stale(job, f, err)))
			return false;
	return true;
}
