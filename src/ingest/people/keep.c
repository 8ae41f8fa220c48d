/* Keeping: what was said and decided goes into the store with the roster, and
 * rows of records that are part of another person now follow them. */
#include "people.h"

#include <string.h>

/* --- what was said -------------------------------------------------------- */

/* A row that was only looked at again was last said where it was. */
static void put_keeping(struct buf *sql, const char *from)
{
	buf_printf(sql,
	    "INSERT INTO roster.said_users AS s (district, source, {kept}, "
	    "status, fingerprint, person, rule, review, candidates, "
	    "birth_date, import, line) %s ON CONFLICT (district, source, "
	    "sourced_id) DO UPDATE SET ",
	    from);
	for_each_field (f, entity_users.fields)
		if (is_staged(f) && f->column != NULL && f->kind != ID)
			buf_printf(sql, "%s = EXCLUDED.%s, ", f->column,
			    f->column);
	buf_puts(sql,
	    "status = EXCLUDED.status, fingerprint = EXCLUDED.fingerprint, "
	    "person = EXCLUDED.person, rule = EXCLUDED.rule, "
	    "review = EXCLUDED.review, candidates = EXCLUDED.candidates, "
	    "birth_date = coalesce(EXCLUDED.birth_date, s.birth_date), "
	    "import = CASE WHEN EXCLUDED.line > 0 THEN EXCLUDED.import "
	    "ELSE s.import END, line = CASE WHEN EXCLUDED.line > 0 "
	    "THEN EXCLUDED.line ELSE s.line END");
}

static bool keep_plain(struct ingest *job, struct part *users, struct err *err)
{
	struct buf sql = { 0 };
	bool kept = true;

	/* The columns stand as {kept} has them, filled in where they are. */
	buf_puts(&sql, "SELECT {district}, {source}");
	for_each_field (f, entity_users.fields) {
		const struct filling *filling = filling_of(&entity_users, f);

		if (!is_staged(f) || f->column == NULL)
			continue;
		if (filling != NULL)
			buf_printf(&sql, ", coalesce(f.%s, %s)", f->column,
			    filling->value);
		else
			buf_printf(&sql, ", f.%s", f->column);
	}
	buf_puts(&sql, ", 'active', f.fingerprint, f.sourced_id, NULL, NULL, "
		       "NULL, NULL::date, nullif({import}, 0), f.line "
		       "FROM fresh_users f ORDER BY f.sourced_id");
	if (users->fresh > 0) {
		struct buf all = { 0 };

		put_keeping(&all, buf_text(&sql));
		kept = people_ask(job, buf_text(&all), NULL, err);
		buf_free(&all);
	}
	buf_free(&sql);
	return kept;
}

/* A record that waits, or has just become part of another person, is to be read
 * again the next time, with all that refers to it. */
static bool keep_claims(struct ingest *job, struct err *err)
{
	struct buf sql = { 0 };
	bool kept;

	put_keeping(&sql,
	    "SELECT {district}, c.source, {c.kept}, 'active', "
	    "CASE WHEN c.person IS NOT NULL THEN c.fingerprint END, c.person, "
	    "c.rule, c.review, c.candidates, c.birth_date, "
	    "nullif({import}, 0), c.line FROM claim c WHERE c.line <> 0 "
	    "ORDER BY c.source, c.sourced_id");
	kept = people_ask(job, buf_text(&sql), NULL, err) &&
	       people_ask(job,
		   "UPDATE roster.said_users s SET person = c.person, "
		   "rule = c.rule, review = c.review, "
		   "candidates = c.candidates, fingerprint = CASE WHEN "
		   "c.person IS NOT DISTINCT FROM s.person "
		   "THEN s.fingerprint END "
		   "FROM claim c WHERE c.line = 0 "
		   "AND s.district = {district} AND s.source = c.source "
		   "AND s.sourced_id = c.sourced_id "
		   "AND (s.person, s.rule, s.review, s.candidates) "
		   "IS DISTINCT FROM (c.person, c.rule, c.review, "
		   "c.candidates)",
		   NULL, err);
	buf_free(&sql);
	return kept;
}

static bool keep_lost(struct ingest *job, struct err *err)
{
	int64_t lost;

	if (!people_number(job,
		job->people->plain ? "SELECT count(*) FROM gone_users"
				   : "SELECT count(*) FROM lost",
		&lost, err))
		return false;
	return lost == 0 ||
	       people_ask(job,
		   job->people->plain
		       ? "UPDATE roster.said_users s "
			 "SET status = 'tobedeleted', "
			 "import = nullif({import}, 0) FROM gone_users l "
			 "WHERE s.district = {district} "
			 "AND s.source = {source} "
			 "AND s.sourced_id = l.sourced_id"
		       : "UPDATE roster.said_users s "
			 "SET status = 'tobedeleted', "
			 "import = nullif({import}, 0) FROM lost l "
			 "WHERE s.district = {district} "
			 "AND s.source = {source} "
			 "AND s.sourced_id = l.sourced_id",
		   NULL, err);
}

/* Persons whose records are all part of others now go when these come. */
static bool put_merged_away(struct ingest *job, struct err *err)
{
	struct part *users = job->people->users;
	int64_t rows;

	if (!people_ask(job,
		"INSERT INTO gone_users SELECT DISTINCT m.was FROM moved m "
		"JOIN roster.users l ON l.district = {district} "
		"AND l.sourced_id = m.was WHERE m.whole "
		"AND l.status = 'active'",
		&rows, err))
		return false;
	users->gone += rows;
	return true;
}

bool people_keep(struct ingest *job, struct err *err)
{
	struct people *people = job->people;
	struct part *users = people->users;

	if (job->made_up != 0 &&
	    !people_ask(job,
		"DELETE FROM roster.said_users WHERE district = {district} "
		"AND source = {made_up}",
		NULL, err))
		return false;
	if (people->plain)
		return keep_plain(job, users, err) &&
		       (users->gone == 0 || keep_lost(job, err));
	return keep_claims(job, err) && keep_lost(job, err) &&
	       people_keep_roles(job, err) && put_merged_away(job, err) &&
	       (!people->stale ||
		   people_ask(job,
		       "UPDATE homeroom.district SET remerge = false "
		       "WHERE id = {district}",
		       NULL, err));
}

bool people_again(struct ingest *job, struct err *err)
{
	return job->people->plain ||
	       people_ask(job,
		   "UPDATE claim c SET fingerprint = NULL FROM bad "
		   "WHERE c.line = bad.line",
		   NULL, err);
}

bool people_forget(struct ingest *job, int64_t horizon, struct err *err)
{
	struct values values = { 2,
		{ arena_number(job->arena, job->request->district),
		    arena_number(job->arena, horizon) } };

	return db_ask_text(job->db, job->arena,
	    "DELETE FROM roster.said_users s USING homeroom.import i "
	    "WHERE s.district = $1::int AND s.status = 'tobedeleted' "
	    "AND i.id = s.import AND i.version < $2::bigint",
	    &values, NULL, err);
}

/* Where records are persons, nothing is joined with what is said. */
bool people_statistics(struct ingest *job, struct err *err)
{
	const struct part *users = job->people->users;

	return job->people->plain ||
	       users->added + users->changed <= users->live / 5 ||
	       people_ask(job,
		   "SELECT homeroom.refresh_statistics("
		   "'said_users')",
		   NULL, err);
}

/* --- rows that follow ----------------------------------------------------- */

bool people_history(struct ingest *job, const struct entity *entity,
    struct err *err)
{
	return job_ask(job, &(struct composing){ .entity = entity },
	    "INSERT INTO history.{t} (district, {all}, status, source, "
	    "fingerprint, since, until) SELECT l.district, {l.all}, l.status, "
	    "l.source, l.fingerprint, l.since, {version} FROM roster.{t} l "
	    "WHERE l.district = {district} AND l.since < {version} "
	    "AND l.sourced_id IN (SELECT sourced_id FROM following)",
	    NULL, err);
}

/* Rows of a record's source, and any when the person is nobody any more. Where
 * the source has other records of that person, only its next file tells which
 * row is whose. */
static bool find_following(struct ingest *job, const struct composing *with,
    int64_t *rows, struct err *err)
{
	return job_ask(job, with,
		   "UPDATE roster.{t} l SET fingerprint = NULL FROM moved m "
		   "WHERE l.district = {district} AND m.apart "
		   "AND m.source = l.source AND l.{c} = m.was",
		   NULL, err) &&
	       job_ask(job, with,
		   "CREATE TEMP TABLE following ON COMMIT DROP AS "
		   "SELECT DISTINCT ON (l.sourced_id) l.sourced_id, m.person "
		   "FROM moved m JOIN roster.{t} l ON l.district = {district} "
		   "AND l.{c} = m.was WHERE l.status = 'active' "
		   "AND NOT m.apart AND (m.whole OR m.source = l.source) "
		   "ORDER BY l.sourced_id, m.source <> l.source, m.person",
		   rows, err);
}

static bool follow_by(struct ingest *job, struct part *part,
    const struct field *f, struct err *err)
{
	const struct composing with = { .entity = part->entity,
		.column = f->column };
	int64_t rows;

	if (!find_following(job, &with, &rows, err))
		return false;
	part->again += rows;
	return people_history(job, part->entity, err) &&
	       job_ask(job, &with,
		   "UPDATE roster.{t} l SET since = {version}, "
		   "{c} = coalesce(x.person, l.{c}), status = CASE WHEN "
		   "x.person IS NULL THEN 'tobedeleted' ELSE l.status END "
		   "FROM following x WHERE l.district = {district} "
		   "AND l.sourced_id = x.sourced_id",
		   NULL, err) &&
	       db_run(job->db, "DROP TABLE following", err);
}

/* Demographics have the person's id for their own: the row ends, and one of
 * that person begins, unless it has some. */
static bool follow_itself(struct ingest *job, struct part *part,
    struct err *err)
{
	const struct composing with = { .entity = part->entity,
		.column = "sourced_id" };
	struct buf sql = { 0 };
	int64_t rows;
	bool done;

	if (!find_following(job, &with, &rows, err))
		return false;
	part->again += rows;
	buf_puts(&sql,
	    "INSERT INTO roster.{t} (district, {own}, status, source, "
	    "fingerprint, since) SELECT l.district");
	for_each_field (f, part->entity->fields)
		if (is_own(f))
			buf_printf(&sql, ", %s.%s", f->kind == ID ? "x" : "l",
			    f->kind == ID ? "person" : f->column);
	buf_puts(&sql,
	    ", 'active', l.source, l.fingerprint, {version} "
	    "FROM following x JOIN roster.{t} l ON l.district = {district} "
	    "AND l.sourced_id = x.sourced_id WHERE x.person IS NOT NULL "
	    "AND NOT EXISTS (SELECT FROM roster.{t} o WHERE "
	    "o.district = {district} AND o.sourced_id = x.person)");
	done = people_history(job, part->entity, err) &&
	       job_ask(job, &with, buf_text(&sql), NULL, err) &&
	       job_ask(job, &with,
		   "UPDATE roster.{t} l SET since = {version}, "
		   "status = 'tobedeleted' FROM following x "
		   "WHERE l.district = {district} "
		   "AND l.sourced_id = x.sourced_id",
		   NULL, err) &&
	       db_run(job->db, "DROP TABLE following", err);
	buf_free(&sql);
	return done;
}

bool people_follow(struct ingest *job, struct err *err)
{
	int64_t moved;

	if (job->people->plain)
		return true;
	if (!people_number(job, "SELECT count(*) FROM moved", &moved, err))
		return false;
	for_each_part(p, job)
	{
		if (moved == 0 || p->entity == &entity_users)
			continue;
		for_each_field (f, p->entity->fields) {
			if (!people_refers(p->entity, f))
				continue;
			if (!(f->kind == ID ? follow_itself(job, p, err)
					    : follow_by(job, p, f, err)))
				return false;
		}
	}
	return people_settle_roles(job, err);
}
