/* Applications and their credentials. */
#include "homeroom/publish.h"

#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#define SECRET_BYTES 32
#define SECRET_PREFIX                                                          \
	"hrs_" /* so that scanners for leaked secrets know one                 \
		*/
#define HASH_BYTES 32
#define HASH_TEXT (2 * HASH_BYTES + 1)
#define NAME_MAX_BYTES 200

/* --- secrets -------------------------------------------------------------- */

/* Plain SHA-256: a secret is 256 random bits, which no dictionary holds, so
 * there is nothing that a slow hash would slow down but ourselves. */
static bool hash_secret(char out[HASH_TEXT], const char *secret,
    struct err *err)
{
	unsigned char hash[EVP_MAX_MD_SIZE];
	unsigned len;

	if (EVP_Digest(secret, strlen(secret), hash, &len, EVP_sha256(),
		NULL) != 1 ||
	    len != HASH_BYTES)
		return fail(err, FAULT_INTERNAL, "can't compute SHA-256");
	hex_encode(out, hash, HASH_BYTES);
	return true;
}

static const char *make_secret(struct arena *arena)
{
	unsigned char bytes[SECRET_BYTES];
	struct buf text = { 0 };
	char *secret;

	random_bytes(bytes, sizeof(bytes));
	buf_puts(&text, SECRET_PREFIX);
	base64url_encode(&text, bytes, sizeof(bytes));
	secret = arena_text(arena, buf_text(&text));
	buf_free(&text);
	return secret;
}

static const char *make_client_id(struct arena *arena)
{
	unsigned char bytes[8];

	random_bytes(bytes, sizeof(bytes));
	return arena_printf(arena, "hr-%s",
	    arena_hex(arena, bytes, sizeof(bytes)));
}

/* --- rows ----------------------------------------------------------------- */

static const char *time_text(struct arena *arena, int64_t when)
{
	char text[CLOCK_TEXT];

	clock_format(text, when);
	return arena_text(arena, text);
}

/* Of application_list and application_check, whose first columns agree. */
static void read_application(struct application *out, const struct rows *rows,
    int row)
{
	*out = (struct application){
		.id = rows_integer(rows, row, 0),
		.district = rows_integer(rows, row, 1),
		.epoch = rows_integer(rows, row, 2),
		.name = rows_get(rows, row, 3),
		.client_id = rows_get(rows, row, 4),
		.enabled = rows_get(rows, row, 5)[0] == 't',
		.full = rows_get(rows, row, 6)[0] == 't',
		.scopes = scopes_read(rows_get(rows, row, 7)),
		.secret_until = rows_integer(rows, row, 8),
	};
}

bool district_find(struct db *db, struct arena *arena, const char *name,
    int64_t *district, struct err *err)
{
	struct values values = { 0 };
	const struct rows *rows;

	values_add(&values, name);
	if (!db_ask(db, arena, STATEMENT_district_find, &values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return settings_lack("district",
		    name != NULL ? name : "default", err);
	*district = rows_integer(rows, 0, 0);
	return true;
}

/* --- changes -------------------------------------------------------------- */

static bool check_name(const char *name, struct err *err)
{
	size_t len = strlen(name);

	if (len == 0 || len > NAME_MAX_BYTES || !utf8_valid(name, len))
		return fail(err, FAULT_INVALID,
		    "an application's name has 1 to %d bytes of UTF-8",
		    NAME_MAX_BYTES);
	for (const char *p = name; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return fail(err, FAULT_INVALID,
			    "an application's name has no control characters");
	return true;
}

bool application_create(struct db *db, struct arena *arena,
    const struct change *change, const struct application *wanted,
    struct credentials *out, struct err *err)
{
	struct credentials made = { make_client_id(arena), make_secret(arena) };
	struct values values = { 0 };
	struct buf scopes = { 0 };
	const struct rows *rows;
	char hash[HASH_TEXT];

	if (!check_name(change->name, err) ||
	    !hash_secret(hash, made.client_secret, err))
		return false;
	scopes_write(&scopes, wanted->scopes);
	values_add(&values, arena_number(arena, change->district));
	values_add(&values, change->name);
	values_add(&values, made.client_id);
	values_add(&values, hash);
	values_add(&values, wanted->full ? "t" : "f");
	values_add(&values, arena_text(arena, buf_text(&scopes)));
	values_add(&values, change->who);
	buf_free(&scopes);
	if (!db_ask(db, arena, STATEMENT_application_create, &values, &rows,
		err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_CONFLICT,
		    "there is an application '%s' already", change->name);
	*out = made;
	return true;
}

/* Opens a transaction and finds the application: two changes at once happen
 * one after the other. */
static bool begin_change(struct db *db, struct arena *arena,
    const struct change *change, const struct rows **found, struct err *err)
{
	struct values values = { 0 };

	values_add(&values, arena_number(arena, change->district));
	values_add(&values, change->name);
	if (!db_begin(db, err))
		return false;
	if (db_ask(db, arena, STATEMENT_application_lock, &values, found,
		err)) {
		if (rows_count(*found) == 1)
			return true;
		(void)settings_lack("application", change->name, err);
	}
	db_rollback(db);
	return false;
}

static bool end_change(struct db *db, struct arena *arena,
    enum statement statement, const struct values *values,
    const struct rows **rows, struct err *err)
{
	if (db_ask(db, arena, statement, values, rows, err) &&
	    db_commit(db, err))
		return true;
	db_rollback(db);
	return false;
}

/* In the transaction: of the secrets there are two at most. */
static bool check_kept(struct db *db, struct arena *arena,
    const char *application, const char *now, struct err *err)
{
	const struct values values = { 2, { application, now } };
	const struct rows *rows;

	if (!db_ask(db, arena, STATEMENT_application_old_secret, &values, &rows,
		err))
		return false;
	return rows_count(rows) == 0 ||
	       fail(err, FAULT_CONFLICT,
		   "the secret before the present one works until %s; end it "
		   "first, by `homeroom application end-secret`",
		   time_text(arena, rows_integer(rows, 0, 0)));
}

bool application_rotate(struct db *db, struct arena *arena,
    const struct change *change, int64_t keep, struct credentials *out,
    struct err *err)
{
	const char *secret = make_secret(arena);
	const char *now = time_text(arena, clock_now());
	struct values values = { 0 };
	const struct rows *found;
	char hash[HASH_TEXT];

	if (!hash_secret(hash, secret, err) ||
	    !begin_change(db, arena, change, &found, err))
		return false;
	if (keep > 0 &&
	    !check_kept(db, arena, rows_get(found, 0, 0), now, err)) {
		db_rollback(db);
		return false;
	}
	values_add(&values, rows_get(found, 0, 0));
	values_add(&values, hash);
	values_add(&values, now);
	values_add(&values,
	    keep > 0 ? time_text(arena, clock_now() + keep) : NULL);
	values_add(&values, change->who);
	out->client_id = rows_get(found, 0, 1);
	out->client_secret = secret;
	return end_change(db, arena, STATEMENT_application_rotate, &values,
	    NULL, err);
}

bool application_end_secret(struct db *db, struct arena *arena,
    const struct change *change, struct err *err)
{
	struct values values = { 0 };
	const struct rows *found, *ended;

	if (!begin_change(db, arena, change, &found, err))
		return false;
	values_add(&values, rows_get(found, 0, 0));
	values_add(&values, time_text(arena, clock_now()));
	values_add(&values, change->who);
	if (!end_change(db, arena, STATEMENT_application_end_secret, &values,
		&ended, err))
		return false;
	return rows_affected(ended) > 0 ||
	       fail(err, FAULT_NOT_FOUND,
		   "'%s' has no secret but the present one", change->name);
}

bool application_enable(struct db *db, struct arena *arena,
    const struct change *change, bool enabled, struct err *err)
{
	struct values values = { 0 };
	const struct rows *found;

	if (!begin_change(db, arena, change, &found, err))
		return false;
	values_add(&values, rows_get(found, 0, 0));
	values_add(&values, enabled ? "t" : "f");
	values_add(&values, change->who);
	return end_change(db, arena, STATEMENT_application_enable, &values,
	    NULL, err);
}

/* --- OAuth 1.0a ----------------------------------------------------------- */

/* So that one application's secret can't stand for another's. */
static void put_about(struct buf *about, int64_t application)
{
	buf_printf(about, "OAuth 1.0a secret of application %lld",
	    (long long)application);
}

/* The sealed secret, in hexadecimal. */
static bool seal_oauth1(struct arena *arena, const char *key_file,
    int64_t application, const char *secret, const char **out, struct err *err)
{
	struct buf about = { 0 }, sealed = { 0 };
	bool done;

	put_about(&about, application);
	done = seal(&sealed, key_file, buf_text(&about), secret, strlen(secret),
	    err);
	if (done)
		*out = arena_hex(arena, sealed.data, sealed.len);
	buf_free(&about);
	buf_free(&sealed);
	return done;
}

bool application_oauth1(struct db *db, struct arena *arena,
    const struct change *change, const char *key_file, struct credentials *out,
    struct err *err)
{
	struct values values = { 0 };
	const char *sealed = NULL;
	const struct rows *found;

	if (!begin_change(db, arena, change, &found, err))
		return false;
	if (out != NULL) {
		*out = (struct credentials){ rows_get(found, 0, 1),
			make_secret(arena) };
		if (!seal_oauth1(arena, key_file, rows_integer(found, 0, 0),
			out->client_secret, &sealed, err)) {
			db_rollback(db);
			return false;
		}
	}
	values_add(&values, rows_get(found, 0, 0));
	values_add(&values, sealed);
	values_add(&values, change->who);
	return end_change(db, arena, STATEMENT_application_oauth1, &values,
	    NULL, err);
}

bool application_oauth1_open(struct buf *out, const char *key_file,
    int64_t application, const char *sealed, struct err *err)
{
	struct buf about = { 0 }, bytes = { 0 };
	bool done;

	put_about(&about, application);
	done = hex_decode(&bytes, sealed, strlen(sealed))
		   ? unseal(out, key_file, buf_text(&about), bytes.data,
			 bytes.len, err)
		   : fail(err, FAULT_INTERNAL, "a secret is no hexadecimal");
	buf_free(&about);
	buf_free(&bytes);
	return done;
}

/* --- questions ------------------------------------------------------------ */

bool application_list(struct db *db, struct arena *arena, int64_t district,
    const struct application **list, int *count, struct err *err)
{
	struct application *applications;
	struct values values = { 0 };
	const struct rows *rows;

	values_add(&values, arena_number(arena, district));
	values_add(&values, time_text(arena, clock_now()));
	if (!db_ask(db, arena, STATEMENT_application_list, &values, &rows, err))
		return false;
	*count = rows_count(rows);
	applications =
	    arena_alloc(arena, (size_t)*count * sizeof(*applications));
	for (int i = 0; i < *count; i++) {
		read_application(&applications[i], rows, i);
		applications[i].secret_made = rows_integer(rows, i, 9);
		applications[i].keys = rows_get(rows, i, 10);
		applications[i].profile = rows_get(rows, i, 12);
		applications[i].oauth1 = rows_get(rows, i, 11)[0] == 't';
	}
	*list = applications;
	return true;
}

bool application_find(struct db *db, struct arena *arena, int64_t district,
    const char *name, struct application *out, struct err *err)
{
	const struct application *list;
	int count;

	if (!application_list(db, arena, district, &list, &count, err))
		return false;
	for (int i = 0; i < count; i++)
		if (strcmp(list[i].name, name) == 0) {
			*out = list[i];
			return true;
		}
	return settings_lack("application", name, err);
}

/* The row whose secret it is, or -1. Looks at every row, and at one that never
 * fits when there is none: what it costs tells nothing. */
static int find_secret(const struct rows *rows, const char hash[HASH_TEXT])
{
	static const char never[HASH_TEXT] = "";
	int found = -1, row = 0;

	do {
		const char *known = never;

		if (row < rows_count(rows) &&
		    rows_length(rows, row, 9) == HASH_TEXT - 1)
			known = rows_get(rows, row, 9);
		if (equal_secret(known, hash, HASH_TEXT - 1))
			found = row;
	} while (++row < rows_count(rows));
	return found;
}

bool application_check(struct db *db, struct arena *arena,
    const char *client_id, const char *client_secret, struct application *out,
    struct err *err)
{
	struct values values = { 0 };
	const struct rows *rows;
	char hash[HASH_TEXT];
	int row;

	/* What Postgres would not take as a text is no client's id either. */
	if (!utf8_valid(client_id, strlen(client_id)))
		client_id = "";
	values_add(&values, client_id);
	values_add(&values, time_text(arena, clock_now()));
	if (!hash_secret(hash, client_secret, err) ||
	    !db_ask(db, arena, STATEMENT_application_check, &values, &rows,
		err))
		return false;
	row = find_secret(rows, hash);
	if (row >= 0)
		read_application(out, rows, row);
	if (row < 0 || !out->enabled)
		return fail(err, FAULT_BAD_CLIENT,
		    "unknown client, wrong secret, or application disabled");
	return true;
}

/* The columns behind those that all questions for applications share. */
static struct jwk read_jwk(const struct rows *rows, int row)
{
	return (struct jwk){
		.kid = rows_get(rows, row, 9),
		.alg = rows_get(rows, row, 10),
		.kty = rows_get(rows, row, 11),
		.crv = rows_get(rows, row, 12),
		.x = rows_get(rows, row, 13),
		.y = rows_get(rows, row, 14),
		.n = rows_get(rows, row, 15),
		.e = rows_get(rows, row, 16),
	};
}

bool application_keys(struct db *db, struct arena *arena, const char *client_id,
    struct keyed_application *out, struct err *err)
{
	const struct values values = { 1, { client_id } };
	const struct rows *rows;

	if (!db_ask(db, arena, STATEMENT_application_keys, &values, &rows, err))
		return false;
	if (rows_count(rows) > 0)
		read_application(&out->is, rows, 0);
	if (rows_count(rows) == 0 || !out->is.enabled)
		return fail(err, FAULT_BAD_CLIENT,
		    "unknown client, or application disabled");
	out->count = 0;
	for (int i = 0; i < rows_count(rows) && i < KEYS_MAX; i++)
		if (rows_get(rows, i, 9) != NULL)
			out->keys[out->count++] = read_jwk(rows, i);
	return true;
}
