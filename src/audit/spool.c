/*
 * Spools: files of lines that outlive the process that wrote them. They are
 * written as memory: a system call for each answer took four times as long. And
 * what is to be written has its place on the disk before.
 */
#include "audit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define END ".spool"

/* --- writing -------------------------------------------------------------- */

/* Locked, and in the folder still: another process that found it before it was
 * locked may have taken it for one that was left, and have thrown it away. */
static bool is_ours(int fd)
{
	struct stat found;

	return flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &found) == 0 &&
	       found.st_nlink > 0;
}

static bool make_name(struct spool *spool, struct err *err)
{
	uint8_t random[8];

	do {
		random_bytes(random, sizeof(random));
		hex_encode(spool->name, random, sizeof(random));
		memcpy(spool->name + 2 * sizeof(random), END, sizeof(END));
		spool->fd = openat(spool->folder, spool->name,
		    O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (spool->fd < 0)
			return fail(err, FAULT_UNAVAILABLE,
			    "the audit's spool can't be made: %m");
		if (is_ours(spool->fd))
			return true;
		close(spool->fd);
	} while (true);
}

static bool make_room(struct spool *spool, struct err *err)
{
	int failed = posix_fallocate(spool->fd, 0, (off_t)SPOOL_SIZE);
	void *memory;

	if (failed != 0)
		return fail(err, FAULT_UNAVAILABLE,
		    "the audit's spool has no room: %s",
		    strerrordesc_np(failed));
	memory = mmap(NULL, SPOOL_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED,
	    spool->fd, 0);
	if (memory == MAP_FAILED)
		return fail(err, FAULT_UNAVAILABLE,
		    "the audit's spool can't be mapped: %m");
	spool->memory = memory;
	return true;
}

static bool make_file(struct spool *spool, struct err *err)
{
	if (!make_name(spool, err))
		return false;
	if (make_room(spool, err))
		return true;
	spool_drop(spool, spool->name);
	close(spool->fd);
	spool->fd = -1;
	return false;
}

static void close_file(struct spool *spool)
{
	if (spool->memory != NULL)
		munmap(spool->memory, SPOOL_SIZE);
	if (spool->fd >= 0)
		close(spool->fd);
	spool->memory = NULL;
	spool->fd = -1;
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
	close_file(spool);
	if (spool->folder >= 0)
		close(spool->folder);
	spool->folder = -1;
}

static bool turn(struct spool *spool, struct err *err)
{
	struct spool next = { .folder = spool->folder };

	if (!make_file(&next, err))
		return false;
	close_file(spool);
	*spool = next;
	return true;
}

bool spool_add(struct spool *spool, const char *lines, size_t len,
    struct err *err)
{
	char *at;

	if (len > SPOOL_SIZE)
		return fail(err, FAULT_INTERNAL, "too much for a spool");
	if (len > SPOOL_SIZE - spool->size && !turn(spool, err))
		return false;
	at = spool->memory + spool->size;
	memcpy(at, lines, len - 1);
	/* Killed before this, the line has no end. */
	atomic_thread_fence(memory_order_release);
	((volatile char *)at)[len - 1] = lines[len - 1];
	spool->size += len;
	return true;
}

/* --- reading -------------------------------------------------------------- */

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
