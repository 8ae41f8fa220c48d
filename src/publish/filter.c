/*
 * A client's filter as a condition in SQL: which clauses speak of what, and
 * how they hang together.
 *
 * A missing value is not equal to anything, and meets no other predicate.
 */
#include "publish.h"

#include <string.h>
#include <strings.h>

/* The pseudonym that an address of ours is made of, or NULL. */
static const char *pseudonym_in(struct sql *sql, const struct term *t)
{
	size_t len = strlen(t->literal), end = strlen(PSEUDONYM_DOMAIN);

	if ((t->field->need & PSEUDONYM_MAIL) == 0)
		return t->literal;
	if (len < end ||
	    strcasecmp(t->literal + len - end, PSEUDONYM_DOMAIN) != 0)
		return NULL;
	return arena_textn(sql->arena, t->literal, len - end);
}

static bool is_renamed(const struct sql *sql, const struct field *f)
{
	return f->kind == REF &&
	       withheld_renames(sql->withheld,
		   entity_find((struct text){ f->of, strlen(f->of) }));
}

/* What is equal to a pseudonym is found by the index that has it; other
 * predicates compare what is shown, which tells nothing of what is not. */
static bool compile_pseudonym(struct sql *sql, const struct term *t,
    const struct entity *entity)
{
	const struct field *f = t->field;
	const char *value;

	if (t->predicate != EQUAL || f != t->clause->field)
		return false;
	if (is_renamed(sql, f)) {
		value = arena_printf(sql->arena, "$%d::text",
		    sql_value(sql, t->literal));
		sql_put(sql, "%s_real = %s", t->value,
		    sight_real(sql,
			entity_find((struct text){ f->of, strlen(f->of) }),
			value));
		return true;
	}
	if (f->kind != TEXT || !withheld_replaces(sql->withheld, entity, f))
		return false;
	value = pseudonym_in(sql, t);
	if (value == NULL)
		sql_put(sql, "FALSE");
	else
		sql_put(sql,
		    "(t.pseudonym = lower($%d::text) AND %s IS NOT NULL)",
		    sql_value(sql, value), t->value);
	return true;
}

static void compile(struct sql *sql, const struct term *t,
    const struct entity *entity)
{
	bool negated = t->clause->predicate == UNEQUAL;

	sql_put(sql, negated ? "(" : "");
	if (!compile_pseudonym(sql, t, entity))
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
    struct term *t, const struct entity *entity)
{
	t->field = c->part;
	t->value = arena_printf(sql->arena, "t.%s[i][%d]", c->field->column,
	    c->part_index + 1);
	compile(sql, t, entity);
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
		compile_part(sql, c, &t, sel->entity);
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
			compile(sql, &t, sel->entity);
		else if (c->predicate == UNEQUAL &&
			 !has_company(filter, c->field))
			compile_no_part(sql, c, &t);
		else
			compile_parts(sql, sel, times, k, &done);
	}
	sql_put(sql, ")");
}
