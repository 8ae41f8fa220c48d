/* Any text as ASCII, by ICU's transliterators: Łukasz is Lukasz, and in German
 * Müller is Mueller. */
#include "mapping.h"

#include <stdio.h>
#include <string.h>

#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utrans.h>

/* A Chinese character is up to six letters. */
#define GROWTH 8

struct ascii {
	UTransliterator *by;
};

static void free_ascii(void *object)
{
	struct ascii *ascii = object;

	utrans_close(ascii->by);
}

bool ascii_compile(struct arena *arena, const char *language,
    const struct ascii **out, struct err *err)
{
	struct ascii *ascii = arena_alloc(arena, sizeof(*ascii));
	UErrorCode code = U_ZERO_ERROR;
	char id[96];
	UChar wide[96];
	bool plain = *language == '\0';

	if (strspn(language, "abcdefghijklmnopqrstuvwxyz") !=
		strlen(language) ||
	    strlen(language) > 3)
		return fail(err, FAULT_INVALID, "there is no language '%.10s'",
		    language);
	snprintf(id, sizeof(id),
	    "%s%sAny-Latin; Latin-ASCII; [:^ASCII:] Remove", language,
	    plain ? "" : "-ASCII; ");
	u_uastrcpy(wide, id);
	ascii->by =
	    utrans_openU(wide, -1, UTRANS_FORWARD, NULL, 0, NULL, &code);
	if (U_FAILURE(code))
		return fail(err, FAULT_INVALID,
		    "ICU has no rules to write the language '%s' in ASCII",
		    language);
	arena_defer(arena, free_ascii, ascii);
	*out = ascii;
	return true;
}

static bool is_ascii(struct text text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.at[i] >= 0x80)
			return false;
	return true;
}

bool ascii_write(const struct ascii *ascii, struct arena *arena,
    struct text *value)
{
	int32_t room = (int32_t)value->len * GROWTH + 64, len = 0, limit;
	UErrorCode code = U_ZERO_ERROR;
	UChar *wide;
	char *out;

	if (is_ascii(*value))
		return true;
	if (value->len > INT32_MAX / GROWTH / 4)
		return false;
	wide = arena_alloc(arena, (size_t)room * sizeof(*wide));
	u_strFromUTF8(wide, room, &len, value->at, (int32_t)value->len, &code);
	limit = len;
	utrans_transUChars(ascii->by, wide, &len, room, 0, &limit, &code);
	if (U_FAILURE(code))
		return false;
	out = arena_alloc(arena, (size_t)len + 1);
	for (int32_t i = 0; i < len; i++)
		out[i] = (char)wide[i];
	*value = (struct text){ out, (size_t)len };
	return true;
}

static struct text fold_ascii(struct arena *arena, struct text text)
{
	char *out = arena_textn(arena, text.at, text.len);

	for (size_t i = 0; i < text.len; i++)
		if (out[i] >= 'A' && out[i] <= 'Z')
			out[i] = (char)(out[i] - 'A' + 'a');
	return (struct text){ out, text.len };
}

/* Marks that stand over or under a letter. */
static bool is_mark(UChar c)
{
	return c >= 0x300 && c <= 0x36f;
}

/* Its length; 0: ICU could not. */
static int32_t normalize(const UNormalizer2 *how, const UChar *in, int32_t len,
    UChar *out, int32_t room)
{
	UErrorCode code = U_ZERO_ERROR;

	len = unorm2_normalize(how, in, len, out, room, &code);
	return U_SUCCESS(code) ? len : 0;
}

struct text text_folded(struct arena *arena, struct text text)
{
	int32_t room = (int32_t)text.len * GROWTH + 64, len = 0, kept = 0;
	UErrorCode code = U_ZERO_ERROR;
	UChar *a, *b;
	char *out;

	if (is_ascii(text) || text.len > INT32_MAX / GROWTH / 4)
		return fold_ascii(arena, text);
	a = arena_alloc(arena, (size_t)room * sizeof(*a));
	b = arena_alloc(arena, (size_t)room * sizeof(*b));
	out = arena_alloc(arena, (size_t)room * 3);
	u_strFromUTF8(a, room, &len, text.at, (int32_t)text.len, &code);
	len = normalize(unorm2_getNFKCCasefoldInstance(&code), a, len, b, room);
	len = normalize(unorm2_getNFDInstance(&code), b, len, a, room);
	for (int32_t i = 0; i < len; i++)
		if (!is_mark(a[i]))
			a[kept++] = a[i];
	u_strToUTF8(out, room * 3, &len, a, kept, &code);
	return U_SUCCESS(code) ? (struct text){ out, (size_t)len } : text;
}
