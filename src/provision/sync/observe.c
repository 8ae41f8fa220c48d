/* The directory's picture: what was read of it, made rows. */
#include "sync.h"

#include <inttypes.h>
#include <stdio.h>

/* So much is gathered before it goes to Postgres: no transaction is open while
 * the directory is asked. */
struct watching {
	struct target *target;
	struct db *db;
	struct buf rows, members;
	int64_t number; /* of the entry: of two of one anchor the later holds */
};

/* --- staging -------------------------------------------------------------- */

static bool copy_piece(struct db *db, const char *sql, struct buf *rows,
    struct err *err)
{
	bool done =
	    rows->len == 0 || (copy_in(db, sql, err) &&
				  copy_put(db, rows->data, rows->len, err) &&
				  copy_in_end(db, NULL, err));

	rows->len = 0;
	return done;
}

static bool flush(struct watching *w, struct err *err)
{
	return copy_piece(w->db, "COPY homeroom.seen FROM STDIN", &w->rows,
		   err) &&
	       copy_piece(w->db, "COPY homeroom.seen_member FROM STDIN",
		   &w->members, err);
}

static void add_text(struct buf *out, const char *text, bool last)
{
	copy_field(out, text, text != NULL ? strlen(text) : 0, last);
}

static void add_bool(struct buf *out, bool value)
{
	buf_puts(out, value ? "t\t" : "f\t");
}

static void add_time(struct buf *out, int64_t when)
{
	char text[CLOCK_TEXT];

	if (when != 0)
		clock_format(text, when);
	add_text(out, when != 0 ? text : NULL, false);
}

static void add_values(struct buf *out, const struct directory_attribute *a)
{
	if (out->len > 0)
		buf_char(out, ',');
	json_quoted(out, text_of(a->name));
	for (int i = 0; i < a->count; i++) {
		buf_puts(out, i == 0 ? ":[" : ",");
		json_quoted(out, text_of(a->values[i]));
	}
	buf_puts(out, a->count == 0 ? ":[]" : "]");
}

static void add_attributes(struct buf *out, const struct directory_entry *e)
{
	struct buf json = { 0 }, object = { 0 };

	for (int i = 0; i < e->attribute_count; i++)
		add_values(&json, &e->attributes[i]);
	buf_printf(&object, "{%s}", buf_text(&json));
	copy_field(out, object.data, object.len, false);
	buf_free(&json);
	buf_free(&object);
}

static const char *login_of(const struct directory_type *type,
    const struct directory_entry *e)
{
	for (int i = 0; i < e->attribute_count; i++)
		if (strcmp(e->attributes[i].name, type->login) == 0)
			return e->attributes[i].values[0];
	return NULL;
}

static bool see(void *context, const struct directory_entry *e, struct err *err)
{
	struct watching *w = context;
	const struct target *t = w->target;

	w->number++;
	buf_printf(&w->rows, "%s\t%" PRId64 "\t", t->id_text, w->number);
	add_text(&w->rows, directory_kinds[e->kind], false);
	add_text(&w->rows, e->anchor, false);
	add_text(&w->rows, e->name != NULL ? e->name : "", false);
	add_text(&w->rows, e->place != NULL ? e->place : "", false);
	add_text(&w->rows, e->address != NULL ? e->address : "", false);
	add_text(&w->rows, login_of(t->type, e), false);
	add_bool(&w->rows, e->enabled);
	add_bool(&w->rows, e->shielded);
	add_bool(&w->rows, e->restorable);
	add_bool(&w->rows, e->gone);
	add_time(&w->rows, e->gone_since);
	add_time(&w->rows, e->last_logon);
	add_attributes(&w->rows, e);
	buf_puts(&w->rows, e->members != NULL ? "t\n" : "f\n");
	for (int i = 0; e->members != NULL && i < e->member_count; i++) {
		buf_printf(&w->members, "%s\t%" PRId64 "\t", t->id_text,
		    w->number);
		add_text(&w->members, e->members[i], true);
	}
	if (t->stop != NULL && atomic_load(t->stop))
		return fail(err, FAULT_UNAVAILABLE, "it was told to stop");
	return w->rows.len + w->members.len < PIECE || flush(w, err);
}

/* --- the picture ---------------------------------------------------------- */

/* In this order: an account that is back must not meet one of the same person.
 */
static const struct {
	enum statement statement;
	int values; /* of those that it takes */
} steps[] = {
	{ STATEMENT_observe_accounts, 2 },
	{ STATEMENT_observe_places, 1 },
	{ STATEMENT_observe_groups, 1 },
	{ STATEMENT_observe_members, 1 },
	{ STATEMENT_observe_gone, 3 },
};

static bool note_reading(const struct watching *w, struct arena *arena,
    const struct directory_reading *reading, int64_t changes, struct err *err)
{
	char now[CLOCK_TEXT];
	const struct values values = { 7,
		{ w->target->id_text, reading->cookie, now,
		    reading->whole ? "t" : "f", changes > 0 ? "1" : "0",
		    w->target->root, w->target->attributes } };
	const struct rows *rows;

	clock_format(now, clock_now());
	if (!db_ask(w->db, arena, STATEMENT_observe_note, &values, &rows, err))
		return false;
	w->target->reading = rows_integer(rows, 0, 0);
	return true;
}

static bool take_picture(const struct watching *w, struct arena *arena,
    const struct directory_reading *reading, int64_t *changes, struct err *err)
{
	char now[CLOCK_TEXT];
	struct values values = { 3,
		{ w->target->id_text, now, reading->whole ? "t" : "f" } };
	const struct rows *rows;

	clock_format(now, clock_now());
	*changes = 0;
	for (size_t i = 0; i < array_length(steps); i++) {
		values.count = steps[i].values;
		if (!db_ask(w->db, arena, steps[i].statement, &values, &rows,
			err))
			return false;
		*changes += rows_integer(rows, 0, 0);
	}
	return note_reading(w, arena, reading, *changes, err);
}

static bool make_picture(struct watching *w, struct arena *arena,
    const struct directory_reading *reading, int64_t *changes, struct err *err)
{
	const struct values values = { 1, { w->target->id_text } };
	bool done =
	    flush(w, err) && db_begin(w->db, err) &&
	    db_ask(w->db, arena, STATEMENT_observe_unique, &values, NULL,
		err) &&
	    db_ask(w->db, arena, STATEMENT_observe_refresh, NULL, NULL, err) &&
	    take_picture(w, arena, reading, changes, err) &&
	    db_ask(w->db, arena, STATEMENT_observe_forget, &values, NULL,
		err) &&
	    db_commit(w->db, err);

	if (!done)
		db_rollback(w->db);
	return done;
}

/* --- reading -------------------------------------------------------------- */

#define DAY ((int64_t)24 * 3600 * 1000)

static bool read_since(struct watching *w, struct directory *dir,
    struct arena *arena, const char *cookie, struct directory_reading *reading,
    struct err *err)
{
	const struct values values = { 1, { w->target->id_text } };

	w->rows.len = w->members.len = 0;
	return db_ask(w->db, arena, STATEMENT_observe_forget, &values, NULL,
		   err) &&
	       directory_read(dir, arena,
		   &(struct directory_since){ cookie, see, w }, reading, err);
}

/* Where what went is not told of, all is read once a day. */
static bool read_some(struct watching *w, struct directory *dir,
    struct arena *arena, const char *cookie, struct directory_reading *reading,
    struct err *err)
{
	bool done = read_since(w, dir, arena, cookie, reading, err);
	bool stale = done && !reading->whole && !reading->saw_gone &&
		     clock_now() - w->target->whole > DAY;
	bool lost = !done && err->fault == FAULT_GONE && cookie != NULL;

	if (!stale && !lost)
		return done;
	*err = (struct err){ 0 };
	return read_since(w, dir, arena, NULL, reading, err);
}

/* Attributes that nobody asked for before have to be read of all. */
static bool reads_other(const struct target *target)
{
	return target->read_as == NULL ||
	       strcmp(target->read_as, target->attributes) != 0;
}

static bool look(struct target *target, struct directory *dir, struct err *err)
{
	struct directory_about about;

	if (!directory_look(dir, target->arena, &about, err))
		return false;
	target->root = about.root;
	return true;
}

bool observe(struct target *target, struct db *db, bool whole,
    struct observed *out, struct err *err)
{
	struct watching w = { .target = target, .db = db };
	struct directory_reading reading = { 0 };
	struct arena *arena = arena_new();
	struct directory *dir = NULL;
	bool done = target_open(target, db, &dir, err) &&
		    look(target, dir, err) &&
		    read_some(&w, dir, arena,
			whole || reads_other(target) ? NULL : target->cookie,
			&reading, err) &&
		    make_picture(&w, arena, &reading, &out->changes, err);

	out->whole = reading.whole;
	out->entries = reading.count;
	directory_close(dir);
	buf_free(&w.rows);
	buf_free(&w.members);
	arena_free(arena);
	return done;
}
