/* The header of a CSV file: which of its columns is what. Columns are taken by
 * their names, wherever they stand. */
#include "ingest.h"

#include <string.h>

#define METADATA_PREFIX "metadata."

static bool is_metadata(struct text name)
{
	size_t len = strlen(METADATA_PREFIX);

	return name.len > len && memcmp(name.at, METADATA_PREFIX, len) == 0;
}

static struct slot *find_slot(struct header *h, const struct field *field)
{
	for (int i = 0; i < h->slot_count; i++)
		if (h->slots[i].field == field)
			return &h->slots[i];
	return NULL;
}

static void make_slots(struct header *h)
{
	for_each_field (f, h->part->entity->fields) {
		if (!is_staged(f))
			continue;
		h->slots[h->slot_count++] = (struct slot){ f, -1 };
	}
}

static bool place_extension(struct header *h, struct text name, int at,
    struct err *err)
{
	name.at += strlen(METADATA_PREFIX);
	name.len -= strlen(METADATA_PREFIX);
	for (int i = 0; i < h->extension_count; i++)
		if (text_is(name, h->extensions[i].name))
			return fail(err, FAULT_INVALID,
			    "%s has the column metadata." TEXT_FMT " twice",
			    h->part->file, TEXT_ARG(name));
	h->extensions[h->extension_count++] = (struct extension){
		.name = arena_textn(h->arena, name.at, name.len),
		.at = at,
	};
	return true;
}

/* Of columns that are not kept, three matter all the same. */
static int *special_column(struct header *h, struct text name)
{
	if (text_is(name, "status"))
		return &h->status_at;
	if (text_is(name, "dateLastModified"))
		return &h->modified_at;
	return NULL;
}

static bool place_column(struct header *h, struct text name, int at,
    struct err *err)
{
	const struct field *f = field_of_csv(h->part->entity, name, h->version);
	int *special = special_column(h, name);
	struct slot *slot;

	if (is_metadata(name))
		return place_extension(h, name, at, err);
	if (f == NULL)
		return fail(err, FAULT_INVALID,
		    "%s has a column '%.*s', which OneRoster %s does not know; "
		    "columns of your own are called metadata.NAME",
		    h->part->file, (int)(name.len < 80 ? name.len : 80),
		    name.at, h->version == V11 ? "1.1" : "1.2");
	slot = find_slot(h, f);
	if ((slot != NULL && slot->at >= 0) ||
	    (special != NULL && *special >= 0))
		return fail(err, FAULT_INVALID, "%s has the column %s twice",
		    h->part->file, f->csv);
	if (special != NULL)
		*special = at;
	if (slot != NULL)
		slot->at = at;
	if (f->kind == ID)
		h->id_at = at;
	h->part->has |= UINT64_C(1) << (f - h->part->entity->fields);
	return true;
}

bool header_requires(const struct header *h, const struct field *f)
{
	return (f->need & (h->version == V11 ? REQUIRED_11 : REQUIRED_12)) &&
	       (f->in & h->version) && f->csv != NULL;
}

/* The columns that the file lacks. */
static bool find_missing(struct header *h, struct err *err)
{
	for (int i = 0; i < h->slot_count; i++) {
		const struct field *f = h->slots[i].field;

		if (h->slots[i].at < 0 && header_requires(h, f))
			return fail(err, FAULT_INVALID,
			    "%s lacks the column %s, without which none of "
			    "its rows can be taken",
			    h->part->file, f->csv);
	}
	return true;
}

/* Whether the header is one of those in the standard, extensions apart. */
static bool is_standard(const struct header *h, const struct csv_row *row)
{
	const struct entity *e = h->part->entity;
	const char *allowed[] = {
		h->version == V11 ? e->csv_11 : e->csv_12,
		h->version == V12 ? e->csv_also : NULL,
	};
	struct buf is = { 0 };
	int count = row->count;
	bool standard = false;

	while (count > 0 && is_metadata(row->fields[count - 1]))
		count--;
	for (int i = 0; i < count; i++) {
		if (i > 0)
			buf_char(&is, ',');
		buf_add(&is, row->fields[i].at, row->fields[i].len);
	}
	for (size_t i = 0; i < array_length(allowed); i++)
		standard |= allowed[i] != NULL &&
			    strcmp(buf_text(&is), allowed[i]) == 0;
	buf_free(&is);
	return standard;
}

bool header_read(struct header *h, const struct csv_row *row, bool *standard,
    struct err *err)
{
	make_slots(h);
	h->extensions = arena_alloc(h->arena,
	    (size_t)row->count * sizeof(h->extensions[0]));
	h->width = row->count;
	for (int i = 0; i < row->count; i++)
		if (!place_column(h, row->fields[i], i, err))
			return false;
	*standard = is_standard(h, row);
	return find_missing(h, err);
}
