/* People in an import: from records of users to persons, and what other files
 * refer to. */
#include "people.h"
#include "../guard/guard.h"

#include <string.h>

bool people_differ(const struct ingest *job)
{
	return job->people->differ;
}

const char *people_spoken(const struct ingest *job)
{
	return job->people->plain ? "fresh_users" : "spoken";
}

bool people_begin(struct ingest *job, struct err *err)
{
	job->people = arena_alloc(job->arena, sizeof(*job->people));
	job->people->plain = true;
	if (!people_read(job, job->people, err))
		return false;
	job->people->decided = job->change != NULL;
	job->people->stale = job->people->stale ||
			     (job->change != NULL && job->change->id == NULL);
	return true;
}

/* --- from records to persons ---------------------------------------------- */

/* Whether each record is a person of its own, with its id and all its fields:
 * nobody else speaks of people, and nothing is compared. */
static bool is_plain(const struct ingest *job)
{
	const struct people *people = job->people;

	if (people->speaker_count > 1 || people->differ || people->stale ||
	    people->decided || people->order_count > 0)
		return false;
	if (people->by_default)
		return true;
	for (int i = 0; i < people->rule_count; i++)
		if (people->rules[i].within)
			return false;
	return people->users->gone == 0 && !job->guard->holds;
}

/* Other records that the source has of these persons are as they were; but what
 * is made of a person's records is made of all of them. */
static const char siblings[] =
    "INSERT INTO claim ({kept}, fingerprint, line, goes, place, source, was, "
    "person, rule, review, candidates, birth_date, said, open) "
    "SELECT {s.kept}, s.fingerprint, c.line, false, c.place, s.source, "
    "s.person, s.person, s.rule, s.review, s.candidates, s.birth_date, true, "
    "false "
    "FROM roster.said_users s JOIN (SELECT person, place, min(line) AS line "
    "FROM claim WHERE line > 0 AND person IS NOT NULL "
    "GROUP BY person, place) c ON c.person = s.person "
    "WHERE s.district = {district} AND s.source = {source} "
    "AND s.status = 'active' AND NOT EXISTS (SELECT FROM claim x "
    "WHERE x.source = s.source AND x.sourced_id = s.sourced_id) "
    "AND NOT EXISTS (SELECT FROM lost l WHERE l.sourced_id = s.sourced_id)";

static bool note_reviews(struct ingest *job, struct err *err)
{
	const struct finding about = {
		.file = job->people->users->file,
		.code = "person_unclear",
		.message = "may be somebody whom another record is; `homeroom "
			   "person list --review` lists them",
		.column = "sourcedId",
	};
	int64_t lines;

	return people_ask(job, "TRUNCATE bad", NULL, err) &&
	       people_ask(job,
		   "INSERT INTO bad SELECT line, sourced_id FROM claim "
		   "WHERE line > 0 AND review IS NOT NULL",
		   NULL, err) &&
	       findings_bad(job, &about, &lines, err);
}

bool people_find(struct ingest *job, struct part *users, struct err *err)
{
	struct people *people = job->people;

	people->users = users;
	people->plain = is_plain(job);
	if (people->plain)
		return true;
	/* Tables are read whole and hashed, whatever the planner believes of
	 * their sizes. */
	return db_run(job->db,
		   "SET enable_nestloop = off; SET enable_mergejoin = off",
		   err) &&
	       people_claim(job, err) && people_match(job, err) &&
	       (!people->differ || people_ask(job, siblings, NULL, err)) &&
	       people_merge(job, err) &&
	       db_run(job->db, "RESET enable_nestloop; RESET enable_mergejoin",
		   err) &&
	       people_ask(job,
		   "CREATE TEMP VIEW spoken AS SELECT coalesce(person, "
		   "sourced_id || " WAITS ") AS sourced_id, "
		   "role, org_ids, \"resourceSourcedIds\", line FROM claim "
		   "WHERE line > 0",
		   NULL, err) &&
	       db_run(job->db,
		   "CREATE TEMP TABLE spare (LIKE homeroom.spare_role)", err) &&
	       note_reviews(job, err);
}

/* --- what refers to them -------------------------------------------------- */

bool people_refers(const struct entity *entity, const struct field *f)
{
	if (entity == &entity_demographics && f->kind == ID)
		return true;
	return f->kind == REF && is_own(f) && strcmp(f->of, "users") == 0;
}

/* Of a role it is remembered, in `record`, whose the source says it is. */
static bool translate_column(struct ingest *job, const struct part *part,
    const char *column, struct err *err)
{
	const struct composing with = { .entity = part->entity,
		.column = column };
	bool role = part->entity == &entity_roles;

	return (!role ||
		   db_run(job->db,
		       "ALTER TABLE stage_roles ADD record text COLLATE \"C\"; "
		       "ALTER TABLE fresh_roles ADD record text COLLATE \"C\"",
		       err)) &&
	       job_ask(job, &with,
		   role ? "UPDATE stage_{t} s SET record = a.sourced_id, "
			  "{c} = coalesce(a.person, a.sourced_id || " WAITS ") "
			  "FROM alias a WHERE a.source = {source} "
			  "AND a.sourced_id = s.{c}"
			: "UPDATE stage_{t} s SET "
			  "{c} = coalesce(a.person, a.sourced_id || " WAITS ") "
			  "FROM alias a WHERE a.source = {source} "
			  "AND a.sourced_id = s.{c}",
		   NULL, err);
}

bool people_translate(struct ingest *job, const struct part *part,
    struct err *err)
{
	if (!job->people->aliases || !part->present ||
	    part->entity == &entity_users)
		return true;
	for_each_field (f, part->entity->fields) {
		if (!people_refers(part->entity, f))
			continue;
		if (!translate_column(job, part, f->column, err))
			return false;
		if (f->kind == ID &&
		    !part_ask(job, part,
			"UPDATE aside_{t} s SET sourced_id = a.person "
			"FROM alias a WHERE a.source = {source} "
			"AND a.sourced_id = s.sourced_id "
			"AND a.person IS NOT NULL",
			NULL, err))
			return false;
	}
	return true;
}

/* --- what goes with a record ---------------------------------------------- */

bool people_forsake(struct ingest *job, struct part *part, struct err *err)
{
	int64_t rows;

	if (job->people->plain || part->present || !part->any_live ||
	    part->entity == &entity_users)
		return true;
	for_each_field (f, part->entity->fields) {
		const struct composing with = { .entity = part->entity,
			.column = f->column };

		if (!people_refers(part->entity, f))
			continue;
		if (!part_tables(job, part, err) ||
		    !job_ask(job, &with,
			"INSERT INTO gone_{t} SELECT DISTINCT l.sourced_id "
			"FROM lost x JOIN roster.said_users s "
			"ON s.district = {district} AND s.source = {source} "
			"AND s.sourced_id = x.sourced_id "
			"JOIN roster.{t} l ON l.district = {district} "
			"AND l.{c} = s.person WHERE l.source = {source} "
			"AND l.status = 'active' AND NOT EXISTS (SELECT "
			"FROM speech p JOIN speaker sp ON sp.place = p.place "
			"WHERE sp.source = {source} AND p.person = s.person) "
			"AND NOT EXISTS (SELECT FROM gone_{t} g "
			"WHERE g.sourced_id = l.sourced_id) "
			"AND NOT EXISTS (SELECT FROM fresh_{t} f "
			"WHERE f.sourced_id = l.sourced_id)",
			&rows, err))
			return false;
		part->gone += rows;
	}
	return true;
}
