/* The rows of an answer, written as JSON one by one. */
#include "publish.h"

#include <assert.h>
#include <string.h>

#define COLUMNS_MAX 64
/* As many records tell about how long a record is. */
#define SOME 16

/* The time of the version that brought the row stands in place of its
 * number. */
static struct text time_of(const struct asked *asked, const char *since)
{
	struct text version = { since, strlen(since) };
	const struct moment *moment = NULL;
	int64_t number;

	if (text_integer(version, 0, INT64_MAX, &number))
		moment = times_find(asked->times,
		    number > asked->floor ? number : asked->floor);
	return moment == NULL ? (struct text){ 0 }
			      : (struct text){ moment->text, CLOCK_TEXT - 1 };
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
		values[modified] = time_of(asked, values[modified].at);
	if (reading->answer.rows++ > 0)
		buf_char(out, ',');
	emit_record(asked->plan->emit, out, values);
	keep_last(&reading->answer, values[asked->plan->id]);
}

/* The row behind the page only tells that there is one. */
static void write_rows(struct reading *reading, int64_t limit, struct buf *out)
{
	const struct rows *rows = reading->asked->rows;
	int columns = reading->asked->plan->count, count = rows_count(rows);
	struct text values[COLUMNS_MAX];

	assert(columns <= COLUMNS_MAX);
	reading->answer.more = count > limit;
	for (int i = 0; i < count && i < limit; i++) {
		rows_values(rows, i, values, columns);
		write_row(reading, values, out);
		/* Else megabytes would be moved each time they double. */
		if (i + 1 == SOME)
			buf_reserve(out, out->len / SOME * (size_t)(count - i));
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
static void conclude_page(struct reading *reading)
{
	struct asked *asked = reading->asked;
	struct answer *answer = &reading->answer;

	records_tell_total(reading, answer->rows, answer->more);
	answer->total = asked->total;
	places_keep_total(asked->what, asked->total);
	if (asked->trusted && answer->more)
		places_keep(asked->order,
		    reading->question.sel.offset + answer->rows, answer->last);
}

void reading_records(struct reading *reading, struct buf *out)
{
	bool single = reading->question.id.at != NULL;

	write_rows(reading, single ? 1 : reading->question.sel.limit, out);
	if (!single)
		conclude_page(reading);
}
