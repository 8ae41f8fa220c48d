/* What steps do to a value, and conditions say of a row. An empty value has
 * nothing to look up or to match: it stays empty. */
#include "mapping.h"

#include <stdlib.h>
#include <string.h>

static bool fault(struct running *r, const char *code, const char *message,
    struct text value)
{
	r->fault->code = code;
	r->fault->message = message;
	r->fault->value = value;
	return false;
}

static struct text column_of(const struct mapping_row *row, int column)
{
	return row->fields[row->at[column]];
}

/* --- where values come from ----------------------------------------------- */

bool run_copy(struct running *r, const struct step *step, struct text *value)
{
	*value = column_of(r->row, step->column);
	r->fault->column = step->column;
	return true;
}

bool run_constant(struct running *r, const struct step *step,
    struct text *value)
{
	(void)r;
	*value = step->text;
	return true;
}

/* As deep as rules may be: NOLINTBEGIN(misc-no-recursion) */
bool run_concat(struct running *r, const struct step *step, struct text *value)
{
	struct text parts[MAPPING_PARTS_MAX];
	size_t len = 0;
	char *out;

	for (int i = 0; i < step->count; i++) {
		if (!rule_run(r, &step->parts[i], &parts[i]))
			return false;
		len += parts[i].len;
	}
	out = arena_alloc(r->row->scratch, len + 1);
	*value = (struct text){ out, len };
	for (int i = 0; i < step->count; i++) {
		if (parts[i].len > 0)
			memcpy(out, parts[i].at, parts[i].len);
		out += parts[i].len;
	}
	return true;
}

/* The first part that is not empty. */
bool run_first(struct running *r, const struct step *step, struct text *value)
{
	*value = (struct text){ "", 0 };
	for (int i = 0; i < step->count && value->len == 0; i++)
		if (!rule_run(r, &step->parts[i], value))
			return false;
	return true;
}

bool run_when(struct running *r, const struct step *step, struct text *value)
{
	*value = (struct text){ "", 0 };
	for (int i = 0; i < step->count; i++)
		if (step->branches[i].when == NULL ||
		    condition_holds(step->branches[i].when, r->row))
			return rule_run(r, step->branches[i].then, value);
	return true;
}

bool rule_run(struct running *r, const struct rule *rule, struct text *value)
{
	*value = (struct text){ "", 0 };
	for (int i = 0; i < rule->count; i++)
		if (!rule->steps[i].run(r, &rule->steps[i], value))
			return false;
	return true;
}
/* NOLINTEND(misc-no-recursion) */

/* --- what becomes of them ------------------------------------------------- */

bool run_lookup(struct running *r, const struct step *step, struct text *value)
{
	const struct lookup *table = step->lookup;
	const struct lookup_entry wanted = { .key = *value };
	const struct lookup_entry *entry;

	if (value->len == 0 && !table->has_empty)
		return true;
	entry = bsearch(&wanted, table->entries, table->count, sizeof(*entry),
	    lookup_compare);
	if (entry == NULL && !table->otherwise)
		return fault(r, "not_in_table",
		    "is not in the lookup table of its rule", *value);
	*value = entry != NULL ? entry->value : table->fallback;
	return true;
}

bool run_date(struct running *r, const struct step *step, struct text *value)
{
	char *out;

	if (value->len == 0)
		return true;
	out = arena_alloc(r->row->scratch, 11);
	for (int i = 0; i < step->count; i++)
		if (day_read(step->formats[i], *value, out)) {
			*value = (struct text){ out, 10 };
			return true;
		}
	return fault(r, "bad_date",
	    "is no date as the formats of its rule have it", *value);
}

bool run_trim(struct running *r, const struct step *step, struct text *value)
{
	(void)r, (void)step;
	while (value->len > 0 && strchr(" \t\r\n", *value->at) != NULL) {
		value->at++;
		value->len--;
	}
	while (value->len > 0 &&
	       strchr(" \t\r\n", value->at[value->len - 1]) != NULL)
		value->len--;
	return true;
}

bool run_upper(struct running *r, const struct step *step, struct text *value)
{
	(void)step;
	*value = letters_upper(r->row->scratch, *value);
	return true;
}

bool run_lower(struct running *r, const struct step *step, struct text *value)
{
	(void)step;
	*value = letters_lower(r->row->scratch, *value);
	return true;
}

bool run_title(struct running *r, const struct step *step, struct text *value)
{
	(void)step;
	*value = letters_title(r->row->scratch, *value);
	return true;
}

/* Where the n-th character begins, or the text ends. */
static size_t offset_of(struct text text, int64_t n)
{
	size_t at = 0;

	while (n-- > 0 && at < text.len)
		at += letter_length(text.at[at]);
	return at;
}

static int64_t count_letters(struct text text)
{
	int64_t count = 0;

	for (size_t at = 0; at < text.len; at += letter_length(text.at[at]))
		count++;
	return count;
}

/* The first character is 1, the last one -1. */
bool run_slice(struct running *r, const struct step *step, struct text *value)
{
	int64_t from = step->from - 1;
	size_t at;

	(void)r;
	if (step->from < 0)
		from = count_letters(*value) + step->from;
	at = offset_of(*value, from);
	value->at += at;
	value->len -= at;
	if (step->length > 0)
		value->len = offset_of(*value, step->length);
	return true;
}

bool run_pad(struct running *r, const struct step *step, struct text *value)
{
	int64_t missing = step->length - count_letters(*value);
	size_t added = missing > 0 ? (size_t)missing * step->text.len : 0;
	char *out;

	if (added == 0 || value->len == 0)
		return true;
	out = arena_alloc(r->row->scratch, value->len + added + 1);
	for (size_t i = 0; i < added; i += step->text.len)
		memcpy(out + (step->otherwise ? value->len : 0) + i,
		    step->text.at, step->text.len);
	memcpy(out + (step->otherwise ? 0 : added), value->at, value->len);
	*value = (struct text){ out, value->len + added };
	return true;
}

bool run_ascii(struct running *r, const struct step *step, struct text *value)
{
	return ascii_write(step->ascii, r->row->scratch, value) ||
	       fault(r, "too_hard", "can't be written in ASCII", *value);
}

bool run_match(struct running *r, const struct step *step, struct text *value)
{
	enum found found;

	if (value->len == 0)
		return true;
	found = regex_find(step->regex, *value, value);
	if (found == TOO_HARD)
		return fault(r, "too_hard",
		    "takes its regular expression too many steps", *value);
	if (found == NOT_FOUND && !step->otherwise)
		return fault(r, "no_match",
		    "does not match the regular expression of its rule",
		    *value);
	if (found == NOT_FOUND)
		*value = step->text;
	return true;
}

bool run_replace(struct running *r, const struct step *step, struct text *value)
{
	if (value->len == 0)
		return true;
	return regex_replace(step->regex, r->row->scratch, step->text, value) ==
		   FOUND ||
	       fault(r, "too_hard",
		   "takes its regular expression too many steps", *value);
}

/* --- conditions ----------------------------------------------------------- */

static bool is_any(const struct test *test, struct text value)
{
	for (int i = 0; i < test->word_count; i++)
		if (test->words[i].len == value.len &&
		    memcmp(test->words[i].at, value.at, value.len) == 0)
			return true;
	return test->word_count == 0;
}

/* As text: days compare so, too. */
static int compare(struct text a, struct text b)
{
	int differ = memcmp(a.at, b.at, a.len < b.len ? a.len : b.len);

	return differ != 0 ? differ : (a.len > b.len) - (a.len < b.len);
}

static bool is_within(const struct test *test, struct text value)
{
	if (test->least.at == NULL && test->most.at == NULL)
		return true;
	return value.len > 0 &&
	       (test->least.at == NULL || compare(value, test->least) >= 0) &&
	       (test->most.at == NULL || compare(value, test->most) <= 0);
}

/* As deep as conditions may be: NOLINTBEGIN(misc-no-recursion) */
static bool test_holds(const struct test *test, const struct mapping_row *row)
{
	struct text part, value;

	if (test->within != NULL)
		return condition_holds(test->within, row) != test->negated;
	value = column_of(row, test->column);
	if (test->asks_empty && (value.len == 0) != test->empty)
		return false;
	return is_any(test, value) && is_within(test, value) &&
	       (test->regex == NULL ||
		   regex_find(test->regex, value, &part) == FOUND);
}

bool condition_holds(const struct condition *condition,
    const struct mapping_row *row)
{
	for (int i = 0; i < condition->count; i++)
		if (test_holds(&condition->tests[i], row) == condition->any)
			return condition->any;
	return !condition->any;
}
/* NOLINTEND(misc-no-recursion) */

/* --- for others ----------------------------------------------------------- */

bool mapping_wants(const struct mapping_feed *feed,
    const struct mapping_row *row)
{
	return feed->when == NULL || condition_holds(feed->when, row);
}

bool mapping_value(const struct mapping_field *field,
    const struct mapping_row *row, struct text *value,
    struct mapping_fault *fault)
{
	struct running r = { row, fault };

	fault->column = -1;
	return rule_run(&r, field->rule, value);
}

bool mapping_holds(const struct condition *condition,
    const struct mapping_row *row)
{
	return condition_holds(condition, row);
}
