/* Limits: whether more would change than a source may change at once, counted
 * in the rows that were just merged, by entity and by school. */
#include "guard.h"

#include <inttypes.h>
#include <string.h>

/* A share of fewer records than this says little. */
#define FEW 10

struct over {
	struct ingest *job;
	const char *what; /* "would be removed" */
	int64_t count, of;
	const struct limit *limit;
};

static bool is_over(const struct over *o)
{
	const struct limit *l = o->limit;

	return (l->records >= 0 && o->count > l->records) ||
	       (l->percent >= 0 && o->count > FEW &&
		   o->count * 100 > o->of * l->percent);
}

static const char *describe(const struct over *o, const char *whose)
{
	struct arena *arena = o->job->arena;
	const char *most =
	    o->limit->records >= 0 && o->count > o->limit->records
		? arena_number(arena, o->limit->records)
		: arena_printf(arena, "%d %%", o->limit->percent);

	return arena_printf(arena,
	    "%" PRId64 " of %" PRId64 " %s (%" PRId64
	    " %%) %s, which is more than %s",
	    o->count, o->of, whose,
	    o->count * 100 / (o->of > 0 ? o->of : o->count), o->what, most);
}

/* The first that is exceeded is the reason; all of them are findings. */
static void stop(struct ingest *job, const struct finding *about,
    const char *who, const char *what)
{
	struct finding f = *about;

	f.code = "limit";
	f.severe = true;
	findings_add(job->findings, &f);
	if (job->guard->stopped == NULL)
		job->guard->stopped =
		    arena_printf(job->arena, "%s: %s", who, what);
}

static const char *name_of(const struct part *part)
{
	return part->file != NULL && !part->made ? part->file
						 : part->entity->name;
}

static void stop_records(struct ingest *job, const struct part *part,
    const char *what)
{
	const struct finding about = {
		.file = name_of(part),
		.message = arena_printf(job->arena,
		    "brings too many changes: %s", what),
	};

	stop(job, &about, about.file, what);
}

/* --- entities ------------------------------------------------------------- */

/* What a source had before; of a file that it does not have, what there was of
 * all sources: it goes along with something else. */
static bool count_before(struct ingest *job, const struct part *part,
    int64_t *of, struct err *err)
{
	*of = part->live;
	if (part->mode != MODE_ABSENT)
		return true;
	if (!part_number(job, part,
		"SELECT count(*) FROM roster.{t} l WHERE l.district = "
		"{district} AND l.status = 'active'",
		of, err))
		return false;
	*of += part->removed - part->added;
	return true;
}

static bool count_disabled(struct ingest *job, const struct part *part,
    int64_t *count, struct err *err)
{
	*count = 0;
	return part->entity != &entity_users || part->changed == 0 ||
	       part_number(job, part,
		   "SELECT count(*) FROM history.{t} h JOIN roster.{t} l "
		   "ON l.district = h.district AND l.sourced_id = h.sourced_id "
		   "WHERE h.district = {district} AND h.until = {version} "
		   "AND h.status = 'active' AND h.enabled_user "
		   "AND l.status = 'active' AND NOT l.enabled_user",
		   count, err);
}

/* Users that other sources know may stay, with less known of them. */
static int64_t count_removed(const struct ingest *job, const struct part *part)
{
	int64_t lost = job->guard->lost_users;

	return part->entity == &entity_users && lost > part->removed
		   ? lost
		   : part->removed;
}

static bool check_records(struct ingest *job, const struct part *part,
    struct err *err)
{
	static const char *const whats[] = {
		[LIMIT_ADDED] = "would be added",
		[LIMIT_CHANGED] = "would be changed",
		[LIMIT_REMOVED] = "would be removed",
		[LIMIT_DISABLED] = "would be disabled",
	};
	int64_t counts[] = { part->added, part->changed,
		count_removed(job, part), 0 };
	struct over o = { .job = job };

	/* What is made of users' rows is counted there. */
	if (!part->any_live || part->made ||
	    counts[LIMIT_ADDED] + counts[LIMIT_CHANGED] +
		    counts[LIMIT_REMOVED] ==
		0)
		return true;
	if (!count_before(job, part, &o.of, err) ||
	    !count_disabled(job, part, &counts[LIMIT_DISABLED], err))
		return false;
	/* A source's first records are no change. */
	for (int i = 0; i < LIMITS && o.of > 0; i++) {
		o.what = whats[i];
		o.count = counts[i];
		o.limit = &job->guard->policy.records[part - job->parts][i];
		if (is_over(&o))
			stop_records(job, part, describe(&o, "records"));
	}
	return true;
}

/* --- schools -------------------------------------------------------------- */

static bool check_schools(struct ingest *job, struct err *err)
{
	const struct part *orgs = job_part(job, &entity_orgs);
	struct over o = { .job = job,
		.what = "would be removed",
		.limit = &job->guard->policy.schools[SCHOOL_REMOVED] };

	if (orgs->removed + orgs->changed == 0)
		return true;
	if (!part_number(job, orgs,
		"SELECT count(*) FROM history.{t} h JOIN roster.{t} l "
		"ON l.district = h.district AND l.sourced_id = h.sourced_id "
		"WHERE h.district = {district} AND h.until = {version} "
		"AND h.status = 'active' AND h.type = 'school' "
		"AND l.status <> 'active'",
		&o.count, err) ||
	    !part_number(job, orgs,
		"SELECT count(*) FROM roster.{t} l WHERE l.district = "
		"{district} AND l.status = 'active' AND l.type = 'school'",
		&o.of, err))
		return false;
	o.of += o.count;
	if (is_over(&o))
		stop_records(job, orgs, describe(&o, "schools"));
	return true;
}

/* What a school has. */
struct measure {
	const struct entity *entity;
	const char *school; /* column */
	const char *where;  /* of row x */
	const char *words;
};

/* clang-format off */
static const struct measure measures[] = {
	[SCHOOL_STUDENTS]    = { &entity_roles,       "org_id",    "x.role = 'student'", "students" },
	[SCHOOL_CLASSES]     = { &entity_classes,     "school_id", "true",               "classes" },
	[SCHOOL_ENROLLMENTS] = { &entity_enrollments, "school_id", "true",               "enrollments" },
};
/* clang-format on */

/* Schools that have fewer than before. Of those that are left no more are
 * counted than tell whether so many are too many: $4. */
static const char *losses_sql(struct ingest *job, const struct measure *m)
{
	const char *t = m->entity->table, *c = m->school, *w = m->where;

	return arena_printf(job->arena,
	    "WITH lost AS (SELECT x.%s AS school, count(*) AS n "
	    "FROM history.%s x WHERE x.district = $1::int "
	    "AND x.until = $2::bigint AND x.status = 'active' AND %s "
	    "GROUP BY 1), came AS (SELECT x.%s AS school, count(*) AS n "
	    "FROM roster.%s x WHERE x.district = $1::int "
	    "AND x.since = $2::bigint AND x.status = 'active' AND %s "
	    "GROUP BY 1), net AS (SELECT school, lost.n - coalesce(came.n, 0) "
	    "AS n FROM lost LEFT JOIN came USING (school)) "
	    "SELECT net.school, net.n, net.n + remain.n FROM net, LATERAL "
	    "(SELECT count(*) AS n FROM (SELECT FROM roster.%s x "
	    "WHERE x.district = $1::int AND x.%s = net.school "
	    "AND x.status = 'active' AND %s "
	    "LIMIT net.n * 100 / nullif($4::int, 0)) AS kept) AS remain "
	    "WHERE net.n > $3::bigint ORDER BY net.school",
	    c, t, w, c, t, w, t, c, w);
}

static bool find_losses(struct ingest *job, const struct measure *m,
    const struct limit *limit, const struct rows **rows, struct err *err)
{
	struct arena *arena = job->arena;
	int64_t least = limit->percent >= 0 &&
				!(limit->records >= 0 && limit->records < FEW)
			    ? FEW
			    : limit->records;
	const struct values values = { 4,
		{ arena_number(arena, job->request->district),
		    arena_number(arena, job->version_made),
		    arena_number(arena, least),
		    arena_number(arena,
			limit->percent > 0 ? limit->percent : 0) } };

	return db_ask_text(job->db, arena, losses_sql(job, m), &values, rows,
	    err);
}

static void stop_school(struct ingest *job, const struct over *o,
    const struct measure *m, const char *school)
{
	struct arena *arena = job->arena;
	const char *lost = arena_printf(arena, "%s: %" PRId64 " of %" PRId64,
	    school, o->count, o->of);
	const struct finding about = {
		.file = name_of(job_part(job, m->entity)),
		.message = arena_printf(arena,
		    "would take too many of its %s from a school", m->words),
		.value = { lost, strlen(lost) },
	};

	stop(job, &about, arena_printf(arena, "school %s", school),
	    describe(o, m->words));
}

static bool check_measure(struct ingest *job, int i, struct err *err)
{
	const struct measure *m = &measures[i];
	const struct part *part = job_part(job, m->entity);
	struct over o = { .job = job,
		.what = "would be lost",
		.limit = &job->guard->policy.schools[i] };
	const struct rows *rows;

	if (!part->any_live || part->removed + part->changed == 0 ||
	    (o.limit->records < 0 && o.limit->percent < 0))
		return true;
	if (!find_losses(job, m, o.limit, &rows, err))
		return false;
	for (int r = 0; r < rows_count(rows); r++) {
		o.count = rows_integer(rows, r, 1);
		o.of = rows_integer(rows, r, 2);
		if (is_over(&o))
			stop_school(job, &o, m, rows_get(rows, r, 0));
	}
	return true;
}

/* --- the step ------------------------------------------------------------- */

static bool check_all(struct ingest *job, struct err *err)
{
	for_each_part(p, job) if (!check_records(job, p, err)) return false;
	if (!check_schools(job, err))
		return false;
	for (int i = SCHOOL_REMOVED + 1; i < SCHOOL_LIMITS; i++)
		if (!check_measure(job, i, err))
			return false;
	return true;
}

bool step_limits(struct ingest *job, struct err *err)
{
	if (job->report.outcome == INGEST_UNCHANGED || job->request->accept)
		return true;
	if (job->request->approves != 0)
		return waiting_compare(job, err);
	if (!check_all(job, err))
		return false;
	if (job->guard->stopped == NULL)
		return true;
	if (job->request->dry_run)
		return job_refuse(job, "%s", job->guard->stopped);
	if (job->request->fetched != NULL)
		return waiting_stop(job, err);
	return job_refuse(job,
	    "%s. Nothing was changed. See what would be with --dry-run "
	    "--changes; if it is right, import again with --accept",
	    job->guard->stopped);
}
