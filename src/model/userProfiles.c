/* User profiles: how a person uses an application. In JSON part of the user. */
#include "model.h"

/* clang-format off */

#define HEADER BASE_HEADER "userSourcedId,profileType,vendorId,applicationId,description,credentialType,username,password"

static const struct field fields[] = {
/*	  name             csv               column            kind  need                 in   of       meaning */
	BASE_FIELDS,
	{ "user",          "userSourcedId",  "user_id",        REF,  REQUIRED_12 | KEYED, V12, "users", "Person whose profile it is" },
	{ "profileType",   "profileType",    "profile_type",   TEXT, REQUIRED_12,         V12, NULL,    "Kind of profile" },
	{ "vendorId",      "vendorId",       "vendor_id",      TEXT, REQUIRED_12,         V12, NULL,    "Maker of the application" },
	{ "applicationId", "applicationId",  "application_id", TEXT, OPTIONAL,            V12, NULL,    "The application" },
	{ "description",   "description",    "description",    TEXT, OPTIONAL,            V12, NULL,    "What the profile is for" },
	{ "type",          "credentialType", "credential_type", TEXT, REQUIRED_12,        V12, NULL,    "Kind of credential" },
	{ "username",      "username",       "username",       TEXT, REQUIRED_12 | PSEUDONYM, V12, NULL, "Name with which the person signs in there" },
	{ NULL,            "password",       NULL,             TEXT, OPTIONAL,            V12, NULL,    "Never kept: read over, and empty where a file needs the column" },
	LAST_FIELDS
};

const struct entity entity_userProfiles = {
	"userProfiles", NULL, "user_profiles", 6, ROSTERING, 0, NULL, HEADER, NULL, fields,
	"How a person uses an application"
};
