/* Plans as people read them, and as they let them go. */
#include "cli.h"
#include "homeroom/provision.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const struct column columns[] = {
	{ "number", COLUMN_NUMBER },
	{ "action", COLUMN_TEXT },
	{ "person", COLUMN_TEXT },
	{ "account", COLUMN_TEXT },
	{ "school", COLUMN_TEXT },
	{ "change", COLUMN_TEXT },
	{ "before", COLUMN_JSON },
	{ "after", COLUMN_JSON },
	{ "reason", COLUMN_TEXT },
	{ "rule", COLUMN_TEXT },
	{ "state", COLUMN_TEXT },
	{ "words", COLUMN_TEXT },
	{ 0 },
};

enum { BEFORE = 6, AFTER = 7, CELLS = 12 };

/* For people, what it was and what it will be stands in `change`. */
static const struct column columns_short[] = {
	{ "number", COLUMN_NUMBER },
	{ "action", COLUMN_TEXT },
	{ "person", COLUMN_TEXT },
	{ "account", COLUMN_TEXT },
	{ "school", COLUMN_TEXT },
	{ "change", COLUMN_TEXT },
	{ "reason", COLUMN_TEXT },
	{ "rule", COLUMN_TEXT },
	{ "state", COLUMN_TEXT },
	{ "words", COLUMN_TEXT },
	{ 0 },
};

static void add_row(struct listing *listing, const struct rows *rows, int i,
    bool brief)
{
	const char *row[CELLS];
	int count = 0;

	for (int c = 0; c < CELLS; c++)
		if (!brief || (c != BEFORE && c != AFTER))
			row[count++] = rows_get(rows, i, c);
	listing_row(listing, row);
}

static bool check_plan(struct house *house, int64_t district, int64_t plan,
    struct err *err)
{
	const struct values values = { 2,
		{ arena_number(house->arena, district),
		    arena_number(house->arena, plan) } };
	const struct rows *rows;

	if (!db_ask(house->db, house->arena, STATEMENT_plan_of, &values, &rows,
		err))
		return false;
	return rows_count(rows) > 0 || plan_lack(plan, err);
}

bool planned_print(struct house *house, int64_t district, int64_t plan,
    enum format format, int64_t limit, struct err *err)
{
	bool brief = format == FORMAT_TABLE || format == FORMAT_HTML;
	int64_t most = format == FORMAT_TABLE ? limit : INT64_MAX - 1;
	const struct values values = { 3,
		{ arena_number(house->arena, district),
		    arena_number(house->arena, plan),
		    arena_number(house->arena, most + 1) } };
	struct listing listing = { .columns = brief ? columns_short : columns,
		.title = arena_printf(house->arena, "Plan %" PRId64, plan) };
	const struct rows *rows;

	if (!db_ask(house->db, house->arena, STATEMENT_plan_actions, &values,
		&rows, err))
		return false;
	if (rows_count(rows) == 0 && !check_plan(house, district, plan, err))
		return false;
	for (int i = 0; i < rows_count(rows) && i < most; i++)
		add_row(&listing, rows, i, brief);
	listing_print(&listing, format);
	if (rows_count(rows) > most)
		puts("… and more: --limit, or -o csv");
	return true;
}

/* --- those that wait ------------------------------------------------------ */

bool held_list(struct approving *a, struct listing *listing, struct err *err)
{
	const struct values values = { 4,
		{ arena_number(a->house.arena, a->district), NULL, NULL,
		    "1000" } };
	const struct rows *rows;

	if (!db_ask(a->house.db, a->house.arena, STATEMENT_plan_list, &values,
		&rows, err))
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		char made[CLOCK_TEXT];

		if (strcmp(rows_get(rows, i, PLAN_STATE), "held") != 0)
			continue;
		clock_format(made, rows_integer(rows, i, PLAN_MADE));
		listing_row(listing,
		    (const char *[]){ arena_printf(a->house.arena, "plan-%s",
					  rows_get(rows, i, PLAN_ID)),
			rows_get(rows, i, PLAN_DIRECTORY), made,
			rows_get(rows, i, PLAN_HELD) });
	}
	return true;
}

/* Whether it could be approved or dropped, and what of. */
static bool rehearse(struct approving *a, const struct provision_wanted *wanted,
    int64_t plan, struct err *err)
{
	struct house *house = &a->house;
	const char *directory;
	bool could = db_begin(house->db, err) &&
		     (a->drop ? provision_drop(house->db, house->arena, wanted,
				    plan, err)
			      : provision_approve(house->db, house->arena,
				    wanted, plan, &directory, err));

	db_rollback(house->db);
	return could && planned_print(house, a->district, plan, a->format,
			    INT64_MAX - 1, err);
}

bool held_approve(struct approving *a, int64_t plan, struct err *err)
{
	const struct provision_wanted wanted = { .district = a->district,
		.who = house_who(&a->house) };
	struct job job = { .district = a->district, .kind = "sync" };

	if (a->show)
		return planned_print(&a->house, a->district, plan, a->format,
		    INT64_MAX - 1, err);
	if (flags_has(a->flags, "--dry-run"))
		return rehearse(a, &wanted, plan, err);
	if (a->drop) {
		if (!provision_drop(a->house.db, a->house.arena, &wanted, plan,
			err))
			return false;
		printf("plan %" PRId64 " is dropped\n", plan);
		return true;
	}
	if (!provision_approve(a->house.db, a->house.arena, &wanted, plan,
		&job.subject, err) ||
	    !job_add(a->house.db, &job, clock_now(), err))
		return false;
	printf("plan %" PRId64 " of ", plan);
	print_safe(job.subject);
	puts(
	    " is approved: `homeroom work` carries it out, or `homeroom sync`");
	return true;
}
