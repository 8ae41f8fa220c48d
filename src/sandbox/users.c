/* Writes rows about users, whoever they are. */
#include "sandbox.h"

void write_user(struct output *out, const struct user *user)
{
	const struct person *p = user->person;

	row(out, USERS, user->id);
	cell_bool(out, user->enabled);
	if (!out->v12) {
		cell(out, user->orgs);
		cell(out, user->role_11);
	}
	cell(out, p->username);
	cell(out, user->user_ids);
	cell(out, p->given);
	cell(out, p->family);
	cell(out, p->middle);
	cell(out, user->identifier);
	cell(out, p->email);
	cell(out, user->sms);
	cell(out, user->phone);
	cell(out, user->agents);
	cell(out, user->grades);
	cell(out, NULL); /* no password leaves a student information system */
	if (out->v12) {
		cell(out, user->master);
		cell(out, p->preferred);
		cell(out, NULL);
		cell(out, p->preferred_family);
		cell(out, user->primary_org);
		cell(out, p->pronouns);
	}
	cell(out, user->language);
	cell(out, user->bus);
	row_end(out);
}

void write_role(const struct made_up *m, struct output *out,
    const struct role *role)
{
	if (!output_has(out, ROLES))
		return;
	row(out, ROLES,
	    id_of(m->layout.seed, ID_ROLE, role->key, role->number).text);
	cell(out, role->user);
	cell(out, role->secondary ? "secondary" : "primary");
	cell(out, role->role);
	cell_date(out, role->begins);
	if (role->ends > 0)
		cell_date(out, role->ends);
	else
		cell(out, NULL);
	cell(out, role->org);
	cell(out, role->profile);
	row_end(out);
}

/* One way to sign in, without its secret. */
void write_profile(struct output *out, const struct profile *profile)
{
	if (!output_has(out, USER_PROFILES))
		return;
	row(out, USER_PROFILES, profile->id);
	cell(out, profile->user);
	cell(out, profile->type);
	cell(out, "v-blockwise");
	cell(out, profile->application);
	cell(out, profile->description);
	cell(out, "username");
	cell(out, profile->username);
	cell(out, NULL);
	row_end(out);
}

/* The day of a next day; what was there before began with the year. */
int64_t day_begins(const struct made_up *m, int day)
{
	return m->year.begins + (day > 0 ? FIRST_DAY + day : 0);
}

void write_enrollment(const struct made_up *m, struct output *out,
    const struct enrollment *enrollment)
{
	const struct section *section = enrollment->section;
	const struct span_rule *span = &span_rules[section->block->span];
	int64_t first = m->year.begins + span->begins;
	int64_t ends = m->year.begins + span->ends;
	int64_t begins = day_begins(m, enrollment->day);

	if (begins < first)
		begins = first;
	if (begins >= ends)
		begins = ends - 1;
	row(out, ENROLLMENTS,
	    id_of(m->layout.seed, ID_ENROLLMENT, section->key, enrollment->key)
		.text);
	cell(out, id_of(m->layout.seed, ID_CLASS, section->key, 0).text);
	cell(out, school_id(&m->layout, section->cohort->school).text);
	cell(out, enrollment->user);
	cell(out, enrollment->role);
	cell(out, enrollment->primary);
	cell_date(out, begins);
	cell_date(out, ends);
	row_end(out);
}
