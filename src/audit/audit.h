/*
 * Inside audit: spools, what of them goes into Postgres, and counts of what was
 * refused.
 */
#ifndef HOMEROOM_AUDIT_AUDIT_H
#define HOMEROOM_AUDIT_AUDIT_H

#include "homeroom/audit.h"

/* --- spool.c: files of lines, each written by one process ------------------
 *
 * HOME/audit/RANDOM.spool, locked while its writer lives: lines, and zeros up
 * to SPOOL_SIZE. A line is what line_write makes; a last one without its end
 * was never acknowledged.
 */

#define SPOOL_NAME 32
#define SPOOL_SIZE ((size_t)1024 * 1024)

struct spool {
	int folder;
	int fd;
	char name[SPOOL_NAME];
	char *memory; /* the file, mapped */
	size_t size;  /* of its lines */
};

bool spool_open(struct spool *spool, const char *home,
    struct err *err) must_use;
void spool_close(struct spool *spool);
/* Whole, or not at all; begins another file when this one is full. */
bool spool_add(struct spool *spool, const char *lines, size_t len,
    struct err *err) must_use;

/* Calls for each spool in the folder. */
void spool_each(const struct spool *spool,
    void (*visit)(void *context, const char *name), void *context);
/* To read it. `live`: its writer is this process, and it is still written.
 * False: it is another's, or gone. */
bool spool_take(const struct spool *spool, const char *name, bool live,
    int *fd) must_use;
void spool_drop(const struct spool *spool, const char *name);

/* --- line.c: an entry as a line, and lines as what Postgres takes --------- */

void line_write(struct buf *out, const struct audit_entry *entry);
/* What one entry of homeroom.audit_append is, without `who`. */
void entry_json(struct buf *out, const struct audit_entry *entry,
    const char *who);

/* Whole lines, as JSON for homeroom.audit_append. Of what is the same but for
 * rows, bytes and id within a second, all but the first few are folded into
 * one. */
void lines_fold(struct buf *out, struct arena *arena, char *lines, size_t len);

/* --- refused.c: what nobody known was refused ----------------------------- */

#define REFUSED_MAX 256

struct refusal_count {
	const char *method, *endpoint, *fault; /* static texts, of routes */
	int status;
	char network[56];
	int64_t requests;
	int64_t bytes;
};

/* Many are few kinds: what is beyond them is counted without a network. */
struct refused {
	struct refusal_count counts[REFUSED_MAX];
	int count;
	int64_t minute;
};

void refused_count(struct refused *refused, const struct audit_entry *entry);
/* What was counted in minutes that are over (all: and in this one) as lines. */
void refused_take(struct refused *refused, int64_t now, bool all,
    struct buf *lines);

#endif
