/*
 * What Windows demands and Samba lets through, and what no server should be
 * asked: held here, before anything is sent.
 */
#include "ad.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define GROUP_NAME_MOST 256
#define COMPLEX_KINDS 3
#define NAME_PART 3

static bool refuse(struct task *task, const char *attribute, const char *what)
{
	task_refuse(task, DIRECTORY_BAD_VALUE, "%s: %s", attribute, what);
	return false;
}

static const struct directory_limit *limit_of(const char *attribute)
{
	const struct directory_limit *at = type_ad.limits;

	while (
	    at->attribute != NULL && strcasecmp(at->attribute, attribute) != 0)
		at++;
	return at->attribute != NULL ? at : NULL;
}

/* --- names ---------------------------------------------------------------- */

static bool no_control(const char *text)
{
	for (; *text != '\0'; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	return true;
}

static bool check_name(struct task *task, const char *name)
{
	const struct directory_limit *limit = limit_of("name");

	if (name == NULL || name[0] == '\0')
		return refuse(task, "name", "is empty");
	if (!utf8_valid(name, strlen(name)) || !no_control(name))
		return refuse(task, "name", "has a character that it can't");
	if (utf16_length(name) > limit->most)
		return refuse(task, "name", "has more than 64 characters");
	if (name[0] == ' ' || name[strlen(name) - 1] == ' ')
		return refuse(task, "name", "begins or ends with a space");
	return true;
}

static bool check_place(struct task *task, const char *place)
{
	if (!dn_valid(place))
		return refuse(task, "place",
		    "is no DN (are values in it escaped?)");
	if (dn_within(place, ad_base(task->act->ad)))
		return true;
	task_refuse(task, DIRECTORY_NOT_ALLOWED,
	    "it would lie outside of %.200s, which the settings name",
	    ad_base(task->act->ad));
	return false;
}

static bool check_login(struct task *task, const char *login)
{
	const struct directory_limit *limit = limit_of("sAMAccountName");
	bool group = task->change->kind == DIRECTORY_GROUP;
	int most = group ? GROUP_NAME_MOST : limit->most;

	if (login[0] == '\0')
		return refuse(task, "sAMAccountName", "is empty");
	if (utf16_length(login) > most)
		return refuse(task, "sAMAccountName",
		    group ? "has more than 256 characters"
			  : "has more than 20 characters");
	if (strpbrk(login, limit->banned) != NULL || !no_control(login))
		return refuse(task, "sAMAccountName",
		    "has one of \"/\\[]:;|=,+*?<>@");
	if (login[strlen(login) - 1] == '.')
		return refuse(task, "sAMAccountName", "ends with a dot");
	if (strspn(login, ". ") == strlen(login))
		return refuse(task, "sAMAccountName",
		    "is dots and spaces only");
	return true;
}

/* --- edits ---------------------------------------------------------------- */

/* Never by way of an edit. */
static const char *const reserved[] = { "unicodePwd", "userPassword", "dBCSPwd",
	"clearTextPassword", "objectClass", "objectGUID", "objectSid", "member",
	"memberOf", "distinguishedName", "cn", "ou", "name", "isDeleted",
	"nTSecurityDescriptor" };

static bool check_primary(struct task *task, const struct directory_edit *edit)
{
	int primary = 0;

	if (strcasecmp(edit->name, "proxyAddresses") != 0)
		return true;
	for (int i = 0; i < edit->after_count; i++)
		primary += strncmp(edit->after[i], "SMTP:", 5) == 0;
	return primary <= 1 ||
	       refuse(task, "proxyAddresses",
		   "more than one is the primary address (SMTP: in capitals)");
}

static bool check_value(struct task *task, const struct attribute *attribute,
    const char *value)
{
	if (value[0] == '\0')
		return refuse(task, attribute->name,
		    "an empty value: none at all takes it away");
	if (!utf8_valid(value, strlen(value)))
		return refuse(task, attribute->name, "is not in UTF-8");
	if (attribute->most > 0 && attribute->syntax == SYNTAX_TEXT &&
	    utf16_length(value) > attribute->most) {
		task_refuse(task, DIRECTORY_BAD_VALUE,
		    "%s: has more than %d characters", attribute->name,
		    attribute->most);
		return false;
	}
	if (strcasecmp(attribute->name, "userPrincipalName") == 0) {
		const char *at = strchr(value, '@');

		if (at == NULL || at == value || at[1] == '\0' ||
		    strchr(at + 1, '@') != NULL)
			return refuse(task, attribute->name,
			    "is not like name@school.example");
	}
	if (strcasecmp(attribute->name, "sAMAccountName") == 0)
		return check_login(task, value);
	return true;
}

static bool check_edit(struct task *task, const struct directory_edit *edit)
{
	const struct attribute *attribute =
	    schema_find(task->act->ad, edit->name);

	if (!edit_is_ours(task, edit))
		return true;
	for (size_t i = 0; i < array_length(reserved); i++)
		if (strcasecmp(reserved[i], edit->name) == 0)
			return refuse(task, reserved[i],
			    "is not written as an attribute");
	if (!attribute->exists) {
		task_refuse(task, DIRECTORY_BAD_VALUE,
		    "%.100s: the directory's schema has no such attribute "
		    "(those of Exchange are there only after its set-up)",
		    edit->name);
		return false;
	}
	if (attribute->single && edit->after_count > 1)
		return refuse(task, attribute->name, "holds one value only");
	for (int i = 0; i < edit->after_count; i++)
		if (!check_value(task, attribute, edit->after[i]))
			return false;
	return check_primary(task, edit);
}

/* --- passwords ------------------------------------------------------------ */

static bool contains(const char *text, const char *part, size_t len)
{
	size_t size = strlen(text);

	for (size_t i = 0; i + len <= size; i++)
		if (strncasecmp(text + i, part, len) == 0)
			return true;
	return false;
}

/* Windows: the account's name, and each part of the display name. */
static bool holds_name(const char *password, const char *login,
    const char *display)
{
	static const char between[] = " ,.-_#\t";

	if (login != NULL && strlen(login) >= NAME_PART &&
	    contains(password, login, strlen(login)))
		return true;
	while (display != NULL && *display != '\0') {
		size_t len = strcspn(display, between);

		if (len >= NAME_PART && contains(password, display, len))
			return true;
		display += len;
		display += strspn(display, between);
	}
	return false;
}

static bool is_complex(const char *password)
{
	bool lower = false, upper = false, digit = false, mark = false,
	     other = false;

	for (; *password != '\0'; password++) {
		unsigned char c = (unsigned char)*password;

		lower |= islower(c) != 0;
		upper |= isupper(c) != 0;
		digit |= isdigit(c) != 0;
		mark |= ispunct(c) != 0 || c == ' ';
		other |= c >= 0x80;
	}
	return lower + upper + digit + mark + other >= COMPLEX_KINDS;
}

/* Of a new account: the domain's policy holds. One that is there may be under
 * a policy of its own, stricter or not, which the server alone knows. */
bool check_password(struct task *task)
{
	const struct directory_change *change = task->change;
	const struct root *root = &task->act->ad->root;
	const char *why = NULL;

	if (change->password == NULL && change->enabled &&
	    root->min_password > 0)
		why = "an account that is enabled needs a password here";
	else if (change->password == NULL)
		return true;
	else if (utf16_length(change->password) < root->min_password)
		why = "the password is shorter than the domain's policy asks";
	else if (root->complex_password && !is_complex(change->password))
		why = "the password has fewer than three kinds of characters "
		      "(capitals, small letters, digits, others)";
	else if (root->complex_password &&
		 holds_name(change->password,
		     edit_after(change, "sAMAccountName"),
		     edit_after(change, "displayName")))
		why = "the password has the account's name, or a part of the "
		      "person's, in it";
	if (why == NULL)
		return true;
	task_refuse(task, DIRECTORY_BAD_PASSWORD, "%s", why);
	return false;
}

/* --- a change ------------------------------------------------------------- */

static bool check_anchor(struct task *task)
{
	if (task->change->verb == DIRECTORY_CREATE ||
	    (task->change->anchor != NULL && guid_valid(task->change->anchor)))
		return true;
	task_refuse(task, DIRECTORY_NO_ENTRY,
	    "its anchor is none of Active Directory's");
	return false;
}

static bool check_text(struct task *task, const char *password)
{
	if (password == NULL ||
	    (password[0] != '\0' && utf8_valid(password, strlen(password))))
		return true;
	task_refuse(task, DIRECTORY_BAD_PASSWORD, "the password is empty");
	return false;
}

bool check_change(struct task *task)
{
	const struct directory_change *change = task->change;
	bool creates = change->verb == DIRECTORY_CREATE;
	bool names =
	    creates || change->verb == DIRECTORY_RENAME || change->name != NULL;
	bool places =
	    creates || change->verb == DIRECTORY_MOVE || change->place != NULL;

	if (!check_anchor(task) || !check_text(task, change->password) ||
	    (names && !check_name(task, change->name)) ||
	    (places &&
		!check_place(task, change->place != NULL ? change->place : "")))
		return false;
	for (int i = 0; i < change->edit_count; i++)
		if (!check_edit(task, &change->edits[i]))
			return false;
	if (change->verb == DIRECTORY_SET_PASSWORD && change->password == NULL)
		return refuse(task, "password", "is missing");
	return true;
}
