/* The documents of the API, and which scopes a read needs. */
#include "model.h"

/* clang-format off */

#define FILE_NAME(service)    "onerosterv1p2" service "service_openapi3_v1p0.json"
#define OTHER_NAME(service)   "imsorv1p2_" service "_openapi3_v1p0.json"

/* 1EdTech's documents and its conformance guide name the discovery files
 * differently; both names are served, and the folder for who knows neither. */
const struct api apis[] = {
/*	  name                title                        path                               version and service  discovery */
	{ "oneroster-v1p1",  "OneRoster 1.1",             "/ims/oneroster/v1p1",             V11, ROSTERING, { 0 } },
	{ "rostering-v1p2",  "OneRoster 1.2 Rostering",   "/ims/oneroster/rostering/v1p2",   V12, ROSTERING, { FILE_NAME("rosters"),   OTHER_NAME("rostering"), "" } },
	{ "gradebook-v1p2",  "OneRoster 1.2 Gradebook",   "/ims/oneroster/gradebook/v1p2",   V12, GRADEBOOK, { FILE_NAME("gradebook"), OTHER_NAME("gradebook"), "" } },
	{ "resources-v1p2",  "OneRoster 1.2 Resources",   "/ims/oneroster/resources/v1p2",   V12, RESOURCES, { FILE_NAME("resources"), OTHER_NAME("resources"), "" } },
	{ 0 }
};

/* clang-format on */

bool api_has(const struct api *api, enum oneroster in, enum service service)
{
	return (in & api->version) != 0 &&
	       (api->version == V11 || api->service == service);
}

static unsigned scopes_12(const struct entity *entity, bool nested)
{
	if (entity == &entity_demographics)
		return SCOPE_DEMOGRAPHICS;
	if (entity == &entity_assessmentLineItems ||
	    entity == &entity_assessmentResults)
		return SCOPE_ASSESSMENT;
	switch (entity->service) {
	case ROSTERING:
		return SCOPE_ROSTER | (nested ? 0 : SCOPE_ROSTER_CORE);
	case GRADEBOOK:
		return SCOPE_GRADEBOOK | (nested ? 0 : SCOPE_GRADEBOOK_CORE);
	case RESOURCES:
		return SCOPE_RESOURCE | (nested ? 0 : SCOPE_RESOURCE_CORE);
	}
	return 0;
}

/* 1.1 has -core only for rostering. */
unsigned scopes_of_read(const struct entity *entity, enum oneroster version,
    bool nested)
{
	unsigned scopes = scopes_12(entity, nested);

	if (version != V11)
		return scopes;
	return (scopes &
		   ~(unsigned)(SCOPE_GRADEBOOK_CORE | SCOPE_RESOURCE_CORE))
	       << SCOPE_11;
}
