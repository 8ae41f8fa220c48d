/* What the tables say of the records, as JSON Schema with examples. */
#include "model.h"

#include <string.h>

static bool in_json(const struct field *f, enum oneroster version)
{
	return f->name != NULL && (f->in & version) != 0;
}

/* JSON requires what CSV requires and what is filled in; but a number that the
 * other version leaves out can't be made up. */
static bool is_required(const struct field *f, enum oneroster version)
{
	unsigned required = version == V11 ? REQUIRED_11 : REQUIRED_12;

	return f->kind == ID || f->kind == MODIFIED ||
	       strcmp(f->name, "status") == 0 ||
	       (f->kind != NUMBER && (f->need & (FILLED | required)));
}

static void word_schema(struct doc *j, const struct field *f,
    enum oneroster version)
{
	const struct vocabulary *v = vocabulary_find(f->of);

	doc_string(j, "type", "string");
	if (v->open && version == V12)
		doc_open(j, "anyOf", '[');
	if (v->open && version == V12)
		doc_open(j, NULL, '{');
	doc_open(j, "enum", '[');
	for (const struct word *w = v->words; w->v12 != NULL; w++) {
		const char *says = version == V11 ? w->v11 : w->v12;

		if (says != NULL && strncmp(says, "ext:", 4) != 0)
			doc_string(j, NULL, says);
	}
	doc_close(j, ']');
	if (!v->open || version == V11)
		return;
	doc_close(j, '}');
	doc_open(j, NULL, '{');
	doc_string(j, "pattern",
	    v->slashed ? "^/(?!case$)(?!unknown$)[a-z0-9]+$"
		       : "^ext:[a-zA-Z0-9.\\-_]+$");
	doc_close(j, '}');
	doc_close(j, ']');
}

static void reference_schema(struct doc *j, const char *of)
{
	const struct entity *entity =
	    entity_find((struct text){ of, strlen(of) });

	doc_string(j, "type", "object");
	doc_bare(j, "additionalProperties", "false");
	doc_open(j, "required", '[');
	doc_string(j, NULL, "href");
	doc_string(j, NULL, "sourcedId");
	doc_string(j, NULL, "type");
	doc_close(j, ']');
	doc_open(j, "properties", '{');
	doc_bare(j, "href", "{ \"type\": \"string\", \"format\": \"uri\" }");
	doc_bare(j, "sourcedId", "{ \"type\": \"string\" }");
	doc_open(j, "type", '{');
	doc_string(j, "const", entity->one);
	doc_close(j, '}');
	doc_close(j, '}');
}

/* Members hold objects, which have members; no object of the tables holds
 * itself. NOLINTBEGIN(misc-no-recursion) */
static void object_schema(struct doc *, const struct object *, enum oneroster);

static void single_schema(struct doc *j, const struct field *f,
    enum oneroster version)
{
	switch (f->kind) {
	case WORD:
	case WORDS:
		word_schema(j, f, version);
		return;
	case REF:
	case REFS:
		reference_schema(j, f->of);
		return;
	case OBJECTS:
		object_schema(j, object_find(f->of), version);
		return;
	case BOOL:
		doc_string(j, "type", version == V11 ? "boolean" : "string");
		if (version == V12)
			doc_bare(j, "enum", "[ \"true\", \"false\" ]");
		return;
	case METADATA:
		doc_string(j, "type", "object");
		return;
	case YEAR:
		doc_string(j, "type", "string");
		doc_string(j, "pattern", "^[0-9]{4}$");
		return;
	case DATE:
		doc_string(j, "type", "string");
		doc_string(j, "format", "date");
		return;
	case MOMENT:
	case MODIFIED:
		doc_string(j, "type", "string");
		doc_string(j, "format", "date-time");
		return;
	case ID:
	case TEXT:
	case NUMBER:
	case INTEGER:
	case TEXTS:
	case KIND_COUNT:
		doc_string(j, "type",
		    f->kind == TEXTS ? "string" : kind_rules[f->kind].openapi);
		return;
	}
}

static bool is_list(const struct field *f)
{
	return f->kind == TEXTS || f->kind == WORDS || f->kind == REFS ||
	       f->kind == OBJECTS;
}

static void member_schema(struct doc *j, const struct field *f,
    enum oneroster version)
{
	doc_open(j, f->name, '{');
	doc_string(j, "description", f->meaning);
	if (is_list(f)) {
		doc_string(j, "type", "array");
		doc_open(j, "items", '{');
	}
	single_schema(j, f, version);
	if (is_list(f))
		doc_close(j, '}');
	doc_close(j, '}');
}

static void required_members(struct doc *j, const struct field *fields,
    enum oneroster version)
{
	doc_open(j, "required", '[');
	for_each_field (f, fields)
		if (in_json(f, version) && is_required(f, version))
			doc_string(j, NULL, f->name);
	doc_close(j, ']');
}

static void members(struct doc *j, const struct field *fields,
    enum oneroster version)
{
	for_each_field (f, fields)
		if (in_json(f, version))
			member_schema(j, f, version);
}

static void inner_schema(struct doc *j, const struct object *object,
    enum oneroster version)
{
	doc_open(j, object->inner, '{');
	doc_string(j, "type", "array");
	doc_open(j, "items", '{');
	if (object->inner_fields[0].name == NULL) {
		doc_string(j, "type", "string");
	} else {
		doc_string(j, "type", "object");
		required_members(j, object->inner_fields, version);
		doc_open(j, "properties", '{');
		members(j, object->inner_fields, version);
		doc_close(j, '}');
	}
	doc_close(j, '}');
	doc_close(j, '}');
}

static void object_schema(struct doc *j, const struct object *object,
    enum oneroster version)
{
	doc_string(j, "type", "object");
	doc_bare(j, "additionalProperties", "false");
	required_members(j, object->outer, version);
	doc_open(j, "properties", '{');
	members(j, object->outer, version);
	if (object->inner != NULL)
		inner_schema(j, object, version);
	doc_close(j, '}');
}

/* NOLINTEND(misc-no-recursion) */

void doc_schema(struct doc *j, const struct entity *entity,
    enum oneroster version)
{
	doc_open(j, entity->one, '{');
	doc_string(j, "description", entity->meaning);
	doc_string(j, "type", "object");
	doc_bare(j, "additionalProperties", "false");
	required_members(j, entity->fields, version);
	doc_open(j, "properties", '{');
	members(j, entity->fields, version);
	doc_close(j, '}');
	doc_close(j, '}');
}

/* --- examples ------------------------------------------------------------ */

/* The document of the same version that serves the entity by itself. */
static const struct api *owner(const struct entity *entity,
    const struct api *asking)
{
	const struct api *api = apis;

	while (api->version != asking->version ||
	       !api_has(api, BOTH, entity->service))
		api++;
	return api;
}

static void example_single(struct doc *j, const char *name,
    const struct field *f, const struct api *api)
{
	static const char *const texts[KIND_COUNT] = {
		[ID] = "\"a1b2-0042\"",
		[TEXT] = "\"Example\"",
		[DATE] = "\"2026-09-01\"",
		[MOMENT] = "\"2026-09-14T00:00:00.000Z\"",
		[YEAR] = "\"2027\"",
		[NUMBER] = "92.5",
		[INTEGER] = "25",
		[TEXTS] = "\"09\"",
		[METADATA] = "{ \"vendor.homeroom\": \"9B\" }",
		[MODIFIED] = "\"2026-09-02T04:10:33.120Z\"",
	};
	const struct vocabulary *v;
	const struct entity *of;

	switch (f->kind) {
	case WORD:
	case WORDS:
		v = vocabulary_find(f->of);
		doc_string(j, name,
		    api->version == V11 ? v->words[0].v11 : v->words[0].v12);
		return;
	case BOOL:
		doc_bare(j, name, api->version == V11 ? "true" : "\"true\"");
		return;
	case REF:
	case REFS:
		of = entity_find((struct text){ f->of, strlen(f->of) });
		doc_open(j, name, '{');
		doc_key(j, "href");
		buf_printf(j->out, "\"" API_SERVER "%s/%s/b7\"",
		    owner(of, api)->path, of->name);
		doc_string(j, "sourcedId", "b7");
		doc_string(j, "type", of->one);
		doc_close(j, '}');
		return;
	case ID:
	case TEXT:
	case DATE:
	case MOMENT:
	case YEAR:
	case NUMBER:
	case INTEGER:
	case TEXTS:
	case METADATA:
	case MODIFIED:
		doc_bare(j, name, texts[f->kind]);
		return;
	case OBJECTS:
	case KIND_COUNT:
		return;
	}
}

/* As above. NOLINTBEGIN(misc-no-recursion) */
static void example_fields(struct doc *j, const struct field *fields,
    const struct api *api);

static void example_object(struct doc *j, const struct object *object,
    const struct api *api)
{
	doc_open(j, NULL, '{');
	example_fields(j, object->outer, api);
	if (object->inner != NULL) {
		doc_open(j, object->inner, '[');
		if (object->inner_fields[0].name == NULL) {
			doc_string(j, NULL, "Example");
		} else {
			doc_open(j, NULL, '{');
			example_fields(j, object->inner_fields, api);
			doc_close(j, '}');
		}
		doc_close(j, ']');
	}
	doc_close(j, '}');
}

static void example_fields(struct doc *j, const struct field *fields,
    const struct api *api)
{
	for_each_field (f, fields) {
		if (!in_json(f, api->version))
			continue;
		if (!is_list(f)) {
			example_single(j, f->name, f, api);
			continue;
		}
		doc_open(j, f->name, '[');
		if (f->kind == OBJECTS)
			example_object(j, object_find(f->of), api);
		else
			example_single(j, NULL, f, api);
		doc_close(j, ']');
	}
}

/* NOLINTEND(misc-no-recursion) */

void doc_example(struct doc *j, const struct entity *entity,
    const struct api *api, bool many)
{
	doc_open(j, "example", '{');
	doc_open(j, many ? entity->name : entity->one, many ? '[' : '{');
	if (many)
		doc_open(j, NULL, '{');
	example_fields(j, entity->fields, api);
	if (many)
		doc_close(j, '}');
	doc_close(j, many ? ']' : '}');
	doc_close(j, '}');
}
