/* Where a PostgreSQL database is, and how sure we must be of it. */
#include "query.h"

#include <string.h>
#include <unistd.h>

#include <libpq-fe.h>

/* libpq knows the system's own list from version 16 on. */
#define SYSTEM_LIST "/etc/ssl/certs/ca-certificates.crt"
#define SYSTEM_SINCE 160000

static const char *find(const PQconninfoOption *options, const char *key)
{
	for (; options->keyword != NULL; options++)
		if (strcmp(options->keyword, key) == 0)
			return options->val;
	return NULL;
}

static PQconninfoOption *parse(const char *database, struct err *err)
{
	PQconninfoOption *options = PQconninfoParse(database, NULL);

	if (options == NULL)
		err_set(err, FAULT_INVALID,
		    "the database's address can't be read: it is "
		    "postgresql://host/name");
	return options;
}

bool postgres_check(const char *database, struct err *err)
{
	PQconninfoOption *options = parse(database, err);
	bool good;

	if (options == NULL)
		return false;
	good = find(options, "password") == NULL;
	PQconninfoFree(options);
	return good ||
	       fail(err, FAULT_INVALID,
		   "the database's address holds a password: give it as "
		   "`password` or `passwordFile`");
}

/* On this machine: nobody else is on the way. */
static bool is_local(const char *host)
{
	if (host == NULL || *host == '\0')
		return true;
	return strchr(host, ',') == NULL &&
	       (*host == '/' || *host == '@' ||
		   strcmp(host, "localhost") == 0 ||
		   strncmp(host, "127.", 4) == 0 || strcmp(host, "::1") == 0);
}

static const char *system_list(void)
{
	return PQlibVersion() >= SYSTEM_SINCE ? "system" : SYSTEM_LIST;
}

static void add(struct parameters *p, const char *key, const char *value)
{
	if (value == NULL || p->count == PARAMETERS_MAX - 1)
		return;
	p->keys[p->count] = key;
	p->values[p->count++] = value;
}

/* Of a key that is there twice, libpq takes the last. */
bool postgres_parameters(const struct queries *queries, struct parameters *p,
    struct err *err)
{
	const struct query_account *account = &queries->account;
	PQconninfoOption *options = parse(account->database, err);

	if (options == NULL)
		return false;
	if (!is_local(find(options, "host"))) {
		add(p, "sslmode", "verify-full");
		add(p, "sslrootcert", system_list());
	}
	add(p, "connect_timeout", "20");
	add(p, "tcp_user_timeout", "60000");
	add(p, "fallback_application_name", "homeroom");
	for (const PQconninfoOption *o = options; o->keyword != NULL; o++)
		if (o->val != NULL)
			add(p, arena_text(queries->arena, o->keyword),
			    arena_text(queries->arena, o->val));
	add(p, "sslrootcert", account->authorities);
	add(p, "user", account->user);
	add(p, "password", account->password);
	add(p, "client_encoding", "UTF8");
	PQconninfoFree(options);
	return true;
}
