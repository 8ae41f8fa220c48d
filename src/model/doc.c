/* Writes JSON documents a member a line, so that a review shows a row's whole
 * effect. */
#include "model.h"

#include <string.h>

static void new_item(struct doc *j)
{
	if (!j->first)
		buf_char(j->out, ',');
	if (j->depth > 0)
		buf_char(j->out, '\n');
	for (int i = 0; i < j->depth; i++)
		buf_puts(j->out, "  ");
	j->first = false;
}

void doc_key(struct doc *j, const char *name)
{
	new_item(j);
	json_quote(j->out, name, strlen(name));
	buf_puts(j->out, ": ");
}

/* Opens an object or a list as the member `name`, or as an item (NULL). */
void doc_open(struct doc *j, const char *name, char bracket)
{
	if (name != NULL)
		doc_key(j, name);
	else
		new_item(j);
	buf_char(j->out, bracket);
	j->depth++;
	j->first = true;
}

void doc_close(struct doc *j, char bracket)
{
	bool empty = j->first;

	j->depth--;
	j->first = true;
	if (!empty) {
		j->first = true;
		buf_char(j->out, '\n');
		for (int i = 0; i < j->depth; i++)
			buf_puts(j->out, "  ");
	}
	j->first = false;
	buf_char(j->out, bracket);
}

void doc_string(struct doc *j, const char *name, const char *value)
{
	if (name != NULL)
		doc_key(j, name);
	else
		new_item(j);
	json_quote(j->out, value, strlen(value));
}

void doc_bare(struct doc *j, const char *name, const char *value)
{
	if (name != NULL)
		doc_key(j, name);
	else
		new_item(j);
	buf_puts(j->out, value);
}

void doc_reference(struct doc *j, const char *name, const char *kind,
    const char *of, const char *suffix)
{
	struct buf target = { 0 };

	doc_open(j, name, '{');
	buf_printf(&target, "#/components/%s/%s%s", kind, of, suffix);
	doc_string(j, "$ref", buf_text(&target));
	buf_free(&target);
	doc_close(j, '}');
}
