/* The orgs and academic sessions that the restrictions of grants come down to,
 * and which of them came and went. */
#include "publish.h"

static const char find_orgs[] =
    "INSERT INTO scope_now WITH RECURSIVE below AS ("
    "SELECT g.id, o.sourced_id FROM sharing g JOIN roster.orgs o "
    "ON o.district = {district} AND o.status = 'active' "
    "AND o.sourced_id = ANY (g.schools) UNION "
    "SELECT b.id, o.sourced_id FROM below b JOIN roster.orgs o "
    "ON o.district = {district} AND o.status = 'active' "
    "AND o.parent_id = b.sourced_id) "
    "SELECT id, {orgs}, sourced_id FROM below";

/* What is named is meant with all below it; what is near today speaks for
 * itself: a year goes on while its first term is over. */
static const char find_sessions[] =
    "INSERT INTO scope_now WITH RECURSIVE below AS ("
    "SELECT g.id, o.sourced_id FROM sharing g "
    "JOIN roster.academic_sessions o ON o.district = {district} "
    "AND o.status = 'active' AND o.sourced_id = ANY (g.sessions) UNION "
    "SELECT b.id, o.sourced_id FROM below b "
    "JOIN roster.academic_sessions o ON o.district = {district} "
    "AND o.status = 'active' AND o.parent_id = b.sourced_id) "
    "SELECT id, {academicSessions}, sourced_id FROM below UNION "
    "SELECT g.id, {academicSessions}, o.sourced_id FROM sharing g "
    "JOIN roster.academic_sessions o ON o.district = {district} "
    "AND o.status = 'active' "
    "AND {today} >= o.start_date - g.sessions_before "
    "AND {today} < o.end_date + g.sessions_after "
    "WHERE g.sessions_before IS NOT NULL";

/* Those that share nothing any more are `whose` too, when one is looked at. */
static const char *const shift_scope[] = {
	("INSERT INTO shifted SELECT n.*, true FROM scope_now n "
	 "WHERE NOT EXISTS (SELECT FROM homeroom.scope s "
	 "WHERE s.grant_id = n.grant_id AND s.entity = n.entity "
	 "AND s.sourced_id = n.sourced_id)"),
	("INSERT INTO shifted SELECT s.*, false FROM homeroom.scope s "
	 "WHERE s.grant_id IN (SELECT id FROM sharing) "
	 "AND NOT EXISTS (SELECT FROM scope_now n "
	 "WHERE s.grant_id = n.grant_id AND s.entity = n.entity "
	 "AND s.sourced_id = n.sourced_id)"),
	("DELETE FROM homeroom.scope s USING shifted f WHERE NOT f.came "
	 "AND s.grant_id = f.grant_id AND s.entity = f.entity "
	 "AND s.sourced_id = f.sourced_id"),
	("INSERT INTO homeroom.scope SELECT grant_id, entity, sourced_id "
	 "FROM shifted WHERE came"),
};

/* For whom all grants were looked at, it is known for which day. */
static bool note_day(const struct compile *c, struct err *err)
{
	return c->anew != NULL ||
	       compile_ask(c,
		   "UPDATE homeroom.district SET day = {today} "
		   "WHERE id = {district} AND day IS DISTINCT FROM {today}",
		   NULL, err);
}

bool compile_scope(const struct compile *c, struct err *err)
{
	if (!compile_ask(c, find_orgs, NULL, err) ||
	    !compile_ask(c, find_sessions, NULL, err))
		return false;
	for (size_t i = 0; i < array_length(shift_scope); i++)
		if (!compile_ask(c, shift_scope[i], NULL, err))
			return false;
	return note_day(c, err) &&
	       db_run(c->db, "ANALYZE scope_now; ANALYZE shifted", err);
}
