/* Distinguished names and filters: what is put into them, and taken out. */
#include "ad.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

static void escape_byte(struct buf *out, unsigned char byte, char mark)
{
	char hex[3];

	hex_encode(hex, &byte, 1);
	buf_char(out, mark);
	buf_puts(out, hex);
}

/* RFC 4514. */
static void escape(struct buf *out, const char *value)
{
	size_t len = strlen(value);

	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)value[i];
		bool edge = i == 0 || i + 1 == len;

		if (c < 0x20 || c == 0x7f)
			escape_byte(out, c, '\\');
		else if (strchr(",+\"\\<>;=", c) != NULL ||
			 (c == ' ' && edge) || (c == '#' && i == 0)) {
			buf_char(out, '\\');
			buf_char(out, (char)c);
		} else {
			buf_char(out, (char)c);
		}
	}
}

void filter_escape(struct buf *out, const void *value, size_t len)
{
	const unsigned char *at = value;

	for (size_t i = 0; i < len; i++)
		if (isalnum(at[i]) || at[i] == '-' || at[i] == '.')
			buf_char(out, (char)at[i]);
		else
			escape_byte(out, at[i], '\\');
}

const char *dn_make(struct arena *arena, enum directory_kind kind,
    const char *name, const char *place)
{
	struct buf out = { 0 };
	const char *made;

	buf_puts(&out, kind == DIRECTORY_CONTAINER ? "OU=" : "CN=");
	escape(&out, name);
	if (place[0] != '\0') {
		buf_char(&out, ',');
		buf_puts(&out, place);
	}
	made = arena_text(arena, buf_text(&out));
	buf_free(&out);
	return made;
}

const char *ad_address(struct arena *arena, const char *place, const char *name,
    enum directory_kind kind)
{
	return dn_make(arena, kind, name, place);
}

/* The comma after the first RDN, or the end. */
static const char *rdn_end(const char *dn)
{
	while (*dn != '\0' && *dn != ',')
		dn += dn[0] == '\\' && dn[1] != '\0' ? 2 : 1;
	return dn;
}

const char *dn_parent(const char *dn)
{
	const char *end = rdn_end(dn);

	return *end == ',' ? end + 1 : end;
}

bool dn_valid(const char *dn)
{
	LDAPDN parsed = NULL;
	bool good = dn[0] != '\0' && ldap_str2dn(dn, &parsed,
					 LDAP_DN_FORMAT_LDAPV3) == LDAP_SUCCESS;

	ldap_dnfree(parsed);
	return good;
}

bool dn_within(const char *dn, const char *root)
{
	for (;;) {
		if (strcasecmp(dn, root) == 0)
			return true;
		if (*dn == '\0')
			return false;
		dn = dn_parent(dn);
	}
}

const char *dn_extended(const char *dn, char guid[GUID_TEXT])
{
	guid[0] = '\0';
	while (dn[0] == '<') {
		const char *end = strstr(dn, ">;");

		if (end == NULL)
			return dn;
		if (strncasecmp(dn, "<GUID=", 6) == 0 &&
		    end - dn == 6 + GUID_TEXT - 1) {
			memcpy(guid, dn + 6, GUID_TEXT - 1);
			guid[GUID_TEXT - 1] = '\0';
			if (!guid_valid(guid))
				guid[0] = '\0';
		}
		dn = end + 2;
	}
	return dn;
}

static bool unescape_hex(const char *at, struct buf *out)
{
	return isxdigit((unsigned char)at[0]) &&
	       isxdigit((unsigned char)at[1]) && hex_decode(out, at, 2);
}

const char *dn_name(struct arena *arena, const char *dn)
{
	const char *end = rdn_end(dn),
		   *at = memchr(dn, '=', (size_t)(end - dn));
	struct buf out = { 0 };
	const char *name;

	for (at = at == NULL ? dn : at + 1; at < end; at++)
		if (*at != '\\' || at + 1 == end)
			buf_char(&out, *at);
		else if (end - at > 2 && unescape_hex(at + 1, &out))
			at += 2;
		else
			buf_char(&out, *++at);
	/* A deleted one, or one of two that were made at once, has a line
	 * break in its name, and its GUID behind it. */
	name = buf_text(&out);
	name = arena_textn(arena, name, strcspn(name, "\n"));
	buf_free(&out);
	return name;
}
