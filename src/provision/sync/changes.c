/* Actions, as they stand in a plan, as changes of the directory. */
#include "sync.h"

#include <strings.h>

/* --- edits ---------------------------------------------------------------- */

static const char *const *texts(struct arena *arena, const json_t *list,
    int *count)
{
	size_t size = json_array_size(list);
	const char **out = arena_alloc(arena, (size + 1) * sizeof(*out));

	for (size_t i = 0; i < size; i++)
		out[i] = json_nth(list, i);
	*count = (int)size;
	return out;
}

static void add_edit(struct arena *arena, struct directory_change *change,
    const char *name, const json_t *before, const json_t *after)
{
	struct directory_edit *edits = not_const(change->edits);
	struct directory_edit *edit = &edits[change->edit_count++];

	edit->name = name;
	edit->before = texts(arena, before, &edit->before_count);
	edit->after = texts(arena, after, &edit->after_count);
}

/* One for each member of `after`, but for one that is there already. */
static void add_edits(struct arena *arena, struct directory_change *change,
    const json_t *before, const json_t *after)
{
	json_t *all = not_const(after);
	const char *first = change->edit_count > 0 ? change->edits[0].name : "";
	const char *name;
	json_t *value;

	json_object_foreach(all, name, value) if (strcasecmp(name, first) != 0)
	    add_edit(arena, change, name, json_object_get(before, name), value);
}

static const char *text_at(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* --- accounts ------------------------------------------------------------- */

static void describe_account(const struct target *target, struct arena *arena,
    const struct taken *t, struct directory_change *out)
{
	const json_t *attributes = json_object_get(t->after, "attributes");
	const json_t *password = json_object_get(t->after, "password");
	const char **login = arena_alloc(arena, sizeof(*login));
	struct directory_edit *edits;

	edits = arena_alloc(arena,
	    (json_object_size(attributes) + 1) * sizeof(*edits));
	*login = text_at(t->after, "login");
	edits[0] = (struct directory_edit){ .name = target->type->login,
		.after = login,
		.after_count = *login != NULL };
	out->edits = edits;
	out->edit_count = 1;
	add_edits(arena, out, NULL, attributes);
	out->name = text_at(t->after, "name");
	out->place = text_at(t->after, "place");
	out->enabled = json_is_true(json_object_get(t->after, "enabled"));
	out->password = t->password;
	out->change_password =
	    json_is_true(json_object_get(password, "change"));
}

static void describe_update(struct arena *arena, const struct taken *t,
    struct directory_change *out)
{
	out->edits = arena_alloc(arena,
	    (json_object_size(t->after) + 1) * sizeof(*out->edits));
	add_edits(arena, out, t->before, t->after);
}

static void describe_member(struct arena *arena, const struct taken *t,
    struct directory_change *out)
{
	const char **member = arena_alloc(arena, sizeof(*member));

	*member = t->anchor;
	out->kind = DIRECTORY_GROUP;
	out->anchor = t->group;
	out->members = member;
	out->member_count = 1;
}

/* --- all ------------------------------------------------------------------ */

static const enum directory_verb verbs[ACTION_COUNT] = {
	[ACTION_MAKE_PLACE] = DIRECTORY_CREATE,
	[ACTION_MAKE_GROUP] = DIRECTORY_CREATE,
	[ACTION_CREATE] = DIRECTORY_CREATE,
	[ACTION_RESTORE] = DIRECTORY_RESTORE,
	[ACTION_DISABLE] = DIRECTORY_DISABLE,
	[ACTION_RENAME] = DIRECTORY_RENAME,
	[ACTION_MOVE] = DIRECTORY_MOVE,
	[ACTION_UPDATE] = DIRECTORY_UPDATE,
	[ACTION_ENABLE] = DIRECTORY_ENABLE,
	[ACTION_JOIN] = DIRECTORY_ADD_MEMBERS,
	[ACTION_LEAVE] = DIRECTORY_REMOVE_MEMBERS,
	[ACTION_DELETE] = DIRECTORY_DELETE,
};

static bool makes(enum action_kind kind)
{
	return kind == ACTION_MAKE_PLACE || kind == ACTION_MAKE_GROUP ||
	       kind == ACTION_CREATE;
}

/* It was made before, by us or by hand. */
static void describe_found(const struct taken *t, struct directory_change *out)
{
	const json_t *password = json_object_get(t->after, "password");

	*out = (struct directory_change){ .verb = DIRECTORY_SET_PASSWORD,
		.kind = DIRECTORY_ACCOUNT,
		.anchor = t->found,
		.password = t->password,
		.change_password =
		    json_is_true(json_object_get(password, "change")) };
}

bool change_of(const struct target *target, struct arena *arena,
    const struct taken *t, struct directory_change *out, const char **words)
{
	*out = (struct directory_change){ .verb = verbs[t->kind],
		.kind = t->kind == ACTION_MAKE_PLACE   ? DIRECTORY_CONTAINER
			: t->kind == ACTION_MAKE_GROUP ? DIRECTORY_GROUP
						       : DIRECTORY_ACCOUNT,
		.anchor = t->anchor,
		.name = text_at(t->after, "name"),
		.place = text_at(t->after, "place") };
	if (!makes(t->kind) && t->anchor == NULL) {
		*words = "the account that it is about is not there";
		return false;
	}
	if ((t->kind == ACTION_JOIN || t->kind == ACTION_LEAVE) &&
	    t->group == NULL) {
		*words = "the group is not there";
		return false;
	}
	if (t->found != NULL)
		describe_found(t, out);
	else if (t->kind == ACTION_CREATE || t->kind == ACTION_RESTORE)
		describe_account(target, arena, t, out);
	else if (t->kind == ACTION_UPDATE)
		describe_update(arena, t, out);
	else if (t->kind == ACTION_JOIN || t->kind == ACTION_LEAVE)
		describe_member(arena, t, out);
	return true;
}
