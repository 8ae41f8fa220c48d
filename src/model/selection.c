/* What a client asked for: limit, offset, sort, fields, checked against the
 * entity's table. */
#include "model.h"

#include <stdint.h>
#include <string.h>

/* --- finding parameters -------------------------------------------------- */

struct params {
	const struct param *list;
	size_t count;
};

/* Of a repeated parameter the last one counts. */
static const char *value_of(const struct params *params, const char *name)
{
	for (size_t i = params->count; i > 0; i--)
		if (strcmp(params->list[i - 1].name, name) == 0)
			return params->list[i - 1].value;
	return NULL;
}

static struct text text_of(const char *value)
{
	return (struct text){ value, strlen(value) };
}

/* --- limit and offset ---------------------------------------------------- */

static bool parse_number(const struct params *params, const char *name,
    int64_t low, int64_t *number, struct err *err)
{
	const char *value = value_of(params, name);

	if (value == NULL ||
	    text_integer(text_of(value), low, INT32_MAX, number))
		return true;
	return fail(err, FAULT_BAD_REQUEST,
	    "%s must be a whole number from %d to %d", name, (int)low,
	    INT32_MAX);
}

static bool parse_page(struct selection *sel, const struct params *params,
    struct err *err)
{
	int64_t limit = LIMIT_DEFAULT;

	if (!parse_number(params, "limit", 1, &limit, err) ||
	    !parse_number(params, "offset", 0, &sel->offset, err))
		return false;
	sel->limit = (int)(limit < LIMIT_MAX ? limit : LIMIT_MAX);
	return true;
}

/* --- sort ---------------------------------------------------------------- */

static void warn(struct selection *sel, const char *code, const char *text)
{
	sel->warning = code;
	sel->warning_text = text;
}

/* class.sourcedId sorts as class does. */
static const struct field *find_sort(const struct selection *sel,
    struct text name)
{
	static const char tail[] = ".sourcedId";
	const size_t len = sizeof(tail) - 1;
	const struct field *f;

	if (name.len > len &&
	    memcmp(name.at + name.len - len, tail, len) == 0) {
		name.len -= len;
		f = field_find(sel->entity, name, sel->version);
		return f != NULL && f->kind == REF ? f : NULL;
	}
	return field_find(sel->entity, name, sel->version);
}

/* The standard's answers to an unknown field: 1.1 warns, 1.2's resources have
 * a code for it, and its other services have none. */
static bool unknown_sort(struct selection *sel, struct arena *arena,
    struct text name, struct err *err)
{
	const char *shown = name_shown(arena, name);

	if (sel->version == V11)
		warn(sel, "invalid_sort_field",
		    arena_printf(arena, "%s has no field %s to sort by",
			sel->entity->name, shown));
	else if (sel->entity->service == RESOURCES)
		return fail(err, FAULT_BAD_SORT,
		    "%s has no field %s to sort by", sel->entity->name, shown);
	return true;
}

static bool parse_sort(struct selection *sel, struct arena *arena,
    const struct params *params, struct err *err)
{
	const char *sort = value_of(params, "sort");
	const char *order = value_of(params, "orderBy");

	sel->descending = order != NULL && strcmp(order, "desc") == 0;
	if (order != NULL && !sel->descending && strcmp(order, "asc") != 0)
		return fail(err, FAULT_BAD_REQUEST,
		    "orderBy must be asc or desc");
	if (sort == NULL)
		return true;
	sel->sort = find_sort(sel, text_of(sort));
	return sel->sort != NULL ||
	       unknown_sort(sel, arena, text_of(sort), err);
}

/* --- fields -------------------------------------------------------------- */

static uint64_t bit(const struct entity *entity, const struct field *field)
{
	return (uint64_t)1 << (field - entity->fields);
}

static uint64_t all_fields(const struct selection *sel)
{
	uint64_t bits = 0;

	for_each_field (f, sel->entity->fields)
		if (f->name != NULL && (f->in & sel->version))
			bits |= bit(sel->entity, f);
	return bits;
}

static struct text trimmed(struct text t)
{
	while (t.len > 0 && t.at[t.len - 1] == ' ')
		t.len--;
	while (t.len > 0 && t.at[0] == ' ') {
		t.at++;
		t.len--;
	}
	return t;
}

static bool unknown_field(struct selection *sel, struct arena *arena,
    struct text name, struct err *err)
{
	const char *shown = name_shown(arena, name);

	if (sel->version != V11)
		return fail(err, FAULT_BAD_SELECTION, "%s has no field %s",
		    sel->entity->name, shown);
	warn(sel, "invalid_selection_field",
	    arena_printf(arena, "%s has no field %s", sel->entity->name,
		shown));
	return true;
}

static bool add_fields(struct selection *sel, struct arena *arena,
    const char *list, struct err *err)
{
	for (;;) {
		size_t len = strcspn(list, ",");
		struct text name = trimmed((struct text){ list, len });
		const struct field *f =
		    field_find(sel->entity, name, sel->version);

		if (f != NULL)
			sel->fields |= bit(sel->entity, f);
		else if (name.len > 0 && !unknown_field(sel, arena, name, err))
			return false;
		if (list[len] == '\0')
			return true;
		list += len + 1;
	}
}

/* fields=a,b and fields=a&fields=b say the same. */
static bool parse_fields(struct selection *sel, struct arena *arena,
    const struct params *params, struct err *err)
{
	const char *asked = value_of(params, "fields");

	for (size_t i = 0; i < params->count; i++) {
		if (strcmp(params->list[i].name, "fields") == 0 &&
		    !add_fields(sel, arena, params->list[i].value, err))
			return false;
	}
	if (asked == NULL || sel->warning != NULL)
		sel->fields = all_fields(sel);
	if (sel->fields == 0)
		return fail(err, FAULT_BAD_SELECTION, "fields names no field");
	return true;
}

bool selection_parse(struct selection *sel, struct arena *arena,
    const struct param *list, size_t count, bool single, struct err *err)
{
	const struct params params = { list, count };
	const char *filter = value_of(&params, "filter");

	*sel = (struct selection){
		.entity = sel->entity,
		.version = sel->version,
		.limit = 1,
	};
	if (!parse_fields(sel, arena, &params, err))
		return false;
	if (single)
		return true;
	if (!parse_page(sel, &params, err) ||
	    !parse_sort(sel, arena, &params, err))
		return false;
	return filter == NULL || filter_parse(sel, arena, filter, err);
}
