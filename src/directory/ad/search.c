/* Searching: one, a page after another, or many at a time. */
#include "ad.h"

#include <stdio.h>
#include <string.h>
#include <sys/time.h>

/* --- sending and waiting -------------------------------------------------- */

/* SEQUENCE { INTEGER 1 }: GUIDs and SIDs as text. */
static char as_text[] = "\x30\x03\x02\x01\x01";

int ad_search_begin(struct ad *ad, const struct search *search, int *message)
{
	LDAPControl deleted = { .ldctl_oid = not_const(OID_SHOW_DELETED),
		.ldctl_iscritical = 1 };
	LDAPControl extended = { .ldctl_oid = not_const(OID_EXTENDED_DN),
		.ldctl_value = { 5, as_text },
		.ldctl_iscritical = 1 };
	LDAPControl *controls[4] = { NULL };
	int count = 0;

	if (search->deleted)
		controls[count++] = &deleted;
	if (search->extended)
		controls[count++] = &extended;
	if (search->page != NULL)
		controls[count++] = search->page;
	return ldap_search_ext(ad->ld, search->base, search->scope,
	    search->filter, not_const(search->attributes), 0, controls, NULL,
	    NULL, 0, message);
}

LDAPMessage *ad_wait(struct ad *ad)
{
	struct timeval limit = ad_timeout(ad);
	LDAPMessage *answer = NULL;
	int kind =
	    ldap_result(ad->ld, LDAP_RES_ANY, LDAP_MSG_ALL, &limit, &answer);

	/* Message 0 is the server's notice that it hangs up. */
	if (kind > 0 && ldap_msgid(answer) != 0)
		return answer;
	ldap_msgfree(answer);
	return NULL;
}

static bool lost(struct ad *ad, struct err *err)
{
	err_set(err, FAULT_UNAVAILABLE,
	    "%s does not answer, or hung up in the middle",
	    ad->servers[ad->server]);
	ad_lost(ad);
	return false;
}

bool ad_refusal(const char *what, int code, const char *words, struct err *err)
{
	enum fault fault = FAULT_INVALID;

	if (code == LDAP_BUSY || code == LDAP_UNAVAILABLE ||
	    code == LDAP_TIMELIMIT_EXCEEDED ||
	    code == LDAP_SIZELIMIT_EXCEEDED ||
	    code == LDAP_ADMINLIMIT_EXCEEDED || code == LDAP_OPERATIONS_ERROR)
		fault = FAULT_UNAVAILABLE;
	if (code == LDAP_INSUFFICIENT_ACCESS)
		fault = FAULT_FORBIDDEN;
	return fail(err, fault, "%s: %s (%.200s)", what, ldap_err2string(code),
	    words != NULL ? words : "");
}

void guid_search(const struct ad *ad, struct arena *arena, const char *anchor,
    struct search *out)
{
	unsigned char guid[GUID_SIZE] = { 0 };
	struct buf filter = { 0 };

	out->base = ad->root.domain;
	out->scope = LDAP_SCOPE_SUBTREE;
	out->deleted = true;
	out->filter = "(!(objectClass=*))";
	if (!guid_bytes(guid, anchor))
		return;
	buf_puts(&filter, "(objectGUID=");
	filter_escape(&filter, guid, GUID_SIZE);
	buf_char(&filter, ')');
	out->filter = arena_text(arena, buf_text(&filter));
	buf_free(&filter);
}

/* --- one ------------------------------------------------------------------ */

bool ad_search(struct ad *ad, const struct search *search, LDAPMessage **out,
    struct err *err)
{
	int message, code;
	char *words = NULL;
	bool good;

	*out = NULL;
	if (ad_search_begin(ad, search, &message) != LDAP_SUCCESS)
		return lost(ad, err);
	*out = ad_wait(ad);
	if (*out == NULL)
		return lost(ad, err);
	if (ldap_parse_result(ad->ld, *out, &code, NULL, &words, NULL, NULL,
		0) != LDAP_SUCCESS)
		code = LDAP_DECODING_ERROR;
	good = code == LDAP_SUCCESS || code == LDAP_NO_SUCH_OBJECT ||
	       ad_refusal("a search", code, words, err);
	ldap_memfree(words);
	if (!good) {
		ldap_msgfree(*out);
		*out = NULL;
	}
	return good;
}

/* --- pages ---------------------------------------------------------------- */

/* The cookie for the next page, empty at the end. */
static bool next_page(struct ad *ad, LDAPMessage *answer, struct berval *cookie,
    struct err *err)
{
	LDAPControl **controls = NULL, *page;
	ber_int_t estimate;
	int code;
	char *words = NULL;
	bool good = true;

	ber_memfree(cookie->bv_val);
	*cookie = (struct berval){ 0 };
	if (ldap_parse_result(ad->ld, answer, &code, NULL, &words, NULL,
		&controls, 0) != LDAP_SUCCESS)
		code = LDAP_DECODING_ERROR;
	if (code != LDAP_SUCCESS)
		good = ad_refusal("a reading", code, words, err);
	page = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, controls, NULL);
	if (good && page != NULL)
		ldap_parse_pageresponse_control(ad->ld, page, &estimate,
		    cookie);
	ldap_controls_free(controls);
	ldap_memfree(words);
	return good;
}

static bool one_page(struct ad *ad, struct search *search,
    struct berval *cookie, LDAPMessage **out, struct err *err)
{
	int message;

	if (ldap_create_page_control(ad->ld, ad->page, cookie, 1,
		&search->page) != LDAP_SUCCESS ||
	    ad_search_begin(ad, search, &message) != LDAP_SUCCESS ||
	    (*out = ad_wait(ad)) == NULL) {
		ldap_control_free(search->page);
		return lost(ad, err);
	}
	ldap_control_free(search->page);
	return next_page(ad, *out, cookie, err);
}

static bool give_page(struct ad *ad, LDAPMessage *answer, ad_each *each,
    void *context, struct err *err)
{
	struct arena *arena = arena_new();
	LDAPMessage *at = ldap_first_entry(ad->ld, answer);
	bool good = true;

	while (at != NULL && good) {
		good = each(context, arena, at, err);
		/* After a failure there may be no connection any more. */
		at = good ? ldap_next_entry(ad->ld, at) : NULL;
	}
	arena_free(arena);
	return good;
}

bool ad_search_pages(struct ad *ad, const struct search *wanted, ad_each *each,
    void *context, struct err *err)
{
	struct search search = *wanted;
	struct berval cookie = { 0 };
	LDAPMessage *answer = NULL;
	bool good;

	do {
		good = !ad_stopped(ad) ||
		       fail(err, FAULT_UNAVAILABLE, "it was told to stop");
		good = good && one_page(ad, &search, &cookie, &answer, err) &&
		       give_page(ad, answer, each, context, err);
		ldap_msgfree(answer);
		answer = NULL;
	} while (good && cookie.bv_len > 0);
	ber_memfree(cookie.bv_val);
	return good;
}

/* --- values --------------------------------------------------------------- */

struct berval *ad_bytes(LDAP *ld, struct arena *arena, LDAPMessage *entry,
    const char *name)
{
	struct berval **values = ldap_get_values_len(ld, entry, name);
	struct berval *out = NULL;

	if (values != NULL && values[0] != NULL) {
		out = arena_alloc(arena, sizeof(*out));
		out->bv_len = values[0]->bv_len;
		out->bv_val =
		    arena_textn(arena, values[0]->bv_val, values[0]->bv_len);
	}
	ldap_value_free_len(values);
	return out;
}

const char *ad_value(LDAP *ld, struct arena *arena, LDAPMessage *entry,
    const char *name)
{
	struct berval *bytes = ad_bytes(ld, arena, entry, name);

	return bytes != NULL ? bytes->bv_val : NULL;
}
