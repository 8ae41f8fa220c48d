/* What may change at once: limits of it, and the windows of the year in which
 * other limits hold, as settings write them. */
#include "settings.h"
#include "../tree/tree.h"

#include <stdio.h>
#include <string.h>

#define DAYS_MAX 366

/* --- limits --------------------------------------------------------------- */

bool limit_read(struct text text, struct limit *limit)
{
	const struct limit none = LIMIT_NONE;
	size_t digits = text.len;
	int64_t percent;

	*limit = none;
	if (text_is(text, "any"))
		return true;
	if (text.len == 0 || text.at[text.len - 1] != '%')
		return text_integer(text, 0, INT64_MAX, &limit->records);
	digits--;
	if (digits > 0 && text.at[digits - 1] == ' ')
		digits--;
	if (!text_integer((struct text){ text.at, digits }, 0, 100, &percent))
		return false;
	limit->percent = (int)percent;
	return true;
}

static bool is_limit(const struct node *node)
{
	struct limit limit;

	return node->shape == SCALAR &&
	       limit_read((struct text){ node->text, node->length }, &limit);
}

/* One of them, or a list, any of which stops. */
static bool check_limit(const char *file, const struct node *key,
    struct err *err)
{
	const struct node *value = key->value;
	bool good = value->shape == LIST || is_limit(value);

	if (value->shape == LIST)
		for (const struct node *n = value->first; n != NULL;
		     n = n->next)
			good = good && is_limit(n);
	return good || fail(err, FAULT_INVALID,
			   "%s:%d: %s must be like 5 %%, like 200, or any",
			   file, value->line, key->text);
}

static bool is_among(const char *word, const char *words)
{
	char spaced[64];

	snprintf(spaced, sizeof(spaced), " %.60s ", word);
	return strchr(word, ' ') == NULL && strstr(words, spaced) != NULL;
}

static bool check_entity(const char *file, const struct node *key,
    struct err *err)
{
	bool schools = strcmp(key->text, "schools") == 0;
	bool users = strcmp(key->text, "users") == 0;
	const char *words = schools ? LIMITS_OF_SCHOOLS
			    : users ? LIMITS_OF_RECORDS "disabled "
				    : LIMITS_OF_RECORDS;

	if (!schools && strcmp(key->text, "others") != 0 &&
	    entity_find((struct text){ key->text, key->length }) == NULL)
		return fail(err, FAULT_INVALID,
		    "%s:%d: there are no '%s': limits are of an entity such as "
		    "users, of others, or of schools",
		    file, key->line, key->text);
	if (key->value->shape != MAP)
		return fail(err, FAULT_INVALID,
		    "%s:%d: limits of %s must be a mapping", file, key->line,
		    key->text);
	for (const struct node *k = key->value->first; k != NULL; k = k->next) {
		if (!is_among(k->text, words))
			return fail(err, FAULT_INVALID,
			    "%s:%d: limits of %s are for:%s", file, k->line,
			    key->text, words);
		if (!check_limit(file, k, err))
			return false;
	}
	return true;
}

bool settings_check_limits(const char *file, const struct node *map,
    struct err *err)
{
	for (const struct node *k = map->first; k != NULL; k = k->next)
		if (!check_entity(file, k, err))
			return false;
	return true;
}

/* --- windows -------------------------------------------------------------- */

/* "08-15" or "2027-08-15". */
static bool is_day(const struct node *node)
{
	char day[11] = "2024-"; /* which has a 29th of February */

	if (node->shape != SCALAR)
		return false;
	if (node->length != 5)
		return node->length == 10 &&
		       date_valid((struct text){ node->text, node->length });
	memcpy(day + 5, node->text, 5);
	return date_valid((struct text){ day, 10 });
}

static bool is_number_of_days(const struct node *node)
{
	int64_t days;

	return node->shape == SCALAR &&
	       text_integer((struct text){ node->text, node->length }, 0,
		   DAYS_MAX, &days);
}

static bool check_key(const char *file, const struct node *key, struct err *err)
{
	const struct node *value = key->value;
	const char *must = NULL;

	if (strcmp(key->text, "limits") == 0)
		return value->shape == MAP
			   ? settings_check_limits(file, value, err)
			   : fail(err, FAULT_INVALID,
				 "%s:%d: limits must be a mapping", file,
				 key->line);
	if (is_among(key->text, " from until "))
		must = is_day(value) ? NULL : "a day like 08-15 or 2027-08-15";
	else if (is_among(key->text, " startOf endOf "))
		must = value->shape == SCALAR &&
			       is_among(value->text, WINDOW_SESSIONS)
			   ? NULL
			   : "one of:" WINDOW_SESSIONS;
	else if (is_among(key->text, " before after "))
		must = is_number_of_days(value) ? NULL
						: "a number of days, to 366";
	else if (strcmp(key->text, "take") == 0)
		must = value->shape == SCALAR &&
			       is_among(value->text, WINDOW_TAKES)
			   ? NULL
			   : "one of:" WINDOW_TAKES;
	else
		return fail(err, FAULT_INVALID, "%s:%d: a window has no '%s'",
		    file, key->line, key->text);
	return must == NULL || fail(err, FAULT_INVALID, "%s:%d: %s must be %s",
				   file, value->line, key->text, must);
}

static bool check_window(const char *file, const struct node *key,
    struct err *err)
{
	const struct node *map = key->value;
	const struct node *from, *until;
	int ways;

	if (map->shape != MAP)
		return fail(err, FAULT_INVALID,
		    "%s:%d: the window '%s' must be a mapping", file, key->line,
		    key->text);
	for (const struct node *k = map->first; k != NULL; k = k->next)
		if (!check_key(file, k, err))
			return false;
	from = node_get(map, "from");
	until = node_get(map, "until");
	ways = (from != NULL) + (node_get(map, "startOf") != NULL) +
	       (node_get(map, "endOf") != NULL);
	if (ways != 1 || (from == NULL) != (until == NULL) ||
	    (from != NULL && from->length != until->length))
		return fail(err, FAULT_INVALID,
		    "%s:%d: the window '%s' is either `from` a day `until` "
		    "another, both with a year or both without, or around the "
		    "`startOf` or the `endOf` a kind of session",
		    file, key->line, key->text);
	return true;
}

bool settings_check_windows(const char *file, const struct node *map,
    struct err *err)
{
	for (const struct node *k = map->first; k != NULL; k = k->next)
		if (!check_window(file, k, err))
			return false;
	return true;
}
