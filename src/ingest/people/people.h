/*
 * Inside ingest/people: one person of several sources' records. What the import
 * asks of it; who speaks of whom, by which rules records become persons, and
 * the tables of one import.
 */
#ifndef HOMEROOM_INGEST_PEOPLE_H
#define HOMEROOM_INGEST_PEOPLE_H

#include "../ingest.h"

/* --- for the import ------------------------------------------------------- */

/*
 * Users are compared with what their source said last. Of those that differ,
 * people_find makes fresh_users and gone_users anew: the persons that these
 * records are part of, each merged of all that is said of it. What other files
 * refer to are persons then, too.
 */
bool people_begin(struct ingest *job, struct err *err) must_use;
bool people_find(struct ingest *job, struct part *users,
    struct err *err) must_use;
/* The part's staged rows refer to persons. */
bool people_translate(struct ingest *job, const struct part *part,
    struct err *err) must_use;
/* A file is absent: what its source gave of persons that it does not speak of
 * any more goes. */
bool people_forsake(struct ingest *job, struct part *part,
    struct err *err) must_use;
/* Fresh roles of records that wait are kept for when these are persons; those
 * that another source gives already are set aside, and kept for when it does
 * not. */
bool people_put_by(struct ingest *job, struct part *part,
    struct err *err) must_use;
bool people_share(struct ingest *job, struct part *part,
    struct err *err) must_use;
/* The rows of `bad` are to be looked at again the next time. */
bool people_again(struct ingest *job, struct err *err) must_use;
/* First when merging: what was said. Last: rows of records that are part of
 * another person now refer to that one. */
bool people_keep(struct ingest *job, struct err *err) must_use;
bool people_follow(struct ingest *job, struct err *err) must_use;
/* What is gone for longer than history is kept. */
bool people_forget(struct ingest *job, int64_t horizon,
    struct err *err) must_use;
/* After the commit: how much of what is said is new to the planner. */
bool people_statistics(struct ingest *job, struct err *err) must_use;
/* Whether records of this source may have other ids than their persons. */
bool people_differ(const struct ingest *job);
/* What records are made of that users have inside. */
const char *people_spoken(const struct ingest *job);

/* --- inside --------------------------------------------------------------- */

#define SPEAKERS_MAX 32
#define RULES_MAX 32
#define COMPARED_MAX 8

/* A source that says who there is, at its place in the order; from 1. */
struct speaker {
	int64_t source;
	const char *name;
	bool creates; /* its users may be persons that no other source knows */
	/* It says what provisioning gave the persons that others speak of. All
	 * such stand behind all others. */
	bool echoes;
};

/* What a rule compares of a source's records; none: it takes no part. */
struct compared {
	const char *fields[COMPARED_MAX];
	int count;
};

struct match_rule {
	const char *name;
	bool review; /* what it finds is for people to decide */
	bool within; /* also records of one source */
	struct compared of[SPEAKERS_MAX];
};

/* A field for which other sources count, in this order of places. */
struct order {
	const char *field; /* "givenName", "metadata.endDate" */
	int places[SPEAKERS_MAX];
	int count;
};

struct people {
	struct speaker speakers[SPEAKERS_MAX];
	int speaker_count;
	int here; /* the place of this import's source; 0: none */
	struct match_rule rules[RULES_MAX];
	int rule_count;
	bool by_default; /* the rules: settings have none */
	bool by_id;      /* one of them compares sourcedId */
	struct order *orders;
	int order_count;
	const char **keys; /* of metadata and userIds: the table known_key */
	int key_count, key_room;
	bool stale;   /* all are to be merged anew */
	bool differ;  /* this source's records may have other persons' ids */
	bool plain;   /* records are persons: nothing is to be matched */
	bool decided; /* somebody has decided something just now */
	bool aliases; /* the table alias has rows */
	bool forgets; /* nobody is known by lost records any more */
	struct part *users;
};

/* settings.c */
bool people_read(struct ingest *job, struct people *people,
    struct err *err) must_use;
/* The number of a key of metadata or userIds in the table known_key. */
int people_key(struct ingest *job, struct people *people, const char *key);
/* Whether what the source at this place says of a field counts at all. */
bool people_hears(const struct people *people, int place, const char *field);
/* "metadata.hired": the key, when the field is called `of`; or NULL. */
const char *people_key_of(const char *field, const char *of);

/*
 * The tables of an import, all temporary:
 *	claim	records that are new or changed, and others that are to be
 *		matched (line <= 0); `was`: the person until now; `said`:
 *		the source said something of it before
 *	lost	ids of records that the source has no more
 *	speaker	sources and their places; which of them are echoes
 *	moved	records that are part of another person now
 *	spare	roles that are to be kept, and not published
 */

/* What is still said, of active records that are part of a person; r has the
 * columns of users, place, source, person, birth_date. `which` is about s. */
#define STILL_SAID(which)                                                      \
	"SELECT sp.place, s.source, s.person, s.birth_date, {s.kept} "         \
	"FROM roster.said_users s "                                            \
	"JOIN speaker sp ON sp.source = s.source "                             \
	"WHERE s.district = {district} AND s.status = 'active' "               \
	"AND s.person IS NOT NULL AND NOT EXISTS (SELECT FROM claim c "        \
	"WHERE c.said AND c.source = s.source "                                \
	"AND c.sourced_id = s.sourced_id) "                                    \
	"AND NOT EXISTS (SELECT FROM lost l WHERE s.source = {source} "        \
	"AND l.sourced_id = s.sourced_id)" which
#define CLAIMED(which)                                                         \
	"SELECT c.place, c.source, c.person, c.birth_date, {c.kept} "          \
	"FROM claim c WHERE c.person IS NOT NULL" which
#define SPOKEN "(" STILL_SAID("") " UNION ALL " CLAIMED("") ") r"

/* No record is called so: what refers to one that waits refers to nothing. */
#define WAITS "' (waits)'"

/* Whether the field says which person a record is about. */
bool people_refers(const struct entity *entity, const struct field *field);

/* Statements about users. */
bool people_ask(struct ingest *job, const char *text, int64_t *count,
    struct err *err) must_use;
bool people_number(struct ingest *job, const char *text, int64_t *number,
    struct err *err) must_use;

/* claim.c: the tables, but moved. */
bool people_claim(struct ingest *job, struct err *err) must_use;
/* change.c: the claim that somebody decided. */
bool people_decide(struct ingest *job, struct err *err) must_use;
/* match.c: each claim's person. */
bool people_match(struct ingest *job, struct err *err) must_use;
/* echo.c: that of claims of echoes, when others have theirs. */
bool people_echo(struct ingest *job, struct err *err) must_use;
/* merge.c: fresh_users and gone_users of persons. */
bool people_merge(struct ingest *job, struct err *err) must_use;
/* keep.c: the live rows of the table `following` go into history, too. */
bool people_history(struct ingest *job, const struct entity *entity,
    struct err *err) must_use;
/* roles.c: when merging, what is kept of roles; and at its end, of what is kept
 * and what is live, which are published. */
bool people_keep_roles(struct ingest *job, struct err *err) must_use;
bool people_settle_roles(struct ingest *job, struct err *err) must_use;

#endif
