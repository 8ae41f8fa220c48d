/* Echoes: sources that say what provisioning gave persons. Their records have
 * the ids of persons, whatever rules say, and count only as long as another
 * source speaks of the person: an account keeps nobody in the roster. */
#include "people.h"

static bool has_echoes(const struct people *people)
{
	/* They stand behind all others. */
	return people->speaker_count > 0 &&
	       people->speakers[people->speaker_count - 1].echoes;
}

static bool find_spoken_of(struct ingest *job, struct err *err)
{
	return people_ask(job,
		   "CREATE TEMP TABLE spoken_of AS SELECT DISTINCT r.person "
		   "FROM " SPOKEN " WHERE r.source NOT IN (SELECT source "
		   "FROM speaker WHERE echoes)",
		   NULL, err) &&
	       db_run(job->db, "ANALYZE spoken_of", err);
}

/* Nothing but the person's own row comes of such a record: who it was until now
 * has no rows that would follow it. */
static bool answer_claims(struct ingest *job, struct err *err)
{
	return people_ask(job,
	    "UPDATE claim c SET open = false, review = NULL, "
	    "candidates = NULL, person = x.person, "
	    "was = CASE WHEN x.person IS NOT NULL THEN c.was END, "
	    "rule = CASE WHEN x.person IS NOT NULL THEN 'account' END "
	    "FROM (SELECT e.source, e.sourced_id, p.person FROM claim e "
	    "JOIN speaker sp ON sp.source = e.source AND sp.echoes "
	    "LEFT JOIN spoken_of p ON p.person = e.sourced_id) x "
	    "WHERE c.source = x.source AND c.sourced_id = x.sourced_id",
	    NULL, err);
}

/* Records of persons of whom nobody speaks any more wait from now on. */
static bool let_go(struct ingest *job, struct err *err)
{
	return people_ask(job,
	    "INSERT INTO claim ({kept}, fingerprint, line, goes, place, "
	    "source, birth_date, said, open) SELECT {s.kept}, s.fingerprint, "
	    "0, "
	    "false, sp.place, s.source, s.birth_date, true, false "
	    "FROM roster.said_users s JOIN speaker sp ON sp.source = s.source "
	    "AND sp.echoes WHERE s.district = {district} "
	    "AND s.status = 'active' AND s.person IS NOT NULL "
	    "AND s.person NOT IN (SELECT person FROM spoken_of) "
	    "AND NOT EXISTS (SELECT FROM claim c WHERE c.source = s.source "
	    "AND c.sourced_id = s.sourced_id) AND NOT EXISTS (SELECT "
	    "FROM lost l WHERE s.source = {source} "
	    "AND l.sourced_id = s.sourced_id)",
	    NULL, err);
}

bool people_echo(struct ingest *job, struct err *err)
{
	return !has_echoes(job->people) ||
	       (find_spoken_of(job, err) && answer_claims(job, err) &&
		   let_go(job, err));
}
