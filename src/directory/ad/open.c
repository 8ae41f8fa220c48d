/* A directory's settings, its life, and what it tells of itself. */
#include "ad.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* What is always read. Those that the server does not know it leaves out. */
static const char *const usual[] = { "objectClass", "objectGUID", "name",
	"userAccountControl", "isDeleted", "isRecycled", "lastKnownParent",
	"whenChanged", "adminCount", "isCriticalSystemObject",
	"lastLogonTimestamp", "sAMAccountName", "userPrincipalName",
	"displayName", "givenName", "sn", "initials", "mail", "mailNickname",
	"proxyAddresses", "employeeID", "employeeNumber", "employeeType",
	"description", "title", "department", "company", "division",
	"telephoneNumber", "physicalDeliveryOfficeName", "info", "manager",
	"homeDirectory", "homeDrive", "profilePath", "scriptPath",
	"accountExpires", "pwdLastSet", "whenCreated", "objectSid", "groupType",
	"msExchHideFromAddressLists" };

/* --- settings ------------------------------------------------------------- */

static bool is_server(const char *uri)
{
	LDAPURLDesc *url = NULL;
	bool good = ldap_url_parse(uri, &url) == LDAP_URL_SUCCESS &&
		    url->lud_host != NULL && url->lud_host[0] != '\0' &&
		    (url->lud_dn == NULL || url->lud_dn[0] == '\0') &&
		    (strcmp(url->lud_scheme, "ldap") == 0 ||
			strcmp(url->lud_scheme, "ldaps") == 0);

	ldap_free_urldesc(url);
	return good;
}

static bool check_servers(const struct directory_open *open, struct err *err)
{
	const char *uri;

	for (int i = 0; (uri = setting_at(open, "server", i)) != NULL; i++) {
		if (i == AD_SERVERS)
			return fail(err, FAULT_INVALID,
			    "server: %d of them are enough", AD_SERVERS);
		if (!is_server(uri))
			return fail(err, FAULT_INVALID,
			    "server: '%.100s' is not like "
			    "ldaps://dc1.school.example",
			    uri);
	}
	return true;
}

static bool check_words(const struct directory_open *open, struct err *err)
{
	const char *how = setting_of(open, "authentication");
	const char *changes = setting_of(open, "changes");
	const char *base = setting_of(open, "base");

	if (strcmp(how, "simple") != 0 && strcmp(how, "gssapi") != 0)
		return fail(err, FAULT_INVALID,
		    "authentication: is simple or gssapi");
	if (strcmp(changes, "usn") != 0 && strcmp(changes, "dirsync") != 0)
		return fail(err, FAULT_INVALID, "changes: is usn or dirsync");
	if (base != NULL && !dn_valid(base))
		return fail(err, FAULT_INVALID,
		    "base: '%.100s' is no DN like "
		    "OU=School,DC=school,DC=example",
		    base);
	/* A bind without a password succeeds, as nobody: RFC 4513 5.1.2. */
	if (strcmp(how, "simple") == 0 &&
	    (setting_of(open, "user") == NULL ||
		setting_of(open, "password") == NULL))
		return fail(err, FAULT_INVALID,
		    "%s: is missing: %s signs in with both",
		    setting_of(open, "user") == NULL ? "user" : "password",
		    how);
	return true;
}

static bool read_numbers(struct ad *ad, const struct directory_open *open,
    struct err *err)
{
	return setting_number(open, "timeout", 100, 600000, &ad->timeout,
		   err) &&
	       setting_number(open, "window", 1, 256, &ad->window, err) &&
	       setting_number(open, "page", 1, 1000, &ad->page, err);
}

bool ad_check(const struct directory_open *open, struct err *err)
{
	struct ad ad;

	return check_servers(open, err) && check_words(open, err) &&
	       read_numbers(&ad, open, err);
}

/* --- life ----------------------------------------------------------------- */

static const char *kept(struct ad *ad, const struct directory_open *open,
    const char *name)
{
	const char *value = setting_of(open, name);

	return value != NULL ? arena_text(ad->arena, value) : NULL;
}

static void list_asked(struct ad *ad, const struct directory_open *open)
{
	size_t more = 0;
	const char *name;

	while (setting_at(open, "attribute", (int)more) != NULL)
		more++;
	ad->asked = arena_alloc(ad->arena,
	    (array_length(usual) + more + 2) * sizeof(*ad->asked));
	for (size_t i = 0; i < array_length(usual); i++)
		ad->asked[ad->asked_count++] = usual[i];
	for (int i = 0; (name = setting_at(open, "attribute", i)) != NULL; i++)
		ad->asked[ad->asked_count++] = arena_text(ad->arena, name);
	ad->asked[ad->asked_count] = FIRST_MEMBERS;
}

bool ad_open(void **self, const struct directory_open *open, struct err *err)
{
	struct arena *arena = arena_new();
	struct ad *ad = arena_alloc(arena, sizeof(*ad));
	const char *uri;

	ad->arena = arena;
	ad->stop = open->stop;
	ad->root.arena = arena_new();
	if (!read_numbers(ad, open, err)) {
		ad_close(ad);
		return false;
	}
	while ((uri = setting_at(open, "server", ad->server_count)) != NULL)
		ad->servers[ad->server_count++] = arena_text(arena, uri);
	ad->base = kept(ad, open, "base");
	ad->user = kept(ad, open, "user");
	ad->password = kept(ad, open, "password");
	ad->authorities = kept(ad, open, "authorities");
	ad->gssapi = strcmp(setting_of(open, "authentication"), "gssapi") == 0;
	ad->dirsync = strcmp(setting_of(open, "changes"), "dirsync") == 0;
	list_asked(ad, open);
	/* A server that hangs up is an error to us, and not the end. */
	signal(SIGPIPE, SIG_IGN);
	*self = ad;
	return true;
}

void ad_close(void *self)
{
	struct ad *ad = self;

	ad_disconnect(ad);
	if (ad->password != NULL)
		explicit_bzero(not_const(ad->password), strlen(ad->password));
	memory_free(ad->attributes);
	arena_free(ad->root.arena);
	arena_free(ad->arena);
}

const char *ad_base(const struct ad *ad)
{
	return ad->base != NULL ? ad->base : ad->root.domain;
}

struct timeval ad_timeout(const struct ad *ad)
{
	long rest = ad->timeout % 1000;

	return (struct timeval){ ad->timeout / 1000, rest * 1000 };
}

bool ad_stopped(const struct ad *ad)
{
	return ad->stop != NULL && atomic_load(ad->stop);
}

/* --- looking -------------------------------------------------------------- */

static bool check_base(struct ad *ad, struct err *err)
{
	static const char *nothing[] = { LDAP_NO_ATTRS, NULL };
	struct search search = { ad_base(ad), LDAP_SCOPE_BASE,
		"(objectClass=*)", nothing, false, false, NULL };
	LDAPMessage *answer = NULL;
	bool there;

	if (!dn_within(search.base, ad->root.domain))
		return fail(err, FAULT_INVALID,
		    "base: %.150s is not in the domain %.150s", search.base,
		    ad->root.domain);
	if (!ad_search(ad, &search, &answer, err))
		return false;
	there = ldap_first_entry(ad->ld, answer) != NULL;
	ldap_msgfree(answer);
	if (!there)
		return fail(err, FAULT_INVALID,
		    "base: %.200s is not there, or %.100s may not see it",
		    search.base, ad->user != NULL ? ad->user : "our account");
	return true;
}

static bool check_attributes(struct ad *ad, struct err *err)
{
	if (!schema_learn(ad, ad->asked, ad->asked_count, err))
		return false;
	for (int i = (int)array_length(usual); i < ad->asked_count; i++)
		if (!schema_find(ad, ad->asked[i])->exists)
			return fail(err, FAULT_INVALID,
			    "attribute: the directory's schema has no '%.100s'",
			    ad->asked[i]);
	return true;
}

static const char *note(const struct ad *ad, struct arena *arena)
{
	return arena_printf(arena, "%s%s",
	    ad->root.recycle_bin
		? ""
		: "The recycle bin is off: what is deleted comes back without "
		  "its password, groups and most attributes. ",
	    ad->root.sees_deleted
		? ""
		: "Our account sees no deleted objects (or there are none): "
		  "until it does, only a full reading finds what is gone. ");
}

bool ad_look(void *self, struct arena *arena, struct directory_about *out,
    struct err *err)
{
	struct ad *ad = self;

	if (!ad_connect(ad, err) || !check_base(ad, err) ||
	    !check_attributes(ad, err) || !root_deleted(ad, err))
		return false;
	*out = (struct directory_about){
		.server = arena_text(arena, ad->servers[ad->server]),
		.root = arena_text(arena, ad_base(ad)),
		.software = arena_printf(arena,
		    "Active Directory, functional level %s", ad->root.level),
		.can = type_ad.can,
		.note = note(ad, arena),
	};
	if (!ad->root.recycle_bin)
		out->can &= ~(unsigned)DIRECTORY_CAN_RESTORE;
	return true;
}
