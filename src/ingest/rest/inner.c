/* Rows that have a file of their own in CSV, and no endpoint in REST: there
 * they are inside of other records. Their ids are made of what they say. */
#include "rest.h"

#include <inttypes.h>
#include <string.h>

struct inner {
	const struct entity *of;
	const char *member;
	enum oneroster in;
	const struct entity *entity; /* of the rows */
	const char *parent;          /* column that names the record */
	const char *parent_column;   /* the same in SQL */
	/* Fills in the row of one element; false: there is none of it. */
	bool (*fill)(const struct roster_table *t, const json_t *element,
	    struct text parent, struct call *call, struct roster_row *row);
};

/* --- ids ------------------------------------------------------------------ */

/* Of texts that say which one it is. */
static const char *make_id(struct arena *arena, const struct text *parts,
    int count)
{
	static const uint8_t key[16] = "homeroom inner";
	struct hash128 hash;
	struct buf text = { 0 };

	for (int i = 0; i < count; i++) {
		buf_add(&text, parts[i].at, parts[i].len);
		buf_char(&text, '\0');
	}
	hash = siphash128(key, text.data, text.len);
	buf_free(&text);
	return arena_printf(arena, "%016" PRIx64 "%016" PRIx64, hash.high,
	    hash.low);
}

static struct text member_text(struct call *call, const json_t *element,
    const char *name)
{
	const json_t *value = json_object_get(element, name);

	if (json_is_object(value))
		value = json_object_get(value, "sourcedId");
	return answer_text(call->arena, value);
}

/* Profiles are known by URIs, ours by one that has their id in it. */
static const char *profile_id(struct call *call, struct text parent,
    struct text uri)
{
	static const char ours[] = "urn:oneroster:userProfile:";
	const struct text parts[] = { parent, uri };

	if (uri.len > strlen(ours) && memcmp(uri.at, ours, strlen(ours)) == 0)
		return arena_textn(call->arena, uri.at + strlen(ours),
		    uri.len - strlen(ours));
	return uri.len > 0 ? make_id(call->arena, parts, 2) : NULL;
}

/* --- elements ------------------------------------------------------------- */

static void give(struct roster_row *row, const struct roster_table *t,
    const char *csv, const char *value)
{
	int at = roster_column(t, csv);

	if (at >= 0)
		row->given[at] = value != NULL ? value : "";
}

static bool fill_role(const struct roster_table *t, const json_t *element,
    struct text parent, struct call *call, struct roster_row *row)
{
	const struct text parts[] = { parent, member_text(call, element, "org"),
		member_text(call, element, "role"),
		member_text(call, element, "beginDate") };

	give(row, t, "sourcedId", make_id(call->arena, parts, 4));
	give(row, t, "userProfileSourcedId",
	    profile_id(call, parent,
		member_text(call, element, "userProfile")));
	return true;
}

/* CSV has one credential a profile, and none without. */
static bool fill_profile(const struct roster_table *t, const json_t *element,
    struct text parent, struct call *call, struct roster_row *row)
{
	const json_t *credential =
	    json_array_get(json_object_get(element, "credentials"), 0);
	struct text type = member_text(call, credential, "type");
	struct text name = member_text(call, credential, "username");
	const char *id =
	    profile_id(call, parent, member_text(call, element, "profileId"));

	if (id == NULL || credential == NULL)
		return false;
	give(row, t, "sourcedId", id);
	give(row, t, "credentialType",
	    arena_textn(call->arena, type.at != NULL ? type.at : "", type.len));
	give(row, t, "username",
	    arena_textn(call->arena, name.at != NULL ? name.at : "", name.len));
	return true;
}

static bool fill_resource(const struct roster_table *t, const json_t *element,
    struct text parent, struct call *call, struct roster_row *row)
{
	const struct text id = answer_text(call->arena,
	    json_is_object(element) ? json_object_get(element, "sourcedId")
				    : element);
	const struct text parts[] = { parent, id };

	if (id.len == 0)
		return false;
	give(row, t, "sourcedId", make_id(call->arena, parts, 2));
	give(row, t, "resourceSourcedId",
	    arena_textn(call->arena, id.at, id.len));
	return true;
}

/* clang-format off */
static const struct inner inners[] = {
/*	  of                member          in     entity                   parent in CSV      in SQL       each */
	{ &entity_users,   "roles",         V12,  &entity_roles,           "userSourcedId",   "user_id",   fill_role },
	{ &entity_users,   "userProfiles",  V12,  &entity_userProfiles,    "userSourcedId",   "user_id",   fill_profile },
	{ &entity_users,   "resources",     V12,  &entity_userResources,   "userSourcedId",   "user_id",   fill_resource },
	{ &entity_classes, "resources",     BOTH, &entity_classResources,  "classSourcedId",  "class_id",  fill_resource },
	{ &entity_courses, "resources",     BOTH, &entity_courseResources, "courseSourcedId", "course_id", fill_resource },
	{ 0 }
};
/* clang-format on */

/* Resources are read with those who have them, or not at all. */
static bool is_wanted(const struct roster *roster, const struct inner *inner,
    const struct entity *of)
{
	return inner->of == of && (inner->in & roster->version) != 0 &&
	       (inner->fill != fill_resource || roster->resources);
}

bool inner_tables(struct roster *roster, const struct entity *of,
    struct err *err)
{
	for (const struct inner *i = inners; i->of != NULL; i++)
		if (is_wanted(roster, i, of) &&
		    roster_table(roster, i->entity, err) == NULL)
			return false;
	return true;
}

/* Elements of a record, on their way into rows. */
struct putting {
	struct roster *roster;
	const struct inner *inner;
	struct roster_table *table;
	const struct roster_row *of; /* the record */
	struct text parent;          /* its id */
	struct call *call;
	const char **ids; /* of the rows that were put */
	int count;
};

bool inner_known(const struct roster *roster, const struct entity *entity,
    bool *known, struct err *err)
{
	const struct source *source = roster->source;
	const struct values values = { 2,
		{ arena_number(roster->arena, source->district),
		    source->name } };
	const struct rows *rows;

	if (!db_ask_text(source->db, roster->arena,
		arena_printf(roster->arena,
		    "SELECT EXISTS (SELECT FROM roster.%s t "
		    "JOIN homeroom.source s ON s.id = t.source "
		    "WHERE t.district = $1::int AND s.name = $2 "
		    "AND s.district = t.district AND t.status = 'active')",
		    entity->table),
		&values, &rows, err))
		return false;
	*known = rows_get(rows, 0, 0)[0] == 't';
	return true;
}

/* --- what is gone, in a delta --------------------------------------------- */

/* A delta says what a record has now; what it had before is in the store. */
static bool find_known(const struct putting *p, const struct rows **rows,
    struct err *err)
{
	const struct source *source = p->roster->source;
	struct arena *arena = p->call->arena;
	const struct values values = { 3,
		{ arena_number(arena, source->district), source->name,
		    arena_textn(arena, p->parent.at, p->parent.len) } };

	return db_ask_text(source->db, arena,
	    arena_printf(arena,
		"SELECT t.sourced_id FROM roster.%s t "
		"JOIN homeroom.source s ON s.id = t.source "
		"WHERE t.district = $1::int AND s.district = t.district "
		"AND s.name = $2 AND t.%s = $3 AND t.status = 'active'",
		p->inner->entity->table, p->inner->parent_column),
	    &values, rows, err);
}

static bool stays(const struct putting *p, const char *id)
{
	for (int i = 0; i < p->count; i++)
		if (strcmp(p->ids[i], id) == 0)
			return true;
	return false;
}

static bool put_gone(const struct putting *p, struct err *err)
{
	const struct rows *rows;

	if (!find_known(p, &rows, err))
		return false;
	for (int i = 0; i < rows_count(rows); i++) {
		struct roster_row row = { .number = p->of->number,
			.goes = true,
			.modified = p->of->modified };

		give(&row, p->table, "sourcedId", rows_get(rows, i, 0));
		if (!stays(p, rows_get(rows, i, 0)) &&
		    !roster_row(p->roster, p->table, &row, p->call, err))
			return false;
	}
	return true;
}

/* --- rows ----------------------------------------------------------------- */

static bool put_element(struct putting *p, const json_t *element,
    struct err *err)
{
	struct roster_row row = { .number = p->of->number,
		.modified = p->of->modified };

	if (json_is_object(element))
		row.record = element;
	give(&row, p->table, p->inner->parent,
	    arena_textn(p->call->arena, p->parent.at, p->parent.len));
	if (!p->inner->fill(p->table, element, p->parent, p->call, &row))
		return true;
	p->ids[p->count++] = row.given[roster_column(p->table, "sourcedId")];
	return roster_row(p->roster, p->table, &row, p->call, err);
}

/* Of a record without an id nobody knows what it had: a row without one keeps
 * all that there is. */
static bool put_unknown(const struct putting *p, struct err *err)
{
	const struct roster_row row = { .number = p->of->number,
		.modified = p->of->modified };

	return roster_row(p->roster, p->table, &row, p->call, err);
}

static bool put_elements(struct putting *p, struct err *err)
{
	const json_t *list = json_object_get(p->of->record, p->inner->member);
	size_t count = json_array_size(list);

	p->table = roster_table(p->roster, p->inner->entity, err);
	if (p->table == NULL)
		return false;
	if (p->parent.len == 0)
		return put_unknown(p, err);
	p->ids = arena_alloc(p->call->arena, (count + 1) * sizeof(*p->ids));
	for (size_t i = 0; i < count; i++)
		if (!put_element(p, json_array_get(list, i), err))
			return false;
	return !p->roster->delta || put_gone(p, err);
}

bool inner_rows(struct roster *roster, const struct entity *of,
    const struct roster_row *row, struct text id, struct call *call,
    struct err *err)
{
	for (const struct inner *i = inners; i->of != NULL; i++) {
		struct putting p = { .roster = roster,
			.inner = i,
			.of = row,
			.parent = id,
			.call = call };

		if (is_wanted(roster, i, of) && !put_elements(&p, err))
			return false;
	}
	return true;
}
