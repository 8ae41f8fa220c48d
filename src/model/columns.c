/* The columns of a CSV file as SQL: what COPY must select so that a file of
 * that version comes out ready. */
#include "model.h"

#include <assert.h>
#include <string.h>

/* A column of row t, as an expression; one function a kind. */
typedef void expression(struct buf *sql, const struct field *field,
    enum oneroster version);

static void plain(struct buf *sql, const struct field *field,
    enum oneroster version)
{
	(void)version;
	buf_printf(sql, "t.%s", field->column);
}

/* true and false, not t and f. */
static void boolean(struct buf *sql, const struct field *field,
    enum oneroster version)
{
	(void)version;
	buf_printf(sql, "t.%s::text", field->column);
}

/* A dateTime in JSON, a date in CSV. */
static void day(struct buf *sql, const struct field *field,
    enum oneroster version)
{
	(void)version;
	buf_printf(sql, "(t.%s AT TIME ZONE 'UTC')::date", field->column);
}

/* The time of the version that brought the row. */
static void modified(struct buf *sql, const struct field *field,
    enum oneroster version)
{
	(void)field;
	(void)version;
	buf_puts(sql, "m.time");
}

static void list(struct buf *sql, const struct field *field,
    enum oneroster version)
{
	(void)version;
	buf_printf(sql, "array_to_string(t.%s, ',', '')", field->column);
}

/* --- words --------------------------------------------------------------- */

static bool are_alike(const struct vocabulary *words)
{
	if (words->open)
		return false;
	for (const struct word *w = words->words; w->v12 != NULL; w++)
		if (w->v11 == NULL || strcmp(w->v11, w->v12) != 0)
			return false;
	return true;
}

static void put_word(struct buf *sql, const char *word)
{
	if (word == NULL)
		buf_puts(sql, "NULL");
	else
		buf_printf(sql, "'%s'", word);
}

/* As vocabulary_say has it: 1.1's word for a stored one. */
static void say_11(struct buf *sql, const struct vocabulary *words,
    const char *value)
{
	buf_printf(sql, "CASE WHEN %s IS NULL THEN NULL ELSE CASE %s", value,
	    value);
	for (const struct word *w = words->words; w->v12 != NULL; w++) {
		buf_printf(sql, " WHEN '%s' THEN ", w->v12);
		put_word(sql, w->v11);
	}
	buf_puts(sql, " ELSE ");
	put_word(sql, words->otherwise_11);
	buf_puts(sql, " END END");
}

static void word(struct buf *sql, const struct field *field,
    enum oneroster version)
{
	const struct vocabulary *words = vocabulary_find(field->of);
	struct buf column = { 0 };

	buf_printf(&column, "t.%s", field->column);
	if (version != V11 || are_alike(words))
		buf_add(sql, column.data, column.len);
	else
		say_11(sql, words, buf_text(&column));
	buf_free(&column);
}

/* Words that 1.1 lacks are left out. */
static void words(struct buf *sql, const struct field *field,
    enum oneroster version)
{
	if (version != V11) {
		list(sql, field, version);
		return;
	}
	buf_puts(sql, "(SELECT string_agg(");
	say_11(sql, vocabulary_find(field->of), "w.word");
	buf_printf(sql,
	    ", ',' ORDER BY w.place) FROM unnest(t.%s) "
	    "WITH ORDINALITY AS w(word, place))",
	    field->column);
}

/* {a:b},{c:d}. Nearly all have one pair, or none: those cost no subquery. */
static void pairs(struct buf *sql, const struct field *field,
    enum oneroster version)
{
	const char *c = field->column;

	(void)version;
	buf_printf(sql,
	    "CASE WHEN t.%s IS NULL THEN NULL WHEN array_length(t.%s, 1) = 1 "
	    "THEN '{' || t.%s[1][1] || ':' || t.%s[1][2] || '}' "
	    "ELSE (SELECT string_agg('{' || t.%s[i][1] || ':' || t.%s[i][2] "
	    "|| '}', ',' ORDER BY i) FROM generate_subscripts(t.%s, 1) AS i) "
	    "END",
	    c, c, c, c, c, c, c);
}

/* --- all of them --------------------------------------------------------- */

static expression *const expressions[KIND_COUNT] = {
	[ID] = plain,
	[TEXT] = plain,
	[WORD] = word,
	[BOOL] = boolean,
	[DATE] = plain,
	[MOMENT] = day,
	[YEAR] = plain,
	[NUMBER] = plain,
	[INTEGER] = plain,
	[REF] = plain,
	[TEXTS] = list,
	[WORDS] = words,
	[REFS] = list,
	[OBJECTS] = pairs,
	[MODIFIED] = modified,
};

const char *csv_header(const struct entity *entity, enum oneroster version)
{
	return version == V11 ? entity->csv_11 : entity->csv_12;
}

/* Behind the record's own id stand the two columns that a bulk file leaves
 * blank. */
static bool is_blank(const struct field *field, int at, bool delta)
{
	return field->column == NULL || (!delta && (at == 1 || at == 2));
}

void csv_columns(struct buf *sql, const struct entity *entity,
    enum oneroster version, bool delta)
{
	const char *header = csv_header(entity, version);

	for (int at = 0; *header != '\0'; at++) {
		struct text name = { header, strcspn(header, ",") };
		const struct field *f = field_of_csv(entity, name, version);

		assert(f != NULL);
		buf_puts(sql, at > 0 ? ", " : "");
		if (is_blank(f, at, delta))
			buf_puts(sql, "NULL");
		else
			expressions[f->kind](sql, f, version);
		header += name.len + (header[name.len] == ',');
	}
}
