/* What of the answers is audited: all that a worker serves, refused or not. */
#include "serve.h"
#include "homeroom/audit.h"

#include <stdatomic.h>

/* There is one audit in a process; the edge knows only audited_note. */
static struct audit *_Atomic current;

void audited_use(struct audit *audit)
{
	atomic_store(&current, audit);
}

static const char *fault_name(const struct request *rq)
{
	return rq->err.fault == FAULT_NONE ? NULL
					   : fault_rules[rq->err.fault].name;
}

bool audited_note(struct request *rq, int64_t bytes, struct err *err)
{
	struct audit *audit = atomic_load(&current);
	struct audit_entry entry = {
		.at = clock_now(),
		.application = rq->caller.application,
		.method = method_word(rq->method),
		.filter = rq->filter,
		.since = rq->since,
		.fault = fault_name(rq),
		.address = rq->client,
		.request = rq->id,
		.status = rq->status,
		.requests = bytes < 0 ? 0 : 1,
		.rows = bytes < 0 ? 0 : rq->rows,
		.bytes = bytes,
		.version = rq->version,
	};

	if (audit == NULL || rq->route == NULL || rq->route->errand == NULL ||
	    rq->method == METHOD_OPTIONS)
		return true;
	entry.endpoint = rq->route->path;
	return audit_note(audit, &entry, err);
}
