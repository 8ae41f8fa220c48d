/*
 * A client's filter as a condition in SQL: which clauses speak of what, and
 * how they hang together.
 *
 * A missing value is not equal to anything, and meets no other predicate.
 */
#include "publish.h"

static void compile(struct sql *sql, const struct term *t)
{
	bool negated = t->clause->predicate == UNEQUAL;

	sql_put(sql, negated ? "(" : "");
	sql_term(sql, t);
	sql_put(sql, negated ? ") IS NOT TRUE" : "");
}

static struct term term_of(struct sql *sql, const struct clause *c,
    const struct selection *sel, const struct times *times)
{
	struct term t = {
		.clause = c,
		.field = c->field,
		.predicate = c->predicate == UNEQUAL ? EQUAL : c->predicate,
		.literal = c->value,
		.version = sel->version,
		.times = times,
	};

	t.value = arena_printf(sql->arena, "t.%s", c->field->column);
	return t;
}

/* The part of object i of the list. */
static void compile_part(struct sql *sql, const struct clause *c,
    struct term *t)
{
	t->field = c->part;
	t->value = arena_printf(sql->arena, "t.%s[i][%d]", c->field->column,
	    c->part_index + 1);
	compile(sql, t);
}

/*
 * Clauses about parts of one list that all must hold speak of the same
 * object: somebody who is a teacher at this school. Clauses before `first`
 * are done; those that it takes along are marked in `done`.
 */
static void compile_parts(struct sql *sql, const struct selection *sel,
    const struct times *times, int first, uint32_t *done)
{
	const struct filter *filter = &sel->filter;
	const struct clause *head = &filter->clauses[first];
	const char *and = "";

	sql_put(sql,
	    "EXISTS (SELECT FROM generate_subscripts(t.%s, 1) i WHERE ",
	    head->field->column);
	for (int k = first; k < filter->count; k++) {
		const struct clause *c = &filter->clauses[k];
		struct term t = term_of(sql, c, sel, times);

		if (c->part == NULL || c->field != head->field ||
		    (*done & (1U << k)) || (filter->any && k != first))
			continue;
		sql_put(sql, "%s", and);
		compile_part(sql, c, &t);
		*done |= 1U << k;
		and = " AND ";
	}
	sql_put(sql, ")");
}

/* Not equal by itself: no object of the list is equal. */
static void compile_no_part(struct sql *sql, const struct clause *c,
    struct term *t)
{
	t->field = c->part;
	t->value = arena_printf(sql->arena, "t.%s[i][%d]", c->field->column,
	    c->part_index + 1);
	sql_put(sql,
	    "NOT EXISTS (SELECT FROM generate_subscripts(t.%s, 1) i WHERE ",
	    c->field->column);
	sql_term(sql, t);
	sql_put(sql, ")");
}

/* Whether some clause says what an object of this list is, so that "not
 * equal" can be said of that same object. */
static bool has_company(const struct filter *filter, const struct field *field)
{
	for (int k = 0; k < filter->count && !filter->any; k++) {
		const struct clause *c = &filter->clauses[k];

		if (c->part != NULL && c->field == field &&
		    c->predicate != UNEQUAL)
			return true;
	}
	return false;
}

void sql_filter(struct sql *sql, const struct selection *sel,
    const struct times *times)
{
	const struct filter *filter = &sel->filter;
	const char *glue = "";
	uint32_t done = 0;

	sql_put(sql, "(");
	for (int k = 0; k < filter->count; k++) {
		const struct clause *c = &filter->clauses[k];
		struct term t = term_of(sql, c, sel, times);

		if (done & (1U << k))
			continue;
		sql_put(sql, "%s", glue);
		glue = filter->any ? " OR " : " AND ";
		if (c->part == NULL)
			compile(sql, &t);
		else if (c->predicate == UNEQUAL &&
			 !has_company(filter, c->field))
			compile_no_part(sql, c, &t);
		else
			compile_parts(sql, sel, times, k, &done);
	}
	sql_put(sql, ")");
}
