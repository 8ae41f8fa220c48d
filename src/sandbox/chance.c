/* Numbers and ids that look drawn but follow from the seed: splitmix64. */
#include "sandbox.h"

/* One to one, so that different things stay different. */
static uint64_t mix(uint64_t x)
{
	x ^= x >> 30;
	x *= UINT64_C(0xbf58476d1ce4e5b9);
	x ^= x >> 27;
	x *= UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

struct dice dice_about(uint64_t seed, enum about about, uint64_t a, uint64_t b)
{
	uint64_t x = mix(seed + about * UINT64_C(0x2545f4914f6cdd1d));

	x = mix(x + a * UINT64_C(0xd6e8feb86659fd93));
	return (struct dice){ mix(x + b * UINT64_C(0xa0761d6478bd642f)) };
}

static uint64_t roll(struct dice *dice)
{
	dice->state += UINT64_C(0x9e3779b97f4a7c15);
	return mix(dice->state);
}

int64_t dice_below(struct dice *dice, int64_t n)
{
	return (int64_t)((roll(dice) >> 32) * (uint64_t)n >> 32);
}

bool dice_percent(struct dice *dice, int percent)
{
	return dice_below(dice, 100) < percent;
}

/* The first digits of both halves; the rest is what a UUID must have. */
struct id id_of(uint64_t seed, enum about about, uint64_t a, uint64_t b)
{
	static const char hex[] = "0123456789abcdef";
	static const char shape[] = "xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx";
	struct dice dice = dice_about(seed, about, a, b);
	uint64_t bits = roll(&dice);
	struct id id;
	int used = 0;

	for (size_t i = 0; i < sizeof(shape); i++) {
		id.text[i] = shape[i];
		if (shape[i] != 'x')
			continue;
		id.text[i] = hex[bits & 15];
		bits >>= 4;
		if (++used == 16)
			bits = roll(&dice);
	}
	return id;
}
