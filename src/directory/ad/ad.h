/*
 * Inside directory/ad: Active Directory, by libldap.
 *
 * An LDAP handle belongs to one thread at a time, and so does a struct ad.
 * Whatever is asked waits no longer than `timeout` for an answer; a server
 * that did not answer is left, and the next call connects to another.
 */
#ifndef HOMEROOM_DIRECTORY_AD_H
#define HOMEROOM_DIRECTORY_AD_H

#include "../directory.h"

#include <ldap.h>
#include <sys/time.h>

extern const struct directory_type type_ad;

/* --- the controls of Active Directory ------------------------------------- */

#define OID_SHOW_DELETED "1.2.840.113556.1.4.417"
#define OID_EXTENDED_DN "1.2.840.113556.1.4.529"
#define OID_DIRSYNC "1.2.840.113556.1.4.841"
#define OID_PERMISSIVE "1.2.840.113556.1.4.1413"

/* --- attributes: schema.c, value.c ---------------------------------------- */

enum syntax {
	SYNTAX_TEXT, /* as it is: names, OIDs, numbers */
	SYNTAX_DN,   /* OID_EXTENDED_DN puts more before it */
	SYNTAX_BOOL,
	SYNTAX_TIME,  /* generalized time */
	SYNTAX_TICKS, /* a FILETIME: 100 ns since 1601 */
	SYNTAX_BYTES,
	SYNTAX_GUID,
	SYNTAX_SID,
};

struct attribute {
	const char *name; /* as the schema spells it */
	enum syntax syntax;
	bool exists;
	bool single;
	bool own; /* the directory itself writes it */
	int most; /* characters or bytes; 0: the schema sets no limit */
};

/* NULL: `bytes` is no value of it (or means that there is none). */
const char *value_text(struct arena *arena, enum syntax syntax,
    const struct berval *bytes);
/* False: `text` is no value of it. */
bool value_bytes(struct arena *arena, enum syntax syntax, const char *text,
    struct berval *out) must_use;

#define GUID_SIZE 16
#define GUID_TEXT 37

void guid_text(char out[GUID_TEXT], const unsigned char guid[GUID_SIZE]);
bool guid_bytes(unsigned char out[GUID_SIZE], const char *text) must_use;
bool guid_valid(const char *text);
/* "<GUID=…>": an object, wherever it is. */
const char *guid_dn(struct arena *arena, const char *anchor);

/* --- names: dn.c ---------------------------------------------------------- */

/* RFC 4515: a value within a filter. */
void filter_escape(struct buf *out, const void *value, size_t len);
const char *dn_make(struct arena *arena, enum directory_kind kind,
    const char *name, const char *place);
/* "" at the top. Points into dn. */
const char *dn_parent(const char *dn);
bool dn_valid(const char *dn);
/* Whether dn is root or below it. */
bool dn_within(const char *dn, const char *root);
/*
 * What OID_EXTENDED_DN makes of a DN: "<GUID=…>;<SID=…>;CN=…". The plain DN
 * within it, and its GUID as text, or "" if it tells none. Any bytes are safe.
 */
const char *dn_extended(const char *dn, char guid[GUID_TEXT]);
/* The value of the first RDN, unescaped; a mangled name without its tail. */
const char *dn_name(struct arena *arena, const char *dn);

/* --- a directory, and its connection: open.c, connect.c ------------------- */

#define AD_SERVERS 16

/* What the server says of itself, its domain and the domain's policy. */
struct root {
	struct arena *arena;
	const char *domain, *config, *schema;
	const char *host, *service;
	const char *invocation; /* of this server's copy */
	const char *level;
	int64_t usn; /* highest, when it was asked */
	int min_password;
	bool complex_password;
	bool recycle_bin;
	bool sees_deleted;
};

struct ad {
	struct arena *arena;
	const char *servers[AD_SERVERS];
	int server_count;
	const char *base, *user, *password, *authorities;
	bool gssapi, dirsync;
	int timeout, window, page;
	/* Attributes that are read; behind the last one stand the first
	 * members, and NULL. */
	const char **asked;
	int asked_count;
	const atomic_bool *stop;

	LDAP *ld; /* NULL: not connected */
	int server;
	struct root root;
	/* Those of the schema that were asked about; forgotten with the
	 * connection. */
	struct attribute *attributes;
	int attribute_count, attribute_room;
};

bool ad_check(const struct directory_open *open, struct err *err) must_use;
bool ad_open(void **self, const struct directory_open *open,
    struct err *err) must_use;
void ad_close(void *self);
bool ad_look(void *self, struct arena *arena, struct directory_about *out,
    struct err *err) must_use;

/* Connected, bound, and knows the root. */
bool ad_connect(struct ad *ad, struct err *err) must_use;
void ad_disconnect(struct ad *ad);
/* The connection is of no use any more: another server next time. */
void ad_lost(struct ad *ad);
bool ad_stopped(const struct ad *ad);
/* For an answer. */
struct timeval ad_timeout(const struct ad *ad);
/* Where the settings say, or the domain. */
const char *ad_base(const struct ad *ad);

/* Why no TLS came about with the server at uri: FAULT_UNAVAILABLE or
 * FAULT_FORBIDDEN. diagnose.c */
void ad_diagnose(const struct ad *ad, const char *uri, struct err *err);

/* What the server says of itself. root.c */
bool root_read(struct ad *ad, struct err *err) must_use;
bool root_usn(struct ad *ad, int64_t *out, struct err *err) must_use;
/* Whether our account sees what was deleted. */
bool root_deleted(struct ad *ad, struct err *err) must_use;

/* Asks the schema about those of names that are not known yet. */
bool schema_learn(struct ad *ad, const char *const *names, int count,
    struct err *err) must_use;
/* NULL: not asked about. */
const struct attribute *schema_find(const struct ad *ad, const char *name);

/* --- searching: search.c -------------------------------------------------- */

struct search {
	const char *base;
	int scope;
	const char *filter;
	const char **attributes; /* NULL: all */
	bool deleted;            /* those too */
	bool extended;           /* DNs with GUIDs */
	LDAPControl *page;       /* ad_search_pages' own */
};

/* For an object, wherever it is, also among the deleted ones: those below
 * "<GUID=…>" are hidden from who may not see the container that they are in. */
void guid_search(const struct ad *ad, struct arena *arena, const char *anchor,
    struct search *out);
/* One search, to its end: *out is ldap_msgfree'd by the caller, also where
 * there is nothing (*code LDAP_NO_SUCH_OBJECT). False: it did not end well,
 * or the server is lost. */
bool ad_search(struct ad *ad, const struct search *search, LDAPMessage **out,
    struct err *err) must_use;
/* Begins one, for who waits for many. */
int ad_search_begin(struct ad *ad, const struct search *search, int *message);
/* Page after page, each in its arena; `each` false ends it. */
typedef bool ad_each(void *context, struct arena *arena, LDAPMessage *entry,
    struct err *err);
bool ad_search_pages(struct ad *ad, const struct search *search, ad_each *each,
    void *context, struct err *err) must_use;
/* The next answer to any request, complete; the caller's. NULL: none came in
 * time, or the connection is gone. */
LDAPMessage *ad_wait(struct ad *ad);
/* What an answer that is no success means for a reading: sets err. */
bool ad_refusal(const char *what, int code, const char *words, struct err *err);
/* The only value, or the first; NULL: none. The arena's. */
const char *ad_value(LDAP *ld, struct arena *arena, LDAPMessage *entry,
    const char *name);
struct berval *ad_bytes(LDAP *ld, struct arena *arena, LDAPMessage *entry,
    const char *name);

/* --- observing: entry.c, read.c, dirsync.c, find.c ------------------------ */

/* Accounts, groups and containers, and nothing else that is in a domain. */
extern const char entry_kinds[];

/* As many as Windows gives at a time. Samba gives all unless asked so. */
#define FIRST_MEMBERS "member;range=0-1499"

/* An answer as an entry. False: the rest of a large attribute could not be
 * read. *known is false when it is none of the kinds. */
bool entry_read(struct ad *ad, struct arena *arena, LDAPMessage *message,
    struct directory_entry *out, bool *known, struct err *err) must_use;

struct list {
	const char **at;
	int count, room;
};

/* The anchors of the members that an entry shows; where the next ones begin,
 * or -1. */
long entry_members(struct ad *ad, struct arena *arena, LDAPMessage *entry,
    struct list *list);

bool ad_read(void *self, struct arena *arena,
    const struct directory_since *since, struct directory_reading *out,
    struct err *err) must_use;
bool ad_find(void *self, struct arena *arena, const struct directory_key *keys,
    int count, struct directory_found *out, struct err *err) must_use;

struct reading {
	struct ad *ad;
	const struct directory_since *since;
	struct directory_reading *out;
};

bool reading_give(struct reading *reading, const struct directory_entry *entry,
    struct err *err) must_use;
bool dirsync_read(struct reading *reading, struct arena *arena,
    const char *cookie, struct err *err) must_use;

/* The value of the DirSync control, there and back. False: it is none. */
struct dirsync {
	long flags, most;
	struct berval cookie; /* borrowed */
};

bool dirsync_write(const struct dirsync *dirsync, struct berval *out);
bool dirsync_parse(struct arena *arena, const struct berval *value,
    struct dirsync *out) must_use;

/* --- acting --------------------------------------------------------------- */

struct act;

/* A change on its way: one request after another, while other tasks have theirs
 * in flight. */
struct task {
	struct act *act;
	const struct directory_change *change;
	struct directory_outcome *out;
	int message;  /* in flight; 0: none */
	bool writing; /* what is in flight may change something */
	bool finished;
	int stage; /* the verb's own */
	const char *dn;
	int depth;               /* containers: of the one that is made */
	struct members *members; /* members.c */
};

/* What the server said. `entry` is the first one of a search, or NULL. */
struct answer {
	int code;
	const char *words;
	LDAPMessage *message, *entry;
};

/* Each either sends, or ends the task. */
struct verb {
	void (*begin)(struct task *task);
	void (*answered)(struct task *task, const struct answer *answer);
};

struct act {
	struct ad *ad;
	struct arena *arena;
	struct task *tasks, **flying; /* as many as the window */
	int count, begun, flying_count;
	bool lost; /* the connection */
};

/* --- ends of a task: outcome.c */

void task_done(struct task *task, const char *anchor);
void task_already(struct task *task, const char *anchor);
/* By us, before anything was sent. */
void task_refuse(struct task *task, enum directory_reason reason,
    const char *fmt, ...) printf_like(3, 4);
/* By the server; where that means that it was so before, or that it may do
 * later, the outcome is that. */
void task_answered(struct task *task, const struct answer *answer);
/* As in what the connection's end leaves behind. */
void task_lost(struct task *task);
void task_again(struct task *task, int64_t after, const char *why);

struct refusal {
	int code;        /* of LDAP; -1: any */
	const char *hex; /* of Windows; NULL: any */
	enum directory_result result;
	enum directory_reason reason;
	int again_ms;
	const char *why;
};

/* Never NULL. refusal.c */
const struct refusal *refusal_find(int code, const char *words);
/* The eight digits that words begin with, or "". */
void refusal_hex(char out[9], const char *words);

/* --- requests of a task: act.c */

/* rc and message as libldap gave them. */
void task_sent(struct task *task, int rc, int message, bool writing);
/* By anchor; or a deleted one, by its address. */
void task_modify(struct task *task, const char *dn, LDAPMod **mods);
/* The object itself: name, account's control and login, whether deleted. */
void task_look(struct task *task, bool deleted);

/* --- what a change writes: mods.c, check.c */

struct mods {
	struct arena *arena;
	LDAPMod **list; /* ends with NULL */
	int count, room;
};

void mods_text(struct mods *mods, int op, const char *name, const char *value);
void mods_bytes(struct mods *mods, int op, const char *name,
    struct berval *values, int count);
/* Edits of a new object, or of one that is there; those of control bits,
 * which are not the edit's alone, are left out. False: the task is refused. */
bool mods_create(struct task *task, struct mods *mods) must_use;
/* What comes back is told all that it had; some of that is not ours to write.
 */
bool edit_is_ours(const struct task *task, const struct directory_edit *edit);
bool mods_update(struct task *task, struct mods *mods) must_use;
/* Wiped when the arena ends. False: the task is refused. */
bool mods_password(struct task *task, struct mods *mods, int op) must_use;

/* Bits of userAccountControl. */
#define CONTROL_DISABLED 2
#define CONTROL_NORMAL 512

const struct directory_edit *edit_find(const struct directory_change *change,
    const char *name);
/* The only value after it; NULL: none. */
const char *edit_after(const struct directory_change *change, const char *name);

/* What Windows demands, and Samba does not. False: the task is refused. */
bool check_change(struct task *task) must_use;
bool check_password(struct task *task) must_use;
/* UTF-16 units, which is how Windows counts. */
int utf16_length(const char *text);

extern const struct verb verb_create, verb_update, verb_move, verb_rename,
    verb_enable, verb_disable, verb_delete, verb_restore, verb_members,
    verb_password;

bool ad_act(void *self, struct arena *arena,
    const struct directory_change *changes, int count,
    struct directory_outcome *outcomes, struct err *err) must_use;
const char *ad_address(struct arena *arena, const char *place, const char *name,
    enum directory_kind kind);

#endif
