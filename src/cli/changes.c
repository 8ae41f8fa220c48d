/* What an import would change: by person, each record with its fields before
 * and after, printed as it comes. */
#include "cli.h"
#include "homeroom/base.h"
#include "homeroom/ingest.h"
#include "homeroom/model.h"

#include <stdio.h>
#include <string.h>

/* Where the last line left off. */
struct place {
	struct arena *arena; /* of this record's texts */
	const char *person, *entity, *id;
	bool begun; /* there was a record */
	int fields; /* of this one */
};

static bool same(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static const char *copy(struct arena *arena, const char *text)
{
	return text != NULL ? arena_text(arena, text) : NULL;
}

/* Whether this is of another record than the last one was, and of another
 * person. */
static bool go_on(struct place *at, const struct ingest_change *c,
    bool *another_person)
{
	*another_person = !at->begun || !same(at->person, c->person);
	if (at->begun && !*another_person && same(at->entity, c->entity) &&
	    same(at->id, c->id)) {
		at->fields++;
		return false;
	}
	arena_reset(at->arena);
	at->person = copy(at->arena, c->person);
	at->entity = copy(at->arena, c->entity);
	at->id = copy(at->arena, c->id);
	at->fields = 1;
	return true;
}

/* --- for people ----------------------------------------------------------- */

static void print_value(const char *value)
{
	print_safe(value != NULL ? value : "-");
}

static void print_field(const struct ingest_change *c)
{
	if (c->field == NULL)
		return;
	print_safe(c->field);
	fputs(": ", stdout);
	if (strcmp(c->what, "added") != 0)
		print_value(c->before);
	if (strcmp(c->what, "changed") == 0)
		fputs(" -> ", stdout);
	if (strcmp(c->what, "removed") != 0)
		print_value(c->after);
}

static void print_person(const struct ingest_change *c)
{
	if (c->person == NULL) {
		puts("of no person");
		return;
	}
	print_safe(c->person);
	putchar(' ');
	print_value(c->name);
	putchar('\n');
}

static void print_line(struct place *at, const struct ingest_change *c)
{
	bool person, first = !at->begun;

	if (!go_on(at, c, &person)) {
		fputs("; ", stdout);
		print_field(c);
		return;
	}
	if (!first)
		putchar('\n');
	if (person)
		print_person(c);
	printf("  %-8s ", c->what);
	print_safe(c->entity);
	putchar('/');
	print_safe(c->id);
	if (c->title != NULL) {
		fputs(" (", stdout);
		print_safe(c->title);
		putchar(')');
	}
	fputs("  ", stdout);
	print_field(c);
}

/* --- for programs --------------------------------------------------------- */

static void put_text(struct buf *out, const char *name, const char *text)
{
	buf_printf(out, "\"%s\": ", name);
	if (text != NULL)
		json_quote(out, text, strlen(text));
	else
		buf_puts(out, "null");
	buf_puts(out, ", ");
}

static void put_field(struct buf *out, const struct ingest_change *c)
{
	if (c->field == NULL)
		return;
	json_quote(out, c->field, strlen(c->field));
	buf_printf(out, ": {\"before\": %s, \"after\": %s}",
	    c->before_json != NULL ? c->before_json : "null",
	    c->after_json != NULL ? c->after_json : "null");
}

static void print_json(struct place *at, const struct ingest_change *c)
{
	struct buf out = { 0 };
	bool person, first = !at->begun;

	if (go_on(at, c, &person)) {
		buf_puts(&out, first ? "\n  {" : "}},\n  {");
		put_text(&out, "person", c->person);
		put_text(&out, "name", c->person != NULL ? c->name : NULL);
		put_text(&out, "entity", c->entity);
		put_text(&out, "id", c->id);
		put_text(&out, "title", c->title);
		put_text(&out, "change", c->what);
		buf_puts(&out, "\"fields\": {");
	} else {
		buf_puts(&out, ", ");
	}
	put_field(&out, c);
	fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
}

static const char *const columns[] = { "person", "name", "entity", "id",
	"change", "field", "before", "after" };

static void print_html(struct place *at, const struct ingest_change *c)
{
	const char *cells[] = { c->person, c->person != NULL ? c->name : NULL,
		c->entity, c->id, c->what, c->field, c->before, c->after };
	struct buf out = { 0 };

	if (!at->begun)
		for (size_t i = 0; i < array_length(columns); i++)
			buf_printf(&out, "<th align=left>%s", columns[i]);
	buf_puts(&out, "\n<tr>");
	for (size_t i = 0; i < array_length(cells); i++) {
		buf_puts(&out, "<td>");
		html_encode(&out, cells[i] != NULL ? cells[i] : "");
	}
	fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
}

static void print_csv(struct place *at, const struct ingest_change *c)
{
	const char *cells[] = { c->person, c->person != NULL ? c->name : NULL,
		c->entity, c->id, c->what, c->field, c->before, c->after };
	struct buf out = { 0 };

	for (size_t i = 0; !at->begun && i < array_length(columns); i++)
		buf_printf(&out, "%s%s", columns[i],
		    i + 1 < array_length(columns) ? "," : "\r\n");
	for (size_t i = 0; i < array_length(cells); i++) {
		const char *cell = cells[i] != NULL ? cells[i] : "";

		csv_put(&out, cell, strlen(cell), false);
		buf_puts(&out, i + 1 < array_length(cells) ? "," : "\r\n");
	}
	fwrite(out.data, 1, out.len, stdout);
	buf_free(&out);
}

/* --- both ----------------------------------------------------------------- */

bool changes_print(struct ingest *ingest, enum format format, struct err *err)
{
	static void (*const printers[])(struct place *,
	    const struct ingest_change *) = {
		[FORMAT_TABLE] = print_line,
		[FORMAT_JSON] = print_json,
		[FORMAT_YAML] = print_json,
		[FORMAT_CSV] = print_csv,
		[FORMAT_HTML] = print_html,
	};
	struct place at = { .arena = arena_new() };
	bool json = format == FORMAT_JSON || format == FORMAT_YAML;
	const struct ingest_change *c;
	bool done;

	if (json)
		putchar('[');
	if (format == FORMAT_HTML)
		puts("<!doctype html>\n<html lang=\"en\"><meta "
		     "charset=\"utf-8\">"
		     "<title>What would change</title>\n"
		     "<style>body{font:14px/1.4 system-ui,sans-serif}"
		     "td{border-top:1px solid #ccc;padding:.25em .8em 0 0;"
		     "vertical-align:top}</style>\n<h1>What would change</h1>"
		     "<table>");
	while ((done = ingest_change(ingest, &c, err)) && c != NULL) {
		printers[format](&at, c);
		at.begun = true;
	}
	if (json)
		fputs(at.begun ? "}}\n]" : "]", stdout);
	else if (format == FORMAT_TABLE && at.begun)
		putchar('\n');
	else if (format == FORMAT_HTML)
		puts("\n</table></html>");
	arena_free(at.arena);
	return done;
}
