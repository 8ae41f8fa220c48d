/* Attributes and groups: of the rule that the account comes from, and what
 * others add. */
#include "rules.h"

#include <stdlib.h>
#include <string.h>

/* Rules that make no accounts add to those of others. */
static bool adds(const struct account_rule *rule)
{
	return rule->candidates.count == 0;
}

/* A role that counts now: the one of the account, and all that are held. */
static bool is_current(const struct view *view, int role, int chosen)
{
	return role == chosen || view_now(view, view->book->is.role_begin,
				     view->book->is.role_end);
}

static int count_roles(const struct view *view)
{
	return view->person->role_count > 0 ? view->person->role_count : 1;
}

/* Looks at the role that makes a rule hold: of the account's rule the
 * account's, of another the first one. */
static bool find_role(struct view *view, const struct account_rule *rule,
    int chosen)
{
	view->rule = rule;
	if (!adds(rule)) {
		view_role(view, chosen);
		return true;
	}
	for (int i = 0; i < count_roles(view); i++) {
		view_role(view, i);
		if (is_current(view, i, chosen) && view_holds(view, rule->when))
			return true;
	}
	return false;
}

/* --- attributes ----------------------------------------------------------- */

static int compare_attributes(const void *a, const void *b)
{
	const struct desired_attribute *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static bool has_attribute(const struct desired *out, const char *name)
{
	for (int i = 0; i < out->attribute_count; i++)
		if (strcmp(out->attributes[i].name, name) == 0)
			return true;
	return false;
}

static bool add_attributes(struct view *view, struct desired_attribute *all)
{
	const struct account_rule *rule = view->rule;

	for (int i = 0; i < rule->attributes.count; i++) {
		const struct attribute_rule *a = &rule->attributes.at[i];
		struct desired_attribute *to = &all[view->out->attribute_count];

		if (has_attribute(view->out, a->name))
			continue;
		*to = (struct desired_attribute){ .name = a->name,
			.initial = a->initial,
			.why = { rule->name, a->key, a->said } };
		if (!view_values(view, &a->values, &to->values, &to->count))
			return false;
		view->out->attribute_count++;
	}
	return true;
}

/* Whether address lists show it: how each type of directory says so. */
void hidden_add(struct view *view, struct desired_attribute *all)
{
	static const struct {
		const char *type, *attribute;
		struct text hidden;
	} known[] = {
		{ "ad", "msExchHideFromAddressLists", { "true", 4 } },
		{ "google", "includeInGlobalAddressList", { "false", 5 } },
		{ "entra", "showInAddressList", { "false", 5 } },
	};
	struct desired *out = view->out;

	for (size_t i = 0; i < array_length(known); i++)
		if (view->rule->life.hide &&
		    strcmp(known[i].type, view->book->type) == 0 &&
		    !has_attribute(out, known[i].attribute))
			all[out->attribute_count++] =
			    (struct desired_attribute){ known[i].attribute,
				    &known[i].hidden, out->hide ? 1 : 0, false,
				    { view->rule->name, "life.hide", "" } };
}

bool attributes_find(struct view *view, int role)
{
	const struct account_rule *own = view->rule;
	struct desired_attribute *all;
	int room = HIDDEN_MOST;

	for (int i = 0; i < view->book->rule_count; i++)
		room += view->book->rules[i].attributes.count;
	all = arena_alloc(view->arena, (size_t)room * sizeof(*all));
	view->out->attributes = all;
	if (!add_attributes(view, all))
		return false;
	hidden_add(view, all);
	for (int i = 0; i < view->book->rule_count; i++) {
		const struct account_rule *rule = &view->book->rules[i];

		if (adds(rule) && rule->attributes.count > 0 &&
		    find_role(view, rule, role) && !add_attributes(view, all))
			return false;
	}
	qsort(all, (size_t)view->out->attribute_count, sizeof(*all),
	    compare_attributes);
	(void)find_role(view, own, role);
	return true;
}

/* --- groups --------------------------------------------------------------- */

struct finding {
	struct view *view;
	int chosen;
	struct desired_group *all;
	int count, room;
};

static struct desired_group *next_group(struct finding *f)
{
	struct desired_group *grown;

	if (f->count == f->room) {
		f->room = 2 * f->room + 8;
		grown = arena_alloc(f->view->arena,
		    (size_t)f->room * sizeof(*grown));
		if (f->count > 0)
			memcpy(grown, f->all,
			    (size_t)f->count * sizeof(*grown));
		f->all = grown;
	}
	return &f->all[f->count];
}

/* The group as it is called in this view. */
static bool add_group(struct finding *f, const struct group_rule *group)
{
	struct desired_group *to = next_group(f);

	if (!view_holds(f->view, group->when))
		return true;
	*to = (struct desired_group){ .exact = group->mode == MODE_EXACT,
		.why = { f->view->rule->name, group->key, group->name.said } };
	if (!view_value(f->view, &group->name, &to->name) ||
	    !view_values(f->view, &group->place, &to->place.parts,
		&to->place.count))
		return false;
	f->count += to->name.len > 0;
	return true;
}

static bool add_by_roles(struct finding *f, const struct group_rule *group)
{
	struct view *view = f->view;

	for (int i = 0; i < count_roles(view); i++) {
		view_role(view, i);
		if (is_current(view, i, f->chosen) &&
		    view_holds(view, view->rule->when) && !add_group(f, group))
			return false;
	}
	return find_role(view, view->rule, f->chosen);
}

static bool add_by_classes(struct finding *f, const struct group_rule *group)
{
	struct view *view = f->view;

	for (int i = 0; i < view->person->class_count; i++) {
		view_class(view, i);
		if (view_now(view, view->book->is.class_begin,
			view->book->is.class_end) &&
		    !add_group(f, group))
			return false;
	}
	view_class(view, -1);
	return true;
}

static bool add_groups(struct finding *f)
{
	static bool (*const ways[])(struct finding *,
	    const struct group_rule *) = {
		[EACH_PERSON] = add_group,
		[EACH_ROLE] = add_by_roles,
		[EACH_CLASS] = add_by_classes,
	};
	const struct group_rules *groups = &f->view->rule->groups;

	for (int i = 0; i < groups->count; i++)
		if (!ways[groups->at[i].each](f, &groups->at[i]))
			return false;
	return true;
}

static int compare_texts(struct text a, struct text b)
{
	size_t len = a.len < b.len ? a.len : b.len;
	int differ = len > 0 ? memcmp(a.at, b.at, len) : 0;

	return differ != 0 ? differ : (a.len > b.len) - (a.len < b.len);
}

static int compare_groups(const void *a, const void *b)
{
	const struct desired_group *x = a, *y = b;
	int differ = compare_texts(x->name, y->name);

	for (int i = 0; differ == 0 && i < x->place.count && i < y->place.count;
	     i++)
		differ = compare_texts(x->place.parts[i], y->place.parts[i]);
	return differ != 0 ? differ : x->place.count - y->place.count;
}

/* Sorted, each once; exact if any rule says so. */
static void settle(struct finding *f)
{
	int kept = 0;

	if (f->count > 0)
		qsort(f->all, (size_t)f->count, sizeof(*f->all),
		    compare_groups);
	for (int i = 0; i < f->count; i++) {
		if (kept > 0 &&
		    compare_groups(&f->all[kept - 1], &f->all[i]) == 0)
			f->all[kept - 1].exact |= f->all[i].exact;
		else
			f->all[kept++] = f->all[i];
	}
	f->view->out->groups = f->all;
	f->view->out->group_count = kept;
}

bool groups_find(struct view *view, int role)
{
	struct finding f = { .view = view, .chosen = role };
	const struct account_rule *own = view->rule;

	for (int i = 0; i < view->book->rule_count; i++) {
		const struct account_rule *rule = &view->book->rules[i];

		if (rule->groups.count == 0 || (rule != own && !adds(rule)) ||
		    !find_role(view, rule, role))
			continue;
		if (!add_groups(&f))
			return false;
	}
	(void)find_role(view, own, role);
	settle(&f);
	return true;
}
