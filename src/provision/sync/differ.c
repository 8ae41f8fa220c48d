/* One person: what rules say they should have, against what they have. */
#include "sync.h"

#include <strings.h>

/* --- actions -------------------------------------------------------------- */

static bool act(const struct differing *x, enum action_kind kind,
    struct buf *before, struct buf *after, const char *reason, struct err *err)
{
	const struct action action = {
		.kind = kind,
		.person = x->person_id,
		.anchor = x->has != NULL ? x->has->anchor : NULL,
		.name = x->has != NULL && x->has->login[0] != '\0'
			    ? x->has->login
			    : arena_textn(x->p->turn, x->d->login.at,
				  x->d->login.len),
		.before = before,
		.after = after,
		.reason = reason,
		.rule = x->d->why.rule,
		.basis = x->renamed && kind == ACTION_UPDATE
			     ? arena_textn(x->p->turn, x->d->basis.at,
				   x->d->basis.len)
			     : NULL,
	};

	return plan_add(x->p, &action, err);
}

/* In words, where they are in life. */
const char *life_of(const struct differing *x)
{
	const struct desired *d = x->d;
	const char *day = d->life == LIFE_FUTURE ? d->first : d->last;

	if (x->person == NULL)
		return "the roster has no such person";
	if (d->unwanted[0] != '\0')
		return arena_printf(x->p->turn,
		    "no rule wants it any more, since %s", d->unwanted);
	if (day[0] == '\0' || d->life == LIFE_ACTIVE || d->life == LIFE_LEAVE)
		return life_words[d->life];
	return arena_printf(x->p->turn, "%s, %s day %s", life_words[d->life],
	    d->life == LIFE_FUTURE ? "first" : "last", day);
}

/* From the first to the second. */
static bool change_text(const struct differing *x, enum action_kind kind,
    const char *what, const struct text values[2], struct err *err)
{
	struct buf before = { 0 }, after = { 0 };
	bool done;

	json_pair(&before, what, values[0]);
	json_pair(&after, what, values[1]);
	done = act(x, kind, &before, &after,
	    kind == ACTION_MOVE ? life_of(x) : what, err);
	buf_free(&before);
	buf_free(&after);
	return done;
}

/* --- attributes ----------------------------------------------------------- */

static bool value_in(const json_t *values, struct text value)
{
	for (size_t i = 0; i < json_array_size(values); i++)
		if (text_is(value, json_nth(values, i)))
			return true;
	return false;
}

static bool same_values(const json_t *is, const struct desired_attribute *a)
{
	if (json_array_size(is) != (size_t)a->count)
		return false;
	for (int i = 0; i < a->count; i++)
		if (!value_in(is, a->values[i]))
			return false;
	return true;
}

static void add_values(struct buf *out, const char *name, const json_t *values)
{
	struct buf list = { 0 };

	for (size_t i = 0; i < json_array_size(values); i++) {
		buf_puts(&list, i > 0 ? "," : "");
		json_quoted(&list, text_of(json_nth(values, i)));
	}
	if (out->len > 0)
		buf_char(out, ',');
	json_quoted(out, text_of(name));
	buf_printf(out, ":[%s]", buf_text(&list));
	buf_free(&list);
}

static void add_login(const struct differing *x, struct buf *before,
    struct buf *after)
{
	const char *name = x->p->target->type->login;
	struct text is = text_of(x->has->login);

	if (text_is(x->d->login, x->has->login))
		return;
	json_values(before, name, &is, is.len > 0);
	json_values(after, name, &x->d->login, 1);
}

static bool differ_attributes(const struct differing *x, struct err *err)
{
	const json_t *has = json_read(x->p->turn, x->has->attributes);
	struct buf before = { 0 }, after = { 0 }, reason = { 0 };
	bool done = true;

	add_login(x, &before, &after);
	for (int i = 0; i < x->d->attribute_count; i++) {
		const struct desired_attribute *a = &x->d->attributes[i];
		const json_t *is = json_object_get(has, a->name);

		if (a->initial || same_values(is, a))
			continue;
		add_values(&before, a->name, is);
		json_values(&after, a->name, a->values, a->count);
		buf_printf(&reason, "%s%s", reason.len > 0 ? ", " : "",
		    a->why.key);
	}
	if (after.len > 0)
		done = act(x, ACTION_UPDATE, &before, &after, buf_text(&reason),
		    err);
	buf_free(&before);
	buf_free(&after);
	buf_free(&reason);
	return done;
}

/* --- an account that is there --------------------------------------------- */

static bool place_guarded(const struct differing *x, const char *place)
{
	return rulebook_guards(x->p->target->book.rules, GUARD_PLACE, place);
}

static bool is_guarded(const struct differing *x)
{
	const struct account *has = x->has;
	const struct rulebook *rules = x->p->target->book.rules;

	return has != NULL &&
	       (has->guarded ||
		   rulebook_guards(rules, GUARD_ACCOUNT, has->login) ||
		   place_guarded(x, has->place));
}

static bool differ_place(const struct differing *x, struct err *err)
{
	struct planning *p = x->p;
	const char *place = scene_address(p, &x->d->place);
	const struct text names[] = { text_of(x->has->name), x->d->name };
	const struct text places[] = { text_of(x->has->place), text_of(place) };

	if (!text_is(names[1], x->has->name) &&
	    !change_text(x, ACTION_RENAME, "name", names, err))
		return false;
	if (strcasecmp(place, x->has->place) == 0 ||
	    !plan_wants(p, ACTION_MOVE))
		return true;
	return scene_need_place(p, &x->d->place, x->d->why.rule, err) &&
	       change_text(x, ACTION_MOVE, "place", places, err);
}

static bool differ_enabled(const struct differing *x, struct err *err)
{
	if (x->d->enabled == x->has->enabled)
		return true;
	return act(x, x->d->enabled ? ACTION_ENABLE : ACTION_DISABLE, NULL,
	    NULL, life_of(x), err);
}

static void note_leaving(const struct differing *x)
{
	if (x->d->leaving && x->p->wanted->tells)
		json_pair(&x->p->leaving, x->person_id, text_of(x->d->last));
}

/* The names that the login was made of are others: what then is to be said by
 * settings. */
static bool rename_login(struct differing *x, struct desire *desire,
    struct err *err)
{
	struct planning *p = x->p;
	const struct rulebook *rules = p->target->book.rules;
	enum rules_rename how = rulebook_names(rules)->rename;

	if (x->has->basis[0] == '\0' || text_is(x->d->basis, x->has->basis))
		return true;
	if (how == RENAME_ASK)
		return act(x, ACTION_ASK, NULL, NULL,
		    "the names that the login was made of have changed", err);
	if (how == RENAME_KEEP || x->d->life == LIFE_LEAVER)
		return true;
	if (!scene_names(p, &desire->names, err))
		return false;
	desire->login = (struct text){ 0 };
	rulebook_desire(rules, p->turn, desire, x->d);
	x->renamed = true;
	return true;
}

static bool differ_account(struct differing *x, struct desire *desire,
    struct err *err)
{
	if (!rename_login(x, desire, err))
		return false;
	if (x->d->problem != NULL)
		return act(x, ACTION_ASK, NULL, NULL, x->d->problem, err);
	if (!extra_wanted(x, err))
		return false;
	note_leaving(x);
	return differ_enabled(x, err) && differ_place(x, err) &&
	       differ_attributes(x, err) && differ_groups(x, err);
}

static bool delete_account(const struct differing *x, const char *reason,
    struct err *err)
{
	const struct account *has = x->has;
	struct buf before = { 0 };
	bool done;

	json_pair(&before, "name", text_of(has->name));
	json_pair(&before, "place", text_of(has->place));
	json_pair(&before, "login", text_of(has->login));
	buf_printf(&before, ",\"enabled\":%s,\"attributes\":%s",
	    has->enabled ? "true" : "false", has->attributes);
	groups_describe(x, &before);
	done = act(x, ACTION_DELETE, &before, NULL, reason, err);
	buf_free(&before);
	return done;
}

/* --- an account that is not there ----------------------------------------- */

static bool make_account(struct differing *x, enum action_kind kind,
    struct err *err)
{
	struct buf after = { 0 };
	const char *reason = life_of(x);
	bool done;

	if (!plan_wants(x->p, kind))
		return true;
	if (x->anew)
		reason = arena_printf(x->p->turn,
		    "%s; the account that was deleted can't be brought back, "
		    "so this is another, without its files, mail and rights",
		    reason);
	if (!extra_wanted(x, err))
		return false;
	describe_made(x, &after);
	done = scene_need_place(x->p, &x->d->place, x->d->why.rule, err) &&
	       act(x, kind, NULL, &after, reason, err);
	buf_free(&after);
	/* Who is back from the dead is in no groups. */
	if (x->has != NULL)
		x->has = NULL;
	return done && differ_groups(x, err);
}

static bool create(struct differing *x, struct desire *desire, struct err *err)
{
	struct planning *p = x->p;

	if (x->d->life == LIFE_LEAVER || x->d->life == LIFE_LEAVE)
		return true;
	if (!scene_names(p, &desire->names, err))
		return false;
	rulebook_desire(p->target->book.rules, p->turn, desire, x->d);
	if (x->d->problem != NULL)
		return act(x, ACTION_ASK, NULL, NULL, x->d->problem, err);
	return make_account(x, ACTION_CREATE, err);
}

static bool adopt(struct differing *x, struct desire *desire, struct err *err)
{
	const char *by = x->claimed.by;
	struct planning *p = x->p;
	struct buf after = { 0 };
	bool done;

	x->has = &x->claimed.account;
	desire_account(desire, x->has);
	rulebook_desire(p->target->book.rules, p->turn, desire, x->d);
	json_pair(&after, "by", text_of(by));
	json_pair(&after, "basis", x->d->basis);
	done = act(x, ACTION_ADOPT, NULL, &after,
	    arena_printf(p->turn, "it has the same %s", by), err);
	buf_free(&after);
	if (!done || x->d->problem != NULL || is_guarded(x))
		return done;
	return note_account(x, err) && differ_account(x, desire, err);
}

/* They have none: it is there already, or is to be made. */
static bool find_account(struct differing *x, struct desire *desire,
    struct err *err)
{
	if (!plan_wants(x->p, ACTION_ADOPT))
		return create(x, desire, err);
	if (!claims_find(x->p, x->person, x->d, &x->claimed, err))
		return false;
	switch (x->claimed.claim) {
	case CLAIM_ONE:
		return adopt(x, desire, err);
	case CLAIM_MANY:
		return act(x, ACTION_ASK, NULL, NULL,
		    arena_printf(x->p->turn,
			"more than one account, or person, fits by %s: "
			"link it by hand",
			x->claimed.by),
		    err);
	case CLAIM_NONE:
		break;
	}
	return create(x, desire, err);
}

/* --- an account that was there -------------------------------------------- */

/* Theirs again, if nobody has been given it since. */
static bool find_login(struct differing *x, struct desire *desire,
    struct err *err)
{
	struct planning *p = x->p;
	const struct rulebook *rules = p->target->book.rules;

	if (!scene_names(p, &desire->names, err))
		return false;
	if (!rulebook_names(rules)->forever &&
	    names_taken(desire->names, desire->login))
		desire->login = (struct text){ 0 };
	else
		names_take(desire->names, desire->login);
	rulebook_desire(rules, p->turn, desire, x->d);
	desire->login = x->d->login;
	return true;
}

static bool come_back(struct differing *x, struct desire *desire,
    struct err *err)
{
	if (x->d->life == LIFE_LEAVER || x->d->life == LIFE_LEAVE)
		return true;
	if (!find_login(x, desire, err))
		return false;
	/* Without a login that they have, the first day is too far. */
	if (x->d->life == LIFE_EARLY)
		return true;
	if (x->d->problem != NULL)
		return act(x, ACTION_ASK, NULL, NULL, x->d->problem, err);
	if (x->has->restorable)
		return make_account(x, ACTION_RESTORE, err);
	x->has = NULL;
	x->anew = true;
	return create(x, desire, err);
}

/* --- an account that no rule wants ---------------------------------------- */

/* It leaves as a leaver's does; what else it has stays as it is. */
static bool leave(struct differing *x, struct err *err)
{
	x->d->name = text_of(x->has->name);
	if (!note_account(x, err))
		return false;
	if (x->d->life == LIFE_DELETED)
		return delete_account(x, life_of(x), err);
	return x->d->stays ||
	       (differ_enabled(x, err) &&
		   (x->d->place.count == 0 || differ_place(x, err)) &&
		   differ_attributes(x, err) && differ_groups(x, err));
}

static bool let_go(struct differing *x, const struct desire *desire,
    struct err *err)
{
	rulebook_let_go(x->p->target->book.rules, x->p->turn, desire, x->d);
	return leave(x, err);
}

/* --- all ------------------------------------------------------------------ */

static bool turn(struct differing *x, struct desire *desire, struct err *err)
{
	const struct account *has = x->has;

	switch (x->d->life) {
	case LIFE_EARLY:
		return true;
	case LIFE_NONE:
		return has == NULL || has->gone || let_go(x, desire, err);
	case LIFE_DELETED:
		return has == NULL || has->gone ||
		       delete_account(x, life_of(x), err);
	case LIFE_FUTURE:
	case LIFE_ACTIVE:
	case LIFE_LEAVE:
	case LIFE_LEAVER:
	case LIFE_UNWANTED:
		break;
	}
	if (has != NULL && !has->gone && !note_account(x, err))
		return false;
	if (x->d->problem != NULL)
		return act(x, ACTION_ASK, NULL, NULL, x->d->problem, err);
	if (has == NULL)
		return find_account(x, desire, err);
	return has->gone ? come_back(x, desire, err)
			 : differ_account(x, desire, err);
}

bool differ_person(struct planning *p, const struct person *person,
    const struct account *has, struct err *err)
{
	struct desired desired = { 0 };
	struct desire desire = { .person = person, .moment = &p->moment };
	struct differing x = { .p = p,
		.person = person,
		.person_id =
		    arena_textn(p->turn, person->id.at, person->id.len),
		.has = has,
		.d = &desired };

	if (is_guarded(&x))
		return true;
	if (has != NULL)
		desire_account(&desire, has);
	rulebook_desire(p->target->book.rules, p->turn, &desire, &desired);
	return turn(&x, &desire, err);
}

/* Of who left before, the days are counted already. */
bool differ_left(struct planning *p, const struct account *has, struct err *err)
{
	const struct person nobody = { .id = text_of(has->person) };
	struct desire desire = { .person = &nobody, .moment = &p->moment };
	struct desired desired;
	struct differing x = { .p = p,
		.person_id = has->person,
		.has = has,
		.d = &desired };

	if (has->gone || is_guarded(&x))
		return true;
	desire_account(&desire, has);
	rulebook_let_go(p->target->book.rules, p->turn, &desire, &desired);
	desired.stays = false;
	if (has->due != 0) {
		desired.delete_at = has->due;
		desired.life =
		    has->due <= p->moment.now ? LIFE_DELETED : LIFE_UNWANTED;
	}
	return leave(&x, err);
}
