/* Roles: what a person is, and in which organisation. In JSON part of the
 * user. 1.1 has none: they are made from its users' role and orgs. */
#include "model.h"

/* clang-format off */

#define HEADER BASE_HEADER "userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,userProfileSourcedId"

static const struct field fields[] = {
/*	  name           csv                     column             kind  need                 in   of              meaning */
	BASE_FIELDS,
	{ "user",        "userSourcedId",        "user_id",         REF,  REQUIRED_12 | KEYED, V12, "users",        "Person who has the role" },
	{ "roleType",    "roleType",             "role_type",       WORD, REQUIRED_12,         V12, "roleType",     "Whether it is the main role in that organisation" },
	{ "role",        "role",                 "role",            WORD, REQUIRED_12,         V12, "role",         "What the person is there" },
	{ "beginDate",   "beginDate",            "begin_date",      DATE, OPTIONAL,            V12, NULL,           "First day in the role" },
	{ "endDate",     "endDate",              "end_date",        DATE, OPTIONAL,            V12, NULL,           "Day after the last day in the role" },
	{ "org",         "orgSourcedId",         "org_id",          REF,  REQUIRED_12 | KEYED, V12, "orgs",         "Organisation in which the person has it" },
	{ "userProfile", "userProfileSourcedId", "user_profile_id", REF,  OPTIONAL,            V12, "userProfiles", "Profile that goes with the role" },
	LAST_FIELDS
};

const struct entity entity_roles = {
	"roles", NULL, "roles", 7, ROSTERING, 0, NULL, HEADER, NULL, fields,
	"What a person is, and in which organisation"
};
