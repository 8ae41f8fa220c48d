/* Finding entries: many questions in flight at a time. */
#include "ad.h"

#include <string.h>

struct finding {
	struct ad *ad;
	struct arena *arena;
	const struct directory_key *keys;
	int count;
	LDAPMessage **answers; /* of each key */
	int *messages;         /* in flight; 0: not, or not any more */
	int begun, done;
};

/* --- questions ------------------------------------------------------------ */

/* What nothing in a directory is equal to. */
#define NOTHING "(!(objectClass=*))"

static const char *equal_filter(struct finding *finding,
    const struct directory_key *key)
{
	const struct attribute *attribute =
	    schema_find(finding->ad, key->attribute);
	struct berval value;
	struct buf filter = { 0 };
	const char *text;

	if (!attribute->exists ||
	    !value_bytes(finding->arena, attribute->syntax, key->value, &value))
		return NOTHING;
	buf_printf(&filter, "(&(%s=", attribute->name);
	filter_escape(&filter, value.bv_val, value.bv_len);
	buf_printf(&filter, ")%s)", entry_kinds);
	text = arena_text(finding->arena, buf_text(&filter));
	buf_free(&filter);
	return text;
}

/* False: nothing can be the answer, so nobody is asked. */
static bool question(struct finding *finding, const struct directory_key *key,
    struct search *out)
{
	*out = (struct search){ .attributes = finding->ad->asked,
		.scope = LDAP_SCOPE_BASE,
		.filter = entry_kinds,
		.extended = true };
	if (key->attribute == NULL) {
		guid_search(finding->ad, finding->arena, key->value, out);
		return guid_valid(key->value);
	}
	if (key->attribute[0] == '\0') {
		out->base = key->value;
		return dn_valid(key->value);
	}
	out->base = finding->ad->root.domain;
	out->scope = LDAP_SCOPE_SUBTREE;
	out->filter = equal_filter(finding, key);
	return strcmp(out->filter, NOTHING) != 0;
}

static bool ask_next(struct finding *finding)
{
	int at = finding->begun++;
	struct search search;

	if (!question(finding, &finding->keys[at], &search)) {
		finding->done++;
		return true;
	}
	return ad_search_begin(finding->ad, &search, &finding->messages[at]) ==
	       LDAP_SUCCESS;
}

/* --- answers -------------------------------------------------------------- */

static bool take_answer(struct finding *finding, LDAPMessage *answer,
    struct err *err)
{
	int code, message = ldap_msgid(answer);
	char *words = NULL;
	bool good;

	for (int i = 0; i < finding->begun; i++) {
		if (finding->messages[i] != message)
			continue;
		finding->messages[i] = 0;
		finding->answers[i] = answer;
		finding->done++;
		if (ldap_parse_result(finding->ad->ld, answer, &code, NULL,
			&words, NULL, NULL, 0) != LDAP_SUCCESS)
			code = LDAP_DECODING_ERROR;
		good = code == LDAP_SUCCESS || code == LDAP_NO_SUCH_OBJECT ||
		       ad_refusal("a search", code, words, err);
		ldap_memfree(words);
		return good;
	}
	ldap_msgfree(answer);
	return true;
}

static bool ask_all(struct finding *finding, struct err *err)
{
	struct ad *ad = finding->ad;

	while (finding->done < finding->count) {
		LDAPMessage *answer;

		while (finding->begun < finding->count &&
		       finding->begun - finding->done < ad->window)
			if (!ask_next(finding))
				return fail(err, FAULT_UNAVAILABLE,
				    "%s hung up", ad->servers[ad->server]);
		if (finding->done == finding->begun)
			continue;
		answer = ad_wait(ad);
		if (answer == NULL)
			return fail(err, FAULT_UNAVAILABLE,
			    "%s does not answer, or hung up",
			    ad->servers[ad->server]);
		if (!take_answer(finding, answer, err))
			return false;
	}
	return true;
}

static bool read_answer(struct finding *finding, LDAPMessage *answer,
    struct directory_found *out, struct err *err)
{
	struct ad *ad = finding->ad;
	int room = answer != NULL ? ldap_count_entries(ad->ld, answer) : 0;
	struct directory_entry *entries;
	LDAPMessage *at;
	bool known;

	if (room <= 0)
		return true;
	entries = arena_alloc(finding->arena, (size_t)room * sizeof(*entries));
	for (at = ldap_first_entry(ad->ld, answer); at != NULL;
	     at = ldap_next_entry(ad->ld, at)) {
		if (!entry_read(ad, finding->arena, at, &entries[out->count],
			&known, err))
			return false;
		out->count += known;
	}
	out->entries = entries;
	return true;
}

/* --- the door ------------------------------------------------------------- */

static bool learn_keys(struct finding *finding, struct err *err)
{
	const char **names = arena_alloc(finding->arena,
	    (size_t)(finding->count + 1) * sizeof(*names));
	int count = 0;

	for (int i = 0; i < finding->count; i++) {
		const char *name = finding->keys[i].attribute;

		if (name != NULL && name[0] != '\0' &&
		    schema_find(finding->ad, name) == NULL)
			names[count++] = name;
	}
	return schema_learn(finding->ad, finding->ad->asked,
		   finding->ad->asked_count, err) &&
	       schema_learn(finding->ad, names, count, err);
}

bool ad_find(void *self, struct arena *arena, const struct directory_key *keys,
    int count, struct directory_found *out, struct err *err)
{
	struct ad *ad = self;
	struct finding finding = { ad, arena, keys, count, NULL, NULL, 0, 0 };
	size_t size = (size_t)count;
	bool good;

	if (count == 0)
		return true;
	if (!ad_connect(ad, err) || !learn_keys(&finding, err))
		return false;
	finding.answers = arena_alloc(arena, size * sizeof(LDAPMessage *));
	finding.messages = arena_alloc(arena, size * sizeof(*finding.messages));
	good = ask_all(&finding, err);
	for (int i = 0; i < count && good; i++)
		good = read_answer(&finding, finding.answers[i], &out[i], err);
	for (int i = 0; i < count; i++)
		ldap_msgfree(finding.answers[i]);
	/* Answers may be on their way that nobody waits for. */
	if (!good)
		ad_lost(ad);
	return good;
}
