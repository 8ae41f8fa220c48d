/* What the schema says of attributes: their syntax, their number, their size.
 */
#include "ad.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* MS-ADTS 3.1.1.2.2.2: attributeSyntax, where it is not text to us. */
/* clang-format off */
static const struct {
	const char *oid;
	enum syntax syntax;
} syntaxes[] = {
	{ "2.5.5.1",  SYNTAX_DN    },
	{ "2.5.5.8",  SYNTAX_BOOL  },
	{ "2.5.5.10", SYNTAX_BYTES },
	{ "2.5.5.11", SYNTAX_TIME  },
	{ "2.5.5.15", SYNTAX_BYTES },
	{ "2.5.5.17", SYNTAX_SID   },
};

/* Where the schema says "bytes" or "a number" and means more. */
static const struct {
	const char *name;
	enum syntax syntax;
} meanings[] = {
	{ "objectGUID",          SYNTAX_GUID  },
	{ "accountExpires",      SYNTAX_TICKS },
	{ "badPasswordTime",     SYNTAX_TICKS },
	{ "lastLogoff",          SYNTAX_TICKS },
	{ "lastLogon",           SYNTAX_TICKS },
	{ "lastLogonTimestamp",  SYNTAX_TICKS },
	{ "lockoutTime",         SYNTAX_TICKS },
	{ "pwdLastSet",          SYNTAX_TICKS },
	{ "msDS-UserPasswordExpiryTimeComputed", SYNTAX_TICKS },
};
/* clang-format on */

/* The directory's own, though the schema does not say so: of signing in, and of
 * passwords. */
static const char *const own[] = { "adminCount", "badPasswordTime",
	"badPwdCount", "lastLogoff", "lastLogon", "lastLogonTimestamp",
	"lockoutTime", "logonCount", "pwdLastSet", "sAMAccountType" };

static bool is_own(const char *name, const char *system_only)
{
	for (size_t i = 0; i < array_length(own); i++)
		if (strcasecmp(own[i], name) == 0)
			return true;
	return system_only != NULL && strcmp(system_only, "TRUE") == 0;
}

static enum syntax syntax_of(const char *name, const char *oid)
{
	for (size_t i = 0; i < array_length(meanings); i++)
		if (strcasecmp(meanings[i].name, name) == 0)
			return meanings[i].syntax;
	for (size_t i = 0; i < array_length(syntaxes); i++)
		if (strcmp(syntaxes[i].oid, oid) == 0)
			return syntaxes[i].syntax;
	return SYNTAX_TEXT;
}

static struct attribute *find(const struct ad *ad, const char *name)
{
	for (int i = 0; i < ad->attribute_count; i++)
		if (strcasecmp(ad->attributes[i].name, name) == 0)
			return &ad->attributes[i];
	return NULL;
}

const struct attribute *schema_find(const struct ad *ad, const char *name)
{
	return find(ad, name);
}

static bool is_name(const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)name[i]) && name[i] != '-')
			return false;
	return len > 0 && len <= 256;
}

static struct attribute *add(struct ad *ad, const char *name)
{
	if (ad->attribute_count == ad->attribute_room) {
		ad->attribute_room += 64;
		ad->attributes = memory_grow(ad->attributes,
		    (size_t)ad->attribute_room * sizeof(*ad->attributes));
	}
	ad->attributes[ad->attribute_count] =
	    (struct attribute){ .name = arena_text(ad->root.arena, name) };
	return &ad->attributes[ad->attribute_count++];
}

static bool learn_one(void *context, struct arena *arena, LDAPMessage *entry,
    struct err *err)
{
	struct ad *ad = context;
	const char *name = ad_value(ad->ld, arena, entry, "lDAPDisplayName");
	const char *oid = ad_value(ad->ld, arena, entry, "attributeSyntax");
	const char *single = ad_value(ad->ld, arena, entry, "isSingleValued");
	const char *system = ad_value(ad->ld, arena, entry, "systemOnly");
	const char *most = ad_value(ad->ld, arena, entry, "rangeUpper");
	struct attribute *attribute = name != NULL ? find(ad, name) : NULL;
	int64_t number = 0;

	(void)err;
	if (attribute == NULL || oid == NULL)
		return true;
	attribute->name = arena_text(ad->root.arena, name);
	attribute->exists = true;
	attribute->single = single != NULL && strcmp(single, "TRUE") == 0;
	attribute->own = is_own(name, system);
	attribute->syntax = syntax_of(name, oid);
	if (most != NULL && text_integer((struct text){ most, strlen(most) }, 1,
				INT32_MAX, &number))
		attribute->most = (int)number;
	return true;
}

bool schema_learn(struct ad *ad, const char *const *names, int count,
    struct err *err)
{
	static const char *asked[] = { "lDAPDisplayName", "attributeSyntax",
		"isSingleValued", "systemOnly", "rangeUpper", NULL };
	struct search search = { .base = ad->root.schema,
		.scope = LDAP_SCOPE_ONELEVEL,
		.attributes = asked };
	struct buf filter = { 0 };
	bool good = true;

	buf_puts(&filter, "(&(objectClass=attributeSchema)(|");
	for (int i = 0; i < count; i++) {
		if (find(ad, names[i]) != NULL)
			continue;
		add(ad, names[i]);
		if (is_name(names[i]))
			buf_printf(&filter, "(lDAPDisplayName=%s)", names[i]);
	}
	if (filter.data[filter.len - 1] == ')') {
		buf_puts(&filter, "))");
		search.filter = buf_text(&filter);
		good = ad_search_pages(ad, &search, learn_one, ad, err);
	}
	buf_free(&filter);
	return good;
}
