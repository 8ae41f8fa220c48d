/* Arenas: memory that dies all at once with the request it served. */
#include "homeroom/base.h"

#include <assert.h>
#include <inttypes.h>
#include <stdalign.h>
#include <stdio.h>
#include <string.h>

/* A request fits the first block; what needs more gets blocks that double. */
#define FIRST_BLOCK ((size_t)8 * 1024)
#define LARGEST_BLOCK ((size_t)1024 * 1024)

/* Under the address sanitizer every allocation is a block of its own, so that
 * it sees a step beyond the end. */
#if defined(__SANITIZE_ADDRESS__)
#define SHARE_BLOCKS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SHARE_BLOCKS 0
#endif
#endif
#ifndef SHARE_BLOCKS
#define SHARE_BLOCKS 1
#endif

struct block {
	struct block *next;
	size_t size;
	size_t used;
	alignas(max_align_t) unsigned char bytes[];
};

struct deferred {
	struct deferred *next;
	void (*release)(void *object);
	void *object;
};

struct arena {
	struct block *first;
	struct block *current;
	struct deferred *deferred;
	size_t next_size;
};

static struct block *block_new(size_t size)
{
	struct block *block = memory_new(sizeof(*block) + size);

	block->size = size;
	return block;
}

static void run_deferred(struct arena *arena)
{
	while (arena->deferred != NULL) {
		struct deferred *d = arena->deferred;

		arena->deferred = d->next;
		d->release(d->object);
	}
}

static void free_blocks(struct block *block)
{
	while (block != NULL) {
		struct block *next = block->next;

		memory_free(block);
		block = next;
	}
}

struct arena *arena_new(void)
{
	struct arena *arena = memory_new(sizeof(*arena));

	arena->first = block_new(FIRST_BLOCK);
	arena->current = arena->first;
	arena->next_size = 2 * FIRST_BLOCK;
	return arena;
}

void arena_free(struct arena *arena)
{
	if (arena == NULL)
		return;
	run_deferred(arena);
	free_blocks(arena->first);
	memory_free(arena);
}

void arena_reset(struct arena *arena)
{
	struct block *first = arena->first;

	run_deferred(arena);
	free_blocks(first->next);
	first->next = NULL;
	memset(first->bytes, 0, first->used);
	first->used = 0;
	arena->current = first;
	arena->next_size = 2 * FIRST_BLOCK;
}

/* A block that holds exactly this; the current one goes on being filled. */
static void *alloc_alone(struct arena *arena, size_t size)
{
	struct block *block = block_new(size);

	block->used = size;
	block->next = arena->current->next;
	arena->current->next = block;
	return block->bytes;
}

static void *take(struct block *block, size_t size)
{
	void *p = block->bytes + block->used;

	block->used += size;
	return p;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	const size_t align = alignof(max_align_t);
	size_t whole = (size + align - 1) & ~(align - 1);
	struct block *block;

	assert(size < SIZE_MAX / 2);
	if (!SHARE_BLOCKS)
		return alloc_alone(arena, size);
	if (whole <= arena->current->size - arena->current->used)
		return take(arena->current, whole);
	if (whole > arena->next_size / 4)
		return alloc_alone(arena, whole);
	block = block_new(arena->next_size);
	block->next = arena->current->next;
	arena->current->next = block;
	arena->current = block;
	if (arena->next_size < LARGEST_BLOCK)
		arena->next_size *= 2;
	return take(block, whole);
}

void *arena_copy(struct arena *arena, const void *from, size_t size)
{
	void *copy = arena_alloc(arena, size);

	if (size > 0)
		memcpy(copy, from, size);
	return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
	return arena_textn(arena, text, strlen(text));
}

char *arena_textn(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	if (len > 0)
		memcpy(copy, text, len);
	return copy;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	assert(len >= 0);
	text = arena_alloc(arena, (size_t)len + 1);
	va_start(args, fmt);
	vsnprintf(text, (size_t)len + 1, fmt, args);
	va_end(args);
	return text;
}

char *arena_number(struct arena *arena, int64_t number)
{
	return arena_printf(arena, "%" PRId64, number);
}

char *arena_hex(struct arena *arena, const void *data, size_t len)
{
	char *text = arena_alloc(arena, 2 * len + 1);

	hex_encode(text, data, len);
	return text;
}

void arena_defer(struct arena *arena, void (*release)(void *), void *object)
{
	struct deferred *d = arena_alloc(arena, sizeof(*d));

	d->release = release;
	d->object = object;
	d->next = arena->deferred;
	arena->deferred = d;
}
