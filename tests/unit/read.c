/* What CSV values say: what is taken, what is noted, what is refused. */
#include "check.h"

#include "homeroom/model.h"

struct given {
	const struct entity *entity;
	enum oneroster version;
	const char *column;
	const char *value;
	const char *want; /* NULL: it is refused; "NULL": it is none */
	const char *note; /* its code */
};

#define SESSION &entity_academicSessions, V12
#define USER11 &entity_users, V11
#define USER &entity_users, V12
#define RESULT &entity_results, V12
#define NOT_TAKEN NULL

/* clang-format off */

static const struct given givens[] = {
	{ USER, "givenName", "", "NULL", NULL },
	{ USER, "enabledUser", "  ", "NULL", "spaces" },
	{ USER, "givenName", " ", " ", NULL },
	{ USER, "givenName", " Jo\xc3\xa9l, \"x\" ", " Jo\xc3\xa9l, \"x\" ", NULL },
	/* ids */
	{ USER, "sourcedId", "aZ09.-_/@", "aZ09.-_/@", NULL },
	{ USER, "sourcedId", "a b", "a b", "id_characters" },
	{ USER, "sourcedId", "\xc3\xa9:{}", "\xc3\xa9:{}", "id_characters" },
	{ USER, "sourcedId", " a ", "a", "spaces" },
	{ USER, "sourcedId", "a\tb", NOT_TAKEN, "bad_id" },
	{ USER, "sourcedId", "a\x7f", NOT_TAKEN, "bad_id" },
	{ USER, "sourcedId", "a\xc2\x85", NOT_TAKEN, "bad_id" },
	{ USER, "sourcedId", "a\xc2\xa0", "a\xc2\xa0", "id_characters" },
	{ USER, "primaryOrgSourcedId", "o:1", "o:1", "id_characters" },
	/* words */
	{ SESSION, "type", "term", "term", NULL },
	{ SESSION, "type", "Term", "term", "letter_case" },
	{ SESSION, "type", "GRADINGPERIOD", "gradingPeriod", "letter_case" },
	{ SESSION, "type", "ext:quarter", "ext:quarter", NULL },
	{ &entity_academicSessions, V11, "type", "ext:quarter", NOT_TAKEN, "unknown_word" },
	{ SESSION, "type", "ext:", NOT_TAKEN, "unknown_word" },
	{ SESSION, "type", "quarter", NOT_TAKEN, "unknown_word" },
	{ SESSION, "status", "inactive", NOT_TAKEN, "unknown_word" },
	{ USER11, "role", "Teacher", "teacher", "letter_case" },
	{ RESULT, "scoreStatus", "fully graded", "fully graded", NULL },
	{ &entity_enrollments, V11, "role", "aide", "ext:aide", NULL },
	{ &entity_enrollments, V12, "role", "aide", NOT_TAKEN, "unknown_word" },
	/* booleans */
	{ USER, "enabledUser", "true", "t", NULL },
	{ USER, "enabledUser", "false", "f", NULL },
	{ USER, "enabledUser", "TRUE", "t", "letter_case" },
	{ USER, "enabledUser", " False", "f", "spaces" },
	{ USER, "enabledUser", "1", NOT_TAKEN, "bad_boolean" },
	{ USER, "enabledUser", "yes", NOT_TAKEN, "bad_boolean" },
	/* times */
	{ SESSION, "startDate", "2024-02-29", "2024-02-29", NULL },
	{ SESSION, "startDate", "2023-02-29", NOT_TAKEN, "bad_date" },
	{ SESSION, "startDate", "2023-2-9", NOT_TAKEN, "bad_date" },
	{ SESSION, "startDate", "02/09/2023", NOT_TAKEN, "bad_date" },
	{ SESSION, "startDate", "2024-02-29T23:00:00-05:00", "2024-02-29", "time_dropped" },
	{ SESSION, "startDate", "2024-02-29T00:00:00.000Z", "2024-02-29", "time_dropped" },
	{ SESSION, "startDate", "2024-02-29 x", NOT_TAKEN, "bad_date" },
	{ SESSION, "startDate", "2024-02-29T25:00:00Z", NOT_TAKEN, "bad_date" },
	{ &entity_lineItems, V12, "assignDate", "2024-02-29", "2024-02-29T00:00:00.000Z", NULL },
	{ &entity_lineItems, V12, "assignDate", "2024-02-29T23:00:00-05:00", "2024-03-01T04:00:00.000Z", NULL },
	{ &entity_lineItems, V12, "assignDate", "tomorrow", NOT_TAKEN, "bad_date_time" },
	{ SESSION, "dateLastModified", "2024-02-29T01:02:03.456Z", "2024-02-29T01:02:03.456Z", NULL },
	{ SESSION, "dateLastModified", "2024-02-29T01:02:03Z", "2024-02-29T01:02:03.000Z", "date_time_form" },
	{ SESSION, "dateLastModified", "2024-02-29", "2024-02-29T00:00:00.000Z", "date_time_form" },
	{ SESSION, "dateLastModified", "yesterday", NOT_TAKEN, "bad_date_time" },
	{ SESSION, "schoolYear", "2025", "2025", NULL },
	{ SESSION, "schoolYear", "2024-2025", NOT_TAKEN, "bad_year" },
	{ SESSION, "schoolYear", "25", NOT_TAKEN, "bad_year" },
	{ SESSION, "schoolYear", "-202", NOT_TAKEN, "bad_year" },
	/* numbers */
	{ RESULT, "score", "80", "80", NULL },
	{ RESULT, "score", "-0.50", "-0.50", NULL },
	{ RESULT, "score", ".5", ".5", NULL },
	{ RESULT, "score", "5.", "5.", NULL },
	{ RESULT, "score", "1e3", "1e3", NULL },
	{ RESULT, "score", "1E-12", "1E-12", NULL },
	{ RESULT, "score", "1e131071", NOT_TAKEN, "bad_number" },
	{ RESULT, "score", "1e", NOT_TAKEN, "bad_number" },
	{ RESULT, "score", ".", NOT_TAKEN, "bad_number" },
	{ RESULT, "score", "-", NOT_TAKEN, "bad_number" },
	{ RESULT, "score", "NaN", NOT_TAKEN, "bad_number" },
	{ RESULT, "score", "Infinity", NOT_TAKEN, "bad_number" },
	{ RESULT, "score", "0x10", NOT_TAKEN, "bad_number" },
	{ RESULT, "score", "1,5", NOT_TAKEN, "bad_number" },
	{ RESULT, "score", "A+", NOT_TAKEN, "bad_number" },
	/* lists */
	{ USER, "grades", "09", "{09}", NULL },
	{ USER, "grades", "09,10", "{09,10}", NULL },
	{ USER, "grades", "09, 10 ", "{09,10}", "spaces" },
	{ USER, "grades", "a b,\"c\",{d},\\,null", "{\"a b\",\"\\\"c\\\"\",\"{d}\",\"\\\\\",\"null\"}", NULL },
	{ USER, "grades", "a,,b", "{a,\"\",b}", "empty_item" },
	{ USER, "agentSourcedIds", "a,b", "{a,b}", NULL },
	{ USER, "agentSourcedIds", "a,,b,", "{a,b}", "empty_item" },
	{ USER, "agentSourcedIds", ",", "{}", "empty_item" },
	{ USER, "agentSourcedIds", "a,b\nc", NOT_TAKEN, "bad_id" },
	{ &entity_resources, V12, "roles", "teacher,Student", "{teacher,student}", "letter_case" },
	{ &entity_resources, V12, "roles", "teacher,chef", NOT_TAKEN, "unknown_word" },
	/* pairs */
	{ USER, "userIds", "{LDAP:x}", "{{LDAP,x}}", NULL },
	{ USER, "userIds", "{LDAP:x},{a b:y:z}", "{{LDAP,x},{\"a b\",y:z}}", NULL },
	{ USER, "userIds", "{LDAP:x}, {LTI:y}", "{{LDAP,x},{LTI,y}}", "spaces" },
	{ USER, "userIds", "{LDAP:x},", NOT_TAKEN, "bad_pairs" },
	{ USER, "userIds", "{LDAP:x}{LTI:y}", NOT_TAKEN, "bad_pairs" },
	{ USER, "userIds", "{LDAP}", NOT_TAKEN, "bad_pairs" },
	{ USER, "userIds", "{LDAP:}", NOT_TAKEN, "bad_pairs" },
	{ USER, "userIds", "{:x}", NOT_TAKEN, "bad_pairs" },
	{ USER, "userIds", "{LDAP:x", NOT_TAKEN, "bad_pairs" },
	{ USER, "userIds", "12345", NOT_TAKEN, "bad_pairs" },
	{ &entity_scoreScales, V12, "scoreScaleValue", "{A+:100},{60-69:B}", "{{A+,100},{60-69,B}}", NULL },
	{ 0 }
};

/* clang-format on */

static void check_value(const struct given *g)
{
	enum oneroster version = g->version == BOTH ? V12 : g->version;
	const struct field *f = field_of_csv(g->entity,
	    (struct text){ g->column, strlen(g->column) }, version);
	struct buf out = { 0 };
	struct note note;
	bool null, taken;

	buf_puts(&out, "before");
	taken = field_read(f, version,
	    (struct text){ g->value, strlen(g->value) }, &out, &null, &note);
	CHECK(taken == (g->want != NULL), "%s '%s'", g->column, g->value);
	if (!taken || null)
		CHECK(out.len == 6, "%s '%s'", g->column, g->value);
	if (taken)
		CHECK(strcmp(null ? "NULL" : buf_text(&out) + 6, g->want) == 0,
		    "%s '%s': %s", g->column, g->value, buf_text(&out));
	CHECK((note.code == NULL) == (g->note == NULL), "%s '%s'", g->column,
	    g->value);
	if (g->note != NULL)
		CHECK(strcmp(note.code, g->note) == 0 && note.text != NULL,
		    "%s '%s': %s", g->column, g->value, note.code);
	buf_free(&out);
}

static void reads_values(void **state)
{
	(void)state;
	for (const struct given *g = givens; g->column != NULL; g++)
		check_value(g);
}

static bool taken(const struct field *f, char fill, size_t len)
{
	char *value = memory_new(len);
	struct buf out = { 0 };
	struct note note;
	bool null, fine;

	memset(value, fill, len);
	fine =
	    field_read(f, V12, (struct text){ value, len }, &out, &null, &note);
	buf_free(&out);
	memory_free(value);
	return fine;
}

static void bounds_values(void **state)
{
	const struct field *id = &entity_users.fields[0];
	const struct field *name =
	    field_find(&entity_users, (struct text){ "givenName", 9 }, V12);

	(void)state;
	CHECK(taken(id, 'x', 255) && !taken(id, 'x', 256), "ids");
	CHECK(taken(name, 'x', FIELD_VALUE_MAX) &&
		  !taken(name, 'x', FIELD_VALUE_MAX + 1),
	    "texts");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_values),
		cmocka_unit_test(bounds_values),
	};

	return check_main(tests);
}
