/* Folders of our own, in which fetched files lie. */
#include "sources.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

bool folder_make(const char *path, struct err *err)
{
	struct buf part = { 0 };
	bool made = true;

	for (const char *p = path; made && *p != '\0'; p++) {
		buf_char(&part, *p);
		if (p[1] == '/' || p[1] == '\0')
			made = mkdir(buf_text(&part), 0700) == 0 ||
			       errno == EEXIST;
	}
	buf_free(&part);
	return made || fail(err, FAULT_IO, "the folder %s: %m", path);
}

static int remove_one(const char *path, const struct stat *status, int kind,
    struct FTW *where)
{
	(void)status, (void)kind, (void)where;
	(void)!remove(path);
	return 0;
}

void folder_remove(const char *path)
{
	nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

bool folder_list(struct arena *arena, const char *path,
    const char *const **names, int *count, struct err *err)
{
	const char **list =
	    arena_alloc(arena, FOLDER_NAMES_MAX * sizeof(*list));
	const struct dirent *entry;
	DIR *folder = opendir(path);

	*names = list;
	*count = 0;
	if (folder == NULL)
		return fail(err, errno == ENOENT ? FAULT_UNAVAILABLE : FAULT_IO,
		    "%s: %m", path);
	while (*count < FOLDER_NAMES_MAX && (entry = readdir(folder)) != NULL)
		if (entry->d_name[0] != '.')
			list[(*count)++] = arena_text(arena, entry->d_name);
	closedir(folder);
	qsort(list, (size_t)*count, sizeof(*list), by_text);
	return *count < FOLDER_NAMES_MAX ||
	       fail(err, FAULT_TOO_LARGE, "%s holds more than %d files", path,
		   FOLDER_NAMES_MAX);
}

/* Names are moments, so the oldest come first. */
static void drop_oldest(const char *archive, int64_t keep)
{
	struct arena *arena = arena_new();
	const char *const *names;
	struct err ignored = { 0 };
	int count;

	if (!folder_list(arena, archive, &names, &count, &ignored))
		count = 0;
	for (int i = 0; i < count - keep; i++)
		folder_remove(arena_printf(arena, "%s/%s", archive, names[i]));
	arena_free(arena);
}

void folder_archive(const char *path, const char *archive, int64_t keep)
{
	struct buf to = { 0 };
	char now[CLOCK_TEXT];
	struct err ignored = { 0 };

	clock_format(now, clock_now());
	buf_printf(&to, "%s/%s", archive, now);
	if (keep == 0 || !folder_make(archive, &ignored) ||
	    rename(path, buf_text(&to)) != 0)
		folder_remove(path);
	drop_oldest(archive, keep);
	buf_free(&to);
}

static bool copy(int from, int to, int64_t *size, struct err *err)
{
	ssize_t sent;

	*size = 0;
	while ((sent = sendfile(to, from, NULL, 1 << 24)) > 0)
		*size += sent;
	return sent == 0 || fail(err, FAULT_IO, "a file can't be copied: %m");
}

bool folder_copy_file(const char *from, const char *to, int64_t *size,
    struct err *err)
{
	int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int out;
	bool done;

	if (in < 0)
		return fail(err, errno == ENOENT ? FAULT_UNAVAILABLE : FAULT_IO,
		    "%s: %m", from);
	out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (out < 0) {
		close(in);
		return fail(err, FAULT_IO, "%s: %m", to);
	}
	done = copy(in, out, size, err);
	close(in);
	if (close(out) != 0 && done)
		done = fail(err, FAULT_IO, "%s: %m", to);
	return done;
}
