/* Merging: what differs goes into the live rows, what it replaces into
 * history; one transaction, from here to the commit. */
#include "ingest.h"
#include "people/people.h"

#include <string.h>

/* --- into a table that has no rows yet ----------------------------------- */

/* In the order of the key, which is the order in which pages are read. What
 * is derived from other records is put in at once. */
static bool fill(struct ingest *job, struct part *part, struct err *err)
{
	struct buf names = { 0 }, values = { 0 }, joins = { 0 }, sql = { 0 };
	bool filled;

	derive_at_once(part->entity, &names, &values, &joins);
	buf_printf(&sql,
	    "INSERT INTO roster.{t} (district, {own}, status%s, source, "
	    "fingerprint, since) SELECT {district}, {filled}, 'active'%s, "
	    "{source}, f.fingerprint, {version} FROM fresh_{t} f%s "
	    "ORDER BY f.sourced_id",
	    buf_text(&names), buf_text(&values), buf_text(&joins));
	filled = part_ask(job, part, buf_text(&sql), &part->added, err);
	part->rows = part->added;
	buf_free(&names);
	buf_free(&values);
	buf_free(&joins);
	buf_free(&sql);
	return filled;
}

/* --- into a table that has ----------------------------------------------- */

/* The planner takes a table of fresh rows for a small one, and would look each
 * of them up. */
#define WORTH_STATISTICS 5000

static bool count_fresh(struct ingest *job, struct part *part, struct err *err)
{
	return part->fresh < WORTH_STATISTICS ||
	       part_ask(job, part, "ANALYZE fresh_{t} (sourced_id)", NULL, err);
}

/* A fresh row may say what the live one says: another file's words, or a row
 * that is looked at again. Then only its fingerprint is new. */
static bool drop_equal(struct ingest *job, struct part *part, struct err *err)
{
	int64_t equal;

	if (!part_ask(job, part, "TRUNCATE bad", NULL, err) ||
	    !part_ask(job, part,
		"INSERT INTO bad SELECT f.line, NULL FROM fresh_{t} f "
		"JOIN roster.{t} l ON l.sourced_id = f.sourced_id "
		"WHERE l.district = {district} AND l.status = 'active' "
		"AND l.source <> {made_up} "
		"AND ROW({l.own}) IS NOT DISTINCT FROM ROW({filled})",
		&equal, err))
		return false;
	if (equal == 0)
		return true;
	part->fresh -= equal;
	return part_ask(job, part,
		   "UPDATE roster.{t} l SET fingerprint = f.fingerprint "
		   "FROM fresh_{t} f JOIN bad ON bad.line = f.line "
		   "WHERE l.district = {district} "
		   "AND l.sourced_id = f.sourced_id "
		   "AND l.fingerprint IS DISTINCT FROM f.fingerprint",
		   NULL, err) &&
	       part_ask(job, part,
		   "DELETE FROM fresh_{t} f USING bad WHERE f.line = bad.line",
		   NULL, err);
}

/* Of the rows that change, and of those that go: each in one reading. */
#define HISTORY                                                                \
	"INSERT INTO history.{t} (district, {all}, status, source, "           \
	"fingerprint, since, until) SELECT district, {all}, status, "          \
	"source, fingerprint, since, {version} FROM roster.{t} l "             \
	"WHERE l.district = {district} AND l.sourced_id IN (SELECT "           \
	"sourced_id FROM "

static bool keep_history(struct ingest *job, const struct part *part,
    struct err *err)
{
	return (part->fresh == 0 ||
		   part_ask(job, part, HISTORY "fresh_{t})", NULL, err)) &&
	       (part->gone == 0 ||
		   part_ask(job, part,
		       HISTORY "gone_{t} g WHERE NOT EXISTS (SELECT FROM "
			       "fresh_{t} f WHERE f.sourced_id = "
			       "g.sourced_id))",
		       NULL, err));
}

/* The row as a whole, in one assignment. */
static bool replace(struct ingest *job, struct part *part, int64_t *replaced,
    struct err *err)
{
	int64_t returned;

	if (!part_number(job, part,
		"SELECT count(*) FROM fresh_{t} f JOIN roster.{t} l "
		"ON l.sourced_id = f.sourced_id WHERE l.district = {district} "
		"AND l.status <> 'active'",
		&returned, err) ||
	    !part_ask(job, part,
		"UPDATE roster.{t} l SET ({own}, status, source, fingerprint, "
		"since) = ROW({filled}, 'active', {source}, f.fingerprint, "
		"{version}) FROM fresh_{t} f WHERE l.district = {district} "
		"AND l.sourced_id = f.sourced_id",
		replaced, err))
		return false;
	part->changed = *replaced - returned - part->again;
	part->added = returned;
	return true;
}

static bool insert(struct ingest *job, struct part *part, struct err *err)
{
	if (!part_ask(job, part,
		"INSERT INTO roster.{t} (district, {own}, status, source, "
		"fingerprint, since) SELECT {district}, {filled}, 'active', "
		"{source}, f.fingerprint, {version} FROM fresh_{t} f "
		"WHERE NOT EXISTS (SELECT FROM roster.{t} l "
		"WHERE l.district = {district} "
		"AND l.sourced_id = f.sourced_id) ORDER BY f.sourced_id",
		&part->rows, err))
		return false;
	part->added += part->rows;
	return true;
}

static bool mark_gone(struct ingest *job, struct part *part, struct err *err)
{
	return part->gone == 0 ||
	       (make_again_gone(job, part, err) &&
		   part_ask(job, part,
		       "UPDATE roster.{t} l SET status = 'tobedeleted', "
		       "since = {version} FROM gone_{t} g "
		       "WHERE l.district = {district} "
		       "AND l.sourced_id = g.sourced_id",
		       &part->removed, err));
}

static bool count_again(struct ingest *job, struct part *part, struct err *err)
{
	return part->again == 0 ||
	       part_number(job, part,
		   "SELECT count(*) FROM fresh_{t} f JOIN roster.{t} l "
		   "ON l.sourced_id = f.sourced_id WHERE f.line < 0 "
		   "AND l.district = {district} AND l.status = 'active'",
		   &part->again, err);
}

static bool change(struct ingest *job, struct part *part, struct err *err)
{
	int64_t replaced;

	if (part->fresh > 0 &&
	    (!count_fresh(job, part, err) || !drop_equal(job, part, err) ||
		!count_again(job, part, err)))
		return false;
	if (part->fresh + part->gone == 0)
		return true;
	return keep_history(job, part, err) &&
	       (part->fresh == 0 ||
		   (replace(job, part, &replaced, err) &&
		       (replaced == part->fresh || insert(job, part, err)))) &&
	       mark_gone(job, part, err);
}

/* --- in which order ------------------------------------------------------ */

static bool merge_part(struct ingest *job, struct part *part, struct err *err)
{
	part->merged = true;
	if (part->fresh + part->gone > 0 &&
	    !(part->any_live ? change(job, part, err) : fill(job, part, err)))
		return false;
	part->unchanged = part->read - part->aside - part->added -
			  part->changed - part->named;
	return true;
}

/* Children come before their parents, into which they are derived. */
static bool merge_family(struct ingest *job, struct part *part, struct err *err)
{
	for (const struct derived *d = derived; d->parent != NULL; d++) {
		struct part *child = job_part(job, d->child);

		if (d->parent == part->entity && d->child != part->entity &&
		    !child->merged && !merge_part(job, child, err))
			return false;
	}
	return part->merged || merge_part(job, part, err);
}

static bool has_changes(const struct ingest *job)
{
	for (int i = 0; i < job->part_count; i++) {
		const struct part *p = &job->parts[i];

		if (p->added + p->changed + p->removed + p->again > 0)
			return true;
	}
	return false;
}

bool merge_all(struct ingest *job, struct err *err)
{
	if (!people_keep(job, err))
		return false;
	for_each_part(p, job) if (!merge_family(job, p, err)) return false;
	if (!people_follow(job, err))
		return false;
	job->report.outcome = INGEST_UNCHANGED;
	if (!has_changes(job))
		return true;
	job->report.outcome = INGEST_COMMITTED;
	for_each_part(p, job) if (!fill_again(job, p, err)) return false;
	for_each_part(p, job) if (!derive_touched(job, p, err)) return false;
	return true;
}

bool step_merge(struct ingest *job, struct err *err)
{
	return db_begin(job->db, err) && merge_all(job, err);
}
