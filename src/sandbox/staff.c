/* Who works at a school, and who teaches what. */
#include "sandbox.h"

#define POSTS_MAX 512 /* of a school */
#define GENERATIONS 256

/* clang-format off */
const struct job_rule job_rules[JOBS] = {
/*	                   1.2                      1.1 */
	[PRINCIPAL]      = { "principal",             "administrator" },
	[ASSISTANT]      = { "siteAdministrator",     "administrator" },
	[COUNSELOR]      = { "counselor",             "administrator" },
	[AIDE]           = { "aide",                  "aide"          },
	[TEACHER]        = { "teacher",               "teacher"       },
	[SUPERINTENDENT] = { "districtAdministrator", "administrator" },
	[SYSTEMS]        = { "systemAdministrator",   "administrator" },
	[OFFICE]         = { "districtAdministrator", "administrator" },
};
/* clang-format on */

/* How many sections somebody of a department teaches. */
static int load_of(const struct block *block)
{
	if (block->department == CLASSROOM)
		return 1;
	return block->period < 0 ? 20 : 5;
}

static int divide_up(int64_t n, int64_t by)
{
	return (int)((n + by - 1) / by);
}

/* A homeroom's teacher gives most of its lessons, so its other blocks need
 * nobody new; an advisory takes whoever the department has. */
static bool needs_teachers(const struct block *block)
{
	if (block->department == CLASSROOM)
		return block->homeroom;
	return !block->homeroom;
}

static void count_teachers(struct posts *posts, const struct layout *layout,
    int first)
{
	int sections[DEPARTMENTS] = { 0 }, load[DEPARTMENTS] = { 0 };

	for (int c = 0; c < cohort_count(layout, posts->school); c++) {
		struct cohort cohort = cohort_at(layout, posts->school, c);
		int classroom = sections[CLASSROOM];

		for (int b = 0; b < cohort.block_count; b++) {
			const struct block *block = cohort.blocks[b];
			enum department d = block->department;

			posts->before[c][b] =
			    d == CLASSROOM ? classroom : sections[d];
			if (!needs_teachers(block))
				continue;
			sections[d] += cohort.sections;
			load[d] = load_of(block);
		}
	}
	for (int d = 0; d < DEPARTMENTS; d++) {
		posts->teachers[d] = first;
		if (load[d] > 0)
			first += divide_up(sections[d], load[d]);
	}
	posts->teachers[DEPARTMENTS] = first;
	posts->first[TEACHER + 1] = first;
}

static void staff_school(struct posts *posts, const struct layout *layout)
{
	int64_t size = school_size(&layout->schools[posts->school]);

	posts->first[ASSISTANT] = 1;
	posts->first[COUNSELOR] = posts->first[ASSISTANT] + (int)(size / 500);
	posts->first[AIDE] = posts->first[COUNSELOR] + divide_up(size, 400);
	posts->first[TEACHER] = posts->first[AIDE] + divide_up(size, 120);
	count_teachers(posts, layout, posts->first[TEACHER]);
	for (int job = TEACHER + 2; job <= JOBS; job++)
		posts->first[job] = posts->first[TEACHER + 1];
}

static void staff_office(struct posts *posts, const struct layout *layout)
{
	int schools = layout->school_count;

	posts->first[SYSTEMS] = 1 + divide_up(schools, 15);
	posts->first[OFFICE] = posts->first[SYSTEMS] + divide_up(schools, 25);
	posts->first[JOBS] = posts->first[OFFICE] + 4 + divide_up(schools, 6);
}

struct posts posts_of(const struct layout *layout, int school)
{
	struct posts posts = { .school = school };

	if (school == layout->school_count)
		staff_office(&posts, layout);
	else
		staff_school(&posts, layout);
	return posts;
}

static enum job job_of(const struct posts *posts, int number)
{
	enum job job = 0;

	while (number >= posts->first[job + 1])
		job++;
	return job;
}

/* A department's sections are shared out in order, so that somebody's five
 * meet in five different periods. */
int post_teaching(const struct posts *posts, const struct section *section,
    int block)
{
	enum department d = section->block->department;
	int first = posts->teachers[d];
	int teachers = posts->teachers[d + 1] - first;
	int at =
	    posts->before[section->cohort->number][block] + section->number;

	if (section->block->homeroom)
		return first + at % teachers;
	return first + at / load_of(section->block) % teachers;
}

struct staff staff_in(const struct made_up *m, const struct posts *posts,
    int number)
{
	struct staff staff = { .post = (uint64_t)posts->school * POSTS_MAX +
				       (uint64_t)number,
		.job = job_of(posts, number) };

	staff.fate = fate_of_staff(m, staff.post);
	staff.key = staff.post * GENERATIONS + (uint64_t)staff.fate.generation;
	return staff;
}
