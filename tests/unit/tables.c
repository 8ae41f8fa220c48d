/* Walks every table of the model: what they say must fit together. */
#include "check.h"

#include "homeroom/model.h"

static struct text t(const char *text)
{
	return (struct text){ text, strlen(text) };
}

/* --- fields -------------------------------------------------------------- */

static bool of_exists(const struct field *f)
{
	if (f->kind == REF || f->kind == REFS)
		return f->of != NULL && entity_find(t(f->of)) != NULL;
	if (f->kind == WORD || f->kind == WORDS)
		return f->of != NULL && vocabulary_find(f->of) != NULL;
	if (f->kind == OBJECTS)
		return f->of != NULL && object_find(f->of) != NULL;
	return f->of == NULL;
}

/* A sentence without its full stop. */
static bool is_meaning(const char *text)
{
	return text != NULL && text[0] >= 'A' && text[0] <= 'Z' &&
	       text[strlen(text) - 1] != '.' && strchr(text, '|') == NULL;
}

static void fields_are_whole(void **state)
{
	(void)state;
	for (const struct entity *const *e = entities; *e != NULL; e++) {
		CHECK(field_count((*e)->fields) <= 64, "%s", (*e)->name);
		for_each_field (f, (*e)->fields) {
			const char *name = f->name ? f->name : f->csv;

			CHECK(name != NULL, "%s", f->meaning);
			CHECK(of_exists(f), "%s.%s", (*e)->name, name);
			CHECK(is_meaning(f->meaning), "%s.%s", (*e)->name,
			    name);
			CHECK(f->in != 0, "%s.%s", (*e)->name, name);
			CHECK(f->name == NULL || f->column != NULL, "%s.%s",
			    (*e)->name, name);
		}
	}
}

static bool both_say(const char *a, const char *b)
{
	return a != NULL && b != NULL && strcmp(a, b) == 0;
}

static void names_are_once(void **state)
{
	(void)state;
	for (const struct entity *const *e = entities; *e != NULL; e++)
		for_each_field (f, (*e)->fields)
			for (const struct field *g = (*e)->fields; g < f; g++) {
				bool meet = (f->in & g->in) != 0;

				CHECK(!(meet && both_say(f->name, g->name)),
				    "%s.%s", (*e)->name, f->name);
				CHECK(!(meet && both_say(f->csv, g->csv)),
				    "%s.%s", (*e)->name, f->csv);
				CHECK(!both_say(f->column, g->column), "%s.%s",
				    (*e)->name, f->column);
			}
}

/* --- entities ------------------------------------------------------------ */

static void entities_are_once(void **state)
{
	uint64_t numbers = 0;

	(void)state;
	for (const struct entity *const *e = entities; *e != NULL; e++) {
		CHECK((*e)->number > 0 && (*e)->number < 64, "%s", (*e)->name);
		CHECK((numbers >> (*e)->number & 1) == 0, "%s", (*e)->name);
		numbers |= (uint64_t)1 << (*e)->number;
		CHECK(entity_find(t((*e)->name)) == *e, "%s", (*e)->name);
		CHECK(((*e)->rest == 0) == ((*e)->one == NULL), "%s",
		    (*e)->name);
		CHECK(is_meaning((*e)->meaning), "%s", (*e)->name);
		CHECK((*e)->fields[0].kind == ID, "%s", (*e)->name);
		CHECK((*e)->fields[2].kind == MODIFIED, "%s", (*e)->name);
	}
}

static int place_of(const struct entity *entity)
{
	int place = 0;

	while (entities[place] != entity)
		place++;
	return place;
}

/* Dependency order: what a record refers to stands before it. */
static void references_look_back(void **state)
{
	(void)state;
	for (const struct entity *const *e = entities; *e != NULL; e++)
		for_each_field (f, (*e)->fields) {
			const struct entity *of;

			if ((f->kind != REF && f->kind != REFS) ||
			    f->column == NULL || (f->need & DERIVED))
				continue;
			of = entity_find(t(f->of));
			CHECK(of == *e || place_of(of) < place_of(*e), "%s.%s",
			    (*e)->name, f->column);
		}
}

/* --- files --------------------------------------------------------------- */

static void columns_are_fields(const struct entity *e, const char *header,
    enum oneroster version)
{
	while (header != NULL && *header != '\0') {
		size_t len = strcspn(header, ",");
		struct text column = { header, len };

		CHECK(field_of_csv(e, column, version) != NULL, "%s: " TEXT_FMT,
		    e->name, TEXT_ARG(column));
		header += len + (header[len] == ',');
	}
}

static bool in_header(const char *header, const char *column)
{
	size_t len = strlen(column);

	for (const char *p = header; p != NULL; p = strchr(p, ',')) {
		p += *p == ',';
		if (strncmp(p, column, len) == 0 &&
		    (p[len] == ',' || p[len] == '\0'))
			return true;
	}
	return false;
}

static bool in_a_header(const struct entity *e, const struct field *f)
{
	return ((f->in & V11) && in_header(e->csv_11, f->csv)) ||
	       ((f->in & V12) && in_header(e->csv_12, f->csv)) ||
	       ((f->in & V12) && in_header(e->csv_also, f->csv));
}

static void headers_and_fields_agree(void **state)
{
	(void)state;
	for (const struct entity *const *e = entities; *e != NULL; e++) {
		bool files = (*e)->csv_11 != NULL || (*e)->csv_12 != NULL;

		columns_are_fields(*e, (*e)->csv_11, V11);
		columns_are_fields(*e, (*e)->csv_12, V12);
		columns_are_fields(*e, (*e)->csv_also, V12);
		for_each_field (f, (*e)->fields)
			CHECK(!files || f->csv == NULL || in_a_header(*e, f),
			    "%s.%s", (*e)->name, f->csv);
	}
}

static void required_columns_come(void **state)
{
	(void)state;
	for (const struct entity *const *e = entities; *e != NULL; e++)
		for_each_field (f, (*e)->fields) {
			if (f->csv == NULL)
				continue;
			CHECK(!(f->need & REQUIRED_11) ||
				  (*e)->csv_11 == NULL ||
				  in_header((*e)->csv_11, f->csv),
			    "%s.%s", (*e)->name, f->csv);
			CHECK(!(f->need & REQUIRED_12) ||
				  (*e)->csv_12 == NULL ||
				  in_header((*e)->csv_12, f->csv),
			    "%s.%s", (*e)->name, f->csv);
		}
}

/* --- words and objects --------------------------------------------------- */

static void words_are_said(void **state)
{
	(void)state;
	for (const struct vocabulary *v = vocabularies; v->name != NULL; v++)
		for (const struct word *w = v->words; w->v12 != NULL; w++) {
			struct text stored;
			bool exact;

			CHECK(vocabulary_read(v, V12, t(w->v12), &stored,
				  &exact) &&
				  exact && text_is(stored, w->v12),
			    "%s: %s", v->name, w->v12);
			CHECK(text_is(vocabulary_say(v, V12, stored), w->v12),
			    "%s: %s", v->name, w->v12);
			CHECK(
			    w->v11 == NULL ||
				text_is(vocabulary_say(v, V11, stored), w->v11),
			    "%s: %s", v->name, w->v12);
		}
}

static void part_is_single(const struct object *o, const struct field *f)
{
	CHECK(of_exists(f) && is_meaning(f->meaning), "%s.%s", o->name,
	    f->meaning);
	CHECK(strcmp(kind_rules[f->kind].openapi, "array") != 0,
	    "%s holds a list", o->name);
}

static void objects_are_flat(void **state)
{
	(void)state;
	for (const struct object *o = objects; o->name != NULL; o++) {
		for_each_field (f, o->outer)
			part_is_single(o, f);
		CHECK((o->inner == NULL) == (o->inner_fields == NULL), "%s",
		    o->name);
		if (o->inner_fields == NULL)
			continue;
		for_each_field (f, o->inner_fields)
			part_is_single(o, f);
	}
}

/* --- collections, links and what is derived ------------------------------ */

static void braces_name_entities(const char *where)
{
	const char *open = where;

	while (open != NULL && (open = strchr(open, '{')) != NULL) {
		struct text name = { open + 1, strcspn(open + 1, "}") };

		CHECK(entity_find(name) != NULL, "%s", where);
		open++;
	}
}

static void links_hold(void **state)
{
	(void)state;
	for (const struct collection *c = collections; c->name != NULL; c++) {
		CHECK(collection_find(t(c->name)) == c, "%s", c->name);
		CHECK(c->entity->rest != 0, "%s", c->name);
		braces_name_entities(c->where);
	}
	for (const struct link *l = links; l->path != NULL; l++) {
		int parents = 0;

		CHECK(collection_find(t(l->of)) != NULL, "%s", l->path);
		braces_name_entities(l->where);
		for (const char *p = l->path; (p = strstr(p, "{}")); p++)
			parents++;
		for (int i = 0; i < 2; i++) {
			CHECK((l->parents[i] != NULL) == (i < parents), "%s",
			    l->path);
			CHECK(i >= parents ||
				  collection_find(t(l->parents[i])) != NULL,
			    "%s", l->path);
		}
	}
}

static bool has_column(const struct entity *e, const char *column)
{
	for_each_field (f, e->fields)
		if (both_say(f->column, column))
			return true;
	return false;
}

static void derived_columns_exist(void **state)
{
	(void)state;
	for (const struct derived *d = derived; d->parent != NULL; d++) {
		CHECK(has_column(d->parent, d->column), "%s.%s",
		    d->parent->name, d->column);
		CHECK(has_column(d->child, d->child_column), "%s.%s",
		    d->child->name, d->child_column);
	}
	for (const struct entity *const *e = entities; *e != NULL; e++)
		for_each_field (f, (*e)->fields) {
			bool found = false;

			for (const struct derived *d = derived;
			     d->parent != NULL; d++)
				found |= d->parent == *e &&
					 both_say(d->column, f->column);
			CHECK(found == ((f->need & DERIVED) != 0), "%s.%s",
			    (*e)->name, f->name ? f->name : f->csv);
		}
}

static void kinds_are_whole(void **state)
{
	(void)state;
	for (int k = 0; k < KIND_COUNT; k++) {
		const struct kind_rule *rule = &kind_rules[k];

		CHECK(rule->name && rule->sql && rule->openapi &&
			  rule->select_before && rule->select_after &&
			  rule->read && rule->emit,
		    "kind %d", k);
	}
}

static void documents_are_printed(void **state)
{
	struct buf out = { 0 };

	(void)state;
	describe_markdown(&out);
	for (const struct entity *const *e = entities; *e != NULL; e++)
		CHECK(strstr(buf_text(&out), (*e)->meaning) != NULL, "%s",
		    (*e)->name);
	out.len = 0;
	describe_sql(&out);
	for (const struct entity *const *e = entities; *e != NULL; e++)
		CHECK(strstr(buf_text(&out), (*e)->table) != NULL, "%s",
		    (*e)->name);
	buf_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_whole),
		cmocka_unit_test(names_are_once),
		cmocka_unit_test(entities_are_once),
		cmocka_unit_test(references_look_back),
		cmocka_unit_test(headers_and_fields_agree),
		cmocka_unit_test(required_columns_come),
		cmocka_unit_test(words_are_said),
		cmocka_unit_test(objects_are_flat),
		cmocka_unit_test(links_hold),
		cmocka_unit_test(derived_columns_exist),
		cmocka_unit_test(kinds_are_whole),
		cmocka_unit_test(documents_are_printed),
	};

	return check_main(tests);
}
