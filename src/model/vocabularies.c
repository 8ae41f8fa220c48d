/* The words that fields may hold. The store keeps 1.2's words; where 1.1 says
 * it otherwise, the row says how. A word that only 1.1 has is kept as ext:. */
#include "model.h"

#include <string.h>
#include <strings.h>

/* clang-format off */

static const struct word status[] = {
	{ "active", "active" }, { "tobedeleted", "tobedeleted" }, { 0 }
};

static const struct word session_type[] = {
	{ "gradingPeriod", "gradingPeriod" }, { "semester", "semester" },
	{ "schoolYear", "schoolYear" }, { "term", "term" }, { 0 }
};

static const struct word class_type[] = {
	{ "homeroom", "homeroom" }, { "scheduled", "scheduled" }, { 0 }
};

static const struct word org_type[] = {
	{ "department", "department" }, { "school", "school" },
	{ "district", "district" }, { "local", "local" }, { "state", "state" },
	{ "national", "national" }, { 0 }
};

/* 1.1's own list, for the role that is derived for it. */
static const struct word user_role[] = {
	{ "administrator", "administrator" }, { "aide", "aide" },
	{ "guardian", "guardian" }, { "parent", "parent" },
	{ "proctor", "proctor" }, { "relative", "relative" },
	{ "student", "student" }, { "teacher", "teacher" }, { 0 }
};

static const struct word role[] = {
	{ "aide", "aide" }, { "counselor", "aide" },
	{ "siteAdministrator", "administrator" },
	{ "districtAdministrator", "administrator" },
	{ "guardian", "guardian" }, { "parent", "parent" },
	{ "principal", "administrator" }, { "proctor", "proctor" },
	{ "relative", "relative" }, { "student", "student" },
	{ "systemAdministrator", "administrator" },
	{ "teacher", "teacher" }, { 0 }
};

static const struct word role_type[] = {
	{ "primary", "primary" }, { "secondary", "secondary" }, { 0 }
};

static const struct word enrollment_role[] = {
	{ "administrator", "administrator" }, { "proctor", "proctor" },
	{ "student", "student" }, { "teacher", "teacher" },
	{ "ext:aide", "aide" }, { "ext:guardian", "guardian" },
	{ "ext:parent", "parent" }, { "ext:relative", "relative" }, { 0 }
};

static const struct word importance[] = {
	{ "primary", "primary" }, { "secondary", "secondary" }, { 0 }
};

static const struct word sex[] = {
	{ "male", "male" }, { "female", "female" },
	{ "unspecified", NULL }, { "other", NULL }, { 0 }
};

static const struct word score_status[] = {
	{ "exempt", "exempt" }, { "fully graded", "fully graded" },
	{ "not submitted", "not submitted" },
	{ "partially graded", "partially graded" },
	{ "submitted", "submitted" }, { 0 }
};

static const struct word objective_source[] = {
	{ "case", "case" }, { "unknown", "unknown" }, { 0 }
};

const struct vocabulary vocabularies[] = {
/*	  name               open   otherwise in 1.1  words,           slashed */
	{ "status",          false, NULL,             status,          false },
	{ "sessionType",     true,  "term",           session_type,    false },
	{ "classType",       true,  "scheduled",      class_type,      false },
	{ "orgType",         true,  "local",          org_type,        false },
	{ "userRole",        false, NULL,             user_role,       false },
	{ "role",            true,  "aide",           role,            false },
	{ "roleType",        false, NULL,             role_type,       false },
	{ "enrollmentRole",  true,  "proctor",        enrollment_role, false },
	{ "resourceRole",    true,  NULL,             user_role,       false },
	{ "importance",      false, NULL,             importance,      false },
	{ "sex",             true,  NULL,             sex,             false },
	{ "scoreStatus",     true,  "submitted",      score_status,    false },
	{ "objectiveSource", true,  NULL,             objective_source,true },
	{ 0 }
};

/* clang-format on */

const struct vocabulary *vocabulary_find(const char *name)
{
	for (const struct vocabulary *v = vocabularies; v->name != NULL; v++)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

static const char *spelling(const struct word *word, enum oneroster version)
{
	return version == V11 ? word->v11 : word->v12;
}

static const struct word *find_word(const struct vocabulary *vocabulary,
    enum oneroster version, struct text word, bool any_case)
{
	for (const struct word *w = vocabulary->words; w->v12 != NULL; w++) {
		const char *says = spelling(w, version);

		if (says == NULL)
			continue;
		if (any_case ? text_is_nocase(word, says) : text_is(word, says))
			return w;
	}
	return NULL;
}

/* OneRoster 1.2: (ext:)[a-zA-Z0-9.\-_]+, anchored. */
static bool is_extension(struct text word)
{
	if (word.len <= 4 || strncmp(word.at, "ext:", 4) != 0)
		return false;
	for (size_t i = 4; i < word.len; i++) {
		char c = word.at[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '.' || c == '-' ||
			c == '_'))
			return false;
	}
	return true;
}

bool vocabulary_read(const struct vocabulary *vocabulary,
    enum oneroster version, struct text word, struct text *stored, bool *exact)
{
	const struct word *w = find_word(vocabulary, version, word, false);

	*exact = w != NULL;
	if (w == NULL)
		w = find_word(vocabulary, version, word, true);
	if (w != NULL) {
		*stored = (struct text){ w->v12, strlen(w->v12) };
		return true;
	}
	*exact = true;
	*stored = word;
	return vocabulary->open && version != V11 && is_extension(word);
}

struct text vocabulary_say(const struct vocabulary *vocabulary,
    enum oneroster version, struct text stored)
{
	const char *says = vocabulary->otherwise_11;

	if (version != V11)
		return stored;
	for (const struct word *w = vocabulary->words; w->v12 != NULL; w++)
		if (text_is(stored, w->v12)) {
			says = w->v11;
			break;
		}
	return says == NULL ? (struct text){ 0 }
			    : (struct text){ says, strlen(says) };
}
