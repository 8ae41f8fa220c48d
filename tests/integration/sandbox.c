/* The made-up district: its arithmetic, and making it in pieces.
 * threads: 1 */
#include "check.h"
#include "homeroom/sandbox.h"
#include "sandbox/sandbox.h"

#include <dirent.h>
#include <unistd.h>

static void dates(void **state)
{
	(void)state;
	for (int64_t day = 0; day < 40000; day += 13) {
		char got[DATE_TEXT], want[CLOCK_TEXT];

		date_text(got, day);
		clock_format(want, day * 86400 * 1000);
		CHECK(strncmp(got, want, 10) == 0, "%s, not %s", got, want);
	}
}

static void years(void **state)
{
	(void)state;
	for (int y = DISTRICT_YEAR_MIN; y <= DISTRICT_YEAR_MAX; y++) {
		const int64_t day = 86400 * (int64_t)1000;
		int64_t begins = school_year(y).begins;
		char text[CLOCK_TEXT], least[24], most[24];

		clock_format(text, begins * day);
		snprintf(least, sizeof(least), "%d-08-15", y);
		snprintf(most, sizeof(most), "%d-08-21", y);
		CHECK(begins % 7 == 4, "%s is no Monday", text);
		CHECK(strncmp(least, text, 10) <= 0 &&
			  strncmp(text, most, 10) <= 0,
		    "%s", text);
		CHECK(district_year(begins * day) == y, "%s", text);
		CHECK(district_year(begins * day - 1) == y - 1, "%s", text);
	}
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void ids_differ(void **state)
{
	static struct id ids[20000];

	(void)state;
	for (size_t i = 0; i < array_length(ids); i++)
		ids[i] = id_of(1, i % 2 == 0 ? ID_CLASS : ID_ROLE, i / 200,
		    i % 200 / 2);
	qsort(ids, array_length(ids), sizeof(ids[0]), compare_ids);
	for (size_t i = 1; i < array_length(ids); i++)
		CHECK(strcmp(ids[i - 1].text, ids[i].text) != 0, "%s",
		    ids[i].text);
}

static void check_seats(const struct layout *layout)
{
	int64_t step = layout->students / 500 + 1;

	for (int64_t n = 0; n < layout->students; n += step) {
		struct seat seat = layout_seat(layout, n);
		int64_t found =
		    layout_find(layout, seat.grade, layout_rank(layout, &seat));

		CHECK(found == n, "%lld of %lld", (long long)n,
		    (long long)layout->students);
	}
}

/* Every section of a school takes 12 to 32, whatever the block. */
static void check_sections(const struct layout *layout, int school)
{
	for (int c = 0; c < cohort_count(layout, school); c++) {
		struct cohort cohort = cohort_at(layout, school, c);

		for (int b = 0; b < cohort.block_count; b++) {
			int sizes[64] = { 0 };

			CHECK(cohort.sections <= 64, "%d", cohort.sections);
			for (int64_t r = 0; r < cohort.students; r++)
				sizes[cohort_section(&cohort, b, r)]++;
			for (int s = 0; s < cohort.sections; s++)
				CHECK(sizes[s] >= 12 && sizes[s] <= 32,
				    "%d in section %d of block %d, school %d",
				    sizes[s], s, b, school);
		}
	}
}

static void seats_and_sections(void **state)
{
	(void)state;
	for (int64_t n = DISTRICT_STUDENTS_MIN; n <= DISTRICT_STUDENTS_MAX;
	     n += n / 40 + 1) {
		struct arena *arena = arena_new();
		struct layout layout;

		layout_make(&layout, arena, (uint64_t)n, n);
		check_seats(&layout);
		for (int s = 0; s < layout.school_count; s++)
			check_sections(&layout, s);
		arena_free(arena);
	}
}

/* No student is in two classes at a time. */
static void periods_differ(void **state)
{
	struct arena *arena = arena_new();
	struct layout layout;

	(void)state;
	layout_make(&layout, arena, 1, 20000);
	for (int64_t n = 0; n < layout.students; n += 7) {
		struct seat seat = layout_seat(&layout, n);
		int64_t rank;
		struct cohort cohort = cohort_of(&layout, &seat, &rank);
		unsigned met[SPANS] = { 0 };

		for (int b = 0; b < cohort.block_count; b++) {
			struct section s = section_at(&layout, &cohort, b,
			    cohort_section(&cohort, b, rank));
			unsigned bit = 1U << section_period(&s);
			unsigned *of = &met[s.block->span];

			if (s.block->period < 0)
				continue;
			CHECK((*of & bit) == 0, "student %lld, block %d",
			    (long long)n, b);
			*of |= bit;
		}
		CHECK((met[SPAN_QUARTERS] &
			  (met[SPAN_FALL] | met[SPAN_SPRING])) == 0,
		    "student %lld", (long long)n);
	}
	arena_free(arena);
}

static int count_files(const char *path)
{
	DIR *dir = opendir(path);
	int n = 0;

	if (dir == NULL)
		return -1;
	while (readdir(dir) != NULL)
		n++;
	(void)closedir(dir);
	return n - 2;
}

static void closed_before_its_end(void **state)
{
	struct district_plan plan = { .students = 20000 };
	struct district *district;
	struct err err = { 0 };
	int64_t done, total;
	int before = count_files(".");

	(void)state;
	CHECK(district_open(&district, &plan, "half", &err), "%s", err.text);
	CHECK(district_step(district, &done, &total, &err), "%s", err.text);
	CHECK(done > 0 && done < total, "%lld", (long long)done);
	CHECK(count_files(".") == before + 1, "%d", count_files("."));
	district_close(district);
	CHECK(count_files(".") == before, "%d", count_files("."));
	district_close(NULL);
}

static void made_in_pieces(void **state)
{
	struct district_plan plan = { .students = 20000 };
	struct district *district;
	struct err err = { 0 };
	int64_t done = 0, total = 1, last = 0;

	(void)state;
	CHECK(district_open(&district, &plan, "whole", &err), "%s", err.text);
	for (; done < total; last = done) {
		CHECK(district_step(district, &done, &total, &err), "%s",
		    err.text);
		CHECK(done > last, "%lld", (long long)done);
		CHECK(count_files("whole") == (done < total ? -1 : 22), "%d",
		    count_files("whole"));
	}
	district_close(district);
	CHECK(count_files("whole") == 22, "%d", count_files("whole"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dates),
		cmocka_unit_test(years),
		cmocka_unit_test(ids_differ),
		cmocka_unit_test(seats_and_sections),
		cmocka_unit_test(periods_differ),
		cmocka_unit_test(closed_before_its_end),
		cmocka_unit_test(made_in_pieces),
	};

	return check_main(tests);
}
