/* Accounts that were there before us: found to be a person's, exactly once. */
#include "sync.h"

#include <stdio.h>

#define MANY (-2)

/* The values of one attribute, and whose they are. */
struct index {
	const char *attribute;
	struct map *values; /* to a number of anchors, or MANY */
	struct index *next;
};

struct claims {
	struct index *indexes;
	const char **anchors;
	int count, room;
	struct map *claimed; /* anchors, to a number of claimants */
	const char **claimants;
	int claimant_count, claimant_room;
	struct buf contested; /* persons, as a list of JSON's */
};

void claims_free(struct claims *claims)
{
	if (claims == NULL)
		return;
	for (struct index *i = claims->indexes; i != NULL; i = i->next)
		map_free(i->values);
	map_free(claims->claimed);
	memory_free(claims->anchors);
	memory_free(claims->claimants);
	buf_free(&claims->contested);
	memory_free(claims);
}

static int keep(const char ***list, int *count, int *room, const char *text)
{
	if (*count == *room) {
		*room = *room == 0 ? 64 : *room * 2;
		*list = memory_grow(*list, (size_t)*room * sizeof(**list));
	}
	(*list)[*count] = text;
	return (*count)++;
}

/* --- whose values --------------------------------------------------------- */

static const char free_accounts[] =
    "DECLARE unclaimed CURSOR FOR "
    "SELECT a.anchor, a.name FROM homeroom.account a "
    "WHERE $2 = 'name' AND a.directory = $1::integer AND a.person IS NULL "
    "AND a.gone IS NULL UNION ALL "
    "SELECT a.anchor, v.value FROM homeroom.account a "
    "CROSS JOIN LATERAL jsonb_array_elements_text(a.attributes -> $2) v "
    "WHERE $2 <> 'name' AND a.directory = $1::integer AND a.person IS NULL "
    "AND a.gone IS NULL AND a.attributes ? $2";

static void put_value(struct planning *p, struct index *index,
    const char *anchor, const char *value)
{
	struct claims *c = p->claims;
	int number;

	if (value[0] == '\0')
		return;
	if (map_get(index->values, text_of(value)) == MAP_NONE)
		number = keep(&c->anchors, &c->count, &c->room,
		    arena_text(p->arena, anchor));
	else
		number = MANY;
	map_put(index->values, text_of(value), number);
}

static bool load_index(struct planning *p, struct index *index, struct err *err)
{
	const struct values values = { 2,
		{ p->target->id_text, index->attribute } };
	struct arena *batch = arena_new();
	const struct rows *rows = NULL;
	bool done =
	    db_ask_text(p->db, batch, free_accounts, &values, NULL, err);

	do {
		arena_reset(batch);
		done =
		    done && db_ask_text(p->db, batch,
				"FETCH 2000 FROM unclaimed", NULL, &rows, err);
		for (int i = 0; done && i < rows_count(rows); i++)
			put_value(p, index, rows_get(rows, i, 0),
			    rows_get(rows, i, 1));
	} while (done && rows_count(rows) > 0);
	arena_free(batch);
	return done && db_run(p->db, "CLOSE unclaimed", err);
}

/* The index of an attribute, made when it is first asked for. */
static bool find_index(struct planning *p, const char *attribute,
    struct index **out, struct err *err)
{
	struct index *index;

	if (p->claims == NULL) {
		p->claims = memory_new(sizeof(*p->claims));
		p->claims->claimed = map_new();
	}
	for (index = p->claims->indexes; index != NULL; index = index->next)
		if (strcmp(index->attribute, attribute) == 0)
			break;
	*out = index;
	if (index != NULL)
		return true;
	*out = arena_alloc(p->arena, sizeof(**out));
	**out = (struct index){ .attribute = arena_text(p->arena, attribute),
		.values = map_new(),
		.next = p->claims->indexes };
	p->claims->indexes = *out;
	return load_index(p, *out, err);
}

/* --- claiming ------------------------------------------------------------- */

static bool has_value(const json_t *attributes, const char *name,
    struct text value, bool *any)
{
	const json_t *values = json_object_get(attributes, name);
	bool has = false;

	*any = json_array_size(values) > 0;
	for (size_t i = 0; i < json_array_size(values); i++)
		has |= text_is_nocase(value, json_nth(values, i));
	return has;
}

/* By an attribute that tells more, it is somebody else's. */
static bool denied(struct planning *p, const struct desired *d, int match,
    const struct account *account)
{
	const json_t *attributes = json_read(p->turn, account->attributes);
	bool any;

	for (int i = 0; i < match; i++)
		if (d->matches[i].value.len > 0 &&
		    !has_value(attributes, d->matches[i].attribute,
			d->matches[i].value, &any) &&
		    any)
			return true;
	return false;
}

static void contest(struct claims *c, const char *person)
{
	buf_char(&c->contested, c->contested.len == 0 ? '[' : ',');
	json_quoted(&c->contested, text_of(person));
}

static enum claim claim(struct planning *p, const struct person *person,
    const char *anchor)
{
	struct claims *c = p->claims;
	int before = map_get(c->claimed, text_of(anchor));

	if (before == MAP_NONE) {
		map_put(c->claimed, text_of(anchor),
		    keep(&c->claimants, &c->claimant_count, &c->claimant_room,
			arena_textn(p->arena, person->id.at, person->id.len)));
		return CLAIM_ONE;
	}
	contest(c, c->claimants[before]);
	return CLAIM_MANY;
}

static bool try_match(struct planning *p, const struct person *person,
    const struct desired *d, int match, struct claimed *out, struct err *err)
{
	const struct desired_match *m = &d->matches[match];
	struct index *index;
	int number;

	if (m->value.len == 0)
		return true;
	if (!find_index(p, m->attribute, &index, err))
		return false;
	number = map_get(index->values, m->value);
	if (number == MANY)
		out->claim = CLAIM_MANY;
	if (number < 0)
		return true;
	if (!ledger_find(p->db, p->turn, p->target, p->claims->anchors[number],
		&out->account, err))
		return false;
	if (!denied(p, d, match, &out->account))
		out->claim = claim(p, person, out->account.anchor);
	return true;
}

bool claims_find(struct planning *p, const struct person *person,
    const struct desired *d, struct claimed *out, struct err *err)
{
	*out = (struct claimed){ .claim = CLAIM_NONE, .by = "" };
	for (int i = 0; i < d->match_count && out->claim == CLAIM_NONE; i++) {
		out->by = d->matches[i].attribute;
		if (!try_match(p, person, d, i, out, err))
			return false;
	}
	return true;
}

bool claims_finish(struct planning *p, struct err *err)
{
	struct values values = { 2, { p->id } };

	if (p->claims == NULL || p->claims->contested.len == 0)
		return true;
	buf_char(&p->claims->contested, ']');
	values.at[1] = buf_text(&p->claims->contested);
	return db_ask(p->db, p->arena, STATEMENT_plan_contested, &values, NULL,
	    err);
}
