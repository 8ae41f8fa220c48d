/* Files that a source leaves somewhere: on this machine, or on a server. They
 * are fetched when they are complete: when their marker is there, or when they
 * have stopped growing. */
#include "sources.h"
#include "homeroom/remote.h"

#include <assert.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STABLE_SECONDS 10
#define FETCH_MAX ((int64_t)64 << 30)
#define FILES_MAX FOLDER_NAMES_MAX
/* A web server's file, whatever its address is called. */
#define WEB_NAME "bundle.zip"

struct found {
	const char *name;
	int64_t size;
};

/* What was found where the source leaves its files. */
struct place {
	const struct source *source;
	struct remote *remote; /* NULL: on this machine */
	bool web;
	const char *folder;  /* ends with a slash, also as an address */
	const char *file;    /* NULL: all of the folder */
	const char *address; /* the same as the address has it, encoded */
	struct found files[FILES_MAX];
	int count;
	bool marked; /* the marker is there */
};

/* --- looking -------------------------------------------------------------- */

static bool add(struct place *place, const char *name, int64_t size,
    struct err *err)
{
	const char *marker = source_says(place->source, "ready.marker");

	if (marker != NULL && strcmp(name, marker) == 0) {
		place->marked = true;
		return true;
	}
	if (place->file != NULL && strcmp(name, place->file) != 0)
		return true;
	if (place->count == FILES_MAX)
		return fail(err, FAULT_INVALID,
		    "the folder of '%s' has more than %d files",
		    place->source->name, FILES_MAX);
	place->files[place->count++] =
	    (struct found){ arena_text(place->source->arena, name), size };
	return true;
}

static bool add_if_file(struct place *place, const char *name, struct err *err)
{
	const char *path =
	    arena_printf(place->source->arena, "%s%s", place->folder, name);
	struct stat status;

	if (lstat(path, &status) != 0 || !S_ISREG(status.st_mode))
		return true;
	return add(place, name, status.st_size, err);
}

static bool look_here(struct place *place, struct err *err)
{
	const char *const *names;
	bool done;
	int count;

	done = folder_list(place->source->arena, place->folder, &names, &count,
	    err);
	for (int i = 0; done && i < count; i++)
		done = add_if_file(place, names[i], err);
	return done;
}

/* A web server lists nothing: there is the one file, and perhaps its marker. */
static bool of_server(const struct place *place, struct err *err)
{
	err_add(err, "the server of '%s'", place->source->name);
	return false;
}

static bool look_web(struct place *place, struct err *err)
{
	const struct source *source = place->source;
	const char *marker = source_says(source, "ready.marker");
	struct remote_request request = { .method = "HEAD" };
	struct remote_answer answer;

	assert(place->file != NULL); /* open_remote saw to that */
	if (marker != NULL) {
		request.url =
		    arena_printf(source->arena, "%s%s", place->folder, marker);
		if (!remote_ask(place->remote, source->arena, &request, &answer,
			err))
			return of_server(place, err);
		place->marked = answer.status == 200;
	}
	return add(place, place->file, 0, err);
}

static bool look_there(struct place *place, struct err *err)
{
	const struct remote_file *files;
	bool done = true;
	int count;

	if (!remote_list(place->remote, place->source->arena, place->folder,
		&files, &count, err))
		return of_server(place, err);
	for (int i = 0; done && i < count; i++)
		if (!files[i].other)
			done = add(place, files[i].name, files[i].size, err);
	return done;
}

static bool look(struct place *place, struct err *err)
{
	place->count = 0;
	place->marked = false;
	if (place->remote == NULL)
		return look_here(place, err);
	return place->web ? look_web(place, err) : look_there(place, err);
}

/* --- whether it is complete ----------------------------------------------- */

static bool same(const struct place *a, const struct place *b)
{
	if (a->count != b->count)
		return false;
	for (int i = 0; i < a->count; i++)
		if (strcmp(a->files[i].name, b->files[i].name) != 0 ||
		    a->files[i].size != b->files[i].size)
			return false;
	return true;
}

static bool wait_until_stable(struct place *place, struct err *err)
{
	const struct place *before =
	    arena_copy(place->source->arena, place, sizeof(*place));
	int64_t seconds =
	    source_number(place->source, "ready.stableSeconds", STABLE_SECONDS);

	if (!source_wait(place->source, seconds, err) || !look(place, err))
		return false;
	return same(before, place) ||
	       fail(err, FAULT_UNAVAILABLE, "what '%s' gives is still growing",
		   place->source->name);
}

static bool wait_until_complete(struct place *place, struct err *err)
{
	const char *marker = source_says(place->source, "ready.marker");
	const char *path = source_says(place->source, "path");

	if (!look(place, err))
		return false;
	if (place->count == 0)
		return fail(err, FAULT_UNAVAILABLE,
		    "there is no file of '%s' yet%s%.200s", place->source->name,
		    path != NULL ? " at " : "", path != NULL ? path : "");
	if (marker == NULL)
		return place->web || wait_until_stable(place, err);
	return place->marked ||
	       fail(err, FAULT_UNAVAILABLE,
		   "what '%s' gives is not complete yet: its marker '%s' is "
		   "not there",
		   place->source->name, marker);
}

/* --- fetching ------------------------------------------------------------- */

static const char *encoded(struct arena *arena, const char *name)
{
	struct buf out = { 0 };
	const char *text;

	percent_encode(&out, name, strlen(name));
	text = arena_text(arena, buf_text(&out));
	buf_free(&out);
	return text;
}

static bool fetch_remote(struct place *place, const struct found *file,
    const char *to, int64_t *size, struct err *err)
{
	struct arena *arena = place->source->arena;
	const char *url = arena_printf(arena, "%s%s", place->folder,
	    place->address != NULL ? place->address
				   : encoded(arena, file->name));
	int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool done;

	if (fd < 0)
		return fail(err, FAULT_IO, "%s: %m", to);
	done = remote_fetch(place->remote, url, fd, FETCH_MAX, err) ||
	       of_server(place, err);
	*size = lseek(fd, 0, SEEK_END);
	if (close(fd) != 0 && done)
		done = fail(err, FAULT_IO, "%s: %m", to);
	return done;
}

/* A web server tells the length with the file, and libcurl holds it to it. */
static bool fetch_file(struct place *place, const struct found *file,
    const char *to, struct err *err)
{
	struct arena *arena = place->source->arena;
	const char *path = arena_printf(arena, "%s/%s", to,
	    place->web ? WEB_NAME : file->name);
	int64_t size = 0;
	bool done = place->remote != NULL
			? fetch_remote(place, file, path, &size, err)
			: folder_copy_file(arena_printf(arena, "%s%s",
					       place->folder, file->name),
			      path, &size, err);

	if (done && !place->web && size != file->size)
		return fail(err, FAULT_UNAVAILABLE,
		    "what '%s' gives changed while it was fetched",
		    place->source->name);
	return done;
}

/* --- where it is ---------------------------------------------------------- */

static void free_remote(void *remote)
{
	remote_free(remote);
}

static bool open_remote(struct place *place, struct err *err)
{
	const struct source *source = place->source;
	struct remote_account account = {
		.user = source_says(source, "user"),
		.private_key = source_says(source, "keyFile"),
		.host_key = source_says(source, "hostKey"),
		.authorities = source_says(source, "authorities"),
		.plain = true,
		.stop = source->stop,
	};

	if (!place->web && account.host_key == NULL)
		return fail(err, FAULT_INVALID,
		    "the source '%s' needs `hostKey`: without it anybody "
		    "could answer for that server",
		    source->name);
	if (place->web && place->file == NULL)
		return fail(err, FAULT_INVALID,
		    "the source '%s' needs the address of a file: a web "
		    "server has no folders",
		    source->name);
	if (!source_secret(source, "password", &account.password, err))
		return false;
	place->remote = remote_new(&account);
	arena_defer(source->arena, free_remote, place->remote);
	return true;
}

static bool decode(struct place *place, struct err *err)
{
	char *name;
	size_t len;

	if (place->file == NULL)
		return true;
	len = strlen(place->file);
	name = arena_text(place->source->arena, place->file);
	if (!percent_decode(name, &len, false) || strchr(name, '/') != NULL)
		return fail(err, FAULT_INVALID, "the `url` of '%s' is misspelt",
		    place->source->name);
	name[len] = '\0';
	place->file = name;
	return true;
}

/* A path is a folder when it is one here; an address when it ends with a
 * slash. */
static bool find_place(struct place *place, struct err *err)
{
	struct arena *arena = place->source->arena;
	const char *path = source_says(place->source, "path");
	const char *url = source_says(place->source, "url");
	const char *where = path != NULL ? path : url, *slash;
	struct stat status;

	if (path != NULL && stat(path, &status) == 0 && S_ISDIR(status.st_mode))
		where = arena_printf(arena, "%s/", path);
	slash = strrchr(where, '/');
	place->folder = "./";
	place->file = where;
	if (slash != NULL) {
		place->folder =
		    arena_textn(arena, where, (size_t)(slash - where) + 1);
		place->file = slash[1] != '\0' ? slash + 1 : NULL;
	}
	if (url == NULL)
		return true;
	place->address = place->file;
	if (!decode(place, err))
		return false;
	place->web = strncmp(url, "http", 4) == 0;
	return open_remote(place, err);
}

bool pickup(const struct source *source, const char *to, const char **path,
    struct err *err)
{
	struct place *place = arena_alloc(source->arena, sizeof(*place));

	place->source = source;
	if (!find_place(place, err) || !wait_until_complete(place, err))
		return false;
	for (int i = 0; i < place->count; i++)
		if (!fetch_file(place, &place->files[i], to, err))
			return false;
	*path = to;
	if (place->file != NULL)
		*path = arena_printf(source->arena, "%s/%s", to,
		    place->web ? WEB_NAME : place->files[0].name);
	return true;
}
