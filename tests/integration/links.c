/* Nested reads and the parts of entities: what belongs to what, and 404 for a
 * parent that is not there. */
#include "check.h"
#include "support/roster.h"

/* clang-format off */
static const struct {
	const char *question;
	const char *ids; /* NULL: not found */
} cases[] = {
	/* parts of entities */
	{ "1.2 schools",                                "s1 s2" },
	{ "1.2 terms",                                  "t1 t2" },
	{ "1.2 gradingPeriods",                         "g1" },
	{ "1.2 students",                               "u1 u2 u3 u4" },
	{ "1.2 teachers",                               "u4" },
	{ "1.1 students",                               "u1 u2 u3 u4" },
	{ "1.2 users/u1",                               "u1" },
	{ "1.2 students/u4",                            "u4" },
	{ "1.2 teachers/u4",                            "u4" },
	{ "1.2 schools/s1",                             "s1" },
	{ "1.2 demographics/u1",                        "u1" },
	{ "1.2 users/u9",                               NULL },
	{ "1.2 users/U1",                               NULL },
	{ "1.2 users/' OR true --",                     NULL },
	{ "1.2 schools/d",                              NULL },
	{ "1.2 terms/y",                                NULL },
	{ "1.2 gradingPeriods/t1",                      NULL },
	{ "1.2 students/u6",                            NULL },
	{ "1.2 teachers/u1",                            NULL },
	{ "1.2 demographics/u3",                        NULL },
	/* rostering */
	{ "1.2 classes/c1/students",                    "u1 u2" },
	{ "1.2 classes/c1/teachers",                    "u4" },
	{ "1.2 classes/c3/students",                    "u3" },
	{ "1.2 classes/c9/students",                    NULL },
	{ "1.2 courses/k2/classes",                     "c2 c3" },
	{ "1.2 courses/k3/classes",                     "" },
	{ "1.2 courses/none/classes",                   NULL },
	{ "1.2 schools/s1/classes",                     "c1 c2" },
	{ "1.2 schools/d/classes",                      NULL },
	{ "1.2 schools/s1/courses",                     "k1 k2" },
	{ "1.2 schools/s2/courses",                     "k2" },
	{ "1.2 schools/s1/enrollments",                 "e1 e2 e3 e4" },
	{ "1.2 schools/s1/students",                    "u1 u2" },
	{ "1.2 schools/s2/students",                    "u3 u4" },
	{ "1.2 schools/s1/teachers",                    "u4" },
	{ "1.2 schools/s2/teachers",                    "" },
	{ "1.2 schools/s1/terms",                       "t1 t2" },
	{ "1.2 schools/s2/terms",                       "t1" },
	{ "1.2 schools/s1/classes/c1/enrollments",      "e1 e2 e3" },
	{ "1.2 schools/s2/classes/c1/enrollments",      "" },
	{ "1.2 schools/s1/classes/c9/enrollments",      NULL },
	{ "1.2 schools/s9/classes/c1/enrollments",      NULL },
	{ "1.2 schools/s1/classes/c1/students",         "u1 u2" },
	{ "1.2 schools/s1/classes/c1/teachers",         "u4" },
	{ "1.2 students/u1/classes",                    "c1" },
	{ "1.2 students/u2/classes",                    "c1 c2" },
	{ "1.2 students/u4/classes",                    "" },
	{ "1.2 students/u6/classes",                    NULL },
	{ "1.2 teachers/u4/classes",                    "c1" },
	{ "1.2 teachers/u1/classes",                    NULL },
	{ "1.2 users/u6/classes",                       "c3" },
	{ "1.2 terms/t1/classes",                       "c1 c3" },
	{ "1.2 terms/y/classes",                        NULL },
	{ "1.2 terms/t1/gradingPeriods",                "g1" },
	{ "1.2 terms/t2/gradingPeriods",                "" },
	{ "1.1 classes/c1/students",                    "u1 u2" },
	/* resources */
	{ "1.2 classes/c1/resources",                   "x1" },
	{ "1.2 classes/c2/resources",                   "" },
	{ "1.2 courses/k1/resources",                   "x2" },
	{ "1.2 users/u1/resources",                     "x1 x2" },
	{ "1.2 users/u9/resources",                     NULL },
	/* gradebook */
	{ "1.2 classes/c1/categories",                  "q1 q3" },
	{ "1.2 classes/c1/lineItems",                   "l1" },
	{ "1.2 classes/c1/lineItems/l1/results",        "n1 n2" },
	{ "1.2 classes/c2/lineItems/l1/results",        "" },
	{ "1.2 classes/c1/lineItems/l9/results",        NULL },
	{ "1.2 classes/c1/results",                     "n1 n2" },
	{ "1.2 classes/c1/scoreScales",                 "z1" },
	{ "1.2 classes/c1/students/u2/results",         "n2" },
	{ "1.2 classes/c1/students/u6/results",         NULL },
	{ "1.2 schools/s1/scoreScales",                 "z1" },
	{ "1.2 schools/s2/scoreScales",                 "" },
};
/* clang-format on */

static void lists(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct told told = roster_ask(cases[i].question);
		enum fault fault =
		    cases[i].ids == NULL ? FAULT_NOT_FOUND : FAULT_NONE;

		CHECK(told.fault == fault, "%s: %s %s", cases[i].question,
		    fault_rules[told.fault].name, told.text);
		if (cases[i].ids != NULL)
			CHECK(strcmp(told.ids, cases[i].ids) == 0, "%s: %s",
			    cases[i].question, told.ids);
	}
}

/* Of each link there is a case. */
static void all_are_tried(void **state)
{
	(void)state;
	for (const struct link *link = links; link->path != NULL; link++) {
		const char *last = strrchr(link->path, '/');
		bool tried = false;

		for (size_t i = 0; i < array_length(cases); i++)
			tried |= cases[i].ids != NULL &&
				 strncmp(cases[i].question + 4, link->path,
				     strcspn(link->path, "/")) == 0 &&
				 strcmp(strrchr(cases[i].question, '/') == NULL
					    ? ""
					    : strrchr(cases[i].question, '/'),
				     last) == 0;
		CHECK(tried, "%s", link->path);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists),
		cmocka_unit_test(all_are_tried),
	};
	int failures;

	roster_open();
	failures = check_main(tests);
	roster_close();
	return failures;
}
