/* Writes a school: its staff, its classes and who teaches them. */
#include "sandbox.h"

#include <inttypes.h>
#include <stdio.h>

#define PERSON_KEY(staff) ((staff)->key * 4 + 2)

static struct id staff_id(const struct made_up *m, const struct staff *staff)
{
	return id_of(m->layout.seed, ID_STAFF, staff->key, 0);
}

/* --- staff --------------------------------------------------------------- */

/* Some also teach, or help, at the next school of the same level. */
static int second_school(const struct made_up *m, const struct posts *posts,
    const struct staff *staff)
{
	struct dice dice =
	    dice_about(m->layout.seed, ABOUT_TEACHING, staff->post, 1);
	int next = posts->school + 1;

	if (staff->job > TEACHER || staff->job < COUNSELOR ||
	    next >= m->layout.school_count || !dice_percent(&dice, 4))
		return -1;
	return m->layout.schools[next].level ==
		       m->layout.schools[posts->school].level
		   ? next
		   : -1;
}

static struct id home_org(const struct made_up *m, const struct posts *posts,
    const struct staff *staff)
{
	struct id id = school_id(&m->layout, posts->school);

	if (staff->job == OFFICE)
		snprintf(id.text, sizeof(id.text), "%s",
		    office_id((int)staff->post));
	return id;
}

static void write_staff_user(const struct made_up *m, struct output *out,
    const struct posts *posts, const struct staff *staff,
    const struct person *person)
{
	struct dice dice =
	    dice_about(m->layout.seed, ABOUT_STAFF, staff->key, 1);
	struct id id = staff_id(m, staff), org = home_org(m, posts, staff);
	struct id master =
	    id_of(m->layout.seed, ID_MASTER, PERSON_KEY(staff), 0);
	int second = second_school(m, posts, staff);
	char orgs[2 * sizeof(struct id)], number[32], ids[2 * NAME_TEXT];
	char phone[64];
	struct user user = { .id = id.text,
		.person = person,
		.role_11 = job_rules[staff->job].role_11,
		.primary_org = org.text,
		.orgs = orgs,
		.user_ids = ids,
		.identifier = number };

	snprintf(orgs, sizeof(orgs), "%s%s%s", org.text, second >= 0 ? "," : "",
	    second >= 0 ? school_id(&m->layout, second).text : "");
	snprintf(number, sizeof(number), "E%08" PRIu64, staff->key);
	snprintf(ids, sizeof(ids), "{staffId:%s}", number);
	if (dice_percent(&dice, 60))
		snprintf(ids, sizeof(ids), "{staffId:%s},{LDAP:%s}", number,
		    person->username);
	snprintf(phone, sizeof(phone), "+1 (202) 555-0100 x%" PRIu64,
	    staff->post + 1000);
	user.enabled = !dice_percent(&dice, 2);
	if (dice_percent(&dice, 50))
		user.phone = phone;
	if (dice_percent(&dice, 30))
		user.master = master.text;
	write_user(out, &user);
}

static void write_staff_roles(const struct made_up *m, struct output *out,
    const struct posts *posts, const struct staff *staff, const char *profile)
{
	struct dice dice =
	    dice_about(m->layout.seed, ABOUT_STAFF, staff->key, 2);
	struct id id = staff_id(m, staff), org = home_org(m, posts, staff);
	int second = second_school(m, posts, staff);
	struct role role = { .key = PERSON_KEY(staff),
		.user = id.text,
		.role = job_rules[staff->job].role,
		.org = org.text,
		.profile = profile,
		.begins = day_begins(m, staff->fate.since) };

	write_role(m, out, &role);
	role.profile = NULL;
	if (staff->job == TEACHER && dice_percent(&dice, 3)) {
		role.number = 1;
		role.role = "siteAdministrator";
		role.secondary = true;
		write_role(m, out, &role);
	}
	if (second >= 0) {
		struct id other = school_id(&m->layout, second);

		role.org = other.text;
		role.number = 2;
		role.role = job_rules[staff->job].role;
		role.secondary = false;
		role.ends = m->year.begins + YEAR_DAYS;
		write_role(m, out, &role);
	}
}

static void write_staff_resource(const struct made_up *m, struct output *out,
    const struct posts *posts, const struct staff *staff)
{
	struct dice dice =
	    dice_about(m->layout.seed, ABOUT_RESOURCE, staff->key, 0);

	if (!output_has(out, USER_RESOURCES) ||
	    (staff->job != PRINCIPAL && !dice_percent(&dice, 10)))
		return;
	row(out, USER_RESOURCES,
	    id_of(m->layout.seed, ID_RELATION, PERSON_KEY(staff), 1000).text);
	cell(out, staff_id(m, staff).text);
	cell(out, home_org(m, posts, staff).text);
	cell(out, NULL);
	cell(out, RESOURCE_FOR_ALL);
	row_end(out);
}

static void write_staff(const struct made_up *m, struct output *out,
    const struct posts *posts, int number)
{
	struct staff staff = staff_in(m, posts, number);
	struct dice dice =
	    dice_about(m->layout.seed, ABOUT_STAFF, staff.key, 3);
	struct id id = staff_id(m, &staff);
	struct id profile_id =
	    id_of(m->layout.seed, ID_PROFILE, PERSON_KEY(&staff), 0);
	struct person person;
	struct profile profile = { .id = profile_id.text,
		.user = id.text,
		.type = "Staff, single sign-on",
		.application = "planner",
		.description = "Signs in to the \"Lesson Planner\"" };
	bool signs_in = dice_percent(&dice, 25) || staff.job == PRINCIPAL;

	name_staff(m, &staff, &person);
	profile.username = person.username;
	write_staff_user(m, out, posts, &staff, &person);
	write_staff_roles(m, out, posts, &staff,
	    signs_in ? profile_id.text : NULL);
	if (signs_in)
		write_profile(out, &profile);
	write_staff_resource(m, out, posts, &staff);
}

/* --- classes ------------------------------------------------------------- */

static void cell_class_title(struct output *out, const struct section *section,
    const struct course *course)
{
	char title[NAME_TEXT];

	course_title(course, section->cohort->grade, title, sizeof(title));
	if (section->block->homeroom)
		cell_printf(out, "%s %s-%d", title,
		    grade_names[section->cohort->grade], section->number + 1);
	else if (section->block->period < 0)
		cell_printf(out, "%s – Section %d", title, section->number + 1);
	else
		cell_printf(out, "%s – Period %d (Section %d)", title,
		    section_period(section), section->number + 1);
}

static void cell_location(const struct made_up *m, struct output *out,
    const struct section *section)
{
	struct dice dice =
	    dice_about(m->layout.seed, ABOUT_CLASS, section->key, 1);

	if (dice_percent(&dice, 4))
		cell(out, NULL);
	else if (section->block->department == MOVEMENT)
		cell(out, "Gymnasium, \"Main\"");
	else
		cell_printf(out, "Room %d", 100 + (int)dice_below(&dice, 250));
}

static void cell_terms(const struct made_up *m, struct output *out,
    const struct section *section)
{
	const char *const *terms = span_rules[section->block->span].terms;
	char list[SPAN_TERMS * SESSION_ID] = "", id[SESSION_ID];
	size_t len = 0;

	for (int i = 0; terms[i] != NULL; i++)
		len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s",
		    i == 0 ? "" : ",", session_id(m, terms[i], id));
	cell(out, list);
}

static void write_class(const struct made_up *m, struct output *out,
    const struct section *section)
{
	const struct course *course = section_course(&m->layout, section);
	const struct cohort *cohort = section->cohort;

	row(out, CLASSES,
	    id_of(m->layout.seed, ID_CLASS, section->key, 0).text);
	cell_class_title(out, section, course);
	cell_grades(out, cohort->grade, cohort->last_grade);
	cell(out, course_id(course, cohort->grade).text);
	cell_printf(out, "%s.%s-%02d", course->code, grade_names[cohort->grade],
	    section->number + 1);
	cell(out, section->block->homeroom ? "homeroom" : "scheduled");
	cell_location(m, out, section);
	cell(out, school_id(&m->layout, cohort->school).text);
	cell_terms(m, out, section);
	cell_subject(out, course, cohort->grade);
	if (section->block->period >= 0)
		cell_number(out, section_period(section));
	else
		cell(out, NULL);
	cell_number(out, cohort->grade < 6 ? 26 : 32);
	row_end(out);
}

static void write_class_resource(const struct made_up *m, struct output *out,
    const struct section *section)
{
	struct dice dice =
	    dice_about(m->layout.seed, ABOUT_RESOURCE, section->key, 1);

	if (!section->block->homeroom || !dice_percent(&dice, 50))
		return;
	row(out, CLASS_RESOURCES,
	    id_of(m->layout.seed, ID_RELATION, section->key, 2000).text);
	cell(out, NULL);
	cell(out, id_of(m->layout.seed, ID_CLASS, section->key, 0).text);
	cell(out, RESOURCE_FOR_CLASSES);
	row_end(out);
}

static void write_teaching(const struct made_up *m, struct output *out,
    const struct posts *posts, const struct section *section, int post)
{
	struct staff staff = staff_in(m, posts, post);
	struct id id = staff_id(m, &staff);
	struct enrollment enrollment = { .key = PERSON_KEY(&staff),
		.section = section,
		.user = id.text,
		.role = "teacher",
		.primary = "true",
		.day = staff.fate.since };

	write_enrollment(m, out, &enrollment);
}

/* A second teacher of the department in some classes, an aide in others. */
static void write_help(const struct made_up *m, struct output *out,
    const struct posts *posts, const struct section *section, int teacher)
{
	struct dice dice =
	    dice_about(m->layout.seed, ABOUT_TEACHING, section->key, 2);
	enum department d = section->block->department;
	int first = posts->teachers[d];
	int teachers = posts->teachers[d + 1] - first;
	int aides = posts->first[AIDE + 1] - posts->first[AIDE];
	struct enrollment enrollment = { .section = section,
		.primary = "false" };
	struct staff staff;
	struct id id;

	if (teachers > 1 && dice_percent(&dice, 6)) {
		staff = staff_in(m, posts,
		    first + (teacher - first + 1) % teachers);
		enrollment.role = "teacher";
	} else if (dice_percent(&dice, 6)) {
		staff = staff_in(m, posts,
		    posts->first[AIDE] + (int)dice_below(&dice, aides));
		enrollment.role = "proctor";
		enrollment.primary = NULL;
	} else {
		return;
	}
	id = staff_id(m, &staff);
	enrollment.user = id.text;
	enrollment.key = PERSON_KEY(&staff);
	enrollment.day = staff.fate.since;
	write_enrollment(m, out, &enrollment);
}

static void write_cohort(const struct made_up *m, struct output *out,
    const struct posts *posts, const struct cohort *cohort)
{
	for (int b = 0; b < cohort->block_count; b++) {
		for (int n = 0; n < cohort->sections; n++) {
			struct section section =
			    section_at(&m->layout, cohort, b, n);
			int post = post_teaching(posts, &section, b);

			write_class(m, out, &section);
			write_class_resource(m, out, &section);
			write_teaching(m, out, posts, &section, post);
			write_help(m, out, posts, &section, post);
			if (section.graded)
				write_gradebook(m, out, &section);
		}
	}
}

void write_school(const struct made_up *m, struct output *out, int school)
{
	struct posts posts = posts_of(&m->layout, school);

	for (int n = 0; n < posts.first[JOBS]; n++)
		write_staff(m, out, &posts, n);
	if (school == m->layout.school_count)
		return;
	for (int c = 0; c < cohort_count(&m->layout, school); c++) {
		struct cohort cohort = cohort_at(&m->layout, school, c);

		write_cohort(m, out, &posts, &cohort);
	}
}
