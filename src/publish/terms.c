/*
 * A value meets a predicate: as SQL, for each kind of value. Every literal is
 * checked here, so that none can make Postgres fail: a date that is none equals
 * nothing.
 */
#include "publish.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static const char *const operators[] = {
	[EQUAL] = "=",
	[LESS] = "<",
	[AT_MOST] = "<=",
	[MORE] = ">",
	[AT_LEAST] = ">=",
};

static void never(struct sql *sql)
{
	sql_put(sql, "FALSE");
}

/* Letter by letter: ids, references, years. */
static void exact(struct sql *sql, const struct term *t)
{
	int n = sql_value(sql, t->literal);

	if (t->predicate == CONTAINS)
		sql_put(sql, "strpos(%s, $%d::text) > 0", t->value, n);
	else
		sql_put(sql, "%s %s $%d::text", t->value,
		    operators[t->predicate], n);
}

static void folded(struct sql *sql, const char *value, enum predicate predicate,
    int n)
{
	if (predicate == CONTAINS)
		sql_put(sql, "strpos(lower(%s), lower($%d::text)) > 0", value,
		    n);
	else
		sql_put(sql, "lower(%s) %s lower($%d::text)", value,
		    operators[predicate], n);
}

/* Whatever the letter case. What is sought by many has a column that is
 * folded already, and an index. */
static void text(struct sql *sql, const struct term *t)
{
	int n = sql_value(sql, t->literal);

	if ((t->field->need & SOUGHT) && t->predicate == EQUAL)
		sql_put(sql, "t.%s_key = lower($%d::text)", t->field->column,
		    n);
	else
		folded(sql, t->value, t->predicate, n);
}

static struct text literal_text(const struct term *t)
{
	return (struct text){ t->literal, strlen(t->literal) };
}

static bool satisfies(const char *word, const struct term *t)
{
	int order;

	if (t->predicate == CONTAINS)
		return strcasestr(word, t->literal) != NULL;
	order = strcasecmp(word, t->literal);
	switch (t->predicate) {
	case LESS:
		return order < 0;
	case AT_MOST:
		return order <= 0;
	case MORE:
		return order > 0;
	case AT_LEAST:
		return order >= 0;
	case EQUAL:
	case UNEQUAL:
	case CONTAINS:
		break;
	}
	return order == 0;
}

/* A list of words as one value; *count is how many. */
static int word_set(struct sql *sql, const struct vocabulary *vocabulary,
    const struct term *t, bool all, int *count)
{
	struct buf list = { 0 };
	const char *copy;

	*count = 0;
	array_open(&list);
	for (const struct word *w = vocabulary->words; w->v12 != NULL; w++) {
		if (!all && (w->v11 == NULL || !satisfies(w->v11, t)))
			continue;
		array_item(&list, (struct text){ w->v12, strlen(w->v12) });
		++*count;
	}
	array_close(&list);
	copy = arena_textn(sql->arena, list.data, list.len);
	buf_free(&list);
	return sql_value(sql, copy);
}

/* 1.1 says several stored words alike, and has one word for all it lacks. */
static void word_11(struct sql *sql, const struct term *t,
    const struct vocabulary *vocabulary)
{
	const char *otherwise = vocabulary->otherwise_11;
	int count;
	int n = word_set(sql, vocabulary, t, false, &count);

	sql_put(sql, "(%s = ANY($%d::text[])", t->value, n);
	if (otherwise != NULL && satisfies(otherwise, t))
		sql_put(sql, " OR %s <> ALL($%d::text[])", t->value,
		    word_set(sql, vocabulary, t, true, &count));
	sql_put(sql, ")");
}

static void word(struct sql *sql, const struct term *t)
{
	const struct vocabulary *vocabulary = vocabulary_find(t->field->of);
	struct text stored;
	bool same;

	if (t->version == V11) {
		word_11(sql, t, vocabulary);
		return;
	}
	if (t->predicate != EQUAL) {
		folded(sql, t->value, t->predicate, sql_value(sql, t->literal));
		return;
	}
	if (vocabulary->slashed && t->literal[0] == '/') {
		sql_put(sql,
		    "(%s LIKE 'ext:%%' AND regexp_replace(lower(substr(%s, "
		    "5)), '[^a-z0-9]', '', 'g') = $%d::text)",
		    t->value, t->value, sql_value(sql, t->literal + 1));
		return;
	}
	/* Compared as it stands, so that the planner knows how common it is. */
	if (vocabulary_read(vocabulary, V12, literal_text(t), &stored, &same))
		sql_put(sql, "%s = $%d::text", t->value,
		    sql_value(sql,
			arena_textn(sql->arena, stored.at, stored.len)));
	else
		never(sql);
}

static void boolean(struct sql *sql, const struct term *t)
{
	bool is_true = strcasecmp(t->literal, "true") == 0;

	if ((t->predicate == EQUAL || t->predicate == CONTAINS) &&
	    (is_true || strcasecmp(t->literal, "false") == 0))
		sql_put(sql, "%s = %s", t->value, is_true ? "TRUE" : "FALSE");
	else
		never(sql);
}

/* A literal as Postgres reads a time, or NULL. */
static const char *time_literal(struct sql *sql, const struct term *t)
{
	char *out = arena_alloc(sql->arena, CLOCK_TEXT);
	int64_t when;

	if (!clock_parse(literal_text(t), &when))
		return NULL;
	clock_format(out, when);
	return out;
}

static void moment(struct sql *sql, const struct term *t, const char *value,
    const char *type, const char *shown)
{
	const char *literal;

	if (t->predicate == CONTAINS) {
		sql_put(sql, "strpos(%s, $%d::text) > 0", shown,
		    sql_value(sql, t->literal));
		return;
	}
	literal = time_literal(sql, t);
	if (literal == NULL)
		never(sql);
	else
		sql_put(sql, "%s %s $%d::%s", value, operators[t->predicate],
		    sql_value(sql, literal), type);
}

/* A date is midnight, UTC, when it meets a time of day. */
static void date(struct sql *sql, const struct term *t)
{
	moment(sql, t,
	    arena_printf(sql->arena, "%s::date::timestamp", t->value),
	    "timestamp",
	    arena_printf(sql->arena, "to_char(%s::date, 'YYYY-MM-DD')",
		t->value));
}

static void date_time(struct sql *sql, const struct term *t)
{
	moment(sql, t, t->value, "timestamptz",
	    arena_printf(sql->arena,
		"to_char(%s AT TIME ZONE 'UTC', "
		"'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')",
		t->value));
}

/* Digits with a point in them, and few enough for any arithmetic. */
static bool is_number(const char *literal)
{
	const char *at = literal + (*literal == '-' || *literal == '+');
	size_t whole = strspn(at, "0123456789"), fraction = 0;

	at += whole;
	if (*at == '.') {
		fraction = strspn(at + 1, "0123456789");
		at += 1 + fraction;
	}
	return *at == '\0' && whole + fraction > 0 && whole + fraction < 60;
}

static void number(struct sql *sql, const struct term *t)
{
	if (t->predicate == CONTAINS)
		sql_put(sql, "strpos(%s::text, $%d::text) > 0", t->value,
		    sql_value(sql, t->literal));
	else if (is_number(t->literal))
		sql_put(sql, "%s::numeric %s $%d::numeric", t->value,
		    operators[t->predicate], sql_value(sql, t->literal));
	else
		never(sql);
}

/* The texts that a list's literal names, as an array: "a, b" is two. */
static int listed(struct sql *sql, const struct term *t,
    const struct vocabulary *vocabulary, bool *all_known)
{
	struct buf list = { 0 };
	const char *at = t->literal;
	const char *copy;
	struct text stored;
	bool same;

	*all_known = true;
	array_open(&list);
	for (;;) {
		size_t len = strcspn(at, ",");
		struct text item = { at, len };

		while (item.len > 0 && isspace((unsigned char)*item.at))
			item.at++, item.len--;
		while (item.len > 0 &&
		       isspace((unsigned char)item.at[item.len - 1]))
			item.len--;
		if (vocabulary == NULL)
			array_item(&list, item);
		else if (vocabulary_read(vocabulary, t->version, item, &stored,
			     &same))
			array_item(&list, stored);
		else
			*all_known = false;
		if (at[len] == '\0')
			break;
		at += len + 1;
	}
	array_close(&list);
	copy = arena_textn(sql->arena, list.data, list.len);
	buf_free(&list);
	return sql_value(sql, copy);
}

/* `=`: all that are listed are there; `~`: any of them; else: any element
 * is less, or more. */
static void list(struct sql *sql, const struct term *t, const char *fold,
    const struct vocabulary *vocabulary)
{
	bool all_known;

	if (t->predicate != EQUAL && t->predicate != CONTAINS) {
		sql_put(sql,
		    "EXISTS (SELECT FROM unnest(%s) e "
		    "WHERE lower(e) %s lower($%d::text))",
		    t->value, operators[t->predicate],
		    sql_value(sql, t->literal));
		return;
	}
	/* The text of an array can be folded as a whole. */
	if (*fold != '\0')
		sql_put(sql, "%s(%s::text)::text[] %s %s($%d::text)::text[]",
		    fold, t->value, t->predicate == EQUAL ? "@>" : "&&", fold,
		    listed(sql, t, vocabulary, &all_known));
	else
		sql_put(sql, "%s %s $%d::text[]", t->value,
		    t->predicate == EQUAL ? "@>" : "&&",
		    listed(sql, t, vocabulary, &all_known));
	if (!all_known && t->predicate == EQUAL)
		sql_put(sql, " AND FALSE");
}

static void texts(struct sql *sql, const struct term *t)
{
	list(sql, t, "lower", NULL);
}

static void words(struct sql *sql, const struct term *t)
{
	list(sql, t, "", vocabulary_find(t->field->of));
}

static void references(struct sql *sql, const struct term *t)
{
	list(sql, t, "", NULL);
}

/* No part was named: any text in the objects. */
static void objects_whole(struct sql *sql, const struct term *t)
{
	sql_put(sql, "EXISTS (SELECT FROM unnest(%s) e WHERE ", t->value);
	folded(sql, "e", t->predicate, sql_value(sql, t->literal));
	sql_put(sql, ")");
}

static void metadata(struct sql *sql, const struct term *t)
{
	int key = sql_value(sql, t->clause->key != NULL ? t->clause->key : "");

	folded(sql,
	    arena_printf(sql->arena, "(%s ->> $%d::text)", t->value, key),
	    t->predicate, sql_value(sql, t->literal));
}

/* The version that brought the row, as it is told. */
static const char *dated(struct sql *sql, const struct term *t)
{
	if (sql->floor == 0)
		return t->value;
	return arena_printf(sql->arena, "greatest(%s, $%d::bigint)", t->value,
	    sql_integer(sql, sql->floor));
}

/* Versions whose time, as it is shown, contains the literal. */
static void modified_contains(struct sql *sql, const struct term *t)
{
	struct buf list = { 0 };
	const char *copy;

	array_open(&list);
	for (int i = 0; i < t->times->count; i++) {
		const struct moment *m = &t->times->moments[i];
		const char *version = arena_number(sql->arena, m->version);

		if (strstr(m->text, t->literal) != NULL)
			array_item(&list,
			    (struct text){ version, strlen(version) });
	}
	array_close(&list);
	copy = arena_textn(sql->arena, list.data, list.len);
	buf_free(&list);
	sql_put(sql, "%s = ANY($%d::bigint[])", dated(sql, t),
	    sql_value(sql, copy));
}

/* What came later than the floor is found by index. */
static void modified_since(struct sql *sql, const struct term *t,
    int64_t version)
{
	sql_put(sql, "%s >= $%d::bigint",
	    version > sql->floor ? t->value : dated(sql, t),
	    sql_integer(sql, version));
}

/* Times become versions: versions are in order of their times. */
static void modified(struct sql *sql, const struct term *t)
{
	int64_t when, from, behind;

	if (t->predicate == CONTAINS) {
		modified_contains(sql, t);
		return;
	}
	if (!clock_parse(literal_text(t), &when)) {
		never(sql);
		return;
	}
	from = times_first(t->times, when, false);
	behind = times_first(t->times, when, true);
	if (t->predicate == EQUAL)
		sql_put(sql, "(%s >= $%d::bigint AND %s < $%d::bigint)",
		    dated(sql, t), sql_integer(sql, from), dated(sql, t),
		    sql_integer(sql, behind));
	else if (t->predicate == LESS || t->predicate == AT_MOST)
		sql_put(sql, "%s < $%d::bigint", dated(sql, t),
		    sql_integer(sql, t->predicate == LESS ? from : behind));
	else
		modified_since(sql, t,
		    t->predicate == AT_LEAST ? from : behind);
}

static void (*const compilers[KIND_COUNT])(struct sql *sql,
    const struct term *t) = {
	[ID] = exact,
	[TEXT] = text,
	[WORD] = word,
	[BOOL] = boolean,
	[DATE] = date,
	[MOMENT] = date_time,
	[YEAR] = exact,
	[NUMBER] = number,
	[INTEGER] = number,
	[REF] = exact,
	[TEXTS] = texts,
	[WORDS] = words,
	[REFS] = references,
	[OBJECTS] = objects_whole,
	[METADATA] = metadata,
	[MODIFIED] = modified,
};

void sql_term(struct sql *sql, const struct term *t)
{
	compilers[t->field->kind](sql, t);
}
