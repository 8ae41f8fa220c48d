/* Rules and conditions by themselves, over columns that their user has. */
#include "mapping.h"

#include <string.h>

#include <jansson.h>

struct mapping_set {
	struct compiling compiling;
};

struct mapping_set *mapping_set_new(struct arena *arena)
{
	struct mapping_set *set = arena_alloc(arena, sizeof(*set));

	set->compiling.arena = arena;
	set->compiling.columns = arena_alloc(arena,
	    CSV_FIELDS_MAX * sizeof(*set->compiling.columns));
	return set;
}

static bool parse(const char *json, json_t **said, struct err *err)
{
	*said = json_loads(json, JSON_DECODE_ANY, NULL);
	return *said != NULL || fail(err, FAULT_INVALID, "it is no JSON");
}

bool mapping_set_rule(struct mapping_set *set, const char *json,
    const struct rule **out, struct err *err)
{
	json_t *said;
	bool done;

	if (!parse(json, &said, err))
		return false;
	set->compiling.depth = 0;
	done = rule_compile(&set->compiling, said, out, err);
	json_decref(said);
	return done;
}

bool mapping_set_condition(struct mapping_set *set, const char *json,
    const struct condition **out, struct err *err)
{
	json_t *said;
	bool done;

	if (!parse(json, &said, err))
		return false;
	set->compiling.depth = 0;
	done = condition_compile(&set->compiling, said, out, err);
	json_decref(said);
	return done;
}

bool mapping_set_column(struct mapping_set *set, const char *name, int *out,
    struct err *err)
{
	json_t *said = json_string(name);
	bool done = compiling_column(&set->compiling, said, out, err);

	json_decref(said);
	return done;
}

const char *const *mapping_set_columns(const struct mapping_set *set,
    int *count)
{
	*count = set->compiling.column_count;
	return set->compiling.columns;
}
