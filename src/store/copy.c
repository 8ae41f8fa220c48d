/* COPY in and out, and its text format. */
#include "store.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

/* libpq keeps what the server does not take yet, without limit; ours is this.
 */
#define UNSENT_MAX ((size_t)256 * 1024)

/* After a refusal there is nothing more than the answer's end. */
static void read_end(struct db *db)
{
	PGresult *next;

	while (!db->lost && db_wait(db, &(struct err){ 0 }) &&
	       (next = PQgetResult(db->pg)) != NULL)
		PQclear(next);
}

static bool start(struct db *db, const char *sql, enum copy copy,
    struct err *err)
{
	ExecStatusType status,
	    want = copy == COPY_IN ? PGRES_COPY_IN : PGRES_COPY_OUT;
	PGresult *result;

	if (!db_ready(db, err))
		return false;
	if (!PQsendQuery(db->pg, sql) || !db_wait(db, err))
		return db_lose(db, err);
	result = PQgetResult(db->pg);
	status = PQresultStatus(result);
	if (status == want) {
		db->copy = copy;
		db->unsent = 0;
	} else if (status == PGRES_FATAL_ERROR) {
		db_refused(db, result, "copy", err);
		read_end(db);
	} else {
		db_lose(db, err);
	}
	PQclear(result);
	return status == want;
}

/* --- in ------------------------------------------------------------------ */

bool copy_in(struct db *db, const char *sql, struct err *err)
{
	return start(db, sql, COPY_IN, err);
}

bool copy_put(struct db *db, const char *data, size_t len, struct err *err)
{
	int put;

	assert(db->copy == COPY_IN && len <= INT_MAX);
	while ((put = PQputCopyData(db->pg, data, (int)len)) == 0)
		if (!db_wait_sent(db, err))
			return false;
	if (put < 0)
		return db_lose(db, err);
	db->unsent += len;
	if (db->unsent < UNSENT_MAX)
		return true;
	db->unsent = 0;
	return db_wait_sent(db, err);
}

/* Ends the copy: well, or with a reason for the server to refuse it. */
static PGresult *end_in(struct db *db, const char *reason, struct err *err)
{
	int put;

	assert(db->copy == COPY_IN);
	db->copy = COPY_NONE;
	while ((put = PQputCopyEnd(db->pg, reason)) == 0)
		if (!db_wait_sent(db, err))
			return NULL;
	if (put < 0) {
		db_lose(db, err);
		return NULL;
	}
	return db_result(db, "copy", err);
}

bool copy_in_end(struct db *db, int64_t *rows, struct err *err)
{
	PGresult *result = end_in(db, NULL, err);
	struct text count;

	if (result == NULL)
		return false;
	count.at = PQcmdTuples(result);
	count.len = strlen(count.at);
	if (rows != NULL && !text_integer(count, 0, INT64_MAX, rows))
		*rows = 0;
	PQclear(result);
	return true;
}

void copy_in_drop(struct db *db)
{
	PQclear(end_in(db, "given up", &(struct err){ 0 }));
}

void copy_drop(struct db *db)
{
	struct err ignored = { 0 };

	if (db->copy == COPY_IN)
		copy_in_drop(db);
	else if (db->copy == COPY_OUT)
		db_lose(db, &ignored); /* it may be long: not worth reading */
}

/* --- out ----------------------------------------------------------------- */

bool copy_out(struct db *db, const char *sql, struct err *err)
{
	return start(db, sql, COPY_OUT, err);
}

static bool end_out(struct db *db, struct err *err)
{
	PGresult *result;

	db->copy = COPY_NONE;
	result = db_result(db, "copy", err);
	PQclear(result);
	return result != NULL;
}

bool copy_get(struct db *db, char **data, size_t *len, struct err *err)
{
	int got;

	assert(db->copy == COPY_OUT);
	PQfreemem(db->copied);
	db->copied = NULL;
	while ((got = PQgetCopyData(db->pg, &db->copied, 1)) == 0)
		if (!db_wait_input(db, -1, err))
			return false;
	*data = db->copied;
	*len = got > 0 ? (size_t)got : 0;
	if (got > 0)
		return true;
	return got == -1 ? end_out(db, err) : db_lose(db, err);
}

/* --- the text format ------------------------------------------------------ */

/* The letters of PostgreSQL's manual, "COPY", Text Format. */
static char letter_of(char c)
{
	switch (c) {
	case '\t':
		return 't';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\\':
		return '\\';
	default:
		return '\0';
	}
}

void copy_field(struct buf *out, const char *text, size_t len, bool last)
{
	size_t from = 0;

	if (text == NULL) {
		buf_add(out, "\\N", 2);
		len = 0;
	}
	for (size_t i = 0; i < len; i++) {
		char letter = letter_of(text[i]);

		if (letter == '\0')
			continue;
		buf_add(out, text + from, i - from);
		buf_char(out, '\\');
		buf_char(out, letter);
		from = i + 1;
	}
	if (len > from)
		buf_add(out, text + from, len - from);
	buf_char(out, last ? '\n' : '\t');
}
