/* What is in a folder of an SFTP server. */
#include "homeroom/remote.h"
#include "remote.h"

#include <stdlib.h>
#include <string.h>

#define LISTING_MAX (8 << 20)

struct listing {
	struct buf text;
	bool too_large;
};

static size_t hear(char *data, size_t size, size_t count, void *context)
{
	struct listing *listing = context;

	if (size * count > LISTING_MAX - listing->text.len) {
		listing->too_large = true;
		return 0;
	}
	buf_add(&listing->text, data, size * count);
	return size * count;
}

/* A word of the line, and the spaces behind it. */
static struct text take_word(struct text *line)
{
	struct text word = *line;

	word.len = 0;
	while (line->len > 0 && *line->at != ' ') {
		word.len++;
		line->at++;
		line->len--;
	}
	while (line->len > 0 && *line->at == ' ') {
		line->at++;
		line->len--;
	}
	return word;
}

/* As `ls -l` writes it, which is how servers of SFTP 3 do: rights, links,
 * owner, group, size, month, day, time or year, name. A link says where it
 * leads behind its name; any other name with a slash leads out of the folder.
 */
static bool read_line(struct arena *arena, struct text line,
    struct remote_file *file)
{
	struct text rights = take_word(&line), size = { 0 };

	for (int i = 0; i < 4; i++)
		size = take_word(&line);
	for (int i = 0; i < 3; i++)
		take_word(&line);
	if (rights.len < 10 || line.len == 0 ||
	    !text_integer(size, 0, INT64_MAX, &file->size) ||
	    (*rights.at != 'l' && memchr(line.at, '/', line.len) != NULL))
		return false;
	file->name = arena_textn(arena, line.at, line.len);
	file->other = *rights.at != '-';
	return true;
}

static int by_name(const void *a, const void *b)
{
	const struct remote_file *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static bool is_dot(const char *name)
{
	return strcmp(name, ".") == 0 || strcmp(name, "..") == 0;
}

static bool read_listing(struct arena *arena, struct text text,
    struct remote_file *files, int *count, struct err *err)
{
	while (text.len > 0) {
		const char *end = memchr(text.at, '\n', text.len);
		size_t len = end != NULL ? (size_t)(end - text.at) : text.len;

		if (len > 0 && *count == REMOTE_FILES_MAX)
			return fail(err, FAULT_TOO_LARGE,
			    "the folder has more than %d files",
			    REMOTE_FILES_MAX);
		if (len > 0 && !read_line(arena, (struct text){ text.at, len },
				   &files[*count]))
			return fail(err, FAULT_IO,
			    "the server lists its folder in a way of its own");
		if (len > 0 && !is_dot(files[*count].name))
			(*count)++;
		len += end != NULL;
		text = (struct text){ text.at + len, text.len - len };
	}
	return true;
}

bool remote_list(struct remote *remote, struct arena *arena, const char *url,
    const struct remote_file **files, int *count, struct err *err)
{
	struct listing listing = { 0 };
	struct remote_file *list =
	    arena_alloc(arena, REMOTE_FILES_MAX * sizeof(*list));
	bool done = remote_prepare(remote, url, err);

	*count = 0;
	if (done) {
		curl_easy_setopt(remote->curl, CURLOPT_WRITEFUNCTION, hear);
		curl_easy_setopt(remote->curl, CURLOPT_WRITEDATA, &listing);
		done = remote_perform(remote, err) &&
		       read_listing(arena,
			   (struct text){ listing.text.data, listing.text.len },
			   list, count, err);
	}
	if (listing.too_large) {
		*err = (struct err){ 0 };
		done = fail(err, FAULT_TOO_LARGE,
		    "the list of the folder is too long");
	}
	buf_free(&listing.text);
	qsort(list, (size_t)*count, sizeof(*list), by_name);
	*files = list;
	return done;
}
