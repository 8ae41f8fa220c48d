/* Decisions by hand: that a record is a person, or is not; and all persons
 * merged anew. They go the way of an import that has no files. */
#include "people.h"

#include <inttypes.h>
#include <string.h>

/* --- the decision --------------------------------------------------------- */

/* What the record's row says: the person, and those that it may be. */
struct decided {
	const char *person;
	const char *candidates; /* an array */
};

static struct values about(struct ingest *job)
{
	return (struct values){ 3,
		{ arena_number(job->arena, job->request->district),
		    arena_number(job->arena, job->source), job->change->id } };
}

static bool find_record(struct ingest *job, struct decided *out,
    struct err *err)
{
	const struct person_change *change = job->change;
	struct values values = about(job);
	const struct rows *rows;

	if (!db_ask_text(job->db, job->arena,
		"SELECT person, candidates FROM roster.said_users "
		"WHERE district = $1::int AND source = $2::int "
		"AND sourced_id = $3::text AND status = 'active'",
		&values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_NOT_FOUND,
		    "the source '%s' has no user '%s'", change->source,
		    change->id);
	*out = (struct decided){ rows_get(rows, 0, 0), rows_get(rows, 0, 1) };
	return true;
}

static bool check_person(struct ingest *job, struct err *err)
{
	struct values values = { 2, { about(job).at[0], job->change->person } };
	const struct rows *rows;

	if (!db_ask_text(job->db, job->arena,
		"SELECT FROM roster.users WHERE district = $1::int "
		"AND sourced_id = $2::text AND status = 'active'",
		&values, &rows, err))
		return false;
	return rows_count(rows) > 0 ||
	       fail(err, FAULT_NOT_FOUND,
		   "there is no person '%s': it is the sourcedId of a user "
		   "that is published",
		   job->change->person);
}

/* Whoever shares the person, or was a candidate, is somebody else; but what
 * provisioning gave them is theirs. */
static bool check_apart(struct ingest *job, const struct decided *is,
    struct err *err)
{
	struct values values = { 4, { about(job).at[0], about(job).at[1],
					job->change->id, is->person } };
	const struct rows *rows;

	if (is->candidates != NULL)
		return true;
	if (!db_ask_text(job->db, job->arena,
		"SELECT FROM roster.said_users WHERE district = $1::int "
		"AND person = $4::text AND status = 'active' "
		"AND (source, sourced_id) <> ($2::int, $3::text) "
		"AND source NOT IN (SELECT id FROM homeroom.source "
		"WHERE district = $1::int AND kind = 'accounts') LIMIT 1",
		&values, &rows, err))
		return false;
	return rows_count(rows) > 0 ||
	       fail(err, FAULT_CONFLICT,
		   "%s:%s stands for itself: there is nothing to unlink",
		   job->change->source, job->change->id);
}

static bool write_decision(struct ingest *job, const struct decided *is,
    struct err *err)
{
	const struct person_change *change = job->change;
	struct values values = about(job);

	if (!db_ask_text(job->db, job->arena,
		"DELETE FROM homeroom.person_decision "
		"WHERE district = $1::int AND source = $2::int "
		"AND sourced_id = $3::text AND same",
		&values, NULL, err))
		return false;
	values_add(&values, change->who);
	values_add(&values, change->person);
	values_add(&values, is->person);
	values_add(&values, is->candidates);
	if (change->person != NULL) {
		values.count = 5;
		return db_ask_text(job->db, job->arena,
		    "INSERT INTO homeroom.person_decision (district, source, "
		    "sourced_id, who, person, same) VALUES ($1::int, $2::int, "
		    "$3::text, $4::text, $5::text, true) ON CONFLICT "
		    "(district, source, sourced_id, person) DO UPDATE "
		    "SET same = true, who = EXCLUDED.who, at = now()",
		    &values, NULL, err);
	}
	values.at[4] = values.at[5];
	values.at[5] = values.at[6];
	values.count = 6;
	return db_ask_text(job->db, job->arena,
	    "INSERT INTO homeroom.person_decision (district, source, "
	    "sourced_id, who, person, same) SELECT $1::int, $2::int, $3::text, "
	    "$4::text, p.person, false FROM (SELECT $5::text UNION "
	    "SELECT unnest($6::text[])) AS p (person) "
	    "WHERE p.person IS NOT NULL ON CONFLICT "
	    "(district, source, sourced_id, person) DO UPDATE "
	    "SET same = false, who = EXCLUDED.who, at = now()",
	    &values, NULL, err);
}

static bool decide(struct ingest *job, struct err *err)
{
	struct decided is;

	if (job->change->id == NULL)
		return true;
	return find_record(job, &is, err) &&
	       (job->change->person != NULL ? check_person(job, err)
					    : check_apart(job, &is, err)) &&
	       write_decision(job, &is, err);
}

/* --- its claim ------------------------------------------------------------ */

bool people_decide(struct ingest *job, struct err *err)
{
	struct values values;

	if (job->change == NULL || job->change->id == NULL)
		return true;
	values = about(job);
	values_add(&values, job->change->person);
	return db_ask_text(job->db, job->arena,
		   "CREATE TEMP TABLE chosen AS SELECT $3::text AS sourced_id, "
		   "$4::text AS person, $1::int AS district, "
		   "$2::int AS source",
		   &values, NULL, err) &&
	       people_ask(job,
		   "INSERT INTO claim ({kept}, fingerprint, line, goes, place, "
		   "source, was, person, rule, birth_date, said, open) "
		   "SELECT {s.kept}, s.fingerprint, 0, false, sp.place, "
		   "s.source, s.person, c.person, CASE WHEN c.person "
		   "IS NOT NULL THEN 'by hand' END, s.birth_date, "
		   "true, c.person IS NULL FROM chosen c JOIN "
		   "roster.said_users s "
		   "ON s.district = c.district AND s.source = c.source "
		   "AND s.sourced_id = c.sourced_id "
		   "JOIN speaker sp ON sp.source = s.source",
		   NULL, err);
}

/* --- as an import --------------------------------------------------------- */

static bool find_now(struct ingest *job, struct arena *arena,
    struct person_change *change, struct err *err)
{
	struct decided is;

	change->version = job->report.outcome == INGEST_COMMITTED ||
				  job->report.outcome == INGEST_CHECKED
			      ? job->version_made
			      : 0;
	if (change->id == NULL || change->dry_run)
		return true;
	if (!find_record(job, &is, err))
		return false;
	change->now = is.person != NULL ? arena_text(arena, is.person) : NULL;
	return true;
}

/* The next reading is to be read, though it be the same: rows that referred to
 * nobody may refer to somebody now. */
static bool forget_digests(struct ingest *job, struct err *err)
{
	return people_ask(job,
	    "UPDATE homeroom.import SET digest = NULL "
	    "WHERE district = {district} AND source IS NOT NULL "
	    "AND digest IS NOT NULL AND version >= {before}",
	    NULL, err);
}

static bool go_through(struct ingest *job, struct arena *arena,
    struct person_change *change, struct err *err)
{
	if (!begin_change(job, err))
		return false;
	if (change->source != NULL && job->source == 0)
		return fail(err, FAULT_NOT_FOUND, "there is no source '%s'",
		    change->source);
	return db_begin(job->db, err) && decide(job, err) &&
	       step_check(job, err) && merge_all(job, err) &&
	       forget_digests(job, err) && step_finish(job, err) &&
	       find_now(job, arena, change, err);
}

bool person_change(struct db *db, struct arena *arena,
    struct person_change *change, struct err *err)
{
	struct ingest_request request = { .district = change->district,
		.source = change->source,
		.dry_run = change->dry_run,
		.keep_days = change->keep_days };
	struct ingest *job = ingest_open(db, &request);
	bool done;

	job->change = change;
	job->note = change->id == NULL ? "persons merged anew"
		    : change->person != NULL
			? arena_printf(job->arena, "%s:%s is %s",
			      change->source, change->id, change->person)
			: arena_printf(job->arena, "%s:%s is somebody else",
			      change->source, change->id);
	done = go_through(job, arena, change, err);
	ingest_close(job);
	return done;
}

bool person_merge_run(struct job *job, struct arena *arena, const char *url,
    struct err *err)
{
	struct person_change change = { .district = job->district };
	struct db *db = NULL;
	bool done = config_number("HOMEROOM_RETENTION_DAYS", 0, 100000,
			&change.keep_days, err) &&
		    db_open(&db, url, DB_INGEST, err) &&
		    person_change(db, arena, &change, err);

	if (done && change.version > 0)
		job->detail =
		    arena_printf(arena, "version %" PRId64, change.version);
	else if (done)
		job->detail = "nothing differs";
	db_close(db);
	return done;
}
