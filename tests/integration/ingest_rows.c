/* Bad input in a bundle's files: each kind has a defined outcome.
 * threads: 1 */
#include "check.h"

#include "support/database.h"
#include "support/fixture.h"

static struct db *db;

/* Of the file that is changed: what was read, added and set aside, and what
 * was found where. Outcome REFUSED: nothing of the bundle is in the store. */
struct row_case {
	const char *name;
	enum oneroster version;
	struct fixture_change changes[FIXTURE_CHANGES_MAX];
	enum ingest_outcome outcome;
	int64_t read, added, aside;
	const char *code; /* NULL: nothing is found */
	int64_t line;
	const char *column;
};

#define OK INGEST_COMMITTED
#define NO INGEST_REFUSED
#define USER_11                                                                \
	"sourcedId,status,dateLastModified,enabledUser,orgSourcedIds,role,"    \
	"username,userIds,givenName,familyName,middleName,identifier,email,"   \
	"sms,phone,agentSourcedIds,grades,password"
#define ORG                                                                    \
	"sourcedId,status,dateLastModified,name,type,identifier,"              \
	"parentSourcedId"

/* clang-format off */
static const struct row_case cases[] = {
/*	  name                         version  changes                                                outcome read added aside code line column */
	{ "the base bundle of 1.2",      V12, { { 0 } },                                                    OK, 0, 0, 0, NULL, 0, NULL },
	{ "the base bundle of 1.1",      V11, { { 0 } },                                                    OK, 0, 0, 0, NULL, 0, NULL },
	{ "a value that must be there",  V12, { { "orgs.csv", "s9,,,,school,,d1\n" } },                     OK, 4, 3, 1, "missing_value", 5, "name" },
	{ "no sourcedId",                V12, { { "orgs.csv", ",,,Name,school,,d1\n" } },                   OK, 4, 3, 1, "missing_value", 5, "sourcedId" },
	{ "a sourcedId with a control",  V12, { { "orgs.csv", "s\x01,,,Name,school,,d1\n" } },              OK, 4, 3, 1, "bad_id", 5, "sourcedId" },
	{ "a date that is none",         V12, { { "academicSessions.csv", "t9,,,T,term,2026-02-30,2026-03-01,y1,2026\n" } }, OK, 4, 3, 1, "bad_date", 5, "startDate" },
	{ "a date of another shape",     V12, { { "academicSessions.csv", "t9,,,T,term,02/03/2026,2026-03-01,y1,2026\n" } }, OK, 4, 3, 1, "bad_date", 5, "startDate" },
	{ "a year that is none",         V12, { { "academicSessions.csv", "t9,,,T,term,2026-02-01,2026-03-01,y1,26\n" } }, OK, 4, 3, 1, "bad_year", 5, "schoolYear" },
	{ "an unknown word",             V12, { { "orgs.csv", "s9,,,Name,castle,,d1\n" } },                 OK, 4, 3, 1, "unknown_word", 5, "type" },
	{ "a word of one's own",         V12, { { "orgs.csv", "s9,,,Name,ext:castle,,d1\n" } },             OK, 4, 4, 0, NULL, 0, NULL },
	{ "a word of one's own in 1.1",  V11, { { "orgs.csv", "s9,,,Name,ext:castle,,d1\n" } },             OK, 4, 3, 1, "unknown_word", 5, "type" },
	{ "another letter case",         V12, { { "orgs.csv", "s9,,,Name,School,,d1\n" } },                 OK, 4, 4, 0, "letter_case", 5, "type" },
	{ "a boolean that is none",      V11, { { "users.csv", "u9,,,yes,s1,student,x,,X,Y,,,,,,,,\n" } },  OK, 5, 4, 1, "bad_boolean", 6, "enabledUser" },
	{ "too few fields",              V12, { { "orgs.csv", "s9,,,Name,school,\n" } },                    OK, 4, 3, 1, "field_count", 5, NULL },
	{ "too many fields",             V12, { { "orgs.csv", "s9,,,Name,school,,d1,x\n" } },               OK, 4, 3, 1, "field_count", 5, NULL },
	{ "bytes that are no UTF-8",     V12, { { "orgs.csv", "s9,,,N\xe4me,school,,d1\n" } },              OK, 4, 3, 1, "bad_utf8", 5, NULL },
	{ "a NUL byte",                  V12, { { "orgs.csv", "s9,,,N\002me,school,,d1\n" } },            OK, 4, 3, 1, "bad_character", 5, NULL },
	{ "a quote in a bare field",     V12, { { "orgs.csv", "s9,,,N\"me,school,,d1\n" } },                OK, 4, 3, 1, "bad_quote", 5, NULL },
	{ "a quote that never closes",   V12, { { "orgs.csv", "s9,,,\"Name,school,,d1\n" } },               OK, 4, 3, 1, "open_quote", 5, NULL },
	{ "quotes, commas, newlines",    V12, { { "orgs.csv", "s9,,,\"A \"\"B\"\", C\nD\",school,,d1\n" } }, OK, 4, 4, 0, NULL, 0, NULL },
	{ "CRLF",                        V12, { { "orgs.csv", "=d1,,,District,district,100,\r\ns1,,,North,school,,d1\r\ns2,,,South,school,,d1\r\n" } }, OK, 3, 3, 0, NULL, 0, NULL },
	{ "a BOM",                       V12, { { "orgs.csv", "#\xef\xbb\xbf" ORG "\nd1,,,District,district,100,\ns1,,,North,school,,d1\ns2,,,South,school,,d1\n" } }, OK, 3, 3, 0, NULL, 0, NULL },
	{ "no newline at the end",       V12, { { "orgs.csv", "s9,,,Name,school,,d1" } },                   OK, 4, 4, 0, NULL, 0, NULL },
	{ "columns of one's own",        V12, { { "orgs.csv", "#" ORG ",metadata.x\nd1,,,District,district,100,,\ns1,,,North,school,,d1,7\ns2,,,South,school,,d1,\n" } }, OK, 3, 3, 0, NULL, 0, NULL },
	{ "and not at the end",          V12, { { "orgs.csv", "#sourcedId,metadata.x,status,dateLastModified,name,type,identifier,parentSourcedId\nd1,,,,District,district,100,\ns1,,,,North,school,,d1\ns2,,,,South,school,,d1\n" } }, OK, 3, 3, 0, "header_order", 1, NULL },
	{ "columns in another order",    V12, { { "orgs.csv", "#sourcedId,status,dateLastModified,type,name,identifier,parentSourcedId\nd1,,,district,District,100,\ns1,,,school,North,,d1\ns2,,,school,South,,d1\n" } }, OK, 3, 3, 0, "header_order", 1, NULL },
	{ "an optional column missing",  V12, { { "orgs.csv", "#sourcedId,status,dateLastModified,name,type,parentSourcedId\nd1,,,District,district,\ns1,,,North,school,d1\ns2,,,South,school,d1\n" } }, OK, 3, 3, 0, "header_order", 1, NULL },
	{ "a required column missing",   V12, { { "orgs.csv", "#sourcedId,status,dateLastModified,name,identifier,parentSourcedId\nd1,,,District,100,\n" } }, NO, 0, 0, 0, "bad_file", 0, NULL },
	{ "an unknown column",           V12, { { "orgs.csv", "#" ORG ",colour\nd1,,,District,district,100,,red\n" } }, NO, 0, 0, 0, "bad_file", 0, NULL },
	{ "a column in capitals",        V12, { { "orgs.csv", "#SourcedId,status,dateLastModified,name,type,identifier,parentSourcedId\nd1,,,District,district,100,\n" } }, NO, 0, 0, 0, "bad_file", 0, NULL },
	{ "the same column twice",       V12, { { "orgs.csv", "#" ORG ",name\nd1,,,District,district,100,,x\n" } }, NO, 0, 0, 0, "bad_file", 0, NULL },
	{ "an empty file",               V12, { { "orgs.csv", "#" } },                                      NO, 0, 0, 0, "bad_file", 0, NULL },
	{ "a header and no rows",        V12, { { "demographics.csv", "=" } },                              OK, 0, 0, 0, "no_rows", 1, NULL },
	{ "the same id twice",           V12, { { "orgs.csv", "s1,,,Another,school,,d1\n" } },              OK, 4, 3, 1, "duplicate_id", 5, "sourcedId" },
	{ "the same row twice",          V12, { { "orgs.csv", "s1,,,North School,school,101,d1\n" } },      OK, 4, 3, 1, "duplicate_id", 5, "sourcedId" },
	{ "a parent that is not there",  V12, { { "orgs.csv", "s9,,,Name,school,,d9\n" } },                 OK, 4, 4, 0, "reference_missing", 5, "parentSourcedId" },
	{ "a class that is not there",   V12, { { "enrollments.csv", "e9,,,k9,s1,u1,student,,,\n" } },      OK, 4, 3, 1, "reference_missing", 5, "classSourcedId" },
	{ "a user that was set aside",   V12, { { "enrollments.csv", "e9,,,k1,s1,u9,student,,,\n" }, { "users.csv", "u9,,,perhaps,x,,X,Y,,,,,,,,,,,,,s1,\n" } }, OK, 4, 3, 1, "reference_missing", 5, "userSourcedId" },
	{ "one of two terms missing",    V12, { { "classes.csv", "k9,,,Title,09,c1,,scheduled,,s1,\"t1,t9\",,,\n" } }, OK, 3, 3, 0, "reference_missing", 4, "termSourcedIds" },
	{ "all terms missing",           V12, { { "classes.csv", "k9,,,Title,09,c1,,scheduled,,s1,\"t8,t9\",,,\n" } }, OK, 3, 2, 1, "reference_missing", 4, "termSourcedIds" },
	{ "an agent who is not there",   V12, { { "users.csv", "u9,,,true,x,,X,Y,,,,,,u8,,,,,,,s1,\n" } },  OK, 5, 5, 0, "reference_missing", 6, "agentSourcedIds" },
	{ "demographics of nobody",      V12, { { "demographics.csv", "u9,,,,,,,,,,,,,,,\n" } },            OK, 2, 1, 1, "reference_missing", 3, "sourcedId" },
	{ "an org of 1.1 missing",       V11, { { "users.csv", "u9,,,true,s9,student,x,,X,Y,,,,,,,,\n" } }, OK, 5, 4, 1, "reference_missing", 6, "orgSourcedIds" },
	{ "a 1.2 role in 1.1",           V11, { { "users.csv", "u9,,,true,s1,principal,x,,X,Y,,,,,,,,\n" } }, OK, 5, 4, 1, "unknown_word", 6, "role" },
	{ "a status in a bulk file",     V12, { { "orgs.csv", "s9,active,2026-01-01T00:00:00.000Z,Name,school,,d1\n" } }, OK, 4, 4, 0, "status_in_bulk", 5, "status" },
	{ "a deletion in a bulk file",   V12, { { "orgs.csv", "s9,tobedeleted,2026-01-01T00:00:00.000Z,Name,school,,d1\n" } }, OK, 4, 3, 1, "status_in_bulk", 5, "status" },
	{ "a status that is none",       V12, { { "orgs.csv", "s9,inactive,2026-01-01T00:00:00.000Z,Name,school,,d1\n" } }, OK, 4, 3, 1, "bad_status", 5, "status" },
	{ "a delta called bulk",         V12, { { "orgs.csv", "=d1,active,2026-01-01T00:00:00.000Z,D,district,,\ns1,active,2026-01-01T00:00:00.000Z,S,school,,d1\ns2,active,2026-01-01T00:00:00.000Z,S,school,,d1\n" } }, OK, 3, 3, 0, "mode_differs", 1, NULL },
	{ "a delta without moments",     V12, { { "orgs.csv", "=d1,active,,D,district,,\ns1,active,2026-01-01T00:00:00.000Z,S,school,,d1\ns2,active,2026-01-01T00:00:00.000Z,S,school,,d1\n" } }, OK, 3, 3, 0, "bad_modified", 2, NULL },
	{ "a delta's row with no status", V12, { { "orgs.csv", "=d1,active,2026-01-01T00:00:00.000Z,D,district,,\ns1,active,2026-01-01T00:00:00.000Z,S,school,,d1\ns2,active,2026-01-01T00:00:00.000Z,S,school,,d1\ns9,,,S,school,,d1\n" } }, OK, 4, 3, 1, "status_missing", 5, "status" },
	{ "a file that is missing",      V12, { { "demographics.csv", NULL }, { "manifest.csv", "file.demographics,bulk\n" } }, NO, 0, 0, 0, NULL, 0, NULL },
	{ "a file that was not said",    V12, { { "orgs.csv", "" }, { "manifest.csv", "file.orgs,absent\n" } }, OK, 3, 3, 0, "not_declared", 0, NULL },
	{ "an unknown property",         V12, { { "manifest.csv", "fiel.demographics,bulk\n" } },           OK, 0, 0, 0, "unknown_property", 0, NULL },
	{ "a mode that is none",         V12, { { "manifest.csv", "file.orgs,full\n" } },                   OK, 0, 0, 0, "bad_mode", 0, NULL },
	{ "a footnote's star",           V12, { { "manifest.csv", "file.roles*,bulk\n" } },                 OK, 0, 0, 0, NULL, 0, NULL },
	{ "no manifest",                 V12, { { "manifest.csv", NULL } },                                 NO, 0, 0, 0, NULL, 0, NULL },
	{ "a manifest with no header",   V12, { { "manifest.csv", "#oneroster.version,1.2\n" } },           NO, 0, 0, 0, NULL, 0, NULL },
	{ "a manifest with no version",  V12, { { "manifest.csv", "#propertyName,value\nfile.orgs,bulk\n" } }, NO, 0, 0, 0, NULL, 0, NULL },
	{ "version 2.0",                 V12, { { "manifest.csv", "#propertyName,value\noneroster.version,2.0\n" } }, NO, 0, 0, 0, NULL, 0, NULL },
	{ "an unknown file",             V12, { { "README.txt", "#Hello\n" } },                             OK, 0, 0, 0, "unknown_file", 0, NULL },
	{ "a file of 1.2 in 1.1",        V11, { { "scoreScales.csv", "#x\n" } },                            OK, 0, 0, 0, "unknown_file", 0, NULL },
	{ "what a Mac leaves",           V12, { { ".DS_Store", "#x" } },                                    OK, 0, 0, 0, "litter", 0, NULL },
};
/* clang-format on */

static void check_counts(const struct row_case *c, const struct ingest *ingest)
{
	const struct ingest_file *f;

	if (c->read == 0)
		return;
	f = fixture_file(ingest, c->changes[0].file);
	CHECK(f->read == c->read && f->added == c->added &&
		  f->aside == c->aside,
	    "%s: read %lld added %lld aside %lld", c->name, (long long)f->read,
	    (long long)f->added, (long long)f->aside);
}

static void check_finding(const struct row_case *c, const struct ingest *ingest)
{
	const struct ingest_report *report = ingest_report(ingest);
	const struct ingest_finding *f;

	if (c->code == NULL) {
		CHECK(report->finding_count == 0, "%s: %s", c->name,
		    report->findings[0].code);
		return;
	}
	f = fixture_finding(ingest, c->changes[0].file, c->code);
	CHECK(f != NULL, "%s: no %s among %d", c->name, c->code,
	    report->finding_count);
	CHECK(f->severe == (c->aside > 0 || c->outcome == NO), "%s", c->name);
	if (c->line == 0)
		return;
	CHECK(f->example_count > 0 && f->examples[0].line == c->line,
	    "%s: line %lld", c->name, (long long)f->examples[0].line);
	CHECK(c->column == NULL ? f->examples[0].column == NULL
				: strcmp(f->examples[0].column, c->column) == 0,
	    "%s: column %s", c->name, f->examples[0].column);
}

static void rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		const struct row_case *c = &cases[i];
		int64_t district = fixture_district();
		struct ingest *ingest;

		fixture_write("bundle", c->version, c->changes);
		ingest = fixture_import(db, district, "bundle", false);
		CHECK(ingest_report(ingest)->outcome == c->outcome,
		    "%s: outcome %d: %s", c->name,
		    (int)ingest_report(ingest)->outcome,
		    ingest_report(ingest)->reason);
		check_counts(c, ingest);
		check_finding(c, ingest);
		ingest_close(ingest);
	}
}

/* Every row that was set aside can be found afterwards. */
static void findings_are_kept(void **state)
{
	static const struct fixture_change changes[] = {
		{ "orgs.csv", "s8,,,Name,castle,,d1\ns9,,,,school,,d1\n" },
		{ 0 },
	};
	int64_t district = fixture_district();
	const char *found;

	(void)state;
	fixture_write("bundle", V12, changes);
	ingest_close(fixture_import(db, district, "bundle", false));
	found = fixture_value(district,
	    "SELECT string_agg(concat_ws(' ', file, line, column_name, value, "
	    "code, severity), '; ' ORDER BY line) FROM homeroom.finding f "
	    "JOIN homeroom.import i ON i.id = f.import "
	    "WHERE i.district = {d}");
	CHECK(strcmp(found, "orgs.csv 5 type castle unknown_word error; "
			    "orgs.csv 6 name  missing_value error") == 0,
	    "%s", found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows),
		cmocka_unit_test(findings_are_kept),
	};
	int failed;

	db = database_open(DB_INGEST);
	failed = check_main(tests);
	db_close(db);
	return failed;
}
