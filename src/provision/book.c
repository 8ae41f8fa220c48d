/* The rules of a directory, from settings; and the moment in which they are
 * asked. */
#include "provision.h"
#include "homeroom/publish.h"

#include <string.h>

static bool load_rules(struct db *db, struct arena *arena,
    struct provision_book *book, struct err *err)
{
	const struct values values = { 2,
		{ arena_number(arena, book->district), book->name } };
	struct rulebook_texts texts = { .directory = book->settings };
	const struct rows *rows;
	const char **rules;

	if (!db_ask(db, arena, STATEMENT_rule_of_directory, &values, &rows,
		err))
		return false;
	texts.count = rows_count(rows);
	rules = arena_alloc(arena, (size_t)(texts.count + 1) * sizeof(*rules));
	for (int i = 0; i < texts.count; i++)
		rules[i] = rows_get(rows, i, 0);
	texts.rules = rules;
	return rulebook_compile(arena, &texts, &book->rules, err);
}

bool book_load(struct db *db, struct arena *arena, int64_t district,
    const char *directory, struct provision_book *out, struct err *err)
{
	const struct values values = { 2,
		{ arena_number(arena, district), directory } };
	const struct rows *rows;

	if (!db_ask(db, arena, STATEMENT_directory_find, &values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return settings_lack("directory", directory, err);
	*out = (struct provision_book){
		.district = district,
		.directory = rows_integer(rows, 0, 0),
		.name = arena_text(arena, directory),
		.type = rows_get(rows, 0, 1),
		.settings = rows_get(rows, 0, 2),
	};
	return load_rules(db, arena, out, err);
}

/* --- the moment ----------------------------------------------------------- */

static bool find_years(struct db *db, struct arena *arena,
    const struct provision_book *book, struct rules_moment *out,
    struct err *err)
{
	const struct values values = { 1,
		{ arena_number(arena, book->district) } };
	struct school_year *years;
	const struct rows *rows;

	if (!db_ask(db, arena, STATEMENT_school_years, &values, &rows, err))
		return false;
	out->year_count = rows_count(rows);
	years =
	    arena_alloc(arena, (size_t)(out->year_count + 1) * sizeof(*years));
	for (int i = 0; i < out->year_count; i++) {
		memcpy(years[i].begin, rows_get(rows, i, 0), 10);
		memcpy(years[i].end, rows_get(rows, i, 1), 10);
	}
	out->years = years;
	return true;
}

bool book_moment(struct db *db, struct arena *arena,
    const struct provision_book *book, struct rules_moment *out,
    struct err *err)
{
	const char *zone = rulebook_zone(book->rules);
	char now[CLOCK_TEXT];
	const struct values values = { 2, { zone, now } };
	const struct rows *rows;

	*out = (struct rules_moment){ .now = clock_now() };
	clock_format(now, out->now);
	if (!db_ask(db, arena, STATEMENT_zone_time, &values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_INVALID,
		    "there is no time zone '%.60s'; one is written like "
		    "Europe/Berlin",
		    zone);
	out->local = rows_integer(rows, 0, 0);
	return find_years(db, arena, book, out, err);
}
