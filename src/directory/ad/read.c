/* Reading all there is, and what changed since by uSNChanged. */
#include "ad.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define USN_COOKIE "usn"

bool reading_give(struct reading *reading, const struct directory_entry *entry,
    struct err *err)
{
	struct directory_entry seen = *entry;

	/* What left our part of the domain is gone, for us. */
	if (!seen.gone)
		seen.gone = !dn_within(seen.address, ad_base(reading->ad));
	reading->out->count++;
	return reading->since->each(reading->since->context, &seen, err);
}

static bool give_one(void *context, struct arena *arena, LDAPMessage *message,
    struct err *err)
{
	struct reading *reading = context;
	struct directory_entry entry;
	bool known;

	return entry_read(reading->ad, arena, message, &entry, &known, err) &&
	       (!known || reading_give(reading, &entry, err));
}

static const char *usn_cookie(struct ad *ad, struct arena *arena, int64_t usn)
{
	return arena_printf(arena, USN_COOKIE " %s %" PRId64,
	    ad->root.invocation, usn);
}

/* --- all ------------------------------------------------------------------ */

/* The cookie is taken first: what changes during the reading comes again. */
static bool read_all(struct reading *reading, struct arena *arena,
    struct err *err)
{
	struct ad *ad = reading->ad;
	struct search search = { .base = ad_base(ad),
		.scope = LDAP_SCOPE_SUBTREE,
		.filter = entry_kinds,
		.attributes = ad->asked,
		.extended = true };
	int64_t usn = 0;

	if (ad->dirsync) {
		if (!dirsync_read(reading, arena, NULL, err))
			return false;
	} else if (!root_usn(ad, &usn, err)) {
		return false;
	}
	if (!ad_search_pages(ad, &search, give_one, reading, err))
		return false;
	if (!ad->dirsync)
		reading->out->cookie = usn_cookie(ad, arena, usn);
	reading->out->whole = true;
	return true;
}

/* --- what changed --------------------------------------------------------- */

/* "usn SERVER NUMBER". USNs are each server's own. */
static bool usn_since(struct ad *ad, const char *cookie, int64_t *since,
    struct err *err)
{
	const char *at = cookie + strlen(USN_COOKIE) + 1;
	const char *number = strchr(at, ' ');
	size_t len = number != NULL ? (size_t)(number - at) : 0;

	if (len == 0 || strncmp(at, ad->root.invocation, len) != 0 ||
	    ad->root.invocation[len] != '\0' ||
	    !text_integer((struct text){ number + 1, strlen(number + 1) }, 0,
		INT64_MAX - 1, since))
		return fail(err, FAULT_GONE,
		    "the last reading was from another server");
	return true;
}

static bool read_by_usn(struct reading *reading, struct arena *arena,
    const char *cookie, struct err *err)
{
	struct ad *ad = reading->ad;
	struct search search = { .base = ad->root.domain,
		.scope = LDAP_SCOPE_SUBTREE,
		.attributes = ad->asked,
		.deleted = true,
		.extended = true };
	int64_t since, usn;

	if (!usn_since(ad, cookie, &since, err) || !root_usn(ad, &usn, err) ||
	    !root_deleted(ad, err))
		return false;
	search.filter = arena_printf(arena, "(&(uSNChanged>=%" PRId64 ")%s)",
	    since + 1, entry_kinds);
	if (!ad_search_pages(ad, &search, give_one, reading, err))
		return false;
	reading->out->cookie = usn_cookie(ad, arena, usn);
	reading->out->saw_gone = ad->root.sees_deleted;
	return true;
}

/* --- the door ------------------------------------------------------------- */

bool ad_read(void *self, struct arena *arena,
    const struct directory_since *since, struct directory_reading *out,
    struct err *err)
{
	struct ad *ad = self;
	struct reading reading = { ad, since, out };
	const char *cookie = since->cookie;
	bool by_usn = cookie != NULL && strncmp(cookie, USN_COOKIE " ",
					    strlen(USN_COOKIE) + 1) == 0;

	if (!ad_connect(ad, err) ||
	    !schema_learn(ad, ad->asked, ad->asked_count, err))
		return false;
	if (cookie == NULL)
		return read_all(&reading, arena, err);
	if (by_usn == ad->dirsync)
		return fail(err, FAULT_GONE,
		    "the last reading was of another kind");
	return by_usn ? read_by_usn(&reading, arena, cookie, err)
		      : dirsync_read(&reading, arena, cookie, err);
}
