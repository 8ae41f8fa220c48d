/* Matching: which person a record is. The rules are asked in their order; one
 * links a record to a person when it names exactly one for it, and that person
 * for no other record of the source, and the source has no record of that
 * person yet. What is not that clear is for people to decide. */
#include "people.h"
#include "../guard/guard.h"

#include <inttypes.h>
#include <string.h>

/* The persons that a rule names. Of a record that somebody took from a person,
 * rules say nothing any more: who is left would be a guess. */
#define PAIRS                                                                  \
	"SELECT w.sourced_id, w.source, w.was, k.person FROM wanted w "        \
	"JOIN known k ON k.key = w.key WHERE k.person IS DISTINCT FROM w.was " \
	"AND NOT EXISTS (SELECT FROM homeroom.person_decision d "              \
	"WHERE d.district = {district} AND d.source = w.source "               \
	"AND d.sourced_id = w.sourced_id AND NOT d.same)"

/* --- keys ----------------------------------------------------------------- */

static void put_value(struct ingest *job, struct buf *sql, const char *name,
    char row)
{
	const struct field *f = field_find(&entity_users,
	    (struct text){ name, strlen(name) }, BOTH);
	const char *key;

	if ((key = people_key_of(name, "metadata")) != NULL)
		buf_printf(sql,
		    "homeroom.match_value(%c.metadata ->> (SELECT key "
		    "FROM known_key WHERE n = %d))",
		    row, people_key(job, job->people, key));
	else if ((key = people_key_of(name, "userIds")) != NULL)
		buf_printf(sql,
		    "homeroom.match_value((SELECT %c.user_ids[i][2] "
		    "FROM generate_subscripts(%c.user_ids, 1) AS i "
		    "WHERE %c.user_ids[i][1] = (SELECT key FROM known_key "
		    "WHERE n = %d) LIMIT 1))",
		    row, row, row, people_key(job, job->people, key));
	else if (f != NULL && f->kind == ID)
		buf_printf(sql, "%c.%s", row, f->column);
	else if (f != NULL)
		buf_printf(sql, "homeroom.match_%s(%c.%s)",
		    f->need & PERSONAL ? "name" : "value", row, f->column);
	else
		buf_printf(sql,
		    "coalesce(%c.birth_date, (SELECT d.birth_date "
		    "FROM roster.demographics d WHERE d.district = {district} "
		    "AND d.sourced_id = %c.person))::text",
		    row, row);
}

/* Null when one of the values is missing. */
static void put_key(struct ingest *job, struct buf *sql,
    const struct compared *of, char row)
{
	if (of->count == 0)
		buf_puts(sql, "NULL");
	for (int i = 0; i < of->count; i++) {
		if (i > 0)
			buf_puts(sql, " || chr(31) || ");
		put_value(job, sql, of->fields[i], row);
	}
}

/* Of a row of any source. */
static void put_key_of_all(struct ingest *job, struct buf *sql,
    const struct match_rule *rule, char row)
{
	const struct people *people = job->people;

	buf_printf(sql, "CASE %c.place", row);
	for (int i = 0; i < people->speaker_count; i++) {
		buf_printf(sql, " WHEN %d THEN ", i + 1);
		put_key(job, sql, &rule->of[i], row);
	}
	buf_puts(sql, " END");
}

/* --- one rule ------------------------------------------------------------- */

/* A statement in which every % of `text` is the place: a number of our own. */
static bool ask_of(struct ingest *job, const char *text, int place,
    int64_t *count, struct err *err)
{
	struct buf sql = { 0 };
	bool asked;

	while (*text != '\0') {
		size_t len = strcspn(text, "%");

		buf_add(&sql, text, len);
		text += len;
		if (*text == '%') {
			buf_printf(&sql, "%d", place);
			text++;
		}
	}
	asked = people_ask(job, buf_text(&sql), count, err);
	buf_free(&sql);
	return asked;
}

/* The keys by which persons are known: from what other sources say of them, and
 * from what this one said until now of records that it has no more, since it
 * may have given them new ids. */
static bool find_known(struct ingest *job, const struct match_rule *rule,
    int place, struct err *err)
{
	struct buf sql = { 0 };
	bool found;

	buf_puts(&sql, "CREATE TEMP TABLE known AS SELECT DISTINCT person, key "
		       "FROM (SELECT r.person, ");
	put_key_of_all(job, &sql, rule, 'r');
	buf_puts(&sql,
	    " AS key FROM (" STILL_SAID("") " UNION ALL " CLAIMED(""));
	if (place == job->people->here && !job->people->forgets)
		buf_printf(&sql,
		    " UNION ALL SELECT %d, s.source, s.person, "
		    "s.birth_date, {s.kept} FROM lost l "
		    "JOIN roster.said_users s ON s.district = {district} "
		    "AND s.source = {source} AND s.sourced_id = l.sourced_id "
		    "WHERE s.person IS NOT NULL",
		    place);
	buf_puts(&sql, ") r) k WHERE key IS NOT NULL");
	found = people_ask(job, buf_text(&sql), NULL, err);
	buf_free(&sql);
	return found;
}

static bool find_wanted(struct ingest *job, const struct match_rule *rule,
    int place, struct err *err)
{
	struct buf sql = { 0 };
	bool found;

	buf_puts(&sql, "CREATE TEMP TABLE wanted AS SELECT c.sourced_id, "
		       "c.source, c.person AS was, ");
	put_key(job, &sql, &rule->of[place - 1], 'c');
	buf_printf(&sql, " AS key FROM claim c WHERE c.open AND c.place = %d",
	    place);
	found = people_ask(job, buf_text(&sql), NULL, err);
	buf_free(&sql);
	return found;
}

/* Of new records that are one person, and no known one, the first is the person
 * that the others are. */
static bool begin_within(struct ingest *job, int place, struct err *err)
{
	return ask_of(job,
		   "UPDATE claim c SET person = w.sourced_id, open = false "
		   "FROM (SELECT min(sourced_id) AS sourced_id FROM wanted "
		   "WHERE key IS NOT NULL AND key NOT IN (SELECT key FROM "
		   "known) "
		   "GROUP BY key HAVING count(*) > 1) w "
		   "WHERE c.place = % AND c.sourced_id = w.sourced_id "
		   "AND c.person IS NULL AND NOT EXISTS (SELECT FROM holds h "
		   "WHERE h.person = c.sourced_id)",
		   place, NULL, err) &&
	       ask_of(job,
		   "INSERT INTO known SELECT c.person, w.key FROM claim c "
		   "JOIN wanted w ON w.sourced_id = c.sourced_id "
		   "WHERE c.place = % AND NOT c.open AND c.was IS NULL "
		   "AND c.rule IS NULL AND c.person IS NOT NULL",
		   place, NULL, err) &&
	       people_ask(job,
		   "DELETE FROM wanted w USING claim c WHERE NOT c.open "
		   "AND c.source = w.source AND c.sourced_id = w.sourced_id",
		   NULL, err);
}

/* Most are one to one: only the others are counted. */
static bool find_pairs(struct ingest *job, const struct match_rule *rule,
    int place, struct err *err)
{
	struct buf sql = { 0 };
	bool found;

	buf_puts(&sql, "CREATE TEMP TABLE pair AS SELECT *, 1::bigint AS "
		       "persons, 1::bigint AS records FROM (" PAIRS);
	if (!rule->within)
		buf_printf(&sql,
		    " AND NOT EXISTS (SELECT FROM holds h "
		    "WHERE h.person = k.person AND h.source = %" PRId64 ")",
		    job->people->speakers[place - 1].source);
	buf_puts(&sql, ") x");
	found = people_ask(job, buf_text(&sql), NULL, err) &&
		people_ask(job,
		    "UPDATE pair p SET persons = x.n FROM (SELECT sourced_id, "
		    "count(*) AS n FROM pair GROUP BY sourced_id "
		    "HAVING count(*) > 1) x WHERE p.sourced_id = x.sourced_id",
		    NULL, err) &&
		(rule->within ||
		    people_ask(job,
			"UPDATE pair p SET records = x.n FROM (SELECT person, "
			"count(*) AS n FROM pair GROUP BY person "
			"HAVING count(*) > 1) x WHERE p.person = x.person",
			NULL, err));
	buf_free(&sql);
	return found;
}

static bool link_pairs(struct ingest *job, const struct match_rule *rule,
    int place, struct err *err)
{
	struct values values = { 2,
		{ rule->name, arena_number(job->arena, place) } };

	return db_ask_text(job->db, job->arena,
		   "UPDATE claim c SET person = p.person, rule = $1::text, "
		   "review = NULL, candidates = NULL, open = false FROM pair p "
		   "WHERE c.open AND c.place = $2::int "
		   "AND c.sourced_id = p.sourced_id "
		   "AND p.persons = 1 AND p.records = 1",
		   &values, NULL, err) &&
	       people_ask(job,
		   "INSERT INTO holds SELECT person, source FROM pair "
		   "WHERE persons = 1 AND records = 1",
		   NULL, err) &&
	       people_ask(job,
		   "DELETE FROM holds h USING pair p WHERE h.person = p.was "
		   "AND h.source = p.source AND p.persons = 1 "
		   "AND p.records = 1",
		   NULL, err);
}

/* What is not linked is unclear, and a lesser rule shall not decide it; but
 * nobody can decide for a person of whom no source speaks any more. */
static bool note_unclear(struct ingest *job, const struct match_rule *rule,
    int place, struct err *err)
{
	struct values values = { 3,
		{ rule->name, arena_number(job->arena, place),
		    rule->review ? "t" : "f" } };

	return db_ask_text(job->db, job->arena,
	    "UPDATE claim c SET open = false, candidates = p.candidates, "
	    "review = $1::text || CASE WHEN p.persons > 1 "
	    "THEN ': several persons' WHEN p.records > 1 "
	    "THEN ': several records' ELSE ': to be confirmed' END "
	    "FROM (SELECT sourced_id, max(persons) AS persons, "
	    "max(records) AS records, array_agg(person ORDER BY person) "
	    "AS candidates FROM pair WHERE (persons > 1 OR records > 1 "
	    "OR $3::boolean) AND person IN (SELECT person FROM holds) "
	    "GROUP BY sourced_id) p WHERE c.open AND c.place = $2::int "
	    "AND c.sourced_id = p.sourced_id",
	    &values, NULL, err);
}

static bool ask_rule(struct ingest *job, const struct match_rule *rule,
    int place, struct err *err)
{
	if (rule->of[place - 1].count == 0)
		return true;
	return find_known(job, rule, place, err) &&
	       find_wanted(job, rule, place, err) &&
	       (!rule->within || begin_within(job, place, err)) &&
	       find_pairs(job, rule, place, err) &&
	       note_unclear(job, rule, place, err) &&
	       (rule->review || link_pairs(job, rule, place, err)) &&
	       db_run(job->db, "DROP TABLE known, wanted, pair", err);
}

/* --- those that no rule links --------------------------------------------- */

/* Another source's record has the id already. Where ids are compared, somebody
 * is to say whether it is the same person; unless that was denied. */
static const char same_id[] =
    "UPDATE claim c SET open = false, candidates = ARRAY[c.sourced_id], "
    "review = 'sourcedId: that of another person' WHERE c.open "
    "AND c.place = % AND c.person IS NULL AND EXISTS (SELECT FROM holds h "
    "WHERE h.person = c.sourced_id) AND NOT EXISTS (SELECT "
    "FROM homeroom.person_decision d WHERE d.district = {district} "
    "AND d.source = c.source AND d.sourced_id = c.sourced_id "
    "AND d.person = c.sourced_id AND NOT d.same)";

/* They stand for themselves, under an id of our making where theirs is taken;
 * those of the first source also while somebody is to look at them. */
static const char alone[] =
    "UPDATE claim c SET open = false, person = CASE WHEN EXISTS (SELECT "
    "FROM holds h WHERE h.person = c.sourced_id) THEN md5(concat_ws('/', "
    "{district}, c.source, c.sourced_id))::uuid::text ELSE c.sourced_id END "
    "WHERE c.place = % AND c.person IS NULL AND (c.open OR c.place = 1)";

static bool stand_alone(struct ingest *job, int place, struct err *err)
{
	const struct people *people = job->people;

	if (!people->speakers[place - 1].creates)
		return true;
	return (!people->by_id || place == 1 ||
		   ask_of(job, same_id, place, NULL, err)) &&
	       ask_of(job, alone, place, NULL, err) &&
	       ask_of(job,
		   "INSERT INTO holds SELECT c.person, c.source FROM claim c "
		   "WHERE c.place = % AND c.person IS NOT NULL "
		   "AND c.rule IS NULL",
		   place, NULL, err);
}

/* --- all of them ---------------------------------------------------------- */

/* 0: none of the source's claims is open any more. */
static bool find_open(struct ingest *job, int place, int64_t *open,
    struct err *err)
{
	return ask_of(job, "SELECT FROM claim WHERE open AND place = % LIMIT 1",
	    place, open, err);
}

/* One that stands for itself no more, since another came to it, stays. */
static bool match_speaker(struct ingest *job, int place, struct err *err)
{
	const struct people *people = job->people;
	int64_t open;

	if (!find_open(job, place, &open, err))
		return false;
	if (open == 0)
		return true;
	if (!ask_of(job,
		"UPDATE claim c SET open = false WHERE c.open "
		"AND c.place = % AND c.person IS NOT NULL AND EXISTS (SELECT "
		"FROM holds h WHERE h.person = c.person "
		"AND h.source <> c.source)",
		place, NULL, err) ||
	    !ask_of(job,
		"UPDATE claim SET review = NULL, candidates = NULL "
		"WHERE open AND place = % AND review IS NOT NULL",
		place, NULL, err) ||
	    !find_open(job, place, &open, err))
		return false;
	if (open == 0)
		return true;
	for (int i = 0; i < people->rule_count && open > 0; i++)
		if (!ask_rule(job, &people->rules[i], place, err) ||
		    !find_open(job, place, &open, err))
			return false;
	return stand_alone(job, place, err);
}

/* A record that is missing, but not for long enough to be gone, is gone all the
 * same when another has come in its place. */
static bool find_holders(struct ingest *job, struct err *err)
{
	return people_ask(job,
		   "CREATE TEMP TABLE holds AS SELECT r.person, "
		   "r.source FROM " SPOKEN " WHERE r.source NOT IN ("
		   "SELECT source FROM speaker WHERE echoes)",
		   NULL, err) &&
	       (!job->guard->holds ||
		   people_ask(job,
		       "DELETE FROM holds x USING held h "
		       "WHERE x.source = {source} AND x.person = h.person "
		       "AND NOT EXISTS (SELECT FROM roster.said_users s "
		       "WHERE s.district = {district} AND s.source = {source} "
		       "AND s.person = h.person AND s.status = 'active' "
		       "AND s.sourced_id <> h.sourced_id)",
		       NULL, err));
}

static bool lose_replaced(struct ingest *job, struct err *err)
{
	return !job->guard->holds ||
	       (people_ask(job,
		    "INSERT INTO lost SELECT DISTINCT h.sourced_id "
		    "FROM held h JOIN claim c ON c.person = h.person "
		    "WHERE c.source = {source} AND c.was IS NULL "
		    "AND c.rule IS NOT NULL",
		    NULL, err) &&
		   people_ask(job,
		       "DELETE FROM held h USING lost l "
		       "WHERE l.sourced_id = h.sourced_id",
		       NULL, err));
}

static bool match_speakers(struct ingest *job, struct err *err)
{
	const struct people *people = job->people;

	for (int i = 1; i <= people->speaker_count; i++)
		if (!people->speakers[i - 1].echoes &&
		    !match_speaker(job, i, err))
			return false;
	return true;
}

#define UNLINKED "rule IS NULL AND (person IS NULL OR place > 1)"

/* Links and persons, which only become more; 0: nobody is left to link. */
static const char settled[] =
    "SELECT CASE WHEN count(*) FILTER (WHERE " UNLINKED ") = 0 THEN 0 "
    "ELSE count(person) + count(rule) END FROM claim";

/* Those of a source may be known only by what a later one's record brought: who
 * is linked to nobody yet is looked at until that makes no difference. */
static bool settle(struct ingest *job, struct err *err)
{
	int64_t before, now = 0;

	do {
		before = now;
		if (!match_speakers(job, err) ||
		    !people_number(job, settled, &now, err))
			return false;
		if (now > before &&
		    !people_ask(job,
			"UPDATE claim SET open = true WHERE " UNLINKED, NULL,
			err))
			return false;
	} while (now > before);
	return lose_replaced(job, err);
}

/* Records that are gone say who new ones are. Who is not one of those by then
 * is looked at without them: else the next reading would find somebody else,
 * though it be the same. */
static bool settle_without_lost(struct ingest *job, struct err *err)
{
	int64_t lost;

	if (!people_number(job, "SELECT count(*) FROM lost", &lost, err))
		return false;
	job->people->forgets = true;
	return lost == 0 ||
	       (people_ask(job, "UPDATE claim SET open = true WHERE " UNLINKED,
		    NULL, err) &&
		   settle(job, err));
}

bool people_match(struct ingest *job, struct err *err)
{
	return find_holders(job, err) && settle(job, err) &&
	       settle_without_lost(job, err) && people_echo(job, err);
}
