/* The first password of an account that is made. */
#include "sync.h"

/* Nothing that is taken for something else on paper. */
static const char letters[] =
    "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";

#define LENGTH 16

/* No letter is likelier than another: what is left over is thrown away. */
static char pick(void)
{
	const unsigned count = sizeof(letters) - 1;
	unsigned char byte;

	do
		random_bytes(&byte, 1);
	while (byte >= 256 / count * count);
	return letters[byte % count];
}

static bool has_each(const char *text)
{
	bool small = false, large = false, digit = false;

	for (; *text != '\0'; text++) {
		small |= *text >= 'a' && *text <= 'z';
		large |= *text >= 'A' && *text <= 'Z';
		digit |= *text >= '0' && *text <= '9';
	}
	return small && large && digit;
}

const char *first_password(struct arena *arena)
{
	char *text = arena_alloc(arena, LENGTH + 1);

	do
		for (int i = 0; i < LENGTH; i++)
			text[i] = pick();
	while (!has_each(text));
	return text;
}
