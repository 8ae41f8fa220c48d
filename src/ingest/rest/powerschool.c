/* PowerSchool: each PowerQuery, named by settings or by our plug-in, becomes a
 * file, and these a bundle by rules. */
#include "rest.h"
#include "homeroom/mapping.h"
#include "homeroom/publish.h"

#include <string.h>
#include <strings.h>

#define PAGE 1000
#define PARALLEL 4
#define PARALLEL_MAX 16

struct powerschool {
	const struct source *source;
	struct caller *caller;
	const char *url;
	const char *rows, *files; /* folders */
};

/* A PowerQuery, whose rows go into a file of its name. */
struct power_query {
	struct powerschool *server;
	const struct mapping_file *file;
	const char *url;
	struct table *table;
	bool *seen;    /* by column: some record has it */
	bool any_null; /* columns without a value are told all the same */
};

/* --- a page --------------------------------------------------------------- */

static bool begin(struct list *list, struct err *err)
{
	const struct power_query *q = list->about;

	return table_cut(q->table, 0, err);
}

static bool ask(struct list *list, struct call *call, int64_t first, int count,
    struct err *err)
{
	const struct power_query *q = list->about;

	(void)err;
	call->method = "POST";
	call->body = "{}";
	call->url = q->url;
	call_param(call, "pagesize", arena_number(call->arena, count));
	call_param(call, "page", arena_number(call->arena, first / count + 1));
	return true;
}

/* Without any record, there is no list of them either. */
static bool read_page(struct list *list, struct call *call, json_t **records,
    int64_t *total, struct err *err)
{
	json_t *body;

	(void)list, (void)total;
	if (!answer_json(call, &body, err))
		return false;
	if (json_is_object(body) && json_object_get(body, "name") != NULL &&
	    json_object_get(body, "record") == NULL)
		json_object_set_new(body, "record", json_array());
	*records = answer_list(body, "record", NULL, err);
	return *records != NULL;
}

static bool count(struct list *list, int64_t *total, struct err *err)
{
	const struct power_query *q = list->about;
	struct call *call = call_new();
	struct text text = { 0 };
	json_t *body;
	bool done;

	call->method = "POST";
	call->body = "{}";
	call->url = arena_printf(call->arena, "%s/count", q->url);
	done = caller_get(q->server->caller, call, err) &&
	       answer_json(call, &body, err);
	if (done)
		text = answer_text(call->arena, json_object_get(body, "count"));
	if (done &&
	    (text.at == NULL || !text_integer(text, 0, INT64_MAX, total)))
		done = fail(err, FAULT_UNAVAILABLE,
		    "it does not say how many records there are");
	call_free(call);
	return done;
}

/* --- a record ------------------------------------------------------------- */

static struct text identify(struct call *call, const json_t *record)
{
	char *dump = json_dumps(record, JSON_COMPACT | JSON_SORT_KEYS);
	const char *text = arena_text(call->arena, dump != NULL ? dump : "");

	memory_free(dump);
	return (struct text){ text, strlen(text) };
}

static void put_value(struct power_query *q, struct call *call,
    const char *name, const json_t *value)
{
	const struct mapping_file *file = q->file;

	for (int i = 0; i < file->column_count; i++) {
		if (strcasecmp(file->columns[i], name) != 0)
			continue;
		q->seen[i] = true;
		q->table->row[i] = answer_text(call->arena, value);
		if (json_is_null(value))
			q->any_null = true;
	}
}

/* Columns lie in the record itself, or in its tables by their names. */
static bool take(struct list *list, struct call *call, const json_t *record,
    struct text id, struct err *err)
{
	struct power_query *q = list->about;
	json_t *tables = json_object_get(record, "tables"), *table, *value;
	const char *key, *column;

	(void)id;
	json_object_foreach(tables, key, table)
	    json_object_foreach(table, column, value)
	{
		put_value(q, call, column, value);
		put_value(q, call,
		    arena_printf(call->arena, "%s.%s", key, column), value);
	}
	if (tables == NULL)
		json_object_foreach((json_t *)not_const(record), key, value)
		    put_value(q, call, key, value);
	return table_row(q->table, err);
}

/* --- a query -------------------------------------------------------------- */

/* A server that leaves out what has no value leaves a column out that nobody
 * has; one that tells of it does not: such a column is gone. */
static bool check_columns(const struct power_query *q, const struct list *list,
    struct err *err)
{
	for (int i = 0; i < q->file->column_count; i++)
		if (list->taken > 0 && !q->seen[i] && q->any_null)
			return fail(err, FAULT_INVALID,
			    "%s has no column '%s', which a rule asks for; did "
			    "its columns change?",
			    list->name, q->file->columns[i]);
	return true;
}

static bool open_table(struct power_query *q, struct err *err)
{
	struct arena *arena = q->server->source->arena;
	const struct mapping_file *file = q->file;

	if (!table_open(&q->table, arena, q->server->rows, file->pattern, err))
		return false;
	q->seen = arena_alloc(arena, (size_t)file->column_count + 1);
	for (int i = 0; i < file->column_count; i++)
		(void)!table_column(q->table, arena,
		    (struct text){ file->columns[i],
			strlen(file->columns[i]) });
	return true;
}

static bool read_query(struct powerschool *p, const struct mapping_file *file,
    struct err *err)
{
	const struct source *source = p->source;
	struct arena *arena = source->arena;
	struct power_query q = { .server = p,
		.file = file,
		.url = arena_printf(arena, "%s/ws/schema/query/%s", p->url,
		    file->pattern) };
	struct list list = { .name = file->pattern,
		.total = -1,
		.page = (int)source_number(source, "pageSize", PAGE),
		.parallel = (int)source_number(source, "parallel", PARALLEL),
		.about = &q,
		.begin = begin,
		.ask = ask,
		.read = read_page,
		.identify = identify,
		.take = take,
		.count = count };
	bool done;

	if (list.page < 1)
		list.page = PAGE;
	if (list.parallel < 1 || list.parallel > PARALLEL_MAX)
		list.parallel = PARALLEL;
	done = open_table(&q, err) &&
	       list_read(&list, source, p->caller, err) &&
	       check_columns(&q, &list, err) &&
	       table_finish(q.table,
		   arena_printf(arena, "%s/%s", p->files, file->pattern), err);
	list_free(&list);
	return done;
}

/* --- all of them ---------------------------------------------------------- */

static bool find_rules(const struct source *source,
    const struct mapping **mapping, struct err *err)
{
	const json_t *said = json_object_get(source->settings, "files");
	char *dump = said != NULL ? json_dumps(said, 0) : NULL;
	const char *json = dump;
	bool done;

	done = (json != NULL ||
		   settings_ready(source->arena, "powerschool", &json, err)) &&
	       mapping_compile(source->arena, json, mapping, err);
	memory_free(dump);
	return done;
}

static bool open_server(struct powerschool *p, struct err *err)
{
	const struct source *source = p->source;
	const char *url = source_says(source, "url");
	size_t len = strlen(url);
	struct credentials_there credentials = {
		.id = source_says(source, "clientId"),
		.token_url = source_says(source, "tokenUrl"),
	};

	while (len > 0 && url[len - 1] == '/')
		len--;
	p->url = arena_textn(source->arena, url, len);
	if (credentials.token_url == NULL)
		credentials.token_url = arena_printf(source->arena,
		    "%s/oauth/access_token", p->url);
	return source_secret(source, "clientSecret", &credentials.secret,
		   err) &&
	       caller_open(&p->caller, source, &credentials,
		   (int)source_number(source, "parallel", PARALLEL), err);
}

static bool read_queries(struct powerschool *p, const struct mapping *mapping,
    struct err *err)
{
	for (int i = 0; i < mapping->file_count; i++)
		if (!read_query(p, &mapping->files[i], err)) {
			err_add(err, "the server of '%s'", p->source->name);
			return false;
		}
	return true;
}

bool powerschool_fetch(const struct source *source, const char *to,
    struct fetched *out, struct err *err)
{
	struct arena *arena = source->arena;
	struct powerschool p = { .source = source,
		.rows = arena_printf(arena, "%s/rows", to),
		.files = arena_printf(arena, "%s/files", to) };
	const struct mapping *mapping;

	return find_rules(source, &mapping, err) && folder_make(p.rows, err) &&
	       folder_make(p.files, err) && open_server(&p, err) &&
	       read_queries(&p, mapping, err) &&
	       mapped_bundle(source, mapping, p.files,
		   arena_printf(arena, "%s/bundle", to), out, err);
}
