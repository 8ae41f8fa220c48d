/* Writes guardians: users who are their children's agents, and the reverse. */
#include "sandbox.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define CHILDREN_MAX 4
#define LIST_TEXT (CHILDREN_MAX * sizeof(struct id))

struct id guardian_id(const struct made_up *m, uint64_t key)
{
	return id_of(m->layout.seed, ID_GUARDIAN, key, 0);
}

/* The children who are here, and the schools they go to, each once. */
struct household {
	struct family family;
	int children;
	char agents[LIST_TEXT], orgs[LIST_TEXT];
	int schools[CHILDREN_MAX];
	int school_count;
};

static void append(char list[LIST_TEXT], const char *id)
{
	size_t len = strlen(list);

	snprintf(list + len, LIST_TEXT - len, "%s%s", len > 0 ? "," : "", id);
}

static void add_school(const struct made_up *m, struct household *h, int school)
{
	for (int i = 0; i < h->school_count; i++)
		if (h->schools[i] == school)
			return;
	h->schools[h->school_count++] = school;
	append(h->orgs, school_id(&m->layout, school).text);
}

static void add_child(const struct made_up *m, struct household *h,
    const struct student *child)
{
	assert(h->children < CHILDREN_MAX);
	h->children++;
	append(h->agents, student_id(m, child).text);
	add_school(m, h, child->seat.school);
}

static const char *role_of(const struct made_up *m, uint64_t key)
{
	struct dice dice = dice_about(m->layout.seed, ABOUT_GUARDIAN, key, 1);
	int64_t roll = dice_below(&dice, 100);

	return roll < 82 ? "parent" : roll < 96 ? "guardian" : "relative";
}

static void write_guardian_user(const struct made_up *m, struct output *out,
    const struct household *h, uint64_t key, const struct person *person)
{
	struct fate fate = fate_of_guardian(m, key);
	struct dice dice = dice_about(m->layout.seed, ABOUT_GUARDIAN, key, 2);
	struct id id = guardian_id(m, key);
	bool has_phone = dice_percent(&dice, 80) || fate.rephoned > 0;
	int first = (int)dice_below(&dice, 800);
	char phone[32];
	struct user user = { .id = id.text,
		.person = person,
		.enabled = true,
		.orgs = h->orgs,
		.role_11 = role_of(m, key),
		.agents = h->agents };

	snprintf(phone, sizeof(phone), "+1 (%d) 555-01%02d", 200 + first,
	    (first + fate.rephoned) % 100);
	if (has_phone)
		user.phone = phone;
	if (dice_percent(&dice, 60))
		user.sms = user.phone;
	user.language = person->culture->language;
	write_user(out, &user);
}

static void write_guardian(const struct made_up *m, struct output *out,
    const struct household *h, int guardian)
{
	uint64_t key = guardian_key(&h->family, guardian);
	struct id id = guardian_id(m, key);
	struct person person;

	name_guardian(m, &h->family, guardian, &person);
	write_guardian_user(m, out, h, key, &person);
	for (int i = 0; i < h->school_count; i++) {
		struct id org = school_id(&m->layout, h->schools[i]);
		struct role role = { .key = key * 4 + 1,
			.number = (uint64_t)h->schools[i],
			.user = id.text,
			.role = role_of(m, key),
			.org = org.text,
			.begins = m->year.begins };

		write_role(m, out, &role);
	}
}

static void write_household(const struct made_up *m, struct output *out,
    const struct household *h)
{
	if (h->children == 0)
		return;
	for (int g = 0; g < h->family.guardians; g++)
		write_guardian(m, out, h, g);
}

void write_row_families(const struct made_up *m, struct output *out,
    int64_t row)
{
	struct household households[ROW_FAMILIES] = { 0 };

	for (int g = 0; g < GRADES; g++) {
		struct student child;
		struct household *h = &households[row_family(m, row, g)];

		if (row >= m->layout.in_grade[g] ||
		    !student_in(m, layout_find(&m->layout, g, row), &child) ||
		    child.fate.generation > 0)
			continue;
		h->family = family_of(m, &child);
		add_child(m, h, &child);
	}
	for (int f = 0; f < ROW_FAMILIES; f++)
		write_household(m, out, &households[f]);
}

void write_only_child_family(const struct made_up *m, struct output *out,
    int64_t place)
{
	struct household household = { 0 };
	struct student child;

	if (!student_in(m, place, &child) || child.fate.generation == 0)
		return;
	household.family = family_of(m, &child);
	add_child(m, &household, &child);
	write_household(m, out, &household);
}
