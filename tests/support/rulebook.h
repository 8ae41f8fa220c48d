/*
 * Rules for a school's Active Directory, and persons as a test writes them.
 */
#ifndef HOMEROOM_TESTS_RULEBOOK_H
#define HOMEROOM_TESTS_RULEBOOK_H

#include "homeroom/rules.h"

#define STUDENT                                                                \
	"givenName=Zoë|familyName=O'Neil-Łuk|grade=09|identifier=42|"        \
	"enabledUser=true|status=active"
#define AT_NORTH                                                               \
	"role=student|school=North High|school.identifier=101|"                \
	"role.beginDate=2024-08-01|role.endDate=2026-06-20"

extern const char rulebook_directory[];
extern const char *const rulebook_school[];

/* JSON is written with ' for ". */
const char *rulebook_json(struct arena *arena, const char *text);
/* Rules end with a NULL; the test ends when they can't be compiled. */
struct rulebook *rulebook_made(struct arena *arena, const char *directory,
    const char *const *rules);

struct story {
	const char *person;
	const char *roles[5], *classes[5];
	const char *gone;
	const char *now; /* local time; UTC is the same here */
	const char *login;
	const char *disabled; /* since when */
};

/* The arena's. */
struct desire rulebook_story(struct arena *arena, const struct rulebook *book,
    const struct story *story, struct names *names);
void rulebook_ask(struct arena *arena, const struct rulebook *book,
    const struct story *story, struct names *names, struct desired *out);

#endif
