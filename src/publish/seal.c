/* Secrets at rest: AES-256-GCM under a key file that is made at first use. */
#include "homeroom/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#define KEY_SIZE 32
#define NONCE_SIZE 12
#define TAG_SIZE 16
#define FORMAT 1 /* the first byte: another cipher would be another number */

/* --- the key file --------------------------------------------------------- */

static bool write_key(int fd)
{
	unsigned char key[KEY_SIZE];
	bool done;

	random_bytes(key, sizeof(key));
	done = write(fd, key, sizeof(key)) == sizeof(key) && fsync(fd) == 0;
	OPENSSL_cleanse(key, sizeof(key));
	return close(fd) == 0 && done;
}

static void sync_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
}

/* Written whole under another name, then linked: of several processes at once
 * one makes the file, and the others find it finished. */
static bool make_key_in(const char *folder, const char *key_file,
    struct err *err)
{
	char temporary[PATH_MAX];
	bool done = true;
	int fd;

	if (mkdir(folder, 0700) != 0 && errno != EEXIST)
		return fail(err, FAULT_IO, "%s: %m", folder);
	if (snprintf(temporary, sizeof(temporary), "%s.XXXXXX", key_file) >=
	    (int)sizeof(temporary))
		return fail(err, FAULT_IO, "the key file's name is too long");
	fd = mkostemp(temporary, O_CLOEXEC); /* mode 0600 */
	if (fd < 0)
		return fail(err, FAULT_IO, "%s: %m", key_file);
	if (!write_key(fd))
		done = fail(err, FAULT_IO, "can't write %s", key_file);
	else if (link(temporary, key_file) != 0 && errno != EEXIST)
		done = fail(err, FAULT_IO, "%s: %m", key_file);
	unlink(temporary);
	sync_folder(folder);
	return done;
}

static bool make_key(const char *key_file, struct err *err)
{
	const char *slash = strrchr(key_file, '/');
	char folder[PATH_MAX] = ".";

	if (slash != NULL && slash != key_file)
		snprintf(folder, sizeof(folder), "%.*s",
		    (int)(slash - key_file), key_file);
	else if (slash == key_file)
		snprintf(folder, sizeof(folder), "/");
	return make_key_in(folder, key_file, err);
}

static bool read_key(int fd, const char *key_file, unsigned char key[KEY_SIZE],
    struct err *err)
{
	struct stat about;
	ssize_t got;

	if (fstat(fd, &about) != 0)
		return fail(err, FAULT_IO, "%s: %m", key_file);
	if (!S_ISREG(about.st_mode) || about.st_size != KEY_SIZE)
		return fail(err, FAULT_INVALID, "%s is not a key of %d bytes",
		    key_file, KEY_SIZE);
	/* A group may read it: that is how container platforms hand it in. */
	if ((about.st_mode & (S_IRWXO | S_IWGRP)) != 0)
		return fail(err, FAULT_INVALID,
		    "%s can be used by others: chmod 600 it", key_file);
	got = read(fd, key, KEY_SIZE);
	if (got < 0)
		return fail(err, FAULT_IO, "%s: %m", key_file);
	if (got != KEY_SIZE)
		return fail(err, FAULT_IO, "%s: too short", key_file);
	return true;
}

/* A key is made for sealing only: what was sealed under one that is gone can't
 * be opened with a new one. */
static bool load_key(const char *key_file, bool sealing,
    unsigned char key[KEY_SIZE], struct err *err)
{
	int fd = open(key_file, O_RDONLY | O_CLOEXEC);
	bool done;

	if (fd < 0 && errno == ENOENT && sealing) {
		if (!make_key(key_file, err))
			return false;
		fd = open(key_file, O_RDONLY | O_CLOEXEC);
	}
	if (fd < 0)
		return fail(err, FAULT_IO, "%s: %m", key_file);
	done = read_key(fd, key_file, key, err);
	close(fd);
	return done;
}

/* --- the cipher ----------------------------------------------------------- */

/*
 * Both ways. The nonces are random: with 96 bits, and a handful of secrets in
 * a key's life, none comes twice.
 */
struct cipher {
	EVP_CIPHER_CTX *context;
	const char *about;
};

static bool cipher_open(struct cipher *cipher, bool sealing,
    const unsigned char *key, const unsigned char *nonce)
{
	int len;

	cipher->context = EVP_CIPHER_CTX_new();
	return cipher->context != NULL &&
	       EVP_CipherInit_ex(cipher->context, EVP_aes_256_gcm(), NULL, key,
		   nonce, sealing) == 1 &&
	       EVP_CipherUpdate(cipher->context, NULL, &len,
		   (const unsigned char *)cipher->about,
		   (int)strlen(cipher->about)) == 1;
}

/* GCM gives as many bytes as it takes. */
static bool cipher_run(struct cipher *cipher, struct buf *out,
    const unsigned char *in, size_t len)
{
	int made = 0;
	unsigned char *to;

	if (len > INT_MAX)
		return false;
	buf_reserve(out, len + 1);
	to = (unsigned char *)out->data + out->len;
	if (EVP_CipherUpdate(cipher->context, to, &made, in, (int)len) != 1 ||
	    (size_t)made != len)
		return false;
	out->len += len;
	return true;
}

static bool cipher_end(struct cipher *cipher)
{
	unsigned char nothing[TAG_SIZE];
	int len = 0;

	return EVP_CipherFinal_ex(cipher->context, nothing, &len) == 1 &&
	       len == 0;
}

static bool encipher(struct cipher *cipher, struct buf *out,
    const unsigned char *key, const void *secret, size_t len)
{
	unsigned char nonce[NONCE_SIZE], tag[TAG_SIZE];

	random_bytes(nonce, sizeof(nonce));
	buf_char(out, FORMAT);
	buf_add(out, nonce, sizeof(nonce));
	if (!cipher_open(cipher, true, key, nonce) ||
	    !cipher_run(cipher, out, secret, len) || !cipher_end(cipher) ||
	    EVP_CIPHER_CTX_ctrl(cipher->context, EVP_CTRL_GCM_GET_TAG, TAG_SIZE,
		tag) != 1)
		return false;
	buf_add(out, tag, sizeof(tag));
	return true;
}

static bool decrypt(struct cipher *cipher, struct buf *out,
    const unsigned char *key, const unsigned char *sealed, size_t len)
{
	const unsigned char *nonce = sealed + 1;
	const unsigned char *body = nonce + NONCE_SIZE;
	unsigned char tag[TAG_SIZE];

	if (len < 1 + NONCE_SIZE + TAG_SIZE || sealed[0] != FORMAT)
		return false;
	len -= 1 + NONCE_SIZE + TAG_SIZE;
	memcpy(tag, body + len, TAG_SIZE);
	return cipher_open(cipher, false, key, nonce) &&
	       cipher_run(cipher, out, body, len) &&
	       EVP_CIPHER_CTX_ctrl(cipher->context, EVP_CTRL_GCM_SET_TAG,
		   TAG_SIZE, tag) == 1 &&
	       cipher_end(cipher);
}

/* --- the door ------------------------------------------------------------- */

bool seal(struct buf *out, const char *key_file, const char *about,
    const void *secret, size_t len, struct err *err)
{
	struct cipher cipher = { .about = about };
	unsigned char key[KEY_SIZE];
	bool done;

	if (!load_key(key_file, true, key, err))
		return false;
	done = encipher(&cipher, out, key, secret, len);
	EVP_CIPHER_CTX_free(cipher.context);
	OPENSSL_cleanse(key, sizeof(key));
	return done || fail(err, FAULT_INTERNAL, "can't seal %s", about);
}

bool unseal(struct buf *out, const char *key_file, const char *about,
    const void *sealed, size_t len, struct err *err)
{
	struct cipher cipher = { .about = about };
	unsigned char key[KEY_SIZE];
	size_t before = out->len;
	bool done;

	if (!load_key(key_file, false, key, err))
		return false;
	done = decrypt(&cipher, out, key, sealed, len);
	EVP_CIPHER_CTX_free(cipher.context);
	OPENSSL_cleanse(key, sizeof(key));
	if (done)
		return true;
	/* What did not prove genuine must not be looked at. */
	OPENSSL_cleanse(out->data + before, out->len - before);
	out->len = before;
	return fail(err, FAULT_INVALID, "%s was not sealed with this key",
	    about);
}
