/*
 * Inside publish/tree: YAML as a tree, and as JSON.
 */
#ifndef HOMEROOM_PUBLISH_TREE_H
#define HOMEROOM_PUBLISH_TREE_H

#include "homeroom/base.h"

enum shape { SCALAR, LIST, MAP };

/* A value, or a key of a mapping with its value. */
struct node {
	enum shape shape;
	const char *text; /* of a scalar */
	size_t length;
	bool plain; /* no quotes: true is a boolean */
	int line;
	struct node *first, *last, *next; /* of a mapping, its keys */
	struct node *value;               /* of a key */
};

/* The documents of a file are the children of *documents. */
bool tree_read(struct arena *arena, const char *file, struct text yaml,
    struct node **documents, struct err *err) must_use;
/* NULL: there is no such key. */
const struct node *node_get(const struct node *map, const char *key);
/* The same by a path of keys, "ready.marker". */
struct node *node_at(const struct node *map, const char *path);
void node_json(struct buf *out, const struct node *node);

#endif
