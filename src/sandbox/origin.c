/* What a bundle's manifest says of how it was made up. */
#include "sandbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/*
 * source.systemCode: made-up;seed=7;students=1000;year=2025;churn=10000x3+5000
 * where churn is of each next day in millionths, equal ones counted.
 */
#define MADE_UP "made-up;"
#define MANIFEST_MAX 8192

/* The value of a manifest's property; empty where there is none. */
static struct text property(const char *manifest, const char *name)
{
	size_t len = strlen(name);

	for (const char *at = manifest; at != NULL && *at != '\0';) {
		if (strncmp(at, name, len) == 0 && at[len] == ',')
			return (struct text){ at + len + 1,
				strcspn(at + len + 1, "\r\n") };
		at = strchr(at, '\n');
		at = at != NULL ? at + 1 : NULL;
	}
	return (struct text){ "", 0 };
}

/* Cuts off what stands before a separator, which goes too. */
static struct text cut(struct text *rest, char separator)
{
	const char *end = memchr(rest->at, separator, rest->len);
	size_t len = end != NULL ? (size_t)(end - rest->at) : rest->len;
	struct text piece = { rest->at, len };

	rest->at += len + (end != NULL);
	rest->len -= len + (end != NULL);
	return piece;
}

static bool read_days(struct calendar *calendar, struct text list)
{
	while (list.len > 0) {
		struct text item = cut(&list, '+');
		struct text churn = cut(&item, 'x');
		int64_t value, times = 1;

		if (!text_integer(churn, 0, 1000000, &value) ||
		    (item.len > 0 &&
			!text_integer(item, 1, DAYS_MAX, &times)) ||
		    calendar->days + times > DAYS_MAX)
			return false;
		while (times-- > 0)
			calendar->churn[calendar->days++] = value;
	}
	return true;
}

static bool read_code(struct origin *origin, struct text code)
{
	if (code.len < strlen(MADE_UP) ||
	    memcmp(code.at, MADE_UP, strlen(MADE_UP)) != 0)
		return false;
	while (code.len > 0) {
		struct text value = cut(&code, ';');
		struct text name = cut(&value, '=');
		int64_t seed, year;

		if (text_is(name, "seed")) {
			if (!text_integer(value, 1, INT64_MAX, &seed))
				return false;
			origin->seed = (uint64_t)seed;
		} else if (text_is(name, "students")) {
			if (!text_integer(value, DISTRICT_STUDENTS_MIN,
				DISTRICT_STUDENTS_MAX, &origin->students))
				return false;
		} else if (text_is(name, "year")) {
			if (!text_integer(value, DISTRICT_YEAR_MIN,
				DISTRICT_YEAR_MAX, &year))
				return false;
			origin->year = (int)year;
		} else if (text_is(name, "churn")) {
			if (!read_days(&origin->calendar, value))
				return false;
		}
	}
	return origin->seed > 0 && origin->students > 0;
}

static bool read_manifest(const char *folder, char out[MANIFEST_MAX],
    struct err *err)
{
	char path[4096];
	FILE *file;
	size_t len;

	snprintf(path, sizeof(path), "%s/manifest.csv", folder);
	file = fopen(path, "re");
	if (file == NULL)
		return fail(err, FAULT_NOT_FOUND, "can't open %s: %m", path);
	len = fread(out, 1, MANIFEST_MAX - 1, file);
	out[len] = '\0';
	(void)fclose(file);
	return true;
}

bool origin_read(struct origin *origin, const char *folder, struct err *err)
{
	char manifest[MANIFEST_MAX];

	*origin = (struct origin){ .year = DISTRICT_YEAR };
	if (!read_manifest(folder, manifest, err))
		return false;
	origin->format = text_is(property(manifest, "oneroster.version"), "1.1")
			     ? DISTRICT_V11
			     : DISTRICT_V12;
	return read_code(origin, property(manifest, "source.systemCode")) ||
	       fail(err, FAULT_INVALID, "%s is not a made-up district", folder);
}

const char *origin_code(const struct origin *origin, struct arena *arena)
{
	const struct calendar *c = &origin->calendar;
	const char *code = arena_printf(arena,
	    MADE_UP "seed=%" PRIu64 ";students=%" PRId64 ";year=%d",
	    origin->seed, origin->students, origin->year);

	for (int day = 0, next; day < c->days; day = next) {
		next = day + 1;
		while (next < c->days && c->churn[next] == c->churn[day])
			next++;
		code = arena_printf(arena, "%s%s%" PRId64 "x%d", code,
		    day == 0 ? ";churn=" : "+", c->churn[day], next - day);
	}
	return code;
}
