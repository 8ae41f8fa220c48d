/* Templates: texts in which what happened is filled in. */
#include "homeroom/notify.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#define NAME_MAX_LENGTH 40

/* --- events --------------------------------------------------------------- */

/* clang-format off */
static const struct {
	const char *kind, *title;
} titles[] = {
	{ "run.failed",       "A run failed" },
	{ "import.refused",   "An import was refused" },
	{ "import.waiting",   "An import waits for approval" },
	{ "plan.waiting",     "A plan waits for approval" },
	{ "account.created",  "An account was made" },
	{ "account.disabled", "An account was disabled" },
	{ "account.deleted",  "An account was deleted" },
	{ "account.leaving",  "Somebody leaves soon" },
	{ "password.waiting", "A first password" },
};
/* clang-format on */

/* Of an unknown kind, the kind. */
static const char *title_of(const char *kind)
{
	for (size_t i = 0; i < array_length(titles); i++)
		if (strcmp(titles[i].kind, kind) == 0)
			return titles[i].title;
	return kind;
}

/* --- values --------------------------------------------------------------- */

/* Whatever it is, it is one line. */
static void put_value(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			buf_char(out, ' ');
		else
			buf_char(out, *text);
}

static void put_summary(struct buf *out, const struct telling *t)
{
	const char *title;
	bool alike = true;

	assert(t->count > 0 && t->events != NULL);
	title = title_of(t->events[0].kind);
	for (int i = 1; i < t->count; i++)
		alike =
		    alike && strcmp(t->events[i].kind, t->events[0].kind) == 0;
	if (t->total == 1) {
		put_value(out, title);
		buf_puts(out, ": ");
		put_value(out, t->events[0].subject);
	} else if (alike) {
		put_value(out, title);
		buf_printf(out, ", %" PRId64 " times", t->total);
	} else {
		buf_printf(out, "%" PRId64 " events", t->total);
	}
}

static void put_of_all(struct buf *out, struct text name,
    const struct telling *t)
{
	if (text_is(name, "district"))
		put_value(out, t->district);
	else if (text_is(name, "notification"))
		put_value(out, t->notification);
	else if (text_is(name, "count"))
		buf_printf(out, "%" PRId64, t->total);
	else if (text_is(name, "summary"))
		put_summary(out, t);
}

static void put_of_event(struct buf *out, struct text name,
    const struct telling *t, const struct told *event)
{
	char at[CLOCK_TEXT];

	if (text_is(name, "event")) {
		put_value(out, event->kind);
	} else if (text_is(name, "title")) {
		put_value(out, title_of(event->kind));
	} else if (text_is(name, "subject")) {
		put_value(out, event->subject);
	} else if (text_is(name, "at")) {
		clock_format(at, event->at);
		buf_puts(out, at);
	} else {
		for (int i = 0; i < event->data_count; i++)
			if (text_is(name, event->data[i].name))
				put_value(out, event->data[i].value);
		put_of_all(out, name, t);
	}
}

/* --- templates ------------------------------------------------------------ */

/* The name that begins at a brace, and where the text goes on. */
static bool take_name(const char **at, struct text *name)
{
	const char *text = *at + 1;
	size_t len = 0;

	while ((text[len] >= 'a' && text[len] <= 'z') ||
	       (text[len] >= 'A' && text[len] <= 'Z'))
		len++;
	*name = (struct text){ text, len };
	*at = text + len + 1;
	return len > 0 && len <= NAME_MAX_LENGTH && text[len] == '}';
}

static bool is_of_all(struct text name)
{
	return text_is(name, "district") || text_is(name, "notification") ||
	       text_is(name, "count") || text_is(name, "summary");
}

static bool check_name(struct text name, bool *each, struct err *err)
{
	bool turns = text_is(name, "each") || text_is(name, "end");

	if (turns && text_is(name, "each") == *each)
		return fail(err, FAULT_INVALID,
		    "{each} and {end} come in turn");
	if (turns)
		*each = !*each;
	else if (!*each && !is_of_all(name))
		return fail(err, FAULT_INVALID,
		    "{" TEXT_FMT "} is of an event: it stands between {each} "
		    "and {end}",
		    TEXT_ARG(name));
	return true;
}

bool template_check(const char *text, struct err *err)
{
	bool each = false;
	struct text name;

	while (*(text += strcspn(text, "{")) != '\0') {
		if (text[1] == '{') {
			text += 2;
			continue;
		}
		if (!take_name(&text, &name))
			return fail(err, FAULT_INVALID,
			    "a brace begins a name, like {summary}; {{ is one "
			    "brace");
		if (!check_name(name, &each, err))
			return false;
	}
	return !each || fail(err, FAULT_INVALID, "{each} has no {end}");
}

/* Up to {each}, {end} or the end of the text. */
static const char *render_part(struct buf *out, const char *text,
    const struct telling *t, const struct told *event, struct text *stop)
{
	struct text name;

	for (;;) {
		size_t len = strcspn(text, "{");

		buf_add(out, text, len);
		text += len;
		*stop = (struct text){ NULL, 0 };
		if (*text == '\0')
			return text;
		if (text[1] == '{') {
			buf_char(out, '{');
			text += 2;
			continue;
		}
		(void)take_name(&text, &name);
		*stop = name;
		/* Alone on their lines, these two leave none behind. */
		if (text_is(name, "each") || text_is(name, "end"))
			return text + (*text == '\n');
		if (event != NULL)
			put_of_event(out, name, t, event);
		else
			put_of_all(out, name, t);
	}
}

static const char *render_each(struct buf *out, const char *from,
    const struct telling *t)
{
	const char *end = from;
	struct buf nothing = { 0 };
	struct text stop;

	end = render_part(&nothing, from, t, NULL, &stop);
	buf_free(&nothing);
	for (int i = 0; i < t->count; i++)
		(void)render_part(out, from, t, &t->events[i], &stop);
	if (t->total > t->count)
		buf_printf(out, "… and %" PRId64 " more\n",
		    t->total - t->count);
	return end;
}

bool template_asks(const char *text, const char *name)
{
	struct text found;

	while (*(text += strcspn(text, "{")) != '\0') {
		if (text[1] == '{')
			text += 2;
		else if (take_name(&text, &found) && text_is(found, name))
			return true;
	}
	return false;
}

void template_render(struct buf *out, const char *text,
    const struct telling *telling)
{
	struct text stop;

	for (;;) {
		text = render_part(out, text, telling, NULL, &stop);
		if (stop.at == NULL)
			return;
		if (text_is(stop, "each"))
			text = render_each(out, text, telling);
	}
}
