/* Tokens for the district itself, to look at what an application sees. */
#include "homeroom/serve.h"
#include "oauth.h"
#include "homeroom/publish.h"

static bool note(struct db *db, struct arena *arena,
    const struct lending *lending, int64_t until, struct err *err)
{
	char time[CLOCK_TEXT];
	const struct values values = { 3,
		{ arena_number(arena, lending->application->id), lending->who,
		    time } };

	clock_format(time, until);
	return db_ask(db, arena, STATEMENT_application_lend, &values, NULL,
	    err);
}

bool serve_lend(struct db *db, struct arena *arena,
    const struct lending *lending, const char **token, struct err *err)
{
	const char *url = config_get("HOMEROOM_PUBLIC_URL");
	const struct application *of = lending->application;
	struct claims claims = { .client_id = of->client_id,
		.application = of->id,
		.epoch = of->epoch,
		.scopes = of->scopes,
		.full = of->full,
		.expires = clock_now() + lending->minutes * 60 * SECOND };
	struct ring *ring;
	bool done;

	if (!of->enabled)
		return fail(err, FAULT_FORBIDDEN,
		    "the application '%s' is disabled", of->name);
	if (!load_ring(&ring, db, config_get("HOMEROOM_KEY_FILE"),
		url != NULL ? url : OAUTH_ISSUER, err))
		return false;
	done = token_make(ring, arena, &claims, token, err) &&
	       note(db, arena, lending, claims.expires, err);
	ring_free(ring);
	return done;
}
