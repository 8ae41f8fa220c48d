/* The reader of manifests: whatever manifest.csv says, the bundle is refused
 * with a reason, or its version is known and every file that is to be read is
 * there. */
#include "ingest/ingest.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char folder[48];

static void write_file(const char *name, const uint8_t *data, size_t size)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
}

static void remove_folder(void)
{
	static const char *const files[] = { "manifest.csv", "orgs.csv",
		"users.csv", "README.txt" };
	char path[64];

	for (size_t i = 0; i < array_length(files); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
		unlink(path);
	}
	rmdir(folder);
}

/* Once in a process; all but the manifest stays the same. */
static void make_folder(void)
{
	static bool made;

	if (made)
		return;
	made = true;
	snprintf(folder, sizeof(folder), "/tmp/fuzz-manifest.%ld",
	    (long)getpid());
	/* One that crashed may have left it. */
	assert(mkdir(folder, 0700) == 0 || errno == EEXIST);
	write_file("orgs.csv", (const uint8_t *)"", 0);
	write_file("users.csv", (const uint8_t *)"", 0);
	write_file("README.txt", (const uint8_t *)"", 0);
	atexit(remove_folder);
}

static void make_parts(struct ingest *job)
{
	for (const struct entity *const *e = entities; *e != NULL; e++) {
		struct part *p = &job->parts[job->part_count++];

		p->entity = *e;
		if ((*e)->csv_11 != NULL || (*e)->csv_12 != NULL)
			p->file =
			    arena_printf(job->arena, "%s.csv", (*e)->name);
	}
}

static void check(struct ingest *job)
{
	if (job->refused) {
		assert(job->report.reason != NULL && job->report.reason[0]);
		return;
	}
	assert(job->version == V11 || job->version == V12);
	for_each_part(p, job)
	{
		assert(
		    !p->present || (job->version == V11 ? p->entity->csv_11
							: p->entity->csv_12));
		assert(!p->declared || p->said == MODE_ABSENT || p->present);
	}
	findings_report(job->findings, job->arena, &job->report);
	for (int i = 0; i < job->report.finding_count; i++)
		assert(job->report.findings[i].count > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ingest job = { .arena = arena_new() };
	struct err err = { 0 };

	make_folder();
	write_file("manifest.csv", data, size);
	job.findings = findings_new(job.arena);
	make_parts(&job);
	if (bundle_open(&job.bundle, job.arena, folder, &err) &&
	    manifest_read(&job, &err))
		check(&job);
	else
		assert(err.fault == FAULT_INVALID && err.text[0] != '\0');
	findings_free(job.findings);
	arena_free(job.arena);
	return 0;
}
