/* Active Directory: what is done to accounts, groups and containers, and what
 * is seen of it afterwards.
 * threads: 1 */
#include "check.h"

#include "support/samba.h"

#include <unistd.h>

#define PUPILS "OU=Pupils," SAMBA_SCHOOL

static struct directory *dir;

static int begin(void **state)
{
	struct samba_settings set;

	(void)samba_begin(state);
	samba_settings(&set, &samba);
	dir = samba_open(&set);
	return 0;
}

static int end(void **state)
{
	directory_close(dir);
	return samba_end(state);
}

/* --- asking and acting ---------------------------------------------------- */

static struct directory_outcome act(struct directory_change change)
{
	struct directory_outcome out;
	struct err err = { 0 };

	CHECK(directory_act(dir, arena, &change, 1, &out, &err), "%s",
	    err.text);
	return out;
}

static void is(struct directory_outcome out, enum directory_result result,
    enum directory_reason reason)
{
	CHECK(out.result == result && out.reason == reason,
	    "%s %s, code '%s', words '%s', why '%s'",
	    directory_results[out.result], directory_reasons[out.reason],
	    out.code, out.words, out.why);
	CHECK(result != DIRECTORY_REFUSED || out.why[0] != '\0', "no why");
}

#define DONE(change) is((change), DIRECTORY_DONE, DIRECTORY_NO_REASON)
#define ALREADY(change) is((change), DIRECTORY_ALREADY, DIRECTORY_NO_REASON)
#define REFUSED(change, reason) is((change), DIRECTORY_REFUSED, (reason))

/* NULL: there is none. */
static const struct directory_entry *find(const char *attribute,
    const char *value)
{
	struct directory_key key = { attribute, value };
	struct directory_found found;
	struct err err = { 0 };

	CHECK(directory_find(dir, arena, &key, 1, &found, &err), "%s",
	    err.text);
	CHECK(found.count <= 1, "%d of %s", found.count, value);
	return found.count == 1 ? &found.entries[0] : NULL;
}

/* Its values with commas between; "" without any. */
static const char *value(const struct directory_entry *entry, const char *name)
{
	const char *text = "";

	CHECK(entry != NULL, "no entry, so no %s", name);
	for (int i = 0; i < entry->attribute_count; i++) {
		const struct directory_attribute *at = &entry->attributes[i];

		if (strcmp(at->name, name) != 0)
			continue;
		for (int j = 0; j < at->count; j++)
			text = arena_printf(arena, "%s%s%s", text,
			    j > 0 ? "," : "", at->values[j]);
	}
	return text;
}

#define VALUE(anchor, name, want)                                              \
	do {                                                                   \
		const char *got_ = value(find(NULL, (anchor)), (name));        \
		CHECK(strcmp(got_, (want)) == 0, "%s: '%s', not '%s'", (name), \
		    got_, (want));                                             \
	} while (0)

#define EDIT(attribute, text)                                                  \
	{                                                                      \
		.name = (attribute), .after = (const char *const[]){ (text) }, \
		.after_count = 1                                               \
	}

static struct directory_outcome create(const char *login, const char *name,
    const char *place, const char *password)
{
	struct directory_edit edits[] = { EDIT("sAMAccountName", login),
		EDIT("displayName", name), EDIT("employeeNumber", login) };

	return act((struct directory_change){ .verb = DIRECTORY_CREATE,
	    .kind = DIRECTORY_ACCOUNT,
	    .name = name,
	    .place = place,
	    .edits = edits,
	    .edit_count = array_length(edits),
	    .enabled = password != NULL,
	    .password = password,
	    .change_password = password != NULL });
}

static const char *created(const char *login)
{
	struct directory_outcome out = create(login, login, PUPILS, NULL);

	DONE(out);
	CHECK(strlen(out.anchor) == 36, "'%s'", out.anchor);
	return out.anchor;
}

static const char *container(const char *name, const char *place)
{
	struct directory_outcome out =
	    act((struct directory_change){ .verb = DIRECTORY_CREATE,
		.kind = DIRECTORY_CONTAINER,
		.name = name,
		.place = place });

	CHECK(out.result == DIRECTORY_DONE || out.result == DIRECTORY_ALREADY,
	    "%s: %s %s", name, out.words, out.why);
	return out.anchor;
}

static struct directory_outcome change(enum directory_verb verb,
    const char *anchor)
{
	return act((struct directory_change){ .verb = verb,
	    .kind = DIRECTORY_ACCOUNT,
	    .anchor = anchor });
}

/* --- looking -------------------------------------------------------------- */

static void a_look(void **state)
{
	struct directory_about about;
	struct err err = { 0 };

	(void)state;
	CHECK(directory_look(dir, arena, &about, &err), "%s", err.text);
	CHECK(strcmp(about.server, samba.uri) == 0, "%s", about.server);
	CHECK(strcmp(about.root, SAMBA_SCHOOL) == 0, "%s", about.root);
	CHECK(strstr(about.note, "recycle bin is off") != NULL, "%s",
	    about.note);
	CHECK((about.can & DIRECTORY_CAN_RESTORE) == 0, "%u", about.can);
}

/* --- containers ----------------------------------------------------------- */

static void containers_with_those_above(void **state)
{
	const char *deep = "OU=7b,OU=Year 7,OU=Räume \\, Süd," PUPILS;
	const char *anchor = container("7b", strchr(deep, ',') + 1);
	const struct directory_entry *entry = find("", deep);

	(void)state;
	CHECK(entry != NULL && strcmp(entry->anchor, anchor) == 0, "%s", deep);
	CHECK(entry->kind == DIRECTORY_CONTAINER, "%d", entry->kind);
	CHECK(strcmp(entry->place, strchr(deep, ',') + 1) == 0, "%s",
	    entry->place);
	ALREADY(act((struct directory_change){ .verb = DIRECTORY_CREATE,
	    .kind = DIRECTORY_CONTAINER,
	    .name = "7B",
	    .place = strchr(deep, ',') + 1 }));
	REFUSED(change(DIRECTORY_DELETE, find("", PUPILS)->anchor),
	    DIRECTORY_NOT_EMPTY);
	DONE(change(DIRECTORY_DELETE, anchor));
	REFUSED(act((struct directory_change){ .verb = DIRECTORY_CREATE,
		    .kind = DIRECTORY_CONTAINER,
		    .name = "Elsewhere",
		    .place = SAMBA_DOMAIN }),
	    DIRECTORY_NOT_ALLOWED);
}

/* --- accounts ------------------------------------------------------------- */

static void an_account(void **state)
{
	struct directory_outcome out;
	const struct directory_entry *entry;

	(void)state;
	out = create("zoe.oneill", "O'Neill, Zoë + \"Co\" #1", PUPILS,
	    "Tower-Lemon-42");
	DONE(out);
	entry = find("sAMAccountName", "ZOE.oneill");
	CHECK(entry != NULL && strcmp(entry->anchor, out.anchor) == 0, "%s",
	    out.anchor);
	CHECK(strcmp(entry->name, "O'Neill, Zoë + \"Co\" #1") == 0, "%s",
	    entry->name);
	CHECK(strcmp(entry->place, PUPILS) == 0, "%s", entry->place);
	CHECK(entry->enabled && !entry->gone && !entry->shielded, "state");
	CHECK(strcmp(value(entry, "userAccountControl"), "512") == 0, "%s",
	    value(entry, "userAccountControl"));
	/* Must be changed: never set. */
	CHECK(strcmp(value(entry, "pwdLastSet"), "") == 0, "%s",
	    value(entry, "pwdLastSet"));
	CHECK(strncmp(value(entry, "objectSid"), "S-1-5-21-", 9) == 0, "%s",
	    value(entry, "objectSid"));
	CHECK(find("employeeNumber", "zoe.oneill") != NULL, "by number");
	CHECK(find("employeeNumber", "*") == NULL, "a filter was injected");
	CHECK(find("employeeNumber", "zoe.oneill)(objectClass=*") == NULL,
	    "a filter was injected");
	CHECK(find("noSuchAttribute", "x") == NULL, "no such attribute");
}

static void taken(void **state)
{
	(void)state;
	created("taken");
	REFUSED(create("taken", "another", PUPILS, NULL), DIRECTORY_TAKEN);
	REFUSED(create("TAKEN", "another", PUPILS, NULL), DIRECTORY_TAKEN);
	REFUSED(create("other", "Taken", PUPILS, NULL), DIRECTORY_TAKEN);
	REFUSED(create("nowhere", "nowhere", "OU=No," SAMBA_SCHOOL, NULL),
	    DIRECTORY_NO_PLACE);
}

static struct directory_outcome edit(const char *anchor, const char *name,
    const char *before, const char *after)
{
	const char *const values[] = { before, after };
	struct directory_edit one = { .name = name,
		.before = values,
		.before_count = before != NULL,
		.after = values + 1,
		.after_count = after != NULL };

	return act((struct directory_change){ .verb = DIRECTORY_UPDATE,
	    .kind = DIRECTORY_ACCOUNT,
	    .anchor = anchor,
	    .edits = &one,
	    .edit_count = 1 });
}

static void attributes(void **state)
{
	const char *anchor = created("edited");
	const char *expires = "2027-07-31T22:00:00.000Z";

	(void)state;
	DONE(edit(anchor, "sn", NULL, "Ångström"));
	VALUE(anchor, "sn", "Ångström");
	ALREADY(edit(anchor, "sn", "Ångström", "Ångström"));
	DONE(edit(anchor, "sn", "Ångström", NULL));
	VALUE(anchor, "sn", "");
	DONE(edit(anchor, "accountExpires", NULL, expires));
	VALUE(anchor, "accountExpires", expires);
	DONE(edit(anchor, "accountExpires", expires, NULL));
	VALUE(anchor, "accountExpires", "");
	DONE(edit(anchor, "homeDirectory", NULL, "\\\\files\\home\\edited"));
	DONE(edit(anchor, "homeDrive", NULL, "H:"));
	DONE(edit(anchor, "profilePath", NULL, "\\\\files\\profiles\\edited"));
	VALUE(anchor, "homeDirectory", "\\\\files\\home\\edited");
	/* A bit for "never expires", and whether it is enabled stays. */
	DONE(edit(anchor, "userAccountControl", "514", "66048"));
	VALUE(anchor, "userAccountControl", "66050");
	REFUSED(edit(anchor, "unicodePwd", NULL, "x"), DIRECTORY_BAD_VALUE);
	REFUSED(edit(anchor, "mailNickname", NULL, "x"), DIRECTORY_BAD_VALUE);
	REFUSED(edit(anchor, "sn", NULL, ""), DIRECTORY_BAD_VALUE);
	REFUSED(edit("7b5b0a4e-0000-0000-0000-000000000000", "sn", NULL, "x"),
	    DIRECTORY_NO_ENTRY);
	REFUSED(edit("CN=x", "sn", NULL, "x"), DIRECTORY_NO_ENTRY);
}

/* What others put among many values stays. */
static void many_values(void **state)
{
	static const char *const old[] = { "SMTP:old@x.test",
		"x500:/o=their/cn=own" };
	static const char *const new[] = { "SMTP:new@x.test",
		"smtp:old@x.test" };
	const char *anchor = created("many"), *now;
	struct directory_edit edits[] = { { .name = "proxyAddresses" } };
	struct directory_change update = { .verb = DIRECTORY_UPDATE,
		.kind = DIRECTORY_ACCOUNT,
		.anchor = anchor,
		.edits = edits,
		.edit_count = 1 };

	(void)state;
	edits[0].after = old;
	edits[0].after_count = 2;
	DONE(act(update));
	edits[0].before = old;
	edits[0].before_count = 1;
	edits[0].after = new;
	edits[0].after_count = 2;
	DONE(act(update));
	now = value(find(NULL, anchor), "proxyAddresses");
	CHECK(strstr(now, "SMTP:new@x.test") != NULL &&
		  strstr(now, "smtp:old@x.test") != NULL &&
		  strstr(now, "x500:/o=their/cn=own") != NULL &&
		  strstr(now, "SMTP:old") == NULL,
	    "%s", now);
	/* Said twice, it is done once. */
	DONE(act(update));
	edits[0].after = old;
	edits[0].after_count = 1;
	edits[0].before_count = 0;
	edits[0].after =
	    (const char *const[]){ "SMTP:a@x.test", "SMTP:b@x.test" };
	edits[0].after_count = 2;
	REFUSED(act(update), DIRECTORY_BAD_VALUE);
}

static void moved_and_renamed(void **state)
{
	const char *anchor = created("mover");
	struct directory_change move = { .verb = DIRECTORY_MOVE,
		.kind = DIRECTORY_ACCOUNT,
		.anchor = anchor,
		.place = "OU=Leavers," SAMBA_SCHOOL };

	(void)state;
	REFUSED(act(move), DIRECTORY_NO_PLACE);
	container("Leavers", SAMBA_SCHOOL);
	DONE(act(move));
	ALREADY(act(move));
	CHECK(strcmp(find(NULL, anchor)->place, move.place) == 0, "%s",
	    find(NULL, anchor)->place);
	move.verb = DIRECTORY_RENAME;
	move.place = NULL;
	move.name = "Mover, née Øst";
	DONE(act(move));
	ALREADY(act(move));
	CHECK(strcmp(find(NULL, anchor)->name, move.name) == 0, "%s",
	    find(NULL, anchor)->name);
	move.verb = DIRECTORY_MOVE;
	move.place = PUPILS;
	move.name = "Mover";
	DONE(act(move));
	CHECK(find("", "CN=Mover," PUPILS) != NULL, "both at once");
	move.place = "CN=Users," SAMBA_DOMAIN;
	REFUSED(act(move), DIRECTORY_NOT_ALLOWED);
	move.place = SAMBA_SCHOOL ",";
	REFUSED(act(move), DIRECTORY_BAD_VALUE);
	created("occupant");
	move.place = NULL;
	move.verb = DIRECTORY_RENAME;
	move.name = "Occupant";
	REFUSED(act(move), DIRECTORY_TAKEN);
}

static void enabled_and_disabled(void **state)
{
	struct directory_outcome out =
	    create("stated", "stated", PUPILS, "Tower-Lemon-42");

	(void)state;
	DONE(out);
	DONE(edit(out.anchor, "userAccountControl", "512", "66048"));
	ALREADY(change(DIRECTORY_ENABLE, out.anchor));
	DONE(change(DIRECTORY_DISABLE, out.anchor));
	ALREADY(change(DIRECTORY_DISABLE, out.anchor));
	VALUE(out.anchor, "userAccountControl", "66050");
	CHECK(!find(NULL, out.anchor)->enabled, "disabled");
	DONE(change(DIRECTORY_ENABLE, out.anchor));
	VALUE(out.anchor, "userAccountControl", "66048");
}

static void passwords(void **state)
{
	const char *anchor = created("secret");
	struct directory_change set = { .verb = DIRECTORY_SET_PASSWORD,
		.kind = DIRECTORY_ACCOUNT,
		.anchor = anchor,
		.password = "Größe-𝄞-Lemon7" };

	(void)state;
	DONE(act(set));
	CHECK(value(find(NULL, anchor), "pwdLastSet")[0] == '2', "%s",
	    value(find(NULL, anchor), "pwdLastSet"));
	set.change_password = true;
	set.password = "Another-Lemon-7";
	DONE(act(set));
	VALUE(anchor, "pwdLastSet", "");
	set.password = "short";
	REFUSED(act(set), DIRECTORY_BAD_PASSWORD);
	set.password = "";
	REFUSED(act(set), DIRECTORY_BAD_PASSWORD);
	set.password = NULL;
	REFUSED(act(set), DIRECTORY_BAD_VALUE);
}

/* --- deleting ------------------------------------------------------------- */

static void deleted_and_restored(void **state)
{
	const char *anchor = created("phoenix");
	struct directory *ours = dir;
	struct samba_settings set;
	const struct directory_entry *entry;
	struct directory_edit edits[] = { EDIT("displayName", "Phoenix") };
	struct directory_change restore = { .verb = DIRECTORY_RESTORE,
		.kind = DIRECTORY_ACCOUNT,
		.anchor = anchor,
		.edits = edits,
		.edit_count = 1 };

	(void)state;
	ALREADY(change(DIRECTORY_RESTORE, anchor));
	DONE(change(DIRECTORY_DELETE, anchor));
	ALREADY(change(DIRECTORY_DELETE, anchor));
	CHECK(find("sAMAccountName", "phoenix") == NULL, "it is gone");
	entry = find(NULL, anchor);
	CHECK(entry != NULL && entry->gone && entry->restorable, "gone");
	CHECK(strcmp(entry->name, "phoenix") == 0, "%s", entry->name);
	CHECK(strcmp(entry->place, PUPILS) == 0, "%s", entry->place);
	CHECK(entry->gone_since > 0, "since");
	/* That takes a right that our account does not have. */
	REFUSED(act(restore), DIRECTORY_NOT_ALLOWED);
	samba_settings(&set, &samba);
	samba_set(&set, "user", "Administrator@ad.example.test");
	samba_set(&set, "password", "Passw0rd.Admin1");
	dir = samba_open(&set);
	DONE(act(restore));
	directory_close(dir);
	dir = ours;
	entry = find("sAMAccountName", "phoenix");
	CHECK(entry != NULL && strcmp(entry->anchor, anchor) == 0, "back");
	CHECK(!entry->gone && !entry->enabled, "back, and disabled");
	VALUE(anchor, "displayName", "Phoenix");
	REFUSED(
	    change(DIRECTORY_RESTORE, "7b5b0a4e-0000-0000-0000-000000000000"),
	    DIRECTORY_NO_ENTRY);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(a_look),
	cmocka_unit_test(containers_with_those_above),
	cmocka_unit_test(an_account),
	cmocka_unit_test(taken),
	cmocka_unit_test(attributes),
	cmocka_unit_test(many_values),
	cmocka_unit_test(moved_and_renamed),
	cmocka_unit_test(enabled_and_disabled),
	cmocka_unit_test(passwords),
	cmocka_unit_test(deleted_and_restored),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, begin, end);
}
