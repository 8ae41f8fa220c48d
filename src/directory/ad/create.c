/* Making accounts, groups, and containers with those that they lie in. */
#include "ad.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { ADDING, READING_BACK };

/* clang-format off */
static const char *const classes[DIRECTORY_KIND_COUNT] = {
	[DIRECTORY_ACCOUNT]   = "user",
	[DIRECTORY_GROUP]     = "group",
	[DIRECTORY_CONTAINER] = "organizationalUnit",
};
/* clang-format on */

static bool account_mods(struct task *task, struct mods *mods)
{
	const struct directory_change *change = task->change;
	const char *bits = edit_after(change, "userAccountControl");
	long control = bits != NULL ? strtol(bits, NULL, 10) : 0;
	char text[24];

	if (edit_after(change, "sAMAccountName") == NULL) {
		task_refuse(task, DIRECTORY_BAD_VALUE,
		    "sAMAccountName: is missing");
		return false;
	}
	control = (control | CONTROL_NORMAL) & ~CONTROL_DISABLED;
	if (!change->enabled)
		control |= CONTROL_DISABLED;
	snprintf(text, sizeof(text), "%ld", control);
	mods_text(mods, LDAP_MOD_ADD, "userAccountControl", text);
	return check_password(task) &&
	       (change->password == NULL ||
		   mods_password(task, mods, LDAP_MOD_ADD));
}

/* The windows that list groups want this name too. */
static void group_mods(struct task *task, struct mods *mods)
{
	if (edit_find(task->change, "sAMAccountName") == NULL)
		mods_text(mods, LDAP_MOD_ADD, "sAMAccountName",
		    task->change->name);
}

static void add(struct task *task, const char *dn, struct mods *mods)
{
	int message = 0;
	int rc = ldap_add_ext(task->act->ad->ld, dn, mods->list, NULL, NULL,
	    &message);

	task->stage = ADDING;
	task_sent(task, rc, message, true);
}

static void begin_create(struct task *task)
{
	const struct directory_change *change = task->change;
	struct mods mods = { .arena = task->act->arena };

	task->dn =
	    dn_make(mods.arena, change->kind, change->name, change->place);
	mods_text(&mods, LDAP_MOD_ADD, "objectClass", classes[change->kind]);
	if (!mods_create(task, &mods))
		return;
	if (change->kind == DIRECTORY_GROUP)
		group_mods(task, &mods);
	if (change->kind != DIRECTORY_ACCOUNT || account_mods(task, &mods))
		add(task, task->dn, &mods);
}

/* --- the anchor ----------------------------------------------------------- */

/* Until it is known, nobody could be told whose it is. */
static void read_back(struct task *task)
{
	static const char *names[] = { "objectGUID", NULL };
	struct search search = { .base = task->dn,
		.scope = LDAP_SCOPE_BASE,
		.filter = "(objectClass=*)",
		.attributes = names };
	int message = 0;
	int rc = ad_search_begin(task->act->ad, &search, &message);

	task->stage = READING_BACK;
	/* What is lost now was made all the same. */
	task_sent(task, rc, message, true);
}

static void take_anchor(struct task *task, const struct answer *answer)
{
	struct berval *bytes = NULL;
	char guid[GUID_TEXT];

	if (answer->entry != NULL)
		bytes = ad_bytes(task->act->ad->ld, task->act->arena,
		    answer->entry, "objectGUID");
	if (bytes == NULL || bytes->bv_len != GUID_SIZE) {
		task_lost(task);
		task->out->why = "it was made, but our account may not read it";
		return;
	}
	guid_text(guid, (const unsigned char *)bytes->bv_val);
	if (task->depth < 0)
		task_already(task, guid);
	else
		task_done(task, guid);
}

/* --- containers ----------------------------------------------------------- */

static const char *above(const char *dn, int steps)
{
	while (steps-- > 0)
		dn = dn_parent(dn);
	return dn;
}

static void add_container(struct task *task)
{
	struct mods mods = { .arena = task->act->arena };

	if (task->depth == 0) {
		begin_create(task);
		return;
	}
	mods_text(&mods, LDAP_MOD_ADD, "objectClass",
	    classes[DIRECTORY_CONTAINER]);
	add(task, above(task->dn, task->depth), &mods);
}

static bool no_place(const struct answer *answer)
{
	return refusal_find(answer->code, answer->words)->reason ==
		   DIRECTORY_NO_ENTRY ||
	       answer->code == LDAP_NO_SUCH_OBJECT;
}

/* Up until there is one to make it in, then down again. */
static void container_answered(struct task *task, const struct answer *answer)
{
	const char *base = ad_base(task->act->ad);
	const char *next;

	if (answer->code == LDAP_SUCCESS ||
	    answer->code == LDAP_ALREADY_EXISTS) {
		if (task->depth == 0) {
			if (answer->code == LDAP_ALREADY_EXISTS)
				task->depth = -1;
			read_back(task);
			return;
		}
		task->depth--;
		add_container(task);
		return;
	}
	next = above(task->dn, task->depth + 1);
	if (!no_place(answer) || !dn_within(next, base) ||
	    strncasecmp(next, "OU=", 3) != 0) {
		task_answered(task, answer);
		return;
	}
	task->depth++;
	add_container(task);
}

static void create_answered(struct task *task, const struct answer *answer)
{
	if (task->stage == READING_BACK)
		take_anchor(task, answer);
	else if (task->change->kind == DIRECTORY_CONTAINER)
		container_answered(task, answer);
	else if (answer->code == LDAP_SUCCESS)
		read_back(task);
	else
		task_answered(task, answer);
}

const struct verb verb_create = { begin_create, create_answered };
