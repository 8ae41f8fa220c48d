/* Notes what is answered, and ships it to Postgres from a thread of its own. */
#include "audit.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How often what was noted goes to Postgres (ms). */
#define ROUND_MS 1000
/* What Postgres may take; and in all, when the server stops. */
#define ANSWER_MS 30000
#define LAST_MS 5000
/* Postgres is gone and the disk is to live on. */
#define WAITING_MAX ((int64_t)256 * 1024 * 1024)

struct audit {
	pthread_mutex_t lock; /* of all down to `stopping` */
	pthread_cond_t wake;
	struct spool spool;
	struct refused refused;
	struct buf line;
	int64_t waiting; /* bytes that were noted and not shipped yet, about */
	bool stopping;

	/* The thread's own. */
	const char *url;
	struct db *db;
	int64_t until; /* clock_tick: the last round ends; 0: it goes on */
	char live[SPOOL_NAME]; /* the spool that is shipped as it grows */
	int64_t shipped;       /* of that; -1: Postgres must be asked */
	bool failed;           /* said so already */
	pthread_t thread;
	bool running;
};

/* --- noting --------------------------------------------------------------- */

static bool add_lines(struct audit *audit, struct err *err)
{
	const struct buf *line = &audit->line;

	if (audit->waiting > WAITING_MAX)
		return fail(err, FAULT_UNAVAILABLE,
		    "too much of the audit waits for Postgres");
	if (!spool_add(&audit->spool, line->data, line->len, err))
		return false;
	audit->waiting += (int64_t)line->len;
	return true;
}

bool audit_note(struct audit *audit, const struct audit_entry *entry,
    struct err *err)
{
	bool done = true;

	pthread_mutex_lock(&audit->lock);
	if (entry->application == 0 && entry->status >= 400) {
		refused_count(&audit->refused, entry);
	} else {
		audit->line.len = 0;
		line_write(&audit->line, entry);
		done = add_lines(audit, err);
	}
	pthread_mutex_unlock(&audit->lock);
	return done;
}

/* --- shipping ------------------------------------------------------------- */

static bool append(struct db *db, struct arena *arena,
    const struct values *values, struct err *err)
{
	return db_ask(db, arena, STATEMENT_audit_append, values, NULL, err);
}

bool audit_append(struct db *db, struct arena *arena,
    const struct audit_entry *entry, const char *who, struct err *err)
{
	struct values values = { 3, { NULL, NULL, NULL } };
	struct buf json = { 0 };
	bool done;

	buf_char(&json, '[');
	entry_json(&json, entry, who);
	buf_char(&json, ']');
	values_add(&values, buf_text(&json));
	done = append(db, arena, &values, err);
	buf_free(&json);
	return done;
}

static int64_t deadline(const struct audit *audit)
{
	return audit->until > 0 ? audit->until : clock_tick() + ANSWER_MS;
}

/* The whole lines from `at` to `end`; behind them are zeros, perhaps. */
static bool read_lines(int fd, size_t at, size_t end, struct text *lines,
    char *room, struct err *err)
{
	ssize_t got = pread(fd, room, end - at, (off_t)at);
	const char *newline;

	if (got < 0)
		return fail(err, FAULT_IO, "a spool can't be read: %m");
	newline = memrchr(room, '\n', (size_t)got);
	*lines = (struct text){ room,
		newline == NULL ? 0 : (size_t)(newline - room) + 1 };
	return true;
}

static bool ship_piece(struct audit *audit, const char *name, int64_t at,
    char *lines, size_t len, struct err *err)
{
	struct arena *arena = arena_new();
	struct values values = { 0 };
	struct buf json = { 0 };
	bool done;

	lines_fold(&json, arena, lines, len);
	values_add(&values, name);
	values_add(&values, arena_number(arena, at));
	values_add(&values, arena_number(arena, at + (int64_t)len));
	values_add(&values, buf_text(&json));
	db_deadline(audit->db, deadline(audit));
	done = append(audit->db, arena, &values, err);
	buf_free(&json);
	arena_free(arena);
	return done;
}

/* From *at to `end`; what is written meanwhile waits for the next round, or
 * there would be a transaction for every few lines. */
static bool ship_lines(struct audit *audit, const char *name, int fd,
    int64_t *at, size_t end, struct err *err)
{
	char *room;
	struct text lines = { 0 };
	bool done;

	if (*at >= (int64_t)end)
		return true;
	room = memory_new(SPOOL_SIZE + 1);
	done = read_lines(fd, (size_t)*at, end, &lines, room, err) &&
	       (lines.len == 0 ||
		   ship_piece(audit, name, *at, room, lines.len, err));
	if (done)
		*at += (int64_t)lines.len;
	memory_free(room);
	return done;
}

static bool ask_shipped(struct audit *audit, const char *name, int64_t *at,
    struct err *err)
{
	struct arena *arena = arena_new();
	struct values values = { 0 };
	const struct rows *rows;
	bool done;

	values_add(&values, name);
	db_deadline(audit->db, deadline(audit));
	done = db_ask(audit->db, arena, STATEMENT_audit_shipped, &values, &rows,
	    err);
	if (done)
		*at = rows_integer(rows, 0, 0);
	arena_free(arena);
	return done;
}

static bool ship_live(struct audit *audit, const char *name, size_t end,
    struct err *err)
{
	bool done;
	int fd;

	if (!spool_take(&audit->spool, name, true, &fd))
		return true;
	if (strcmp(audit->live, name) != 0)
		audit->shipped = -1;
	memcpy(audit->live, name, sizeof(audit->live));
	done = audit->shipped >= 0 ||
	       ask_shipped(audit, name, &audit->shipped, err);
	done = done && ship_lines(audit, name, fd, &audit->shipped, end, err);
	if (!done)
		audit->shipped = -1;
	close(fd);
	return done;
}

/* One that nobody writes any more. */
static bool ship_left(struct audit *audit, const char *name, struct err *err)
{
	int64_t at;
	bool done;
	int fd;

	if (!spool_take(&audit->spool, name, false, &fd))
		return true;
	done = ask_shipped(audit, name, &at, err) &&
	       ship_lines(audit, name, fd, &at, SPOOL_SIZE, err);
	if (done)
		spool_drop(&audit->spool, name);
	close(fd);
	return done;
}

/* --- a round -------------------------------------------------------------- */

struct round {
	struct audit *audit;
	char live[SPOOL_NAME];
	size_t end; /* of what is written of it */
	struct err err;
};

static void ship(void *context, const char *name)
{
	struct round *round = context;
	struct audit *audit = round->audit;

	if (round->err.fault != FAULT_NONE)
		return;
	if (strcmp(round->live, name) == 0)
		(void)ship_live(audit, round->live, round->end, &round->err);
	else
		(void)ship_left(audit, name, &round->err);
}

static void begin_round(struct audit *audit, struct round *round)
{
	struct err ignored = { 0 };

	pthread_mutex_lock(&audit->lock);
	audit->line.len = 0;
	refused_take(&audit->refused, clock_now(), audit->until > 0,
	    &audit->line);
	/* Counts that can't be written are lost; what waits may still go. */
	if (audit->line.len > 0 && !add_lines(audit, &ignored))
		log_line(LOG_ERROR, "audit", "lost=refusals");
	memcpy(round->live, audit->spool.name, sizeof(round->live));
	round->end = audit->spool.size;
	pthread_mutex_unlock(&audit->lock);
}

/* One line says that it fails, and one that it is well again. */
static void tell(struct audit *audit, const struct err *err)
{
	bool fails = err->fault != FAULT_NONE;
	struct arena *arena;

	if (fails == audit->failed)
		return;
	audit->failed = fails;
	arena = arena_new();
	log_line(fails ? LOG_ERROR : LOG_INFO, "audit", "shipped=%s%s%s",
	    fails ? "no" : "yes", fails ? " reason=" : "",
	    fails ? log_quote(arena, err->text) : "");
	arena_free(arena);
}

/* Under the lock: of the spool that is written now. */
static int64_t not_shipped(const struct audit *audit)
{
	bool begun = strcmp(audit->live, audit->spool.name) == 0;

	return (int64_t)audit->spool.size -
	       (begun && audit->shipped > 0 ? audit->shipped : 0);
}

static void end_round(struct audit *audit, const struct round *round)
{
	if (round->err.fault != FAULT_NONE)
		return;
	pthread_mutex_lock(&audit->lock);
	audit->waiting = not_shipped(audit);
	pthread_mutex_unlock(&audit->lock);
}

static bool connect_db(struct audit *audit, struct err *err)
{
	if (audit->db != NULL && db_usable(audit->db))
		return true;
	db_close(audit->db);
	audit->db = NULL;
	audit->shipped = -1;
	return db_open(&audit->db, audit->url, DB_SERVE, err);
}

static void ship_all(struct audit *audit)
{
	struct round round = { .audit = audit };

	begin_round(audit, &round);
	if (round.err.fault == FAULT_NONE && connect_db(audit, &round.err))
		spool_each(&audit->spool, ship, &round);
	end_round(audit, &round);
	tell(audit, &round.err);
}

/* --- the thread ----------------------------------------------------------- */

/* True when it is time to stop. */
static bool rest(struct audit *audit)
{
	struct timespec until;
	bool stopping;
	int code = 0;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += ROUND_MS / 1000;
	pthread_mutex_lock(&audit->lock);
	while (!audit->stopping && code != ETIMEDOUT)
		code =
		    pthread_cond_timedwait(&audit->wake, &audit->lock, &until);
	stopping = audit->stopping;
	pthread_mutex_unlock(&audit->lock);
	return stopping;
}

static void *rounds(void *context)
{
	struct audit *audit = context;

	do
		ship_all(audit);
	while (!rest(audit));
	audit->until = clock_tick() + LAST_MS;
	ship_all(audit);
	return NULL;
}

bool audit_open(struct audit **out, const char *database_url, const char *home,
    struct err *err)
{
	struct audit *audit = memory_new(sizeof(*audit));
	pthread_condattr_t monotonic;

	*out = audit;
	audit->url = database_url;
	audit->shipped = -1;
	pthread_mutex_init(&audit->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&audit->wake, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (!spool_open(&audit->spool, home, err))
		return false;
	audit->running =
	    pthread_create(&audit->thread, NULL, rounds, audit) == 0;
	return audit->running ||
	       fail(err, FAULT_INTERNAL, "no thread for the audit");
}

/* An empty spool would be left for the next start to throw away. */
static void drop_own(struct audit *audit)
{
	if (audit->spool.fd >= 0 && not_shipped(audit) == 0)
		spool_drop(&audit->spool, audit->spool.name);
}

void audit_close(struct audit *audit)
{
	if (audit == NULL)
		return;
	pthread_mutex_lock(&audit->lock);
	audit->stopping = true;
	pthread_cond_signal(&audit->wake);
	pthread_mutex_unlock(&audit->lock);
	if (audit->running)
		pthread_join(audit->thread, NULL);
	drop_own(audit);
	spool_close(&audit->spool);
	db_close(audit->db);
	buf_free(&audit->line);
	pthread_cond_destroy(&audit->wake);
	pthread_mutex_destroy(&audit->lock);
	memory_free(audit);
}
