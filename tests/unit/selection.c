/* limit, offset, sort and fields: what is understood, what is refused. */
#include "check.h"

#include "homeroom/model.h"

struct given {
	const struct entity *entity;
	enum oneroster version;
	struct param params[4];
	enum fault fault;
	const char *want; /* limit+offset sort fields !warning; or the error */
};

#define ORG11 &entity_orgs, V11
#define ORG12 &entity_orgs, V12
#define RESOURCE12 &entity_resources, V12

#define ALL                                                                    \
	"sourcedId,status,dateLastModified,name,type,identifier,parent,"       \
	"children,metadata,"
#define LIMIT "limit must be a whole number from 1 to 2147483647"
#define OFFSET "offset must be a whole number from 0 to 2147483647"

/* clang-format off */

static const struct given givens[] = {
	{ ORG12, { { 0 } }, FAULT_NONE, "100+0 - asc " ALL },
	{ ORG12, { { "limit", "1" } }, FAULT_NONE, "1+0 - asc " ALL },
	{ ORG12, { { "limit", "10000" }, { "offset", "7" } }, FAULT_NONE, "10000+7 - asc " ALL },
	{ ORG12, { { "limit", "10001" } }, FAULT_NONE, "10000+0 - asc " ALL },
	{ ORG12, { { "limit", "2147483647" }, { "offset", "2147483647" } }, FAULT_NONE, "10000+2147483647 - asc " ALL },
	{ ORG12, { { "limit", "x" }, { "limit", "5" } }, FAULT_NONE, "5+0 - asc " ALL },
	{ ORG12, { { "limit ", "5" }, { "frob", "" } }, FAULT_NONE, "100+0 - asc " ALL },
	{ ORG12, { { "limit", "0" } }, FAULT_BAD_REQUEST, LIMIT },
	{ ORG12, { { "limit", "-1" } }, FAULT_BAD_REQUEST, LIMIT },
	{ ORG12, { { "limit", "" } }, FAULT_BAD_REQUEST, LIMIT },
	{ ORG12, { { "limit", "1e3" } }, FAULT_BAD_REQUEST, LIMIT },
	{ ORG12, { { "limit", "+5" } }, FAULT_BAD_REQUEST, LIMIT },
	{ ORG12, { { "limit", " 5" } }, FAULT_BAD_REQUEST, LIMIT },
	{ ORG12, { { "limit", "2147483648" } }, FAULT_BAD_REQUEST, LIMIT },
	{ ORG12, { { "limit", "99999999999999999999" } }, FAULT_BAD_REQUEST, LIMIT },
	{ ORG12, { { "offset", "-1" } }, FAULT_BAD_REQUEST, OFFSET },
	{ ORG12, { { "offset", "1.0" } }, FAULT_BAD_REQUEST, OFFSET },
	/* sort */
	{ ORG12, { { "sort", "name" }, { "fields", "name" } }, FAULT_NONE, "100+0 name asc name," },
	{ ORG12, { { "sort", "name" }, { "orderBy", "desc" }, { "fields", "name" } }, FAULT_NONE, "100+0 name desc name," },
	{ ORG12, { { "sort", "parent.sourcedId" }, { "fields", "name" } }, FAULT_NONE, "100+0 parent asc name," },
	{ ORG12, { { "sort", "name.sourcedId" }, { "fields", "name" } }, FAULT_NONE, "100+0 - asc name," },
	{ ORG12, { { "sort", "frob" }, { "fields", "name" } }, FAULT_NONE, "100+0 - asc name," },
	{ ORG11, { { "sort", "frob" }, { "fields", "name" } }, FAULT_NONE, "100+0 - asc name,!invalid_sort_field orgs has no field 'frob' to sort by" },
	{ RESOURCE12, { { "sort", "frob" } }, FAULT_BAD_SORT, "resources has no field 'frob' to sort by" },
	{ ORG12, { { "orderBy", "down" } }, FAULT_BAD_REQUEST, "orderBy must be asc or desc" },
	{ ORG12, { { "orderBy", "" } }, FAULT_BAD_REQUEST, "orderBy must be asc or desc" },
	{ ORG12, { { "orderBy", "DESC" } }, FAULT_BAD_REQUEST, "orderBy must be asc or desc" },
	/* fields */
	{ ORG12, { { "fields", "name,type" } }, FAULT_NONE, "100+0 - asc name,type," },
	{ ORG12, { { "fields", "type, name," } }, FAULT_NONE, "100+0 - asc name,type," },
	{ ORG12, { { "fields", "type" }, { "fields", "name" } }, FAULT_NONE, "100+0 - asc name,type," },
	{ ORG12, { { "fields", "name,name" } }, FAULT_NONE, "100+0 - asc name," },
	{ ORG12, { { "fields", "name,frob" } }, FAULT_BAD_SELECTION, "orgs has no field 'frob'" },
	{ ORG12, { { "fields", "Name" } }, FAULT_BAD_SELECTION, "orgs has no field 'Name'" },
	{ ORG12, { { "fields", "J\xc3\xb6rg" } }, FAULT_BAD_SELECTION, "orgs has no field of that name" },
	{ ORG12, { { "fields", "" } }, FAULT_BAD_SELECTION, "fields names no field" },
	{ ORG12, { { "fields", " ," } }, FAULT_BAD_SELECTION, "fields names no field" },
	{ ORG11, { { "fields", "" } }, FAULT_BAD_SELECTION, "fields names no field" },
	{ ORG11, { { "fields", "name,frob" } }, FAULT_NONE, "100+0 - asc " ALL "!invalid_selection_field orgs has no field 'frob'" },
	{ &entity_users, V12, { { "fields", "password" } }, FAULT_BAD_SELECTION, "users has no field 'password'" },
	{ &entity_users, V12, { { "fields", "role" } }, FAULT_BAD_SELECTION, "users has no field 'role'" },
	{ &entity_users, V11, { { "fields", "role,sms" } }, FAULT_NONE, "100+0 - asc role,sms," },
	{ 0 }
};

/* clang-format on */

static void show(struct buf *out, const struct selection *sel)
{
	buf_printf(out, "%d+%d %s %s ", sel->limit, (int)sel->offset,
	    sel->sort == NULL ? "-" : sel->sort->name,
	    sel->descending ? "desc" : "asc");
	for_each_field (f, sel->entity->fields)
		if (sel->fields >> (f - sel->entity->fields) & 1)
			buf_printf(out, "%s,", f->name);
	if (sel->warning != NULL)
		buf_printf(out, "!%s %s", sel->warning, sel->warning_text);
}

static void parses(void **state)
{
	(void)state;
	for (const struct given *g = givens; g->entity != NULL; g++) {
		struct selection sel = { .entity = g->entity,
			.version = g->version };
		struct arena *arena = arena_new();
		struct err err = { 0 };
		struct buf got = { 0 };
		size_t count = 0;

		while (g->params[count].name != NULL)
			count++;
		if (selection_parse(&sel, arena, g->params, count, false, &err))
			show(&got, &sel);
		else
			buf_puts(&got, err.text);
		CHECK(err.fault == g->fault, "%s", g->want);
		CHECK(strcmp(buf_text(&got), g->want) == 0,
		    "\n got %s\nwant %s", buf_text(&got), g->want);
		buf_free(&got);
		arena_free(arena);
	}
}

/* One record has no pages: of all parameters it takes fields. */
static void single(void **state)
{
	struct selection sel = { .entity = &entity_orgs, .version = V12 };
	const struct param params[] = { { "limit", "x" }, { "sort", "frob" },
		{ "filter", "x" }, { "fields", "name" } };
	struct arena *arena = arena_new();
	struct err err = { 0 };

	(void)state;
	CHECK(selection_parse(&sel, arena, params, 4, true, &err), "%s",
	    err.text);
	CHECK(sel.fields == 1 << 3 && sel.limit == 1 && sel.offset == 0 &&
		  sel.filter.count == 0 && sel.sort == NULL,
	    "one record");
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(single),
	};

	return check_main(tests);
}
