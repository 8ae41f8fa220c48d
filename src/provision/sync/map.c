/* From a text to a number: a table of hashes, as large as what is in it. */
#include "sync.h"

struct slot {
	struct hash128 hash; /* all zero: free */
	int value;
};

struct map {
	struct slot *slots;
	size_t room, used; /* a power of two */
};

/* Nobody outside chooses what collides: 128 bits of it would have to. */
static const uint8_t hash_key[16] = "directory's map";

static struct hash128 hash_of(struct text key)
{
	struct hash128 hash;
	struct buf folded = { 0 };

	buf_reserve(&folded, key.len + 1);
	for (size_t i = 0; i < key.len; i++) {
		char c = key.at[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c | 0x20); /* its case */
		buf_char(&folded, c);
	}
	hash = siphash128(hash_key, folded.data, folded.len);
	buf_free(&folded);
	hash.low |= 1;
	return hash;
}

static struct slot *slot_of(const struct map *map, struct hash128 hash)
{
	size_t i = hash.high & (map->room - 1);

	while (map->slots[i].hash.low != 0 &&
	       (map->slots[i].hash.low != hash.low ||
		   map->slots[i].hash.high != hash.high))
		i = (i + 1) & (map->room - 1);
	return &map->slots[i];
}

static void make_room(struct map *map, size_t room)
{
	struct map larger = { .slots = memory_new(room * sizeof(struct slot)),
		.room = room,
		.used = map->used };

	for (size_t i = 0; i < map->room; i++)
		if (map->slots[i].hash.low != 0)
			*slot_of(&larger, map->slots[i].hash) = map->slots[i];
	memory_free(map->slots);
	*map = larger;
}

struct map *map_new(void)
{
	struct map *map = memory_new(sizeof(*map));

	make_room(map, 64);
	return map;
}

void map_free(void *object)
{
	struct map *map = object;

	if (map == NULL)
		return;
	memory_free(map->slots);
	memory_free(map);
}

int map_put(struct map *map, struct text key, int value)
{
	struct hash128 hash = hash_of(key);
	struct slot *slot;
	int before;

	if (map->used * 2 >= map->room)
		make_room(map, map->room * 2);
	slot = slot_of(map, hash);
	before = slot->hash.low != 0 ? slot->value : MAP_NONE;
	map->used += slot->hash.low == 0;
	*slot = (struct slot){ hash, value };
	return before;
}

int map_get(const struct map *map, struct text key)
{
	const struct slot *slot = slot_of(map, hash_of(key));

	return slot->hash.low != 0 ? slot->value : MAP_NONE;
}
