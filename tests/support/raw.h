/*
 * A client that sends what it is told, byte by byte, and takes nothing for
 * granted: for tests of the edge. Plain, or over TLS.
 */
#ifndef HOMEROOM_TESTS_RAW_H
#define HOMEROOM_TESTS_RAW_H

#include "homeroom/base.h"

struct raw {
	int fd;
	void *ssl; /* NULL: plain */
};

/* To 127.0.0.1; false when nobody listens. */
bool raw_open(struct raw *raw, int port, bool tls);
void raw_close(struct raw *raw);
/* Closes so that the other side sees a reset. */
void raw_reset(struct raw *raw);
/* False when the connection broke, which a test may want. */
bool raw_send(struct raw *raw, const void *data, size_t len);
bool raw_puts(struct raw *raw, const char *text);
/* Half-closes: nothing more will be sent. */
void raw_end(struct raw *raw);
/* Adds what comes next; false at the end, or after ten seconds of nothing. */
bool raw_more(struct raw *raw, struct buf *in);

struct answer {
	int status; /* 0: there was none */
	struct text head;
	struct text body;
};

/* Reads one answer; what belongs to the next stays in `in` behind `*at`. */
bool raw_answer(struct raw *raw, struct buf *in, size_t *at, bool of_head,
    struct answer *answer);
/* A header's value, or an empty text. */
struct text answer_header(const struct answer *answer, const char *name);
/* "200 404": all answers until the end of the connection. */
const char *raw_statuses(struct raw *raw, struct arena *arena);

/* Writes a key and a certificate for "localhost" signed by itself. */
void raw_certificate(const char *certificate, const char *key);

#endif
