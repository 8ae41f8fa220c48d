/* The discovery documents of OneRoster 1.2: what each service offers, as this
 * server has it. */
#include "../serve.h"
#include "homeroom/model.h"

#include <string.h>

/* GET {service}/discovery/{file}: the document, with our own address. */
bool oneroster_discover(struct request *rq, struct err *err)
{
	const struct document *document = rq->route->of;
	const char *at = document->text;

	(void)err;
	buf_reserve(&rq->reply, document->len);
	for (;;) {
		const char *server = strstr(at, API_SERVER);

		if (server == NULL)
			break;
		buf_add(&rq->reply, at, (size_t)(server - at));
		buf_puts(&rq->reply, rq->base_url);
		at = server + strlen(API_SERVER);
	}
	buf_puts(&rq->reply, at);
	reply_header(rq, "Cache-Control", "public, max-age=3600");
	return true;
}
