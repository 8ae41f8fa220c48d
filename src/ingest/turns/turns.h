/*
 * Inside ingest: whether the scheduled run of a source may begin, and what it
 * is noted with.
 */
#ifndef HOMEROOM_INGEST_TURNS_H
#define HOMEROOM_INGEST_TURNS_H

#include "homeroom/ingest.h"
#include "homeroom/store.h"

struct turn {
	const char *late; /* sources that it did not wait for; NULL: none */
};

/* False: not yet, and job->later says when; or not at all this time. */
bool turn_wait(struct db *db, struct arena *arena, struct job *job,
    struct turn *turn, struct err *err) must_use;
/* What the run did, into job->detail and job->counts. */
void turn_note(const struct turn *turn, struct arena *arena, struct job *job,
    const struct ingest_report *report);

#endif
