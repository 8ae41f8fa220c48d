/* Changing what is there: attributes, place, name, state, password; deleting
 * and bringing back. */
#include "ad.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { LOOKING, WRITING, COMPLETING };

static const char *seen(struct task *task, const struct answer *answer,
    const char *name)
{
	return ad_value(task->act->ad->ld, task->act->arena, answer->entry,
	    name);
}

static long seen_control(struct task *task, const struct answer *answer)
{
	const char *text = seen(task, answer, "userAccountControl");

	return text != NULL ? strtol(text, NULL, 10) : CONTROL_NORMAL;
}

static const char *seen_dn(struct task *task, const struct answer *answer)
{
	char *dn = ldap_get_dn(task->act->ad->ld, answer->entry);
	const char *out = arena_text(task->act->arena, dn != NULL ? dn : "");

	ldap_memfree(dn);
	return out;
}

/* False: it was not there, and the task has ended. */
static bool found(struct task *task, const struct answer *answer)
{
	if (answer->code == LDAP_SUCCESS && answer->entry != NULL)
		return true;
	if (answer->code == LDAP_SUCCESS)
		task_answered(task,
		    &(struct answer){ .code = LDAP_NO_SUCH_OBJECT,
			.words = "" });
	else
		task_answered(task, answer);
	/* It is the object that was looked for, and not its place. */
	if (task->out->reason == DIRECTORY_NO_PLACE) {
		task->out->reason = DIRECTORY_NO_ENTRY;
		task->out->why = "it is not there any more";
	}
	return false;
}

static void begin_look(struct task *task)
{
	task->stage = LOOKING;
	task_look(task, false);
}

static void ended(struct task *task, const struct answer *answer)
{
	if (answer->code == LDAP_SUCCESS)
		task_done(task, NULL);
	else
		task_answered(task, answer);
}

static void put_control(struct mods *mods, long control)
{
	char text[24];

	snprintf(text, sizeof(text), "%ld", control);
	mods_text(mods, LDAP_MOD_REPLACE, "userAccountControl", text);
}

/* --- attributes ----------------------------------------------------------- */

static long number(const char *const *values, int count)
{
	return count == 1 ? strtol(values[0], NULL, 10) : 0;
}

static void write_edits(struct task *task, const struct answer *answer)
{
	const struct directory_edit *edit =
	    edit_find(task->change, "userAccountControl");
	struct mods mods = { .arena = task->act->arena };
	long control, before, after;

	if (!mods_update(task, &mods))
		return;
	if (answer != NULL && edit != NULL) {
		control = seen_control(task, answer);
		before = number(edit->before, edit->before_count);
		after = number(edit->after, edit->after_count);
		/* Only the bits that the edit turns; whether it is enabled is
		 * another verb's. */
		after =
		    (control & ~(before ^ after)) | (after & (before ^ after));
		after =
		    (after & ~CONTROL_DISABLED) | (control & CONTROL_DISABLED);
		if (after != control)
			put_control(&mods, after);
	}
	task->stage = WRITING;
	if (mods.count == 0)
		task_already(task, NULL);
	else
		task_modify(task, NULL, mods.list);
}

static void begin_update(struct task *task)
{
	if (edit_find(task->change, "userAccountControl") != NULL)
		begin_look(task);
	else
		write_edits(task, NULL);
}

static void update_answered(struct task *task, const struct answer *answer)
{
	if (task->stage == WRITING)
		ended(task, answer);
	else if (found(task, answer))
		write_edits(task, answer);
}

/* --- place and name ------------------------------------------------------- */

static void send_rename(struct task *task, const char *name, const char *place)
{
	struct arena *arena = task->act->arena;
	const char *rdn = dn_make(arena, task->change->kind, name, "");
	int message = 0;
	int rc =
	    ldap_rename(task->act->ad->ld, guid_dn(arena, task->change->anchor),
		rdn, place, 1, NULL, NULL, &message);

	task->stage = WRITING;
	task_sent(task, rc, message, true);
}

/* A move may rename as well, since both are one request. */
static void rename_answered(struct task *task, const struct answer *answer)
{
	const struct directory_change *change = task->change;
	const char *name, *now, *dn, *place = change->place;

	if (task->stage == WRITING) {
		ended(task, answer);
		return;
	}
	if (!found(task, answer))
		return;
	dn = seen_dn(task, answer);
	now = seen(task, answer, "name");
	if (now == NULL)
		now = dn_name(task->act->arena, dn);
	name = change->name != NULL ? change->name : now;
	/* Samba wants the place even where it stays the same. */
	if (change->verb == DIRECTORY_RENAME)
		place = dn_parent(dn);
	if (strcasecmp(place, dn_parent(dn)) == 0 && strcmp(name, now) == 0)
		task_already(task, NULL);
	else
		send_rename(task, name, place);
}

/* --- state ---------------------------------------------------------------- */

static void state_answered(struct task *task, const struct answer *answer)
{
	struct mods mods = { .arena = task->act->arena };
	long control, wanted;

	if (task->stage == WRITING) {
		ended(task, answer);
		return;
	}
	if (!found(task, answer))
		return;
	control = seen_control(task, answer);
	wanted = task->change->verb == DIRECTORY_ENABLE
		     ? control & ~CONTROL_DISABLED
		     : control | CONTROL_DISABLED;
	task->stage = WRITING;
	if (control == wanted) {
		task_already(task, NULL);
		return;
	}
	put_control(&mods, wanted);
	task_modify(task, NULL, mods.list);
}

/* --- deleting and bringing back ------------------------------------------- */

static void begin_delete(struct task *task)
{
	int message = 0;
	int rc = ldap_delete_ext(task->act->ad->ld,
	    guid_dn(task->act->arena, task->change->anchor), NULL, NULL,
	    &message);

	task_sent(task, rc, message, true);
}

static void delete_answered(struct task *task, const struct answer *answer)
{
	if (refusal_find(answer->code, answer->words)->reason ==
	    DIRECTORY_NO_ENTRY)
		task_already(task, NULL);
	else
		ended(task, answer);
}

static void begin_restore(struct task *task)
{
	task->stage = LOOKING;
	task_look(task, true);
}

/* What it lost with its deletion. */
static void complete(struct task *task)
{
	const struct directory_change *change = task->change;
	struct mods mods = { .arena = task->act->arena };

	task->stage = COMPLETING;
	if (!mods_update(task, &mods))
		return;
	if (change->kind == DIRECTORY_ACCOUNT) {
		put_control(&mods, change->enabled
				       ? CONTROL_NORMAL
				       : CONTROL_NORMAL | CONTROL_DISABLED);
		if (change->password != NULL &&
		    !mods_password(task, &mods, LDAP_MOD_REPLACE))
			return;
	}
	if (mods.count == 0)
		task_done(task, NULL);
	else
		task_modify(task, NULL, mods.list);
}

/* One that is there already may have come back without the rest, if the
 * connection was lost between the two. */
static void complete_it(struct task *task)
{
	if (task->change->edit_count > 0 || task->change->password != NULL)
		complete(task);
	else
		task_already(task, NULL);
}

static void bring_back(struct task *task, const struct answer *answer)
{
	const struct directory_change *change = task->change;
	struct mods mods = { .arena = task->act->arena };
	const char *deleted = seen(task, answer, "isDeleted");
	const char *place = change->place, *name = change->name;

	if (deleted == NULL || strcmp(deleted, "TRUE") != 0) {
		complete_it(task);
		return;
	}
	if (place == NULL)
		place = seen(task, answer, "lastKnownParent");
	if (name == NULL)
		name = seen(task, answer, "msDS-LastKnownRDN");
	if (name == NULL)
		name = dn_name(mods.arena, seen_dn(task, answer));
	if (place == NULL) {
		task_refuse(task, DIRECTORY_NO_PLACE,
		    "the directory does not say where it was: name a place");
		return;
	}
	mods_bytes(&mods, LDAP_MOD_DELETE, "isDeleted", NULL, 0);
	mods_text(&mods, LDAP_MOD_REPLACE, "distinguishedName",
	    dn_make(mods.arena, change->kind, name, place));
	task->stage = WRITING;
	task_modify(task, seen_dn(task, answer), mods.list);
}

/* Why it did not come back, or not whole. */
static void not_restored(struct task *task)
{
	struct directory_outcome *out = task->out;

	if (task->stage == COMPLETING)
		out->why = arena_printf(task->act->arena,
		    "it is back, but not what it was: %s", out->why);
	else if (out->reason == DIRECTORY_NOT_ALLOWED)
		out->why = "it can't be brought back: our account lacks the "
			   "right «Reanimate tombstones» on the domain";
}

static void restore_answered(struct task *task, const struct answer *answer)
{
	if (task->stage == LOOKING) {
		if (found(task, answer))
			bring_back(task, answer);
	} else if (answer->code != LDAP_SUCCESS) {
		task_answered(task, answer);
		not_restored(task);
	} else if (task->stage == WRITING) {
		complete(task);
	} else {
		task_done(task, NULL);
	}
}

/* --- password ------------------------------------------------------------- */

static void begin_password(struct task *task)
{
	struct mods mods = { .arena = task->act->arena };

	task->stage = WRITING;
	if (mods_password(task, &mods, LDAP_MOD_REPLACE))
		task_modify(task, NULL, mods.list);
}

const struct verb verb_update = { begin_update, update_answered };
const struct verb verb_move = { begin_look, rename_answered };
const struct verb verb_rename = { begin_look, rename_answered };
const struct verb verb_enable = { begin_look, state_answered };
const struct verb verb_disable = { begin_look, state_answered };
const struct verb verb_delete = { begin_delete, delete_answered };
const struct verb verb_restore = { begin_restore, restore_answered };
const struct verb verb_password = { begin_password, ended };
