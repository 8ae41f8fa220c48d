/* The statements of compiling grants: texts with {tokens} in them, and the
 * tables that they fill. */
#include "publish.h"

#include <string.h>

/* From this many rows on, the planner should know how many there are. */
#define WORTH_COUNTING 200

/* The places of the values in a statement; 0: not used yet. */
struct places {
	int district, version, grant;
};

static void put_number(struct sql *sql, int64_t value, int *place,
    const char *type)
{
	if (*place == 0)
		*place = sql_integer(sql, value);
	sql_put(sql, "$%d::%s", *place, type);
}

/* Nothing when everything is looked at. */
static void put_among(const struct compile *c, struct sql *sql,
    struct text column)
{
	if (c->grant == 0)
		sql_put(sql,
		    " AND " TEXT_FMT
		    " IN (SELECT c.sourced_id FROM candidate c)",
		    TEXT_ARG(column));
}

static void put_token(const struct compile *c, struct sql *sql,
    struct places *places, struct text token)
{
	size_t word = token.len;
	struct text rest = { 0 };
	const char *space = memchr(token.at, ' ', token.len);

	if (space != NULL) {
		word = (size_t)(space - token.at);
		rest = (struct text){ space + 1, token.len - word - 1 };
	}
	token.len = word;
	if (text_is(token, "district"))
		put_number(sql, c->district, &places->district, "integer");
	else if (text_is(token, "version"))
		put_number(sql, c->version, &places->version, "bigint");
	else if (text_is(token, "grant"))
		put_number(sql, c->grant, &places->grant, "bigint");
	else if (text_is(token, "t"))
		sql_put(sql, "%s", c->entity->table);
	else if (text_is(token, "entity"))
		sql_put(sql, "%d", c->entity->number);
	else if (text_is(token, "among"))
		put_among(c, sql, rest);
	else
		sql_put(sql, "%d", entity_find(token)->number);
}

static void expand(const struct compile *c, struct sql *sql, const char *text)
{
	struct places places = { 0 };

	while (*text != '\0') {
		size_t len = strcspn(text, "{");

		buf_add(&sql->text, text, len);
		text += len;
		if (*text == '\0')
			return;
		len = strcspn(++text, "}");
		put_token(c, sql, &places, (struct text){ text, len });
		text += len + 1;
	}
}

/* *count: rows that were written, or the one number that was asked for. */
bool compile_ask(const struct compile *c, const char *text, int64_t *count,
    struct err *err)
{
	const struct rows *rows;
	struct sql *sql;

	arena_reset(c->arena);
	sql = sql_new(c->arena);
	expand(c, sql, text);
	log_line(LOG_DEBUG, "statement", "sql=%s",
	    log_quote(c->arena, buf_text(&sql->text)));
	if (!db_ask_text(c->db, c->arena, buf_text(&sql->text), &sql->values,
		&rows, err))
		return false;
	if (count != NULL)
		*count = rows_count(rows) > 0 ? rows_integer(rows, 0, 0)
					      : rows_affected(rows);
	return true;
}

bool compile_count(const struct compile *c, const char *analyze, int64_t rows,
    struct err *err)
{
	return rows < WORTH_COUNTING || db_run(c->db, analyze, err);
}

/* Most tables are empty most of the time: TRUNCATE costs more than all else
 * that a small change needs. */
bool compile_empty(const struct compile *c, const char *truncate, int64_t *held,
    struct err *err)
{
	bool filled = *held > 0;

	*held = 0;
	return !filled || db_run(c->db, truncate, err);
}
