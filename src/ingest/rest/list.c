/* All of a list, page by page, and the proof that it was all of it. */
#include "rest.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define READINGS_MAX 3

/* A list that does not hold together: it is read again. Told apart from all
 * other faults by this one, which nothing else here has. */
#define FAULT_MOVED FAULT_CONFLICT

/* Pages on their way and pages that came too early, by their numbers. */
struct reading_list {
	struct list *list;
	struct caller *caller;
	struct call *calls[CALLS_MAX];
	bool arrived[CALLS_MAX];
	int64_t from;         /* the first record of page 0 */
	int64_t next, taking; /* pages: to be asked for; to be taken */
	int length;           /* records of a full page */
	bool one_by_one;
};

/* --- which pages there are ------------------------------------------------ */

static int stride(const struct reading_list *r)
{
	return r->list->overlaps && r->length > 1 ? r->length - 1 : r->length;
}

static int64_t first_of(const struct reading_list *r, int64_t page)
{
	if (page == 0)
		return r->from;
	return r->one_by_one && r->list->overlaps
		   ? r->list->taken - (r->length > 1)
		   : r->from + page * stride(r);
}

/* A page with room to spare comes last: that nothing is in it that should not
 * be is what proves the total. */
static bool is_needed(const struct reading_list *r, int64_t page)
{
	int64_t before = first_of(r, page - 1);

	if (page == 0)
		return true;
	return r->list->total - before >= r->length;
}

/* --- whether they hold together ------------------------------------------- */

static bool check_total(const struct list *list, int64_t total, struct err *err)
{
	return total == list->total ||
	       fail(err, FAULT_MOVED,
		   "it had %" PRId64 " records at first, then %" PRId64,
		   list->total, total);
}

static bool check_count(const struct reading_list *r, int64_t page,
    size_t count, struct err *err)
{
	int64_t left = r->list->total - first_of(r, page);
	int64_t expected = left < 0 ? 0 : left < r->length ? left : r->length;

	if (r->one_by_one && (int64_t)count <= expected)
		return true;
	return (int64_t)count == expected ||
	       fail(err, FAULT_MOVED,
		   "of %" PRId64 " records, %" PRId64 " should have come from "
		   "number %" PRId64 " on, not %zu",
		   r->list->total, expected, first_of(r, page), count);
}

static int by_value(const void *a, const void *b)
{
	uint64_t left, right;

	memcpy(&left, a, sizeof(left));
	memcpy(&right, b, sizeof(right));
	return left < right ? -1 : left > right;
}

static bool check_distinct(struct list *list, struct err *err)
{
	size_t count = list->ids.len / sizeof(uint64_t), again = 0;

	if (count > 0)
		qsort(list->ids.data, count, sizeof(uint64_t), by_value);
	for (size_t i = 1; i < count; i++)
		again += memcmp(list->ids.data + i * sizeof(uint64_t),
			     list->ids.data + (i - 1) * sizeof(uint64_t),
			     sizeof(uint64_t)) == 0;
	return again == 0 ||
	       fail(err, FAULT_MOVED, "%zu of its records came twice", again);
}

/* --- records -------------------------------------------------------------- */

static uint64_t hash_of(struct text id)
{
	/* Any key will do. */
	static const uint8_t key[16] = "homeroom reading";

	return siphash128(key, id.at != NULL ? id.at : "", id.len).low;
}

/* One without an id counts, but tells nothing: the import sets it aside, and
 * takes nothing of its kind to be gone. */
static bool take_record(struct list *list, struct call *call,
    const json_t *record, struct err *err)
{
	struct text id;

	if (!json_is_object(record))
		return fail(err, FAULT_UNAVAILABLE,
		    "what it lists are no records");
	id = list->identify(call, record);
	if (!list->take(list, call, record, id, err))
		return false;
	list->last = hash_of(id);
	if (id.len > 0)
		buf_add(&list->ids, &list->last, sizeof(list->last));
	list->taken++;
	return true;
}

/* The record that was the last one of the page before. */
static bool check_overlap(const struct list *list, struct call *call,
    const json_t *record, struct err *err)
{
	return hash_of(list->identify(call, record)) == list->last ||
	       fail(err, FAULT_MOVED,
		   "its pages do not follow each other: number %" PRId64
		   " is another record than a moment ago",
		   list->taken);
}

static bool take_records(struct reading_list *r, struct call *call,
    const json_t *records, int64_t page, struct err *err)
{
	struct list *list = r->list;
	size_t skip = (size_t)(list->taken - first_of(r, page));

	for (size_t i = 0; i < json_array_size(records); i++) {
		const json_t *record = json_array_get(records, i);

		if (i + 1 == skip) {
			if (!check_overlap(list, call, record, err))
				return false;
		} else if (!take_record(list, call, record, err)) {
			return false;
		}
	}
	if (!list->overlaps)
		buf_add(&list->marks, &list->last, sizeof(list->last));
	return list->keep == NULL || list->keep(list, err);
}

/* --- pages ---------------------------------------------------------------- */

static bool ask_page(struct reading_list *r, struct err *err)
{
	struct call *call = call_new();
	int place = (int)(r->next % CALLS_MAX);

	if (!r->list->ask(r->list, call, first_of(r, r->next), r->length,
		err)) {
		call_free(call);
		return false;
	}
	r->calls[place] = call;
	r->arrived[place] = false;
	r->next++;
	caller_ask(r->caller, call);
	return true;
}

/* The next page in order. */
static bool await_page(struct reading_list *r, struct call **out,
    struct err *err)
{
	int place = (int)(r->taking % CALLS_MAX);
	struct call *call;

	while (!r->arrived[place]) {
		if (!caller_wait(r->caller, &call, err))
			return false;
		for (int i = 0; i < CALLS_MAX; i++)
			if (r->calls[i] == call)
				r->arrived[i] = true;
	}
	*out = r->calls[place];
	return true;
}

static void end_page(struct reading_list *r)
{
	int place = (int)(r->taking % CALLS_MAX);

	call_free(r->calls[place]);
	r->calls[place] = NULL;
	r->taking++;
}

static bool take_page(struct reading_list *r, size_t *count, struct err *err)
{
	struct list *list = r->list;
	int64_t page = r->taking, total = list->total;
	struct call *call;
	json_t *records;

	if (!await_page(r, &call, err) ||
	    !list->read(list, call, &records, &total, err))
		return false;
	*count = json_array_size(records);
	if (page == 0 && r->from == 0) {
		/* A server may give fewer at a time than it is asked for. */
		if (*count > 0 && *count < (size_t)r->length)
			list->page = r->length = (int)*count;
		list->total = total;
	}
	if (!check_total(list, total, err) ||
	    (list->total >= 0 && !check_count(r, page, *count, err)) ||
	    !take_records(r, call, records, page, err))
		return false;
	end_page(r);
	return true;
}

/* --- one reading ---------------------------------------------------------- */

/* All pages are known once there is a total. */
static bool read_at_once(struct reading_list *r, struct err *err)
{
	size_t count;

	for (;;) {
		while (r->next - r->taking < r->list->parallel &&
		       is_needed(r, r->next))
			if (!ask_page(r, err))
				return false;
		if (r->next == r->taking)
			return true;
		if (!take_page(r, &count, err))
			return false;
	}
}

/* However many come, the next page is asked for behind them: until nothing
 * new comes. */
static bool read_one_by_one(struct reading_list *r, struct err *err)
{
	int64_t before;
	size_t count;

	r->one_by_one = true;
	do {
		before = r->list->taken;
		if (!ask_page(r, err) || !take_page(r, &count, err))
			return false;
	} while (r->list->taken > before);
	return true;
}

/* Where pages can't overlap, the last record of each is asked for once more:
 * when it is still there, nothing before it came or went meanwhile. */
static bool ask_mark(struct reading_list *r, int64_t page, struct err *err)
{
	struct call *call = call_new();
	int place = 0;

	while (r->calls[place] != NULL)
		place++;
	r->calls[place] = call;
	call->number = page;
	if (!r->list->ask(r->list, call, (page + 1) * r->length - 1, 1, err))
		return false;
	caller_ask(r->caller, call);
	return true;
}

static bool check_mark(struct reading_list *r, struct err *err)
{
	struct list *list = r->list;
	int64_t total = -1;
	struct call *call;
	json_t *records;
	uint64_t mark;

	if (!caller_wait(r->caller, &call, err) ||
	    !list->read(list, call, &records, &total, err))
		return false;
	memcpy(&mark, list->marks.data + (size_t)call->number * sizeof(mark),
	    sizeof(mark));
	if (json_array_size(records) != 1 ||
	    hash_of(list->identify(call, json_array_get(records, 0))) != mark)
		return fail(err, FAULT_MOVED,
		    "number %" PRId64 " is another record than a moment ago",
		    (call->number + 1) * r->length);
	for (int i = 0; i < CALLS_MAX; i++)
		if (r->calls[i] == call)
			r->calls[i] = NULL;
	call_free(call);
	return true;
}

static bool check_marks(struct reading_list *r, struct err *err)
{
	int64_t full = r->list->taken / r->length, asked = 0;

	for (int64_t heard = 0; heard < full; heard++) {
		while (asked < full && asked - heard < r->list->parallel)
			if (!ask_mark(r, asked++, err))
				return false;
		if (!check_mark(r, err))
			return false;
	}
	return true;
}

static bool check_end(struct reading_list *r, struct err *err)
{
	struct list *list = r->list;
	int64_t total = list->total;

	if (list->count != NULL &&
	    (!list->count(list, &total, err) || !check_total(list, total, err)))
		return false;
	if (list->total >= 0 && list->taken != list->total)
		return fail(err, FAULT_MOVED,
		    "%" PRId64 " of its %" PRId64 " records came", list->taken,
		    list->total);
	return (list->overlaps || check_marks(r, err)) &&
	       check_distinct(list, err);
}

static bool read_once(struct reading_list *r, bool careful, struct err *err)
{
	struct list *list = r->list;
	size_t count = 0;

	if (list->count != NULL && list->taken == 0 &&
	    !list->count(list, &list->total, err))
		return false;
	if (list->taken > 0)
		r->from = list->taken - 1;
	else if (!ask_page(r, err) || !take_page(r, &count, err))
		return false;
	if (list->taken == 0)
		return check_end(r, err);
	if ((list->total < 0 || careful) && list->overlaps) {
		if (!read_one_by_one(r, err))
			return false;
	} else if (!read_at_once(r, err)) {
		return false;
	}
	return check_end(r, err);
}

static void forget(struct reading_list *r)
{
	caller_forget(r->caller);
	for (int i = 0; i < CALLS_MAX; i++)
		call_free(r->calls[i]);
}

bool list_read(struct list *list, const struct source *source,
    struct caller *caller, struct err *err)
{
	for (int i = 0; i < READINGS_MAX; i++) {
		struct reading_list r = { .list = list,
			.caller = caller,
			.length = list->page };
		bool done;

		if (i > 0) {
			*err = (struct err){ 0 };
			list->taken = 0;
			list->ids.len = list->marks.len = 0;
			if (!source_wait(source, i, err) ||
			    !list->begin(list, err))
				return false;
		}
		done = read_once(&r, i > 0, err);
		forget(&r);
		if (done)
			return true;
		if (err->fault != FAULT_MOVED)
			break;
	}
	if (err->fault == FAULT_MOVED) {
		err->fault = FAULT_UNAVAILABLE;
		err_add(err, "it does not hold together, read %d times",
		    READINGS_MAX);
	}
	err_add(err, "%s", list->name);
	return false;
}

void list_free(struct list *list)
{
	buf_free(&list->ids);
	buf_free(&list->marks);
}
