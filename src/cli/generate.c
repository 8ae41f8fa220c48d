/* homeroom generate: a made-up district as a bundle, or its next day. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/sandbox.h"

#include <stdlib.h>
#include <string.h>

static const struct flag flags_known[] = {
	{ "--students", "N", "How many: 100 to 1000000" },
	{ "--seed", "S", "Another district for another number (default: 1)" },
	{ "--year", "Y", "When its school year begins (default: 2025)" },
	{ "--format", "VERSION", "OneRoster 1.1 or 1.2 (default: 1.2)" },
	{ "--from", "DIR", "Make the next day of the district in this folder" },
	{ "--churn", "PERCENT", "How many of its people that day changes" },
	{ 0 },
};

static const struct command command = {
	.usage = "generate DIR --students N [--seed S] [--year Y]\n"
		 "                             [--format 1.1|1.2]\n"
		 "       homeroom generate DIR --from DIR --churn PERCENT",
	.meaning =
	    "Writes a made-up school district as a OneRoster bundle of CSV\n"
	    "files into the folder DIR. The same numbers always give the\n"
	    "same bytes.\n",
	.flags = flags_known,
	.arguments_min = 1,
	.arguments_max = 1,
};

static bool read_format(const struct flags *flags, enum district_format *out)
{
	const char *word = flags_get(flags, "--format");

	*out = DISTRICT_SAME;
	if (word == NULL)
		return true;
	*out = strcmp(word, "1.1") == 0 ? DISTRICT_V11 : DISTRICT_V12;
	return *out == DISTRICT_V11 || strcmp(word, "1.2") == 0;
}

static bool read_percent(const struct flags *flags, double *out)
{
	const char *word = flags_get(flags, "--churn");
	char *end;

	if (word == NULL)
		return true;
	*out = strtod(word, &end);
	return end != word && *end == '\0';
}

static bool read_numbers(struct flags *flags, struct district_plan *plan)
{
	int64_t seed = 0, year = 0;

	if (!flags_number(flags, "--students", DISTRICT_STUDENTS_MIN,
		DISTRICT_STUDENTS_MAX, &plan->students) ||
	    !flags_number(flags, "--seed", 0, INT64_MAX, &seed) ||
	    !flags_number(flags, "--year", DISTRICT_YEAR_MIN, DISTRICT_YEAR_MAX,
		&year))
		return false;
	plan->year = (int)year;
	plan->seed = (uint64_t)seed;
	return true;
}

static int generate(const struct district_plan *plan, const char *dir)
{
	struct district *district;
	struct progress progress;
	struct err err = { 0 };
	int64_t done = 0, total = 1;
	bool ok = district_open(&district, plan, dir, &err);

	if (!ok)
		return failed(&err);
	progress_begin(&progress, "generating");
	while (ok && done < total) {
		ok = district_step(district, &done, &total, &err);
		progress_step(&progress, done, total);
	}
	progress_end(&progress);
	district_close(district);
	return ok ? 0 : failed(&err);
}

int cli_generate(int argc, char **argv)
{
	struct district_plan plan = { 0 };
	struct flags flags;

	if (!flags_read(&flags, &command, argc, argv) ||
	    !read_numbers(&flags, &plan))
		return flags.exit;
	plan.from = flags_get(&flags, "--from");
	if (!read_format(&flags, &plan.format))
		return usage(&command, "--format is 1.1 or 1.2");
	if (!read_percent(&flags, &plan.churn))
		return usage(&command,
		    "--churn is a percentage, such as 2 or 0.5");
	if ((plan.from != NULL) != flags_has(&flags, "--churn"))
		return usage(&command, "--from and --churn go together");
	if (plan.from == NULL && plan.students == 0)
		return usage(&command, "how many? --students N");
	return generate(&plan, flags.arguments[0]);
}
