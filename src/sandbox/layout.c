/* Schools, grades, seats and classes, all by arithmetic. */
#include "sandbox.h"

#include <assert.h>

#define PERIODS 7
#define FREE_SEATS 20 /* one for so many students */
#define SECTION_MIN 12

/* How many students a section takes at most. */
static const int64_t section_max[LEVELS] = { 24, 30, 30 };

/* The first `part` of `whole` shares of `total`, rounded. */
static int64_t share(int64_t total, int64_t part, int64_t whole)
{
	return total * part / whole;
}

static int64_t level_students(const struct layout *layout, enum level level)
{
	const struct level_rule *rule = &level_rules[level];
	int64_t sum = 0;

	for (int g = rule->first; g < rule->first + rule->grades; g++)
		sum += layout->in_grade[g];
	return sum;
}

/* Schools so small that a grade does not fill a room teach grades together. */
static int band_of(const struct school *school)
{
	int grades = level_rules[school->level].grades;

	for (int band = 1; band < grades; band++)
		if (grades % band == 0 &&
		    school_size(school) * band >= (int64_t)SECTION_MIN * grades)
			return band;
	return grades;
}

static void fill_level(struct layout *layout, enum level level)
{
	const struct level_rule *rule = &level_rules[level];
	int first = layout->level_first[level];
	int count = layout->level_first[level + 1] - first;
	int64_t whole = 0, part = 0;

	for (int i = 0; i < count; i++) {
		struct dice dice = dice_about(layout->seed, ABOUT_SCHOOL,
		    (unsigned)(first + i), 0);

		layout->schools[first + i].weight =
		    650 + dice_below(&dice, 700);
		whole += layout->schools[first + i].weight;
	}
	for (int i = 0; i < count; i++) {
		struct school *school = &layout->schools[first + i];

		school->level = level;
		for (int g = 0; g < rule->grades; g++) {
			int64_t all = layout->in_grade[rule->first + g];

			school->before[g] = share(all, part, whole);
			school->size[g] =
			    share(all, part + school->weight, whole) -
			    school->before[g];
		}
		part += school->weight;
		school->band = band_of(school);
	}
}

void layout_make(struct layout *layout, struct arena *arena, uint64_t seed,
    int64_t students)
{
	int64_t first = 0;

	*layout = (struct layout){ .seed = seed, .students = students };
	layout->seats = students + students / FREE_SEATS;
	for (int g = 0; g < GRADES; g++)
		layout->in_grade[g] =
		    share(students, g + 1, GRADES) - share(students, g, GRADES);
	for (int l = 0; l < LEVELS; l++) {
		int64_t size = level_rules[l].size;
		int64_t n = (level_students(layout, l) + size / 2) / size;

		layout->level_first[l + 1] =
		    layout->level_first[l] + (n > 0 ? (int)n : 1);
	}
	layout->school_count = layout->level_first[LEVELS];
	layout->schools = arena_alloc(arena,
	    (size_t)layout->school_count * sizeof(*layout->schools));
	for (int l = 0; l < LEVELS; l++)
		fill_level(layout, l);
	for (int i = 0; i < layout->school_count; i++) {
		layout->schools[i].first = first;
		first += school_size(&layout->schools[i]);
	}
	assert(first == students);
}

int64_t school_size(const struct school *school)
{
	int64_t sum = 0;

	for (int g = 0; g < LEVEL_GRADES; g++)
		sum += school->size[g];
	return sum;
}

/* Who comes later sits beside somebody who was there from the start. */
static int64_t neighbour(const struct layout *layout, int64_t number)
{
	struct dice dice =
	    dice_about(layout->seed, ABOUT_SEAT, (uint64_t)number, 0);

	return number < layout->students ? number
					 : dice_below(&dice, layout->students);
}

struct seat layout_seat(const struct layout *layout, int64_t number)
{
	int64_t rest = neighbour(layout, number);
	int low = 0, high = layout->school_count, g = 0;

	while (high - low > 1) {
		int middle = (low + high) / 2;

		if (layout->schools[middle].first <= rest)
			low = middle;
		else
			high = middle;
	}
	rest -= layout->schools[low].first;
	while (rest >= layout->schools[low].size[g])
		rest -= layout->schools[low].size[g++];
	return (struct seat){ .school = low,
		.grade = level_rules[layout->schools[low].level].first + g,
		.rank = rest };
}

static enum level level_of(int grade)
{
	enum level level = HIGH;

	while (grade < level_rules[level].first)
		level--;
	return level;
}

int64_t layout_find(const struct layout *layout, int grade, int64_t rank)
{
	enum level level = level_of(grade);
	int g = grade - level_rules[level].first;
	int low = layout->level_first[level];
	int high = layout->level_first[level + 1];
	const struct school *school;
	int64_t number;

	while (high - low > 1) {
		int middle = (low + high) / 2;

		if (layout->schools[middle].before[g] <= rank)
			low = middle;
		else
			high = middle;
	}
	school = &layout->schools[low];
	number = school->first + rank - school->before[g];
	for (int i = 0; i < g; i++)
		number += school->size[i];
	return number;
}

int64_t layout_rank(const struct layout *layout, const struct seat *seat)
{
	const struct school *school = &layout->schools[seat->school];

	return school->before[seat->grade - level_rules[school->level].first] +
	       seat->rank;
}

struct seat layout_move(const struct layout *layout, const struct seat *from,
    struct dice *dice)
{
	enum level level = level_of(from->grade);
	int first = layout->level_first[level];
	int count = layout->level_first[level + 1] - first;
	struct seat to = *from;

	if (count > 1) {
		int step = 1 + (int)dice_below(dice, count - 1);

		to.school = first + (from->school - first + step) % count;
	}
	to.rank =
	    dice_below(dice, layout->schools[to.school]
				 .size[from->grade - level_rules[level].first]);
	return to;
}

/* --- classes ------------------------------------------------------------- */

int cohort_count(const struct layout *layout, int school)
{
	const struct school *s = &layout->schools[school];

	return level_rules[s->level].grades / s->band;
}

struct cohort cohort_at(const struct layout *layout, int school, int number)
{
	const struct school *s = &layout->schools[school];
	int first = number * s->band;
	struct cohort cohort = { .school = school, .number = number };

	cohort.grade = level_rules[s->level].first + first;
	cohort.last_grade = cohort.grade + s->band - 1;
	for (int g = first; g < first + s->band; g++)
		cohort.students += s->size[g];
	cohort.sections = (int)((cohort.students + section_max[s->level] - 1) /
				section_max[s->level]);
	cohort.block_count = week_of(cohort.grade, cohort.blocks);
	return cohort;
}

struct cohort cohort_of(const struct layout *layout, const struct seat *seat,
    int64_t *rank)
{
	const struct school *s = &layout->schools[seat->school];
	int g = seat->grade - level_rules[s->level].first;
	struct cohort cohort = cohort_at(layout, seat->school, g / s->band);

	*rank = seat->rank;
	for (int i = g - g % s->band; i < g; i++)
		*rank += s->size[i];
	return cohort;
}

/*
 * Students are dealt to home sections. Where classes have periods, sections
 * whose numbers are alike modulo PERIODS meet in turn through the week, so
 * whoever only changes between these never has to be in two rooms at once.
 */
int cohort_section(const struct cohort *cohort, int block, int64_t rank)
{
	int home = (int)(rank % cohort->sections);
	int turn = home % PERIODS;
	int alike = (cohort->sections - turn + PERIODS - 1) / PERIODS;
	int64_t shuffle = rank / cohort->sections * block;

	if (cohort->blocks[block]->period < 0)
		return home;
	return turn + PERIODS * (int)((home / PERIODS + shuffle) % alike);
}

int section_period(const struct section *section)
{
	return (section->block->period + section->number) % PERIODS + 1;
}

/* A twelfth of what is graded shows its gradebook; some in every school. */
static bool is_graded(const struct layout *layout, const struct section *s,
    int block)
{
	struct dice dice = dice_about(layout->seed, ABOUT_CLASS, s->key, 0);

	if (s->block->homeroom || s->block->span == SPAN_SPRING)
		return false;
	return (s->cohort->number == 0 && block == 1 && s->number == 0) ||
	       dice_below(&dice, 12) == 0;
}

struct section section_at(const struct layout *layout,
    const struct cohort *cohort, int block, int number)
{
	struct section section = { .cohort = cohort,
		.block = cohort->blocks[block],
		.number = number };

	section.key = (uint64_t)cohort->school << 24 |
		      (uint64_t)cohort->number << 20 | (uint64_t)block << 16 |
		      (uint64_t)number;
	section.graded = is_graded(layout, &section, block);
	return section;
}

const struct course *section_course(const struct layout *layout,
    const struct section *section)
{
	const struct block *block = section->block;
	int turn = section->number;

	if (block->elective) {
		struct dice dice = dice_about(layout->seed, ABOUT_TEACHING,
		    (uint64_t)section->cohort->school, (uint64_t)block->period);

		turn += (int)dice_below(&dice, BLOCK_COURSES);
	}
	return course_find(block->courses[turn % block_courses(block)]);
}
