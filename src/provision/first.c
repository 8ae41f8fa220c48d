/* The first password of an account that is to be made. */
#include "provision.h"
#include "homeroom/password.h"

static bool find_policy(struct db *db, struct arena *arena,
    const struct provision_book *book, struct first_password *first,
    struct password_policy *policy, struct err *err)
{
	const struct person *person;
	struct rules_moment moment;
	struct desire desire = { .moment = &moment };
	struct persons *persons;
	struct desired desired;

	if (!book_moment(db, arena, book, &moment, err) ||
	    !persons_open(&persons, db, arena, book, first->person, err) ||
	    !persons_next(persons, &person, err))
		return false;
	if (person == NULL)
		return fail(err, FAULT_NOT_FOUND,
		    "the person is not in the roster any more");
	desire.person = person;
	rulebook_desire(book->rules, arena, &desire, &desired);
	if (desired.problem != NULL || desired.life == LIFE_NONE)
		return fail(err, FAULT_CONFLICT,
		    "rules make no account for this person any more");
	*policy = desired.password;
	policy->value.at =
	    arena_textn(arena, policy->value.at != NULL ? policy->value.at : "",
		policy->value.len);
	return true;
}

static bool give(struct db *db, struct arena *arena,
    const struct provision_book *book, struct first_password *first,
    struct err *err)
{
	const struct password_for whose = {
		{ first->login, strlen(first->login) },
		{ first->name, strlen(first->name) },
	};
	const struct password_account account = { book->district,
		book->directory, first->person, first->login, first->name };
	struct password_policy policy;

	if (!find_policy(db, arena, book, first, &policy, err) ||
	    !password_make(arena, &policy, &whose, &first->password, err))
		return false;
	first->change = policy.change;
	if (password_keep(db, arena, &account, first->password, err))
		return true;
	password_wipe(first->password);
	return false;
}

bool first_password_give(struct db *db, struct arena *arena,
    const struct provision_book *book, struct first_password *first,
    struct err *err)
{
	bool done = persons_begin(db, err) &&
		    give(db, arena, book, first, err) && db_commit(db, err);

	if (!done)
		db_rollback(db);
	return done;
}
