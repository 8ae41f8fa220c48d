/* Writes a zip: entries as they come, in memory that does not grow with them.
 */
#include "shelf.h"

#include <archive.h>
#include <archive_entry.h>

#define BLOCK ((size_t)128 * 1024)
/* What a zip without the extensions of Zip64 holds. */
#define PLAIN_MAX ((int64_t)UINT32_MAX - (int64_t)(64 << 20))

struct zip {
	struct archive *archive;
	struct archive_entry *entry;
	int64_t when;
	bool large;
	int64_t taken; /* bytes of this entry, before compression */
};

static bool failed(struct zip *zip, struct err *err)
{
	const char *why = archive_error_string(zip->archive);

	return fail(err, FAULT_IO, "the bundle can't be written: %s",
	    why == NULL ? "unknown" : why);
}

/* Many readers of zips that are streams can't take the extensions, so they
 * are used only where it does not go without. */
static bool begin(struct zip *zip, int fd)
{
	struct archive *a = zip->archive;

	return archive_write_set_format_zip(a) == ARCHIVE_OK &&
	       archive_write_set_format_option(a, "zip", "compression",
		   "deflate") == ARCHIVE_OK &&
	       archive_write_set_format_option(a, "zip", "compression-level",
		   "1") == ARCHIVE_OK &&
	       archive_write_set_format_option(a, "zip", "zip64",
		   zip->large ? "1" : NULL) == ARCHIVE_OK &&
	       archive_write_set_bytes_per_block(a, (int)BLOCK) == ARCHIVE_OK &&
	       archive_write_set_bytes_in_last_block(a, 1) == ARCHIVE_OK &&
	       archive_write_open_fd(a, fd) == ARCHIVE_OK;
}

bool zip_open(struct zip **out, int fd, int64_t when, bool large,
    struct err *err)
{
	struct zip *zip = memory_new(sizeof(*zip));

	zip->archive = archive_write_new();
	zip->entry = archive_entry_new();
	zip->when = when;
	zip->large = large;
	*out = zip;
	if (zip->archive == NULL || zip->entry == NULL)
		return fail(err, FAULT_INTERNAL, "libarchive: out of memory");
	return begin(zip, fd) || failed(zip, err);
}

void zip_free(struct zip *zip)
{
	if (zip == NULL)
		return;
	archive_entry_free(zip->entry);
	archive_write_free(zip->archive);
	memory_free(zip);
}

bool zip_begin(struct zip *zip, const char *name, struct err *err)
{
	archive_entry_clear(zip->entry);
	archive_entry_set_pathname(zip->entry, name);
	archive_entry_set_filetype(zip->entry, AE_IFREG);
	archive_entry_set_perm(zip->entry, 0644);
	archive_entry_set_mtime(zip->entry, zip->when / 1000, 0);
	zip->taken = 0;
	return archive_write_header(zip->archive, zip->entry) == ARCHIVE_OK ||
	       failed(zip, err);
}

bool zip_write(struct zip *zip, const char *data, size_t len, struct err *err)
{
	zip->taken += (int64_t)len;
	if (zip_outgrown(zip))
		return fail(err, FAULT_TOO_LARGE, "the bundle needs Zip64");
	return archive_write_data(zip->archive, data, len) == (ssize_t)len ||
	       failed(zip, err);
}

bool zip_outgrown(const struct zip *zip)
{
	return !zip->large &&
	       (zip->taken > PLAIN_MAX ||
		   archive_filter_bytes(zip->archive, -1) > PLAIN_MAX);
}

bool zip_close(struct zip *zip, struct err *err)
{
	return archive_write_close(zip->archive) == ARCHIVE_OK ||
	       failed(zip, err);
}
