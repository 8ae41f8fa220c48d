/* Claims: records whose persons are to be found, and what is known of them. */
#include "people.h"

bool people_ask(struct ingest *job, const char *text, int64_t *count,
    struct err *err)
{
	return job_ask(job, &(struct composing){ .entity = &entity_users },
	    text, count, err);
}

bool people_number(struct ingest *job, const char *text, int64_t *number,
    struct err *err)
{
	return job_number(job, &(struct composing){ .entity = &entity_users },
	    text, number, err);
}

/* --- tables --------------------------------------------------------------- */

static const char tables[] =
    "CREATE TEMP TABLE claim (LIKE fresh_users);"
    "ALTER TABLE claim ADD place int, ADD source int, "
    "ADD was text COLLATE \"C\", ADD person text COLLATE \"C\", "
    "ADD rule text, ADD review text, ADD candidates text[] COLLATE \"C\", "
    "ADD birth_date date, ADD said boolean, ADD open boolean;"
    "CREATE TEMP TABLE lost (sourced_id text COLLATE \"C\");"
    "CREATE TEMP TABLE speaker (place int, source int, echoes boolean);"
    "CREATE TEMP TABLE known_key (n int, key text)";

static bool put_speaker(struct ingest *job, int place, struct err *err)
{
	const struct speaker *speaker = &job->people->speakers[place - 1];
	struct values values = { 3,
		{ arena_number(job->arena, place),
		    arena_number(job->arena, speaker->source),
		    speaker->echoes ? "t" : "f" } };

	return db_ask_text(job->db, job->arena,
	    "INSERT INTO speaker VALUES ($1::int, $2::int, $3::boolean)",
	    &values, NULL, err);
}

static bool put_key(struct ingest *job, int n, struct err *err)
{
	struct values values = { 2,
		{ arena_number(job->arena, n), job->people->keys[n - 1] } };

	return db_ask_text(job->db, job->arena,
	    "INSERT INTO known_key VALUES ($1::int, $2::text)", &values, NULL,
	    err);
}

static bool make_tables(struct ingest *job, struct err *err)
{
	const struct people *people = job->people;

	if (!part_tables(job, people->users, err) ||
	    !db_run(job->db, tables, err))
		return false;
	for (int i = 1; i <= people->speaker_count; i++)
		if (!put_speaker(job, i, err))
			return false;
	for (int i = 1; i <= people->key_count; i++)
		if (!put_key(job, i, err))
			return false;
	return db_run(job->db, "ANALYZE speaker", err);
}

/* --- of this import ------------------------------------------------------- */

/* A record that comes back is who it was, unless its source has another record
 * of that person by now. What somebody decided stands. One that stands for
 * itself is looked at again when it changes; but those of the first source
 * stay: others come to them. */
static const char fresh_claims[] =
    "INSERT INTO claim ({own}, role, org_ids, \"resourceSourcedIds\", "
    "fingerprint, line, goes, place, source, was, person, rule, review, "
    "candidates, birth_date, said, open) "
    "SELECT {filled}, f.role, f.org_ids, f.\"resourceSourcedIds\", "
    "f.fingerprint, f.line, false, sp.place, {source}, "
    "CASE WHEN s.status = 'active' THEN s.person END, "
    "coalesce(d.person, k.person), "
    "CASE WHEN d.same THEN 'by hand' "
    "WHEN k.person IS NOT NULL THEN s.rule END, "
    "CASE WHEN d.same IS NOT TRUE THEN s.review END, "
    "CASE WHEN d.same IS NOT TRUE THEN s.candidates END, s.birth_date, "
    "s.sourced_id IS NOT NULL, "
    "d.person IS NULL AND (k.person IS NULL OR "
    "(s.rule IS NULL AND sp.place > 1)) "
    "FROM fresh_users f JOIN speaker sp ON sp.source = {source} "
    "LEFT JOIN roster.said_users s ON s.district = {district} "
    "AND s.source = {source} AND s.sourced_id = f.sourced_id "
    "LEFT JOIN homeroom.person_decision d ON d.district = {district} "
    "AND d.source = {source} AND d.sourced_id = f.sourced_id AND d.same "
    "CROSS JOIN LATERAL (SELECT CASE WHEN s.status = 'active' OR NOT EXISTS ("
    "SELECT FROM roster.said_users o WHERE o.district = {district} "
    "AND o.source = {source} AND o.status = 'active' "
    "AND o.person = s.person AND NOT EXISTS (SELECT FROM lost l "
    "WHERE l.sourced_id = o.sourced_id)) THEN s.person END AS person) k";

/* Of several that come back at once as one person, the one that is called so
 * is it, or the first; unless somebody decided. */
static const char first_back[] =
    "UPDATE claim c SET person = NULL, rule = NULL, open = true FROM ("
    "SELECT sourced_id, row_number() OVER (PARTITION BY person ORDER BY "
    "rule IS DISTINCT FROM 'by hand', sourced_id <> person, sourced_id) "
    "AS nth FROM claim WHERE was IS NULL AND person IS NOT NULL) x "
    "WHERE x.nth > 1 AND c.sourced_id = x.sourced_id "
    "AND c.rule IS DISTINCT FROM 'by hand'";

/* A line that staging left out, since the store has it, has no row here: then
 * the live row tells. */
static bool find_birth_dates(struct ingest *job, struct err *err)
{
	if (!job_part(job, &entity_demographics)->present)
		return true;
	return people_ask(job,
	    "UPDATE claim c SET birth_date = d.birth_date "
	    "FROM stage_demographics d WHERE d.sourced_id = c.sourced_id "
	    "AND c.line > 0 AND d.birth_date IS NOT NULL",
	    NULL, err);
}

/* --- of others ------------------------------------------------------------ */

/* Records that wait, or stand for themselves, may find a person now, also those
 * of this source: whom two of them find is unclear, and whom another has left
 * may be found. */
#define OTHERS                                                                 \
	"INSERT INTO claim ({kept}, fingerprint, line, goes, place, source, "  \
	"was, person, rule, review, candidates, birth_date, said, open) "      \
	"SELECT {s.kept}, s.fingerprint, 0, false, sp.place, s.source, "       \
	"s.person, s.person, s.rule, s.review, s.candidates, s.birth_date, "   \
	"true, true FROM roster.said_users s "                                 \
	"JOIN speaker sp ON sp.source = s.source "                             \
	"WHERE s.district = {district} AND s.status = 'active' "               \
	"AND s.rule IS NULL AND (s.person IS NULL OR sp.place > 1) "           \
	"AND NOT EXISTS (SELECT FROM claim c WHERE c.said "                    \
	"AND c.source = s.source AND c.sourced_id = s.sourced_id) "            \
	"AND NOT EXISTS (SELECT FROM lost l "                                  \
	"WHERE s.source = {source} AND l.sourced_id = s.sourced_id)"

bool people_claim(struct ingest *job, struct err *err)
{
	struct part *users = job->people->users;

	return make_tables(job, err) &&
	       people_ask(job,
		   "INSERT INTO lost SELECT sourced_id "
		   "FROM gone_users",
		   NULL, err) &&
	       people_ask(job, fresh_claims, NULL, err) &&
	       people_ask(job, first_back, NULL, err) &&
	       find_birth_dates(job, err) && people_decide(job, err) &&
	       (!(job->people->stale || users->fresh + users->gone > 0) ||
		   people_ask(job, OTHERS, NULL, err)) &&
	       db_run(job->db,
		   "TRUNCATE fresh_users, gone_users; "
		   "ANALYZE claim (source, sourced_id, place, line, person, "
		   "was, rule, said, open); ANALYZE lost",
		   err);
}
