/* Spools: files of lines that outlive the process that wrote them. */
#include "audit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define END ".spool"
/* Then another begins, so that what is shipped can be thrown away. */
#define LONG ((int64_t)8 * 1024 * 1024)

/* --- writing ----------------------------------------------------------------
 */

/* Locked, and in the folder still: another process that found it before it was
 * locked may have taken it for one that was left, and have thrown it away. */
static bool is_ours(int fd)
{
	struct stat found;

	return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &found) == 0 &&
	       found.st_nlink > 0;
}

static bool make_file(struct spool *spool, struct err *err)
{
	uint8_t random[8];

	do {
		random_bytes(random, sizeof(random));
		hex_encode(spool->name, random, sizeof(random));
		memcpy(spool->name + 2 * sizeof(random), END, sizeof(END));
		spool->fd = openat(spool->folder, spool->name,
		    O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
		if (spool->fd < 0)
			return fail(err, FAULT_UNAVAILABLE,
			    "the audit's spool can't be made: %m");
		if (is_ours(spool->fd))
			break;
		close(spool->fd);
	} while (true);
	spool->size = 0;
	return true;
}

bool spool_open(struct spool *spool, const char *home, struct err *err)
{
	struct buf path = { 0 };

	*spool = (struct spool){ .folder = -1, .fd = -1 };
	buf_printf(&path, "%s/audit", home);
	if ((mkdir(home, 0755) == 0 || errno == EEXIST) &&
	    (mkdir(buf_text(&path), 0700) == 0 || errno == EEXIST))
		spool->folder =
		    open(buf_text(&path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (spool->folder < 0)
		err_set(err, FAULT_IO, "%s: %m", buf_text(&path));
	buf_free(&path);
	return spool->folder >= 0 && make_file(spool, err);
}

void spool_close(struct spool *spool)
{
	if (spool->fd >= 0)
		close(spool->fd);
	if (spool->folder >= 0)
		close(spool->folder);
	spool->fd = -1;
	spool->folder = -1;
}

bool spool_add(struct spool *spool, const char *line, size_t len,
    struct err *err)
{
	ssize_t written = write(spool->fd, line, len);

	if (written == (ssize_t)len) {
		spool->size += written;
		return true;
	}
	if (written >= 0)
		errno = ENOSPC;
	err_set(err, FAULT_UNAVAILABLE, "the audit can't be written: %m");
	/* A piece of a line would spoil the next one. */
	if (written > 0 && ftruncate(spool->fd, spool->size) != 0)
		err_add(err, "and its end can't be mended");
	return false;
}

void spool_turn(struct spool *spool)
{
	struct spool next = { .folder = spool->folder };
	struct err ignored = { 0 };

	/* If there can't be another, this one becomes longer. */
	if (spool->size < LONG || !make_file(&next, &ignored))
		return;
	close(spool->fd);
	*spool = next;
}

/* --- reading ----------------------------------------------------------------
 */

static bool is_spool(const char *name)
{
	size_t len = strlen(name), end = strlen(END);

	return len > end && len < SPOOL_NAME &&
	       strcmp(name + len - end, END) == 0;
}

void spool_each(const struct spool *spool,
    void (*visit)(void *context, const char *name), void *context)
{
	int copy = openat(spool->folder, ".", O_RDONLY | O_DIRECTORY);
	DIR *folder = copy >= 0 ? fdopendir(copy) : NULL;

	if (folder == NULL)
		return;
	for (struct dirent *d = readdir(folder); d != NULL; d = readdir(folder))
		if (is_spool(d->d_name))
			visit(context, d->d_name);
	closedir(folder);
}

bool spool_take(const struct spool *spool, const char *name, bool live, int *fd)
{
	*fd = openat(spool->folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd >= 0 && (live || is_ours(*fd)))
		return true;
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	return false;
}

void spool_drop(const struct spool *spool, const char *name)
{
	unlinkat(spool->folder, name, 0);
}
