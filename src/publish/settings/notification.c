/* Notifications as settings describe them. */
#include "settings.h"
#include "homeroom/notify.h"
#include "../tree/tree.h"

#include <string.h>

#define TEMPLATE_MAX 20000

/* --- values --------------------------------------------------------------- */

static bool check_clock(const struct node *node, struct err *err)
{
	const char *text = node->text;
	int64_t hour, minute;

	return (node->length == 5 && text[2] == ':' &&
		   text_integer((struct text){ text, 2 }, 0, 23, &hour) &&
		   text_integer((struct text){ text + 3, 2 }, 0, 59,
		       &minute)) ||
	       fail(err, FAULT_INVALID, "it must be a time, like 18:30");
}

static bool check_address(const struct node *node, struct err *err)
{
	return (strlen(node->text) == node->length &&
		   address_valid(node->text)) ||
	       fail(err, FAULT_INVALID,
		   "it must be an address, like someone@example.org");
}

static bool check_recipient(const struct node *node, struct err *err)
{
	return strlen(node->text) == node->length
		   ? recipient_check(node->text, err)
		   : fail(err, FAULT_INVALID, "it must be an address");
}

static bool check_server(const struct node *node, struct err *err)
{
	const char *text = node->text;

	return ((strncmp(text, "smtp://", 7) == 0 ||
		    strncmp(text, "smtps://", 8) == 0) &&
		   node->length < 200 && strpbrk(text, "@ \t\r\n#?") == NULL) ||
	       fail(err, FAULT_INVALID,
		   "it must be like smtp://host:587 or smtps://host");
}

static bool check_template(const struct node *node, struct err *err)
{
	return (node->length < TEMPLATE_MAX &&
		   strlen(node->text) == node->length) ||
	       fail(err, FAULT_INVALID, "it is too long");
}

static bool check_subject(const struct node *node, struct err *err)
{
	if (node->length > 200 || strpbrk(node->text, "\r\n") != NULL ||
	    strstr(node->text, "{each}") != NULL)
		return fail(err, FAULT_INVALID,
		    "it must be one line, without {each}");
	return check_template(node, err) && template_check(node->text, err);
}

static bool check_body(const struct node *node, struct err *err)
{
	return check_template(node, err) && template_check(node->text, err);
}

static bool check_hook(const struct node *node, struct err *err)
{
	return ((strncmp(node->text, "https://", 8) == 0 ||
		    strncmp(node->text, "http://127.", 11) == 0) &&
		   node->length < 2000 &&
		   strpbrk(node->text, "@ \t\r\n#") == NULL) ||
	       fail(err, FAULT_INVALID, "it must be like https://host/path");
}

/* clang-format off */
static const struct {
	const char *path;
	bool (*check)(const struct node *node, struct err *err);
} checks[] = {
	{ "mail.server",      check_server },
	{ "mail.from",        check_address },
	{ "mail.to",          check_recipient },
	{ "webhook.url",      check_hook },
	{ "template.subject", check_subject },
	{ "template.body",    check_body },
	{ "quiet.from",       check_clock },
	{ "quiet.until",      check_clock },
	{ "daily.at",         check_clock },
};
/* clang-format on */

bool settings_check_notice(const char *file, const char *path,
    const struct node *node, struct err *err)
{
	for (size_t i = 0; i < array_length(checks); i++)
		if (strcmp(checks[i].path, path) == 0 &&
		    !checks[i].check(node, err)) {
			err_add(err, "%s:%d: %s", file, node->line, path);
			return false;
		}
	return true;
}

/* --- applying ------------------------------------------------------------- */

static bool check_zone(const struct applying *a, const char *part,
    struct err *err)
{
	const struct node *when = node_get(a->document->map, part);
	const struct node *zone =
	    when != NULL ? node_get(when, "timeZone") : NULL;
	char now[CLOCK_TEXT];
	const struct values values = { 2,
		{ zone != NULL ? zone->text : "UTC", now } };
	const struct rows *rows;

	clock_format(now, clock_now());
	if (!db_ask(a->db, a->arena, STATEMENT_zone_time, &values, &rows, err))
		return false;
	return rows_count(rows) > 0 ||
	       fail(err, FAULT_INVALID,
		   "there is no time zone '%.60s'; one is written like "
		   "Europe/Berlin",
		   zone != NULL ? zone->text : "UTC");
}

static bool has_word(const struct node *map, const char *key, const char *word)
{
	const struct node *list = node_get(map, key);

	for (const struct node *n = list->first; n != NULL; n = n->next)
		if (strcmp(n->text, word) == 0)
			return true;
	return false;
}

/* Whether it is told of people, to people whom they concern. */
static bool goes_by_person(const struct node *map)
{
	const struct node *mail = node_get(map, "mail");

	if (node_get(map, "school") != NULL ||
	    node_get(map, "application") != NULL)
		return true;
	if (mail == NULL)
		return false;
	for (const struct node *n = node_get(mail, "to")->first; n != NULL;
	     n = n->next)
		if (strchr(n->text, '{') != NULL)
			return true;
	return false;
}

static bool check_application(const struct applying *a, struct err *err)
{
	const struct node *name = node_get(a->document->map, "application");
	struct values values = { 1, { arena_number(a->arena, a->district) } };
	const struct rows *rows;

	if (name == NULL)
		return true;
	values_add(&values, name->text);
	if (!db_ask(a->db, a->arena, STATEMENT_grant_find, &values, &rows, err))
		return false;
	if (rows_count(rows) > 0)
		return true;
	(void)settings_lack("application", name->text, err);
	err_add(err, "the notification '%s'", a->document->name);
	return false;
}

/* What is told by person is about persons. */
static bool check_person(const struct applying *a, struct err *err)
{
	const struct node *map = a->document->map;

	if (!goes_by_person(map))
		return true;
	for (const struct node *n = node_get(map, "events")->first; n != NULL;
	     n = n->next)
		if (strncmp(n->text, "account.", 8) != 0 &&
		    strcmp(n->text, "password.waiting") != 0)
			return fail(err, FAULT_INVALID,
			    "the notification '%s': `school`, `application` "
			    "and addresses made of a person go with events of "
			    "accounts; %s is about no person",
			    a->document->name, n->text);
	return true;
}

/* Who gets passwords is somebody else each time, and the way there is
 * encrypted. */
static bool check_passwords(const struct applying *a, struct err *err)
{
	const struct node *map = a->document->map;
	const struct node *mail = node_get(map, "mail"), *tls = NULL;
	bool good =
	    mail != NULL && node_get(map, "events")->first->next == NULL;

	if (!has_word(map, "events", "password.waiting"))
		return true;
	if (mail != NULL)
		tls = node_get(mail, "tls");
	good = good && (tls == NULL || strcmp(tls->text, "none") != 0);
	for (const struct node *n = good ? node_get(mail, "to")->first : NULL;
	     n != NULL; n = n->next)
		good = good && strchr(n->text, '{') != NULL;
	return good || fail(err, FAULT_INVALID,
			   "the notification '%s': password.waiting stands "
			   "alone in `events`, and goes by encrypted mail to "
			   "addresses that are made of the person, like "
			   "{agents}",
			   a->document->name);
}

static bool check_whole(const struct applying *a, struct err *err)
{
	const struct node *map = a->document->map;
	const struct node *mail = node_get(map, "mail");
	const struct node *to = mail != NULL ? node_get(mail, "to") : NULL;

	if ((mail != NULL) == (node_get(map, "webhook") != NULL))
		return fail(err, FAULT_INVALID,
		    "the notification '%s' needs either `mail` or `webhook`",
		    a->document->name);
	if (node_get(map, "events")->first == NULL ||
	    (mail != NULL && to->first == NULL))
		return fail(err, FAULT_INVALID,
		    "the notification '%s' needs some `events`, and somebody "
		    "in `mail.to`",
		    a->document->name);
	/* A password would go to whoever listens. */
	if (mail != NULL && node_get(mail, "tls") != NULL &&
	    strcmp(node_get(mail, "tls")->text, "none") == 0 &&
	    node_get(mail, "user") != NULL)
		return fail(err, FAULT_INVALID,
		    "the notification '%s' says its password to a server "
		    "only when `mail.tls` is required",
		    a->document->name);
	return check_person(a, err) && check_passwords(a, err) &&
	       check_application(a, err) && check_zone(a, "quiet", err) &&
	       check_zone(a, "daily", err);
}

bool notification_apply(struct applying *a, struct err *err)
{
	if (!check_whole(a, err) || !secrets_apply(a, err))
		return false;

	const struct values values = { 3,
		{ arena_number(a->arena, a->district), a->document->name,
		    applying_json(a) } };

	return db_ask(a->db, a->arena, STATEMENT_notification_write, &values,
	    NULL, err);
}
