/* Randomness from the kernel. */
#include "homeroom/base.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

void random_bytes(void *out, size_t len)
{
	unsigned char *p = out;

	while (len > 0) {
		ssize_t got = getrandom(p, len, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			log_line(LOG_ERROR, "no_randomness", "%s", "");
			abort();
		}
		p += got;
		len -= (size_t)got;
	}
}
