/* Memory from the system: having none left ends the process. */
#include "homeroom/base.h"

#include <stdlib.h>

static void *have(void *p)
{
	if (p == NULL) {
		log_line(LOG_ERROR, "out_of_memory", "%s", "");
		abort();
	}
	return p;
}

void *memory_new(size_t size)
{
	return have(calloc(1, size == 0 ? 1 : size));
}

void *memory_grow(void *p, size_t size)
{
	return have(realloc(p, size == 0 ? 1 : size));
}

void memory_free(void *p)
{
	free(p);
}
