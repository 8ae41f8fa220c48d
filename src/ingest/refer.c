/* References: what a row refers to must be there, among the live rows that
 * stay or among the fresh ones; what refers to a record that goes, and can't
 * be without it, goes too. */
#include "ingest.h"
#include "people/people.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

/* x is active once this bundle is in: {r}'s rows as they will be. */
#define THERE(id)                                                              \
	"(EXISTS (SELECT FROM fresh_{r} x WHERE x.sourced_id = " id ") OR "    \
	"EXISTS (SELECT FROM roster.{r} x WHERE x.district = {district} "      \
	"AND x.sourced_id = " id " AND x.status = 'active' "                   \
	"AND NOT EXISTS (SELECT FROM gone_{r} y "                              \
	"WHERE y.sourced_id = x.sourced_id)))"

/* The same, the other way round and without OR: Postgres makes two joins of
 * it. */
#define NOWHERE(id)                                                            \
	"NOT EXISTS (SELECT FROM fresh_{r} x WHERE x.sourced_id = " id ") "    \
	"AND NOT EXISTS (SELECT FROM roster.{r} x "                            \
	"WHERE x.district = {district} AND x.sourced_id = " id " "             \
	"AND x.status = 'active') "
/* Nor is it among what the source said, though its person has another id. */
#define UNSAID(id)                                                             \
	"AND NOT EXISTS (SELECT FROM roster.{home} y "                         \
	"WHERE y.district = {district} AND y.source = {source} "               \
	"AND y.sourced_id = " id " AND y.status = 'active') "
#define GOES(id) "EXISTS (SELECT FROM gone_{r} x WHERE x.sourced_id = " id ")"

struct reference {
	const struct field *field;
	const char *column; /* of the table */
	struct part *of;
	bool required;
	bool list;
};

static struct composing composing_of(const struct part *part,
    const struct reference *ref)
{
	return (struct composing){
		.entity = part->entity,
		.of = ref->of->entity,
		.column = ref->column,
	};
}

/* --- again --------------------------------------------------------------- */

/* Live rows that refer to what is gone now, and can be without it, are looked
 * at like fresh ones. They have no line in the file; what tells them apart is
 * negative. */
static bool look_again(struct ingest *job, struct part *part,
    const struct reference *ref, struct err *err)
{
	const struct composing with = composing_of(part, ref);
	struct buf sql = { 0 };
	bool looked;
	int64_t rows;

	if (ref->of->gone == 0 || !part->any_live || !is_own(ref->field))
		return true;
	if (!part_tables(job, part, err))
		return false;
	buf_printf(&sql,
	    "INSERT INTO fresh_{t} ({kept}, fingerprint, line, goes) "
	    "SELECT {l.kept}, l.fingerprint, -%" PRId64 " - row_number() "
	    "OVER (), false FROM roster.{home} l WHERE l.district = {district} "
	    "AND l.source = {source} AND l.status = 'active' AND %s "
	    "AND NOT EXISTS (SELECT FROM fresh_{t} f "
	    "WHERE f.sourced_id = l.sourced_id) "
	    "AND NOT EXISTS (SELECT FROM gone_{t} g "
	    "WHERE g.sourced_id = l.sourced_id)",
	    part->again,
	    ref->list ? "l.{c} && ARRAY(SELECT sourced_id FROM gone_{r})"
		      : GOES("l.{c}"));
	/* What sources said of users has no index on lists; the live rows
	 * have, and show the same ids where records are persons. */
	if (ref->list && part->entity == &entity_users && !people_differ(job))
		buf_puts(&sql,
		    " AND l.sourced_id IN (SELECT u.sourced_id "
		    "FROM roster.{t} u WHERE u.district = {district} "
		    "AND u.{c} && ARRAY(SELECT sourced_id FROM gone_{r}))");
	looked = job_ask(job, &with, buf_text(&sql), &rows, err);
	buf_free(&sql);
	if (!looked)
		return false;
	part->fresh += rows;
	part->again += rows;
	return true;
}

/* --- missing ------------------------------------------------------------- */

/* The fresh rows, by line, that refer to nothing. */
static bool find_missing(struct ingest *job, struct part *part,
    const struct reference *ref, struct err *err)
{
	const struct composing with = composing_of(part, ref);
	bool apart = ref->of == part && part->entity == &entity_users &&
		     people_differ(job);

	if (!part_tables(job, ref->of, err) ||
	    !part_ask(job, part, "TRUNCATE bad", NULL, err))
		return false;
	if (ref->list)
		return job_ask(job, &with,
			   apart ? "INSERT INTO bad SELECT f.line, i.id "
				   "FROM fresh_{t} f, unnest(f.{c}) AS i(id) "
				   "WHERE " NOWHERE("i.id") UNSAID("i.id")
				 : "INSERT INTO bad SELECT f.line, i.id "
				   "FROM fresh_{t} f, unnest(f.{c}) AS i(id) "
				   "WHERE " NOWHERE("i.id"),
			   NULL, err) &&
		       (ref->of->gone == 0 ||
			   job_ask(job, &with,
			       "INSERT INTO bad SELECT f.line, i.id "
			       "FROM fresh_{t} f, unnest(f.{c}) AS i(id) "
			       "WHERE " GOES("i.id"),
			       NULL, err));
	return job_ask(job, &with,
		   "INSERT INTO bad SELECT f.line, f.{c} FROM fresh_{t} f "
		   "WHERE f.{c} IS NOT NULL AND " NOWHERE("f.{c}"),
		   NULL, err) &&
	       (ref->of->gone == 0 ||
		   job_ask(job, &with,
		       "INSERT INTO bad SELECT f.line, f.{c} FROM fresh_{t} f "
		       "WHERE " GOES("f.{c}"),
		       NULL, err));
}

static struct finding finding_of(const struct part *part,
    const struct reference *ref)
{
	return (struct finding){
		.file = part->file,
		.column = ref->field->csv,
	};
}

/* Taken without it, and looked at again the next time: no fingerprint. */
static bool take_without(struct ingest *job, struct part *part,
    const struct reference *ref, struct err *err)
{
	const struct composing with = composing_of(part, ref);
	struct finding about = finding_of(part, ref);
	int64_t lines;

	about.code = "reference_missing";
	about.message = "refers to a record that is not there; taken without "
			"it";
	if (!findings_bad(job, &about, &lines, err))
		return false;
	if (lines == 0)
		return true;
	if (!ref->list)
		return job_ask(job, &with,
		    "UPDATE fresh_{t} f SET {c} = NULL, fingerprint = NULL "
		    "FROM bad WHERE f.line = bad.line",
		    NULL, err);
	return job_ask(job, &with,
	    "UPDATE fresh_{t} f SET fingerprint = NULL, {c} = (SELECT "
	    "array_agg(i.id ORDER BY i.n) FROM unnest(f.{c}) "
	    "WITH ORDINALITY AS i(id, n) WHERE NOT EXISTS (SELECT FROM bad b "
	    "WHERE b.line = f.line AND b.value = i.id)) "
	    "WHERE f.line IN (SELECT line FROM bad)",
	    NULL, err);
}

static bool set_aside(struct ingest *job, struct part *part,
    const struct reference *ref, struct err *err)
{
	struct finding about = finding_of(part, ref);

	about.code = "reference_missing";
	about.message = "refers to a record that is not there";
	about.severe = true;
	return set_bad_aside(job, part, ref->column, &about, err);
}

/* A list that must name something must have something left. */
static bool set_empty_aside(struct ingest *job, struct part *part,
    const struct reference *ref, struct err *err)
{
	const struct composing with = composing_of(part, ref);
	struct finding about = finding_of(part, ref);

	about.code = "reference_missing";
	about.message = "refers to no record that is there";
	about.severe = true;
	return part_ask(job, part, "TRUNCATE bad", NULL, err) &&
	       job_ask(job, &with,
		   "INSERT INTO bad SELECT f.line, NULL FROM fresh_{t} f "
		   "WHERE f.{c} IS NULL",
		   NULL, err) &&
	       set_bad_aside(job, part, ref->column, &about, err);
}

static bool check_fresh(struct ingest *job, struct part *part,
    const struct reference *ref, struct err *err)
{
	if (part->fresh == 0)
		return true;
	if (!find_missing(job, part, ref, err))
		return false;
	if (ref->required && !ref->list)
		return set_aside(job, part, ref, err);
	return take_without(job, part, ref, err) &&
	       (!ref->required || set_empty_aside(job, part, ref, err));
}

/* --- what goes with what is gone ----------------------------------------- */

/* Rows of a bulk file that are as they were, but can't be taken any more. */
static bool count_lost(struct ingest *job, struct part *part, struct err *err)
{
	int64_t lost = 0;

	if (part->mode != MODE_BULK || part->live == 0)
		return true;
	if (!part_number(job, part,
		part->matched
		    ? "SELECT count(*) FROM bad b JOIN roster.{t} l "
		      "ON l.sourced_id = b.value WHERE l.district = {district} "
		      "AND l.fingerprint IS NOT NULL "
		      "AND NOT EXISTS (SELECT FROM unseen_{t} u "
		      "WHERE u.half = " HALF_OF("l.fingerprint") ")"
		    : "SELECT count(*) FROM bad b JOIN roster.{t} l "
		      "ON l.sourced_id = b.value JOIN stage_{t} s "
		      "ON s.fingerprint = l.fingerprint "
		      "WHERE l.district = {district}",
		&lost, err))
		return false;
	part->aside += lost;
	return true;
}

static bool go_along(struct ingest *job, struct part *part,
    const struct reference *ref, struct err *err)
{
	const struct composing with = composing_of(part, ref);
	struct finding about = finding_of(part, ref);
	int64_t lines, rows = 0;

	if (!part->any_live || ref->of->gone == 0 || !is_own(ref->field))
		return true;
	about.code = "reference_removed";
	about.message = "is removed, since what it refers to is";
	if (!part_tables(job, part, err) ||
	    !part_ask(job, part, "TRUNCATE bad", NULL, err) ||
	    !job_ask(job, &with,
		ref->list
		    ? "INSERT INTO bad SELECT 0, l.sourced_id "
		      "FROM roster.{t} l WHERE l.district = {district} "
		      "AND l.status = 'active' AND l.{c} && ARRAY(SELECT "
		      "sourced_id FROM gone_{r}) AND NOT EXISTS (SELECT "
		      "FROM unnest(l.{c}) AS i(id) WHERE " THERE("i.id") ")"
		    : "INSERT INTO bad SELECT 0, l.sourced_id "
		      "FROM roster.{t} l JOIN gone_{r} g "
		      "ON l.{c} = g.sourced_id WHERE l.district = {district} "
		      "AND l.status = 'active'",
		NULL, err) ||
	    !part_ask(job, part,
		"DELETE FROM bad b USING fresh_{t} f "
		"WHERE f.sourced_id = b.value",
		NULL, err) ||
	    !part_ask(job, part,
		"DELETE FROM bad b USING gone_{t} g "
		"WHERE g.sourced_id = b.value",
		NULL, err) ||
	    !part_ask(job, part, "INSERT INTO gone_{t} SELECT value FROM bad",
		&rows, err))
		return false;
	part->gone += rows;
	return rows == 0 || (findings_bad(job, &about, &lines, err) &&
				count_lost(job, part, err));
}

/* --- which references a part has ----------------------------------------- */

static const struct entity *find_entity(const char *name)
{
	const struct entity *e =
	    entity_find((struct text){ name, strlen(name) });

	assert(e != NULL);
	return e;
}

/* Records that this version has no file for need what any version says. */
static bool needs(const struct ingest *job, const struct part *part,
    const struct field *f)
{
	const struct entity *e = part->entity;
	bool v11 = job->version == V11;

	if ((v11 ? e->csv_11 : e->csv_12) == NULL)
		return (f->need & REQUIRED) != 0;
	return (f->in & job->version) &&
	       (f->need & (v11 ? REQUIRED_11 : REQUIRED_12));
}

static bool refers(const struct field *f)
{
	return (f->kind == REF || f->kind == REFS) && is_staged(f) &&
	       f->column != NULL;
}

/* --- in which order ------------------------------------------------------ */

enum sort { SINGLE, LIST, OPTIONAL_ANY };

/* Demographics have the id of the user whose they are. */
static bool find_reference(struct ingest *job, const struct part *part,
    const struct field *f, struct reference *ref)
{
	if (part->entity == &entity_demographics && f->kind == ID)
		*ref = (struct reference){ f, f->column,
			job_part(job, &entity_users), true, false };
	else if (refers(f))
		*ref = (struct reference){ f, f->column,
			job_part(job, find_entity(f->of)), needs(job, part, f),
			f->kind == REFS };
	else
		return false;
	return true;
}

static enum sort sort_of(const struct reference *ref)
{
	if (!ref->required)
		return OPTIONAL_ANY;
	return ref->list ? LIST : SINGLE;
}

/* Does something for all of the part's references of that sort. */
static bool for_all(struct ingest *job, struct part *part, enum sort sort,
    bool (*act)(struct ingest *, struct part *, const struct reference *,
	struct err *),
    struct err *err)
{
	struct reference ref;

	for_each_field (f, part->entity->fields)
		if (find_reference(job, part, f, &ref) &&
		    sort_of(&ref) == sort && !act(job, part, &ref, err))
			return false;
	return true;
}

/* Fresh rows come first: one that is set aside leaves the live row as it was.
 * That goes with what it needs, or is looked at again. Optional references are
 * last: within an entity, they must find what is left of it. */
bool check_references(struct ingest *job, struct part *part, struct err *err)
{
	return for_all(job, part, SINGLE, check_fresh, err) &&
	       for_all(job, part, LIST, check_fresh, err) &&
	       for_all(job, part, SINGLE, go_along, err) &&
	       for_all(job, part, LIST, look_again, err) &&
	       (part->again == 0 ||
		   for_all(job, part, LIST, check_fresh, err)) &&
	       for_all(job, part, LIST, go_along, err) &&
	       for_all(job, part, OPTIONAL_ANY, look_again, err) &&
	       for_all(job, part, OPTIONAL_ANY, check_fresh, err);
}
