/* The folder of a bundle: made beside its place, and put there when whole. */
#include "sandbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool failed(struct err *err, const char *what, const char *path)
{
	return fail(err, FAULT_IO, "can't %s %s: %m", what, path);
}

/* Removes the files that a bundle may have; the folder too once it is empty. */
static void remove_bundle(const char *path)
{
	int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char name[FILE_NAME];

	if (folder < 0)
		return;
	for (int f = 0; f <= MANIFEST; f++) {
		file_name(f, name);
		(void)unlinkat(folder, name, 0);
	}
	(void)close(folder);
	(void)rmdir(path);
}

static bool is_ours(const char *name)
{
	char known[FILE_NAME];

	for (int f = 0; f <= MANIFEST; f++) {
		file_name(f, known);
		if (strcmp(name, known) == 0)
			return true;
	}
	return false;
}

static const struct dirent *next_entry(DIR *dir)
{
	/* Nobody else reads this one. NOLINTNEXTLINE(concurrency-mt-unsafe) */
	return readdir(dir);
}

/* Looks at what is there: nothing, an empty folder, or files, all of which a
 * bundle may have. */
static bool look(const char *path, int *files, struct err *err)
{
	DIR *dir = opendir(path);
	bool ours = true;

	*files = 0;
	if (dir == NULL)
		return errno == ENOENT || failed(err, "open", path);
	for (const struct dirent *e; (e = next_entry(dir)) != NULL;) {
		if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
			continue;
		++*files;
		ours = ours && is_ours(e->d_name);
	}
	(void)closedir(dir);
	return ours || fail(err, FAULT_CONFLICT,
			   "%s holds files of other kinds; name a new or an "
			   "empty folder",
			   path);
}

static bool may_replace(const char *path, struct err *err)
{
	struct origin origin;
	struct err why = { 0 };
	int files;

	if (!look(path, &files, err))
		return false;
	if (files > 0 && !origin_read(&origin, path, &why))
		return fail(err, FAULT_CONFLICT,
		    "%s holds a bundle that was not made up; "
		    "name a new or an empty folder",
		    path);
	return true;
}

bool folder_open(struct folder *folder, struct arena *arena, const char *path,
    struct err *err)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	*folder = (struct folder){ .path = arena_textn(arena, path, len) };
	if (!may_replace(folder->path, err))
		return false;
	folder->made =
	    arena_printf(arena, "%s.tmp-%ld", folder->path, (long)getpid());
	folder->old =
	    arena_printf(arena, "%s.old-%ld", folder->path, (long)getpid());
	if (mkdir(folder->made, 0777) != 0)
		return failed(err, "make", folder->made);
	folder->fd = open(folder->made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->fd >= 0)
		return true;
	failed(err, "open", folder->made);
	(void)rmdir(folder->made);
	return false;
}

void folder_abandon(const struct folder *folder)
{
	remove_bundle(folder->made);
}

/* A rename replaces an empty folder at once; a full one has to step aside. */
bool folder_settle(const struct folder *folder, struct err *err)
{
	bool aside;

	if (rename(folder->made, folder->path) == 0)
		return true;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return failed(err, "write", folder->path);
	aside = rename(folder->path, folder->old) == 0;
	if (rename(folder->made, folder->path) != 0) {
		failed(err, "replace", folder->path);
		if (aside)
			(void)rename(folder->old, folder->path);
		return false;
	}
	remove_bundle(folder->old);
	return true;
}
