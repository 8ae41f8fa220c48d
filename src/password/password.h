/*
 * Inside password.
 */
#ifndef HOMEROOM_PASSWORD_PASSWORD_H
#define HOMEROOM_PASSWORD_PASSWORD_H

#include "homeroom/password.h"

/* --- hpke.c: RFC 9180, base mode, one message a key -------------------------
 *
 * DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM: any library of HPKE
 * opens what is sealed here.
 */

#define HPKE_KEY 32

void hpke_key_make(unsigned char private[HPKE_KEY],
    unsigned char public[HPKE_KEY]);

/* What is bound to the message: both ends must say the same. */
struct hpke_about {
	struct text info, aad;
};

bool hpke_seal(struct buf *out, const unsigned char public[HPKE_KEY],
    const struct hpke_about *about, struct text secret,
    struct err *err) must_use;
bool hpke_open(struct buf *out, const unsigned char private[HPKE_KEY],
    const struct hpke_about *about, struct text sealed,
    struct err *err) must_use;

/* --- words.c -------------------------------------------------------------- */

extern const char *const password_words[];
extern const int password_word_count;

/* --- chance.c: without bias ----------------------------------------------- */

/* 0 to below - 1. */
uint32_t chance(uint32_t below);

/* --- key.c: the district's key -------------------------------------------- */

/* The public one; made with its private one when there is none. */
bool password_key_public(struct db *db, struct arena *arena, int64_t district,
    unsigned char public[HPKE_KEY], struct err *err) must_use;

/* The private one: ours, or that of a file. */
struct opener {
	unsigned char private[HPKE_KEY], public[HPKE_KEY];
};

bool password_key_private(struct db *db, struct arena *arena,
    const struct password_wanted *wanted, struct opener *out,
    struct err *err) must_use;

#endif
