/* Writes the work of a class and how its students did. */
#include "sandbox.h"

#include <string.h>

/* clang-format off */
static const struct {
	const char *title, *description;
	int category; /* in the table of categories */
	int max;
} work[] = {
	{ "Quiz 1: First Steps",                       "",                                             2, 20  },
	{ "Homework, Week 2",                          "Pages 12, 13 and 15",                          0, 10  },
	{ "Essay: \"What I Learned\"",                 "At least one page, in your own words",         4, 50  },
	{ "Unit 1 Test",                               "",                                             3, 100 },
	{ "Notebook Check",                            "Bring your notebook; \"neat\" is not required", 1, 10  },
	{ "Lab 1, Observing",                          "",                                             4, 25  },
	{ "Class Discussion",                          "",                                             5, 5   },
};

static const struct {
	int from; /* percent */
	const char *letter;
} letters[] = {
	{ 90, "A" }, { 80, "B" }, { 70, "C" }, { 60, "D" }, { 0, "F" },
};

static const char *const comments[] = {
	"Good work!", "Please see me, and bring your draft.", "Much better than last time", "¡Muy bien!",
	"Wrote \"I don't know\" twice; let's talk",
};
/* clang-format on */

struct work_of {
	struct id id;
	int kind;
	int64_t due;
};

static struct work_of work_at(const struct made_up *m,
    const struct section *section, int number)
{
	struct dice dice = dice_about(m->layout.seed, ABOUT_WORK, section->key,
	    (uint64_t)number);
	int64_t kind = dice_below(&dice, (int64_t)array_length(work));

	return (struct work_of){
		.id = id_of(m->layout.seed, ID_LINE_ITEM, section->key,
		    (uint64_t)number),
		.kind = (int)kind,
		.due = m->year.begins + span_rules[section->block->span].work -
		       dice_below(&dice, 20),
	};
}

static struct id scale_id(const struct made_up *m,
    const struct section *section)
{
	return id_of(m->layout.seed, ID_SCORE_SCALE, section->key, 0);
}

/* --- the work ------------------------------------------------------------ */

static void write_line_item(const struct made_up *m, struct output *out,
    const struct section *section, const struct work_of *w)
{
	const char *period = span_rules[section->block->span].period;
	char id[SESSION_ID];

	row(out, LINE_ITEMS, w->id.text);
	cell(out, work[w->kind].title);
	cell(out, work[w->kind].description);
	cell_date(out, w->due - 7);
	cell_date(out, w->due);
	cell(out, id_of(m->layout.seed, ID_CLASS, section->key, 0).text);
	cell(out, categories[work[w->kind].category].id);
	cell(out, period != NULL ? session_id(m, period, id) : NULL);
	cell(out, "0");
	cell_number(out, work[w->kind].max);
	if (out->v12)
		cell(out, school_id(&m->layout, section->cohort->school).text);
	row_end(out);
}

static void write_scale(const struct made_up *m, struct output *out,
    const struct section *section)
{
	const struct course *course = section_course(&m->layout, section);

	row(out, SCORE_SCALES, scale_id(m, section).text);
	cell(out, "Letter grades, A to F");
	cell(out, "letter");
	cell(out, "district-1");
	cell(out, course_id(course, section->cohort->grade).text);
	cell(out, id_of(m->layout.seed, ID_CLASS, section->key, 0).text);
	cell(out, "{90-100:A},{80-89:B},{70-79:C},{60-69:D},{0-59:F}");
	row_end(out);
}

static void write_scale_of_work(const struct made_up *m, struct output *out,
    const struct section *section, const struct work_of *w)
{
	row(out, LINE_ITEM_SCORE_SCALES,
	    id_of(m->layout.seed, ID_RELATION, section->key, 3000).text);
	cell(out, work[w->kind].title);
	cell(out, w->id.text);
	cell(out, scale_id(m, section).text);
	row_end(out);
}

/* By turns one of a published framework, and one of the teacher's own. */
static void cell_objective(const struct made_up *m, struct output *out,
    const struct section *section)
{
	uint64_t course = section->key >> 16;

	cell(out, section->number % 2 == 0 ? "case" : "unknown");
	if (section->number % 2 == 0)
		cell(out, id_of(m->layout.seed, ID_OBJECTIVE, course, 0).text);
	else
		cell_printf(out, "WC.%s.%d",
		    grade_names[section->cohort->grade], (int)(course & 15));
}

static void write_objective(const struct made_up *m, struct output *out,
    const struct section *section, const struct work_of *w)
{
	row(out, LINE_ITEM_LEARNING_OBJECTIVE_IDS,
	    id_of(m->layout.seed, ID_RELATION, section->key, 3001).text);
	cell(out, w->id.text);
	cell_objective(m, out, section);
	row_end(out);
}

void write_gradebook(const struct made_up *m, struct output *out,
    const struct section *section)
{
	for (int i = 0; i < WORK_COUNT; i++) {
		struct work_of w = work_at(m, section, i);

		write_line_item(m, out, section, &w);
		if (!out->v12)
			continue;
		if (i == 0)
			write_scale_of_work(m, out, section, &w);
		else
			write_objective(m, out, section, &w);
	}
	if (out->v12)
		write_scale(m, out, section);
}

/* --- the results --------------------------------------------------------- */

struct mark {
	struct id id;
	const char *status;
	int64_t score; /* -1: none */
	const char *letter, *comment;
	bool late, missing;
	bool detailed; /* with its scale, or its learning objective */
};

static const char *letter_of(int64_t percent)
{
	size_t i = 0;

	while (percent < letters[i].from)
		i++;
	return letters[i].letter;
}

static struct mark mark_of(const struct made_up *m, uint64_t student,
    const struct section *section, int number)
{
	struct dice dice = dice_about(m->layout.seed, ABOUT_SCORE, student,
	    section->key * WORK_COUNT + (uint64_t)number);
	struct work_of w = work_at(m, section, number);
	int64_t roll = dice_below(&dice, 100);
	int64_t percent = 55 + dice_below(&dice, 46);
	struct mark mark = { .id = id_of(m->layout.seed, ID_RESULT, student,
				 section->key * WORK_COUNT + (uint64_t)number),
		.status = "fully graded",
		.score = work[w.kind].max * percent / 100 };

	mark.letter = letter_of(mark.score * 100 / work[w.kind].max);
	mark.late = dice_percent(&dice, 6);
	mark.detailed = dice_percent(&dice, 10);
	if (dice_percent(&dice, 8))
		mark.comment = comments[dice_below(&dice,
		    (int64_t)array_length(comments))];
	if (roll >= 92) {
		mark.status = roll >= 98   ? "exempt"
			      : roll >= 95 ? "submitted"
					   : "not submitted";
		mark.score = -1;
		mark.letter = NULL;
		mark.missing = roll < 95;
	} else if (roll >= 90) {
		mark.status = "partially graded";
	}
	return mark;
}

static void write_mark(const struct made_up *m, struct output *out,
    const struct section *section, const char *student, const struct work_of *w,
    const struct mark *mark)
{
	row(out, RESULTS, mark->id.text);
	cell(out, w->id.text);
	cell(out, student);
	cell(out, mark->status);
	if (mark->score >= 0)
		cell_number(out, mark->score);
	else
		cell(out, out->v12 ? NULL : "0"); /* 1.1 must have one */
	cell_date(out, w->due + 3);
	cell(out, mark->comment);
	if (out->v12) {
		cell(out, mark->letter);
		cell(out,
		    id_of(m->layout.seed, ID_CLASS, section->key, 0).text);
		cell_bool(out, strcmp(mark->status, "partially graded") == 0);
		cell_bool(out, false);
		cell_bool(out, mark->late);
		cell_bool(out, mark->missing);
	}
	row_end(out);
}

static void write_scale_of_mark(const struct made_up *m, struct output *out,
    const struct section *section, const struct mark *mark, uint64_t student)
{
	row(out, RESULT_SCORE_SCALES,
	    id_of(m->layout.seed, ID_RELATION, student, section->key << 4)
		.text);
	cell(out, NULL);
	cell(out, mark->id.text);
	cell(out, scale_id(m, section).text);
	row_end(out);
}

static void write_objective_of_mark(const struct made_up *m, struct output *out,
    const struct section *section, const struct mark *mark, uint64_t student)
{
	row(out, RESULT_LEARNING_OBJECTIVE_IDS,
	    id_of(m->layout.seed, ID_RELATION, student, section->key << 4 | 1)
		.text);
	cell(out, mark->id.text);
	cell_objective(m, out, section);
	cell_number(out, mark->score);
	cell(out, mark->letter);
	row_end(out);
}

void write_results(const struct made_up *m, struct output *out,
    const struct section *section, uint64_t student, const char *id)
{
	for (int i = 0; i < WORK_COUNT; i++) {
		struct work_of w = work_at(m, section, i);
		struct mark mark = mark_of(m, student, section, i);

		write_mark(m, out, section, id, &w, &mark);
		if (!out->v12 || mark.score < 0 || !mark.detailed)
			continue;
		if (i == 0)
			write_scale_of_mark(m, out, section, &mark, student);
		else
			write_objective_of_mark(m, out, section, &mark,
			    student);
	}
}
