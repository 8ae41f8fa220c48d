/* What there is around accounts: places, groups, and names that are taken. */
#include "sync.h"

#include <stdio.h>

struct scene {
	struct map *addresses; /* of desired places: their parts, joined */
	const char **address;  /* by number */
	int address_count, address_room;
	struct map *places;           /* addresses of those that there are */
	struct map *groups, *anchors; /* by address, by anchor */
	struct scene_group **group;
	int group_count, group_room;
	struct names *names; /* NULL: not needed yet */
	bool any_exact;
};

/* --- what there is -------------------------------------------------------- */

static void grow(void *list, int count, int *room, size_t size)
{
	void **at = list;

	if (count < *room)
		return;
	*room = *room == 0 ? 64 : *room * 2;
	*at = memory_grow(*at, (size_t)*room * size);
}

static struct scene_group *put_group(struct planning *p, struct text address,
    const char *name, const char *anchor)
{
	struct scene *s = p->scene;
	struct scene_group *group = arena_alloc(p->arena, sizeof(*group));

	*group = (struct scene_group){
		.address = arena_textn(p->arena, address.at, address.len),
		.anchor = anchor != NULL ? arena_text(p->arena, anchor) : NULL,
		.guarded =
		    rulebook_guards(p->target->book.rules, GUARD_GROUP, name),
	};
	grow(&s->group, s->group_count, &s->group_room,
	    sizeof(struct scene_group *));
	map_put(s->groups, address, s->group_count);
	if (anchor != NULL)
		map_put(s->anchors, text_of(anchor), s->group_count);
	s->group[s->group_count++] = group;
	return group;
}

static bool load_places(struct planning *p, struct err *err)
{
	const struct values values = { 1, { p->target->id_text } };
	const struct rows *rows;

	if (!db_ask(p->db, p->turn, STATEMENT_scene_places, &values, &rows,
		err))
		return false;
	for (int i = 0; i < rows_count(rows); i++)
		map_put(p->scene->places, text_of(rows_get(rows, i, 0)), i);
	map_put(p->scene->places, text_of(p->target->root), 0);
	return true;
}

static bool load_groups(struct planning *p, struct err *err)
{
	const struct values values = { 1, { p->target->id_text } };
	const struct rows *rows;

	if (!db_ask(p->db, p->turn, STATEMENT_scene_groups, &values, &rows,
		err))
		return false;
	for (int i = 0; i < rows_count(rows); i++)
		put_group(p, text_of(rows_get(rows, i, 1)),
		    rows_get(rows, i, 2), rows_get(rows, i, 0))
		    ->guarded |= rows_get(rows, i, 3)[0] == 't';
	return true;
}

bool scene_open(struct planning *p, struct err *err)
{
	bool done;

	p->scene = memory_new(sizeof(*p->scene));
	p->scene->addresses = map_new();
	p->scene->places = map_new();
	p->scene->groups = map_new();
	p->scene->anchors = map_new();
	done = load_places(p, err) && load_groups(p, err);
	arena_reset(p->turn);
	return done;
}

void scene_close(struct scene *scene)
{
	if (scene == NULL)
		return;
	map_free(scene->addresses);
	map_free(scene->places);
	map_free(scene->groups);
	map_free(scene->anchors);
	memory_free(scene->address);
	memory_free(scene->group);
	memory_free(scene);
}

/* --- places --------------------------------------------------------------- */

/* Of the first `parts` of a place. */
static const char *address_of(struct planning *p,
    const struct desired_place *place, int parts)
{
	const char *address = p->target->root;

	for (int i = 0; i < parts; i++)
		address = directory_address(p->target->type, p->turn, address,
		    arena_textn(p->turn, place->parts[i].at,
			place->parts[i].len),
		    DIRECTORY_CONTAINER);
	return address;
}

/* The same few places, again and again: they are made once. */
const char *scene_address(struct planning *p, const struct desired_place *place)
{
	struct scene *s = p->scene;
	struct buf joined = { 0 };
	int known;

	for (int i = 0; i < place->count; i++) {
		buf_add(&joined, place->parts[i].at, place->parts[i].len);
		buf_char(&joined, '\x1f');
	}
	known = map_get(s->addresses, (struct text){ joined.data, joined.len });
	if (known == MAP_NONE) {
		grow(&s->address, s->address_count, &s->address_room,
		    sizeof(*s->address));
		known = s->address_count++;
		s->address[known] =
		    arena_text(p->arena, address_of(p, place, place->count));
		map_put(s->addresses, (struct text){ joined.data, joined.len },
		    known);
	}
	buf_free(&joined);
	return s->address[known];
}

static bool make_place(struct planning *p, const char *address,
    const char *place, struct text name, const char *rule, struct err *err)
{
	struct buf after = { 0 };
	const struct action action = { .kind = ACTION_MAKE_PLACE,
		.subject = address,
		.name = arena_textn(p->turn, name.at, name.len),
		.after = &after,
		.reason = "it is not there yet",
		.rule = rule };
	bool done;

	json_pair(&after, "name", name);
	json_pair(&after, "place", text_of(place));
	done = plan_add(p, &action, err);
	buf_free(&after);
	return done;
}

bool scene_need_place(struct planning *p, const struct desired_place *place,
    const char *rule, struct err *err)
{
	struct map *places = p->scene->places;

	if (map_get(places, text_of(scene_address(p, place))) != MAP_NONE)
		return true;
	for (int i = 0; i < place->count; i++) {
		const char *within = address_of(p, place, i);
		const char *address = address_of(p, place, i + 1);

		if (map_put(places, text_of(address), 0) == MAP_NONE &&
		    !make_place(p, address, within, place->parts[i], rule, err))
			return false;
	}
	return true;
}

/* --- groups --------------------------------------------------------------- */

static bool make_group(struct planning *p, const char *address,
    const struct desired_group *group, struct err *err)
{
	struct buf after = { 0 };
	const struct action action = { .kind = ACTION_MAKE_GROUP,
		.subject = address,
		.name = arena_textn(p->turn, group->name.at, group->name.len),
		.after = &after,
		.reason = "it is not there yet",
		.rule = group->why.rule };
	bool done;

	json_pair(&after, "name", group->name);
	json_pair(&after, "place", text_of(scene_address(p, &group->place)));
	done = plan_add(p, &action, err);
	buf_free(&after);
	return done;
}

bool scene_need_group(struct planning *p, const struct desired_group *group,
    struct scene_group **out, struct err *err)
{
	struct scene *s = p->scene;
	const char *name =
	    arena_textn(p->turn, group->name.at, group->name.len);
	const char *address = directory_address(p->target->type, p->turn,
	    scene_address(p, &group->place), name, DIRECTORY_GROUP);
	int known = map_get(s->groups, text_of(address));

	if (known != MAP_NONE)
		*out = s->group[known];
	else
		*out = put_group(p, text_of(address), name, NULL);
	(*out)->exact |= group->exact;
	s->any_exact |= group->exact;
	if (known != MAP_NONE || (*out)->guarded ||
	    !plan_wants(p, ACTION_MAKE_GROUP))
		return true;
	return scene_need_place(p, &group->place, group->why.rule, err) &&
	       make_group(p, address, group, err);
}

struct scene_group *scene_group(struct planning *p, struct text anchor)
{
	int known = map_get(p->scene->anchors, anchor);

	return known != MAP_NONE ? p->scene->group[known] : NULL;
}

/* --- groups that are to hold nobody else ---------------------------------- */

static bool put_exact(struct planning *p, struct err *err)
{
	struct scene *s = p->scene;
	struct buf rows = { 0 };
	bool done;

	for (int i = 0; i < s->group_count; i++) {
		const struct scene_group *g = s->group[i];

		if (g->exact && !g->guarded && g->anchor != NULL) {
			copy_field(&rows, g->anchor, strlen(g->anchor), false);
			copy_field(&rows, g->address, strlen(g->address), true);
		}
	}
	done = copy_in(p->db, "COPY exact FROM STDIN", err) &&
	       copy_put(p->db, rows.data, rows.len, err) &&
	       copy_in_end(p->db, NULL, err);
	buf_free(&rows);
	return done;
}

/* Those of persons are in `maybe`, and of accounts that are adopted, or may be,
 * too; whoever else is in there goes. */
static const char strangers[] =
    "DECLARE strangers CURSOR FOR "
    "SELECT x.address, x.member, a.person, a.login, g.name, "
    "coalesce(a.place, g.place) "
    "FROM (SELECT e.address, m.member FROM maybe m JOIN exact e "
    "ON e.anchor = m.\"group\" UNION "
    "SELECT e.address, m.member FROM exact e JOIN homeroom.membership m "
    "ON m.directory = $1::integer AND m.\"group\" = e.anchor "
    "LEFT JOIN homeroom.account o ON o.directory = m.directory "
    "AND o.anchor = m.member WHERE o.person IS NULL AND NOT EXISTS ("
    "SELECT FROM homeroom.action t WHERE t.plan = $2::bigint "
    "AND t.kind IN ('adopt', 'ask') AND t.anchor = m.member)) x "
    "LEFT JOIN homeroom.account a ON a.directory = $1::integer "
    "AND a.anchor = x.member "
    "LEFT JOIN homeroom.directory_group g ON g.directory = $1::integer "
    "AND g.anchor = x.member WHERE NOT coalesce(a.protected OR a.shielded, "
    "g.shielded, false) ORDER BY x.address, x.member";

static bool guards(const struct planning *p, enum rules_guarded what,
    const char *name)
{
	return name != NULL &&
	       rulebook_guards(p->target->book.rules, what, name);
}

static bool exclude(struct planning *p, const struct rows *rows, int i,
    struct err *err)
{
	const char *person = rows_get(rows, i, 2);
	const char *login = rows_get(rows, i, 3), *name = rows_get(rows, i, 4);
	const struct action action = {
		.kind = ACTION_LEAVE,
		.subject = person != NULL ? person : rows_get(rows, i, 1),
		.person = person,
		.anchor = rows_get(rows, i, 1),
		.name = login != NULL  ? login
			: name != NULL ? name
				       : "",
		.target = rows_get(rows, i, 0),
		.reason = "no rule puts them into this group",
	};

	return guards(p, GUARD_ACCOUNT, login) ||
	       guards(p, GUARD_GROUP, name) ||
	       guards(p, GUARD_PLACE, rows_get(rows, i, 5)) ||
	       plan_add(p, &action, err);
}

static bool exclude_all(struct planning *p, struct err *err)
{
	const struct values values = { 2, { p->target->id_text, p->id } };
	struct arena *batch = arena_new();
	const struct rows *rows = NULL;
	bool done = db_ask_text(p->db, batch, strangers, &values, NULL, err);

	do {
		arena_reset(batch);
		done =
		    done && db_ask_text(p->db, batch,
				"FETCH 2000 FROM strangers", NULL, &rows, err);
		for (int i = 0; done && i < rows_count(rows); i++)
			done = exclude(p, rows, i, err);
	} while (done && rows_count(rows) > 0);
	arena_free(batch);
	return done;
}

bool scene_finish(struct planning *p, struct err *err)
{
	if (!p->scene->any_exact || p->wanted->person != NULL ||
	    !plan_wants(p, ACTION_LEAVE))
		return true;
	return db_run(p->db,
		   "CREATE TEMP TABLE exact (anchor text COLLATE \"C\", "
		   "address text) ON COMMIT DROP; "
		   "CREATE TEMP TABLE maybe (\"group\" text COLLATE \"C\", "
		   "member text COLLATE \"C\") ON COMMIT DROP",
		   err) &&
	       put_exact(p, err) &&
	       copy_in(p->db, "COPY maybe FROM STDIN", err) &&
	       copy_put(p->db, p->maybe.data, p->maybe.len, err) &&
	       copy_in_end(p->db, NULL, err) && exclude_all(p, err);
}

/* --- names ---------------------------------------------------------------- */

/* Those of other directories where they are to be unique too, and of accounts
 * that were deleted. */
static bool load_names(struct planning *p, struct names *names, struct err *err)
{
	const struct rulebook_names *how =
	    rulebook_names(p->target->book.rules);
	struct arena *batch = arena_new();
	struct buf across = { 0 };
	struct values values = { 3,
		{ p->target->id_text, NULL, how->forever ? "t" : "f" } };
	const struct rows *rows = NULL;
	bool done;

	buf_char(&across, '[');
	for (int i = 0; i < how->across.count; i++) {
		if (i > 0)
			buf_char(&across, ',');
		json_quoted(&across, text_of(how->across.at[i]));
	}
	buf_char(&across, ']');
	values.at[1] = buf_text(&across);
	done = db_ask_text(p->db, batch,
	    "DECLARE names CURSOR FOR "
	    "SELECT a.login FROM homeroom.account a "
	    "JOIN homeroom.directory d ON d.id = a.directory "
	    "JOIN homeroom.directory own ON own.id = $1::integer "
	    "WHERE a.login IS NOT NULL AND (d.id = own.id "
	    "OR (d.district = own.district AND $2::jsonb ? d.name)) "
	    "AND (a.gone IS NULL OR $3::boolean) "
	    "UNION ALL SELECT g.login FROM homeroom.directory_group g "
	    "WHERE g.directory = $1::integer AND g.login IS NOT NULL "
	    "UNION ALL SELECT n.name FROM homeroom.given_name n "
	    "WHERE n.directory = $1::integer AND $3::boolean",
	    &values, NULL, err);
	do {
		arena_reset(batch);
		done = done && db_ask_text(p->db, batch,
				   "FETCH 5000 FROM names", NULL, &rows, err);
		for (int i = 0; done && i < rows_count(rows); i++)
			names_take(names, text_of(rows_get(rows, i, 0)));
	} while (done && rows_count(rows) > 0);
	arena_free(batch);
	buf_free(&across);
	return done;
}

bool scene_names(struct planning *p, struct names **out, struct err *err)
{
	if (p->scene->names == NULL) {
		p->scene->names = names_new(p->arena);
		if (!load_names(p, p->scene->names, err))
			return false;
	}
	*out = p->scene->names;
	return true;
}
