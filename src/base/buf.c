/* Growing runs of bytes. */
#include "homeroom/base.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

void buf_free(struct buf *buf)
{
	memory_free(buf->data);
	*buf = (struct buf){ 0 };
}

void buf_grow(struct buf *buf, size_t more)
{
	size_t cap = buf->cap == 0 ? 64 : buf->cap;

	assert(more < SIZE_MAX / 4 && buf->len < SIZE_MAX / 4);
	while (cap - buf->len < more)
		cap *= 2;
	buf->data = memory_grow(buf->data, cap);
	buf->cap = cap;
}

void buf_puts(struct buf *buf, const char *text)
{
	buf_add(buf, text, strlen(text));
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list args;
	size_t room;
	int len;

	buf_reserve(buf, 64);
	room = buf->cap - buf->len;
	va_start(args, fmt);
	len = vsnprintf(buf->data + buf->len, room, fmt, args);
	va_end(args);
	assert(len >= 0);
	if ((size_t)len >= room) {
		buf_reserve(buf, (size_t)len + 1);
		va_start(args, fmt);
		vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, args);
		va_end(args);
	}
	buf->len += (size_t)len;
}

const char *buf_text(struct buf *buf)
{
	buf_reserve(buf, 1);
	buf->data[buf->len] = '\0';
	return buf->data;
}

char *buf_take(struct buf *buf, size_t *len)
{
	char *data;

	(void)buf_text(buf);
	data = buf->data;
	if (len != NULL)
		*len = buf->len;
	*buf = (struct buf){ 0 };
	return data;
}
