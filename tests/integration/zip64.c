/* Bundles that are too large for a plain zip: they are known as such, are
 * written with the extensions of Zip64, and are read again whole. They hold
 * more than 4 GiB, but weigh little. */
#include "check.h"

#include "ingest/ingest.h"
#include "publish/shelf/shelf.h"

#include <fcntl.h>
#include <unistd.h>

#define PIECE ((size_t)16 * 1024) /* well within deflate's window */
#define LARGE (((int64_t)4 << 30) + ((int64_t)64 << 20))

static char piece[PIECE];

static void fill_piece(void)
{
	uint64_t seed = 1;

	for (size_t i = 0; i < PIECE; i++)
		piece[i] = i % 64 == 63
			       ? '\n'
			       : (char)('a' + check_random(&seed) % 26);
}

static struct zip *begin(const char *path, bool large, int *fd)
{
	struct err err = { 0 };
	struct zip *zip;

	*fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	CHECK(*fd >= 0 && zip_open(&zip, *fd, 0, large, &err), "%s", err.text);
	return zip;
}

/* Writes until that much is written, or it can't be; *written is how much. */
static bool write_much(struct zip *zip, int64_t much, int64_t *written,
    struct err *err)
{
	for (*written = 0; *written < much; *written += (int64_t)PIECE)
		if (!zip_write(zip, piece, PIECE, err))
			return false;
	return true;
}

/* It ends before a plain zip would be wrong. */
static void outgrown(void **state)
{
	struct err err = { 0 };
	int64_t written;
	int fd;
	struct zip *zip = begin("plain.zip", false, &fd);

	(void)state;
	CHECK(zip_begin(zip, "users.csv", &err), "%s", err.text);
	CHECK(!zip_outgrown(zip), "at its start");
	CHECK(!write_much(zip, LARGE, &written, &err), "a plain zip took it");
	CHECK(zip_outgrown(zip) && err.fault == FAULT_TOO_LARGE &&
		  written < UINT32_MAX,
	    "after %lld: %s", (long long)written, err.text);
	zip_free(zip);
	close(fd);
}

static void put_file(struct zip *zip, const char *name, const char *text)
{
	struct err err = { 0 };

	CHECK(zip_begin(zip, name, &err) &&
		  zip_write(zip, text, strlen(text), &err),
	    "%s: %s", name, err.text);
}

static void write_large(void)
{
	struct err err = { 0 };
	int64_t written;
	int fd;
	struct zip *zip = begin("large.zip", true, &fd);

	put_file(zip, "orgs.csv", "before\n");
	CHECK(zip_begin(zip, "users.csv", &err) &&
		  write_much(zip, LARGE, &written, &err),
	    "%s", err.text);
	put_file(zip, "manifest.csv", "behind\n");
	CHECK(zip_close(zip, &err), "%s", err.text);
	zip_free(zip);
	CHECK(lseek(fd, 0, SEEK_END) < 1 << 30, "it weighs too much");
	close(fd);
}

/* Every piece of it is as it was written. */
static int64_t read_file(struct bundle *bundle, bool check)
{
	struct err err = { 0 };
	const char *data;
	int64_t all = 0;
	size_t len;

	for (;;) {
		CHECK(bundle_read(bundle, &data, &len, &err), "%s", err.text);
		if (len == 0)
			return all;
		for (size_t i = 0; check && i < len;) {
			size_t at = (size_t)all % PIECE;
			size_t n = PIECE - at < len - i ? PIECE - at : len - i;

			CHECK(memcmp(piece + at, data + i, n) == 0,
			    "it differs after %lld", (long long)all);
			i += n;
			all += (int64_t)n;
		}
		all += check ? 0 : (int64_t)len;
	}
}

static void written_and_read(void **state)
{
	static const struct {
		const char *name;
		int64_t size;
	} files[] = { { "orgs.csv", 7 }, { "users.csv", LARGE },
		{ "manifest.csv", 7 } };
	struct arena *arena = arena_new();
	struct bundle *bundle;
	struct err err = { 0 };
	const char *name;

	(void)state;
	write_large();
	CHECK(bundle_open(&bundle, arena, "large.zip", &err), "%s", err.text);
	CHECK(bundle_size(bundle) == LARGE + 14, "%lld",
	    (long long)bundle_size(bundle));
	for (size_t i = 0; i < array_length(files); i++) {
		CHECK(bundle_next(bundle, &name, &err) &&
			  strcmp(name, files[i].name) == 0,
		    "%s: %s", files[i].name, err.text);
		CHECK(read_file(bundle, files[i].size == LARGE) ==
			  files[i].size,
		    "%s is of another size", name);
	}
	arena_free(arena);
	/* And by a reader of others' make. */
	CHECK(system("python3 -c \"import zipfile; z = zipfile.ZipFile("
		     "'large.zip'); assert z.getinfo('users.csv').file_size "
		     "== 4362076160 and z.read('manifest.csv') == "
		     "b'behind\\n'\"") == 0,
	    "Python reads something else");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(outgrown),
		cmocka_unit_test(written_and_read),
	};

	fill_piece();
	return check_main(tests);
}
