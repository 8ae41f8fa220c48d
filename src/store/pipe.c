/* Pipelines: many statements in one round trip. */
#include "store.h"

#include <assert.h>

static void remember(struct db *db, enum piece piece, const struct sending *s)
{
	struct pipe *pipe = &db->pipe;

	if (pipe->count == pipe->room) {
		pipe->room = pipe->room == 0 ? 64 : 2 * pipe->room;
		pipe->sent = memory_grow(pipe->sent,
		    (size_t)pipe->room * sizeof(pipe->sent[0]));
	}
	pipe->sent[pipe->count++] = (struct sent){
		.piece = piece,
		.label = s->label,
		.prepared = s->prepared,
		.serial = s->prepared != NULL ? s->prepared->serial : 0,
	};
}

/* --- sending ------------------------------------------------------------- */

bool pipe_begin(struct db *db, struct err *err)
{
	if (!db_ready(db, err))
		return false;
	if (!PQenterPipelineMode(db->pg))
		return db_lose(db, err);
	db->pipe.on = true;
	db->pipe.synced = false;
	db->pipe.count = db->pipe.next = 0;
	return true;
}

static bool queue(struct db *db, const struct sending *s,
    const struct values *values, struct err *err)
{
	assert(db->pipe.on && !db->pipe.synced);
	if (db->lost)
		return db_lose(db, err);
	if (s->drop[0] != '\0') {
		if (!PQsendQueryParams(db->pg, s->drop, 0, NULL, NULL, NULL,
			NULL, 0))
			return db_lose(db, err);
		remember(db, PIECE_DROP, s);
	}
	if (s->prepared != NULL && s->prepared->state == UNPREPARED) {
		if (!PQsendPrepare(db->pg, s->name, s->sql, 0, NULL))
			return db_lose(db, err);
		s->prepared->state = PREPARING;
		remember(db, PIECE_PREPARE, s);
	}
	if (!sending_send(db, s, values, err))
		return false;
	remember(db, PIECE_ASK, s);
	return true;
}

bool pipe_ask(struct db *db, enum statement statement,
    const struct values *values, struct err *err)
{
	struct sending sending;

	sending_named(&sending, db, statement);
	return queue(db, &sending, values, err);
}

bool pipe_ask_text(struct db *db, const char *sql, const struct values *values,
    struct err *err)
{
	struct sending sending;

	sending_text(&sending, db, sql);
	return queue(db, &sending, values, err);
}

bool pipe_ask_afresh(struct db *db, const char *sql,
    const struct values *values, struct err *err)
{
	struct sending sending = { .label = "composed statement", .sql = sql };

	return queue(db, &sending, values, err);
}

bool pipe_flush(struct db *db, struct err *err)
{
	assert(db->pipe.on && !db->pipe.synced);
	if (db->lost || !PQpipelineSync(db->pg) || PQflush(db->pg) < 0)
		return db_lose(db, err);
	db->pipe.synced = true;
	return true;
}

/* --- answers ------------------------------------------------------------- */

/* The next result, with the end that follows it; NULL: lost. */
static PGresult *take(struct db *db, struct err *err)
{
	PGresult *result = NULL, *end;

	if (db->lost || !db_wait(db, err) ||
	    (result = PQgetResult(db->pg)) == NULL) {
		db_lose(db, err);
		return NULL;
	}
	if (PQresultStatus(result) == PGRES_PIPELINE_SYNC)
		return result;
	end = db_wait(db, err) ? PQgetResult(db->pg) : NULL;
	if (end != NULL) {
		PQclear(end);
		db_lose(db, err);
	}
	return result;
}

static bool succeeded(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK ||
	       status == PGRES_EMPTY_QUERY;
}

static bool judge(struct db *db, const PGresult *result,
    const struct sent *sent, struct err *err)
{
	if (succeeded(result))
		return true;
	if (PQresultStatus(result) == PGRES_PIPELINE_ABORTED)
		return fail(err, FAULT_BUSY,
		    "%s: not run, because one before it failed", sent->label);
	return db_refused(db, result, sent->label, err);
}

/* The place may belong to another text by now. */
static void settle(const struct sent *sent, bool prepared)
{
	if (sent->prepared->serial == sent->serial)
		sent->prepared->state = prepared ? PREPARED : UNPREPARED;
}

/* The answer to the next statement; *result only when true. A preparation
 * that failed leaves its reason in *err, and its statement fails with it. */
static bool next_answer(struct db *db, PGresult **result, struct err *err)
{
	struct pipe *pipe = &db->pipe;

	for (;;) {
		const struct sent *sent = &pipe->sent[pipe->next];
		bool good;

		assert(pipe->next < pipe->count);
		*result = take(db, err);
		if (*result == NULL)
			return false;
		pipe->next++;
		good = judge(db, *result, sent, err);
		if (sent->piece == PIECE_ASK && good)
			return true;
		PQclear(*result);
		if (sent->piece == PIECE_ASK)
			return false;
		if (sent->piece == PIECE_PREPARE)
			settle(sent, good);
	}
}

bool pipe_answer(struct db *db, struct arena *arena, const struct rows **rows,
    struct err *err)
{
	PGresult *result;

	assert(db->pipe.on && db->pipe.synced);
	if (!next_answer(db, &result, err))
		return false;
	if (rows != NULL)
		*rows = rows_of(arena, result);
	else
		PQclear(result);
	return true;
}

/* Reads what nobody asked for, to the mark that pipe_flush set. */
static bool drain(struct db *db, struct err *err)
{
	struct pipe *pipe = &db->pipe;
	PGresult *result;
	bool mark;

	while (!db->lost && pipe->next < pipe->count)
		if (next_answer(db, &result, &(struct err){ 0 }))
			PQclear(result);
	if (db->lost || !pipe->synced)
		return pipe->count == 0 && !db->lost;
	result = take(db, err);
	if (result == NULL)
		return false;
	mark = PQresultStatus(result) == PGRES_PIPELINE_SYNC;
	PQclear(result);
	return mark;
}

/* What was asked and never flushed may or may not have left: then the
 * connection goes, so that the server forgets it. */
bool pipe_end(struct db *db, struct err *err)
{
	bool clean;

	assert(db->pipe.on);
	db->pipe.on = false;
	if (!db->pipe.synced && db->pipe.count > 0)
		return db_lose(db, err);
	clean = drain(db, err) && PQexitPipelineMode(db->pg);
	return clean || db_lose(db, err);
}
