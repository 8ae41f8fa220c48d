/* The statements of compiling grants: texts with {tokens} in them, and the
 * tables that they fill. */
#include "publish.h"

#include <string.h>

/* From this many rows on, the planner should know how many there are. */
#define WORTH_COUNTING 200

/* The places of the values in a statement; 0: not used yet. */
struct places {
	int district, version, grants, today;
};

static void put_number(struct sql *sql, int64_t value, int *place,
    const char *type)
{
	if (*place == 0)
		*place = sql_integer(sql, value);
	sql_put(sql, "$%d::%s", *place, type);
}

/* --- tokens --------------------------------------------------------------- */

static struct text next_word(struct text *rest)
{
	const char *space = memchr(rest->at, ' ', rest->len);
	struct text word = *rest;

	if (space != NULL)
		word.len = (size_t)(space - rest->at);
	rest->at += word.len + (space != NULL);
	rest->len -= word.len + (space != NULL);
	return word;
}

/* {among t.sourced_id}, {among t.user_id holder listed}. As an array, so that
 * the plan goes by index and costs what the candidates cost, whatever it
 * believes of the tables. */
static void put_among(const struct compile *c, struct sql *sql,
    struct text rest)
{
	struct text column = next_word(&rest), listed = next_word(&rest);

	if (!c->narrow)
		return;
	if (listed.len == 0) {
		listed = (struct text){ "sourced_id", strlen("sourced_id") };
		rest = (struct text){ "candidate", strlen("candidate") };
	}
	sql_put(sql,
	    " AND " TEXT_FMT " = ANY (ARRAY(SELECT c." TEXT_FMT
	    " FROM " TEXT_FMT " c))",
	    TEXT_ARG(column), TEXT_ARG(listed), TEXT_ARG(rest));
}

/* {seen v users t.user_id}, to be joined: the grants that see the record. */
static void put_seen(const struct compile *c, struct sql *sql, struct text rest)
{
	struct text alias = next_word(&rest), of = next_word(&rest);
	int number = entity_find(of)->number;

	if (c->anew != NULL)
		sql_put(sql,
		    "want_%d " TEXT_FMT " ON " TEXT_FMT
		    ".sourced_id = " TEXT_FMT,
		    number, TEXT_ARG(alias), TEXT_ARG(alias), TEXT_ARG(rest));
	else
		sql_put(sql,
		    "homeroom.visible " TEXT_FMT " ON " TEXT_FMT
		    ".entity = %d AND " TEXT_FMT ".sourced_id = " TEXT_FMT
		    " AND " TEXT_FMT ".until IS NULL AND NOT " TEXT_FMT ".gone",
		    TEXT_ARG(alias), TEXT_ARG(alias), number, TEXT_ARG(alias),
		    TEXT_ARG(rest), TEXT_ARG(alias), TEXT_ARG(alias));
}

/* {agents}, for a FROM: users s and the ids of their agents a. */
static void put_agents(const struct compile *c, struct sql *sql)
{
	sql_put(sql,
	    c->narrow
		? "listed a JOIN roster.users s ON s.sourced_id = a.holder"
		: "roster.users s CROSS JOIN unnest(s.agent_ids) a(id)");
}

static void put_want(const struct compile *c, struct sql *sql)
{
	sql_put(sql, c->anew != NULL ? "want_%d" : "want", c->entity->number);
}

/* Whose rows may change: what grants do not share any more is theirs too. */
static void put_whose(const struct compile *c, struct sql *sql,
    struct places *places)
{
	if (c->anew == NULL || *c->anew == '\0') {
		sql_put(sql, "IN (SELECT id FROM sharing)");
		return;
	}
	if (places->grants == 0)
		places->grants = sql_value(sql, c->anew);
	sql_put(sql, "= ANY ($%d::bigint[])", places->grants);
}

/* A session of today may be none tomorrow. */
static void put_today(const struct compile *c, struct sql *sql,
    struct places *places)
{
	char now[CLOCK_TEXT];

	clock_format(now, clock_now());
	if (places->today == 0)
		places->today = sql_value(sql, arena_text(c->arena, now));
	sql_put(sql, "homeroom.day_of(");
	put_number(sql, c->district, &places->district, "int");
	sql_put(sql, ", $%d::timestamptz)", places->today);
}

static void put_token(const struct compile *c, struct sql *sql,
    struct places *places, struct text token)
{
	struct text rest = token;
	struct text word = next_word(&rest);

	if (text_is(word, "district"))
		put_number(sql, c->district, &places->district, "integer");
	else if (text_is(word, "version"))
		put_number(sql, c->version, &places->version, "bigint");
	else if (text_is(word, "today"))
		put_today(c, sql, places);
	else if (text_is(word, "whose"))
		put_whose(c, sql, places);
	else if (text_is(word, "t"))
		sql_put(sql, "%s", c->entity->table);
	else if (text_is(word, "entity"))
		sql_put(sql, "%d", c->entity->number);
	else if (text_is(word, "want"))
		put_want(c, sql);
	else if (text_is(word, "among"))
		put_among(c, sql, rest);
	else if (text_is(word, "seen"))
		put_seen(c, sql, rest);
	else if (text_is(word, "agents"))
		put_agents(c, sql);
	else
		sql_put(sql, "%d", entity_find(word)->number);
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

/* --- statements ----------------------------------------------------------- */

bool compile_rows(const struct compile *c, const char *text,
    const struct rows **rows, struct err *err)
{
	struct sql *sql;

	arena_reset(c->arena);
	sql = sql_new(c->arena);
	expand(c, sql, text);
	log_line(LOG_DEBUG, "statement", "sql=%s",
	    log_quote(c->arena, buf_text(&sql->text)));
	return db_ask_text(c->db, c->arena, buf_text(&sql->text), &sql->values,
	    rows, err);
}

bool compile_ask(const struct compile *c, const char *text, int64_t *count,
    struct err *err)
{
	const struct rows *rows;

	if (!compile_rows(c, text, &rows, err))
		return false;
	if (count != NULL)
		*count = rows_count(rows) > 0 ? rows_integer(rows, 0, 0)
					      : rows_affected(rows);
	return true;
}

bool compile_count(const struct compile *c, const char *analyze, int64_t rows,
    struct err *err)
{
	return rows < WORTH_COUNTING || compile_ask(c, analyze, NULL, err);
}

/* Most tables are empty most of the time: TRUNCATE costs more than all else
 * that a small change needs. */
bool compile_empty(const struct compile *c, const char *truncate, int64_t *held,
    struct err *err)
{
	bool filled = *held > 0;

	*held = 0;
	return !filled || compile_ask(c, truncate, NULL, err);
}
