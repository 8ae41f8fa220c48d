/*
 * Pseudonyms: what the readers of a grant call its records. One is made of the
 * record's kind and sourcedId by HMAC-SHA-256, under a key of the grant's own,
 * so it stays when the record changes, and tells nothing to who has other
 * grants. It is made here: the database has keys only sealed.
 */
#include "publish.h"

#include <inttypes.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#define KEY_SIZE 32
/* Of the 256 bits; no two records of a district will ever meet in so many. */
#define PSEUDONYM_SIZE ((size_t)16)
/* Records that are named at once. */
#define BATCH "10000"

/* A grant that has pseudonyms. */
struct naming {
	int64_t grant;
	struct withheld withheld;
	EVP_MAC_CTX *mac; /* under its key */
};

struct names {
	struct naming *at;
	int count;
};

/* --- keys ----------------------------------------------------------------- */

static const char *about(struct arena *arena, int64_t grant)
{
	return arena_printf(arena,
	    "the key of the pseudonyms of grant %" PRId64, grant);
}

static const char *key_file(void)
{
	return config_get("HOMEROOM_KEY_FILE");
}

static bool keep_key(struct db *db, struct arena *arena, int64_t grant,
    const struct buf *sealed, struct err *err)
{
	const char *hex = arena_hex(arena, sealed->data, sealed->len);
	struct values values = { 0 };

	values_add(&values, arena_number(arena, grant));
	values_add(&values, arena_printf(arena, "\\x%s", hex));
	return db_ask(db, arena, STATEMENT_grant_key, &values, NULL, err);
}

bool names_make_key(struct db *db, struct arena *arena, int64_t grant,
    struct err *err)
{
	unsigned char key[KEY_SIZE];
	struct buf sealed = { 0 };
	bool made;

	random_bytes(key, sizeof(key));
	made = seal(&sealed, key_file(), about(arena, grant), key, sizeof(key),
		   err) &&
	       keep_key(db, arena, grant, &sealed, err);
	OPENSSL_cleanse(key, sizeof(key));
	buf_free(&sealed);
	return made;
}

static void free_mac(void *mac)
{
	EVP_MAC_CTX_free(mac);
}

/* A context that needs only be begun again for each record. */
static bool begin_mac(struct naming *naming, struct arena *arena,
    const struct buf *key, struct err *err)
{
	OSSL_PARAM params[] = { OSSL_PARAM_construct_utf8_string(
				    OSSL_MAC_PARAM_DIGEST, not_const("SHA256"),
				    0),
		OSSL_PARAM_construct_end() };
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	naming->mac = EVP_MAC_CTX_new(hmac);
	EVP_MAC_free(hmac);
	if (naming->mac == NULL)
		return fail(err, FAULT_INTERNAL, "there is no HMAC");
	arena_defer(arena, free_mac, naming->mac);
	return EVP_MAC_init(naming->mac, (const unsigned char *)key->data,
		   key->len, params) == 1 ||
	       fail(err, FAULT_INTERNAL, "HMAC takes no key");
}

static bool open_key(struct naming *naming, struct arena *arena,
    const char *text, struct err *err)
{
	struct buf sealed = { 0 }, key = { 0 };
	bool open;

	open = (base64_decode(&sealed, text, strlen(text)) ||
		   fail(err, FAULT_INTERNAL, "no base64")) &&
	       unseal(&key, key_file(), about(arena, naming->grant),
		   sealed.data, sealed.len, err) &&
	       begin_mac(naming, arena, &key, err);
	if (key.len > 0)
		OPENSSL_cleanse(key.data, key.len);
	buf_free(&sealed);
	buf_free(&key);
	return open;
}

bool names_load(const struct names **out, struct db *db, struct arena *arena,
    int64_t district, struct err *err)
{
	struct values values = { 1, { arena_number(arena, district) } };
	struct names *names = arena_alloc(arena, sizeof(*names));
	const struct rows *rows;

	if (!db_ask(db, arena, STATEMENT_grant_names, &values, &rows, err))
		return false;
	names->count = rows_count(rows);
	names->at =
	    arena_alloc(arena, ((size_t)names->count + 1) * sizeof(*names->at));
	for (int i = 0; i < names->count; i++) {
		struct naming *naming = &names->at[i];
		const char *key = rows_get(rows, i, 2);

		naming->grant = rows_integer(rows, i, 0);
		withheld_read(&naming->withheld, rows_get(rows, i, 1));
		if (!open_key(naming, arena, key != NULL ? key : "", err)) {
			err_add(err, "grant %" PRId64 " has pseudonyms",
			    naming->grant);
			return false;
		}
	}
	*out = names;
	return true;
}

/* --- names ---------------------------------------------------------------- */

static const struct naming *find_naming(const struct names *names,
    int64_t grant)
{
	for (int i = 0; i < names->count; i++)
		if (names->at[i].grant == grant)
			return &names->at[i];
	return NULL;
}

static bool name_record(const struct naming *naming,
    const struct entity *entity, const char *id,
    char out[2 * PSEUDONYM_SIZE + 1])
{
	const char *kind = entity_named_after(entity)->name;
	unsigned char mac[32];
	size_t len;

	/* With the NUL between: no two of them read the same. */
	if (EVP_MAC_init(naming->mac, NULL, 0, NULL) != 1 ||
	    EVP_MAC_update(naming->mac, (const unsigned char *)kind,
		strlen(kind) + 1) != 1 ||
	    EVP_MAC_update(naming->mac, (const unsigned char *)id,
		strlen(id)) != 1 ||
	    EVP_MAC_final(naming->mac, mac, &len, sizeof(mac)) != 1)
		return false;
	hex_encode(out, mac, PSEUDONYM_SIZE);
	return true;
}

static bool put_record(const struct names *names, const struct rows *rows,
    int row, struct buf *out, struct err *err)
{
	const struct naming *naming =
	    find_naming(names, rows_integer(rows, row, 0));
	const struct entity *entity =
	    entity_numbered(rows_integer(rows, row, 1));
	char pseudonym[2 * PSEUDONYM_SIZE + 1];

	if (naming == NULL || entity == NULL ||
	    !withheld_names(&naming->withheld, entity))
		return true;
	if (!name_record(naming, entity, rows_get(rows, row, 2), pseudonym))
		return fail(err, FAULT_INTERNAL, "a pseudonym can't be made");
	for (int i = 0; i < 3; i++)
		copy_field(out, rows_get(rows, row, i),
		    rows_length(rows, row, i), false);
	copy_field(out, pseudonym, 2 * PSEUDONYM_SIZE, true);
	return true;
}

static bool put_batch(const struct names *names, struct db *db,
    const struct rows *rows, struct err *err)
{
	struct buf lines = { 0 };
	bool put = true;

	for (int i = 0; put && i < rows_count(rows); i++)
		put = put_record(names, rows, i, &lines, err);
	put = put &&
	      (lines.len == 0 || (copy_in(db, "COPY named FROM STDIN", err) &&
				     copy_put(db, lines.data, lines.len, err) &&
				     copy_in_end(db, NULL, err)));
	buf_free(&lines);
	return put;
}

bool names_fill(const struct names *names, struct db *db, const char *select,
    const struct values *values, struct err *err)
{
	struct arena *arena = arena_new();
	const char *declare =
	    arena_printf(arena, "DECLARE nameless CURSOR FOR %s", select);
	const struct rows *rows = NULL;
	bool filled = db_run(db,
			  "DROP TABLE IF EXISTS named; "
			  "CREATE TEMP TABLE named (grant_id bigint, "
			  "entity smallint, sourced_id text COLLATE \"C\", "
			  "pseudonym text COLLATE \"C\") ON COMMIT DROP",
			  err) &&
		      db_ask_text(db, arena, declare, values, NULL, err);

	do {
		arena_reset(arena);
		filled = filled &&
			 db_ask_text(db, arena, "FETCH " BATCH " FROM nameless",
			     NULL, &rows, err) &&
			 put_batch(names, db, rows, err);
	} while (filled && rows_count(rows) > 0);
	arena_free(arena);
	return filled && db_run(db, "CLOSE nameless; ANALYZE named", err);
}

bool names_has(const struct names *names, const struct entity *entity)
{
	for (int i = 0; i < names->count; i++)
		if (withheld_names(&names->at[i].withheld, entity))
			return true;
	return false;
}

/* --- told again ----------------------------------------------------------- */

#define OPEN                                                                   \
	"WHERE grant_id = $1::bigint AND until IS NULL AND NOT gone "          \
	"AND since < $2::bigint AND entity = ANY ($3::smallint[])"

static const char open_records[] =
    "SELECT grant_id, entity, sourced_id FROM homeroom.visible " OPEN;

static const char retell[] =
    "WITH told AS (UPDATE homeroom.visible SET until = $2::bigint " OPEN
    " RETURNING entity, sourced_id, place) "
    "INSERT INTO homeroom.visible "
    "(grant_id, entity, sourced_id, since, pseudonym, place) "
    "SELECT $1::bigint, o.entity, o.sourced_id, $2::bigint, n.pseudonym, "
    "o.place "
    "FROM told o LEFT JOIN named n ON n.entity = o.entity "
    "AND n.sourced_id = o.sourced_id";

bool grant_retell(struct db *db, int64_t district, int64_t version,
    int64_t grant, const char *numbers, struct err *err)
{
	struct arena *arena = arena_new();
	const struct values values = { 3,
		{ arena_number(arena, grant), arena_number(arena, version),
		    numbers } };
	const struct names *names;
	bool told = names_load(&names, db, arena, district, err) &&
		    names_fill(names, db, open_records, &values, err) &&
		    db_ask_text(db, arena, retell, &values, NULL, err);

	arena_free(arena);
	return told;
}

static const char hush[] =
    "DELETE FROM homeroom.visible WHERE grant_id = $1::bigint "
    "AND until IS NULL AND gone AND entity = ANY ($2::smallint[])";

bool grant_hush(struct db *db, int64_t grant, const char *numbers,
    struct err *err)
{
	struct arena *arena = arena_new();
	const struct values values = { 2,
		{ arena_number(arena, grant), numbers } };
	bool done = db_ask_text(db, arena, hush, &values, NULL, err);

	arena_free(arena);
	return done;
}
