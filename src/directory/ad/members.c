/*
 * Members of groups, in requests of a fitting size. One value that the server
 * refuses fails a whole request; so where that happens the group is read once,
 * and then requests become smaller until the one that is refused stands alone.
 */
#include "ad.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define AT_A_TIME 500
#define NAMED_MOST 5 /* of those that are not there */

enum { WRITING, READING };

struct members {
	const char **left; /* anchors that are still to be sent */
	int count, at, size;
	int changed;
	bool was_read;
	const char **now; /* anchors of those that are in it, sorted */
	int now_count, now_room;
	struct buf missing; /* anchors of what is not there */
	int missing_count;
};

static bool adding(const struct task *task)
{
	return task->change->verb == DIRECTORY_ADD_MEMBERS;
}

static int next_count(const struct members *members)
{
	int count = members->count - members->at;

	return count < members->size ? count : members->size;
}

static void finish(struct task *task)
{
	struct members *members = task->members;

	if (members->missing_count > 0)
		task_refuse(task, DIRECTORY_NO_MEMBER,
		    "%d of %d are not in this directory any more (the others "
		    "are done): %s",
		    members->missing_count, task->change->member_count,
		    buf_text(&members->missing));
	else if (members->changed > 0)
		task_done(task, NULL);
	else
		task_already(task, NULL);
}

static void send_members(struct task *task)
{
	struct members *members = task->members;
	struct mods mods = { .arena = task->act->arena };
	int count = next_count(members);
	struct berval *values;

	if (count == 0) {
		finish(task);
		return;
	}
	values = arena_alloc(mods.arena, (size_t)count * sizeof(*values));
	for (int i = 0; i < count; i++) {
		const char *dn =
		    guid_dn(mods.arena, members->left[members->at + i]);

		values[i] = (struct berval){ strlen(dn), not_const(dn) };
	}
	mods_bytes(&mods, adding(task) ? LDAP_MOD_ADD : LDAP_MOD_DELETE,
	    "member", values, count);
	task->stage = WRITING;
	task_modify(task, NULL, mods.list);
}

/* --- who is in it --------------------------------------------------------- */

static int compare(const void *a, const void *b)
{
	return strcasecmp(*(const char *const *)a, *(const char *const *)b);
}

static void send_reading(struct task *task, long from)
{
	const char *names[] = { NULL, NULL };
	struct search search = {
		.base = guid_dn(task->act->arena, task->change->anchor),
		.scope = LDAP_SCOPE_BASE,
		.filter = "(objectClass=*)",
		.attributes = names,
		.extended = true,
	};
	int message = 0, rc;

	names[0] = arena_printf(task->act->arena, "member;range=%ld-%ld", from,
	    from + 1499);
	rc = ad_search_begin(task->act->ad, &search, &message);
	task->stage = READING;
	task_sent(task, rc, message, false);
}

static void keep(struct task *task, const char *anchor)
{
	struct members *members = task->members;

	if (members->now_count == members->now_room) {
		const char **wider;

		members->now_room = members->now_room * 2 + 1500;
		wider = arena_alloc(task->act->arena,
		    (size_t)members->now_room * sizeof(*wider));
		if (members->now_count > 0)
			memcpy(wider, members->now,
			    (size_t)members->now_count * sizeof(*wider));
		members->now = wider;
	}
	members->now[members->now_count++] = anchor;
}

static long take_members(struct task *task, LDAPMessage *entry)
{
	struct list list = { 0 };
	long next = -1;

	if (entry != NULL)
		next = entry_members(task->act->ad, task->act->arena, entry,
		    &list);
	for (int i = 0; i < list.count; i++)
		keep(task, list.at[i]);
	return next;
}

/* Leaves those that make a difference. */
static void sift(struct task *task)
{
	struct members *members = task->members;
	int kept = members->at;

	if (members->now_count > 0)
		qsort(members->now, (size_t)members->now_count,
		    sizeof(*members->now), compare);
	for (int i = members->at; i < members->count; i++) {
		bool in = members->now_count > 0 &&
			  bsearch(&members->left[i], members->now,
			      (size_t)members->now_count, sizeof(*members->now),
			      compare) != NULL;

		if (in != adding(task))
			members->left[kept++] = members->left[i];
	}
	members->count = kept;
}

/* --- what was refused ----------------------------------------------------- */

/* One that is not there. Taken from the group, it is so already. */
static void note_missing(struct task *task)
{
	struct members *members = task->members;

	if (!adding(task))
		return;
	if (members->missing_count++ < NAMED_MOST)
		buf_printf(&members->missing, "%s%s",
		    members->missing.len > 0 ? ", " : "",
		    members->left[members->at]);
}

static void written(struct task *task)
{
	struct members *members = task->members;
	int count = next_count(members);

	members->changed += count;
	members->at += count;
	members->size =
	    members->size * 2 < AT_A_TIME ? members->size * 2 : AT_A_TIME;
	send_members(task);
}

static void refused(struct task *task, const struct answer *answer)
{
	struct members *members = task->members;
	const struct refusal *row = refusal_find(answer->code, answer->words);
	bool already = row->result == DIRECTORY_ALREADY ||
		       answer->code == LDAP_ALREADY_EXISTS ||
		       answer->code == LDAP_TYPE_OR_VALUE_EXISTS ||
		       answer->code == LDAP_NO_SUCH_ATTRIBUTE;
	/* Samba calls a member that is not there a bad value. */
	bool missing = row->reason == DIRECTORY_NO_MEMBER ||
		       row->reason == DIRECTORY_NO_ENTRY ||
		       answer->code == LDAP_INVALID_SYNTAX;

	if (!already && !missing) {
		task_answered(task, answer);
	} else if (!members->was_read) {
		members->was_read = true;
		send_reading(task, 0);
	} else {
		if (next_count(members) > 1) {
			members->size = (next_count(members) + 1) / 2;
		} else {
			if (missing)
				note_missing(task);
			members->at++;
		}
		send_members(task);
	}
}

static void members_answered(struct task *task, const struct answer *answer)
{
	long next;

	if (task->stage == WRITING) {
		if (answer->code == LDAP_SUCCESS)
			written(task);
		else
			refused(task, answer);
		return;
	}
	if (answer->code != LDAP_SUCCESS || answer->entry == NULL) {
		task_answered(task,
		    answer->code != LDAP_SUCCESS
			? answer
			: &(struct answer){ .code = LDAP_NO_SUCH_OBJECT,
			      .words = "" });
		return;
	}
	next = take_members(task, answer->entry);
	if (next >= 0) {
		send_reading(task, next);
		return;
	}
	sift(task);
	send_members(task);
}

static void free_missing(void *object)
{
	buf_free(object);
}

static void begin_members(struct task *task)
{
	const struct directory_change *change = task->change;
	struct arena *arena = task->act->arena;
	struct members *members = arena_alloc(arena, sizeof(*members));

	task->members = members;
	arena_defer(arena, free_missing, &members->missing);
	members->size = AT_A_TIME;
	members->left = arena_alloc(arena,
	    (size_t)(change->member_count + 1) * sizeof(*members->left));
	for (int i = 0; i < change->member_count; i++) {
		if (!guid_valid(change->members[i])) {
			task_refuse(task, DIRECTORY_NO_MEMBER,
			    "a member's anchor is none of Active Directory's");
			return;
		}
		members->left[members->count++] = change->members[i];
	}
	send_members(task);
}

const struct verb verb_members = { begin_members, members_answered };
