/* The rows of an answer, written as JSON. */
#include "publish.h"

#include <assert.h>
#include <string.h>

/* The time of the version that brought the row stands in place of its
 * number. */
static struct text time_of(const struct times *times, const char *since)
{
	struct text version = { since, strlen(since) };
	const struct moment *moment = NULL;
	int64_t number;

	if (text_integer(version, 0, INT64_MAX, &number))
		moment = times_find(times, number);
	return moment == NULL ? (struct text){ 0 }
			      : (struct text){ moment->text, CLOCK_TEXT - 1 };
}

#define COLUMNS_MAX 64

static void write_rows(const struct reading *reading, int count,
    struct buf *out)
{
	const struct asked *asked = reading->asked;
	int columns = emit_column_count(asked->plan->emit);
	int modified = emit_modified(asked->plan->emit);
	struct text values[COLUMNS_MAX];

	assert(columns <= COLUMNS_MAX);
	for (int row = 0; row < count; row++) {
		rows_values(asked->rows, row, values, columns);
		if (modified >= 0)
			values[modified] =
			    time_of(asked->times, values[modified].at);
		if (row > 0)
			buf_char(out, ',');
		emit_record(asked->plan->emit, out, values);
	}
}

static void keep_place(struct reading *reading, int count)
{
	const struct asked *asked = reading->asked;
	int column = emit_column_count(asked->plan->emit);
	struct answer *answer = &reading->answer;
	size_t len;

	if (count == 0)
		return;
	len = rows_length(asked->rows, count - 1, column);
	if (len >= sizeof(answer->last))
		return;
	memcpy(answer->last, rows_get(asked->rows, count - 1, column), len);
	answer->last[len] = '\0';
	if (asked->trusted && answer->more)
		places_keep(asked->order, reading->question.sel.offset + count,
		    answer->last);
}

bool reading_records(struct reading *reading, struct buf *out, struct err *err)
{
	const struct question *q = &reading->question;
	int count = rows_count(reading->asked->rows);

	(void)err;
	if (q->id.at == NULL && count > q->sel.limit) {
		reading->answer.more = true;
		count = q->sel.limit;
	}
	write_rows(reading, count, out);
	reading->answer.rows = count;
	if (q->id.at == NULL)
		keep_place(reading, count);
	return true;
}
