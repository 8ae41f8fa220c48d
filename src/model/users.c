/* Users: students, staff, parents and guardians. 1.1 gives each one role and
 * its orgs; 1.2 gives each a list of roles. The store keeps 1.2's, and
 * derives 1.1's from them. */
#include "model.h"

/* clang-format off */

#define HEADER_11 BASE_HEADER "enabledUser,orgSourcedIds,role,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password"
#define HEADER_12 BASE_HEADER "enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns"
/* The binding of June 2022 had one column more; 1.2.1 took it out again. */
#define HEADER_2022 BASE_HEADER "enabledUser,username,userIds,givenName,familyName,middleName,identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,preferredGivenName,preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns"

static const struct field fields[] = {
/*	  name                   csv                     column                   kind     need               in    of             meaning */
	BASE_FIELDS,
	{ "userMasterIdentifier", "userMasterIdentifier", "user_master_identifier", TEXT,  OPTIONAL | PSEUDONYM, V12, NULL,        "Identifier of the person across systems" },
	{ "username",            "username",             "username",              TEXT,    REQUIRED | SOUGHT | PSEUDONYM, BOTH, NULL, "Name with which the person signs in" },
	{ "userIds",             "userIds",              "user_ids",              OBJECTS, OPTIONAL | PSEUDONYM, BOTH, "userId",   "Further identifiers, each with its type" },
	{ "enabledUser",         "enabledUser",          "enabled_user",          BOOL,    REQUIRED,          BOTH, NULL,          "Whether the person may use systems now" },
	{ "givenName",           "givenName",            "given_name",            TEXT,    REQUIRED | PERSONAL, BOTH, NULL,          "Given name" },
	{ "familyName",          "familyName",           "family_name",           TEXT,    REQUIRED | PERSONAL, BOTH, NULL,          "Family name" },
	{ "middleName",          "middleName",           "middle_name",           TEXT,    OPTIONAL | PERSONAL, BOTH, NULL,          "Middle names, separated by spaces" },
	{ "preferredFirstName",  "preferredGivenName",   "preferred_first_name",  TEXT,    OPTIONAL | PERSONAL, V12,  NULL,          "Given name that the person goes by" },
	{ "preferredMiddleName", "preferredMiddleName",  "preferred_middle_name", TEXT,    OPTIONAL | PERSONAL, V12,  NULL,          "Middle name that the person goes by" },
	{ "preferredLastName",   "preferredFamilyName",  "preferred_last_name",   TEXT,    OPTIONAL | PERSONAL, V12,  NULL,          "Family name that the person goes by" },
	{ "pronouns",            "pronouns",             "pronouns",              TEXT,    OPTIONAL,          V12,  NULL,          "Pronouns of the person" },
	{ "role",                "role",                 "role",                  WORD,    REQUIRED_11 | DERIVED, V11, "userRole", "The one role that 1.1 knows" },
	{ "orgs",                "orgSourcedIds",        "org_ids",               REFS,    REQUIRED_11 | DERIVED, V11, "orgs",     "Organisations in which the person has a role" },
	{ "roles",               NULL,                   "roles",                 OBJECTS, DERIVED | REQUIRED_12, V12, "role",        "What the person is, and where" },
	{ "userProfiles",        NULL,                   "user_profiles",         OBJECTS, DERIVED,           V12,  "userProfile", "Profiles with which the person uses applications" },
	{ "primaryOrg",          "primaryOrgSourcedId",  "primary_org_id",        REF,     OPTIONAL,          V12,  "orgs",        "Organisation that the person mainly belongs to" },
	{ "identifier",          "identifier",           "identifier",            TEXT,    OPTIONAL | SOUGHT | PSEUDONYM, BOTH, NULL, "Number that people know, such as a student number" },
	{ "email",               "email",                "email",                 TEXT,    OPTIONAL | SOUGHT | PSEUDONYM_MAIL, BOTH, NULL, "E-mail address" },
	{ "sms",                 "sms",                  "sms",                   TEXT,    OPTIONAL,          BOTH, NULL,          "Number for text messages" },
	{ "phone",               "phone",                "phone",                 TEXT,    OPTIONAL,          BOTH, NULL,          "Telephone number" },
	{ "agents",              "agentSourcedIds",      "agent_ids",             REFS,    OPTIONAL | LISTED, BOTH, "users",       "Parents and guardians of a student, or children of a parent" },
	{ "grades",              "grades",               "grades",                TEXTS,   OPTIONAL,          BOTH, NULL,          "Grades of a student" },
	{ NULL,                  "password",             NULL,                    TEXT,    OPTIONAL,          BOTH, NULL,          "Never kept: read over, and empty where a file needs the column" },
	{ NULL,                  "resourceSourcedIds",   NULL,                    REFS,    OPTIONAL,          V12,  "resources",   "Resources of the user, as the binding of June 2022 gave them" },
	{ "resources",           NULL,                   "resource_ids",          REFS,    DERIVED,           V12,  "resources",   "Learning resources that the person uses" },
	LAST_FIELDS
};

const struct entity entity_users = {
	"users", "user", "users", 5, ROSTERING, BOTH, HEADER_11, HEADER_12, HEADER_2022, fields,
	"Students, staff, parents and guardians"
};
