/* Bundles: a zip or a folder of CSV files. Nothing in one is believed before
 * it was looked at, and nothing is ever written to disk. */
#include "ingest.h"

#include <archive.h>
#include <archive_entry.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (256 << 10)

struct entry {
	const char *name; /* without the enclosing folder */
	const char *path; /* as the bundle calls it */
	int64_t size;
	bool skip;
};

struct bundle {
	struct arena *arena;
	const char *path;
	bool folder;
	int64_t weight; /* bytes of the zip itself */
	struct entry entries[BUNDLE_ENTRIES_MAX];
	int entry_count;
	const char *names[BUNDLE_ENTRIES_MAX];
	int name_count;
	struct bundle_note notes[BUNDLE_ENTRIES_MAX];
	int note_count;
	int64_t size;
	/* reading */
	struct archive *archive; /* NULL: not begun, or a folder */
	int fd;                  /* of a folder's file, or -1 */
	int at;                  /* the next entry */
	int64_t taken;           /* bytes read in this round */
	char *piece;
};

/* --- what a name may be -------------------------------------------------- */

static void add_note(struct bundle *b, const char *code, const char *name,
    const char *message)
{
	if (b->note_count < BUNDLE_ENTRIES_MAX)
		b->notes[b->note_count++] =
		    (struct bundle_note){ code, name, message };
}

static bool add_entry(struct bundle *b, const char *path, int64_t size,
    bool regular, struct err *err)
{
	if (b->entry_count == BUNDLE_ENTRIES_MAX)
		return fail(err, FAULT_INVALID,
		    "the bundle holds more than %d files", BUNDLE_ENTRIES_MAX);
	if (path == NULL || !entry_is_plain(path))
		return fail(err, FAULT_INVALID,
		    "the bundle holds a file whose name leads out of it or "
		    "can't be a file's name");
	if (!regular && !entry_is_litter(path))
		return fail(err, FAULT_INVALID,
		    "'%.80s' in the bundle is a link or a device, not a file",
		    path);
	b->entries[b->entry_count++] = (struct entry){
		.path = arena_text(b->arena, path),
		.size = size > 0 ? size : 0,
		.skip = entry_is_litter(path),
	};
	return true;
}

/* --- one enclosing folder ------------------------------------------------ */

/* Where the names begin: behind the folder that encloses all, if one does. */
static size_t enclosing(const struct bundle *b)
{
	const char *first = NULL;
	size_t len = 0;

	for (int i = 0; i < b->entry_count; i++) {
		const char *path = b->entries[i].path;
		const char *slash = strchr(path, '/');

		if (b->entries[i].skip)
			continue;
		if (slash == NULL)
			return 0;
		if (first == NULL) {
			first = path;
			len = (size_t)(slash - path) + 1;
		} else if (strncmp(first, path, len) != 0) {
			return 0;
		}
	}
	return len;
}

static bool is_named(const struct bundle *b, const char *name)
{
	for (int i = 0; i < b->name_count; i++)
		if (strcmp(b->names[i], name) == 0)
			return true;
	return false;
}

static bool name_entries(struct bundle *b, struct err *err)
{
	size_t skip = enclosing(b);

	if (skip > 0)
		add_note(b, "enclosing_folder", NULL,
		    "the files lie in a folder; they belong at the top of "
		    "the bundle");
	for (int i = 0; i < b->entry_count; i++) {
		struct entry *e = &b->entries[i];

		e->name = e->path + (e->skip ? 0 : skip);
		if (e->skip) {
			add_note(b, "litter", e->name,
			    "was left by the computer that made the bundle; "
			    "ignored");
			continue;
		}
		if (strchr(e->name, '/') != NULL)
			return fail(err, FAULT_INVALID,
			    "the bundle has folders; its files belong at its "
			    "top");
		if (is_named(b, e->name))
			return fail(err, FAULT_INVALID,
			    "the bundle holds '%.80s' twice", e->name);
		b->names[b->name_count++] = e->name;
		b->size += e->size;
	}
	if (b->size > BUNDLE_BYTES_MAX)
		return fail(err, FAULT_INVALID, "the bundle is too large");
	return true;
}

/* --- zip ----------------------------------------------------------------- */

static void close_archive(struct bundle *b)
{
	if (b->archive != NULL)
		archive_read_free(b->archive);
	b->archive = NULL;
}

/* Who asks for a file without being known, is often shown a page. */
static bool no_zip(const struct bundle *b, struct err *err)
{
	int fd = open(b->path, O_RDONLY | O_CLOEXEC);
	char first = '\0';

	if (fd >= 0) {
		if (read(fd, &first, 1) != 1)
			first = '\0';
		close(fd);
	}
	return fail(err, FAULT_INVALID,
	    first == '<' ? "the bundle is no zip file, but a page of HTML or "
			   "XML: is its address right, and does it need a "
			   "user and a password?"
			 : "the bundle is no zip file, or was cut off");
}

/* By its table of contents alone: a zip that was cut off has none. */
static bool open_archive(struct bundle *b, struct err *err)
{
	close_archive(b);
	b->archive = archive_read_new();
	if (b->archive == NULL)
		return fail(err, FAULT_INTERNAL, "libarchive: out of memory");
	archive_read_support_format_zip_seekable(b->archive);
	if (archive_read_open_filename(b->archive, b->path, PIECE) !=
	    ARCHIVE_OK)
		return no_zip(b, err);
	return true;
}

static bool next_header(struct bundle *b, struct archive_entry **entry,
    struct err *err)
{
	int result = archive_read_next_header(b->archive, entry);

	if (result == ARCHIVE_EOF)
		*entry = NULL;
	else if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
		return no_zip(b, err);
	return true;
}

static bool list_zip(struct bundle *b, struct err *err)
{
	struct archive_entry *e;

	if (!open_archive(b, err))
		return false;
	for (;;) {
		const char *path;

		if (!next_header(b, &e, err))
			return false;
		if (e == NULL)
			break;
		path = archive_entry_pathname(e);
		if (archive_entry_filetype(e) == AE_IFDIR)
			continue;
		if (archive_entry_is_data_encrypted(e))
			return fail(err, FAULT_INVALID,
			    "the bundle is encrypted");
		if (!add_entry(b, path, archive_entry_size(e),
			archive_entry_filetype(e) == AE_IFREG &&
			    archive_entry_symlink(e) == NULL &&
			    archive_entry_hardlink(e) == NULL,
			err))
			return false;
	}
	close_archive(b);
	return true;
}

/* --- folder -------------------------------------------------------------- */

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct entry *)a)->path,
	    ((const struct entry *)b)->path);
}

static bool list_names(struct bundle *b, DIR *dir, struct err *err)
{
	struct stat st;

	for (struct dirent *d = readdir(dir); d != NULL; d = readdir(dir)) {
		if (strcmp(d->d_name, ".") == 0 || strcmp(d->d_name, "..") == 0)
			continue;
		if (fstatat(dirfd(dir), d->d_name, &st, AT_SYMLINK_NOFOLLOW) !=
		    0)
			return fail(err, FAULT_IO, "the folder changes");
		if (S_ISDIR(st.st_mode)) {
			add_note(b, "folder", arena_text(b->arena, d->d_name),
			    "is a folder within the bundle; ignored");
			continue;
		}
		if (!add_entry(b, d->d_name, st.st_size, S_ISREG(st.st_mode),
			err))
			return false;
	}
	return true;
}

static bool list_folder(struct bundle *b, struct err *err)
{
	DIR *dir = opendir(b->path);
	bool listed;

	if (dir == NULL)
		return fail(err, FAULT_IO, "the folder can't be read: %s",
		    strerrordesc_np(errno));
	listed = list_names(b, dir, err);
	closedir(dir);
	/* So that the same folder is the same bundle on every disk. */
	qsort(b->entries, (size_t)b->entry_count, sizeof(b->entries[0]),
	    by_path);
	return listed;
}

/* --- opening ------------------------------------------------------------- */

static void close_reading(struct bundle *b)
{
	close_archive(b);
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
	b->at = 0;
	b->taken = 0;
}

static void release(void *object)
{
	struct bundle *b = object;

	close_reading(b);
}

bool bundle_open(struct bundle **out, struct arena *arena, const char *path,
    struct err *err)
{
	struct bundle *b = arena_alloc(arena, sizeof(*b));
	struct stat st;

	b->arena = arena;
	b->path = path;
	b->fd = -1;
	b->piece = arena_alloc(arena, PIECE);
	arena_defer(arena, release, b);
	if (stat(path, &st) != 0)
		return fail(err, FAULT_INVALID, "the bundle can't be read: %s",
		    strerrordesc_np(errno));
	b->folder = S_ISDIR(st.st_mode);
	b->weight = st.st_size;
	if (!b->folder && !S_ISREG(st.st_mode))
		return fail(err, FAULT_INVALID,
		    "the bundle is neither a zip file nor a folder");
	if (!(b->folder ? list_folder(b, err) : list_zip(b, err)) ||
	    !name_entries(b, err))
		return false;
	*out = b;
	return true;
}

int bundle_count(const struct bundle *bundle)
{
	return bundle->name_count;
}

const char *bundle_name(const struct bundle *bundle, int i)
{
	return bundle->names[i];
}

int bundle_notes(const struct bundle *bundle, const struct bundle_note **notes)
{
	*notes = bundle->notes;
	return bundle->note_count;
}

int64_t bundle_size(const struct bundle *bundle)
{
	return bundle->size;
}

/* --- reading ------------------------------------------------------------- */

static bool next_file(struct bundle *b, struct err *err)
{
	int dir = open(b->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (dir >= 0)
		b->fd = openat(dir, b->entries[b->at - 1].path,
		    O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (dir >= 0)
		close(dir);
	if (dir < 0 || b->fd < 0)
		return fail(err, FAULT_IO, "'%.80s' can't be opened",
		    b->entries[b->at - 1].path);
	return true;
}

/* The zip lists its files anew; it must still be the same list. */
static bool next_entry(struct bundle *b, struct err *err)
{
	const char *path = b->entries[b->at - 1].path;
	struct archive_entry *e;

	if (b->archive == NULL && !open_archive(b, err))
		return false;
	do {
		if (!next_header(b, &e, err))
			return false;
		if (e == NULL)
			return fail(err, FAULT_IO, "the bundle changed");
	} while (archive_entry_pathname(e) == NULL ||
		 strcmp(archive_entry_pathname(e), path) != 0);
	return true;
}

bool bundle_next(struct bundle *b, const char **name, struct err *err)
{
	if (b->fd >= 0)
		close(b->fd);
	b->fd = -1;
	while (b->at < b->entry_count && b->entries[b->at].skip)
		b->at++;
	if (b->at == b->entry_count) {
		*name = NULL;
		close_reading(b);
		return true;
	}
	*name = b->entries[b->at++].name;
	return b->folder ? next_file(b, err) : next_entry(b, err);
}

static bool is_bomb(const struct bundle *b)
{
	return b->taken > BUNDLE_BYTES_MAX ||
	       (!b->folder && b->taken > BUNDLE_FREE &&
		   b->taken / BUNDLE_RATIO > b->weight);
}

bool bundle_read(struct bundle *b, const char **data, size_t *len,
    struct err *err)
{
	ssize_t got;

	do {
		got = b->folder
			  ? read(b->fd, b->piece, PIECE)
			  : archive_read_data(b->archive, b->piece, PIECE);
	} while (got < 0 && b->folder && errno == EINTR);
	if (got < 0)
		return fail(err, FAULT_INVALID,
		    "'%.80s' in the bundle is damaged or cut off",
		    b->entries[b->at - 1].name);
	b->taken += got;
	if (is_bomb(b))
		return fail(err, FAULT_INVALID,
		    "the bundle unpacks to far more than a roster: a zip bomb");
	*data = b->piece;
	*len = (size_t)got;
	return true;
}

/* --- digest -------------------------------------------------------------- */

static bool digest_file(struct bundle *b, EVP_MD_CTX *context, int fd,
    struct err *err)
{
	ssize_t got;

	for (;;) {
		got = read(fd, b->piece, PIECE);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(err, FAULT_IO, "the bundle can't be read");
		if (got == 0)
			return true;
		EVP_DigestUpdate(context, b->piece, (size_t)got);
	}
}

static bool digest_folder(struct bundle *b, EVP_MD_CTX *context,
    struct err *err)
{
	const char *name;

	for (;;) {
		if (!bundle_next(b, &name, err))
			return false;
		if (name == NULL)
			return true;
		EVP_DigestUpdate(context, name, strlen(name) + 1);
		EVP_DigestUpdate(context, &b->entries[b->at - 1].size,
		    sizeof(int64_t));
		if (!digest_file(b, context, b->fd, err))
			return false;
	}
}

static bool digest_zip(struct bundle *b, EVP_MD_CTX *context, struct err *err)
{
	int fd = open(b->path, O_RDONLY | O_CLOEXEC);
	bool read_whole;

	if (fd < 0)
		return fail(err, FAULT_IO, "the bundle can't be opened");
	read_whole = digest_file(b, context, fd, err);
	close(fd);
	return read_whole;
}

bool bundle_digest(struct bundle *b, uint8_t out[32], struct err *err)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool made;

	if (context == NULL ||
	    EVP_DigestInit_ex(context, EVP_sha256(), NULL) != 1)
		return fail(err, FAULT_INTERNAL, "no SHA-256");
	made = b->folder ? digest_folder(b, context, err)
			 : digest_zip(b, context, err);
	if (made)
		EVP_DigestFinal_ex(context, out, NULL);
	EVP_MD_CTX_free(context);
	return made;
}
