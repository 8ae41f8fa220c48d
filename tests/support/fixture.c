/* Small bundles for tests, and what importing them gives. */
#include "check.h"

#include "support/database.h"
#include "support/fixture.h"

#include <errno.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

/* clang-format off */
static const struct {
	const struct entity *entity;
	const char *rows_11, *rows_12;
} base[] = {
	{ &entity_orgs,
		"d1,,,District,district,100,\ns1,,,North School,school,101,d1\ns2,,,South School,school,102,d1\n", "" },
	{ &entity_academicSessions,
		"y1,,,2025-2026,schoolYear,2025-08-01,2026-07-31,,2026\nt1,,,Autumn,term,2025-08-01,2026-01-01,y1,2026\nt2,,,Spring,term,2026-01-01,2026-07-31,y1,2026\n", "" },
	{ &entity_courses, "c1,,,y1,Mathematics,MA1,09,s1,,\n", "" },
	{ &entity_classes,
		"k1,,,Mathematics 1,09,c1,M1,scheduled,,s1,t1,,,\nk2,,,Mathematics 2,09,c1,M2,scheduled,,s2,\"t1,t2\",,,\n", "" },
	{ &entity_users,
		"u1,,,true,s1,student,anna,,Anna,Ax,,,,,,u4,09,\nu2,,,true,s1,student,ben,,Ben,Box,,,,,,,09,\nu3,,,true,\"s1,s2\",teacher,carl,,Carl,Cox,,,,,,,,\nu4,,,true,s1,parent,dora,,Dora,Ax,,,,,,u1,,\n",
		"u1,,,true,anna,,Anna,Ax,,,,,,u4,09,,,,,,s1,\nu2,,,true,ben,,Ben,Box,,,,,,,09,,,,,,s1,\nu3,,,true,carl,,Carl,Cox,,,,,,,,,,,,,s1,\nu4,,,true,dora,,Dora,Ax,,,,,,u1,,,,,,,s1,\n" },
	{ &entity_roles, NULL,
		"r1,,,u1,primary,student,,,s1,\nr2,,,u2,primary,student,,,s1,\nr3,,,u3,primary,teacher,,,s1,\nr4,,,u3,primary,teacher,,,s2,\nr5,,,u4,primary,parent,,,s1,\n" },
	{ &entity_enrollments,
		"e1,,,k1,s1,u1,student,,,\ne2,,,k1,s1,u2,student,,,\ne3,,,k1,s1,u3,teacher,true,,\n", "" },
	{ &entity_demographics, "u1,,,2011-02-03,female,,,,,,,,,,,\n", "" },
};
/* clang-format on */

/* --- writing ------------------------------------------------------------- */

static int remove_one(const char *path, const struct stat *st, int kind,
    struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

static const char *header(const struct entity *entity, enum oneroster version)
{
	return version == V11 ? entity->csv_11 : entity->csv_12;
}

static void write_file(const char *dir, const char *file, const char *text,
    size_t len)
{
	char path[512];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	out = fopen(path, "w");
	CHECK(out != NULL && fwrite(text, 1, len, out) == len &&
		  fclose(out) == 0,
	    "%s: %s", path, strerror(errno));
}

static const struct fixture_change *find_change(
    const struct fixture_change *changes, const char *file)
{
	for (const struct fixture_change *c = changes; c->file != NULL; c++)
		if (strcmp(c->file, file) == 0)
			return c;
	return NULL;
}

/* What a file holds, all changes made; false: it is left out. */
static bool contents(struct buf *out, const char *head, const char *rows,
    const struct fixture_change *change)
{
	const char *text = change != NULL ? change->text : "";

	if (text == NULL)
		return false;
	if (text[0] != '#')
		buf_printf(out, "%s\n", head);
	if (text[0] != '#' && text[0] != '=')
		buf_puts(out, rows);
	for (text += text[0] == '#' || text[0] == '='; *text != '\0'; text++)
		buf_char(out, *text == '\002' ? '\0' : *text);
	return true;
}

static void write_entity(const char *dir, enum oneroster version,
    const struct entity *e, const char *rows,
    const struct fixture_change *changes, struct buf *manifest)
{
	const struct fixture_change *change;
	struct buf out = { 0 };
	char file[64];
	bool there;

	snprintf(file, sizeof(file), "%s.csv", e->name);
	change = find_change(changes, file);
	there = (rows != NULL || change != NULL) && header(e, version) != NULL;
	buf_printf(manifest, "file.%s,%s\n", e->name,
	    there && (change == NULL || change->text != NULL) ? "bulk"
							      : "absent");
	if (there && contents(&out, header(e, version),
			 rows != NULL ? rows : "", change))
		write_file(dir, file, buf_text(&out), out.len);
	buf_free(&out);
}

static const char *base_rows(const struct entity *e, enum oneroster version)
{
	for (size_t i = 0; i < array_length(base); i++)
		if (base[i].entity == e && version == V12 &&
		    base[i].rows_12[0] != '\0')
			return base[i].rows_12;
		else if (base[i].entity == e)
			return base[i].rows_11;
	return NULL;
}

/* Files that are no entity's, and whole manifests. */
static void write_others(const char *dir, enum oneroster version,
    const struct fixture_change *changes)
{
	for (const struct fixture_change *c = changes; c->file != NULL; c++) {
		size_t stem = strcspn(c->file, ".");
		const struct entity *e =
		    entity_find((struct text){ c->file, stem });
		bool known = e != NULL && header(e, version) != NULL &&
			     strcmp(c->file + stem, ".csv") == 0;

		if (!known && c->text != NULL && c->text[0] == '#')
			write_file(dir, c->file, c->text + 1,
			    strlen(c->text + 1));
	}
}

void fixture_write(const char *dir, enum oneroster version,
    const struct fixture_change *changes)
{
	struct buf manifest = { 0 };
	const struct fixture_change *own = find_change(changes, "manifest.csv");

	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	CHECK(mkdir(dir, 0755) == 0, "%s: %s", dir, strerror(errno));
	buf_printf(&manifest,
	    "propertyName,value\nmanifest.version,1.0\n"
	    "oneroster.version,%s\n",
	    version == V11 ? "1.1" : "1.2");
	for (const struct entity *const *e = entities; *e != NULL; e++)
		if (header(*e, version) != NULL)
			write_entity(dir, version, *e, base_rows(*e, version),
			    changes, &manifest);
	if (own != NULL && own->text != NULL && own->text[0] != '#')
		buf_puts(&manifest, own->text);
	if (own == NULL || (own->text != NULL && own->text[0] != '#'))
		write_file(dir, "manifest.csv", buf_text(&manifest),
		    manifest.len);
	write_others(dir, version, changes);
	buf_free(&manifest);
}

/* --- importing ----------------------------------------------------------- */

int64_t fixture_district(void)
{
	static int made;
	struct arena *arena = arena_new();
	struct err err = { 0 };
	struct db *db = database_open(DB_OWNER);
	const struct rows *rows;
	struct values values = { 0 };
	int64_t id;

	values_add(&values,
	    arena_printf(arena, "district %d of %d", ++made, (int)getpid()));
	CHECK(db_ask_text(db, arena,
		  "INSERT INTO homeroom.district (name) VALUES ($1) "
		  "RETURNING id",
		  &values, &rows, &err),
	    "%s", err.text);
	id = rows_integer(rows, 0, 0);
	db_close(db);
	arena_free(arena);
	return id;
}

struct ingest *fixture_import(struct db *db, int64_t district, const char *dir,
    bool accept)
{
	static struct ingest_request request;
	struct ingest *ingest;
	struct err err = { 0 };
	bool more = true;

	request = (struct ingest_request){
		.district = district,
		.source = "test",
		.path = dir,
		.accept = accept,
		.keep_days = 180,
	};
	ingest = ingest_open(db, &request);
	while (more)
		CHECK(ingest_step(ingest, &more, &err), "%s: %s", dir,
		    err.text);
	return ingest;
}

const struct ingest_file *fixture_file(const struct ingest *ingest,
    const char *name)
{
	static const struct ingest_file none;
	const struct ingest_report *report = ingest_report(ingest);

	for (int i = 0; i < report->file_count; i++)
		if (strcmp(report->files[i].name, name) == 0)
			return &report->files[i];
	return &none;
}

const struct ingest_finding *fixture_finding(const struct ingest *ingest,
    const char *file, const char *code)
{
	const struct ingest_report *report = ingest_report(ingest);
	const struct ingest_finding *found = NULL;

	for (int i = 0; i < report->finding_count; i++) {
		const struct ingest_finding *f = &report->findings[i];

		if (strcmp(f->code, code) == 0 &&
		    (file == NULL || f->file == NULL ||
			strcmp(f->file, file) == 0) &&
		    (found == NULL || f->severe))
			found = f;
	}
	return found;
}

static struct db *owner;

static void close_owner(void)
{
	db_close(owner);
}

const char *fixture_value(int64_t district, const char *sql)
{
	static char value[4096];
	struct arena *arena = arena_new();
	struct err err = { 0 };
	struct buf text = { 0 };
	const struct rows *rows;
	const char *got = NULL;

	if (owner == NULL) {
		owner = database_open(DB_OWNER);
		atexit(close_owner);
	}
	for (; *sql != '\0'; sql++)
		if (strncmp(sql, "{d}", 3) == 0) {
			buf_printf(&text, "%lld", (long long)district);
			sql += 2;
		} else {
			buf_char(&text, *sql);
		}
	CHECK(db_ask_text(owner, arena, buf_text(&text), NULL, &rows, &err),
	    "%s: %s", buf_text(&text), err.text);
	if (rows_count(rows) > 0)
		got = rows_get(rows, 0, 0);
	snprintf(value, sizeof(value), "%s", got != NULL ? got : "");
	buf_free(&text);
	arena_free(arena);
	return value;
}
