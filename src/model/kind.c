/* One row for each kind of value: how it lies in SQL, and how the API
 * description calls it. */
#include "model.h"

/* clang-format off */

const struct kind_rule kind_rules[KIND_COUNT] = {
/*	               name        in SQL         in OpenAPI */
	[ID]       = { "id",       "text",        "string"  },
	[TEXT]     = { "text",     "text",        "string"  },
	[WORD]     = { "word",     "text",        "string"  },
	[BOOL]     = { "boolean",  "boolean",     "boolean" },
	[DATE]     = { "date",     "date",        "string"  },
	[MOMENT]   = { "dateTime", "timestamptz", "string"  },
	[YEAR]     = { "year",     "text",        "string"  },
	[NUMBER]   = { "number",   "numeric",     "number"  },
	[INTEGER]  = { "integer",  "int",         "integer" },
	[REF]      = { "reference", "text",       "object"  },
	[TEXTS]    = { "texts",    "text[]",      "array"   },
	[WORDS]    = { "words",    "text[]",      "array"   },
	[REFS]     = { "references", "text[]",    "array"   },
	[OBJECTS]  = { "objects",  "text[]",      "array"   },
	[METADATA] = { "metadata", "jsonb",       "object"  },
	[MODIFIED] = { "modified", "bigint",      "string"  },
};

/* clang-format on */
