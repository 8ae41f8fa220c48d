/* The policy of a first password, where it depends on the person. */
#include "provision.h"

bool first_policy(struct db *db, struct arena *arena,
    const struct provision_book *book, const char *id,
    struct password_policy *out, struct err *err)
{
	const struct person *person;
	struct rules_moment moment;
	struct desire desire = { .moment = &moment };
	struct persons *persons;
	struct desired desired;

	if (!book_moment(db, arena, book, &moment, err) ||
	    !persons_open(&persons, db, arena, book, id, err) ||
	    !persons_next(persons, &person, err))
		return false;
	if (person == NULL)
		return fail(err, FAULT_CONFLICT,
		    "the person is not in the roster any more");
	desire.person = person;
	rulebook_desire(book->rules, arena, &desire, &desired);
	persons_close(persons);
	*out = desired.password;
	return desired.problem == NULL ||
	       fail(err, FAULT_CONFLICT, "%s", desired.problem);
}
