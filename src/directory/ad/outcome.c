/* How a task ends: done, refused (and why), again, or not known. */
#include "ad.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void end(struct task *task, enum directory_result result,
    const char *anchor)
{
	task->finished = true;
	task->message = 0;
	task->out->result = result;
	if (anchor == NULL)
		anchor = task->change->anchor;
	if (anchor != NULL)
		task->out->anchor = arena_text(task->act->arena, anchor);
}

void task_done(struct task *task, const char *anchor)
{
	end(task, DIRECTORY_DONE, anchor);
}

void task_already(struct task *task, const char *anchor)
{
	end(task, DIRECTORY_ALREADY, anchor);
	task->out->why = "it was so before";
}

void task_refuse(struct task *task, enum directory_reason reason,
    const char *fmt, ...)
{
	char why[512];
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, sizeof(why), fmt, args);
	va_end(args);
	end(task, DIRECTORY_REFUSED, NULL);
	task->out->reason = reason;
	task->out->why = arena_text(task->act->arena, why);
}

void task_again(struct task *task, int64_t after, const char *why)
{
	end(task, DIRECTORY_AGAIN, NULL);
	task->out->again_ms = after;
	task->out->why = why;
}

void task_lost(struct task *task)
{
	if (!task->writing) {
		task_again(task, 0,
		    "the connection was lost before it was done");
		return;
	}
	end(task, DIRECTORY_UNKNOWN, NULL);
	task->out->why = "the connection was lost while it was being done: "
			 "look before it is repeated";
}

void task_answered(struct task *task, const struct answer *answer)
{
	const struct refusal *row = refusal_find(answer->code, answer->words);
	struct arena *arena = task->act->arena;
	char hex[9];

	refusal_hex(hex, answer->words);
	end(task, row->result, NULL);
	task->out->reason = row->reason;
	task->out->again_ms = row->again_ms;
	task->out->code = arena_printf(arena, "%d%s%s", answer->code,
	    hex[0] != '\0' ? " " : "", hex);
	task->out->words =
	    arena_printf(arena, "%s%s%s", ldap_err2string(answer->code),
		answer->words[0] != '\0' ? ": " : "", answer->words);
	task->out->why = row->why;
	/* The same words of the server's are said of what is to be made, and
	 * of what it is to be made in. */
	if (row->reason == DIRECTORY_NO_ENTRY && task->change->place != NULL) {
		task->out->reason = DIRECTORY_NO_PLACE;
		task->out->why = "the container is not there: make it first";
	}
}
