/* Records that rules make of rows, on their way into a bundle: one file an
 * entity. */
#include "sources.h"
#include "homeroom/mapping.h"

#include <string.h>

#define PIECE (256 << 10)

/* A feed on its way into its outlet. */
struct pipe {
	struct outlet *outlet;
	const struct mapping_feed *feed;
	/* The feed's rule for each column of the outlet, or NULL. */
	const struct mapping_field *fields[OUTLET_COLUMNS_MAX];
};

/* --- files of the bundle -------------------------------------------------- */

static void free_arena(void *arena)
{
	arena_free(arena);
}

static void free_findings(void *findings)
{
	findings_free(findings);
}

struct feeding *feeding_new(struct arena *arena, const char *to)
{
	struct feeding *f = arena_alloc(arena, sizeof(*f));

	*f = (struct feeding){ .arena = arena,
		.to = to,
		.findings = findings_new(arena),
		.scratch = arena_new() };
	arena_defer(arena, free_arena, f->scratch);
	arena_defer(arena, free_findings, f->findings);
	return f;
}

struct outlet *feeding_outlet(struct feeding *f, const struct entity *entity,
    struct err *err)
{
	struct outlet *outlet;

	for (int i = 0; i < f->outlet_count; i++)
		if (f->outlets[i]->entity == entity)
			return f->outlets[i];
	if (!outlet_open(&outlet, f->arena, f->to, entity, err))
		return NULL;
	f->outlets[f->outlet_count++] = outlet;
	return outlet;
}

bool feeding_prepare(struct feeding *f, const struct mapping_file *file,
    struct err *err)
{
	for (int i = 0; i < file->feed_count; i++) {
		const struct mapping_feed *feed = &file->feeds[i];
		struct outlet *outlet = feeding_outlet(f, feed->entity, err);

		if (outlet == NULL)
			return false;
		for (int j = 0; j < feed->field_count; j++)
			if (!outlet_column(outlet, feed->fields[j].name, err))
				return false;
	}
	return true;
}

void feeding_begin(struct feeding *f)
{
	for (int i = 0; i < f->outlet_count; i++)
		outlet_header(f->outlets[i]);
}

/* --- where rows come from ------------------------------------------------- */

static void find_fields(struct pipe *pipe)
{
	const struct mapping_feed *feed = pipe->feed;

	for (int i = 0; i < pipe->outlet->column_count; i++)
		for (int j = 0; j < feed->field_count; j++)
			if (strcmp(feed->fields[j].name,
				pipe->outlet->columns[i]) == 0)
				pipe->fields[i] = &feed->fields[j];
}

bool feeding_from(struct feeding *f, const struct mapping_file *file,
    const char *name, const int *at, struct err *err)
{
	f->file = file;
	f->name = name;
	f->at = at;
	f->pipes =
	    arena_alloc(f->arena, (size_t)file->feed_count * sizeof(*f->pipes));
	for (int i = 0; i < file->feed_count; i++) {
		struct pipe *pipe = &f->pipes[i];

		pipe->feed = &file->feeds[i];
		pipe->outlet = feeding_outlet(f, pipe->feed->entity, err);
		if (pipe->outlet == NULL)
			return false;
		find_fields(pipe);
	}
	return true;
}

/* --- rows ----------------------------------------------------------------- */

static void find(struct feeding *f, int64_t line, const char *column,
    const struct mapping_fault *fault)
{
	findings_add(f->findings, &(struct finding){
				      .file = f->name,
				      .code = fault->code,
				      .message = fault->message,
				      .severe = true,
				      .line = line,
				      .column = column,
				      .value = fault->value,
				  });
}

static void map_row(struct feeding *f, struct pipe *pipe,
    const struct mapping_row *row, int64_t line)
{
	struct outlet *outlet = pipe->outlet;
	struct mapping_fault fault = { 0 };
	struct text id = { "", 0 };
	int64_t next;
	size_t begin;

	outlet_move(outlet, line);
	begin = outlet->rows.len;
	next = outlet->line;
	for (int i = 0; i < outlet->column_count; i++) {
		const struct mapping_field *field = pipe->fields[i];
		struct text value = { "", 0 };

		if (field != NULL &&
		    !mapping_value(field, row, &value, &fault)) {
			find(f, line,
			    fault.column >= 0 ? f->file->columns[fault.column]
					      : field->name,
			    &fault);
			outlet->rows.len = begin;
			outlet->line = next;
			outlet_put_aside(outlet, id);
			return;
		}
		if (i > 0)
			buf_char(&outlet->rows, ',');
		csv_put(&outlet->rows, value.at, value.len, false);
		outlet_count(outlet, value);
		if (i == 0)
			id = value;
	}
	buf_char(&outlet->rows, '\n');
}

static bool flush_full(struct outlet *outlet, struct err *err)
{
	return outlet->rows.len < PIECE || outlet_flush(outlet, err);
}

bool feeding_row(struct feeding *f, const struct text *fields, int64_t line,
    struct err *err)
{
	const struct mapping_row row = { f->scratch, fields, f->at };

	for (int i = 0; i < f->file->feed_count; i++) {
		struct pipe *pipe = &f->pipes[i];

		if (mapping_wants(pipe->feed, &row))
			map_row(f, pipe, &row, line);
		if (!flush_full(pipe->outlet, err))
			return false;
	}
	arena_reset(f->scratch);
	return true;
}

bool feeding_bad_row(struct feeding *f, int64_t line, const char *problem,
    struct err *err)
{
	find(f, line, NULL,
	    &(struct mapping_fault){ .code = "bad_row", .message = problem });
	for (int i = 0; i < f->file->feed_count; i++) {
		struct outlet *outlet = f->pipes[i].outlet;

		outlet_move(outlet, line);
		outlet_put_aside(outlet, (struct text){ "", 0 });
		if (!flush_full(outlet, err))
			return false;
	}
	return true;
}

/* --- the end -------------------------------------------------------------- */

static bool write_manifest(struct feeding *f, struct err *err)
{
	static const struct entity manifest = { .name = "manifest" };
	struct outlet *outlet;

	if (!outlet_open(&outlet, f->arena, f->to, &manifest, err))
		return false;
	buf_puts(&outlet->rows, "propertyName,value\nmanifest.version,1.0\n"
				"oneroster.version,1.2\n");
	for (int i = 0; i < f->outlet_count; i++)
		buf_printf(&outlet->rows, "file.%s,bulk\n",
		    f->outlets[i]->entity->name);
	/* The same records made with other findings are another bundle. */
	buf_printf(&outlet->rows, "source.systemCode,%s\n",
	    findings_digest(f->findings, f->arena));
	return outlet_flush(outlet, err);
}

bool feeding_end(struct feeding *f, struct err *err)
{
	for (int i = 0; i < f->outlet_count; i++)
		if (!outlet_flush(f->outlets[i], err))
			return false;
	return write_manifest(f, err);
}
