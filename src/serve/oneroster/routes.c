/* The routes of OneRoster: what the model's tables of collections and links
 * say, for each of its documents. */
#include "../serve.h"
#include "homeroom/model.h"

#include <assert.h>
#include <string.h>

struct table {
	struct arena *arena;
	struct route *routes;
	size_t count, room;
};

static void add(struct table *table, struct route route)
{
	assert(table->count < table->room);
	table->routes[table->count++] = route;
}

static enum dialect dialect_of(const struct api *api)
{
	return api->version == V11 ? DIALECT_ONEROSTER_11
				   : DIALECT_ONEROSTER_12;
}

static void add_read(struct table *table, const struct target *target,
    const char *path)
{
	const struct api *api = target->api;

	add(table,
	    (struct route){
		.methods = METHOD_GET,
		.path = arena_printf(table->arena, "%s/%s", api->path, path),
		.dialect = dialect_of(api),
		.scopes = scopes_of_read(target->of->entity, api->version,
		    target->link != NULL),
		.admit = limits_admit,
		.oauth1 = api->version == V11,
		.errand = &oneroster_read,
		.of = arena_copy(table->arena, target, sizeof(*target)),
	    });
}

static void add_collection(struct table *table, const struct api *api,
    const struct collection *c)
{
	struct target all = { .api = api, .of = c };
	struct target one = { .api = api, .of = c, .single = true };

	if (!api_has(api, c->entity->rest, c->entity->service))
		return;
	all.operation = arena_printf(table->arena, "getAll%s", c->many);
	one.operation = arena_printf(table->arena, "get%s", c->one);
	add_read(table, &all, c->name);
	add_read(table, &one, arena_printf(table->arena, "%s/{}", c->name));
}

static void add_link(struct table *table, const struct api *api,
    const struct link *link)
{
	struct target target = {
		.api = api,
		.of = collection_find(
		    (struct text){ link->of, strlen(link->of) }),
		.link = link,
		.operation = link->operation,
	};

	if (api_has(api, link->in, link->service))
		add_read(table, &target, link->path);
}

static const struct document *describe(struct arena *arena,
    const struct api *api)
{
	struct document *document = arena_alloc(arena, sizeof(*document));
	struct buf text = { 0 };

	describe_openapi(&text, api);
	document->text = arena_textn(arena, text.data, text.len);
	document->len = text.len;
	buf_free(&text);
	return document;
}

/* Anybody may read them, under all of their names. */
static void add_discovery(struct table *table, const struct api *api)
{
	const struct document *document = NULL;

	for (size_t i = 0; i < array_length(api->discovery); i++) {
		if (api->discovery[i] == NULL)
			continue;
		if (document == NULL)
			document = describe(table->arena, api);
		add(table,
		    (struct route){
			.methods = METHOD_GET,
			.path = arena_printf(table->arena, "%s/discovery/%s",
			    api->path, api->discovery[i]),
			.dialect = dialect_of(api),
			.here = oneroster_discover,
			.of = document,
		    });
	}
}

/* At most so many, and one that ends the table. */
static size_t count_room(void)
{
	size_t rows = 0, documents = 0;

	for (const struct collection *c = collections; c->name != NULL; c++)
		rows += 2;
	for (const struct link *l = links; l->path != NULL; l++)
		rows++;
	for (const struct api *api = apis; api->name != NULL; api++)
		documents++;
	return documents * (rows + array_length(apis->discovery)) + 1;
}

const struct route *oneroster_routes(struct arena *arena)
{
	struct table table = { .arena = arena, .room = count_room() };

	table.routes = arena_alloc(arena, table.room * sizeof(*table.routes));
	for (const struct api *api = apis; api->name != NULL; api++) {
		for (const struct collection *c = collections; c->name != NULL;
		     c++)
			add_collection(&table, api, c);
		for (const struct link *l = links; l->path != NULL; l++)
			add_link(&table, api, l);
		add_discovery(&table, api);
	}
	add(&table, (struct route){ 0 });
	return table.routes;
}
