/* The reader of bundles: whatever the bytes of a zip, its files have names
 * that lead nowhere, and reading them ends. */
#include "ingest/ingest.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define READ_MAX (4 << 20)

static bool read_file(struct bundle *bundle, size_t *left)
{
	struct err err = { 0 };
	const char *piece;
	size_t len;

	do {
		if (!bundle_read(bundle, &piece, &len, &err))
			return false;
		if (len > *left)
			return false;
		*left -= len;
	} while (len > 0);
	return true;
}

static void read_all(struct bundle *bundle)
{
	struct err err = { 0 };
	const char *name;
	size_t left = READ_MAX;

	for (;;) {
		if (!bundle_next(bundle, &name, &err) || name == NULL)
			return;
		assert(strchr(name, '/') == NULL && name[0] != '\0');
		assert(utf8_valid(name, strlen(name)));
		if (!read_file(bundle, &left))
			return;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct bundle *bundle;
	struct err err = { 0 };
	uint8_t digest[32];
	char path[64];
	int fd = memfd_create("bundle", MFD_CLOEXEC);

	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (bundle_open(&bundle, arena, path, &err)) {
		assert(bundle_digest(bundle, digest, &err));
		read_all(bundle);
	} else {
		assert(err.fault == FAULT_INVALID && err.text[0] != '\0');
	}
	arena_free(arena);
	close(fd);
	return 0;
}
