/* The one error value, and what each audience hears of a fault. */
#include "homeroom/base.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

const struct fault_rule fault_rules[FAULT_COUNT] = {
#define FAULT_RULE(fault, status, minor, oauth, retry)                         \
	[FAULT_##fault] = { #fault, status, minor, oauth, retry },
	FAULTS(FAULT_RULE)
#undef FAULT_RULE
};

/* A cut in the middle of a character must not make the text invalid. */
static void trim_to_character(char *text)
{
	size_t len = strlen(text), at = len;

	while (at > 0 && len - at < 4 && !utf8_valid(text, at))
		at--;
	text[at] = '\0';
}

void err_set(struct err *err, enum fault fault, const char *fmt, ...)
{
	va_list args;

	assert(fault > FAULT_NONE && fault < FAULT_COUNT);
	if (err->fault != FAULT_NONE)
		return;
	err->fault = fault;
	va_start(args, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	trim_to_character(err->text);
}

void err_add(struct err *err, const char *fmt, ...)
{
	char context[sizeof(err->text)];
	char rest[sizeof(err->text)];
	va_list args;
	int len;

	va_start(args, fmt);
	vsnprintf(context, sizeof(context), fmt, args);
	va_end(args);
	memcpy(rest, err->text, sizeof(rest));
	len = snprintf(err->text, sizeof(err->text), "%s: %s", context, rest);
	if (len >= (int)sizeof(err->text))
		trim_to_character(err->text);
}
