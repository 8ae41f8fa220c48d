/*
 * The shelf: the folder of bundles that were made. A bundle comes to stand
 * under its name only when it is whole; who makes it holds the lock of that
 * name, which dies with the process, so nothing that was killed is in the way.
 *
 * dDISTRICT-CLIENT-vVERSION-….zip, .tmp while it is made, .lock beside it.
 */
#include "shelf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define ZIP ".zip"
#define TMP ".tmp"
#define LOCK ".lock"

static bool fail_io(struct err *err, const char *what)
{
	return fail(err, FAULT_IO, "%s: %m", what);
}

bool shelf_open(struct shelf *shelf, const char *home, struct err *err)
{
	struct buf path = { 0 };

	*shelf = (struct shelf){ .folder = -1 };
	buf_printf(&path, "%s/bundles", home);
	if (mkdir(home, 0755) != 0 && errno != EEXIST) {
		buf_free(&path);
		return fail_io(err, "the home can't be made");
	}
	if (mkdir(buf_text(&path), 0700) == 0 || errno == EEXIST)
		shelf->folder =
		    open(buf_text(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	buf_free(&path);
	return shelf->folder >= 0 ||
	       fail_io(err, "the folder of bundles can't be opened");
}

void shelf_close(struct shelf *shelf)
{
	if (shelf->folder >= 0)
		close(shelf->folder);
	shelf->folder = -1;
}

bool shelf_find(const struct shelf *shelf, const char *name, int *fd,
    struct err *err)
{
	char path[SHELF_NAME_MAX];

	snprintf(path, sizeof(path), "%s" ZIP, name);
	*fd = openat(shelf->folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	return *fd >= 0 || errno == ENOENT ||
	       fail_io(err, "a bundle can't be opened");
}

/* --- making one ----------------------------------------------------------- */

/* Whether the lock that we hold is still the one of that name: another may
 * have been done, and have taken it away, while we opened it. */
static bool is_current(const struct shelf *shelf, const char *path, int lock)
{
	struct stat ours, there;

	return fstat(lock, &ours) == 0 &&
	       fstatat(shelf->folder, path, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	       ours.st_ino == there.st_ino;
}

static bool take_lock(const struct shelf *shelf, const char *name, bool wait,
    int *lock, struct err *err)
{
	char path[SHELF_NAME_MAX];

	snprintf(path, sizeof(path), "%s" LOCK, name);
	for (;;) {
		*lock = openat(shelf->folder, path,
		    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
		if (*lock < 0)
			return fail_io(err, "a bundle can't be locked");
		if (flock(*lock, LOCK_EX | (wait ? 0 : LOCK_NB)) != 0) {
			close(*lock);
			*lock = -1;
			return fail(err, FAULT_BUSY,
			    "another process makes this bundle");
		}
		if (is_current(shelf, path, *lock))
			return true;
		close(*lock);
	}
}

bool shelf_begin(const struct shelf *shelf, const char *name, bool wait,
    struct placing *placing, struct err *err)
{
	char path[SHELF_NAME_MAX];

	*placing = (struct placing){ .name = name, .lock = -1, .fd = -1 };
	if (!take_lock(shelf, name, wait, &placing->lock, err))
		return false;
	snprintf(path, sizeof(path), "%s" TMP, name);
	placing->fd = openat(shelf->folder, path,
	    O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	return placing->fd >= 0 || fail_io(err, "a bundle can't be made");
}

bool shelf_place(const struct shelf *shelf, struct placing *placing,
    struct err *err)
{
	char from[SHELF_NAME_MAX], to[SHELF_NAME_MAX];

	snprintf(from, sizeof(from), "%s" TMP, placing->name);
	snprintf(to, sizeof(to), "%s" ZIP, placing->name);
	if (fdatasync(placing->fd) != 0 ||
	    renameat(shelf->folder, from, shelf->folder, to) != 0)
		return fail_io(err, "a bundle can't be put in its place");
	placing->placed = true;
	return true;
}

void shelf_end(const struct shelf *shelf, struct placing *placing)
{
	char path[SHELF_NAME_MAX];

	if (placing->fd >= 0 && !placing->placed) {
		snprintf(path, sizeof(path), "%s" TMP, placing->name);
		unlinkat(shelf->folder, path, 0);
	}
	if (placing->fd >= 0)
		close(placing->fd);
	if (placing->lock >= 0) {
		snprintf(path, sizeof(path), "%s" LOCK, placing->name);
		unlinkat(shelf->folder, path, 0);
		close(placing->lock);
	}
	*placing = (struct placing){ .lock = -1, .fd = -1 };
}

/* --- throwing old ones away ---------------------------------------------- */

/* A number behind `letter`, up to the next dash, which is skipped. */
static bool take_number(const char **at, char letter, int64_t *number)
{
	size_t len = strcspn(*at, "-.");
	struct text digits = { *at + 1, len > 0 ? len - 1 : 0 };

	if (**at != letter || !text_integer(digits, 0, INT64_MAX, number))
		return false;
	*at += len + ((*at)[len] == '-');
	return true;
}

struct label {
	int64_t district, version;
	struct text client;
};

/* From the end of the client's id, which may hold dashes, "-v" is the last
 * that a number follows. */
static bool read_label(const char *name, struct label *label)
{
	const char *at = name, *mark = NULL;

	if (!take_number(&at, 'd', &label->district))
		return false;
	for (const char *v = strstr(at, "-v"); v != NULL;
	     v = strstr(v + 1, "-v"))
		mark = v;
	if (mark == NULL)
		return false;
	label->client = (struct text){ at, (size_t)(mark - at) };
	at = mark + 1;
	return take_number(&at, 'v', &label->version);
}

static bool ends_in(const char *name, const char *end)
{
	size_t len = strlen(name), of_end = strlen(end);

	return len > of_end && strcmp(name + len - of_end, end) == 0;
}

/* What a killed process left: a lock that nobody holds, and what was made
 * under it. */
static void drop_unlocked(const struct shelf *shelf, const char *file)
{
	struct placing placing = { .lock = -1, .fd = -1 };
	struct err ignored = { 0 };
	char name[SHELF_NAME_MAX - 8], path[SHELF_NAME_MAX];
	const char *dot = strrchr(file, '.');

	snprintf(name, sizeof(name), "%.*s", (int)(dot - file), file);
	placing.name = name;
	if (!take_lock(shelf, name, false, &placing.lock, &ignored))
		return;
	snprintf(path, sizeof(path), "%s" TMP, name);
	unlinkat(shelf->folder, path, 0);
	shelf_end(shelf, &placing);
}

void shelf_sweep(const struct shelf *shelf, int64_t district,
    const char *client, int64_t live)
{
	int copy = openat(shelf->folder, ".", O_RDONLY | O_DIRECTORY);
	DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;
	struct label label;

	if (folder == NULL)
		return;
	for (struct dirent *d = readdir(folder); d != NULL;
	     d = readdir(folder)) {
		if (!read_label(d->d_name, &label) ||
		    label.district != district || label.version >= live ||
		    (client != NULL && !text_is(label.client, client)))
			continue;
		if (ends_in(d->d_name, ZIP))
			unlinkat(shelf->folder, d->d_name, 0);
		else if (ends_in(d->d_name, TMP) || ends_in(d->d_name, LOCK))
			drop_unlocked(shelf, d->d_name);
	}
	closedir(folder);
}
