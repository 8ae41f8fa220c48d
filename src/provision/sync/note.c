/* What a plan finds out of accounts, for the ledger: which rule wants each, or
 * since when none does, and so when it is to be deleted. */
#include "sync.h"

static void add_time(struct buf *out, int64_t at, bool last)
{
	char when[CLOCK_TEXT];

	if (at != 0)
		clock_format(when, at);
	copy_field(out, at != 0 ? when : NULL, CLOCK_TEXT - 1, last);
}

static bool put_notes(struct planning *p, struct err *err)
{
	bool done =
	    (p->noted || db_run(p->db,
			     "CREATE TEMP TABLE noted (anchor text "
			     "COLLATE \"C\", rule text, unwanted boolean, "
			     "due timestamptz) ON COMMIT DROP",
			     err)) &&
	    copy_in(p->db, "COPY noted FROM STDIN", err) &&
	    copy_put(p->db, p->notes.data, p->notes.len, err) &&
	    copy_in_end(p->db, NULL, err);

	p->noted = true;
	p->notes.len = 0;
	return done;
}

bool note_account(const struct differing *x, struct err *err)
{
	const struct desired *d = x->d;
	const struct account *has = x->has;
	struct buf *out = &x->p->notes;
	bool unwanted = d->unwanted[0] != '\0';
	/* Where there is a problem, `why` is about that. */
	const char *rule =
	    unwanted || d->problem != NULL ? has->rule : d->why.rule;

	if (d->delete_at == has->due && unwanted == (has->unwanted != 0) &&
	    strcmp(rule, has->rule) == 0)
		return true;
	copy_field(out, has->anchor, strlen(has->anchor), false);
	copy_field(out, rule[0] != '\0' ? rule : NULL, strlen(rule), false);
	copy_field(out, unwanted ? "t" : "f", 1, false);
	add_time(out, d->delete_at, true);
	return out->len < PIECE || put_notes(x->p, err);
}

bool notes_write(struct planning *p, struct err *err)
{
	char now[CLOCK_TEXT];
	const struct values values = { 2, { p->target->id_text, now } };

	clock_format(now, p->moment.now);
	return (p->notes.len == 0 || put_notes(p, err)) &&
	       (!p->noted ||
		   db_ask_text(p->db, p->arena,
		       "UPDATE homeroom.account a SET due = n.due, "
		       "rule = n.rule, unwanted = CASE WHEN n.unwanted "
		       "THEN coalesce(a.unwanted, $2::timestamptz) END "
		       "FROM noted n WHERE a.directory = $1::integer "
		       "AND a.anchor = n.anchor",
		       &values, NULL, err));
}
