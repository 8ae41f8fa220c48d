/* Active Directory without a server: its names, its values, and what its
 * refusals mean, in Windows's words as well as in Samba's.
 * threads: 1 */
#include "check.h"

#include "directory/ad/ad.h"

static struct arena *arena;

static int begin(void **state)
{
	(void)state;
	arena = arena_new();
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_free(arena);
	return 0;
}

/* --- refusals ------------------------------------------------------------- */

/* clang-format off */
static const struct {
	int code;
	const char *words;
	enum directory_result result;
	enum directory_reason reason;
} refusals[] = {
	/* Windows */
	{ 53, "0000052D: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0", DIRECTORY_REFUSED, DIRECTORY_BAD_PASSWORD },
	{ 19, "0000052D: AtrErr: DSID-03191083, #1:\n\t0: 0000052D: DSID-03191083, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att 9005a (unicodePwd)", DIRECTORY_REFUSED, DIRECTORY_BAD_PASSWORD },
	{ 53, "0000001F: SvcErr: DSID-031A12D2, problem 5003 (WILL_NOT_PERFORM), data 0", DIRECTORY_REFUSED, DIRECTORY_BAD_PASSWORD },
	{ 68, "00000524: UpdErr: DSID-031A11C3, problem 6005 (ENTRY_EXISTS), data 0", DIRECTORY_REFUSED, DIRECTORY_TAKEN },
	{ 68, "00002071: UpdErr: DSID-0305038D, problem 6005 (ENTRY_EXISTS), data 0", DIRECTORY_REFUSED, DIRECTORY_TAKEN },
	{ 19, "000021C8: AtrErr: DSID-03200BBA, #1:\n\t0: 000021C8: DSID-03200BBA, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att 90290 (userPrincipalName)", DIRECTORY_REFUSED, DIRECTORY_TAKEN },
	{ 32, "0000208D: NameErr: DSID-0310028D, problem 2001 (NO_OBJECT), data 0, best match of:\n\t'DC=school,DC=example'", DIRECTORY_REFUSED, DIRECTORY_NO_ENTRY },
	{ 80, "00000523: SysErr: DSID-031A0FB6, problem 22 (Invalid argument), data 0", DIRECTORY_REFUSED, DIRECTORY_BAD_VALUE },
	{ 19, "00002082: AtrErr: DSID-031511D9, #1:\n\t0: 00002082: DSID-031511D9, problem 1005 (CONSTRAINT_ATT_TYPE), data 0, Att 3 (cn):len 130", DIRECTORY_REFUSED, DIRECTORY_BAD_VALUE },
	{ 16, "00000057: LdapErr: DSID-0C090D8A, comment: Error in attribute conversion operation, data 0, v3839", DIRECTORY_REFUSED, DIRECTORY_BAD_VALUE },
	{ 16, "00002085: AtrErr: DSID-03151EE8, #1:\n\t0: 00002085", DIRECTORY_REFUSED, DIRECTORY_CHANGED },
	{ 50, "00002098: SecErr: DSID-03150F94, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0", DIRECTORY_REFUSED, DIRECTORY_NOT_ALLOWED },
	{ 50, "00000005: SecErr: DSID-031A11ED, problem 4003 (INSUFF_ACCESS_RIGHTS), data 0", DIRECTORY_REFUSED, DIRECTORY_NOT_ALLOWED },
	{ 66, "00002015: UpdErr: DSID-031A12D2, problem 6003 (CANT_ON_NON_LEAF), data 0", DIRECTORY_REFUSED, DIRECTORY_NOT_EMPTY },
	{ 68, "00000562: UpdErr: DSID-031A11FA, problem 6005 (ENTRY_EXISTS), data 0", DIRECTORY_ALREADY, DIRECTORY_NO_REASON },
	{ 53, "00000561: SvcErr: DSID-031A11E5, problem 5003 (WILL_NOT_PERFORM), data 0", DIRECTORY_ALREADY, DIRECTORY_NO_REASON },
	{ 32, "00000525: NameErr: DSID-031A11E5, problem 2001 (NO_OBJECT), data 0", DIRECTORY_REFUSED, DIRECTORY_NO_MEMBER },
	{ 53, "00002010: SvcErr: DSID-02080490, problem 5003 (WILL_NOT_PERFORM), data 0", DIRECTORY_AGAIN, DIRECTORY_NO_REASON },
	{ 53, "00002145: SvcErr: DSID-031A1254, problem 5003 (WILL_NOT_PERFORM), data 0", DIRECTORY_REFUSED, DIRECTORY_CANNOT },
	{ 51, "", DIRECTORY_AGAIN, DIRECTORY_NO_REASON },
	{ 52, "000020AC: SvcErr: DSID-02080490", DIRECTORY_AGAIN, DIRECTORY_NO_REASON },
	{ 10, "0000202B: RefErr: DSID-03100781, data 0, 1 access points", DIRECTORY_REFUSED, DIRECTORY_CANNOT },
	{ 53, "00002077: SvcErr: DSID-03190F4C, problem 5003", DIRECTORY_REFUSED, DIRECTORY_CANNOT },
	/* Samba */
	{ 19, "0000052D: Constraint violation - check_password_restrictions: the password is too short", DIRECTORY_REFUSED, DIRECTORY_BAD_PASSWORD },
	{ 68, "00002071: samldb: Account name 'x' already in use!", DIRECTORY_REFUSED, DIRECTORY_TAKEN },
	{ 68, "Entry CN=x,OU=y already exists", DIRECTORY_REFUSED, DIRECTORY_TAKEN },
	{ 32, "00002030: No such object", DIRECTORY_REFUSED, DIRECTORY_NO_ENTRY },
	{ 80, "00002095: operation failed", DIRECTORY_REFUSED, DIRECTORY_NO_ENTRY },
	{ 16, "0000200A: attribute 'x' not found in schema", DIRECTORY_REFUSED, DIRECTORY_BAD_VALUE },
	{ 21, "0000200B: x", DIRECTORY_REFUSED, DIRECTORY_BAD_VALUE },
	/* Words without digits, and digits that are none of those. */
	{ 53, "", DIRECTORY_REFUSED, DIRECTORY_CANNOT },
	{ 50, "no digits", DIRECTORY_REFUSED, DIRECTORY_NOT_ALLOWED },
	{ 50, "0000052D", DIRECTORY_REFUSED, DIRECTORY_BAD_PASSWORD },
	{ 50, "0000052Dx", DIRECTORY_REFUSED, DIRECTORY_NOT_ALLOWED },
	{ 118, "", DIRECTORY_REFUSED, DIRECTORY_NO_REASON },
};
/* clang-format on */

static void what_refusals_mean(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_length(refusals); i++) {
		const struct refusal *row =
		    refusal_find(refusals[i].code, refusals[i].words);

		CHECK(row->result == refusals[i].result &&
			  row->reason == refusals[i].reason,
		    "%d %s: %s", refusals[i].code, refusals[i].words, row->why);
		CHECK(row->why[0] != '\0', "%s", refusals[i].words);
		CHECK((row->result == DIRECTORY_AGAIN) == (row->again_ms > 0),
		    "%s", refusals[i].words);
	}
}

/* --- names ---------------------------------------------------------------- */

/* What is put into a DN comes out of it, and libldap agrees. */
static void names_in_and_out(void **state)
{
	static const char *const names[] = { "plain", "O'Neill, Zoë", "a+b=c",
		"#1", "a#1", " both ends ", "\"quoted\" <x>;", "back\\slash",
		"\\,OU=Admins,DC=x", "x\ty", "ends\\", "日本", ",", "=" };

	(void)state;
	for (size_t i = 0; i < array_length(names); i++) {
		const char *dn = dn_make(arena, DIRECTORY_ACCOUNT, names[i],
		    "OU=a\\,b,DC=x");
		LDAPDN parsed = NULL;

		CHECK(ldap_str2dn(dn, &parsed, LDAP_DN_FORMAT_LDAPV3) == 0,
		    "%s", dn);
		CHECK(parsed[3] == NULL && parsed[2] != NULL, "%s", dn);
		CHECK(parsed[0][0]->la_value.bv_len == strlen(names[i]) &&
			  memcmp(parsed[0][0]->la_value.bv_val, names[i],
			      strlen(names[i])) == 0,
		    "%s", dn);
		ldap_dnfree(parsed);
		CHECK(strcmp(dn_name(arena, dn), names[i]) == 0, "%s: '%s'", dn,
		    dn_name(arena, dn));
		CHECK(strcmp(dn_parent(dn), "OU=a\\,b,DC=x") == 0, "%s", dn);
	}
}

static void where_names_are(void **state)
{
	(void)state;
	CHECK(dn_within("CN=a,OU=School,DC=x", "ou=school,dc=X"), "below");
	CHECK(dn_within("OU=School,DC=x", "OU=School,DC=x"), "itself");
	CHECK(!dn_within("OU=Old School,DC=x", "School,DC=x"), "a part");
	CHECK(!dn_within("CN=a\\,OU=School,DC=x", "OU=School,DC=x"),
	    "an escaped comma");
	CHECK(!dn_within("DC=x", "OU=School,DC=x"), "above");
	CHECK(!dn_within("", "DC=x"), "nowhere");
}

static void extended_names(void **state)
{
	char guid[GUID_TEXT];
	const char *dn;

	(void)state;
	dn = dn_extended("<GUID=880885c1-f7a8-4a61-8be5-e82ef375544c>;"
			 "<SID=S-1-5-21-1-2-3-1103>;CN=x>;y,DC=z",
	    guid);
	CHECK(strcmp(dn, "CN=x>;y,DC=z") == 0, "%s", dn);
	CHECK(strcmp(guid, "880885c1-f7a8-4a61-8be5-e82ef375544c") == 0, "%s",
	    guid);
	dn = dn_extended("CN=<GUID=x>;y", guid);
	CHECK(strcmp(dn, "CN=<GUID=x>;y") == 0 && guid[0] == '\0', "%s", dn);
	dn = dn_extended("<GUID=880885c1", guid);
	CHECK(guid[0] == '\0', "%s %s", dn, guid);
	dn = dn_extended("<GUID=880885c1_f7a8_4a61_8be5_e82ef375544c>;x", guid);
	CHECK(strcmp(dn, "x") == 0 && guid[0] == '\0', "%s %s", dn, guid);
	/* Deleted, and lost against another one. */
	CHECK(strcmp(dn_name(arena, "CN=gone\\0ADEL:880885c1-f7a8,DC=x"),
		  "gone") == 0,
	    "%s", dn_name(arena, "CN=gone\\0ADEL:880885c1-f7a8,DC=x"));
}

/* --- values --------------------------------------------------------------- */

static const struct berval *bytes(const void *data, size_t len)
{
	struct berval *out = arena_alloc(arena, sizeof(*out));

	*out = (struct berval){ len, arena_textn(arena, data, len) };
	return out;
}

#define TEXT(text) bytes((text), strlen(text))

static void is(enum syntax syntax, const struct berval *from, const char *want)
{
	const char *got = value_text(arena, syntax, from);

	CHECK((got == NULL) == (want == NULL), "%s, not %s", got, want);
	CHECK(got == NULL || strcmp(got, want) == 0, "%s, not %s", got, want);
}

static void values_out(void **state)
{
	static const unsigned char sid[] = { 1, 5, 0, 0, 0, 0, 0, 5, 21, 0, 0,
		0, 0x82, 0x26, 0x40, 0x2b, 0x31, 0xc3, 0xbd, 0xb3, 0x6d, 0x9b,
		0xd1, 0xf1, 0x4f, 4, 0, 0 };
	static const unsigned char guid[] = { 0xc1, 0x85, 8, 0x88, 0xa8, 0xf7,
		0x61, 0x4a, 0x8b, 0xe5, 0xe8, 0x2e, 0xf3, 0x75, 0x54, 0x4c };

	(void)state;
	is(SYNTAX_TICKS, TEXT("134298180000000000"),
	    "2026-07-29T17:00:00.000Z");
	is(SYNTAX_TICKS, TEXT("0"), NULL);
	is(SYNTAX_TICKS, TEXT("9223372036854775807"), NULL);
	is(SYNTAX_TICKS, TEXT("soon"), NULL);
	is(SYNTAX_TIME, TEXT("20261122123108.0Z"), "2026-11-22T12:31:08.000Z");
	is(SYNTAX_TIME, TEXT("20261122"), NULL);
	is(SYNTAX_TIME, TEXT("99999999999999.0Z"), NULL);
	is(SYNTAX_BOOL, TEXT("TRUE"), "true");
	is(SYNTAX_BOOL, TEXT("FALSE"), "false");
	is(SYNTAX_SID, bytes(sid, sizeof(sid)),
	    "S-1-5-21-725624450-3015557937-4057045869-1103");
	is(SYNTAX_SID, bytes(sid, sizeof(sid) - 1), NULL);
	is(SYNTAX_GUID, bytes(guid, 16),
	    "880885c1-f7a8-4a61-8be5-e82ef375544c");
	is(SYNTAX_GUID, bytes(guid, 15), NULL);
	is(SYNTAX_BYTES, bytes("\0\1\xff", 3), "AAH/");
	is(SYNTAX_TEXT, TEXT("Ångström"), "Ångström");
	is(SYNTAX_TEXT, bytes("\xff", 1), NULL);
	is(SYNTAX_TEXT, bytes("a\0b", 3), NULL);
	is(SYNTAX_DN, TEXT("<GUID=880885c1-f7a8-4a61-8be5-e82ef375544c>;CN=x"),
	    "CN=x");
}

static void there_and_back(enum syntax syntax, const char *text)
{
	struct berval value;

	CHECK(value_bytes(arena, syntax, text, &value), "%s", text);
	is(syntax, &value, text);
}

static void values_in(void **state)
{
	static const struct {
		enum syntax syntax;
		const char *text;
	} bad[] = { { SYNTAX_TICKS, "tomorrow" },
		{ SYNTAX_TICKS, "1600-01-01" }, { SYNTAX_TIME, "12" },
		{ SYNTAX_BOOL, "TRUE" }, { SYNTAX_BYTES, "a" },
		{ SYNTAX_GUID, "880885c1" }, { SYNTAX_SID, "S-1-5" },
		{ SYNTAX_DN, "x" }, { SYNTAX_TEXT, "" },
		{ SYNTAX_TEXT, "\xff" } };
	struct berval value;

	(void)state;
	there_and_back(SYNTAX_TICKS, "2026-07-29T06:00:00.000Z");
	there_and_back(SYNTAX_TIME, "2026-11-22T12:31:08.000Z");
	there_and_back(SYNTAX_BOOL, "true");
	there_and_back(SYNTAX_BYTES, "AAH/");
	there_and_back(SYNTAX_GUID, "880885c1-f7a8-4a61-8be5-e82ef375544c");
	there_and_back(SYNTAX_DN, "CN=x,DC=y");
	there_and_back(SYNTAX_TEXT, "Ångström");
	for (size_t i = 0; i < array_length(bad); i++)
		CHECK(!value_bytes(arena, bad[i].syntax, bad[i].text, &value),
		    "%s", bad[i].text);
	CHECK(utf16_length("a€𝄞") == 4, "%d", utf16_length("a€𝄞"));
}

static void filters(void **state)
{
	struct buf out = { 0 };

	(void)state;
	filter_escape(&out, "a*b)(c\\\0ö", 9);
	CHECK(strcmp(buf_text(&out), "a\\2ab\\29\\28c\\5c\\00\\c3") == 0, "%s",
	    buf_text(&out));
	buf_free(&out);
}

/* --- the DirSync control -------------------------------------------------- */

static void a_control(void **state)
{
	struct dirsync in = { 1, 4096, { 5, not_const("MSDS\3") } }, out;
	struct berval value;

	(void)state;
	CHECK(dirsync_write(&in, &value), "written");
	CHECK(dirsync_parse(arena, &value, &out), "parsed");
	CHECK(out.flags == 1 && out.most == 4096 && out.cookie.bv_len == 5 &&
		  memcmp(out.cookie.bv_val, "MSDS\3", 5) == 0,
	    "%ld", out.flags);
	for (size_t len = 0; len < value.bv_len; len++) {
		struct berval cut = { len, value.bv_val };

		CHECK(!dirsync_parse(arena, &cut, &out), "%zu bytes", len);
	}
	ber_memfree(value.bv_val);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(what_refusals_mean),
	cmocka_unit_test(names_in_and_out),
	cmocka_unit_test(where_names_are),
	cmocka_unit_test(extended_names),
	cmocka_unit_test(values_out),
	cmocka_unit_test(values_in),
	cmocka_unit_test(filters),
	cmocka_unit_test(a_control),
};

int main(void)
{
	cmocka_set_message_output(CM_OUTPUT_TAP);
	cmocka_set_test_filter(getenv("HOMEROOM_TEST_CASE"));
	return cmocka_run_group_tests(tests, begin, end);
}
