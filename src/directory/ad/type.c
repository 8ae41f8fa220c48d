/* What Active Directory is like, as tables: settings, limits, abilities. */
#include "ad.h"

/* clang-format off */
static const struct directory_setting understood[] = {
/*	  name              fallback  need   many   secret  meaning */
	{ "server",         NULL,     true,  true,  false,  "ldaps://dc1.school.example, or ldap://… for StartTLS; several, in order, for fail-over" },
	{ "base",           NULL,     false, false, false,  "what Homeroom sees lies below this DN; without it: the whole domain" },
	{ "authentication", "simple", false, false, false,  "simple (user and password), or gssapi (Kerberos, from the process's credentials)" },
	{ "user",           NULL,     false, false, false,  "our account there: user@realm, DOMAIN\\user or its DN" },
	{ "password",       NULL,     false, false, true,   "its password" },
	{ "authorities",    NULL,     false, false, false,  "a PEM file of whom we believe about the servers' certificates; without it: whom the system believes" },
	{ "attribute",      NULL,     false, true,  false,  "to be read besides the usual ones" },
	{ "changes",        "usn",    false, false, false,  "how what changed is found: usn (uSNChanged), or dirsync (the DirSync control)" },
	{ "timeout",        "30000",  false, false, false,  "milliseconds that an answer may take" },
	{ "window",         "16",     false, false, false,  "requests in flight" },
	{ "page",           "1000",   false, false, false,  "entries in a page" },
	{ 0 },
};

#define NO_LOGIN "\"/\\[]:;|=,+*?<>@"

/* What Windows demands, and what the schema says where Samba is lax. */
static const struct directory_limit limits[] = {
/*	  attribute                     most  banned    unique many */
	{ "name",                         64, NULL,     true,  false },
	{ "sAMAccountName",               20, NO_LOGIN, true,  false },
	{ "userPrincipalName",          1024, NULL,     true,  false },
	{ "displayName",                 256, NULL,     false, false },
	{ "givenName",                    64, NULL,     false, false },
	{ "sn",                           64, NULL,     false, false },
	{ "initials",                      6, NULL,     false, false },
	{ "mail",                        256, NULL,     false, false },
	{ "mailNickname",                 64, NULL,     false, false },
	{ "proxyAddresses",             1123, NULL,     true,  true  },
	{ "employeeID",                   16, NULL,     false, false },
	{ "employeeNumber",              512, NULL,     false, false },
	{ "employeeType",                256, NULL,     false, false },
	{ "department",                   64, NULL,     false, false },
	{ "company",                      64, NULL,     false, false },
	{ "division",                    256, NULL,     false, false },
	{ "title",                       128, NULL,     false, false },
	{ "telephoneNumber",              64, NULL,     false, false },
	{ "physicalDeliveryOfficeName",  128, NULL,     false, false },
	{ "description",                1024, NULL,     false, true  },
	{ "info",                       1024, NULL,     false, false },
	{ 0 },
};
/* clang-format on */

const struct directory_type type_ad = {
	.name = "ad",
	.title = "Active Directory",
	.login = "sAMAccountName",
	.can = DIRECTORY_CAN_PLACES | DIRECTORY_CAN_CHANGES |
	       DIRECTORY_CAN_RESTORE | DIRECTORY_CAN_GROUPS |
	       DIRECTORY_CAN_PASSWORD,
	.fold =
	    DIRECTORY_FOLD_CASE | DIRECTORY_FOLD_ACCENTS | DIRECTORY_FOLD_WIDTH,
	.batch = 200,
	.settle_ms = 0,
	.settings = understood,
	.limits = limits,
};

const struct connector connector_ad = {
	.type = &type_ad,
	.check = ad_check,
	.open = ad_open,
	.close = ad_close,
	.look = ad_look,
	.read = ad_read,
	.find = ad_find,
	.act = ad_act,
	.address = ad_address,
};
