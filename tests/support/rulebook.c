/* Rules for a school, and persons as a test writes them. */
#include "check.h"

#include "support/rulebook.h"

#include <string.h>

#define TEXTS_MAX 40

const char rulebook_directory[] =
    "{'type':'ad','timeZone':'UTC','match':[{'attribute':'employeeID','value':"
    "{'copy':'identifier'}}],'protect':{'accounts':['boss*'],'places':"
    "['OU=Board','Attic']}}";

#define LOGIN                                                                  \
	"'login':{'candidates':[[{'concat':[{'copy':'givenName'},'.',"         \
	"{'copy':'familyName'}]},'ascii','lower',{'replace':{'pattern':"       \
	"'[^a-z0-9.]','with':''}}],[{'concat':[[{'copy':'givenName'},"         \
	"{'slice':{'length':'1'}}],{'copy':'familyName'}]},'ascii','lower']]}"

const char *const rulebook_school[] = {
	"{'name':'students','order':'10','when':{'column':'role','equals':"
	"'student'}," LOGIN ",'place':['Students',{'copy':'school'},{'copy':"
	"'grade'}],'label':{'concat':[{'copy':'givenName'},' ',{'copy':"
	"'familyName'},' (',{'copy':'account.login'},')']},'attributes':{"
	"'mail':{'concat':[{'copy':'account.login'},'@school.example']},"
	"'givenName':{'first':[{'copy':'preferredFirstName'},{'copy':"
	"'givenName'}]},'employeeID':[{'copy':'identifier'},{'pad':{'width':"
	"'6'}}],'proxyAddresses':{'values':[{'concat':['SMTP:',{'copy':"
	"'account.login'},'@school.example']},{'copy':'email'}]}},'initial':{"
	"'description':{'constant':'made by Homeroom'}},'groups':[{'name':"
	"{'concat':['students-',{'copy':'school.identifier'}]},'place':"
	"['Groups'],'mode':'exact'},{'name':{'concat':['class-',{'copy':"
	"'class.classCode'}]},'each':'class','place':['Groups','Classes']}],"
	"'life':{'createDaysBefore':'14','disableAt':'18:00','summer':{'not':"
	"{'column':'grade','equals':'12'}},'onLeave':{'column':'metadata.state'"
	","
	"'equals':'leave'},'leaversPlace':['Leavers'],'stripGroups':true,"
	"'hide':true,'deleteAfterDays':'30'},'password':{'type':'words','words'"
	":"
	"'3'}}",
	"{'name':'staff','order':'20','when':{'column':'role','equals':"
	"['teacher','aide','administrator']}," LOGIN ",'place':['Staff'],"
	"'attributes':{'title':{'copy':'role'}},'groups':[{'name':{'concat':"
	"['staff-',{'copy':'school.identifier'}]},'each':'role'}]}",
	"{'name':'everybody','order':'90','attributes':{'company':{'constant':"
	"'Springfield'},'title':{'constant':'never wins'}},'groups':[{'name':"
	"'all people'}]}",
	NULL,
};

const char *rulebook_json(struct arena *arena, const char *text)
{
	char *copy = arena_text(arena, text);

	for (char *p = copy; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	return copy;
}

struct rulebook *rulebook_made(struct arena *arena, const char *directory,
    const char *const *rules)
{
	const char *texts[8];
	struct rulebook_texts all = { rulebook_json(arena, directory), texts,
		0 };
	struct rulebook *book;
	struct err err = { 0 };

	for (; rules[all.count] != NULL; all.count++)
		texts[all.count] = rulebook_json(arena, rules[all.count]);
	CHECK(rulebook_compile(arena, &all, &book, &err), "%s", err.text);
	return book;
}

/* "givenName=Anna|familyName=Ax": fields of the columns of a scope. */
static const struct text *fields(struct arena *arena,
    const struct rulebook *book, enum rules_scope scope, const char *says)
{
	struct text *all = arena_alloc(arena, (TEXTS_MAX + 1) * sizeof(*all));
	int count;
	const struct rules_column *columns = rulebook_columns(book, &count);

	for (int i = 0; i < count; i++) {
		const char *at = says, *found = NULL;
		size_t len = strlen(columns[i].name);

		while (
		    columns[i].scope == scope && found == NULL && *at != '\0') {
			if (strncmp(at, columns[i].name, len) == 0 &&
			    at[len] == '=')
				found = at + len + 1;
			at += strcspn(at, "|");
			at += *at == '|';
		}
		if (found != NULL)
			all[columns[i].slot] =
			    (struct text){ found, strcspn(found, "|") };
	}
	return all;
}

/* Several, each after the other; an empty one ends them. */
static int add_all(struct arena *arena, const struct rulebook *book,
    enum rules_scope scope, const char *const *says,
    const struct text *const **out)
{
	const struct text **all = arena_alloc(arena, 8 * sizeof(*all));
	int count = 0;

	for (; says[count] != NULL; count++)
		all[count] = fields(arena, book, scope, says[count]);
	*out = all;
	return count;
}

static const struct school_year years[] = {
	{ "2024-08-01", "2025-07-01" },
	{ "2025-08-01", "2026-07-01" },
};

static int64_t time_of(const char *text)
{
	int64_t ms;

	CHECK(clock_parse((struct text){ text, strlen(text) }, &ms), "%s",
	    text);
	return ms;
}

struct desire rulebook_story(struct arena *arena, const struct rulebook *book,
    const struct story *story, struct names *names)
{
	static const struct rules_moment template = { .years = years,
		.year_count = 2 };
	struct rules_moment *moment =
	    arena_copy(arena, &template, sizeof(template));
	struct person *person = arena_alloc(arena, sizeof(*person));
	struct desire asked = { .person = person,
		.moment = moment,
		.names = names };
	const char *now = story->now != NULL ? story->now : "2025-10-01";

	moment->now = moment->local = time_of(now);
	person->id = (struct text){ "p1", 2 };
	person->fields = fields(arena, book, SCOPE_PERSON, story->person);
	person->role_count =
	    add_all(arena, book, SCOPE_ROLE, story->roles, &person->roles);
	person->class_count =
	    add_all(arena, book, SCOPE_CLASS, story->classes, &person->classes);
	if (story->gone != NULL)
		snprintf(person->gone, sizeof(person->gone), "%s", story->gone);
	if (story->login != NULL)
		asked.login =
		    (struct text){ story->login, strlen(story->login) };
	if (story->disabled != NULL)
		asked.disabled_since = time_of(story->disabled);
	return asked;
}

void rulebook_ask(struct arena *arena, const struct rulebook *book,
    const struct story *story, struct names *names, struct desired *out)
{
	const struct desire asked = rulebook_story(arena, book, story, names);

	rulebook_desire(book, arena, &asked, out);
}
