/* What a domain controller says: names, values, refusals, cookies. The first
 * byte says which. What was read can be written, and reads the same again. */
#include "directory/ad/ad.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_name(struct arena *arena, const char *text)
{
	char guid[GUID_TEXT];
	const char *dn = dn_extended(text, guid);
	const char *name = dn_name(arena, dn), *made;

	assert(guid[0] == '\0' || guid_valid(guid));
	assert(dn_within(dn, dn) && strlen(dn_parent(dn)) <= strlen(dn));
	made = dn_make(arena, DIRECTORY_ACCOUNT, name, "DC=x");
	assert(strcmp(dn_name(arena, made), name) == 0);
	assert(strcmp(dn_parent(made), "DC=x") == 0);
	assert(!utf8_valid(name, strlen(name)) || name[0] == '\0' ||
	       dn_valid(made));
}

static void read_value(struct arena *arena, enum syntax syntax,
    const struct berval *bytes)
{
	const char *text = value_text(arena, syntax, bytes), *again;
	struct berval back;

	if (text == NULL || syntax == SYNTAX_SID || syntax == SYNTAX_DN)
		return;
	if (!value_bytes(arena, syntax, text, &back))
		return;
	again = value_text(arena, syntax, &back);
	assert(again != NULL && strcmp(again, text) == 0);
}

static void read_cookie(struct arena *arena, const struct berval *bytes)
{
	struct dirsync first, second;
	struct berval written;

	if (!dirsync_parse(arena, bytes, &first))
		return;
	assert(dirsync_write(&first, &written));
	assert(dirsync_parse(arena, &written, &second));
	assert(second.flags == first.flags && second.most == first.most);
	assert(second.cookie.bv_len == first.cookie.bv_len);
	ber_memfree(written.bv_val);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct berval bytes;
	char hex[9];

	if (size > 0) {
		bytes.bv_len = size - 1;
		bytes.bv_val =
		    arena_textn(arena, (const char *)data + 1, size - 1);
		read_name(arena, bytes.bv_val);
		read_value(arena, data[0] % (SYNTAX_SID + 1), &bytes);
		read_cookie(arena, &bytes);
		refusal_hex(hex, bytes.bv_val);
		assert(refusal_find(data[0], bytes.bv_val)->why != NULL);
	}
	arena_free(arena);
	return 0;
}
