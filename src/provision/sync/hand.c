/* A hand: takes actions of a plan, a few at a time, and does them. */
#include "sync.h"

/* Longer than any batch takes; a hand that died gives back at once. */
#define LEASE_SECONDS "300"

/* --- taking --------------------------------------------------------------- */

static void read_taken(struct hand *hand, const struct rows *rows, int i,
    struct taken *out)
{
	*out = (struct taken){
		.number = rows_integer(rows, i, 0),
		.person = rows_get(rows, i, 2),
		.anchor = rows_get(rows, i, 3),
		.login = rows_get(rows, i, 4),
		.group = rows_get(rows, i, 5),
		.target = rows_get(rows, i, 6),
		.subject = rows_get(rows, i, 7),
		.before = json_read(hand->arena, rows_get(rows, i, 8)),
		.after = json_read(hand->arena, rows_get(rows, i, 9)),
		.attempts = (int)rows_integer(rows, i, 10),
		.sent = rows_get(rows, i, 11)[0] == 't',
		.name = rows_get(rows, i, 12),
		.place = rows_get(rows, i, 13),
		.address = "",
	};
	if (!action_parse(text_of(rows_get(rows, i, 1)), &out->kind))
		out->kind = ACTION_ASK;
}

/* At a time: where there is a limit, what may be done in a second. */
static int64_t most(const struct hand *hand)
{
	int64_t rate = target_number(hand->target, "apply.perSecond", 0);
	int batch = hand->target->type->batch;

	if (batch < 1)
		return 1;
	return rate > 0 && rate < batch ? rate : batch;
}

static bool take(struct hand *hand, struct taken **out, int *count,
    struct err *err)
{
	char now[CLOCK_TEXT];
	const struct values values = { 4,
		{ hand->plan, now, arena_number(hand->arena, most(hand)),
		    LEASE_SECONDS } };
	const struct rows *rows;

	clock_format(now, clock_now());
	if (!db_ask(hand->db, hand->arena, STATEMENT_action_take, &values,
		&rows, err))
		return false;
	*count = rows_count(rows);
	*out = arena_alloc(hand->arena, (size_t)(*count + 1) * sizeof(**out));
	for (int i = 0; i < *count; i++)
		read_taken(hand, rows, i, &(*out)[i]);
	return true;
}

/* --- what was perhaps done before ----------------------------------------- */

static const char *member_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

static enum directory_kind kind_made(const struct taken *t)
{
	return t->kind == ACTION_MAKE_PLACE   ? DIRECTORY_CONTAINER
	       : t->kind == ACTION_MAKE_GROUP ? DIRECTORY_GROUP
					      : DIRECTORY_ACCOUNT;
}

/* Where it will be. */
static void locate(struct hand *hand, struct taken *t)
{
	const char *name = member_text(t->after, "name");
	const char *place = member_text(t->after, "place");

	name = name != NULL ? name : t->name;
	place = place != NULL ? place : t->place;
	if (name != NULL && place != NULL)
		t->address = directory_address(hand->target->type, hand->arena,
		    place, name, kind_made(t));
}

static bool makes(const struct taken *t)
{
	return t->kind == ACTION_MAKE_PLACE || t->kind == ACTION_MAKE_GROUP ||
	       t->kind == ACTION_CREATE;
}

static bool is_it(const struct hand *hand, const struct taken *t,
    const struct directory_entry *e)
{
	const char *login = member_text(t->after, "login");

	if (e->gone || e->kind != kind_made(t))
		return false;
	if (t->kind != ACTION_CREATE || login == NULL)
		return true;
	for (int i = 0; i < e->attribute_count; i++)
		if (strcmp(e->attributes[i].name, hand->target->type->login) ==
		    0)
			return strcmp(e->attributes[i].values[0], login) == 0;
	return false;
}

/* Whoever made it: it is given the password that is kept. */
static void note_found(struct taken *t, const char *anchor)
{
	if (t->kind == ACTION_CREATE) {
		t->found = anchor;
		return;
	}
	t->outcome = (struct directory_outcome){ .result = DIRECTORY_ALREADY,
		.anchor = anchor };
	t->settled = true;
}

/* Only what makes something could make it twice; all else may be repeated. */
static bool look_up(struct hand *hand, struct taken *taken, int count,
    struct err *err)
{
	struct directory_key *keys =
	    arena_alloc(hand->arena, (size_t)(count + 1) * sizeof(*keys));
	int *of = arena_alloc(hand->arena, (size_t)(count + 1) * sizeof(*of));
	struct directory_found *found =
	    arena_alloc(hand->arena, (size_t)(count + 1) * sizeof(*found));
	int asked = 0;

	for (int i = 0; i < count; i++) {
		const struct taken *t = &taken[i];

		if (!t->sent || !makes(t) || t->settled)
			continue;
		of[asked] = i;
		keys[asked++] = (struct directory_key){ "", t->address };
	}
	if (asked == 0)
		return true;
	if (!directory_find(hand->dir, hand->arena, keys, asked, found, err))
		return false;
	for (int i = 0; i < asked; i++) {
		struct taken *t = &taken[of[i]];

		if (found[i].count == 1 && is_it(hand, t, found[i].entries))
			note_found(t, found[i].entries[0].anchor);
	}
	return true;
}

/* --- doing ---------------------------------------------------------------- */

struct batch {
	struct directory_change *changes;
	struct directory_outcome *outcomes;
	int *of; /* taken[i] is part of changes[of[i]]; -1: of none */
	int count;
};

static bool same_group(const struct taken *a, const struct taken *b)
{
	return a->kind == b->kind &&
	       (a->kind == ACTION_JOIN || a->kind == ACTION_LEAVE) &&
	       a->group != NULL && b->group != NULL &&
	       strcmp(a->group, b->group) == 0;
}

/* A change of as many members as there may be. */
static void begin_members(struct arena *arena, struct directory_change *change,
    size_t room)
{
	const char **members = arena_alloc(arena, room * sizeof(*members));

	members[0] = change->members[0];
	change->members = members;
}

static void add_member(struct directory_change *to,
    const struct directory_change *from)
{
	const char **members = not_const(to->members);

	members[to->member_count++] = from->members[0];
}

static void refuse(struct taken *t, const char *words)
{
	t->outcome = (struct directory_outcome){ .result = DIRECTORY_REFUSED,
		.words = words };
	t->settled = true;
}

/* Members of one group go together. */
static void gather(struct hand *hand, struct taken *taken, int count,
    struct batch *b)
{
	struct arena *arena = hand->arena;
	const struct taken *last = NULL;
	size_t room = (size_t)count + 1;

	*b = (struct batch){
		.changes = arena_alloc(arena, room * sizeof(*b->changes)),
		.outcomes = arena_alloc(arena, room * sizeof(*b->outcomes)),
		.of = arena_alloc(arena, room * sizeof(*b->of)),
	};
	for (int i = 0; i < count; i++) {
		struct taken *t = &taken[i];
		struct directory_change change;
		const char *words = "";

		b->of[i] = -1;
		if (t->settled)
			continue;
		if (!change_of(hand->target, arena, t, &change, &words)) {
			refuse(t, words);
			continue;
		}
		if (last != NULL && !hand->alone && same_group(last, t)) {
			add_member(&b->changes[b->count - 1], &change);
		} else {
			if (change.member_count > 0)
				begin_members(arena, &change, room);
			b->changes[b->count++] = change;
		}
		b->of[i] = b->count - 1;
		last = t;
	}
}

static bool act(struct hand *hand, struct taken *taken, int count,
    struct err *err)
{
	struct batch b;

	gather(hand, taken, count, &b);
	if (b.count > 0 && !directory_act(hand->dir, hand->arena, b.changes,
			       b.count, b.outcomes, err))
		return false;
	for (int i = 0; i < count; i++)
		if (b.of[i] >= 0) {
			taken[i].outcome = b.outcomes[b.of[i]];
			taken[i].settled = true;
		}
	return true;
}

/* One bad member spoils the others' change: then each goes by itself. */
static bool again_alone(struct hand *hand, struct taken *taken, int count,
    struct err *err)
{
	bool any = false, done;

	for (int i = 0; i < count; i++) {
		struct taken *t = &taken[i];

		if ((t->kind == ACTION_JOIN || t->kind == ACTION_LEAVE) &&
		    t->group != NULL && t->anchor != NULL &&
		    t->outcome.result == DIRECTORY_REFUSED &&
		    t->outcome.reason == DIRECTORY_NO_MEMBER) {
			t->settled = false;
			any = true;
		}
	}
	if (!any)
		return true;
	hand->alone = true;
	done = act(hand, taken, count, err);
	hand->alone = false;
	return done;
}

/* What was sent to a server that froze may be done after we looked, and be in
 * the way of what we send now. */
static bool again_found(struct hand *hand, struct taken *taken, int count,
    struct err *err)
{
	bool any = false;

	for (int i = 0; i < count; i++) {
		struct taken *t = &taken[i];

		if (t->sent && makes(t) && t->found == NULL &&
		    t->outcome.result == DIRECTORY_REFUSED &&
		    t->outcome.reason == DIRECTORY_TAKEN) {
			t->settled = false;
			any = true;
		}
	}
	if (!any)
		return true;
	if (!look_up(hand, taken, count, err))
		return false;
	for (int i = 0; i < count; i++)
		taken[i].settled |= taken[i].found == NULL;
	return act(hand, taken, count, err);
}

static void adopt(struct taken *taken, int count)
{
	for (int i = 0; i < count; i++)
		if (taken[i].kind == ACTION_ADOPT) {
			taken[i].outcome.result = DIRECTORY_DONE;
			taken[i].settled = true;
		}
}

bool hand_turn(struct hand *hand, int *did, struct err *err)
{
	struct taken *taken;
	int count;

	*did = 0;
	if (!take(hand, &taken, &count, err))
		return false;
	for (int i = 0; i < count; i++)
		locate(hand, &taken[i]);
	adopt(taken, count);
	if (count > 0 && (!look_up(hand, taken, count, err) ||
			     !first_passwords(hand, taken, count, err) ||
			     !act(hand, taken, count, err) ||
			     !again_alone(hand, taken, count, err) ||
			     !again_found(hand, taken, count, err) ||
			     !first_forget(hand, taken, count, err))) {
		struct err other = { 0 };

		/* If that fails too, their lease ends with this session. */
		if (!settle_back(hand, taken, count, &other))
			err_add(err, "%s", other.text);
		return false;
	}
	*did = count;
	return count == 0 || settle(hand, taken, count, err);
}
