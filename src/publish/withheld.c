/* Fields that a grant does not share as they are. */
#include "publish.h"

#include <string.h>

/* --- reading -------------------------------------------------------------- */

static int find_field(const struct entity *entity, struct text name)
{
	for (int i = 0; entity->fields[i].meaning != NULL; i++)
		if (entity->fields[i].name != NULL &&
		    text_is(name, entity->fields[i].name))
			return i;
	return -1;
}

static struct text take_up_to(struct text *rest, char end)
{
	const char *found = memchr(rest->at, end, rest->len);
	struct text first = *rest;

	if (found == NULL) {
		*rest = (struct text){ rest->at + rest->len, 0 };
		return first;
	}
	first.len = (size_t)(found - rest->at);
	rest->at = found + 1;
	rest->len -= first.len + 1;
	return first;
}

/* users.email=omit */
static void withhold(struct withheld *out, struct text rest)
{
	struct text of = take_up_to(&rest, '.');
	struct text name = take_up_to(&rest, '=');
	const struct entity *entity = entity_find(of);
	int field = entity != NULL ? find_field(entity, name) : -1;

	if (field < 0)
		return;
	if (text_is(rest, "omit"))
		out->omitted[entity->number] |= (uint64_t)1 << field;
	else if (text_is(rest, "pseudonymise"))
		out->replaced[entity->number] |= (uint64_t)1 << field;
}

void withheld_read(struct withheld *out, const char *fields)
{
	struct text rest = { fields, strlen(fields) };

	*out = (struct withheld){ 0 };
	while (rest.len > 0)
		withhold(out, take_up_to(&rest, ' '));
}

/* --- asking --------------------------------------------------------------- */

static bool has(uint64_t bits, const struct entity *entity,
    const struct field *field)
{
	for (int i = 0; entity->fields[i].meaning != NULL; i++)
		if (entity->fields[i].column != NULL &&
		    strcmp(entity->fields[i].column, field->column) == 0 &&
		    (bits >> i & 1) != 0)
			return true;
	return false;
}

bool withheld_omits(const struct withheld *withheld,
    const struct entity *entity, const struct field *field)
{
	return withheld != NULL &&
	       has(withheld->omitted[entity->number], entity, field);
}

bool withheld_replaces(const struct withheld *withheld,
    const struct entity *entity, const struct field *field)
{
	return withheld != NULL &&
	       has(withheld->replaced[entity->number], entity, field);
}

const struct entity *entity_numbered(int64_t number)
{
	for (const struct entity *const *e = entities; *e != NULL; e++)
		if ((*e)->number == number)
			return *e;
	return NULL;
}

const struct entity *entity_named_after(const struct entity *entity)
{
	for (const struct rule *r = rules; r->entity != NULL; r++)
		for (const struct reference *ref = r->refs;
		     r->entity == entity && ref != NULL && ref->column != NULL;
		     ref++)
			if (strcmp(ref->column, "sourced_id") == 0)
				return ref->of;
	return entity;
}

/* A record's own id is its first field. */
bool withheld_renames(const struct withheld *withheld,
    const struct entity *entity)
{
	return withheld != NULL &&
	       (withheld->replaced[entity_named_after(entity)->number] & 1) !=
		   0;
}

bool withheld_names(const struct withheld *withheld,
    const struct entity *entity)
{
	return withheld != NULL && (withheld->replaced[entity->number] != 0 ||
				       withheld_renames(withheld, entity));
}

static bool is_other(const struct withheld *a, const struct withheld *b,
    const struct entity *entity)
{
	return a->omitted[entity->number] != b->omitted[entity->number] ||
	       a->replaced[entity->number] != b->replaced[entity->number];
}

/* A record is made of others, too. */
bool withheld_differs(const struct withheld *a, const struct withheld *b,
    const struct entity *entity)
{
	bool other = is_other(a, b, entity);

	for (const struct derived *d = derived; d->parent != NULL; d++)
		other |= d->parent == entity && is_other(a, b, d->child);
	return other;
}
