/* The door of directory: which kinds there are, and who serves them. */
#include "directory.h"

#include <string.h>

struct directory {
	const struct connector *connector;
	void *self;
};

static const struct connector *const connectors[] = { &connector_ad };

const char *const directory_kinds[] = {
	[DIRECTORY_ACCOUNT] = "account",
	[DIRECTORY_GROUP] = "group",
	[DIRECTORY_CONTAINER] = "container",
};

const char *const directory_results[] = {
	[DIRECTORY_DONE] = "done",
	[DIRECTORY_ALREADY] = "already",
	[DIRECTORY_PENDING] = "pending",
	[DIRECTORY_REFUSED] = "refused",
	[DIRECTORY_AGAIN] = "again",
	[DIRECTORY_UNKNOWN] = "unknown",
};

const char *const directory_reasons[] = {
	[DIRECTORY_NO_REASON] = "",
	[DIRECTORY_TAKEN] = "taken",
	[DIRECTORY_NO_PLACE] = "no-place",
	[DIRECTORY_NO_ENTRY] = "no-entry",
	[DIRECTORY_NO_MEMBER] = "no-member",
	[DIRECTORY_NOT_EMPTY] = "not-empty",
	[DIRECTORY_BAD_VALUE] = "bad-value",
	[DIRECTORY_BAD_PASSWORD] = "bad-password",
	[DIRECTORY_CHANGED] = "changed",
	[DIRECTORY_NOT_ALLOWED] = "not-allowed",
	[DIRECTORY_CANNOT] = "cannot",
};

/* --- kinds ---------------------------------------------------------------- */

static const struct connector *connector_of(const struct directory_type *type)
{
	for (size_t i = 0; i < array_length(connectors); i++)
		if (connectors[i]->type == type)
			return connectors[i];
	return NULL;
}

const struct directory_type *directory_type(const char *name)
{
	for (size_t i = 0; i < array_length(connectors); i++)
		if (strcmp(connectors[i]->type->name, name) == 0)
			return connectors[i]->type;
	return NULL;
}

/* --- settings ------------------------------------------------------------- */

const char *setting_at(const struct directory_open *open, const char *name,
    int at)
{
	for (int i = 0; i < open->setting_count; i++)
		if (strcmp(open->settings[i].name, name) == 0 && at-- == 0)
			return open->settings[i].value;
	return NULL;
}

const char *setting_of(const struct directory_open *open, const char *name)
{
	const struct directory_setting *row = open->type->settings;
	const char *value = setting_at(open, name, 0);

	if (value != NULL)
		return value;
	while (row->name != NULL && strcmp(row->name, name) != 0)
		row++;
	return row->fallback;
}

bool setting_number(const struct directory_open *open, const char *name,
    int64_t low, int64_t high, int *out, struct err *err)
{
	const char *text = setting_of(open, name);
	int64_t number;

	if (!text_integer((struct text){ text, strlen(text) }, low, high,
		&number))
		return fail(err, FAULT_INVALID,
		    "%s: is a number from %lld to %lld", name, (long long)low,
		    (long long)high);
	*out = (int)number;
	return true;
}

static bool check_known(const struct directory_open *open,
    const struct param *given, struct err *err)
{
	const struct directory_setting *row = open->type->settings;

	for (; row->name != NULL; row++)
		if (strcmp(row->name, given->name) == 0)
			break;
	if (row->name == NULL)
		return fail(err, FAULT_INVALID, "%s: %s has no such setting",
		    given->name, open->type->title);
	if (given->value[0] == '\0')
		return fail(err, FAULT_INVALID, "%s: is empty", given->name);
	if (!row->many && setting_at(open, given->name, 1) != NULL)
		return fail(err, FAULT_INVALID, "%s: is given once",
		    given->name);
	return true;
}

bool directory_check(const struct directory_open *open, struct err *err)
{
	const struct connector *connector = connector_of(open->type);
	const struct directory_setting *row = open->type->settings;

	for (int i = 0; i < open->setting_count; i++)
		if (!check_known(open, &open->settings[i], err))
			return false;
	for (; row->name != NULL; row++)
		if (row->need && setting_at(open, row->name, 0) == NULL)
			return fail(err, FAULT_INVALID, "%s: is missing: %s",
			    row->name, row->meaning);
	return connector->check == NULL || connector->check(open, err);
}

/* --- the door ------------------------------------------------------------- */

bool directory_open(struct directory **out, const struct directory_open *open,
    struct err *err)
{
	const struct connector *connector = connector_of(open->type);
	void *self;

	if (!directory_check(open, err) || !connector->open(&self, open, err))
		return false;
	*out = memory_new(sizeof(**out));
	(*out)->connector = connector;
	(*out)->self = self;
	return true;
}

void directory_close(struct directory *dir)
{
	if (dir == NULL)
		return;
	dir->connector->close(dir->self);
	memory_free(dir);
}

bool directory_look(struct directory *dir, struct arena *arena,
    struct directory_about *out, struct err *err)
{
	return dir->connector->look(dir->self, arena, out, err);
}

bool directory_read(struct directory *dir, struct arena *arena,
    const struct directory_since *since, struct directory_reading *out,
    struct err *err)
{
	*out = (struct directory_reading){ 0 };
	return dir->connector->read(dir->self, arena, since, out, err);
}

bool directory_find(struct directory *dir, struct arena *arena,
    const struct directory_key *keys, int count, struct directory_found *out,
    struct err *err)
{
	for (int i = 0; i < count; i++)
		out[i] = (struct directory_found){ 0 };
	return dir->connector->find(dir->self, arena, keys, count, out, err);
}

bool directory_act(struct directory *dir, struct arena *arena,
    const struct directory_change *changes, int count,
    struct directory_outcome *outcomes, struct err *err)
{
	return dir->connector->act(dir->self, arena, changes, count, outcomes,
	    err);
}

const char *directory_address(const struct directory_type *type,
    struct arena *arena, const char *place, const char *name,
    enum directory_kind kind)
{
	return connector_of(type)->address(arena, place, name, kind);
}
