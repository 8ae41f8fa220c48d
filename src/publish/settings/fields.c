/* What a grant may do with fields: share, omit or pseudonymise them; and what
 * of it can't be meant together. */
#include "settings.h"
#include "../tree/tree.h"

#include <string.h>

static bool check_pseudonym(const char *file, const struct entity *entity,
    const struct field *field, const struct node *key, struct err *err)
{
	const char *of = field->of;

	if (field->kind == ID && entity_named_after(entity) != entity)
		of = entity_named_after(entity)->name;
	else if ((field->need & (PSEUDONYM | PSEUDONYM_MAIL)) != 0)
		return true;
	if (field->kind == ID || field->kind == REF || field->kind == REFS)
		return fail(err, FAULT_INVALID,
		    "%s:%d: %s can't be pseudonymised by itself: pseudonymise "
		    "sourcedId of %s, and all that refers to them follows",
		    file, key->value->line, key->text, of);
	return fail(err, FAULT_INVALID,
	    "%s:%d: %s can't be pseudonymised: it is no identifier", file,
	    key->value->line, key->text);
}

/* A field that may be left out, of an entity that there is. */
static bool check_field(const char *file, const struct entity *entity,
    const struct node *key, struct err *err)
{
	const struct text name = { key->text, key->length };
	const struct field *field = field_find(entity, name, V12);
	const struct node *value = key->value;

	if (field == NULL)
		field = field_find(entity, name, V11);
	if (field == NULL || field->column == NULL)
		return fail(err, FAULT_INVALID, "%s:%d: %s have no field '%s'",
		    file, key->line, entity->name, key->text);
	if (value->shape == SCALAR && strcmp(value->text, "share") == 0)
		return true;
	if (value->shape == SCALAR && strcmp(value->text, "pseudonymise") == 0)
		return check_pseudonym(file, entity, field, key, err);
	if (value->shape != SCALAR || strcmp(value->text, "omit") != 0)
		return fail(err, FAULT_INVALID,
		    "%s:%d: %s must be share, omit or pseudonymise", file,
		    value->line, key->text);
	if (field->kind == ID || field->kind == MODIFIED ||
	    (field->need & REQUIRED) != 0 || strcmp(key->text, "status") == 0)
		return fail(err, FAULT_INVALID,
		    "%s:%d: %s can't be omitted: every record has it", file,
		    value->line, key->text);
	return true;
}

bool settings_check_fields(const char *file, const struct node *node,
    struct err *err)
{
	for (const struct node *k = node->first; k != NULL; k = k->next) {
		const struct entity *entity =
		    entity_find((struct text){ k->text, k->length });

		if (entity == NULL)
			return fail(err, FAULT_INVALID,
			    "%s:%d: there are no '%s'", file, k->line, k->text);
		if (k->value->shape != MAP)
			return fail(err, FAULT_INVALID,
			    "%s:%d: fields of %s must be a mapping", file,
			    k->line, k->text);
		for (const struct node *f = k->value->first; f != NULL;
		     f = f->next)
			if (!check_field(file, entity, f, err))
				return false;
	}
	return true;
}

/* What ends before it begins was never meant; nor that everything is shared, of
 * which a part is named. */
bool settings_check_sense(const char *file, const struct node *map,
    struct err *err)
{
	const struct node *from = node_get(map, "from");
	const struct node *until = node_get(map, "until");
	const struct node *access = node_get(map, "access");
	const struct node *share = node_get(map, "share");

	if (from != NULL && until != NULL &&
	    strcmp(from->text, until->text) > 0)
		return fail(err, FAULT_INVALID,
		    "%s:%d: until %s is before from %s", file, until->line,
		    until->text, from->text);
	return access == NULL || share == NULL ||
	       strcmp(access->text, "full") != 0 ||
	       fail(err, FAULT_INVALID,
		   "%s:%d: access: full shares everything, whatever share "
		   "says: leave out one of them",
		   file, access->line);
}
