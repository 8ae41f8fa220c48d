/* What settings say of a district's people: the order of its sources, the rules
 * that match, and the fields with orders of their own. */
#include "people.h"

#include <jansson.h>
#include <string.h>

/* Two sources that use the same id mean the same person, if they also agree on
 * a name: numbers that systems count up are often the same by chance. */
static const char default_rules[] =
    "[{\"name\": \"sourcedId\", \"on\": [\"sourcedId\", \"familyName\"]}]";

static int find_place(const struct people *people, const char *name)
{
	for (int i = 0; i < people->speaker_count; i++)
		if (strcmp(people->speakers[i].name, name) == 0)
			return i + 1;
	return 0;
}

int people_key(struct ingest *job, struct people *people, const char *key)
{
	for (int i = 0; i < people->key_count; i++)
		if (strcmp(people->keys[i], key) == 0)
			return i + 1;
	if (people->key_count == people->key_room) {
		int room = 2 * people->key_room + 16;
		const char **keys =
		    arena_alloc(job->arena, (size_t)room * sizeof(*keys));

		if (people->key_count > 0)
			memcpy(keys, people->keys,
			    (size_t)people->key_count * sizeof(*keys));
		people->keys = keys;
		people->key_room = room;
	}
	people->keys[people->key_count++] = arena_text(job->arena, key);
	return people->key_count;
}

/* What an echo says; the rest of its records is the person's own. */
static const char *const echoed_fields[] = { "username", "email", "userIds",
	NULL };

bool people_hears(const struct people *people, int place, const char *field)
{
	if (!people->speakers[place - 1].echoes)
		return true;
	for (const char *const *f = echoed_fields; *f != NULL; f++)
		if (strcmp(*f, field) == 0)
			return true;
	return false;
}

/* "metadata.hired": the key, when the field is called `of`; or NULL. */
const char *people_key_of(const char *field, const char *of)
{
	size_t len = strlen(of);

	return strncmp(field, of, len) == 0 && field[len] == '.'
		   ? field + len + 1
		   : NULL;
}

static void keep_key(struct ingest *job, struct people *people,
    const char *field)
{
	const char *key = people_key_of(field, "metadata");

	if (key == NULL)
		key = people_key_of(field, "userIds");
	if (key != NULL)
		(void)people_key(job, people, key);
}

/* --- rules ---------------------------------------------------------------- */

static void read_compared(struct ingest *job, struct compared *out,
    const json_t *said)
{
	size_t count = json_is_array(said) ? json_array_size(said) : 1;

	for (size_t i = 0; i < count && i < COMPARED_MAX; i++) {
		const char *name = json_string_value(
		    json_is_array(said) ? json_array_get(said, i) : said);

		if (name == NULL)
			continue;
		out->fields[out->count++] = arena_text(job->arena, name);
		keep_key(job, job->people, name);
	}
}

static bool compares(const struct match_rule *rule, const char *field)
{
	for (int p = 0; p < SPEAKERS_MAX; p++)
		for (int i = 0; i < rule->of[p].count; i++)
			if (strcmp(rule->of[p].fields[i], field) == 0)
				return true;
	return false;
}

/* An echo only repeats others, unless a rule names it. */
static const json_t *compared_of(const json_t *on,
    const struct speaker *speaker)
{
	if (json_is_object(on))
		return json_object_get(on, speaker->name);
	return speaker->echoes ? NULL : on;
}

static void read_rule(struct ingest *job, struct people *people,
    const json_t *said)
{
	struct match_rule *rule = &people->rules[people->rule_count];
	json_t *on = json_object_get(said, "on");
	const char *name = json_string_value(json_object_get(said, "name"));

	rule->review = json_is_true(json_object_get(said, "review"));
	rule->within = json_is_true(json_object_get(said, "withinSource"));
	for (int i = 0; i < people->speaker_count; i++)
		read_compared(job, &rule->of[i],
		    compared_of(on, &people->speakers[i]));
	rule->name = name != NULL ? arena_text(job->arena, name)
				  : arena_printf(job->arena, "rule %d",
					people->rule_count + 1);
	people->by_id = people->by_id || compares(rule, "sourcedId");
	people->rule_count++;
}

static void read_rules(struct ingest *job, struct people *people,
    const json_t *district)
{
	const json_t *said = json_object_get(district, "match");
	json_t *otherwise = json_loads(default_rules, 0, NULL);

	people->by_default = said == NULL;
	if (said == NULL)
		said = otherwise;
	for (size_t i = 0; i < json_array_size(said) && i < RULES_MAX; i++)
		read_rule(job, people, json_array_get(said, i));
	json_decref(otherwise);
}

/* --- orders --------------------------------------------------------------- */

static void read_order(struct ingest *job, struct people *people,
    const char *field, const json_t *sources)
{
	struct order *order = &people->orders[people->order_count++];

	order->field = arena_text(job->arena, field);
	keep_key(job, people, field);
	for (size_t i = 0; i < json_array_size(sources); i++) {
		int place = find_place(people,
		    json_string_value(json_array_get(sources, i)));

		if (place > 0 && order->count < SPEAKERS_MAX)
			order->places[order->count++] = place;
	}
}

static void read_orders(struct ingest *job, struct people *people,
    json_t *district)
{
	json_t *fields = json_object_get(district, "fields"), *sources;
	const char *field;

	people->orders = arena_alloc(job->arena,
	    (json_object_size(fields) + 1) * sizeof(*people->orders));
	json_object_foreach(fields, field, sources)
	{
		read_order(job, people, field, sources);
	}
}

/* --- all of it ------------------------------------------------------------ */

static bool read_speakers(struct ingest *job, struct people *people,
    struct err *err)
{
	struct values values = { 3,
		{ arena_number(job->arena, job->request->district),
		    arena_number(job->arena, job->source),
		    arena_number(job->arena, job->made_up) } };
	const struct rows *rows;

	if (!db_ask(job->db, job->arena, STATEMENT_person_sources, &values,
		&rows, err))
		return false;
	if (rows_count(rows) > SPEAKERS_MAX)
		return fail(err, FAULT_INVALID,
		    "the district has %d sources of people; at most %d are "
		    "merged",
		    rows_count(rows), SPEAKERS_MAX);
	for (int i = 0; i < rows_count(rows); i++) {
		people->speakers[i] = (struct speaker){
			.source = rows_integer(rows, i, 0),
			.name = rows_get(rows, i, 1),
			.creates = rows_get(rows, i, 2)[0] == 't',
			.echoes = rows_get(rows, i, 3)[0] == 't',
		};
		if (people->speakers[i].source == job->source)
			people->here = i + 1;
	}
	people->speaker_count = rows_count(rows);
	if (people->here == 0 && job->request->source != NULL &&
	    people->speaker_count < SPEAKERS_MAX) {
		/* A dry run does not make the source that it tries. */
		people->speakers[people->speaker_count++] =
		    (struct speaker){ job->source, job->request->source, true,
			    false };
		people->here = people->speaker_count;
	}
	return true;
}

bool people_read(struct ingest *job, struct people *people, struct err *err)
{
	struct values values = { 2,
		{ arena_number(job->arena, job->request->district),
		    arena_number(job->arena, job->source) } };
	const struct rows *rows;
	json_t *district;

	if (!read_speakers(job, people, err) ||
	    !db_ask(job->db, job->arena, STATEMENT_person_settings, &values,
		&rows, err))
		return false;
	district = json_loads(rows_get(rows, 0, 0), 0, NULL);
	people->stale = rows_integer(rows, 0, 1) != 0;
	people->differ = rows_get(rows, 0, 2)[0] == 't';
	read_rules(job, people, district);
	read_orders(job, people, district);
	json_decref(district);
	return true;
}
