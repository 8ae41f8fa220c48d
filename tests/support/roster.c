/* A small district in the test's cluster, and questions about it. */
#include "support/roster.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int64_t roster_application;
struct reader *roster_reader;
static struct arena *arena;

struct arena *roster_arena(void)
{
	return arena;
}

static void demand(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "the roster: %s\n", what);
	exit(1);
}

const char *roster_sql(const char *script)
{
	int status;
	const char *out =
	    database_psql(arena, "homeroom_superuser", script, &status);

	demand(status == 0, out);
	return out;
}

static const char *read_file(const char *name)
{
	struct buf text = { 0 };
	const char *top = getenv("HOMEROOM_TEST_SOURCE");
	FILE *file = fopen(
	    arena_printf(arena, "%s/%s", top != NULL ? top : ".", name), "r");
	const char *copy;
	int c;

	demand(file != NULL, name);
	while ((c = getc(file)) != EOF)
		buf_char(&text, (char)c);
	fclose(file);
	copy = arena_text(arena, buf_text(&text));
	buf_free(&text);
	return copy;
}

static int64_t make_application(void)
{
	const struct change change = { 1, "reader", "a test" };
	const struct application wanted = { .full = true, .scopes = ~0U };
	struct db *db = database_open(DB_OWNER);
	struct credentials credentials;
	struct err err = { 0 };

	demand(
	    application_create(db, arena, &change, &wanted, &credentials, &err),
	    err.text);
	db_close(db);
	return strtoll(roster_sql("select id from homeroom.application"), NULL,
	    10);
}

const char *roster_records(void)
{
	return read_file("tests/support/roster.sql");
}

void roster_open(void)
{
	arena = arena_new();
	roster_application = make_application();
	roster_sql(roster_records());
	roster_reader = reader_new(database_url());
}

void roster_close(void)
{
	reader_free(roster_reader);
	arena_free(arena);
}

/* --- questions ------------------------------------------------------------ */

static size_t split_params(char *query, struct param *params, size_t max)
{
	size_t count = 0;

	for (char *at = query; at != NULL && *at != '\0' && count < max;) {
		char *next = strchr(at, '&');
		char *value = strchr(at, '=');

		if (next != NULL)
			*next++ = '\0';
		if (value != NULL)
			*value++ = '\0';
		params[count++] =
		    (struct param){ at, value != NULL ? value : "" };
		at = next;
	}
	return count;
}

static const char *take_segment(struct text *path)
{
	const char *slash = memchr(path->at, '/', path->len);
	size_t len = slash == NULL ? path->len : (size_t)(slash - path->at);
	const char *segment = arena_textn(arena, path->at, len);

	path->at += len + (slash != NULL);
	path->len -= len + (slash != NULL);
	return segment;
}

/* classes/c1/students is the link classes/{}/students of c1. */
static void find_link(struct question *q, struct text path)
{
	struct buf pattern = { 0 };
	int ids = 0;

	for (int i = 0; path.len > 0; i++) {
		const char *segment = take_segment(&path);

		if (i % 2 == 1)
			q->ids[ids++] =
			    (struct text){ segment, strlen(segment) };
		buf_printf(&pattern, "%s%s", i == 0 ? "" : "/",
		    i % 2 == 1 ? "{}" : segment);
	}
	for (q->link = links; q->link->path != NULL; q->link++)
		if (strcmp(q->link->path, buf_text(&pattern)) == 0)
			break;
	demand(q->link->path != NULL, buf_text(&pattern));
	buf_free(&pattern);
	q->of =
	    collection_find((struct text){ q->link->of, strlen(q->link->of) });
}

static void find_target(struct question *q, struct text path)
{
	struct text rest = path;
	const char *first = take_segment(&rest);
	const char *id;

	q->of = collection_find((struct text){ first, strlen(first) });
	demand(q->of != NULL, first);
	if (rest.len == 0)
		return;
	id = take_segment(&rest);
	if (rest.len > 0)
		find_link(q, path);
	else
		q->id = (struct text){ id, strlen(id) };
}

static const char *value_of(const struct param *params, size_t count,
    const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(params[i].name, name) == 0)
			return params[i].value;
	return NULL;
}

void roster_reading(struct reading *reading, const char *question,
    struct err *err)
{
	char *copy = arena_text(arena, question);
	char *query = strchr(copy, '?');
	struct param *params = arena_alloc(arena, 16 * sizeof(*params));
	struct question *q = &reading->question;
	size_t count = 0;
	const char *value;

	if (query != NULL) {
		*query++ = '\0';
		count = split_params(query, params, 16);
	}
	*reading = (struct reading){ .arena = arena };
	q->base = "https://h";
	find_target(q, (struct text){ copy + 4, strlen(copy + 4) });
	q->sel.entity = q->of->entity;
	q->sel.version = strncmp(copy, "1.1", 3) == 0 ? V11 : V12;
	if (!selection_parse(&q->sel, arena, params, count, q->id.at != NULL,
		err))
		return;
	value = value_of(params, count, "version");
	if (value != NULL)
		q->version = strtoll(value, NULL, 10);
	value = value_of(params, count, "after");
	if (value != NULL)
		q->after = (struct text){ value, strlen(value) };
}

/* The sourcedIds of records; those of references stand behind an href. */
static const char *ids_of(const char *json)
{
	static const char member[] = "{\"sourcedId\":\"";
	struct buf ids = { 0 };
	const char *at = json, *copy;

	while ((at = strstr(at, member)) != NULL) {
		at += strlen(member);
		buf_printf(&ids, "%s%.*s", ids.len > 0 ? " " : "",
		    (int)strcspn(at, "\""), at);
	}
	copy = arena_text(arena, buf_text(&ids));
	buf_free(&ids);
	return copy;
}

struct told roster_ask(const char *question)
{
	struct reading reading, *one = &reading;
	struct buf out = { 0 };
	struct err err = { 0 };
	struct told told;

	roster_reading(&reading, question, &err);
	if (err.fault == FAULT_NONE) {
		reader_ask(roster_reader, roster_application, 1,
		    clock_tick() + 20000, &one, 1);
		err = reading.err;
	}
	if (err.fault == FAULT_NONE)
		reading_records(&reading, &out);
	reader_rest(roster_reader);
	told = (struct told){ .fault = err.fault,
		.json = arena_text(arena, buf_text(&out)),
		.answer = reading.answer,
		.text = arena_text(arena, err.text) };
	told.ids = ids_of(told.json);
	buf_free(&out);
	return told;
}
