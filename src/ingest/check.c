/* Checking: each part against the store and against the others, in the order
 * in which records depend on each other. */
#include "ingest.h"
#include "guard/guard.h"
#include "people/people.h"

static bool check_part(struct ingest *job, struct part *part, struct err *err)
{
	return people_translate(job, part, err) &&
	       find_differences(job, part, err) &&
	       absence_hold(job, part, err) && make_rows(job, part, err) &&
	       people_forsake(job, part, err) &&
	       people_put_by(job, part, err) &&
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
