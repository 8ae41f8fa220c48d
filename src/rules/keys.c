/* What settings may say of rules and directories: a table each. */
#include "rules.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#define LIST_MAX 200

typedef bool take(struct compiling_rule *c, const json_t *said, void *to,
    struct err *err);

struct known_key {
	const char *path;
	take *take;
	size_t offset;            /* where it goes */
	int64_t low, high;        /* of a number */
	const char *const *words; /* of which it is one */
};

static const char *dump(struct arena *arena, const json_t *said)
{
	char *json = json_dumps(said, JSON_ENCODE_ANY | JSON_COMPACT);
	const char *copy = arena_text(arena, json != NULL ? json : "null");

	memory_free(json);
	return copy;
}

/* --- single values -------------------------------------------------------- */

static bool take_number(struct compiling_rule *c, const json_t *said, void *to,
    struct err *err)
{
	const char *text = json_string_value(said);

	return (text != NULL &&
		   text_integer((struct text){ text, strlen(text) },
		       c->key->low, c->key->high, to)) ||
	       fail(err, FAULT_INVALID, "it needs a number from %lld to %lld",
		   (long long)c->key->low, (long long)c->key->high);
}

static bool take_truth(struct compiling_rule *c, const json_t *said, void *to,
    struct err *err)
{
	const bool is = json_is_true(said);

	(void)c;
	memcpy(to, &is, sizeof(is));
	return json_is_boolean(said) ||
	       fail(err, FAULT_INVALID, "it is true or false");
}

static bool take_text(struct compiling_rule *c, const json_t *said, void *to,
    struct err *err)
{
	const char *text = json_string_value(said);

	if (text == NULL || *text == '\0')
		return fail(err, FAULT_INVALID, "it needs a text");
	text = arena_text(c->book->arena, text);
	memcpy(to, &text, sizeof(text));
	return true;
}

static bool find_word(const json_t *said, const char *const *words,
    unsigned *which, struct err *err)
{
	const char *text = json_string_value(said);

	for (*which = 0; words[*which] != NULL; ++*which)
		if (text != NULL && strcmp(words[*which], text) == 0)
			return true;
	return fail(err, FAULT_INVALID, "there is no '%.40s' here",
	    text != NULL ? text : "");
}

/* Its number among the words is that of an enum. */
static bool take_word(struct compiling_rule *c, const json_t *said, void *to,
    struct err *err)
{
	unsigned which;

	if (!find_word(said, c->key->words, &which, err))
		return false;
	memcpy(to, &which, sizeof(which));
	return true;
}

/* A time of the day, as ms after midnight. */
static bool take_time(struct compiling_rule *c, const json_t *said, void *to,
    struct err *err)
{
	const char *text = json_string_value(said);
	int64_t hour, minute;

	(void)c;
	if (text == NULL || strlen(text) != 5 || text[2] != ':' ||
	    !text_integer((struct text){ text, 2 }, 0, 24, &hour) ||
	    !text_integer((struct text){ text + 3, 2 }, 0, 59, &minute) ||
	    hour * 60 + minute > INT64_C(24) * 60)
		return fail(err, FAULT_INVALID,
		    "it needs a time of the day, such as 18:00");
	hour = (hour * 60 + minute) * 60000;
	memcpy(to, &hour, sizeof(hour));
	return true;
}

static bool take_condition(struct compiling_rule *c, const json_t *said,
    void *to, struct err *err)
{
	return mapping_set_condition(c->book->set, dump(c->book->arena, said),
	    to, err);
}

static bool take_texts(struct compiling_rule *c, const json_t *said, void *to,
    struct err *err)
{
	size_t count = json_array_size(said);
	const char **texts =
	    arena_alloc(c->book->arena, (count + 1) * sizeof(*texts));
	struct names_list *list = to;

	for (size_t i = 0; i < count; i++)
		if (!take_text(c, json_array_get(said, i), &texts[i], err))
			return false;
	*list = (struct names_list){ texts, (int)count };
	return json_is_array(said) ||
	       fail(err, FAULT_INVALID, "it needs a list");
}

/* --- templates ------------------------------------------------------------ */

static bool compile_one(struct compiling_rule *c, const json_t *said,
    struct expression *out, struct err *err)
{
	out->said = dump(c->book->arena, said);
	out->key = c->key->path;
	return mapping_set_rule(c->book->set, out->said, &out->field.rule, err);
}

static bool take_expression(struct compiling_rule *c, const json_t *said,
    void *to, struct err *err)
{
	struct expression *one = arena_alloc(c->book->arena, sizeof(*one));
	const struct expression **slot = to;

	*slot = one;
	return compile_one(c, said, one, err);
}

/* A part is a template, or a text that stands for itself. */
static bool compile_part(struct compiling_rule *c, const json_t *said,
    struct expression *out, struct err *err)
{
	json_t *constant;
	bool done;

	if (!json_is_string(said))
		return compile_one(c, said, out, err);
	constant = json_pack("{s:O}", "constant", said);
	done = compile_one(c, constant, out, err);
	json_decref(constant);
	return done;
}

static bool take_parts(struct compiling_rule *c, const json_t *said, void *to,
    struct err *err)
{
	size_t count = json_array_size(said);
	struct expression *all =
	    arena_alloc(c->book->arena, (count + 1) * sizeof(*all));
	struct expressions *out = to;

	if (count == 0 || count > LIST_MAX)
		return fail(err, FAULT_INVALID,
		    "it needs a list of texts and templates");
	for (size_t i = 0; i < count; i++)
		if (!compile_part(c, json_array_get(said, i), &all[i], err))
			return false;
	*out = (struct expressions){ all, (int)count };
	return true;
}

/* Each is a template: a text would be the same login for everybody. */
static bool take_candidates(struct compiling_rule *c, const json_t *said,
    void *to, struct err *err)
{
	for (size_t i = 0; i < json_array_size(said); i++)
		if (json_is_string(json_array_get(said, i)))
			return fail(err, FAULT_INVALID,
			    "each candidate is a template, such as [ { copy: "
			    "username }, lower ]");
	return take_parts(c, said, to, err);
}

/* --- attributes ----------------------------------------------------------- */

static bool compile_attribute(struct compiling_rule *c, const json_t *said,
    struct attribute_rule *out, struct err *err)
{
	const json_t *values = json_object_get(said, "values");
	struct expression *one;

	out->said = dump(c->book->arena, said);
	if (values != NULL && json_object_size(said) == 1)
		return take_parts(c, values, &out->values, err);
	one = arena_alloc(c->book->arena, sizeof(*one));
	out->values = (struct expressions){ one, 1 };
	return compile_one(c, said, one, err);
}

static bool take_some_attributes(struct compiling_rule *c, const json_t *said,
    struct attribute_rules *rules, bool initial, struct err *err)
{
	size_t count = (size_t)rules->count + json_object_size(said);
	struct attribute_rule *all =
	    arena_alloc(c->book->arena, (count + 1) * sizeof(*all));
	const char *name;
	json_t *value;

	if (!json_is_object(said) || json_object_size(said) > LIST_MAX)
		return fail(err, FAULT_INVALID,
		    "it needs names of attributes and their templates");
	if (rules->count > 0)
		memcpy(all, rules->at, (size_t)rules->count * sizeof(*all));
	json_object_foreach(not_const(said), name, value)
	{
		struct attribute_rule *a = &all[rules->count++];

		a->name = arena_text(c->book->arena, name);
		a->key =
		    arena_printf(c->book->arena, "%s.%s", c->key->path, name);
		a->initial = initial;
		if (!compile_attribute(c, value, a, err)) {
			err_add(err, "%.60s", name);
			return false;
		}
	}
	rules->at = all;
	return true;
}

static bool take_attributes(struct compiling_rule *c, const json_t *said,
    void *to, struct err *err)
{
	return take_some_attributes(c, said, to, false, err);
}

static bool take_initial(struct compiling_rule *c, const json_t *said, void *to,
    struct err *err)
{
	return take_some_attributes(c, said, to, true, err);
}

/* --- groups --------------------------------------------------------------- */

/* clang-format off */
static const char *const modes[] = { "add", "exact", NULL };
static const char *const eaches[] = { "person", "role", "class", NULL };

static take take_part;

static const struct known_key group_keys[] = {
	{ "name",  take_part,      offsetof(struct group_rule, name),  0, 0, NULL },
	{ "place", take_parts,     offsetof(struct group_rule, place), 0, 0, NULL },
	{ "when",  take_condition, offsetof(struct group_rule, when),  0, 0, NULL },
	{ "mode",  take_word,      offsetof(struct group_rule, mode),  0, 0, modes },
	{ "each",  take_word,      offsetof(struct group_rule, each),  0, 0, eaches },
	{ 0 },
};
/* clang-format on */

static bool take_part(struct compiling_rule *c, const json_t *said, void *to,
    struct err *err)
{
	return compile_part(c, said, to, err);
}

static const struct known_key *find_key(const struct known_key *keys,
    const char *path)
{
	while (keys->path != NULL && strcmp(keys->path, path) != 0)
		keys++;
	return keys->path != NULL ? keys : NULL;
}

static bool compile_group(struct compiling_rule *c, const json_t *said,
    struct group_rule *group, struct err *err)
{
	const char *path;
	json_t *value;

	json_object_foreach(not_const(said), path, value)
	{
		c->key = find_key(group_keys, path);
		if (c->key == NULL)
			return fail(err, FAULT_INVALID,
			    "a group has no '%.40s'", path);
		if (c->key->take(c, value, (char *)group + c->key->offset, err))
			continue;
		err_add(err, "%s", path);
		return false;
	}
	return group->name.field.rule != NULL ||
	       fail(err, FAULT_INVALID, "a group needs a `name`");
}

static bool take_groups(struct compiling_rule *c, const json_t *said, void *to,
    struct err *err)
{
	size_t count = json_array_size(said);
	struct group_rule *all =
	    arena_alloc(c->book->arena, (count + 1) * sizeof(*all));
	struct group_rules *out = to;

	if (count == 0 || count > LIST_MAX)
		return fail(err, FAULT_INVALID, "it needs a list of groups");
	for (size_t i = 0; i < count; i++) {
		all[i].key = arena_printf(c->book->arena, "groups[%zu]", i + 1);
		if (!compile_group(c, json_array_get(said, i), &all[i], err)) {
			err_add(err, "number %zu", i + 1);
			return false;
		}
	}
	*out = (struct group_rules){ all, (int)count };
	return true;
}

/* --- adoption ------------------------------------------------------------- */

static bool compile_match(struct compiling_rule *c, const json_t *said,
    struct match_rule *out, struct err *err)
{
	const json_t *value = json_object_get(said, "value");

	if (json_object_size(said) != 2 || value == NULL ||
	    !take_text(c, json_object_get(said, "attribute"), &out->attribute,
		err))
		return fail(err, FAULT_INVALID,
		    "each has an `attribute` of the directory and a `value`, "
		    "a template");
	return compile_one(c, value, &out->value, err);
}

static bool take_matches(struct compiling_rule *c, const json_t *said, void *to,
    struct err *err)
{
	size_t count = json_array_size(said);
	struct match_rule *all =
	    arena_alloc(c->book->arena, (count + 1) * sizeof(*all));
	struct match_rules *out = to;

	if (count == 0 || count > LIST_MAX)
		return fail(err, FAULT_INVALID, "it needs a list");
	for (size_t i = 0; i < count; i++)
		if (!compile_match(c, json_array_get(said, i), &all[i], err))
			return false;
	*out = (struct match_rules){ all, (int)count };
	return true;
}

/* --- the tables ----------------------------------------------------------- */

/* clang-format off */
static const char *const password_types[] = { "random", "words", "pattern", NULL };
static const char *const renames[] = { "keep", "alias", "ask", NULL };

#define OF_RULE(member) offsetof(struct account_rule, member)
#define OF_BOOK(member) offsetof(struct rulebook, member)

static const struct known_key rule_keys[] = {
/*	  path                     take              where                        least most     one of */
	{ "when",                  take_condition,   OF_RULE(when),               0, 0,       NULL },
	{ "order",                 take_number,      OF_RULE(order),              0, 1000000, NULL },
	{ "login.candidates",      take_candidates,  OF_RULE(candidates),         0, 0,       NULL },
	{ "login.counterFrom",     take_number,      OF_RULE(counter_from),       0, 1000000, NULL },
	{ "login.counterWidth",    take_number,      OF_RULE(counter_width),      1, 9,       NULL },
	{ "login.longest",         take_number,      OF_RULE(longest),            3, 256,     NULL },
	{ "label",                 take_expression,  OF_RULE(label),              0, 0,       NULL },
	{ "place",                 take_parts,       OF_RULE(place),              0, 0,       NULL },
	{ "enabled",               take_condition,   OF_RULE(enabled),            0, 0,       NULL },
	{ "expires",               take_expression,  OF_RULE(expires),            0, 0,       NULL },
	{ "attributes",            take_attributes,  OF_RULE(attributes),         0, 0,       NULL },
	{ "initial",               take_initial,     OF_RULE(attributes),         0, 0,       NULL },
	{ "groups",                take_groups,      OF_RULE(groups),             0, 0,       NULL },
	{ "life.first",            take_expression,  OF_RULE(life.first),         0, 0,       NULL },
	{ "life.last",             take_expression,  OF_RULE(life.last),          0, 0,       NULL },
	{ "life.createDaysBefore", take_number,      OF_RULE(life.create_days),   0, 3650,    NULL },
	{ "life.tellDaysBefore",   take_number,      OF_RULE(life.tell_days),     0, 3650,    NULL },
	{ "life.disableAt",        take_time,        OF_RULE(life.disable_at),    0, 0,       NULL },
	{ "life.summer",           take_condition,   OF_RULE(life.summer),        0, 0,       NULL },
	{ "life.onLeave",          take_condition,   OF_RULE(life.leave),         0, 0,       NULL },
	{ "life.leaversPlace",     take_parts,       OF_RULE(life.place),         0, 0,       NULL },
	{ "life.stripGroups",      take_truth,       OF_RULE(life.strip_groups),  0, 0,       NULL },
	{ "life.hide",             take_truth,       OF_RULE(life.hide),          0, 0,       NULL },
	{ "life.deleteAfterDays",  take_number,      OF_RULE(life.delete_days),   1, 36500,   NULL },
	{ "life.disableUnwantedAfterDays", take_number, OF_RULE(life.unwanted.disable_days), 0, 3650, NULL },
	{ "life.deleteUnwantedAfterDays", take_number, OF_RULE(life.unwanted.delete_days), 0, 36500, NULL },
	{ "password.type",         take_word,        OF_RULE(password.kind),      0, 0,       password_types },
	{ "password.length",       take_number,      OF_RULE(password.length),    8, 127,     NULL },
	{ "password.words",        take_number,      OF_RULE(password.words),     1, 8,       NULL },
	{ "password.file",         take_text,        OF_RULE(password.file),      0, 0,       NULL },
	{ "password.pattern",      take_expression,  OF_RULE(pattern),            0, 0,       NULL },
	{ "password.change",       take_truth,       OF_RULE(password.change),    0, 0,       NULL },
	{ 0 },
};

static const struct known_key directory_keys[] = {
	{ "type",                  take_text,        OF_BOOK(type),               0, 0,       NULL },
	{ "timeZone",              take_text,        OF_BOOK(zone),               0, 0,       NULL },
	{ "names.rename",          take_word,        OF_BOOK(names.rename),       0, 0,       renames },
	{ "names.across",          take_texts,       OF_BOOK(names.across),       0, 0,       NULL },
	{ "names.forever",         take_truth,       OF_BOOK(names.forever),      0, 0,       NULL },
	{ "match",                 take_matches,     OF_BOOK(matches),            0, 0,       NULL },
	{ "unwanted.disableAfterDays", take_number,  OF_BOOK(unwanted.disable_days), 0, 3650, NULL },
	{ "unwanted.deleteAfterDays", take_number,   OF_BOOK(unwanted.delete_days), 0, 36500, NULL },
	{ "protect.accounts",      take_texts,       OF_BOOK(guards[GUARD_ACCOUNT]), 0, 0,    NULL },
	{ "protect.groups",        take_texts,       OF_BOOK(guards[GUARD_GROUP]), 0, 0,      NULL },
	{ "protect.places",        take_texts,       OF_BOOK(guards[GUARD_PLACE]), 0, 0,      NULL },
	{ "protect.defaults",      take_truth,       OF_BOOK(default_guards),     0, 0,       NULL },
	{ 0 },
};
/* clang-format on */

static const json_t *find_value(const json_t *said, const char *path)
{
	const char *dot = strchr(path, '.');
	char section[40];

	if (dot == NULL)
		return json_object_get(said, path);
	snprintf(section, sizeof(section), "%.*s", (int)(dot - path), path);
	return json_object_get(json_object_get(said, section), dot + 1);
}

/* Keys that are not in the table are others': `homeroom apply` knows all. */
static bool take_keys(struct compiling_rule *c, const struct known_key *keys,
    const json_t *said, void *to, struct err *err)
{
	for (const struct known_key *k = keys; k->path != NULL; k++) {
		const json_t *value = find_value(said, k->path);

		c->key = k;
		if (value == NULL ||
		    k->take(c, value, (char *)to + k->offset, err))
			continue;
		err_add(err, "%s", k->path);
		return false;
	}
	return true;
}

static bool take_document(struct compiling_rule *c,
    const struct known_key *keys, const char *json, void *to, struct err *err)
{
	json_t *said = json_loads(json, 0, NULL);
	bool done = take_keys(c, keys, said, to, err);

	json_decref(said);
	return done;
}

bool keys_of_rule(struct rulebook *book, const char *json,
    struct account_rule *rule, struct err *err)
{
	struct compiling_rule c = { .book = book };

	return take_document(&c, rule_keys, json, rule, err);
}

bool keys_of_directory(struct rulebook *book, const char *json, struct err *err)
{
	struct compiling_rule c = { .book = book };

	return take_document(&c, directory_keys, json, book, err);
}

static bool check_key(struct compiling_rule *c, const struct known_key *keys,
    const char *path, const char *json, void *to, struct err *err)
{
	json_t *said;
	bool done;

	c->key = find_key(keys, path);
	if (c->key == NULL)
		return true;
	said = json_loads(json, JSON_DECODE_ANY, NULL);
	done = c->key->take(c, said, (char *)to + c->key->offset, err);
	json_decref(said);
	return done;
}

bool keys_check(struct rulebook *book, const char *key, const char *json,
    struct err *err)
{
	struct account_rule rule = { 0 };
	struct compiling_rule c = { .book = book };

	return check_key(&c, rule_keys, key, json, &rule, err) &&
	       check_key(&c, directory_keys, key, json, book, err);
}
