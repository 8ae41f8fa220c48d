/* Acting: many changes at a time over one connection, each a task. */
#include "ad.h"

#include <string.h>
#include <strings.h>

/* clang-format off */
static const struct verb *const verbs[DIRECTORY_VERB_COUNT] = {
	[DIRECTORY_CREATE]         = &verb_create,
	[DIRECTORY_UPDATE]         = &verb_update,
	[DIRECTORY_MOVE]           = &verb_move,
	[DIRECTORY_RENAME]         = &verb_rename,
	[DIRECTORY_ENABLE]         = &verb_enable,
	[DIRECTORY_DISABLE]        = &verb_disable,
	[DIRECTORY_DELETE]         = &verb_delete,
	[DIRECTORY_RESTORE]        = &verb_restore,
	[DIRECTORY_ADD_MEMBERS]    = &verb_members,
	[DIRECTORY_REMOVE_MEMBERS] = &verb_members,
	[DIRECTORY_SET_PASSWORD]   = &verb_password,
};
/* clang-format on */

/* --- requests ------------------------------------------------------------- */

void task_sent(struct task *task, int rc, int message, bool writing)
{
	task->writing = writing;
	if (rc == LDAP_SUCCESS) {
		task->message = message;
		return;
	}
	if (rc == LDAP_ENCODING_ERROR || rc == LDAP_PARAM_ERROR ||
	    rc == LDAP_FILTER_ERROR) {
		task_refuse(task, DIRECTORY_BAD_VALUE, "libldap refuses it: %s",
		    ldap_err2string(rc));
		return;
	}
	task->act->lost = true;
	task_lost(task);
}

void task_modify(struct task *task, const char *dn, LDAPMod **mods)
{
	/* What is there already is no error where only that is wanted. */
	LDAPControl permissive = { .ldctl_oid = not_const(OID_PERMISSIVE) };
	LDAPControl show = { .ldctl_oid = not_const(OID_SHOW_DELETED),
		.ldctl_iscritical = 1 };
	LDAPControl *controls[] = { dn != NULL ? &show : &permissive, NULL };
	int message = 0, rc;

	if (dn == NULL)
		dn = guid_dn(task->act->arena, task->change->anchor);
	rc = ldap_modify_ext(task->act->ad->ld, dn, mods, controls, NULL,
	    &message);

	task_sent(task, rc, message, true);
}

void task_look(struct task *task, bool deleted)
{
	static const char *names[] = { "name", "userAccountControl",
		"isDeleted", "lastKnownParent", "msDS-LastKnownRDN", NULL };
	struct search search = {
		.base = guid_dn(task->act->arena, task->change->anchor),
		.scope = LDAP_SCOPE_BASE,
		.filter = "(objectClass=*)",
		.attributes = names,
	};
	int message = 0, rc;

	if (deleted)
		guid_search(task->act->ad, task->act->arena,
		    task->change->anchor, &search);
	rc = ad_search_begin(task->act->ad, &search, &message);

	task_sent(task, rc, message, false);
}

/* --- the flight ----------------------------------------------------------- */

/* Changes of one object keep their order: no two of them are in flight. */
static bool in_flight(const struct act *act, const char *anchor)
{
	for (int i = 0; i < act->flying_count; i++) {
		const char *other = act->flying[i]->change->anchor;

		if (anchor != NULL && other != NULL &&
		    strcasecmp(anchor, other) == 0)
			return true;
	}
	return false;
}

static void begin(struct act *act)
{
	struct task *task = &act->tasks[act->begun++];

	if (!check_change(task))
		return;
	verbs[task->change->verb]->begin(task);
	if (!task->finished)
		act->flying[act->flying_count++] = task;
}

static void fill(struct act *act)
{
	while (act->begun < act->count && act->flying_count < act->ad->window &&
	       !act->lost && !ad_stopped(act->ad) &&
	       !in_flight(act, act->tasks[act->begun].change->anchor))
		begin(act);
}

static void answered(struct task *task, LDAPMessage *message)
{
	LDAP *ld = task->act->ad->ld;
	struct answer answer = { .message = message };
	char *words = NULL;

	if (ldap_parse_result(ld, message, &answer.code, NULL, &words, NULL,
		NULL, 0) != LDAP_SUCCESS)
		answer.code = LDAP_DECODING_ERROR;
	answer.words = words != NULL ? words : "";
	answer.entry = ldap_first_entry(ld, message);
	task->message = 0;
	verbs[task->change->verb]->answered(task, &answer);
	ldap_memfree(words);
}

static void land(struct act *act, LDAPMessage *message)
{
	int id = ldap_msgid(message);

	for (int i = 0; i < act->flying_count; i++) {
		if (act->flying[i]->message != id)
			continue;
		answered(act->flying[i], message);
		if (act->flying[i]->finished)
			act->flying[i] = act->flying[--act->flying_count];
		return;
	}
}

static void fly(struct act *act)
{
	for (;;) {
		LDAPMessage *message;

		fill(act);
		if (act->lost || act->flying_count == 0)
			return;
		message = ad_wait(act->ad);
		if (message == NULL) {
			act->lost = true;
			return;
		}
		land(act, message);
		ldap_msgfree(message);
	}
}

/* What was not begun, or not ended, when the connection was. */
static void clear_up(struct act *act)
{
	for (int i = 0; i < act->flying_count; i++)
		if (!act->flying[i]->finished)
			task_lost(act->flying[i]);
	for (; act->begun < act->count; act->begun++)
		task_again(&act->tasks[act->begun], 0,
		    act->lost ? "the connection was lost before it was sent"
			      : "it was told to stop before it was sent");
	if (act->lost)
		ad_lost(act->ad);
}

/* --- the door ------------------------------------------------------------- */

static bool learn_edits(struct ad *ad, struct arena *arena,
    const struct directory_change *changes, int count, struct err *err)
{
	const char **names;
	int total = 0, at = 0;

	for (int i = 0; i < count; i++)
		total += changes[i].edit_count;
	names = arena_alloc(arena, (size_t)(total + 1) * sizeof(*names));
	for (int i = 0; i < count; i++)
		for (int j = 0; j < changes[i].edit_count; j++) {
			const char *name = changes[i].edits[j].name;

			if (schema_find(ad, name) == NULL)
				names[at++] = name;
		}
	return schema_learn(ad, ad->asked, ad->asked_count, err) &&
	       schema_learn(ad, names, at, err);
}

bool ad_act(void *self, struct arena *arena,
    const struct directory_change *changes, int count,
    struct directory_outcome *outcomes, struct err *err)
{
	struct ad *ad = self;
	struct act act = { .ad = ad, .arena = arena, .count = count };

	if (!ad_connect(ad, err) ||
	    !learn_edits(ad, arena, changes, count, err))
		return false;
	act.tasks =
	    arena_alloc(arena, (size_t)(count + 1) * sizeof(*act.tasks));
	act.flying =
	    arena_alloc(arena, (size_t)ad->window * sizeof(struct task *));
	for (int i = 0; i < count; i++) {
		outcomes[i] = (struct directory_outcome){ .anchor = "",
			.code = "",
			.words = "",
			.why = "" };
		act.tasks[i] = (struct task){ .act = &act,
			.change = &changes[i],
			.out = &outcomes[i] };
	}
	fly(&act);
	clear_up(&act);
	return true;
}
