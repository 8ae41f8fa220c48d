/* What settings say of a source's files, compiled. */
#include "mapping.h"

#include <string.h>

#include <jansson.h>

/* --- columns -------------------------------------------------------------- */

bool compiling_column(struct compiling *c, const void *json, int *column,
    struct err *err)
{
	const char *name = compiling_text(json);

	if (name == NULL || *name == '\0')
		return fail(err, FAULT_INVALID, "it needs a column's name");
	for (*column = 0; *column < c->column_count; ++*column)
		if (strcmp(c->columns[*column], name) == 0)
			return true;
	if (c->column_count == CSV_FIELDS_MAX)
		return fail(err, FAULT_INVALID, "there are too many columns");
	c->columns[c->column_count++] = arena_text(c->arena, name);
	return true;
}

/* --- feeds ---------------------------------------------------------------- */

static bool is_target(const struct entity *entity, const char *name)
{
	const struct text column = { name, strlen(name) };
	const struct field *field;

	if (strncmp(name, "metadata.", 9) == 0 && name[9] != '\0')
		return utf8_valid(name, column.len) &&
		       strpbrk(name, ",\"\r\n") == NULL;
	field = field_of_csv(entity, column, V12);
	return field != NULL && strcmp(name, "status") != 0 &&
	       strcmp(name, "dateLastModified") != 0 &&
	       strcmp(name, "password") != 0;
}

static bool compile_fields(struct compiling *c, const json_t *said,
    struct mapping_feed *feed, struct err *err)
{
	struct mapping_field *fields = arena_alloc(c->arena,
	    (json_object_size(said) + 1) * sizeof(*fields));
	const char *name;
	json_t *rule;

	json_object_foreach(not_const(said), name, rule)
	{
		struct mapping_field *f = &fields[feed->field_count++];

		if (!is_target(feed->entity, name))
			return fail(err, FAULT_INVALID,
			    "%s.csv of OneRoster 1.2 has no column '%.60s' to "
			    "fill; columns of your own are called "
			    "metadata.NAME",
			    feed->entity->name, name);
		f->name = arena_text(c->arena, name);
		c->depth = 0;
		if (!rule_compile(c, rule, &f->rule, err)) {
			err_add(err, "%s of %s", name, feed->entity->name);
			return false;
		}
	}
	feed->fields = fields;
	return true;
}

/* Columns without which no row can be taken. */
static bool check_required(const struct mapping_feed *feed, const json_t *said,
    struct err *err)
{
	for_each_field (f, feed->entity->fields)
		if (f->csv != NULL && (f->need & REQUIRED_12) != 0 &&
		    (f->in & V12) != 0 && is_target(feed->entity, f->csv) &&
		    json_object_get(said, f->csv) == NULL)
			return fail(err, FAULT_INVALID, "%s need a rule for %s",
			    feed->entity->name, f->csv);
	return true;
}

static bool compile_feed(struct compiling *c, const json_t *said,
    struct mapping_feed *feed, struct err *err)
{
	const char *name = json_string_value(json_object_get(said, "entity"));
	const json_t *when = json_object_get(said, "when");
	const json_t *fields = json_object_get(said, "fields");

	if (name == NULL || !json_is_object(fields) ||
	    json_object_size(said) != 2u + (when != NULL))
		return fail(err, FAULT_INVALID,
		    "each of `feeds` has `entity`, `fields` and perhaps "
		    "`when`");
	feed->entity = entity_find((struct text){ name, strlen(name) });
	if (feed->entity == NULL || csv_header(feed->entity, V12) == NULL)
		return fail(err, FAULT_INVALID,
		    "OneRoster 1.2 has no file of '%.40s'", name);
	if (when != NULL && !condition_compile(c, when, &feed->when, err)) {
		err_add(err, "%s", name);
		return false;
	}
	return compile_fields(c, fields, feed, err) &&
	       check_required(feed, fields, err);
}

static bool compile_feeds(struct compiling *c, const json_t *said,
    struct mapping_file *file, struct err *err)
{
	size_t count = json_array_size(said);
	struct mapping_feed *feeds =
	    arena_alloc(c->arena, (count + 1) * sizeof(*feeds));

	if (count == 0)
		return fail(err, FAULT_INVALID,
		    "it needs `feeds`: a list of what its rows become");
	for (size_t i = 0; i < count; i++)
		if (!compile_feed(c, json_array_get(said, i), &feeds[i], err))
			return false;
	file->feeds = feeds;
	file->feed_count = (int)count;
	return true;
}

/* --- files ---------------------------------------------------------------- */

static bool set_delimiter(struct mapping_file *file, const json_t *value,
    struct err *err)
{
	const char *text = json_string_value(value);

	if (text != NULL && strcmp(text, "tab") == 0)
		text = "\t";
	if (text == NULL || strlen(text) != 1 ||
	    strchr("\"\r\n", *text) != NULL || (unsigned char)*text >= 0x80)
		return fail(err, FAULT_INVALID,
		    "`delimiter` is one ASCII character, or tab");
	file->delimiter = *text;
	return true;
}

static bool set_encoding(struct mapping_file *file, const json_t *value,
    struct err *err)
{
	static const char *const words[] = {
		[ENCODING_MARKED] = "",
		[ENCODING_UTF8] = "utf-8",
		[ENCODING_UTF16LE] = "utf-16le",
		[ENCODING_UTF16BE] = "utf-16be",
		[ENCODING_1252] = "windows-1252",
	};

	for (size_t i = 1; i < array_length(words); i++)
		if (json_is_string(value) &&
		    strcmp(json_string_value(value), words[i]) == 0) {
			file->encoding = (enum encoding)i;
			return true;
		}
	return fail(err, FAULT_INVALID,
	    "`encoding` is utf-8, utf-16le, utf-16be or windows-1252; without "
	    "it, a byte order mark decides, or it is UTF-8");
}

static bool set_header(struct mapping_file *file, const json_t *value,
    struct err *err)
{
	file->header = json_is_true(value);
	return json_is_boolean(value) ||
	       fail(err, FAULT_INVALID, "`header` is true or false");
}

static bool set_nothing(struct mapping_file *file, const json_t *value,
    struct err *err)
{
	(void)file, (void)value, (void)err;
	return true;
}

static const struct {
	const char *key;
	bool (*set)(struct mapping_file *file, const json_t *value,
	    struct err *err);
} settings_of_file[] = {
	{ "delimiter", set_delimiter }, { "encoding", set_encoding },
	{ "header", set_header },
	{ "feeds", set_nothing }, /* which wants to know the others */
};

static bool set(struct mapping_file *file, const char *key, const json_t *value,
    struct err *err)
{
	for (size_t i = 0; i < array_length(settings_of_file); i++)
		if (strcmp(settings_of_file[i].key, key) == 0)
			return settings_of_file[i].set(file, value, err);
	return fail(err, FAULT_INVALID, "there is no '%.40s' here", key);
}

/* Without a header, columns are called by their numbers. */
static bool check_numbers(const struct mapping_file *file, struct err *err)
{
	int64_t number;

	for (int i = 0; !file->header && i < file->column_count; i++)
		if (!text_integer((struct text){ file->columns[i],
				      strlen(file->columns[i]) },
			1, CSV_FIELDS_MAX, &number))
			return fail(err, FAULT_INVALID,
			    "it has no header: its columns are called 1, 2 and "
			    "so on, not '%.40s'",
			    file->columns[i]);
	return true;
}

static bool compile_file(struct arena *arena, const json_t *said,
    struct mapping_file *file, struct err *err)
{
	struct compiling c = { .arena = arena };
	const char *key;
	json_t *value;

	c.columns = arena_alloc(arena, CSV_FIELDS_MAX * sizeof(*c.columns));
	file->delimiter = ',';
	file->header = true;
	json_object_foreach(not_const(said), key,
	    value) if (!set(file, key, value, err)) return false;
	if (!compile_feeds(&c, json_object_get(said, "feeds"), file, err))
		return false;
	file->columns = c.columns;
	file->column_count = c.column_count;
	return check_numbers(file, err);
}

static bool compile_files(struct arena *arena, const json_t *said,
    struct mapping *mapping, struct err *err)
{
	struct mapping_file *files =
	    arena_alloc(arena, (json_object_size(said) + 1) * sizeof(*files));
	const char *pattern;
	json_t *value;

	mapping->files = files;
	json_object_foreach(not_const(said), pattern, value)
	{
		struct mapping_file *file = &files[mapping->file_count++];

		file->pattern = arena_text(arena, pattern);
		if (!compile_file(arena, value, file, err)) {
			err_add(err, "%s", pattern);
			return false;
		}
	}
	return mapping->file_count > 0 ||
	       fail(err, FAULT_INVALID,
		   "`files` says what becomes of which file");
}

bool mapping_compile(struct arena *arena, const char *json,
    const struct mapping **out, struct err *err)
{
	struct mapping *mapping = arena_alloc(arena, sizeof(*mapping));
	json_t *said = json_loads(json, JSON_DECODE_ANY, NULL);
	bool done = said != NULL
			? compile_files(arena, said, mapping, err)
			: fail(err, FAULT_INVALID, "`files` can't be read");

	json_decref(said);
	*out = mapping;
	return done;
}
