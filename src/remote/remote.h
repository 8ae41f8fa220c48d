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

#endif
