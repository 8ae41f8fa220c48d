/*
 * password: the first passwords of accounts. They are made, sealed with the
 * district's public key, and opened to be handed over: on slips of paper, or in
 * an encrypted file. Each opening is in the audit.
 *
 * No function here logs, and none puts a password into an error.
 */
#ifndef HOMEROOM_PASSWORD_H
#define HOMEROOM_PASSWORD_H

#include "homeroom/base.h"
#include "homeroom/rules.h"
#include "homeroom/store.h"

/* --- made --------------------------------------------------------------------
 */

/* Whose it is to be: it must not hold the login, nor a part of the name. */
struct password_for {
	struct text login, name;
};

/* As the policy says, and as Active Directory wants it: 3 of capitals, small
 * letters, digits and others. The arena's: wipe it after use. FAULT_INVALID: a
 * pattern gives none that is good enough, or the file of words can't be used.
 */
bool password_make(struct arena *arena, const struct password_policy *policy,
    const struct password_for *whose, const char **out,
    struct err *err) must_use;
void password_wipe(const char *password); /* NULL is fine */

/* --- kept
 * ---------------------------------------------------------------------
 */

struct password_account {
	int64_t district;
	int64_t directory;
	const char *person, *login, *name;
	bool lasting; /* it need not be changed at the first logon */
};

/* Before the account is made: who was told to make it and died may have made
 * it. In place of one that was kept for this person. As homeroom_ingest. Until
 * the ledger has the account it can be had back, under HOMEROOM_KEY_FILE. */
bool password_keep(struct db *db, struct arena *arena,
    const struct password_account *account, const char *password,
    struct err *err) must_use;
/* What attempts before this one gave the account, for one of them may yet come
 * through; wiped with the arena. NULL: none is known, or it was another login.
 */
bool password_held(struct db *db, struct arena *arena,
    const struct password_account *account, const char **out,
    struct err *err) must_use;
/* It was not made after all. */
bool password_drop(struct db *db, struct arena *arena,
    const struct password_account *account, struct err *err) must_use;

/* --- handed over
 * ---------------------------------------------------------------
 */

struct password_wanted {
	int64_t district;
	const char *directory;               /* its name */
	const char *school, *class, *person; /* ids; NULL: all */
	bool again;      /* those too that were opened before */
	const char *key; /* PEM file with the private key; NULL: ours */
	const char *who;
	/* The address that it goes to by mail; NULL: not by mail. */
	const char *to;
	bool rehearses; /* nothing is forgotten */
};

struct password_row {
	const char *person, *login, *name;
	const char *school, *class; /* names; "": none */
	int64_t made, opened;       /* ms; 0: not yet */
	const char *opened_by;      /* NULL: nobody */
	const char *password;       /* opened; NULL */
};

/* What waits, by school, class and name. */
bool password_list(struct db *db, struct arena *arena,
    const struct password_wanted *wanted, const struct password_row **rows,
    int *count, struct err *err) must_use;
/* The same, opened, and noted who did. What goes by mail still waits until
 * password_sent: whoever opened it may not be able to send it. What need not
 * be changed at the first logon does not go by mail. */
bool password_open(struct db *db, struct arena *arena,
    const struct password_wanted *wanted, const struct password_row **rows,
    int *count, struct err *err) must_use;
/* What was opened for a mail has gone out. */
bool password_sent(struct db *db, struct arena *arena,
    const struct password_wanted *wanted, struct err *err) must_use;
/* They are handed over: those that were opened, of all or of one school, class
 * or person, are forgotten. */
bool password_forget(struct db *db, struct arena *arena,
    const struct password_wanted *wanted, int64_t *count,
    struct err *err) must_use;

/* A page of slips to be cut apart, one HTML file. */
void password_slips(struct buf *out, const struct password_row *rows, int count,
    const char *title);
/* A CSV file in a zip, AES-256 under a passphrase that is made, the arena's. */
bool password_zip(const char *file, const struct password_row *rows, int count,
    struct arena *arena, const char **passphrase, struct err *err) must_use;

/* --- the district's key
 * --------------------------------------------------------
 */

/* From now on the district's own: PEM of an X25519 public key. What is sealed
 * with another stays so. */
bool password_set_key(struct db *db, struct arena *arena, int64_t district,
    const char *pem_file, struct err *err) must_use;

#endif
