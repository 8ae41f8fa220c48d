/* homeroom demo: everything at once, over a made-up district. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/ingest.h"
#include "homeroom/publish.h"
#include "homeroom/sandbox.h"
#include "homeroom/serve.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define STUDENTS 1000
#define APPLICATION "demo"

static const struct flag flags_known[] = {
	{ "--port", "PORT",
	    "Where it serves; 0 takes any free port (default: 8080)" },
	{ "--students", "N",
	    "Students of the made-up district (default: 1000)" },
	{ 0 },
};

static const struct command command = {
	.usage = "demo [--port PORT] [--students N]",
	.meaning = "Makes up a school district, takes it in and serves it to "
		   "an application, until\nCtrl-C. It is the roster of "
		   "HOMEROOM_HOME until you import one; yours, if there\n"
		   "is one, is served as it is.\n",
	.flags = flags_known,
	.settings = SETTINGS_READ,
};

/* --- the district --------------------------------------------------------- */

static bool make_up(const char *folder, int64_t students, struct err *err)
{
	/* The rules and grants that people try ask what day it is. */
	struct district_plan plan = { .students = students,
		.seed = 1,
		.year = district_year(clock_now()) };
	struct district *district;
	struct progress progress;
	int64_t done = 0, total = 1;
	bool ok;

	if (!district_open(&district, &plan, folder, err))
		return false;
	progress_begin(&progress, "making up a district");
	do {
		ok = district_step(district, &done, &total, err);
		progress_step(&progress, done, total);
	} while (ok && done < total);
	progress_end(&progress);
	district_close(district);
	return ok;
}

/* Whether the district holds data of somebody's own, which a made-up one must
 * not be mixed into. */
static bool has_own_data(struct db *db, struct house *house, int64_t district,
    bool *has, struct err *err)
{
	struct values values = { 0 };
	const struct rows *rows;

	values_add(&values, arena_number(house->arena, district));
	values_add(&values, INGEST_MADE_UP);
	if (!db_ask(db, house->arena, STATEMENT_source_others, &values, &rows,
		err))
		return false;
	*has = rows_count(rows) > 0;
	return true;
}

static bool import(struct db *db, const struct ingest_request *request,
    struct err *err)
{
	struct ingest *ingest = ingest_open(db, request);
	struct progress progress;
	bool more = true, ok = true;

	progress_begin(&progress, "taking it in");
	while (ok && more) {
		struct ingest_progress at = ingest_progress(ingest);

		progress_step(&progress, at.done, at.total);
		ok = ingest_step(ingest, &more, err);
	}
	progress_end(&progress);
	if (ok && ingest_report(ingest)->outcome == INGEST_REFUSED)
		ok = fail(err, FAULT_CONFLICT, "the district is refused: %s",
		    ingest_report(ingest)->reason);
	ingest_close(ingest);
	return ok;
}

static bool take_in(struct house *house, int64_t students, struct err *err)
{
	struct ingest_request request = { .source = INGEST_MADE_UP,
		.path = arena_printf(house->arena, "%s/made-up-district",
		    config_get("HOMEROOM_HOME")),
		.accept = true };
	struct db *db;
	bool own = false, ok;

	if (!db_open(&db, house->url, DB_INGEST, err))
		return false;
	ok = config_number("HOMEROOM_RETENTION_DAYS", 0, 100000,
		 &request.keep_days, err) &&
	     district_find(db, house->arena, NULL, &request.district, err) &&
	     has_own_data(db, house, request.district, &own, err);
	if (ok && own)
		puts("This home holds data of your own: the demo serves it, "
		     "and makes nothing up.");
	else if (ok)
		ok = make_up(request.path, students, err) &&
		     import(db, &request, err);
	db_close(db);
	return ok;
}

/* --- its application ------------------------------------------------------ */

/* The secret is stored only as its hash: a demo that starts again gives its
 * application a new one. */
static bool give_credentials(struct house *house, struct credentials *out,
    struct err *err)
{
	struct application wanted = { .full = true, .scopes = ~0U };
	struct change change = { .name = APPLICATION, .who = house_who(house) };
	struct err taken = { 0 };
	struct db *db;
	bool ok;

	if (!db_open(&db, house->url, DB_OWNER, err))
		return false;
	ok = district_find(db, house->arena, NULL, &change.district, err);
	if (ok && !application_create(db, house->arena, &change, &wanted, out,
		      &taken)) {
		if (taken.fault == FAULT_CONFLICT)
			ok = application_rotate(db, house->arena, &change, 0,
			    out, err);
		else
			ok = fail(err, taken.fault, "%s", taken.text);
	}
	db_close(db);
	return ok;
}

/* --- what to try ---------------------------------------------------------- */

static void say_what_to_try(const char *base, const struct credentials *who)
{
	printf("\nHomeroom serves a made-up district. A publisher's program "
	       "would do this:\n\n"
	       "  TOKEN=$(curl -s -u %s:%s \\\n"
	       "    -d grant_type=client_credentials %s/oauth/token | "
	       "sed 's/.*\"access_token\":\"\\([^\"]*\\).*/\\1/')\n"
	       "  curl -s -H \"Authorization: Bearer $TOKEN\" "
	       "'%s/ims/oneroster/rostering/v1p2/schools'\n"
	       "  curl -s -H \"Authorization: Bearer $TOKEN\" "
	       "'%s/ims/oneroster/v1p1/students?limit=2'\n\n",
	    who->client_id, who->client_secret, base, base, base);
	puts("Your own district, instead of it: build/homeroom import "
	     "BUNDLE.zip\nCtrl-C ends the demo.\n");
}

static void print_ready(const char *base, const struct credentials *who)
{
	say_what_to_try(base, who);
	printf("{\"ready\":true,\"baseUrl\":\"%s\",\"tokenUrl\":\"%s"
	       "/oauth/token\",\"clientId\":\"%s\",\"clientSecret\":\"%s\"}\n",
	    base, base, who->client_id, who->client_secret);
	fflush(stdout);
}

static bool run(struct daemon *daemon, int64_t students, struct err *err)
{
	struct credentials credentials;
	const char *base;

	if (!daemon_open(daemon, DB_SERVE, err) ||
	    !take_in(&daemon->house, students, err) ||
	    !give_credentials(&daemon->house, &credentials, err))
		return false;
	base = arena_printf(daemon->house.arena, "http://127.0.0.1:%d",
	    serve_port(daemon->server));
	print_ready(base, &credentials);
	daemon_wait(daemon);
	return true;
}

int cli_demo(int argc, char **argv)
{
	struct daemon daemon = { .serves = true, .works = true };
	struct flags flags;
	struct err err = { 0 };
	int64_t port = 8080, students = STUDENTS;
	char listen[32];
	bool done;

	if (!flags_read(&flags, &command, argc, argv) ||
	    !flags_number(&flags, "--port", 0, 65535, &port) ||
	    !flags_number(&flags, "--students", DISTRICT_STUDENTS_MIN,
		DISTRICT_STUDENTS_MAX, &students))
		return flags.exit;
	snprintf(listen, sizeof(listen), "127.0.0.1:%" PRId64, port);
	config_set("HOMEROOM_LISTEN", listen);
	done = run(&daemon, students, &err);
	daemon_close(&daemon);
	return done ? 0 : failed(&err);
}
