/* Staging: the bundle's files into tables that die with the connection. */
#include "ingest.h"
#include "guard/guard.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PIECES_A_CALL 8

/* --- one file ------------------------------------------------------------ */

static bool begin_file(struct ingest *job, struct part *p, struct err *err)
{
	char sql[128];

	snprintf(sql, sizeof(sql), "COPY stage_%s FROM STDIN",
	    p->entity->table);
	/* A delta says what changed: its few rows are all staged. */
	if (p->said != MODE_DELTA && !known_load(job, p, &job->known, err))
		return false;
	job->reading = p;
	job->intake = intake_new(job->findings, p, job->version, job->known);
	intake_statuses(job->intake, &job->guard->policy.statuses);
	job->copy.len = 0;
	return copy_in(job->db, sql, err);
}

static bool put_rows(struct ingest *job, struct err *err)
{
	bool put = copy_put(job->db, job->copy.data, job->copy.len, err);

	job->copy.len = 0;
	return put;
}

static bool put_aside(struct ingest *job, struct err *err)
{
	const struct buf *ids = intake_aside(job->intake);
	char sql[128];

	if (ids->len == 0)
		return true;
	snprintf(sql, sizeof(sql), "COPY aside_%s FROM STDIN",
	    job->reading->entity->table);
	return copy_in(job->db, sql, err) &&
	       copy_put(job->db, ids->data, ids->len, err) &&
	       copy_in_end(job->db, NULL, err);
}

static bool end_file(struct ingest *job, struct err *err)
{
	if (!copy_in_end(job->db, NULL, err) || !put_aside(job, err))
		return false;
	if (job->known != NULL && job->reading->mode == MODE_BULK &&
	    !known_end(job, job->reading, job->known, err))
		return false;
	intake_free(job->intake);
	known_free(job->known);
	job->intake = NULL;
	job->known = NULL;
	job->reading = NULL;
	return findings_flush(job, err);
}

/* A file that can't be taken stops the whole bundle; what is wrong with the
 * other files is to be found out all the same. */
static bool refuse_file(struct ingest *job, const char *reason)
{
	const struct finding f = {
		.file = job->reading->file,
		.code = "bad_file",
		.message = arena_text(job->arena, reason),
		.severe = true,
	};

	findings_add(job->findings, &f);
	if (job->unfit == NULL)
		job->unfit = f.message;
	copy_in_drop(job->db);
	intake_free(job->intake);
	known_free(job->known);
	job->intake = NULL;
	job->known = NULL;
	job->reading = NULL;
	return true;
}

static bool read_piece(struct ingest *job, struct err *err)
{
	struct text piece;
	bool last;

	if (!bundle_read(job->bundle, &piece.at, &piece.len, err))
		return false;
	job->bytes += (int64_t)piece.len;
	last = piece.len == 0;
	if (!intake_feed(job->intake, piece, last, &job->copy, err))
		return err->fault == FAULT_INVALID &&
		       refuse_file(job, err->text);
	if (last)
		return put_rows(job, err) && end_file(job, err);
	return job->copy.len < COPY_PIECE || put_rows(job, err);
}

/* --- the step ------------------------------------------------------------ */

static struct part *part_of_file(struct ingest *job, const char *file)
{
	bool misspelt = strcmp(file, "courseResourses.csv") == 0;

	for_each_part(p,
	    job) if (p->present && p->file != NULL &&
		     (strcmp(p->file, file) == 0 ||
			 (misspelt &&
			     p->entity == &entity_courseResources))) return p;
	return NULL;
}

static bool next_file(struct ingest *job, struct err *err)
{
	const char *name;
	struct part *p;

	do {
		if (!bundle_next(job->bundle, &name, err))
			return false;
		p = name != NULL ? part_of_file(job, name) : NULL;
	} while (name != NULL && p == NULL);
	job->again = name != NULL;
	if (name == NULL && job->unfit != NULL)
		return job_refuse(job, "%s", job->unfit);
	return p == NULL || begin_file(job, p, err);
}

/* Pieces of the files, in the order in which the bundle has them. */
bool step_stage(struct ingest *job, struct err *err)
{
	if (job->intake == NULL)
		return next_file(job, err);
	job->again = true;
	for (int i = 0; i < PIECES_A_CALL && job->intake != NULL; i++)
		if (!read_piece(job, err))
			return false;
	return true;
}
