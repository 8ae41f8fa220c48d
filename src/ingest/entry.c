/* What a file in a bundle may be called. */
#include "ingest.h"

#include <string.h>

#define NAME_MAX_LENGTH 255

static bool has_segment(const char *path, const char *segment)
{
	size_t len = strlen(segment);

	for (const char *at = path; at != NULL;) {
		if (strncmp(at, segment, len) == 0 &&
		    (at[len] == '/' || at[len] == '\0'))
			return true;
		at = strchr(at, '/');
		at = at != NULL ? at + 1 : NULL;
	}
	return false;
}

bool entry_is_plain(const char *path)
{
	size_t len = strlen(path);

	if (len == 0 || len > NAME_MAX_LENGTH || path[0] == '/' ||
	    !utf8_valid(path, len))
		return false;
	for (const char *c = path; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f || *c == '\\' ||
		    *c == ':')
			return false;
	return !has_segment(path, "..") && !has_segment(path, ".");
}

bool entry_is_litter(const char *path)
{
	const char *base = strrchr(path, '/');

	base = base != NULL ? base + 1 : path;
	return has_segment(path, "__MACOSX") ||
	       strcmp(base, ".DS_Store") == 0 ||
	       strcmp(base, "Thumbs.db") == 0 ||
	       strcmp(base, "desktop.ini") == 0;
}
