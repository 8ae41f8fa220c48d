/* The picture of accounts with the ledger, in the order of their persons. */
#include "sync.h"

#define COLUMNS                                                                \
	"a.anchor, coalesce(a.person, ''), a.name, a.place, "                  \
	"coalesce(a.login, ''), coalesce(a.basis, ''), a.enabled, "            \
	"a.protected OR a.shielded, a.gone IS NOT NULL, "                      \
	"a.restorable AND NOT a.lost, "                                        \
	"coalesce((extract(epoch FROM a.disabled AT TIME ZONE $2) "            \
	"* 1000)::bigint, 0), "                                                \
	"coalesce((extract(epoch FROM a.due) * 1000)::bigint, 0), "            \
	"coalesce(a.rule, ''), "                                               \
	"coalesce((extract(epoch FROM a.unwanted AT TIME ZONE $2) "            \
	"* 1000)::bigint, 0), "                                                \
	"a.attributes, coalesce((SELECT string_agg(CASE WHEN m.rule IS NULL "  \
	"THEN '-' ELSE '+' END || m.\"group\", E'\\x1f') "                     \
	"FROM homeroom.membership m WHERE m.directory = a.directory "          \
	"AND m.member = a.anchor), '') FROM homeroom.account a "

/* Of several of one person, that which is there comes first. */
static const char declare[] =
    "DECLARE accounts CURSOR FOR SELECT " COLUMNS
    "WHERE a.directory = $1::integer AND a.person IS NOT NULL "
    "AND ($3::text IS NULL OR a.person = $3) "
    "ORDER BY a.person, a.gone DESC NULLS FIRST";

static const char find[] =
    "SELECT " COLUMNS "WHERE a.directory = $1::integer AND a.anchor = $3";

struct ledger {
	struct db *db;
	struct arena *batch;
	const struct rows *rows;
	int at;
	struct account account;
};

static bool truth(const struct rows *rows, int row, int column)
{
	return rows_get(rows, row, column)[0] == 't';
}

static void read_row(const struct rows *rows, int i, struct account *out)
{
	*out = (struct account){
		.anchor = rows_get(rows, i, 0),
		.person = rows_get(rows, i, 1),
		.name = rows_get(rows, i, 2),
		.place = rows_get(rows, i, 3),
		.login = rows_get(rows, i, 4),
		.basis = rows_get(rows, i, 5),
		.enabled = truth(rows, i, 6),
		.guarded = truth(rows, i, 7),
		.gone = truth(rows, i, 8),
		.restorable = truth(rows, i, 9),
		.disabled = rows_integer(rows, i, 10),
		.due = rows_integer(rows, i, 11),
		.rule = rows_get(rows, i, 12),
		.unwanted = rows_integer(rows, i, 13),
		.attributes = rows_get(rows, i, 14),
		.groups = rows_get(rows, i, 15),
	};
}

bool ledger_open(struct ledger **out, struct db *db, struct arena *arena,
    const struct target *target, const char *only, struct err *err)
{
	const struct values values = { 3,
		{ target->id_text, rulebook_zone(target->book.rules), only } };

	*out = arena_alloc(arena, sizeof(**out));
	**out = (struct ledger){ .db = db, .batch = arena_new() };
	return db_ask_text(db, arena, declare, &values, NULL, err);
}

bool ledger_next(struct ledger *a, const struct account **out, struct err *err)
{
	if (a->rows == NULL || a->at == rows_count(a->rows)) {
		arena_reset(a->batch);
		a->at = 0;
		if (!db_ask_text(a->db, a->batch, "FETCH 1000 FROM accounts",
			NULL, &a->rows, err))
			return false;
	}
	a->account = (struct account){ 0 };
	if (a->at < rows_count(a->rows))
		read_row(a->rows, a->at++, &a->account);
	*out = &a->account;
	return true;
}

void ledger_close(struct ledger *accounts)
{
	if (accounts != NULL)
		arena_free(accounts->batch);
}

bool ledger_find(struct db *db, struct arena *arena,
    const struct target *target, const char *anchor, struct account *out,
    struct err *err)
{
	const struct values values = { 3,
		{ target->id_text, rulebook_zone(target->book.rules),
		    anchor } };
	const struct rows *rows;

	if (!db_ask_text(db, arena, find, &values, &rows, err))
		return false;
	if (rows_count(rows) == 0)
		return fail(err, FAULT_NOT_FOUND,
		    "the directory '%s' has no account %.80s", target->name,
		    anchor);
	read_row(rows, 0, out);
	return true;
}
