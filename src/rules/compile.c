/* Rules of a directory, compiled. */
#include "rules.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define DAY_MS INT64_C(86400000)

/* --- whole rules ---------------------------------------------------------- */

static const struct account_rule fresh_rule = {
	.order = 100,
	.counter_from = 2,
	.counter_width = 1,
	.longest = 20,
	.life = { .disable_at = DAY_MS,
	    .tell_days = 14,
	    .unwanted = { NOT_SAID, NOT_SAID } },
	.password = { .length = 14, .words = 4, .change = true },
};

static bool check_rule(const struct account_rule *rule, struct err *err)
{
	if (rule->candidates.count == 0 &&
	    (rule->label != NULL || rule->place.count > 0 ||
		rule->expires != NULL || rule->pattern != NULL))
		return fail(err, FAULT_INVALID,
		    "the rule '%s' has no `login.candidates`: it makes no "
		    "account, and can say only `attributes` and `groups`",
		    rule->name);
	if (rule->candidates.count > 0 && rule->place.count == 0)
		return fail(err, FAULT_INVALID,
		    "the rule '%s' makes accounts: it needs a `place`",
		    rule->name);
	return (rule->password.kind == PASSWORD_PATTERN) ==
		   (rule->pattern != NULL) ||
	       fail(err, FAULT_INVALID,
		   "the rule '%s': password.pattern goes with the type "
		   "pattern",
		   rule->name);
}

static const char *name_of(struct arena *arena, const char *json)
{
	json_t *said = json_loads(json, 0, NULL);
	const char *name = json_string_value(json_object_get(said, "name"));

	name = arena_text(arena, name != NULL ? name : "?");
	json_decref(said);
	return name;
}

static bool compile_rule(struct rulebook *book, const char *json,
    struct account_rule *rule, struct err *err)
{
	*rule = fresh_rule;
	rule->name = name_of(book->arena, json);
	if (keys_of_rule(book, json, rule, err))
		return check_rule(rule, err);
	err_add(err, "rule '%.60s'", rule->name);
	return false;
}

static int compare_rules(const void *a, const void *b)
{
	const struct account_rule *x = a, *y = b;

	return x->order != y->order
		   ? (x->order > y->order) - (x->order < y->order)
		   : strcmp(x->name, y->name);
}

/* --- columns -------------------------------------------------------------- */

static bool ask_columns(struct rulebook *book, struct err *err)
{
	const struct {
		const char *name;
		int *at;
	} wanted[] = {
		{ "status", &book->is.status },
		{ "enabledUser", &book->is.enabled },
		{ "role.beginDate", &book->is.role_begin },
		{ "role.endDate", &book->is.role_end },
		{ "account.login", &book->is.login },
		{ "account.label", &book->is.label },
		{ "account.first", &book->is.first },
		{ "account.last", &book->is.last },
	};

	for (size_t i = 0; i < array_length(wanted); i++)
		if (!mapping_set_column(book->set, wanted[i].name, wanted[i].at,
			err))
			return false;
	return true;
}

static bool asks_classes(struct rulebook *book)
{
	const char *const *names;
	int count;
	struct rules_column column;
	struct err err = { 0 };

	names = mapping_set_columns(book->set, &count);
	for (int i = 0; i < count; i++)
		if (column_find(book->arena, names[i], &column, &err) &&
		    column.scope == SCOPE_CLASS)
			return true;
	return false;
}

static bool resolve_columns(struct rulebook *book, struct err *err)
{
	struct rules_column *columns;
	int slots[SCOPE_ACCOUNT + 1] = { 0 };
	const char *const *names;
	int *identity;

	book->classes = asks_classes(book);
	if (book->classes &&
	    (!mapping_set_column(book->set, "enrollment.beginDate",
		 &book->is.class_begin, err) ||
		!mapping_set_column(book->set, "enrollment.endDate",
		    &book->is.class_end, err)))
		return false;
	names = mapping_set_columns(book->set, &book->column_count);
	columns = arena_alloc(book->arena,
	    (size_t)(book->column_count + 1) * sizeof(*columns));
	identity = arena_alloc(book->arena,
	    (size_t)(book->column_count + 1) * sizeof(*identity));
	for (int i = 0; i < book->column_count; i++) {
		if (!column_find(book->arena, names[i], &columns[i], err))
			return false;
		columns[i].slot = slots[columns[i].scope]++;
		identity[i] = i;
	}
	book->columns = columns;
	book->identity = identity;
	return true;
}

/* --- the door ------------------------------------------------------------- */

static struct rulebook *make_book(struct arena *arena)
{
	struct rulebook *book = arena_alloc(arena, sizeof(*book));

	book->arena = arena;
	book->set = mapping_set_new(arena);
	book->type = "";
	book->zone = "UTC";
	book->names.forever = true;
	book->unwanted = (struct unwanted_rule){ NOT_SAID, NOT_SAID };
	book->default_guards = true;
	return book;
}

bool rulebook_compile(struct arena *arena, const struct rulebook_texts *texts,
    struct rulebook **out, struct err *err)
{
	struct rulebook *book = make_book(arena);
	struct account_rule *rules =
	    arena_alloc(arena, (size_t)(texts->count + 1) * sizeof(*rules));

	*out = book;
	if (!ask_columns(book, err) ||
	    !keys_of_directory(book, texts->directory, err))
		return false;
	for (int i = 0; i < texts->count; i++)
		if (!compile_rule(book, texts->rules[i], &rules[i], err))
			return false;
	qsort(rules, (size_t)texts->count, sizeof(*rules), compare_rules);
	book->rules = rules;
	book->rule_count = texts->count;
	return resolve_columns(book, err);
}

bool rules_check(const char *key, const char *json, struct err *err)
{
	struct arena *arena = arena_new();
	struct rulebook *book = make_book(arena);
	bool done =
	    keys_check(book, key, json, err) && resolve_columns(book, err);

	arena_free(arena);
	return done;
}

const struct rules_column *rulebook_columns(const struct rulebook *book,
    int *count)
{
	*count = book->column_count;
	return book->columns;
}

const char *rulebook_zone(const struct rulebook *book)
{
	return book->zone;
}

const struct rulebook_names *rulebook_names(const struct rulebook *book)
{
	return &book->names;
}
