/* A directory that settings describe: its rules, and how to reach it. */
#include "sync.h"
#include "homeroom/publish.h"

#include <inttypes.h>
#include <stdio.h>

/* A setting by its path, "thresholds.delete"; NULL: there is none. */
static const json_t *setting_by(const struct target *target, const char *path)
{
	const json_t *at = target->settings;
	char name[64];

	for (;;) {
		size_t len = strcspn(path, ".");

		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		at = json_object_get(at, name);
		if (path[len] == '\0')
			return at;
		path += len + 1;
	}
}

int64_t target_number(const struct target *target, const char *path,
    int64_t otherwise)
{
	const json_t *value = setting_by(target, path);
	const char *text = json_string_value(value);
	int64_t number;

	if (json_is_integer(value))
		return json_integer_value(value);
	if (text == NULL || !text_integer(text_of(text), 0, INT64_MAX, &number))
		return otherwise;
	return number;
}

bool target_find(struct target *target, struct db *db, struct err *err)
{
	struct values values = { 1, { target->id_text } };
	const struct rows *rows;

	if (!book_load(db, target->arena, target->district, target->name,
		&target->book, err))
		return false;
	target->id = target->book.directory;
	snprintf(target->id_text, sizeof(target->id_text), "%" PRId64,
	    target->id);
	target->type = directory_type(target->book.type);
	if (target->type == NULL)
		return fail(err, FAULT_INVALID,
		    "the directory '%s' is of the type '%s', which is not "
		    "known",
		    target->name, target->book.type);
	target->settings = json_read(target->arena, target->book.settings);
	if (!db_ask(db, target->arena, STATEMENT_directory_state, &values,
		&rows, err))
		return false;
	target->reading = rows_integer(rows, 0, 0);
	target->cookie = rows_get(rows, 0, 1);
	target->root = rows_get(rows, 0, 2);
	target->whole = rows_integer(rows, 0, 3);
	target->fingerprint = rows_get(rows, 0, 4);
	target->read_as = rows_get(rows, 0, 5);
	target->attributes = rows_get(rows, 0, 6);
	return true;
}

/* --- reaching it ---------------------------------------------------------- */

#define SETTINGS_MOST 200

struct reaching {
	const struct target *target;
	struct db *db;
	struct arena *arena;
	struct param settings[SETTINGS_MOST];
	int count;
};

static void give(struct reaching *r, const char *name, const char *value)
{
	if (value != NULL && r->count < SETTINGS_MOST)
		r->settings[r->count++] = (struct param){ name, value };
}

/* As it stands, sealed, or as the first line of a file. */
static bool give_secret(struct reaching *r, const char *name, struct err *err)
{
	const struct target *t = r->target;
	const struct setting_which which = { t->district, "directory", t->name,
		NULL };
	const char *path = arena_printf(r->arena, "connection.%s", name);
	const char *file = json_string_value(
	    setting_by(t, arena_printf(r->arena, "%sFile", path)));
	const char *secret = NULL;

	if (!(file != NULL ? secret_read(r->arena, file, &secret, err)
			   : setting_secret(r->db, r->arena, &which, path,
				 &secret, err)))
		return false;
	give(r, name, secret);
	return true;
}

/* What rules compare has to be read. */
static void give_attributes(struct reaching *r, const char *name)
{
	const char *at = r->target->attributes;

	while (*at != '\0') {
		size_t len = strcspn(at, " ");

		give(r, name, arena_textn(r->arena, at, len));
		at += len + (at[len] == ' ');
	}
}

static bool give_setting(struct reaching *r, const struct directory_setting *s,
    struct err *err)
{
	const json_t *value = setting_by(r->target,
	    arena_printf(r->arena, "connection.%s", s->name));

	if (s->secret)
		return give_secret(r, s->name, err);
	if (!json_is_array(value))
		give(r, s->name, json_string_value(value));
	for (size_t i = 0; i < json_array_size(value); i++)
		give(r, s->name, json_nth(value, i));
	if (strcmp(s->name, "attribute") == 0)
		give_attributes(r, s->name);
	return true;
}

bool target_open(const struct target *target, struct db *db,
    struct directory **out, struct err *err)
{
	struct reaching r = { .target = target, .db = db };
	struct directory_open open = { .type = target->type,
		.settings = r.settings,
		.stop = target->stop };
	const struct directory_setting *s = target->type->settings;
	bool good = true;

	r.arena = arena_new();
	for (; good && s->name != NULL; s++)
		good = give_setting(&r, s, err);
	open.setting_count = r.count;
	good = good && directory_open(out, &open, err);
	arena_free(r.arena);
	return good;
}
