/* Records as JSON. What is the same for every record of an answer is made once,
 * as a plan: a member's name, the constant part of its references. A record is
 * then copies. */
#include "model.h"

#include <string.h>

/* How the objects of a list are written. */
struct emit_object {
	struct member *outer, *inner;
	int outer_count, inner_count;
	struct text inner_open; /* ,"credentials":[ */
	bool inner_plain;       /* inner parts are strings, not objects */
};

struct emit_plan {
	const struct field **fields;
	struct member *members;
	int count;
	int modified;
	struct scratch scratch;
};

static void put(struct buf *out, struct text text)
{
	buf_add(out, text.at, text.len);
}

#define PUT(out, literal) buf_add(out, literal, sizeof(literal) - 1)

/* --- single values ------------------------------------------------------- */

bool emit_text(const struct member *m, struct buf *out, struct text value)
{
	(void)m;
	json_quote(out, value.at, value.len);
	return true;
}

/* What can hold nothing to escape: Postgres wrote it, or a vocabulary has it.
 */
bool emit_plain(const struct member *m, struct buf *out, struct text value)
{
	(void)m;
	buf_reserve(out, value.len + 2);
	buf_char(out, '"');
	put(out, value);
	buf_char(out, '"');
	return true;
}

bool emit_number(const struct member *m, struct buf *out, struct text value)
{
	(void)m;
	put(out, value);
	return true;
}

/* 1.2 writes true and false as strings. */
bool emit_bool(const struct member *m, struct buf *out, struct text value)
{
	bool yes = value.len > 0 && value.at[0] == 't';

	if (m->version == V11 && !m->word_booleans)
		buf_puts(out, yes ? "true" : "false");
	else
		buf_puts(out, yes ? "\"true\"" : "\"false\"");
	return true;
}

/* What can't be said is left out. Where nothing is left, or a word of the
 * standard's own, which may not be said so, it is unknown. */
static void emit_slashed(struct buf *out, struct text word)
{
	size_t before = out->len;
	struct text said;

	PUT(out, "\"/");
	for (size_t i = strlen("ext:"); i < word.len; i++) {
		char c = word.at[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20);
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			buf_char(out, c);
	}
	said = (struct text){ out->data + before + 2, out->len - before - 2 };
	if (said.len == 0 || text_is(said, "case") ||
	    text_is(said, "unknown")) {
		out->len = before;
		PUT(out, "\"unknown");
	}
	buf_char(out, '"');
}

bool emit_word(const struct member *m, struct buf *out, struct text value)
{
	struct text word = vocabulary_say(m->vocabulary, m->version, value);

	if (word.at == NULL)
		return false;
	if (m->vocabulary->slashed && word.len > 4 &&
	    memcmp(word.at, "ext:", 4) == 0)
		emit_slashed(out, word);
	else
		(void)emit_plain(m, out, word);
	return true;
}

/* What stands for itself in a URL does so in JSON, too. */
bool emit_ref(const struct member *m, struct buf *out, struct text value)
{
	bool plain;
	size_t start;

	put(out, m->href);
	start = out->len;
	percent_encode(out, value.at, value.len);
	plain = out->len - start == value.len;
	PUT(out, "\",\"sourcedId\":");
	(plain ? emit_plain : emit_text)(m, out, value);
	put(out, m->after);
	return true;
}

/* jsonb's own text. */
bool emit_metadata(const struct member *m, struct buf *out, struct text value)
{
	(void)m;
	if (text_is(value, "{}"))
		return false;
	put(out, value);
	return true;
}

/* --- lists --------------------------------------------------------------- */

/* The elements of an array literal, in scratch until the next call. -1: it is
 * none. */
static int elements(const struct member *m, struct text value,
    const struct text **items)
{
	struct scratch *s = m->scratch;
	size_t max = value.len / 2 + 1;

	s->literal.len = 0;
	buf_add(&s->literal, value.at, value.len);
	s->items.len = 0;
	buf_reserve(&s->items, max * sizeof(**items));
	*items = (struct text *)(void *)s->items.data;
	return array_split(s->literal.data, value.len,
	    (struct text *)(void *)s->items.data, (int)max);
}

typedef bool emit_item(const struct member *m, struct buf *out,
    struct text value);

static bool emit_list(const struct member *m, struct buf *out,
    struct text value, emit_item *emit)
{
	const struct text *items;
	int count = elements(m, value, &items);
	size_t start = out->len;

	for (int i = 0; i < count; i++) {
		size_t before = out->len;

		if (items[i].at == NULL)
			continue;
		buf_char(out, ',');
		if (!emit(m, out, items[i]))
			out->len = before;
	}
	if (out->len == start)
		return false;
	out->data[start] = '[';
	buf_char(out, ']');
	return true;
}

bool emit_texts(const struct member *m, struct buf *out, struct text value)
{
	return emit_list(m, out, value, emit_text);
}

bool emit_words(const struct member *m, struct buf *out, struct text value)
{
	return emit_list(m, out, value, emit_word);
}

bool emit_refs(const struct member *m, struct buf *out, struct text value)
{
	return emit_list(m, out, value, emit_ref);
}

/* --- objects ------------------------------------------------------------- */

/* Every member begins with a comma, and the first comma becomes the brace: so
 * an object's members need not know which of them comes first. */
static void emit_members(const struct member *members, int count,
    struct buf *out, const struct text *values)
{
	for (int i = 0; i < count; i++) {
		const struct member *m = &members[i];
		size_t before = out->len;

		if (values[i].at != NULL) {
			put(out, m->open);
			if (m->kind->emit(m, out, values[i]))
				continue;
			out->len = before;
		}
		put(out, m->absent);
	}
}

static void open_object(struct buf *out, size_t start)
{
	if (out->len == start)
		buf_char(out, '{');
	else
		out->data[start] = '{';
}

static bool is_null(const struct text *values, int count)
{
	for (int i = 0; i < count; i++)
		if (values[i].at != NULL)
			return false;
	return true;
}

static bool same(const struct text *a, const struct text *b, int count)
{
	for (int i = 0; i < count; i++) {
		if ((a[i].at == NULL) != (b[i].at == NULL) ||
		    a[i].len != b[i].len)
			return false;
		if (a[i].at != NULL && memcmp(a[i].at, b[i].at, a[i].len) != 0)
			return false;
	}
	return true;
}

static void emit_inner(const struct emit_object *o, struct buf *out,
    const struct text *values)
{
	size_t start;

	buf_char(out, ',');
	start = out->len;
	if (o->inner_plain) {
		json_quote(out, values[0].at, values[0].len);
		return;
	}
	emit_members(o->inner, o->inner_count, out, values);
	open_object(out, start);
	buf_char(out, '}');
}

/* One object from the rows at `values`, which agree in their outer part.
 * Returns how many elements it took. */
static int emit_object(const struct emit_object *o, struct buf *out,
    const struct text *values, int left)
{
	int width = o->outer_count + o->inner_count, taken = 0;
	size_t start, list;

	buf_char(out, ',');
	start = out->len;
	emit_members(o->outer, o->outer_count, out, values);
	list = out->len;
	do {
		const struct text *inner = values + taken + o->outer_count;

		if (!is_null(inner, o->inner_count)) {
			if (out->len == list)
				put(out, o->inner_open);
			emit_inner(o, out, inner);
		}
		taken += width;
	} while (o->inner_count > 0 && taken + width <= left &&
		 same(values, values + taken, o->outer_count));
	if (out->len > list) {
		out->data[list + o->inner_open.len] = '[';
		buf_char(out, ']');
	}
	open_object(out, start);
	buf_char(out, '}');
	return taken;
}

bool emit_objects(const struct member *m, struct buf *out, struct text value)
{
	const struct emit_object *o = m->object;
	const struct text *items;
	int count = elements(m, value, &items);
	int width = o->outer_count + o->inner_count;
	size_t start = out->len;

	for (int at = 0; at + width <= count;)
		at += emit_object(o, out, items + at, count - at);
	if (out->len == start)
		return false;
	out->data[start] = '[';
	buf_char(out, ']');
	return true;
}

/* --- the plan ------------------------------------------------------------ */

struct maker {
	struct arena *arena;
	enum oneroster version;
	bool word_booleans;
	struct text base; /* as it stands in a JSON string */
	struct scratch *scratch;
};

static struct text text_of(const char *text)
{
	return (struct text){ text, strlen(text) };
}

/* Where the endpoints of an entity are: its service's document says. */
static const char *path_of(const struct entity *entity, enum oneroster version)
{
	const struct api *api = apis;

	while (!api_has(api, version, entity->service))
		api++;
	return api->path;
}

static void make_ref(const struct maker *maker, struct member *m,
    const char *of)
{
	const struct entity *e = entity_find(text_of(of));

	m->href =
	    text_of(arena_printf(maker->arena, "{\"href\":\"" TEXT_FMT "%s/%s/",
		TEXT_ARG(maker->base), path_of(e, maker->version), e->name));
	m->after =
	    text_of(arena_printf(maker->arena, ",\"type\":\"%s\"}", e->one));
}

/* Members hold objects, which have members; no object of the tables holds
 * itself. NOLINTBEGIN(misc-no-recursion) */
static struct member *make_members(const struct maker *maker,
    const struct field *fields, int count);

static void make_object(const struct maker *maker, struct member *m,
    const char *of)
{
	const struct object *object = object_find(of);
	struct emit_object *o = arena_alloc(maker->arena, sizeof(*o));

	o->outer_count = field_count(object->outer);
	o->outer = make_members(maker, object->outer, o->outer_count);
	if (object->inner != NULL) {
		o->inner_count = field_count(object->inner_fields);
		o->inner =
		    make_members(maker, object->inner_fields, o->inner_count);
		o->inner_plain = object->inner_fields[0].name == NULL;
		o->inner_open = text_of(
		    arena_printf(maker->arena, ",\"%s\":", object->inner));
	}
	m->object = o;
}

/* What readers must find even when nothing is known: "" or []. */
static const char *absent_value(const struct field *f, enum oneroster version)
{
	unsigned required = version == V11 ? REQUIRED_11 : REQUIRED_12;
	bool list = strcmp(kind_rules[f->kind].openapi, "array") == 0;

	if (list)
		return f->need & (FILLED | required) ? "[]" : NULL;
	return f->need & FILLED ? "\"\"" : NULL;
}

static void make_member(const struct maker *maker, struct member *m,
    const struct field *f)
{
	const char *absent = absent_value(f, maker->version);

	m->kind = &kind_rules[f->kind];
	m->version = maker->version;
	m->word_booleans = maker->word_booleans;
	m->scratch = maker->scratch;
	if (f->name != NULL)
		m->open =
		    text_of(arena_printf(maker->arena, ",\"%s\":", f->name));
	if (absent != NULL)
		m->absent = text_of(
		    arena_printf(maker->arena, ",\"%s\":%s", f->name, absent));
	if (f->of == NULL)
		return;
	m->vocabulary = vocabulary_find(f->of);
	if (f->kind == REF || f->kind == REFS)
		make_ref(maker, m, f->of);
	if (f->kind == OBJECTS)
		make_object(maker, m, f->of);
}

static struct member *make_members(const struct maker *maker,
    const struct field *fields, int count)
{
	struct member *members =
	    arena_alloc(maker->arena, sizeof(*members) * (size_t)count);

	for (int i = 0; i < count; i++)
		make_member(maker, &members[i], &fields[i]);
	return members;
}

/* NOLINTEND(misc-no-recursion) */

static void free_scratch(void *plan)
{
	struct scratch *s = &((struct emit_plan *)plan)->scratch;

	buf_free(&s->literal);
	buf_free(&s->items);
}

static struct text as_json(struct arena *arena, const char *text)
{
	struct buf quoted = { 0 };
	char *copy;

	json_quote(&quoted, text, strlen(text));
	copy = arena_textn(arena, quoted.data + 1, quoted.len - 2);
	buf_free(&quoted);
	return text_of(copy);
}

const struct emit_plan *emit_plan_new(struct arena *arena,
    const struct selection *sel, const char *base)
{
	struct emit_plan *plan = arena_alloc(arena, sizeof(*plan));
	size_t max = (size_t)field_count(sel->entity->fields);
	const struct maker maker = { arena, sel->version, sel->word_booleans,
		as_json(arena, base), &plan->scratch };

	arena_defer(arena, free_scratch, plan);
	plan->fields = arena_alloc(arena, sizeof(const struct field *) * max);
	plan->members = arena_alloc(arena, sizeof(*plan->members) * max);
	plan->modified = -1;
	for (size_t i = 0; i < max; i++) {
		const struct field *f = &sel->entity->fields[i];

		if ((sel->fields >> i & 1) == 0)
			continue;
		if (f->kind == MODIFIED)
			plan->modified = plan->count;
		make_member(&maker, &plan->members[plan->count], f);
		plan->fields[plan->count++] = f;
	}
	return plan;
}

void emit_columns(const struct emit_plan *plan, struct buf *sql)
{
	for (int i = 0; i < plan->count; i++) {
		const struct kind_rule *kind = plan->members[i].kind;

		buf_printf(sql, "%s%st.%s%s", i == 0 ? "" : ", ",
		    kind->select_before, plan->fields[i]->column,
		    kind->select_after);
	}
}

int emit_column_count(const struct emit_plan *plan)
{
	return plan->count;
}

int emit_modified(const struct emit_plan *plan)
{
	return plan->modified;
}

void emit_record(const struct emit_plan *plan, struct buf *out,
    const struct text *values)
{
	size_t start = out->len;

	emit_members(plan->members, plan->count, out, values);
	open_object(out, start);
	buf_char(out, '}');
}
