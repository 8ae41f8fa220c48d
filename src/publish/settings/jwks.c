/* The public keys of an application, as its settings tell them. */
#include "settings.h"
#include "../tree/tree.h"

#include <string.h>

#define KID_MAX 200

/* --- public keys ---------------------------------------------------------- */

/* The member of a JWK, where it is a text. */
static const char *member(const struct node *key, const char *name)
{
	const struct node *value = node_get(key, name);

	return value != NULL && value->shape == SCALAR &&
		       strlen(value->text) == value->length
		   ? value->text
		   : NULL;
}

static struct jwk jwk_of(const struct node *key)
{
	return (struct jwk){
		.kid = member(key, "kid"),
		.alg = member(key, "alg"),
		.kty = member(key, "kty"),
		.crv = member(key, "crv"),
		.x = member(key, "x"),
		.y = member(key, "y"),
		.n = member(key, "n"),
		.e = member(key, "e"),
	};
}

static bool refuse(const char *file, const struct node *node, const char *what,
    struct err *err)
{
	return fail(err, FAULT_INVALID, "%s:%d: a public key must be %s", file,
	    node->line, what);
}

static bool check_kid(const char *kid)
{
	size_t len = kid == NULL ? 0 : strlen(kid);

	if (len == 0 || len > KID_MAX)
		return false;
	for (const char *p = kid; *p != '\0'; p++)
		if ((unsigned char)*p <= ' ' || *p == 0x7f)
			return false;
	return true;
}

/* As RFC 7517 writes them. A key whose id is missing gets its thumbprint. */
static bool read_jwk(const char *file, const struct node *key,
    struct arena *arena, struct jwk *out, struct err *err)
{
	struct err why = { 0 };
	struct public_key read;
	struct text pem;

	if (key->shape != MAP)
		return refuse(file, key, "a mapping", err);
	if (node_get(key, "d") != NULL || node_get(key, "k") != NULL)
		return fail(err, FAULT_INVALID,
		    "%s:%d: this key is private; the application keeps it, "
		    "and gives away the public half only",
		    file, key->line);
	if (node_get(key, "use") != NULL &&
	    (member(key, "use") == NULL ||
		strcmp(member(key, "use"), "sig") != 0))
		return refuse(file, key, "for use sig", err);
	if (node_get(key, "kid") != NULL && !check_kid(member(key, "kid")))
		return refuse(file, key,
		    "with a kid of 1 to 200 bytes without spaces", err);
	*out = jwk_of(key);
	if (!jwk_pem(out, arena, &read, &why))
		return refuse(file, key, why.text, err);
	/* From the key itself, so that all are spelled alike. */
	pem = (struct text){ read.pem, strlen(read.pem) };
	return jwk_from_pem(out, arena, read.kid, pem, err);
}

static bool read_pem(const char *file, const struct node *pem,
    struct arena *arena, struct jwk *out, struct err *err)
{
	struct err why = { 0 };

	return jwk_from_pem(out, arena, NULL,
		   (struct text){ pem->text, pem->length }, &why) ||
	       refuse(file, pem, why.text, err);
}

struct keys {
	struct jwk at[KEYS_MAX];
	int count;
};

static bool add_key(struct keys *keys, const struct jwk *jwk, struct err *err)
{
	if (keys->count == KEYS_MAX)
		return fail(err, FAULT_INVALID,
		    "an application has %d public keys at most", KEYS_MAX);
	for (int i = 0; i < keys->count; i++)
		if (strcmp(keys->at[i].kid, jwk->kid) == 0)
			return fail(err, FAULT_INVALID,
			    "two public keys have the kid '%s'", jwk->kid);
	keys->at[keys->count++] = *jwk;
	return true;
}

static bool read_keys(const char *file, const struct node *map,
    struct arena *arena, struct keys *keys, struct err *err)
{
	const struct node *jwks = node_get(map, "jwks");
	const struct node *pems = node_get(map, "pem");
	struct jwk jwk;

	if (jwks != NULL)
		jwks = node_get(jwks, "keys");
	for (const struct node *n = jwks == NULL ? NULL : jwks->first;
	     n != NULL; n = n->next)
		if (!read_jwk(file, n, arena, &jwk, err) ||
		    !add_key(keys, &jwk, err))
			return false;
	for (const struct node *n = pems == NULL ? NULL : pems->first;
	     n != NULL; n = n->next)
		if (!read_pem(file, n, arena, &jwk, err) ||
		    !add_key(keys, &jwk, err))
			return false;
	return true;
}

bool jwks_check(const char *file, const struct node *jwks, struct err *err)
{
	const struct node *keys = node_get(jwks, "keys");
	struct arena *arena = arena_new();
	bool good = true;

	if (keys == NULL || keys->shape != LIST)
		good = fail(err, FAULT_INVALID,
		    "%s:%d: jwks must hold a list, keys", file, jwks->line);
	for (const struct node *n = good ? keys->first : NULL;
	     good && n != NULL; n = n->next) {
		struct jwk jwk;

		good = read_jwk(file, n, arena, &jwk, err);
	}
	arena_free(arena);
	return good;
}

bool pem_check(const char *file, const struct node *pem, struct err *err)
{
	struct arena *arena = arena_new();
	struct jwk jwk;
	bool good = read_pem(file, pem, arena, &jwk, err);

	arena_free(arena);
	return good;
}

/* --- applied -------------------------------------------------------------- */

static const char *keys_text(struct arena *arena, const struct keys *keys)
{
	struct buf out = { 0 };
	const char *text;

	if (keys->count == 0)
		return NULL;
	for (int i = 0; i < keys->count; i++) {
		buf_puts(&out, i == 0 ? "{\"keys\":[" : ",");
		jwk_write(&out, &keys->at[i]);
	}
	buf_puts(&out, "]}");
	text = arena_text(arena, buf_text(&out));
	buf_free(&out);
	return text;
}

bool keys_apply(const struct applying *a, const char *application,
    struct err *err)
{
	const struct node *map = a->document->map;
	struct keys keys = { .count = 0 };
	struct values values = { 0 };

	if (!read_keys(a->document->name, map, a->arena, &keys, err)) {
		err_add(err, "application %s", a->document->name);
		return false;
	}
	values_add(&values, application);
	values_add(&values, keys_text(a->arena, &keys));
	return db_ask(a->db, a->arena, STATEMENT_application_set_keys, &values,
	    NULL, err);
}
