/* The text of a request that OAuth 1.0a signs (RFC 5849 §3.4.1). */
#include "homeroom/base.h"

#include <stdlib.h>

struct pair {
	const char *name, *value; /* encoded */
};

static const char *encode(struct arena *arena, const char *text)
{
	struct buf out = { 0 };
	const char *encoded;

	percent_encode(&out, text, strlen(text));
	encoded = arena_textn(arena, out.data, out.len);
	buf_free(&out);
	return encoded;
}

static int compare(const void *a, const void *b)
{
	const struct pair *left = a, *right = b;
	int order = strcmp(left->name, right->name);

	return order != 0 ? order : strcmp(left->value, right->value);
}

/* RFC 5849 §3.4.1.3.2. */
static void put_params(struct buf *out, struct arena *arena,
    const struct signed_parts *parts)
{
	struct pair *pairs = arena_alloc(arena, parts->count * sizeof(*pairs));

	for (size_t i = 0; i < parts->count; i++)
		pairs[i] = (struct pair){
			encode(arena, parts->params[i].name),
			encode(arena, parts->params[i].value),
		};
	qsort(pairs, parts->count, sizeof(*pairs), compare);
	for (size_t i = 0; i < parts->count; i++)
		buf_printf(out, "%s%s=%s", i == 0 ? "" : "&", pairs[i].name,
		    pairs[i].value);
}

static void put_lower(struct buf *out, const char *at, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		char c = at[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		buf_char(out, c);
	}
}

/* The port with its colon, where it is worth saying. */
static struct text port_of(struct text authority)
{
	const char *end = authority.at + authority.len, *at = end;

	while (at > authority.at && at[-1] >= '0' && at[-1] <= '9')
		at--;
	if (at == authority.at || *--at != ':')
		return (struct text){ end, 0 };
	return (struct text){ at, (size_t)(end - at) };
}

/* RFC 5849 §3.4.1.2: scheme and host in lower case, no default port. */
static void put_url(struct buf *out, const char *url)
{
	size_t scheme = strcspn(url, ":");
	struct text authority = { url + scheme, 0 };
	bool secure = scheme == 5;
	struct text port;

	authority.at += strspn(authority.at, ":/");
	authority.len = strcspn(authority.at, "/");
	port = port_of(authority);
	put_lower(out, url, scheme);
	buf_puts(out, "://");
	put_lower(out, authority.at, authority.len - port.len);
	if (port.len > 1 && !text_is(port, secure ? ":443" : ":80"))
		buf_add(out, port.at, port.len);
	buf_puts(out, authority.at + authority.len);
}

void signed_text(struct buf *out, struct arena *arena,
    const struct signed_parts *parts)
{
	struct buf part = { 0 };

	buf_puts(out, parts->method);
	buf_char(out, '&');
	put_url(&part, parts->url);
	percent_encode(out, part.data, part.len);
	buf_char(out, '&');
	part.len = 0;
	put_params(&part, arena, parts);
	percent_encode(out, part.data, part.len);
	buf_free(&part);
}
