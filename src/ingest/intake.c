/* Rows of a CSV file, checked against the model and written as COPY takes
 * them. What can't be taken becomes a finding. */
#include "ingest.h"
#include "guard/guard.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define ASIDE_MAX (8 << 20)

struct intake {
	struct arena *arena;
	struct findings *findings;
	struct part *part;
	struct known *known; /* NULL: every row is staged */
	enum oneroster version;
	struct csv *csv;
	bool begun; /* the header was read */
	struct header header;
	bool delta, decided;
	struct statuses statuses;
	bool fills;    /* this row: something of another record's */
	bool disabled; /* this user, for being inactive */
	struct buf row, value, aside;
};

struct intake *intake_new(struct findings *findings, struct part *part,
    enum oneroster version, struct known *known)
{
	struct arena *arena = arena_new();
	struct intake *r = arena_alloc(arena, sizeof(*r));

	r->arena = arena;
	r->findings = findings;
	r->part = part;
	r->known = known;
	r->version = version;
	r->csv = csv_new(arena);
	r->header = (struct header){
		.arena = arena,
		.part = part,
		.version = version,
		.id_at = -1,
		.status_at = -1,
		.modified_at = -1,
	};
	return r;
}

void intake_statuses(struct intake *r, const struct statuses *statuses)
{
	r->statuses = *statuses;
}

void intake_free(struct intake *r)
{
	buf_free(&r->row);
	buf_free(&r->value);
	buf_free(&r->aside);
	arena_free(r->arena);
}

const struct buf *intake_aside(const struct intake *r)
{
	return &r->aside;
}

/* --- the header ---------------------------------------------------------- */

static void note_header(struct intake *r, const char *code, const char *message,
    struct text column)
{
	const struct finding f = {
		.file = r->part->file,
		.code = code,
		.message = message,
		.line = 1,
		.value = column,
	};

	findings_add(r->findings, &f);
}

static bool read_header(struct intake *r, const struct csv_row *row,
    struct err *err)
{
	bool standard;

	if (row->problem != CSV_FINE)
		return fail(err, FAULT_INVALID,
		    "%s: its first line can't be read as CSV in UTF-8",
		    r->part->file);
	if (!header_read(&r->header, row, &standard, err))
		return false;
	if (!standard)
		note_header(r, "header_order",
		    "has columns that are not the standard's, or in another "
		    "order; taken by their names",
		    (struct text){ 0 });
	r->begun = true;
	return true;
}

/* --- a row that can't be taken ------------------------------------------- */

struct fault_of_row {
	const struct field *field; /* NULL: the row as a whole */
	const char *code, *message;
	struct text value;
};

static void add_finding(struct intake *r, const struct csv_row *row,
    const struct fault_of_row *fault, bool severe)
{
	const struct finding f = {
		.file = r->part->file,
		.code = fault->code,
		.message = fault->message,
		.severe = severe,
		.line = row->line,
		.column = fault->field != NULL ? fault->field->csv : NULL,
		.value = fault->value,
	};

	findings_add(r->findings, &f);
}

/* Its record must not be taken for gone. When it does not say which record it
 * is, none of this file can be. */
static void remember_aside(struct intake *r, const struct csv_row *row,
    bool readable)
{
	struct text id = { 0 };

	r->part->aside++;
	if (readable && r->header.id_at >= 0 && r->header.id_at < row->count)
		id = row->fields[r->header.id_at];
	while (id.len > 0 && id.at[id.len - 1] == ' ')
		id.len--;
	while (id.len > 0 && id.at[0] == ' ') {
		id.at++;
		id.len--;
	}
	if (id.len == 0 || r->aside.len > ASIDE_MAX) {
		r->part->held = true;
		return;
	}
	copy_field(&r->aside, id.at, id.len, true);
}

static bool set_aside(struct intake *r, const struct csv_row *row,
    const struct fault_of_row *fault)
{
	add_finding(r, row, fault, true);
	remember_aside(r, row, row->problem == CSV_FINE);
	return false;
}

static struct fault_of_row csv_fault(const struct csv_row *row)
{
	static const struct fault_of_row faults[] = {
		[CSV_FINE] = { 0 },
		[CSV_BAD_QUOTE] = { NULL, "bad_quote",
		    "has a quote where none may be", { 0 } },
		[CSV_OPEN_QUOTE] = { NULL, "open_quote",
		    "opens a quote that the file never closes", { 0 } },
		[CSV_BAD_UTF8] = { NULL, "bad_utf8", "is not valid UTF-8",
		    { 0 } },
		[CSV_NUL] = { NULL, "bad_character", "holds a NUL byte",
		    { 0 } },
		[CSV_TOO_LONG] = { NULL, "row_too_long",
		    "is longer than a row may be", { 0 } },
		[CSV_TOO_MANY] = { NULL, "too_many_fields",
		    "has more fields than a row may have", { 0 } },
	};

	return faults[row->problem];
}

/* --- bulk or delta ------------------------------------------------------- */

/* The data win over the manifest: the first row decides. */
static void decide_mode(struct intake *r, bool delta)
{
	struct part *p = r->part;

	r->decided = true;
	r->delta = delta;
	p->mode = delta ? MODE_DELTA : MODE_BULK;
	if (!p->declared || p->said == p->mode || p->said == MODE_ABSENT)
		return;
	note_header(r, "mode_differs",
	    delta ? "is called bulk by the manifest, but its rows have a "
		    "status: taken as delta, so records that are not in it "
		    "stay"
		  : "is called delta by the manifest, but its rows have no "
		    "status: taken as bulk, so records that are not in it go",
	    (struct text){ 0 });
}

static struct text field_at(const struct csv_row *row, int at)
{
	return at >= 0 ? row->fields[at] : (struct text){ "", 0 };
}

/* What settings say of a row that is not active; false: it is not taken. A
 * bulk file that says that a record goes might have left it out. */
static bool mind_status(struct intake *r, const struct csv_row *row,
    struct fault_of_row *fault, bool *goes)
{
	const struct statuses *s = &r->statuses;
	bool inactive = text_is(fault->value, "inactive");

	r->disabled = inactive && s->inactive_disables &&
		      r->part->entity == &entity_users;
	*goes |= inactive && !r->disabled &&
		 (s->inactive_goes || s->inactive_disables);
	if (!*goes)
		return true;
	if (!inactive && s->gone_stays) {
		fault->code = "kept";
		fault->message = "says tobedeleted, and stays: so the "
				 "source's settings have it";
		add_finding(r, row, fault, false);
		remember_aside(r, row, true);
		return false;
	}
	if (r->delta || (!inactive && !s->gone_goes))
		return true;
	r->part->named++;
	return false;
}

/* The row's status fits the file's mode, and says whether the record goes. */
static bool read_status(struct intake *r, const struct csv_row *row, bool *goes)
{
	const struct field *f = field_of_csv(r->part->entity,
	    (struct text){ "status", 6 }, r->version);
	struct text status = field_at(row, r->header.status_at);
	struct text modified = field_at(row, r->header.modified_at);
	struct fault_of_row fault = { f, NULL, NULL, status };
	int64_t when;

	if (!r->decided)
		decide_mode(r, status.len > 0);
	*goes = text_is(status, "tobedeleted");
	if (!mind_status(r, row, &fault, goes))
		return false;
	if (!*goes && !r->disabled && status.len > 0 &&
	    !text_is(status, "active")) {
		fault.code = "bad_status";
		fault.message = "is neither active nor tobedeleted";
	} else if (r->delta && status.len == 0) {
		fault.code = "status_missing";
		fault.message = "is empty, though the file is a delta";
	} else if (!r->delta && *goes) {
		fault.code = "status_in_bulk";
		fault.message = "says tobedeleted in a bulk file, where "
				"records to be deleted are left out";
	}
	if (fault.code != NULL)
		return set_aside(r, row, &fault);
	if (!r->delta && status.len > 0) {
		fault.code = "status_in_bulk";
		fault.message = "is filled, though the file is bulk; ignored";
		add_finding(r, row, &fault, false);
	}
	if (r->delta && !clock_parse(modified, &when)) {
		fault = (struct fault_of_row){ NULL, "bad_modified",
			"has no dateLastModified, or one that is no moment; "
			"taken all the same",
			modified };
		add_finding(r, row, &fault, false);
	}
	return true;
}

/* --- values -------------------------------------------------------------- */

/* Of users, whether they are enabled. */
static bool is_switch(const struct field *field)
{
	return field->kind == BOOL && (field->need & REQUIRED) == REQUIRED;
}

static bool read_slot(struct intake *r, const struct csv_row *row,
    const struct slot *slot)
{
	struct text value = r->disabled && is_switch(slot->field)
				? (struct text){ "false", 5 }
				: field_at(row, slot->at);
	struct fault_of_row fault = { slot->field, NULL, NULL, value };
	struct note note = { 0 };
	bool null = true;

	r->value.len = 0;
	if (slot->at >= 0 && !field_read(slot->field, r->version, value,
				 &r->value, &null, &note)) {
		fault.code = note.code;
		fault.message = note.text;
		return set_aside(r, row, &fault);
	}
	if (null && header_requires(&r->header, slot->field)) {
		fault.code = "missing_value";
		fault.message = "is empty, but must not be";
		return set_aside(r, row, &fault);
	}
	if (note.code != NULL) {
		fault.code = note.code;
		fault.message = note.text;
		add_finding(r, row, &fault, false);
	}
	if (null) {
		const struct filling *f =
		    filling_of(r->part->entity, slot->field);

		r->fills |= f != NULL && f->of != NULL;
	}
	copy_field(&r->row, null ? NULL : r->value.data, r->value.len, false);
	return true;
}

static void read_metadata(struct intake *r, const struct csv_row *row)
{
	struct buf *json = &r->value;

	json->len = 0;
	for (int i = 0; i < r->header.extension_count; i++) {
		const struct extension *e = &r->header.extensions[i];
		struct text value = row->fields[e->at];

		if (value.len == 0)
			continue;
		buf_char(json, json->len == 0 ? '{' : ',');
		json_quote(json, e->name, strlen(e->name));
		buf_char(json, ':');
		json_quote(json, value.at, value.len);
	}
	if (json->len > 0)
		buf_char(json, '}');
	copy_field(&r->row, json->len > 0 ? json->data : NULL, json->len,
	    false);
}

/* A record that goes needs to say no more than which one it is. */
static bool read_values(struct intake *r, const struct csv_row *row, bool goes)
{
	r->row.len = 0;
	r->fills = false;
	for (int i = 0; i < r->header.slot_count; i++) {
		const struct slot *s = &r->header.slots[i];

		if (s->field->kind == METADATA)
			read_metadata(r, row);
		else if (goes && s->field->kind != ID)
			copy_field(&r->row, NULL, 0, false);
		else if (!read_slot(r, row, s))
			return false;
	}
	return true;
}

/* --- rows ---------------------------------------------------------------- */

/* Of a fingerprint: whether its row was filled from another record. */
#define FILLED_BIT UINT64_C(1)

/* Any key will do, as long as it stays the same. */
static const uint8_t fingerprint_key[16] = "homeroom roster";

/* A staged row ends with its fingerprint, its line and whether it goes. */
static void put_row(struct intake *r, const struct csv_row *row, bool goes,
    struct buf *out)
{
	struct hash128 hash =
	    siphash128(fingerprint_key, r->row.data, r->row.len);
	char end[80];
	int len;

	hash.low = r->fills ? hash.low | FILLED_BIT : hash.low & ~FILLED_BIT;
	if (r->known != NULL && !r->delta &&
	    known_see(r->known, hash, row->line))
		return;
	buf_add(out, r->row.data, r->row.len);
	len = snprintf(end, sizeof(end),
	    "%016" PRIx64 "%016" PRIx64 "\t%" PRId64 "\t%c\n", hash.high,
	    hash.low, row->line, goes ? 't' : 'f');
	buf_add(out, end, (size_t)len);
	r->part->staged++;
}

static bool is_whole(struct intake *r, const struct csv_row *row)
{
	struct fault_of_row fault = csv_fault(row);

	if (row->problem != CSV_FINE)
		return set_aside(r, row, &fault);
	if (row->count == r->header.width)
		return true;
	fault.code = "field_count";
	fault.message = row->count < r->header.width
			    ? "has fewer fields than the header"
			    : "has more fields than the header";
	/* Which field is the id is anybody's guess. */
	add_finding(r, row, &fault, true);
	remember_aside(r, row, false);
	return false;
}

static void read_row(struct intake *r, const struct csv_row *row,
    struct buf *out)
{
	bool goes;

	r->part->read++;
	if (is_whole(r, row) && read_status(r, row, &goes) &&
	    read_values(r, row, goes))
		put_row(r, row, goes, out);
}

static bool is_blank(const struct csv_row *row)
{
	return row->problem == CSV_FINE && row->count == 1 &&
	       row->fields[0].len == 0;
}

/* A file may have nothing but its header, or not even that. */
static bool finish_file(struct intake *r, struct err *err)
{
	if (!r->begun)
		return fail(err, FAULT_INVALID,
		    "%s is empty: it lacks even "
		    "its header",
		    r->part->file);
	if (r->part->read > 0)
		return true;
	note_header(r, "no_rows", "has a header but no rows",
	    (struct text){ 0 });
	r->part->mode = r->part->said == MODE_DELTA ? MODE_DELTA : MODE_BULK;
	return true;
}

bool intake_feed(struct intake *r, struct text piece, bool last,
    struct buf *out, struct err *err)
{
	struct csv_row row;

	csv_feed(r->csv, piece.at, piece.len, last);
	while (csv_next(r->csv, &row)) {
		if (is_blank(&row))
			continue;
		if (!r->begun) {
			if (!read_header(r, &row, err))
				return false;
			continue;
		}
		read_row(r, &row, out);
	}
	return !last || finish_file(r, err);
}
