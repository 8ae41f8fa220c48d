/* Active Directory: what is read of it, all and since, and its groups.
 * threads: 1 */
#include "check.h"

#include "support/samba.h"

#define PUPILS "OU=Pupils," SAMBA_SCHOOL
#define MANY 3200
#define BATCH 800
#define SOME 120

static struct directory *dir;

static struct directory *open_with(const char *name, const char *value)
{
	struct samba_settings set;

	samba_settings(&set, &samba);
	samba_set(&set, name, value);
	return samba_open(&set);
}

/* They go into the database faster than through LDAP, and the fastest some
 * hundreds at a time. */
static void make_some(int from, int count)
{
	FILE *file = fopen("many.ldif", "w");

	CHECK(file != NULL, "many.ldif");
	for (int i = from; i < from + count; i++)
		fprintf(file,
		    "dn: CN=many%d," PUPILS "\nobjectClass: user\n"
		    "sAMAccountName: many%d\nuserAccountControl: 514\n\n",
		    i, i);
	CHECK(fclose(file) == 0, "many.ldif");
	samba_shell(&samba, "ldbadd -H {db} many.ldif");
}

static void make_many(void)
{
	FILE *file = fopen("pupils.ldif", "w");

	CHECK(file != NULL, "pupils.ldif");
	fprintf(file, "dn: " PUPILS "\nobjectClass: organizationalUnit\n");
	CHECK(fclose(file) == 0, "pupils.ldif");
	samba_shell(&samba, "ldbadd -H {db} pupils.ldif");
	for (int i = 0; i < MANY; i += BATCH)
		make_some(i, BATCH);
}

static int begin(void **state)
{
	(void)samba_begin(state);
	make_many();
	dir = open_with("page", "1000");
	return 0;
}

static int end(void **state)
{
	directory_close(dir);
	return samba_end(state);
}

/* --- reading -------------------------------------------------------------- */

/* What a reading saw, by anchor; the last one of an anchor holds. */
struct picture {
	struct directory_entry entries[MANY + 500];
	int count;
};

static struct picture seen;

static const char *kept(const char *text)
{
	return text != NULL ? arena_text(arena, text) : NULL;
}

static bool keep(void *context, const struct directory_entry *entry,
    struct err *err)
{
	struct directory_entry *to = &seen.entries[seen.count++];
	const char **members = NULL;

	(void)context, (void)err;
	CHECK(seen.count < (int)array_length(seen.entries), "too many");
	if (entry->members != NULL) {
		members = arena_alloc(arena,
		    (size_t)(entry->member_count + 1) * sizeof(*members));
		for (int i = 0; i < entry->member_count; i++)
			members[i] = kept(entry->members[i]);
	}
	*to = *entry;
	to->anchor = kept(entry->anchor);
	to->name = kept(entry->name);
	to->place = kept(entry->place);
	to->members = members;
	to->attributes = NULL;
	return true;
}

static struct directory_reading read_since(struct directory *from,
    const char *cookie)
{
	struct directory_since since = { cookie, keep, NULL };
	struct directory_reading out;
	struct err err = { 0 };

	seen.count = 0;
	CHECK(directory_read(from, arena, &since, &out, &err), "%s", err.text);
	CHECK(out.count == seen.count, "%d", seen.count);
	CHECK(out.cookie != NULL && out.cookie[0] != '\0', "no cookie");
	return out;
}

/* NULL: it was not among what was seen. */
static const struct directory_entry *sight(const char *anchor)
{
	for (int i = seen.count; i-- > 0;)
		if (strcmp(seen.entries[i].anchor, anchor) == 0)
			return &seen.entries[i];
	return NULL;
}

/* --- acting --------------------------------------------------------------- */

static struct directory_outcome act(struct directory_change change)
{
	struct directory_outcome out;
	struct err err = { 0 };

	CHECK(directory_act(dir, arena, &change, 1, &out, &err), "%s",
	    err.text);
	return out;
}

static const char *done(struct directory_change change)
{
	struct directory_outcome out = act(change);

	CHECK(out.result == DIRECTORY_DONE, "%s %s: %s",
	    directory_results[out.result], out.words, out.why);
	return out.anchor;
}

static const char *account(const char *login)
{
	const char *const values[] = { login };
	struct directory_edit edit = { .name = "sAMAccountName",
		.after = values,
		.after_count = 1 };

	return done((struct directory_change){ .verb = DIRECTORY_CREATE,
	    .kind = DIRECTORY_ACCOUNT,
	    .name = login,
	    .place = PUPILS,
	    .edits = &edit,
	    .edit_count = 1 });
}

static const char *group(const char *name)
{
	return done((struct directory_change){ .verb = DIRECTORY_CREATE,
	    .kind = DIRECTORY_GROUP,
	    .name = name,
	    .place = PUPILS });
}

static struct directory_outcome members(enum directory_verb verb,
    const char *group, const char *const *list, int count)
{
	return act((struct directory_change){ .verb = verb,
	    .kind = DIRECTORY_GROUP,
	    .anchor = group,
	    .members = list,
	    .member_count = count });
}

/* --- all, and since ------------------------------------------------------- */

static void all_there_is(void **state)
{
	struct directory_reading out = read_since(dir, NULL);
	int accounts = 0, containers = 0;

	(void)state;
	CHECK(out.whole, "whole");
	for (int i = 0; i < seen.count; i++) {
		accounts += seen.entries[i].kind == DIRECTORY_ACCOUNT;
		containers += seen.entries[i].kind == DIRECTORY_CONTAINER;
		CHECK(strlen(seen.entries[i].anchor) == 36, "%s",
		    seen.entries[i].anchor);
	}
	CHECK(accounts == MANY, "%d accounts", accounts);
	CHECK(containers == 2, "%d containers", containers);
}

/* Made, changed, disabled, moved within and out of sight, deleted. */
static void what_changed(struct directory *from)
{
	const char *made, *moved, *gone, *outside, *cookie;
	struct directory_reading out;

	moved = account("moved");
	gone = account("gone");
	outside = account("outside");
	out = read_since(from, NULL);
	CHECK(out.whole && sight(moved) != NULL, "%d", seen.count);
	cookie = out.cookie;
	out = read_since(from, cookie);
	CHECK(seen.count == 0, "nothing changed, %d came", seen.count);

	made = account("made");
	done((struct directory_change){ .verb = DIRECTORY_MOVE,
	    .kind = DIRECTORY_ACCOUNT,
	    .anchor = moved,
	    .place = SAMBA_SCHOOL });
	done((struct directory_change){ .verb = DIRECTORY_DELETE,
	    .kind = DIRECTORY_ACCOUNT,
	    .anchor = gone });
	samba_shell(&samba, "ldbrename -H {db} CN=outside," PUPILS
			    " CN=outside,CN=Users," SAMBA_DOMAIN);
	out = read_since(from, cookie);
	CHECK(!out.whole && out.saw_gone, "%d", out.saw_gone);
	CHECK(sight(made) != NULL && !sight(made)->gone, "made");
	CHECK(sight(moved) != NULL &&
		  strcmp(sight(moved)->place, SAMBA_SCHOOL) == 0,
	    "moved");
	CHECK(sight(gone) != NULL && sight(gone)->gone, "gone");
	CHECK(sight(outside) != NULL && sight(outside)->gone, "outside");
	out = read_since(from, out.cookie);
	CHECK(seen.count == 0, "nothing changed, %d came", seen.count);
	done((struct directory_change){ .verb = DIRECTORY_DELETE,
	    .kind = DIRECTORY_ACCOUNT,
	    .anchor = made });
	done((struct directory_change){ .verb = DIRECTORY_DELETE,
	    .kind = DIRECTORY_ACCOUNT,
	    .anchor = moved });
	samba_shell(&samba, "ldbdel -H {db} CN=outside,CN=Users," SAMBA_DOMAIN);
}

static void since_by_usn(void **state)
{
	(void)state;
	what_changed(dir);
}

static void since_by_dirsync(void **state)
{
	struct directory *other = open_with("changes", "dirsync");

	(void)state;
	what_changed(other);
	directory_close(other);
}

static void gone(struct directory *from, const char *cookie)
{
	struct directory_since since = { cookie, keep, NULL };
	struct directory_reading out;
	struct err err = { 0 };

	CHECK(!directory_read(from, arena, &since, &out, &err),
	    "'%s' was taken", cookie);
	CHECK(err.fault == FAULT_GONE, "'%s': %s", cookie, err.text);
}

static void cookies_of_no_use(void **state)
{
	static const char *const cookies[] = { "usn", "usn ", "usn x 1",
		"usn 7b5b0a4e-0000-0000-0000-000000000000 12", "", "x",
		"dirsync TVNEUwM=", "usn 1" };
	struct directory *other = open_with("changes", "dirsync");

	(void)state;
	for (size_t i = 0; i < array_length(cookies); i++)
		gone(dir, cookies[i]);
	gone(other, read_since(dir, NULL).cookie);
	gone(other, "dirsync !");
	gone(other, "dirsync TVNEUwM=");
	directory_close(other);
}

static bool stop_it(void *context, const struct directory_entry *entry,
    struct err *err)
{
	(void)entry;
	return ++*(int *)context < 3 || fail(err, FAULT_CONFLICT, "enough");
}

static void a_reader_that_stops(void **state)
{
	int count = 0;
	struct directory_since since = { NULL, stop_it, &count };
	struct directory_reading out;
	struct err err = { 0 };

	(void)state;
	CHECK(!directory_read(dir, arena, &since, &out, &err), "it went on");
	CHECK(count == 3 && err.fault == FAULT_CONFLICT, "%d %s", count,
	    err.text);
	read_since(dir, NULL);
	CHECK(seen.count >= MANY, "%d", seen.count);
}

/* --- groups --------------------------------------------------------------- */

static int listed(const char *anchor)
{
	const struct directory_entry *entry;

	read_since(dir, NULL);
	entry = sight(anchor);
	CHECK(entry != NULL && entry->members != NULL, "no group");
	return entry->member_count;
}

/* Three ranges, in seven requests. */
static void thousands_of_members(void **state)
{
	const char *anchor = group("Everybody"), **all;
	struct directory_key key = { NULL, anchor };
	struct directory_found found;
	struct err err = { 0 };
	int count = 0;

	(void)state;
	read_since(dir, NULL);
	all = arena_alloc(arena, MANY * sizeof(*all));
	for (int i = 0; i < seen.count && count < MANY; i++)
		if (seen.entries[i].kind == DIRECTORY_ACCOUNT)
			all[count++] = seen.entries[i].anchor;
	CHECK(count == MANY, "%d", count);
	CHECK(members(DIRECTORY_ADD_MEMBERS, anchor, all, count).result ==
		  DIRECTORY_DONE,
	    "added");
	CHECK(listed(anchor) == MANY, "%d", listed(anchor));
	CHECK(directory_find(dir, arena, &key, 1, &found, &err), "%s",
	    err.text);
	CHECK(found.count == 1 && found.entries[0].member_count == MANY,
	    "%d found", found.entries[0].member_count);
	CHECK(members(DIRECTORY_ADD_MEMBERS, anchor, all, count).result ==
		  DIRECTORY_ALREADY,
	    "all of them again");
	CHECK(
	    members(DIRECTORY_REMOVE_MEMBERS, anchor, all, count - 7).result ==
		DIRECTORY_DONE,
	    "removed");
	CHECK(listed(anchor) == 7, "%d", listed(anchor));
}

/* Some are in it, some are not, some are nowhere. */
static void members_of_all_kinds(void **state)
{
	const char *anchor = group("Mixed"), *inner = group("Inner");
	const char *some[SOME + 3];
	struct directory_outcome out;

	(void)state;
	read_since(dir, NULL);
	for (int i = 0, at = 0; at < SOME; i++)
		if (seen.entries[i].kind == DIRECTORY_ACCOUNT)
			some[at++] = seen.entries[i].anchor;
	some[SOME] = inner;
	CHECK(members(DIRECTORY_ADD_MEMBERS, anchor, some + 20, 30).result ==
		  DIRECTORY_DONE,
	    "some");
	some[SOME + 1] = "7b5b0a4e-0000-0000-0000-000000000000";
	some[SOME + 2] = "7b5b0a4e-0000-0000-0000-000000000001";
	out = members(DIRECTORY_ADD_MEMBERS, anchor, some, SOME + 3);
	CHECK(out.result == DIRECTORY_REFUSED &&
		  out.reason == DIRECTORY_NO_MEMBER,
	    "%s %s", directory_results[out.result], out.why);
	CHECK(strstr(out.why, some[SOME + 1]) != NULL &&
		  strstr(out.why, some[SOME + 2]) != NULL &&
		  strncmp(out.why, "2 of 123", 8) == 0,
	    "%s", out.why);
	CHECK(listed(anchor) == SOME + 1, "%d", listed(anchor));
	out = members(DIRECTORY_REMOVE_MEMBERS, anchor, some + 100, 23);
	CHECK(out.result == DIRECTORY_DONE, "%s", out.why);
	out = members(DIRECTORY_REMOVE_MEMBERS, anchor, some + 90, 33);
	CHECK(out.result == DIRECTORY_DONE, "%s", out.why);
	out = members(DIRECTORY_REMOVE_MEMBERS, anchor, some + 90, 33);
	CHECK(out.result == DIRECTORY_ALREADY, "%s", out.why);
	CHECK(listed(anchor) == 90, "%d", listed(anchor));
	out = members(DIRECTORY_ADD_MEMBERS, some[0], some, 1);
	CHECK(out.result == DIRECTORY_REFUSED, "%s", out.why);
	out = members(DIRECTORY_ADD_MEMBERS, some[SOME + 1], some, 1);
	CHECK(out.result == DIRECTORY_REFUSED &&
		  out.reason == DIRECTORY_NO_ENTRY,
	    "%s", out.why);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(all_there_is),
	cmocka_unit_test(since_by_usn),
	cmocka_unit_test(since_by_dirsync),
	cmocka_unit_test(cookies_of_no_use),
	cmocka_unit_test(a_reader_that_stops),
	cmocka_unit_test(thousands_of_members),
	cmocka_unit_test(members_of_all_kinds),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, begin, end);
}
