/* Roles of persons: what two sources give is one role, that of the source which
 * stands first; what is not published for that, or since its record waits, is
 * kept, and comes when nothing stands in its way any more. */
#include "people.h"
#include "../guard/guard.h"

#include <string.h>

/* --- what is put by ------------------------------------------------------- */

/* `record` says whose the fresh row f is, in the source's own words. */
static bool put_by(struct ingest *job, const struct part *part,
    const char *record, const char *which, struct err *err)
{
	return part_ask(job, part,
	    arena_printf(job->arena,
		"INSERT INTO spare SELECT {district}, {source}, f.sourced_id, "
		"%s, f.org_id, f.role, to_jsonb(f), f.fingerprint "
		"FROM fresh_{t} f %s",
		record, which),
	    NULL, err);
}

/* Of a made row, the user's line tells. */
#define BY_LINE                                                                \
	"JOIN (SELECT line, min(sourced_id) AS id FROM claim WHERE line > 0 "  \
	"GROUP BY line) c ON c.line = f.line "

static bool put_bad_by(struct ingest *job, const struct part *part,
    struct err *err)
{
	if (part->made)
		return put_by(job, part, "c.id",
		    BY_LINE "JOIN bad ON bad.line = f.line "
			    "AND bad.value = f.sourced_id",
		    err);
	return put_by(job, part,
	    job->people->aliases ? "coalesce(f.record, f.user_id)"
				 : "f.user_id",
	    "JOIN bad ON bad.line = f.line", err);
}

#define OF_WAITING "right(f.{c}, length(" WAITS ")) = " WAITS

/* What a file gives of records that wait is told of; what is made for them, is
 * not there. */
bool people_put_by(struct ingest *job, struct part *part, struct err *err)
{
	const struct composing with = { .entity = part->entity,
		.column = "user_id" };
	int64_t rows;

	if (job->people->plain || !(part->present || part->made) ||
	    part->fresh == 0 || !job->people->aliases)
		return true;
	if (part->entity == &entity_roles &&
	    !put_by(job, part, "left(f.user_id, -length(" WAITS "))",
		"WHERE right(f.user_id, length(" WAITS ")) = " WAITS, err))
		return false;
	if (!part->made)
		return true;
	if (!job_ask(job, &with, "DELETE FROM fresh_{t} f WHERE " OF_WAITING,
		&rows, err))
		return false;
	part->fresh -= rows;
	part->read -= rows;
	return true;
}

/* --- what another source gives already ------------------------------------ */

bool people_share(struct ingest *job, struct part *part, struct err *err)
{
	const struct finding about = {
		.file = part->file,
		.code = "role_known",
		.message = "is a role that the same person has there by "
			   "another source; taken once",
		.column = "sourcedId",
	};

	if (job->people->plain || part->entity != &entity_roles ||
	    part->fresh == 0 || !part->any_live)
		return true;
	return part_ask(job, part, "TRUNCATE bad", NULL, err) &&
	       part_ask(job, part,
		   "INSERT INTO bad SELECT f.line, f.sourced_id "
		   "FROM fresh_{t} f JOIN speaker me ON me.source = {source} "
		   "WHERE EXISTS (SELECT FROM roster.{t} l "
		   "JOIN speaker sp ON sp.source = l.source "
		   "WHERE l.district = {district} AND l.user_id = f.user_id "
		   "AND l.org_id = f.org_id AND l.role = f.role "
		   "AND l.status = 'active' AND sp.place < me.place)",
		   NULL, err) &&
	       put_bad_by(job, part, err) &&
	       set_bad_aside(job, part, "sourced_id", &about, err);
}

/* --- what is kept --------------------------------------------------------- */

/* Of whom nothing is known to be gone, it stays; and so does what the file has,
 * but could not be read. */
static const char dropped[] =
    "DELETE FROM homeroom.spare_role k WHERE k.district = {district} "
    "AND k.source = {source} AND NOT EXISTS (SELECT FROM aside_roles a "
    "WHERE a.sourced_id = k.sourced_id)";
static const char dropped_but_held[] =
    "DELETE FROM homeroom.spare_role k WHERE k.district = {district} "
    "AND k.source = {source} AND NOT EXISTS (SELECT FROM aside_roles a "
    "WHERE a.sourced_id = k.sourced_id) AND NOT EXISTS (SELECT FROM held h "
    "WHERE h.sourced_id = k.record)";
static const char replaced[] =
    "DELETE FROM homeroom.spare_role k USING stage_roles s "
    "WHERE k.district = {district} AND k.source = {source} "
    "AND k.sourced_id = s.sourced_id";
static const char made_anew[] =
    "DELETE FROM homeroom.spare_role k USING claim c "
    "WHERE c.line > 0 AND k.district = {district} AND k.source = {source} "
    "AND k.record = c.sourced_id";

static bool forget_spare(struct ingest *job, struct err *err)
{
	const struct part *roles = job_part(job, &entity_roles);
	const struct policy *policy = &job->guard->policy;

	if (!people_ask(job,
		"DELETE FROM homeroom.spare_role k USING lost l "
		"WHERE k.district = {district} AND k.source = {source} "
		"AND k.record = l.sourced_id",
		NULL, err))
		return false;
	if (roles->made)
		return people_ask(job, made_anew, NULL, err);
	if (roles->mode == MODE_DELTA)
		return people_ask(job, replaced, NULL, err);
	if (roles->mode != MODE_BULK || roles->held || policy->additive ||
	    policy->keeps)
		return true;
	return people_ask(job, job->guard->holds ? dropped_but_held : dropped,
	    NULL, err);
}

#define KEEP                                                                   \
	" ON CONFLICT (district, source, sourced_id) DO UPDATE SET "           \
	"record = EXCLUDED.record, org_id = EXCLUDED.org_id, "                 \
	"role = EXCLUDED.role, said = EXCLUDED.said, "                         \
	"fingerprint = EXCLUDED.fingerprint"

bool people_keep_roles(struct ingest *job, struct err *err)
{
	return forget_spare(job, err) &&
	       people_ask(job,
		   "INSERT INTO homeroom.spare_role SELECT DISTINCT ON "
		   "(sourced_id) * FROM spare ORDER BY sourced_id" KEEP,
		   NULL, err);
}

/* --- among what is live --------------------------------------------------- */

#define DOUBLE                                                                 \
	"CREATE TEMP TABLE following ON COMMIT DROP AS "                       \
	"SELECT DISTINCT l.sourced_id FROM roster.{t} k "                      \
	"JOIN speaker b ON b.source = k.source "                               \
	"JOIN roster.{t} l ON l.district = k.district "                        \
	"AND l.user_id = k.user_id AND l.org_id = k.org_id "                   \
	"AND l.role = k.role JOIN speaker a ON a.source = l.source "           \
	"WHERE k.district = {district} AND k.status = 'active' "               \
	"AND l.status = 'active' AND b.place < a.place "                       \
	"AND (k.since = {version} OR l.since = {version})"

static bool drop_double(struct ingest *job, struct err *err)
{
	struct part *roles = job_part(job, &entity_roles);
	int64_t rows;

	if (!part_ask(job, roles, DOUBLE, &rows, err))
		return false;
	roles->again += rows;
	return (rows == 0 ||
		   (people_history(job, roles->entity, err) &&
		       part_ask(job, roles,
			   "INSERT INTO homeroom.spare_role SELECT DISTINCT ON "
			   "(l.source, l.sourced_id) l.district, l.source, "
			   "l.sourced_id, s.sourced_id, l.org_id, l.role, "
			   "to_jsonb(l), l.fingerprint FROM following x "
			   "JOIN roster.{t} l ON l.district = {district} "
			   "AND l.sourced_id = x.sourced_id "
			   "JOIN roster.said_users s "
			   "ON s.district = {district} "
			   "AND s.source = l.source AND s.person = l.user_id "
			   "AND s.status = 'active' ORDER BY l.source, "
			   "l.sourced_id, s.sourced_id" KEEP,
			   NULL, err) &&
		       part_ask(job, roles,
			   "UPDATE roster.{t} l SET since = {version}, "
			   "status = 'tobedeleted' FROM following x "
			   "WHERE l.district = {district} "
			   "AND l.sourced_id = x.sourced_id",
			   NULL, err))) &&
	       db_run(job->db, "DROP TABLE following", err);
}

/*
 * Records of which a kept role may be able to come now that could not before:
 * it is kept since now, the record changed or is another person's, the person
 * is here again, or a role of theirs, or one of that id, is gone. When orgs
 * came, or everything is merged anew, any of them.
 */
static const char find_astir[] =
    "CREATE TEMP TABLE astir ON COMMIT DROP AS WITH theirs AS ("
    "SELECT sourced_id AS person FROM roster.users "
    "WHERE district = {district} AND since = {version} "
    "AND status = 'active' UNION SELECT user_id FROM roster.{t} "
    "WHERE district = {district} AND since = {version} "
    "AND status <> 'active' UNION SELECT user_id FROM history.{t} "
    "WHERE district = {district} AND until = {version}) "
    "SELECT source, record FROM spare UNION "
    "SELECT source, sourced_id FROM claim UNION "
    "SELECT sp.source, t.person FROM theirs t CROSS JOIN speaker sp UNION "
    "SELECT s.source, s.sourced_id FROM theirs t JOIN roster.said_users s "
    "ON s.district = {district} AND s.person = t.person "
    "AND s.person IS DISTINCT FROM s.sourced_id UNION "
    "SELECT k.source, k.record FROM roster.{t} l "
    "JOIN homeroom.spare_role k ON k.district = l.district "
    "AND k.sourced_id = l.sourced_id WHERE l.district = {district} "
    "AND l.since = {version} AND l.status <> 'active'";
static const char find_all_astir[] =
    "CREATE TEMP TABLE astir ON COMMIT DROP AS SELECT DISTINCT source, record "
    "FROM homeroom.spare_role WHERE district = {district}";

static bool find_stirred(struct ingest *job, const struct part *roles,
    struct err *err)
{
	bool all = job->people->stale || job->made_up != 0;
	int64_t orgs;

	if (!people_number(job,
		"SELECT EXISTS (SELECT FROM roster.orgs WHERE "
		"district = {district} AND since = {version} "
		"AND status = 'active')::int",
		&orgs, err))
		return false;
	return part_ask(job, roles,
		   all || orgs != 0 ? find_all_astir : find_astir, NULL, err) &&
	       db_run(job->db, "ANALYZE astir", err);
}

/* Of those that could come, the first source's. The id of a role that was made
 * of a user says whose it is. */
static const char find_coming[] =
    "CREATE TEMP TABLE coming ON COMMIT DROP AS SELECT DISTINCT ON (id) * "
    "FROM (SELECT DISTINCT ON (s.person, k.org_id, k.role) s.person, k.source, "
    "k.said, CASE WHEN k.fingerprint::text = k.sourced_id THEN md5(concat_ws("
    "'/', s.person, k.role, k.org_id))::uuid::text ELSE k.sourced_id END AS id,"
    " CASE WHEN k.fingerprint::text = k.sourced_id THEN md5(concat_ws('/', "
    "s.person, k.role, k.org_id))::uuid ELSE k.fingerprint END AS fingerprint "
    "FROM astir a JOIN speaker sp ON sp.source = a.source "
    "CROSS JOIN LATERAL (SELECT * FROM homeroom.spare_role "
    "WHERE district = {district} AND source = a.source "
    "AND record = a.record OFFSET 0) k "
    "JOIN roster.said_users s ON s.district = {district} "
    "AND s.source = a.source AND s.sourced_id = a.record "
    "AND s.status = 'active' "
    "JOIN roster.users u ON u.district = {district} "
    "AND u.sourced_id = s.person AND u.status = 'active' "
    "JOIN roster.orgs o ON o.district = {district} "
    "AND o.sourced_id = k.org_id AND o.status = 'active' "
    "WHERE NOT EXISTS (SELECT FROM roster.{t} l "
    "WHERE l.district = {district} AND l.user_id = s.person "
    "AND l.org_id = k.org_id AND l.role = k.role AND l.status = 'active') "
    "ORDER BY s.person, k.org_id, k.role, sp.place, k.sourced_id) x "
    "WHERE NOT EXISTS (SELECT FROM roster.{t} l WHERE l.district = {district} "
    "AND l.sourced_id = x.id AND l.status = 'active') ORDER BY id";

/* What the role refers to and may be without, it does only if it is there. */
static void put_value(struct buf *sql, const struct field *f)
{
	const struct entity *of =
	    f->kind == REF ? entity_find((struct text){ f->of, strlen(f->of) })
			   : NULL;

	if (f->kind == ID)
		buf_puts(sql, ", x.id");
	else if (of == &entity_users)
		buf_puts(sql, ", x.person");
	else if (of == NULL || (f->need & REQUIRED_12))
		buf_printf(sql, ", r.%s", f->column);
	else
		buf_printf(sql,
		    ", (SELECT o.sourced_id FROM roster.%s o "
		    "WHERE o.district = {district} AND o.sourced_id = r.%s "
		    "AND o.status = 'active')",
		    of->table, f->column);
}

static bool insert_coming(struct ingest *job, struct part *roles, int64_t *rows,
    struct err *err)
{
	struct buf sql = { 0 };
	bool inserted;

	buf_puts(&sql, "INSERT INTO roster.{t} (district, {own}, status, "
		       "source, fingerprint, since) SELECT {district}");
	for_each_field (f, roles->entity->fields)
		if (is_own(f))
			put_value(&sql, f);
	buf_puts(&sql, ", 'active', x.source, x.fingerprint, {version} "
		       "FROM coming x CROSS JOIN LATERAL "
		       "jsonb_populate_record(NULL::roster.{t}, x.said) r");
	inserted = part_ask(job, roles, buf_text(&sql), rows, err);
	buf_free(&sql);
	return inserted;
}

/* Under the id of one that had gone, it takes that one's place. */
static bool bring(struct ingest *job, struct part *roles, struct err *err)
{
	int64_t rows, before;

	if (!part_ask(job, roles,
		"CREATE TEMP TABLE following ON COMMIT DROP AS "
		"SELECT l.sourced_id FROM coming x JOIN roster.{t} l "
		"ON l.district = {district} AND l.sourced_id = x.id",
		NULL, err) ||
	    !people_history(job, roles->entity, err) ||
	    !part_ask(job, roles,
		"DELETE FROM roster.{t} l USING following x "
		"WHERE l.district = {district} "
		"AND l.sourced_id = x.sourced_id",
		&before, err) ||
	    !insert_coming(job, roles, &rows, err))
		return false;
	roles->again += rows;
	roles->rows += rows - before;
	/* Users that came with this version show them, too. */
	roles->any_live = job->people->users->any_live = true;
	return db_run(job->db, "DROP TABLE following", err);
}

static bool bring_spare(struct ingest *job, struct err *err)
{
	struct part *roles = job_part(job, &entity_roles);
	int64_t any, coming;

	if (!people_number(job,
		"SELECT EXISTS (SELECT FROM homeroom.spare_role "
		"WHERE district = {district})::int",
		&any, err))
		return false;
	if (any == 0)
		return true;
	if (!find_stirred(job, roles, err) ||
	    !part_ask(job, roles, find_coming, &coming, err))
		return false;
	return (coming == 0 || bring(job, roles, err)) &&
	       db_run(job->db, "DROP TABLE astir, coming", err);
}

bool people_settle_roles(struct ingest *job, struct err *err)
{
	return drop_double(job, err) && bring_spare(job, err);
}
