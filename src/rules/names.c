/* Logins that are taken, as a set of hashes. Two names of one hash are rarer
 * than one in a million of millions, and cost no more than another candidate.
 */
#include "rules.h"

struct names {
	struct arena *arena, *scratch;
	uint64_t *slots; /* 0: empty */
	size_t size, count;
};

static void free_arena(void *arena)
{
	arena_free(arena);
}

struct names *names_new(struct arena *arena)
{
	struct names *names = arena_alloc(arena, sizeof(*names));

	names->arena = arena;
	names->scratch = arena_new();
	arena_defer(arena, free_arena, names->scratch);
	names->size = 1024;
	names->slots = arena_alloc(arena, names->size * sizeof(*names->slots));
	return names;
}

/* The same name has the same hash in every run: what is given must not depend
 * on chance. */
static uint64_t hash(const struct names *names, struct text name)
{
	static const uint8_t key[16] = "names of a house";
	struct text folded;
	uint64_t low;

	arena_reset(names->scratch);
	folded = text_folded(names->scratch, name);
	low = siphash128(key, folded.at, folded.len).low;
	return low != 0 ? low : 1;
}

static uint64_t *find(const struct names *names, uint64_t wanted)
{
	size_t at = wanted & (names->size - 1);

	while (names->slots[at] != 0 && names->slots[at] != wanted)
		at = (at + 1) & (names->size - 1);
	return &names->slots[at];
}

static void grow(struct names *names)
{
	const uint64_t *before = names->slots;
	size_t size = names->size;

	names->size *= 2;
	names->slots =
	    arena_alloc(names->arena, names->size * sizeof(*names->slots));
	for (size_t i = 0; i < size; i++)
		if (before[i] != 0)
			*find(names, before[i]) = before[i];
}

void names_take(struct names *names, struct text name)
{
	uint64_t wanted = hash(names, name);
	uint64_t *slot = find(names, wanted);

	if (*slot == wanted)
		return;
	*slot = wanted;
	if (++names->count * 2 > names->size)
		grow(names);
}

bool names_taken(const struct names *names, struct text name)
{
	uint64_t wanted = hash(names, name);

	return *find(names, wanted) == wanted;
}
