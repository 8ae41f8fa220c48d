/* How grave checks of the roster are, as settings say it: codes of checks, and
 * words. */
#include "settings.h"
#include "../tree/tree.h"
#include "homeroom/checks.h"

bool settings_check_severities(const char *file, const struct node *map,
    struct err *err)
{
	enum severity severity;

	for (const struct node *k = map->first; k != NULL; k = k->next) {
		if (!check_is_known(k->text))
			return fail(err, FAULT_INVALID,
			    "%s:%d: there is no check '%s'; `homeroom check "
			    "--list` lists them",
			    file, k->line, k->text);
		if (k->value->shape != SCALAR ||
		    !severity_read(k->value->text, &severity))
			return fail(err, FAULT_INVALID,
			    "%s:%d: %s must be off, info, warning or error",
			    file, k->line, k->text);
	}
	return true;
}
