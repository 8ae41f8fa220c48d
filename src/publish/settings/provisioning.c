/* Directories and rules for their accounts, checked and made so. */
#include "settings.h"
#include "homeroom/directory.h"
#include "homeroom/rules.h"
#include "../tree/tree.h"

#include <string.h>

/* --- parts of rules ------------------------------------------------------- */

/* What surrounds one part: "[…]", so that it can be checked alone. */
struct part {
	const char *file, *path;
	const char *before, *after;
};

static bool check_one(const struct part *part, int line,
    const struct node *node, struct err *err)
{
	struct buf json = { 0 };
	bool good;

	buf_puts(&json, part->before);
	node_json(&json, node);
	buf_puts(&json, part->after);
	good = rules_check(part->path, buf_text(&json), err);
	if (!good)
		err_add(err, "%s:%d: %s", part->file, line, part->path);
	buf_free(&json);
	return good;
}

bool settings_check_whole(const char *file, const char *path,
    const struct node *node, struct err *err)
{
	const struct part part = { file, path, "", "" };

	return check_one(&part, node->line, node, err);
}

/* Each of a list by itself: what is wrong has its own line. */
bool settings_check_each(const char *file, const char *path,
    const struct node *node, struct err *err)
{
	const struct part part = { file, path, "[", "]" };

	if (node->shape != LIST || node->first == NULL)
		return fail(err, FAULT_INVALID, "%s:%d: %s must be a list",
		    file, node->line, path);
	for (const struct node *n = node->first; n != NULL; n = n->next)
		if (!check_one(&part, n->line, n, err))
			return false;
	return true;
}

/* Each of a mapping by itself. */
bool settings_check_named(const char *file, const char *path,
    const struct node *node, struct err *err)
{
	if (node->shape != MAP)
		return fail(err, FAULT_INVALID, "%s:%d: %s must be a mapping",
		    file, node->line, path);
	for (const struct node *k = node->first; k != NULL; k = k->next) {
		const struct node one = { .shape = MAP,
			.line = k->line,
			.first = &(struct node){ .text = k->text,
			    .length = k->length,
			    .value = k->value } };
		const struct part part = { file, path, "", "" };

		if (!check_one(&part, k->line, &one, err))
			return false;
	}
	return true;
}

/* --- thresholds ----------------------------------------------------------- */

static bool check_threshold(const char *file, const struct node *key,
    struct err *err)
{
	static const char *const known[] = { "most", "percent", "mostOfSchool",
		"percentOfSchool" };
	const struct node *value = key->value;
	int64_t number;

	for (size_t i = 0; i < array_length(known); i++)
		if (strcmp(known[i], key->text) == 0)
			return (value->shape == SCALAR &&
				   text_integer((struct text){ value->text,
						    value->length },
				       0, 1000000000, &number)) ||
			       fail(err, FAULT_INVALID,
				   "%s:%d: thresholds need numbers", file,
				   key->line);
	return fail(err, FAULT_INVALID,
	    "%s:%d: a threshold has most, percent, mostOfSchool and "
	    "percentOfSchool, not '%.40s'",
	    file, key->line, key->text);
}

bool settings_check_thresholds(const char *file, const struct node *node,
    struct err *err)
{
	static const char known[] =
	    " create adopt restore update rename move enable disable join "
	    "leave delete make-place make-group ";

	for (const struct node *k = node->first; k != NULL; k = k->next) {
		const char *at = strstr(known, k->text);

		if (at == NULL || *k->text == '\0' || at[-1] != ' ' ||
		    at[strlen(k->text)] != ' ' || k->value->shape != MAP)
			return fail(err, FAULT_INVALID,
			    "%s:%d: thresholds are a mapping for each of:%s",
			    file, k->line, known);
		for (const struct node *n = k->value->first; n != NULL;
		     n = n->next)
			if (!check_threshold(file, n, err))
				return false;
	}
	return true;
}

/* --- connections ---------------------------------------------------------- */

/* A secret that stands in a file is one, whatever it is. */
static struct param meant(const struct directory_type *type,
    struct arena *arena, const char *key, const char *value)
{
	for (const struct directory_setting *s = type->settings;
	     s->name != NULL; s++)
		if (s->secret &&
		    strcmp(key, arena_printf(arena, "%sFile", s->name)) == 0)
			return (struct param){ s->name, "in a file" };
	return (struct param){ key, value };
}

static int count_values(const struct node *map)
{
	int count = 0;

	for (const struct node *k = map->first; k != NULL; k = k->next) {
		count++;
		for (const struct node *n = k->value->first; n != NULL;
		     n = n->next)
			count++;
	}
	return count;
}

/* As the directory itself would say at the first sync; nobody is asked yet.
 * Without a connection, rules can be tried. */
static bool check_connection(const struct applying *a, struct err *err)
{
	const struct node *map = node_get(a->document->map, "connection");
	const char *name = node_get(a->document->map, "type")->text;
	struct directory_open open = { .type = directory_type(name) };
	struct param *given;

	if (map == NULL || open.type == NULL)
		return true;
	given = arena_alloc(a->arena,
	    ((size_t)count_values(map) + 1) * sizeof(*given));
	open.settings = given;
	for (const struct node *k = map->first; k != NULL; k = k->next) {
		if (k->value->shape == SCALAR)
			given[open.setting_count++] =
			    meant(open.type, a->arena, k->text, k->value->text);
		for (const struct node *n = k->value->first; n != NULL;
		     n = n->next)
			given[open.setting_count++] =
			    (struct param){ k->text, n->text };
	}
	if (directory_check(&open, err))
		return true;
	err_add(err, "directory %s: connection", a->document->name);
	return false;
}

/* --- made so -------------------------------------------------------------- */

bool directory_apply(struct applying *a, struct err *err)
{
	struct values values = { 0 };

	if (!check_connection(a, err) || !secrets_apply(a, err))
		return false;
	values_add(&values, arena_number(a->arena, a->district));
	values_add(&values, a->document->name);
	values_add(&values, node_get(a->document->map, "type")->text);
	values_add(&values, applying_json(a));
	return db_ask(a->db, a->arena, STATEMENT_directory_write, &values, NULL,
		   err) &&
	       applying_schedule(a, "sync", a->document->map, err);
}

/* What single keys can't say: it is a rule of an account, or adds to others. */
static bool check_rule(const struct applying *a, struct err *err)
{
	const char *const rule = applying_json(a);
	const struct rulebook_texts texts = { "{}", &rule, 1 };
	struct rulebook *book;

	return rulebook_compile(a->arena, &texts, &book, err);
}

static void warn_pattern(const struct applying *a)
{
	if (node_at(a->document->map, "password.pattern") != NULL)
		buf_printf(a->report,
		    "rule %s: warning: whoever knows its password.pattern and "
		    "a person knows that person's first password\n",
		    a->document->name);
}

bool rule_apply(struct applying *a, struct err *err)
{
	const struct node *directory = node_get(a->document->map, "directory");
	struct values values = { 2,
		{ arena_number(a->arena, a->district), directory->text } };
	const struct rows *rows;

	if (!check_rule(a, err) ||
	    !db_ask(a->db, a->arena, STATEMENT_directory_find, &values, &rows,
		err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_INVALID,
		    "the rule '%s' is for the directory '%s', which is not "
		    "there; apply its settings first",
		    a->document->name, directory->text);
	values.at[1] = a->document->name;
	values_add(&values, applying_json(a));
	warn_pattern(a);
	return db_ask(a->db, a->arena, STATEMENT_rule_write, &values, NULL,
	    err);
}
