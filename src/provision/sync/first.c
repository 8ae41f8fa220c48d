/* First passwords of accounts that are made: kept, sealed, before the directory
 * hears of them. */
#include "sync.h"
#include "homeroom/password.h"

#define LENGTH 14

static bool makes(const struct taken *t)
{
	return t->kind == ACTION_CREATE || t->kind == ACTION_RESTORE;
}

static const char *text_at(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text != NULL ? text : "";
}

/* What an undo restores has no policy: then it is a long one. */
static int64_t number_at(const json_t *object, const char *name)
{
	const json_t *number = json_object_get(object, name);

	return number != NULL ? json_integer_value(number) : LENGTH;
}

/* As the plan says; only a pattern is asked for again: what it gives was not
 * written down. */
static bool find_policy(struct hand *hand, const struct taken *t,
    struct password_policy *out, struct err *err)
{
	const json_t *said = json_object_get(t->after, "password");
	const char *kind = text_at(said, "kind");

	*out = (struct password_policy){
		.kind = strcmp(kind, "words") == 0 ? PASSWORD_WORDS
						   : PASSWORD_RANDOM,
		.length = number_at(said, "length"),
		.words = number_at(said, "words"),
		.file = json_string_value(json_object_get(said, "file")),
	};
	return strcmp(kind, "pattern") != 0 ||
	       first_policy(hand->db, hand->arena, &hand->book, t->person, out,
		   err);
}

static struct password_account account_of(const struct hand *hand,
    const struct taken *t)
{
	const json_t *said = json_object_get(t->after, "password");

	return (struct password_account){ hand->target->district,
		hand->target->id, t->person, text_at(t->after, "login"),
		text_at(t->after, "name"),
		json_is_false(json_object_get(said, "change")) };
}

static bool give(struct hand *hand, struct taken *t, struct err *err)
{
	const struct password_account account = account_of(hand, t);
	const struct password_for whose = { text_of(account.login),
		text_of(account.name) };
	struct password_policy policy;
	const char *password;

	if (!password_held(hand->db, hand->arena, &account, &t->password, err))
		return false;
	if (t->password != NULL)
		return true;
	if (!find_policy(hand, t, &policy, err) ||
	    !password_make(hand->arena, &policy, &whose, &password, err) ||
	    !password_keep(hand->db, hand->arena, &account, password, err))
		return false;
	t->password = password;
	return true;
}

bool first_passwords(struct hand *hand, struct taken *taken, int count,
    struct err *err)
{
	for (int i = 0; i < count; i++) {
		struct err why = { 0 };

		if (!makes(&taken[i]) || taken[i].settled ||
		    give(hand, &taken[i], &why))
			continue;
		if (why.fault != FAULT_INVALID && why.fault != FAULT_CONFLICT)
			return fail(err, why.fault, "%s", why.text);
		/* Of this account alone no password can be made. */
		taken[i].outcome = (struct directory_outcome){
			.result = DIRECTORY_REFUSED,
			.words = arena_text(hand->arena, why.text),
		};
		taken[i].settled = true;
	}
	return true;
}

/* The account was not made; or it was had back, and wants another one. */
static bool was_for_nothing(const struct taken *t)
{
	return makes(t) && t->outcome.result == DIRECTORY_REFUSED &&
	       (t->kind == ACTION_CREATE ||
		   t->outcome.reason == DIRECTORY_BAD_PASSWORD);
}

bool first_forget(struct hand *hand, const struct taken *taken, int count,
    struct err *err)
{
	for (int i = 0; i < count; i++) {
		const struct password_account account =
		    account_of(hand, &taken[i]);

		password_wipe(taken[i].password);
		if (was_for_nothing(&taken[i]) &&
		    !password_drop(hand->db, hand->arena, &account, err))
			return false;
	}
	return true;
}
