/* The groups of one person's account: which to join, and which to leave. */
#include "sync.h"

#define BY_HAND "\"byHand\":true"

static bool membership(const struct differing *x, enum action_kind kind,
    const struct scene_group *group, const struct why *why, struct buf *before,
    struct err *err)
{
	const struct action action = {
		.kind = kind,
		.person = x->person_id,
		.anchor = x->has != NULL ? x->has->anchor : NULL,
		.name =
		    arena_textn(x->p->turn, x->d->login.at, x->d->login.len),
		.target = group->address,
		.before = before,
		.reason = why != NULL          ? why->key
			  : x->d->strip_groups ? life_of(x)
					       : "its rule is over",
		.rule = why != NULL ? why->rule : NULL,
	};

	return group->guarded || plan_add(x->p, &action, err);
}

/* The groups that they are in, one after the other: '+' or '-' and anchor. */
static bool next_group(const char **at, char *mark, struct text *anchor)
{
	size_t len = strcspn(*at, "\x1f");

	if (len == 0)
		return false;
	*mark = (*at)[0];
	*anchor = (struct text){ *at + 1, len - 1 };
	*at += len + ((*at)[len] == '\x1f');
	return true;
}

static bool is_in(const struct account *has, const char *group)
{
	const char *at = has != NULL ? has->groups : "";
	struct text anchor;
	char mark;

	while (next_group(&at, &mark, &anchor))
		if (group != NULL && text_is(anchor, group))
			return true;
	return false;
}

static void note_maybe(const struct differing *x, struct text group)
{
	struct buf *maybe = &x->p->maybe;

	copy_field(maybe, group.at, group.len, false);
	copy_field(maybe, x->has->anchor, strlen(x->has->anchor), true);
}

/* Of who was put there by hand, the way back knows it. */
static bool leave_group(const struct differing *x, char mark,
    const struct scene_group *group, struct err *err)
{
	struct buf before = { 0 };
	bool done;

	if (mark == '-')
		buf_puts(&before, BY_HAND);
	done = membership(x, ACTION_LEAVE, group, NULL,
	    mark == '-' ? &before : NULL, err);
	buf_free(&before);
	return done;
}

/* What a rule put there goes when none does any more; a leaver's, all. */
static bool leave_groups(const struct differing *x,
    struct scene_group *const *wanted, int count, struct err *err)
{
	const char *at;
	struct text anchor;
	char mark;

	if (x->has == NULL)
		return true;
	at = x->has->groups;
	while (next_group(&at, &mark, &anchor)) {
		struct scene_group *group = scene_group(x->p, anchor);
		bool stays = group == NULL;

		for (int i = 0; i < count && !stays; i++)
			stays = wanted[i] == group;
		if (stays)
			continue;
		if (mark == '-' && !x->d->strip_groups)
			note_maybe(x, anchor);
		else if (!leave_group(x, mark, group, err))
			return false;
	}
	return true;
}

bool differ_groups(const struct differing *x, struct err *err)
{
	const struct desired *d = x->d;
	int count = d->strip_groups ? 0 : d->group_count;
	struct scene_group **wanted = arena_alloc(x->p->turn,
	    (size_t)(count + 1) * sizeof(struct scene_group *));

	for (int i = 0; i < count; i++) {
		if (!plan_wants(x->p, ACTION_JOIN) &&
		    !plan_wants(x->p, ACTION_LEAVE))
			return true;
		if (!scene_need_group(x->p, &d->groups[i], &wanted[i], err))
			return false;
		if (!is_in(x->has, wanted[i]->anchor) &&
		    !membership(x, ACTION_JOIN, wanted[i], &d->groups[i].why,
			NULL, err))
			return false;
	}
	return leave_groups(x, wanted, count, err);
}

void groups_describe(const struct differing *x, struct buf *out)
{
	const char *at = x->has->groups, *comma = "";
	struct text anchor;
	char mark;

	buf_puts(out, ",\"groups\":[");
	while (next_group(&at, &mark, &anchor)) {
		const struct scene_group *group = scene_group(x->p, anchor);

		if (group == NULL || group->guarded)
			continue;
		buf_printf(out, "%s{\"group\":", comma);
		json_quoted(out, text_of(group->address));
		buf_puts(out, mark == '-' ? "," BY_HAND "}" : "}");
		comma = ",";
	}
	buf_char(out, ']');
}
