/* What settings say of the changes that a source may bring: limits, what it
 * means that a record is missing, and the windows of the year. */
#include "guard.h"

#include <string.h>

#include <jansson.h>

/* A bulk file that lost more than this was probably cut off. */
#define REMOVED_PERCENT 10
/* A school that lost more than this, too. */
#define LOST_PERCENT 50

static const char *const limit_words[] = {
	[LIMIT_ADDED] = "added",
	[LIMIT_CHANGED] = "changed",
	[LIMIT_REMOVED] = "removed",
	[LIMIT_DISABLED] = "disabled",
};

static const char *const school_words[] = {
	[SCHOOL_REMOVED] = "removed",
	[SCHOOL_STUDENTS] = "students",
	[SCHOOL_CLASSES] = "classes",
	[SCHOOL_ENROLLMENTS] = "enrollments",
};

/* --- limits --------------------------------------------------------------- */

static void begin(struct policy *policy)
{
	const struct limit none = LIMIT_NONE;

	policy->absent_after = 1;
	for (int i = 0; i < PARTS_MAX; i++) {
		for (int j = 0; j < LIMITS; j++)
			policy->records[i][j] = none;
		policy->records[i][LIMIT_REMOVED].percent = REMOVED_PERCENT;
	}
	for (int i = 0; i < SCHOOL_LIMITS; i++) {
		policy->schools[i] = none;
		policy->schools[i].percent = LOST_PERCENT;
	}
	policy->schools[SCHOOL_REMOVED] = (struct limit){ 0, -1 };
}

struct guard *guard_new(struct arena *arena)
{
	struct guard *guard = arena_alloc(arena, sizeof(*guard));

	begin(&guard->policy);
	return guard;
}

void guard_free(struct guard *guard)
{
	changes_close(guard->changes);
}

/* Text is checked when settings are applied. */
static void lay_text(struct limit *limit, const json_t *text)
{
	const char *say = json_string_value(text);
	struct limit said;

	if (say == NULL ||
	    !limit_read((struct text){ say, strlen(say) }, &said))
		return;
	if (said.records >= 0)
		limit->records = said.records;
	if (said.percent >= 0)
		limit->percent = said.percent;
}

/* What is said replaces what was there. */
static void lay_limit(struct limit *limit, const json_t *said)
{
	const struct limit none = LIMIT_NONE;

	if (said == NULL)
		return;
	*limit = none;
	if (!json_is_array(said))
		lay_text(limit, said);
	for (size_t i = 0; i < json_array_size(said); i++)
		lay_text(limit, json_array_get(said, i));
}

static void lay_records(struct policy *policy, int part, const json_t *said)
{
	for (int j = 0; j < LIMITS; j++)
		lay_limit(&policy->records[part][j],
		    json_object_get(said, limit_words[j]));
}

static void lay_limits(struct ingest *job, const json_t *limits)
{
	struct policy *policy = &job->guard->policy;

	for (int i = 0; i < job->part_count; i++)
		lay_records(policy, i, json_object_get(limits, "others"));
	for (int i = 0; i < job->part_count; i++)
		lay_records(policy, i,
		    json_object_get(limits, job->parts[i].entity->name));
	for (int j = 0; j < SCHOOL_LIMITS; j++)
		lay_limit(&policy->schools[j],
		    json_object_get(json_object_get(limits, "schools"),
			school_words[j]));
}

/* --- windows -------------------------------------------------------------- */

static const char *say(const json_t *map, const char *key)
{
	return json_string_value(json_object_get(map, key));
}

/* Days with a year, or days of every year, which may go over its end. */
static bool is_between(const char *today, const char *from, const char *until)
{
	if (strlen(from) == 5)
		today += strlen("2027-");
	if (strcmp(from, until) <= 0)
		return strcmp(from, today) <= 0 && strcmp(today, until) <= 0;
	return strcmp(from, today) <= 0 || strcmp(today, until) <= 0;
}

/* Near the start or the end of a session that is published. */
static bool ask_sessions(struct ingest *job, const json_t *window, bool *on,
    struct err *err)
{
	const char *start = say(window, "startOf");
	const char *before = say(window, "before"),
		   *after = say(window, "after");
	const struct values values = { 6,
		{ arena_number(job->arena, job->request->district),
		    start != NULL ? start : say(window, "endOf"),
		    start != NULL ? "start" : "end", job->guard->policy.today,
		    before != NULL ? before : "0",
		    after != NULL ? after : "0" } };
	const struct rows *rows;

	if (!db_ask(job->db, job->brief, STATEMENT_session_near, &values, &rows,
		err))
		return false;
	*on = rows_count(rows) > 0;
	return true;
}

static bool is_on(struct ingest *job, const json_t *window, bool *on,
    struct err *err)
{
	const char *from = say(window, "from");

	if (from == NULL)
		return ask_sessions(job, window, on, err);
	*on = is_between(job->guard->policy.today, from, say(window, "until"));
	return true;
}

static bool lay_window(struct ingest *job, const char *name,
    const json_t *window, struct err *err)
{
	const char *take = say(window, "take");
	bool on;

	if (!is_on(job, window, &on, err))
		return false;
	if (!on)
		return true;
	lay_limits(job, json_object_get(window, "limits"));
	/* By hand it can be taken all the same. */
	if (take == NULL || strcmp(take, "everything") == 0 ||
	    job->request->accept)
		return true;
	job->guard->policy.window = arena_text(job->arena, name);
	if (strcmp(take, "nothing") == 0)
		job->guard->policy.frozen = true;
	else
		job->guard->policy.additive = true;
	return true;
}

static bool lay_windows(struct ingest *job, json_t *windows, struct err *err)
{
	const char *name;
	json_t *window;

	json_object_foreach(windows, name,
	    window) if (!lay_window(job, name, window, err)) return false;
	return true;
}

/* --- both ----------------------------------------------------------------- */

static bool is_said(const json_t *said, const char *key, const char *word)
{
	const char *text = say(said, key);

	return text != NULL && strcmp(text, word) == 0;
}

static void lay_statuses(struct policy *policy, const json_t *said)
{
	const char *after = say(json_object_get(said, "absent"), "after");

	if (after != NULL &&
	    !text_integer((struct text){ after, strlen(after) }, 0, 1000000,
		&policy->absent_after))
		policy->absent_after = 1;
	policy->keeps = is_said(said, "missing", "keep");
	policy->statuses = (struct statuses){
		.gone_stays = is_said(said, "tobedeleted", "keep"),
		.gone_goes = is_said(said, "tobedeleted", "remove"),
		.inactive_goes = is_said(said, "inactive", "remove"),
		.inactive_disables = is_said(said, "inactive", "disable"),
	};
}

int64_t policy_number(const struct ingest *job)
{
	const struct policy *p = &job->guard->policy;

	return p->statuses.gone_stays + 2 * p->statuses.gone_goes +
	       4 * p->statuses.inactive_goes +
	       8 * p->statuses.inactive_disables + 16 * p->keeps +
	       32 * p->additive;
}

static void free_json(void *json)
{
	json_decref(json);
}

static json_t *read_json(struct ingest *job, const char *text)
{
	json_t *json = json_loads(text, 0, NULL);

	arena_defer(job->arena, free_json, json);
	return json;
}

/* What a source says goes before what its district says, and what a window
 * says before what holds all year. */
bool policy_read(struct ingest *job, struct err *err)
{
	char now[CLOCK_TEXT];
	const struct values values = { 3,
		{ arena_number(job->arena, job->request->district),
		    arena_number(job->arena, job->source), now } };
	const struct rows *rows;
	json_t *source, *district;

	clock_format(now, clock_now());
	if (!db_ask(job->db, job->arena, STATEMENT_source_policy, &values,
		&rows, err))
		return false;
	job->guard->policy.today = rows_get(rows, 0, 0);
	source = read_json(job, rows_get(rows, 0, 1));
	district = read_json(job, rows_get(rows, 0, 2));
	lay_statuses(&job->guard->policy, source);
	lay_limits(job, json_object_get(district, "limits"));
	lay_limits(job, json_object_get(source, "limits"));
	return lay_windows(job, json_object_get(district, "windows"), err) &&
	       lay_windows(job, json_object_get(source, "windows"), err);
}
