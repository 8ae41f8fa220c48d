/* What an application will receive, and which records its importer will not
 * like: before it goes live. */
#include "homeroom/publish.h"
#include "publish.h"
#include "tree/tree.h"

#include <string.h>

/* A check may take so long (ms). */
#define STATEMENT_MS "600000"

#define IS_ACTIVE(t) #t ".status <> 'tobedeleted'"
#define EMPTY(column) "coalesce(" column ", '') = ''"

/* Users who have, in any class or school, this role. */
#define WITH_ROLE(words)                                                       \
	"EXISTS (SELECT FROM roster.roles r WHERE r.user_id = t.sourced_id "   \
	"AND r.role IN (" words ") AND " IS_ACTIVE(r) ")"

#define WITHOUT_ENROLLED(role)                                                 \
	"NOT EXISTS (SELECT FROM roster.enrollments e "                        \
	"WHERE e.class_id = t.sourced_id AND e.role = '" role                  \
	"' AND " IS_ACTIVE(e) ")"

#define SAME(column)                                                           \
	"t." column " <> '' AND (SELECT count(*) FROM roster.users o "         \
	"WHERE o." column " = t." column " AND " IS_ACTIVE(o) ") > 1"

/* clang-format off */
static const struct check {
	const char *code;    /* as profiles name it */
	const char *entity;
	const char *field;   /* that it is about: it may be withheld; or NULL */
	bool real;           /* and a pseudonym won't do: accounts are found by it */
	const char *message; /* what is wrong with such a record */
	const char *where;   /* t is the record, $1 the number that the profile gives */
} checks[] = {
	{ "user-without-email",           "users",            "email",      true,  "has no e-mail address",            EMPTY("t.email") },
	{ "teacher-without-email",        "users",            "email",      true,  "is a teacher without an e-mail address", EMPTY("t.email") " AND " WITH_ROLE("'teacher'") },
	{ "student-without-email",        "users",            "email",      true,  "is a student without an e-mail address", EMPTY("t.email") " AND " WITH_ROLE("'student'") },
	{ "same-email",                   "users",            "email",      false, "shares its e-mail address",        SAME("email_key") },
	{ "user-without-username",        "users",            "username",   true,  "has no username",                  EMPTY("t.username") },
	{ "same-username",                "users",            "username",   false, "shares its username",              SAME("username_key") },
	{ "user-without-identifier",      "users",            "identifier", false, "has no identifier",                EMPTY("t.identifier") },
	{ "user-without-org",             "users",            NULL,         false, "belongs to no organisation",       "coalesce(cardinality(t.org_ids), 0) = 0" },
	{ "agent-one-way",                "users",            "agents",     false, "has an agent who does not name it in turn",
	  "EXISTS (SELECT FROM unnest(t.agent_ids) a JOIN roster.users o ON o.district = t.district AND o.sourced_id = a "
	  "WHERE NOT t.sourced_id = ANY (coalesce(o.agent_ids, '{}')))" },
	{ "student-without-class",        "users",            NULL,         false, "is a student in no class",
	  WITH_ROLE("'student'") " AND NOT EXISTS (SELECT FROM roster.enrollments e WHERE e.user_id = t.sourced_id AND " IS_ACTIVE(e) ")" },
	{ "class-without-teacher",        "classes",          NULL,         false, "has no teacher",                   WITHOUT_ENROLLED("teacher") },
	{ "class-without-student",        "classes",          NULL,         false, "has no student",                   WITHOUT_ENROLLED("student") },
	{ "class-without-term",           "classes",          "terms",      false, "has no term",                      "coalesce(cardinality(t.term_ids), 0) = 0" },
	{ "class-without-categories",     "classes",          NULL,         false, "has no line item with a category",
	  "NOT EXISTS (SELECT FROM roster.line_items l WHERE l.class_id = t.sourced_id AND l.category_id IS NOT NULL AND " IS_ACTIVE(l) ")" },
	{ "term-without-grading-periods", "academicSessions", NULL,         false, "is a term without grading periods",
	  "t.type = 'term' AND NOT EXISTS (SELECT FROM roster.academic_sessions p WHERE p.parent_id = t.sourced_id AND p.type = 'gradingPeriod' AND " IS_ACTIVE(p) ")" },
	{ "enrollment-without-dates",     "enrollments",      "beginDate",  false, "does not say when it begins and ends", "t.begin_date IS NULL OR t.end_date IS NULL" },
	{ "enrollment-outside-terms",     "enrollments",      "beginDate",  false, "begins or ends outside its class's terms",
	  "EXISTS (SELECT FROM roster.classes c JOIN roster.academic_sessions s ON s.district = c.district AND s.sourced_id = ANY (c.term_ids) "
	  "WHERE c.district = t.district AND c.sourced_id = t.class_id HAVING t.begin_date < min(s.start_date) OR t.end_date > max(s.end_date))" },
	{ "enrollment-twice",             "enrollments",      NULL,         false, "enrols a user in a class once more",
	  "(SELECT count(*) FROM roster.enrollments o WHERE o.user_id = t.user_id AND o.class_id = t.class_id AND " IS_ACTIVE(o) ") > 1" },
	{ "long-id",                      "users",            "sourcedId",  false, "has a sourcedId that is too long", "length(t.sourced_id) > $1::integer" },
	{ 0 }
};
/* clang-format on */

struct flight {
	struct db *db;
	struct arena *arena;
	struct preflight *out;
	struct withheld withheld;
};

static const struct check *find_check(const char *code)
{
	for (const struct check *c = checks; c->code != NULL; c++)
		if (strcmp(c->code, code) == 0)
			return c;
	return NULL;
}

static const struct entity *entity_of(const struct check *check)
{
	return entity_find(
	    (struct text){ check->entity, strlen(check->entity) });
}

/* --- one check ------------------------------------------------------------ */

static bool is_withheld(const struct flight *f, const struct check *check)
{
	const struct text name = { check->field, strlen(check->field) };
	const struct entity *entity = entity_of(check);
	const struct field *field = field_find(entity, name, BOTH);

	return withheld_omits(&f->withheld, entity, field) ||
	       (check->real && withheld_replaces(&f->withheld, entity, field));
}

static bool ask(struct flight *f, const struct check *check, const char *number,
    const struct rows **rows, struct err *err)
{
	struct values values = { 0 };

	if (strstr(check->where, "$1") != NULL)
		values_add(&values, number);
	return db_ask_text(f->db, f->arena,
	    arena_printf(f->arena,
		"SELECT count(*) OVER (), t.sourced_id FROM roster.%s t WHERE "
		"t.status <> 'tobedeleted' AND (%s) ORDER BY 2 LIMIT %d",
		entity_of(check)->table, check->where, PREFLIGHT_EXAMPLES),
	    &values, rows, err);
}

/* What the profile says of a check: "error", "error 100". */
static bool run_check(struct flight *f, const struct node *said,
    struct preflight_finding *finding, struct err *err)
{
	const struct check *check = find_check(said->text);
	const char *severity = said->value->text;
	size_t len = strcspn(severity, " ");
	const char *number = severity[len] == ' ' ? severity + len + 1 : "0";
	const struct rows *rows;
	int64_t ignored;

	if (check == NULL ||
	    !text_integer((struct text){ number, strlen(number) }, 0, 100000,
		&ignored))
		return fail(err, FAULT_INTERNAL,
		    "the profile %s has a check '%s' that is none",
		    f->out->profile.name, said->text);
	*finding = (struct preflight_finding){ .code = check->code,
		.entity = check->entity,
		.message = check->message,
		.severe = strncmp(severity, "error", len) == 0 };
	if (check->field != NULL && is_withheld(f, check)) {
		finding->withheld = check->field;
		return true;
	}
	if (!ask(f, check, number, &rows, err))
		return false;
	finding->example_count = rows_count(rows);
	for (int i = 0; i < rows_count(rows); i++)
		finding->examples[i] = rows_get(rows, i, 1);
	if (rows_count(rows) > 0)
		finding->count = rows_integer(rows, 0, 0);
	return true;
}

static bool run_checks(struct flight *f, struct err *err)
{
	struct preflight *out = f->out;
	struct preflight_finding *findings;
	int count = 0;

	if (out->profile.checks == NULL)
		return true;
	for (const struct node *n = out->profile.checks->first; n != NULL;
	     n = n->next)
		count++;
	findings = arena_alloc(f->arena, (size_t)count * sizeof(*findings));
	out->findings = findings;
	for (const struct node *n = out->profile.checks->first; n != NULL;
	     n = n->next)
		if (!run_check(f, n, &findings[out->finding_count++], err))
			return false;
	return true;
}

/* --- what it will receive ------------------------------------------------- */

static bool count_all(struct flight *f, unsigned scopes, struct err *err)
{
	struct preflight *out = f->out;

	for (int i = 0; entities[i] != NULL; i++) {
		const struct entity *e = entities[i];
		const struct rows *rows;

		if ((scopes_of_read(e, V12, false) & scopes) == 0 &&
		    (scopes_of_read(e, V11, false) & scopes) == 0)
			continue;
		if (!db_ask_text(f->db, f->arena,
			arena_printf(f->arena,
			    "SELECT count(*) FROM roster.%s t "
			    "WHERE t.status <> 'tobedeleted'",
			    e->table),
			NULL, &rows, err))
			return false;
		out->counts[out->count++] = (struct preflight_count){ e->name,
			rows_integer(rows, 0, 0) };
	}
	return true;
}

static bool take_role(struct flight *f, const struct application *application,
    struct err *err)
{
	const struct values values = { 6,
		{ arena_number(f->arena, application->id),
		    arena_number(f->arena, application->epoch), STATEMENT_MS,
		    "auto", "", "" } };
	const struct rows *rows;

	if (!db_ask(f->db, f->arena, STATEMENT_session_begin, NULL, NULL,
		err) ||
	    !db_ask(f->db, f->arena, STATEMENT_session_open, &values, &rows,
		err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_FORBIDDEN,
		    "the application is disabled, or its grant is not in "
		    "force today");
	withheld_read(&f->withheld, rows_get(rows, 0, 4));
	return true;
}

bool preflight_run(struct db *db, struct arena *arena,
    const struct application *application, const char *profile,
    struct preflight *out, struct err *err)
{
	struct flight f = { .db = db, .arena = arena, .out = out };
	bool done;

	*out = (struct preflight){ 0 };
	done = profile_read(arena,
		   profile != NULL ? profile : application->profile,
		   &out->profile, err) &&
	       take_role(&f, application, err) &&
	       count_all(&f, application->scopes, err) && run_checks(&f, err);
	db_rollback(db);
	return done;
}
