/*
 * A server for tests of the edge, with workers that the test can hold back.
 *
 *	GET /ok			{"ok":true}
 *	POST /echo		the body, if it is text/plain
 *	GET /sized/N		N letters
 *	GET /file/N		the same, from a file
 *	GET, POST /task/ID	[ID], by a worker
 *	GET /origin		the base URL and the client's address
 *	GET /metrics		the counters
 */
#ifndef HOMEROOM_TESTS_SERVER_H
#define HOMEROOM_TESTS_SERVER_H

#include "serve/serve.h"
#include "support/raw.h"

#define HOST "Host: h\r\n"
#define GET(path) "GET " path " HTTP/1.1\r\n" HOST "\r\n"
#define LAST "GET /ok HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n"

/* Set up and tear down of a group of tests. */
int server_begin(void **state);
int server_end(void **state);

/* On a free port, with two loops, unless something else is wanted. */
struct edge *server_open(struct edge_settings wanted);
/* On a connection of its own; the answer points into `in`. */
struct answer server_ask(int port, const char *request, struct buf *in);
void server_is_well(struct edge *edge);

void server_hold(bool hold);  /* workers take nothing any more */
void server_busy(bool on);    /* no worker is given anything */
int server_asked(void);       /* requests given to workers so far */
void server_await(int count); /* waits until it is so many */

#endif
