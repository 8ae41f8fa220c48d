/* A person as rules see them: one of their roles, one of their classes at a
 * time. */
#include "rules.h"

#include <string.h>

static const struct text nothing = { "", 0 };

/* Fields of the columns of a scope; NULL: they have no value. */
static void look_at(struct view *view, enum rules_scope scope,
    const struct text *fields)
{
	const struct rulebook *book = view->book;

	for (int i = 0; i < book->column_count; i++) {
		const struct rules_column *column = &book->columns[i];

		if (column->scope != scope)
			continue;
		view->fields[i] = fields != NULL && fields[column->slot].len > 0
				      ? fields[column->slot]
				      : nothing;
	}
}

void view_open(struct view *view, const struct rulebook *book,
    struct arena *arena, const struct desire *desire)
{
	char now[CLOCK_TEXT];

	view->book = book;
	view->arena = arena;
	view->person = desire->person;
	view->fields = arena_alloc(arena,
	    (size_t)(book->column_count + 1) * sizeof(*view->fields));
	view->row = (struct mapping_row){ arena, view->fields, book->identity };
	clock_format(now, desire->moment->local);
	memcpy(view->today, now, 10);
	view->today[10] = '\0';
	look_at(view, SCOPE_PERSON, desire->person->fields);
	look_at(view, SCOPE_ROLE, NULL);
	look_at(view, SCOPE_CLASS, NULL);
	look_at(view, SCOPE_ACCOUNT, NULL);
}

void view_role(struct view *view, int role)
{
	look_at(view, SCOPE_ROLE,
	    role < view->person->role_count ? view->person->roles[role] : NULL);
}

void view_class(struct view *view, int number)
{
	look_at(view, SCOPE_CLASS,
	    number >= 0 && number < view->person->class_count
		? view->person->classes[number]
		: NULL);
}

void view_set(struct view *view, int column, struct text value)
{
	view->fields[column] = value.len > 0 ? value : nothing;
}

bool view_holds(const struct view *view, const struct condition *condition)
{
	return condition == NULL || mapping_holds(condition, &view->row);
}

bool view_now(const struct view *view, int begin, int end)
{
	const struct text from = view->fields[begin], to = view->fields[end];

	return (from.len != 10 || memcmp(from.at, view->today, 10) <= 0) &&
	       (to.len != 10 || memcmp(to.at, view->today, 10) > 0);
}

/* --- templates ------------------------------------------------------------ */

static bool refuse(struct view *view, const struct expression *expression,
    const struct mapping_fault *fault)
{
	const char *column = fault->column >= 0
				 ? view->book->columns[fault->column].name
				 : "a value";

	view->out->why =
	    (struct why){ view->rule != NULL ? view->rule->name : "match",
		    expression->key, expression->said };
	view->out->problem = arena_printf(view->arena, "%s, '%.*s', %s", column,
	    fault->value.len < 80 ? (int)fault->value.len : 80,
	    fault->value.at != NULL ? fault->value.at : "", fault->message);
	return false;
}

bool view_value(struct view *view, const struct expression *expression,
    struct text *value)
{
	struct mapping_fault fault = { 0 };

	return mapping_value(&expression->field, &view->row, value, &fault) ||
	       refuse(view, expression, &fault);
}

bool view_values(struct view *view, const struct expressions *expressions,
    const struct text **values, int *count)
{
	struct text *all = arena_alloc(view->arena,
	    (size_t)(expressions->count + 1) * sizeof(*all));

	*count = 0;
	*values = all;
	for (int i = 0; i < expressions->count; i++) {
		if (!view_value(view, &expressions->at[i], &all[*count]))
			return false;
		*count += all[*count].len > 0;
	}
	return true;
}
