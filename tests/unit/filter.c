/* Filters: what clients send, and what is understood. */
#include "check.h"

#include "homeroom/model.h"

struct given {
	const struct entity *entity;
	enum oneroster version;
	const char *filter;
	const char *want; /* as shown by show(), or the error's text */
};

static const char *const signs[] = {
	[EQUAL] = "=",
	[UNEQUAL] = "!=",
	[LESS] = "<",
	[AT_MOST] = "<=",
	[MORE] = ">",
	[AT_LEAST] = ">=",
	[CONTAINS] = "~",
};

/* role = 'student' | roles[1] = 'x' | metadata[k] = 'y', one a line. */
static void show(struct buf *out, const struct filter *filter)
{
	for (int i = 0; i < filter->count; i++) {
		const struct clause *c = &filter->clauses[i];

		if (i > 0)
			buf_puts(out, filter->any ? " OR " : " AND ");
		buf_puts(out, c->field->name);
		if (c->part != NULL)
			buf_printf(out, "[%d:%s]", c->part_index,
			    c->part->name == NULL ? "" : c->part->name);
		if (c->key != NULL)
			buf_printf(out, "[%s]", c->key);
		buf_printf(out, "%s<%s>", signs[c->predicate], c->value);
	}
}

#define U11 &entity_users, V11
#define U12 &entity_users, V12
#define E12 &entity_enrollments, V12
#define CLASS &entity_classes, V12
#define ITEM &entity_lineItems, V12
#define RESULT &entity_results, V12

#define QUOTES "the filter is not understood: a value stands in single quotes"
#define OPEN "the filter is not understood: a quote is not closed"
#define JOINS "the filter is not understood: AND or OR joins two clauses"
#define MIXED "the filter is not understood: AND and OR can't be mixed"
#define NO_TIME(field)                                                         \
	field " is compared with what is no time: YYYY-MM-DDThh:mm:ssZ, or "   \
	      "YYYY-MM-DD"
#define CLAUSE                                                                 \
	"the filter is not understood: a clause is field, predicate, value"

/* clang-format off */

static const struct given givens[] = {
	{ U12, "status='active'", "status=<active>" },
	{ U12, "status='norecords'", "status=<norecords>" },
	{ U12, "dateLastModified>'2015-01-01'", "dateLastModified><2015-01-01>" },
	{ U12, "dateLastModified>='2015-01-01T00:00:00Z'", "dateLastModified>=<2015-01-01T00:00:00Z>" },
	{ U12, "givenName<'M'", "givenName<<M>" },
	{ U12, "givenName<='M'", "givenName<=<M>" },
	{ U12, "givenName!='M'", "givenName!=<M>" },
	{ U12, "email~'@x'", "email~<@x>" },
	{ U12, "email=''", "email=<>" },
	{ U12, "email='' AND status='active'", "email=<> AND status=<active>" },
	{ U12, "username='x' OR email~'x'", "username=<x> OR email~<x>" },
	{ U12, "givenName='a' AND familyName='b' AND status='c'", "givenName=<a> AND familyName=<b> AND status=<c>" },
	{ U12, "givenName='a' OR familyName='b' AND status='c'", MIXED },
	/* tolerances */
	{ U12, " status = 'active' ", "status=<active>" },
	{ U12, "status ='active'  AND  givenName= 'x'", "status=<active> AND givenName=<x>" },
	{ RESULT, "score>=80", "score>=<80>" },
	{ RESULT, "score>-1.5 AND score<3", "score><-1.5> AND score<<3>" },
	{ U12, "dateLastModified>2024-01-01T00:00:00.000Z", "dateLastModified><2024-01-01T00:00:00.000Z>" },
	{ U12, "status=active", QUOTES },
	{ U12, "status=", QUOTES },
	{ U12, "status=\"active\"", QUOTES },
	/* times */
	{ U12, "dateLastModified>'2026-11-22T10:00:00 05:30'", "dateLastModified><2026-11-22T10:00:00+05:30>" },
	{ U12, "dateLastModified>'2026-11-22 10:00:00.25'", "dateLastModified><2026-11-22T10:00:00.25Z>" },
	{ U12, "dateLastModified>'2026-11-22 10:00:00-06'", "dateLastModified><2026-11-22T10:00:00-06>" },
	{ U12, "dateLastModified>'2026-11-22T10:00:00.1234567'", "dateLastModified><2026-11-22T10:00:00.1234567Z>" },
	{ U12, "dateLastModified>='yesterday'", NO_TIME("dateLastModified") },
	{ U12, "dateLastModified<''", NO_TIME("dateLastModified") },
	{ U12, "dateLastModified<='2026-02-30'", NO_TIME("dateLastModified") },
	{ U12, "dateLastModified>1795300000", NO_TIME("dateLastModified") },
	{ E12, "beginDate>'11/22/2026'", NO_TIME("beginDate") },
	{ U12, "roles.beginDate>'soon'", NO_TIME("roles") },
	{ U12, "dateLastModified!='yesterday'", "dateLastModified!=<yesterday>" },
	{ U12, "dateLastModified~'2026-11 '", "dateLastModified~<2026-11 >" },
	/* quotes */
	{ U12, "familyName='O'Brien'", "familyName=<O'Brien>" },
	{ U12, "familyName='O''Brien'", "familyName=<O'Brien>" },
	{ U12, "familyName='O'Brien' AND status='active'", "familyName=<O'Brien> AND status=<active>" },
	{ U12, "familyName='O''Brien' OR familyName='D'Arcy'", "familyName=<O'Brien> OR familyName=<D'Arcy>" },
	{ U12, "familyName='James''", "familyName=<James'>" },
	{ U12, "familyName='James'''", "familyName=<James'>" },
	{ U12, "familyName=''''", "familyName=<'>" },
	{ U12, "familyName='''t Hart'", "familyName=<'t Hart>" },
	{ U12, "familyName=''t Hart'", "familyName=<'t Hart>" },
	{ U12, "familyName='van 't Hart'", "familyName=<van 't Hart>" },
	{ CLASS, "title='The students' choice'", "title=<The students' choice>" },
	/* a client that doubles quotes can't be made to say another filter */
	{ U12, "familyName='x'' OR status=''active'", "familyName=<x' OR status='active>" },
	{ CLASS, "title='Arts AND Crafts'", "title=<Arts AND Crafts>" },
	{ CLASS, "title='Arts AND Crafts' AND classCode='a=b OR c'", "title=<Arts AND Crafts> AND classCode=<a=b OR c>" },
	{ CLASS, "title='1 > 0'", "title=<1 > 0>" },
	{ U12, "status='active", OPEN },
	{ U12, "status='", OPEN },
	{ U12, "status='active')", OPEN },
	/* joints */
	{ U12, "role='student' and status='active'", "users has no field 'role' to filter by" },
	{ E12, "role='student' and status='active'", JOINS },
	{ E12, "role='student' AND", OPEN },
	{ E12, "role='student' AND status", OPEN },
	{ E12, "role='student' XOR status='active'", JOINS },
	{ E12, "role='student' status='active'", JOINS },
	{ E12, "role='student'AND status='active'", "role=<student'AND status='active>" },
	{ E12, "role=1 AND status='active'", "role=<1> AND status=<active>" },
	{ E12, "role=1 and status='active'", JOINS },
	{ E12, "AND role='student'", CLAUSE },
	{ E12, "", CLAUSE },
	{ E12, " ", CLAUSE },
	{ E12, "='x'", CLAUSE },
	{ E12, "role", CLAUSE },
	{ E12, "role 'student'", CLAUSE },
	{ E12, "(role='student')", "enrollments has no field of that name to filter by" },
	/* names */
	{ U12, "frob='x'", "users has no field 'frob' to filter by" },
	{ U12, "Status='x'", "users has no field 'Status' to filter by" },
	{ U12, "J\xc3\xb6rg Smith='x'", CLAUSE },
	{ U12, "J\xc3\xb6rg='x'", "users has no field of that name to filter by" },
	{ U12, "password='x'", "users has no field 'password' to filter by" },
	{ U11, "role='student'", "role=<student>" },
	{ U11, "roles.role='student'", "users has no field 'roles.role' to filter by" },
	{ U11, "orgs.sourcedId='s'", "orgs=<s>" },
	{ U11, "orgs='s'", "orgs=<s>" },
	{ U12, "primaryOrg.sourcedId='s'", "primaryOrg=<s>" },
	{ U12, "agents.sourcedId='s'", "agents=<s>" },
	{ U12, "agents.href='s'", "users has no field 'agents.href' to filter by" },
	{ U12, "agents.='s'", "users has no field 'agents.' to filter by" },
	{ U12, ".sourcedId='s'", "users has no field '.sourcedId' to filter by" },
	{ E12, "class.sourcedId='c'", "class=<c>" },
	{ E12, "class='c'", "class=<c>" },
	{ E12, "sourcedId='c'", "sourcedId=<c>" },
	{ E12, "sourcedId.sourcedId='c'", "enrollments has no field 'sourcedId.sourcedId' to filter by" },
	{ U12, "roles.role='teacher'", "roles[1:role]=<teacher>" },
	{ U12, "roles.org.sourcedId='a' AND roles.roleType='primary'", "roles[2:org]=<a> AND roles[0:roleType]=<primary>" },
	{ U12, "roles.org='a'", "roles[2:org]=<a>" },
	{ U12, "roles.role.sourcedId='a'", "users has no field 'roles.role.sourcedId' to filter by" },
	{ U12, "roles='a'", "users has no field 'roles' to filter by" },
	{ U12, "userIds.identifier='a'", "userIds[1:identifier]=<a>" },
	{ U11, "userIds.type='a'", "userIds[0:type]=<a>" },
	{ U12, "userProfiles.vendorId='a'", "userProfiles[2:vendorId]=<a>" },
	{ U12, "userProfiles.credentials.username='a'", "userProfiles[6:username]=<a>" },
	{ U12, "userProfiles.credentials='a'", "users has no field 'userProfiles.credentials' to filter by" },
	{ ITEM, "learningObjectiveSet.source='case'", "learningObjectiveSet[0:source]=<case>" },
	{ ITEM, "learningObjectiveSet.learningObjectiveIds='u'", "learningObjectiveSet[1:]=<u>" },
	{ ITEM, "learningObjectiveSet.learningObjectiveIds.x='u'", "lineItems has no field 'learningObjectiveSet.learningObjectiveIds.x' to filter by" },
	{ RESULT, "learningObjectiveSet.learningObjectiveResults.score>1", "learningObjectiveSet[2:score]><1>" },
	{ U12, "metadata.microsoft.userFlags='x'", "metadata[microsoft.userFlags]=<x>" },
	{ U12, "metadata='x'", "users has no field 'metadata' to filter by" },
	{ U12, "metadata.='x'", "users has no field 'metadata.' to filter by" },
	{ U12, "status='\xff'", "the filter is not understood: it is not UTF-8" },
	{ 0 }
};

/* clang-format on */

static void understands(void **state)
{
	(void)state;
	for (const struct given *g = givens; g->filter != NULL; g++) {
		struct selection sel = { .entity = g->entity,
			.version = g->version };
		struct param param = { "filter", g->filter };
		struct arena *arena = arena_new();
		struct err err = { 0 };
		struct buf got = { 0 };

		if (selection_parse(&sel, arena, &param, 1, false, &err))
			show(&got, &sel.filter);
		else
			buf_puts(&got, err.text);
		CHECK(err.fault == FAULT_NONE || err.fault == FAULT_BAD_FILTER,
		    "%s", g->filter);
		CHECK(strcmp(buf_text(&got), g->want) == 0,
		    "%s\n got %s\nwant %s", g->filter, buf_text(&got), g->want);
		buf_free(&got);
		arena_free(arena);
	}
}

static bool parse(struct arena *arena, const char *filter)
{
	struct selection sel = { .entity = &entity_users, .version = V12 };
	struct param param = { "filter", filter };
	struct err err = { 0 };

	return selection_parse(&sel, arena, &param, 1, false, &err);
}

static void bounds(void **state)
{
	struct arena *arena = arena_new();
	struct buf text = { 0 };

	(void)state;
	for (int i = 1; i <= CLAUSES_MAX + 1; i++) {
		buf_printf(&text, "%semail='%d'", i > 1 ? " OR " : "", i);
		CHECK(parse(arena, buf_text(&text)) == (i <= CLAUSES_MAX),
		    "%d clauses", i);
	}
	for (int len = FILTER_VALUE_MAX; len <= FILTER_VALUE_MAX + 1; len++) {
		text.len = 0;
		buf_puts(&text, "email='");
		for (int i = 0; i < len; i++)
			buf_char(&text, 'x');
		buf_puts(&text, "'");
		CHECK(parse(arena, buf_text(&text)) ==
			  (len <= FILTER_VALUE_MAX),
		    "%d bytes", len);
	}
	buf_free(&text);
	arena_free(arena);
}

/* Any value, quoted as it should be, comes back as it was. */
static void quoted(uint64_t *seed, struct buf *filter, struct buf *value)
{
	static const char *const bits[] = { "'", "'", " ", "AND ", " OR ", "a",
		"=", "status", "''", "<" };

	buf_puts(filter, "email='");
	for (uint64_t n = check_random(seed) % 8; n > 0; n--) {
		const char *bit = bits[check_random(seed) % array_length(bits)];

		for (const char *p = bit; *p != '\0'; p++) {
			buf_char(value, *p);
			buf_puts(filter, *p == '\'' ? "''" : "");
			if (*p != '\'')
				buf_char(filter, *p);
		}
	}
	buf_puts(filter, "' AND status='active'");
}

static void doubled_quotes_are_safe(void **state)
{
	uint64_t seed = check_seed();

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct selection sel = { .entity = &entity_users,
			.version = V12 };
		struct buf filter = { 0 }, value = { 0 };
		struct arena *arena = arena_new();
		struct err err = { 0 };
		struct param param;

		quoted(&seed, &filter, &value);
		param = (struct param){ "filter", buf_text(&filter) };
		CHECK(selection_parse(&sel, arena, &param, 1, false, &err),
		    "%s: %s", param.value, err.text);
		CHECK(sel.filter.count == 2 && !sel.filter.any, "%s",
		    param.value);
		CHECK(strcmp(sel.filter.clauses[0].value, buf_text(&value)) ==
			  0,
		    "%s", param.value);
		buf_free(&filter);
		buf_free(&value);
		arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands),
		cmocka_unit_test(bounds),
		cmocka_unit_test(doubled_quotes_are_safe),
	};

	return check_main(tests);
}
