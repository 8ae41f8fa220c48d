/* Bundles that are brought to a publisher's SFTP server. */
#include "homeroom/publish.h"
#include "publish.h"
#include "homeroom/audit.h"
#include "homeroom/remote.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct push {
	struct db *db; /* as homeroom_serve */
	struct arena *arena;
	const char *name; /* the application's */
	struct remote_account account;
	const char *url, *file, *password_file;
	struct export_wanted wanted;
	struct export made;
	int64_t version; /* that was brought last; 0: none */
	const char *tag; /* of that file, or NULL */
	bool rehearses;  /* nothing is brought */
};

/* --- what settings say ---------------------------------------------------- */

static bool find(struct push *push, int64_t district, struct err *err)
{
	const struct values values = { 2,
		{ arena_number(push->arena, district), push->name } };
	const struct rows *rows;
	const char *format;

	if (!db_ask(push->db, push->arena, STATEMENT_push_find, &values, &rows,
		err))
		return false;
	if (rows_count(rows) == 0)
		return settings_lack("application", push->name, err);
	if (rows_get(rows, 0, 4) == NULL)
		return fail(err, FAULT_NOT_FOUND,
		    "the application '%s' has no `push` in its settings; "
		    "`homeroom describe --schema application` says what it is",
		    push->name);
	if (rows_get(rows, 0, 3)[0] != 't')
		return fail(err, FAULT_FORBIDDEN,
		    "the application '%s' is disabled", push->name);
	push->url = rows_get(rows, 0, 4);
	push->file = rows_get(rows, 0, 5);
	push->account.user = rows_get(rows, 0, 6);
	push->account.host_key = rows_get(rows, 0, 7);
	push->password_file = rows_get(rows, 0, 8);
	push->account.private_key = rows_get(rows, 0, 9);
	format = rows_get(rows, 0, 10);
	push->version = rows_integer(rows, 0, 12);
	push->tag = rows_get(rows, 0, 13);
	push->wanted = (struct export_wanted){
		.application = rows_integer(rows, 0, 0),
		.epoch = rows_integer(rows, 0, 1),
		.scopes = scopes_read(rows_get(rows, 0, 2)),
		.format =
		    format != NULL && strcmp(format, "1.1") == 0 ? V11 : V12,
		.since = rows_get(rows, 0, 11) != NULL &&
				 rows_get(rows, 0, 11)[0] == 't'
			     ? push->version
			     : 0,
		.patient = true,
	};
	return true;
}

static bool read_password(struct push *push, struct err *err)
{
	if (push->password_file != NULL)
		return secret_read(push->arena, push->password_file,
		    &push->account.password, err);
	return push->account.private_key != NULL ||
	       fail(err, FAULT_INVALID,
		   "the push of '%s' has neither passwordFile nor keyFile",
		   push->name);
}

/* --- bringing it ---------------------------------------------------------- */

/* The file's name with {version} and {date}, encoded, behind the folder. */
static const char *target(const struct push *push)
{
	const char *name = push->file != NULL        ? push->file
			   : push->made.file != NULL ? push->made.file
						     : "oneroster.zip";
	struct buf plain = { 0 }, url = { 0 };
	char today[CLOCK_TEXT];
	const char *text;

	clock_format(today, clock_now());
	while (*name != '\0')
		if (strncmp(name, "{version}", 9) == 0) {
			buf_printf(&plain, "%" PRId64, push->made.version);
			name += 9;
		} else if (strncmp(name, "{date}", 6) == 0) {
			buf_add(&plain, today, 10);
			name += 6;
		} else {
			buf_char(&plain, *name++);
		}
	buf_puts(&url, push->url);
	if (url.data[url.len - 1] != '/')
		buf_char(&url, '/');
	percent_encode(&url, plain.data, plain.len);
	text = arena_text(push->arena, buf_text(&url));
	buf_free(&plain);
	buf_free(&url);
	return text;
}

static bool bring(const struct push *push, struct err *err)
{
	struct remote *remote = remote_new(&push->account);
	bool done = remote_store(remote, target(push), push->made.fd,
	    push->made.size, err);

	remote_free(remote);
	if (!done)
		err_add(err, "the SFTP server of '%s'", push->name);
	return done;
}

static bool note(const struct push *push, struct err *err)
{
	struct values values = { 0 };

	values_add(&values,
	    arena_number(push->arena, push->wanted.application));
	values_add(&values, arena_number(push->arena, push->made.version));
	values_add(&values, push->made.tag);
	return db_ask(push->db, push->arena, STATEMENT_push_note, &values, NULL,
	    err);
}

/* Before it leaves the house, all of it perhaps. */
static bool audit(const struct push *push, struct err *err)
{
	const struct export *made = &push->made;
	struct audit_entry entry = {
		.at = clock_now(),
		.application = push->wanted.application,
		.method = "push",
		.endpoint = push->wanted.format == V11 ? "/bundles/v1p1.zip"
						       : "/bundles/v1p2.zip",
		.requests = 1,
		.bytes = made->size,
		.version = made->version,
	};

	if (made->since > 0)
		entry.since = arena_number(push->arena, made->since);
	return audit_append(push->db, push->arena, &entry, NULL, err);
}

/* Making it again gives the same tag: there is nothing new for them. */
static bool push_bundle(struct push *push, struct job *job, struct err *err)
{
	if (!export_make(push->db, push->arena, config_get("HOMEROOM_HOME"),
		&push->wanted, &push->made, err))
		return false;
	if (push->version == push->made.version && push->tag != NULL &&
	    (push->wanted.since > 0 ||
		strcmp(push->tag, push->made.tag) == 0)) {
		job->detail = arena_printf(push->arena,
		    "version %" PRId64 " was brought already",
		    push->made.version);
		return true;
	}
	if (!push->rehearses &&
	    (!audit(push, err) || !bring(push, err) || !note(push, err)))
		return false;
	job->detail = arena_printf(push->arena,
	    "version %" PRId64 ", %s, %" PRId64 " bytes", push->made.version,
	    push->made.since > 0 ? "delta" : "bulk", push->made.size);
	if (push->rehearses)
		job->detail = arena_printf(push->arena, "would bring %s to %s",
		    job->detail, target(push));
	return true;
}

static bool run(struct job *job, struct arena *arena, const char *url,
    bool rehearses, struct err *err)
{
	struct push push = { .arena = arena,
		.name = job->subject,
		.made = { .fd = -1 },
		.account = { .stop = job->stop },
		.rehearses = rehearses };
	bool done = db_open(&push.db, url, DB_SERVE, err) &&
		    find(&push, job->district, err) &&
		    read_password(&push, err);

	push.wanted.stop = job->stop;
	done = done && push_bundle(&push, job, err);
	if (push.made.fd >= 0)
		close(push.made.fd);
	db_close(push.db);
	return done;
}

bool push_run(struct job *job, struct arena *arena, const char *url,
    struct err *err)
{
	return run(job, arena, url, false, err);
}

bool push_rehearse(struct job *job, struct arena *arena, const char *url,
    struct err *err)
{
	return run(job, arena, url, true, err);
}

bool push_known(struct db *db, struct arena *arena, int64_t district,
    const char *application, struct err *err)
{
	struct push push = { .db = db, .arena = arena, .name = application };

	return find(&push, district, err);
}
