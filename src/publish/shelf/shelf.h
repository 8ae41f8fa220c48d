/*
 * Inside publish/shelf: bundles as files, and the zips that they are.
 */
#ifndef HOMEROOM_PUBLISH_SHELF_H
#define HOMEROOM_PUBLISH_SHELF_H

#include "homeroom/base.h"

/* --- zip.c ---------------------------------------------------------------- */

struct zip;

/* Writes to fd, which stays the caller's. `when`: the time that its files tell.
 * `large`: with the extensions for what is beyond 4 GB. zip_free it in any
 * case. */
bool zip_open(struct zip **out, int fd, int64_t when, bool large,
    struct err *err) must_use;
/* Ends the file before, if there is one, and begins the next. */
bool zip_begin(struct zip *zip, const char *name, struct err *err) must_use;
bool zip_write(struct zip *zip, const char *data, size_t len,
    struct err *err) must_use;
bool zip_close(struct zip *zip, struct err *err) must_use;
/* Whether it failed because it was not a large one. */
bool zip_outgrown(const struct zip *zip);
void zip_free(struct zip *zip); /* NULL is fine */

/* --- shelf.c: where bundles that were made lie ---------------------------- */

#define SHELF_NAME_MAX 256

struct shelf {
	int folder;
};

bool shelf_open(struct shelf *shelf, const char *home,
    struct err *err) must_use;
void shelf_close(struct shelf *shelf);
/* *fd is -1 when there is no such bundle. */
bool shelf_find(const struct shelf *shelf, const char *name, int *fd,
    struct err *err) must_use;

/* A bundle that is being made: to be written to fd. */
struct placing {
	const char *name;
	int lock, fd;
	bool placed;
};

/* When another process makes it, it waits, or fails with FAULT_BUSY. shelf_end
 * it in any case; only what shelf_place put there stays. */
bool shelf_begin(const struct shelf *shelf, const char *name, bool wait,
    struct placing *placing, struct err *err) must_use;
bool shelf_place(const struct shelf *shelf, struct placing *placing,
    struct err *err) must_use;
void shelf_end(const struct shelf *shelf, struct placing *placing);
/* Throws away what is of versions before `live`: of one client, or of all
 * (NULL). Who is still reading it reads on. */
void shelf_sweep(const struct shelf *shelf, int64_t district,
    const char *client, int64_t live);

#endif
