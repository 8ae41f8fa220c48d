/* Checking: each part against the store and against the others, in the order
 * in which records depend on each other; and whether too much would go. */
#include "ingest.h"

#include <inttypes.h>

/* A bulk file that lost more than this was probably cut off. */
#define SHARE_MAX 10 /* per cent */
#define SHARE_OF_FEW 10

static bool check_part(struct ingest *job, struct part *part, struct err *err)
{
	return people_translate(job, part, err) &&
	       find_differences(job, part, err) && make_rows(job, part, err) &&
	       people_forsake(job, part, err) &&
	       check_references(job, part, err) &&
	       people_share(job, part, err) &&
	       (part->entity != &entity_users || people_find(job, part, err)) &&
	       findings_flush(job, err);
}

bool step_check(struct ingest *job, struct err *err)
{
	if (!people_begin(job, err))
		return false;
	for_each_part(p, job) if (!check_part(job, p, err)) return false;
	return true;
}

static bool is_too_much(const struct part *p, int64_t of)
{
	return p->gone > SHARE_OF_FEW && p->gone * 100 > of * SHARE_MAX;
}

/* What goes along with something else counts as well: a school that is left
 * out takes its classes with it. */
bool step_limits(struct ingest *job, struct err *err)
{
	if (job->request->accept)
		return true;
	for_each_part(p, job)
	{
		int64_t of = p->live;

		if (p->mode == MODE_DELTA || p->made || p->gone == 0)
			continue;
		if (p->mode == MODE_ABSENT &&
		    !part_number(job, p,
			"SELECT count(*) FROM roster.{t} l WHERE l.district = "
			"{district} AND l.status = 'active'",
			&of, err))
			return false;
		if (is_too_much(p, of))
			return job_refuse(job,
			    "%s: %" PRId64 " of %" PRId64 " records (%" PRId64
			    " %%) would be removed, which is more than %d %%. "
			    "Nothing was changed. If they are really to go, "
			    "import again with --accept",
			    p->file != NULL ? p->file : p->entity->name,
			    p->gone, of, p->gone * 100 / of, SHARE_MAX);
	}
	return true;
}
