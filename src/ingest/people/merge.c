/* Merging: of what is said of a person, one row; per field the first that has
 * a value, in the field's order of sources. */
#include "people.h"

#include <string.h>

/* A person's records: of each place in the order the first, and whatever others
 * its source has. Beyond so many, what they say is not heard. */
#define SLOTS_MAX 64

struct slots {
	struct {
		int place, nth;
	} at[SLOTS_MAX];
	int count;
};

/* --- who is touched ------------------------------------------------------- */

/* A person that this import's file speaks of has its line; another, a number
 * below zero. */
static bool number_affected(struct ingest *job, struct err *err)
{
	return people_ask(job,
		   "CREATE TEMP TABLE touched_person AS SELECT person, "
		   "coalesce(min(line), -(row_number() OVER ())::int) AS line "
		   "FROM affected GROUP BY person",
		   NULL, err) &&
	       db_run(job->db, "DROP TABLE affected; ANALYZE touched_person",
		   err);
}

/* Whoever refers to a record of its source that is another person now, or one
 * at last, shows that one. Of a new record only new rows speak. */
static const char touched_agents[] =
    "INSERT INTO affected SELECT s.person FROM roster.said_users s "
    "JOIN (SELECT source, array_agg(sourced_id) AS ids FROM claim "
    "WHERE was IS DISTINCT FROM person AND said "
    "GROUP BY source) c ON c.source = s.source AND s.agent_ids && c.ids "
    "WHERE s.district = {district} AND s.status = 'active' "
    "AND s.person IS NOT NULL";

static bool find_affected(struct ingest *job, struct err *err)
{
	const struct people *people = job->people;

	return people_ask(job,
		   "CREATE TEMP TABLE affected AS "
		   "SELECT person, CASE WHEN line > 0 THEN line END AS line "
		   "FROM claim WHERE person IS NOT NULL "
		   "AND (line <> 0 OR was IS DISTINCT FROM person) UNION ALL "
		   "SELECT was, NULL FROM claim WHERE was IS NOT NULL "
		   "AND was IS DISTINCT FROM person UNION ALL "
		   "SELECT s.person, NULL FROM lost l JOIN roster.said_users s "
		   "ON s.district = {district} AND s.source = {source} "
		   "AND s.sourced_id = l.sourced_id "
		   "WHERE s.person IS NOT NULL",
		   NULL, err) &&
	       people_ask(job, touched_agents, NULL, err) &&
	       (!people->stale ||
		   people_ask(job,
		       "INSERT INTO affected SELECT s.person "
		       "FROM roster.said_users s WHERE s.district = {district} "
		       "AND s.status = 'active' AND s.person IS NOT NULL "
		       "UNION ALL "
		       "SELECT l.sourced_id FROM roster.users l "
		       "WHERE l.district = {district} AND l.status = 'active' "
		       "AND l.source <> {made_up}",
		       NULL, err)) &&
	       number_affected(job, err);
}

/* --- what is said of them ------------------------------------------------- */

/* clang-format off */
static const char speech[] =
    "CREATE TEMP TABLE speech AS SELECT r.*, 1 AS nth FROM " SPOKEN " "
    "JOIN touched_person t ON t.person = r.person";
/* clang-format on */

/* A source seldom has several records of a person: only where it has are they
 * put in their order. */
static const char several[] =
    "SELECT EXISTS (SELECT FROM speech GROUP BY person, place "
    "HAVING count(*) > 1)::int";
static const char put_in_order[] =
    "UPDATE speech s SET nth = x.nth FROM (SELECT source, sourced_id, "
    "row_number() OVER (PARTITION BY person, place "
    "ORDER BY sourced_id <> person, sourced_id) AS nth FROM speech "
    "WHERE (person, place) IN (SELECT person, place FROM speech "
    "GROUP BY person, place HAVING count(*) > 1)) x WHERE x.nth > 1 "
    "AND s.source = x.source AND s.sourced_id = x.sourced_id";

static bool find_speech(struct ingest *job, struct err *err)
{
	int64_t any;

	return people_ask(job, speech, NULL, err) &&
	       people_number(job, several, &any, err) &&
	       (any == 0 || people_ask(job, put_in_order, NULL, err)) &&
	       db_run(job->db, "ANALYZE speech (person, place, nth)", err);
}

/* Records whose persons have other ids, or none yet. */
static bool find_aliases(struct ingest *job, struct err *err)
{
	int64_t rows;

	if (!people_ask(job,
		"CREATE TEMP TABLE alias AS SELECT s.source, s.sourced_id, "
		"s.person FROM roster.said_users s "
		"WHERE s.district = {district} AND s.status = 'active' "
		"AND s.person IS DISTINCT FROM s.sourced_id "
		"AND NOT EXISTS (SELECT FROM claim c WHERE c.said "
		"AND c.source = s.source "
		"AND c.sourced_id = s.sourced_id) AND NOT EXISTS (SELECT "
		"FROM lost l WHERE s.source = {source} "
		"AND l.sourced_id = s.sourced_id) UNION ALL "
		"SELECT c.source, c.sourced_id, c.person FROM claim c "
		"WHERE c.person IS DISTINCT FROM c.sourced_id",
		&rows, err))
		return false;
	job->people->aliases = rows > 0;
	return db_run(job->db, "ANALYZE alias", err);
}

/* A person's agents are persons. */
static bool translate_agents(struct ingest *job, struct err *err)
{
	return !job->people->aliases ||
	       people_ask(job,
		   "UPDATE speech s SET agent_ids = ("
		   "SELECT array_agg(coalesce(a.person, i.id) ORDER BY i.n) "
		   "FROM unnest(s.agent_ids) WITH ORDINALITY AS i (id, n) "
		   "LEFT JOIN alias a ON a.source = s.source "
		   "AND a.sourced_id = i.id "
		   "WHERE a.sourced_id IS NULL OR a.person IS NOT NULL) "
		   "WHERE s.agent_ids IS NOT NULL",
		   NULL, err);
}

/* --- one row of many ------------------------------------------------------ */

static bool find_slots(struct ingest *job, struct slots *slots, struct err *err)
{
	const struct rows *rows;

	if (!db_ask_text(job->db, job->arena,
		"SELECT DISTINCT place, nth FROM speech ORDER BY place, nth",
		NULL, &rows, err))
		return false;
	for (int i = 0; i < rows_count(rows) && i < SLOTS_MAX; i++) {
		slots->at[i].place = (int)rows_integer(rows, i, 0);
		slots->at[i].nth = (int)rows_integer(rows, i, 1);
		slots->count++;
	}
	return true;
}

static struct slots slots_heard(const struct people *people,
    const struct slots *all, const char *field)
{
	struct slots heard = { 0 };

	for (int i = 0; i < all->count; i++)
		if (people_hears(people, all->at[i].place, field))
			heard.at[heard.count++] = all->at[i];
	return heard;
}

/* The slots that a field, or a key of metadata, is taken from, in order. */
static struct slots slots_of(const struct people *people,
    const struct slots *every, const char *field, bool required)
{
	const struct slots all = slots_heard(people, every, field);
	struct slots chosen = { 0 };
	bool taken[SLOTS_MAX] = { false };
	const struct order *order = NULL;

	for (int i = 0; i < people->order_count; i++)
		if (strcmp(people->orders[i].field, field) == 0)
			order = &people->orders[i];
	if (order == NULL)
		return all;
	for (int i = 0; i < order->count; i++)
		for (int s = 0; s < all.count; s++)
			if (all.at[s].place == order->places[i] && !taken[s]) {
				taken[s] = true;
				chosen.at[chosen.count++] = all.at[s];
			}
	/* What every record has, some source must give. */
	for (int s = 0; s < all.count && required; s++)
		if (!taken[s])
			chosen.at[chosen.count++] = all.at[s];
	return chosen;
}

static void put_columns(struct buf *sql, const struct slots *slots,
    const char *column)
{
	for (int i = 0; i < slots->count; i++)
		buf_printf(sql, "%ss%d_%d.%s", i > 0 ? ", " : "",
		    slots->at[i].place, slots->at[i].nth, column);
}

static void put_first(struct buf *sql, const struct slots *slots,
    const char *column)
{
	if (slots->count == 0) {
		buf_puts(sql, "NULL");
		return;
	}
	buf_puts(sql, "coalesce(");
	put_columns(sql, slots, column);
	buf_char(sql, ')');
}

/* All that any of them has; where only one has something, that, and no function
 * is called. */
static void put_union(struct buf *sql, const struct slots *slots,
    const struct field *f)
{
	if (slots->count < 2) {
		put_first(sql, slots, f->column);
		return;
	}
	buf_puts(sql, "CASE WHEN num_nonnulls(");
	put_columns(sql, slots, f->column);
	buf_puts(sql, ") < 2 THEN ");
	put_first(sql, slots, f->column);
	buf_puts(sql, " ELSE ");
	for (int i = 1; i < slots->count; i++)
		buf_printf(sql, "homeroom.merge_%s(",
		    f->kind == OBJECTS ? "pairs" : "list");
	for (int i = 0; i < slots->count; i++)
		buf_printf(sql, "%ss%d_%d.%s%s", i > 0 ? ", " : "",
		    slots->at[i].place, slots->at[i].nth, f->column,
		    i > 0 ? ")" : "");
	buf_puts(sql, " END");
}

static bool has_ordered_keys(const struct people *people)
{
	for (int i = 0; i < people->order_count; i++)
		if (people_key_of(people->orders[i].field, "metadata") != NULL)
			return true;
	return false;
}

/* Of metadata, key by key. */
static void put_keys(struct ingest *job, struct buf *sql,
    const struct slots *all, const char *column)
{
	struct people *people = job->people;
	const char *comma = "";

	buf_char(sql, '(');
	for (int i = all->count - 1; i >= 0; i--)
		buf_printf(sql, "coalesce(s%d_%d.%s, '{}')%s", all->at[i].place,
		    all->at[i].nth, column, i > 0 ? " || " : "");
	buf_char(sql, ')');
	for (int i = 0; i < people->order_count; i++) {
		const char *key =
		    people_key_of(people->orders[i].field, "metadata");

		if (key != NULL)
			buf_printf(sql,
			    " - (SELECT key FROM known_key "
			    "WHERE n = %d)",
			    people_key(job, people, key));
	}
	buf_puts(sql, " || jsonb_strip_nulls(jsonb_build_object(");
	for (int i = 0; i < people->order_count; i++) {
		const char *key =
		    people_key_of(people->orders[i].field, "metadata");
		struct slots of =
		    slots_of(people, all, people->orders[i].field, false);
		int n;

		if (key == NULL || of.count == 0)
			continue;
		n = people_key(job, people, key);
		buf_printf(sql,
		    "%s(SELECT key FROM known_key WHERE n = %d), "
		    "coalesce(",
		    comma, n);
		for (int s = 0; s < of.count; s++)
			buf_printf(sql,
			    "%ss%d_%d.%s -> (SELECT key FROM known_key "
			    "WHERE n = %d)",
			    s > 0 ? ", " : "", of.at[s].place, of.at[s].nth,
			    column, n);
		buf_char(sql, ')');
		comma = ", ";
	}
	buf_puts(sql, "))");
}

static void put_metadata(struct ingest *job, struct buf *sql,
    const struct slots *all, const char *column)
{
	if (all->count == 0) {
		buf_puts(sql, "NULL");
		return;
	}
	buf_puts(sql, "nullif(");
	if (!has_ordered_keys(job->people)) {
		buf_puts(sql, "CASE WHEN num_nonnulls(");
		put_columns(sql, all, column);
		buf_puts(sql, ") < 2 THEN ");
		put_first(sql, all, column);
		buf_puts(sql, " ELSE ");
	}
	put_keys(job, sql, all, column);
	buf_puts(sql,
	    has_ordered_keys(job->people) ? ", '{}')" : " END, '{}')");
}

static void put_merged(struct ingest *job, struct buf *sql,
    const struct slots *all)
{
	for_each_field (f, entity_users.fields) {
		struct slots of;

		if (!is_own(f))
			continue;
		if (f->kind == ID) {
			buf_puts(sql, "t.person, ");
			continue;
		}
		of = slots_of(job->people, all, f->name,
		    (f->need & REQUIRED) != 0);
		if (f->kind == METADATA)
			put_metadata(job, sql, all, f->column);
		else if (f->kind == OBJECTS || f->kind == REFS)
			put_union(sql, &of, f);
		else
			put_first(sql, &of, f->column);
		buf_puts(sql, ", ");
	}
}

static bool put_fresh(struct ingest *job, const struct slots *slots,
    struct err *err)
{
	struct buf sql = { 0 };
	bool put;

	buf_puts(&sql, "INSERT INTO fresh_users ({own}, fingerprint, line, "
		       "goes) SELECT ");
	put_merged(job, &sql, slots);
	buf_puts(&sql, "NULL, t.line, false FROM touched_person t");
	for (int i = 0; i < slots->count; i++) {
		int place = slots->at[i].place, nth = slots->at[i].nth;

		buf_printf(&sql,
		    " LEFT JOIN speech s%d_%d ON s%d_%d.person = t.person "
		    "AND s%d_%d.place = %d AND s%d_%d.nth = %d",
		    place, nth, place, nth, place, nth, place, place, nth, nth);
	}
	buf_puts(&sql, " WHERE ");
	put_first(&sql, slots, "person");
	buf_puts(&sql, " IS NOT NULL ORDER BY t.person");
	put = people_ask(job, buf_text(&sql), &job->people->users->fresh, err);
	buf_free(&sql);
	return put;
}

/* One whose records are another person's now goes when these go along. Of whom
 * the file speaks, something is said. */
static bool put_gone(struct ingest *job, struct err *err)
{
	struct part *users = job->people->users;

	return people_ask(job,
		   "CREATE TEMP TABLE moved AS SELECT DISTINCT ON (c.source, "
		   "c.was, c.person) c.source, c.was, c.person, "
		   "NOT EXISTS (SELECT FROM speech s WHERE s.person = c.was) "
		   "AS whole, EXISTS (SELECT FROM speech s "
		   "JOIN speaker sp ON sp.place = s.place "
		   "WHERE s.person = c.was AND sp.source = c.source) AS apart "
		   "FROM claim c WHERE c.was IS NOT NULL "
		   "AND c.was IS DISTINCT FROM c.person",
		   NULL, err) &&
	       people_ask(job,
		   "INSERT INTO gone_users SELECT t.person "
		   "FROM touched_person t JOIN roster.users l "
		   "ON l.district = {district} AND l.sourced_id = t.person "
		   "WHERE t.line < 0 AND l.status = 'active' "
		   "AND NOT EXISTS (SELECT "
		   "FROM speech s WHERE s.person = t.person) "
		   "AND NOT EXISTS (SELECT FROM moved m "
		   "WHERE m.was = t.person)",
		   &users->gone, err);
}

bool people_merge(struct ingest *job, struct err *err)
{
	struct slots slots = { 0 };
	struct part *users = job->people->users;

	users->fresh = 0;
	return find_affected(job, err) && find_speech(job, err) &&
	       find_aliases(job, err) && translate_agents(job, err) &&
	       find_slots(job, &slots, err) &&
	       (slots.count == 0 || put_fresh(job, &slots, err)) &&
	       put_gone(job, err) &&
	       people_number(job,
		   "SELECT count(*) FROM fresh_users WHERE line < 0",
		   &users->again, err);
}
