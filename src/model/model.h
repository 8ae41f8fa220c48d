/* Inside model: what the entities' tables share. */
#ifndef HOMEROOM_MODEL_MODEL_H
#define HOMEROOM_MODEL_MODEL_H

#include "homeroom/model.h"

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
