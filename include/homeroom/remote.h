/*
 * remote: other people's servers, by libcurl. Files over SFTP and HTTPS,
 * questions over HTTPS.
 *
 * Every call blocks, within its limits. A server must prove who it is: by its
 * host key, or by its certificate. A struct remote belongs to one thread, and
 * keeps its connection from call to call.
 */
#ifndef HOMEROOM_REMOTE_H
#define HOMEROOM_REMOTE_H

#include "homeroom/base.h"

#include <stdatomic.h>

/* Who we are there, and who they must be. Texts are borrowed for the life of
 * the struct remote; NULL is none. */
struct remote_account {
	const char *user;
	const char *password;
	const char *private_key; /* a file; SFTP */
	/* SFTP: "SHA256:…", as `ssh-keygen -lf` prints it. Without it no
	 * server is trusted. */
	const char *host_key;
	const char *authorities; /* a PEM file; NULL: the system's */
	/* Plain http and no certificate at all: for servers of this machine
	 * (127.0.0.0/8, ::1), nowhere else. */
	bool plain;
	int connect_ms;          /* 0: 20 s */
	int stall_seconds;       /* nothing moves for so long; 0: 60 */
	const atomic_bool *stop; /* set: it gives up; or NULL */
};

struct remote;

struct remote *remote_new(const struct remote_account *account) must_use;
void remote_free(struct remote *remote); /* NULL is fine */

/*
 * In what follows, an error is
 *	FAULT_UNAVAILABLE	it can't be reached, or was too slow
 *	FAULT_FORBIDDEN		it doesn't let us in, or isn't who it should be
 *	FAULT_NOT_FOUND		there is no such file
 *	FAULT_TOO_LARGE		more came than was to come
 *	FAULT_IO		it broke off, or did not do what was asked
 * and its text never holds user, password or query.
 */

/* Writes a whole file of ours, from `fd` at 0, beside `url` (sftp://host/path)
 * and then in its place, so that nobody finds half of it. */
bool remote_store(struct remote *remote, const char *url, int fd, int64_t size,
    struct err *err) must_use;
/* Appends a file of theirs to `fd`, `limit` bytes at most. */
bool remote_fetch(struct remote *remote, const char *url, int fd, int64_t limit,
    struct err *err) must_use;

struct remote_file {
	const char *name;
	int64_t size;
	bool other; /* than a plain file */
};

#define REMOTE_FILES_MAX 10000

/* What is in a folder, by name, as an SFTP server lists it (url:
 * sftp://host/path/); the arena's. */
bool remote_list(struct remote *remote, struct arena *arena, const char *url,
    const struct remote_file **files, int *count, struct err *err) must_use;

#define REMOTE_HEADERS_MAX 32

struct remote_request {
	const char *method; /* "GET" */
	const char *url;
	const struct param *headers; /* of ours */
	int header_count;
	const char *body; /* or NULL */
	size_t body_length;
	size_t limit;    /* of the answer's body, in bytes */
	int deadline_ms; /* for all of it; 0: none but stall_seconds */
};

struct remote_answer {
	int status;
	/* The last ones, should there have been several; the arena's. */
	struct param headers[REMOTE_HEADERS_MAX];
	int header_count;
	const char *body; /* NUL-terminated besides; the arena's */
	size_t body_length;
};

/* One question over HTTP; any status is an answer. Redirects are not
 * followed. */
bool remote_ask(struct remote *remote, struct arena *arena,
    const struct remote_request *request, struct remote_answer *answer,
    struct err *err) must_use;
/* A header's value, or NULL; ASCII case does not count. */
const char *remote_header(const struct remote_answer *answer, const char *name);

/*
 * Several questions at a time, on as many connections: answers come in any
 * order. Like a struct remote, it belongs to one thread.
 */
struct remotes;

struct remotes *remotes_new(const struct remote_account *account,
    int count) must_use;
void remotes_free(struct remotes *remotes); /* NULL is fine */
/* On a connection that rests: fewer than `count` questions are on their way.
 * The request is borrowed until its answer is there, and `about` comes back
 * with it. */
bool remotes_ask(struct remotes *remotes, struct arena *arena,
    const struct remote_request *request, void *about,
    struct err *err) must_use;

struct remote_reply {
	void *about; /* NULL: none came in time */
	struct remote_answer answer;
	struct err failed; /* FAULT_NONE: there is an answer */
};

/* The next answer, within `ms`. */
bool remotes_wait(struct remotes *remotes, int ms, struct remote_reply *reply,
    struct err *err) must_use;

#define REMOTE_RECIPIENTS_MAX 100

struct remote_mail {
	const char *url;  /* smtp://host:587 or smtps://host */
	const char *from; /* addresses: someone@example.org */
	const char *const *to;
	int to_count;
	struct text message; /* headers and body, lines end with CR LF */
	/* Without it, nothing is said before the line is encrypted, and the
	 * server has proved its name. */
	bool plain;
};

/* One message by SMTP. FAULT_REFUSED: the server will not have it, now or
 * later; *refused of its recipients were, though others were not. */
bool remote_send(struct remote *remote, const struct remote_mail *mail,
    int *refused, struct err *err) must_use;

#endif
