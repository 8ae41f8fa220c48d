/* Courses: what is taught, whoever teaches it and whenever. */
#include "model.h"

/* clang-format off */

#define HEADER BASE_HEADER "schoolYearSourcedId,title,courseCode,grades,orgSourcedId,subjects,subjectCodes"

static const struct field fields[] = {
/*	  name            csv                    column           kind   need              in    of                  meaning */
	BASE_FIELDS,
	{ "title",        "title",               "title",         TEXT,  REQUIRED,         BOTH, NULL,               "Name of the course" },
	{ "schoolYear",   "schoolYearSourcedId", "school_year_id", REF,  OPTIONAL,         BOTH, "academicSessions", "School year in which the course is offered" },
	{ "courseCode",   "courseCode",          "course_code",   TEXT,  FILLED,           BOTH, NULL,               "Code of the course in the catalogue" },
	{ "grades",       "grades",              "grades",        TEXTS, OPTIONAL,         BOTH, NULL,               "Grades that the course is for" },
	{ "subjects",     "subjects",            "subjects",      TEXTS, OPTIONAL,         BOTH, NULL,               "Subjects that the course teaches" },
	{ "org",          "orgSourcedId",        "org_id",        REF,   REQUIRED | KEYED, BOTH, "orgs",             "Organisation that offers the course" },
	{ "subjectCodes", "subjectCodes",        "subject_codes", TEXTS, OPTIONAL,         BOTH, NULL,               "Codes of the subjects, in the subjects' order" },
	{ "resources",    NULL,                  "resource_ids",  REFS,  DERIVED,          BOTH, "resources",        "Learning resources that the course uses" },
	LAST_FIELDS
};

const struct entity entity_courses = {
	"courses", "course", "courses", 3, ROSTERING, BOTH, HEADER, HEADER, NULL, fields,
	"What is taught, whoever teaches it and whenever"
};
