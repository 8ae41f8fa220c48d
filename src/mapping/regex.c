/* Regular expressions: PCRE2, compiled to machine code where that can be, and
 * held to limits, so that no pattern and no value can keep it busy. */
#include "mapping.h"

#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#define STEPS_MAX 100000
#define HEAP_KB_MAX 1024
#define REPLACED_MAX (1 << 20)

struct regex {
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	uint32_t groups;
	bool compiled; /* to machine code */
};

static void free_regex(void *object)
{
	struct regex *regex = object;

	pcre2_match_context_free(regex->limits);
	pcre2_match_data_free(regex->data);
	pcre2_code_free(regex->code);
}

bool regex_compile(struct arena *arena, const char *pattern, struct regex **out,
    struct err *err)
{
	struct regex *regex = arena_alloc(arena, sizeof(*regex));
	PCRE2_UCHAR message[120];
	PCRE2_SIZE at;
	int code;

	regex->code = pcre2_compile((PCRE2_SPTR)pattern, strlen(pattern),
	    PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C, &code, &at, NULL);
	if (regex->code == NULL) {
		pcre2_get_error_message(code, message, sizeof(message));
		return fail(err, FAULT_INVALID,
		    "the regular expression '%.60s' is wrong at its character "
		    "%zu: %s",
		    pattern, at, (const char *)message);
	}
	regex->data = pcre2_match_data_create_from_pattern(regex->code, NULL);
	regex->limits = pcre2_match_context_create(NULL);
	arena_defer(arena, free_regex, regex);
	if (regex->data == NULL || regex->limits == NULL)
		return fail(err, FAULT_INTERNAL, "no memory for PCRE2");
	pcre2_set_match_limit(regex->limits, STEPS_MAX);
	pcre2_set_heap_limit(regex->limits, HEAP_KB_MAX);
	/* Where it can't, the interpreter does the same, slower. */
	regex->compiled =
	    pcre2_jit_compile(regex->code, PCRE2_JIT_COMPLETE) == 0;
	pcre2_pattern_info(regex->code, PCRE2_INFO_CAPTURECOUNT,
	    &regex->groups);
	*out = regex;
	return true;
}

/* The subject is known to be UTF-8. */
static int match(const struct regex *regex, struct text subject)
{
	PCRE2_SPTR at = (PCRE2_SPTR)subject.at;

	return regex->compiled
		   ? pcre2_jit_match(regex->code, at, subject.len, 0, 0,
			 regex->data, regex->limits)
		   : pcre2_match(regex->code, at, subject.len, 0,
			 PCRE2_NO_UTF_CHECK, regex->data, regex->limits);
}

enum found regex_find(const struct regex *regex, struct text subject,
    struct text *part)
{
	const PCRE2_SIZE *at;
	int found = match(regex, subject);
	int group = found > 1 ? 1 : 0;

	if (found <= 0)
		return found == PCRE2_ERROR_NOMATCH ? NOT_FOUND : TOO_HARD;
	at = pcre2_get_ovector_pointer(regex->data) + (size_t)2 * group;
	*part = (struct text){ subject.at, 0 };
	/* A group that took no part is empty; \K may end before it begins. */
	if (at[0] != PCRE2_UNSET && at[0] <= at[1])
		*part = (struct text){ subject.at + at[0], at[1] - at[0] };
	return FOUND;
}

bool regex_can_insert(const struct regex *regex, const char *with)
{
	while ((with = strchr(with, '$')) != NULL) {
		bool braces = with[1] == '{';
		struct text number = { with + 1 + braces, 0 };
		int64_t group;

		if (with[1] == '$') {
			with += 2;
			continue;
		}
		number.len = strspn(number.at, "0123456789");
		if (!text_integer(number, 0, regex->groups, &group) ||
		    (braces && number.at[number.len] != '}'))
			return false;
		with = number.at + number.len;
	}
	return true;
}

enum found regex_replace(const struct regex *regex, struct arena *arena,
    struct text with, struct text *value)
{
	const uint32_t options = PCRE2_SUBSTITUTE_GLOBAL | PCRE2_NO_UTF_CHECK |
				 PCRE2_SUBSTITUTE_OVERFLOW_LENGTH |
				 PCRE2_SUBSTITUTE_UNSET_EMPTY;
	PCRE2_SIZE size = value->len + with.len + 64;
	int done = PCRE2_ERROR_NOMEMORY;
	char *out = NULL;

	/* The second time it has said how much it needs. */
	for (int i = 0;
	     i < 2 && done == PCRE2_ERROR_NOMEMORY && size <= REPLACED_MAX;
	     i++) {
		out = arena_alloc(arena, size);
		done = pcre2_substitute(regex->code, (PCRE2_SPTR)value->at,
		    value->len, 0, options, regex->data, regex->limits,
		    (PCRE2_SPTR)with.at, with.len, (PCRE2_UCHAR *)out, &size);
	}
	if (done < 0)
		return TOO_HARD;
	*value = (struct text){ out, size };
	return FOUND;
}
