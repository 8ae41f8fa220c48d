/* Organisations: the district, its schools and departments, in a tree. */
#include "model.h"

/* clang-format off */

#define HEADER BASE_HEADER "name,type,identifier,parentSourcedId"

static const struct field fields[] = {
/*	  name          csv                column        kind  need                in    of         meaning */
	BASE_FIELDS,
	{ "name",       "name",            "name",       TEXT, REQUIRED,           BOTH, NULL,      "Name of the organisation" },
	{ "type",       "type",            "type",       WORD, REQUIRED,           BOTH, "orgType", "Kind of organisation, such as district or school" },
	{ "identifier", "identifier",      "identifier", TEXT, FILLED | SOUGHT | PSEUDONYM, BOTH, NULL,      "Public identifier, such as a state's school number" },
	{ "parent",     "parentSourcedId", "parent_id",  REF,  OPTIONAL | KEYED,   BOTH, "orgs",    "Organisation that this one belongs to" },
	{ "children",   NULL,              "child_ids",  REFS, DERIVED,            BOTH, "orgs",    "Organisations that belong to this one" },
	LAST_FIELDS
};

const struct entity entity_orgs = {
	"orgs", "org", "orgs", 1, ROSTERING, BOTH, HEADER, HEADER, NULL, fields,
	"Districts, schools, departments and the bodies above them"
};
