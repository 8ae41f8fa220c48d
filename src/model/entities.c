/* The list of entities, and how they and their fields are found by name. */
#include "model.h"

#include <string.h>

const struct entity *const entities[] = {
	&entity_orgs,
	&entity_academicSessions,
	&entity_courses,
	&entity_classes,
	&entity_users,
	&entity_userProfiles,
	&entity_roles,
	&entity_enrollments,
	&entity_demographics,
	&entity_resources,
	&entity_classResources,
	&entity_courseResources,
	&entity_userResources,
	&entity_categories,
	&entity_scoreScales,
	&entity_lineItems,
	&entity_lineItemScoreScales,
	&entity_lineItemLearningObjectiveIds,
	&entity_results,
	&entity_resultScoreScales,
	&entity_resultLearningObjectiveIds,
	&entity_assessmentLineItems,
	&entity_assessmentResults,
	NULL,
};

const struct entity *entity_find(struct text name)
{
	for (const struct entity *const *e = entities; *e != NULL; e++)
		if (text_is(name, (*e)->name))
			return *e;
	return NULL;
}

const struct field *field_find(const struct entity *entity, struct text name,
    enum oneroster version)
{
	for_each_field (f, entity->fields)
		if ((f->in & version) && f->name != NULL &&
		    text_is(name, f->name))
			return f;
	return NULL;
}

const struct field *field_of_csv(const struct entity *entity,
    struct text column, enum oneroster version)
{
	for_each_field (f, entity->fields)
		if ((f->in & version) && f->csv != NULL &&
		    text_is(column, f->csv))
			return f;
	return NULL;
}

int field_count(const struct field *fields)
{
	int count = 0;

	for_each_field (f, fields)
		count++;
	return count;
}
