/*
 * Inside directory: what a connector is. A folder each.
 */
#ifndef HOMEROOM_DIRECTORY_PRIVATE_H
#define HOMEROOM_DIRECTORY_PRIVATE_H

#include "homeroom/directory.h"

/* The functions of the door, for one type; `self` is what open gave. */
struct connector {
	const struct directory_type *type;
	/* NULL: the table of settings says it all. */
	bool (*check)(const struct directory_open *open, struct err *err);
	bool (*open)(void **self, const struct directory_open *open,
	    struct err *err);
	void (*close)(void *self);
	bool (*look)(void *self, struct arena *arena,
	    struct directory_about *out, struct err *err);
	bool (*read)(void *self, struct arena *arena,
	    const struct directory_since *since, struct directory_reading *out,
	    struct err *err);
	bool (*find)(void *self, struct arena *arena,
	    const struct directory_key *keys, int count,
	    struct directory_found *out, struct err *err);
	bool (*act)(void *self, struct arena *arena,
	    const struct directory_change *changes, int count,
	    struct directory_outcome *outcomes, struct err *err);
	const char *(*address)(struct arena *arena, const char *place,
	    const char *name, enum directory_kind kind);
};

extern const struct connector connector_ad;

/* What was set, or the fallback, or NULL. */
const char *setting_of(const struct directory_open *open, const char *name);
/* The at-th of a setting that may be given several times; NULL: no more. */
const char *setting_at(const struct directory_open *open, const char *name,
    int at);
bool setting_number(const struct directory_open *open, const char *name,
    int64_t low, int64_t high, int *out, struct err *err) must_use;

#endif
