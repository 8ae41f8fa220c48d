/* Statements: prepared when they are first asked, one at a time. */
#include "store.h"

#include "homeroom/embedded.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void values_add(struct values *values, const char *value)
{
	assert(values->count < DB_VALUES_MAX);
	values->at[values->count++] = value;
}

/* --- how a statement goes to the server ---------------------------------- */

void sending_named(struct sending *out, struct db *db, enum statement statement)
{
	const struct embedded *known = &embedded_statements[statement];

	*out = (struct sending){
		.label = known->name,
		.sql = known->text,
		.name = known->name,
		.prepared = &db->named[statement],
	};
}

/* The place of this text, or else the one that was not asked for longest. */
static struct prepared *find_place(struct db *db, struct hash128 text)
{
	struct prepared *oldest = &db->composed[0];

	for (size_t i = 0; i < array_length(db->composed); i++) {
		struct prepared *p = &db->composed[i];

		if (p->used != 0 && p->text.low == text.low &&
		    p->text.high == text.high)
			return p;
		if (p->used < oldest->used)
			oldest = p;
	}
	return oldest;
}

/* Names are never used twice, so a statement that could not be deallocated
 * (its transaction had failed) is in nobody's way. */
static void take_place(struct db *db, struct prepared *p, struct hash128 text)
{
	*p = (struct prepared){ .serial = ++db->serials, .text = text };
	snprintf(p->name, sizeof(p->name), "c%u", p->serial);
}

/* A text is prepared when it is asked the second time: clients compose many
 * that nobody asks again. */
void sending_text(struct sending *out, struct db *db, const char *sql)
{
	struct hash128 text = siphash128(db->key, sql, strlen(sql));
	struct prepared *p = find_place(db, text);
	bool known = p->used != 0 && p->text.low == text.low &&
		     p->text.high == text.high;

	*out = (struct sending){ .label = "composed statement", .sql = sql };
	if (known) {
		out->prepared = p;
	} else {
		if (p->state != UNPREPARED)
			snprintf(out->drop, sizeof(out->drop), "deallocate %s",
			    p->name);
		take_place(db, p, text);
	}
	out->name = p->name;
	p->used = ++db->asks;
}

/* --- asking -------------------------------------------------------------- */

static bool prepare(struct db *db, const struct sending *s, struct err *err)
{
	PGresult *result;

	if (!PQsendPrepare(db->pg, s->name, s->sql, 0, NULL))
		return db_lose(db, err);
	result = db_result(db, s->label, err);
	if (result == NULL)
		return false;
	PQclear(result);
	s->prepared->state = PREPARED;
	return true;
}

bool sending_send(struct db *db, const struct sending *s,
    const struct values *values, struct err *err)
{
	static const struct values none = { 0 };
	const struct values *v = values != NULL ? values : &none;
	int sent;

	if (s->prepared != NULL)
		sent = PQsendQueryPrepared(db->pg, s->name, v->count, v->at,
		    NULL, NULL, 0);
	else
		sent = PQsendQueryParams(db->pg, s->sql, v->count, NULL, v->at,
		    NULL, NULL, 0);
	return sent != 0 || db_lose(db, err);
}

static bool ask(struct db *db, struct arena *arena, const struct sending *s,
    const struct values *values, const struct rows **rows, struct err *err)
{
	PGresult *result;

	if (s->drop[0] != '\0' && !db_run(db, s->drop, &(struct err){ 0 }) &&
	    db->lost)
		return db_lose(db, err);
	if (s->prepared != NULL && s->prepared->state == UNPREPARED &&
	    !prepare(db, s, err))
		return false;
	if (!sending_send(db, s, values, err))
		return false;
	result = db_result(db, s->label, err);
	if (result == NULL)
		return false;
	if (rows != NULL)
		*rows = rows_of(arena, result);
	else
		PQclear(result);
	return true;
}

bool db_ask(struct db *db, struct arena *arena, enum statement statement,
    const struct values *values, const struct rows **rows, struct err *err)
{
	struct sending sending;

	if (!db_ready(db, err))
		return false;
	sending_named(&sending, db, statement);
	return ask(db, arena, &sending, values, rows, err);
}

bool db_ask_text(struct db *db, struct arena *arena, const char *sql,
    const struct values *values, const struct rows **rows, struct err *err)
{
	struct sending sending;

	if (!db_ready(db, err))
		return false;
	sending_text(&sending, db, sql);
	return ask(db, arena, &sending, values, rows, err);
}

bool db_run(struct db *db, const char *sql, struct err *err)
{
	PGresult *result;

	if (!db_ready(db, err))
		return false;
	if (!PQsendQuery(db->pg, sql))
		return db_lose(db, err);
	result = db_result(db, "script", err);
	PQclear(result);
	return result != NULL;
}

/* --- transactions -------------------------------------------------------- */

bool db_begin(struct db *db, struct err *err)
{
	return db_run(db, "begin", err);
}

/* COMMIT of a failed transaction is answered ROLLBACK, and is no error. */
bool db_commit(struct db *db, struct err *err)
{
	bool failed = PQtransactionStatus(db->pg) == PQTRANS_INERROR;

	if (!db_run(db, "commit", err))
		return false;
	if (failed)
		return fail(err, FAULT_DATABASE,
		    "commit: the transaction had failed");
	return true;
}

void db_rollback(struct db *db)
{
	struct err ignored = { 0 };

	if (db->pipe.on && !pipe_end(db, &ignored))
		return;
	copy_drop(db);
	if (!db->lost && PQtransactionStatus(db->pg) != PQTRANS_IDLE &&
	    !db_run(db, "rollback", &ignored))
		db_lose(db, &ignored);
}
