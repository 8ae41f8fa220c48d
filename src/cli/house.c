/* The database of a command, from the settings to a connection. */
#include "homeroom/cli.h"
#include "cli.h"
#include "homeroom/publish.h"
#include "homeroom/serve.h"

#include <unistd.h>

bool house_open(struct house *house, enum db_role role, struct err *err)
{
	int applied;

	*house = (struct house){ .arena = arena_new() };
	house->url = config_get("HOMEROOM_DATABASE_URL");
	if (house->url == NULL &&
	    !cluster_start(&house->cluster, config_get("HOMEROOM_HOME"),
		house->arena, &house->url, err))
		return false;
	if (migrate(house->url, &applied, err) &&
	    db_open(&house->db, house->url, role, err))
		return true;
	if (house->cluster == NULL)
		err_add(err, "HOMEROOM_DATABASE_URL");
	return false;
}

void house_close(struct house *house)
{
	db_close(house->db);
	cluster_stop(house->cluster);
	arena_free(house->arena);
}

bool house_enter(struct house *house, enum db_role role,
    const struct flags *flags, int64_t *district, struct err *err)
{
	return house_open(house, role, err) &&
	       district_find(house->db, house->arena,
		   flags_get(flags, "--district"), district, err);
}

bool house_has(struct house *house, int64_t district, const char *kind,
    const char *name, struct err *err)
{
	const struct setting_which which = { district, kind, name, NULL };
	const struct setting_text *list;
	int count;

	if (!settings_list(house->db, house->arena, &which, &list, &count, err))
		return false;
	return count > 0 || settings_lack(kind, name, err);
}

bool house_settled(bool done)
{
	if (done)
		serve_settle();
	return done;
}

const char *house_who(struct house *house)
{
	const char *name = user_name(house->arena, getuid());

	if (name != NULL)
		return name;
	return arena_printf(house->arena, "uid %ld", (long)getuid());
}
