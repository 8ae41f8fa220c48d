/* The small objects that records hold in lists, and which columns are derived
 * from other records. */
#include "model.h"

#include <string.h>

/* clang-format off */

static const struct field user_id[] = {
	{ "type",       NULL, NULL, TEXT, REQUIRED, BOTH, NULL, "Kind of identifier" },
	{ "identifier", NULL, NULL, TEXT, REQUIRED | PSEUDONYM, BOTH, NULL, "The identifier" },
	{ 0 }
};

static const struct field role[] = {
	{ "roleType",    NULL, NULL, WORD, REQUIRED, V12, "roleType", "Whether it is the main role in that organisation" },
	{ "role",        NULL, NULL, WORD, REQUIRED, V12, "role",     "What the person is there" },
	{ "org",         NULL, NULL, REF,  REQUIRED, V12, "orgs",     "Organisation in which the person has it" },
	{ "userProfile", NULL, NULL, TEXT, OPTIONAL, V12, NULL,       "Profile that goes with the role" },
	{ "beginDate",   NULL, NULL, DATE, OPTIONAL, V12, NULL,       "First day in the role" },
	{ "endDate",     NULL, NULL, DATE, OPTIONAL, V12, NULL,       "Day after the last day in the role" },
	{ 0 }
};

static const struct field user_profile[] = {
	{ "profileId",     NULL, NULL, TEXT, REQUIRED, V12, NULL, "Id of the profile, a URI" },
	{ "profileType",   NULL, NULL, TEXT, REQUIRED, V12, NULL, "Kind of profile" },
	{ "vendorId",      NULL, NULL, TEXT, REQUIRED, V12, NULL, "Maker of the application" },
	{ "applicationId", NULL, NULL, TEXT, OPTIONAL, V12, NULL, "The application" },
	{ "description",   NULL, NULL, TEXT, OPTIONAL, V12, NULL, "What the profile is for" },
	{ 0 }
};

static const struct field credential[] = {
	{ "type",     NULL, NULL, TEXT, REQUIRED, V12, NULL, "Kind of credential" },
	{ "username", NULL, NULL, TEXT, REQUIRED, V12, NULL, "Name with which the person signs in there" },
	{ 0 }
};

static const struct field scale_value[] = {
	{ "itemValueLHS", NULL, NULL, TEXT, REQUIRED, V12, NULL, "The score, or a range of scores" },
	{ "itemValueRHS", NULL, NULL, TEXT, REQUIRED, V12, NULL, "What it stands for" },
	{ 0 }
};

static const struct field objective_set[] = {
	{ "source", NULL, NULL, WORD, REQUIRED, V12, "objectiveSource", "Who defines the learning objectives" },
	{ 0 }
};

static const struct field objective_id[] = {
	{ NULL, NULL, NULL, TEXT, REQUIRED, V12, NULL, "A learning objective" },
	{ 0 }
};

static const struct field objective_result[] = {
	{ "learningObjectiveId", NULL, NULL, TEXT,   REQUIRED, V12, NULL, "The learning objective" },
	{ "score",               NULL, NULL, NUMBER, OPTIONAL, V12, NULL, "The score for it" },
	{ "textScore",           NULL, NULL, TEXT,   OPTIONAL, V12, NULL, "The score for it in words" },
	{ 0 }
};

const struct object objects[] = {
/*	  name                 outer          inner                       inner fields */
	{ "userId",            user_id,       NULL,                       NULL },
	{ "role",              role,          NULL,                       NULL },
	{ "userProfile",       user_profile,  "credentials",              credential },
	{ "scoreScaleValue",   scale_value,   NULL,                       NULL },
	{ "objectiveSet",      objective_set, "learningObjectiveIds",     objective_id },
	{ "objectiveScoreSet", objective_set, "learningObjectiveResults", objective_result },
	{ 0 }
};

/* SQL has no aggregate that joins arrays and keeps NULLs, so an object is one
 * element of a two-dimensional array: array_agg(ARRAY[…] ORDER BY …). Its text
 * is {{…},{…}}; readers take the elements as they come. */
#define LIST(columns, order) "array_agg(ARRAY[" columns "] ORDER BY " order ")"
#define IDS(column)          "array_agg(DISTINCT c." column ")"
#define PROFILE_URN(column)  "'urn:oneroster:userProfile:' || c." column

const struct derived derived[] = {
/*	  parent                    column            child                                 points at parent by  value */
	{ &entity_orgs,             "child_ids",      &entity_orgs,                         "parent_id",    IDS("sourced_id") },
	{ &entity_academicSessions, "child_ids",      &entity_academicSessions,             "parent_id",    IDS("sourced_id") },
	{ &entity_courses,          "resource_ids",   &entity_courseResources,              "course_id",    IDS("resource_id") },
	{ &entity_classes,          "resource_ids",   &entity_classResources,               "class_id",     IDS("resource_id") },
	{ &entity_users,            "resource_ids",   &entity_userResources,                "user_id",      IDS("resource_id") },
	{ &entity_users,            "roles",          &entity_roles,                        "user_id",
		LIST("c.role_type, c.role, c.org_id, " PROFILE_URN("user_profile_id") ", c.begin_date::text, c.end_date::text", "c.role_type, c.sourced_id") },
	{ &entity_users,            "user_profiles",  &entity_userProfiles,                 "user_id",
		LIST(PROFILE_URN("sourced_id") ", c.profile_type, c.vendor_id, c.application_id, c.description, c.credential_type, c.username", "c.sourced_id") },
	/* 1.1 knows one role: the one that matters most to a roster. */
	{ &entity_users,            "role",           &entity_roles,                        "user_id",
		"(array_agg(homeroom.role_11(c.role) ORDER BY homeroom.role_rank(c.role), c.role_type, c.sourced_id))[1]" },
	{ &entity_users,            "org_ids",        &entity_roles,                        "user_id",
		IDS("org_id") },
	{ &entity_lineItems,        "score_scale_id", &entity_lineItemScoreScales,          "line_item_id", "min(c.score_scale_id)" },
	{ &entity_lineItems,        "objectives",     &entity_lineItemLearningObjectiveIds, "line_item_id",
		LIST("c.objective_source, c.learning_objective_id", "c.objective_source, c.sourced_id") },
	{ &entity_results,          "score_scale_id", &entity_resultScoreScales,            "result_id",    "min(c.score_scale_id)" },
	{ &entity_results,          "objectives",     &entity_resultLearningObjectiveIds,   "result_id",
		LIST("c.objective_source, c.learning_objective_id, c.score::text, c.text_score", "c.objective_source, c.sourced_id") },
	{ 0 }
};

/* clang-format on */

const struct object *object_find(const char *name)
{
	for (const struct object *o = objects; o->name != NULL; o++)
		if (strcmp(o->name, name) == 0)
			return o;
	return NULL;
}
