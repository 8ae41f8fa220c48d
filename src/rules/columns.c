/* What rules may ask for: fields of OneRoster's records, by the names that its
 * JSON has for them. */
#include "rules.h"

#include <string.h>

#define METADATA_PREFIX "metadata."

/* clang-format off */
static const struct record {
	const char *name;
	enum rules_scope scope;
	const struct entity *entity;
} records[] = {
	{ "",            SCOPE_PERSON, &entity_users },
	{ "role",        SCOPE_ROLE,   &entity_roles },
	{ "school",      SCOPE_ROLE,   &entity_orgs },
	{ "parent",      SCOPE_ROLE,   &entity_orgs }, /* of the school */
	{ "enrollment",  SCOPE_CLASS,  &entity_enrollments },
	{ "class",       SCOPE_CLASS,  &entity_classes },
	{ "course",      SCOPE_CLASS,  &entity_courses },
	{ "classSchool", SCOPE_CLASS,  &entity_orgs },
	{ "term",        SCOPE_CLASS,  &entity_academicSessions }, /* the first */
};

/* Short for what is asked for often. */
static const struct {
	const char *name, *means;
} shorts[] = {
	{ "role",     "role.role" },
	{ "roleType", "role.roleType" },
	{ "school",   "school.name" },
	{ "class",    "class.title" },
	{ "course",   "course.title" },
};

static const char *const found[] = { "account.login", "account.label",
	"account.first", "account.last" };

/* What a column can hold: no objects, no lists of ids. */
static const bool plain[KIND_COUNT] = {
	[ID] = true, [TEXT] = true, [WORD] = true, [BOOL] = true, [DATE] = true,
	[YEAR] = true, [NUMBER] = true, [INTEGER] = true, [REF] = true,
	[TEXTS] = true, [WORDS] = true,
};
/* clang-format on */

static const struct record *record_of(const char *name, const char **rest)
{
	const char *dot = strchr(name, '.');
	struct text prefix = { name, dot != NULL ? (size_t)(dot - name) : 0 };

	if (dot == NULL ||
	    strncmp(name, METADATA_PREFIX, strlen(METADATA_PREFIX)) == 0) {
		*rest = name;
		return &records[0];
	}
	*rest = dot + 1;
	for (size_t i = 1; i < array_length(records); i++)
		if (text_is(prefix, records[i].name))
			return &records[i];
	return NULL;
}

/* A field, or of a list of texts the first one: `grade` of `grades`. */
static bool find_field(struct arena *arena, const char *name,
    struct rules_column *out)
{
	const char *many = arena_printf(arena, "%ss", name);

	out->field =
	    field_find(out->entity, (struct text){ name, strlen(name) }, V12);
	if (out->field == NULL) {
		out->field = field_find(out->entity,
		    (struct text){ many, strlen(many) }, V12);
		out->first = true;
	}
	return out->field != NULL && out->field->column != NULL &&
	       plain[out->field->kind] &&
	       (!out->first || out->field->kind == TEXTS);
}

static const char *spelled_out(const char *name)
{
	for (size_t i = 0; i < array_length(shorts); i++)
		if (strcmp(shorts[i].name, name) == 0)
			return shorts[i].means;
	return name;
}

bool column_find(struct arena *arena, const char *name,
    struct rules_column *out, struct err *err)
{
	const struct record *record;
	const char *rest;

	*out = (struct rules_column){ .name = name, .scope = SCOPE_ACCOUNT };
	for (size_t i = 0; i < array_length(found); i++)
		if (strcmp(found[i], name) == 0)
			return true;
	record = record_of(spelled_out(name), &rest);
	if (record == NULL)
		return fail(err, FAULT_INVALID,
		    "there is no record '%.40s' to ask for; docs/rules.md "
		    "lists them",
		    name);
	out->scope = record->scope;
	out->record = record->name;
	out->entity = record->entity;
	if (strncmp(rest, METADATA_PREFIX, strlen(METADATA_PREFIX)) == 0) {
		out->key = rest + strlen(METADATA_PREFIX);
		return *out->key != '\0' ||
		       fail(err, FAULT_INVALID, "metadata needs a name");
	}
	return find_field(arena, rest, out) ||
	       fail(err, FAULT_INVALID, "%s of OneRoster have no field '%.40s'",
		   record->entity->name, rest);
}
