/*
 * Large pages come by COPY: its rows cost Postgres and us half of what those
 * of a SELECT cost, and they are written as JSON while Postgres makes the next
 * ones. COPY takes no parameters, so its values are settings of the
 * transaction, made before the publishing role is taken.
 */
#include "publish.h"

#include <string.h>

bool stream_values(struct db *db, const struct reading *reading,
    struct err *err)
{
	const struct values *given = &reading->asked->page->values;
	struct values values = { 0 };
	struct buf list = { 0 };
	bool asked;

	array_open(&list);
	for (int i = 0; i < given->count; i++)
		array_item(&list,
		    (struct text){ given->at[i], strlen(given->at[i]) });
	array_close(&list);
	values_add(&values, buf_text(&list));
	asked = pipe_ask(db, STATEMENT_session_values, &values, err);
	buf_free(&list);
	return asked;
}

/* $7 is current_setting('homeroom.v7'). */
static void put_settings(struct buf *out, const char *sql)
{
	for (;;) {
		size_t plain = strcspn(sql, "$");
		size_t digits;

		buf_add(out, sql, plain);
		sql += plain;
		if (*sql == '\0')
			return;
		digits = strspn(++sql, "0123456789");
		buf_printf(out, "current_setting('homeroom.v%.*s')",
		    (int)digits, sql);
		sql += digits;
	}
}

bool stream_open(struct reader *reader, struct reading *reading,
    struct err *err)
{
	struct buf sql = { 0 };
	bool open;

	buf_puts(&sql, "COPY (");
	put_settings(&sql, buf_text(&reading->asked->page->text));
	buf_puts(&sql, ") TO STDOUT");
	open = copy_out(reader->db, buf_text(&sql), err);
	buf_free(&sql);
	reading->asked->stream = reader;
	reader->streaming = true;
	return open;
}

bool stream_next(struct reading *reading, struct text *values, int count,
    bool *end, struct err *err)
{
	char *row;
	size_t len;

	if (!copy_get(reading->asked->stream->db, &row, &len, err))
		return false;
	*end = row == NULL;
	if (!*end && copy_split(row, len, values, count) != count)
		return fail(err, FAULT_DATABASE, "a row of another width");
	return true;
}

/* In the transaction of the page, so that both are of one version. */
static bool count_all(struct reading *reading, struct err *err)
{
	struct asked *asked = reading->asked;
	const struct rows *rows;

	asked_compose_count(reading);
	if (!db_ask_text(asked->stream->db, reading->arena,
		buf_text(&asked->count->text), &asked->count->values, &rows,
		err))
		return false;
	asked->total = rows_integer(rows, 0, 0);
	return true;
}

bool stream_close(struct reading *reading, struct err *err)
{
	struct asked *asked = reading->asked;

	if (asked->total < 0 && !count_all(reading, err))
		return false;
	if (!db_ask(asked->stream->db, reading->arena, STATEMENT_session_end,
		NULL, NULL, err))
		return false;
	asked->stream->streaming = false;
	return true;
}
