/* Resources: learning material, and the relations that hand it to classes,
 * courses and users. */
#include "model.h"

/* clang-format off */

#define HEADER BASE_HEADER "vendorResourceId,title,roles,importance,vendorId,applicationId"

static const struct field fields[] = {
/*	  name                csv                 column                kind   need      in    of              meaning */
	BASE_FIELDS,
	{ "title",            "title",            "title",              TEXT,  OPTIONAL, BOTH, NULL,           "Name of the resource" },
	{ "roles",            "roles",            "roles",              WORDS, OPTIONAL, BOTH, "resourceRole", "For whom the resource is" },
	{ "importance",       "importance",       "importance",         WORD,  OPTIONAL, BOTH, "importance",   "Whether it is the main material" },
	{ "vendorResourceId", "vendorResourceId", "vendor_resource_id", TEXT,  REQUIRED, BOTH, NULL,           "The vendor's id of the resource" },
	{ "vendorId",         "vendorId",         "vendor_id",          TEXT,  OPTIONAL, BOTH, NULL,           "The vendor" },
	{ "applicationId",    "applicationId",    "application_id",     TEXT,  OPTIONAL, BOTH, NULL,           "Application that shows the resource" },
	LAST_FIELDS
};

const struct entity entity_resources = {
	"resources", "resource", "resources", 10, RESOURCES, BOTH, HEADER, HEADER, NULL, fields,
	"Learning material"
};

#define CLASS_HEADER BASE_HEADER "title,classSourcedId,resourceSourcedId"

static const struct field class_fields[] = {
	BASE_FIELDS,
	{ "title",    "title",             "title",       TEXT, OPTIONAL,         BOTH, NULL,        "Name of the class" },
	{ "class",    "classSourcedId",    "class_id",    REF,  REQUIRED | KEYED, BOTH, "classes",   "Class that uses the resource" },
	{ "resource", "resourceSourcedId", "resource_id", REF,  REQUIRED | KEYED, BOTH, "resources", "The resource" },
	LAST_FIELDS
};

const struct entity entity_classResources = {
	"classResources", NULL, "class_resources", 11, RESOURCES, 0, CLASS_HEADER, CLASS_HEADER, NULL, class_fields,
	"Which class uses which resource"
};

#define COURSE_HEADER BASE_HEADER "title,courseSourcedId,resourceSourcedId"

static const struct field course_fields[] = {
	BASE_FIELDS,
	{ "title",    "title",             "title",       TEXT, OPTIONAL,         BOTH, NULL,        "Name of the course" },
	{ "course",   "courseSourcedId",   "course_id",   REF,  REQUIRED | KEYED, BOTH, "courses",   "Course that uses the resource" },
	{ "resource", "resourceSourcedId", "resource_id", REF,  REQUIRED | KEYED, BOTH, "resources", "The resource" },
	LAST_FIELDS
};

const struct entity entity_courseResources = {
	"courseResources", NULL, "course_resources", 12, RESOURCES, 0, COURSE_HEADER, COURSE_HEADER, NULL, course_fields,
	"Which course uses which resource"
};

#define USER_HEADER BASE_HEADER "userSourcedId,orgSourcedId,classSourcedId,resourceSourcedId"

static const struct field user_fields[] = {
	BASE_FIELDS,
	{ "user",     "userSourcedId",     "user_id",     REF,  REQUIRED_12 | KEYED, V12, "users",     "Person who uses the resource" },
	{ "org",      "orgSourcedId",      "org_id",      REF,  OPTIONAL | KEYED,    V12, "orgs",      "Organisation for which it was handed out" },
	{ "class",    "classSourcedId",    "class_id",    REF,  OPTIONAL | KEYED,    V12, "classes",   "Class for which it was handed out" },
	{ "resource", "resourceSourcedId", "resource_id", REF,  REQUIRED_12 | KEYED, V12, "resources", "The resource" },
	LAST_FIELDS
};

const struct entity entity_userResources = {
	"userResources", NULL, "user_resources", 13, RESOURCES, 0, NULL, USER_HEADER, NULL, user_fields,
	"Which person uses which resource"
};
