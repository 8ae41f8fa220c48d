/* homeroom explain PERSON: whose word each field of a person is, and what
 * others said. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/ingest.h"
#include "homeroom/publish.h"

#include <stdio.h>
#include <string.h>

static const struct column columns[] = {
	{ "field", COLUMN_TEXT },
	{ "value", COLUMN_TEXT },
	{ "counts", COLUMN_BOOL },
	{ "source", COLUMN_TEXT },
	{ "sourcedId", COLUMN_TEXT },
	{ "line", COLUMN_NUMBER },
	{ "import", COLUMN_NUMBER },
	{ "version", COLUMN_NUMBER },
	{ "matchedBy", COLUMN_TEXT },
	{ "order", COLUMN_TEXT },
	{ 0 },
};

/* Of these numbers, 0 is none. */
static const char *number(struct arena *arena, int64_t value)
{
	return value > 0 ? arena_number(arena, value) : NULL;
}

static void print(struct arena *arena, const struct person_account *account,
    enum format format)
{
	struct listing listing = { .columns = columns };

	for (int i = 0; i < account->count; i++) {
		const struct person_value *v = &account->values[i];

		listing_row(&listing,
		    (const char *[]){ v->field, v->value,
			v->counts ? "true" : "false", v->source, v->id,
			number(arena, v->line), number(arena, v->import),
			number(arena, v->version), v->rule, v->order });
	}
	listing_print(&listing, format);
}

bool explain_person(const struct flags *flags, enum format format,
    struct err *err)
{
	const char *person = flags->arguments[0];
	struct person_account account;
	struct house house;
	int64_t district;
	bool done = house_enter(&house, DB_INGEST, flags, &district, err);

	if (strncmp(person, "users/", 6) == 0)
		person += 6;
	done = done && person_explain(house.db, house.arena, district, person,
			   &account, err);
	if (done)
		print(house.arena, &account, format);
	house_close(&house);
	return done;
}
