/* An answer of the server's, as an entry. */
#include "ad.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DISABLED 2 /* a bit of userAccountControl */
#define RANGE_STEP 1500

const char entry_kinds[] = "(|(&(objectClass=user)(!(objectClass=computer)))"
			   "(objectClass=group)"
			   "(objectClass=organizationalUnit)"
			   "(objectClass=container))";

static void list_add(struct arena *arena, struct list *list, const char *value)
{
	if (list->count == list->room) {
		const char **wider;

		list->room = list->room == 0 ? 4 : list->room * 2;
		wider = arena_alloc(arena, (size_t)list->room * sizeof(*wider));
		if (list->count > 0)
			memcpy(wider, list->at,
			    (size_t)list->count * sizeof(*wider));
		list->at = wider;
	}
	list->at[list->count++] = value;
}

/* --- values, range after range -------------------------------------------- */

/* "member;range=0-1499" goes on at 1500; "member;range=1500-*" and "member" do
 * not: -1. */
static long goes_on(const char *described)
{
	const char *range = strstr(described, ";range=");
	const char *dash = range != NULL ? strchr(range, '-') : NULL;
	char *end;
	long last;

	if (dash == NULL || dash[1] == '*')
		return -1;
	last = strtol(dash + 1, &end, 10);
	return end == dash + 1 || last < 0 || last >= INT32_MAX ? -1 : last + 1;
}

/* A member is its GUID. One that was deleted is none any more. */
static const char *member_text(struct arena *arena, const struct berval *value)
{
	char guid[GUID_TEXT];
	const char *dn = dn_extended(value->bv_val, guid);

	if (guid[0] == '\0' || strstr(dn, "\\0ADEL:") != NULL)
		return NULL;
	return arena_text(arena, guid);
}

static void take_values(struct ad *ad, struct arena *arena, LDAPMessage *entry,
    const char *described, struct list *list)
{
	struct berval **values = ldap_get_values_len(ad->ld, entry, described);
	size_t len = strcspn(described, ";");
	const char *name = arena_textn(arena, described, len);
	const struct attribute *known = schema_find(ad, name);
	enum syntax syntax = known != NULL ? known->syntax : SYNTAX_TEXT;
	bool members = strcasecmp(name, "member") == 0;

	for (int i = 0; values != NULL && values[i] != NULL; i++) {
		const char *text = members
				       ? member_text(arena, values[i])
				       : value_text(arena, syntax, values[i]);

		if (text != NULL)
			list_add(arena, list, text);
	}
	ldap_value_free_len(values);
}

/* The attribute of that name in an entry, as it is described there: with its
 * range. The arena's; NULL: there is none. */
static const char *described_as(LDAP *ld, struct arena *arena,
    LDAPMessage *entry, const char *name)
{
	BerElement *ber = NULL;
	char *at = ldap_first_attribute(ld, entry, &ber);
	const char *found = NULL;
	size_t len = strlen(name);

	for (; at != NULL; at = ldap_next_attribute(ld, entry, ber)) {
		/* An empty one stands beside the one with a range. */
		if (strncasecmp(at, name, len) == 0 &&
		    (at[len] == ';' || (at[len] == '\0' && found == NULL)))
			found = arena_text(arena, at);
		ldap_memfree(at);
	}
	ber_free(ber, 0);
	return found;
}

long entry_members(struct ad *ad, struct arena *arena, LDAPMessage *entry,
    struct list *list)
{
	const char *described = described_as(ad->ld, arena, entry, "member");

	if (described == NULL)
		return -1;
	take_values(ad, arena, entry, described, list);
	return goes_on(described);
}

static bool take_range(struct ad *ad, struct arena *arena,
    const struct search *search, struct list *list, long *from, struct err *err)
{
	const char *name = search->attributes[0];
	const char *described = NULL;
	LDAPMessage *answer, *entry;

	name = arena_textn(arena, name, strcspn(name, ";"));
	if (!ad_search(ad, search, &answer, err))
		return false;
	entry = ldap_first_entry(ad->ld, answer);
	if (entry != NULL)
		described = described_as(ad->ld, arena, entry, name);
	if (described != NULL)
		take_values(ad, arena, entry, described, list);
	*from = described != NULL ? goes_on(described) : -1;
	ldap_msgfree(answer);
	return true;
}

struct parts {
	bool user, computer, group, container;
	bool deleted, recycled, shielded;
	const char *parent;
	const char *changed, *logon, *control;
};

/* An entry that is being read. */
struct parse {
	struct ad *ad;
	struct arena *arena;
	LDAPMessage *message;
	struct parts parts;
	struct directory_entry *out;
};

static bool take_all(const struct parse *parse, const char *described,
    struct list *list, struct err *err)
{
	struct ad *ad = parse->ad;
	struct arena *arena = parse->arena;
	const char *name =
	    arena_textn(arena, described, strcspn(described, ";"));
	const char *asked[2] = { NULL };
	struct search search = { .base = guid_dn(arena, parse->out->anchor),
		.scope = LDAP_SCOPE_BASE,
		.filter = "(objectClass=*)",
		.attributes = asked,
		.extended = true };
	long from = goes_on(described);

	take_values(ad, arena, parse->message, described, list);
	while (from >= 0) {
		asked[0] = arena_printf(arena, "%s;range=%ld-%ld", name, from,
		    from + RANGE_STEP - 1);
		if (!take_range(ad, arena, &search, list, &from, err))
			return false;
	}
	return true;
}

/* --- fields --------------------------------------------------------------- */

static int64_t time_of(const char *text)
{
	int64_t when = 0;

	if (text == NULL ||
	    !clock_parse((struct text){ text, strlen(text) }, &when))
		return 0;
	return when;
}

static void take_classes(const struct list *list, struct parts *parts)
{
	for (int i = 0; i < list->count; i++) {
		const char *name = list->at[i];

		parts->user |= strcasecmp(name, "user") == 0;
		parts->computer |= strcasecmp(name, "computer") == 0;
		parts->group |= strcasecmp(name, "group") == 0;
		parts->container |=
		    strcasecmp(name, "organizationalUnit") == 0 ||
		    strcasecmp(name, "container") == 0;
	}
}

/* What the fields hold: true when it is not to stand among the attributes. */
static bool take_part(const char *name, const struct list *list,
    struct parts *parts)
{
	const char *first = list->at[0];
	bool yes = strcmp(first, "true") == 0;

	if (strcasecmp(name, "objectClass") == 0)
		take_classes(list, parts);
	else if (strcasecmp(name, "isDeleted") == 0)
		parts->deleted = yes;
	else if (strcasecmp(name, "isRecycled") == 0)
		parts->recycled = yes;
	else if (strcasecmp(name, "isCriticalSystemObject") == 0)
		parts->shielded |= yes;
	else if (strcasecmp(name, "adminCount") == 0)
		parts->shielded |= strcmp(first, "1") == 0;
	else if (strcasecmp(name, "lastKnownParent") == 0)
		parts->parent = first;
	else if (strcasecmp(name, "whenChanged") == 0)
		parts->changed = first;
	else if (strcasecmp(name, "lastLogonTimestamp") == 0)
		parts->logon = first;
	else
		return strcasecmp(name, "objectGUID") == 0 ||
		       strcasecmp(name, "name") == 0;
	return true;
}

static void settle(struct ad *ad, const struct parts *parts,
    struct directory_entry *out, bool *known)
{
	*known = parts->group || parts->container ||
		 (parts->user && !parts->computer);
	out->kind = parts->group       ? DIRECTORY_GROUP
		    : parts->container ? DIRECTORY_CONTAINER
				       : DIRECTORY_ACCOUNT;
	out->shielded = parts->shielded;
	out->last_logon = time_of(parts->logon);
	out->enabled = out->kind == DIRECTORY_ACCOUNT &&
		       parts->control != NULL &&
		       (strtol(parts->control, NULL, 10) & DISABLED) == 0;
	if (!parts->deleted)
		return;
	out->gone = true;
	out->gone_since = time_of(parts->changed);
	/* Without the recycle bin everything that was deleted counts as
	 * recycled, and can be brought back to life even so. */
	out->restorable = !parts->recycled || !ad->root.recycle_bin;
	if (parts->parent != NULL)
		out->place = parts->parent;
}

/* --- an entry ------------------------------------------------------------- */

static bool take_attribute(struct parse *parse, const char *described,
    struct err *err)
{
	struct list list = { 0 };
	const char *name =
	    arena_textn(parse->arena, described, strcspn(described, ";"));
	struct directory_entry *out = parse->out;
	struct directory_attribute *at;

	if (!take_all(parse, described, &list, err))
		return false;
	if (strcasecmp(name, "member") == 0) {
		/* The empty one stands beside the one with a range. */
		if (list.count > 0 || out->members == NULL) {
			out->members = list.at;
			out->member_count = list.count;
		}
		return true;
	}
	if (list.count == 0)
		return true;
	if (strcasecmp(name, "userAccountControl") == 0)
		parse->parts.control = list.at[0];
	if (take_part(name, &list, &parse->parts))
		return true;
	at = not_const(&out->attributes[out->attribute_count++]);
	*at = (struct directory_attribute){ name, list.at, list.count };
	return true;
}

static bool take_attributes(struct parse *parse, struct err *err)
{
	LDAP *ld = parse->ad->ld;
	BerElement *ber = NULL;
	char *at = ldap_first_attribute(ld, parse->message, &ber);
	bool good = true;

	while (at != NULL && good) {
		if (parse->out->attribute_count < parse->ad->asked_count)
			good = take_attribute(parse, at, err);
		ldap_memfree(at);
		/* After a failure there may be no connection any more. */
		at = good ? ldap_next_attribute(ld, parse->message, ber) : NULL;
	}
	ber_free(ber, 0);
	return good;
}

bool entry_read(struct ad *ad, struct arena *arena, LDAPMessage *message,
    struct directory_entry *out, bool *known, struct err *err)
{
	struct parse parse = { ad, arena, message, { 0 }, out };
	char *whole = ldap_get_dn(ad->ld, message);
	char guid[GUID_TEXT];
	const char *dn;

	*out = (struct directory_entry){ 0 };
	*known = false;
	if (whole == NULL)
		return true;
	dn = dn_extended(arena_text(arena, whole), guid);
	ldap_memfree(whole);
	if (guid[0] == '\0')
		return true;
	out->anchor = arena_text(arena, guid);
	out->address = dn;
	out->place = dn_parent(dn);
	out->name = dn_name(arena, dn);
	/* Of two that were made at once on two servers, the one that lost. */
	parse.parts.shielded = strstr(dn, "\\0ACNF:") != NULL;
	out->attributes = arena_alloc(arena,
	    (size_t)ad->asked_count * sizeof(*out->attributes));
	if (!take_attributes(&parse, err))
		return false;
	if (parse.parts.group && out->members == NULL)
		out->members = arena_alloc(arena, sizeof(*out->members));
	settle(ad, &parse.parts, out, known);
	return true;
}
