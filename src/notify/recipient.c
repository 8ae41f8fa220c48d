/* Addresses, some of them made of the person whom an event is about. */
#include "homeroom/notify.h"

#include <stdio.h>
#include <string.h>

#define ADDRESS_MAX 254

#define LETTERS                                                                \
	"abcdefghijklmnopqrstuvwxyz"                                           \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"

/* As much of RFC 5321 as is in use: no quotes, no comments, nothing that means
 * something in a header or to a server. */
bool address_valid(const char *address)
{
	static const char ends[] = LETTERS DIGITS;
	const char *at = strchr(address, '@');
	size_t len = strlen(address), local, host;

	if (at == NULL || at == address || len > ADDRESS_MAX)
		return false;
	local = strspn(address, "!#$%&'*+-/=?^_`{|}~." LETTERS DIGITS);
	host = strspn(at + 1, LETTERS DIGITS ".-");
	return address + local == at && host > 0 && at[1 + host] == '\0' &&
	       strchr(ends, at[1]) != NULL && strchr(ends, at[host]) != NULL;
}

/* --- of a person ---------------------------------------------------------- */

/* What homeroom.address_parts knows. */
static const struct {
	const char *name;
	bool with_key; /* "metadata.manager" */
	bool alone;    /* it is an address, and no part of one */
} names[] = {
	{ "teachers", false, true },
	{ "agents", false, true },
	{ "metadata.", true, false },
	{ "school.metadata.", true, false },
	{ "school.identifier", false, false },
	{ "school", false, false },
	{ "identifier", false, false },
};

static bool is_key(struct text key)
{
	return key.len > 0 && key.len <= 100 &&
	       strspn(key.at, LETTERS DIGITS "._-") >= key.len;
}

static bool check_name(struct text name, bool alone, struct err *err)
{
	for (size_t i = 0; i < array_length(names); i++) {
		size_t len = strlen(names[i].name);

		if (names[i].with_key
			? name.len <= len ||
			      memcmp(name.at, names[i].name, len) != 0 ||
			      !is_key((
				  struct text){ name.at + len, name.len - len })
			: !text_is(name, names[i].name))
			continue;
		return alone || !names[i].alone ||
		       fail(err, FAULT_INVALID,
			   "{%s} are whole addresses: it stands alone",
			   names[i].name);
	}
	return fail(err, FAULT_INVALID,
	    "there is no {" TEXT_FMT "}; there are {teachers}, {agents}, "
	    "{metadata.NAME}, {school.metadata.NAME}, {identifier}, {school} "
	    "and {school.identifier}",
	    TEXT_ARG(name));
}

bool recipient_check(const char *text, struct err *err)
{
	size_t before = strcspn(text, "{"), len = strcspn(text, "}");
	char whole[ADDRESS_MAX + 1];
	bool alone;

	if (text[before] != '{' || text[len] != '}' || len < before)
		return address_valid(text) ||
		       fail(err, FAULT_INVALID,
			   "it must be an address, like someone@example.org, "
			   "or make one of a person, like {teachers}");
	alone = before == 0 && text[len + 1] == '\0';
	if (!check_name((struct text){ text + before + 1, len - before - 1 },
		alone, err))
		return false;
	/* Whatever the name will stand for, the rest is an address. */
	if (alone ||
	    ((size_t)snprintf(whole, sizeof(whole), "%.*sx%s", (int)before,
		 text, text + len + 1) < sizeof(whole) &&
		address_valid(whole) && strchr(text + len, '{') == NULL))
		return true;
	return fail(err, FAULT_INVALID,
	    "it must make one address, like office-{school.identifier}@"
	    "example.org");
}
