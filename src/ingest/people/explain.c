/* Why a person's row says what it says: every value that somebody gave, whose
 * it is, and which one counts. */
#include "people.h"

#include <jansson.h>
#include <string.h>

/* Columns in front of the users' own. */
enum { PLACE, NAME, ID_, RULE, LINE, IMPORT, VERSION, OWN };

struct explaining {
	struct ingest *job;
	struct arena *arena;
	struct person_value *values;
	int count, room;
	const struct rows *rows;
};

static struct person_value *add(struct explaining *e)
{
	struct person_value *grown;

	if (e->count == e->room) {
		e->room = 2 * e->room + 64;
		grown = arena_alloc(e->arena, (size_t)e->room * sizeof(*grown));
		if (e->count > 0)
			memcpy(grown, e->values,
			    (size_t)e->count * sizeof(*grown));
		e->values = grown;
	}
	return &e->values[e->count++];
}

static const char *copy(struct explaining *e, const char *text)
{
	return text != NULL ? arena_text(e->arena, text) : NULL;
}

/* --- who is heard --------------------------------------------------------- */

static const struct order *order_of(const struct people *people,
    const char *field)
{
	for (int i = 0; i < people->order_count; i++)
		if (strcmp(people->orders[i].field, field) == 0)
			return &people->orders[i];
	return NULL;
}

/* In turn, by their places; those behind are heard too where a record must
 * have the field. */
static int hear(const struct people *people, const char *field, bool required,
    int *places)
{
	const struct order *order = order_of(people, field);
	bool heard[SPEAKERS_MAX + 1] = { false };
	int count = 0;

	for (int i = 0; order != NULL && i < order->count; i++) {
		if (people_hears(people, order->places[i], field))
			places[count++] = order->places[i];
		heard[order->places[i]] = true;
	}
	for (int p = 1; p <= people->speaker_count; p++)
		if (!heard[p] && (order == NULL || required) &&
		    people_hears(people, p, field))
			places[count++] = p;
	return count;
}

static const char *order_text(struct explaining *e, const int *places,
    int count)
{
	const char *text = "";

	for (int i = 0; i < count; i++)
		text = arena_printf(e->arena, "%s%s%s", text, i > 0 ? ", " : "",
		    e->job->people->speakers[places[i] - 1].name);
	return text;
}

/* --- one field ------------------------------------------------------------ */

static void put(struct explaining *e, int row, const char *field,
    const char *value, bool counts, const char *order)
{
	const struct rows *rows = e->rows;

	*add(e) = (struct person_value){
		.field = copy(e, field),
		.value = copy(e, value),
		.source = copy(e, rows_get(rows, row, NAME)),
		.id = copy(e, rows_get(rows, row, ID_)),
		.rule = copy(e, rows_get(rows, row, RULE)),
		.order = order,
		.line = rows_integer(rows, row, LINE),
		.import = rows_integer(rows, row, IMPORT),
		.version = rows_integer(rows, row, VERSION),
		.counts = counts,
	};
}

/* A record's value of a column; of metadata, of one of its keys. */
static const char *value_of(struct explaining *e, int row, int column,
    const char *key)
{
	const char *text = rows_get(e->rows, row, column), *value = NULL;
	json_t *all;

	if (text == NULL || key == NULL)
		return text;
	all = json_loads(text, 0, NULL);
	value = json_string_value(json_object_get(all, key));
	value = copy(e, value);
	json_decref(all);
	return value;
}

/* Of lists, all that is heard counts; of the rest, the first. */
static void explain_field(struct explaining *e, const struct field *f,
    int column, const char *key)
{
	const struct people *people = e->job->people;
	const char *name =
	    key == NULL ? f->name : arena_printf(e->arena, "metadata.%s", key);
	bool all = f->kind == OBJECTS || f->kind == REFS, counted = false;
	int places[SPEAKERS_MAX];
	int count = hear(people, name, (f->need & REQUIRED) != 0, places);
	const char *order = order_text(e, places, count);
	bool told[1024] = { false };

	for (int i = 0; i < count; i++)
		for (int r = 0; r < rows_count(e->rows) && r < 1024; r++) {
			const char *value = value_of(e, r, column, key);

			if (rows_integer(e->rows, r, PLACE) != places[i] ||
			    value == NULL)
				continue;
			put(e, r, name, value, all || !counted, order);
			counted = told[r] = true;
		}
	for (int r = 0; r < rows_count(e->rows) && r < 1024; r++) {
		const char *value = value_of(e, r, column, key);

		if (!told[r] && value != NULL)
			put(e, r, name, value, false, order);
	}
}

static bool has_key(const char **keys, int count, const char *key)
{
	for (int i = 0; i < count; i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

#define KEYS_MAX 256

static void explain_metadata(struct explaining *e, const struct field *f,
    int column)
{
	const char *keys[KEYS_MAX], *key;
	int count = 0;
	json_t *value;

	for (int r = 0; r < rows_count(e->rows); r++) {
		const char *text = rows_get(e->rows, r, column);
		json_t *all =
		    text != NULL ? json_loads(text, 0, NULL) : json_object();

		json_object_foreach(all, key, value)
		{
			if (count < KEYS_MAX && !has_key(keys, count, key))
				keys[count++] = arena_text(e->arena, key);
		}
		json_decref(all);
	}
	for (int i = 0; i < count; i++)
		explain_field(e, f, column, keys[i]);
}

/* --- a person ------------------------------------------------------------- */

static bool find_records(struct explaining *e, const char *person,
    struct err *err)
{
	struct ingest *job = e->job;
	struct values values = { 2,
		{ arena_number(e->arena, job->request->district), person } };
	struct buf sql = { 0 };
	bool found;

	buf_puts(&sql, "SELECT p.place, p.name, s.sourced_id, s.rule, "
		       "coalesce(s.line, 0), coalesce(s.import, 0), "
		       "coalesce(i.version, 0)");
	for_each_field (f, entity_users.fields)
		if (is_own(f))
			buf_printf(&sql,
			    f->kind == REFS || f->kind == TEXTS
				? ", array_to_string(s.%s, ',')"
				: ", s.%s::text",
			    f->column);
	buf_puts(&sql, " FROM roster.said_users s JOIN (SELECT x.id, x.name, "
		       "row_number() OVER (ORDER BY x.kind = 'accounts', "
		       "homeroom.source_place(x.id) NULLS LAST, x.id) AS place "
		       "FROM homeroom.source x "
		       "WHERE x.district = $1::int AND EXISTS (SELECT "
		       "FROM roster.said_users o WHERE o.district = x.district "
		       "AND o.source = x.id)) p ON p.id = s.source "
		       "LEFT JOIN homeroom.import i ON i.id = s.import "
		       "WHERE s.district = $1::int AND s.person = $2::text "
		       "AND s.status = 'active' ORDER BY p.place, "
		       "s.sourced_id <> s.person, s.sourced_id");
	found = db_ask_text(job->db, e->arena, buf_text(&sql), &values,
	    &e->rows, err);
	buf_free(&sql);
	return found;
}

static bool explain(struct explaining *e, const char *person, struct err *err)
{
	int column = OWN;

	if (!people_begin(e->job, err) || !find_records(e, person, err))
		return false;
	if (rows_count(e->rows) == 0)
		return fail(err, FAULT_NOT_FOUND,
		    "no source speaks of a person '%s'", person);
	for_each_field (f, entity_users.fields) {
		if (!is_own(f))
			continue;
		if (f->kind == METADATA)
			explain_metadata(e, f, column);
		else if (f->kind != ID) /* it is that of the question */
			explain_field(e, f, column, NULL);
		column++;
	}
	return true;
}

bool person_explain(struct db *db, struct arena *arena, int64_t district,
    const char *person, struct person_account *out, struct err *err)
{
	struct ingest_request request = { .district = district };
	struct ingest *job = ingest_open(db, &request);
	struct explaining e = { .job = job, .arena = arena };
	bool done = explain(&e, person, err);

	*out = (struct person_account){ e.values, e.count };
	ingest_close(job);
	return done;
}
