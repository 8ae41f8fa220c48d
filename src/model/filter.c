/* The filter: clauses of field, predicate and value, joined by AND or by OR.
 * Errors name fields and never values: a value may be a child's name. */
#include "model.h"

#include <string.h>

#define NAME_MAX_SHOWN 64
#define NAME_LENGTH_MAX 255

struct parser {
	struct selection *sel;
	struct arena *arena;
	const char *at;
};

const char *name_shown(struct arena *arena, struct text name)
{
	if (name.len == 0 || name.len > NAME_MAX_SHOWN)
		return "of that name";
	for (size_t i = 0; i < name.len; i++) {
		char c = name.at[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c >= '0' && c <= '9') || c == '.' || c == '_' ||
			c == '-'))
			return "of that name";
	}
	return arena_printf(arena, "'" TEXT_FMT "'", TEXT_ARG(name));
}

/* --- words of the grammar ------------------------------------------------ */

static const char *skip_spaces(const char *p)
{
	return p + strspn(p, " ");
}

/* Longer ones first. */
static const struct {
	const char *sign;
	enum predicate predicate;
} predicates[] = {
	{ ">=", AT_LEAST },
	{ "<=", AT_MOST },
	{ "!=", UNEQUAL },
	{ "=", EQUAL },
	{ ">", MORE },
	{ "<", LESS },
	{ "~", CONTAINS },
};

static const char *take_predicate(const char *p, enum predicate *predicate)
{
	for (size_t i = 0; i < array_length(predicates); i++) {
		size_t len = strlen(predicates[i].sign);

		if (strncmp(p, predicates[i].sign, len) == 0) {
			*predicate = predicates[i].predicate;
			return p + len;
		}
	}
	return NULL;
}

static size_t name_length(const char *p)
{
	return strcspn(p, " =!<>~'\"");
}

/* Whether a clause begins here, as far as its predicate. */
static bool clause_begins(const char *p)
{
	enum predicate predicate;
	size_t len = name_length(p);

	return len > 0 &&
	       take_predicate(skip_spaces(p + len), &predicate) != NULL;
}

/* What joins two clauses: " AND " or " OR ", and a clause behind it. */
struct joint {
	const char *clause; /* NULL: there is none */
	bool any;           /* OR */
	bool exact;         /* in capitals */
};

static struct joint joint_at(const char *p)
{
	const char *word = skip_spaces(p);
	struct text text = { word, strcspn(word, " ") };
	struct joint joint = { .any = text_is_nocase(text, "OR") };

	if (word == p || word[text.len] != ' ')
		return (struct joint){ 0 };
	if (!joint.any && !text_is_nocase(text, "AND"))
		return (struct joint){ 0 };
	joint.exact = text_is(text, joint.any ? "OR" : "AND");
	joint.clause = skip_spaces(word + text.len);
	if (!clause_begins(joint.clause))
		joint.clause = NULL;
	return joint;
}

/* --- fields -------------------------------------------------------------- */

/* The part before the first dot; the rest is what stands behind it. */
static struct text first_segment(struct text *name)
{
	const char *dot = memchr(name->at, '.', name->len);
	struct text first = *name;

	if (dot == NULL) {
		*name = (struct text){ 0 };
		return first;
	}
	first.len = (size_t)(dot - name->at);
	name->at = dot + 1;
	name->len -= first.len + 1;
	return first;
}

/* What may stand behind a field's name: nothing, or a reference's sourcedId. */
static bool tail_fits(const struct field *f, struct text tail)
{
	if (tail.at == NULL)
		return true;
	return (f->kind == REF || f->kind == REFS) &&
	       text_is(tail, "sourcedId");
}

static const struct field *find_part(const struct field *fields,
    struct text name, enum oneroster version)
{
	struct text tail = name, first = first_segment(&tail);

	for_each_field (f, fields)
		if (f->name != NULL && (f->in & version) &&
		    text_is(first, f->name))
			return tail_fits(f, tail) ? f : NULL;
	return NULL;
}

/* roles.org.sourcedId, userProfiles.credentials.username, and lists of plain
 * strings, which have no name below their own. */
static bool resolve_part(struct clause *clause, struct text tail,
    enum oneroster version)
{
	const struct object *object = object_find(clause->field->of);
	struct text rest = tail, first = first_segment(&rest);
	int outer = field_count(object->outer);

	if (object->inner != NULL && text_is(first, object->inner)) {
		const struct field *inner = object->inner_fields;

		clause->part = rest.at == NULL
				   ? (inner->name == NULL ? inner : NULL)
				   : find_part(inner, rest, version);
		if (clause->part != NULL)
			clause->part_index =
			    outer + (int)(clause->part - inner);
	} else {
		clause->part = find_part(object->outer, tail, version);
		if (clause->part != NULL)
			clause->part_index =
			    (int)(clause->part - object->outer);
	}
	return clause->part != NULL;
}

static bool resolve(struct parser *p, struct clause *clause, struct text name)
{
	struct text tail = name, first = first_segment(&tail);
	enum oneroster version = p->sel->version;

	clause->field = field_find(p->sel->entity, first, version);
	if (clause->field == NULL)
		return false;
	if (clause->field->kind == METADATA) {
		clause->key = arena_textn(p->arena, tail.at, tail.len);
		return tail.len > 0 && tail.len <= NAME_LENGTH_MAX;
	}
	if (clause->field->kind == OBJECTS)
		return tail.at != NULL && resolve_part(clause, tail, version);
	return tail_fits(clause->field, tail);
}

/* --- values -------------------------------------------------------------- */

static bool malformed(struct err *err, const char *what)
{
	return fail(err, FAULT_BAD_FILTER, "the filter is not understood: %s",
	    what);
}

/* Numbers, dates and times may come without quotes. */
static bool bare_value(struct parser *p, struct clause *clause, struct err *err)
{
	size_t len = strcspn(p->at, " ");
	const char *start = p->at;

	if (len == 0 || strspn(start, "0123456789.:+-TZ") < len ||
	    strchr("-0123456789", *start) == NULL)
		return malformed(err, "a value stands in single quotes");
	if (len > NAME_LENGTH_MAX)
		return malformed(err, "a value is too long");
	clause->value = arena_textn(p->arena, start, len);
	p->at += len;
	return true;
}

/* ' XOR role=' is neither the end of a value nor likely to be a part of one. */
static bool looks_like_clause(const char *p)
{
	const char *word = skip_spaces(p);

	if (word == p)
		return false;
	return clause_begins(word) ||
	       clause_begins(skip_spaces(word + name_length(word)));
}

enum quote { CLOSES, STANDS_FOR_ITSELF, UNCLEAR };

/* What the last quote of an odd run is, by what follows it. */
static enum quote judge_quote(const char *behind)
{
	struct joint joint = joint_at(behind);

	if (*skip_spaces(behind) == '\0')
		return CLOSES;
	if (joint.clause != NULL)
		return joint.exact ? CLOSES : UNCLEAR;
	return looks_like_clause(behind) ? UNCLEAR : STANDS_FOR_ITSELF;
}

/* In quotes a quote is doubled; a single one that can't be the end is taken as
 * it is meant: 'O''Brien' and 'O'Brien' are the same. */
static bool quoted_value(struct parser *p, struct clause *clause,
    struct err *err)
{
	const char *at = p->at + 1;
	char *value = arena_alloc(p->arena, strlen(at) + 1);
	enum quote quote = STANDS_FOR_ITSELF;
	size_t len = 0, run;

	while (quote == STANDS_FOR_ITSELF) {
		size_t plain = strcspn(at, "'");

		memcpy(value + len, at, plain);
		len += plain;
		at += plain;
		if (*at == '\0')
			return malformed(err, "a quote is not closed");
		run = strspn(at, "'");
		memset(value + len, '\'', run / 2);
		len += run / 2;
		at += run;
		if (run % 2 == 1)
			quote = judge_quote(at);
		else if (*at == '\0')
			quote = CLOSES;
		if (quote == STANDS_FOR_ITSELF && run % 2 == 1)
			value[len++] = '\'';
	}
	if (quote == UNCLEAR)
		return malformed(err, "AND or OR joins two clauses");
	if (len > FILTER_VALUE_MAX)
		return malformed(err, "a value is too long");
	clause->value = value;
	p->at = at;
	return true;
}

/* --- times ---------------------------------------------------------------- */

static bool is_time(const struct clause *clause)
{
	const struct field *f =
	    clause->part != NULL ? clause->part : clause->field;

	return f->kind == DATE || f->kind == MOMENT || f->kind == MODIFIED;
}

#define DAY_LENGTH 10 /* 2026-11-22 */

/* A time as many clients send it: a space for the T, a `+` that nobody encoded
 * and that came as a space, or no offset, which is UTC. */
static const char *time_meant(struct arena *arena, const char *value)
{
	size_t len = strlen(value);
	char *text = arena_alloc(arena, len + sizeof("Z"));
	char *space;

	memcpy(text, value, len + 1);
	if (len <= DAY_LENGTH)
		return text;
	if (text[DAY_LENGTH] == ' ')
		text[DAY_LENGTH] = 'T';
	space = strchr(text, ' ');
	if (space != NULL)
		*space = '+';
	else if (strpbrk(text + DAY_LENGTH, "Z+-") == NULL)
		memcpy(text + len, "Z", sizeof("Z"));
	return text;
}

/* Nothing is before or after what is no time: who asks for changes so would
 * hear of none, and take it for an answer. */
static bool read_time(struct parser *p, struct clause *clause, struct err *err)
{
	const char *meant = time_meant(p->arena, clause->value);
	int64_t when;

	if (clock_parse((struct text){ meant, strlen(meant) }, &when)) {
		clause->value = meant;
		return true;
	}
	return clause->predicate == EQUAL || clause->predicate == UNEQUAL ||
	       fail(err, FAULT_BAD_FILTER,
		   "%s is compared with what is no time: "
		   "YYYY-MM-DDThh:mm:ssZ, or YYYY-MM-DD",
		   clause->field->name);
}

/* --- clauses ------------------------------------------------------------- */

static bool parse_clause(struct parser *p, struct clause *clause,
    struct err *err)
{
	struct text name = { p->at, name_length(p->at) };

	p->at =
	    take_predicate(skip_spaces(p->at + name.len), &clause->predicate);
	if (name.len == 0 || p->at == NULL)
		return malformed(err, "a clause is field, predicate, value");
	if (!resolve(p, clause, name))
		return fail(err, FAULT_BAD_FILTER,
		    "%s has no field %s to filter by", p->sel->entity->name,
		    name_shown(p->arena, name));
	p->at = skip_spaces(p->at);
	if (!(*p->at == '\'' ? quoted_value(p, clause, err)
			     : bare_value(p, clause, err)))
		return false;
	return clause->predicate == CONTAINS || !is_time(clause) ||
	       read_time(p, clause, err);
}

/* To the next clause; NULL in p->at: there is none. */
static bool parse_joint(struct parser *p, struct filter *filter,
    struct err *err)
{
	struct joint joint = joint_at(p->at);

	if (*skip_spaces(p->at) == '\0') {
		p->at = NULL;
		return true;
	}
	if (joint.clause == NULL || !joint.exact)
		return malformed(err, "AND or OR joins two clauses");
	if (filter->count > 1 && joint.any != filter->any)
		return malformed(err, "AND and OR can't be mixed");
	if (filter->count == CLAUSES_MAX)
		return malformed(err, "it has too many clauses");
	filter->any = joint.any;
	p->at = joint.clause;
	return true;
}

bool filter_parse(struct selection *sel, struct arena *arena, const char *text,
    struct err *err)
{
	struct parser p = { sel, arena, skip_spaces(text) };
	struct filter *filter = &sel->filter;

	*filter = (struct filter){ 0 };
	if (!utf8_valid(text, strlen(text)))
		return malformed(err, "it is not UTF-8");
	while (p.at != NULL) {
		struct clause *clause = &filter->clauses[filter->count++];

		if (!parse_clause(&p, clause, err) ||
		    !parse_joint(&p, filter, err))
			return false;
	}
	return true;
}
