/* Capital and small letters of the alphabets that schools in Europe and the
 * Americas write names in: Latin, Greek, Cyrillic. Other text stays as it is.
 */
#include "mapping.h"

/* Characters that are not looked at: dashes and quotes, others. */
#define DASHES 0x2000
#define OTHER 0x10000

/* Capitals from `first` to `last`, every `step`-th; the small letter of each is
 * `down` further. */
static const struct {
	uint32_t first, last, step;
	int32_t down;
} alphabets[] = {
	{ 'A', 'Z', 1, 32 },
	{ 0xc0, 0xd6, 1, 32 },
	{ 0xd8, 0xde, 1, 32 },
	{ 0x100, 0x12e, 2, 1 },
	{ 0x132, 0x136, 2, 1 },
	{ 0x139, 0x147, 2, 1 },
	{ 0x14a, 0x176, 2, 1 },
	{ 0x178, 0x178, 1, -121 },
	{ 0x179, 0x17d, 2, 1 },
	{ 0x218, 0x21a, 2, 1 },
	{ 0x391, 0x3a1, 1, 32 },
	{ 0x3a3, 0x3a9, 1, 32 },
	{ 0x400, 0x40f, 1, 80 },
	{ 0x410, 0x42f, 1, 32 },
};

static uint32_t to_lower(uint32_t letter)
{
	for (size_t i = 0; i < array_length(alphabets); i++)
		if (letter >= alphabets[i].first &&
		    letter <= alphabets[i].last &&
		    (letter - alphabets[i].first) % alphabets[i].step == 0)
			return letter + (uint32_t)alphabets[i].down;
	return letter;
}

static uint32_t to_upper(uint32_t letter)
{
	for (size_t i = 0; i < array_length(alphabets); i++) {
		uint32_t capital = letter - (uint32_t)alphabets[i].down;

		if (capital >= alphabets[i].first &&
		    capital <= alphabets[i].last &&
		    (capital - alphabets[i].first) % alphabets[i].step == 0)
			return capital;
	}
	return letter;
}

size_t letter_length(char first)
{
	unsigned char c = (unsigned char)first;

	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static bool in_word(uint32_t letter)
{
	return (letter >= 0xc0 && letter != DASHES) ||
	       (letter >= 'a' && letter <= 'z') ||
	       (letter >= 'A' && letter <= 'Z') ||
	       (letter >= '0' && letter <= '9');
}

/* All letters above have one or two bytes, and keep their number but for some
 * whose other form is ASCII: there are none in the table. */
static uint32_t change(char *at, size_t len, uint32_t (*to)(uint32_t letter))
{
	const unsigned char *in = (const unsigned char *)at;
	uint32_t letter;

	/* No letter here: most of what is written in ASCII, digits too. */
	if (len == 1 && !in_word(in[0]))
		return in[0];
	if (len > 2)
		return len == 3 && in[0] == 0xe2 && in[1] == 0x80 ? DASHES
								  : OTHER;
	letter =
	    len == 1 ? in[0] : (uint32_t)(in[0] & 0x1f) << 6 | (in[1] & 0x3fu);
	letter = to(letter);
	if (len == 1) {
		at[0] = (char)letter;
	} else {
		at[0] = (char)(0xc0 | letter >> 6);
		at[1] = (char)(0x80 | (letter & 0x3f));
	}
	return letter;
}

struct text letters_upper(struct arena *arena, struct text text)
{
	char *out = arena_textn(arena, text.at, text.len);

	for (size_t i = 0; i < text.len; i += letter_length(out[i]))
		change(out + i, letter_length(out[i]), to_upper);
	return (struct text){ out, text.len };
}

struct text letters_lower(struct arena *arena, struct text text)
{
	char *out = arena_textn(arena, text.at, text.len);

	for (size_t i = 0; i < text.len; i += letter_length(out[i]))
		change(out + i, letter_length(out[i]), to_lower);
	return (struct text){ out, text.len };
}

/* The first letter of each word is a capital. */
struct text letters_title(struct arena *arena, struct text text)
{
	char *out = arena_textn(arena, text.at, text.len);
	bool inside = false;

	for (size_t i = 0; i < text.len; i += letter_length(out[i]))
		inside = in_word(change(out + i, letter_length(out[i]),
		    inside ? to_lower : to_upper));
	return (struct text){ out, text.len };
}
