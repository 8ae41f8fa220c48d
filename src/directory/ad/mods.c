/* What a change writes: edits as modifications, passwords as bytes. */
#include "ad.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* --- a list of modifications ---------------------------------------------- */

void mods_bytes(struct mods *mods, int op, const char *name,
    struct berval *values, int count)
{
	LDAPMod *mod = arena_alloc(mods->arena, sizeof(*mod));
	struct berval **list = arena_alloc(mods->arena,
	    (size_t)(count + 1) * sizeof(struct berval *));

	for (int i = 0; i < count; i++)
		list[i] = &values[i];
	*mod = (LDAPMod){ .mod_op = op | LDAP_MOD_BVALUES,
		.mod_type = not_const(name),
		.mod_bvalues = list };
	if (mods->count + 1 >= mods->room) {
		LDAPMod **wider;

		mods->room = mods->room * 2 + 16;
		wider = arena_alloc(mods->arena,
		    (size_t)mods->room * sizeof(LDAPMod *));
		if (mods->count > 0)
			memcpy(wider, mods->list,
			    (size_t)mods->count * sizeof(LDAPMod *));
		mods->list = wider;
	}
	mods->list[mods->count++] = mod;
}

void mods_text(struct mods *mods, int op, const char *name, const char *value)
{
	struct berval *one = arena_alloc(mods->arena, sizeof(*one));

	*one = (struct berval){ strlen(value), arena_text(mods->arena, value) };
	mods_bytes(mods, op, name, one, 1);
}

/* --- edits ---------------------------------------------------------------- */

const struct directory_edit *edit_find(const struct directory_change *change,
    const char *name)
{
	for (int i = 0; i < change->edit_count; i++)
		if (strcasecmp(change->edits[i].name, name) == 0)
			return &change->edits[i];
	return NULL;
}

const char *edit_after(const struct directory_change *change, const char *name)
{
	const struct directory_edit *edit = edit_find(change, name);

	return edit != NULL && edit->after_count == 1 ? edit->after[0] : NULL;
}

static bool among(const char *value, const char *const *values, int count)
{
	for (int i = 0; i < count; i++)
		if (strcmp(values[i], value) == 0)
			return true;
	return false;
}

/* Those of `values` that are not among `others`. */
static bool put_values(struct task *task, struct mods *mods, int op,
    const struct directory_edit *edit, bool after)
{
	const struct attribute *attribute =
	    schema_find(task->act->ad, edit->name);
	const char *const *values = after ? edit->after : edit->before;
	const char *const *others = after ? edit->before : edit->after;
	int count = after ? edit->after_count : edit->before_count;
	int other_count = after ? edit->before_count : edit->after_count;
	struct berval *bytes = arena_alloc(mods->arena,
	    (size_t)(count + 1) * sizeof(struct berval));
	int put = 0;

	for (int i = 0; i < count; i++) {
		if (op != LDAP_MOD_REPLACE &&
		    among(values[i], others, other_count))
			continue;
		if (!value_bytes(mods->arena, attribute->syntax, values[i],
			&bytes[put++])) {
			task_refuse(task, DIRECTORY_BAD_VALUE,
			    "%s: such a value is not what the attribute holds",
			    attribute->name);
			return false;
		}
	}
	if (put > 0 || op == LDAP_MOD_REPLACE)
		mods_bytes(mods, op, attribute->name, bytes, put);
	return true;
}

/* "Never" is a number there, and so is "must be changed". */
static bool put_number(struct mods *mods, const struct directory_edit *edit,
    int op)
{
	if (strcasecmp(edit->name, "pwdLastSet") == 0) {
		mods_text(mods, op, "pwdLastSet",
		    edit->after_count == 0 ? "0" : "-1");
		return true;
	}
	if (strcasecmp(edit->name, "accountExpires") != 0 ||
	    edit->after_count > 0)
		return false;
	mods_text(mods, op, "accountExpires", "0");
	return true;
}

static bool same_values(const struct directory_edit *edit)
{
	if (edit->before_count != edit->after_count)
		return false;
	for (int i = 0; i < edit->after_count; i++)
		if (!among(edit->after[i], edit->before, edit->before_count))
			return false;
	return true;
}

bool edit_is_ours(const struct task *task, const struct directory_edit *edit)
{
	const struct attribute *attribute =
	    schema_find(task->act->ad, edit->name);

	return task->change->verb != DIRECTORY_RESTORE || !attribute->own;
}

static bool is_control(const struct directory_edit *edit)
{
	return strcasecmp(edit->name, "userAccountControl") == 0;
}

bool mods_create(struct task *task, struct mods *mods)
{
	const struct directory_change *change = task->change;

	for (int i = 0; i < change->edit_count; i++) {
		const struct directory_edit *edit = &change->edits[i];

		if (is_control(edit) || put_number(mods, edit, LDAP_MOD_ADD) ||
		    edit->after_count == 0)
			continue;
		if (!put_values(task, mods, LDAP_MOD_ADD,
			&(struct directory_edit){ .name = edit->name,
			    .after = edit->after,
			    .after_count = edit->after_count },
			true))
			return false;
	}
	return true;
}

bool mods_update(struct task *task, struct mods *mods)
{
	const struct directory_change *change = task->change;

	for (int i = 0; i < change->edit_count; i++) {
		const struct directory_edit *edit = &change->edits[i];

		if (is_control(edit) || same_values(edit) ||
		    !edit_is_ours(task, edit) ||
		    put_number(mods, edit, LDAP_MOD_REPLACE))
			continue;
		if (schema_find(task->act->ad, edit->name)->single) {
			if (!put_values(task, mods, LDAP_MOD_REPLACE, edit,
				true))
				return false;
		} else if (!put_values(task, mods, LDAP_MOD_DELETE, edit,
			       false) ||
			   !put_values(task, mods, LDAP_MOD_ADD, edit, true)) {
			return false;
		}
	}
	return true;
}

/* --- passwords ------------------------------------------------------------ */

/* One character of valid UTF-8. */
static uint32_t next_character(const char **at)
{
	const unsigned char *p = (const unsigned char *)*at;
	int more = p[0] >= 0xf0 ? 3 : p[0] >= 0xe0 ? 2 : p[0] >= 0xc0 ? 1 : 0;
	uint32_t c = more == 0 ? p[0] : p[0] & (0x3fU >> more);

	for (int i = 1; i <= more; i++)
		c = c << 6 | (p[i] & 0x3fU);
	*at += more + 1;
	return c;
}

int utf16_length(const char *text)
{
	int units = 0;

	while (*text != '\0')
		units += next_character(&text) > 0xffff ? 2 : 1;
	return units;
}

static void put_unit(unsigned char **at, uint32_t unit)
{
	*(*at)++ = (unsigned char)(unit & 0xff);
	*(*at)++ = (unsigned char)(unit >> 8);
}

static void wipe(void *object)
{
	struct berval *bytes = object;

	explicit_bzero(bytes->bv_val, bytes->bv_len);
}

/* In quotes, as UTF-16LE: MS-ADTS 3.1.1.3.1.5.1. */
static struct berval *quoted(struct arena *arena, const char *password)
{
	size_t len = 2U * (size_t)(utf16_length(password) + 2);
	struct berval *out = arena_alloc(arena, sizeof(*out));
	unsigned char *at = arena_alloc(arena, len);

	*out = (struct berval){ len, (char *)at };
	put_unit(&at, '"');
	while (*password != '\0') {
		uint32_t c = next_character(&password);

		if (c > 0xffff) {
			put_unit(&at, 0xd800 + ((c - 0x10000) >> 10));
			c = 0xdc00 + ((c - 0x10000) & 0x3ff);
		}
		put_unit(&at, c);
	}
	put_unit(&at, '"');
	arena_defer(arena, wipe, out);
	return out;
}

bool mods_password(struct task *task, struct mods *mods, int op)
{
	/* Windows refuses it otherwise, but has then heard it. */
	if (ldap_tls_inplace(task->act->ad->ld) != 1) {
		task_refuse(task, DIRECTORY_BAD_PASSWORD,
		    "a password goes over an encrypted connection only");
		return false;
	}
	mods_bytes(mods, op, "unicodePwd",
	    quoted(mods->arena, task->change->password), 1);
	if (task->change->change_password)
		mods_text(mods, op, "pwdLastSet", "0");
	return true;
}
