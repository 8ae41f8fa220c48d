/* Writes a student: user, role, demographics, enrollments, results. */
#include "sandbox.h"

#include <inttypes.h>
#include <stdio.h>

#define PERSON_KEY(student) ((student)->key * 4)
#define KINDERGARTEN_AGE 2177 /* days: five by September of the year */

struct id student_id(const struct made_up *m, const struct student *student)
{
	return id_of(m->layout.seed, ID_STUDENT, student->key, 0);
}

/* The latest of the days on which somebody came, or moved here. */
static int day_here(const struct fate *fate)
{
	return fate->moved > fate->since ? fate->moved : fate->since;
}

/* --- the user ------------------------------------------------------------ */

#define AGENTS_TEXT (GUARDIANS_MAX * sizeof(struct id))

static void list_guardians(const struct made_up *m,
    const struct student *student, char out[AGENTS_TEXT])
{
	struct family family = family_of(m, student);
	size_t len = 0;

	out[0] = '\0';
	for (int g = 0; g < family.guardians; g++) {
		struct id id = guardian_id(m, guardian_key(&family, g));

		len += (size_t)snprintf(out + len, AGENTS_TEXT - len, "%s%s",
		    g > 0 ? "," : "", id.text);
	}
}

static void write_user_of(const struct made_up *m, struct output *out,
    const struct student *student, const struct person *person)
{
	struct dice dice =
	    dice_about(m->layout.seed, ABOUT_STUDENT, student->key, 1);
	struct id id = student_id(m, student);
	struct id org = school_id(&m->layout, student->seat.school);
	int64_t number = student_number(m, student);
	char agents[AGENTS_TEXT], identifier[32], ids[96], bus[32];
	struct user user = { .id = id.text,
		.person = person,
		.orgs = org.text,
		.primary_org = org.text,
		.role_11 = "student",
		.user_ids = ids,
		.identifier = identifier,
		.agents = agents,
		.grades = grade_names[student->seat.grade] };

	list_guardians(m, student, agents);
	snprintf(identifier, sizeof(identifier), "%" PRId64, number);
	snprintf(ids, sizeof(ids), "{stateId:%010" PRId64 "}",
	    number * 123456787 % 1000000000);
	if (dice_percent(&dice, 20))
		snprintf(ids, sizeof(ids),
		    "{stateId:%010" PRId64 "},{lunchId:%" PRId64 "}",
		    number * 123456787 % 1000000000, number + 7);
	user.enabled = !dice_percent(&dice, 1);
	if (dice_percent(&dice, 70))
		user.language = person->culture->language;
	/* Whoever moves rides another bus, even to the same school. */
	snprintf(bus, sizeof(bus), "Route %d",
	    1 + ((int)dice_below(&dice, 60) + student->fate.moved) % 60);
	if (dice_percent(&dice, 30) || student->fate.moved > 0)
		user.bus = bus;
	write_user(out, &user);
}

static void write_role_of(const struct made_up *m, struct output *out,
    const struct student *student, const struct person *person)
{
	struct dice dice =
	    dice_about(m->layout.seed, ABOUT_STUDENT, student->key, 2);
	struct id id = student_id(m, student);
	struct id org = school_id(&m->layout, student->seat.school);
	struct id profile_id =
	    id_of(m->layout.seed, ID_PROFILE, PERSON_KEY(student), 0);
	struct profile profile = { .id = profile_id.text,
		.user = id.text,
		.type = "Student",
		.application = "default",
		.username = person->username };
	struct role role = { .key = PERSON_KEY(student),
		.number = (uint64_t)student->seat.school,
		.user = id.text,
		.role = "student",
		.org = org.text,
		.begins = day_begins(m, day_here(&student->fate)),
		.ends = m->year.begins + YEAR_DAYS };

	if (dice_percent(&dice, 10)) {
		role.profile = profile.id;
		write_profile(out, &profile);
	}
	write_role(m, out, &role);
}

/* --- demographics -------------------------------------------------------- */

static const char *const sex_words[] = {
	[FEMALE] = "female",
	[MALE] = "male",
	[SEX_OTHER] = "other",
	[SEX_UNSPECIFIED] = "unspecified",
};

static const char *const residence_codes[] = { "01652", "01653", "01654" };

static const struct {
	const char *state, *city;
} birthplaces[] = {
	{ "CA", "Willow" },
	{ "CA", "East Willow" },
	{ "TX", "San Antonio" },
	{ "MN", "St. Paul" },
	{ "NM", "Española" },
	{ "DC", "Washington, D.C." },
	{ "HI", "Kāneʻohe" },
	{ "ME", NULL },
};

static void cells_race(struct output *out, const struct culture *culture,
    struct dice *dice)
{
	enum race race = culture->race;
	bool mixed = dice_percent(dice, 8);

	if (race == RACE_WHITE_OR_BLACK)
		race = dice_percent(dice, 72) ? RACE_WHITE : RACE_BLACK;
	cell_bool(out, race == RACE_NATIVE && !dice_percent(dice, 40));
	cell_bool(out, race == RACE_ASIAN);
	cell_bool(out, race == RACE_BLACK || mixed);
	cell_bool(out, race == RACE_NATIVE && dice_percent(dice, 40));
	cell_bool(out, race == RACE_WHITE || mixed);
	cell_bool(out, mixed);
	cell_bool(out, culture->hispanic);
}

static void cells_birthplace(struct output *out, const struct culture *culture,
    struct dice *dice)
{
	int64_t place = dice_below(dice, (int64_t)array_length(birthplaces));

	if (dice_percent(dice, 12)) {
		cell(out, culture->country);
		cells_blank(out, 2);
		return;
	}
	cell(out, "US");
	cell(out, birthplaces[place].state);
	cell(out, birthplaces[place].city);
}

static void write_demographics(const struct made_up *m, struct output *out,
    const struct student *student, const struct person *person)
{
	struct dice dice =
	    dice_about(m->layout.seed, ABOUT_DEMOGRAPHICS, student->key, 0);
	int64_t age = student->seat.grade + dice_percent(&dice, 6);

	if (dice_percent(&dice, 3))
		return;
	row(out, DEMOGRAPHICS, student_id(m, student).text);
	cell_date(out, m->year.begins - KINDERGARTEN_AGE - age * 1461 / 4 +
			   dice_below(&dice, 364));
	cell(out,
	    out->v12 || person->sex <= MALE ? sex_words[person->sex] : NULL);
	cells_race(out, person->culture, &dice);
	cells_birthplace(out, person->culture, &dice);
	cell(out, residence_codes[dice_below(&dice,
		      (int64_t)array_length(residence_codes))]);
	row_end(out);
}

/* --- classes ------------------------------------------------------------- */

static void write_classes_of(const struct made_up *m, struct output *out,
    const struct student *student)
{
	struct id id = student_id(m, student);
	const struct fate *fate = &student->fate;
	int64_t rank;
	struct cohort cohort = cohort_of(&m->layout, &student->seat, &rank);

	for (int b = 0; b < cohort.block_count; b++) {
		int day = day_here(fate);
		int number = cohort_section(&cohort, b, rank);
		bool swapped = fate->swapped[b] > day && cohort.sections > 1;
		struct section section;
		struct enrollment enrollment;

		if (swapped) {
			day = fate->swapped[b];
			number = (number + 1) % cohort.sections;
		}
		section = section_at(&m->layout, &cohort, b, number);
		enrollment = (struct enrollment){ .key = PERSON_KEY(student),
			.section = &section,
			.user = id.text,
			.role = "student",
			.day = day };
		write_enrollment(m, out, &enrollment);
		if (section.graded && day == 0)
			write_results(m, out, &section, student->key, id.text);
	}
}

void write_student(const struct made_up *m, struct output *out, int64_t place)
{
	struct student student;
	struct person person;

	if (!student_in(m, place, &student))
		return;
	name_student(m, &student, &person);
	write_user_of(m, out, &student, &person);
	write_role_of(m, out, &student, &person);
	write_demographics(m, out, &student, &person);
	write_classes_of(m, out, &student);
}
