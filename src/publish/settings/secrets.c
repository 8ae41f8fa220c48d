/* Secrets in settings: sealed as they come in, and never shown again. */
#include "settings.h"
#include "../tree/tree.h"

#include <inttypes.h>
#include <string.h>

#define MARK "sealed "

/* A secret of a setting, and what is known of it. */
struct secret {
	const struct setting_which *which;
	const char *path;
	const char *mark, *sealed; /* NULL: there is none */
};

/* --- at rest -------------------------------------------------------------- */

static void put_about(struct buf *about, const struct secret *secret)
{
	buf_printf(about, "%s of %s %s of district %" PRId64, secret->path,
	    secret->which->kind, secret->which->name, secret->which->district);
}

static const char *key_file(void)
{
	return config_get("HOMEROOM_KEY_FILE");
}

static struct values name_it(struct arena *arena, const struct secret *secret)
{
	struct values values = { 0 };

	values_add(&values, arena_number(arena, secret->which->district));
	values_add(&values, secret->which->kind);
	values_add(&values, secret->which->name);
	values_add(&values, secret->path);
	return values;
}

static bool find(struct db *db, struct arena *arena, struct secret *secret,
    struct err *err)
{
	const struct values values = name_it(arena, secret);
	const struct rows *rows;

	if (!db_ask(db, arena, STATEMENT_setting_secret_find, &values, &rows,
		err))
		return false;
	if (rows_count(rows) > 0) {
		secret->mark = rows_get(rows, 0, 0);
		secret->sealed = rows_get(rows, 0, 1);
	}
	return true;
}

static bool open_it(const struct secret *secret, struct buf *out,
    struct err *err)
{
	struct buf about = { 0 }, bytes = { 0 };
	bool done;

	put_about(&about, secret);
	done = hex_decode(&bytes, secret->sealed, strlen(secret->sealed))
		   ? unseal(out, key_file(), buf_text(&about), bytes.data,
			 bytes.len, err)
		   : fail(err, FAULT_INTERNAL, "a secret is no hexadecimal");
	buf_free(&about);
	buf_free(&bytes);
	return done;
}

static bool seal_it(const struct secret *secret, struct arena *arena,
    const struct node *node, const char **hex, struct err *err)
{
	struct buf about = { 0 }, bytes = { 0 };
	bool done;

	put_about(&about, secret);
	done = seal(&bytes, key_file(), buf_text(&about), node->text,
	    node->length, err);
	if (done)
		*hex = arena_hex(arena, bytes.data, bytes.len);
	buf_free(&about);
	buf_free(&bytes);
	return done;
}

bool setting_secret(struct db *db, struct arena *arena,
    const struct setting_which *which, const char *path, const char **out,
    struct err *err)
{
	struct secret secret = { .which = which, .path = path };
	struct buf text = { 0 };
	bool done;

	*out = NULL;
	if (!find(db, arena, &secret, err))
		return false;
	if (secret.sealed == NULL)
		return true;
	done = open_it(&secret, &text, err);
	if (done)
		*out = arena_textn(arena, text.data, text.len);
	buf_free(&text);
	return done;
}

/* --- coming in ------------------------------------------------------------ */

static bool is_mark(const char *text)
{
	size_t len = strlen(MARK);
	int64_t when;

	return strncmp(text, MARK, len) == 0 &&
	       clock_parse((struct text){ text + len, strlen(text + len) },
		   &when);
}

/* A secret that was sealed with a key that is gone is no longer known. */
static bool is_known(const struct secret *secret, const struct node *node)
{
	struct err ignored = { 0 };
	struct buf text = { 0 };
	bool same;

	if (secret->sealed == NULL)
		return false;
	if (strcmp(node->text, secret->mark) == 0)
		return true;
	same = open_it(secret, &text, &ignored) && text.len == node->length &&
	       equal_secret(text.data, node->text, text.len);
	buf_free(&text);
	return same;
}

static bool keep(struct applying *a, struct secret *secret,
    const struct node *node, struct err *err)
{
	struct values values = name_it(a->arena, secret);
	const char *hex;
	char now[CLOCK_TEXT];

	clock_format(now, clock_now());
	secret->mark = arena_printf(a->arena, MARK "%s", now);
	if (!seal_it(secret, a->arena, node, &hex, err))
		return false;
	values_add(&values, secret->mark);
	values_add(&values, hex);
	return db_ask(a->db, a->arena, STATEMENT_setting_secret_set, &values,
	    NULL, err);
}

static bool forget(struct applying *a, const struct secret *secret,
    struct err *err)
{
	const struct values values = name_it(a->arena, secret);

	return db_ask(a->db, a->arena, STATEMENT_setting_secret_drop, &values,
	    NULL, err);
}

static bool take(struct applying *a, const char *path, struct node *node,
    struct err *err)
{
	const struct setting_which which = { a->district, a->document->kind,
		a->document->name, NULL };
	struct secret secret = { .which = &which, .path = path };

	if (node == NULL)
		return forget(a, &secret, err);
	if (!find(a->db, a->arena, &secret, err))
		return false;
	if (!is_known(&secret, node)) {
		if (is_mark(node->text))
			return fail(err, FAULT_INVALID,
			    "the %s of %s '%s' is not known here: settings "
			    "show only when it was sealed; give it anew",
			    path, which.kind, which.name);
		if (!keep(a, &secret, node, err))
			return false;
	}
	node->text = secret.mark;
	node->length = strlen(secret.mark);
	node->plain = false;
	return true;
}

bool secrets_apply(struct applying *a, struct err *err)
{
	const char *path = NULL;

	while (
	    (path = settings_secret_after(a->document->kind, path)) != NULL) {
		struct node *secret = node_at(a->document->map, path);
		const char *file = arena_printf(a->arena, "%sFile", path);

		if (secret != NULL && node_at(a->document->map, file) != NULL)
			return fail(err, FAULT_INVALID,
			    "the %s '%s' has both `%s` and `%s`",
			    a->document->kind, a->document->name, path, file);
		if (!take(a, path, secret, err))
			return false;
	}
	return true;
}

bool secrets_forget(struct applying *a, struct err *err)
{
	const struct setting_which which = { a->district, a->document->kind,
		a->document->name, NULL };

	return settings_secret_after(which.kind, NULL) == NULL ||
	       forget(a, &(struct secret){ .which = &which }, err);
}
