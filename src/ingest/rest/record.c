/* Records as OneRoster's JSON has them, into the rows of its CSV: the tables
 * of the model say which member is which column. */
#include "rest.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* --- values --------------------------------------------------------------- */

struct cell {
	struct roster *roster;
	struct arena *arena;
	const struct field *field;
	int64_t number; /* of the record, for findings */
	const char *list;
	struct buf *out;
};

static void note(const struct cell *cell, const char *code, const char *message,
    struct text value)
{
	findings_add(cell->roster->findings,
	    &(struct finding){ .file = cell->list,
		.code = code,
		.message = message,
		.line = cell->number,
		.column = cell->field->name,
		.value = value });
}

static void put_scalar(const struct cell *cell, const json_t *value)
{
	struct text text = answer_text(cell->arena, value);

	if (text.at != NULL)
		buf_add(cell->out, text.at, text.len);
}

/* 1 and "1" are true as well: importers differ, and nothing is guessed. */
static void put_bool(const struct cell *cell, const json_t *value)
{
	struct text text = answer_text(cell->arena, value);

	if (text.at == NULL)
		return;
	if (text_is(text, "1"))
		buf_puts(cell->out, "true");
	else if (text_is(text, "0"))
		buf_puts(cell->out, "false");
	else
		buf_add(cell->out, text.at, text.len);
}

/* {"sourcedId": …}, or the id by itself. */
static void put_ref(const struct cell *cell, const json_t *value)
{
	put_scalar(cell, json_is_object(value)
			     ? json_object_get(value, "sourcedId")
			     : value);
}

typedef void put_value(const struct cell *cell, const json_t *value);

/* CSV has no way to write an element with a comma. */
static void put_item(const struct cell *cell, const json_t *value,
    put_value *put)
{
	size_t before = cell->out->len;
	bool cut = false;

	put(cell, value);
	for (size_t i = before; i < cell->out->len; i++)
		if (cell->out->data[i] == ',') {
			cell->out->data[i] = ' ';
			cut = true;
		}
	if (cut)
		note(cell, "comma_in_list",
		    "has an element with a comma, which becomes a space",
		    (struct text){ cell->out->data + before,
			cell->out->len - before });
}

static void put_list(const struct cell *cell, const json_t *value,
    put_value *put)
{
	if (!json_is_array(value)) {
		put(cell, value);
		return;
	}
	for (size_t i = 0; i < json_array_size(value); i++) {
		if (i > 0)
			buf_char(cell->out, ',');
		put_item(cell, json_array_get(value, i), put);
	}
}

static void put_texts(const struct cell *cell, const json_t *value)
{
	put_list(cell, value, put_scalar);
}

static void put_refs(const struct cell *cell, const json_t *value)
{
	put_list(cell, value, put_ref);
}

static bool fits_pair(struct text text, const char *without)
{
	for (size_t i = 0; i < text.len; i++)
		if (strchr(without, text.at[i]) != NULL)
			return false;
	return text.len > 0;
}

/* {a:b},{c:d} */
static void put_pairs(const struct cell *cell, const json_t *value)
{
	const struct field *outer = object_find(cell->field->of)->outer;
	const char *before = "{";
	const json_t *one;
	size_t i;

	json_array_foreach(value, i, one)
	{
		struct text left = answer_text(cell->arena,
		    json_object_get(one, outer[0].name));
		struct text right = answer_text(cell->arena,
		    json_object_get(one, outer[1].name));

		if (left.len == 0)
			left = (struct text){ "other", 5 };
		if (!fits_pair(left, ":{},") || !fits_pair(right, "{},")) {
			note(cell, "pair_lost",
			    "has an element that CSV can't hold: it has no "
			    "value, or brackets or commas in it",
			    right);
			continue;
		}
		buf_puts(cell->out, before);
		before = ",{";
		buf_add(cell->out, left.at, left.len);
		buf_char(cell->out, ':');
		buf_add(cell->out, right.at, right.len);
		buf_char(cell->out, '}');
	}
}

static put_value *const puts_of[KIND_COUNT] = {
	[ID] = put_scalar,
	[TEXT] = put_scalar,
	[WORD] = put_scalar,
	[BOOL] = put_bool,
	[DATE] = put_scalar,
	[MOMENT] = put_scalar,
	[YEAR] = put_scalar,
	[NUMBER] = put_scalar,
	[INTEGER] = put_scalar,
	[REF] = put_ref,
	[TEXTS] = put_texts,
	[WORDS] = put_texts,
	[REFS] = put_refs,
	[OBJECTS] = put_pairs,
	[MODIFIED] = put_scalar,
};

/* --- a row ---------------------------------------------------------------- */

/* A value lies in the buffer until the row is written: by its place there, as
 * the buffer may move. */
struct span {
	size_t at, len;
};

static const json_t *member_of(const json_t *record, const struct field *field)
{
	const json_t *value =
	    field->name != NULL ? json_object_get(record, field->name) : NULL;

	/* Some have the columns of CSV in JSON. */
	return value != NULL && !json_is_null(value)
		   ? value
		   : json_object_get(record, field->csv);
}

static struct span put_column(struct cell *cell, const struct roster_table *t,
    int column, const struct roster_row *row)
{
	struct span span = { cell->out->len, 0 };
	const struct field *field = t->fields[column];

	cell->field = field;
	if (field == t->status)
		buf_puts(cell->out, !cell->roster->delta ? ""
				    : row->goes          ? "tobedeleted"
							 : "active");
	else if (field == t->modified)
		buf_puts(cell->out, cell->roster->delta ? row->modified : "");
	else if (row->given[column] != NULL)
		buf_puts(cell->out, row->given[column]);
	else if (row->record != NULL && field->column != NULL)
		puts_of[field->kind](cell, member_of(row->record, field));
	span.len = cell->out->len - span.at;
	return span;
}

static const char *plain_text(struct arena *arena, const json_t *value)
{
	char *dump;
	const char *text;

	if (!json_is_object(value) && !json_is_array(value))
		return NULL;
	dump = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
	text = dump != NULL ? arena_text(arena, dump) : NULL;
	memory_free(dump);
	return text;
}

/* Whatever else a server knows of a record, in columns that are found on the
 * way. */
static void put_metadata(struct cell *cell, struct roster_table *t,
    const json_t *metadata)
{
	const json_t *value;
	const char *key;

	json_object_foreach((json_t *)not_const(metadata), key, value)
	{
		const char *nested = plain_text(cell->arena, value);
		struct text text = answer_text(cell->arena, value);
		const char *name =
		    arena_printf(cell->arena, "metadata.%s", key);
		int at;

		if (nested != NULL)
			text = (struct text){ nested, strlen(nested) };
		if (text.len == 0 || *key == '\0')
			continue;
		at = table_column(t->table, cell->roster->arena,
		    (struct text){ name, strlen(name) });
		if (at < 0)
			note(cell, "metadata_lost",
			    "has more metadata than there can be columns",
			    (struct text){ key, strlen(key) });
		else
			t->table->row[at] = text;
	}
}

bool roster_row(struct roster *roster, struct roster_table *t,
    const struct roster_row *row, struct call *call, struct err *err)
{
	struct span spans[ROSTER_COLUMNS_MAX];
	struct buf values = { 0 };
	struct cell cell = { .roster = roster,
		.arena = call->arena,
		.list = t->entity->name,
		.number = row->number,
		.out = &values };
	bool done;

	for (int i = 0; i < t->count; i++)
		spans[i] = put_column(&cell, t, i, row);
	for (int i = 0; i < t->count; i++)
		t->table->row[i] =
		    (struct text){ buf_text(&values) + spans[i].at,
			    spans[i].len };
	cell.field = t->metadata;
	if (row->record != NULL && t->metadata != NULL && !row->goes)
		put_metadata(&cell, t,
		    json_object_get(row->record, t->metadata->name));
	done = table_row(t->table, err);
	buf_free(&values);
	return done;
}

/* --- its table ------------------------------------------------------------ */

static bool add_column(struct roster *roster, struct roster_table *t,
    struct text name, struct err *err)
{
	const struct field *field =
	    field_of_csv(t->entity, name, roster->version);

	if (field == NULL || t->count == ROSTER_COLUMNS_MAX)
		return fail(err, FAULT_INTERNAL, "%s has no column " TEXT_FMT,
		    t->entity->name, TEXT_ARG(name));
	if (text_is(name, "status"))
		t->status = field;
	if (text_is(name, "dateLastModified"))
		t->modified = field;
	t->fields[t->count++] = field;
	(void)!table_column(t->table, roster->arena, name);
	return true;
}

static const struct field *metadata_of(const struct entity *entity)
{
	for_each_field (f, entity->fields)
		if (f->kind == METADATA)
			return f;
	return NULL;
}

struct roster_table *roster_table(struct roster *roster,
    const struct entity *entity, struct err *err)
{
	const char *at = csv_header(entity, roster->version);
	struct roster_table *t;

	for (int i = 0; i < roster->table_count; i++)
		if (roster->tables[i]->entity == entity)
			return roster->tables[i];
	t = arena_alloc(roster->arena, sizeof(*t));
	t->entity = entity;
	t->metadata = metadata_of(entity);
	if (!table_open(&t->table, roster->arena, roster->folder, entity->name,
		err))
		return NULL;
	while (at != NULL && *at != '\0') {
		struct text name = { at, strcspn(at, ",") };

		if (!add_column(roster, t, name, err))
			return NULL;
		at += name.len + (at[name.len] == ',');
	}
	roster->tables[roster->table_count++] = t;
	return t;
}

int roster_column(const struct roster_table *t, const char *csv)
{
	for (int i = 0; i < t->count; i++)
		if (strcmp(t->fields[i]->csv, csv) == 0)
			return i;
	return -1;
}
