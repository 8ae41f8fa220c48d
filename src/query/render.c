/* Values as databases write them, as they are written outside. */
#include "query.h"

#include <string.h>

static struct text without_padding(struct text value)
{
	while (value.len > 0 && value.at[value.len - 1] == ' ')
		value.len--;
	return value;
}

static bool is_decimal(struct text value)
{
	bool digits = false, point = false;

	for (size_t i = value.len > 0 && *value.at == '-'; i < value.len; i++) {
		if (value.at[i] == '.' && !point)
			point = true;
		else if (value.at[i] >= '0' && value.at[i] <= '9')
			digits = true;
		else
			return false;
	}
	return digits;
}

/* One number is written one way, however many places its column has: 12.50 is
 * 12.5, 12.00 is 12, and Oracle's .5 is 0.5. */
static struct text render_number(struct arena *arena, struct text value)
{
	bool negative = value.len > 0 && *value.at == '-';

	if (!is_decimal(value))
		return value;
	if (memchr(value.at, '.', value.len) != NULL)
		while (strchr("0.", value.at[value.len - 1]) != NULL)
			if (value.at[--value.len] == '.' || value.len == 0)
				break;
	if (value.len == 0 || (value.len == 1 && negative))
		return (struct text){ "0", 1 };
	if (value.at[negative] == '.') {
		value.at =
		    arena_printf(arena, "%s0" TEXT_FMT, negative ? "-" : "",
			(int)value.len - negative, value.at + negative);
		value.len++;
	}
	return value;
}

static struct text render_boolean(struct text value)
{
	if (value.len == 1 && strchr("tT1", *value.at) != NULL)
		return (struct text){ "true", 4 };
	if (value.len == 1 && strchr("fF0", *value.at) != NULL)
		return (struct text){ "false", 5 };
	return value;
}

/* Behind the seconds there may be the zone +00, which is what we asked for. */
static struct text render_moment(struct arena *arena, struct text value)
{
	char *text = arena_textn(arena, value.at, value.len);
	size_t len = value.len;
	int64_t when;

	if (len < 19 || text[10] != ' ')
		return value;
	text[10] = 'T';
	if (len > 22 && strcmp(text + len - 3, "+00") == 0)
		len -= 3;
	text = arena_printf(arena, "%.*sZ", (int)len, text);
	if (!clock_parse((struct text){ text, len + 1 }, &when))
		return value;
	text = arena_alloc(arena, CLOCK_TEXT);
	clock_format(text, when);
	return (struct text){ text, CLOCK_TEXT - 1 };
}

struct text render(struct arena *arena, enum shape shape, struct text value)
{
	switch (value.at != NULL ? shape : SHAPE_TEXT) {
	case SHAPE_TEXT:
		break;
	case SHAPE_PADDED:
		return without_padding(value);
	case SHAPE_NUMBER:
		return render_number(arena, value);
	case SHAPE_BOOLEAN:
		return render_boolean(value);
	case SHAPE_MOMENT:
		return render_moment(arena, value);
	}
	return value;
}
