/* Passwords that wait to be handed over. */
#include "password.h"
#include "homeroom/model.h"
#include "homeroom/publish.h"

#include <inttypes.h>
#include <string.h>

#include <openssl/crypto.h>

static const struct text info = { "homeroom: the first password of an account",
	42 };

/* One person's can't stand for another's. */
static struct hpke_about about(struct arena *arena, const char *directory,
    const char *person)
{
	const char *aad =
	    arena_printf(arena, "%s in directory %s", person, directory);

	return (struct hpke_about){ info, { aad, strlen(aad) } };
}

static void wipe(void *password)
{
	password_wipe(password);
}

/* Of the arena, wiped with it. The buffer is emptied. */
static const char *take_secret(struct arena *arena, struct buf *secret)
{
	const char *text = arena_textn(arena, secret->data, secret->len);

	arena_defer(arena, wipe, not_const(text));
	OPENSSL_cleanse(secret->data, secret->len);
	buf_free(secret);
	return text;
}

/* --- in ------------------------------------------------------------------- */

static const char *about_held(struct arena *arena,
    const struct password_account *account)
{
	return arena_printf(arena,
	    "password of %s, until there is an account in directory %" PRId64,
	    account->person, account->directory);
}

static bool hold(struct arena *arena, const struct password_account *account,
    const char *password, const char **out, struct err *err)
{
	struct buf sealed = { 0 };
	bool done = seal(&sealed, config_get("HOMEROOM_KEY_FILE"),
	    about_held(arena, account), password, strlen(password), err);

	if (done)
		*out = arena_hex(arena, sealed.data, sealed.len);
	buf_free(&sealed);
	return done;
}

bool password_keep(struct db *db, struct arena *arena,
    const struct password_account *account, const char *password,
    struct err *err)
{
	const char *directory = arena_number(arena, account->directory);
	const struct hpke_about bound =
	    about(arena, directory, account->person);
	struct values values = { 4,
		{ directory, account->person, account->login, account->name } };
	unsigned char public[HPKE_KEY];
	struct buf sealed = { 0 };
	const char *held;
	char now[CLOCK_TEXT];
	bool done;

	if (!password_key_public(db, arena, account->district, public, err) ||
	    !hold(arena, account, password, &held, err) ||
	    !hpke_seal(&sealed, public, &bound,
		(struct text){ password, strlen(password) }, err))
		return false;
	clock_format(now, clock_now());
	values_add(&values, arena_hex(arena, public, sizeof(public)));
	values_add(&values, arena_hex(arena, sealed.data, sealed.len));
	values_add(&values, now);
	values_add(&values, account->lasting ? "t" : "f");
	values_add(&values, held);
	done = db_ask(db, arena, STATEMENT_password_keep, &values, NULL, err);
	buf_free(&sealed);
	return done;
}

bool password_held(struct db *db, struct arena *arena,
    const struct password_account *account, const char **out, struct err *err)
{
	const struct values values = { 3,
		{ arena_number(arena, account->directory), account->person,
		    account->login } };
	struct buf sealed = { 0 }, password = { 0 };
	const struct rows *rows;
	bool done;

	*out = NULL;
	if (!db_ask(db, arena, STATEMENT_password_held, &values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return true;
	done = hex_decode(&sealed, rows_get(rows, 0, 0),
		   rows_length(rows, 0, 0)) &&
	       unseal(&password, config_get("HOMEROOM_KEY_FILE"),
		   about_held(arena, account), sealed.data, sealed.len, err);
	buf_free(&sealed);
	if (done)
		*out = take_secret(arena, &password);
	else
		buf_free(&password);
	return done;
}

bool password_drop(struct db *db, struct arena *arena,
    const struct password_account *account, struct err *err)
{
	const struct values values = { 2,
		{ arena_number(arena, account->directory), account->person } };

	return db_ask(db, arena, STATEMENT_password_drop, &values, NULL, err);
}

/* --- out ------------------------------------------------------------------ */

/* Columns of queries/password_list.sql. */
enum {
	DIRECTORY,
	PERSON,
	LOGIN,
	NAME,
	SCHOOL,
	CLASS,
	MADE,
	OPENED,
	OPENED_BY,
	PUBLIC,
	SEALED
};

static bool list(struct db *db, struct arena *arena,
    const struct password_wanted *wanted, const struct rows **rows,
    struct err *err)
{
	const struct values values = { 7,
		{ arena_number(arena, wanted->district), wanted->directory,
		    wanted->school, wanted->class, wanted->person,
		    wanted->again ? "t" : "f",
		    wanted->to != NULL ? wanted->who : NULL } };

	return db_ask(db, arena, STATEMENT_password_list, &values, rows, err);
}

static struct password_row *read_rows(struct arena *arena,
    const struct rows *rows)
{
	int count = rows_count(rows);
	struct password_row *all =
	    arena_alloc(arena, (size_t)(count + 1) * sizeof(*all));

	for (int i = 0; i < count; i++)
		all[i] = (struct password_row){
			.person = rows_get(rows, i, PERSON),
			.login = rows_get(rows, i, LOGIN),
			.name = rows_get(rows, i, NAME),
			.school = rows_get(rows, i, SCHOOL),
			.class = rows_get(rows, i, CLASS),
			.made = rows_integer(rows, i, MADE),
			.opened = rows_get(rows, i, OPENED) != NULL
				      ? rows_integer(rows, i, OPENED)
				      : 0,
			.opened_by = rows_get(rows, i, OPENED_BY),
		};
	return all;
}

bool password_list(struct db *db, struct arena *arena,
    const struct password_wanted *wanted, const struct password_row **rows,
    int *count, struct err *err)
{
	const struct rows *answer;

	if (!list(db, arena, wanted, &answer, err))
		return false;
	*rows = read_rows(arena, answer);
	*count = rows_count(answer);
	return true;
}

static bool open_one(struct arena *arena, const struct opener *opener,
    const struct rows *rows, int i, const char **out, struct err *err)
{
	const struct hpke_about bound = about(arena,
	    rows_get(rows, i, DIRECTORY), rows_get(rows, i, PERSON));
	const char *text = rows_get(rows, i, SEALED);
	struct buf sealed = { 0 }, password = { 0 };
	bool done =
	    strcmp(arena_hex(arena, opener->public, HPKE_KEY),
		rows_get(rows, i, PUBLIC)) == 0
		? hex_decode(&sealed, text, strlen(text)) &&
		      hpke_open(&password, opener->private, &bound,
			  (struct text){ sealed.data, sealed.len }, err)
		: fail(err, FAULT_INVALID,
		      "the password of '%s' was sealed with another key: name "
		      "its file with --key",
		      rows_get(rows, i, PERSON));

	if (done)
		*out = take_secret(arena, &password);
	buf_free(&sealed);
	buf_free(&password);
	return done;
}

static bool note(struct db *db, struct arena *arena,
    const struct password_wanted *wanted, int count, const char *what,
    struct err *err)
{
	struct buf said = { 0 };
	struct values values = { 0 };
	bool done;

	buf_printf(&said, "{\"%s\": %d", what, count);
	if (wanted->to != NULL) {
		buf_puts(&said, ", \"to\": ");
		json_quote(&said, wanted->to, strlen(wanted->to));
	}
	buf_char(&said, '}');
	values_add(&values, arena_number(arena, wanted->district));
	values_add(&values, wanted->who);
	values_add(&values, wanted->directory);
	values_add(&values, buf_text(&said));
	done = db_ask(db, arena, STATEMENT_password_note, &values, NULL, err);
	buf_free(&said);
	return done;
}

static bool mark_opened(struct db *db, struct arena *arena,
    const struct password_wanted *wanted, const struct rows *rows,
    struct err *err)
{
	struct buf persons = { 0 };
	struct values values = { 1, { rows_get(rows, 0, DIRECTORY) } };
	char now[CLOCK_TEXT];
	bool done;

	array_open(&persons);
	for (int i = 0; i < rows_count(rows); i++)
		array_item(&persons, (struct text){ rows_get(rows, i, PERSON),
					 rows_length(rows, i, PERSON) });
	array_close(&persons);
	clock_format(now, clock_now());
	values_add(&values, buf_text(&persons));
	values_add(&values, wanted->who);
	values_add(&values, now);
	done = db_ask(db, arena, STATEMENT_password_opened, &values, NULL, err);
	buf_free(&persons);
	return done;
}

/* Noted before anybody sees one. */
static bool note_opened(struct db *db, struct arena *arena,
    const struct password_wanted *wanted, const struct rows *rows,
    struct err *err)
{
	return (wanted->to != NULL ||
		   mark_opened(db, arena, wanted, rows, err)) &&
	       note(db, arena, wanted, rows_count(rows), "opened", err);
}

static bool open_all(struct db *db, struct arena *arena,
    const struct password_wanted *wanted, const struct rows *rows,
    struct password_row *all, struct err *err)
{
	struct opener opener;
	bool done = password_key_private(db, arena, wanted, &opener, err);

	for (int i = 0; done && i < rows_count(rows); i++)
		done = open_one(arena, &opener, rows, i, &all[i].password, err);
	OPENSSL_cleanse(&opener, sizeof(opener));
	return done && note_opened(db, arena, wanted, rows, err);
}

bool password_open(struct db *db, struct arena *arena,
    const struct password_wanted *wanted, const struct password_row **rows,
    int *count, struct err *err)
{
	const struct rows *answer;
	struct password_row *all;
	bool done;

	if (!list(db, arena, wanted, &answer, err))
		return false;
	all = read_rows(arena, answer);
	*rows = all;
	*count = rows_count(answer);
	if (*count == 0)
		return true;
	if (!db_begin(db, err))
		return false;
	done =
	    open_all(db, arena, wanted, answer, all, err) && db_commit(db, err);
	if (!done)
		db_rollback(db);
	return done;
}

bool password_sent(struct db *db, struct arena *arena,
    const struct password_wanted *wanted, struct err *err)
{
	const struct rows *rows;

	return list(db, arena, wanted, &rows, err) &&
	       (rows_count(rows) == 0 ||
		   mark_opened(db, arena, wanted, rows, err));
}

bool password_forget(struct db *db, struct arena *arena,
    const struct password_wanted *wanted, int64_t *count, struct err *err)
{
	const struct values values = { 5,
		{ arena_number(arena, wanted->district), wanted->directory,
		    wanted->person, wanted->school, wanted->class } };
	const struct rows *rows;
	bool done;

	if (!db_begin(db, err))
		return false;
	done =
	    db_ask(db, arena, STATEMENT_password_forget, &values, &rows, err);
	*count = done ? rows_affected(rows) : 0;
	done = done &&
	       (*count == 0 ||
		   note(db, arena, wanted, (int)*count, "handedOver", err)) &&
	       (wanted->rehearses || db_commit(db, err));
	if (!done || wanted->rehearses)
		db_rollback(db);
	return done;
}
