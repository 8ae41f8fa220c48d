/* What must hold of a district's roster after every version. */
#include "check.h"

#include "support/database.h"
#include "support/fixture.h"

static void none(int64_t district, const char *what, struct buf *sql)
{
	const char *found = fixture_value(district, buf_text(sql));

	CHECK(found[0] == '\0', "%s: %s", what, found);
	buf_free(sql);
}

/* What the version says it has is what there is. */
static void counts_are_true(int64_t district)
{
	for (const struct entity *const *e = entities; *e != NULL; e++) {
		struct buf sql = { 0 };

		buf_printf(&sql,
		    "SELECT '%s' FROM homeroom.version WHERE district = {d} "
		    "AND version = (SELECT max(version) FROM homeroom.version "
		    "WHERE district = {d}) AND coalesce((rows ->> "
		    "'%s')::bigint, 0) <> (SELECT count(*) FROM roster.%s "
		    "WHERE district = {d})",
		    (*e)->name, (*e)->name, (*e)->table);
		none(district, "counts", &sql);
	}
}

/* The records of `of` that a record names in a column are there. */
static void reference_holds(int64_t district, const struct entity *e,
    const char *column, const struct entity *of, bool list)
{
	struct buf sql = { 0 };

	buf_printf(&sql,
	    "SELECT '%s.%s: ' || t.sourced_id || ' to ' || i.id FROM "
	    "roster.%s t, unnest(%st.%s%s) AS i(id) WHERE t.district = {d} "
	    "AND t.status = 'active' AND i.id IS NOT NULL AND NOT EXISTS "
	    "(SELECT FROM roster.%s x WHERE x.district = {d} AND "
	    "x.sourced_id = i.id AND x.status = 'active')",
	    e->name, column, e->table, list ? "" : "ARRAY[", column,
	    list ? "" : "]", of->table);
	none(district, "a reference to nothing", &sql);
}

static void reference_is_there(int64_t district, const struct entity *e,
    const char *column)
{
	struct buf sql = { 0 };

	buf_printf(&sql,
	    "SELECT sourced_id FROM roster.%s WHERE district = {d} AND "
	    "status = 'active' AND %s IS NULL",
	    e->table, column);
	none(district, column, &sql);
}

/* What a record can't be without is there. */
static void references_hold(int64_t district)
{
	for (const struct entity *const *e = entities; *e != NULL; e++)
		for_each_field (f, (*e)->fields) {
			bool ref = f->kind == REF || f->kind == REFS;

			if (!ref || f->column == NULL || (f->need & DERIVED))
				continue;
			reference_holds(district, *e, f->column,
			    entity_find((struct text){ f->of, strlen(f->of) }),
			    f->kind == REFS);
			if (f->need & REQUIRED_12)
				reference_is_there(district, *e, f->column);
		}
	reference_holds(district, &entity_demographics, "sourced_id",
	    &entity_users, false);
}

/* What is derived is what deriving it anew gives. */
static void derived_is_true(int64_t district)
{
	for (const struct derived *d = derived; d->parent != NULL; d++) {
		struct buf sql = { 0 };

		buf_printf(&sql,
		    "SELECT '%s.%s: ' || p.sourced_id FROM roster.%s p WHERE "
		    "p.district = {d} AND p.status = 'active' AND p.%s IS "
		    "DISTINCT FROM (SELECT %s FROM roster.%s c WHERE "
		    "c.district = {d} AND c.%s = p.sourced_id AND c.status = "
		    "'active')",
		    d->parent->name, d->column, d->parent->table, d->column,
		    d->value, d->child->table, d->child_column);
		none(district, "derived", &sql);
	}
}

/* Each record is one row at each version. */
static void history_is_whole(int64_t district)
{
	for (const struct entity *const *e = entities; *e != NULL; e++) {
		struct buf sql = { 0 };

		buf_printf(&sql,
		    "WITH rows AS (SELECT sourced_id, since, until FROM "
		    "history.%s WHERE district = {d} UNION ALL SELECT "
		    "sourced_id, since, NULL FROM roster.%s WHERE district = "
		    "{d}), next AS (SELECT *, lead(since) OVER (PARTITION BY "
		    "sourced_id ORDER BY since) AS next FROM rows) "
		    "SELECT '%s: ' || sourced_id FROM next WHERE "
		    "since >= until OR next <> until OR "
		    "(next IS NOT NULL AND until IS NULL) OR since > (SELECT "
		    "max(version) FROM homeroom.version WHERE district = {d})",
		    (*e)->table, (*e)->table, (*e)->name);
		none(district, "history", &sql);
	}
}

void fixture_check(int64_t district)
{
	counts_are_true(district);
	references_hold(district);
	derived_is_true(district);
	history_is_whole(district);
}

/* --- the same ------------------------------------------------------------ */

/* A record's columns, less what only says when it came. */
static void put_columns(struct buf *out, const struct entity *entity)
{
	const char *comma = "";

	for_each_field (f, entity->fields) {
		if (f->column == NULL || f->kind == MODIFIED)
			continue;
		buf_printf(out, "%s%s", comma, f->column);
		comma = ", ";
	}
}

void fixture_check_same(int64_t a, int64_t b, int64_t seed)
{
	for (const struct entity *const *e = entities; *e != NULL; e++) {
		struct buf columns = { 0 }, sql = { 0 };

		put_columns(&columns, *e);
		buf_printf(&sql,
		    "SELECT '%s: ' || string_agg(x::text, ' and ') FROM "
		    "((SELECT %s FROM roster.%s "
		    "WHERE district = %lld AND status = 'active' EXCEPT SELECT "
		    "%s FROM roster.%s WHERE district = %lld AND status = "
		    "'active') UNION ALL (SELECT %s FROM roster.%s WHERE "
		    "district = %lld AND status = 'active' EXCEPT SELECT %s "
		    "FROM roster.%s WHERE district = %lld AND status = "
		    "'active')) x",
		    (*e)->name, buf_text(&columns), (*e)->table, (long long)a,
		    buf_text(&columns), (*e)->table, (long long)b,
		    buf_text(&columns), (*e)->table, (long long)b,
		    buf_text(&columns), (*e)->table, (long long)a);
		CHECK(fixture_value(a, buf_text(&sql))[0] == '\0',
		    "HOMEROOM_TEST_SEED=%lld: %s", (long long)seed,
		    fixture_value(a, buf_text(&sql)));
		buf_free(&columns);
		buf_free(&sql);
	}
}
