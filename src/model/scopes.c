/* Scopes as texts: what a client asks for, what a token says. */
#include "homeroom/model.h"

#include <string.h>

static unsigned find(struct text uri)
{
	for (const struct scope_name *s = scope_names; s->uri != NULL; s++)
		if (text_is(uri, s->uri))
			return s->bit;
	return 0;
}

unsigned scopes_read(const char *list)
{
	unsigned scopes = 0;

	while (*list != '\0') {
		size_t len = strcspn(list, " ");

		scopes |= find((struct text){ list, len });
		list += len + (list[len] == ' ');
	}
	return scopes;
}

void scopes_write(struct buf *out, unsigned scopes)
{
	const char *space = "";

	for (const struct scope_name *s = scope_names; s->uri != NULL; s++) {
		if ((scopes & s->bit) == 0)
			continue;
		buf_printf(out, "%s%s", space, s->uri);
		space = " ";
	}
}

unsigned scopes_named(const char *name)
{
	unsigned scopes = 0;

	for (const struct scope_name *s = scope_names; s->uri != NULL; s++)
		if (strcmp(s->uri, name) == 0 ||
		    strcmp(strrchr(s->uri, '/') + 1, name) == 0)
			scopes |= s->bit;
	return scopes;
}
