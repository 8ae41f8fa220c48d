/* New passwords, as rules want them and directories take them. */
#include "password.h"

#include <stdio.h>
#include <string.h>

#define LONGEST 127
#define SHORTEST 8
/* Attempts until one is good: more than this never happens by chance. */
#define ATTEMPTS 1000
#define FILE_WORDS_MAX 100000

/* None that looks like another one, on paper. */
#define CAPITALS "ABCDEFGHJKLMNPQRSTUVWXYZ"
#define SMALLS "abcdefghijkmnpqrstuvwxyz"

/* --- what is good enough -------------------------------------------------- */

static int count_kinds(const char *password)
{
	bool seen[4] = { false };

	for (const char *p = password; *p != '\0'; p++)
		seen[*p >= 'A' && *p <= 'Z'   ? 0
		     : *p >= 'a' && *p <= 'z' ? 1
		     : *p >= '0' && *p <= '9' ? 2
					      : 3] = true;
	return seen[0] + seen[1] + seen[2] + seen[3];
}

static bool holds(const char *password, const char *part, size_t len)
{
	size_t left = strlen(password);

	for (const char *at = password; left >= len; at++, left--)
		if (strncasecmp(at, part, len) == 0)
			return true;
	return false;
}

/* Active Directory takes none that holds the login, or three letters or more of
 * the name that stand together between its marks. */
static bool tells_name(const char *password, const struct password_for *whose)
{
	static const char marks[] = ",.-_ #\t";
	const struct text name = whose->name;

	if (whose->login.len >= 3 &&
	    holds(password, whose->login.at, whose->login.len))
		return true;
	for (size_t at = 0; at < name.len;) {
		size_t len = 0;

		while (at + len < name.len &&
		       strchr(marks, name.at[at + len]) == NULL)
			len++;
		if (len >= 3 && holds(password, name.at + at, len))
			return true;
		at += len + 1;
	}
	return false;
}

static bool is_good(const char *password, const struct password_for *whose)
{
	size_t len = strlen(password);

	return len >= SHORTEST && len <= LONGEST &&
	       count_kinds(password) >= 3 && !tells_name(password, whose);
}

/* --- ways ----------------------------------------------------------------- */

static char pick(const char *from)
{
	return from[chance((uint32_t)strlen(from))];
}

static const char *make_random(struct arena *arena, int64_t length)
{
	static const char all[] = CAPITALS SMALLS "23456789!#%+-=?@";
	static const char letters[] = CAPITALS SMALLS;
	char *out = arena_alloc(arena, (size_t)length + 1);

	/* The first is a letter: so spreadsheets take it for text. */
	out[0] = pick(letters);
	for (int64_t i = 1; i < length; i++)
		out[i] = pick(all);
	return out;
}

struct words {
	const char *const *at;
	uint32_t count;
};

/* "Maple-river-47-otter" */
static const char *make_words(struct arena *arena, const struct words *words,
    int64_t count)
{
	uint32_t number_after = chance((uint32_t)count);
	struct buf out = { 0 };
	const char *text;

	for (int64_t i = 0; i < count; i++) {
		size_t begin = out.len + (i > 0);

		buf_printf(&out, "%s%s", i > 0 ? "-" : "",
		    words->at[chance(words->count)]);
		if (i == 0 && out.data[begin] >= 'a' && out.data[begin] <= 'z')
			out.data[begin] = (char)(out.data[begin] - 'a' + 'A');
		if (i == number_after)
			buf_printf(&out, "-%u", 10 + chance(90));
	}
	text = arena_textn(arena, out.data, out.len);
	if (out.len > 0)
		explicit_bzero(out.data, out.len);
	buf_free(&out);
	return text;
}

/* --- words of a file ------------------------------------------------------ */

static bool read_words(struct arena *arena, const char *file,
    struct words *words, struct err *err)
{
	FILE *in = fopen(file, "re");
	const char **all;
	char line[64];

	if (in == NULL)
		return fail(err, FAULT_INVALID, "%s can't be read: %m", file);
	all = arena_alloc(arena, FILE_WORDS_MAX * sizeof(*all));
	words->count = 0;
	while (words->count < FILE_WORDS_MAX &&
	       fgets(line, sizeof(line), in) != NULL) {
		line[strcspn(line, " \t\r\n")] = '\0';
		if (line[0] != '\0')
			all[words->count++] = arena_text(arena, line);
	}
	fclose(in);
	words->at = all;
	return words->count >= 100 ||
	       fail(err, FAULT_INVALID,
		   "%s has %u words, one a line; 100 are the least", file,
		   (unsigned)words->count);
}

static bool find_words(struct arena *arena,
    const struct password_policy *policy, struct words *words, struct err *err)
{
	*words =
	    (struct words){ password_words, (uint32_t)password_word_count };
	return policy->kind != PASSWORD_WORDS || policy->file == NULL ||
	       read_words(arena, policy->file, words, err);
}

/* --- the door ------------------------------------------------------------- */

static bool make_pattern(struct arena *arena,
    const struct password_policy *policy, const struct password_for *whose,
    const char **out, struct err *err)
{
	*out = arena_textn(arena, policy->value.at, policy->value.len);
	if (is_good(*out, whose))
		return true;
	password_wipe(*out);
	return fail(err, FAULT_INVALID,
	    "the pattern gives a password that Active Directory does not take: "
	    "it needs 8 characters, 3 of capitals, small letters, digits and "
	    "others, and not the login or the name");
}

bool password_make(struct arena *arena, const struct password_policy *policy,
    const struct password_for *whose, const char **out, struct err *err)
{
	struct words words;

	if (policy->kind == PASSWORD_PATTERN)
		return make_pattern(arena, policy, whose, out, err);
	if (!find_words(arena, policy, &words, err))
		return false;
	for (int i = 0; i < ATTEMPTS; i++) {
		*out = policy->kind == PASSWORD_WORDS
			   ? make_words(arena, &words, policy->words)
			   : make_random(arena, policy->length);
		if (is_good(*out, whose))
			return true;
		password_wipe(*out);
	}
	return fail(err, FAULT_INVALID,
	    "no password that is good enough could be made of the words of %s",
	    policy->file != NULL ? policy->file : "our list");
}

void password_wipe(const char *password)
{
	if (password != NULL)
		explicit_bzero(not_const(password), strlen(password));
}
