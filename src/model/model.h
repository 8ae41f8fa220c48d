/* Inside model: what the entities' tables share. */
#ifndef HOMEROOM_MODEL_MODEL_H
#define HOMEROOM_MODEL_MODEL_H

#include "homeroom/model.h"

/* A JSON document being written. A name is the member's; NULL: an item of a
 * list. */
struct doc {
	struct buf *out;
	int depth;
	bool first;
};

void doc_key(struct doc *j, const char *name);
void doc_open(struct doc *j, const char *name, char bracket);
void doc_close(struct doc *j, char bracket);
void doc_string(struct doc *j, const char *name, const char *value);
void doc_bare(struct doc *j, const char *name, const char *value);
void doc_reference(struct doc *j, const char *name, const char *kind,
    const char *of, const char *suffix);
/* The record's schema, as a member; an answer with one or many, as "example".
 */
void doc_schema(struct doc *j, const struct entity *entity,
    enum oneroster version);
void doc_example(struct doc *j, const struct entity *entity,
    const struct api *api, bool many);

/* clang-format off */

/* The members that every record has: first three, last one. */
#define BASE_FIELDS \
	{ "sourcedId",        "sourcedId",        "sourced_id", ID,       REQUIRED, BOTH, NULL,     "Unique id, given by the source" }, \
	{ "status",           "status",           "status",     WORD,     OPTIONAL, BOTH, "status", "Whether the record is in use or to be deleted" }, \
	{ "dateLastModified", "dateLastModified", "since",      MODIFIED, OPTIONAL, BOTH, NULL,     "When the record last changed as readers see it" }
#define LAST_FIELDS \
	{ "metadata",         NULL,               "metadata",   METADATA, OPTIONAL, BOTH, NULL,     "Further values that the source adds, by name" }, \
	{ 0 }

#define BASE_HEADER "sourcedId,status,dateLastModified,"

/* clang-format on */

#endif
