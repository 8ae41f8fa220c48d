/* What is looked for in the live roster: one row each, and a statement of
 * sql/queries that finds the records. */
#include "checks.h"

const char *const severity_names[] = { "off", "info", "warning", "error" };

/* clang-format off */
#define CHECK(code, severity, entity, statement, title, advice) \
	{ code, CHECK_##severity, entity, STATEMENT_check_##statement, title, advice },

const struct check checks[] = {
	{ "referencesToNothing", CHECK_ERROR, "any", STATEMENT_COUNT,
		"Records that refer to one that is not there",
		"Publishers refuse such records or drop the reference. Give the missing record, or take the reference out." },
	CHECK("schoolsWithNoStudents", WARNING, "orgs", schools_with_no_students,
		"Schools with no students",
		"A school whose students are all missing is most likely an export that lost it. If it is closed, let the source leave it out.")
	CHECK("schoolsWithNoClasses", INFO, "orgs", schools_with_no_classes,
		"Schools with no classes",
		"Before a school year that is so; in the middle of one, look at what the source gives of that school.")
	CHECK("schoolsThatJumped", WARNING, "orgs", schools_that_jumped,
		"Schools with a fifth more or less than at the last check",
		"When this is not the turn of a year, compare with the source before it is relied on; `homeroom rollback` goes back.")
	CHECK("orgsBelowNothing", WARNING, "orgs", orgs_below_nothing,
		"Schools and departments that belong to no district",
		"Give each its parent: many publishers build their tree of orgs from it.")
	CHECK("noSessionNow", WARNING, "academicSessions", no_session_now,
		"No session is on today, and none is to come",
		"The roster is of a school year that is over. Have the source give the present one.")
	CHECK("sessionsThatEndTooSoon", ERROR, "academicSessions", sessions_that_end_too_soon,
		"Sessions that end before they begin",
		"Correct the dates; classes of such a session look over to every publisher.")
	CHECK("sessionsThatOverlap", WARNING, "academicSessions", sessions_that_overlap,
		"Sessions of one kind that overlap",
		"The end date is the day after the last one. Where two calendars run beside each other, give each a parent of its own.")
	CHECK("sessionsThatMiss", WARNING, "academicSessions", sessions_that_miss,
		"Sessions with more than four weeks of their year left out",
		"A term is missing, or a date is wrong.")
	CHECK("sessionsBeyondTheirParent", WARNING, "academicSessions", sessions_beyond_their_parent,
		"Sessions that reach beyond the one they are part of",
		"Correct the dates of one or the other.")
	CHECK("classesWithNoTerm", WARNING, "classes", classes_with_no_term,
		"Classes in no term",
		"Without a term nobody knows when the class begins and ends. Give its terms.")
	CHECK("classesWithNoTeachers", WARNING, "classes", classes_with_no_teachers,
		"Classes with no teacher",
		"Enroll the teacher. A class without one appears in nobody's list.")
	CHECK("classesWithNoStudents", INFO, "classes", classes_with_no_students,
		"Classes with no students",
		"Leave the class out when it does not take place.")
	CHECK("classesWithTwoPrimaryTeachers", WARNING, "classes", classes_with_two_primary_teachers,
		"Classes with two main teachers",
		"Mark one enrollment as the primary one. Publishers that have one owner of a class take either.")
	CHECK("classesWithNoPrimaryTeacher", INFO, "classes", classes_with_no_primary_teacher,
		"Classes with several teachers, none of them the main one",
		"Mark one enrollment as the primary one.")
	CHECK("enrollmentsOutsideTerms", WARNING, "enrollments", enrollments_outside_terms,
		"Enrollments outside the terms of their class",
		"Correct the dates, or the terms of the class: such an enrollment never counts.")
	CHECK("enrollmentsBeyondTerms", INFO, "enrollments", enrollments_beyond_terms,
		"Enrollments that reach more than two weeks beyond their class's terms",
		"Often a class that lacks one of its terms.")
	CHECK("enrollmentsThatEndTooSoon", ERROR, "enrollments", enrollments_that_end_too_soon,
		"Enrollments that end before they begin",
		"Correct the dates.")
	CHECK("enrollmentsAtAnotherSchool", WARNING, "enrollments", enrollments_at_another_school,
		"Enrollments at another school than their class",
		"Say the class's school: grants by school go by it.")
	CHECK("enrollmentsTwice", WARNING, "enrollments", enrollments_twice,
		"Enrollments that say the same twice",
		"Leave one of them out.")
	CHECK("studentsWhoTeach", ERROR, "enrollments", students_who_teach,
		"Students who are enrolled as teachers",
		"A student who teaches a class sees the marks of others. Correct the enrollment's role, or give the person a role as staff.")
	CHECK("usersWithNoRole", ERROR, "users", users_with_no_role,
		"People who have no role",
		"Nobody knows what such a person is, nor where: give a role.")
	CHECK("usersWithTwoPrimaryRoles", WARNING, "users", users_with_two_primary_roles,
		"People with two main roles at one org",
		"One role at each org is the primary one; make the others secondary.")
	CHECK("usersAwayFromTheirOrg", WARNING, "users", users_away_from_their_org,
		"People whose main org is none that they have a role at",
		"Correct the main org, or give a role there.")
	CHECK("studentsInNoClass", WARNING, "users", students_in_no_class,
		"Students who are in no class",
		"Enroll them, or let the source leave out those who left.")
	CHECK("studentsAtTwoSchools", INFO, "users", students_at_two_schools,
		"Students whose main role is at two schools",
		"Where a student moved, end the role at the old school.")
	CHECK("studentsWithNoGrade", INFO, "users", students_with_no_grade,
		"Students without a grade",
		"Publishers that license by grade leave them out.")
	CHECK("studentsWithNoAgent", INFO, "users", students_with_no_agent,
		"Students for whom no parent or guardian stands",
		"Others have somebody: give the agents where there are any.")
	CHECK("disabledStudentsInClasses", INFO, "users", disabled_students_in_classes,
		"Students who may not use systems, and are in a class",
		"Enable them, or end their enrollments.")
	CHECK("usernamesTwice", ERROR, "users", usernames_twice,
		"User names that two people have",
		"Systems know people by it: whoever comes first gets both accounts. Capitals make no difference.")
	CHECK("emailsTwice", WARNING, "users", emails_twice,
		"E-mail addresses that two people at school have",
		"Give each an address, or leave it out where it is a parent's.")
	CHECK("identifiersTwice", WARNING, "users", identifiers_twice,
		"Identifiers that two people of one role have",
		"One of them has another's number, or is the same person twice.")
	CHECK("peopleTwice", WARNING, "users", people_twice,
		"People with the same names and birth date",
		"Most likely one person with two records. Merge them in the source.")
	CHECK("agentsOfThemselves", WARNING, "users", agents_of_themselves,
		"People who are their own parent or guardian",
		"Take the reference out, or give the one that is meant.")
	CHECK("birthDatesToCome", ERROR, "demographics", birth_dates_to_come,
		"Birth dates that are still to come",
		"Correct the date; mostly the century, or month and day the wrong way round.")
	CHECK("birthDatesAbsurd", WARNING, "demographics", birth_dates_absurd,
		"Birth dates that can hardly be",
		"Nobody is older than 110, no student younger than 2 or older than 25: correct the date, or the role.")
	CHECK("gradesAgainstAge", WARNING, "users", grades_against_age,
		"Students whose age does not fit their grade",
		"More than three years off: look at the birth date and at the grade.")
	{ 0 }
};

/* clang-format on */
