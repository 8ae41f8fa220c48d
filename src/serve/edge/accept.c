/* Reads the lists with which a client says what it takes. */
#include "edge.h"

#include <string.h>
#include <strings.h>

#define BLANKS " \t"

/* One entry of a list: "text/html;level=1;q=0.5". */
struct entry {
	struct text word;
	bool refused; /* q=0 */
};

static struct text trim(const char *at, size_t len)
{
	while (len > 0 && strchr(BLANKS, *at) != NULL) {
		at++;
		len--;
	}
	while (len > 0 && strchr(BLANKS, at[len - 1]) != NULL)
		len--;
	return (struct text){ at, len };
}

/* "q=0", "q=0.000": any other weight is a yes. */
static bool is_zero_weight(struct text parameter)
{
	if (parameter.len < 3 || strncasecmp(parameter.at, "q=0", 3) != 0)
		return false;
	for (size_t i = 3; i < parameter.len; i++)
		if (parameter.at[i] != '.' && parameter.at[i] != '0')
			return false;
	return true;
}

/* Takes the next entry off the list; false at its end. */
static bool next_entry(const char **list, struct entry *entry)
{
	const char *end, *part;

	*list += strspn(*list, BLANKS ",");
	if (**list == '\0')
		return false;
	end = *list + strcspn(*list, ",");
	part = *list + strcspn(*list, ",;");
	entry->word = trim(*list, (size_t)(part - *list));
	entry->refused = false;
	while (part < end) {
		size_t len = strcspn(++part, ",;");

		if (is_zero_weight(trim(part, len)))
			entry->refused = true;
		part += len;
	}
	*list = end;
	return true;
}

bool list_holds(const char *list, const char *word)
{
	struct entry entry;

	if (list == NULL)
		return false;
	while (next_entry(&list, &entry))
		if (text_is_nocase(entry.word, word))
			return true;
	return false;
}

/* 3: this very type, 2: its family, 1: anything, 0: another. */
static int closeness(struct text range, struct text media)
{
	size_t family = strcspn(media.at, "/") + 1;

	if (range.len == media.len &&
	    strncasecmp(range.at, media.at, media.len) == 0)
		return 3;
	if (range.len == family + 1 && range.at[family] == '*' &&
	    strncasecmp(range.at, media.at, family) == 0)
		return 2;
	return text_is(range, "*/*") || text_is(range, "*") ? 1 : 0;
}

bool accept_allows(const char *accept, const char *media)
{
	struct text wanted = { media, strcspn(media, "; ") };
	struct entry entry;
	bool allowed = false;
	int best = 0;

	if (accept == NULL || *accept == '\0')
		return true;
	while (next_entry(&accept, &entry)) {
		int close = closeness(entry.word, wanted);

		if (close > best) {
			best = close;
			allowed = !entry.refused;
		}
	}
	return allowed;
}

bool accept_gzip(const char *accept_encoding)
{
	struct entry entry;
	bool any = false;

	if (accept_encoding == NULL)
		return false;
	while (next_entry(&accept_encoding, &entry)) {
		if (text_is_nocase(entry.word, "gzip") ||
		    text_is_nocase(entry.word, "x-gzip"))
			return !entry.refused;
		if (text_is(entry.word, "*"))
			any = !entry.refused;
	}
	return any;
}
