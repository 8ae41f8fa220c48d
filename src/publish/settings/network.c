/* Networks in settings, as Postgres takes them: no bits beyond the prefix. */
#include "settings.h"

#include <arpa/inet.h>
#include <string.h>

bool settings_is_network(const char *text)
{
	char address[64];
	unsigned char bytes[16] = { 0 };
	size_t len = strcspn(text, "/");
	bool six = memchr(text, ':', len) != NULL;
	int64_t prefix = six ? 128 : 32;

	if (len >= sizeof(address))
		return false;
	memcpy(address, text, len);
	address[len] = '\0';
	if (inet_pton(six ? AF_INET6 : AF_INET, address, bytes) != 1 ||
	    (text[len] == '/' && !text_integer((struct text){ text + len + 1,
						   strlen(text + len + 1) },
				     0, prefix, &prefix)))
		return false;
	for (int64_t bit = prefix; bit < (six ? 128 : 32); bit++)
		if ((bytes[bit / 8] >> (7 - bit % 8) & 1) != 0)
			return false;
	return true;
}
