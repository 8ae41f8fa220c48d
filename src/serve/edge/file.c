/* Answers that lie in a file: read and sent piece by piece, so that a slow
 * client holds one piece. */
#include "edge.h"

#include <errno.h>
#include <unistd.h>

#define PIECE ((size_t)64 * 1024)

static void release(void *object)
{
	struct reply_file *file = object;

	close(file->fd);
}

void reply_file(struct request *rq, int fd, int64_t at, int64_t len)
{
	struct reply_file *file = arena_alloc(rq->arena, sizeof(*file));

	*file = (struct reply_file){ .fd = fd, .at = at, .left = len };
	arena_defer(rq->arena, release, file);
	rq->file = file;
	buf_free(&rq->reply);
}

uint64_t reply_length(const struct request *rq)
{
	return rq->file != NULL ? (uint64_t)rq->file->left : rq->reply.len;
}

bool file_read(struct reply_file *file, struct buf *out)
{
	size_t most = file->left < (int64_t)PIECE ? (size_t)file->left : PIECE;
	ssize_t got;

	buf_reserve(out, PIECE);
	do
		got = pread(file->fd, out->data, most, file->at);
	while (got < 0 && errno == EINTR);
	if (got <= 0)
		return false;
	out->len = (size_t)got;
	file->at += got;
	file->left -= got;
	return true;
}
