/* Absence: what it means that a file does not have a record any more. It
 * stays while settings or the calendar keep it, and a user while it was not
 * missing for long enough. */
#include "guard.h"

#include <inttypes.h>

/* The users of whom nothing is taken to be gone yet. */
static const char make_held[] =
    "CREATE TEMP TABLE held AS SELECT g.sourced_id, s.person, "
    "coalesce(a.readings, 0) + 1 AS readings FROM gone_users g "
    "JOIN roster.said_users s ON s.district = $1::int AND s.source = $2::int "
    "AND s.sourced_id = g.sourced_id LEFT JOIN homeroom.absent a "
    "ON a.district = $1::int AND a.source = $2::int AND a.entity = $3::int "
    "AND a.sourced_id = g.sourced_id "
    "WHERE coalesce(a.readings, 0) + 1 < $4::bigint";

static const char keep_held[] =
    "INSERT INTO homeroom.absent (district, source, entity, sourced_id, "
    "readings, since) SELECT $1::int, $2::int, $3::int, sourced_id, readings, "
    "now() FROM held ON CONFLICT (district, source, entity, sourced_id) "
    "DO UPDATE SET readings = excluded.readings";

static const char forget_others[] =
    "DELETE FROM homeroom.absent a WHERE a.district = $1::int "
    "AND a.source = $2::int AND a.entity = $3::int "
    "AND NOT EXISTS (SELECT FROM held h WHERE h.sourced_id = a.sourced_id)";

static bool ask(struct ingest *job, const char *sql, int64_t after,
    struct err *err)
{
	struct arena *arena = job->arena;
	struct values values = { 3,
		{ arena_number(arena, job->request->district),
		    arena_number(arena, job->source),
		    arena_number(arena, entity_users.number) } };

	if (after > 0)
		values_add(&values, arena_number(arena, after));
	return db_ask_text(job->db, job->brief, sql, &values, NULL, err);
}

/* --- all of them stay ----------------------------------------------------- */

static bool keep_all(struct ingest *job, struct part *part, const char *why,
    struct err *err)
{
	const struct finding about = {
		.file = part->file,
		.code = "kept",
		.message = why,
	};
	int64_t lines;

	if (part->gone == 0 || part->mode == MODE_ABSENT)
		return true;
	part->gone = 0;
	return part_ask(job, part, "TRUNCATE bad", NULL, err) &&
	       part_ask(job, part,
		   "INSERT INTO bad SELECT 0, sourced_id FROM gone_{t}", NULL,
		   err) &&
	       findings_bad(job, &about, &lines, err) &&
	       part_ask(job, part, "TRUNCATE gone_{t}", NULL, err);
}

/* --- users that are missing ----------------------------------------------- */

static bool hold_users(struct ingest *job, struct part *part, struct err *err)
{
	const int64_t after = job->guard->policy.absent_after;
	const struct finding about = {
		.file = part->file,
		.code = "absent",
		.message = arena_printf(job->arena,
		    "is missing; it is gone once it is missing from %" PRId64
		    " readings in a row",
		    after),
	};
	int64_t held, lines;

	if (!ask(job, make_held, after, err))
		return false;
	job->guard->holds = true;
	if (!part_ask(job, part,
		"DELETE FROM gone_{t} g USING held h "
		"WHERE h.sourced_id = g.sourced_id",
		&held, err))
		return false;
	part->gone -= held;
	return held == 0 ||
	       (part_ask(job, part, "TRUNCATE bad", NULL, err) &&
		   part_ask(job, part,
		       "INSERT INTO bad SELECT 0, sourced_id || ' (' || "
		       "readings || ')' FROM held",
		       NULL, err) &&
		   findings_bad(job, &about, &lines, err));
}

/* What is of a user that is held stays with it. */
static bool hold_of_users(struct ingest *job, struct part *part,
    struct err *err)
{
	const struct field *ref = guard_person(part->entity);
	const struct composing with = { .entity = part->entity,
		.column = ref != NULL ? ref->column : NULL };
	int64_t held;

	if (ref == NULL || part->gone == 0)
		return true;
	if (!job_ask(job, &with,
		"DELETE FROM gone_{t} g USING roster.{t} l, held h "
		"WHERE l.district = {district} "
		"AND l.sourced_id = g.sourced_id AND h.person = l.{c}",
		&held, err))
		return false;
	part->gone -= held;
	return true;
}

/* When nobody knows who is missing, nobody's records are. */
static bool hold_all(struct ingest *job, struct part *part, struct err *err)
{
	if (guard_person(part->entity) == NULL)
		return true;
	return keep_all(job, part,
	    "is missing, and stays: users.csv does not say who is missing",
	    err);
}

/* What users have to do with it. */
static bool hold(struct ingest *job, struct part *part, struct err *err)
{
	if (job_part(job, &entity_users)->held)
		return hold_all(job, part, err);
	if (job->guard->holds)
		return hold_of_users(job, part, err);
	return part->entity != &entity_users || part->gone == 0 ||
	       hold_users(job, part, err);
}

static bool hold_by_policy(struct ingest *job, struct part *part,
    struct err *err)
{
	const struct policy *policy = &job->guard->policy;

	if (policy->additive)
		return keep_all(job, part,
		    arena_printf(job->arena,
			"is gone by this file, and stays while the window "
			"'%s' lasts",
			policy->window),
		    err);
	if (part->mode != MODE_BULK)
		return true;
	if (policy->keeps)
		return keep_all(job, part,
		    "is not in this file any more, and stays: so the source's "
		    "settings have it",
		    err);
	return policy->absent_after <= 1 || hold(job, part, err);
}

bool absence_hold(struct ingest *job, struct part *part, struct err *err)
{
	if (!hold_by_policy(job, part, err))
		return false;
	if (part->entity == &entity_users)
		job->guard->lost_users = part->gone;
	return true;
}

/* --- until the next reading ----------------------------------------------- */

/* A reading that was not whole tells nothing of who is there. */
bool absence_keep(struct ingest *job, struct err *err)
{
	struct part *users = job_part(job, &entity_users);
	const struct policy *policy = &job->guard->policy;

	if (users->mode == MODE_ABSENT || users->held || policy->keeps ||
	    policy->additive)
		return true;
	if (users->mode == MODE_DELTA)
		return ask(job,
		    "DELETE FROM homeroom.absent a USING stage_users s "
		    "WHERE a.district = $1::int AND a.source = $2::int "
		    "AND a.entity = $3::int AND a.sourced_id = s.sourced_id",
		    0, err);
	if (!job->guard->holds &&
	    !db_run(job->db,
		"CREATE TEMP TABLE held (sourced_id text, readings int)", err))
		return false;
	return ask(job, forget_others, 0, err) && ask(job, keep_held, 0, err);
}
