/* What the tables say, as OpenAPI 3.1: every path, parameter, answer and
 * error of a document that we serve. `make gen` writes it to api/. */
#include "model.h"

#include <stdio.h>
#include <assert.h>
#include <string.h>

/* --- errors -------------------------------------------------------------- */

static const struct refusal {
	enum fault fault;
	const char *meaning;
} refusals[] = {
	{ FAULT_BAD_FILTER,
	    "The question is malformed, or names a field that the record does "
	    "not have" },
	{ FAULT_UNAUTHORISED,
	    "There is no token, or it is expired, revoked or not ours" },
	{ FAULT_FORBIDDEN, "The token's scopes do not allow this" },
	{ FAULT_NOT_FOUND, "There is no such record that the caller may see" },
	{ FAULT_BAD_METHOD, "The path does not take this method; see Allow" },
	{ FAULT_NOT_ACCEPTABLE, "The answer is JSON, and Accept excludes it" },
	{ FAULT_GONE,
	    "The version that this pull began with is no longer kept; start "
	    "again without the cursor" },
	{ FAULT_URI_TOO_LONG, "The URI is longer than 8 KiB" },
	{ FAULT_BUSY, "Too many requests; try again after Retry-After" },
	{ FAULT_INTERNAL, "The server failed; X-Request-Id names the request" },
	{ FAULT_UNAVAILABLE, "The server is busy or starting; try again" },
};

/* "E404": what components/responses calls it. */
static void refusal_name(char name[8], const struct refusal *refusal)
{
	snprintf(name, 8, "E%d", fault_rules[refusal->fault].status);
}

static void error_body(struct doc *j, const struct refusal *refusal,
    enum oneroster version)
{
	const char *minor = fault_rules[refusal->fault].codeMinor;

	doc_open(j, "example", '{');
	if (version == V11) {
		doc_open(j, "statusInfoSet", '[');
		doc_open(j, NULL, '{');
	}
	doc_string(j, "imsx_codeMajor", "failure");
	doc_string(j, "imsx_severity", "error");
	doc_string(j, "imsx_description", refusal->meaning);
	if (version == V11) {
		doc_string(j, "imsx_codeMinor", minor);
		doc_close(j, '}');
		doc_close(j, ']');
	} else {
		doc_open(j, "imsx_CodeMinor", '{');
		doc_open(j, "imsx_codeMinorField", '[');
		doc_open(j, NULL, '{');
		doc_string(j, "imsx_codeMinorFieldName", "TargetEndSystem");
		doc_string(j, "imsx_codeMinorFieldValue", minor);
		doc_close(j, '}');
		doc_close(j, ']');
		doc_close(j, '}');
	}
	doc_close(j, '}');
}

static void error_answers(struct doc *j, enum oneroster version)
{
	char name[8];

	doc_open(j, "responses", '{');
	for (size_t i = 0; i < array_length(refusals); i++) {
		const struct refusal *r = &refusals[i];

		refusal_name(name, r);
		doc_open(j, name, '{');
		doc_string(j, "description", r->meaning);
		doc_open(j, "content", '{');
		doc_open(j, "application/json", '{');
		doc_reference(j, "schema", "schemas", "Status", "");
		error_body(j, r, version);
		doc_close(j, '}');
		doc_close(j, '}');
		doc_close(j, '}');
	}
	doc_close(j, '}');
}

/* OneRoster 1.2 §1.9.1 of its services: the object is the root. 1.1 has a
 * list of them. */
static void status_schema(struct doc *j, enum oneroster version)
{
	doc_open(j, "Status", '{');
	doc_string(j, "type", "object");
	doc_open(j, "required", '[');
	if (version == V11) {
		doc_string(j, NULL, "statusInfoSet");
		doc_close(j, ']');
		doc_open(j, "properties", '{');
		doc_bare(j, "statusInfoSet",
		    "{ \"type\": \"array\", \"minItems\": 1, \"items\": { "
		    "\"type\": \"object\", \"required\": [ "
		    "\"imsx_codeMajor\", \"imsx_severity\" ] } }");
	} else {
		doc_string(j, NULL, "imsx_codeMajor");
		doc_string(j, NULL, "imsx_severity");
		doc_close(j, ']');
		doc_open(j, "properties", '{');
		doc_bare(j, "imsx_codeMajor",
		    "{ \"enum\": [ \"success\", \"processing\", \"failure\", "
		    "\"unsupported\" ] }");
		doc_bare(j, "imsx_severity",
		    "{ \"enum\": [ \"status\", \"warning\", \"error\" ] }");
		doc_bare(j, "imsx_description", "{ \"type\": \"string\" }");
		doc_bare(j, "imsx_CodeMinor", "{ \"type\": \"object\" }");
	}
	doc_close(j, '}');
	doc_close(j, '}');
}

/* --- parameters ---------------------------------------------------------- */

static const struct parameter {
	const char *name, *meaning, *schema;
	bool single; /* a read of one record takes it too */
} parameters[] = {
	{ "limit", "How many records a page holds at most; over 10000 is 10000",
	    "{ \"type\": \"integer\", \"format\": \"int32\", \"minimum\": 1, "
	    "\"default\": 100 }",
	    false },
	{ "offset", "How many records to pass over",
	    "{ \"type\": \"integer\", \"format\": \"int32\", \"minimum\": 0, "
	    "\"default\": 0 }",
	    false },
	{ "sort", "The field to sort by; without it, by sourcedId",
	    "{ \"type\": \"string\" }", false },
	{ "orderBy", "The direction of the sort",
	    "{ \"type\": \"string\", \"enum\": [ \"asc\", \"desc\" ], "
	    "\"default\": \"asc\" }",
	    false },
	{ "filter",
	    "Which records: clauses such as familyName='Jones', joined by AND "
	    "or by OR; predicates = != > >= < <= ~",
	    "{ \"type\": \"string\" }", false },
	{ "fields", "The members to answer with; without it, all",
	    "{ \"type\": \"array\", \"items\": { \"type\": \"string\" } }",
	    true },
	{ "cursor",
	    "Goes on behind a record, in the version in which the pull began: "
	    "taken from a next link, not made up",
	    "{ \"type\": \"string\" }", false },
};

static void all_parameters(struct doc *j)
{
	doc_open(j, "parameters", '{');
	for (size_t i = 0; i < array_length(parameters); i++) {
		const struct parameter *p = &parameters[i];

		doc_open(j, p->name, '{');
		doc_string(j, "name", p->name);
		doc_string(j, "in", "query");
		doc_string(j, "description", p->meaning);
		if (strcmp(p->name, "fields") == 0) {
			doc_string(j, "style", "form");
			doc_bare(j, "explode", "false");
		}
		doc_bare(j, "schema", p->schema);
		doc_close(j, '}');
	}
	doc_close(j, '}');
}

/* --- operations ---------------------------------------------------------- */

struct operation {
	const struct api *api;
	const struct collection *of;
	bool many;
	bool nested;
	const char *id;
};

static void security(struct doc *j, const struct operation *op)
{
	unsigned scopes =
	    scopes_of_read(op->of->entity, op->api->version, op->nested);

	doc_open(j, "security", '[');
	for (const struct scope_name *s = scope_names; s->uri != NULL; s++) {
		if ((s->bit & scopes) == 0)
			continue;
		doc_open(j, NULL, '{');
		doc_open(j, "OAuth2CC", '[');
		doc_string(j, NULL, s->uri);
		doc_close(j, ']');
		doc_close(j, '}');
	}
	doc_close(j, ']');
}

static void good_answer(struct doc *j, const struct operation *op)
{
	const struct entity *entity = op->of->entity;

	doc_open(j, "200", '{');
	doc_string(j, "description", entity->meaning);
	if (op->many)
		doc_bare(j, "headers",
		    "{ \"X-Total-Count\": { \"schema\": { \"type\": "
		    "\"integer\" } }, \"Link\": { \"schema\": { \"type\": "
		    "\"string\" } } }");
	doc_open(j, "content", '{');
	doc_open(j, "application/json", '{');
	doc_reference(j, "schema", "schemas",
	    op->many ? entity->name : entity->one,
	    op->many ? "Page" : "Answer");
	doc_close(j, '}');
	doc_close(j, '}');
	doc_close(j, '}');
}

static void bad_answers(struct doc *j)
{
	char name[8];

	for (size_t i = 0; i < array_length(refusals); i++) {
		refusal_name(name, &refusals[i]);
		doc_reference(j, name + 1, "responses", name, "");
	}
}

static void path_parameters(struct doc *j, const char *path)
{
	static const char *const names[] = { "sourcedId", "sourcedId2" };
	int count = 0;

	for (const char *p = strchr(path, '{'); p != NULL && count < 2;
	     p = strchr(p + 1, '{')) {
		doc_open(j, NULL, '{');
		doc_string(j, "name", names[count++]);
		doc_string(j, "in", "path");
		doc_bare(j, "required", "true");
		doc_bare(j, "schema", "{ \"type\": \"string\" }");
		doc_close(j, '}');
	}
}

static void get(struct doc *j, const char *path, const struct operation *op)
{
	doc_open(j, path, '{');
	doc_open(j, "get", '{');
	doc_string(j, "operationId", op->id);
	security(j, op);
	doc_open(j, "parameters", '[');
	path_parameters(j, path);
	for (size_t i = 0; i < array_length(parameters); i++)
		if (op->many || parameters[i].single)
			doc_reference(j, NULL, "parameters", parameters[i].name,
			    "");
	doc_close(j, ']');
	doc_open(j, "responses", '{');
	good_answer(j, op);
	bad_answers(j);
	doc_close(j, '}');
	doc_close(j, '}');
	doc_close(j, '}');
}

static void collection_paths(struct doc *j, const struct api *api,
    const struct collection *c)
{
	struct buf path = { 0 }, id = { 0 };
	struct operation op = { .api = api, .of = c, .many = true };

	buf_printf(&path, "/%s", c->name);
	buf_printf(&id, "getAll%s", c->many);
	op.id = buf_text(&id);
	get(j, buf_text(&path), &op);
	buf_puts(&path, "/{sourcedId}");
	id.len = 0;
	buf_printf(&id, "get%s", c->one);
	op.id = buf_text(&id);
	op.many = false;
	get(j, buf_text(&path), &op);
	buf_free(&path);
	buf_free(&id);
}

static void link_path(struct doc *j, const struct api *api,
    const struct link *link)
{
	static const char *const names[] = { "sourcedId", "sourcedId2" };
	struct buf path = { 0 };
	struct operation op = { .api = api,
		.of = collection_find(
		    (struct text){ link->of, strlen(link->of) }),
		.many = true,
		.nested = true,
		.id = link->operation };
	size_t count = 0;

	buf_char(&path, '/');
	for (const char *p = link->path; *p != '\0'; p++) {
		buf_char(&path, *p);
		if (*p != '{')
			continue;
		assert(count < array_length(names));
		buf_puts(&path, names[count++]);
	}
	get(j, buf_text(&path), &op);
	buf_free(&path);
}

static void paths(struct doc *j, const struct api *api)
{
	doc_open(j, "paths", '{');
	for (const struct collection *c = collections; c->name != NULL; c++)
		if (api_has(api, c->entity->rest, c->entity->service))
			collection_paths(j, api, c);
	for (const struct link *l = links; l->path != NULL; l++)
		if (api_has(api, l->in, l->service))
			link_path(j, api, l);
	doc_close(j, '}');
}

/* --- the document -------------------------------------------------------- */

static void answer_schema(struct doc *j, const struct entity *entity,
    const struct api *api, bool many)
{
	const char *member = many ? entity->name : entity->one;
	struct buf name = { 0 };

	buf_printf(&name, "%s%s", member, many ? "Page" : "Answer");
	doc_open(j, buf_text(&name), '{');
	buf_free(&name);
	doc_string(j, "type", "object");
	doc_open(j, "required", '[');
	doc_string(j, NULL, member);
	doc_close(j, ']');
	doc_open(j, "properties", '{');
	if (many) {
		doc_open(j, member, '{');
		doc_string(j, "type", "array");
		doc_reference(j, "items", "schemas", entity->one, "");
		doc_close(j, '}');
	} else {
		doc_reference(j, member, "schemas", entity->one, "");
	}
	doc_close(j, '}');
	doc_example(j, entity, api, many);
	doc_close(j, '}');
}

static void schemas(struct doc *j, const struct api *api)
{
	doc_open(j, "schemas", '{');
	status_schema(j, api->version);
	for (const struct entity *const *e = entities; *e != NULL; e++) {
		if (!api_has(api, (*e)->rest, (*e)->service))
			continue;
		doc_schema(j, *e, api->version);
		answer_schema(j, *e, api, true);
		answer_schema(j, *e, api, false);
	}
	doc_close(j, '}');
}

static void scopes(struct doc *j, const struct api *api)
{
	doc_open(j, "scopes", '{');
	for (const struct scope_name *s = scope_names; s->uri != NULL; s++)
		if ((api->version == V11) ==
		    (s->bit >= (unsigned)SCOPE_ROSTER_CORE << SCOPE_11))
			doc_string(j, s->uri, strrchr(s->uri, '/') + 1);
	doc_close(j, '}');
}

static void security_schemes(struct doc *j, const struct api *api)
{
	doc_open(j, "securitySchemes", '{');
	doc_open(j, "OAuth2CC", '{');
	doc_string(j, "type", "oauth2");
	doc_open(j, "flows", '{');
	doc_open(j, "clientCredentials", '{');
	doc_string(j, "tokenUrl", API_SERVER "/oauth/token");
	scopes(j, api);
	doc_close(j, '}');
	doc_close(j, '}');
	doc_close(j, '}');
	doc_close(j, '}');
}

void describe_openapi(struct buf *out, const struct api *api)
{
	struct doc j = { .out = out, .first = true };
	struct buf server = { 0 };

	doc_open(&j, NULL, '{');
	doc_string(&j, "openapi", "3.1.0");
	doc_open(&j, "info", '{');
	doc_string(&j, "title", api->title);
	doc_string(&j, "version", api->version == V11 ? "1.1" : "1.2");
	doc_close(&j, '}');
	doc_open(&j, "servers", '[');
	doc_open(&j, NULL, '{');
	buf_printf(&server, "%s%s", API_SERVER, api->path);
	doc_string(&j, "url", buf_text(&server));
	buf_free(&server);
	doc_close(&j, '}');
	doc_close(&j, ']');
	paths(&j, api);
	doc_open(&j, "components", '{');
	security_schemes(&j, api);
	all_parameters(&j);
	error_answers(&j, api->version);
	schemas(&j, api);
	doc_close(&j, '}');
	doc_close(&j, '}');
	buf_char(out, '\n');
}
