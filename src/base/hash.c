/* SipHash-2-4-128 (Aumasson and Bernstein), and comparing secrets. */
#include "homeroom/base.h"

#include <string.h>

struct sip {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate(uint64_t x, int bits)
{
	return x << bits | x >> (64 - bits);
}

static inline void sip_round(struct sip *s)
{
	s->v0 += s->v1;
	s->v1 = rotate(s->v1, 13) ^ s->v0;
	s->v0 = rotate(s->v0, 32);
	s->v2 += s->v3;
	s->v3 = rotate(s->v3, 16) ^ s->v2;
	s->v0 += s->v3;
	s->v3 = rotate(s->v3, 21) ^ s->v0;
	s->v2 += s->v1;
	s->v1 = rotate(s->v1, 17) ^ s->v2;
	s->v2 = rotate(s->v2, 32);
}

static inline void sip_word(struct sip *s, uint64_t word)
{
	s->v3 ^= word;
	sip_round(s);
	sip_round(s);
	s->v0 ^= word;
}

/* Eight bytes, the lowest first, whatever the machine's order. */
static inline uint64_t little8(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	word = __builtin_bswap64(word);
#endif
	return word;
}

/* The bytes after the last eight, and above them the length. */
static inline uint64_t tail(const uint8_t *p, size_t len)
{
	uint64_t word = (uint64_t)len << 56;
	size_t rest = len % 8;

	if (rest > 0 && len > 8)
		return word | little8(p + len - 8) >> 8 * (8 - rest);
	for (size_t i = 0; i < rest; i++)
		word |= (uint64_t)p[len - rest + i] << 8 * i;
	return word;
}

static uint64_t sip_end(struct sip *s)
{
	for (int i = 0; i < 4; i++)
		sip_round(s);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

struct hash128 siphash128(const uint8_t key[16], const void *data, size_t len)
{
	const uint8_t *p = data;
	uint64_t k0 = little8(key), k1 = little8(key + 8);
	struct hash128 hash;
	size_t at = 0;
	struct sip s = {
		.v0 = k0 ^ 0x736f6d6570736575U,
		.v1 = k1 ^ 0x646f72616e646f6dU ^ 0xee,
		.v2 = k0 ^ 0x6c7967656e657261U,
		.v3 = k1 ^ 0x7465646279746573U,
	};

	for (; len - at >= 8; at += 8)
		sip_word(&s, little8(p + at));
	sip_word(&s, tail(p, len));
	s.v2 ^= 0xee;
	hash.low = sip_end(&s);
	s.v1 ^= 0xdd;
	hash.high = sip_end(&s);
	return hash;
}

bool equal_secret(const void *a, const void *b, size_t len)
{
	const volatile uint8_t *x = a, *y = b;
	unsigned difference = 0;

	for (size_t i = 0; i < len; i++)
		difference |= x[i] ^ y[i];
	return difference == 0;
}
