/* The rows of an answer, written as JSON one by one, wherever they come
 * from. */
#include "publish.h"

#include <assert.h>
#include <string.h>

#define COLUMNS_MAX 64

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

static bool next_row(struct reading *reading, struct text *values, int count,
    bool *end, struct err *err)
{
	struct asked *asked = reading->asked;

	if (asked->stream != NULL)
		return stream_next(reading, values, count, end, err);
	*end = asked->row == rows_count(asked->rows);
	if (!*end)
		rows_values(asked->rows, asked->row++, values, count);
	return true;
}

static void keep_last(struct answer *answer, struct text id)
{
	if (id.len >= sizeof(answer->last))
		id.len = 0;
	memcpy(answer->last, id.at, id.len);
	answer->last[id.len] = '\0';
}

static void write_row(struct reading *reading, struct text *values,
    struct buf *out)
{
	const struct asked *asked = reading->asked;
	int modified = emit_modified(asked->plan->emit);

	if (modified >= 0)
		values[modified] = time_of(asked->times, values[modified].at);
	if (reading->answer.rows++ > 0)
		buf_char(out, ',');
	emit_record(asked->plan->emit, out, values);
	keep_last(&reading->answer, values[asked->plan->id]);
}

/* The row behind the page only tells that there is one. */
static bool write_rows(struct reading *reading, int64_t limit, struct buf *out,
    struct err *err)
{
	int columns = reading->asked->plan->count;
	struct text values[COLUMNS_MAX];
	bool end = false;

	assert(columns <= COLUMNS_MAX);
	for (;;) {
		if (!next_row(reading, values, columns, &end, err))
			return false;
		if (end)
			return true;
		if (reading->answer.rows == limit)
			reading->answer.more = true;
		else
			write_row(reading, values, out);
	}
}

void records_tell_total(struct reading *reading, int64_t rows, bool more)
{
	struct asked *asked = reading->asked;
	int64_t offset = reading->question.sel.offset;

	if (asked->total < 0 && asked->trusted && !more &&
	    (rows > 0 || offset == 0))
		asked->total = offset + rows;
}

/* What others may go by: where this page ends, how much there is in all. */
static bool conclude_page(struct reading *reading, struct err *err)
{
	struct asked *asked = reading->asked;
	struct answer *answer = &reading->answer;

	records_tell_total(reading, answer->rows, answer->more);
	if (asked->stream != NULL && !stream_close(reading, err))
		return false;
	answer->total = asked->total;
	places_keep_total(asked->what, asked->total);
	if (asked->trusted && answer->more)
		places_keep(asked->order,
		    reading->question.sel.offset + answer->rows, answer->last);
	return true;
}

bool reading_records(struct reading *reading, struct buf *out, struct err *err)
{
	bool single = reading->question.id.at != NULL;

	return write_rows(reading, single ? 1 : reading->question.sel.limit,
		   out, err) &&
	       (single || conclude_page(reading, err));
}
