/* What those who run the server ask it: is it alive, is it ready, what has it
 * done. */
#include "serve.h"

/* GET /healthz: the loop runs. */
static bool healthy(struct request *rq, struct err *err)
{
	(void)err;
	buf_puts(&rq->reply, "{\"status\":\"ok\"}");
	return true;
}

/* GET /readyz: and Postgres answers. */
static bool ready(struct request *rq, struct err *err)
{
	if (!workers_ready())
		return fail(err, FAULT_UNAVAILABLE,
		    "no worker reached the database lately");
	reply_header(rq, "Cache-Control", "no-store");
	buf_puts(&rq->reply, "{\"status\":\"ready\"}");
	return true;
}

/* GET /metrics, for Prometheus. */
static bool metrics(struct request *rq, struct err *err)
{
	(void)err;
	reply_header(rq, "Cache-Control", "no-store");
	edge_metrics(rq, &rq->reply);
	workers_metrics(&rq->reply);
	limits_metrics(&rq->reply);
	return true;
}

#define PROMETHEUS "text/plain; version=0.0.4; charset=utf-8"

/* clang-format off */
const struct route status_routes[] = {
	{ METHOD_GET, "/healthz", DIALECT_PROBLEM, .here = healthy },
	{ METHOD_GET, "/readyz",  DIALECT_PROBLEM, .here = ready },
	{ METHOD_GET, "/metrics", DIALECT_PROBLEM, .here = metrics, .media = PROMETHEUS },
	{ 0 },
};
/* clang-format on */
