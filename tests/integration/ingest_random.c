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
	const char *row;    /* of 1.2 */
	const char *row_11; /* NULL: the same */
} random_files[] = {
	{ "orgs.csv",             's', ",,,School @,school,,s@\n", NULL },
	{ "academicSessions.csv", 't', ",,,Term @,term,2026-01-01,2026-02-01,t@,2026\n", NULL },
	{ "users.csv",            'u', ",,,true,n,,Name@,X,,,,,,\"u@,u@\",,,,,,,s@,\n", ",,,true,\"$s,s@\",administrator,n,,Name@,X,,,,,,\"u@,u@\",,\n" },
	{ "courses.csv",          'c', ",,,t@,Course @,,,$s,,\n", NULL },
	{ "classes.csv",          'k', ",,,Class @,09,$c,,scheduled,,$s,\"$t,t@\",,,\n", NULL },
	{ "roles.csv",            'r', ",,,$u,primary,student,,,$s,\n", NULL },
	{ "enrollments.csv",      'e', ",,,$k,$s,$u,student,,,\n", NULL },
	{ "demographics.csv",     'x', "", NULL },
};
/* clang-format on */

static void random_bundle(uint64_t *seed, const char *dir,
    enum oneroster version, bool called_deltas)
{
	struct buf rows[array_length(random_files)] = { 0 };
	struct fixture_change changes[array_length(random_files) + 2] = { 0 };

	for (size_t i = 0; i < array_length(random_files); i++) {
		if (random_files[i].row[0] != '\0')
			random_rows(&rows[i], seed, random_files[i].letter,
			    version == V11 && random_files[i].row_11 != NULL
				? random_files[i].row_11
				: random_files[i].row);
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
	fixture_write(dir, version, changes);
	for (size_t i = 0; i < array_length(random_files); i++)
		buf_free(&rows[i]);
}

/* However a district came to a bundle, it has what the bundle says, as one
 * has that never saw another. */
static void check_versions(const enum oneroster *versions, int count)
{
	uint64_t seed = check_seed(), was = seed;
	int64_t district = fixture_district();

	for (int i = 0; i < count; i++) {
		int64_t fresh = fixture_district();

		random_bundle(&seed, "bundle", versions[i], i % 3 == 1);
		ingest_close(fixture_import(db, district, "bundle", true));
		ingest_close(fixture_import(db, fresh, "bundle", true));
		fixture_check(district);
		fixture_check_same(district, fresh, (int64_t)was);
	}
}

static void always_1_2(void **state)
{
	static const enum oneroster versions[] = { V12, V12, V12, V12, V12 };

	(void)state;
	check_versions(versions, array_length(versions));
}

static void always_1_1(void **state)
{
	static const enum oneroster versions[] = { V11, V11, V11, V11, V11 };

	(void)state;
	check_versions(versions, array_length(versions));
}

static void to_and_fro(void **state)
{
	static const enum oneroster versions[] = { V11, V12, V11, V11, V12 };

	(void)state;
	check_versions(versions, array_length(versions));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(always_1_2),
		cmocka_unit_test(always_1_1),
		cmocka_unit_test(to_and_fro),
	};
	int failed;

	db = database_open(DB_INGEST);
	failed = check_main(tests);
	db_close(db);
	return failed;
}
