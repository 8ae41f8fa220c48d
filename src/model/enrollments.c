/* Enrollments: who is in which class, as student or as teacher. */
#include "model.h"

/* clang-format off */

#define HEADER BASE_HEADER "classSourcedId,schoolSourcedId,userSourcedId,role,primary,beginDate,endDate"

static const struct field fields[] = {
/*	  name         csv                column        kind  need              in    of                meaning */
	BASE_FIELDS,
	{ "user",      "userSourcedId",   "user_id",    REF,  REQUIRED | KEYED, BOTH, "users",          "Person who is in the class" },
	{ "class",     "classSourcedId",  "class_id",   REF,  REQUIRED | KEYED, BOTH, "classes",        "The class" },
	{ "school",    "schoolSourcedId", "school_id",  REF,  REQUIRED | KEYED, BOTH, "orgs",           "School that holds the class" },
	{ "role",      "role",            "role",       WORD, REQUIRED,         BOTH, "enrollmentRole", "What the person is in the class" },
	{ "primary",   "primary",         "is_primary", BOOL, OPTIONAL,         BOTH, NULL,             "Whether this is the main teacher of the class" },
	{ "beginDate", "beginDate",       "begin_date", DATE, OPTIONAL,         BOTH, NULL,             "First day in the class" },
	{ "endDate",   "endDate",         "end_date",   DATE, OPTIONAL,         BOTH, NULL,             "Day after the last day in the class" },
	LAST_FIELDS
};

const struct entity entity_enrollments = {
	"enrollments", "enrollment", "enrollments", 8, ROSTERING, BOTH, HEADER, HEADER, NULL, fields,
	"Who is in which class, as student or as teacher"
};
