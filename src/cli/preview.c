/* homeroom preview: the accounts that rules want, of all or of one person with
 * the reason of each value. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/provision.h"
#include "homeroom/publish.h"
#include "homeroom/rules.h"

#include <string.h>

static const struct flag flags_known[] = {
	{ "--person", "ID",
	    "Of one person, by sourcedId: each value, and why" },
	FLAG_DISTRICT,
	FLAG_OUTPUT,
	{ 0 },
};

static const struct command command = {
	.usage = "preview DIRECTORY [--person ID]",
	.meaning = "Prints the accounts that the rules of a directory want. "
		   "Nothing is asked of the\ndirectory, and nothing is done.\n",
	.flags = flags_known,
	.arguments_min = 1,
	.arguments_max = 1,
	.settings = SETTINGS_READ,
};

struct task {
	struct flags flags;
	enum format format;
	struct house house;
	struct listing listing;
	struct arena *turn; /* a person's */
	int shown;
};

static const char *text_of(struct task *task, struct text text)
{
	return arena_textn(task->turn, text.len > 0 ? text.at : "", text.len);
}

static const char *place_of(struct task *task,
    const struct desired_place *place)
{
	struct buf out = { 0 };
	const char *text;

	for (int i = 0; i < place->count; i++)
		buf_printf(&out, "%s" TEXT_FMT, i > 0 ? "/" : "",
		    TEXT_ARG(place->parts[i]));
	text = arena_text(task->turn, buf_text(&out));
	buf_free(&out);
	return text;
}

static const char *day_of(const char *day)
{
	return *day != '\0' ? day : NULL;
}

/* --- all ------------------------------------------------------------------ */

static const struct column of_all[] = {
	{ "person", COLUMN_TEXT },
	{ "life", COLUMN_TEXT },
	{ "rule", COLUMN_TEXT },
	{ "login", COLUMN_TEXT },
	{ "place", COLUMN_TEXT },
	{ "enabled", COLUMN_BOOL },
	{ "first", COLUMN_TEXT },
	{ "last", COLUMN_TEXT },
	{ "problem", COLUMN_TEXT },
	{ 0 },
};

static bool show(void *context, const struct person *person,
    const struct desired *d, struct err *err)
{
	struct task *task = context;

	(void)err;
	task->shown++;
	listing_row(&task->listing,
	    (const char *[]){ text_of(task, person->id), life_words[d->life],
		d->why.rule, d->login.len > 0 ? text_of(task, d->login) : NULL,
		d->place.count > 0 ? place_of(task, &d->place) : NULL,
		d->enabled ? "true" : "false", day_of(d->first),
		day_of(d->last), d->problem });
	arena_reset(task->turn);
	return true;
}

/* --- one ------------------------------------------------------------------ */

static const struct column of_one[] = {
	{ "what", COLUMN_TEXT },
	{ "value", COLUMN_TEXT },
	{ "rule", COLUMN_TEXT },
	{ "key", COLUMN_TEXT },
	{ "template", COLUMN_TEXT },
	{ 0 },
};

static void add(struct task *task, const char *what, const char *value,
    const struct why *why)
{
	const bool said = why->said != NULL && *why->said != '\0';

	listing_row(&task->listing,
	    (const char *[]){ what, value, why->rule,
		why->key != NULL && *why->key != '\0' ? why->key : NULL,
		said ? why->said : NULL });
}

static void add_key(struct task *task, const struct desired *d,
    const char *what, const char *value, const char *key)
{
	add(task, what, value, &(struct why){ d->why.rule, key, NULL });
}

static void add_deletion(struct task *task, const struct desired *d)
{
	char when[CLOCK_TEXT];

	if (d->delete_at == 0)
		return;
	clock_format(when, d->delete_at);
	add_key(task, d, "to be deleted", when, "life.deleteAfterDays");
}

static void add_account(struct task *task, const struct desired *d)
{
	bool over = d->life == LIFE_LEAVER || d->life == LIFE_DELETED ||
		    d->life == LIFE_UNWANTED;

	add_key(task, d, "login", text_of(task, d->login), "login.candidates");
	if (d->name.len > 0)
		add_key(task, d, "label", text_of(task, d->name), "label");
	if (d->place.count > 0)
		add_key(task, d, "place", place_of(task, &d->place),
		    over ? "life.leaversPlace" : "place");
	if (!d->stays)
		add_key(task, d, "enabled", d->enabled ? "true" : "false",
		    over ? NULL : "enabled");
	add_deletion(task, d);
	if (*d->expires != '\0')
		add_key(task, d, "expires", d->expires, "expires");
}

static void add_attributes(struct task *task, const struct desired *d)
{
	for (int i = 0; i < d->attribute_count; i++) {
		const struct desired_attribute *a = &d->attributes[i];

		if (a->count == 0)
			add(task, a->name, "", &a->why);
		for (int j = 0; j < a->count; j++)
			add(task, a->name, text_of(task, a->values[j]),
			    &a->why);
	}
}

static void add_groups(struct task *task, const struct desired *d)
{
	for (int i = 0; i < d->group_count; i++) {
		const struct desired_group *g = &d->groups[i];
		const char *place = place_of(task, &g->place);

		add(task, g->exact ? "group, exactly" : "group",
		    arena_printf(task->turn, "%s%s" TEXT_FMT, place,
			*place != '\0' ? "/" : "", TEXT_ARG(g->name)),
		    &g->why);
	}
}

static bool explain(void *context, const struct person *person,
    const struct desired *d, struct err *err)
{
	struct task *task = context;

	(void)person, (void)err;
	task->shown++;
	add_key(task, d, "life", life_words[d->life], NULL);
	if (*d->first != '\0')
		add_key(task, d, "first day", d->first, "life.first");
	if (*d->last != '\0')
		add_key(task, d, "last day", d->last, "life.last");
	if (*d->unwanted != '\0')
		add_key(task, d, "no rule wants it since", d->unwanted, NULL);
	if (d->problem != NULL)
		add(task, "problem", d->problem, &d->why);
	if (d->login.len > 0) {
		add_account(task, d);
		add_attributes(task, d);
		add_groups(task, d);
	}
	arena_reset(task->turn);
	return true;
}

/* --- which ---------------------------------------------------------------- */

static bool run(struct task *task, struct err *err)
{
	struct house *house = &task->house;
	const char *person = flags_get(&task->flags, "--person");
	struct provision_wanted wanted = {
		.directory = task->flags.arguments[0],
		.person = person,
	};

	task->listing.columns = person != NULL ? of_one : of_all;
	if (!house_enter(house, DB_INGEST, &task->flags, &wanted.district,
		err) ||
	    !provision_preview(house->db, house->arena, &wanted,
		person != NULL ? explain : show, task, err))
		return false;
	if (task->shown == 0 && person != NULL)
		return fail(err, FAULT_NOT_FOUND,
		    "there is no person '%.60s' in the roster", person);
	listing_print(&task->listing, task->format);
	return true;
}

int cli_preview(int argc, char **argv)
{
	struct task task = { 0 };
	struct err err = { 0 };
	bool done;

	if (!flags_read(&task.flags, &command, argc, argv) ||
	    !flags_format(&task.flags, &task.format))
		return task.flags.exit;
	task.turn = arena_new();
	done = run(&task, &err);
	arena_free(task.turn);
	house_close(&task.house);
	return done ? 0 : failed(&err);
}
