/* The steps that rules are made of, by their names, from JSON. */
#include "mapping.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#define PAD_MAX 64

typedef bool make_step(struct compiling *c, const json_t *said,
    struct step *step, struct err *err);

const char *compiling_text(const void *json)
{
	return json_is_true((const json_t *)json)    ? "true"
	       : json_is_false((const json_t *)json) ? "false"
						     : json_string_value(json);
}

struct text compiling_keep(struct compiling *c, const char *text)
{
	return (struct text){ arena_text(c->arena, text), strlen(text) };
}

bool compiling_only(const void *object, const char *const *known,
    struct err *err)
{
	const char *key;
	json_t *value;

	json_object_foreach(not_const(object), key, value)
	{
		const char *const *k = known;

		while (*k != NULL && strcmp(*k, key) != 0)
			k++;
		if (*k == NULL)
			return fail(err, FAULT_INVALID,
			    "there is no '%.40s' here", key);
	}
	return true;
}

/* --- what each step is told ----------------------------------------------- */

static bool make_plain(struct compiling *c, const json_t *said,
    struct step *step, struct err *err)
{
	(void)c, (void)step;
	return said == NULL ||
	       fail(err, FAULT_INVALID, "it is told nothing: write its name");
}

static bool make_copy(struct compiling *c, const json_t *said,
    struct step *step, struct err *err)
{
	return compiling_column(c, said, &step->column, err);
}

static bool make_constant(struct compiling *c, const json_t *said,
    struct step *step, struct err *err)
{
	const char *text = compiling_text(said);

	if (text == NULL)
		return fail(err, FAULT_INVALID, "it needs a text");
	step->text = compiling_keep(c, text);
	return true;
}

/* A part is a rule, or a text that stands for itself. */
/* No deeper than MAPPING_DEPTH_MAX: NOLINTBEGIN(misc-no-recursion) */
static bool make_concat(struct compiling *c, const json_t *said,
    struct step *step, struct err *err)
{
	size_t count = json_array_size(said);
	struct rule *parts =
	    arena_alloc(c->arena, (count + 1) * sizeof(*parts));

	if (count == 0 || count > MAPPING_PARTS_MAX)
		return fail(err, FAULT_INVALID, "it needs a list of 1 to %d",
		    MAPPING_PARTS_MAX);
	for (size_t i = 0; i < count; i++) {
		const json_t *part = json_array_get(said, i);
		const char *text = compiling_text(part);
		const struct rule *rule;

		if (text != NULL) {
			struct step *one = arena_alloc(c->arena, sizeof(*one));

			*one = (struct step){ .run = run_constant,
				.text = compiling_keep(c, text) };
			parts[i] = (struct rule){ one, 1 };
			continue;
		}
		if (!rule_compile(c, part, &rule, err))
			return false;
		parts[i] = *rule;
	}
	step->parts = parts;
	step->count = (int)count;
	return true;
}

static bool make_branch(struct compiling *c, const json_t *said,
    struct branch *branch, struct err *err)
{
	static const char *const known[] = { "if", "then", "otherwise", NULL };
	const json_t *when = json_object_get(said, "if");
	const json_t *then = json_object_get(said, "then");
	const json_t *otherwise = json_object_get(said, "otherwise");

	if (!compiling_only(said, known, err))
		return false;
	if ((when == NULL) != (then == NULL) ||
	    (when == NULL) == (otherwise == NULL))
		return fail(err, FAULT_INVALID,
		    "each of its cases needs `if` and `then`, or `otherwise`");
	return (when == NULL ||
		   condition_compile(c, when, &branch->when, err)) &&
	       rule_compile(c, when != NULL ? then : otherwise, &branch->then,
		   err);
}

static bool make_when(struct compiling *c, const json_t *said,
    struct step *step, struct err *err)
{
	size_t count = json_array_size(said);
	struct branch *branches =
	    arena_alloc(c->arena, (count + 1) * sizeof(*branches));

	if (count == 0)
		return fail(err, FAULT_INVALID, "it needs a list of cases");
	for (size_t i = 0; i < count; i++) {
		if (!make_branch(c, json_array_get(said, i), &branches[i], err))
			return false;
		if (branches[i].when == NULL && i + 1 < count)
			return fail(err, FAULT_INVALID,
			    "`otherwise` comes last");
	}
	step->branches = branches;
	step->count = (int)count;
	return true;
}
/* NOLINTEND(misc-no-recursion) */

int lookup_compare(const void *a, const void *b)
{
	const struct lookup_entry *x = a, *y = b;
	size_t len = x->key.len < y->key.len ? x->key.len : y->key.len;
	int differ = len > 0 ? memcmp(x->key.at, y->key.at, len) : 0;

	return differ != 0
		   ? differ
		   : (x->key.len > y->key.len) - (x->key.len < y->key.len);
}

static bool fill_table(struct compiling *c, const json_t *said,
    struct lookup *table, struct err *err)
{
	struct lookup_entry *entries = arena_alloc(c->arena,
	    (json_object_size(said) + 1) * sizeof(*entries));
	const char *key;
	json_t *value;

	json_object_foreach(not_const(said), key, value)
	{
		if (compiling_text(value) == NULL)
			return fail(err, FAULT_INVALID,
			    "'%.40s' in its table needs a text", key);
		entries[table->count++] =
		    (struct lookup_entry){ compiling_keep(c, key),
			    compiling_keep(c, compiling_text(value)) };
		table->has_empty |= *key == '\0';
	}
	qsort(entries, table->count, sizeof(*entries), lookup_compare);
	table->entries = entries;
	return table->count > 0 ||
	       fail(err, FAULT_INVALID, "it needs `table`: word: other word");
}

static bool make_lookup(struct compiling *c, const json_t *said,
    struct step *step, struct err *err)
{
	static const char *const known[] = { "table", "otherwise", NULL };
	struct lookup *table = arena_alloc(c->arena, sizeof(*table));
	const json_t *otherwise = json_object_get(said, "otherwise");

	step->lookup = table;
	if (!compiling_only(said, known, err) ||
	    !fill_table(c, json_object_get(said, "table"), table, err))
		return false;
	if (otherwise == NULL)
		return true;
	if (compiling_text(otherwise) == NULL)
		return fail(err, FAULT_INVALID, "`otherwise` needs a text");
	table->otherwise = true;
	table->fallback = compiling_keep(c, compiling_text(otherwise));
	return true;
}

/* One format, or a list of them. */
static bool make_date(struct compiling *c, const json_t *said,
    struct step *step, struct err *err)
{
	size_t count = json_is_array(said) ? json_array_size(said) : 1;
	const char **formats =
	    arena_alloc(c->arena, (count + 1) * sizeof(*formats));

	for (size_t i = 0; i < count; i++) {
		const char *format = compiling_text(
		    json_is_array(said) ? json_array_get(said, i) : said);

		if (format == NULL || !day_format_valid(format))
			return fail(err, FAULT_INVALID,
			    "it needs formats with year, month and day, such "
			    "as DD.MM.YYYY");
		formats[i] = arena_text(c->arena, format);
	}
	step->formats = formats;
	step->count = (int)count;
	return count > 0 || fail(err, FAULT_INVALID, "it needs a format");
}

static bool number_of(const json_t *object, const char *key, int64_t low,
    int64_t *out, struct err *err)
{
	const char *text = compiling_text(json_object_get(object, key));

	return text == NULL ||
	       text_integer((struct text){ text, strlen(text) }, low, 100000,
		   out) ||
	       fail(err, FAULT_INVALID, "`%s` is no such number", key);
}

static bool make_slice(struct compiling *c, const json_t *said,
    struct step *step, struct err *err)
{
	static const char *const known[] = { "from", "length", NULL };

	(void)c;
	step->from = 1;
	if (!json_is_object(said) || !compiling_only(said, known, err) ||
	    !number_of(said, "from", -100000, &step->from, err) ||
	    !number_of(said, "length", 1, &step->length, err) ||
	    step->from == 0)
		return fail(err, FAULT_INVALID,
		    "it needs `from` (the first character is 1, the last one "
		    "-1), `length`, or both");
	return true;
}

/* On the left, unless it is told otherwise; with zeros. */
static bool make_pad(struct compiling *c, const json_t *said, struct step *step,
    struct err *err)
{
	static const char *const known[] = { "width", "with", "side", NULL };
	const char *with = compiling_text(json_object_get(said, "with"));
	const char *side = compiling_text(json_object_get(said, "side"));

	step->text = compiling_keep(c, with != NULL ? with : "0");
	step->otherwise = side != NULL && strcmp(side, "right") == 0;
	if (!json_is_object(said) || !compiling_only(said, known, err) ||
	    !number_of(said, "width", 1, &step->length, err) ||
	    step->length == 0 || step->length > PAD_MAX ||
	    step->text.len == 0 ||
	    letter_length(*step->text.at) != step->text.len ||
	    (side != NULL && !step->otherwise && strcmp(side, "left") != 0))
		return fail(err, FAULT_INVALID,
		    "it needs `width`, 1 to %d, and may have `with`, one "
		    "character, and `side`, left or right",
		    PAD_MAX);
	return true;
}

static bool make_ascii(struct compiling *c, const json_t *said,
    struct step *step, struct err *err)
{
	const char *language = said != NULL ? compiling_text(said) : "";

	if (language == NULL)
		return fail(err, FAULT_INVALID,
		    "it is told nothing, or a language, such as de");
	return ascii_compile(c->arena, language, &step->ascii, err);
}

static bool make_regex(struct compiling *c, const char *pattern,
    struct step *step, struct err *err)
{
	return compiling_regex(c, pattern, &step->regex, err);
}

static bool make_match(struct compiling *c, const json_t *said,
    struct step *step, struct err *err)
{
	static const char *const known[] = { "pattern", "otherwise", NULL };
	const json_t *otherwise = json_object_get(said, "otherwise");

	if (!json_is_object(said))
		return make_regex(c, compiling_text(said), step, err);
	step->otherwise = otherwise != NULL;
	return compiling_only(said, known, err) &&
	       make_regex(c, compiling_text(json_object_get(said, "pattern")),
		   step, err) &&
	       (otherwise == NULL || make_constant(c, otherwise, step, err));
}

static bool make_replace(struct compiling *c, const json_t *said,
    struct step *step, struct err *err)
{
	static const char *const known[] = { "pattern", "with", NULL };
	const json_t *with = json_object_get(said, "with");

	return compiling_only(said, known, err) &&
	       make_regex(c, compiling_text(json_object_get(said, "pattern")),
		   step, err) &&
	       make_constant(c, with, step, err) &&
	       (regex_can_insert(step->regex, step->text.at) ||
		   fail(err, FAULT_INVALID,
		       "`with` has a group that its pattern has not; a "
		       "dollar sign is written $$"));
}

/* --- the table ------------------------------------------------------------ */

/* clang-format off */
static const struct {
	const char *name;
	make_step *make;
	step_run *run;
	bool begins; /* makes a value; the others change one */
} kinds[] = {
	{ "copy",     make_copy,     run_copy,     true },
	{ "constant", make_constant, run_constant, true },
	{ "concat",   make_concat,   run_concat,   true },
	{ "first",    make_concat,   run_first,    true },
	{ "when",     make_when,     run_when,     true },
	{ "lookup",   make_lookup,   run_lookup,   false },
	{ "date",     make_date,     run_date,     false },
	{ "trim",     make_plain,    run_trim,     false },
	{ "upper",    make_plain,    run_upper,    false },
	{ "lower",    make_plain,    run_lower,    false },
	{ "title",    make_plain,    run_title,    false },
	{ "slice",    make_slice,    run_slice,    false },
	{ "pad",      make_pad,      run_pad,      false },
	{ "ascii",    make_ascii,    run_ascii,    false },
	{ "match",    make_match,    run_match,    false },
	{ "replace",  make_replace,  run_replace,  false },
};
/* clang-format on */

/* The name of a step and what it is told: `trim`, or `copy: Column`. */
static const char *name_of(const json_t *said, const json_t **argument)
{
	void *at;

	*argument = NULL;
	if (json_is_string(said))
		return json_string_value(said);
	if (json_object_size(said) != 1)
		return NULL;
	at = json_object_iter(not_const(said));
	*argument = json_object_iter_value(at);
	return json_object_iter_key(at);
}

/* The same: NOLINTBEGIN(misc-no-recursion) */
static bool make(struct compiling *c, const json_t *said, bool first,
    struct step *step, struct err *err)
{
	const json_t *argument;
	const char *name = name_of(said, &argument);

	if (name == NULL)
		return fail(err, FAULT_INVALID,
		    "a rule is a step or a list of steps, each a name, or a "
		    "name and what it is told");
	for (size_t i = 0; i < array_length(kinds); i++) {
		if (strcmp(kinds[i].name, name) != 0)
			continue;
		if (kinds[i].begins != first)
			return fail(err, FAULT_INVALID,
			    first ? "'%s' changes a value: copy, constant, "
				    "concat, first or when comes first"
				  : "'%s' makes a value: it comes first",
			    name);
		step->run = kinds[i].run;
		if (kinds[i].make(c, argument, step, err))
			return true;
		err_add(err, "%s", name);
		return false;
	}
	return fail(err, FAULT_INVALID, "there is no step '%.40s'", name);
}

bool rule_compile(struct compiling *c, const void *json,
    const struct rule **out, struct err *err)
{
	const json_t *said = json;
	size_t count = json_is_array(said) ? json_array_size(said) : 1;
	struct rule *rule = arena_alloc(c->arena, sizeof(*rule));
	struct step *steps =
	    arena_alloc(c->arena, (count + 1) * sizeof(*steps));

	if (count == 0 || count > MAPPING_PARTS_MAX)
		return fail(err, FAULT_INVALID, "a rule has 1 to %d steps",
		    MAPPING_PARTS_MAX);
	if (++c->depth > MAPPING_DEPTH_MAX)
		return fail(err, FAULT_INVALID,
		    "rules lie within rules within rules: more than %d deep",
		    MAPPING_DEPTH_MAX);
	for (size_t i = 0; i < count; i++)
		if (!make(c,
			json_is_array(said) ? json_array_get(said, i) : said,
			i == 0, &steps[i], err))
			return false;
	c->depth--;
	*rule = (struct rule){ steps, (int)count };
	*out = rule;
	return true;
}
/* NOLINTEND(misc-no-recursion) */
