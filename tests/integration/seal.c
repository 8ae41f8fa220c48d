/* Secrets at rest, and the key file that guards them. */
#include "check.h"
#include "homeroom/publish.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECRET "the private key"

/* In a folder of its own: the runner gives each program one. */
static const char *fresh_key(void)
{
	(void)remove("sealed/key");
	(void)rmdir("sealed");
	return "sealed/key";
}

static void comes_back(void **state)
{
	const char *key = fresh_key();
	struct buf sealed = { 0 }, again = { 0 }, out = { 0 };
	struct err err = { 0 };
	struct stat about;

	(void)state;
	CHECK(seal(&sealed, key, "a", SECRET, sizeof(SECRET), &err), "%s",
	    err.text);
	CHECK(stat(key, &about) == 0 && (about.st_mode & 0777) == 0600 &&
		  about.st_size == 32,
	    "mode %o", about.st_mode);
	CHECK(memmem(sealed.data, sealed.len, SECRET, strlen(SECRET)) == NULL,
	    "in the clear");
	CHECK(unseal(&out, key, "a", sealed.data, sealed.len, &err), "%s",
	    err.text);
	CHECK(out.len == sizeof(SECRET) &&
		  memcmp(out.data, SECRET, out.len) == 0,
	    "%zu", out.len);
	CHECK(seal(&again, key, "a", SECRET, sizeof(SECRET), &err), "%s",
	    err.text);
	CHECK(again.len == sealed.len &&
		  memcmp(again.data, sealed.data, again.len) != 0,
	    "the same twice");
	buf_free(&sealed);
	buf_free(&again);
	buf_free(&out);
}

/* One bit anywhere, another length, another purpose, another key. */
static void shows_tampering(void **state)
{
	const char *key = fresh_key();
	struct buf sealed = { 0 }, other = { 0 }, out = { 0 };
	struct err err = { 0 };

	(void)state;
	CHECK(seal(&sealed, key, "a", SECRET, sizeof(SECRET), &err), "%s",
	    err.text);
	for (size_t i = 0; i < sealed.len; i++) {
		sealed.data[i] ^= 1;
		CHECK(!unseal(&out, key, "a", sealed.data, sealed.len, &err),
		    "byte %zu", i);
		sealed.data[i] ^= 1;
	}
	for (size_t len = 0; len < sealed.len; len++)
		CHECK(!unseal(&out, key, "a", sealed.data, len, &err),
		    "%zu bytes", len);
	CHECK(!unseal(&out, key, "b", sealed.data, sealed.len, &err), "about");
	CHECK(out.len == 0, "bytes that did not prove genuine");
	fresh_key();
	err = (struct err){ 0 };
	CHECK(!unseal(&out, key, "a", sealed.data, sealed.len, &err) &&
		  err.fault == FAULT_IO && access(key, F_OK) != 0,
	    "a key is made to open with");
	err = (struct err){ 0 };
	CHECK(seal(&other, key, "a", "x", 1, &err), "%s", err.text);
	CHECK(!unseal(&out, key, "a", sealed.data, sealed.len, &err) &&
		  err.fault == FAULT_INVALID,
	    "another key");
	buf_free(&other);
	buf_free(&sealed);
	buf_free(&out);
}

static void write_file(const char *path, size_t len, mode_t mode)
{
	FILE *file = fopen(path, "w");

	CHECK(file != NULL, "%s", path);
	for (size_t i = 0; i < len; i++)
		fputc('k', file);
	fclose(file);
	CHECK(chmod(path, mode) == 0, "%s", path);
}

static void is_picky_about_the_file(void **state)
{
	static const struct {
		size_t len;
		mode_t mode;
		bool want;
	} cases[] = {
		{ 32, 0600, true },
		{ 32, 0400, true },
		{ 32, 0640, true },
		{ 32, 0644, false },
		{ 32, 0620, false },
		{ 31, 0600, false },
		{ 33, 0600, false },
		{ 0, 0600, false },
	};

	(void)state;
	for (size_t i = 0; i < array_length(cases); i++) {
		struct buf sealed = { 0 };
		struct err err = { 0 };

		write_file("picky", cases[i].len, cases[i].mode);
		CHECK(seal(&sealed, "picky", "a", "x", 1, &err) ==
			  cases[i].want,
		    "%zu bytes, mode %o: %s", cases[i].len, cases[i].mode,
		    err.text);
		buf_free(&sealed);
		CHECK(remove("picky") == 0, "picky");
	}
}

static void says_when_it_cannot(void **state)
{
	struct buf out = { 0 };
	struct err err = { 0 };

	(void)state;
	CHECK(!seal(&out, "no/such/folder/key", "a", "x", 1, &err) &&
		  err.fault == FAULT_IO,
	    "%s", err.text);
	CHECK(out.len == 0, "%zu", out.len);
	buf_free(&out);
}

#define PROCESSES 8

/* Seals with a key that may not be there yet, and hands the result up. */
static void seal_in_child(const char *key, int to)
{
	struct buf sealed = { 0 };
	struct err err = { 0 };
	bool done = seal(&sealed, key, "a", SECRET, sizeof(SECRET), &err) &&
		    write(to, sealed.data, sealed.len) == (ssize_t)sealed.len;

	buf_free(&sealed);
	_exit(done ? 0 : 1);
}

static void processes_agree(void **state)
{
	const char *key = fresh_key();
	int ends[PROCESSES][2];

	(void)state;
	for (int i = 0; i < PROCESSES; i++) {
		CHECK(pipe(ends[i]) == 0, "pipe");
		if (fork() == 0)
			seal_in_child(key, ends[i][1]);
		close(ends[i][1]);
	}
	for (int i = 0; i < PROCESSES; i++) {
		struct buf out = { 0 };
		struct err err = { 0 };
		char sealed[256];
		ssize_t len = read(ends[i][0], sealed, sizeof(sealed));

		CHECK(len > 0, "process %d", i);
		CHECK(unseal(&out, key, "a", sealed, (size_t)len, &err),
		    "process %d: %s", i, err.text);
		buf_free(&out);
		close(ends[i][0]);
		wait(NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back),
		cmocka_unit_test(shows_tampering),
		cmocka_unit_test(is_picky_about_the_file),
		cmocka_unit_test(says_when_it_cannot),
		cmocka_unit_test(processes_agree),
	};

	return check_main(tests);
}
