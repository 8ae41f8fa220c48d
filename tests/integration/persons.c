/* Persons as they are published, as rules see them.
 * threads: 1 */
#include "check.h"
#include "provision/provision.h"
#include "support/database.h"
#include "support/fixture.h"
#include "support/rulebook.h"

#include <string.h>

static struct provision_book read_book(struct arena *arena, int64_t district)
{
	struct provision_book book = { .district = district,
		.name = "ad",
		.type = "ad" };

	book.rules = rulebook_made(arena, rulebook_directory, rulebook_school);
	return book;
}

/* "u1 Anna 1 role, 1 class; …" of all, or of one. */
static const char *list_persons(struct arena *arena, struct db *db,
    const struct provision_book *book, const char *only)
{
	const struct person *person;
	struct persons *persons;
	struct err err = { 0 };
	struct buf out = { 0 };
	const char *text;
	int count, given = 0;
	const struct rules_column *columns =
	    rulebook_columns(book->rules, &count);

	for (int i = 0; i < count; i++)
		if (strcmp(columns[i].name, "givenName") == 0)
			given = columns[i].slot;
	CHECK(persons_begin(db, &err) &&
		  persons_open(&persons, db, arena, book, only, &err),
	    "%s", err.text);
	for (;;) {
		CHECK(persons_next(persons, &person, &err), "%s", err.text);
		if (person == NULL)
			break;
		buf_printf(&out, TEXT_FMT " " TEXT_FMT " %d %d %s;",
		    TEXT_ARG(person->id), TEXT_ARG(person->fields[given]),
		    person->role_count, person->class_count,
		    person->gone[0] != '\0' ? "gone" : "");
	}
	persons_close(persons);
	db_rollback(db);
	text = arena_text(arena, buf_text(&out));
	buf_free(&out);
	return text;
}

static void test_persons(void **state)
{
	static const struct fixture_change none[] = { { NULL, NULL } };
	static const struct fixture_change fewer[] = {
		{ "users.csv", "=u1,,,true,anna,,Anna,Ax,,,,,,,09,,,,,,s1,\n"
			       "u3,,,true,carl,,Carl,Cox,,,,,,,,,,,,,s1,\n" },
		{ "roles.csv", "=r1,,,u1,primary,student,,,s1,\n"
			       "r4,,,u3,primary,teacher,,,s2,\n" },
		{ "enrollments.csv", "=e1,,,k1,s1,u1,student,,,\n" },
		{ "demographics.csv", "=" },
		{ NULL, NULL },
	};
	struct arena *arena = arena_new();
	struct db *db = database_open(DB_INGEST);
	int64_t district = fixture_district();
	const struct provision_book book = read_book(arena, district);
	const char *list;

	(void)state;
	fixture_write("bundle", V12, none);
	ingest_close(fixture_import(db, district, "bundle", false));
	list = list_persons(arena, db, &book, NULL);
	CHECK(strcmp(list, "u1 Anna 1 1 ;u2 Ben 1 1 ;u3 Carl 2 1 ;"
			   "u4 Dora 1 0 ;") == 0,
	    "%s", list);
	list = list_persons(arena, db, &book, "u3");
	CHECK(strcmp(list, "u3 Carl 2 1 ;") == 0, "%s", list);
	list = list_persons(arena, db, &book, "u");
	CHECK(strcmp(list, "") == 0, "%s", list);
	/* Who is not in the roster any more is told of with what they were. */
	fixture_write("bundle", V12, fewer);
	ingest_close(fixture_import(db, district, "bundle", true));
	list = list_persons(arena, db, &book, NULL);
	CHECK(strcmp(list, "u1 Anna 1 1 ;u2 Ben 1 0 gone;u3 Carl 1 0 ;"
			   "u4 Dora 1 0 gone;") == 0,
	    "%s", list);
	db_close(db);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_persons),
	};

	return check_main(tests);
}
