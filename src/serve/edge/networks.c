/* Addresses, IPv4 and IPv6 alike, and the networks that hold them. */
#include "edge.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

/* --- addresses ----------------------------------------------------------- */

static void from_v4(struct address *address, const void *bytes)
{
	memset(address->bytes, 0, 10);
	memset(address->bytes + 10, 0xff, 2);
	memcpy(address->bytes + 12, bytes, 4);
}

static bool is_v4(const struct address *address)
{
	struct address other;

	from_v4(&other, address->bytes + 12);
	return memcmp(&other, address, sizeof(other)) == 0;
}

void address_from(struct address *address, const struct sockaddr *from)
{
	const void *any = from;
	const struct sockaddr_in *v4 = any;
	const struct sockaddr_in6 *v6 = any;

	if (from->sa_family == AF_INET)
		from_v4(address, &v4->sin_addr);
	else
		memcpy(address->bytes, &v6->sin6_addr, sizeof(*address));
}

bool address_parse(struct address *address, struct text text)
{
	char copy[INET6_ADDRSTRLEN];
	struct in_addr v4;

	if (text.len == 0 || text.len >= sizeof(copy))
		return false;
	memcpy(copy, text.at, text.len);
	copy[text.len] = '\0';
	if (inet_pton(AF_INET, copy, &v4) == 1)
		from_v4(address, &v4);
	else if (inet_pton(AF_INET6, copy, address->bytes) != 1)
		return false;
	return true;
}

const char *address_text(struct arena *arena, const struct address *address)
{
	char text[INET6_ADDRSTRLEN];
	const void *from = address->bytes;

	if (is_v4(address))
		inet_ntop(AF_INET, address->bytes + 12, text, sizeof(text));
	else
		inet_ntop(AF_INET6, from, text, sizeof(text));
	return arena_text(arena, text);
}

/* --- networks ------------------------------------------------------------- */

static bool parse_network(struct network *network, struct text text)
{
	const char *slash = memchr(text.at, '/', text.len);
	struct text address = text, bits;
	int64_t number;
	int most;

	if (slash != NULL)
		address.len = (size_t)(slash - text.at);
	if (!address_parse(&network->address, address))
		return false;
	most = is_v4(&network->address) ? 32 : 128;
	network->bits = 128;
	if (slash == NULL)
		return true;
	bits = (struct text){ slash + 1, text.len - address.len - 1 };
	if (!text_integer(bits, 0, most, &number))
		return false;
	network->bits = (int)number + 128 - most;
	return true;
}

#define BETWEEN ", \t"

bool networks_parse(struct networks *networks, struct arena *arena,
    const char *list, struct err *err)
{
	*networks = (struct networks){ 0 };
	if (list == NULL)
		return true;
	/* An address and what parts it from the next take two bytes at least.
	 */
	networks->at =
	    arena_alloc(arena, (strlen(list) / 2 + 1) * sizeof(*networks->at));
	list += strspn(list, BETWEEN);
	while (*list != '\0') {
		struct text text = { list, strcspn(list, BETWEEN) };

		if (!parse_network(&networks->at[networks->count], text))
			return fail(err, FAULT_INVALID,
			    "'" TEXT_FMT "' is no address or network",
			    TEXT_ARG(text));
		networks->count++;
		list += text.len;
		list += strspn(list, BETWEEN);
	}
	return true;
}

static bool holds(const struct network *network, const struct address *address)
{
	size_t bytes = (size_t)network->bits / 8;
	int rest = network->bits % 8;
	unsigned char mask = (unsigned char)(0xff00 >> rest);

	if (memcmp(network->address.bytes, address->bytes, bytes) != 0)
		return false;
	return rest == 0 ||
	       ((network->address.bytes[bytes] ^ address->bytes[bytes]) &
		   mask) == 0;
}

bool networks_hold(const struct networks *networks,
    const struct address *address)
{
	for (size_t i = 0; i < networks->count; i++)
		if (holds(&networks->at[i], address))
			return true;
	return false;
}

bool networks_hold_client(const struct networks *networks, const char *client)
{
	struct address address;

	return address_parse(&address,
		   (struct text){ client, strlen(client) }) &&
	       networks_hold(networks, &address);
}
