/* What differs: staged rows whose fingerprint no live row has, and live rows
 * that the file does not have. Both are found by comparing fingerprints, so
 * that a bundle in which little changed costs little more than reading it. */
#include "ingest.h"

/* The active rows of this source. */
#define MINE                                                                   \
	"l.district = {district} AND l.source = {source} AND "                 \
	"l.status = 'active'"

/* --- rows set aside ------------------------------------------------------ */

/* Rows that were made of one line share it. */
#define SET_ASIDE                                                              \
	"DELETE FROM fresh_{t} f USING bad WHERE f.line = bad.line "           \
	"AND f.{c}::text IS NOT DISTINCT FROM bad.value AND "

bool set_bad_aside(struct ingest *job, struct part *part, const char *column,
    const struct finding *about, struct err *err)
{
	const struct composing with = { .entity = part->entity,
		.column = column };
	int64_t lines = 0, read, again;

	if (!findings_bad(job, about, &lines, err))
		return false;
	if (lines == 0)
		return true;
	if (!job_ask(job, &with, SET_ASIDE "f.line >= 0", &read, err) ||
	    !job_ask(job, &with, SET_ASIDE "f.line < 0", &again, err))
		return false;
	part->aside += read;
	part->fresh -= read + again;
	return !part->made || make_again(job, part, err);
}

/* --- the same id twice --------------------------------------------------- */

/* The first line stays; the others are set aside. */
static bool remove_duplicates(struct ingest *job, struct part *part,
    struct err *err)
{
	const struct finding about = {
		.file = part->file,
		.code = "duplicate_id",
		.message = "is the sourcedId of an earlier line too; that one "
			   "is taken",
		.severe = true,
		.column = "sourcedId",
	};
	int64_t lines, rows;

	if (!part_ask(job, part, "TRUNCATE bad", NULL, err) ||
	    !part_ask(job, part,
		"INSERT INTO bad SELECT line, sourced_id || ' (line ' || "
		"first || ')' FROM (SELECT line, sourced_id, min(line) OVER "
		"(PARTITION BY sourced_id) AS first FROM stage_{t}) s "
		"WHERE line <> first",
		NULL, err) ||
	    !findings_bad(job, &about, &lines, err))
		return false;
	part->aside += lines;
	if (!part_ask(job, part,
		"DELETE FROM stage_{t} s USING bad WHERE s.line = bad.line",
		&rows, err))
		return false;
	part->staged -= rows;
	return true;
}

/* --- bulk ---------------------------------------------------------------- */

/* All staged rows are fresh: the store has nothing of this source, or what it
 * has was left out of staging. */
static bool take_all(struct ingest *job, struct part *part, struct err *err)
{
	int64_t ids;

	if (!part_number(job, part,
		"SELECT count(*) FROM (SELECT FROM stage_{t} "
		"GROUP BY sourced_id) s",
		&ids, err))
		return false;
	if (ids != part->staged && !remove_duplicates(job, part, err))
		return false;
	part->fresh = part->staged;
	return part_ask(job, part, "DROP TABLE fresh_{t}", NULL, err) &&
	       part_ask(job, part, "ALTER TABLE stage_{t} RENAME TO fresh_{t}",
		   NULL, err);
}

/* Fresh rows, and live ones that no staged row is like: these are in gone_T
 * until those are taken away that the file still has. Both tables are read
 * whole, whatever the planner believes of their sizes. */
static bool match(struct ingest *job, struct part *part, struct err *err)
{
	return part_ask(job, part, "TRUNCATE fresh_{t}", NULL, err) &&
	       part_ask(job, part, "TRUNCATE gone_{t}", NULL, err) &&
	       part_ask(job, part, "SET enable_nestloop = off", NULL, err) &&
	       part_ask(job, part,
		   "INSERT INTO fresh_{t} SELECT s.* FROM stage_{t} s "
		   "WHERE NOT EXISTS (SELECT FROM roster.{home} l "
		   "WHERE " MINE " AND l.fingerprint = s.fingerprint)",
		   &part->fresh, err) &&
	       part_ask(job, part,
		   "INSERT INTO gone_{t} SELECT l.sourced_id "
		   "FROM roster.{home} l WHERE " MINE
		   " AND NOT EXISTS (SELECT FROM stage_{t} s "
		   "WHERE s.fingerprint = l.fingerprint)",
		   &part->gone, err) &&
	       part_ask(job, part, "RESET enable_nestloop", NULL, err);
}

/* Whether an id is staged twice. Of rows that are like live ones there are as
 * many as live rows that are like staged ones, unless one is there twice. */
static bool has_duplicates(struct ingest *job, struct part *part, bool *has,
    struct err *err)
{
	int64_t twice;

	*has = part->staged - part->fresh != part->live - part->gone;
	if (*has || part->fresh == 0)
		return true;
	if (!part_number(job, part,
		"SELECT EXISTS (SELECT FROM fresh_{t} GROUP BY sourced_id "
		"HAVING count(*) > 1)::int",
		&twice, err))
		return false;
	*has = twice != 0;
	if (*has)
		return true;
	/* A fresh row whose live row is like a staged one is its copy. */
	if (!part_number(job, part,
		"SELECT EXISTS (SELECT FROM fresh_{t} f JOIN roster.{home} l "
		"ON l.sourced_id = f.sourced_id WHERE " MINE
		" AND NOT EXISTS (SELECT FROM gone_{t} g "
		"WHERE g.sourced_id = f.sourced_id))::int",
		&twice, err))
		return false;
	*has = twice != 0;
	return true;
}

/* What is in the file is not gone, whatever became of its row. */
static bool keep_what_is_there(struct ingest *job, struct part *part,
    struct err *err)
{
	int64_t kept = 0, aside = 0;

	if (part->held) {
		part->gone = 0;
		return part_ask(job, part, "TRUNCATE gone_{t}", NULL, err);
	}
	if (part->gone == 0)
		return true;
	if (!part_ask(job, part,
		"DELETE FROM gone_{t} g USING fresh_{t} f "
		"WHERE f.sourced_id = g.sourced_id",
		&kept, err) ||
	    !part_ask(job, part,
		"DELETE FROM gone_{t} g USING aside_{t} a "
		"WHERE a.sourced_id = g.sourced_id",
		&aside, err))
		return false;
	part->gone -= kept + aside;
	return true;
}

static void note_held(struct ingest *job, const struct part *part)
{
	const struct finding f = {
		.file = part->file,
		.code = "removals_held",
		.message = "has rows that do not say which record they are: "
			   "so none is taken to be gone",
	};

	findings_add(job->findings, &f);
}

static bool differ_bulk(struct ingest *job, struct part *part, struct err *err)
{
	bool twice;

	if (part->held)
		note_held(job, part);
	if (part->live == 0)
		return take_all(job, part, err);
	if (part->matched)
		return take_all(job, part, err) &&
		       keep_what_is_there(job, part, err);
	if (!match(job, part, err) || !has_duplicates(job, part, &twice, err))
		return false;
	if (twice &&
	    (!remove_duplicates(job, part, err) || !match(job, part, err)))
		return false;
	return keep_what_is_there(job, part, err);
}

/* --- delta --------------------------------------------------------------- */

static bool differ_delta(struct ingest *job, struct part *part, struct err *err)
{
	bool found =
	    remove_duplicates(job, part, err) &&
	    part_ask(job, part,
		"INSERT INTO gone_{t} SELECT l.sourced_id "
		"FROM stage_{t} s JOIN roster.{home} l "
		"ON l.sourced_id = s.sourced_id WHERE s.goes AND " MINE,
		&part->named, err) &&
	    part_ask(job, part,
		"INSERT INTO fresh_{t} SELECT s.* FROM stage_{t} s "
		"WHERE NOT s.goes AND NOT EXISTS (SELECT FROM roster.{home} l "
		"WHERE l.sourced_id = s.sourced_id AND " MINE
		" AND l.fingerprint = s.fingerprint)",
		&part->fresh, err);

	part->gone = part->named;
	return found;
}

/* --- other sources ------------------------------------------------------- */

/* A record belongs to the source that has it; another one may take it over
 * only when it is to be deleted there, or when it stands before that one in
 * the district's order. Users are merged instead. */
static bool leave_to_others(struct ingest *job, struct part *part,
    struct err *err)
{
	const struct finding about = {
		.file = part->file,
		.code = "other_source",
		.message = "is a record that another source gives; left as "
			   "that one has it",
		.severe = true,
		.column = "sourcedId",
	};

	if (!part->any_live || part->fresh == 0 ||
	    part->entity == &entity_users)
		return true;
	return part_ask(job, part, "TRUNCATE bad", NULL, err) &&
	       part_ask(job, part,
		   "INSERT INTO bad SELECT f.line, f.sourced_id "
		   "FROM fresh_{t} f JOIN roster.{t} l "
		   "ON l.sourced_id = f.sourced_id "
		   "WHERE l.district = {district} AND l.status = 'active' "
		   "AND l.source NOT IN ({source}, {made_up}) "
		   "AND (homeroom.source_place({source}) < coalesce("
		   "homeroom.source_place(l.source), 1000000)) IS NOT TRUE",
		   NULL, err) &&
	       set_bad_aside(job, part, "sourced_id", &about, err);
}

/* --- both ---------------------------------------------------------------- */

static bool count_live(struct ingest *job, struct part *part, struct err *err)
{
	int64_t any;

	if (!part_number(job, part,
		"SELECT EXISTS (SELECT FROM roster.{t} l "
		"WHERE l.district = {district})::int",
		&any, err))
		return false;
	part->any_live = any != 0;
	return !part->any_live || part->matched ||
	       part_number(job, part,
		   "SELECT count(*) FROM roster.{home} l WHERE " MINE,
		   &part->live, err);
}

bool find_differences(struct ingest *job, struct part *part, struct err *err)
{
	if (!count_live(job, part, err))
		return false;
	if (part->mode == MODE_ABSENT)
		return true;
	return (part->mode == MODE_BULK ? differ_bulk(job, part, err)
					: differ_delta(job, part, err)) &&
	       leave_to_others(job, part, err);
}
