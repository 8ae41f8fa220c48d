/*
 * Inside the sandbox: how a made-up district hangs together.
 *
 * Nothing about a person is stored. Who somebody is follows from the seed and
 * the place they fill (a seat in a grade of a school, a post at a school, a
 * place in a family) by hashing, and what became of them since by one more
 * hash for each day. So any file can be written in one pass, in any order,
 * and all of them agree.
 */
#ifndef HOMEROOM_SANDBOX_SANDBOX_H
#define HOMEROOM_SANDBOX_SANDBOX_H

#include "homeroom/base.h"
#include "homeroom/sandbox.h"

/* --- chance -------------------------------------------------------------- */

/* What a number is drawn for: draws for different things never depend on each
 * other, so that a new one changes no old one. ID_…: the ids of what has no
 * name of its own. */
/* clang-format off */
enum about {
	ABOUT_SCHOOL, ABOUT_SEAT, ABOUT_MOVE, ABOUT_STUDENT, ABOUT_FAMILY,
	ABOUT_GUARDIAN, ABOUT_STAFF, ABOUT_CLASS, ABOUT_TEACHING,
	ABOUT_RESOURCE, ABOUT_DEMOGRAPHICS, ABOUT_WORK, ABOUT_SCORE,
	ABOUT_RENAME, ABOUT_NEXT_DAY,
	ID_STUDENT, ID_GUARDIAN, ID_STAFF, ID_CLASS, ID_ENROLLMENT, ID_ROLE,
	ID_PROFILE, ID_MASTER, ID_LINE_ITEM, ID_RESULT, ID_SCORE_SCALE,
	ID_RELATION, ID_OBJECTIVE
};
/* clang-format on */

struct dice {
	uint64_t state;
};

struct dice dice_about(uint64_t seed, enum about about, uint64_t a, uint64_t b);
int64_t dice_below(struct dice *dice, int64_t n); /* 0 … n-1; n < 2^32 */
bool dice_percent(struct dice *dice, int percent);

/* Shaped like a UUID, and the same for the same thing. */
struct id {
	char text[37];
};
struct id id_of(uint64_t seed, enum about about, uint64_t a, uint64_t b);

/* --- time ---------------------------------------------------------------- */

#define YEAR_DAYS 299 /* of school, with its holidays */
#define FIRST_DAY 49  /* of them: the day that a new district shows */
#define DAYS_MAX 200  /* next days, all of them within the year */
#define DATE_TEXT 11

/* From the third Monday of August. */
struct school_year {
	int begins_in;
	int64_t begins; /* in days since 1970-01-01 */
};
struct school_year school_year(int begins_in); /* a year of four digits */
void date_text(char out[DATE_TEXT], int64_t days);

/* Days count from the year's beginning; ids go on after the year's own. */
struct session {
	const char *id, *title, *type;
	int64_t begins, ends;
	const char *parent;
};
extern const struct session sessions[]; /* ends with a NULL id */

/* When a class meets. */
enum span { SPAN_TRIMESTERS, SPAN_QUARTERS, SPAN_FALL, SPAN_SPRING, SPANS };
#define SPAN_TERMS 4

struct span_rule {
	const char *terms[SPAN_TERMS + 1]; /* ends with NULL */
	int64_t begins, ends;
	const char *period; /* the grading period that its work falls in */
	int64_t work;       /* the last day on which work is due */
};
extern const struct span_rule span_rules[SPANS];

/* --- what is taught ------------------------------------------------------ */

#define GRADES 13                             /* kindergarten is 0 */
extern const char *const grade_names[GRADES]; /* "KG", "01" … */

enum level { ELEMENTARY, MIDDLE, HIGH, LEVELS };
#define LEVEL_GRADES 6 /* the most grades a level has */

struct level_rule {
	const char *name; /* "Elementary School" */
	int first, grades;
	int64_t size; /* of a usual school */
};
extern const struct level_rule level_rules[LEVELS];

enum department {
	CLASSROOM, /* the homeroom's own teacher: elementary */
	ENGLISH,
	MATHEMATICS,
	SCIENCE,
	SOCIAL_STUDIES,
	LANGUAGES,
	ARTS,
	MUSIC,
	MOVEMENT, /* physical education and health */
	TECHNICAL,
	DEPARTMENTS
};

struct course {
	const char *code, *title, *subject, *subject_code;
	int first, last; /* grades */
	bool each;       /* a course of its own for each grade */
};
extern const struct course courses[]; /* ends with a NULL code */
const struct course *course_find(const char *code);

#define BLOCK_COURSES 7
/* A place in the week of every student of a grade, and what may fill it. */
struct block {
	int first, last; /* grades */
	int period;      /* -1: none of its own */
	enum span span;
	enum department department;
	bool homeroom;
	bool elective;                      /* varies with the school */
	const char *courses[BLOCK_COURSES]; /* dealt to its sections */
};
#define BLOCKS 10 /* the most that a grade has */
int week_of(int grade, const struct block *out[BLOCKS]);
int block_courses(const struct block *block);

/* --- where --------------------------------------------------------------- */

struct school {
	enum level level;
	int band; /* grades that are taught together: 1, more when tiny */
	int64_t weight;
	int64_t first; /* seat */
	/* For each grade: its students, and those of schools before this. */
	int64_t size[LEVEL_GRADES], before[LEVEL_GRADES];
};

struct layout {
	uint64_t seed;
	int64_t students;
	int64_t seats; /* more than students: the last are free at first */
	int64_t in_grade[GRADES];
	int school_count;
	int level_first[LEVELS + 1]; /* school */
	struct school *schools;
};

void layout_make(struct layout *layout, struct arena *arena, uint64_t seed,
    int64_t students);
int64_t school_size(const struct school *school);

struct seat {
	int school;
	int grade;
	int64_t rank; /* within that grade of that school */
};
struct seat layout_seat(const struct layout *layout, int64_t number);
/* The seat of a grade's student by their rank in the whole district, and back.
 * Ranks that are alike live in the same neighbourhood, whatever the grade. */
int64_t layout_find(const struct layout *layout, int grade, int64_t rank);
int64_t layout_rank(const struct layout *layout, const struct seat *seat);
/* Another seat of the same grade, at another school if there is one. */
struct seat layout_move(const struct layout *layout, const struct seat *from,
    struct dice *dice);

/* The grades that are taught together at a school, and in how many parts. */
struct cohort {
	int school, number;
	int grade, last_grade;
	int64_t students;
	int sections;
	int block_count;
	const struct block *blocks[BLOCKS];
};
int cohort_count(const struct layout *layout, int school);
struct cohort cohort_at(const struct layout *layout, int school, int number);
/* Of a seat, and its rank there. */
struct cohort cohort_of(const struct layout *layout, const struct seat *seat,
    int64_t *rank);
/* Which section of a block somebody of that rank is in. */
int cohort_section(const struct cohort *cohort, int block, int64_t rank);

/* A class. Its key is unique in the district. */
struct section {
	uint64_t key;
	const struct cohort *cohort;
	const struct block *block;
	int number;  /* within its block */
	bool graded; /* shows its line items and results */
};
struct section section_at(const struct layout *layout,
    const struct cohort *cohort, int block, int number);
const struct course *section_course(const struct layout *layout,
    const struct section *section);
int section_period(const struct section *section);

/* --- names --------------------------------------------------------------- */

enum sex { FEMALE, MALE, SEX_OTHER, SEX_UNSPECIFIED };

struct name {
	const char *shown;
	const char *plain; /* in a to z; NULL: shown, in lower case */
};

enum race {
	RACE_NATIVE,
	RACE_ASIAN,
	RACE_BLACK,
	RACE_WHITE,
	RACE_WHITE_OR_BLACK,
};

struct culture {
	int weight;
	const struct name *girls, *boys, *families;
	size_t girl_count, boy_count, family_count;
	enum race race;
	bool hispanic;
	bool two_families;    /* many have two family names */
	const char *country;  /* where born, when not here */
	const char *language; /* often spoken at home */
};
const struct culture *culture_draw(struct dice *dice);
const struct name *name_draw(const struct name *names, size_t count,
    struct dice *dice);

/* --- the days gone by ---------------------------------------------------- */

struct calendar {
	int days;
	int64_t churn[DAYS_MAX]; /* of each day, in millionths of the people */
};

/* What became of whoever fills a place, up to today. Days: 0 is before the
 * first next day. */
struct fate {
	bool here;
	int generation; /* how often somebody else came */
	int since;      /* the day they came */
	int moved;      /* the last day they changed school; 0: never */
	int renamed, readdressed, rephoned; /* how often */
	int swapped[BLOCKS];                /* the day a class was changed */
};

struct made_up {
	struct layout layout;
	struct school_year year;
	struct calendar calendar;
};

#define SESSION_ID 24
const char *session_id(const struct made_up *m, const char *session,
    char out[SESSION_ID]);

struct fate fate_of_student(const struct made_up *m, int64_t seat);
struct fate fate_of_guardian(const struct made_up *m, uint64_t key);
struct fate fate_of_staff(const struct made_up *m, uint64_t post);

/* --- people -------------------------------------------------------------- */

#define NAME_TEXT 128

/* How somebody is called. Texts without a value are "". */
struct person {
	enum sex sex;
	const struct culture *culture;
	char given[NAME_TEXT], middle[NAME_TEXT], family[NAME_TEXT];
	char preferred[NAME_TEXT], preferred_family[NAME_TEXT];
	const char *pronouns;
	char username[NAME_TEXT], email[NAME_TEXT];
};

struct student {
	int64_t place; /* the seat that they fill, wherever they sit now */
	uint64_t key;
	struct fate fate;
	struct seat seat; /* now */
};

struct family {
	uint64_t key;
	const struct culture *culture;
	const struct name *surname, *second; /* second: may be NULL */
	const char *joint;                   /* between the two */
	int guardians;
};

/* Families of more than one are rows: a student of each grade that live side
 * by side, divided by one of a few patterns. */
#define ROW_FAMILIES 10
#define GUARDIANS_MAX 3

/* False: nobody is in that seat today. */
bool student_in(const struct made_up *m, int64_t place,
    struct student *out) must_use;
int64_t student_number(const struct made_up *m, const struct student *student);
struct family family_of(const struct made_up *m, const struct student *student);
/* Which of a row's families the child of that grade belongs to. */
int row_family(const struct made_up *m, int64_t row, int grade);
uint64_t guardian_key(const struct family *family, int guardian);

void name_student(const struct made_up *m, const struct student *student,
    struct person *out);
void name_guardian(const struct made_up *m, const struct family *family,
    int guardian, struct person *out);

/* --- staff --------------------------------------------------------------- */

enum job {
	PRINCIPAL,
	ASSISTANT,
	COUNSELOR,
	AIDE,
	TEACHER,
	SUPERINTENDENT, /* and other district administrators */
	SYSTEMS,
	OFFICE, /* of a department of the district */
	JOBS
};

struct job_rule {
	const char *role;    /* 1.2 */
	const char *role_11; /* 1.1 */
};
extern const struct job_rule job_rules[JOBS];

/* A school's posts: one after another, jobs in their order; teachers by
 * department. */
struct posts {
	int school;
	int first[JOBS + 1];
	int teachers[DEPARTMENTS + 1]; /* the first of each; then how many */
	/* Sections of the same department before these. */
	int before[LEVEL_GRADES][BLOCKS];
};
/* school == school_count: the district's own office. */
struct posts posts_of(const struct layout *layout, int school);
/* The post of who teaches a section; with `second`, of who helps. */
int post_teaching(const struct posts *posts, const struct section *section,
    int block);

struct staff {
	uint64_t post;
	uint64_t key;
	struct fate fate;
	enum job job;
};
struct staff staff_in(const struct made_up *m, const struct posts *posts,
    int number);
void name_staff(const struct made_up *m, const struct staff *staff,
    struct person *out);

/* --- files --------------------------------------------------------------- */

/* In the manifest's order. */
/* clang-format off */
enum file {
	ACADEMIC_SESSIONS, CATEGORIES, CLASSES, CLASS_RESOURCES, COURSES,
	COURSE_RESOURCES, DEMOGRAPHICS, ENROLLMENTS,
	LINE_ITEM_LEARNING_OBJECTIVE_IDS, LINE_ITEMS, LINE_ITEM_SCORE_SCALES,
	ORGS, RESOURCES, RESULT_LEARNING_OBJECTIVE_IDS, RESULTS,
	RESULT_SCORE_SCALES, ROLES, SCORE_SCALES, USER_PROFILES,
	USER_RESOURCES, USERS,
	FILES, MANIFEST = FILES
};
/* clang-format on */

/*
 * The bundle being written. A file begins with its first row; one that never
 * gets a row is absent. Rows are written a cell at a time; the first failure
 * stays in `err`, and what follows it is dropped.
 */
struct output {
	int folder; /* open directory */
	bool v12;
	struct {
		int fd; /* -1: not begun */
		struct buf buf;
	} files[MANIFEST + 1];
	enum file at; /* of the row being written */
	struct err err;
};

/* Takes over the open directory. */
void output_open(struct output *out, int folder, bool v12);
/* All that is still in memory, and the manifest. False: out->err says why. */
bool output_finish(struct output *out, const char *system_code) must_use;
void output_close(struct output *out);
/* Whether the format has the file. */
bool output_has(const struct output *out, enum file file);
#define FILE_NAME 64
void file_name(int file, char out[FILE_NAME]); /* "users.csv" */

/* Begins a row: the id, and the two cells that bulk files leave blank. */
void row(struct output *out, enum file file, const char *id);
void cell(struct output *out, const char *text); /* NULL or "": blank */
void cell_number(struct output *out, int64_t number);
void cell_date(struct output *out, int64_t days);
void cell_bool(struct output *out, bool value);
void cells_blank(struct output *out, int count);
void cell_printf(struct output *out, const char *fmt, ...) printf_like(2, 3);
void row_end(struct output *out);

/* --- rows ---------------------------------------------------------------- */

/* Ids that a person could have typed. school_count: the district's own. */
struct id school_id(const struct layout *layout, int school);
struct id course_id(const struct course *course, int grade);
const char *office_id(int number);

void course_title(const struct course *course, int grade, char *out,
    size_t size);
void cell_subject(struct output *out, const struct course *course, int grade);
void cell_grades(struct output *out, int first, int last);

#define RESOURCE_FOR_ALL "res/planner"
#define RESOURCE_FOR_CLASSES "res/families"

#define CATEGORY_COUNT 6
struct category {
	const char *id, *title;
	int weight;
};
extern const struct category categories[CATEGORY_COUNT];

/* What is NULL is blank. */
struct user {
	const char *id;
	const struct person *person;
	bool enabled;
	const char *orgs, *role_11, *primary_org;
	const char *user_ids, *identifier, *sms, *phone, *agents, *grades;
	const char *master, *language, *bus;
};
void write_user(struct output *out, const struct user *user);

struct role {
	uint64_t key, number; /* of the person, and of theirs */
	const char *user, *role, *org, *profile;
	bool secondary;
	int64_t begins, ends; /* ends 0: open */
};
void write_role(const struct made_up *m, struct output *out,
    const struct role *role);

struct profile {
	const char *id, *user, *type, *application, *description, *username;
};
void write_profile(struct output *out, const struct profile *profile);

struct enrollment {
	uint64_t key; /* of the person */
	const struct section *section;
	const char *user, *role, *primary;
	int day; /* on which it began; 0: with the class */
};
void write_enrollment(const struct made_up *m, struct output *out,
    const struct enrollment *enrollment);

struct id student_id(const struct made_up *m, const struct student *student);
struct id guardian_id(const struct made_up *m, uint64_t key);

/* Two pieces of work for each class that shows its gradebook. */
#define WORK_COUNT 2
void write_gradebook(const struct made_up *m, struct output *out,
    const struct section *section);
void write_results(const struct made_up *m, struct output *out,
    const struct section *section, uint64_t student, const char *id);

/* The date of a next day; 0: when the year began. */
int64_t day_begins(const struct made_up *m, int day);

/* --- the bundle as a whole ----------------------------------------------- */

/* How a bundle was made up: all it takes to make it again, or its next day.
 * It stands in the manifest. */
struct origin {
	uint64_t seed;
	int64_t students;
	int year; /* in which the school year begins */
	enum district_format format;
	struct calendar calendar;
};
bool origin_read(struct origin *origin, const char *folder,
    struct err *err) must_use;
const char *origin_code(const struct origin *origin, struct arena *arena);

struct folder {
	const char *path, *made,
	    *old; /* its place; beside it; what was there */
	int fd;   /* of `made`, open; the caller's */
};
/* Refuses a place that holds anything but a bundle made up before. */
bool folder_open(struct folder *folder, struct arena *arena, const char *path,
    struct err *err) must_use;
bool folder_settle(const struct folder *folder, struct err *err) must_use;
void folder_abandon(const struct folder *folder);

/* --- what is written ----------------------------------------------------- */

void write_frame(const struct made_up *m, struct output *out);
void write_school(const struct made_up *m, struct output *out, int school);
void write_student(const struct made_up *m, struct output *out, int64_t place);
/* The families of a row, or of the only child in a seat. */
void write_row_families(const struct made_up *m, struct output *out,
    int64_t row);
void write_only_child_family(const struct made_up *m, struct output *out,
    int64_t place);

#endif
