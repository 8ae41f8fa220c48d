/*
 * What a restricted grant sees, as a table: one rule an entity, in the order in
 * which they are compiled, since a rule looks at what the ones above it made
 * visible. compile.c reads it.
 *
 * In its SQL g is a grant of the table `sharing`. {district} and {version} are
 * values, {classes} is the number of that entity, {seen v classes t.class_id}
 * joins the grants that see that one, and {among t.sourced_id} narrows a
 * statement to the records that may have come or gone, or to what a column of
 * another table lists.
 */
#include "publish.h"

/* clang-format off */

#define SEEN_BY(v, of, id) \
	" JOIN {seen " v " " of " " id "} JOIN sharing g ON g.id = " v \
	".grant_id "
#define ACTIVE(t) \
	t ".district = {district} AND " t ".status = 'active'"
#define IN_SCHOOLS(id) \
	"(g.schools IS NULL OR EXISTS (SELECT FROM homeroom.scope s " \
	"WHERE s.grant_id = g.id AND s.entity = {orgs} " \
	"AND s.sourced_id = " id "))"
/* Grants that are restricted to schools, by the school's id. */
#define SCHOOL_SHARED(id) \
	"JOIN homeroom.scope o ON o.entity = {orgs} AND o.sourced_id = " id \
	" JOIN sharing g ON g.id = o.grant_id AND g.schools IS NOT NULL "
#define ALL_SCHOOLS \
	"JOIN sharing g ON g.schools IS NULL "
#define IN_SESSIONS(ids) \
	"(NOT g.by_session OR EXISTS (SELECT FROM homeroom.scope s " \
	"WHERE s.grant_id = g.id AND s.entity = {academicSessions} " \
	"AND s.sourced_id = ANY (" ids ")))"
#define IN_GRADES(role, grades) \
	"(g.grades IS NULL OR " role " <> 'student' OR " grades " && g.grades)"

/* A column of the records that came, changed or went in this version. */
#define TOUCHED(table, column) \
	"SELECT " column " FROM roster." table \
	" WHERE district = {district} AND since = {version} UNION ALL " \
	"SELECT " column " FROM history." table \
	" WHERE district = {district} AND until = {version}"
/* A column of the records that came into some grant's sight or left it. */
#define MOVED(of, table, column) \
	"SELECT x." column " FROM roster." table " x " \
	"WHERE x.district = {district} AND x.sourced_id = ANY (ARRAY(" \
	"SELECT m.sourced_id FROM moved m WHERE m.entity = {" of "}))"
/* A column of the records that point at such ones. */
#define POINTING(table, wanted, column, from, of) \
	"SELECT x." wanted " FROM roster." table " x " \
	"WHERE x.district = {district} AND x." column " = ANY (ARRAY(" \
	"SELECT m.sourced_id FROM " from " m WHERE m.entity = {" of "}))"
#define POINTS(table, column, from, of) \
	POINTING(table, "sourced_id", column, from, of)

/* --- orgs and sessions ---------------------------------------------------- */

/* Those in scope, those that offer its courses, and all above them. */
static const struct wanted orgs_wanted[] = {
	{ NULL,
	"WITH RECURSIVE up AS ("
	"SELECT s.grant_id, s.sourced_id FROM homeroom.scope s "
	"JOIN sharing g ON g.id = s.grant_id WHERE s.entity = {orgs} "
	"UNION SELECT v.grant_id, c.org_id FROM sharing g "
	"JOIN homeroom.visible v ON v.grant_id = g.id "
	"AND v.entity = {courses} AND v.until IS NULL AND NOT v.gone "
	"JOIN roster.courses c ON " ACTIVE("c")
	" AND c.sourced_id = v.sourced_id WHERE g.schools IS NOT NULL "
	"UNION SELECT up.grant_id, o.parent_id FROM up JOIN roster.orgs o ON "
	ACTIVE("o") " AND o.sourced_id = up.sourced_id) "
	"SELECT g.id, t.sourced_id FROM sharing g, roster.orgs t "
	"WHERE g.schools IS NULL AND " ACTIVE("t") " UNION "
	"SELECT up.grant_id, t.sourced_id FROM up JOIN roster.orgs t "
	"ON " ACTIVE("t") " AND t.sourced_id = up.sourced_id",
	"named by the grant or below what it names, above such a one, or "
	"offering a course of its classes" },
	{ 0 }
};

static const struct touched orgs_touched[] = {
	{ NULL, "SELECT sourced_id FROM shifted WHERE entity = {orgs}" },
	{ NULL, TOUCHED("courses", "org_id") },
	{ NULL, MOVED("courses", "courses", "org_id") },
	{ 0 }
};

static const struct wanted sessions_wanted[] = {
	{ NULL,
	"WITH RECURSIVE up AS ("
	"SELECT s.grant_id, s.sourced_id FROM homeroom.scope s "
	"JOIN sharing g ON g.id = s.grant_id "
	"WHERE s.entity = {academicSessions} "
	"UNION SELECT up.grant_id, o.parent_id FROM up "
	"JOIN roster.academic_sessions o ON " ACTIVE("o")
	" AND o.sourced_id = up.sourced_id) "
	"SELECT g.id, t.sourced_id FROM sharing g, roster.academic_sessions t "
	"WHERE NOT g.by_session AND " ACTIVE("t") " UNION "
	"SELECT up.grant_id, t.sourced_id FROM up "
	"JOIN roster.academic_sessions t "
	"ON " ACTIVE("t") " AND t.sourced_id = up.sourced_id",
	"named by the grant or below what it names, near today, or above such "
	"a one" },
	{ 0 }
};

static const struct touched sessions_touched[] = {
	{ NULL, "SELECT sourced_id FROM shifted "
		"WHERE entity = {academicSessions}" },
	{ 0 }
};

/* --- classes, and who is in them ------------------------------------------ */

#define ITS_COURSE \
	"JOIN roster.courses c ON " ACTIVE("c") \
	" AND c.sourced_id = t.course_id "
#define CLASSES_OF(grants) \
	"SELECT g.id, t.sourced_id FROM roster.classes t " ITS_COURSE grants \
	"WHERE " ACTIVE("t") "{among t.sourced_id}"

static const struct wanted classes_wanted[] = {
	{ "schools IS NOT NULL", CLASSES_OF(SCHOOL_SHARED("t.school_id")), NULL },
	{ "schools IS NULL", CLASSES_OF(ALL_SCHOOLS), NULL },
	{ 0 }
};

/* As SCHOOL_SHARED has it. */
static const struct condition classes_found[] = {
	{ IN_SCHOOLS("t.school_id"), "g.schools IS NOT NULL",
		"school", "t.school_id" },
	{ 0 }
};
static const struct condition classes_may[] = {
	{ IN_SESSIONS("t.term_ids"), "g.by_session",
		"sessions", "array_to_string(t.term_ids, ', ')" },
	{ "(g.courses IS NULL OR t.course_id = ANY (g.courses))",
		"g.courses IS NOT NULL", "course", "t.course_id" },
	{ "(g.classes IS NULL OR t.sourced_id = ANY (g.classes))",
		"g.classes IS NOT NULL", "class", "t.sourced_id" },
	{ "(g.subjects IS NULL OR t.subjects && g.subjects"
		" OR t.subject_codes && g.subjects OR c.subjects && g.subjects"
		" OR c.subject_codes && g.subjects)",
		"g.subjects IS NOT NULL", "subjects",
		"array_to_string(ARRAY(SELECT DISTINCT x FROM unnest(t.subjects"
		" || t.subject_codes || c.subjects || c.subject_codes) x"
		" ORDER BY x), ', ')" },
	{ "(g.grades IS NULL OR coalesce(cardinality(t.grades), 0) = 0"
		" OR t.grades && g.grades)",
		"g.grades IS NOT NULL", "grades",
		"array_to_string(t.grades, ', ')" },
	{ 0 }
};

static const struct touched classes_touched[] = {
	{ NULL, "SELECT t.sourced_id FROM roster.classes t "
		"WHERE t.district = {district} AND t.course_id IN ("
		TOUCHED("courses", "sourced_id") ")" },
	{ NULL, POINTS("classes", "school_id", "shifted", "orgs") },
	{ NULL, "SELECT t.sourced_id FROM roster.classes t, shifted s "
		"WHERE t.district = {district} "
		"AND s.entity = {academicSessions} "
		"AND t.term_ids @> ARRAY[s.sourced_id]" },
	{ 0 }
};

static const struct pointer courses_shown[] = {
	{ &entity_classes, "course_id" },
	{ 0 }
};

static const struct reference enrollments_refs[] = {
	{ "class_id", &entity_classes },
	{ 0 }
};

/* Joined, and not asked for by each grant that has grades. */
#define ITS_USER \
	" LEFT JOIN roster.users u ON u.district = {district} " \
	"AND u.sourced_id = t.user_id"

static const struct condition enrollments_may[] = {
	{ "(g.roles IS NULL OR t.role = ANY (g.roles))",
		"g.roles IS NOT NULL", "role", "t.role" },
	{ IN_SCHOOLS("t.school_id"),
		"g.schools IS NOT NULL", "school", "t.school_id" },
	{ "(g.grades IS NULL OR t.role <> 'student' OR u.grades && g.grades)",
		"g.grades IS NOT NULL AND t.role = 'student'",
		"grades of the student", "array_to_string(u.grades, ', ')" },
	{ 0 }
};

/* Of users, only what makes a student one of the grades that are shared: an
 * enrollment comes and goes with its user. */
static const struct touched enrollments_touched[] = {
	{ NULL, POINTS("enrollments", "school_id", "shifted", "orgs") },
	{ "grades IS NOT NULL", "SELECT x.sourced_id FROM roster.enrollments x "
		"WHERE x.district = {district} AND x.user_id = ANY (ARRAY("
		"SELECT u.sourced_id FROM roster.users u "
		"WHERE u.district = {district} AND u.since = {version} "
		"AND u.grades IS DISTINCT FROM (SELECT h.grades "
		"FROM history.users h WHERE h.district = {district} "
		"AND h.sourced_id = u.sourced_id ORDER BY h.until DESC LIMIT 1)))" },
	{ 0 }
};

/* s is in no class, and something in the schools that are shared. */
#define UNENROLLED(s, grants) \
	"JOIN roster.roles r ON " ACTIVE("r") " AND r.user_id = " s \
	".sourced_id " grants "WHERE " ACTIVE(s) " AND g.unenrolled " \
	"AND NOT EXISTS (SELECT FROM roster.enrollments e WHERE " ACTIVE("e") \
	" AND e.user_id = " s ".sourced_id) " \
	"AND (g.roles IS NULL OR homeroom.role_11(r.role) = ANY (g.roles)) " \
	"AND " IN_GRADES("r.role", s ".grades")
/* Users s and their agents t; of the candidates, those that are agents. */
#define AGENTS \
	"{agents} JOIN roster.users t ON " ACTIVE("t") " AND t.sourced_id = a.id "
#define OF_AGENTS(student) \
	"{among " student " holder listed}"
#define AGENTS_OF_UNENROLLED(grants) \
	"SELECT g.id, t.sourced_id FROM " AGENTS UNENROLLED("s", grants) \
	" AND g.agents AND r.role = 'student'" OF_AGENTS("s.sourced_id")

/* Who has one of the candidates for an agent. */
static const struct wanted users_aside = {
	"agents",
	"INSERT INTO listed SELECT s.sourced_id, c.sourced_id "
	"FROM (SELECT DISTINCT sourced_id FROM candidate) c "
	"JOIN roster.users s ON s.district = {district} "
	"AND s.agent_ids @> ARRAY[c.sourced_id]",
	NULL
};

static const struct pointer users_shown[] = {
	{ &entity_enrollments, "user_id" },
	{ 0 }
};

#define WITHOUT_CLASS "in no class, but with a role in what is shared"
#define GUARDIAN "parent or guardian of a student who is shared"

static const struct wanted users_wanted[] = {
	{ "unenrolled AND schools IS NOT NULL",
	"SELECT g.id, t.sourced_id FROM roster.users t "
	UNENROLLED("t", SCHOOL_SHARED("r.org_id")) "{among t.sourced_id}",
	WITHOUT_CLASS },
	{ "unenrolled AND schools IS NULL",
	"SELECT g.id, t.sourced_id FROM roster.users t "
	UNENROLLED("t", ALL_SCHOOLS) "{among t.sourced_id}",
	WITHOUT_CLASS },
	{ "agents",
	"SELECT x.grant_id, t.sourced_id FROM " AGENTS
	"JOIN (SELECT DISTINCT v.grant_id, e.user_id FROM roster.enrollments e"
	SEEN_BY("v", "enrollments", "e.sourced_id")
	"WHERE " ACTIVE("e") " AND e.role = 'student' AND g.agents"
	OF_AGENTS("e.user_id") ") x ON x.user_id = s.sourced_id "
	"WHERE " ACTIVE("s"),
	GUARDIAN },
	{ "unenrolled AND agents AND schools IS NOT NULL",
	AGENTS_OF_UNENROLLED(SCHOOL_SHARED("r.org_id")), GUARDIAN },
	{ "unenrolled AND agents AND schools IS NULL",
	AGENTS_OF_UNENROLLED(ALL_SCHOOLS), GUARDIAN },
	{ 0 }
};

/* The agents come last: they are those of all users before. */
static const struct touched users_touched[] = {
	{ "unenrolled", TOUCHED("roles", "user_id") },
	{ "unenrolled", POINTING("roles", "user_id", "org_id", "shifted", "orgs") },
	{ "agents", "SELECT unnest(u.agent_ids) FROM roster.users u "
		"WHERE u.district = {district}{among u.sourced_id}" },
	{ "agents", "SELECT unnest(agent_ids) FROM history.users "
		"WHERE district = {district} AND until = {version}" },
	{ 0 }
};

/* --- what belongs to them ------------------------------------------------- */

static const struct reference roles_refs[] = {
	{ "user_id", &entity_users }, { "org_id", &entity_orgs }, { 0 }
};
static const struct reference user_refs[] = {
	{ "user_id", &entity_users }, { 0 }
};
static const struct reference demographics_refs[] = {
	{ "sourced_id", &entity_users }, { 0 }
};

static const struct reference class_resources_refs[] = {
	{ "class_id", &entity_classes }, { 0 }
};
static const struct reference course_resources_refs[] = {
	{ "course_id", &entity_courses }, { 0 }
};
static const struct reference user_resources_refs[] = {
	{ "user_id", &entity_users }, { "class_id", &entity_classes },
	{ "org_id", &entity_orgs }, { 0 }
};
static const struct condition has_resource[] = {
	{ "EXISTS (SELECT FROM roster.resources x WHERE " ACTIVE("x")
		" AND x.sourced_id = t.resource_id)",
		"true", "resource", "t.resource_id" },
	{ 0 }
};

static const struct pointer resources_shown[] = {
	{ &entity_classResources, "resource_id" },
	{ &entity_courseResources, "resource_id" },
	{ &entity_userResources, "resource_id" },
	{ 0 }
};

/* --- the gradebook -------------------------------------------------------- */

static const struct reference line_items_refs[] = {
	{ "class_id", &entity_classes },
	{ "school_id", &entity_orgs },
	{ "grading_period_id", &entity_academicSessions },
	{ "academic_session_id", &entity_academicSessions },
	{ 0 }
};
static const struct condition has_category[] = {
	{ "(t.category_id IS NULL OR EXISTS (SELECT FROM roster.categories x "
		"WHERE " ACTIVE("x") " AND x.sourced_id = t.category_id))",
		"t.category_id IS NOT NULL", "category", "t.category_id" },
	{ 0 }
};
static const struct pointer categories_shown[] = {
	{ &entity_lineItems, "category_id" },
	{ 0 }
};
static const struct reference score_scales_refs[] = {
	{ "class_id", &entity_classes }, { "course_id", &entity_courses },
	{ "org_id", &entity_orgs }, { 0 }
};
static const struct reference item_scales_refs[] = {
	{ "line_item_id", &entity_lineItems },
	{ "score_scale_id", &entity_scoreScales },
	{ 0 }
};
static const struct reference item_objectives_refs[] = {
	{ "line_item_id", &entity_lineItems }, { 0 }
};
static const struct reference results_refs[] = {
	{ "line_item_id", &entity_lineItems }, { "student_id", &entity_users },
	{ "class_id", &entity_classes }, { 0 }
};
static const struct reference result_scales_refs[] = {
	{ "result_id", &entity_results },
	{ "score_scale_id", &entity_scoreScales },
	{ 0 }
};
static const struct reference result_objectives_refs[] = {
	{ "result_id", &entity_results }, { 0 }
};
/* One that belongs to no class is shared with those who see somebody that took
 * it. */
static const struct wanted assessments_wanted[] = {
	{ "gradebook",
	"SELECT v.grant_id, t.sourced_id FROM roster.assessment_line_items t"
	SEEN_BY("v", "classes", "t.class_id")
	"WHERE " ACTIVE("t") " AND g.gradebook{among t.sourced_id}",
	"of a class that is shared" },
	{ "gradebook",
	"SELECT v.grant_id, t.sourced_id FROM roster.assessment_line_items t "
	"JOIN roster.assessment_results r ON " ACTIVE("r")
	" AND r.assessment_line_item_id = t.sourced_id"
	SEEN_BY("v", "users", "r.student_id")
	"WHERE " ACTIVE("t") " AND t.class_id IS NULL AND g.gradebook"
	"{among t.sourced_id}",
	"of no class, but taken by somebody who is shared" },
	{ 0 }
};
static const struct touched assessments_touched[] = {
	{ NULL, POINTS("assessment_line_items", "class_id", "moved", "classes") },
	{ NULL, TOUCHED("assessment_results", "assessment_line_item_id") },
	{ NULL, POINTING("assessment_results", "assessment_line_item_id",
		"student_id", "moved", "users") },
	{ 0 }
};
static const struct reference assessment_results_refs[] = {
	{ "assessment_line_item_id", &entity_assessmentLineItems },
	{ "student_id", &entity_users },
	{ 0 }
};

/* What a record points at stands before it; but an org also shows what offers
 * its courses. */
const struct rule rules[] = {
	{ .entity = &entity_academicSessions, .whole = true, .wanted = sessions_wanted, .touched = sessions_touched },
	{ .entity = &entity_classes, .joins = ITS_COURSE, .found = classes_found, .may = classes_may, .wanted = classes_wanted, .touched = classes_touched },
	{ .entity = &entity_courses, .shown_by = courses_shown },
	{ .entity = &entity_orgs, .whole = true, .wanted = orgs_wanted, .touched = orgs_touched },
	{ .entity = &entity_enrollments, .joins = ITS_USER, .refs = enrollments_refs, .may = enrollments_may, .touched = enrollments_touched },
	{ .entity = &entity_users, .shown_by = users_shown, .aside = &users_aside, .wanted = users_wanted, .touched = users_touched },
	{ .entity = &entity_userProfiles, .refs = user_refs },
	{ .entity = &entity_roles, .refs = roles_refs },
	{ .entity = &entity_demographics, .flag = "demographics", .refs = demographics_refs },
	{ .entity = &entity_classResources, .flag = "resources", .refs = class_resources_refs, .may = has_resource },
	{ .entity = &entity_courseResources, .flag = "resources", .refs = course_resources_refs, .may = has_resource },
	{ .entity = &entity_userResources, .flag = "resources", .refs = user_resources_refs, .may = has_resource },
	{ .entity = &entity_resources, .flag = "resources", .shown_by = resources_shown },
	{ .entity = &entity_scoreScales, .flag = "gradebook", .refs = score_scales_refs },
	{ .entity = &entity_lineItems, .flag = "gradebook", .refs = line_items_refs, .may = has_category },
	{ .entity = &entity_categories, .flag = "gradebook", .shown_by = categories_shown },
	{ .entity = &entity_lineItemScoreScales, .flag = "gradebook", .refs = item_scales_refs },
	{ .entity = &entity_lineItemLearningObjectiveIds, .flag = "gradebook", .refs = item_objectives_refs },
	{ .entity = &entity_results, .flag = "gradebook", .refs = results_refs },
	{ .entity = &entity_resultScoreScales, .flag = "gradebook", .refs = result_scales_refs },
	{ .entity = &entity_resultLearningObjectiveIds, .flag = "gradebook", .refs = result_objectives_refs },
	{ .entity = &entity_assessmentLineItems, .flag = "gradebook", .wanted = assessments_wanted, .touched = assessments_touched },
	{ .entity = &entity_assessmentResults, .flag = "gradebook", .refs = assessment_results_refs },
	{ 0 }
};

/* Roles come after users: their rows are still open. */
#define HAD_ROLE(is) \
	"EXISTS (SELECT FROM roster.roles r JOIN homeroom.visible v " \
	"ON v.grant_id = c.grant_id AND v.entity = {roles} " \
	"AND v.sourced_id = r.sourced_id AND v.until IS NULL AND NOT v.gone " \
	"WHERE r.district = {district} AND r.user_id = t.sourced_id " \
	"AND r.role = '" is "')"

/* Parts of entities that are collections of their own, and how a record that
 * left a grant's sight is known to have been there. */
const struct part_of parts_of[] = {
	{ "schools",        &entity_orgs,             "t.type = 'school'" },
	{ "terms",          &entity_academicSessions, "t.type = 'term'" },
	{ "gradingPeriods", &entity_academicSessions, "t.type = 'gradingPeriod'" },
	{ "students",       &entity_users,            HAD_ROLE("student") },
	{ "teachers",       &entity_users,            HAD_ROLE("teacher") },
	{ 0 }
};
/* clang-format on */
