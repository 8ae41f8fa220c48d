/* Answers: the rows of a result, which lives as long as its arena. */
#include "store.h"

#include <stdlib.h>

struct rows {
	PGresult *result;
};

static void clear(void *result)
{
	PQclear(result);
}

const struct rows *rows_of(struct arena *arena, PGresult *result)
{
	struct rows *rows = arena_alloc(arena, sizeof(*rows));

	rows->result = result;
	arena_defer(arena, clear, result);
	return rows;
}

int rows_count(const struct rows *rows)
{
	return PQntuples(rows->result);
}

int rows_columns(const struct rows *rows)
{
	return PQnfields(rows->result);
}

const char *rows_get(const struct rows *rows, int row, int column)
{
	const char *value = PQgetvalue(rows->result, row, column);

	/* Only an empty value may be NULL: one question less for the others. */
	if (*value == '\0' && PQgetisnull(rows->result, row, column))
		return NULL;
	return value;
}

size_t rows_length(const struct rows *rows, int row, int column)
{
	return (size_t)PQgetlength(rows->result, row, column);
}

void rows_values(const struct rows *rows, int row, struct text *values,
    int count)
{
	const PGresult *result = rows->result;

	for (int i = 0; i < count; i++) {
		int len = PQgetlength(result, row, i);

		if (len == 0 && PQgetisnull(result, row, i))
			values[i] = (struct text){ 0 };
		else
			values[i] = (struct text){ PQgetvalue(result, row, i),
				(size_t)len };
	}
}

int64_t rows_integer(const struct rows *rows, int row, int column)
{
	return strtoll(PQgetvalue(rows->result, row, column), NULL, 10);
}

int64_t rows_affected(const struct rows *rows)
{
	return strtoll(PQcmdTuples(rows->result), NULL, 10);
}
