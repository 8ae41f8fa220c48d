/* An account as it is to be made, all of it, in JSON. */
#include "sync.h"

#include <inttypes.h>

static void add_password(struct buf *out, const struct password_policy *policy)
{
	static const char *const words[] = {
		[PASSWORD_RANDOM] = "random",
		[PASSWORD_WORDS] = "words",
		[PASSWORD_PATTERN] = "pattern",
	};

	buf_printf(out,
	    ",\"password\":{\"kind\":\"%s\",\"length\":%" PRId64
	    ",\"words\":%" PRId64 ","
	    "\"change\":%s",
	    words[policy->kind], policy->length, policy->words,
	    policy->change ? "true" : "false");
	if (policy->file != NULL)
		json_pair(out, "file", text_of(policy->file));
	buf_char(out, '}');
}

void describe_made(const struct differing *x, struct buf *out)
{
	const struct desired *d = x->d;
	struct buf attributes = { 0 };

	json_pair(out, "name", d->name);
	json_pair(out, "place", text_of(scene_address(x->p, &d->place)));
	json_pair(out, "login", d->login);
	json_pair(out, "basis", d->basis);
	for (int i = 0; i < d->attribute_count; i++)
		if (d->attributes[i].count > 0)
			json_values(&attributes, d->attributes[i].name,
			    d->attributes[i].values, d->attributes[i].count);
	buf_printf(out, ",\"enabled\":%s,\"attributes\":{%s}",
	    d->enabled ? "true" : "false", buf_text(&attributes));
	add_password(out, &d->password);
	buf_free(&attributes);
}
