/* Settings as people write them, checked against a table of what there is to
 * say, and the same table as JSON Schema. */
#include "settings.h"
#include "../tree/tree.h"

#include <stdio.h>
#include <string.h>

struct checking;

/* What a value may be: whether this one is, and how JSON Schema says it. */
struct kind_of_value {
	enum shape shape;
	bool (*check)(const struct checking *c, const struct node *node,
	    struct err *err);
	const char *schema;
};

#define ANY ((enum shape) - 1) /* the check sees to it */

struct key {
	const char *kind; /* of settings */
	const char *path; /* "share.schools" */
	const struct kind_of_value *value;
	bool required;
	const char *words; /* of a vocabulary, with spaces around */
	const char *meaning;
};

struct checking {
	const char *file, *kind;
	const struct key *key;
};

static bool refuse(const struct checking *c, const struct node *node,
    const char *what, struct err *err)
{
	return fail(err, FAULT_INVALID, "%s:%d: %s must be %s", c->file,
	    node->line, c->key->path, what);
}

/* --- values --------------------------------------------------------------- */

static bool check_text(const struct checking *c, const struct node *node,
    struct err *err)
{
	if (node->length == 0 || node->length > 200 ||
	    strlen(node->text) != node->length)
		return refuse(c, node, "1 to 200 bytes", err);
	for (const char *p = node->text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return refuse(c, node, "without control characters",
			    err);
	return true;
}

static bool check_word(const struct checking *c, const struct node *node,
    struct err *err)
{
	char word[64];

	snprintf(word, sizeof(word), " %s ", node->text);
	return (strchr(node->text, ' ') == NULL && node->length < 60 &&
		   strstr(c->key->words, word) != NULL) ||
	       fail(err, FAULT_INVALID, "%s:%d: %s must be one of:%.*s",
		   c->file, node->line, c->key->path,
		   (int)strlen(c->key->words) - 1, c->key->words);
}

static bool check_bool(const struct checking *c, const struct node *node,
    struct err *err)
{
	return (node->plain && (strcmp(node->text, "true") == 0 ||
				   strcmp(node->text, "false") == 0)) ||
	       refuse(c, node, "true or false", err);
}

static bool check_count(const struct checking *c, const struct node *node,
    struct err *err)
{
	int64_t number;

	return text_integer((struct text){ node->text, node->length }, 0,
		   1000000000000000, &number) ||
	       refuse(c, node, "a number, 0 or more", err);
}

static bool check_small(const struct checking *c, const struct node *node,
    struct err *err)
{
	int64_t number;

	return text_integer((struct text){ node->text, node->length }, 0,
		   1000000, &number) ||
	       refuse(c, node, "a number from 0 to 1000000", err);
}

static bool check_date(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_is_date(node->text) ||
	       refuse(c, node, "a date, YYYY-MM-DD", err);
}

static bool check_place(const struct checking *c, const struct node *node,
    struct err *err)
{
	if (settings_is_place(node->text, "sftp://") ||
	    settings_is_place(node->text, "https://") ||
	    settings_is_place(node->text, "http://127."))
		return check_text(c, node, err);
	return refuse(c, node, "like sftp://host/path or https://host/path",
	    err);
}

/* A folder on an SFTP server; user and password have keys of their own. */
static bool check_folder(const struct checking *c, const struct node *node,
    struct err *err)
{
	return (settings_is_place(node->text, "sftp://") &&
		   check_text(c, node, err)) ||
	       refuse(c, node, "like sftp://host/folder/", err);
}

static bool check_host_key(const struct checking *c, const struct node *node,
    struct err *err)
{
	return strncmp(node->text, "SHA256:", 7) == 0 ||
	       refuse(c, node,
		   "like SHA256:…, as `ssh-keyscan HOST | ssh-keygen -lf -` "
		   "prints it",
		   err);
}

static bool check_file_name(const struct checking *c, const struct node *node,
    struct err *err)
{
	return check_text(c, node, err) &&
	       ((node->text[0] != '.' && strchr(node->text, '/') == NULL) ||
		   refuse(c, node, "a file's name, without its folder", err));
}

static bool check_schedule(const struct checking *c, const struct node *node,
    struct err *err)
{
	struct cron cron;

	if (cron_parse(&cron, node->text, err))
		return true;
	err_add(err, "%s:%d: %s", c->file, node->line, c->key->path);
	return false;
}

static bool check_clock(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_is_clock(node->text) ||
	       refuse(c, node, "a time of the day, such as 05:30", err);
}

static bool check_hours(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_is_hours(node->text) ||
	       refuse(c, node, "two times of the day, such as 22:00-05:30",
		   err);
}

static bool check_network(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_is_network(node->text) ||
	       refuse(c, node, "addresses or networks, such as 192.0.2.0/24",
		   err);
}

static bool check_scope(const struct checking *c, const struct node *node,
    struct err *err)
{
	return scopes_named(node->text) != 0 ||
	       refuse(c, node, "scopes, such as roster.readonly", err);
}

static bool check_fields(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_check_fields(c->file, node, err);
}

static bool check_match(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_check_rule(c->file, node, err);
}

static bool check_orders(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_check_orders(c->file, node, err);
}

static bool check_limits(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_check_limits(c->file, node, err);
}

static bool check_windows(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_check_windows(c->file, node, err);
}

static bool check_checks(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_check_severities(c->file, node, err);
}

static bool check_jwks(const struct checking *c, const struct node *node,
    struct err *err)
{
	return jwks_check(c->file, node, err);
}

static bool check_pem(const struct checking *c, const struct node *node,
    struct err *err)
{
	return pem_check(c->file, node, err);
}

/* Not a word of it is repeated. */
static bool check_secret(const struct checking *c, const struct node *node,
    struct err *err)
{
	bool good = node->length > 0 && node->length <= 4000;

	for (size_t i = 0; good && i < node->length; i++)
		good = (unsigned char)node->text[i] >= ' ';
	return good || refuse(c, node,
			   "1 to 4000 bytes without control characters", err);
}

static bool check_source(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_check_source(c->file, c->key->path, node, err);
}

static bool check_whole(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_check_whole(c->file, c->key->path, node, err);
}

static bool check_each(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_check_each(c->file, c->key->path, node, err);
}

static bool check_named(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_check_named(c->file, c->key->path, node, err);
}

static bool check_thresholds(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_check_thresholds(c->file, node, err);
}

static bool check_notice(const struct checking *c, const struct node *node,
    struct err *err)
{
	return settings_check_notice(c->file, c->key->path, node, err);
}

/* --- the table ------------------------------------------------------------ */

/* clang-format off */
#define STRINGS "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"

static const struct kind_of_value
	TEXT_ = { SCALAR, check_text, "{\"type\":\"string\",\"minLength\":1,\"maxLength\":200}" },
	ONE_OF = { SCALAR, check_word, "{\"type\":\"string\"}" },
	SWITCH = { SCALAR, check_bool, "{\"type\":\"boolean\"}" },
	COUNT = { SCALAR, check_count, "{\"type\":\"integer\",\"minimum\":0}" },
	SMALL = { SCALAR, check_small, "{\"type\":\"integer\",\"minimum\":0,\"maximum\":1000000}" },
	DAY = { SCALAR, check_date, "{\"type\":\"string\",\"format\":\"date\"}" },
	IDS = { LIST, check_text, STRINGS },
	WORDS_ = { LIST, check_word, STRINGS },
	NETWORKS = { LIST, check_network, STRINGS },
	SCOPES = { LIST, check_scope, STRINGS },
	SECRET = { SCALAR, check_secret, "{\"type\":\"string\",\"minLength\":1,\"maxLength\":4000}" },
	FOLDER = { SCALAR, check_folder, "{\"type\":\"string\",\"pattern\":\"^sftp://\"}" },
	PLACE = { SCALAR, check_place, "{\"type\":\"string\",\"pattern\":\"^(sftp|https)://\"}" },
	HOST_KEY = { SCALAR, check_host_key, "{\"type\":\"string\",\"pattern\":\"^SHA256:\"}" },
	FILE_NAME = { SCALAR, check_file_name, "{\"type\":\"string\",\"pattern\":\"^[^./][^/]*$\"}" },
	SCHEDULE = { SCALAR, check_schedule, "{\"type\":\"string\"}" },
	UNTIL = { SCALAR, check_clock, "{\"type\":\"string\",\"pattern\":\"^([01][0-9]|2[0-3]):[0-5][0-9]$\"}" },
	HOURS = { SCALAR, check_hours, "{\"type\":\"string\",\"pattern\":\"^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$\"}" },
	FILES = { MAP, check_source, "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\"}}" },
	QUERIES = { MAP, check_source, "{\"type\":\"object\"}" },
	DATABASE = { SCALAR, check_source, "{\"type\":\"string\",\"minLength\":1,\"maxLength\":2000}" },
	NOTICE = { SCALAR, check_notice, "{\"type\":\"string\"}" },
	NOTICES = { LIST, check_notice, STRINGS },
	PEMS = { LIST, check_pem, STRINGS },
	JWKS = { MAP, check_jwks, "{\"type\":\"object\",\"properties\":{\"keys\":{\"type\":\"array\",\"maxItems\":8,\"items\":{\"type\":\"object\"}}}}" },
	LIMITS = { MAP, check_limits, "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\"}}" },
	WINDOWS = { MAP, check_windows, "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\"}}" },
	CHECKS = { MAP, check_checks, "{\"type\":\"object\",\"additionalProperties\":{\"enum\":[\"off\",\"info\",\"warning\",\"error\"]}}" },
	FIELDS = { MAP, check_fields, "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\",\"additionalProperties\":{\"enum\":[\"share\",\"omit\",\"pseudonymise\"]}}}" };

static const struct kind_of_value
	MATCH = { LIST, check_match, "{\"type\":\"array\",\"items\":{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"on\"],\"properties\":{\"name\":{\"type\":\"string\"},\"on\":{\"type\":[\"string\",\"array\",\"object\"]},\"review\":{\"type\":\"boolean\"},\"withinSource\":{\"type\":\"boolean\"}}}}" },
	ORDERS = { MAP, check_orders, "{\"type\":\"object\",\"additionalProperties\":" STRINGS "}" };

/* Of rules; `check` sees to their shape. */
static const struct kind_of_value
	AMOUNT = { SCALAR, check_whole, "{\"type\":\"integer\",\"minimum\":0}" },
	CLOCK = { SCALAR, check_whole, "{\"type\":\"string\",\"pattern\":\"^[0-2][0-9]:[0-5][0-9]$\"}" },
	CONDITION = { ANY, check_whole, "{\"type\":[\"object\",\"array\"]}" },
	TEMPLATE = { ANY, check_whole, "{\"type\":[\"object\",\"array\"]}" },
	PARTS = { ANY, check_each, "{\"type\":\"array\",\"minItems\":1}" },
	NAMED = { ANY, check_named, "{\"type\":\"object\",\"additionalProperties\":{\"type\":[\"object\",\"array\"]}}" },
	THRESHOLDS = { MAP, check_thresholds, "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\",\"minimum\":0}}}" };

#define LISTS " orgs academicSessions courses classes users enrollments demographics resources categories lineItems results scoreScales "
#define ROLES " student teacher administrator aide proctor guardian parent relative "

static const struct key keys[] = {
/*	  kind           path                        value      required words  meaning */
	{ "district",    "kind",                     &TEXT_,    true,  NULL, "What this is" },
	{ "district",    "name",                     &TEXT_,    true,  NULL, "Name of the district" },
	{ "district",    "timeZone",                 &TEXT_,    false, NULL, "By whose clocks its days begin, for instance America/Chicago: of grants from and until, and of what is current; default: UTC" },
	{ "district",    "sources",                  &IDS,      false, NULL, "Its sources in their order: of several that give a record or a field, the first counts" },
	{ "district",    "match",                    &MATCH,    false, NULL, "Rules that find the person of a record, one after the other: docs/people.md; default: by sourcedId and familyName" },
	{ "district",    "fields",                   &ORDERS,   false, NULL, "Fields of users for which other sources count, in their own order" },
	{ "district",    "limits",                   &LIMITS,   false, NULL, "How much a source may change at once, by entity; more waits for a person: docs/approvals.md" },
	{ "district",    "windows",                  &WINDOWS,  false, NULL, "Days of the year with limits of their own, by any name: docs/approvals.md" },
	{ "district",    "checks",                   &CHECKS,   false, NULL, "How grave a check of the roster is, by its code: off, info, warning, error; default: as `homeroom check --list` has it" },
	{ "application", "kind",                     &TEXT_,    true,  NULL, "What this is" },
	{ "application", "name",                     &TEXT_,    true,  NULL, "Name of the application, as `homeroom application create` was told" },
	{ "application", "district",                 &TEXT_,    false, NULL, "Its district; default: default" },
	{ "application", "enabled",                  &SWITCH,   false, NULL, "Whether it may come in; default: true" },
	{ "application", "jwks",                     &JWKS,     false, NULL, "Its public keys, as a JWK set, for private_key_jwt; default: none" },
	{ "application", "pem",                      &PEMS,     false, NULL, "The same as PEM; the key's id is then its thumbprint (RFC 7638)" },
	{ "application", "profile",                  &TEXT_,    false, NULL, "What its importer expects beyond the standard, by the name of a profile: docs/profiles.md" },
	{ "application", "push.url",                 &FOLDER,   true,  NULL, "Folder of an SFTP server to which its bundles are brought" },
	{ "application", "push.user",                &TEXT_,    true,  NULL, "Who we are there" },
	{ "application", "push.hostKey",             &HOST_KEY, true,  NULL, "Digest of that server's key, SHA256:…" },
	{ "application", "push.passwordFile",        &TEXT_,    false, NULL, "File with the password, or with the key's passphrase" },
	{ "application", "push.keyFile",             &TEXT_,    false, NULL, "File with our private key" },
	{ "application", "push.file",                &FILE_NAME, false, NULL, "Name of the file there, in which {version} and {date} are filled in; default: oneroster.zip" },
	{ "application", "push.format",              &ONE_OF,   false, " 1.1 1.2 ", "OneRoster's version; default: 1.2" },
	{ "application", "push.delta",               &SWITCH,   false, NULL, "What changed since the last time, instead of everything; default: false" },
	{ "application", "push.schedule",            &SCHEDULE, false, NULL, "When, as crontab has it: minute hour day month weekday; without it, when told to" },
	{ "application", "push.paused",              &SWITCH,   false, NULL, "Whether the schedule rests; default: false" },
	{ "application", "push.timeZone",            &TEXT_,    false, NULL, "By whose clocks, for instance America/Chicago; default: UTC" },
	{ "source",      "kind",                     &TEXT_,    true,  NULL, "What this is" },
	{ "source",      "name",                     &TEXT_,    true,  NULL, "Name of the source" },
	{ "source",      "district",                 &TEXT_,    false, NULL, "The district whose data it gives; default: default" },
	{ "source",      "type",                     &ONE_OF,   true,  " oneroster oneroster-rest powerschool csv sql accounts ", "What it gives: oneroster is a CSV bundle, a zip or a folder; oneroster-rest and powerschool answer over HTTPS; csv is any other CSV files, which `files` maps; sql is a database, which `queries` ask; accounts is what provisioning gave, in `directory`" },
	{ "source",      "directory",                &TEXT_,    false, NULL, "Of the type accounts: the directory whose logins and addresses it gives: docs/provisioning.md" },
	{ "source",      "files",                    &FILES,    false, NULL, "Of the type csv: what becomes of which file, by its name or a pattern of names: docs/mapping.md; of the type powerschool, of which PowerQuery; default: those of our plug-in" },
	{ "source",      "database",                 &DATABASE, false, NULL, "Of the type sql: postgresql://host/name, or what ODBC takes, such as DSN=sis; without password" },
	{ "source",      "queries",                  &QUERIES,  false, NULL, "Of the type sql: what is asked, by the name of an entity whose columns it gives, or mapped: docs/sources.md" },
	{ "source",      "mapping",                  &ONE_OF,   false, " powerschool ", "Of the type sql: whose database it is, for queries and rules that are ready; `queries` replace some of them" },
	{ "source",      "timeout",                  &SMALL,    false, NULL, "Of the type sql: seconds that a query may take, to its last row; default: 3600; of those over HTTPS, an answer: 120" },
	{ "source",      "version",                  &ONE_OF,   false, " 1.1 1.2 ", "Of the type oneroster-rest: OneRoster's version there; default: 1.2" },
	{ "source",      "entities",                 &WORDS_,   false, LISTS, "Of the type oneroster-rest: what is read; default: orgs academicSessions courses classes users enrollments" },
	{ "source",      "auth",                     &ONE_OF,   false, " oauth2 oauth1 oauth1-sha1 ", "Of the type oneroster-rest: tokens, or signatures by HMAC-SHA256 or HMAC-SHA1 (1.1 only); default: oauth2" },
	{ "source",      "tokenUrl",                 &PLACE,    false, NULL, "Where tokens come from; of the type powerschool by default where it says itself" },
	{ "source",      "clientId",                 &TEXT_,    false, NULL, "Who we are there, by OAuth: the id or key" },
	{ "source",      "clientSecret",             &SECRET,   false, NULL, "The secret that goes with it; it is sealed, and never shown again" },
	{ "source",      "clientSecretFile",         &TEXT_,    false, NULL, "File with that secret" },
	{ "source",      "scope",                    &TEXT_,    false, NULL, "Scopes to be asked for instead of those that are needed, or none" },
	{ "source",      "pageSize",                 &SMALL,    false, NULL, "Records that are asked for at a time; default: 1000" },
	{ "source",      "parallel",                 &SMALL,    false, NULL, "Pages that are asked for at the same time, 16 at most; default: 4" },
	{ "source",      "fullEvery",                &SMALL,    false, NULL, "Of the type oneroster-rest: every how manyth reading is a full one, between which only what changed is read; default: 1" },
	{ "source",      "overlapMinutes",           &SMALL,    false, NULL, "With fullEvery: how much further back than the last reading is asked for; default: 60" },
	{ "source",      "path",                     &TEXT_,    false, NULL, "Where it is on this machine; else `url`" },
	{ "source",      "url",                      &PLACE,    false, NULL, "Where it is, sftp://host/path or https://host/path; a folder ends with /" },
	{ "source",      "user",                     &TEXT_,    false, NULL, "Who we are there" },
	{ "source",      "hostKey",                  &HOST_KEY, false, NULL, "SFTP: digest of that server's key, SHA256:…" },
	{ "source",      "password",                 &SECRET,   false, NULL, "The password, or the key's passphrase; it is sealed, and never shown again" },
	{ "source",      "passwordFile",             &TEXT_,    false, NULL, "File with the password, or with the key's passphrase" },
	{ "source",      "keyFile",                  &TEXT_,    false, NULL, "SFTP: file with our private key" },
	{ "source",      "authorities",              &TEXT_,    false, NULL, "HTTPS: PEM file of those who may vouch for it; default: the system's" },
	{ "source",      "ready.marker",             &FILE_NAME, false, NULL, "A file that stands beside it (in a folder: in it) when it is complete" },
	{ "source",      "ready.stableSeconds",      &SMALL,    false, NULL, "Without a marker: for how long it must not have grown; default: 10" },
	{ "source",      "archive.keep",             &SMALL,    false, NULL, "How many of the latest are kept in HOMEROOM_HOME; default: 7" },
	{ "source",      "creates",                  &SWITCH,   false, NULL, "Whether its users may be persons that no other source knows; default: true" },
	{ "source",      "schedule",                 &SCHEDULE, false, NULL, "When, as crontab has it: minute hour day month weekday; without it, when told to" },
	{ "source",      "timeZone",                 &TEXT_,    false, NULL, "By whose clocks, for instance America/Chicago; default: UTC" },
	{ "source",      "paused",                   &SWITCH,   false, NULL, "Whether the schedule rests; default: false" },
	{ "source",      "limits",                   &LIMITS,   false, NULL, "How much may change at once, by entity; more waits for a person: docs/approvals.md" },
	{ "source",      "windows",                  &WINDOWS,  false, NULL, "Days of the year with limits of their own, by any name: docs/approvals.md" },
	{ "source",      "absent.after",             &SMALL,    false, NULL, "A user is gone who is missing from so many complete readings in a row; default: 1" },
	{ "source",      "missing",                  &ONE_OF,   false, " remove keep ", "What becomes of records that a bulk file does not have any more; default: remove" },
	{ "source",      "tobedeleted",              &ONE_OF,   false, " remove keep ", "What becomes of records that say so; default: remove, but in bulk files keep" },
	{ "source",      "inactive",                 &ONE_OF,   false, " keep disable remove ", "What becomes of records that say so: a user is disabled, any other removed, or all removed; default: keep, as they were" },
	{ "source",      "hours",                    &HOURS,    false, NULL, "Between which times of the day a scheduled run may begin, such as 22:00-05:30" },
	{ "source",      "after",                    &IDS,      false, NULL, "Sources that a scheduled run waits for, until each has had a good run since it was due" },
	{ "source",      "deadline",                 &UNTIL,    false, NULL, "Time of the day, such as 05:00, until which it waits for them; default: as long as it takes" },
	{ "source",      "late",                     &ONE_OF,   false, " go skip ", "What it does at the deadline: go on with the last good copy of the others, or skip this run; default: go" },
	{ "notification", "kind",                    &TEXT_,    true,  NULL, "What this is" },
	{ "notification", "name",                    &TEXT_,    true,  NULL, "Name of the notification" },
	{ "notification", "district",                &TEXT_,    false, NULL, "The district whose events it tells of; default: default" },
	{ "notification", "enabled",                 &SWITCH,   false, NULL, "Whether it tells anybody; default: true" },
	{ "notification", "events",                  &WORDS_,   true,  " run.failed import.refused import.waiting plan.waiting account.created account.disabled account.deleted account.leaving password.waiting ", "What it tells of: docs/notifications.md" },
	{ "notification", "window",                  &SMALL,    false, NULL, "Minutes for which events are gathered into one message; default: 5" },
	{ "notification", "daily.at",                &NOTICE,   true,  NULL, "When a message goes out with what happened since the day before, like 06:30; else as it happens" },
	{ "notification", "daily.timeZone",          &TEXT_,    false, NULL, "By whose clocks, for instance America/Chicago; default: UTC" },
	{ "notification", "school",                  &TEXT_,    false, NULL, "sourcedId of a school: it tells of nobody else's accounts" },
	{ "notification", "application",             &TEXT_,    false, NULL, "Name of an application: it tells of accounts of those whom its grant lets it see" },
	{ "notification", "quiet.from",              &NOTICE,   true,  NULL, "From when on nobody is told, like 18:00" },
	{ "notification", "quiet.until",             &NOTICE,   true,  NULL, "Until when, like 06:30" },
	{ "notification", "quiet.timeZone",          &TEXT_,    false, NULL, "By whose clocks, for instance America/Chicago; default: UTC" },
	{ "notification", "template.subject",        &NOTICE,   false, NULL, "The subject, in which {names} are filled in" },
	{ "notification", "template.body",           &NOTICE,   false, NULL, "The text, in which {names} are filled in; between {each} and {end} for each event" },
	{ "notification", "mail.server",             &NOTICE,   true,  NULL, "Mail server, smtp://host:587 or smtps://host; else `webhook`" },
	{ "notification", "mail.from",               &NOTICE,   true,  NULL, "Address of the sender" },
	{ "notification", "mail.to",                 &NOTICES,  true,  NULL, "Addresses, 100 at most; those made of a person, like {teachers}, get messages of their own" },
	{ "notification", "mail.tls",                &ONE_OF,   false, " required none ", "Whether the line must be encrypted; default: required" },
	{ "notification", "mail.user",               &TEXT_,    false, NULL, "Who we are there" },
	{ "notification", "mail.password",           &SECRET,   false, NULL, "The password; it is sealed, and never shown again" },
	{ "notification", "mail.passwordFile",       &TEXT_,    false, NULL, "File with the password" },
	{ "notification", "mail.authorities",        &TEXT_,    false, NULL, "PEM file of those who may vouch for the server; default: the system's" },
	{ "notification", "webhook.url",             &NOTICE,   true,  NULL, "Where messages are posted to as JSON, https://host/path" },
	{ "notification", "webhook.secret",          &SECRET,   false, NULL, "What they are signed with (HMAC-SHA256); it is sealed, and never shown again" },
	{ "notification", "webhook.secretFile",      &TEXT_,    false, NULL, "File with that secret" },
	{ "notification", "webhook.authorities",     &TEXT_,    false, NULL, "PEM file of those who may vouch for the server; default: the system's" },
	{ "grant",       "kind",                     &TEXT_,    true,  NULL, "What this is" },
	{ "grant",       "name",                     &TEXT_,    true,  NULL, "Name of the application that it is given to" },
	{ "grant",       "district",                 &TEXT_,    false, NULL, "The district that gives it; default: default" },
	{ "grant",       "like",                     &TEXT_,    false, NULL, "Name of an application whose grant says what this one does not" },
	{ "grant",       "access",                   &ONE_OF,   false, " restricted full none ", "Only what `share` says, everything, or nothing; default: restricted" },
	{ "grant",       "scopes",                   &SCOPES,   false, NULL, "OneRoster's scopes that it allows, by URI or by the last part of it; default: those that it has" },
	{ "grant",       "enabled",                  &SWITCH,   false, NULL, "Whether it is in force; default: true" },
	{ "grant",       "from",                     &DAY,      false, NULL, "First day on which it is in force" },
	{ "grant",       "until",                    &DAY,      false, NULL, "Last day on which it is in force" },
	{ "grant",       "addresses",                &NETWORKS, false, NULL, "Networks from which its application may come" },
	{ "grant",       "limits.requestsPerMinute", &SMALL,    false, NULL, "Requests that are answered in a minute" },
	{ "grant",       "limits.concurrency",       &SMALL,    false, NULL, "Requests that are answered at the same time" },
	{ "grant",       "limits.bytesPerDay",       &COUNT,    false, NULL, "Bytes that are sent in a day" },
	{ "grant",       "share.schools",            &IDS,      false, NULL, "sourcedIds of organisations: these and all below them" },
	{ "grant",       "share.sessions.named",     &IDS,      false, NULL, "sourcedIds of academic sessions: these and all below them" },
	{ "grant",       "share.sessions.before",    &SMALL,    false, NULL, "Sessions from so many days before they start; 0 and 0: the current ones" },
	{ "grant",       "share.sessions.after",     &SMALL,    false, NULL, "and until so many days after they end" },
	{ "grant",       "share.courses",            &IDS,      false, NULL, "sourcedIds of courses" },
	{ "grant",       "share.subjects",           &IDS,      false, NULL, "Subjects of classes or of their courses, by name or code" },
	{ "grant",       "share.classes",            &IDS,      false, NULL, "sourcedIds of classes" },
	{ "grant",       "share.grades",             &IDS,      false, NULL, "Grades of students and of classes" },
	{ "grant",       "share.roles",              &WORDS_,   false, ROLES, "What people are in classes" },
	{ "grant",       "share.unenrolled",         &SWITCH,   false, NULL, "People of these schools who are in no class; default: false" },
	{ "grant",       "share.agents",             &SWITCH,   false, NULL, "Parents and guardians of students that are shared; default: false" },
	{ "grant",       "share.demographics",       &SWITCH,   false, NULL, "Demographics of people that are shared; default: false" },
	{ "grant",       "share.resources",          &SWITCH,   false, NULL, "Resources of classes, courses and people that are shared; default: false" },
	{ "grant",       "share.gradebook",          &SWITCH,   false, NULL, "Line items, results and what belongs to them; default: false" },
	{ "grant",       "fields",                   &FIELDS,   false, NULL, "Fields that are omitted, or replaced by pseudonyms: entity, field, omit or pseudonymise" },
	{ "directory",   "kind",                     &TEXT_,    true,  NULL, "What this is" },
	{ "directory",   "name",                     &TEXT_,    true,  NULL, "Name of the directory" },
	{ "directory",   "district",                 &TEXT_,    false, NULL, "The district whose people have accounts there; default: default" },
	{ "directory",   "type",                     &ONE_OF,   true,  " ad ",    "What it is: ad is Active Directory" },
	{ "directory",   "connection.server",        &IDS,      false, NULL, "ldaps://dc1.school.example, or ldap://… for StartTLS; several, in order, for fail-over" },
	{ "directory",   "connection.base",          &TEXT_,    false, NULL, "What Homeroom sees lies below this; default: the whole domain" },
	{ "directory",   "connection.authentication", &ONE_OF,  false, " simple gssapi ", "By user and password, or by Kerberos; default: simple" },
	{ "directory",   "connection.user",          &TEXT_,    false, NULL, "Who we are there: user@realm, DOMAIN\\user or its DN" },
	{ "directory",   "connection.password",      &SECRET,   false, NULL, "Our password; it is sealed, and never shown again" },
	{ "directory",   "connection.passwordFile",  &TEXT_,    false, NULL, "File with our password" },
	{ "directory",   "connection.authorities",   &TEXT_,    false, NULL, "PEM file of those who may vouch for its servers; default: the system's" },
	{ "directory",   "connection.attribute",     &IDS,      false, NULL, "Attributes to be read besides those that rules set and the usual ones" },
	{ "directory",   "connection.changes",       &ONE_OF,   false, " usn dirsync ", "How what changed is found: by uSNChanged or the DirSync control; default: usn" },
	{ "directory",   "connection.timeout",       &SMALL,    false, NULL, "Milliseconds that an answer may take; default: 30000" },
	{ "directory",   "connection.window",        &SMALL,    false, NULL, "Requests in flight; default: 16" },
	{ "directory",   "connection.page",          &SMALL,    false, NULL, "Entries in a page; default: 1000" },
	{ "directory",   "timeZone",                 &TEXT_,    false, NULL, "By whose clocks days begin, and the schedule goes, for instance America/Chicago; default: UTC" },
	{ "directory",   "schedule",                 &SCHEDULE, false, NULL, "When it is brought up to date, as crontab has it; without it, when told to" },
	{ "directory",   "paused",                   &SWITCH,   false, NULL, "Whether the schedule rests; default: false" },
	{ "directory",   "names.across",             &IDS,      false, NULL, "Directories in which no login may be the same" },
	{ "directory",   "names.forever",            &SWITCH,   false, NULL, "Whether the login of a deleted account is never given again; default: true" },
	{ "directory",   "names.rename",             &ONE_OF,   false, " keep alias ask ", "When a name changes: keep the login, change it and keep the old one as an alias, or ask; default: keep" },
	{ "directory",   "match",                    &PARTS,    false, NULL, "How accounts that are there already are found: a list of `attribute` and `value`, a template" },
	{ "directory",   "unwanted.disableAfterDays", &AMOUNT,  false, NULL, "Days from when no rule wants an account any more to its being disabled, where the rule that wanted it says nothing; default: 0" },
	{ "directory",   "unwanted.deleteAfterDays", &AMOUNT,   false, NULL, "Days from then to being deleted, 0: never; default: the rule's deleteAfterDays, and never if the rule is gone" },
	{ "directory",   "protect.accounts",         &IDS,      false, NULL, "Logins, or patterns of them, that are never touched" },
	{ "directory",   "protect.groups",           &IDS,      false, NULL, "Groups that are never touched" },
	{ "directory",   "protect.places",           &IDS,      false, NULL, "Containers that are never touched, nor what lies in them" },
	{ "directory",   "protect.defaults",         &SWITCH,   false, NULL, "Whether administrators and service accounts are protected, too; default: true" },
	{ "directory",   "thresholds",               &THRESHOLDS, false, NULL, "What a plan may do without being approved: of each kind of action, most, percent, mostOfSchool, percentOfSchool" },
	{ "directory",   "apply.parallel",          &SMALL,    false, NULL, "How many changes are on their way at a time, in so many connections; default: 1" },
	{ "directory",   "apply.perSecond",         &SMALL,    false, NULL, "Changes in a second, at most; default: as many as it takes" },
	{ "rule",        "kind",                     &TEXT_,    true,  NULL, "What this is" },
	{ "rule",        "name",                     &TEXT_,    true,  NULL, "Name of the rule" },
	{ "rule",        "district",                 &TEXT_,    false, NULL, "Its district; default: default" },
	{ "rule",        "directory",                &TEXT_,    true,  NULL, "The directory whose accounts it speaks of" },
	{ "rule",        "order",                    &AMOUNT,   false, NULL, "Rules are tried in this order; default: 100" },
	{ "rule",        "when",                     &CONDITION, false, NULL, "Whom it is for: docs/rules.md; default: everybody" },
	{ "rule",        "login.candidates",         &PARTS,    false, NULL, "Templates of the login: the first that nobody has is given. A rule without them makes no account, and adds to others" },
	{ "rule",        "login.counterFrom",        &AMOUNT,   false, NULL, "When all are taken, the first one with a number, from this one; default: 2" },
	{ "rule",        "login.counterWidth",       &AMOUNT,   false, NULL, "Digits of that number, at least; default: 1" },
	{ "rule",        "login.longest",            &AMOUNT,   false, NULL, "Characters of a login, at most; default: 20" },
	{ "rule",        "label",                    &TEMPLATE, false, NULL, "Name of the account in its container; default: the login" },
	{ "rule",        "place",                    &PARTS,    false, NULL, "Containers in which the account lies, the outermost first: texts and templates" },
	{ "rule",        "enabled",                  &CONDITION, false, NULL, "Whose account is enabled, from the first day to the last; default: everybody's" },
	{ "rule",        "expires",                  &TEMPLATE, false, NULL, "Last day on which the directory lets them in" },
	{ "rule",        "attributes",               &NAMED,    false, NULL, "Attributes of the directory and their templates; { values: [ … ] } for several values" },
	{ "rule",        "initial",                  &NAMED,    false, NULL, "The same, for accounts that are made: they are not changed later" },
	{ "rule",        "groups",                   &PARTS,    false, NULL, "Groups that they are in: a list of name, place, when, each (person, role, class) and mode (add, exact)" },
	{ "rule",        "life.first",               &TEMPLATE, false, NULL, "Their first day; default: role.beginDate" },
	{ "rule",        "life.last",                &TEMPLATE, false, NULL, "Their last day; default: the day before role.endDate" },
	{ "rule",        "life.createDaysBefore",    &AMOUNT,   false, NULL, "Days before the first one on which the account is made, disabled; default: 0" },
	{ "rule",        "life.tellDaysBefore",      &AMOUNT,   false, NULL, "Days before the last one on which notifications tell of it; default: 14" },
	{ "rule",        "life.disableAt",           &CLOCK,    false, NULL, "When on the last day it is disabled; default: 24:00" },
	{ "rule",        "life.summer",              &CONDITION, false, NULL, "Who leaves at the end of a school year comes back, and stays until two weeks after the next one begins" },
	{ "rule",        "life.onLeave",             &CONDITION, false, NULL, "Who is on leave: the account is disabled, and stays where it is" },
	{ "rule",        "life.leaversPlace",        &PARTS,    false, NULL, "Where accounts of leavers go; default: they stay" },
	{ "rule",        "life.stripGroups",         &SWITCH,   false, NULL, "Whether they leave all groups; default: false" },
	{ "rule",        "life.hide",                &SWITCH,   false, NULL, "Whether address lists show them no more; default: false" },
	{ "rule",        "life.deleteAfterDays",     &AMOUNT,   false, NULL, "Days from being disabled to being deleted; default: never" },
	{ "rule",        "life.disableUnwantedAfterDays", &AMOUNT, false, NULL, "Days from when no rule wants the account any more to its being disabled; default: what the directory says of `unwanted`, or 0" },
	{ "rule",        "life.deleteUnwantedAfterDays", &AMOUNT, false, NULL, "Days from then to being deleted, 0: never; default: what the directory says, or deleteAfterDays" },
	{ "rule",        "password.type",            &ONE_OF,   false, " random words pattern ", "How the first password is made; default: random" },
	{ "rule",        "password.length",          &AMOUNT,   false, NULL, "Of the type random: characters; default: 14" },
	{ "rule",        "password.words",           &AMOUNT,   false, NULL, "Of the type words: how many; default: 4" },
	{ "rule",        "password.file",            &TEXT_,    false, NULL, "Of the type words: a file with a word a line; default: our own list" },
	{ "rule",        "password.pattern",         &TEMPLATE, false, NULL, "Of the type pattern: a template. Who knows the pattern and the person knows the password" },
	{ "rule",        "password.change",          &SWITCH,   false, NULL, "Whether it must be changed at the first logon; default: true" },
	{ 0 }
};
/* clang-format on */

/* --- checking ------------------------------------------------------------- */

static bool check_value(struct checking *c, const struct node *node,
    struct err *err)
{
	const struct kind_of_value *value = c->key->value;

	if (value->shape == ANY)
		return value->check(c, node, err);
	if (node->shape != value->shape)
		return refuse(c, node,
		    value->shape == LIST  ? "a list"
		    : value->shape == MAP ? "a mapping"
					  : "a single value",
		    err);
	if (value->shape != LIST)
		return value->check(c, node, err);
	for (const struct node *n = node->first; n != NULL; n = n->next)
		if (n->shape != (value == &MATCH ? MAP : SCALAR))
			return refuse(c, n,
			    value == &MATCH ? "a list of mappings"
					    : "a list of single values",
			    err);
		else if (!value->check(c, n, err))
			return false;
	return true;
}

/* The key of this path, or the first that lies below it. */
static const struct key *find_key(const char *kind, const char *path)
{
	size_t len = strlen(path);

	for (const struct key *k = keys; k->kind != NULL; k++)
		if (strcmp(k->kind, kind) == 0 &&
		    strncmp(k->path, path, len) == 0 &&
		    (k->path[len] == '\0' || k->path[len] == '.'))
			return k;
	return NULL;
}

#define ARTICLE(kind) (strchr("aeiou", (kind)[0]) != NULL ? "an" : "a")

/* No deeper than a file may be: NOLINTBEGIN(misc-no-recursion) */
static bool check_map(struct checking *c, const struct node *map,
    const char *prefix, struct err *err)
{
	for (const struct node *k = map->first; k != NULL; k = k->next) {
		char path[128];
		int len = snprintf(path, sizeof(path), "%s%s", prefix, k->text);

		c->key =
		    len < (int)sizeof(path) ? find_key(c->kind, path) : NULL;
		if (c->key == NULL || strchr(k->text, '.') != NULL)
			return fail(err, FAULT_INVALID,
			    "%s:%d: %s %s has no '%s'", c->file, k->line,
			    ARTICLE(c->kind), c->kind, k->text);
		if (c->key->path[len] == '\0') {
			if (!check_value(c, k->value, err))
				return false;
			continue;
		}
		if (k->value->shape != MAP)
			return fail(err, FAULT_INVALID,
			    "%s:%d: %s must be a mapping", c->file, k->line,
			    path);
		snprintf(path + len, sizeof(path) - (size_t)len, ".");
		if (!check_map(c, k->value, path, err))
			return false;
	}
	return true;
}
/* NOLINTEND(misc-no-recursion) */

/* The last part of a path, and the mapping that should have it; NULL: that is
 * not there itself. */
static const char *find_parent(const char *path, const struct node **map)
{
	size_t len = strcspn(path, ".");

	while (path[len] == '.' && *map != NULL) {
		char name[64];

		snprintf(name, sizeof(name), "%.*s", (int)len, path);
		*map = node_get(*map, name);
		path += len + 1;
		len = strcspn(path, ".");
	}
	return path;
}

static bool check_required(const struct checking *c, const struct node *map,
    struct err *err)
{
	for (const struct key *k = keys; k->kind != NULL; k++) {
		const struct node *parent = map;
		const char *name = find_parent(k->path, &parent);

		if (k->required && strcmp(k->kind, c->kind) == 0 &&
		    parent != NULL && node_get(parent, name) == NULL)
			return fail(err, FAULT_INVALID,
			    "%s:%d: %s %s needs '%s'", c->file, parent->line,
			    ARTICLE(c->kind), c->kind, k->path);
	}
	return true;
}

bool settings_check(const char *file, const struct node *map, struct err *err)
{
	struct checking c = { .file = file };
	const struct node *kind =
	    map->shape == MAP ? node_get(map, "kind") : NULL;

	if (kind == NULL || kind->shape != SCALAR)
		return fail(err, FAULT_INVALID,
		    "%s:%d: settings begin with their kind", file, map->line);
	c.kind = kind->text;
	if (find_key(c.kind, "kind") == NULL)
		return fail(err, FAULT_INVALID,
		    "%s:%d: there is no kind '%s' of settings", file,
		    kind->line, kind->text);
	return check_map(&c, map, "", err) && check_required(&c, map, err) &&
	       settings_check_sense(file, map, err);
}

const char *settings_secret_after(const char *kind, const char *path)
{
	for (const struct key *k = keys; k->kind != NULL; k++) {
		if (strcmp(k->kind, kind) != 0 || k->value != &SECRET)
			continue;
		if (path == NULL)
			return k->path;
		if (strcmp(k->path, path) == 0)
			path = NULL;
	}
	return NULL;
}

bool settings_known(const char *kind)
{
	return find_key(kind, "kind") != NULL;
}

/* --- JSON Schema ---------------------------------------------------------- */

static void put_property(struct buf *out, const struct key *key,
    const char *name, size_t len)
{
	const char *schema = key->value->schema;

	json_quote(out, name, len);
	buf_puts(out, ":{\"description\":");
	json_quote(out, key->meaning, strlen(key->meaning));
	if (strcmp(key->path, "kind") == 0) {
		buf_printf(out, ",\"const\":\"%s\"}", key->kind);
		return;
	}
	buf_printf(out, ",%s", schema + 1);
}

static void put_required(struct buf *out, const struct key *first,
    const struct key *end, size_t prefix)
{
	const char *comma = ",\"required\":[";

	for (const struct key *k = first; k < end; k++)
		if (k->required && strchr(k->path + prefix, '.') == NULL) {
			buf_printf(out, "%s\"%s\"", comma, k->path + prefix);
			comma = ",";
		}
	if (comma[1] == '\0')
		buf_char(out, ']');
}

/* The keys below a prefix, which stand together in the table. Returns the
 * first that is not among them. As deep as the table:
 * NOLINTBEGIN(misc-no-recursion) */
static const struct key *put_level(struct buf *out, const struct key *key,
    size_t prefix)
{
	const char *comma = "";
	const struct key *first = key;

	buf_puts(out, "{\"type\":\"object\",\"additionalProperties\":false,"
		      "\"properties\":{");
	while (key->kind != NULL && strcmp(key->kind, first->kind) == 0 &&
	       strncmp(key->path, first->path, prefix) == 0) {
		const char *name = key->path + prefix;
		size_t len = strcspn(name, ".");

		buf_puts(out, comma);
		comma = ",";
		if (name[len] == '\0') {
			put_property(out, key++, name, len);
			continue;
		}
		json_quote(out, name, len);
		buf_char(out, ':');
		key = put_level(out, key, prefix + len + 1);
	}
	buf_char(out, '}');
	put_required(out, first, key, prefix);
	buf_char(out, '}');
	return key;
}
/* NOLINTEND(misc-no-recursion) */

bool settings_schema(struct buf *out, const char *kind)
{
	const struct key *key = find_key(kind, "kind");

	if (key == NULL)
		return false;
	put_level(out, key, 0);
	buf_char(out, '\n');
	return true;
}
