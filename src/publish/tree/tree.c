/* YAML as a small tree, in which everything knows its line. */
#include "tree.h"

#include <string.h>

#include <yaml.h>

#define DEPTH_MAX 16
#define NODES_MAX 100000

struct making {
	struct arena *arena;
	const char *file;
	yaml_parser_t parser;
	int nodes;
};

static bool next_event(struct making *m, yaml_event_t *event, struct err *err)
{
	if (yaml_parser_parse(&m->parser, event) != 0)
		return true;
	return fail(err, FAULT_INVALID, "%s:%zu: %s", m->file,
	    m->parser.problem_mark.line + 1,
	    m->parser.problem != NULL ? m->parser.problem : "is not YAML");
}

static void add_child(struct node *parent, struct node *child)
{
	if (parent->last == NULL)
		parent->first = child;
	else
		parent->last->next = child;
	parent->last = child;
}

static void take_scalar(struct making *m, struct node *node,
    const yaml_event_t *event)
{
	const char *value = (const char *)event->data.scalar.value;

	node->shape = SCALAR;
	node->text = arena_textn(m->arena, value, event->data.scalar.length);
	node->length = event->data.scalar.length;
	node->plain = event->data.scalar.plain_implicit != 0;
}

/* A tree, DEPTH_MAX deep at most: NOLINTBEGIN(misc-no-recursion) */
static bool make_node(struct making *m, const yaml_event_t *event, int depth,
    struct node **out, struct err *err);

static bool make_children(struct making *m, struct node *parent,
    yaml_event_type_t end, int depth, struct err *err)
{
	yaml_event_t event;

	for (;;) {
		struct node *child = NULL;
		bool made, ended;

		if (!next_event(m, &event, err))
			return false;
		ended = event.type == end;
		made = ended || make_node(m, &event, depth, &child, err);
		yaml_event_delete(&event);
		if (!made || ended)
			return made;
		add_child(parent, child);
	}
}

/* Of a mapping, children are keys and values in turn: a value hangs on its
 * key from here on. */
static bool pair_up(const struct making *m, struct node *map, struct err *err)
{
	for (struct node *key = map->first; key != NULL; key = key->next) {
		if (key->shape != SCALAR)
			return fail(err, FAULT_INVALID,
			    "%s:%d: a key must be a word", m->file, key->line);
		key->value = key->next;
		key->next = key->next->next;
		for (struct node *k = map->first; k != key; k = k->next)
			if (strcmp(k->text, key->text) == 0)
				return fail(err, FAULT_INVALID,
				    "%s:%d: '%s' comes twice", m->file,
				    key->line, key->text);
	}
	return true;
}

static bool make_node(struct making *m, const yaml_event_t *event, int depth,
    struct node **out, struct err *err)
{
	struct node *node = arena_alloc(m->arena, sizeof(*node));

	node->line = (int)event->start_mark.line + 1;
	*out = node;
	if (depth > DEPTH_MAX || ++m->nodes > NODES_MAX)
		return fail(err, FAULT_INVALID, "%s:%d: too much", m->file,
		    node->line);
	if (event->type == YAML_SCALAR_EVENT) {
		take_scalar(m, node, event);
		return true;
	}
	if (event->type == YAML_SEQUENCE_START_EVENT) {
		node->shape = LIST;
		return make_children(m, node, YAML_SEQUENCE_END_EVENT,
		    depth + 1, err);
	}
	if (event->type == YAML_MAPPING_START_EVENT) {
		node->shape = MAP;
		return make_children(m, node, YAML_MAPPING_END_EVENT, depth + 1,
			   err) &&
		       pair_up(m, node, err);
	}
	return fail(err, FAULT_INVALID, "%s:%d: aliases are not taken", m->file,
	    node->line);
}
/* NOLINTEND(misc-no-recursion) */

static bool make_documents(struct making *m, struct node *list, struct err *err)
{
	yaml_event_t event;

	for (;;) {
		struct node *node = NULL;
		bool made = true, ended;

		if (!next_event(m, &event, err))
			return false;
		ended = event.type == YAML_STREAM_END_EVENT;
		if (event.type == YAML_SCALAR_EVENT ||
		    event.type == YAML_SEQUENCE_START_EVENT ||
		    event.type == YAML_MAPPING_START_EVENT ||
		    event.type == YAML_ALIAS_EVENT)
			made = make_node(m, &event, 0, &node, err);
		yaml_event_delete(&event);
		if (!made || ended)
			return made;
		if (node != NULL)
			add_child(list, node);
	}
}

bool tree_read(struct arena *arena, const char *file, struct text yaml,
    struct node **documents, struct err *err)
{
	struct making m = { .arena = arena, .file = file };
	bool made;

	if (yaml_parser_initialize(&m.parser) == 0)
		return fail(err, FAULT_INTERNAL, "no memory for YAML");
	yaml_parser_set_input_string(&m.parser, (const unsigned char *)yaml.at,
	    yaml.len);
	*documents = arena_alloc(arena, sizeof(**documents));
	(*documents)->shape = LIST;
	made = make_documents(&m, *documents, err);
	yaml_parser_delete(&m.parser);
	return made;
}

/* --- JSON ----------------------------------------------------------------- */

static void put_scalar(struct buf *out, const struct node *node)
{
	if (node->plain && (strcmp(node->text, "true") == 0 ||
			       strcmp(node->text, "false") == 0))
		buf_puts(out, node->text);
	else
		json_quote(out, node->text, node->length);
}

/* The same: NOLINTBEGIN(misc-no-recursion) */
void node_json(struct buf *out, const struct node *node)
{
	const char *comma = "";

	if (node->shape == SCALAR) {
		put_scalar(out, node);
		return;
	}
	buf_char(out, node->shape == LIST ? '[' : '{');
	for (const struct node *n = node->first; n != NULL; n = n->next) {
		buf_puts(out, comma);
		if (node->shape == MAP) {
			json_quote(out, n->text, n->length);
			buf_char(out, ':');
			node_json(out, n->value);
		} else {
			node_json(out, n);
		}
		comma = ",";
	}
	buf_char(out, node->shape == LIST ? ']' : '}');
}
/* NOLINTEND(misc-no-recursion) */

const struct node *node_get(const struct node *map, const char *key)
{
	for (const struct node *k = map->first; k != NULL; k = k->next)
		if (strcmp(k->text, key) == 0)
			return k->value;
	return NULL;
}

static struct node *child_named(const struct node *map, struct text name)
{
	if (map->shape == MAP)
		for (struct node *k = map->first; k != NULL; k = k->next)
			if (text_is(name, k->text))
				return k->value;
	return NULL;
}

struct node *node_at(const struct node *map, const char *path)
{
	for (;;) {
		const struct text name = { path, strcspn(path, ".") };
		struct node *node = child_named(map, name);

		if (node == NULL || path[name.len] == '\0')
			return node;
		map = node;
		path += name.len + 1;
	}
}
