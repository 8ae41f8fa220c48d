/* Plans carried out: several hands at once, until nothing is left. */
#include "sync.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <time.h>

#define HANDS_MOST 16
/* A directory that does not answer is tried again for so long (ms). */
#define PATIENCE ((int64_t)60 * 1000)
#define DELAY_FIRST 250
#define DELAY_MOST 5000

struct crew {
	const struct target *target;
	char plan[24];
	int count;
	struct member {
		struct crew *crew;
		pthread_t thread;
		struct hand hand;
		bool good;
		struct err err;
	} members[HANDS_MOST];
};

static bool told_to_stop(const struct target *target)
{
	return target->stop != NULL && atomic_load(target->stop);
}

static void rest(const struct target *target, int64_t ms)
{
	const struct timespec moment = { .tv_nsec = 20000000 };
	int64_t until = clock_tick() + ms;

	while (clock_tick() < until && !told_to_stop(target))
		nanosleep(&moment, NULL);
}

/* --- one hand ------------------------------------------------------------- */

static bool any_left(struct hand *hand, bool *left, struct err *err)
{
	const struct values values = { 1, { hand->plan } };
	const struct rows *rows;

	if (!db_ask(hand->db, hand->arena, STATEMENT_action_left, &values,
		&rows, err))
		return false;
	*left = rows_integer(rows, 0, 0) > 0;
	return true;
}

/* Not faster than settings allow all hands together, of whatever process. */
static bool pace(const struct hand *hand, int did, int64_t begun,
    struct err *err)
{
	int64_t rate = target_number(hand->target, "apply.perSecond", 0);
	const struct values values = { 1, { hand->target->id_text } };
	const struct rows *rows;
	int64_t should;

	if (rate == 0)
		return true;
	if (!db_ask(hand->db, hand->arena, STATEMENT_hand_count, &values, &rows,
		err))
		return false;
	should = did * rows_integer(rows, 0, 0) * 1000 / rate;
	rest(hand->target, should - (clock_tick() - begun));
	return true;
}

/* False: all that could be done is done, or it went wrong. */
static bool turn(struct member *m, int64_t *delay)
{
	struct hand *hand = &m->hand;
	int64_t begun = clock_tick();
	int did;
	bool left = false;

	if (!hand_turn(hand, &did, &m->err) ||
	    (did == 0 && !any_left(hand, &left, &m->err)))
		return false;
	if (did > 0) {
		*delay = DELAY_FIRST;
		return pace(hand, did, begun, &m->err);
	}
	m->good = !left;
	if (left)
		rest(hand->target, 50);
	return left;
}

static bool reopen(struct member *m)
{
	struct hand *hand = &m->hand;

	m->err = (struct err){ 0 };
	directory_close(hand->dir);
	hand->dir = NULL;
	return target_open(hand->target, hand->db, &hand->dir, &m->err);
}

/* A directory that dies comes back, or another server of it does. */
static void work(struct member *m)
{
	int64_t delay = DELAY_FIRST, since = clock_tick();

	for (;;) {
		arena_reset(m->hand.arena);
		if (told_to_stop(m->hand.target)) {
			err_set(&m->err, FAULT_UNAVAILABLE,
			    "it was told to stop");
			return;
		}
		if (turn(m, &delay)) {
			since = clock_tick();
			continue;
		}
		if (m->good || m->err.fault != FAULT_UNAVAILABLE ||
		    !db_usable(m->hand.db) || clock_tick() - since > PATIENCE)
			return;
		rest(m->hand.target, delay);
		delay = delay * 2 < DELAY_MOST ? delay * 2 : DELAY_MOST;
		if (!reopen(m))
			return;
	}
}

static bool begin(struct hand *hand, const struct target *target,
    struct err *err)
{
	const struct values values = { 1, { target->id_text } };

	return db_open(&hand->db, target->url, DB_INGEST, err) &&
	       book_load(hand->db, hand->life, target->district, target->name,
		   &hand->book, err) &&
	       db_ask(hand->db, hand->arena, STATEMENT_hand_begin, &values,
		   NULL, err) &&
	       target_open(target, hand->db, &hand->dir, err);
}

static void *run_member(void *context)
{
	struct member *m = context;

	m->hand.arena = arena_new();
	m->hand.life = arena_new();
	if (begin(&m->hand, m->crew->target, &m->err))
		work(m);
	directory_close(m->hand.dir);
	db_close(m->hand.db);
	arena_free(m->hand.arena);
	arena_free(m->hand.life);
	return NULL;
}

/* --- all of them ---------------------------------------------------------- */

static bool run_crew(struct crew *crew, struct applied *out, struct err *err)
{
	int started = 0;
	bool good = true;

	for (; started < crew->count; started++) {
		struct member *m = &crew->members[started];

		m->crew = crew;
		m->hand.target = crew->target;
		m->hand.plan = crew->plan;
		if (pthread_create(&m->thread, NULL, run_member, m) != 0)
			break;
	}
	if (started == 0)
		return fail(err, FAULT_INTERNAL, "no thread for the plan");
	for (int i = 0; i < started; i++) {
		struct member *m = &crew->members[i];

		pthread_join(m->thread, NULL);
		if (!m->good && good)
			*err = m->err;
		good = good && m->good;
		out->done += m->hand.done;
		out->failed += m->hand.failed;
		out->lost += m->hand.lost;
	}
	return good;
}

static bool finish(const struct crew *crew, struct db *db, struct arena *arena,
    struct err *err)
{
	char now[CLOCK_TEXT];
	const struct values values = { 2, { crew->plan, now } };

	clock_format(now, clock_now());
	return db_ask(db, arena, STATEMENT_plan_done, &values, NULL, err);
}

bool plan_apply(struct target *target, struct db *db, int64_t plan,
    struct applied *out, struct err *err)
{
	struct crew *crew = arena_alloc(target->arena, sizeof(*crew));
	int64_t hands = target_number(target, "apply.parallel", 1);
	char now[CLOCK_TEXT];
	const struct values values = { 2, { crew->plan, now } };
	const struct rows *rows;

	crew->target = target;
	crew->count = hands < 1            ? 1
		      : hands > HANDS_MOST ? HANDS_MOST
					   : (int)hands;
	snprintf(crew->plan, sizeof(crew->plan), "%" PRId64, plan);
	clock_format(now, clock_now());
	if (!db_ask(db, target->arena, STATEMENT_plan_take, &values, &rows,
		err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_CONFLICT,
		    "plan %" PRId64
		    " is not one to be carried out: it is held, "
		    "dropped or done; `homeroom plan` makes another",
		    plan);
	return run_crew(crew, out, err) && finish(crew, db, target->arena, err);
}
