/* Persons as the roster has them, in the order of their ids: a batch at a time,
 * each with the columns that rules ask for and no others. */
#include "provision.h"

#include <string.h>

#define BATCH 10000

/* A statement of one scope: in front of its columns stands whose row it is, and
 * of users and roles since when they are gone. */
struct asking {
	const char *sql;
	struct values values; /* district, zone, from, to, then keys */
	const struct rows *rows;
	int at; /* the next row */
};

enum { FROM = 2, TO = 3 };

/* What a source may have of the accounts themselves. Of these rules see what
 * other sources say, or what is made of them would never come to rest. */
static const char *const echoed[] = { "username", "email" };

struct persons {
	struct db *db;
	struct arena *arena; /* of all of it */
	struct arena *batch; /* of what is read */
	struct arena *turn;  /* of a person */
	struct asking users, roles, classes;
	int slots[SCOPE_ACCOUNT + 1];
	/* Of each of `echoed`: who is asked, in turn; NULL: no source echoes.
	 */
	const char *heard[array_length(echoed)];
	bool wants_classes, one, over;
	char *after; /* the last id so far */
	struct person person;
};

/* --- statements ----------------------------------------------------------- */

/* clang-format off */
/* How the rows of a record are called in a statement. */
static const struct {
	const char *record, *alias;
} aliases[] = {
	{ "",            "u" },
	{ "role",        "r" },
	{ "school",      "o" },
	{ "parent",      "p" },
	{ "enrollment",  "e" },
	{ "class",       "c" },
	{ "course",      "k" },
	{ "classSchool", "s" },
	{ "term",        "t" },
};
/* clang-format on */

/* The day when a row became what it is, by the directory's clocks. */
#define GONE(t)                                                                \
	"CASE WHEN " t ".status = 'tobedeleted' THEN (SELECT "                 \
	"to_char(v.published AT TIME ZONE $2, 'YYYY-MM-DD') "                  \
	"FROM homeroom.version v WHERE v.district = " t ".district "           \
	"AND v.version = " t ".since) END"

/* What a scope is read from; whose rows those are, and in which order. */
struct source {
	const char *select, *from, *of, *order;
};

static const struct source sources[] = {
	[SCOPE_PERSON] = { "SELECT u.sourced_id, " GONE("u"),
	    " FROM roster.users u WHERE u.district = $1::integer",
	    "u.sourced_id", " ORDER BY u.sourced_id" },
	/* Roles that are held stand before those that are deleted. */
	[SCOPE_ROLE] = { "SELECT r.user_id, " GONE("r"),
	    " FROM roster.roles r "
	    "LEFT JOIN roster.orgs o ON o.district = r.district "
	    "AND o.sourced_id = r.org_id "
	    "LEFT JOIN roster.orgs p ON p.district = o.district "
	    "AND p.sourced_id = o.parent_id "
	    "WHERE r.district = $1::integer",
	    "r.user_id",
	    " ORDER BY r.user_id, r.status = 'tobedeleted', "
	    "r.role_type IS DISTINCT FROM 'primary', r.sourced_id" },
	[SCOPE_CLASS] = { "SELECT e.user_id, NULL",
	    " FROM roster.enrollments e "
	    "JOIN roster.classes c ON c.district = e.district "
	    "AND c.sourced_id = e.class_id AND c.status <> 'tobedeleted' "
	    "LEFT JOIN roster.courses k ON k.district = c.district "
	    "AND k.sourced_id = c.course_id "
	    "LEFT JOIN roster.orgs s ON s.district = c.district "
	    "AND s.sourced_id = c.school_id "
	    "LEFT JOIN roster.academic_sessions t ON t.district = c.district "
	    "AND t.sourced_id = c.term_ids[1] "
	    "WHERE e.district = $1::integer AND $2::text IS NOT NULL "
	    "AND e.status <> 'tobedeleted'",
	    "e.user_id", " ORDER BY e.user_id, c.sourced_id, e.sourced_id" },
};

static const char *alias_of(const char *record)
{
	for (size_t i = 0; i < array_length(aliases); i++)
		if (strcmp(aliases[i].record, record) == 0)
			return aliases[i].alias;
	return "";
}

static bool find_heard(struct persons *persons, int64_t district,
    struct err *err)
{
	const struct rows *rows;

	for (size_t i = 0; i < array_length(echoed); i++) {
		const struct text name = { echoed[i], strlen(echoed[i]) };
		const struct field *f = field_find(&entity_users, name, BOTH);
		const struct values values = { 3,
			{ arena_number(persons->arena, district), echoed[i],
			    f->need & REQUIRED ? "t" : "f" } };

		if (!db_ask(persons->db, persons->arena, STATEMENT_told_sources,
			&values, &rows, err))
			return false;
		persons->heard[i] = rows_get(rows, 0, 0);
	}
	return true;
}

/* NULL: of this column the row itself tells. */
static const char *heard_of(const struct persons *persons,
    const struct rules_column *column)
{
	for (size_t i = 0; i < array_length(echoed); i++)
		if (column->scope == SCOPE_PERSON &&
		    strcmp(column->name, echoed[i]) == 0)
			return persons->heard[i];
	return NULL;
}

/* A record has the person's id, or is one of the few that have others. */
#define SAID                                                                   \
	"SELECT x.* FROM roster.said_users x WHERE x.district = u.district "   \
	"AND x.source = h.source AND x.person = u.sourced_id "                 \
	"AND (x.status = 'active' OR u.status = 'tobedeleted') "

static const char said[] =
    SAID "AND x.sourced_id = u.sourced_id UNION ALL " SAID
	 "AND x.person IS DISTINCT FROM x.sourced_id";

static void put_heard(struct buf *sql, struct asking *asking,
    const char *column, const char *heard)
{
	values_add(&asking->values, heard);
	buf_printf(sql,
	    ", (SELECT s.%s FROM unnest($%d::int[]) WITH ORDINALITY "
	    "AS h (source, place) CROSS JOIN LATERAL (%s) s "
	    "WHERE s.%s IS NOT NULL ORDER BY h.place, "
	    "s.sourced_id <> u.sourced_id, s.sourced_id LIMIT 1)",
	    column, asking->values.count, said, column);
}

static void put_column(struct buf *sql, struct asking *asking,
    const struct rules_column *column, const char *heard)
{
	const char *alias = alias_of(column->record);

	if (heard != NULL) {
		put_heard(sql, asking, column->field->column, heard);
	} else if (column->field == NULL) {
		values_add(&asking->values, column->key);
		buf_printf(sql, ", %s.metadata ->> $%d", alias,
		    asking->values.count);
	} else if (column->first) {
		buf_printf(sql, ", %s.%s[1]", alias, column->field->column);
	} else if (column->field->kind == TEXTS ||
		   column->field->kind == WORDS) {
		buf_printf(sql, ", array_to_string(%s.%s, ',')", alias,
		    column->field->column);
	} else {
		buf_printf(sql, ", %s.%s::text", alias, column->field->column);
	}
}

static bool compose(struct persons *persons, struct asking *asking,
    const struct rulebook *book, enum rules_scope scope, struct err *err)
{
	const struct source *source = &sources[scope];
	const struct rules_column *columns;
	struct buf sql = { 0 };
	bool fits = true;
	int count;

	columns = rulebook_columns(book, &count);
	buf_puts(&sql, source->select);
	for (int i = 0; i < count; i++) {
		if (columns[i].scope != scope)
			continue;
		fits = fits && asking->values.count < DB_VALUES_MAX;
		if (fits)
			put_column(&sql, asking, &columns[i],
			    heard_of(persons, &columns[i]));
		persons->slots[scope]++;
	}
	buf_puts(&sql, source->from);
	if (persons->one)
		buf_printf(&sql, " AND $3::text IS NOT NULL AND %s = $4",
		    source->of);
	else if (scope == SCOPE_PERSON)
		buf_printf(&sql, " AND $4::text IS NULL AND %s > $3",
		    source->of);
	else
		buf_printf(&sql, " AND %s > $3 AND %s <= $4", source->of,
		    source->of);
	buf_puts(&sql, source->order);
	if (scope == SCOPE_PERSON)
		buf_printf(&sql, " LIMIT %d", BATCH);
	asking->sql = arena_textn(persons->arena, sql.data, sql.len);
	buf_free(&sql);
	return fits || fail(err, FAULT_INVALID,
			   "rules ask for too many values of metadata");
}

static void free_arena(void *arena)
{
	arena_free(arena);
}

static struct arena *own_arena(struct arena *arena)
{
	struct arena *own = arena_new();

	arena_defer(arena, free_arena, own);
	return own;
}

bool persons_begin(struct db *db, struct err *err)
{
	return db_run(db, "BEGIN ISOLATION LEVEL REPEATABLE READ", err);
}

bool persons_open(struct persons **out, struct db *db, struct arena *arena,
    const struct provision_book *book, const char *only, struct err *err)
{
	struct persons *persons = arena_alloc(arena, sizeof(*persons));
	const struct values values = { 4,
		{ arena_number(arena, book->district),
		    rulebook_zone(book->rules), "", NULL } };

	*out = persons;
	*persons = (struct persons){ .db = db,
		.arena = arena,
		.batch = own_arena(arena),
		.turn = own_arena(arena),
		.users.values = values,
		.roles.values = values,
		.classes.values = values,
		.one = only != NULL,
		.after = arena_text(arena, "") };
	if (only != NULL)
		persons->users.values.at[TO] = arena_text(arena, only);
	if (!find_heard(persons, book->district, err) ||
	    !compose(persons, &persons->users, book->rules, SCOPE_PERSON,
		err) ||
	    !compose(persons, &persons->roles, book->rules, SCOPE_ROLE, err) ||
	    !compose(persons, &persons->classes, book->rules, SCOPE_CLASS, err))
		return false;
	persons->wants_classes = persons->slots[SCOPE_CLASS] > 0;
	return true;
}

void persons_close(struct persons *persons)
{
	if (persons == NULL)
		return;
	arena_reset(persons->batch);
	arena_reset(persons->turn);
}

/* --- a batch -------------------------------------------------------------- */

static bool ask(struct persons *persons, struct asking *asking, struct err *err)
{
	asking->at = 0;
	return db_ask_text(persons->db, persons->batch, asking->sql,
	    &asking->values, &asking->rows, err);
}

static bool read_batch(struct persons *persons, struct err *err)
{
	const char *from = arena_text(persons->batch, persons->after);
	int count;

	persons->users.values.at[FROM] = from;
	if (!ask(persons, &persons->users, err))
		return false;
	count = rows_count(persons->users.rows);
	persons->over = persons->one || count < BATCH;
	if (count == 0)
		return true;
	persons->roles.values.at[FROM] = from;
	persons->classes.values.at[FROM] = from;
	persons->roles.values.at[TO] =
	    rows_get(persons->users.rows, count - 1, 0);
	persons->classes.values.at[TO] = persons->roles.values.at[TO];
	return ask(persons, &persons->roles, err) &&
	       (!persons->wants_classes ||
		   ask(persons, &persons->classes, err));
}

/* --- a person ------------------------------------------------------------- */

static int compare_ids(const struct rows *rows, int row, struct text id)
{
	struct text is = { rows_get(rows, row, 0), rows_length(rows, row, 0) };
	size_t len = is.len < id.len ? is.len : id.len;
	int differ = memcmp(is.at, id.at, len);

	return differ != 0 ? differ : (is.len > id.len) - (is.len < id.len);
}

static const struct text *read_fields(struct persons *persons,
    const struct rows *rows, int row, enum rules_scope scope)
{
	int count = persons->slots[scope];
	struct text *all =
	    arena_alloc(persons->turn, (size_t)(count + 2) * sizeof(*all));

	rows_values(rows, row, all, count + 2);
	return all + 2;
}

/* The rows of the person: all have the same order. What belongs to nobody is
 * passed over. */
static int count_rows(struct asking *asking, struct text id)
{
	int count = rows_count(asking->rows), end;

	while (
	    asking->at < count && compare_ids(asking->rows, asking->at, id) < 0)
		asking->at++;
	for (end = asking->at;
	     end < count && compare_ids(asking->rows, end, id) == 0; end++)
		;
	return end - asking->at;
}

static const struct text *const *read_all(struct persons *persons,
    struct asking *asking, enum rules_scope scope, int count)
{
	/* Of pointers: NOLINTNEXTLINE(bugprone-sizeof-expression) */
	const size_t size = (size_t)(count + 1) * sizeof(const struct text *);
	const struct text **all = arena_alloc(persons->turn, size);

	for (int i = 0; i < count; i++)
		all[i] =
		    read_fields(persons, asking->rows, asking->at + i, scope);
	asking->at += count;
	return all;
}

static void note_gone(struct person *person, const char *day)
{
	if (day != NULL && strlen(day) == 10 && strcmp(day, person->gone) > 0)
		memcpy(person->gone, day, 11);
}

/* Roles that are deleted count only where no other is left: then they tell what
 * the person was, and since when not any more. */
static void read_roles(struct persons *persons, struct person *person)
{
	struct asking *roles = &persons->roles;
	int all = count_rows(roles, person->id), first = roles->at, live = 0;

	while (live < all && rows_get(roles->rows, first + live, 1) == NULL)
		live++;
	for (int i = 0; live == 0 && person->gone[0] == '\0' && i < all; i++)
		note_gone(person, rows_get(roles->rows, first + i, 1));
	person->role_count = live > 0 ? live : all;
	person->roles =
	    read_all(persons, roles, SCOPE_ROLE, person->role_count);
	roles->at = first + all;
}

static void read_person(struct persons *persons, struct person *person)
{
	struct asking *users = &persons->users;
	int row = users->at++;

	*person = (struct person){ .id = { rows_get(users->rows, row, 0),
				       rows_length(users->rows, row, 0) } };
	note_gone(person, rows_get(users->rows, row, 1));
	person->fields = read_fields(persons, users->rows, row, SCOPE_PERSON);
	read_roles(persons, person);
	if (!persons->wants_classes)
		return;
	person->class_count = count_rows(&persons->classes, person->id);
	person->classes = read_all(persons, &persons->classes, SCOPE_CLASS,
	    person->class_count);
}

bool persons_next(struct persons *persons, const struct person **out,
    struct err *err)
{
	struct asking *users = &persons->users;

	*out = NULL;
	arena_reset(persons->turn);
	if (users->rows == NULL || users->at == rows_count(users->rows)) {
		if (persons->over)
			return true;
		arena_reset(persons->batch);
		if (!read_batch(persons, err))
			return false;
		if (rows_count(users->rows) == 0)
			return true;
	}
	read_person(persons, &persons->person);
	if (users->at == rows_count(users->rows))
		persons->after = arena_textn(persons->arena,
		    persons->person.id.at, persons->person.id.len);
	*out = &persons->person;
	return true;
}
