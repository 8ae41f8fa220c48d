/* Users of this machine. */
#include "homeroom/base.h"

#include <pwd.h>
#include <unistd.h>

const char *user_name(struct arena *arena, unsigned uid)
{
	struct passwd entry, *user = NULL;
	char text[4096];

	if (getpwuid_r(uid, &entry, text, sizeof(text), &user) != 0 ||
	    user == NULL)
		return NULL;
	return arena_text(arena, user->pw_name);
}
