/* What changed, by the DirSync control (MS-ADTS 3.1.1.3.4.1.3). */
#include "ad.h"

#include <string.h>

#define DIRSYNC_COOKIE "dirsync "
/* Only what our account may read: so it needs no right of its own. */
#define OBJECT_SECURITY 1
#define MOST_BYTES 1048576
#define BATCH 200
#define COOKIE_MOST 65536

/* --- the control ---------------------------------------------------------- */

/* SEQUENCE { INTEGER flags, INTEGER most, OCTET STRING cookie } */
bool dirsync_write(const struct dirsync *dirsync, struct berval *out)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	bool good;

	if (ber == NULL)
		return false;
	good = ber_printf(ber, "{iiO}", (ber_int_t)dirsync->flags,
		   (ber_int_t)dirsync->most, &dirsync->cookie) != -1 &&
	       ber_flatten2(ber, out, 1) != -1;
	ber_free(ber, 1);
	return good;
}

bool dirsync_parse(struct arena *arena, const struct berval *value,
    struct dirsync *out)
{
	struct berval copy = *value, cookie = { 0 };
	ber_int_t more = 0, unused = 0;
	BerElement *ber;
	bool good;

	/* liblber looks at the first byte, also where there is none. */
	if (value->bv_len == 0 || (ber = ber_init(&copy)) == NULL)
		return false;
	good = ber_scanf(ber, "{iim}", &more, &unused, &cookie) != LBER_ERROR &&
	       cookie.bv_len <= COOKIE_MOST;
	if (good)
		*out = (struct dirsync){ more, unused,
			{ cookie.bv_len, arena_textn(arena, cookie.bv_val,
					     cookie.bv_len) } };
	ber_free(ber, 1);
	return good;
}

/* --- one round ------------------------------------------------------------ */

struct round {
	struct reading *reading;
	struct arena *arena;
	struct dirsync dirsync;
	bool first; /* only the cookie is wanted */
	const char *anchors[BATCH];
	int count;
};

/* Whole entries instead of what changed of them. */
static bool give_anchors(struct round *round, struct err *err)
{
	struct arena *arena = arena_new();
	struct directory_key keys[BATCH] = { 0 };
	struct directory_found found[BATCH] = { 0 };
	bool good;

	for (int i = 0; i < round->count; i++)
		keys[i].value = round->anchors[i];
	good =
	    ad_find(round->reading->ad, arena, keys, round->count, found, err);
	for (int i = 0; i < round->count && good; i++) {
		struct directory_entry gone = { .anchor = keys[i].value,
			.name = "",
			.place = "",
			.address = "",
			.gone = true };

		good = reading_give(round->reading,
		    found[i].count > 0 ? &found[i].entries[0] : &gone, err);
	}
	round->count = 0;
	arena_free(arena);
	return good;
}

static bool take_entry(struct round *round, LDAPMessage *entry, struct err *err)
{
	struct berval *bytes =
	    ad_bytes(round->reading->ad->ld, round->arena, entry, "objectGUID");
	char guid[GUID_TEXT];

	if (bytes == NULL || bytes->bv_len != GUID_SIZE)
		return true;
	guid_text(guid, (const unsigned char *)bytes->bv_val);
	round->anchors[round->count++] = arena_text(round->arena, guid);
	return round->count < BATCH || give_anchors(round, err);
}

static bool take_entries(struct round *round, LDAPMessage *answer,
    struct err *err)
{
	LDAP *ld = round->reading->ad->ld;
	LDAPMessage *at = ldap_first_entry(ld, answer);

	while (at != NULL) {
		if (!take_entry(round, at, err))
			return false;
		at = ldap_next_entry(ld, at);
	}
	return round->count == 0 || give_anchors(round, err);
}

/* The control of the answer, which is next time's. */
static bool take_control(struct round *round, LDAPMessage *answer,
    struct err *err)
{
	LDAPControl **controls = NULL, *control;
	char *words = NULL;
	int code;
	bool good = true;

	if (ldap_parse_result(round->reading->ad->ld, answer, &code, NULL,
		&words, NULL, &controls, 0) != LDAP_SUCCESS)
		code = LDAP_DECODING_ERROR;
	control = ldap_control_find(OID_DIRSYNC, controls, NULL);
	/* A cookie that it can't decode, or has forgotten. */
	if (round->dirsync.cookie.bv_len > 0 &&
	    (code == LDAP_UNAVAILABLE_CRITICAL_EXTENSION ||
		code == LDAP_PROTOCOL_ERROR || code == LDAP_OPERATIONS_ERROR))
		good = fail(err, FAULT_GONE, "the cookie is too old (%s)",
		    words != NULL ? words : "");
	else if (code != LDAP_SUCCESS)
		good = ad_refusal("DirSync", code, words, err);
	else if (control == NULL || !dirsync_parse(round->arena,
					&control->ldctl_value, &round->dirsync))
		good = fail(err, FAULT_INVALID,
		    "the answer to DirSync has no cookie");
	ldap_controls_free(controls);
	ldap_memfree(words);
	return good;
}

static bool ask(struct round *round, LDAPMessage **answer, struct err *err)
{
	struct ad *ad = round->reading->ad;
	LDAPControl control = { .ldctl_oid = not_const(OID_DIRSYNC),
		.ldctl_iscritical = 1 };
	struct dirsync asked = { OBJECT_SECURITY, MOST_BYTES,
		round->dirsync.cookie };
	struct search search = { .base = ad->root.domain,
		.scope = LDAP_SCOPE_SUBTREE,
		.filter = entry_kinds,
		.attributes = ad->asked,
		.page = &control };
	int message;

	if (!dirsync_write(&asked, &control.ldctl_value))
		return fail(err, FAULT_INTERNAL, "DirSync can't be asked for");
	*answer = NULL;
	if (ad_search_begin(ad, &search, &message) == LDAP_SUCCESS)
		*answer = ad_wait(ad);
	ber_memfree(control.ldctl_value.bv_val);
	if (*answer != NULL)
		return true;
	err_set(err, FAULT_UNAVAILABLE, "%s does not answer, or hung up",
	    ad->servers[ad->server]);
	ad_lost(ad);
	return false;
}

/* --- all rounds ----------------------------------------------------------- */

static const char *cookie_text(struct arena *arena, const struct berval *cookie)
{
	return arena_printf(arena, DIRSYNC_COOKIE "%s",
	    value_text(arena, SYNTAX_BYTES, cookie));
}

static bool cookie_bytes(struct arena *arena, const char *cookie,
    struct berval *out, struct err *err)
{
	size_t len = strlen(DIRSYNC_COOKIE);
	bool good = strncmp(cookie, DIRSYNC_COOKIE, len) == 0 &&
		    value_bytes(arena, SYNTAX_BYTES, cookie + len, out);

	return good || fail(err, FAULT_GONE, "the cookie is none of DirSync's");
}

static bool one_round(struct round *round, struct err *err)
{
	LDAPMessage *answer;
	bool good;

	if (ad_stopped(round->reading->ad))
		return fail(err, FAULT_UNAVAILABLE, "it was told to stop");
	if (!ask(round, &answer, err))
		return false;
	good = take_control(round, answer, err) &&
	       (round->first || take_entries(round, answer, err));
	ldap_msgfree(answer);
	return good;
}

bool dirsync_read(struct reading *reading, struct arena *arena,
    const char *cookie, struct err *err)
{
	struct round round = { .reading = reading,
		.arena = arena,
		.first = cookie == NULL };

	if (cookie != NULL &&
	    !cookie_bytes(arena, cookie, &round.dirsync.cookie, err))
		return false;
	do {
		if (!one_round(&round, err))
			return false;
	} while (round.dirsync.flags != 0);
	reading->out->cookie = cookie_text(arena, &round.dirsync.cookie);
	reading->out->saw_gone = true;
	return true;
}
