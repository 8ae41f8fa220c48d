/* Writes what stands still: orgs, sessions, courses, resources, categories. */
#include "sandbox.h"

#include <stdio.h>
#include <string.h>

/* clang-format off */
static const char *const trees[] = {
	"Cedar", "Willow", "Maple", "Juniper", "Aspen", "Hickory", "Sycamore", "Cottonwood", "Magnolia", "Redwood",
	"Chestnut", "Laurel", "Poplar", "Hawthorn", "Elm", "Birch", "Spruce", "Alder", "Mesquite", "Dogwood",
	"Cypress", "Tamarack", "Buckeye", "Palmetto", "Hazel", "Linden", "Ironwood", "Piñon", "Mulberry", "Sassafras",
	"Copper", "Granite", "Prairie", "Heron", "Falcon", "Bluebird", "Meadowlark", "Quail", "Otter", "Bison",
};
static const char *const places[] = {
	"Creek", "Ridge", "Grove", "Hills", "Valley", "Springs", "Park", "Point", "Crossing", "Heights",
	"Meadows", "Bend", "Canyon", "Lake", "Glen", "Bluff", "Hollow", "Landing", "Mesa", "Summit",
	"Falls", "Prairie", "Harbor", "Station", "Gap", "Fork", "Butte", "Vista", "Run", "Terrace",
};
static const char *const honoured[] = {
	"César Chávez", "Sojourner Truth", "Booker T. Washington", "Sandra Day O'Connor", "Dr. Martin Luther King, Jr.",
	"Sacagawea", "Sally Ride", "Queen Liliʻuokalani", "Frederick Douglass", "Thurgood Marshall",
	"Ynés Mexía", "Chien-Shiung Wu", "\"Buffalo\" Calf Road", "Nikola Tesla",
};

struct office {
	const char *id, *name;
};
static const struct office offices[] = {
	{ "dept-curriculum", "Curriculum, Instruction & Assessment" },
	{ "dept-technology", "Technology Services" },
	{ "dept-students",   "Student & Family Services" },
	{ "dept-staff",      "Human Resources" },
};

struct resource {
	const char *id, *vendor_id, *title, *roles, *importance, *vendor, *application;
	const char *code; /* the course it belongs to */
};
static const struct resource resources[] = {
/*	  id                     at the vendor's   title                                        roles                      importance   vendor         application     course */
	{ "res/reading-k8",      "RK8-2025",       "Reading Together, K–8",                     "student,teacher",         "primary",   "v-openpage",  "openpage-web", "ELA"    },
	{ "res/math-k8",         "978-0-00-1",     "Numbers, Shapes & Reasons",                 "student,teacher",         "primary",   "v-openpage",  "openpage-web", "MATH"   },
	{ "res/science-kit",     "SK-77",          "Science Kit: \"What Floats?\"",             "teacher",                 "secondary", "v-labbench",  "",             "SCI"    },
	{ "res/atlas",           "ATLAS.3",        "Atlas of the World",                        "student",                 "secondary", "",            "",             "SOC"    },
	{ "res/songbook",        "SONG-1",         "A Songbook in Twelve Languages",            "",                        "",          "v-openpage",  "",             "MUS"    },
	{ "res/algebra@library", "ALG-2ND-ED",     "Algebra, Second Edition",                   "student,teacher,aide",    "primary",   "v-openpage",  "openpage-web", "ALG1"   },
	{ "res/geometry",        "GEO-2",          "Geometry by Drawing",                       "student,teacher",         "primary",   "v-openpage",  "",             "GEOM"   },
	{ "res/calculus",        "CALC-AB",        "Calculus: A First Course",                  "student,teacher",         "primary",   "",            "",             "APCALC" },
	{ "res/biology",         "BIO-9",          "Biology of Living Things",                  "student,teacher",         "primary",   "v-labbench",  "lab-online",   "BIO"    },
	{ "res/chemistry",       "CHEM-10",        "Chemistry, with Experiments",               "student,teacher",         "primary",   "v-labbench",  "lab-online",   "CHEM"   },
	{ "res/novels-9",        "NOV-9",          "Novels and Stories, Grade 9",               "student",                 "secondary", "v-openpage",  "",             "ENG9"   },
	{ "res/novels-11",       "NOV-11",         "American Voices",                           "student",                 "primary",   "v-openpage",  "",             "ENG11"  },
	{ "res/espanol",         "ESP-1",          "¡Hola! Español, nivel 1",                   "student,teacher",         "primary",   "v-idiomas",   "idiomas",      "SPAN1"  },
	{ "res/francais",        "FRA-1",          "Bonjour ! Français, niveau 1",              "student,teacher",         "primary",   "v-idiomas",   "idiomas",      "FREN1"  },
	{ "res/zhongwen",        "ZH-1",           "中文, Level 1",                             "student,teacher",         "primary",   "v-idiomas",   "idiomas",      "CHIN1"  },
	{ "res/code",            "CODE-0",         "Blocks & Code",                             "student",                 "",          "v-blockwise", "blocks",       "CSP"    },
	{ RESOURCE_FOR_ALL,      "PLAN-1",         "Lesson Planner",                            "teacher,administrator",   "secondary", "v-blockwise", "planner",      NULL     },
	{ RESOURCE_FOR_CLASSES,  "FAM-1",          "Messages to Families",                      "teacher,parent,guardian", "secondary", "v-blockwise", "messages",     NULL     },
};

const struct category categories[CATEGORY_COUNT] = {
/*	  id                   title                 weight */
	{ "cat-homework",      "Homework & Practice", 15 },
	{ "cat-classwork",     "Classwork",           20 },
	{ "cat-quizzes",       "Quizzes",             20 },
	{ "cat-tests",         "Tests",               30 },
	{ "cat-projects",      "Projects, Labs",      10 },
	{ "cat-participation", "Participation",       5  },
};
/* clang-format on */

/* --- orgs ---------------------------------------------------------------- */

struct id school_id(const struct layout *layout, int school)
{
	struct id id;

	if (school == layout->school_count)
		snprintf(id.text, sizeof(id.text), "district-1");
	else
		snprintf(id.text, sizeof(id.text), "school-%04d", school + 1);
	return id;
}

/* Every pair of words once within a level; a few schools honour somebody. */
static void cell_school_name(const struct layout *layout, struct output *out,
    int school)
{
	const struct school *s = &layout->schools[school];
	int nth = school - layout->level_first[s->level];
	int pair = nth * 487 + (int)s->level * 97;
	const char *level = level_rules[s->level].name;
	int name = nth / 4 * LEVELS + (int)s->level;

	if (nth % 4 == 1 && name < (int)array_length(honoured)) {
		cell_printf(out, "%s %s", honoured[name], level);
		return;
	}
	pair %= (int)(array_length(trees) * array_length(places));
	cell_printf(out, "%s %s %s", trees[pair % (int)array_length(trees)],
	    places[pair / (int)array_length(trees)], level);
}

static void write_orgs(const struct made_up *m, struct output *out)
{
	const struct layout *layout = &m->layout;

	row(out, ORGS, "district-1");
	cell(out, "Willow County Unified School District");
	cell(out, "district");
	cell(out, "9900001");
	cell(out, NULL);
	cell(out, "1 Schoolhouse Square, Suite 200");
	cell(out, "Willow");
	row_end(out);
	for (size_t i = 0; i < array_length(offices); i++) {
		row(out, ORGS, offices[i].id);
		cell(out, offices[i].name);
		cell(out, "department");
		cell(out, NULL);
		cell(out, "district-1");
		cells_blank(out, 2);
		row_end(out);
	}
	for (int s = 0; s < layout->school_count; s++) {
		row(out, ORGS, school_id(layout, s).text);
		cell_school_name(layout, out, s);
		cell(out, "school");
		cell_printf(out, "9900001%05d", s + 1);
		cell(out, "district-1");
		cell_printf(out, "%d %s Street", 100 + s * 7,
		    trees[s % (int)array_length(trees)]);
		cell(out, s % 3 == 0 ? "Willow" : "East Willow");
		row_end(out);
	}
}

const char *office_id(int number)
{
	return offices[number % (int)array_length(offices)].id;
}

/* --- sessions, courses --------------------------------------------------- */

static void write_sessions(const struct made_up *m, struct output *out)
{
	int year = m->year.begins_in;

	for (const struct session *s = sessions; s->id != NULL; s++) {
		char id[SESSION_ID];

		row(out, ACADEMIC_SESSIONS, session_id(m, s->id, id));
		if (s->parent == NULL)
			cell_printf(out, "%d–%d %s", year, year + 1, s->title);
		else
			cell(out, s->title);
		cell(out, s->type);
		cell_date(out, m->year.begins + s->begins);
		cell_date(out, m->year.begins + s->ends);
		cell(out,
		    s->parent != NULL ? session_id(m, s->parent, id) : NULL);
		cell_number(out, year + 1);
		row_end(out);
	}
}

struct id course_id(const struct course *course, int grade)
{
	struct id id;

	if (course->each)
		snprintf(id.text, sizeof(id.text), "crs-%s-%s", course->code,
		    grade_names[grade]);
	else
		snprintf(id.text, sizeof(id.text), "crs-%s", course->code);
	return id;
}

void course_title(const struct course *course, int grade, char *out,
    size_t size)
{
	if (!course->each)
		snprintf(out, size, "%s", course->title);
	else if (grade == 0)
		snprintf(out, size, "%s, Kindergarten", course->title);
	else
		snprintf(out, size, "%s, Grade %d", course->title, grade);
}

void cell_subject(struct output *out, const struct course *course, int grade)
{
	int code = 0;

	cell(out, course->subject);
	for (const char *c = course->subject_code; *c != '\0'; c++)
		code = code * 10 + (*c - '0');
	cell_printf(out, "%05d", code + (course->each ? grade : 0));
}

void cell_grades(struct output *out, int first, int last)
{
	char text[GRADES * 3 + 1];
	size_t len = 0;

	for (int g = first; g <= last; g++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s",
		    g > first ? "," : "", grade_names[g]);
	cell(out, text);
}

static void write_course(const struct made_up *m, struct output *out,
    const struct course *course, int first, int last)
{
	char title[NAME_TEXT], year[SESSION_ID];

	course_title(course, first, title, sizeof(title));
	row(out, COURSES, course_id(course, first).text);
	cell(out, session_id(m, "", year));
	cell(out, title);
	cell(out, course_id(course, first).text + strlen("crs-"));
	cell_grades(out, first, last);
	cell(out, "district-1");
	cell_subject(out, course, first);
	row_end(out);
}

static void write_courses(const struct made_up *m, struct output *out)
{
	for (const struct course *c = courses; c->code != NULL; c++) {
		if (!c->each)
			write_course(m, out, c, c->first, c->last);
		for (int g = c->first; c->each && g <= c->last; g++)
			write_course(m, out, c, g, g);
	}
}

/* --- resources, categories ----------------------------------------------- */

static void write_course_resources(const struct made_up *m, struct output *out,
    const struct resource *resource)
{
	const struct course *c = course_find(resource->code);

	for (int g = c->first; g <= (c->each ? c->last : c->first); g++) {
		char title[NAME_TEXT];

		course_title(c, g, title, sizeof(title));
		row(out, COURSE_RESOURCES,
		    id_of(m->layout.seed, ID_RELATION,
			(uint64_t)(resource - resources), (uint64_t)g)
			.text);
		cell(out, title);
		cell(out, course_id(c, g).text);
		cell(out, resource->id);
		row_end(out);
	}
}

static void write_resources(const struct made_up *m, struct output *out)
{
	for (size_t i = 0; i < array_length(resources); i++) {
		const struct resource *r = &resources[i];

		row(out, RESOURCES, r->id);
		cell(out, r->vendor_id);
		cell(out, r->title);
		cell(out, r->roles);
		cell(out, r->importance);
		cell(out, r->vendor);
		cell(out, r->application);
		row_end(out);
		if (r->code != NULL)
			write_course_resources(m, out, r);
	}
}

static void write_categories(struct output *out)
{
	for (int i = 0; i < CATEGORY_COUNT; i++) {
		row(out, CATEGORIES, categories[i].id);
		cell(out, categories[i].title);
		if (out->v12)
			cell_number(out, categories[i].weight);
		row_end(out);
	}
}

void write_frame(const struct made_up *m, struct output *out)
{
	write_orgs(m, out);
	write_sessions(m, out);
	write_courses(m, out);
	write_resources(m, out);
	write_categories(out);
}
