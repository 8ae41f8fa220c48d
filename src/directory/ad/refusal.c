/*
 * What Active Directory's refusals mean. Windows puts eight hexadecimal digits
 * (a Win32 error) before its words, Samba often the same ones, with another
 * LDAP code. The first row that fits holds.
 */
#include "ad.h"

#include <string.h>

#define ANY (-1)
#define MINUTE 60000

#define REFUSED(reason) DIRECTORY_REFUSED, DIRECTORY_##reason, 0
#define AGAIN(ms) DIRECTORY_AGAIN, DIRECTORY_NO_REASON, (ms)
#define ALREADY DIRECTORY_ALREADY, DIRECTORY_NO_REASON, 0

/* clang-format off */
static const struct refusal refusals[] = {
/*	  LDAP code  Win32       what it is, and in plain words */
	{ ANY, "00000524", REFUSED(TAKEN),        "another account or group has that sAMAccountName (case and accents do not count)" },
	{ ANY, "00002071", REFUSED(TAKEN),        "the container holds one of that name, or another has that sAMAccountName" },
	{ ANY, "000021c8", REFUSED(TAKEN),        "another account in the forest has that userPrincipalName" },
	{ ANY, "000021c7", REFUSED(TAKEN),        "another account in the forest has that servicePrincipalName" },
	{ 19,  "0000202f", REFUSED(TAKEN),        "another account has that userPrincipalName, or the directory does not take such a value" },
	{ ANY, "00000562", ALREADY,               "it was a member before" },
	{ ANY, "00000561", ALREADY,               "it was no member before" },
	{ ANY, "00000525", REFUSED(NO_MEMBER),    "one that is to be a member is not in this directory" },
	{ ANY, "00002142", REFUSED(CANNOT),       "in a domain this old, a global group holds no group" },
	{ ANY, "00002143", REFUSED(CANNOT),       "in a domain this old, a local group holds no local group" },
	{ ANY, "00002144", REFUSED(CANNOT),       "a global group can't hold a domain-local one" },
	{ ANY, "00002145", REFUSED(CANNOT),       "a global group can't hold a universal one" },
	{ ANY, "00002146", REFUSED(CANNOT),       "a universal group can't hold a domain-local one" },
	{ ANY, "00002147", REFUSED(CANNOT),       "a global group holds nobody of another domain" },
	{ ANY, "00002148", REFUSED(CANNOT),       "a domain-local group holds no such group of another domain" },
	{ ANY, "00002141", REFUSED(BAD_VALUE),    "there is no such kind of group" },
	{ ANY, "0000213a", REFUSED(CANNOT),       "nobody leaves their primary group, or gets one that they are no member of" },
	{ ANY, "0000052d", REFUSED(BAD_PASSWORD), "the password does not meet the domain's (or the account's own) policy: length, kinds of characters, history, the name in it, or a list of bad ones" },
	{ ANY, "0000052c", REFUSED(BAD_PASSWORD), "the password has characters that the directory does not take" },
	{ ANY, "00000056", REFUSED(BAD_PASSWORD), "the old password is wrong" },
	{ ANY, "0000001f", REFUSED(BAD_PASSWORD), "the server takes no password over this connection, or not in this form" },
	{ ANY, "00000523", REFUSED(BAD_VALUE),    "the sAMAccountName is too long, or has a character that is not allowed" },
	{ ANY, "0000208d", REFUSED(NO_ENTRY),     "it is not there any more" },
	{ ANY, "00002030", REFUSED(NO_ENTRY),     "it is not there any more" },
	{ ANY, "00002089", REFUSED(NO_PLACE),     "what it would be in is not there" },
	{ 80,  "00002095", REFUSED(NO_ENTRY),     "the container is not there" },
	{ ANY, "00002093", AGAIN(5000),           "what it is in is just being deleted" },
	{ ANY, "00002015", REFUSED(NOT_EMPTY),    "there is something in it; an account may hold devices that Exchange put there" },
	{ ANY, "0000208c", REFUSED(NOT_EMPTY),    "there is something in it; an account may hold devices that Exchange put there" },
	{ ANY, "000020ce", REFUSED(NOT_ALLOWED),  "the directory itself needs it" },
	{ ANY, "00002098", REFUSED(NOT_ALLOWED),  "our account may not do that: give it the right, or look whether the object is marked against deletion, or under AdminSDHolder" },
	{ ANY, "00000005", REFUSED(NOT_ALLOWED),  "our account may not do that: give it the right, or look whether the object is marked against deletion, or under AdminSDHolder" },
	{ ANY, "000020e7", REFUSED(NOT_ALLOWED),  "our account may not do that: give it the right, or look whether the object is marked against deletion, or under AdminSDHolder" },
	{ ANY, "00002028", REFUSED(NOT_ALLOWED),  "the server asks for a connection that is better protected" },
	{ ANY, "0000202d", REFUSED(NOT_ALLOWED),  "the server asks for a connection that is better protected" },
	{ ANY, "00002010", AGAIN(5 * MINUTE),     "the server has no numbers (RIDs) left for new accounts, and can't reach the one that gives them out" },
	{ ANY, "00002011", REFUSED(CANNOT),       "the domain has used up its numbers (RIDs): its administrators must look" },
	{ ANY, "00002012", AGAIN(MINUTE),         "this server does not do that just now" },
	{ ANY, "000020af", AGAIN(5 * MINUTE),     "the server can't reach the one that it must ask" },
	{ ANY, "0000200e", AGAIN(5000),           "the server is busy" },
	{ ANY, "0000200f", AGAIN(MINUTE),         "the server is not ready" },
	{ ANY, "000020ac", AGAIN(MINUTE),         "the server is going down" },
	{ ANY, "000020f6", AGAIN(5000),           "the server is busy" },
	{ ANY, "00002022", AGAIN(5000),           "it took the server too long" },
	{ ANY, "00002024", AGAIN(5000),           "a limit of the server's was reached" },
	{ ANY, "0000202b", REFUSED(CANNOT),       "the server only keeps a copy, or does not keep that part: name another one in the settings" },
	{ ANY, "00002081", REFUSED(BAD_VALUE),    "the attribute holds one value only" },
	{ ANY, "0000200d", REFUSED(BAD_VALUE),    "the attribute holds one value only, or that value twice" },
	{ ANY, "00002083", REFUSED(BAD_VALUE),    "the value stands there already, or twice" },
	{ ANY, "00002082", REFUSED(BAD_VALUE),    "a value is too long, or too short" },
	{ ANY, "0000209c", REFUSED(BAD_VALUE),    "its name is too long" },
	{ ANY, "0000209d", REFUSED(BAD_VALUE),    "a part of its name is too long" },
	{ ANY, "0000208f", REFUSED(BAD_VALUE),    "its name has a character that is not allowed there" },
	{ ANY, "0000200b", REFUSED(BAD_VALUE),    "a value is of the wrong form, or too long" },
	{ 16,  "00000057", REFUSED(BAD_VALUE),    "the directory's schema has no such attribute (those of Exchange are there only after its set-up)" },
	{ ANY, "00000057", REFUSED(BAD_VALUE),    "the directory does not take such a value" },
	{ ANY, "0000200c", REFUSED(BAD_VALUE),    "the directory's schema has no such attribute (those of Exchange are there only after its set-up)" },
	{ ANY, "0000206f", REFUSED(BAD_VALUE),    "the directory's schema has no such attribute (those of Exchange are there only after its set-up)" },
	{ ANY, "0000200a", REFUSED(BAD_VALUE),    "the schema has no such attribute (those of Exchange are there only after its set-up), or it is not there" },
	{ ANY, "0000207d", REFUSED(BAD_VALUE),    "an object of that kind has no such attribute" },
	{ ANY, "0000207c", REFUSED(BAD_VALUE),    "an attribute that it must have is missing" },
	{ ANY, "00002014", REFUSED(BAD_VALUE),    "it lacks an attribute, or has one that does not belong there" },
	{ ANY, "000020b5", REFUSED(BAD_VALUE),    "the value names something that is not there" },
	{ ANY, "00002084", REFUSED(CHANGED),      "the attribute that was to be taken away is not there any more" },
	{ ANY, "00002085", REFUSED(CHANGED),      "a value that was to be taken away is not there any more" },
	{ ANY, "00002099", REFUSED(CANNOT),       "it can't be in a container of that kind" },
	{ ANY, "00002016", REFUSED(CANNOT),       "the attribute is its name: it is renamed instead" },
	{ ANY, "00002017", REFUSED(CANNOT),       "what it is can't be changed" },
	{ ANY, "0000209a", REFUSED(CANNOT),       "only the directory itself writes that attribute" },
	{ ANY, "000020b1", REFUSED(CANNOT),       "only the directory itself writes that attribute" },
	{ ANY, "0000211b", REFUSED(CANNOT),       "only the directory itself writes that attribute" },
	{ ANY, "00002077", REFUSED(CANNOT),       "the directory does not let that be changed" },
	{ ANY, "00002129", REFUSED(CANNOT),       "what was deleted can't be moved: it is restored" },
	{ ANY, "0000212c", REFUSED(CANNOT),       "it can't be moved to another domain" },
	{ 68,  NULL,       REFUSED(TAKEN),        "there is one of that name" },
	{ 32,  NULL,       REFUSED(NO_ENTRY),     "it is not there any more" },
	{ 34,  NULL,       REFUSED(BAD_VALUE),    "the name of the container is none of LDAP's" },
	{ 50,  NULL,       REFUSED(NOT_ALLOWED),  "our account may not do that: give it the right, or look whether the object is marked against deletion, or under AdminSDHolder" },
	{ 66,  NULL,       REFUSED(NOT_EMPTY),    "there is something in it; an account may hold devices that Exchange put there" },
	{ 16,  NULL,       REFUSED(CHANGED),      "the attribute, or the value that was to be taken away, is not there" },
	{ 17,  NULL,       REFUSED(BAD_VALUE),    "the directory's schema has no such attribute" },
	{ 18,  NULL,       REFUSED(BAD_VALUE),    "the directory does not take such a value" },
	{ 19,  NULL,       REFUSED(BAD_VALUE),    "a value is not what the directory allows there" },
	{ 20,  NULL,       REFUSED(BAD_VALUE),    "the value stands there already, or twice" },
	{ 21,  NULL,       REFUSED(BAD_VALUE),    "a value is of the wrong form, or empty" },
	{ 64,  NULL,       REFUSED(BAD_VALUE),    "what it is called does not fit what it is" },
	{ 65,  NULL,       REFUSED(BAD_VALUE),    "it lacks an attribute, or has one that does not belong there" },
	{ 67,  NULL,       REFUSED(CANNOT),       "the attribute is its name: it is renamed instead" },
	{ 10,  NULL,       REFUSED(CANNOT),       "the server only keeps a copy, or does not keep that part: name another one in the settings" },
	{ 71,  NULL,       REFUSED(CANNOT),       "it can't be moved to what another server keeps" },
	{ 8,   NULL,       REFUSED(NOT_ALLOWED),  "the server asks for a connection that is better protected" },
	{ 12,  NULL,       REFUSED(CANNOT),       "the server does not know what it was asked for" },
	{ 53,  NULL,       REFUSED(CANNOT),       "the directory is not willing to do that" },
	{ 51,  NULL,       AGAIN(5000),           "the server is busy" },
	{ 52,  NULL,       AGAIN(MINUTE),         "the server is going down, or not ready" },
	{ 3,   NULL,       AGAIN(5000),           "it took the server too long" },
	{ 11,  NULL,       AGAIN(5000),           "a limit of the server's was reached" },
	{ 1,   NULL,       AGAIN(MINUTE),         "the server failed at it" },
	{ 80,  NULL,       AGAIN(MINUTE),         "the server failed at it" },
};
/* clang-format on */

static const struct refusal otherwise = { ANY, NULL, REFUSED(NO_REASON),
	"the directory refuses it" };

void refusal_hex(char out[9], const char *words)
{
	out[0] = '\0';
	if (strspn(words, "0123456789abcdefABCDEF") != 8 ||
	    (words[8] != ':' && words[8] != '\0'))
		return;
	/* That bit is the case of letters; digits have it. */
	for (int i = 0; i < 8; i++)
		out[i] = (char)(words[i] | 0x20);
	out[8] = '\0';
}

const struct refusal *refusal_find(int code, const char *words)
{
	char hex[9];

	refusal_hex(hex, words);
	for (size_t i = 0; i < array_length(refusals); i++) {
		const struct refusal *row = &refusals[i];

		if ((row->code == ANY || row->code == code) &&
		    (row->hex == NULL || strcmp(row->hex, hex) == 0))
			return row;
	}
	return &otherwise;
}
