/* Where a private cluster lies: its folder, its socket, its programs. */
#include "store.h"

#include <errno.h>
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define OLDEST_MAJOR 15
#define SOCKET_NAME "/.s.PGSQL.5432"
#define INSTALLED "/usr/lib/postgresql"

/* --- folders -------------------------------------------------------------- */

/* Makes a folder and those above it; one that is there is fine. */
static bool make_folders(struct arena *arena, const char *path)
{
	char *copy = arena_text(arena, path);

	for (char *slash = copy; (slash = strchr(slash + 1, '/')) != NULL;) {
		*slash = '\0';
		if (mkdir(copy, 0755) != 0 && errno != EEXIST)
			return false;
		*slash = '/';
	}
	return mkdir(copy, 0755) == 0 || errno == EEXIST;
}

static const char *real(struct arena *arena, const char *path)
{
	char found[PATH_MAX];

	return realpath(path, found) != NULL ? arena_text(arena, found) : NULL;
}

static bool can_enter(const void *path)
{
	return access(path, X_OK) == 0;
}

static bool can_write(const void *path)
{
	return access(path, W_OK | X_OK) == 0;
}

/* A name that nothing has: the home's path would lead a new home to the data
 * of one that was removed. */
static const char *new_name(struct cluster *c, const char *above)
{
	uint8_t random[6];

	random_bytes(random, sizeof(random));
	return arena_printf(c->arena, "%s-%s", above,
	    arena_hex(c->arena, random, sizeof(random)));
}

/*
 * A home that the runner can't reach (root's own, a temporary folder of 0700)
 * can't hold its data, and opening the home to others is not ours to do. Then
 * the data lies in a folder of its own, and the home holds a link to it. Under
 * /tmp things are meant to go away, so the data stays there too.
 */
static bool make_elsewhere(struct cluster *c, const char *link, struct err *err)
{
	bool passing = strncmp(c->home, "/tmp/", 5) == 0;
	const char *made = new_name(c,
	    passing ? "/tmp/homeroom" : "/var/lib/homeroom/postgres");

	if (!passing && mkdir("/var/lib/homeroom", 0755) != 0 &&
	    errno != EEXIST)
		return fail(err, FAULT_IO,
		    "user %s can't enter HOMEROOM_HOME, and /var/lib/homeroom "
		    "can't be made: set HOMEROOM_HOME to a folder that %s can "
		    "enter",
		    c->runner.name, c->runner.name);
	if (mkdir(made, 0700) != 0 ||
	    chown(made, c->runner.uid, c->runner.gid) != 0 ||
	    symlink(made, link) != 0)
		return fail(err, FAULT_IO, "can't make %s: %m", made);
	log_line(LOG_INFO, "postgres_elsewhere", "folder=%s user=%s", made,
	    c->runner.name);
	return true;
}

static bool make_folder(struct cluster *c, const char *path, struct err *err)
{
	if (c->runner.drop && !runner_act(&c->runner, can_enter, c->home))
		return make_elsewhere(c, path, err);
	if (mkdir(path, 0700) != 0 ||
	    (c->runner.drop && chown(path, c->runner.uid, c->runner.gid) != 0))
		return fail(err, FAULT_IO, "can't make %s: %m", path);
	return true;
}

static bool find_folder(struct cluster *c, struct err *err)
{
	const char *path = arena_printf(c->arena, "%s/postgres", c->home);
	struct stat there;
	bool found = stat(path, &there) == 0;

	if (!runner_find(&c->runner, found ? there.st_uid : (uid_t)-1, err))
		return false;
	/* Root's: we were killed before we gave it away. */
	if (found && there.st_uid == 0 &&
	    chown(path, c->runner.uid, c->runner.gid) != 0)
		return fail(err, FAULT_IO, "can't give %s to %s", path,
		    c->runner.name);
	/* Not made anew: that disk may only be missing for now. */
	if (!found && lstat(path, &there) == 0)
		return fail(err, FAULT_IO,
		    "%s points to a folder that is gone: bring it back, or "
		    "remove the link to begin anew",
		    path);
	if (!found && !make_folder(c, path, err))
		return false;
	c->folder = real(c->arena, path);
	if (c->folder == NULL)
		return fail(err, FAULT_IO, "%s points to a folder that is gone",
		    path);
	if (!runner_act(&c->runner, can_write, c->folder))
		return fail(err, FAULT_IO,
		    "user %s can't use %s: run as the user whose it is, or "
		    "move it to where %s can enter",
		    c->runner.name, c->folder, c->runner.name);
	return true;
}

/* Somebody may have moved the data to another disk, and left a link. */
static void find_data(struct cluster *c)
{
	const char *path = arena_printf(c->arena, "%s/data", c->folder);
	const char *there = real(c->arena, path);

	c->data = there != NULL ? there : path;
}

/* A path that fits a Unix socket's 107 bytes, and that the setting, a list
 * with quotes of its own, takes as it is. */
static bool fits_socket(const char *path)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789/._-";
	size_t room = sizeof(((struct sockaddr_un *)NULL)->sun_path);

	return strlen(path) + sizeof(SOCKET_NAME) <= room &&
	       path[strspn(path, plain)] == '\0';
}

/*
 * Where the home's path is no good for a socket, the socket is in /tmp, in a
 * folder named for user and home: made 0700 and the runner's, or refused,
 * because anybody may have made one of that name before.
 */
static bool find_sockets(struct cluster *c, struct err *err)
{
	static const uint8_t key[16] = "homeroom sockets";
	struct hash128 hash = siphash128(key, c->folder, strlen(c->folder));
	struct stat there;

	c->sockets = c->folder;
	if (fits_socket(c->folder))
		return true;
	c->sockets = arena_printf(c->arena, "/tmp/homeroom-%u-%016llx",
	    (unsigned)c->runner.uid, (unsigned long long)hash.low);
	if (mkdir(c->sockets, 0700) == 0 && c->runner.drop &&
	    chown(c->sockets, c->runner.uid, c->runner.gid) != 0)
		return fail(err, FAULT_IO, "can't make %s: %m", c->sockets);
	if (lstat(c->sockets, &there) != 0 || !S_ISDIR(there.st_mode) ||
	    there.st_uid != c->runner.uid || (there.st_mode & 0077) != 0)
		return fail(err, FAULT_IO, "%s is not ours: remove it",
		    c->sockets);
	return true;
}

/* --- the programs --------------------------------------------------------- */

static bool has_programs(struct arena *arena, const char *bin)
{
	return access(arena_printf(arena, "%s/initdb", bin), X_OK) == 0 &&
	       access(arena_printf(arena, "%s/postgres", bin), X_OK) == 0;
}

/* Of the versions that Debian keeps side by side: `want`, or the newest. */
static const char *find_installed(struct arena *arena, int want)
{
	DIR *folder = opendir(INSTALLED);
	struct dirent *entry;
	const char *best = NULL;
	int newest = OLDEST_MAJOR - 1;

	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		int major = (int)strtol(entry->d_name, NULL, 10);
		const char *bin =
		    arena_printf(arena, INSTALLED "/%s/bin", entry->d_name);

		if (major > newest && (want == 0 || major == want) &&
		    has_programs(arena, bin)) {
			newest = major;
			best = bin;
		}
	}
	if (folder != NULL)
		closedir(folder);
	return best;
}

static const char *find_in_path(struct arena *arena)
{
	const char *path = getenv("PATH");

	while (path != NULL && *path != '\0') {
		size_t len = strcspn(path, ":");
		const char *bin = arena_textn(arena, path, len);

		if (*bin == '/' && has_programs(arena, bin))
			return bin;
		path += len + (path[len] == ':');
	}
	return NULL;
}

/* The major version that made the data, 0 when there is none. */
static int made_by(const struct cluster *c)
{
	const char *path = arena_printf(c->arena, "%s/PG_VERSION", c->data);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char text[16] = "";

	if (fd < 0)
		return 0;
	if (read(fd, text, sizeof(text) - 1) < 0)
		text[0] = '\0';
	close(fd);
	return (int)strtol(text, NULL, 10);
}

static bool find_programs(struct cluster *c, struct err *err)
{
	int major = made_by(c);

	c->bin = find_installed(c->arena, major);
	if (c->bin == NULL)
		c->bin = find_in_path(c->arena);
	if (c->bin != NULL)
		return true;
	if (major != 0)
		return fail(err, FAULT_IO,
		    "the data in HOMEROOM_HOME needs PostgreSQL %d: install "
		    "postgresql-%d",
		    major, major);
	return fail(err, FAULT_IO,
	    "PostgreSQL %d or newer is not installed: install the package "
	    "postgresql, or name a database in HOMEROOM_DATABASE_URL",
	    OLDEST_MAJOR);
}

bool place_home(struct cluster *c, const char *home, struct err *err)
{
	if (!make_folders(c->arena, home) ||
	    (c->home = real(c->arena, home)) == NULL)
		return fail(err, FAULT_IO, "HOMEROOM_HOME: can't make %s: %m",
		    home);
	return true;
}

bool place_find(struct cluster *c, struct err *err)
{
	if (!find_folder(c, err))
		return false;
	find_data(c);
	return find_sockets(c, err) && find_programs(c, err);
}
