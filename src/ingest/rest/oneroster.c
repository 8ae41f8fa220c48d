/* OneRoster over REST, 1.1 and 1.2, as a bundle: each of a server's lists
 * becomes a file. */
#include "rest.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define PAGE 1000
#define PARALLEL 4
#define PARALLEL_MAX 16

/* A server's lists. What refers to others is read before them, so that what
 * comes meanwhile is not referred to in vain. */
struct upstream {
	const struct source *source;
	struct caller *caller;
	struct roster roster;
	const char *base; /* of all services */
	const char *to;
	struct kept kept;   /* from a reading that broke off */
	struct since since; /* in a delta, what changed is read */
};

/* One of them. */
struct upstream_list {
	struct upstream *upstream;
	const struct entity *entity;
	const char *url;
	int first; /* of its tables */
};

/* --- where it is ---------------------------------------------------------- */

/* Addresses are given up to /ims/oneroster, or to a service of it. */
static const char *base_of(struct arena *arena, const char *url)
{
	static const char *const ends[] = { "/", "/v1p1", "/rostering/v1p2",
		"/v1p2" };
	size_t len = strlen(url);

	for (size_t i = 0; i < array_length(ends); i++) {
		size_t end = strlen(ends[i]);

		if (len > end && strncmp(url + len - end, ends[i], end) == 0)
			len -= end;
	}
	return arena_textn(arena, url, len);
}

static const char *url_of(const struct upstream *u, const struct entity *entity)
{
	static const char *const services[] = {
		[ROSTERING] = "rostering",
		[GRADEBOOK] = "gradebook",
		[RESOURCES] = "resources",
	};

	if (u->roster.version == V11)
		return arena_printf(u->source->arena, "%s/v1p1/%s", u->base,
		    entity->name);
	return arena_printf(u->source->arena, "%s/%s/v1p2/%s", u->base,
	    services[entity->service], entity->name);
}

/* --- a list --------------------------------------------------------------- */

static bool begin(struct list *list, struct err *err)
{
	struct upstream_list *l = list->about;
	struct roster *roster = &l->upstream->roster;

	for (int i = l->first; i < roster->table_count; i++)
		if (!table_cut(roster->tables[i]->table, 0, err))
			return false;
	return true;
}

static bool ask(struct list *list, struct call *call, int64_t first, int count,
    struct err *err)
{
	const struct upstream_list *l = list->about;
	char since[CLOCK_TEXT];

	(void)err;
	call->url = l->url;
	call_param(call, "limit", arena_number(call->arena, count));
	call_param(call, "offset", arena_number(call->arena, first));
	call_param(call, "sort", "sourcedId");
	call_param(call, "orderBy", "asc");
	if (l->upstream->roster.delta) {
		clock_format(since, l->upstream->since.when);
		call_param(call, "filter",
		    arena_printf(call->arena, "dateLastModified>'%s'", since));
	}
	return true;
}

static bool read_page(struct list *list, struct call *call, json_t **records,
    int64_t *total, struct err *err)
{
	const struct upstream_list *l = list->about;
	int64_t told = answer_total(call);
	json_t *body;

	if (!answer_json(call, &body, err))
		return false;
	*records = answer_list(body, l->entity->name, l->entity->one, err);
	if (told >= 0)
		*total = told;
	return *records != NULL;
}

/* What settings say of records whose status is so; else they go. 1.0 had a
 * third word: inactive. */
static bool stays(const struct source *source, const char *status, bool user,
    bool *disabled)
{
	const char *said = source_says(source, status);

	*disabled = user && said != NULL && strcmp(said, "disable") == 0;
	return *disabled || (said != NULL && strcmp(said, "keep") == 0);
}

static bool goes(const struct upstream_list *l, const json_t *record,
    bool *disabled)
{
	static const char *const words[] = { "tobedeleted", "inactive" };
	const char *status =
	    json_string_value(json_object_get(record, "status"));

	*disabled = false;
	for (size_t i = 0; status != NULL && i < array_length(words); i++)
		if (strcasecmp(status, words[i]) == 0)
			return !stays(l->upstream->source, words[i],
			    l->entity == &entity_users, disabled);
	return false;
}

static struct text identify(struct call *call, const json_t *record)
{
	return answer_text(call->arena, json_object_get(record, "sourcedId"));
}

/* A bulk file has no records that go. */
static bool take(struct list *list, struct call *call, const json_t *record,
    struct text id, struct err *err)
{
	const struct upstream_list *l = list->about;
	struct roster *roster = &l->upstream->roster;
	struct text modified = answer_text(call->arena,
	    json_object_get(record, "dateLastModified"));
	struct roster_row row = { .record = record,
		.number = list->taken + 1,
		.modified = arena_textn(call->arena,
		    modified.at != NULL ? modified.at : "", modified.len) };
	struct roster_table *table = roster_table(roster, l->entity, err);
	bool disabled;

	since_note(&l->upstream->since, modified);
	row.goes = goes(l, record, &disabled);
	if (table == NULL)
		return false;
	if (disabled)
		row.given[roster_column(table, "enabledUser")] = "false";
	if (row.goes && !roster->delta)
		return true;
	return roster_row(roster, table, &row, call, err) &&
	       (row.goes || inner_rows(roster, l->entity, &row, id, call, err));
}

static bool read_list(struct upstream *u, const struct entity *entity,
    struct err *err)
{
	const struct source *source = u->source;
	struct upstream_list l = { .upstream = u,
		.entity = entity,
		.url = url_of(u, entity) };
	struct list list = { .name = entity->name,
		.total = -1,
		.overlaps = true,
		.page = (int)source_number(source, "pageSize", PAGE),
		.parallel = (int)source_number(source, "parallel", PARALLEL),
		.about = &l,
		.begin = begin,
		.ask = ask,
		.read = read_page,
		.identify = identify,
		.take = take };
	int first = u->roster.table_count;
	bool done;

	if (list.page < 1)
		list.page = PAGE;
	if (list.parallel < 1 || list.parallel > PARALLEL_MAX)
		list.parallel = PARALLEL;
	done = roster_table(&u->roster, entity, err) != NULL &&
	       inner_tables(&u->roster, entity, err);
	if (done && kept_take(&u->kept, &list, &u->roster, first, u->caller))
		return true;
	l.first = first;
	done =
	    done && begin(&list, err) &&
	    list_read(&list, source, u->caller, err) &&
	    (u->roster.delta || list.total < 0 ||
		kept_put(&u->kept, &list, &u->roster, first, u->caller, err));
	list_free(&list);
	return done;
}

/* --- the bundle ----------------------------------------------------------- */

static bool write_file(const char *path, const struct buf *text,
    struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool done =
	    fd >= 0 && write(fd, text->data, text->len) == (ssize_t)text->len;

	if (fd >= 0 && close(fd) != 0)
		done = false;
	return done || fail(err, FAULT_IO, "%s: %m", path);
}

/* Of a delta, a file without rows says nothing; of a bulk bundle, that all are
 * gone, if there were any. Only what lies inside of records may have none at
 * all. */
static bool is_said(const struct upstream *u, const struct roster_table *table,
    bool *said, struct err *err)
{
	*said = table->table->size > 0;
	if (*said || u->roster.delta)
		return true;
	*said = true;
	return table->entity->rest != 0 ||
	       inner_known(&u->roster, table->entity, said, err);
}

static bool finish(struct upstream *u, const char *to, struct err *err)
{
	struct roster *roster = &u->roster;
	struct buf manifest = { 0 };
	bool done = true;

	buf_printf(&manifest,
	    "propertyName,value\nmanifest.version,1.0\n"
	    "oneroster.version,%s\n",
	    roster->version == V11 ? "1.1" : "1.2");
	for (int i = 0; done && i < roster->table_count; i++) {
		struct table *table = roster->tables[i]->table;
		bool said;

		done = is_said(u, roster->tables[i], &said, err);
		if (!done || !said)
			continue;
		buf_printf(&manifest, "file.%s,%s\n", table->name,
		    roster->delta ? "delta" : "bulk");
		done = table_finish(table,
		    arena_printf(u->source->arena, "%s/%s.csv", to,
			table->name),
		    err);
	}
	buf_printf(&manifest, "source.systemCode,%s\n",
	    findings_digest(roster->findings, u->source->arena));
	done = done &&
	       write_file(arena_printf(u->source->arena, "%s/manifest.csv", to),
		   &manifest, err);
	buf_free(&manifest);
	return done;
}

/* --- what is read --------------------------------------------------------- */

/* Without a word on it: what a roster can't do without. */
static bool is_wanted(const struct source *source, const struct entity *entity)
{
	static const char usual[] =
	    " orgs academicSessions courses classes users enrollments ";
	const json_t *list = json_object_get(source->settings, "entities");
	char word[64];
	size_t i;
	const json_t *name;

	if (list == NULL) {
		snprintf(word, sizeof(word), " %s ", entity->name);
		return strstr(usual, word) != NULL;
	}
	json_array_foreach(list, i,
	    name) if (strcmp(json_string_value(name), entity->name) ==
		      0) return true;
	return false;
}

static bool read_lists(struct upstream *u, struct err *err)
{
	int count = 0;

	while (entities[count] != NULL)
		count++;
	for (int i = count - 1; i >= 0; i--)
		if ((entities[i]->rest & u->roster.version) != 0 &&
		    is_wanted(u->source, entities[i]) &&
		    !read_list(u, entities[i], err))
			return false;
	return true;
}

static const char *scopes_of(const struct upstream *u)
{
	const struct source *source = u->source;
	const char *said = source_says(source, "scope");
	unsigned scopes = 0;
	struct buf text = { 0 };
	const char *list;

	if (said != NULL)
		return strcmp(said, "none") == 0 ? NULL : said;
	for (int i = 0; entities[i] != NULL; i++)
		if (is_wanted(source, entities[i]))
			scopes |= scopes_of_read(entities[i], u->roster.version,
			    false);
	scopes_write(&text, scopes);
	list = arena_text(source->arena, buf_text(&text));
	buf_free(&text);
	return list;
}

static bool open_upstream(struct upstream *u, struct err *err)
{
	const struct source *source = u->source;
	const char *version = source_says(source, "version");
	const char *auth = source_says(source, "auth");
	struct credentials_there credentials = {
		.id = source_says(source, "clientId"),
		.token_url = source_says(source, "tokenUrl"),
	};

	u->roster.version =
	    version != NULL && strcmp(version, "1.1") == 0 ? V11 : V12;
	u->base = base_of(source->arena, source_says(source, "url"));
	credentials.scope = scopes_of(u);
	if (auth != NULL && strncmp(auth, "oauth1", 6) == 0)
		credentials.signature = strcmp(auth, "oauth1-sha1") == 0
					    ? "HMAC-SHA1"
					    : "HMAC-SHA256";
	else if (credentials.token_url == NULL)
		return fail(err, FAULT_INVALID,
		    "the source '%s' needs `tokenUrl`, where its tokens come "
		    "from",
		    source->name);
	return source_secret(source, "clientSecret", &credentials.secret,
		   err) &&
	       caller_open(&u->caller, source, &credentials,
		   (int)source_number(source, "parallel", PARALLEL), err);
}

static void free_findings(void *findings)
{
	findings_free(findings);
}

bool oneroster_rest_fetch(const struct source *source, const char *to,
    struct fetched *out, struct err *err)
{
	struct arena *arena = source->arena;
	const char *bundle = arena_printf(arena, "%s/bundle", to);
	struct upstream *u = arena_alloc(arena, sizeof(*u));

	*u = (struct upstream){ .source = source,
		.to = to,
		.roster = { .arena = arena,
		    .source = source,
		    .resources = is_wanted(source, &entity_resources),
		    .findings = findings_new(arena) } };
	arena_defer(arena, free_findings, u->roster.findings);
	if (!folder_make(bundle, err) || !open_upstream(u, err) ||
	    !since_find(&u->since, source, &u->roster, err) ||
	    !kept_open(&u->kept, source, u->since.key, u->roster.delta, err))
		return false;
	u->roster.folder = u->kept.folder;
	if (!read_lists(u, err) || !finish(u, bundle, err)) {
		err_add(err, "the server of '%s'", source->name);
		return false;
	}
	kept_end(&u->kept);
	out->path = bundle;
	out->findings = u->roster.findings;
	since_tell(&u->since, source,
	    kept_began(&u->kept) > 0 ? kept_began(&u->kept)
				     : caller_began(u->caller),
	    out);
	return true;
}
