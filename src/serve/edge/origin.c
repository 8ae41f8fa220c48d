/* Who asks, and under which name we were asked: forwarded headers count only
 * when a configured proxy sent them. */
#include "edge.h"

#include <string.h>
#include <strings.h>

/* --- forwarded headers --------------------------------------------------- */

struct forwarded {
	struct address client;
	struct text scheme; /* empty: not said */
	struct text host;
};

static struct text trim(struct text text)
{
	while (text.len > 0 && strchr(" \t\"", *text.at) != NULL) {
		text.at++;
		text.len--;
	}
	while (text.len > 0 && strchr(" \t\"", text.at[text.len - 1]) != NULL)
		text.len--;
	return text;
}

/* Takes the last entry off a list; false when it was empty. */
static bool last_entry(struct text *list, struct text *entry)
{
	size_t from = list->len;

	if (list->len == 0)
		return false;
	while (from > 0 && list->at[from - 1] != ',')
		from--;
	*entry = trim((struct text){ list->at + from, list->len - from });
	list->len = from > 0 ? from - 1 : 0;
	return true;
}

/* "192.0.2.7", "192.0.2.7:81", "[2001:db8::7]:81", "2001:db8::7" */
static bool parse_node(struct address *address, struct text node)
{
	const char *end;

	if (node.len > 0 && *node.at == '[') {
		end = memchr(node.at, ']', node.len);
		if (end == NULL)
			return false;
		return address_parse(address,
		    (struct text){ node.at + 1, (size_t)(end - node.at) - 1 });
	}
	end = memchr(node.at, ':', node.len);
	if (end != NULL && memchr(node.at, '.', node.len) != NULL)
		node.len = (size_t)(end - node.at);
	return address_parse(address, node);
}

/* for=…;proto=…;host=… */
static bool parse_forwarded(struct text entry, struct forwarded *to)
{
	bool has_client = false;

	while (entry.len > 0) {
		const char *end = memchr(entry.at, ';', entry.len);
		size_t len = end != NULL ? (size_t)(end - entry.at) : entry.len;
		struct text pair = trim((struct text){ entry.at, len });
		const char *equals = memchr(pair.at, '=', pair.len);

		entry.at += len + (end != NULL);
		entry.len -= len + (end != NULL);
		if (equals == NULL)
			continue;
		struct text name = { pair.at, (size_t)(equals - pair.at) };
		struct text value =
		    trim((struct text){ equals + 1, pair.len - name.len - 1 });

		if (text_is_nocase(name, "for"))
			has_client = parse_node(&to->client, value);
		else if (text_is_nocase(name, "proto"))
			to->scheme = value;
		else if (text_is_nocase(name, "host"))
			to->host = value;
	}
	return has_client;
}

/* Walks the list from our side, through proxies that we trust, to the first
 * address that is none; `each` reads an entry. */
static void walk(struct forwarded *to, const struct networks *proxies,
    const char *list, bool (*each)(struct text, struct forwarded *))
{
	struct text rest = { list, strlen(list) }, entry;

	while (networks_hold(proxies, &to->client) && last_entry(&rest, &entry))
		if (!each(entry, to))
			break;
}

static bool parse_for(struct text entry, struct forwarded *to)
{
	return parse_node(&to->client, entry);
}

/* What the proxy next to us wrote. */
static struct text last_of(const char *list)
{
	struct text rest = { list, list == NULL ? 0 : strlen(list) };
	struct text entry = { "", 0 };

	if (!last_entry(&rest, &entry))
		entry.len = 0;
	return entry;
}

static void read_forwarded(struct forwarded *to, const struct head *head,
    const struct networks *proxies)
{
	const char *standard = head_field(head, "Forwarded");
	const char *list = head_field(head, "X-Forwarded-For");

	if (standard != NULL) {
		walk(to, proxies, standard, parse_forwarded);
		return;
	}
	to->scheme = last_of(head_field(head, "X-Forwarded-Proto"));
	to->host = last_of(head_field(head, "X-Forwarded-Host"));
	if (list != NULL)
		walk(to, proxies, list, parse_for);
}

void origin_tell(struct request *rq, const struct head *head,
    const struct origin *origin, const struct address *peer)
{
	struct forwarded said = { .client = *peer };
	const char *scheme = origin->secure ? "https" : "http";
	const char *host = head->host != NULL ? head->host : origin->authority;

	if (networks_hold(origin->proxies, peer))
		read_forwarded(&said, head, origin->proxies);
	rq->client = address_text(rq->arena, &said.client);
	rq->base_url = origin->public_url;
	if (rq->base_url != NULL)
		return;
	if (text_is_nocase(said.scheme, "https"))
		scheme = "https";
	else if (text_is_nocase(said.scheme, "http"))
		scheme = "http";
	if (said.host.len > 0) {
		const char *told =
		    arena_textn(rq->arena, said.host.at, said.host.len);

		host = host_valid(told) ? told : host;
	}
	rq->base_url = arena_printf(rq->arena, "%s://%s", scheme, host);
}
