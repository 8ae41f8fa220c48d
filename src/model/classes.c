/* Classes: rooms full of children, and those who teach them. */
#include "model.h"

/* clang-format off */

#define HEADER BASE_HEADER "title,grades,courseSourcedId,classCode,classType,location,schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods"

static const struct field fields[] = {
/*	  name            csv                column           kind   need              in    of                  meaning */
	BASE_FIELDS,
	{ "title",        "title",           "title",         TEXT,  REQUIRED,         BOTH, NULL,               "Name of the class" },
	{ "classCode",    "classCode",       "class_code",    TEXT,  OPTIONAL,         BOTH, NULL,               "Code by which staff know the class" },
	{ "classType",    "classType",       "class_type",    WORD,  REQUIRED,         BOTH, "classType",        "Whether it is a homeroom or on the timetable" },
	{ "location",     "location",        "location",      TEXT,  OPTIONAL,         BOTH, NULL,               "Room or place" },
	{ "grades",       "grades",          "grades",        TEXTS, OPTIONAL,         BOTH, NULL,               "Grades of the students in it" },
	{ "subjects",     "subjects",        "subjects",      TEXTS, OPTIONAL,         BOTH, NULL,               "Subjects taught in it" },
	{ "course",       "courseSourcedId", "course_id",     REF,   REQUIRED | KEYED, BOTH, "courses",          "Course that the class is a section of" },
	{ "school",       "schoolSourcedId", "school_id",     REF,   REQUIRED | KEYED, BOTH, "orgs",             "School that holds the class" },
	{ "terms",        "termSourcedIds",  "term_ids",      REFS,  REQUIRED | LISTED, BOTH, "academicSessions", "Sessions in which the class meets" },
	{ "subjectCodes", "subjectCodes",    "subject_codes", TEXTS, OPTIONAL,         BOTH, NULL,               "Codes of the subjects, in the subjects' order" },
	{ "periods",      "periods",         "periods",       TEXTS, OPTIONAL,         BOTH, NULL,               "Periods of the day in which the class meets" },
	{ "resources",    NULL,              "resource_ids",  REFS,  DERIVED,          BOTH, "resources",        "Learning resources that the class uses" },
	LAST_FIELDS
};

const struct entity entity_classes = {
	"classes", "class", "classes", 4, ROSTERING, BOTH, HEADER, HEADER, NULL, fields,
	"Sections of courses and homerooms"
};
