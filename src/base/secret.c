/* Secrets that settings name by their files. */
#include "homeroom/base.h"

#include <stdio.h>
#include <string.h>

#define SECRET_MAX 4096

bool secret_read(struct arena *arena, const char *file, const char **out,
    struct err *err)
{
	char text[SECRET_MAX] = "";
	FILE *in = fopen(file, "re");

	if (in == NULL)
		return fail(err, FAULT_INVALID, "%s can't be read: %m", file);
	if (fgets(text, sizeof(text), in) == NULL)
		text[0] = '\0';
	fclose(in);
	text[strcspn(text, "\r\n")] = '\0';
	*out = arena_text(arena, text);
	explicit_bzero(text, sizeof(text));
	return **out != '\0' ||
	       fail(err, FAULT_INVALID, "%s: its first line is empty", file);
}
