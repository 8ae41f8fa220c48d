/* Academic sessions: school years, semesters, terms and grading periods. */
#include "model.h"

/* clang-format off */

#define HEADER BASE_HEADER "title,type,startDate,endDate,parentSourcedId,schoolYear"

static const struct field fields[] = {
/*	  name          csv                column         kind  need              in    of                  meaning */
	BASE_FIELDS,
	{ "title",      "title",           "title",       TEXT, REQUIRED,         BOTH, NULL,               "Name of the session" },
	{ "startDate",  "startDate",       "start_date",  DATE, REQUIRED,         BOTH, NULL,               "First day of the session" },
	{ "endDate",    "endDate",         "end_date",    DATE, REQUIRED,         BOTH, NULL,               "Day after the last day of the session" },
	{ "type",       "type",            "type",        WORD, REQUIRED,         BOTH, "sessionType",      "Kind of session, such as term or gradingPeriod" },
	{ "parent",     "parentSourcedId", "parent_id",   REF,  OPTIONAL | KEYED, BOTH, "academicSessions", "Session that this one is a part of" },
	{ "children",   NULL,              "child_ids",   REFS, DERIVED,          BOTH, "academicSessions", "Sessions that are parts of this one" },
	{ "schoolYear", "schoolYear",      "school_year", YEAR, REQUIRED,         BOTH, NULL,               "Year in which the school year ends" },
	LAST_FIELDS
};

const struct entity entity_academicSessions = {
	"academicSessions", "academicSession", "academic_sessions", 2, ROSTERING, BOTH, HEADER, HEADER, NULL, fields,
	"School years, semesters, terms and grading periods"
};
