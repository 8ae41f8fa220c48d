/* manifest.csv: which version of OneRoster a bundle is in, and which files it
 * says it has. */
#include "ingest.h"

#include <string.h>

#define MANIFEST "manifest.csv"
#define MANIFEST_MAX (1 << 20)

/* --- the bundle's files -------------------------------------------------- */

/* One table of the standard misspells a file's name. */
static const char *real_name(const char *file)
{
	return strcmp(file, "courseResourses.csv") == 0 ? "courseResources.csv"
							: file;
}

static struct part *find_file(struct ingest *job, const char *file)
{
	for_each_part(p,
	    job) if (p->file != NULL &&
		     strcmp(p->file, real_name(file)) == 0) return p;
	return NULL;
}

static void note(struct ingest *job, const char *file, const char *code,
    const char *message, struct text value)
{
	const struct finding f = {
		.file = file,
		.code = code,
		.message = message,
		.value = value,
	};

	findings_add(job->findings, &f);
}

static void note_files(struct ingest *job)
{
	const struct bundle_note *notes;
	int count = bundle_notes(job->bundle, &notes);

	for (int i = 0; i < count; i++)
		note(job, notes[i].name, notes[i].code, notes[i].message,
		    (struct text){ 0 });
	for (int i = 0; i < bundle_count(job->bundle); i++) {
		const char *name = bundle_name(job->bundle, i);
		struct part *p = find_file(job, name);

		if (p != NULL)
			p->present = true;
		else if (strcmp(name, MANIFEST) != 0)
			note(job, name, "unknown_file",
			    "is no file of OneRoster by exactly this name; "
			    "ignored",
			    (struct text){ 0 });
	}
}

/* --- the manifest's rows ------------------------------------------------- */

static bool read_version(struct ingest *job, struct text value)
{
	if (text_is(value, "1.1"))
		job->version = V11;
	else if (text_is(value, "1.2") || text_is(value, "1.2.1"))
		job->version = V12;
	else
		job_refuse(job,
		    "the manifest says OneRoster version '%.20s'; "
		    "1.1 and 1.2 can be taken",
		    arena_textn(job->arena, value.at, value.len));
	return !job->refused;
}

static bool mode_of(struct text word, enum mode *mode)
{
	static const char *const words[] = { "absent", "bulk", "delta" };

	for (size_t i = 0; i < array_length(words); i++)
		if (text_is(word, words[i])) {
			*mode = (enum mode)i;
			return true;
		}
	return false;
}

static void read_file_mode(struct ingest *job, struct text name,
    struct text value)
{
	const char *file =
	    arena_printf(job->arena, TEXT_FMT ".csv", TEXT_ARG(name));
	struct part *p = find_file(job, file);
	enum mode mode = MODE_ABSENT;

	if (p == NULL) {
		note(job, MANIFEST, "unknown_property",
		    "names a file that OneRoster has not", name);
		return;
	}
	if (!mode_of(value, &mode)) {
		note(job, MANIFEST, "bad_mode",
		    "is neither absent, bulk nor delta; the data decide",
		    value);
		return;
	}
	p->declared = true;
	p->said = mode;
}

static bool read_property(struct ingest *job, struct text name,
    struct text value)
{
	static const char file[] = "file.";

	/* The standard's table marks new rows with a footnote's star, which
	 * some copy. */
	if (name.len > 0 && name.at[name.len - 1] == '*')
		name.len--;
	if (text_is(name, "oneroster.version"))
		return read_version(job, value);
	if (text_is(name, "manifest.version")) {
		if (!text_is(value, "1.0"))
			note(job, MANIFEST, "manifest_version",
			    "is not version 1.0 of the manifest", value);
	} else if (name.len > strlen(file) &&
		   memcmp(name.at, file, strlen(file)) == 0) {
		name.at += strlen(file);
		name.len -= strlen(file);
		read_file_mode(job, name, value);
	} else if (name.len < 7 || memcmp(name.at, "source.", 7) != 0) {
		note(job, MANIFEST, "unknown_property",
		    "is no property of a manifest", name);
	}
	return true;
}

static bool read_manifest_row(struct ingest *job, const struct csv_row *row)
{
	if (row->problem != CSV_FINE || row->count != 2) {
		if (row->line == 1)
			return job_refuse(job,
			    "the first line of manifest.csv must be "
			    "'propertyName,value'");
		note(job, MANIFEST, "bad_row",
		    "has a line that is no property and its value",
		    (struct text){ 0 });
		return true;
	}
	if (row->line > 1)
		return read_property(job, row->fields[0], row->fields[1]);
	if (!text_is(row->fields[0], "propertyName") ||
	    !text_is(row->fields[1], "value"))
		return job_refuse(job, "the first line of manifest.csv must be "
				       "'propertyName,value'");
	return true;
}

/* --- reading it ---------------------------------------------------------- */

static bool find_manifest(struct ingest *job, struct buf *text, bool *found,
    struct err *err)
{
	const char *name, *data;
	size_t len;

	do {
		if (!bundle_next(job->bundle, &name, err))
			return false;
	} while (name != NULL && strcmp(name, MANIFEST) != 0);
	*found = name != NULL;
	while (name != NULL) {
		if (!bundle_read(job->bundle, &data, &len, err))
			return false;
		if (len == 0)
			break;
		if (text->len + len > MANIFEST_MAX)
			return fail(err, FAULT_INVALID,
			    "manifest.csv is far too long");
		buf_add(text, data, len);
	}
	while (name != NULL)
		if (!bundle_next(job->bundle, &name, err))
			return false;
	return true;
}

static void parse(struct ingest *job, struct buf *text)
{
	struct csv *csv = csv_new(job->arena);
	struct csv_row row;

	csv_feed(csv, buf_text(text), text->len, true);
	while (!job->refused && csv_next(csv, &row))
		read_manifest_row(job, &row);
	if (!job->refused && job->version == 0)
		job_refuse(job, "manifest.csv does not say oneroster.version");
}

/* What the manifest says against what is there. */
static void compare(struct ingest *job)
{
	for_each_part(p, job)
	{
		bool said = p->declared && p->said != MODE_ABSENT;

		if (job->refused)
			return;
		if (said && !p->present)
			job_refuse(job,
			    "the manifest says that there is a %s, but the "
			    "bundle has none",
			    p->file);
		else if (p->present && !said)
			note(job, p->file, "not_declared",
			    "is in the bundle, though the manifest does not "
			    "say so; taken, as its data say",
			    (struct text){ 0 });
	}
}

static void forget_unknown_files(struct ingest *job)
{
	for_each_part(p, job)
	{
		const struct entity *e = p->entity;

		if ((job->version == V11 ? e->csv_11 : e->csv_12) != NULL)
			continue;
		p->declared = false;
		if (p->present)
			note(job, p->file, "unknown_file",
			    "is no file of OneRoster 1.1; ignored",
			    (struct text){ 0 });
		p->present = false;
	}
}

bool manifest_read(struct ingest *job, struct err *err)
{
	struct buf text = { 0 };
	bool found = false;

	note_files(job);
	if (!find_manifest(job, &text, &found, err)) {
		buf_free(&text);
		return false;
	}
	if (found)
		parse(job, &text);
	else
		job_refuse(job,
		    "the bundle has no manifest.csv at its top: that is "
		    "OneRoster 1.0, which can't be taken; ask for 1.1 or "
		    "1.2");
	buf_free(&text);
	if (!job->refused)
		forget_unknown_files(job);
	compare(job);
	return true;
}
