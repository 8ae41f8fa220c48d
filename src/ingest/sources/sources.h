/*
 * Inside ingest/sources: what a source gives, on its way into a bundle on our
 * disk.
 */
#ifndef HOMEROOM_INGEST_SOURCES_H
#define HOMEROOM_INGEST_SOURCES_H

#include "../ingest.h"

/* A source that is being fetched. */
struct source {
	struct arena *arena;
	const char *name;
	const char *home; /* its folder, ours alone */
	void *settings;   /* jansson's object */
	const atomic_bool *stop;
	struct db *db; /* of the reading, between statements */
	int64_t district;
};

/* What settings say, by a path like "ready.marker", or NULL; the arena's. */
const char *source_says(const struct source *source, const char *path);
/* A secret that settings hold sealed (`path`) or name the file of (`path` and
 * "File"); NULL: neither. */
bool source_secret(const struct source *source, const char *path,
    const char **out, struct err *err) must_use;
int64_t source_number(const struct source *source, const char *path,
    int64_t otherwise);
/* Waits. False: it is time to stop, FAULT_UNAVAILABLE. */
bool source_wait(const struct source *source, int64_t seconds,
    struct err *err) must_use;

/* pickup.c: from files elsewhere to the folder `to`, when they are complete.
 * *path: the one file, or the folder. */
bool pickup(const struct source *source, const char *to, const char **path,
    struct err *err) must_use;

/* mapped.c: the same, and from those files to a bundle in `to`, by the rules
 * of the source's settings. */
bool mapped_fetch(const struct source *source, const char *to,
    struct fetched *out, struct err *err) must_use;

/* queried.c: from what a database answers, all of it or nothing, to a bundle in
 * `to`. */
bool queried_fetch(const struct source *source, const char *to,
    struct fetched *out, struct err *err) must_use;

/* accounts.c: the same of what provisioning gave persons. */
bool accounts_fetch(const struct source *source, const char *to,
    struct fetched *out, struct err *err) must_use;

/* From files in the folder `from` to a bundle in `to`, by these rules. */
struct mapping;
bool mapped_bundle(const struct source *source, const struct mapping *mapping,
    const char *from, const char *to, struct fetched *out,
    struct err *err) must_use;

/* rest/: the same from servers that answer over HTTP. */
bool oneroster_rest_fetch(const struct source *source, const char *to,
    struct fetched *out, struct err *err) must_use;
bool powerschool_fetch(const struct source *source, const char *to,
    struct fetched *out, struct err *err) must_use;

/* outlet.c: a file of a bundle that is being made. */
#define OUTLET_COLUMNS_MAX 256

struct outlet {
	const struct entity *entity;
	int fd;
	int64_t line; /* of the next row */
	struct buf rows;
	const char *columns[OUTLET_COLUMNS_MAX];
	int column_count;
};

/* With the columns of the standard, if it has some. The outlet is the
 * arena's. */
bool outlet_open(struct outlet **out, struct arena *arena, const char *folder,
    const struct entity *entity, struct err *err) must_use;
/* One more, unless it has it. */
bool outlet_column(struct outlet *outlet, const char *name,
    struct err *err) must_use;
void outlet_header(struct outlet *outlet);
/* Lines of the bundle's file are those of the file that it is made of, as far
 * as they can be: what is wrong there is found by its line. */
void outlet_move(struct outlet *outlet, int64_t line);
/* A value went into a row: newlines in it are lines. */
void outlet_count(struct outlet *outlet, struct text value);
/* A row that can't be made, as the import is told of it: its id without
 * what its record needs, so that it is set aside and the record stays as it
 * was; without an id, nothing of this file is taken to be gone. */
void outlet_put_aside(struct outlet *outlet, struct text id);
bool outlet_flush(struct outlet *outlet, struct err *err) must_use;

/* feeding.c: records that rules make of rows, on their way into the files of a
 * bundle. */
struct mapping_file;
struct pipe;

struct feeding {
	struct arena *arena;
	struct findings *findings;
	const char *to; /* the bundle's folder */
	struct outlet *outlets[PARTS_MAX];
	int outlet_count;
	struct arena *scratch; /* for a row */
	/* where rows come from now */
	const struct mapping_file *file;
	const char *name; /* for findings */
	const int *at;    /* the i-th of file->columns is there in a row */
	struct pipe *pipes;
};

/* The feeding and its findings are the arena's. */
struct feeding *feeding_new(struct arena *arena, const char *to) must_use;
/* The bundle's file of this entity; NULL: an error. */
struct outlet *feeding_outlet(struct feeding *feeding,
    const struct entity *entity, struct err *err) must_use;
/* For all that rows may come from: every column that any of them fills. */
bool feeding_prepare(struct feeding *feeding, const struct mapping_file *file,
    struct err *err) must_use;
void feeding_begin(struct feeding *feeding);
/* From here on, rows are of this file, borrowed. */
bool feeding_from(struct feeding *feeding, const struct mapping_file *file,
    const char *name, const int *at, struct err *err) must_use;
/* One row, valid UTF-8; its line is for findings, and grows. */
bool feeding_row(struct feeding *feeding, const struct text *fields,
    int64_t line, struct err *err) must_use;
/* One that can't be read: nothing of what it feeds is taken to be gone. */
bool feeding_bad_row(struct feeding *feeding, int64_t line, const char *problem,
    struct err *err) must_use;
/* With the manifest: all files are whole. */
bool feeding_end(struct feeding *feeding, struct err *err) must_use;

#endif
