/* Who sits in a seat, and the families behind them. */
#include "sandbox.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define GENERATIONS 256 /* more than days in which somebody can be replaced */
/* Whoever came later is an only child, with a family key above all rows. */
#define ONLY_CHILD (UINT64_C(1) << 40)
#define NUMBERS_MIN 100000

static const char *const row_patterns[] = {
	"abcadbecfgehf",
	"aabcbdcdefegh",
	"abacadbefdgeh",
	"abcdefaghbicj",
	"abcbadeacfgdh",
	"abcddefgabhij",
	"abbcdaefcgdhe",
	"abcdefghijaij",
};

static const char *const pronouns_of[] = {
	[FEMALE] = "she/her",
	[MALE] = "he/him",
	[SEX_OTHER] = "they/them",
	[SEX_UNSPECIFIED] = "she/they",
};

/* --- places -------------------------------------------------------------- */

bool student_in(const struct made_up *m, int64_t place, struct student *out)
{
	*out = (struct student){ .place = place,
		.fate = fate_of_student(m, place) };
	if (!out->fate.here)
		return false;
	out->key =
	    (uint64_t)place * GENERATIONS + (uint64_t)out->fate.generation;
	out->seat = layout_seat(&m->layout, place);
	if (out->fate.moved > 0) {
		struct dice dice = dice_about(m->layout.seed, ABOUT_MOVE,
		    out->key, (uint64_t)out->fate.moved);

		out->seat = layout_move(&m->layout, &out->seat, &dice);
	}
	return true;
}

/* Student numbers in no visible order, and none twice: 7919 has no factor in
 * common with a power of ten. */
int64_t student_number(const struct made_up *m, const struct student *student)
{
	int64_t numbers = NUMBERS_MIN;

	while (numbers < m->layout.seats)
		numbers *= 10;
	return numbers * (student->fate.generation + 1) +
	       student->place * 7919 % numbers;
}

int row_family(const struct made_up *m, int64_t row, int grade)
{
	struct dice dice =
	    dice_about(m->layout.seed, ABOUT_FAMILY, (uint64_t)row, 0);
	int64_t pattern =
	    dice_below(&dice, (int64_t)array_length(row_patterns));

	return row_patterns[pattern][grade] - 'a';
}

static uint64_t key_of(int64_t row, int family)
{
	return (uint64_t)row * 16 + (uint64_t)family;
}

static int guardian_count(struct dice *dice)
{
	int64_t roll = dice_below(dice, 100);

	if (roll < 2)
		return 0;
	return roll < 30 ? 1 : roll < 97 ? 2 : GUARDIANS_MAX;
}

static struct family family_by(const struct made_up *m, uint64_t key)
{
	struct dice dice = dice_about(m->layout.seed, ABOUT_FAMILY, key, 1);
	const struct culture *c = culture_draw(&dice);
	struct family family = { .key = key, .culture = c, .joint = "" };

	family.surname = name_draw(c->families, c->family_count, &dice);
	if (c->two_families && dice_percent(&dice, 45))
		family.joint = " ";
	else if (dice_percent(&dice, 4))
		family.joint = "-";
	if (*family.joint != '\0')
		family.second = name_draw(c->families, c->family_count, &dice);
	family.guardians = guardian_count(&dice);
	return family;
}

struct family family_of(const struct made_up *m, const struct student *student)
{
	struct seat home;
	int64_t row;

	if (student->fate.generation > 0)
		return family_by(m, ONLY_CHILD + student->key);
	home = layout_seat(&m->layout, student->place);
	row = layout_rank(&m->layout, &home);
	return family_by(m, key_of(row, row_family(m, row, home.grade)));
}

uint64_t guardian_key(const struct family *family, int guardian)
{
	return family->key * 4 + (uint64_t)guardian;
}

/* --- names --------------------------------------------------------------- */

static void set_text(char out[NAME_TEXT], const char *text)
{
	snprintf(out, NAME_TEXT, "%s", text);
}

static void add_text(char out[NAME_TEXT], const char *text)
{
	size_t len = strlen(out);

	snprintf(out + len, NAME_TEXT - len, "%s", text);
}

static void add_number(char out[NAME_TEXT], int64_t number)
{
	size_t len = strlen(out);

	snprintf(out + len, NAME_TEXT - len, "%s%" PRId64,
	    number < 0 ? "" : ".", number);
}

static void set_plain(char out[NAME_TEXT], const struct name *name)
{
	size_t n = 0;

	set_text(out, name->plain != NULL ? name->plain : name->shown);
	for (const char *c = out; *c != '\0'; c++) {
		if (*c >= 'A' && *c <= 'Z')
			out[n++] = (char)(*c - 'A' + 'a');
		else if (*c >= 'a' && *c <= 'z')
			out[n++] = *c;
	}
	out[n] = '\0';
}

static const struct name *draw_given(const struct person *p, struct dice *dice)
{
	const struct culture *c = p->culture;
	bool girl =
	    p->sex == FEMALE || (p->sex != MALE && dice_percent(dice, 50));

	return girl ? name_draw(c->girls, c->girl_count, dice)
		    : name_draw(c->boys, c->boy_count, dice);
}

static void join_family(char out[NAME_TEXT], const struct family *family)
{
	snprintf(out, NAME_TEXT, "%s%s%s", family->surname->shown,
	    family->joint, family->second != NULL ? family->second->shown : "");
}

static const struct name *own_family(struct person *p, struct dice *dice)
{
	const struct name *name =
	    name_draw(p->culture->families, p->culture->family_count, dice);

	set_text(p->family, name->shown);
	return name;
}

/* What somebody is called rather than what stands in their papers. */
static void prefer(struct person *p, struct dice *dice, int percent)
{
	if (dice_percent(dice, percent))
		set_text(p->preferred, draw_given(p, dice)->shown);
	if (dice_percent(dice, 1))
		set_text(p->preferred_family,
		    name_draw(p->culture->families, p->culture->family_count,
			dice)
			->shown);
	p->pronouns = dice_percent(dice, 7) ? pronouns_of[p->sex] : "";
}

static void rename_person(const struct made_up *m, struct person *p,
    uint64_t key, int times)
{
	struct dice dice =
	    dice_about(m->layout.seed, ABOUT_RENAME, key, (uint64_t)times);
	char before[NAME_TEXT];

	set_text(before, p->family);
	p->culture = culture_draw(&dice);
	do
		own_family(p, &dice);
	while (strcmp(before, p->family) == 0);
}

static enum sex draw_sex(struct dice *dice)
{
	int64_t roll = dice_below(dice, 200);

	if (roll == 0)
		return SEX_OTHER;
	if (roll == 1)
		return SEX_UNSPECIFIED;
	return roll < 100 ? FEMALE : MALE;
}

void name_student(const struct made_up *m, const struct student *student,
    struct person *out)
{
	struct dice dice =
	    dice_about(m->layout.seed, ABOUT_STUDENT, student->key, 0);
	struct family family = family_of(m, student);
	const struct name *given, *surname = family.surname;
	char plain_given[NAME_TEXT], plain_family[NAME_TEXT];
	int64_t number = student_number(m, student);

	*out = (struct person){ .sex = draw_sex(&dice),
		.culture = family.culture };
	given = draw_given(out, &dice);
	set_text(out->given, given->shown);
	if (dice_percent(&dice, 55))
		set_text(out->middle, draw_given(out, &dice)->shown);
	join_family(out->family, &family);
	if (dice_percent(&dice, 6))
		surname = own_family(out, &dice);
	prefer(out, &dice, 8);
	set_plain(plain_given, given);
	set_plain(plain_family, surname);
	snprintf(out->username, NAME_TEXT, "%.1s%.12s%lld", plain_given,
	    plain_family, (long long)number);
	if (student->fate.readdressed > 0)
		snprintf(out->email, NAME_TEXT,
		    "%.20s.%.20s.%lld.%d@students.example.org", plain_given,
		    plain_family, (long long)number, student->fate.readdressed);
	else if (student->seat.grade > 2)
		snprintf(out->email, NAME_TEXT, "%.60s@students.example.org",
		    out->username);
	if (student->fate.renamed > 0)
		rename_person(m, out, student->key * 4, student->fate.renamed);
}

static const char *const mail_domains[] = {
	"mail.example.org",
	"post.example.org",
	"home.example.org",
	"work.example.org",
};

static void address_guardian(struct person *p, const struct fate *fate,
    bool has_mail)
{
	const char *domain =
	    mail_domains[fate->readdressed % (int)array_length(mail_domains)];

	if (fate->readdressed > 0 || has_mail)
		snprintf(p->email, NAME_TEXT, "%.60s@%s", p->username, domain);
}

void name_guardian(const struct made_up *m, const struct family *family,
    int guardian, struct person *out)
{
	uint64_t key = guardian_key(family, guardian);
	struct fate fate = fate_of_guardian(m, key);
	struct dice dice = dice_about(m->layout.seed, ABOUT_GUARDIAN, key, 0);
	const struct name *given, *surname = family->surname;
	char plain_given[NAME_TEXT], plain_family[NAME_TEXT];
	bool mother = (guardian % 2 == 0) == dice_percent(&dice, 90);

	*out = (struct person){ .sex = mother ? FEMALE : MALE,
		.culture = family->culture };
	given = draw_given(out, &dice);
	set_text(out->given, given->shown);
	if (dice_percent(&dice, 20))
		set_text(out->middle, draw_given(out, &dice)->shown);
	join_family(out->family, family);
	if (guardian > 0 && dice_percent(&dice, 35))
		surname = own_family(out, &dice);
	prefer(out, &dice, 3);
	set_plain(plain_given, given);
	set_plain(plain_family, surname);
	snprintf(out->username, NAME_TEXT, "%.20s.%.20s.%s%llu", plain_given,
	    plain_family, key < ONLY_CHILD ? "" : "x",
	    (unsigned long long)(key % (ONLY_CHILD * 4)));
	address_guardian(out, &fate, dice_percent(&dice, 88));
	if (fate.renamed > 0)
		rename_person(m, out, key * 4 + 1, fate.renamed);
}

void name_staff(const struct made_up *m, const struct staff *staff,
    struct person *out)
{
	struct dice dice =
	    dice_about(m->layout.seed, ABOUT_STAFF, staff->key, 0);
	const struct name *given, *surname;
	char plain_given[NAME_TEXT], plain_family[NAME_TEXT];

	*out = (struct person){ .sex = dice_percent(&dice, 72) ? FEMALE : MALE,
		.culture = culture_draw(&dice) };
	given = draw_given(out, &dice);
	set_text(out->given, given->shown);
	if (dice_percent(&dice, 35))
		set_text(out->middle, draw_given(out, &dice)->shown);
	surname = own_family(out, &dice);
	prefer(out, &dice, 5);
	set_plain(plain_given, given);
	set_plain(plain_family, surname);
	snprintf(out->username, NAME_TEXT, "%.20s.%.20s%llu", plain_given,
	    plain_family, (unsigned long long)staff->post + 1);
	if (staff->fate.generation > 0)
		add_number(out->username, staff->fate.generation);
	set_text(out->email, out->username);
	if (staff->fate.readdressed > 0)
		add_number(out->email, -staff->fate.readdressed);
	add_text(out->email, "@staff.example.org");
	if (staff->fate.renamed > 0)
		rename_person(m, out, staff->key * 4 + 2, staff->fate.renamed);
}
