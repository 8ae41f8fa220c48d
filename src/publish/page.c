/* The statements of one question: the page or the record, whether its parents
 * exist, and how many records there are in all. */
#include "publish.h"

#include <string.h>

/* Text for people stands in the order of Unicode, ids in that of bytes. */
#define PEOPLE_ORDER " COLLATE \"und-x-icu\""

static bool is_single(const struct question *q)
{
	return q->id.at != NULL;
}

static const struct field *sort_of(const struct selection *sel)
{
	return sel->sort != NULL && sel->sort->kind != ID ? sel->sort : NULL;
}

/* All of a collection, in the order of ids. */
static bool is_walk(const struct question *q)
{
	const struct selection *sel = &q->sel;

	return !is_single(q) && q->link == NULL && sel->filter.count == 0 &&
	       sort_of(sel) == NULL && !sel->descending;
}

static const char *id_text(struct sql *sql, struct text id)
{
	return arena_textn(sql->arena, id.at, id.len);
}

static void add_parents(struct sql *sql, const struct question *q)
{
	for (size_t i = 0; q->link != NULL && i < array_length(q->ids); i++)
		if (q->ids[i].at != NULL)
			sql_value(sql, id_text(sql, q->ids[i]));
}

static const struct collection *parent_of(const struct link *link, size_t i)
{
	const char *name = link->parents[i];

	return name != NULL
		   ? collection_find((struct text){ name, strlen(name) })
		   : NULL;
}

/* Ids that are pseudonyms stand for the records' own. */
static void find_parents(struct sql *sql, const struct link *link)
{
	for (size_t i = 0; i < array_length(link->parents); i++) {
		const struct collection *parent = parent_of(link, i);

		if (parent != NULL &&
		    withheld_renames(sql->withheld, parent->entity))
			sql->ids[i] = sight_real(sql, parent->entity,
			    arena_printf(sql->arena, "$%zu::text", i + 1));
	}
}

/* A statement whose $1 … are the link's ids, as its condition wants them. */
static struct sql *begin(const struct reading *reading)
{
	const struct question *q = &reading->question;
	struct sql *sql = sql_new(reading->arena);

	add_parents(sql, q);
	if (!reading->answer.live)
		sql->pinned = sql_integer(sql, reading->answer.version);
	if (reading->asked->grant == 0)
		return sql;
	sql->withheld = reading->asked->withheld;
	if (q->link != NULL)
		find_parents(sql, q->link);
	return sql;
}

/* The same, for the rows that the grant sees. */
static struct sql *begin_rows(const struct reading *reading)
{
	struct sql *sql = begin(reading);

	sql->sight = reading->asked->grant != 0;
	sql->walk = is_walk(&reading->question);
	sql->few = seen_few(reading);
	sql->floor = reading->asked->floor;
	return sql;
}

/* --- which rows ----------------------------------------------------------- */

static void and_(struct sql *sql)
{
	if (sql->text.len > 0)
		sql_put(sql, " AND ");
}

/* The rows of an entity that make up the collection. Of one that left the
 * grant's sight, only that it was there is known. */
static void put_part(struct sql *sql, const struct collection *of)
{
	if (of->where == NULL)
		return;
	if (sql->sight)
		sql_put(sql, "CASE WHEN v.gone THEN v.was @> ARRAY['%s'] ELSE ",
		    of->name);
	sql_expand(sql, of->where);
	if (sql->sight)
		sql_put(sql, " END");
}

/* Which rows the path is about, as a condition on t as it is stored; "" is all.
 */
static const char *path_conditions(struct sql *sql, const struct question *q)
{
	put_part(sql, q->of);
	if (q->link != NULL) {
		and_(sql);
		sql_put(sql, "(");
		sql_expand(sql, q->link->where);
		sql_put(sql, ")");
	}
	return sql_take(sql);
}

/* Which rows of the path, as a condition on t as it is shown; "" is all. */
static const char *conditions(struct sql *sql, const struct reading *reading)
{
	const struct question *q = &reading->question;

	if (is_single(q)) {
		and_(sql);
		sql_put(sql, "t.sourced_id = $%d::text",
		    sql_value(sql, id_text(sql, q->id)));
	}
	if (q->sel.filter.count > 0) {
		and_(sql);
		sql_filter(sql, &q->sel, reading->asked->times);
	}
	return sql_take(sql);
}

static const char *collation(const struct field *field)
{
	return field->kind == TEXT ? PEOPLE_ORDER : "";
}

/* Rows behind the place where the page begins. By another field, its value
 * there is looked up, so that no link carries it; rows without a value come
 * last. */
static const char *behind(struct sql *sql, const struct selection *sel,
    const char *after)
{
	const struct field *sort = sort_of(sel);
	const char *than = sel->descending ? "<" : ">";
	const char *value, *order;
	int n = sql_value(sql, after);

	if (sort == NULL)
		return arena_printf(sql->arena, "t.sourced_id %s $%d::text",
		    than, n);
	value = arena_printf(sql->arena, "t.%s", sort->column);
	order = collation(sort);
	return arena_printf(sql->arena,
	    "(%s%s %s (SELECT value FROM place) OR"
	    " (%s = (SELECT value FROM place) AND t.sourced_id > $%d::text) OR"
	    " (%s IS NULL AND ((SELECT value FROM place) IS NOT NULL"
	    " OR t.sourced_id > $%d::text)))",
	    value, order, than, value, n, value, n);
}

struct page_parts {
	const struct selection *sel;
	const char *path, *where, *behind; /* conditions, or "" */
	int skip;                          /* the $n of the offset; 0: none */
};

/* The rows of page->path: of a restricted grant, that is asked of what is
 * stored, before it becomes what is shown. */
static void put_rows(struct sql *sql, const struct page_parts *page, bool past)
{
	const struct entity *entity = page->sel->entity;

	if (sql->sight)
		sight_rows(sql, entity, past, page->path);
	else
		sql_put(sql, "%s.%s", past ? "history" : "roster",
		    entity->table);
	sql_put(sql, " t");
}

/* Both at once, in no order. */
static void put_relation(struct sql *sql, const struct entity *entity)
{
	if (sql->sight)
		sight_relation(sql, entity);
	else
		sql_relation(sql, entity);
}

/* The statement's beginning that `behind` refers to. */
static void put_place(struct sql *sql, const struct selection *sel, int after)
{
	if (sort_of(sel) == NULL)
		return;
	sql_put(sql, "WITH place AS MATERIALIZED (SELECT t.%s AS value FROM ",
	    sel->sort->column);
	put_relation(sql, sel->entity);
	sql_put(sql, " t WHERE t.sourced_id = $%d::text) ", after);
}

/* --- the page ------------------------------------------------------------- */

static void put_order(struct sql *sql, const struct selection *sel)
{
	const struct field *sort = sort_of(sel);
	const char *direction = sel->descending ? " DESC" : "";

	sql_put(sql, " ORDER BY ");
	if (sort != NULL)
		sql_put(sql, "t.%s%s%s NULLS LAST, t.sourced_id", sort->column,
		    collation(sort), direction);
	else
		sql_put(sql, "t.sourced_id%s", direction);
}

/* The page's size is part of the text: only so does a plan that is kept know
 * that little is wanted. One row more tells whether there is a next page; of
 * one record (limit 0) it is that record. */
static void put_limit(struct sql *sql, const struct selection *sel, int skip)
{
	sql_put(sql, " LIMIT %d", sel->limit + 1);
	if (skip > 0)
		sql_put(sql, " OFFSET $%d::bigint", skip);
}

/* Sight has that in its own rows. */
static const char *of_version(const struct sql *sql, bool past)
{
	if (sql->sight || sql->pinned == 0)
		return "";
	return past ? arena_printf(sql->arena,
			  "t.since <= $%d::bigint AND t.until > $%d::bigint",
			  sql->pinned, sql->pinned)
		    : arena_printf(sql->arena, "t.since <= $%d::bigint",
			  sql->pinned);
}

static void put_where(struct sql *sql, const struct page_parts *page, bool past)
{
	const char *parts[] = { of_version(sql, past),
		sql->sight ? "" : page->path, page->where, page->behind };
	const char *glue = " WHERE ";

	for (size_t i = 0; i < array_length(parts); i++) {
		if (*parts[i] == '\0')
			continue;
		sql_put(sql, "%s%s", glue, parts[i]);
		glue = " AND ";
	}
}

/* One of the two places where an old version's rows lie. It is ordered and cut
 * by itself, or all of it would be sorted. */
static void put_branch(struct sql *sql, const struct page_parts *page,
    bool past)
{
	sql_put(sql, "(SELECT ");
	sql_columns(sql, page->sel->entity);
	sql_put(sql, " FROM ");
	put_rows(sql, page, past);
	put_where(sql, page, past);
	put_order(sql, page->sel);
	sql_put(sql, " LIMIT %d", page->sel->limit + 1);
	if (page->skip > 0)
		sql_put(sql, " + $%d::bigint", page->skip);
	sql_put(sql, ")");
}

static void put_page(struct sql *sql, const struct plan *plan,
    const struct page_parts *page)
{
	const struct selection *sel = page->sel;

	buf_puts(&sql->text, "SELECT ");
	buf_puts(&sql->text, plan->columns);
	buf_puts(&sql->text, " FROM ");
	if (sql->pinned == 0) {
		put_rows(sql, page, false);
		put_where(sql, page, false);
	} else {
		sql_put(sql, "(");
		put_branch(sql, page, false);
		sql_put(sql, " UNION ALL ");
		put_branch(sql, page, true);
		sql_put(sql, ") t");
	}
	put_order(sql, sel);
	put_limit(sql, sel, page->skip);
}

/* Values stand in the statement in the order in which they are added here. */
static struct page_parts page_of(struct sql *sql, const struct reading *reading)
{
	struct page_parts page = { .sel = &reading->question.sel,
		.behind = "" };

	page.path = path_conditions(sql, &reading->question);
	page.where = conditions(sql, reading);
	return page;
}

/* Where the page begins: behind a record whose id we know, or, when nobody
 * does, after so many rows. */
static const char *find_place(struct reading *reading)
{
	const struct question *q = &reading->question;
	char last[257];
	bool known = q->sel.offset > 0 &&
		     places_find(reading->asked->order, q->sel.offset, last);

	reading->asked->trusted =
	    q->after.at == NULL || (known && text_is(q->after, last));
	if (q->after.at != NULL)
		return arena_textn(reading->arena, q->after.at, q->after.len);
	return known ? arena_text(reading->arena, last) : NULL;
}

/* Whether one of the filter's clauses finds few rows by an index, whatever its
 * value: a plan that knows no values is then as good as any. */
static bool is_narrow(const struct filter *filter)
{
	for (int i = 0; i < filter->count && !filter->any; i++) {
		const struct clause *c = &filter->clauses[i];

		if (c->predicate == EQUAL && c->part == NULL &&
		    (c->field->kind == ID ||
			(c->field->need & (SOUGHT | KEYED)) != 0))
			return true;
	}
	return false;
}

static void compose_page(struct reading *reading)
{
	const struct question *q = &reading->question;
	struct sql *sql = begin_rows(reading);
	struct page_parts page = page_of(sql, reading);
	const char *after = find_place(reading);

	if (after != NULL) {
		page.behind = behind(sql, &q->sel, after);
		put_place(sql, &q->sel, sql->values.count);
	} else if (q->sel.offset > 0) {
		page.skip = sql_integer(sql, q->sel.offset);
	}
	put_page(sql, reading->asked->plan, &page);
	sql->afresh = q->sel.filter.count > 0 && !is_narrow(&q->sel.filter);
	reading->asked->window = seen_window(sql, &q->sel, after);
	reading->asked->page = sql;
}

static void compose_single(struct reading *reading)
{
	struct sql *sql = begin_rows(reading);
	struct page_parts page = page_of(sql, reading);

	reading->question.sel.limit = 0;
	put_page(sql, reading->asked->plan, &page);
	reading->asked->page = sql;
}

/* --- beside the page ------------------------------------------------------ */

/* Whether the history that makes up an old version is still there. */
static void compose_kept(struct reading *reading)
{
	struct sql *sql = sql_new(reading->arena);

	sql_put(sql,
	    "SELECT FROM homeroom.version t"
	    " WHERE t.version = $%d::bigint AND NOT t.purged",
	    sql_integer(sql, reading->answer.version));
	reading->asked->kept = sql;
}

static void compose_parents(struct reading *reading)
{
	const struct link *link = reading->question.link;
	struct sql *sql = begin(reading);

	for (size_t i = 0; i < array_length(link->parents); i++) {
		const struct collection *parent = parent_of(link, i);
		const char id[] = { '$', (char)('1' + i), '\0' };

		if (parent == NULL)
			break;
		sql_put(sql, "%sEXISTS (SELECT FROM ",
		    i == 0 ? "SELECT " : ", ");
		sql_relation(sql, parent->entity);
		sql_put(sql, " t WHERE t.sourced_id = ");
		sql_expand(sql, id);
		sql_put(sql, "::text");
		if (parent->where != NULL) {
			sql_put(sql, " AND ");
			sql_expand(sql, parent->where);
		}
		sql_put(sql, ")");
	}
	reading->asked->parents = sql;
}

void asked_compose_count(struct reading *reading)
{
	struct sql *sql = begin_rows(reading);
	struct page_parts page = page_of(sql, reading);

	if (sql->pinned == 0) {
		sql_put(sql, "SELECT count(*) FROM ");
		put_rows(sql, &page, false);
		put_where(sql, &page, false);
	} else {
		sql_put(sql, "SELECT (SELECT count(*) FROM ");
		put_rows(sql, &page, false);
		put_where(sql, &page, false);
		sql_put(sql, ") + (SELECT count(*) FROM ");
		put_rows(sql, &page, true);
		put_where(sql, &page, true);
		sql_put(sql, ")");
	}
	sql->afresh = reading->question.sel.filter.count > 0;
	reading->asked->count = sql;
}

/* --- the door ------------------------------------------------------------- */

/* -1: nobody knows without counting. */
static int64_t known_total(const struct reading *reading,
    const struct sight *sight)
{
	const struct question *q = &reading->question;
	int64_t total = -1;

	if (sight->grant == 0 && reading->answer.live && q->link == NULL &&
	    q->of->where == NULL && q->sel.filter.count == 0)
		total = sight->times->rows[q->sel.entity->number];
	if (total < 0 && !places_total(reading->asked->what, &total))
		total = -1;
	return total;
}

bool asked_compose(struct reading *reading, const struct sight *sight,
    struct err *err)
{
	const struct question *q = &reading->question;
	struct asked *asked = arena_alloc(reading->arena, sizeof(*asked));

	reading->asked = asked;
	asked->window = "";
	asked->grant = sight->grant;
	asked->withheld = sight->withheld;
	/* Who came to see everything may have seen nothing before. */
	asked->floor = sight->grant == 0 ? sight->changed : 0;
	reading->answer = (struct answer){ .version = q->version };
	if (q->version == 0)
		reading->answer.version = sight->times->live;
	else if (q->version > sight->times->live)
		return fail(err, FAULT_BAD_REQUEST,
		    "The cursor is not one of ours.");
	reading->answer.live = reading->answer.version == sight->times->live;
	asked->times = sight->times;
	if (reading->answer.version < sight->changed)
		return fail(err, FAULT_GONE,
		    "What may be read has changed since version %lld; begin "
		    "again without a cursor.",
		    (long long)reading->answer.version);
	if (!reading->answer.live)
		compose_kept(reading);
	asked->plan = reader_plan(sight->reader, &q->sel, q->base);
	if (is_single(q)) {
		compose_single(reading);
		return true;
	}
	places_name(reading, sight);
	asked->total = known_total(reading, sight);
	compose_page(reading);
	deletions_compose(reading);
	if (q->link != NULL)
		compose_parents(reading);
	return true;
}
