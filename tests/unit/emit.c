/* Records as JSON: what each version's reader gets for the same columns. */
#include "check.h"

#include "homeroom/model.h"

static struct text t(const char *text)
{
	return text == NULL ? (struct text){ 0 }
			    : (struct text){ text, strlen(text) };
}

struct given {
	const char *name;
	const char *value;
};

struct record {
	const struct entity *entity;
	enum oneroster version;
	struct given given[24];
	const char *fields; /* NULL: all */
	const char *want;
};

static const char *value_of(const struct record *r, const char *name)
{
	for (const struct given *g = r->given; g->name != NULL; g++)
		if (strcmp(g->name, name) == 0)
			return g->value;
	return NULL;
}

static const char *written(struct arena *arena, const struct record *r)
{
	struct param param = { "fields", r->fields };
	struct selection sel = { .entity = r->entity, .version = r->version };
	const struct emit_plan *plan;
	struct text values[64];
	struct err err = { 0 };
	struct buf out = { 0 };
	const char *json;
	int count = 0;

	CHECK(selection_parse(&sel, arena, &param, r->fields != NULL, false,
		  &err),
	    "%s", err.text);
	plan = emit_plan_new(arena, &sel, "https://h.example");
	for_each_field (f, r->entity->fields)
		if (sel.fields >> (f - r->entity->fields) & 1)
			values[count++] = t(value_of(r, f->name));
	CHECK(count == emit_column_count(plan), "%d", count);
	emit_record(plan, &out, values);
	json = arena_text(arena, buf_text(&out));
	buf_free(&out);
	return json;
}

/* clang-format off */

#define NOW "2025-08-14T06:30:00.000Z"
#define BASE { "sourcedId", "x1" }, { "status", "active" }, { "dateLastModified", NOW }
#define BASE_JSON "{\"sourcedId\":\"x1\",\"status\":\"active\",\"dateLastModified\":\"" NOW "\""
#define REF_12(service, path, id, type) "{\"href\":\"https://h.example/ims/oneroster/" service "/v1p2/" path "/" id "\",\"sourcedId\":\"" id "\",\"type\":\"" type "\"}"
#define REF_11(path, id, type) "{\"href\":\"https://h.example/ims/oneroster/v1p1/" path "/" id "\",\"sourcedId\":\"" id "\",\"type\":\"" type "\"}"

static const struct record records[] = {
	{ &entity_orgs, V12, { BASE, { "name", "A \"B\"" }, { "type", "school" } }, NULL,
	  BASE_JSON ",\"name\":\"A \\\"B\\\"\",\"type\":\"school\",\"identifier\":\"\"}" },
	{ &entity_orgs, V12, { { "parent", "a/b@c d" } }, "parent",
	  "{\"parent\":{\"href\":\"https://h.example/ims/oneroster/rostering/v1p2/orgs/a%2Fb%40c%20d\",\"sourcedId\":\"a/b@c d\",\"type\":\"org\"}}" },
	{ &entity_orgs, V11, { { "children", "{a,\"b c\"}" } }, "children",
	  "{\"children\":[" REF_11("orgs", "a", "org") ","
	  "{\"href\":\"https://h.example/ims/oneroster/v1p1/orgs/b%20c\",\"sourcedId\":\"b c\",\"type\":\"org\"}]}" },
	{ &entity_orgs, V12, { { "children", "{}" } }, "children", "{}" },
	{ &entity_users, V12, { { "enabledUser", "t" } }, "enabledUser,username", "{\"enabledUser\":\"true\"}" },
	{ &entity_users, V11, { { "enabledUser", "f" } }, "enabledUser", "{\"enabledUser\":false}" },
	{ &entity_users, V12, { { NULL, NULL } }, "roles,userProfiles,grades", "{\"roles\":[]}" },
	{ &entity_users, V11, { { NULL, NULL } }, "orgs,role,grades", "{\"orgs\":[]}" },
	{ &entity_users, V12, { { "roles", "{{primary,student,o-7,NULL,2025-08-01,NULL},{secondary,ext:x,o8,urn:p,NULL,NULL}}" } }, "roles",
	  "{\"roles\":[{\"roleType\":\"primary\",\"role\":\"student\",\"org\":" REF_12("rostering", "orgs", "o-7", "org") ",\"beginDate\":\"2025-08-01\"},"
	  "{\"roleType\":\"secondary\",\"role\":\"ext:x\",\"org\":" REF_12("rostering", "orgs", "o8", "org") ",\"userProfile\":\"urn:p\"}]}" },
	{ &entity_users, V12, { { "userProfiles", "{{p1,t,v,NULL,NULL,c1,u1},{p1,t,v,NULL,NULL,c2,\"u\\\"2\"},{p2,t,v,a,d,NULL,NULL}}" } }, "userProfiles",
	  "{\"userProfiles\":[{\"profileId\":\"p1\",\"profileType\":\"t\",\"vendorId\":\"v\",\"credentials\":[{\"type\":\"c1\",\"username\":\"u1\"},{\"type\":\"c2\",\"username\":\"u\\\"2\"}]},"
	  "{\"profileId\":\"p2\",\"profileType\":\"t\",\"vendorId\":\"v\",\"applicationId\":\"a\",\"description\":\"d\"}]}" },
	{ &entity_users, V12, { { "userIds", "{{LDAP,a:b},{\"x,y\",\"\"}}" } }, "userIds",
	  "{\"userIds\":[{\"type\":\"LDAP\",\"identifier\":\"a:b\"},{\"type\":\"x,y\",\"identifier\":\"\"}]}" },
	{ &entity_users, V12, { { "grades", "{09,\"Pre K\",NULL,\"a\\\\b\"}" } }, "grades", "{\"grades\":[\"09\",\"Pre K\",\"a\\\\b\"]}" },
	{ &entity_users, V12, { { "metadata", "{\"a.b\": \"c\"}" } }, "metadata", "{\"metadata\":{\"a.b\": \"c\"}}" },
	{ &entity_users, V12, { { "metadata", "{}" } }, "metadata", "{}" },
	{ &entity_demographics, V11, { { "sex", "other" }, { "asian", "t" } }, "sex,asian", "{\"asian\":true}" },
	{ &entity_demographics, V12, { { "sex", "other" } }, "sex", "{\"sex\":\"other\"}" },
	{ &entity_enrollments, V11, { { "role", "ext:aide" } }, "role", "{\"role\":\"aide\"}" },
	{ &entity_resources, V11, { { "roles", "{teacher,ext:x,student}" } }, "roles", "{\"roles\":[\"teacher\",\"student\"]}" },
	{ &entity_lineItems, V12, { { "learningObjectiveSet", "{{case,a},{case,b},{ext:My-State2,c},{ext:_,d},{ext:case,e}}" } }, "learningObjectiveSet",
	  "{\"learningObjectiveSet\":[{\"source\":\"case\",\"learningObjectiveIds\":[\"a\",\"b\"]},{\"source\":\"/mystate2\",\"learningObjectiveIds\":[\"c\"]},{\"source\":\"unknown\",\"learningObjectiveIds\":[\"d\"]},{\"source\":\"unknown\",\"learningObjectiveIds\":[\"e\"]}]}" },
	{ &entity_results, V12, { { "score", "-1.50" }, { "learningObjectiveSet", "{{case,a,2.5,NULL},{case,b,NULL,ok}}" } }, "score,learningObjectiveSet",
	  "{\"score\":-1.50,\"learningObjectiveSet\":[{\"source\":\"case\",\"learningObjectiveResults\":[{\"learningObjectiveId\":\"a\",\"score\":2.5},{\"learningObjectiveId\":\"b\",\"textScore\":\"ok\"}]}]}" },
	{ &entity_lineItems, V12, { { "class", "c" } }, "class", "{\"class\":" REF_12("rostering", "classes", "c", "class") "}" },
	{ &entity_results, V12, { { "lineItem", "l" } }, "lineItem", "{\"lineItem\":" REF_12("gradebook", "lineItems", "l", "lineItem") "}" },
	{ &entity_classes, V12, { { "resources", "{r}" } }, "resources", "{\"resources\":[" REF_12("resources", "resources", "r", "resource") "]}" },
	{ 0 }
};

/* clang-format on */

static void writes_records(void **state)
{
	(void)state;
	for (const struct record *r = records; r->entity != NULL; r++) {
		struct arena *arena = arena_new();
		const char *got = written(arena, r);

		CHECK(strcmp(got, r->want) == 0, "%s\n got %s\nwant %s",
		    r->entity->name, got, r->want);
		arena_free(arena);
	}
}

static void names_columns(void **state)
{
	struct arena *arena = arena_new();
	struct selection sel = { .entity = &entity_lineItems, .version = V12 };
	struct param param = { "fields", "dueDate,dateLastModified,title" };
	const struct emit_plan *plan;
	struct err err = { 0 };
	struct buf sql = { 0 };

	(void)state;
	CHECK(selection_parse(&sel, arena, &param, 1, false, &err), "%s",
	    err.text);
	plan = emit_plan_new(arena, &sel, "https://h");
	emit_columns(plan, &sql);
	CHECK(strcmp(buf_text(&sql),
		  "t.since, t.title, to_char(t.due_date AT TIME ZONE 'UTC', "
		  "'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')") == 0,
	    "%s", buf_text(&sql));
	CHECK(emit_modified(plan) == 0, "%d", emit_modified(plan));
	buf_free(&sql);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_records),
		cmocka_unit_test(names_columns),
	};

	return check_main(tests);
}
