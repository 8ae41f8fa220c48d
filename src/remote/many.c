/* Several questions to one server at a time. */
#include "homeroom/remote.h"
#include "remote.h"

/* A connection, and the question that is on its way there. */
struct line {
	struct remote *remote;
	struct hearing hearing;
	void *about; /* NULL: it rests */
};

struct remotes {
	CURLM *multi;
	struct line *lines;
	int count;
};

struct remotes *remotes_new(const struct remote_account *account, int count)
{
	struct remotes *remotes = memory_new(sizeof(*remotes));

	remotes->count = count;
	remotes->lines = memory_new((size_t)count * sizeof(*remotes->lines));
	for (int i = 0; i < count; i++)
		remotes->lines[i].remote = remote_new(account);
	remotes->multi = curl_multi_init();
	return remotes;
}

static void end_line(struct remotes *remotes, struct line *line)
{
	struct err ignored = { 0 };

	if (line->about != NULL) {
		curl_multi_remove_handle(remotes->multi, line->remote->curl);
		(void)!hearing_end(&line->hearing, line->remote,
		    CURLE_ABORTED_BY_CALLBACK, &ignored);
	}
	remote_free(line->remote);
}

void remotes_free(struct remotes *remotes)
{
	if (remotes == NULL)
		return;
	for (int i = 0; i < remotes->count; i++)
		end_line(remotes, &remotes->lines[i]);
	curl_multi_cleanup(remotes->multi);
	memory_free(remotes->lines);
	memory_free(remotes);
}

static struct line *find_line(struct remotes *remotes, const void *about,
    const CURL *curl)
{
	for (int i = 0; i < remotes->count; i++)
		if (curl != NULL ? remotes->lines[i].remote->curl == curl
				 : remotes->lines[i].about == about)
			return &remotes->lines[i];
	return NULL;
}

bool remotes_ask(struct remotes *remotes, struct arena *arena,
    const struct remote_request *request, void *about, struct err *err)
{
	struct line *line = find_line(remotes, NULL, NULL);
	struct err ignored = { 0 };

	if (line == NULL || remotes->multi == NULL)
		return fail(err, FAULT_INTERNAL,
		    "there is no connection for one more question");
	line->hearing = (struct hearing){ .arena = arena };
	if (!hearing_begin(&line->hearing, line->remote, request, err)) {
		(void)!hearing_end(&line->hearing, line->remote,
		    CURLE_FAILED_INIT, &ignored);
		return false;
	}
	line->about = about;
	curl_multi_add_handle(remotes->multi, line->remote->curl);
	return true;
}

/* One that is done, if any. */
static bool take_reply(struct remotes *remotes, struct remote_reply *reply)
{
	const CURLMsg *message;
	struct line *line;
	int more;

	do
		message = curl_multi_info_read(remotes->multi, &more);
	while (message != NULL && message->msg != CURLMSG_DONE);
	if (message == NULL)
		return false;
	line = find_line(remotes, NULL, message->easy_handle);
	reply->about = line->about;
	(void)!hearing_end(&line->hearing, line->remote, message->data.result,
	    &reply->failed);
	reply->answer = line->hearing.answer;
	curl_multi_remove_handle(remotes->multi, line->remote->curl);
	line->about = NULL;
	return true;
}

bool remotes_wait(struct remotes *remotes, int ms, struct remote_reply *reply,
    struct err *err)
{
	int64_t until = clock_tick() + ms;
	int running;

	*reply = (struct remote_reply){ 0 };
	for (;;) {
		int64_t left = until - clock_tick();

		if (curl_multi_perform(remotes->multi, &running) != CURLM_OK)
			return fail(err, FAULT_INTERNAL,
			    "libcurl does not go on");
		if (take_reply(remotes, reply) || left <= 0)
			return true;
		curl_multi_poll(remotes->multi, NULL, 0, (int)left, NULL);
	}
}
