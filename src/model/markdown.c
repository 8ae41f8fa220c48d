/* What the tables say, for people: `make gen` writes it to docs/model.md. */
#include "model.h"

/* --- fields -------------------------------------------------------------- */

static const char *versions(enum oneroster in)
{
	return in == BOTH ? "both" : in == V11 ? "1.1" : "1.2";
}

static const char *when_required(unsigned need)
{
	if ((need & REQUIRED) == REQUIRED)
		return "yes";
	if (need & REQUIRED)
		return need & REQUIRED_11 ? "in 1.1" : "in 1.2";
	return "";
}

static void name_cell(struct buf *out, const char *name)
{
	if (name == NULL)
		buf_puts(out, " |");
	else
		buf_printf(out, " `%s` |", name);
}

static char small_letter(char c)
{
	if (c < 'A' || c > 'Z')
		return c;
	return (char)(c + ('a' - 'A'));
}

/* A heading's anchor is its text in small letters. */
static void link_to(struct buf *out, const char *prefix, const char *name)
{
	buf_printf(out, "[%s](#%s", name, prefix);
	for (const char *p = name; *p != '\0'; p++)
		buf_char(out, small_letter(*p));
	buf_char(out, ')');
}

/* What it holds, and where that is explained. */
static void kind_cell(struct buf *out, const struct field *f)
{
	buf_printf(out, " %s", kind_rules[f->kind].name);
	if (f->kind == REF || f->kind == REFS) {
		buf_puts(out, " to ");
		link_to(out, "", f->of);
	} else if (f->kind == OBJECTS) {
		buf_puts(out, " of ");
		link_to(out, "object-", f->of);
	} else if (f->of != NULL) {
		buf_puts(out, " of ");
		link_to(out, "words-", f->of);
	}
	buf_puts(out, " |");
}

static void fields(struct buf *out, const struct entity *entity)
{
	buf_puts(out, "| in JSON | in CSV | holds | version | needed | "
		      "pseudonym | meaning |\n|---|---|---|---|---|---|---|\n");
	for_each_field (f, entity->fields) {
		buf_puts(out, "|");
		name_cell(out, f->name);
		name_cell(out, f->csv);
		kind_cell(out, f);
		buf_printf(out, " %s | %s | %s | %s |\n", versions(f->in),
		    when_required(f->need),
		    f->need & (PSEUDONYM | PSEUDONYM_MAIL) ? "may be" : "",
		    f->meaning);
	}
}

static void entity_files(struct buf *out, const struct entity *e)
{
	if (e->csv_11 == NULL && e->csv_12 == NULL)
		buf_puts(out, "There is no file of them.");
	else
		buf_printf(out, "File: `%s.csv`%s.", e->name,
		    e->csv_11 == NULL   ? ", in 1.2"
		    : e->csv_12 == NULL ? ", in 1.1"
					: "");
	buf_printf(out, " Table: `%s`.\n\n", e->table);
}

static void entity_section(struct buf *out, const struct entity *e)
{
	buf_printf(out, "\n### %s\n\n%s.\n", e->name, e->meaning);
	entity_files(out, e);
	fields(out, e);
}

/* --- small objects ------------------------------------------------------- */

static void object_fields(struct buf *out, const struct field *list,
    const char *inside)
{
	for_each_field (f, list) {
		buf_puts(out, "| ");
		if (inside != NULL)
			buf_printf(out, "`%s%s%s` |", inside,
			    f->name == NULL ? "" : ".",
			    f->name == NULL ? "" : f->name);
		else
			buf_printf(out, "`%s` |", f->name);
		kind_cell(out, f);
		buf_printf(out, " %s | %s |\n", when_required(f->need),
		    f->meaning);
	}
}

static void object_section(struct buf *out, const struct object *o)
{
	buf_printf(out,
	    "\n### Object %s\n\n"
	    "| member | holds | needed | meaning |\n|---|---|---|---|\n",
	    o->name);
	object_fields(out, o->outer, NULL);
	if (o->inner != NULL)
		object_fields(out, o->inner_fields, o->inner);
}

/* --- words --------------------------------------------------------------- */

static void said_in_11(struct buf *out, const struct vocabulary *v,
    const struct word *w)
{
	if (w->v11 != NULL)
		buf_printf(out, " `%s` |\n", w->v11);
	else if (v->otherwise_11 != NULL)
		buf_printf(out, " `%s` |\n", v->otherwise_11);
	else
		buf_puts(out, " left out |\n");
}

static void vocabulary_section(struct buf *out, const struct vocabulary *v)
{
	buf_printf(out,
	    "\n### Words %s\n\n%s"
	    "| in 1.2 | in 1.1 |\n|---|---|\n",
	    v->name,
	    v->slashed
		? "1.2 also takes words of one's own: `ext:word` in CSV, "
		  "`/word` in JSON, of small letters and digits.\n\n"
	    : v->open ? "1.2 also takes words of one's own, as `ext:word`.\n\n"
		      : "");
	for (const struct word *w = v->words; w->v12 != NULL; w++) {
		buf_printf(out, "| `%s` |", w->v12);
		said_in_11(out, v, w);
	}
}

/* --- what can be read ---------------------------------------------------- */

static void collection_rows(struct buf *out)
{
	buf_puts(out, "| path | gives |\n|---|---|\n");
	for (const struct collection *c = collections; c->name != NULL; c++) {
		buf_printf(out, "| `/%s` | ", c->name);
		link_to(out, "", c->entity->name);
		buf_printf(out, "%s |\n",
		    c->where == NULL ? "" : ", some of them");
	}
	for (const struct link *l = links; l->path != NULL; l++)
		buf_printf(out, "| `/%s` | %s%s |\n", l->path, l->of,
		    l->in == BOTH  ? ""
		    : l->in == V12 ? ", in 1.2"
				   : ", in 1.1");
}

void describe_markdown(struct buf *out)
{
	buf_puts(out,
	    "# The roster's data\n\n"
	    "Every kind of record, and every field of it, as OneRoster 1.1 "
	    "and 1.2 know them.\n"
	    "Made by `make gen` from the tables in `src/model/`.\n\n"
	    "## Records\n");
	for (const struct entity *const *e = entities; *e != NULL; e++)
		entity_section(out, *e);
	buf_puts(out, "\n## Objects inside records\n");
	for (const struct object *o = objects; o->name != NULL; o++)
		object_section(out, o);
	buf_puts(out, "\n## Words\n");
	for (const struct vocabulary *v = vocabularies; v->name != NULL; v++)
		vocabulary_section(out, v);
	buf_puts(out, "\n## What can be read\n\n");
	collection_rows(out);
}
