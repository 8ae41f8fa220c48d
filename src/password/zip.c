/* Passwords as CSV in a zip that a passphrase closes. */
#include "password.h"
#include "homeroom/model.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include <archive.h>
#include <archive_entry.h>

/* What a spreadsheet would take for a formula is text; a password never begins
 * so. */
static void put(struct buf *out, const char *text, bool last)
{
	struct buf safe = { 0 };

	if (*text != '\0' && strchr("=+-@", *text) != NULL)
		buf_char(&safe, '\'');
	buf_puts(&safe, text);
	csv_put(out, buf_text(&safe), safe.len, false);
	buf_puts(out, last ? "\r\n" : ",");
	explicit_bzero(safe.data, safe.len);
	buf_free(&safe);
}

static void put_rows(struct buf *out, const struct password_row *rows,
    int count)
{
	buf_puts(out, "school,class,name,login,password,person\r\n");
	for (int i = 0; i < count; i++) {
		put(out, rows[i].school, false);
		put(out, rows[i].class, false);
		put(out, rows[i].name, false);
		put(out, rows[i].login, false);
		put(out, rows[i].password, false);
		put(out, rows[i].person, true);
	}
}

static bool refuse(struct archive *a, const char *file, struct err *err)
{
	const char *why = archive_error_string(a);

	return fail(err, FAULT_IO, "%s can't be written: %s", file,
	    why != NULL ? why : "unknown");
}

static bool write_entry(struct archive *a, const struct buf *csv)
{
	struct archive_entry *entry = archive_entry_new();
	bool done;

	archive_entry_set_pathname(entry, "passwords.csv");
	archive_entry_set_filetype(entry, AE_IFREG);
	archive_entry_set_perm(entry, 0600);
	archive_entry_set_size(entry, (int64_t)csv->len);
	archive_entry_set_mtime(entry, clock_now() / 1000, 0);
	done = archive_write_header(a, entry) == ARCHIVE_OK &&
	       archive_write_data(a, csv->data, csv->len) == (ssize_t)csv->len;
	archive_entry_free(entry);
	return done;
}

static bool write_zip(const char *file, int fd, const struct buf *csv,
    const char *passphrase, struct err *err)
{
	struct archive *a = archive_write_new();
	bool done = archive_write_set_format_zip(a) == ARCHIVE_OK &&
		    archive_write_set_options(a, "zip:encryption=aes256") ==
			ARCHIVE_OK &&
		    archive_write_set_passphrase(a, passphrase) == ARCHIVE_OK &&
		    archive_write_open_fd(a, fd) == ARCHIVE_OK &&
		    write_entry(a, csv) && archive_write_close(a) == ARCHIVE_OK;

	if (!done)
		(void)refuse(a, file, err);
	archive_write_free(a);
	return done;
}

bool password_zip(const char *file, const struct password_row *rows, int count,
    struct arena *arena, const char **passphrase, struct err *err)
{
	static const struct password_policy policy = { .kind = PASSWORD_WORDS,
		.words = 6 };
	static const struct password_for nobody = { { "", 0 }, { "", 0 } };
	struct buf csv = { 0 };
	bool done;
	int fd;

	if (!password_make(arena, &policy, &nobody, passphrase, err))
		return false;
	fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return fail(err, FAULT_IO, "%s: %m", file);
	put_rows(&csv, rows, count);
	done = write_zip(file, fd, &csv, *passphrase, err);
	explicit_bzero(csv.data, csv.len);
	buf_free(&csv);
	if (close(fd) != 0 && done)
		done = fail(err, FAULT_IO, "%s: %m", file);
	if (!done)
		unlink(file);
	return done;
}
