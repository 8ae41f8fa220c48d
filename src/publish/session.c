/* Sessions: questions of one application, asked in one round trip under the
 * publishing role, over one version. */
#include "publish.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

/* A version that is committed while we ask makes us ask again; it does not
 * happen many times in a row. */
#define ROUNDS 4

struct session {
	int64_t application, epoch, deadline;
	struct membership *of; /* what we believe; NULL: nothing */
	/* What the session said. */
	bool heard; /* anything at all */
	bool open;
	int64_t district, live;
	int64_t grant;   /* 0: a full one */
	int64_t changed; /* the version with which it became what it is */
	struct withheld withheld;
	const struct manner *manner;
	char revision[sizeof(((struct answer *)0)->revision)];
	struct reading *const *readings;
	int count;
};

static void fail_all(struct session *session, const struct err *err)
{
	for (int i = 0; i < session->count; i++)
		session->readings[i]->err = *err;
}

static bool is_asked(const struct reading *reading)
{
	return reading->err.fault == FAULT_NONE && reading->asked != NULL;
}

/* --- asking --------------------------------------------------------------- */

static bool is_fresh(const struct sql *sql)
{
	return sql != NULL && sql->afresh;
}

/* Whether a statement is to be planned for its values. */
static bool has_fresh(const struct session *session)
{
	for (int i = 0; i < session->count; i++) {
		const struct asked *asked = session->readings[i]->asked;

		if (asked != NULL &&
		    (is_fresh(asked->page) || is_fresh(asked->count)))
			return true;
	}
	return false;
}

/* Of several pages the first: which it is only saves time. */
static const char *page_of(const struct session *session)
{
	const struct asked *asked = session->readings[0]->asked;

	return asked != NULL && asked->page != NULL ? asked->window : "";
}

static bool ask_open(struct reader *reader, const struct session *session,
    struct err *err)
{
	struct arena *arena = reader->scratch;
	int64_t left = session->deadline - clock_tick();
	struct values values = { 0 };

	values_add(&values, arena_number(arena, session->application));
	values_add(&values, arena_number(arena, session->epoch));
	values_add(&values, arena_number(arena, left > 1 ? left : 1));
	values_add(&values, has_fresh(session) ? "auto" : "force_generic_plan");
	/* Nothing for 0, the live version. */
	values_add(&values,
	    arena_printf(arena, "%.0lld",
		(long long)session->readings[0]->question.version));
	values_add(&values, page_of(session));
	return pipe_ask(reader->db, STATEMENT_session_begin, NULL, err) &&
	       pipe_ask(reader->db, STATEMENT_session_open, &values, err);
}

static bool ask_text(struct db *db, struct sql *sql, struct err *err)
{
	const char *text;

	if (sql == NULL)
		return true;
	text = buf_text(&sql->text);
	return sql->afresh ? pipe_ask_afresh(db, text, &sql->values, err)
			   : pipe_ask_text(db, text, &sql->values, err);
}

static bool send(struct reader *reader, const struct session *session,
    struct err *err)
{
	struct db *db = reader->db;

	if (!ask_open(reader, session, err))
		return false;
	for (int i = 0; i < session->count; i++) {
		const struct reading *reading = session->readings[i];

		if (!is_asked(reading))
			continue;
		if (!ask_text(db, reading->asked->kept, err) ||
		    !ask_text(db, reading->asked->purged, err) ||
		    !ask_text(db, reading->asked->parents, err) ||
		    !ask_text(db, reading->asked->page, err) ||
		    !ask_text(db, reading->asked->count, err))
			return false;
	}
	return pipe_ask(db, STATEMENT_session_end, NULL, err) &&
	       pipe_flush(db, err);
}

/* --- hearing -------------------------------------------------------------- */

static bool hear_open(struct reader *reader, struct session *session,
    struct err *err)
{
	const struct rows *rows;

	if (!pipe_answer(reader->db, reader->scratch, NULL, err) ||
	    !pipe_answer(reader->db, reader->scratch, &rows, err))
		return false;
	session->heard = true;
	session->open = rows_count(rows) > 0;
	if (!session->open)
		return true;
	session->district = rows_integer(rows, 0, 0);
	session->grant = rows_integer(rows, 0, 1);
	session->changed = rows_integer(rows, 0, 3);
	withheld_read(&session->withheld, rows_get(rows, 0, 4));
	session->manner = manner_of(rows_get(rows, 0, 6));
	session->live = rows_integer(rows, 0, 2);
	snprintf(session->revision, sizeof(session->revision), "%s",
	    rows_get(rows, 0, 5));
	return true;
}

static bool hear_kept(struct db *db, struct reading *reading, struct err *err)
{
	const struct rows *rows;

	if (reading->asked->kept == NULL)
		return true;
	if (!pipe_answer(db, reading->arena, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		err_set(&reading->err, FAULT_GONE,
		    "Version %lld of the roster is not kept any more; begin "
		    "again without a cursor.",
		    (long long)reading->answer.version);
	return true;
}

static bool hear_purged(struct db *db, struct reading *reading, struct err *err)
{
	const struct rows *rows;

	if (reading->asked->purged == NULL)
		return true;
	if (!pipe_answer(db, reading->arena, &rows, err))
		return false;
	deletions_hear(reading, rows);
	return true;
}

static bool hear_parents(struct db *db, struct reading *reading, bool forgive,
    struct err *err)
{
	const struct rows *rows;

	if (reading->asked->parents == NULL)
		return true;
	if (!pipe_answer(db, reading->arena, &rows, err))
		return false;
	for (int i = 0; i < rows_columns(rows) && !forgive; i++)
		if (strcmp(rows_get(rows, 0, i), "t") != 0)
			err_set(&reading->err, FAULT_NOT_FOUND,
			    "There is no such object among the %s.",
			    reading->question.link->parents[i]);
	return true;
}

static bool hear(struct reader *reader, struct reading *reading,
    const struct manner *manner, struct err *err)
{
	struct db *db = reader->db;
	struct asked *asked = reading->asked;
	const struct rows *rows;

	if (!hear_kept(db, reading, err) || !hear_purged(db, reading, err) ||
	    !hear_parents(db, reading, manner->empty_for_unknown, err))
		return false;
	if (asked->page != NULL &&
	    !pipe_answer(db, reader->rows, &asked->rows, err))
		return false;
	if (asked->count != NULL) {
		if (!pipe_answer(db, reading->arena, &rows, err))
			return false;
		asked->total = rows_integer(rows, 0, 0);
	}
	return true;
}

/* The answers, in the order of the questions. A statement that fails takes
 * those behind it along; each reading keeps its own error. */
static bool hear_all(struct reader *reader, struct session *session,
    struct err *err)
{
	if (!hear_open(reader, session, err))
		return false;
	for (int i = 0; i < session->count; i++) {
		struct reading *reading = session->readings[i];
		struct err problem = { 0 };

		if (is_asked(reading) &&
		    !hear(reader, reading, session->manner, &problem)) {
			reading->err = problem;
			reading->asked->failed = true;
			*err = problem;
		}
	}
	return pipe_answer(reader->db, reader->scratch, NULL, err);
}

/* One round trip. False: nothing was answered. */
static bool converse(struct reader *reader, struct session *session,
    struct err *err)
{
	struct db *db = reader->db;
	struct err ignored = { 0 }, failure = { 0 };
	bool heard;

	arena_reset(reader->scratch);
	session->heard = session->open = false;
	session->manner = manner_of(NULL);
	if (!pipe_begin(db, err))
		return false;
	heard = send(reader, session, &failure) &&
		hear_all(reader, session, &failure);
	if (!pipe_end(db, &ignored) && heard) {
		*err = ignored;
		return false;
	}
	/* What failed in Postgres left its transaction open. */
	if (!heard && db_usable(db))
		db_rollback(db);
	if (session->heard && db_usable(db) &&
	    failure.fault != FAULT_UNAVAILABLE)
		return true;
	*err = failure;
	return false;
}

/* --- rounds --------------------------------------------------------------- */

/* The statements of the pages, from what we believe. Without a belief none:
 * the session then only tells us. */
static void compose_pages(struct reader *reader, struct session *session)
{
	for (int i = 0; i < session->count; i++) {
		struct reading *reading = session->readings[i];
		struct sight sight = { .reader = reader };

		reading->asked = NULL;
		reading->err = (struct err){ 0 };
		if (session->of == NULL)
			continue;
		sight.times = session->of->times;
		sight.grant = session->of->grant;
		sight.changed = session->of->changed;
		sight.withheld = &session->of->withheld;
		reading->question.sel.word_booleans =
		    session->of->manner->word_booleans;
		if (!asked_compose(reading, &sight, &reading->err))
			reading->asked = NULL;
	}
}

/* What counts the records that the pages are part of. */
static void compose_counts(struct reader *reader, struct session *session)
{
	(void)reader;
	for (int i = 0; i < session->count; i++) {
		struct reading *reading = session->readings[i];
		struct asked *asked = reading->asked;

		asked->kept = asked->purged = NULL;
		asked->parents = asked->page = NULL;
		reading->answer.live =
		    reading->answer.version == session->of->times->live;
		reading->err = (struct err){ 0 };
		asked_compose_count(reading);
	}
}

/* Whether the session was as we believed when we composed. */
static bool is_as_believed(struct reader *reader, const struct session *session)
{
	const struct membership *m = session->of;

	return m != NULL && m->application == session->application &&
	       m->times == reader_times(reader, session->district) &&
	       m->grant == session->grant && m->changed == session->changed &&
	       m->manner == session->manner && m->times->live == session->live;
}

static bool learn(struct reader *reader, struct session *session,
    struct err *err)
{
	struct membership *m = reader_membership(reader, session->application);
	struct times *times = reader_times(reader, session->district);

	if (times->live != session->live &&
	    !times_learn(times, reader->db, reader->scratch, session->live,
		err))
		return false;
	*m = (struct membership){ session->application, times, session->grant,
		session->changed, session->withheld, session->manner };
	session->of = m;
	return true;
}

typedef void composer(struct reader *reader, struct session *session);

/* Asks until the session was as we believed when we composed. */
static bool settle(struct reader *reader, struct session *session,
    composer *compose, struct err *err)
{
	for (int round = 0; round < ROUNDS; round++) {
		compose(reader, session);
		if (!converse(reader, session, err))
			return false;
		if (session->open && is_as_believed(reader, session))
			return true;
		if (!session->open)
			return fail(err, FAULT_UNAUTHORISED,
			    "The token is not valid any more.");
		if (!learn(reader, session, err))
			return false;
	}
	return fail(err, FAULT_BUSY, "versions come too fast");
}

/* What is lost with a connection is asked once more: reading twice does no
 * harm. */
static bool settle_twice(struct reader *reader, struct session *session,
    composer *compose, struct err *err)
{
	struct db *db;

	if (!reader_db(reader, session->deadline, &db, err))
		return false;
	if (settle(reader, session, compose, err))
		return true;
	if (err->fault != FAULT_UNAVAILABLE ||
	    clock_tick() >= session->deadline)
		return false;
	*err = (struct err){ 0 };
	reader_disconnect(reader);
	return reader_db(reader, session->deadline, &db, err) &&
	       settle(reader, session, compose, err);
}

/* --- totals --------------------------------------------------------------- */

static bool lacks_total(struct reading *reading)
{
	struct asked *asked = reading->asked;
	int64_t rows, limit = reading->question.sel.limit;

	if (reading->err.fault != FAULT_NONE || reading->question.id.at != NULL)
		return false;
	rows = rows_count(asked->rows);
	records_tell_total(reading, rows, rows > limit);
	return asked->total < 0;
}

/* Counts what no page told, in a second round trip, over the same versions. */
static void count_totals(struct reader *reader, const struct session *session)
{
	struct reading *lacking[READINGS_MAX];
	struct session second = *session;
	struct err err = { 0 };

	second.readings = lacking;
	second.count = 0;
	for (int i = 0; i < session->count; i++)
		if (lacks_total(session->readings[i]))
			lacking[second.count++] = session->readings[i];
	if (second.count > 0 &&
	    !settle_twice(reader, &second, compose_counts, &err))
		fail_all(&second, &err);
}

/* --- the door ------------------------------------------------------------- */

static void find_missing(struct reading *reading)
{
	if (reading->err.fault == FAULT_NONE &&
	    reading->question.id.at != NULL &&
	    rows_count(reading->asked->rows) == 0)
		err_set(&reading->err, FAULT_NOT_FOUND,
		    "There is no such object among the %s.",
		    reading->question.of->name);
}

static void tell_revision(const struct session *session)
{
	for (int i = 0; i < session->count; i++)
		memcpy(session->readings[i]->answer.revision, session->revision,
		    sizeof(session->revision));
}

static void ask_session(struct reader *reader, struct session *session)
{
	struct err err = { 0 };

	if (!settle_twice(reader, session, compose_pages, &err)) {
		fail_all(session, &err);
		return;
	}
	tell_revision(session);
	count_totals(reader, session);
	for (int i = 0; i < session->count; i++)
		find_missing(session->readings[i]);
}

/* A statement that failed took those behind it along. */
static void ask_failed_alone(struct reader *reader,
    const struct session *session)
{
	for (int i = 0; i < session->count && session->count > 1; i++) {
		struct reading *reading = session->readings[i];
		struct session alone = *session;

		if (reading->asked == NULL || !reading->asked->failed)
			continue;
		alone.readings = &reading;
		alone.count = 1;
		ask_session(reader, &alone);
	}
}

/* The readings of the same version as the first; 0: they had their turn. */
static int take_same(struct reading *const *readings, int count, int first,
    struct reading **same)
{
	int64_t version = readings[first]->question.version;
	int taken = 0;

	for (int i = 0; i < count; i++) {
		if (readings[i]->question.version != version)
			continue;
		if (i < first)
			return 0;
		same[taken++] = readings[i];
	}
	return taken;
}

/* A session shows what left the grant's sight to its own version only. */
void reader_ask(struct reader *reader, int64_t application, int64_t epoch,
    int64_t deadline, struct reading *const *readings, int count)
{
	struct reading *same[READINGS_MAX];
	struct session session = { application, epoch, deadline,
		.readings = same };

	assert(count <= READINGS_MAX);
	reader_refresh(reader);
	for (int i = 0; i < count; i++) {
		struct membership *m = reader_membership(reader, application);

		session.of = m->application == application ? m : NULL;
		session.count = take_same(readings, count, i, same);
		if (session.count == 0)
			continue;
		ask_session(reader, &session);
		ask_failed_alone(reader, &session);
	}
}
