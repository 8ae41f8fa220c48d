/*
 * Inside remote: one handle of libcurl, prepared alike for all that is done
 * with it.
 */
#ifndef HOMEROOM_REMOTE_REMOTE_H
#define HOMEROOM_REMOTE_REMOTE_H

#include "homeroom/remote.h"

#include <curl/curl.h>

struct remote {
	struct remote_account account;
	CURL *curl;
	char why[CURL_ERROR_SIZE];
};

/* A handle with nothing set but what the account asks for. */
bool remote_prepare(struct remote *remote, const char *url,
    struct err *err) must_use;
bool remote_perform(struct remote *remote, struct err *err) must_use;
/* What libcurl's code means. */
bool remote_outcome(const struct remote *remote, CURLcode code,
    struct err *err) must_use;

/* --- ask.c: an answer that is heard --------------------------------------- */

struct hearing {
	struct arena *arena;
	struct remote_answer answer;
	struct curl_slist *headers; /* of the question */
	struct buf body;
	size_t limit;
	bool too_large;
};

/* Puts the question to the handle, which is performed then. */
bool hearing_begin(struct hearing *hearing, struct remote *remote,
    const struct remote_request *request, struct err *err) must_use;
/* What came of it; frees what it held, also without hearing_begin's success. */
bool hearing_end(struct hearing *hearing, struct remote *remote, CURLcode code,
    struct err *err) must_use;

#endif
