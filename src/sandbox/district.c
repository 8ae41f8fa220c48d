/* Makes up a district: the plan, and the order in which it is written. */
#include "sandbox.h"

#include <inttypes.h>

#define UNITS_IN_STEP 4096

struct district {
	struct arena *arena;
	struct origin origin;
	struct made_up made_up;
	struct folder folder;
	struct output output;
	int64_t done;
	bool settled;
};

/* --- the plan ------------------------------------------------------------ */

static bool plan_new(struct origin *origin, const struct district_plan *plan,
    struct err *err)
{
	if (plan->students < DISTRICT_STUDENTS_MIN ||
	    plan->students > DISTRICT_STUDENTS_MAX)
		return fail(err, FAULT_INVALID,
		    "a made-up district has %d to %d students",
		    DISTRICT_STUDENTS_MIN, DISTRICT_STUDENTS_MAX);
	if (plan->year != 0 &&
	    (plan->year < DISTRICT_YEAR_MIN || plan->year > DISTRICT_YEAR_MAX))
		return fail(err, FAULT_INVALID,
		    "a made-up school year begins in %d to %d",
		    DISTRICT_YEAR_MIN, DISTRICT_YEAR_MAX);
	*origin = (struct origin){ .students = plan->students,
		.seed = plan->seed > 0 ? plan->seed : 1,
		.year = plan->year > 0 ? plan->year : DISTRICT_YEAR,
		.format = DISTRICT_V12 };
	return true;
}

static bool plan_next_day(struct origin *origin,
    const struct district_plan *plan, struct err *err)
{
	struct calendar *calendar = &origin->calendar;

	if (!(plan->churn >= 0) || plan->churn > DISTRICT_CHURN_MAX)
		return fail(err, FAULT_INVALID,
		    "a day changes 0 to %g percent of the people",
		    DISTRICT_CHURN_MAX);
	if (!origin_read(origin, plan->from, err))
		return false;
	if ((plan->students > 0 && plan->students != origin->students) ||
	    (plan->seed > 0 && plan->seed != origin->seed) ||
	    (plan->year > 0 && plan->year != origin->year))
		return fail(err, FAULT_INVALID,
		    "the district in %s was made with %" PRId64
		    " students, seed %" PRIu64
		    " and year %d; its next day has the same",
		    plan->from, origin->students, origin->seed, origin->year);
	if (calendar->days == DAYS_MAX)
		return fail(err, FAULT_INVALID,
		    "the school year of the district in %s is over: "
		    "it has had its %d days",
		    plan->from, DAYS_MAX);
	calendar->churn[calendar->days++] =
	    (int64_t)(plan->churn * 10000 + 0.5);
	return true;
}

static bool read_plan(struct origin *origin, const struct district_plan *plan,
    struct err *err)
{
	bool ok = plan->from != NULL ? plan_next_day(origin, plan, err)
				     : plan_new(origin, plan, err);

	if (ok && plan->format != DISTRICT_SAME)
		origin->format = plan->format;
	if (ok && plan->seed > INT64_MAX)
		return fail(err, FAULT_INVALID, "a seed is below 2^63");
	return ok;
}

/* --- the order ----------------------------------------------------------- */

/* One after another: the frame, each school and the district's office, each
 * seat, each row of families, and each seat again for only children. */
static int64_t unit_count(const struct made_up *m)
{
	return 1 + m->layout.school_count + 1 + m->layout.seats +
	       m->layout.in_grade[0] + 1 + m->layout.seats;
}

static void write_unit(const struct made_up *m, struct output *out,
    int64_t unit)
{
	int64_t schools = m->layout.school_count + 1;
	int64_t rows = m->layout.in_grade[0] + 1; /* some grades have more */

	if (unit == 0) {
		write_frame(m, out);
		return;
	}
	unit -= 1;
	if (unit < schools) {
		write_school(m, out, (int)unit);
		return;
	}
	unit -= schools;
	if (unit < m->layout.seats) {
		write_student(m, out, unit);
		return;
	}
	unit -= m->layout.seats;
	if (unit < rows)
		write_row_families(m, out, unit);
	else
		write_only_child_family(m, out, unit - rows);
}

static bool finish(struct district *d, struct err *err)
{
	if (!output_finish(&d->output, origin_code(&d->origin, d->arena))) {
		*err = d->output.err;
		return false;
	}
	d->settled = folder_settle(&d->folder, err);
	return d->settled;
}

bool district_open(struct district **out, const struct district_plan *plan,
    const char *dir, struct err *err)
{
	struct arena *arena = arena_new();
	struct district *d = arena_alloc(arena, sizeof(*d));

	d->arena = arena;
	if (!read_plan(&d->origin, plan, err) ||
	    !folder_open(&d->folder, arena, dir, err)) {
		arena_free(arena);
		return false;
	}
	d->made_up.calendar = d->origin.calendar;
	d->made_up.year = school_year(d->origin.year);
	layout_make(&d->made_up.layout, arena, d->origin.seed,
	    d->origin.students);
	output_open(&d->output, d->folder.fd, d->origin.format == DISTRICT_V12);
	*out = d;
	return true;
}

bool district_step(struct district *district, int64_t *done, int64_t *total,
    struct err *err)
{
	struct district *d = district;

	*total = unit_count(&d->made_up);
	for (int i = 0; i < UNITS_IN_STEP && d->done < *total; i++)
		write_unit(&d->made_up, &d->output, d->done++);
	*done = d->done;
	if (d->output.err.fault != FAULT_NONE) {
		*err = d->output.err;
		return false;
	}
	return d->done < *total || finish(d, err);
}

void district_close(struct district *district)
{
	if (district == NULL)
		return;
	output_close(&district->output);
	if (!district->settled)
		folder_abandon(&district->folder);
	arena_free(district->arena);
}
