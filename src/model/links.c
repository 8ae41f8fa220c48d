/* What can be asked for: collections, and how entities hang together. The
 * rules are those of OneRoster 1.1 and of 1.2's three services; where they are
 * silent, a comment says what was chosen. */
#include "model.h"

/* clang-format off */

const struct collection collections[] = {
/*	  name                   entity                       where, one, many */
	{ "academicSessions",    &entity_academicSessions,    NULL, "AcademicSession", "AcademicSessions" },
	{ "terms",               &entity_academicSessions,    "t.type = 'term'", "Term", "Terms" },
	{ "gradingPeriods",      &entity_academicSessions,    "t.type = 'gradingPeriod'", "GradingPeriod", "GradingPeriods" },
	{ "orgs",                &entity_orgs,                NULL, "Org", "Orgs" },
	{ "schools",             &entity_orgs,                "t.type = 'school'", "School", "Schools" },
	{ "courses",             &entity_courses,             NULL, "Course", "Courses" },
	{ "classes",             &entity_classes,             NULL, "Class", "Classes" },
	{ "users",               &entity_users,               NULL, "User", "Users" },
	/* role is 1.1's one role; in 1.2 a user with several roles is a student
	 * and a teacher alike. */
	{ "students",            &entity_users,               "EXISTS (SELECT FROM {roles} r WHERE r.user_id = t.sourced_id AND r.role = 'student' AND r.status = 'active')", "Student", "Students" },
	{ "teachers",            &entity_users,               "EXISTS (SELECT FROM {roles} r WHERE r.user_id = t.sourced_id AND r.role = 'teacher' AND r.status = 'active')", "Teacher", "Teachers" },
	{ "enrollments",         &entity_enrollments,         NULL, "Enrollment", "Enrollments" },
	{ "demographics",        &entity_demographics,        NULL, "Demographics", "Demographics" },
	{ "resources",           &entity_resources,           NULL, "Resource", "Resources" },
	{ "categories",          &entity_categories,          NULL, "Category", "Categories" },
	{ "lineItems",           &entity_lineItems,           NULL, "LineItem", "LineItems" },
	{ "results",             &entity_results,             NULL, "Result", "Results" },
	{ "scoreScales",         &entity_scoreScales,         NULL, "ScoreScale", "ScoreScales" },
	{ "assessmentLineItems", &entity_assessmentLineItems, NULL, "AssessmentLineItem", "AssessmentLineItems" },
	{ "assessmentResults",   &entity_assessmentResults,   NULL, "AssessmentResult", "AssessmentResults" },
	{ 0 }
};

#define ENROLLED(role, class_id)  "t.sourced_id IN (SELECT e.user_id FROM {enrollments} e WHERE e.class_id = " class_id " AND e.role = '" role "' AND e.status = 'active')"
#define CLASS_IN_SCHOOL           "EXISTS (SELECT FROM {classes} c WHERE c.sourced_id = $2 AND c.school_id = $1)"
#define TAUGHT(role)              "t.sourced_id IN (SELECT e.class_id FROM {enrollments} e WHERE e.user_id = $1" role " AND e.status = 'active')"
#define HAS_ROLE(role)            "t.sourced_id IN (SELECT r.user_id FROM {roles} r WHERE r.org_id = $1 AND r.role = '" role "' AND r.status = 'active')"
#define GIVEN(relation, of)       "t.sourced_id IN (SELECT x.resource_id FROM {" relation "} x WHERE x." of " = $1 AND x.status = 'active')"

const struct link links[] = {
/*	  path                               in    service    of                where                            parents                     operation */
	{ "classes/{}/students",             BOTH, ROSTERING, "students",       ENROLLED("student", "$1"),        { "classes" },              "getStudentsForClass" },
	{ "classes/{}/teachers",             BOTH, ROSTERING, "teachers",       ENROLLED("teacher", "$1"),        { "classes" },              "getTeachersForClass" },
	{ "courses/{}/classes",              BOTH, ROSTERING, "classes",        "t.course_id = $1",              { "courses" },              "getClassesForCourse" },
	{ "schools/{}/classes",              BOTH, ROSTERING, "classes",        "t.school_id = $1",              { "schools" },              "getClassesForSchool" },
	/* A school's courses are those it offers and those that have a class there. */
	{ "schools/{}/courses",              BOTH, ROSTERING, "courses",        "(t.org_id = $1 OR t.sourced_id IN (SELECT c.course_id FROM {classes} c WHERE c.school_id = $1 AND c.status = 'active'))", { "schools" }, "getCoursesForSchool" },
	{ "schools/{}/enrollments",          BOTH, ROSTERING, "enrollments",    "t.school_id = $1",              { "schools" },              "getEnrollmentsForSchool" },
	{ "schools/{}/students",             BOTH, ROSTERING, "students",       HAS_ROLE("student"),             { "schools" },              "getStudentsForSchool" },
	{ "schools/{}/teachers",             BOTH, ROSTERING, "teachers",       HAS_ROLE("teacher"),             { "schools" },              "getTeachersForSchool" },
	/* Sessions carry no school: a school's terms are those of its classes. */
	{ "schools/{}/terms",                BOTH, ROSTERING, "terms",          "t.sourced_id IN (SELECT unnest(c.term_ids) FROM {classes} c WHERE c.school_id = $1 AND c.status = 'active')", { "schools" }, "getTermsForSchool" },
	{ "schools/{}/classes/{}/enrollments", BOTH, ROSTERING, "enrollments",  "t.class_id = $2 AND " CLASS_IN_SCHOOL, { "schools", "classes" }, "getEnrollmentsForClassInSchool" },
	{ "schools/{}/classes/{}/students",  BOTH, ROSTERING, "students",       ENROLLED("student", "$2") " AND " CLASS_IN_SCHOOL, { "schools", "classes" }, "getStudentsForClassInSchool" },
	{ "schools/{}/classes/{}/teachers",  BOTH, ROSTERING, "teachers",       ENROLLED("teacher", "$2") " AND " CLASS_IN_SCHOOL, { "schools", "classes" }, "getTeachersForClassInSchool" },
	{ "students/{}/classes",             BOTH, ROSTERING, "classes",        TAUGHT(" AND e.role = 'student'"), { "students" },           "getClassesForStudent" },
	{ "teachers/{}/classes",             BOTH, ROSTERING, "classes",        TAUGHT(" AND e.role = 'teacher'"), { "teachers" },           "getClassesForTeacher" },
	{ "users/{}/classes",                BOTH, ROSTERING, "classes",        TAUGHT(""),                      { "users" },                "getClassesForUser" },
	{ "terms/{}/classes",                BOTH, ROSTERING, "classes",        "t.term_ids @> ARRAY[$1::text]", { "terms" },                "getClassesForTerm" },
	{ "terms/{}/gradingPeriods",         BOTH, ROSTERING, "gradingPeriods", "t.parent_id = $1",              { "terms" },                "getGradingPeriodsForTerm" },

	{ "classes/{}/resources",            BOTH, RESOURCES, "resources",      GIVEN("classResources", "class_id"),   { "classes" },        "getResourcesForClass" },
	{ "courses/{}/resources",            BOTH, RESOURCES, "resources",      GIVEN("courseResources", "course_id"), { "courses" },        "getResourcesForCourse" },
	{ "users/{}/resources",              V12,  RESOURCES, "resources",      GIVEN("userResources", "user_id"),     { "users" },          "getResourcesForUser" },

	/* Categories name no class: a class's are those of its line items, and
	 * those that no line item uses. */
	{ "classes/{}/categories",           V12,  GRADEBOOK, "categories",     "(EXISTS (SELECT FROM {lineItems} l WHERE l.category_id = t.sourced_id AND l.class_id = $1) OR NOT EXISTS (SELECT FROM {lineItems} l WHERE l.category_id = t.sourced_id))", { "classes" }, "getCategoriesForClass" },
	{ "classes/{}/lineItems",            BOTH, GRADEBOOK, "lineItems",      "t.class_id = $1",               { "classes" },              "getLineItemsForClass" },
	{ "classes/{}/lineItems/{}/results", BOTH, GRADEBOOK, "results",        "t.line_item_id = $2 AND EXISTS (SELECT FROM {lineItems} l WHERE l.sourced_id = $2 AND l.class_id = $1)", { "classes", "lineItems" }, "getResultsForLineItemForClass" },
	{ "classes/{}/results",              BOTH, GRADEBOOK, "results",        "t.line_item_id IN (SELECT l.sourced_id FROM {lineItems} l WHERE l.class_id = $1)", { "classes" }, "getResultsForClass" },
	{ "classes/{}/scoreScales",          V12,  GRADEBOOK, "scoreScales",    "t.class_id = $1",               { "classes" },              "getScoreScalesForClass" },
	{ "classes/{}/students/{}/results",  BOTH, GRADEBOOK, "results",        "t.student_id = $2 AND t.line_item_id IN (SELECT l.sourced_id FROM {lineItems} l WHERE l.class_id = $1)", { "classes", "students" }, "getResultsForStudentForClass" },
	{ "schools/{}/scoreScales",          V12,  GRADEBOOK, "scoreScales",    "t.org_id = $1",                 { "schools" },              "getScoreScalesForSchool" },
	{ 0 }
};

#define URI_11 "https://purl.imsglobal.org/spec/or/v1p1/scope/"
#define URI_12 "https://purl.imsglobal.org/spec/or/v1p2/scope/"

const struct scope_name scope_names[] = {
	{ (unsigned)SCOPE_ROSTER_CORE << SCOPE_11,      URI_11 "roster-core.readonly" },
	{ (unsigned)SCOPE_ROSTER << SCOPE_11,           URI_11 "roster.readonly" },
	{ (unsigned)SCOPE_DEMOGRAPHICS << SCOPE_11,     URI_11 "roster-demographics.readonly" },
	{ (unsigned)SCOPE_RESOURCE << SCOPE_11,         URI_11 "resource.readonly" },
	{ (unsigned)SCOPE_GRADEBOOK << SCOPE_11,        URI_11 "gradebook.readonly" },
	{ (unsigned)SCOPE_GRADEBOOK_PUT << SCOPE_11,    URI_11 "gradebook.createput" },
	{ (unsigned)SCOPE_GRADEBOOK_DELETE << SCOPE_11, URI_11 "gradebook.delete" },
	{ SCOPE_ROSTER_CORE,       URI_12 "roster-core.readonly" },
	{ SCOPE_ROSTER,            URI_12 "roster.readonly" },
	{ SCOPE_DEMOGRAPHICS,      URI_12 "roster-demographics.readonly" },
	{ SCOPE_RESOURCE_CORE,     URI_12 "resource-core.readonly" },
	{ SCOPE_RESOURCE,          URI_12 "resource.readonly" },
	{ SCOPE_GRADEBOOK_CORE,    URI_12 "gradebook-core.readonly" },
	{ SCOPE_GRADEBOOK,         URI_12 "gradebook.readonly" },
	{ SCOPE_GRADEBOOK_PUT,     URI_12 "gradebook.createput" },
	{ SCOPE_GRADEBOOK_POST,    URI_12 "gradebook.createpost" },
	{ SCOPE_GRADEBOOK_DELETE,  URI_12 "gradebook.delete" },
	{ SCOPE_ASSESSMENT,        URI_12 "assessment.readonly" },
	{ SCOPE_ASSESSMENT_PUT,    URI_12 "assessment.createput" },
	{ SCOPE_ASSESSMENT_DELETE, URI_12 "assessment.delete" },
	{ 0 }
};

/* clang-format on */

const struct collection *collection_find(struct text name)
{
	for (const struct collection *c = collections; c->name != NULL; c++)
		if (text_is(name, c->name))
			return c;
	return NULL;
}
