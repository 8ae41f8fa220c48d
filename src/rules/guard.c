/* What nobody may touch, because settings say so or by default. */
#include "rules.h"

#include <fnmatch.h>
#include <string.h>

#define LIST_MAX 40

/* clang-format off */
static const struct {
	const char *type; /* of directory */
	const char *patterns[3][LIST_MAX]; /* by enum rules_guarded */
} defaults[] = {
	{ "ad", {
		[GUARD_ACCOUNT] = { "Administrator", "Guest", "krbtgt*", "DefaultAccount",
			"WDAGUtilityAccount", "dns-*", "MSOL_*", "AAD_*", "svc-*", "svc_*",
			"*$", NULL },
		[GUARD_GROUP] = { "Administrators", "Domain Admins", "Enterprise Admins",
			"Schema Admins", "Account Operators", "Backup Operators",
			"Server Operators", "Print Operators", "Replicator", "Key Admins",
			"Enterprise Key Admins", "Group Policy Creator Owners",
			"Domain Controllers", "Read-only Domain Controllers",
			"Enterprise Read-only Domain Controllers", "Domain Computers",
			"Domain Users", "Domain Guests", "DnsAdmins", "DnsUpdateProxy",
			"Cert Publishers", "RAS and IAS Servers", "Protected Users",
			"Cloneable Domain Controllers", "*RODC Password Replication Group",
			NULL },
		[GUARD_PLACE] = { "CN=Builtin", "CN=System", "CN=Program Data",
			"CN=Managed Service Accounts", "CN=ForeignSecurityPrincipals",
			"CN=Deleted Objects", "CN=Configuration", "OU=Domain Controllers",
			"OU=Service Accounts", "OU=Admins", NULL },
	} },
};
/* clang-format on */

/* A place is guarded with all that lies in it: its address has these parts, one
 * after the other. The first may be a name alone, of whatever kind. */
static bool lies_in(const char *address, const char *place)
{
	size_t len = strlen(place);

	for (const char *at = address; (at = strcasestr(at, place)) != NULL;
	     at++)
		if ((at == address || strchr(",/=", at[-1]) != NULL) &&
		    (at[len] == '\0' || strchr(",/", at[len]) != NULL))
			return true;
	return false;
}

static bool is_guarded(enum rules_guarded what, const char *pattern,
    const char *name)
{
	return what == GUARD_PLACE ? lies_in(name, pattern)
				   : fnmatch(pattern, name, FNM_CASEFOLD) == 0;
}

bool rulebook_guards(const struct rulebook *book, enum rules_guarded what,
    const char *name)
{
	const struct names_list *said = &book->guards[what];

	for (int i = 0; i < said->count; i++)
		if (is_guarded(what, said->at[i], name))
			return true;
	for (size_t i = 0; i < array_length(defaults); i++) {
		if (!book->default_guards ||
		    strcmp(defaults[i].type, book->type) != 0)
			continue;
		for (const char *const *p = defaults[i].patterns[what];
		     *p != NULL; p++)
			if (is_guarded(what, *p, name))
				return true;
	}
	return false;
}
