/* What is written into a private cluster: its data by initdb, its settings by
 * us, all of it as the runner. */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MIB ((int64_t)1024 * 1024)

/* --- files ---------------------------------------------------------------- */

struct file {
	const char *path; /* NULL ends the list */
	const char *text;
};

static bool write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno != EINTR)
			return false;
		if (n > 0) {
			text += n;
			len -= (size_t)n;
		}
	}
	return fsync(fd) == 0;
}

/* Under another name first: a file is whole or it is the one before. */
static bool write_file(const struct file *file)
{
	char made[4096];
	bool good;
	int fd, len;

	len = snprintf(made, sizeof(made), "%s.new", file->path);
	if (len < 0 || (size_t)len >= sizeof(made))
		return false;
	fd = open(made, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	good = write_all(fd, file->text, strlen(file->text));
	return close(fd) == 0 && good && rename(made, file->path) == 0;
}

static bool write_files(const void *what)
{
	for (const struct file *f = what; f->path != NULL; f++)
		if (!write_file(f))
			return false;
	return true;
}

static int remove_one(const char *path, const struct stat *status, int kind,
    struct FTW *walk)
{
	(void)status;
	(void)kind;
	(void)walk;
	return remove(path);
}

bool furnish_remove(const void *path)
{
	if (path == NULL || access(path, F_OK) != 0)
		return true;
	return nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0;
}

struct move {
	const char *from, *to, *folder;
};

static bool move_folder(const void *what)
{
	const struct move *move = what;
	int fd = open(move->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good;

	if (fd < 0)
		return false;
	good = rename(move->from, move->to) == 0 && fsync(fd) == 0;
	return close(fd) == 0 && good;
}

/* --- settings ------------------------------------------------------------- */

/* What this machine, or the container we are in, may use. */
static int64_t memory_size(void)
{
	int64_t size = (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
	int fd = open("/sys/fs/cgroup/memory.max", O_RDONLY | O_CLOEXEC);
	char text[32];
	int64_t limit;
	ssize_t len;

	if (fd < 0)
		return size;
	len = read(fd, text, sizeof(text));
	close(fd);
	if (len > 0 && text_integer((struct text){ text, (size_t)len - 1 }, 1,
			   size, &limit))
		return limit;
	return size;
}

static int64_t between(int64_t low, int64_t value, int64_t high)
{
	return value < low ? low : value > high ? high : value;
}

/* Sized for a small server that we share with others. The log holds what the
 * server does and no statement or message about data: rosters are about
 * children. */
static const char *settings_text(struct cluster *c)
{
	int64_t memory = memory_size() / MIB;

	return arena_printf(c->arena,
	    "# Written at every start. Your own settings belong into\n"
	    "# postgresql.conf, and win over these.\n"
	    "listen_addresses = ''\n"
	    "unix_socket_directories = '%s'\n"
	    "unix_socket_permissions = 0700\n"
	    "max_connections = 100\n"
	    "shared_buffers = %lldMB\n"
	    "effective_cache_size = %lldMB\n"
	    "maintenance_work_mem = %lldMB\n"
	    "work_mem = 16MB\n"
	    "huge_pages = try\n"
	    "jit = off\n"
	    "random_page_cost = 1.1\n"
	    "effective_io_concurrency = 64\n"
	    "wal_compression = on\n"
	    "max_wal_size = 4GB\n"
	    "min_wal_size = 256MB\n"
	    "checkpoint_timeout = 15min\n"
	    "timezone = 'UTC'\n"
	    "log_timezone = 'UTC'\n"
	    "logging_collector = on\n"
	    "log_directory = 'log'\n"
	    "log_filename = 'postgresql-%%a.log'\n"
	    "log_rotation_age = 1d\n"
	    "log_truncate_on_rotation = on\n"
	    "log_min_messages = log\n"
	    "log_min_error_statement = panic\n"
	    "log_parameter_max_length = 0\n"
	    "log_parameter_max_length_on_error = 0\n"
	    "log_error_verbosity = terse\n",
	    c->sockets, (long long)between(64, memory / 4, 1024),
	    (long long)between(128, memory / 2, 16384),
	    (long long)between(32, memory / 20, 256));
}

static void add_user(struct buf *out, const char *name)
{
	static const char *const roles[] = { CLUSTER_USER, "homeroom_owner",
		"homeroom_ingest", "homeroom_serve" };

	for (size_t i = 0; i < array_length(roles); i++)
		buf_printf(out, "homeroom \"%s\" %s\n", name, roles[i]);
}

/* The runner and we ourselves may be any of the roles that log in. */
static const char *users_text(struct cluster *c)
{
	const char *ours = user_name(c->arena, geteuid());
	struct buf out = { 0 };
	const char *text;

	add_user(&out, c->runner.name);
	if (ours != NULL && strcmp(ours, c->runner.name) != 0)
		add_user(&out, ours);
	text = arena_text(c->arena, buf_text(&out));
	buf_free(&out);
	return text;
}

bool furnish_settings(struct cluster *c, struct err *err)
{
	const struct file files[] = {
		{ arena_printf(c->arena, "%s/homeroom.conf", c->data),
		    settings_text(c) },
		{ arena_printf(c->arena, "%s/pg_ident.conf", c->data),
		    users_text(c) },
		{ 0 },
	};

	if (runner_act(&c->runner, write_files, files))
		return true;
	return fail(err, FAULT_IO, "can't write in %s", c->data);
}

/* --- data ----------------------------------------------------------------- */

static bool run_initdb(struct cluster *c, const char *made, struct err *err)
{
	const char *const argv[] = {
		arena_printf(c->arena, "%s/initdb", c->bin),
		"--pgdata",
		made,
		"--username",
		CLUSTER_USER,
		"--auth-local=peer",
		"--auth-host=reject",
		"--locale=C.UTF-8",
		"--encoding=UTF8",
		"--data-checksums",
		"--no-instructions",
		NULL,
	};

	return runner_run(&c->runner, c->folder, argv, err);
}

/* Data is made under another name, so that what has its name is whole. */
bool furnish_data(struct cluster *c, struct err *err)
{
	const char *made = arena_printf(c->arena, "%s.new", c->data);
	const struct move move = { made, c->data, c->folder };
	const struct file files[] = {
		{ arena_printf(c->arena, "%s/pg_hba.conf", made),
		    "local all all peer map=homeroom\n" },
		{ arena_printf(c->arena, "%s/postgresql.conf", made),
		    "include 'homeroom.conf'\n"
		    "# Your own settings, below, win over that file's.\n" },
		{ 0 },
	};

	if (access(c->data, F_OK) == 0)
		return true;
	if (!runner_act(&c->runner, furnish_remove, made))
		return fail(err, FAULT_IO, "can't remove %s", made);
	if (!run_initdb(c, made, err))
		return false;
	if (!runner_act(&c->runner, write_files, files) ||
	    !runner_act(&c->runner, move_folder, &move))
		return fail(err, FAULT_IO, "can't write in %s", c->folder);
	return true;
}
