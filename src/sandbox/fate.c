/* What each day changes for each person. */
#include "sandbox.h"

#include <assert.h>

/*
 * The happenings of a day, as hundredths of its churn. Somebody who comes or
 * goes changes one row of users; so does a new name or address; somebody else
 * in the same place changes two. A student who moves changes every enrollment
 * twice (one gone, one new), so that users and enrollments come out alike.
 */
enum happening {
	NOTHING,
	LEAVES,
	IS_REPLACED,
	MOVES,
	CHANGES_CLASS,
	IS_RENAMED,
	IS_READDRESSED,
	IS_REPHONED,
	HAPPENINGS
};

static const int of_students[HAPPENINGS] = { [LEAVES] = 10,
	[IS_REPLACED] = 15,
	[MOVES] = 25,
	[CHANGES_CLASS] = 20,
	[IS_RENAMED] = 10,
	[IS_READDRESSED] = 15 };
static const int of_guardians[HAPPENINGS] = { [IS_RENAMED] = 6,
	[IS_READDRESSED] = 14,
	[IS_REPHONED] = 8 };
static const int of_staff[HAPPENINGS] = { [IS_REPLACED] = 25,
	[IS_RENAMED] = 20,
	[IS_READDRESSED] = 30 };

/* As many come as leave: LEAVES of all students are these of the free seats,
 * of which there is one for every twenty. */
#define COMES (10 * 20)

#define HUNDREDTHS INT64_C(100)
#define MILLIONTHS INT64_C(1000000)

static bool happens(int64_t *roll, int64_t churn, int share)
{
	int64_t width = churn * share;

	if (*roll < width)
		return true;
	*roll -= width;
	return false;
}

static enum happening draw(int64_t roll, int64_t churn, const int *shares)
{
	for (int h = NOTHING + 1; h < HAPPENINGS; h++)
		if (happens(&roll, churn, shares[h]))
			return h;
	return NOTHING;
}

static void arrive(struct fate *fate, int day)
{
	*fate = (struct fate){ .here = true,
		.generation = fate->generation + 1,
		.since = day };
}

static void happen(struct fate *fate, enum happening what, int day, int block)
{
	switch (what) {
	case LEAVES:
		fate->here = false;
		return;
	case IS_REPLACED:
		arrive(fate, day);
		return;
	case MOVES:
		fate->moved = day;
		return;
	case CHANGES_CLASS:
		fate->swapped[block] = day;
		return;
	case IS_RENAMED:
		fate->renamed++;
		return;
	case IS_READDRESSED:
		fate->readdressed++;
		return;
	case IS_REPHONED:
		fate->rephoned++;
		return;
	case NOTHING:
	case HAPPENINGS:
		return;
	}
}

/* `key` is of a place, and its kind. */
static struct fate live(const struct made_up *m, uint64_t key, bool here,
    const int *shares)
{
	struct fate fate = { .here = here };

	for (int day = 1; day <= m->calendar.days; day++) {
		int64_t churn = m->calendar.churn[day - 1];
		struct dice dice = dice_about(m->layout.seed, ABOUT_NEXT_DAY,
		    key, (uint64_t)day);
		int64_t roll = dice_below(&dice, HUNDREDTHS * MILLIONTHS);

		if (fate.here)
			happen(&fate, draw(roll, churn, shares), day,
			    (int)dice_below(&dice, BLOCKS));
		else if (happens(&roll, churn, COMES))
			arrive(&fate, day);
	}
	return fate;
}

struct fate fate_of_student(const struct made_up *m, int64_t place)
{
	return live(m, (uint64_t)place * 4, place < m->layout.students,
	    of_students);
}

struct fate fate_of_guardian(const struct made_up *m, uint64_t key)
{
	return live(m, key * 4 + 1, true, of_guardians);
}

struct fate fate_of_staff(const struct made_up *m, uint64_t post)
{
	return live(m, post * 4 + 2, true, of_staff);
}
