/* Random bundles one after another: whatever came before, a district has what
 * the last one says. */
#include "check.h"

#include "support/database.h"
#include "support/fixture.h"

static struct db *db;

/* Which numbers of each letter's records are in the bundle: bits. */
static unsigned present['z' + 1];

static void put_present(struct buf *out, uint64_t *seed, char letter)
{
	unsigned number = (unsigned)(check_random(seed) % 8);

	while (!(present[(int)letter] >> number & 1))
		number = (number + 1) % 8;
	buf_printf(out, "%c%u", letter, number);
}

/* Rows of a letter by number, some left out: in each @ is any number, and $x
 * an x that is there. */
static void random_rows(struct buf *out, uint64_t *seed, char letter,
    const char *row)
{
	present[(int)letter] = 0;
	buf_char(out, '=');
	for (int i = 0; i < 8; i++) {
		/* One there must be. */
		if (i > 0 && check_random(seed) % 10 < 3)
			continue;
		present[(int)letter] |= 1U << i;
		buf_printf(out, "%c%d", letter, i);
		for (const char *c = row; *c != '\0'; c++)
			if (*c == '@')
				buf_printf(out, "%d",
				    (int)(check_random(seed) % 8));
			else if (*c == '$')
				put_present(out, seed, *++c);
			else
				buf_char(out, *c);
	}
}

/* clang-format off */
static const struct {
	const char *file;
	char letter;
	const char *row;
} random_files[] = {
	{ "orgs.csv",             's', ",,,School @,school,,s@\n" },
	{ "academicSessions.csv", 't', ",,,Term @,term,2026-01-01,2026-02-01,t@,2026\n" },
	{ "users.csv",            'u', ",,,true,n,,Name@,X,,,,,,\"u@,u@\",,,,,,,s@,\n" },
	{ "courses.csv",          'c', ",,,t@,Course @,,,$s,,\n" },
	{ "classes.csv",          'k', ",,,Class @,09,$c,,scheduled,,$s,\"$t,t@\",,,\n" },
	{ "roles.csv",            'r', ",,,$u,primary,student,,,$s,\n" },
	{ "enrollments.csv",      'e', ",,,$k,$s,$u,student,,,\n" },
	{ "demographics.csv",     'x', "" },
};
/* clang-format on */

static void random_bundle(uint64_t *seed, const char *dir, bool called_deltas)
{
	struct buf rows[array_length(random_files)] = { 0 };
	struct fixture_change changes[array_length(random_files) + 2] = { 0 };

	for (size_t i = 0; i < array_length(random_files); i++) {
		if (random_files[i].row[0] != '\0')
			random_rows(&rows[i], seed, random_files[i].letter,
			    random_files[i].row);
		else
			buf_puts(&rows[i], "=");
		changes[i].file = random_files[i].file;
		changes[i].text = buf_text(&rows[i]);
	}
	/* Then Postgres compares the rows, since it is no delta after all. */
	if (called_deltas) {
		changes[array_length(random_files)].file = "manifest.csv";
		changes[array_length(random_files)].text =
		    "file.orgs,delta\nfile.users,delta\nfile.classes,delta\n"
		    "file.roles,delta\nfile.enrollments,delta\n"
		    "file.academicSessions,delta\n";
	}
	fixture_write(dir, V12, changes);
	for (size_t i = 0; i < array_length(random_files); i++)
		buf_free(&rows[i]);
}

/* However a district came to a bundle, it has what the bundle says, as one
 * has that never saw another. */
static void whatever_came_before(void **state)
{
	uint64_t seed = check_seed(), was = seed;
	int64_t district = fixture_district();

	(void)state;
	for (int i = 0; i < 8; i++) {
		int64_t fresh = fixture_district();

		random_bundle(&seed, "bundle", i % 2 == 1);
		ingest_close(fixture_import(db, district, "bundle", true));
		ingest_close(fixture_import(db, fresh, "bundle", true));
		fixture_check(district);
		fixture_check_same(district, fresh, (int64_t)was);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_came_before),
	};
	int failed;

	db = database_open(DB_INGEST);
	failed = check_main(tests);
	db_close(db);
	return failed;
}
