/* What known consumers expect beyond the standard, or against it: a file each
 * in profiles/. */
#include "homeroom/publish.h"
#include "homeroom/embedded.h"
#include "publish.h"
#include "tree/tree.h"

#include <assert.h>
#include <pthread.h>
#include <string.h>

/* --- one of them ---------------------------------------------------------- */

static const char *word(const struct node *map, const char *section,
    const char *key, const char *otherwise)
{
	const struct node *in = map;

	if (section != NULL)
		in = node_get(map, section);
	in = in != NULL ? node_get(in, key) : NULL;
	return in != NULL ? in->text : otherwise;
}

static uint64_t read_files(const struct node *map)
{
	const struct node *bundle = node_get(map, "bundle");
	const struct node *files =
	    bundle != NULL ? node_get(bundle, "files") : NULL;
	uint64_t set = 0;

	if (files == NULL)
		return UINT64_MAX;
	for (const struct node *n = files->first; n != NULL; n = n->next)
		for (int i = 0; entities[i] != NULL; i++)
			if (strcmp(entities[i]->name, n->text) == 0)
				set |= UINT64_C(1) << i;
	return set;
}

static bool is(const char *text, const char *what)
{
	return strcmp(text, what) == 0;
}

static const struct embedded *find(const char *name)
{
	for (const struct embedded *e = embedded_profiles; e->name != NULL; e++)
		if (is(e->name, name))
			return e;
	return NULL;
}

bool profile_read(struct arena *arena, const char *name,
    struct profile *profile, struct err *err)
{
	const struct embedded *file = name != NULL ? find(name) : NULL;
	struct node *documents;
	const struct node *map;

	*profile = (struct profile){ .files = UINT64_MAX, .metadata = true };
	profile->deltas = true;
	if (name == NULL)
		return true;
	if (file == NULL)
		return fail(err, FAULT_INVALID,
		    "there is no profile '%.60s'; `homeroom preflight --list` "
		    "lists those that there are",
		    name);
	if (!tree_read(arena, name,
		(struct text){ file->text, strlen(file->text) }, &documents,
		err))
		return false;
	map = documents->first;
	*profile = (struct profile){
		.name = file->name,
		.title = word(map, NULL, "title", ""),
		.about = word(map, NULL, "about", ""),
		.file = word(map, "bundle", "file", NULL),
		.files = read_files(map),
		.deltas = !is(word(map, "bundle", "deltas", "true"), "false"),
		.metadata =
		    !is(word(map, "bundle", "metadata", "true"), "false"),
		.empty_files =
		    is(word(map, "bundle", "empty", "omit"), "header"),
		.quote_all = is(word(map, "bundle", "quote", "needed"), "all"),
		.word_booleans =
		    is(word(map, "rest", "booleans", "json"), "words"),
		.empty_for_unknown =
		    is(word(map, "rest", "unknownParent", "error"), "empty"),
		.checks = node_get(map, "checks"),
	};
	return true;
}

bool profile_list(struct arena *arena, const struct profile **list, int *count,
    struct err *err)
{
	struct profile *all;

	*count = 0;
	while (embedded_profiles[*count].name != NULL)
		(*count)++;
	all = arena_alloc(arena, (size_t)*count * sizeof(*all));
	for (int i = 0; i < *count; i++)
		if (!profile_read(arena, embedded_profiles[i].name, &all[i],
			err))
			return false;
	*list = all;
	return true;
}

/* --- what is asked for with every request --------------------------------- */

#define MANNERS_MAX 64

static struct {
	pthread_once_t once;
	struct manner at[MANNERS_MAX]; /* the first is of none */
	int count;
} manners = { .once = PTHREAD_ONCE_INIT, .count = 1 };

static void read_manners(void)
{
	struct arena *arena = arena_new();
	struct err err = { 0 };
	const struct profile *list;
	int count;

	if (!profile_list(arena, &list, &count, &err))
		count = 0;
	assert(err.fault == FAULT_NONE && count < MANNERS_MAX);
	for (int i = 0; i < count; i++)
		manners.at[manners.count++] = (struct manner){ list[i].name,
			list[i].word_booleans, list[i].empty_for_unknown };
	arena_free(arena);
}

const struct manner *manner_of(const char *profile)
{
	pthread_once(&manners.once, read_manners);
	for (int i = 1; profile != NULL && i < manners.count; i++)
		if (is(manners.at[i].profile, profile))
			return &manners.at[i];
	return &manners.at[0];
}
