/* Why a grant sees a record, over a district that is known by heart.
 * threads: 1 */
#include "check.h"
#include "support/roster.h"

static void apply(const char *share)
{
	const char *yaml = arena_printf(roster_arena(),
	    "kind: grant\nname: reader\nshare: {%s}\n"
	    "fields: {users: {email: pseudonymise, phone: omit}}\n",
	    share);
	struct settings *wanted = settings_new(roster_arena());
	struct db *db = database_open(DB_OWNER);
	struct buf report = { 0 };
	struct err err = { 0 };

	CHECK(settings_read(wanted, "a test",
		  (struct text){ yaml, strlen(yaml) }, &err) &&
		  settings_apply(wanted, db, "a test", false, &report, &err),
	    "%s", err.text);
	buf_free(&report);
	db_close(db);
}

static bool explain(const char *entity, const char *id, struct explanation *out,
    struct err *err)
{
	const struct explain_wanted wanted = { 1, "reader", entity, id };
	struct db *db = database_open(DB_OWNER);
	bool done = grant_explain(db, roster_arena(), &wanted, out, err);

	db_close(db);
	return done;
}

/* "+" or "-", the record, and what is said of it; NULL: nothing like that. */
static bool says(const struct explanation *e, const char *line)
{
	for (int i = 0; i < e->count; i++) {
		const struct ground *g = &e->grounds[i];

		if (strcmp(arena_printf(roster_arena(), "%c %s %s",
			       g->good ? '+' : '-', g->record, g->text),
			line) == 0)
			return true;
	}
	return false;
}

static const char *all_of(const struct explanation *e)
{
	struct buf lines = { 0 };
	const char *copy;

	for (int i = 0; i < e->count; i++)
		buf_printf(&lines, "\n%d %c %s %s", e->grounds[i].depth,
		    e->grounds[i].good ? '+' : '-', e->grounds[i].record,
		    e->grounds[i].text);
	copy = arena_text(roster_arena(), buf_text(&lines));
	buf_free(&lines);
	return copy;
}

struct expected {
	const char *share, *entity, *id;
	bool seen;
	const char *lines[6];
};

/* clang-format off */
static const struct expected cases[] = {
	{ "schools: [s1]", "users", "u1", true, {
		"+ users/u1 seen", "+ enrollments/e1 seen",
		"+ classes/c1 seen", "+ classes/c1 school s1: shared",
		"+ users/u1 fields left out: phone" } },
	{ "schools: [s1]", "users", "u3", false, {
		"- users/u3 not seen", "- enrollments/e5 not seen",
		"- enrollments/e5 school s2: not shared",
		"- classes/c3 school s2: not shared",
		"- users/u3 share.agents is off" } },
	{ "subjects: [Science]", "users", "u1", false, {
		"- classes/c1 subjects Logic, Maths: not shared",
		"- enrollments/e1 seen no more: told to be deleted" } },
	{ "subjects: [Science], grades: ['06']", "users", "u2", true, {
		"+ classes/c2 subjects Science: shared",
		"+ enrollments/e4 grades of the student 05, 06: shared" } },
	{ "roles: [student]", "users", "u4", false, {
		"- enrollments/e3 role teacher: not shared",
		"+ classes/c1 seen" } },
	{ "schools: [s1]", "demographics", "u1", false, {
		"- demographics/u1 share.demographics is off" } },
	{ "schools: [s1], agents: true", "users", "u6", true, {
		"+ users/u6 parent or guardian of a student who is shared" } },
	{ "schools: [s2]", "orgs", "s1", false, {
		"- orgs/s1 seen no more: told to be deleted" } },
	{ "schools: [s2]", "orgs", "d", true, { "+ orgs/d seen" } },
	{ "schools: [s1]", "courses", "k1", true, {
		"+ classes/c1 seen" } },
	{ "schools: [s1]", "courses", "k3", false, {
		"- courses/k3 no classes refer to it" } },
	{ "schools: [s1], gradebook: true", "results", "n1", true, {
		"+ lineItems/l1 seen", "+ results/n1 student u1: seen" } },
	{ "schools: [s1]", "users", "u5", false, {
		"- users/u5 it is to be deleted" } },
	{ "schools: [s1]", "users", "u9", false, {
		"- users/u9 there is no such record" } },
};
/* clang-format on */

/* And it is right: readers see what it says that they see. */
static void reasons_are_told(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		const struct expected *c = &cases[i];
		struct explanation e;
		struct err err = { 0 };
		enum fault fault;

		apply(c->share);
		CHECK(explain(c->entity, c->id, &e, &err), "%s", err.text);
		CHECK(e.seen == c->seen, "%s of %s: %s", c->id, c->share,
		    all_of(&e));
		for (int k = 0; c->lines[k] != NULL; k++)
			CHECK(says(&e, c->lines[k]), "%s of %s: no '%s' in %s",
			    c->id, c->share, c->lines[k], all_of(&e));
		fault = roster_ask(
		    arena_printf(roster_arena(),
			"1.2 %s/%s?filter=status='active'", c->entity, c->id))
			    .fault;
		if (c->seen)
			CHECK(fault == FAULT_NONE, "%s of %s", c->id, c->share);
	}
}

static void by_pseudonym(void **state)
{
	struct explanation e;
	struct err err = { 0 };
	char *name;

	(void)state;
	apply("schools: [s1]");
	name = arena_text(roster_arena(),
	    roster_sql("select pseudonym from homeroom.visible where entity = 5"
		       " and sourced_id = 'u1' and until is null"));
	name[strcspn(name, "\n")] = '\0';
	CHECK(explain("users", name, &e, &err), "%s", err.text);
	CHECK(e.seen && says(&e, "+ users/u1 seen") &&
		  says(&e, arena_printf(roster_arena(),
			       "+ users/u1 its pseudonym: %s", name)),
	    "%s", all_of(&e));
}

static void what_there_is_not(void **state)
{
	struct explanation e;
	struct err err = { 0 };

	(void)state;
	CHECK(!explain("pupils", "u1", &e, &err) &&
		  err.fault == FAULT_NOT_FOUND,
	    "%s", err.text);
	roster_sql("update homeroom.\"grant\" set full_access = true");
	CHECK(explain("users", "u3", &e, &err) && e.seen, "%s", err.text);
	roster_sql("update homeroom.\"grant\" set full_access = false,"
		   " defined = false");
	CHECK(explain("users", "u9", &e, &err) && !e.seen, "%s", err.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reasons_are_told),
		cmocka_unit_test(by_pseudonym),
		cmocka_unit_test(what_there_is_not),
	};
	int code;

	roster_open();
	roster_sql("update homeroom.\"grant\" set full_access = false");
	code = check_main(tests);
	roster_close();
	return code;
}
