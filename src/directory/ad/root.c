/* What a server says of itself, and of its domain. */
#include "ad.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVERYTHING "(objectClass=*)"
#define PASSWORDS_COMPLEX 1 /* a bit of pwdProperties */

static const char *asked[] = { "defaultNamingContext",
	"configurationNamingContext", "schemaNamingContext", "dnsHostName",
	"dsServiceName", "highestCommittedUSN", "domainFunctionality", NULL };

/* The values of one object, copied; "" for those that it lacks. */
static bool read_object(struct ad *ad, const char *dn, const char **names,
    const char **values, struct err *err)
{
	struct search search = { .base = dn,
		.scope = LDAP_SCOPE_BASE,
		.filter = EVERYTHING,
		.attributes = names };
	LDAPMessage *answer, *entry;

	if (!ad_search(ad, &search, &answer, err))
		return false;
	entry = ldap_first_entry(ad->ld, answer);
	for (int i = 0; names[i] != NULL; i++) {
		const char *value = NULL;

		if (entry != NULL)
			value =
			    ad_value(ad->ld, ad->root.arena, entry, names[i]);
		values[i] = value != NULL ? value : "";
	}
	ldap_msgfree(answer);
	return true;
}

static int64_t number(const char *text)
{
	int64_t out = 0;

	if (text == NULL || !text_integer((struct text){ text, strlen(text) },
				INT64_MIN, INT64_MAX, &out))
		return 0;
	return out;
}

bool root_usn(struct ad *ad, int64_t *out, struct err *err)
{
	static const char *names[] = { "highestCommittedUSN", NULL };
	const char *value = "";

	if (!read_object(ad, "", names, &value, err))
		return false;
	*out = number(value);
	return true;
}

/* Binary, so not through read_object. */
static bool read_invocation(struct ad *ad, struct err *err)
{
	static const char *names[] = { "invocationId", NULL };
	struct search search = { .base = ad->root.service,
		.scope = LDAP_SCOPE_BASE,
		.filter = EVERYTHING,
		.attributes = names };
	LDAPMessage *answer, *entry;
	struct berval *bytes = NULL;
	char guid[GUID_TEXT] = "";

	if (!ad_search(ad, &search, &answer, err))
		return false;
	entry = ldap_first_entry(ad->ld, answer);
	if (entry != NULL)
		bytes = ad_bytes(ad->ld, ad->root.arena, entry, names[0]);
	if (bytes != NULL && bytes->bv_len == GUID_SIZE)
		guid_text(guid, (const unsigned char *)bytes->bv_val);
	ldap_msgfree(answer);
	/* Who may not see that still knows one server from another. */
	ad->root.invocation =
	    guid[0] != '\0' ? arena_text(ad->root.arena, guid) : ad->root.host;
	return true;
}

static bool read_policy(struct ad *ad, struct err *err)
{
	static const char *names[] = { "minPwdLength", "pwdProperties", NULL };
	const char *values[] = { "", "" };

	if (!read_object(ad, ad->root.domain, names, values, err))
		return false;
	ad->root.min_password = (int)number(values[0]);
	ad->root.complex_password =
	    (number(values[1]) & PASSWORDS_COMPLEX) != 0;
	return true;
}

/* Who may not see them is told nothing of it, so what counts is that one was
 * seen; only a page of one is asked for. */
bool root_deleted(struct ad *ad, struct err *err)
{
	static const char *nothing[] = { LDAP_NO_ATTRS, NULL };
	struct berval no_cookie = { 0 };
	struct search search = {
		.base = arena_printf(ad->root.arena, "CN=Deleted Objects,%s",
		    ad->root.domain),
		.scope = LDAP_SCOPE_ONELEVEL,
		.filter = EVERYTHING,
		.attributes = nothing,
		.deleted = true,
	};
	LDAPMessage *answer;
	bool good;

	if (ldap_create_page_control(ad->ld, 1, &no_cookie, 1, &search.page) !=
	    LDAP_SUCCESS)
		return fail(err, FAULT_INTERNAL, "libldap makes no pages");
	good = ad_search(ad, &search, &answer, err);
	ldap_control_free(search.page);
	if (good)
		ad->root.sees_deleted =
		    ldap_first_entry(ad->ld, answer) != NULL;
	ldap_msgfree(answer);
	return good;
}

static bool read_features(struct ad *ad, struct err *err)
{
	static const char *names[] = { "msDS-EnabledFeatureBL", NULL };
	const char *feature = "";

	if (!read_object(ad,
		arena_printf(ad->root.arena,
		    "CN=Recycle Bin Feature,CN=Optional Features,"
		    "CN=Directory Service,CN=Windows NT,CN=Services,%s",
		    ad->root.config),
		names, &feature, err))
		return false;
	ad->root.recycle_bin = feature[0] != '\0';
	return true;
}

bool root_read(struct ad *ad, struct err *err)
{
	struct root *root = &ad->root;
	const char *values[] = { "", "", "", "", "", "", "" };

	arena_reset(root->arena);
	if (!read_object(ad, "", asked, values, err))
		return false;
	root->domain = values[0];
	root->config = values[1];
	root->schema = values[2];
	root->host = values[3];
	root->service = values[4];
	root->usn = number(values[5]);
	root->level = values[6];
	if (root->domain[0] == '\0' || root->schema[0] == '\0')
		return fail(err, FAULT_INVALID,
		    "it is an LDAP server, but no domain controller");
	return read_invocation(ad, err) && read_policy(ad, err) &&
	       read_features(ad, err);
}
