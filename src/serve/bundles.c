/* CSV bundles by HTTP: the file of the live version, or a wait for the making
 * of it. */
#include "homeroom/model.h"
#include "homeroom/publish.h"
#include "serve.h"

#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

/* There is one set of makers in a process. */
static struct makers *_Atomic current;

void bundles_use(struct makers *makers)
{
	atomic_store(&current, makers);
}

/* --- the answer ----------------------------------------------------------- */

static const char *format_name(const struct request *rq)
{
	const enum oneroster *format = rq->route->of;

	return *format == V11 ? "v1p1" : "v1p2";
}

static void put_tag(struct request *rq, const char *tag, int64_t version)
{
	rq->version = version;
	reply_header(rq, "ETag", tag);
	/* About children: never in a shared cache. */
	reply_header(rq, "Cache-Control", "private, no-cache");
	reply_header(rq, "Homeroom-Version", arena_number(rq->arena, version));
}

static void put_headers(struct request *rq, const struct export *made)
{
	const char *mode = "bulk",
		   *version = arena_number(rq->arena, made->version);

	if (made->since > 0) {
		mode = arena_printf(rq->arena, "delta; since=%lld",
		    (long long)made->since);
		version = arena_printf(rq->arena, "%lld-since-%lld",
		    (long long)made->version, (long long)made->since);
	}
	put_tag(rq, made->tag, made->version);
	reply_header(rq, "Accept-Ranges", "bytes");
	reply_header(rq, "Homeroom-Bundle", mode);
	reply_header(rq, "Content-Disposition",
	    made->file != NULL
		? arena_printf(rq->arena, "attachment; filename=\"%s\"",
		      made->file)
		: arena_printf(rq->arena,
		      "attachment; filename=\"oneroster-%s-%s.zip\"",
		      format_name(rq), version));
}

/* 206 and 416 say how much there is. */
static void put_content_range(struct request *rq, const struct span *span,
    int64_t size, bool bad)
{
	reply_header(rq, "Content-Range",
	    bad ? arena_printf(rq->arena, "bytes */%lld", (long long)size)
		: arena_printf(rq->arena, "bytes %lld-%lld/%lld",
		      (long long)span->at,
		      (long long)(span->at + span->len - 1), (long long)size));
	rq->status = bad ? 416 : 206;
}

void bundle_reply(struct request *rq, const struct export *made)
{
	struct span span;
	enum range range = request_range(rq, made->tag, made->size, &span);
	const struct known *known = rq->job;
	int fd;

	put_headers(rq, made);
	if (known != NULL && known->version == made->version)
		known_note(known, made->tag);
	if (made->since > 0)
		rq->since = arena_number(rq->arena, made->since);
	if (request_has(rq, made->tag)) {
		rq->status = 304;
		return;
	}
	if (range != RANGE_NONE)
		put_content_range(rq, &span, made->size, range == RANGE_BAD);
	if (range == RANGE_BAD)
		return;
	fd = fcntl(made->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		err_set(&rq->err, FAULT_UNAVAILABLE, "too many open files");
	else
		reply_file(rq, fd, span.at, span.len);
}

void bundle_close(struct export *made)
{
	close(made->fd);
	made->fd = -1;
}

/* --- the question --------------------------------------------------------- */

static bool read_wanted(const struct request *rq, struct export_wanted *wanted,
    struct err *err)
{
	const enum oneroster *format = rq->route->of;
	const char *since = request_param(rq, "since");

	*wanted = (struct export_wanted){
		.application = rq->caller.application,
		.epoch = rq->caller.epoch,
		.scopes = rq->caller.scopes,
		.format = *format,
	};
	if (since != NULL &&
	    !text_integer((struct text){ since, strlen(since) }, 1, INT64_MAX,
		&wanted->since))
		return fail(err, FAULT_BAD_REQUEST,
		    "since must be the number of a version.");
	return true;
}

/* False: a maker has it now. */
static bool answer_now(struct request *rq, struct db *db, struct err *err)
{
	struct makers *makers = atomic_load(&current);
	struct export_wanted wanted;
	struct export found;

	if (!read_wanted(rq, &wanted, err) ||
	    !export_find(db, rq->arena, config_get("HOMEROOM_HOME"), &wanted,
		&found, err))
		return true;
	if (found.fd >= 0) {
		bundle_reply(rq, &found);
		bundle_close(&found);
		return true;
	}
	if (makers != NULL && makers_give(makers, rq, &wanted))
		return false;
	err_set(err, FAULT_UNAVAILABLE, "too many wait for bundles");
	return true;
}

/* GET /bundles/{version}.zip */
static bool run(struct request *rq, struct db *db, struct err *err)
{
	if (answer_now(rq, db, err))
		loop_take_back(rq);
	return true;
}

/* What the client has already is told from memory. */
static bool knows(struct request *rq)
{
	struct export_wanted wanted;
	struct allowance now;
	struct err ignored = { 0 };
	struct known *known;
	char tag[KNOWN_TAG];

	if (!accounts_certain(&rq->caller, &now) ||
	    !read_wanted(rq, &wanted, &ignored))
		return false;
	known = arena_alloc(rq->arena, sizeof(*known));
	known_begin(known, &wanted, &now);
	rq->job = known;
	if (!known_find(known, tag) || !request_names(rq, tag))
		return false;
	put_tag(rq, tag, now.version);
	rq->status = 304;
	return true;
}

static const struct errand bundle_errand = { .knows = knows,
	.run = run,
	.keeps = true };

static const enum oneroster v11 = V11, v12 = V12;

/* Of each version, what may read its orgs. */
#define ROSTER (SCOPE_ROSTER | SCOPE_ROSTER_CORE)

/* clang-format off */
const struct route bundle_routes[] = {
	{ METHOD_GET, "/bundles/v1p1.zip", DIALECT_PROBLEM, ROSTER << SCOPE_11, limits_admit, .errand = &bundle_errand, .of = &v11, .media = "application/zip", .oauth1 = true },
	{ METHOD_GET, "/bundles/v1p2.zip", DIALECT_PROBLEM, ROSTER, limits_admit, .errand = &bundle_errand, .of = &v12, .media = "application/zip" },
	{ 0 },
};
/* clang-format on */
