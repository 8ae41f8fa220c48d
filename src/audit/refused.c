/* Counts of what nobody known was refused: however many ask, few lines. */
#include "audit.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define MINUTE_MS 60000

/* The network that an address is in, of 24 bits or 64: who has one address
 * often has its neighbours. */
static void find_network(char *out, size_t size, const char *address)
{
	unsigned char bytes[16] = { 0 };
	char text[INET6_ADDRSTRLEN] = "";
	int family = AF_INET, bits = 24;

	out[0] = '\0';
	if (address == NULL)
		return;
	if (inet_pton(AF_INET, address, bytes) == 1) {
		bytes[3] = 0;
	} else if (inet_pton(AF_INET6, address, bytes) == 1) {
		family = AF_INET6;
		bits = 64;
		memset(bytes + 8, 0, 8);
	} else {
		return;
	}
	inet_ntop(family, bytes, text, sizeof(text));
	snprintf(out, size, "%s/%d", text, bits);
}

static bool is_alike(const struct refusal_count *a,
    const struct refusal_count *b)
{
	/* There is one text of each route, method and fault. */
	return a->endpoint == b->endpoint && a->method == b->method &&
	       a->fault == b->fault && a->status == b->status &&
	       strcmp(a->network, b->network) == 0;
}

static struct refusal_count *find(struct refused *refused,
    const struct refusal_count *wanted)
{
	for (int i = 0; i < refused->count; i++)
		if (is_alike(&refused->counts[i], wanted))
			return &refused->counts[i];
	return NULL;
}

/* The second half of the places is for those without a network: a route and an
 * outcome each, which are few. */
static struct refusal_count *find_place(struct refused *refused,
    struct refusal_count *wanted)
{
	struct refusal_count *found = find(refused, wanted);

	if (found == NULL && refused->count >= REFUSED_MAX / 2) {
		wanted->network[0] = '\0';
		found = find(refused, wanted);
	}
	if (found == NULL && refused->count == REFUSED_MAX)
		found = &refused->counts[REFUSED_MAX - 1];
	if (found == NULL) {
		found = &refused->counts[refused->count++];
		*found = *wanted;
	}
	return found;
}

void refused_count(struct refused *refused, const struct audit_entry *entry)
{
	struct refusal_count wanted = {
		.method = entry->method,
		.endpoint = entry->endpoint,
		.fault = entry->fault,
		.status = entry->status,
	};
	struct refusal_count *count;

	find_network(wanted.network, sizeof(wanted.network), entry->address);
	if (refused->count == 0)
		refused->minute = entry->at / MINUTE_MS;
	count = find_place(refused, &wanted);
	count->requests += entry->requests;
	count->bytes += entry->bytes;
}

void refused_take(struct refused *refused, int64_t now, bool all,
    struct buf *lines)
{
	if (!all && now / MINUTE_MS == refused->minute)
		return;
	for (int i = 0; i < refused->count; i++) {
		const struct refusal_count *count = &refused->counts[i];

		line_write(lines, &(struct audit_entry){
				      .at = refused->minute * MINUTE_MS,
				      .method = count->method,
				      .endpoint = count->endpoint,
				      .fault = count->fault,
				      .status = count->status,
				      .address = count->network,
				      .requests = count->requests,
				      .bytes = count->bytes,
				  });
	}
	refused->count = 0;
}
