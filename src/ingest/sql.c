/* Statements: composed from the names in the model's tables, with values
 * always as parameters. */
#include "ingest.h"
#include "people/people.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* --- which columns ------------------------------------------------------- */

static bool is_kept(const struct field *f)
{
	return f->column != NULL && f->kind != MODIFIED;
}

bool is_own(const struct field *f)
{
	return is_kept(f) && !(f->need & DERIVED) &&
	       strcmp(f->column, "status") != 0;
}

/* Comes from other records. */
static bool is_derived(const struct field *f)
{
	return is_kept(f) && (f->need & DERIVED);
}

/* A file has for others what it holds in its columns without the store having
 * them there: 1.1's roles in users.csv, the resources of 2022. Lists of
 * references alone are worth it of what is not kept. */
bool is_staged(const struct field *f)
{
	if (is_own(f))
		return true;
	if (f->csv == NULL)
		return false;
	return is_derived(f) || (f->column == NULL && f->kind == REFS);
}

const char *staged_name(const struct field *f)
{
	return f->column != NULL ? f->column : f->csv;
}

/* --- what a file leaves out ---------------------------------------------- */

/* clang-format off */
const struct filling fillings[] = {
/*	  entity            column                 value                of                 by              its */
	/* 1.1 has gradingPeriod alone, 1.2's CSV academicSession alone. */
	{ &entity_lineItems, "academic_session_id", "f.grading_period_id",   NULL,              NULL,           NULL },
	{ &entity_lineItems, "grading_period_id",   "f.academic_session_id", NULL,              NULL,           NULL },
	/* 1.1's users belong first of all to the first of their orgs. A row
	 * that is looked at again does not say which that is. */
	{ &entity_users,     "primary_org_id",      "CASE WHEN f.line > 0 THEN f.org_ids[1] END", NULL, NULL,   NULL },
	/* 1.1 says neither the school of a line item nor the class of a result. */
	{ &entity_lineItems, "school_id",           NULL,                    &entity_classes,   "class_id",     "school_id" },
	{ &entity_results,   "class_id",            NULL,                    &entity_lineItems, "line_item_id", "class_id" },
	{ 0 }
};
/* clang-format on */

const struct filling *filling_of(const struct entity *entity,
    const struct field *field)
{
	for (const struct filling *f = fillings; f->entity != NULL; f++)
		if (f->entity == entity && field->column != NULL &&
		    strcmp(f->column, field->column) == 0)
			return f;
	return NULL;
}

static void put_filled(struct buf *out, const struct entity *entity,
    const struct field *field)
{
	const struct filling *filling = filling_of(entity, field);

	if (filling == NULL)
		buf_printf(out, "f.%s", field->column);
	else if (filling->of == NULL)
		buf_printf(out, "coalesce(f.%s, %s)", field->column,
		    filling->value);
	else
		buf_printf(out,
		    "coalesce(f.%s, (SELECT x.%s FROM roster.%s x WHERE "
		    "x.district = {district} AND x.sourced_id = f.%s))",
		    field->column, filling->its, filling->of->table,
		    filling->by);
}

static void put_own(struct buf *out, const struct entity *entity,
    const char *prefix)
{
	const char *comma = "";

	for_each_field (f, entity->fields) {
		if (!is_own(f))
			continue;
		buf_printf(out, "%s%s%s", comma, prefix, f->column);
		comma = ", ";
	}
}

static void put_kept(struct buf *out, const struct entity *entity,
    const char *prefix)
{
	const char *comma = "";

	for_each_field (f, entity->fields) {
		if (!is_staged(f) || f->column == NULL)
			continue;
		buf_printf(out, "%s%s%s", comma, prefix, f->column);
		comma = ", ";
	}
}

/* What history has of a row. */
static void put_all(struct buf *out, const struct entity *entity,
    const char *prefix)
{
	put_own(out, entity, prefix);
	for_each_field (f, entity->fields)
		if (is_derived(f))
			buf_printf(out, ", %s%s", prefix, f->column);
}

static void put_all_filled(struct buf *out, const struct entity *entity)
{
	const char *comma = "";

	for_each_field (f, entity->fields) {
		if (!is_own(f))
			continue;
		buf_puts(out, comma);
		put_filled(out, entity, f);
		comma = ", ";
	}
}

/* Of users, who may be of several sources, what each said is kept apart. */
const char *part_home(const struct entity *entity)
{
	return entity == &entity_users ? "said_users" : entity->table;
}

/* --- composing ----------------------------------------------------------- */

struct statement_text {
	struct buf sql;
	struct values values;
	char digits[DB_VALUES_MAX][24];
	const char *names[DB_VALUES_MAX];
};

static const struct {
	const char *name, *type;
	size_t offset; /* in struct ingest; of the district: none */
} numbers[] = {
	{ "district", "int", 0 },
	{ "source", "int", offsetof(struct ingest, source) },
	{ "version", "bigint", offsetof(struct ingest, version_made) },
	{ "import", "bigint", offsetof(struct ingest, import) },
	{ "made_up", "int", offsetof(struct ingest, made_up) },
	{ "before", "bigint", offsetof(struct ingest, before) },
};

static int64_t number_of(const struct ingest *job, size_t i)
{
	int64_t value;

	if (numbers[i].offset == 0)
		return job->request->district;
	memcpy(&value, (const char *)job + numbers[i].offset, sizeof(value));
	return value;
}

/* The same value is the same parameter wherever it stands. */
static bool put_number(struct statement_text *s, const struct ingest *job,
    struct text token)
{
	for (size_t i = 0; i < array_length(numbers); i++) {
		int at = 0;

		if (!text_is(token, numbers[i].name))
			continue;
		while (at < s->values.count && s->names[at] != numbers[i].name)
			at++;
		if (at == s->values.count) {
			s->names[at] = numbers[i].name;
			snprintf(s->digits[at], sizeof(s->digits[at]),
			    "%" PRId64, number_of(job, i));
			values_add(&s->values, s->digits[at]);
		}
		buf_printf(&s->sql, "$%d::%s", at + 1, numbers[i].type);
		return true;
	}
	return false;
}

/* What {filled} stands for has tokens too, but never {filled} again.
 * NOLINTBEGIN(misc-no-recursion) */
static void expand(struct statement_text *s, const struct ingest *job,
    const struct composing *with, const char *text);

static void expand_filled(struct statement_text *s, const struct ingest *job,
    const struct composing *with)
{
	struct buf filled = { 0 };

	put_all_filled(&filled, with->entity);
	expand(s, job, with, buf_text(&filled));
	buf_free(&filled);
}

static void expand_token(struct statement_text *s, const struct ingest *job,
    const struct composing *with, struct text token)
{
	char prefix[3] = { token.at[0], '.', '\0' };

	if (text_is(token, "t"))
		buf_puts(&s->sql, with->entity->table);
	else if (with->of != NULL && text_is(token, "r"))
		buf_puts(&s->sql, with->of->table);
	else if (text_is(token, "home"))
		buf_puts(&s->sql, part_home(with->entity));
	else if (text_is(token, "spoken"))
		buf_puts(&s->sql, people_spoken(job));
	else if (text_is(token, "c"))
		buf_puts(&s->sql, with->column);
	else if (text_is(token, "own"))
		put_own(&s->sql, with->entity, "");
	else if (token.len == 5 && memcmp(token.at + 1, ".own", 4) == 0)
		put_own(&s->sql, with->entity, prefix);
	else if (text_is(token, "all"))
		put_all(&s->sql, with->entity, "");
	else if (text_is(token, "l.all"))
		put_all(&s->sql, with->entity, "l.");
	else if (text_is(token, "kept"))
		put_kept(&s->sql, with->entity, "");
	else if (token.len == 6 && memcmp(token.at + 1, ".kept", 5) == 0)
		put_kept(&s->sql, with->entity, prefix);
	else if (text_is(token, "filled"))
		expand_filled(s, job, with);
	else if (!put_number(s, job, token))
		assert(false && "a token that is known");
}

/* An array literal's braces stand for themselves when quoted: '{}'. */
static void expand(struct statement_text *s, const struct ingest *job,
    const struct composing *with, const char *text)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "{");
		size_t end;

		buf_add(&s->sql, text, len);
		text += len;
		if (*text == '\0')
			return;
		end = strcspn(text, "}");
		if (end == 1)
			buf_puts(&s->sql, "{}");
		else
			expand_token(s, job, with,
			    (struct text){ text + 1, end - 1 });
		text += end + 1;
	}
}

/* NOLINTEND(misc-no-recursion) */

/* --- asking -------------------------------------------------------------- */

static bool ask(struct ingest *job, const struct composing *with,
    const char *text, const struct rows **rows, struct err *err)
{
	struct statement_text s = { 0 };
	bool asked;

	expand(&s, job, with, text);
	arena_reset(job->brief);
	log_line(LOG_DEBUG, "statement", "sql=%s",
	    log_quote(job->brief, buf_text(&s.sql)));
	asked = db_ask_text(job->db, job->brief, buf_text(&s.sql), &s.values,
	    rows, err);
	buf_free(&s.sql);
	return asked;
}

bool job_ask(struct ingest *job, const struct composing *with, const char *text,
    int64_t *count, struct err *err)
{
	const struct rows *rows;

	if (!ask(job, with, text, &rows, err))
		return false;
	if (count != NULL)
		*count = rows_affected(rows);
	return true;
}

bool job_number(struct ingest *job, const struct composing *with,
    const char *text, int64_t *number, struct err *err)
{
	const struct rows *rows;

	if (!ask(job, with, text, &rows, err))
		return false;
	*number = rows_get(rows, 0, 0) != NULL ? rows_integer(rows, 0, 0) : 0;
	return true;
}

bool part_ask(struct ingest *job, const struct part *part, const char *text,
    int64_t *count, struct err *err)
{
	return job_ask(job, &(struct composing){ .entity = part->entity }, text,
	    count, err);
}

bool part_number(struct ingest *job, const struct part *part, const char *text,
    int64_t *number, struct err *err)
{
	return job_number(job, &(struct composing){ .entity = part->entity },
	    text, number, err);
}

bool part_rows(struct ingest *job, const struct part *part, const char *text,
    const struct rows **rows, struct err *err)
{
	return ask(job, &(struct composing){ .entity = part->entity }, text,
	    rows, err);
}
