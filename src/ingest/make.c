/* Rows that a bundle has only inside other records: the roles of 1.1's users,
 * and the resources that users had in 1.2's binding of June 2022. They are
 * made anew for the users that are fresh, and replace what those had. */
#include "ingest.h"
#include "people/people.h"

#include <stdio.h>
#include <string.h>

struct making {
	const struct entity *entity; /* whose rows are made */
	const struct entity *from;
	enum oneroster in;
	const char *csv;    /* the column they are made of */
	const char *parent; /* column of the made row: the record it is from */
	const char *insert;
};

/* Of 1.1's administrators. */
#define RANK(type)                                                             \
	"CASE " type " WHEN 'district' THEN 'districtAdministrator' "          \
	"WHEN 'school' THEN 'siteAdministrator' ELSE 'systemAdministrator' "   \
	"END"

/* clang-format off */
static const struct making makings[] = {
	/* An administrator's rank is that of the place. The first role in each
	 * org is the main one there, and there is but one. */
	{ &entity_roles, &entity_users, V11, "role", "user_id",
		"INSERT INTO fresh_{t} (sourced_id, user_id, role_type, role, org_id, fingerprint, line, goes) "
		"SELECT id::text, user_id, 'primary', role, org_id, id, line, false FROM ("
			"SELECT DISTINCT md5(concat_ws('/', f.sourced_id, r.role, o.id))::uuid AS id, "
			"f.sourced_id AS user_id, r.role, o.id AS org_id, f.line "
			"FROM (SELECT * FROM {spoken} WHERE line > 0) f CROSS JOIN unnest(f.org_ids) AS o(id) "
			"LEFT JOIN (SELECT sourced_id, type FROM fresh_orgs UNION ALL "
				"SELECT l.sourced_id, l.type FROM roster.orgs l WHERE l.district = {district} "
				"AND NOT EXISTS (SELECT FROM fresh_orgs x WHERE x.sourced_id = l.sourced_id)) t "
			"ON f.role = 'administrator' AND t.sourced_id = o.id "
			"CROSS JOIN LATERAL (SELECT CASE WHEN f.role <> 'administrator' THEN f.role "
				"ELSE " RANK("t.type") " END AS role) r) made" },
	{ &entity_userResources, &entity_users, V12, "resourceSourcedIds", "user_id",
		"INSERT INTO fresh_{t} (sourced_id, user_id, resource_id, fingerprint, line, goes) "
		"SELECT id::text, user_id, resource_id, id, line, false FROM ("
			"SELECT DISTINCT md5(concat_ws('/', f.sourced_id, r.id))::uuid AS id, "
			"f.sourced_id AS user_id, r.id AS resource_id, f.line "
			"FROM {spoken} f CROSS JOIN unnest(f.\"resourceSourcedIds\") AS r(id) WHERE f.line > 0) made" },
	{ 0 }
};
/* clang-format on */

static bool has_column(const struct part *part, const char *csv)
{
	int i = 0;

	for_each_field (f, part->entity->fields) {
		if (f->csv != NULL && strcmp(f->csv, csv) == 0)
			return part->has >> i & 1;
		i++;
	}
	return false;
}

static const struct making *find_making(struct ingest *job,
    const struct part *part)
{
	for (const struct making *m = makings; m->entity != NULL; m++)
		if (m->entity == part->entity && m->in == job->version &&
		    !part->present &&
		    has_column(job_part(job, m->from), m->csv))
			return m;
	return NULL;
}

/* Rows that were made before, of records that are fresh now. */
static bool find_gone(struct ingest *job, struct part *part,
    const struct making *m, struct err *err)
{
	const struct composing with = { .entity = m->entity,
		.of = m->from,
		.column = m->parent };

	return job_ask(job, &with,
	    "INSERT INTO gone_{t} SELECT l.sourced_id FROM roster.{t} l "
	    "JOIN fresh_{r} p ON p.sourced_id = l.{c} AND p.line > 0 "
	    "WHERE l.district = {district} AND l.source = {source} "
	    "AND l.status = 'active' AND NOT EXISTS (SELECT FROM fresh_{t} f "
	    "WHERE f.sourced_id = l.sourced_id)",
	    &part->gone, err);
}

static bool drop_unchanged(struct ingest *job, struct part *part,
    struct err *err)
{
	int64_t same;

	if (!part_ask(job, part,
		"DELETE FROM fresh_{t} f USING roster.{t} l "
		"WHERE l.district = {district} AND l.source = {source} "
		"AND l.status = 'active' AND l.sourced_id = f.sourced_id "
		"AND l.fingerprint = f.fingerprint",
		&same, err))
		return false;
	part->fresh -= same;
	part->staged = part->fresh + same;
	return true;
}

/* --- ranks --------------------------------------------------------------- */

/* Administrators whose users stay as they are, but whose orgs are of another
 * type now. The id of such a role says its rank. */
static const char new_ranks[] =
    "INSERT INTO fresh_roles (sourced_id, user_id, role_type, role, org_id, "
    "fingerprint, line, goes) SELECT id::text, user_id, 'primary', role, "
    "org_id, id, 0, false FROM (SELECT l.user_id, l.org_id, r.role, "
    "md5(concat_ws('/', l.user_id, r.role, l.org_id))::uuid AS id "
    "FROM fresh_orgs o JOIN roster.roles l ON l.org_id = o.sourced_id "
    "CROSS JOIN LATERAL (SELECT " RANK(
	"o.type") " AS role) r "
		  "WHERE l.district = {district} AND l.source = {source} "
		  "AND l.status = 'active' AND l.fingerprint::text = "
		  "l.sourced_id "
		  "AND l.role <> r.role AND l.role IN "
		  "('districtAdministrator', "
		  "'siteAdministrator', 'systemAdministrator') "
		  "AND NOT EXISTS (SELECT FROM fresh_users f "
		  "WHERE f.sourced_id = l.user_id AND f.line > 0) "
		  "AND NOT EXISTS (SELECT FROM gone_users g "
		  "WHERE g.sourced_id = l.user_id)) made";

static const char old_ranks[] =
    "INSERT INTO gone_roles SELECT l.sourced_id FROM roster.roles l "
    "JOIN fresh_roles f ON f.user_id = l.user_id AND f.org_id = l.org_id "
    "WHERE l.district = {district} AND l.source = {source} "
    "AND l.status = 'active' AND l.fingerprint::text = l.sourced_id "
    "AND l.sourced_id <> f.sourced_id AND f.line = 0";

static bool make_ranks(struct ingest *job, struct part *part, struct err *err)
{
	struct part *users = job_part(job, &entity_users);
	int64_t ranks, old;

	if (part->entity != &entity_roles || part->present || !part->any_live ||
	    job_part(job, &entity_orgs)->fresh == 0)
		return true;
	if (!part_tables(job, part, err) || !part_tables(job, users, err) ||
	    !part_ask(job, part, new_ranks, &ranks, err) ||
	    !part_ask(job, part, old_ranks, &old, err))
		return false;
	if (ranks == 0)
		return true;
	part->made = true;
	part->file = users->file;
	part->read += ranks;
	part->fresh += ranks;
	part->gone += old;
	return true;
}

/* --- both ---------------------------------------------------------------- */

bool make_rows(struct ingest *job, struct part *part, struct err *err)
{
	const struct making *m = find_making(job, part);

	if (m == NULL)
		return make_ranks(job, part, err);
	part->made = true;
	part->file = job_part(job, m->from)->file;
	if (!part_tables(job, part, err) ||
	    !part_tables(job, job_part(job, &entity_orgs), err) ||
	    !part_ask(job, part, m->insert, &part->fresh, err))
		return false;
	part->read = part->fresh;
	return !part->any_live || (find_gone(job, part, m, err) &&
				      drop_unchanged(job, part, err) &&
				      make_ranks(job, part, err));
}

static const struct making *making_of(const struct entity *entity)
{
	for (const struct making *m = makings; m->entity != NULL; m++)
		if (m->entity == entity)
			return m;
	return NULL;
}

bool make_again(struct ingest *job, const struct part *part, struct err *err)
{
	const struct making *m = making_of(part->entity);

	return part_ask(job, job_part(job, m->from),
		   "UPDATE fresh_{t} f SET fingerprint = NULL FROM bad "
		   "WHERE f.line = bad.line",
		   NULL, err) &&
	       people_again(job, err);
}

/* A row that was made has its id for a fingerprint. Most records have their
 * person's id; the others are found by the person. */
static const char look_again[] =
    "WITH made AS (SELECT DISTINCT l.source, l.{c} AS person FROM gone_{t} g "
    "JOIN roster.{t} l ON l.district = {district} "
    "AND l.sourced_id = g.sourced_id "
    "WHERE l.fingerprint::text = l.sourced_id), "
    "record AS (SELECT source, person AS sourced_id, person FROM made "
    "UNION ALL SELECT p.source, p.sourced_id, p.person FROM made m "
    "JOIN roster.said_{r} p ON p.district = {district} "
    "AND p.person = m.person AND p.source = m.source "
    "AND p.person IS DISTINCT FROM p.sourced_id) "
    "UPDATE roster.said_{r} p SET fingerprint = NULL FROM record r "
    "WHERE p.district = {district} AND p.source = r.source "
    "AND p.sourced_id = r.sourced_id AND p.person = r.person "
    "AND p.fingerprint IS NOT NULL";

bool make_again_gone(struct ingest *job, const struct part *part,
    struct err *err)
{
	const struct making *m = making_of(part->entity);
	const struct composing with = { .entity = part->entity,
		.of = m != NULL ? m->from : NULL,
		.column = m != NULL ? m->parent : NULL };

	if (m == NULL || part->gone == 0)
		return true;
	return job_ask(job, &with, look_again, NULL, err);
}
