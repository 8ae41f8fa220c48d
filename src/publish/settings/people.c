/* What settings of a district say of its people: which records are the same
 * person, and whose word counts for which field. */
#include "settings.h"
#include "../tree/tree.h"

#include <string.h>

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0 &&
	       text[strlen(with)] != '\0';
}

/* Of users; NULL: they have none that a file gives by this name. */
static const struct field *find_field(const char *name)
{
	const struct field *f = field_find(&entity_users,
	    (struct text){ name, strlen(name) }, BOTH);

	return f != NULL && f->column != NULL && !(f->need & DERIVED) &&
		       f->kind != MODIFIED && strcmp(name, "status") != 0
		   ? f
		   : NULL;
}

/* --- match ---------------------------------------------------------------- */

static bool check_compared(const char *file, const struct node *node,
    struct err *err)
{
	const struct field *f;

	if (node->shape != SCALAR)
		return fail(err, FAULT_INVALID,
		    "%s:%d: what a rule compares must be the name of a field",
		    file, node->line);
	f = find_field(node->text);
	return strcmp(node->text, "birthDate") == 0 ||
	       begins(node->text, "metadata.") ||
	       begins(node->text, "userIds.") ||
	       (f != NULL && (f->kind == TEXT || f->kind == ID)) ||
	       fail(err, FAULT_INVALID,
		   "%s:%d: people can't be matched by '%s'; by texts of "
		   "users, birthDate, metadata.NAME or userIds.TYPE",
		   file, node->line, node->text);
}

static bool check_all_compared(const char *file, const struct node *list,
    struct err *err)
{
	if (list->shape != LIST)
		return check_compared(file, list, err);
	for (const struct node *n = list->first; n != NULL; n = n->next)
		if (!check_compared(file, n, err))
			return false;
	return list->first != NULL ||
	       fail(err, FAULT_INVALID, "%s:%d: a rule compares something",
		   file, list->line);
}

static int count(const struct node *list)
{
	int n = 0;

	if (list->shape != LIST)
		return 1;
	for (const struct node *i = list->first; i != NULL; i = i->next)
		n++;
	return n;
}

/* A list of fields; or for each source a field, or as many as the others. */
static bool check_on(const char *file, const struct node *on, struct err *err)
{
	if (on->shape != MAP)
		return check_all_compared(file, on, err);
	for (const struct node *k = on->first; k != NULL; k = k->next)
		if (!check_all_compared(file, k->value, err))
			return false;
		else if (count(k->value) != count(on->first->value))
			return fail(err, FAULT_INVALID,
			    "%s:%d: a rule compares as many fields of each "
			    "source",
			    file, k->line);
	return on->first != NULL ||
	       fail(err, FAULT_INVALID, "%s:%d: a rule compares something",
		   file, on->line);
}

static bool is_switch(const struct node *n)
{
	return n->shape == SCALAR && n->plain &&
	       (strcmp(n->text, "true") == 0 || strcmp(n->text, "false") == 0);
}

bool settings_check_rule(const char *file, const struct node *rule,
    struct err *err)
{
	if (rule->shape != MAP || node_get(rule, "on") == NULL)
		return fail(err, FAULT_INVALID,
		    "%s:%d: a rule of match is a mapping with `on`", file,
		    rule->line);
	for (const struct node *k = rule->first; k != NULL; k = k->next) {
		bool name = strcmp(k->text, "name") == 0;

		if (strcmp(k->text, "on") == 0 ||
		    (name && k->value->shape == SCALAR &&
			k->value->length > 0 && k->value->length <= 200))
			continue;
		if (strcmp(k->text, "review") != 0 &&
		    strcmp(k->text, "withinSource") != 0)
			return fail(err, FAULT_INVALID,
			    "%s:%d: a rule of match has no '%s'%s", file,
			    k->line, k->text, name ? " like this" : "");
		if (!is_switch(k->value))
			return fail(err, FAULT_INVALID,
			    "%s:%d: %s must be true or false", file, k->line,
			    k->text);
	}
	return check_on(file, node_get(rule, "on"), err);
}

/* --- fields --------------------------------------------------------------- */

bool settings_check_orders(const char *file, const struct node *fields,
    struct err *err)
{
	for (const struct node *k = fields->first; k != NULL; k = k->next) {
		const struct field *f = find_field(k->text);

		if (!begins(k->text, "metadata.") &&
		    (f == NULL || f->kind == ID || f->kind == METADATA))
			return fail(err, FAULT_INVALID,
			    "%s:%d: users have no field '%s' whose sources "
			    "could be ordered",
			    file, k->line, k->text);
		if (k->value->shape != LIST || k->value->first == NULL)
			return fail(err, FAULT_INVALID,
			    "%s:%d: %s must be a list of sources", file,
			    k->line, k->text);
		for (const struct node *n = k->value->first; n != NULL;
		     n = n->next)
			if (n->shape != SCALAR || n->length == 0)
				return fail(err, FAULT_INVALID,
				    "%s:%d: %s must be a list of sources", file,
				    n->line, k->text);
	}
	return true;
}
