/* Fields that a grant does not share. */
#include "publish.h"

#include <string.h>

static void withhold(struct withheld *out, struct text name)
{
	const char *dot = memchr(name.at, '.', name.len);
	const struct entity *entity;
	struct text field;

	if (dot == NULL)
		return;
	entity = entity_find((struct text){ name.at, (size_t)(dot - name.at) });
	field =
	    (struct text){ dot + 1, name.len - (size_t)(dot + 1 - name.at) };
	if (entity == NULL)
		return;
	for (int i = 0; entity->fields[i].meaning != NULL; i++)
		if (entity->fields[i].name != NULL &&
		    text_is(field, entity->fields[i].name))
			out->fields[entity->number] |= (uint64_t)1 << i;
}

void withheld_read(struct withheld *out, const char *names)
{
	*out = (struct withheld){ 0 };
	while (*names != '\0') {
		size_t len = strcspn(names, " ");

		withhold(out, (struct text){ names, len });
		names += len + (names[len] == ' ');
	}
}

bool withheld_has(const struct withheld *withheld, const struct entity *entity,
    const struct field *field)
{
	for (int i = 0; entity->fields[i].meaning != NULL; i++)
		if (entity->fields[i].column != NULL &&
		    strcmp(entity->fields[i].column, field->column) == 0 &&
		    (withheld->fields[entity->number] >> i & 1) != 0)
			return true;
	return false;
}
