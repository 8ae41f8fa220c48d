/* What filters find: every predicate against every kind of value.
 * threads: 1 */
#include "check.h"
#include "support/roster.h"

/* clang-format off */
static const struct {
	const char *question;
	const char *ids;
} cases[] = {
	/* ids and references: letter by letter */
	{ "1.2 users?filter=sourcedId='u1'", "u1" },
	{ "1.2 users?filter=sourcedId='U1'", "" },
	{ "1.2 users?filter=sourcedId='norecords'", "" },
	{ "1.2 users?filter=sourcedId!='u1'", "u2 u3 u4 u5 u6" },
	{ "1.2 users?filter=sourcedId>'u4'", "u5 u6" },
	{ "1.2 users?filter=sourcedId>='u4'", "u4 u5 u6" },
	{ "1.2 users?filter=sourcedId<'u2'", "u1" },
	{ "1.2 users?filter=sourcedId<='u2'", "u1 u2" },
	{ "1.2 users?filter=sourcedId~'3'", "u3" },
	{ "1.2 users?filter=primaryOrg.sourcedId='s2'", "u3 u5" },
	{ "1.2 users?filter=primaryOrg.sourcedId!='s2'", "u1 u2 u4 u6" },
	{ "1.2 enrollments?filter=class.sourcedId='c1'", "e1 e2 e3" },
	/* text: whatever its letter case */
	{ "1.2 users?filter=familyName='adams'", "u3 u4" },
	{ "1.2 users?filter=familyName='ÖZ'", "u2" },
	{ "1.2 users?filter=familyName!='ADAMS'", "u1 u2 u5 u6" },
	{ "1.2 users?filter=familyName~'DAM'", "u3 u4" },
	{ "1.2 users?filter=familyName<'b'", "u3 u4" },
	{ "1.2 users?filter=familyName>='zu'", "u2 u5" },
	{ "1.2 users?filter=middleName='m'", "u2 u4" },
	{ "1.2 users?filter=middleName!='m'", "u1 u3 u5 u6" },
	{ "1.2 users?filter=middleName~''", "u2 u4" },
	{ "1.2 users?filter=middleName<'z'", "u2 u4" },
	{ "1.2 users?filter=email='ANN@example.ORG'", "u1" },
	{ "1.2 users?filter=email!='ann@example.org'", "u2 u3 u4 u5 u6" },
	{ "1.2 users?filter=email~'EXAMPLE'", "u1 u2 u4 u5 u6" },
	{ "1.2 users?filter=username='bob' OR email~'dee'", "u2 u4" },
	/* quotes, and what looks like SQL or like a pattern */
	{ "1.2 users?filter=familyName='O''Brien'", "u1 u6" },
	{ "1.2 users?filter=familyName='O'Brien'", "u1 u6" },
	{ "1.2 users?filter=familyName='x'' OR ''1''=''1'", "" },
	{ "1.2 users?filter=familyName='); DROP TABLE roster.users; --'", "" },
	{ "1.2 users?filter=familyName~'%'", "" },
	{ "1.2 users?filter=familyName~'_'", "" },
	{ "1.2 users?filter=familyName='\\'", "" },
	{ "1.2 users?filter=familyName='$1'", "" },
	{ "1.2 users?filter=sourcedId='{entity}'", "" },
	{ "1.2 users?filter=metadata.it's='so'", NULL },
	{ "1.2 users?filter=metadata.bus='7'", "u1" },
	{ "1.2 users?filter=metadata.bus~'1'", "u2" },
	{ "1.2 users?filter=metadata.bus!='7'", "u2 u3 u4 u5 u6" },
	{ "1.2 users?filter=metadata.none='7'", "" },
	{ "1.2 classes?filter=title='Arithmetic AND more'", "c1" },
	{ "1.2 classes?filter=title='arithmetic and MORE' OR title='Botany'", "c1 c2" },
	/* words: as that version says them */
	{ "1.2 users?filter=status='active'", "u1 u2 u3 u4 u6" },
	{ "1.2 users?filter=status='ACTIVE'", "u1 u2 u3 u4 u6" },
	{ "1.2 users?filter=status='norecords'", "" },
	{ "1.2 users?filter=status!='norecords'", "u1 u2 u3 u4 u5 u6" },
	{ "1.2 users?filter=status!='active'", "u5" },
	{ "1.2 users?filter=status~'deleted'", "u5" },
	{ "1.2 users?filter=status>'b'", "u5" },
	{ "1.1 users?filter=status='tobedeleted'", "u5" },
	{ "1.1 users?filter=status!='tobedeleted'", "u1 u2 u3 u4 u6" },
	{ "1.1 users?filter=role='Student'", "u1 u2 u3" },
	{ "1.1 users?filter=role='administrator'", "u5" },
	{ "1.1 users?filter=role!='student'", "u4 u5 u6" },
	{ "1.1 users?filter=role~'t'", "u1 u2 u3 u4 u5" },
	{ "1.1 users?filter=role<'b'", "u5 u6" },
	{ "1.1 users?filter=role='nobody'", "" },
	{ "1.2 enrollments?filter=role='ext:aide'", "e6" },
	{ "1.2 enrollments?filter=role='teacher'", "e3" },
	{ "1.1 enrollments?filter=role='aide'", "e6" },
	{ "1.1 enrollments?filter=role~'aid'", "e6" },
	{ "1.2 demographics?filter=sex='OTHER'", "u2" },
	{ "1.2 demographics?filter=sex!='other'", "u1" },
	{ "1.1 demographics?filter=sex='female'", "u1" },
	{ "1.1 demographics?filter=sex='other'", "" },
	/* booleans */
	{ "1.2 users?filter=enabledUser='true'", "u1 u2 u4 u5 u6" },
	{ "1.2 users?filter=enabledUser='FALSE'", "u3" },
	{ "1.2 users?filter=enabledUser!='true'", "u3" },
	{ "1.2 users?filter=enabledUser='yes'", "" },
	{ "1.2 users?filter=enabledUser>'false'", "" },
	{ "1.2 enrollments?filter=primary='true'", "e3" },
	{ "1.2 enrollments?filter=primary!='true'", "e1 e2 e4 e5 e6 e7" },
	/* dates and times; a date is midnight */
	{ "1.2 enrollments?filter=beginDate='2025-08-01'", "e1" },
	{ "1.2 enrollments?filter=beginDate!='2025-08-01'", "e2 e3 e4 e5 e6 e7" },
	{ "1.2 enrollments?filter=beginDate>'2025-08-01'", "e2" },
	{ "1.2 enrollments?filter=beginDate>='2025-08-01'", "e1 e2" },
	{ "1.2 enrollments?filter=beginDate<'2025-09-01T00:00:00Z'", "e1" },
	{ "1.2 enrollments?filter=beginDate<='2025-09-15T00:00:00.000Z'", "e1 e2" },
	{ "1.2 enrollments?filter=beginDate>='2025-09-15T00:00:01Z'", "" },
	{ "1.2 enrollments?filter=beginDate~'-09-'", "e2" },
	{ "1.2 enrollments?filter=beginDate='2025-02-30'", "" },
	{ "1.2 enrollments?filter=beginDate!='2025-02-30'", "e1 e2 e3 e4 e5 e6 e7" },
	{ "1.2 enrollments?filter=beginDate='soon'", "" },
	{ "1.2 lineItems?filter=learningObjectiveSet.source='/mystate'", "l1" },
	{ "1.2 lineItems?filter=learningObjectiveSet.source='/state'", "" },
	{ "1.2 lineItems?filter=learningObjectiveSet.source='case'", "l1" },
	{ "1.2 lineItems?filter=dueDate='2025-09-02'", "l1" },
	{ "1.2 lineItems?filter=dueDate>'2025-09-02T02:00:00+02:00'", "l2" },
	{ "1.2 lineItems?filter=dueDate='2025-10-02T12:30:00Z'", "l2" },
	{ "1.2 lineItems?filter=dueDate~'T12:30:00.000Z'", "l2" },
	{ "1.2 lineItems?filter=dueDate>'never'", NULL },
	{ "1.2 orgs?filter=dateLastModified='2025-08-01T06:00:00.250Z'", "d s1 s2" },
	{ "1.2 orgs?filter=dateLastModified!='2025-08-01T06:00:00.250Z'", "" },
	{ "1.2 orgs?filter=dateLastModified>'2025-08-01T06:00:00.250Z'", "" },
	{ "1.2 orgs?filter=dateLastModified>='2025-08-01T06:00:00.250Z'", "d s1 s2" },
	{ "1.2 orgs?filter=dateLastModified>'2025-08-01'", "d s1 s2" },
	{ "1.2 orgs?filter=dateLastModified<'2025-08-01'", "" },
	{ "1.2 orgs?filter=dateLastModified<='2025-08-01T06:00:00.250Z'", "d s1 s2" },
	{ "1.2 orgs?filter=dateLastModified<'2025-08-02'", "d s1 s2" },
	{ "1.2 orgs?filter=dateLastModified~'08-01T06'", "d s1 s2" },
	{ "1.2 orgs?filter=dateLastModified~'2024'", "" },
	{ "1.2 orgs?filter=dateLastModified='when'", "" },
	{ "1.2 orgs?filter=dateLastModified!='when'", "d s1 s2" },
	{ "1.2 terms?filter=schoolYear='2026'", "t1 t2" },
	{ "1.2 terms?filter=schoolYear>'2026'", "" },
	/* numbers */
	{ "1.2 results?filter=score='12.50'", "n1" },
	{ "1.2 results?filter=score=12.5", "n1" },
	{ "1.2 results?filter=score!='9'", "n1 n3" },
	{ "1.2 results?filter=score>'9'", "n1" },
	{ "1.2 results?filter=score<='9.0'", "n2" },
	{ "1.2 results?filter=score<'100'", "n1 n2" },
	{ "1.2 results?filter=score~'2'", "n1" },
	{ "1.2 results?filter=score='many'", "" },
	{ "1.2 results?filter=score='1e3'", "" },
	{ "1.2 results?filter=score!='many'", "n1 n2 n3" },
	{ "1.2 results?filter=score>'-99999999999999999999999999999999999999999'", "n1 n2" },
	{ "1.2 results?filter=score<'NaN'", "" },
	/* lists: = is all of them, ~ is any */
	{ "1.2 users?filter=grades='05'", "u1 u2" },
	{ "1.2 users?filter=grades='06,05'", "u2" },
	{ "1.2 users?filter=grades~'06, 07'", "u2" },
	{ "1.2 users?filter=grades!='05'", "u3 u4 u5 u6" },
	{ "1.2 users?filter=grades>'05'", "u2" },
	{ "1.2 users?filter=grades=''", "" },
	{ "1.2 users?filter=grades='{05}'", "" },
	{ "1.2 users?filter=grades='\"05\"'", "" },
	{ "1.2 users?filter=grades='NULL'", "" },
	{ "1.2 classes?filter=subjects='logic'", "c1" },
	{ "1.2 classes?filter=subjects='LOGIC,maths'", "c1" },
	{ "1.2 classes?filter=subjects~'logic,science'", "c1 c2" },
	{ "1.2 classes?filter=terms.sourcedId='t1'", "c1 c3" },
	{ "1.2 classes?filter=terms.sourcedId='t2,t1'", "c1" },
	{ "1.2 classes?filter=terms.sourcedId~'t2'", "c1 c2" },
	{ "1.2 users?filter=agents.sourcedId='u6'", "u1 u3" },
	{ "1.1 users?filter=orgs.sourcedId='s2'", "u3 u4 u5" },
	{ "1.2 resources?filter=roles='student'", "x1" },
	{ "1.2 resources?filter=roles='Teacher,student'", "x1" },
	{ "1.2 resources?filter=roles~'student,aide'", "x1" },
	{ "1.2 resources?filter=roles='nobody'", "" },
	{ "1.2 resources?filter=roles!='student'", "x2" },
	/* parts of objects in a list: of the same object, when all must hold */
	{ "1.2 users?filter=roles.role='student'", "u1 u2 u3 u4" },
	{ "1.2 users?filter=roles.role='STUDENT'", "u1 u2 u3 u4" },
	{ "1.2 users?filter=roles.role='ext:nurse'", "u6" },
	{ "1.2 users?filter=roles.role!='student'", "u5 u6" },
	{ "1.2 users?filter=roles.org.sourcedId='s2'", "u3 u4 u5" },
	{ "1.2 users?filter=roles.org.sourcedId='s1' AND roles.role='student'", "u1 u2" },
	{ "1.2 users?filter=roles.role='student' AND roles.org.sourcedId='s2' AND roles.roleType='secondary'", "u4" },
	{ "1.2 users?filter=roles.org.sourcedId='s2' AND roles.role!='student'", "u5" },
	{ "1.2 users?filter=roles.org.sourcedId='s2' OR roles.role='student'", "u1 u2 u3 u4 u5" },
	{ "1.2 users?filter=roles.role!='student' AND roles.role!='principal'", "u6" },
	{ "1.2 users?filter=roles.beginDate>='2025-08-01'", "u1" },
	{ "1.2 users?filter=roles.beginDate='never'", "" },
	{ "1.2 users?filter=userIds.identifier='100'", "u1" },
	{ "1.2 users?filter=userIds.type='FED' AND userIds.identifier='X'", "u1" },
	{ "1.2 users?filter=userIds.type='fed' AND userIds.identifier='100'", "" },
	{ "1.2 users?filter=userIds.type='sis' AND status='active' AND userIds.identifier='200'", "u2" },
	{ "1.2 users?filter=userIds.identifier!='100'", "u2 u3 u4 u5 u6" },
	/* AND, OR, and what a link or a collection demands beside them */
	{ "1.2 users?filter=status='active' AND familyName='adams' AND givenName='dee'", "u4" },
	{ "1.2 students?filter=familyName='adams' OR status='tobedeleted'", "u3 u4" },
	{ "1.2 classes/c1/students?filter=sourcedId='u1' OR sourcedId='u3'", "u1" },
	{ "1.2 schools/s1/classes?filter=sourcedId='c3' OR title='botany'", "c2" },
};
/* clang-format on */

static void finds(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct told told = roster_ask(cases[i].question);

		if (cases[i].ids == NULL) {
			CHECK(told.fault == FAULT_BAD_FILTER, "%s: %s",
			    cases[i].question, told.ids);
			continue;
		}
		CHECK(told.fault == FAULT_NONE, "%s: %s", cases[i].question,
		    told.text);
		CHECK(strcmp(told.ids, cases[i].ids) == 0, "%s: %s",
		    cases[i].question, told.ids);
	}
}

/* What a filter finds and what its opposite finds is everything. */
static void unequal_is_the_rest(void **state)
{
	static const char *const fields[] = { "familyName='adams'",
		"status='active'", "grades='05'", "enabledUser='true'",
		"roles.role='student'", "userIds.type='sis'", "email='x'",
		"primaryOrg.sourcedId='s1'", "dateLastModified='2025-08-01'",
		"metadata.bus='7'" };

	(void)state;
	for (size_t i = 0; i < array_length(fields); i++) {
		size_t name = strcspn(fields[i], "=");
		char equal[200], unequal[200];
		struct told a, b;

		snprintf(equal, sizeof(equal), "1.2 users?filter=%s",
		    fields[i]);
		snprintf(unequal, sizeof(unequal), "1.2 users?filter=%.*s!%s",
		    (int)name, fields[i], fields[i] + name);
		a = roster_ask(equal);
		b = roster_ask(unequal);
		CHECK(a.answer.rows + b.answer.rows == 6, "%s: %s and %s",
		    fields[i], a.ids, b.ids);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(unequal_is_the_rest),
	};
	int failures;

	roster_open();
	failures = check_main(tests);
	roster_close();
	return failures;
}
