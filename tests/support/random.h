/*
 * Random bundles of every file that OneRoster has, made by walking the
 * model's tables: few records of each kind, so that they meet.
 */
#ifndef HOMEROOM_TESTS_RANDOM_H
#define HOMEROOM_TESTS_RANDOM_H

#include "homeroom/model.h"

struct random_plan {
	enum oneroster version;
	bool shared;        /* only files that both versions have, and roles */
	bool delta;         /* rows with a status: what changed */
	bool called_deltas; /* by the manifest, whatever the rows say */
	/* Of a hundred rows so many are wrong, and so many ids stand there
	 * more than once. */
	int wrong;
};

/* Writes the bundle into the folder `dir`, which is emptied first. */
void random_bundle(const char *dir, const struct random_plan *plan,
    uint64_t *seed);

#endif
