/* Random bundles, made of what the model's tables say of each column. */
#include "check.h"

#include "support/fixture.h"
#include "support/random.h"

#define NUMBERS 8
#define COPIES 3
#define ROWS_MAX (NUMBERS * (COPIES + 1))
#define ENTITIES_MAX 32

struct making {
	const struct random_plan *plan;
	uint64_t *seed;
	unsigned present[ENTITIES_MAX]; /* by entity->number: which numbers */
	uint64_t row; /* seed of one row's values: the same ones come again */
	bool wrong;   /* this row is to be */
	struct buf text;
};

static const char *header_of(const struct entity *e, enum oneroster version)
{
	return version == V11 ? e->csv_11 : e->csv_12;
}

static bool one_in(uint64_t *seed, unsigned n)
{
	return check_random(seed) % n == 0;
}

static unsigned value(struct making *m, unsigned below)
{
	return (unsigned)(check_random(&m->row) % below);
}

/* --- values -------------------------------------------------------------- */

/* A demographic record is its user's. */
static const struct entity *owner_of(const struct entity *e)
{
	return e == &entity_demographics ? &entity_users : e;
}

/* A record of that kind: one that is there, or any. */
static void put_reference(struct making *m, const struct entity *of, bool there)
{
	unsigned number = value(m, NUMBERS);

	while (there && !(m->present[of->number] >> number & 1))
		number = (number + 1) % NUMBERS;
	buf_printf(&m->text, "%s%u", of->name, number);
}

static const struct entity *referred(const struct field *f)
{
	return entity_find((struct text){ f->of, strlen(f->of) });
}

static void put_references(struct making *m, const struct field *f,
    bool required)
{
	buf_char(&m->text, '"');
	put_reference(m, referred(f), required && !m->wrong);
	buf_char(&m->text, ',');
	put_reference(m, referred(f), false);
	buf_char(&m->text, '"');
}

static void put_word(struct making *m, const struct field *f)
{
	const struct vocabulary *v = vocabulary_find(f->of);
	unsigned count = 0, chosen;
	const char *word;

	while (v->words[count].v12 != NULL)
		count++;
	chosen = value(m, count);
	do {
		const struct word *w = &v->words[chosen];

		word = m->plan->version == V11 ? w->v11 : w->v12;
		chosen = (chosen + 1) % count;
	} while (word == NULL);
	buf_puts(&m->text, word);
}

static void put_plain(struct making *m, enum kind kind)
{
	static const char *const examples[KIND_COUNT][2] = {
		[TEXT] = { "one", "two" },
		[BOOL] = { "true", "false" },
		[DATE] = { "2026-01-01", "2026-01-02" },
		[MOMENT] = { "2026-02-01", "2026-02-02" },
		[YEAR] = { "2026", "2027" },
		[NUMBER] = { "1.5", "2" },
		[INTEGER] = { "1", "2" },
		[TEXTS] = { "09", "10" },
		[OBJECTS] = { "{a:b}", "{c:d}" },
	};

	buf_puts(&m->text, examples[kind][value(m, 2)]);
}

static void put_value(struct making *m, const struct field *f)
{
	bool v11 = m->plan->version == V11;
	bool required = (f->need & (v11 ? REQUIRED_11 : REQUIRED_12)) != 0;

	if (required ? m->wrong && one_in(m->seed, 6) : value(m, 3) == 0)
		return;
	if (f->kind == REF)
		put_reference(m, referred(f), required && !m->wrong);
	else if (f->kind == REFS)
		put_references(m, f, required);
	else if (f->kind == WORD || f->kind == WORDS)
		put_word(m, f);
	else
		put_plain(m, f->kind);
}

/* --- rows ---------------------------------------------------------------- */

static void put_row(struct making *m, const struct entity *e, unsigned number)
{
	const char *at = header_of(e, m->plan->version);

	m->row =
	    (uint64_t)e->number << 32 | number << 8 | check_random(m->seed) % 3;
	m->wrong = (int)(check_random(m->seed) % 100) < m->plan->wrong;
	buf_printf(&m->text, "%s%u", owner_of(e)->name, number);
	for (at += strcspn(at, ","); *at != '\0'; at += strcspn(at, ",")) {
		struct text name = { at + 1, strcspn(at + 1, ",") };
		const struct field *f = field_of_csv(e, name, m->plan->version);

		buf_char(&m->text, ',');
		at++;
		if (text_is(name, "status") && m->plan->delta)
			buf_puts(&m->text,
			    one_in(m->seed, 5) ? "tobedeleted" : "active");
		else if (text_is(name, "dateLastModified") && m->plan->delta)
			buf_puts(&m->text, "2026-01-01T00:00:00.000Z");
		else if (f != NULL && !text_is(name, "status") &&
			 !text_is(name, "dateLastModified"))
			put_value(m, f);
	}
	/* Which record it is, nobody knows. */
	if (m->wrong && one_in(m->seed, 12))
		buf_puts(&m->text, ",x");
	buf_char(&m->text, '\n');
}

static void shuffle(unsigned *numbers, size_t count, uint64_t *seed)
{
	for (size_t i = count; i > 1; i--) {
		size_t j = check_random(seed) % i;
		unsigned kept = numbers[i - 1];

		numbers[i - 1] = numbers[j];
		numbers[j] = kept;
	}
}

/* One there is always. */
static void put_rows(struct making *m, const struct entity *e)
{
	unsigned numbers[ROWS_MAX];
	size_t count = 0;

	buf_char(&m->text, '=');
	for (unsigned i = 0; i < NUMBERS; i++) {
		if (i > 0 && check_random(m->seed) % 10 < 3)
			continue;
		m->present[e->number] |= 1U << i;
		numbers[count++] = i;
		for (int copy = 0; copy < COPIES; copy++)
			if ((int)(check_random(m->seed) % 200) < m->plan->wrong)
				numbers[count++] = i;
	}
	if (m->plan->wrong > 0)
		shuffle(numbers, count, m->seed);
	for (size_t i = 0; i < count; i++)
		put_row(m, e, numbers[i]);
}

/* --- files --------------------------------------------------------------- */

static bool has_file(const struct random_plan *plan, const struct entity *e)
{
	if (header_of(e, plan->version) == NULL)
		return false;
	return !plan->shared || e == &entity_roles ||
	       (e->csv_11 != NULL && e->csv_12 != NULL);
}

void random_bundle(const char *dir, const struct random_plan *plan,
    uint64_t *seed)
{
	struct making m = { .plan = plan, .seed = seed };
	struct fixture_change changes[ENTITIES_MAX + 2] = { 0 };
	struct arena *arena = arena_new();
	struct buf manifest = { 0 };
	int count = 0;

	for (const struct entity *const *e = entities; *e != NULL; e++) {
		if (!has_file(plan, *e))
			continue;
		m.text.len = 0;
		put_rows(&m, *e);
		changes[count].file = arena_printf(arena, "%s.csv", (*e)->name);
		changes[count++].text = arena_text(arena, buf_text(&m.text));
		if (plan->called_deltas || plan->delta)
			buf_printf(&manifest, "file.%s,delta\n", (*e)->name);
	}
	changes[count].file = "manifest.csv";
	changes[count].text = buf_text(&manifest);
	fixture_write(dir, plan->version, changes);
	buf_free(&manifest);
	buf_free(&m.text);
	arena_free(arena);
}
