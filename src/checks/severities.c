/* How grave each check is: as the table has it, unless the district's settings
 * say otherwise. */
#include "checks.h"

#include <string.h>

bool check_is_known(const char *code)
{
	for (const struct check *c = checks; c->code != NULL; c++)
		if (strcmp(c->code, code) == 0)
			return true;
	return false;
}

bool severity_read(const char *word, enum severity *out)
{
	for (int s = CHECK_OFF; s <= CHECK_ERROR; s++)
		if (strcmp(severity_names[s], word) == 0) {
			*out = (enum severity)s;
			return true;
		}
	return false;
}

static enum severity severity_of(const struct check *check,
    const struct rows *said)
{
	enum severity severity = check->severity;

	for (int i = 0; i < rows_count(said); i++)
		if (strcmp(rows_get(said, i, 0), check->code) == 0 &&
		    !severity_read(rows_get(said, i, 1), &severity))
			return check->severity;
	return severity;
}

bool run_order(struct run *run, struct err *err)
{
	const struct values values = { 1, { run->district } };
	const struct rows *said;
	int count = 0;

	if (!db_ask(run->db, run->arena, STATEMENT_checks_severities, &values,
		&said, err))
		return false;
	while (checks[count].code != NULL)
		count++;
	run->results =
	    arena_alloc(run->arena, (size_t)count * sizeof(*run->results));
	run->report->results = run->results;
	for (int s = CHECK_ERROR; s >= CHECK_OFF; s--)
		for (const struct check *c = checks; c->code != NULL; c++)
			if (severity_of(c, said) == (enum severity)s)
				run->results[run->report->count++] =
				    (struct check_result){ .check = c,
					    .severity = (enum severity)s };
	return true;
}
