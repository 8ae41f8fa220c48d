/* One row and two functions for each kind of value: how it lies in SQL, how the
 * API description calls it, how it is read and how it is written. */
#include "model.h"

/* clang-format off */

#define UTC "to_char(", " AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"

const struct kind_rule kind_rules[KIND_COUNT] = {
/*	               name          in SQL         in OpenAPI  in a SELECT  from CSV       to JSON */
	[ID]       = { "id",         "text",        "string",   "", "",      read_id,       emit_text     },
	[TEXT]     = { "text",       "text",        "string",   "", "",      read_text,     emit_text     },
	[WORD]     = { "word",       "text",        "string",   "", "",      read_word,     emit_word     },
	[BOOL]     = { "boolean",    "boolean",     "boolean",  "", "",      read_bool,     emit_bool     },
	[DATE]     = { "date",       "date",        "string",   "", "",      read_date,     emit_plain    },
	[MOMENT]   = { "dateTime",   "timestamptz", "string",   UTC,         read_moment,   emit_plain    },
	[YEAR]     = { "year",       "text",        "string",   "", "",      read_year,     emit_text     },
	[NUMBER]   = { "number",     "numeric",     "number",   "", "",      read_number,   emit_number   },
	[INTEGER]  = { "integer",    "int",         "integer",  "", "",      read_integer,  emit_number   },
	[REF]      = { "reference",  "text",        "object",   "", "",      read_id,       emit_ref      },
	[TEXTS]    = { "texts",      "text[]",      "array",    "", "",      read_texts,    emit_texts    },
	[WORDS]    = { "words",      "text[]",      "array",    "", "",      read_words,    emit_words    },
	[REFS]     = { "references", "text[]",      "array",    "", "",      read_ids,      emit_refs     },
	[OBJECTS]  = { "objects",    "text[]",      "array",    "", "",      read_pairs,    emit_objects  },
	[METADATA] = { "metadata",   "jsonb",       "object",   "", "",      read_nothing,  emit_metadata },
	[MODIFIED] = { "modified",   "bigint",      "string",   "", "",      read_modified, emit_plain    },
};

/* clang-format on */
