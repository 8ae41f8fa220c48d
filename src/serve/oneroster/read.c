/* The reads of OneRoster, all of them: pages of collections, with or without a
 * parent, and single records. */
#include "../serve.h"
#include "homeroom/model.h"
#include "homeroom/publish.h"

#include <string.h>

static void take_ids(const struct request *rq, const struct target *target,
    struct question *question)
{
	if (target->single) {
		question->id = rq->ids[0];
		return;
	}
	for (size_t i = 0;
	     target->link != NULL && i < array_length(question->ids); i++)
		question->ids[i] = rq->ids[i];
}

/* For the audit: names of fields, and the time that a delta begins with. */
static void tell_filter(struct request *rq, const struct filter *filter)
{
	const char *names = NULL;

	for (int i = 0; i < filter->count; i++) {
		const struct clause *c = &filter->clauses[i];
		const char *name = c->part != NULL
				       ? arena_printf(rq->arena, "%s.%s",
					     c->field->name, c->part->name)
				       : c->field->name;
		bool later = c->predicate == MORE || c->predicate == AT_LEAST;

		names = names == NULL
			    ? name
			    : arena_printf(rq->arena, "%s,%s", names, name);
		if (later && c->field->kind == MODIFIED)
			rq->since = c->value;
	}
	rq->filter = names;
}

/* GET /{collection}, /{collection}/{id}, /{parents}/{id}/{collection}: what is
 * asked for. */
static bool ask(struct request *rq, struct reading *reading, struct err *err)
{
	const struct target *target = rq->route->of;
	struct question *question = &reading->question;

	question->of = target->of;
	question->link = target->link;
	question->base = rq->base_url;
	question->sel.entity = target->of->entity;
	question->sel.version = target->api->version;
	take_ids(rq, target, question);
	if (!selection_parse(&question->sel, rq->arena, rq->params,
		rq->param_count, target->single, err))
		return false;
	tell_filter(rq, &question->sel.filter);
	return target->single || cursor_read(rq, question, err);
}

/* 1.1 tells what it did not understand beside the data. */
static void put_warning(struct buf *out, const struct target *target,
    const struct selection *sel)
{
	if (sel->warning == NULL)
		return;
	buf_puts(out, ",\"statusInfoSet\":[{\"imsx_codeMajor\":\"success\","
		      "\"imsx_severity\":\"warning\","
		      "\"imsx_operationRefIdentifier\":");
	json_quote(out, target->operation, strlen(target->operation));
	buf_puts(out, ",\"imsx_description\":");
	json_quote(out, sel->warning_text, strlen(sel->warning_text));
	buf_puts(out, ",\"imsx_codeMinor\":");
	json_quote(out, sel->warning, strlen(sel->warning));
	buf_puts(out, "}]");
}

static void answer(struct request *rq, struct reading *reading)
{
	const struct target *target = rq->route->of;
	const struct question *question = &reading->question;
	const struct entity *entity = question->sel.entity;
	struct buf *out = &rq->reply;

	buf_printf(out, "{\"%s\":%s",
	    target->single ? entity->one : entity->name,
	    target->single ? "" : "[");
	reading_records(reading, out);
	if (!target->single)
		buf_char(out, ']');
	put_warning(out, target, &question->sel);
	buf_char(out, '}');
	if (!target->single)
		cursor_reply(rq, question, &reading->answer);
	if (reading->answer.deletions_since[0] != '\0')
		reply_header(rq, "Homeroom-Deletions-Since",
		    reading->answer.deletions_since);
	tag_reply(rq, reading->answer.version, reading->answer.revision);
}

static bool is_large(const struct request *rq)
{
	const struct target *target = rq->route->of;
	const char *limit = request_param(rq, "limit");
	int64_t number;

	return !target->single && limit != NULL &&
	       text_integer((struct text){ limit, strlen(limit) }, 1, INT32_MAX,
		   &number) &&
	       number > READING_SMALL;
}

const struct errand oneroster_read = { .ask = ask,
	.answer = answer,
	.knows = tag_knows,
	.large = is_large };
