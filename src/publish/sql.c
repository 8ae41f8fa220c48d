/* A statement in the making: its text and its values. No value is ever part of
 * the text. */
#include "publish.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void release(void *object)
{
	struct sql *sql = object;

	buf_free(&sql->text);
}

struct sql *sql_new(struct arena *arena)
{
	struct sql *sql = arena_alloc(arena, sizeof(*sql));

	sql->arena = arena;
	arena_defer(arena, release, sql);
	return sql;
}

int sql_value(struct sql *sql, const char *value)
{
	values_add(&sql->values, value);
	return sql->values.count;
}

int sql_integer(struct sql *sql, int64_t value)
{
	return sql_value(sql, arena_number(sql->arena, value));
}

void sql_put(struct sql *sql, const char *fmt, ...)
{
	char piece[1024];
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(piece, sizeof(piece), fmt, args);
	va_end(args);
	if (len < (int)sizeof(piece)) {
		buf_add(&sql->text, piece, (size_t)len);
		return;
	}
	buf_reserve(&sql->text, (size_t)len + 1);
	va_start(args, fmt);
	vsnprintf(sql->text.data + sql->text.len, (size_t)len + 1, fmt, args);
	va_end(args);
	sql->text.len += (size_t)len;
}

const char *sql_take(struct sql *sql)
{
	const char *text =
	    arena_textn(sql->arena, sql->text.data, sql->text.len);

	sql->text.len = 0;
	return text;
}

void sql_relation(struct sql *sql, const struct entity *entity)
{
	if (sql->pinned == 0) {
		sql_put(sql, "roster.%s", entity->table);
		return;
	}
	sql_put(sql, "(SELECT ");
	sql_columns(sql, entity);
	sql_put(sql,
	    " FROM roster.%s t WHERE t.since <= $%d::bigint"
	    " UNION ALL SELECT ",
	    entity->table, sql->pinned);
	sql_columns(sql, entity);
	sql_put(sql,
	    " FROM history.%s t WHERE t.since <= $%d::bigint"
	    " AND t.until > $%d::bigint)",
	    entity->table, sql->pinned, sql->pinned);
}

/* $1: the one digit is part of the condition, or of what stands for it. */
static const char *put_id(struct sql *sql, const char *condition)
{
	size_t i = (size_t)(condition[1] - '1');

	assert(i < array_length(sql->ids));
	if (sql->ids[i] != NULL)
		sql_put(sql, "%s", sql->ids[i]);
	else
		buf_add(&sql->text, condition, 2);
	return condition + 2;
}

void sql_expand(struct sql *sql, const char *condition)
{
	while (*condition != '\0') {
		size_t plain = strcspn(condition, "{$");
		size_t name;

		buf_add(&sql->text, condition, plain);
		condition += plain;
		if (*condition == '\0')
			return;
		if (*condition == '$') {
			condition = put_id(sql, condition);
			continue;
		}
		name = strcspn(++condition, "}");
		sql_relation(sql,
		    entity_find((struct text){ condition, name }));
		condition += name + 1;
	}
}

/* Two fields may share a column, as versions of the standard name it. */
static bool is_first(const struct field *fields, const struct field *field)
{
	for (const struct field *f = fields; f != field; f++)
		if (f->column != NULL && strcmp(f->column, field->column) == 0)
			return false;
	return true;
}

void sql_columns(struct sql *sql, const struct entity *entity)
{
	const char *comma = "";

	for_each_field (f, entity->fields) {
		if (f->column == NULL || !is_first(entity->fields, f))
			continue;
		sql_put(sql, "%st.%s", comma, f->column);
		comma = ", ";
		if (f->need & SOUGHT)
			sql_put(sql, ", t.%s_key", f->column);
	}
}
