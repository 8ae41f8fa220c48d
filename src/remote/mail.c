/* Mail, by SMTP. */
#include "homeroom/remote.h"
#include "remote.h"

#include <string.h>

/* A message on its way, and what the server said of it. */
struct sending {
	struct remote *remote;
	struct text left;
	int refused; /* recipients */
	bool body;   /* it wants the message: no recipient comes any more */
};

static size_t give_more(char *out, size_t size, size_t count, void *context)
{
	struct sending *sending = context;
	size_t len = size * count;

	sending->body = true;
	if (len > sending->left.len)
		len = sending->left.len;
	memcpy(out, sending->left.at, len);
	sending->left.at += len;
	sending->left.len -= len;
	/* It may deliver what it has whole: whether it did is worth a wait. */
	if (len == 0)
		sending->remote->account.stop = NULL;
	return len;
}

/* Its replies come as headers. Before the message, a 55x is about a recipient:
 * what else is refused ends the conversation. */
static size_t hear_reply(char *data, size_t size, size_t count, void *context)
{
	struct sending *sending = context;

	if (size * count > 3 && data[0] == '5' && data[1] == '5' &&
	    !sending->body)
		sending->refused++;
	return size * count;
}

/* What its last reply means, if it was one: 4xx passes, 5xx does not. */
static bool explain(const struct remote *remote, CURLcode code, struct err *err)
{
	long reply = 0;

	curl_easy_getinfo(remote->curl, CURLINFO_RESPONSE_CODE, &reply);
	if (code == CURLE_OK || code == CURLE_LOGIN_DENIED || reply < 400 ||
	    reply > 599)
		return remote_outcome(remote, code, err);
	return fail(err, reply < 500 ? FAULT_UNAVAILABLE : FAULT_REFUSED,
	    reply < 500 ? "the mail server will not have it now: %ld"
			: "the mail server refused it: %ld",
	    reply);
}

static void prepare(struct remote *remote, const struct remote_mail *mail,
    struct sending *sending, struct curl_slist *to)
{
	CURL *curl = remote->curl;

	curl_easy_setopt(curl, CURLOPT_USE_SSL,
	    (long)(mail->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	curl_easy_setopt(curl, CURLOPT_MAIL_FROM, mail->from);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to);
	curl_easy_setopt(curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
	curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_more);
	curl_easy_setopt(curl, CURLOPT_READDATA, sending);
	curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
	curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE,
	    (curl_off_t)mail->message.len);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, hear_reply);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, sending);
}

bool remote_send(struct remote *remote, const struct remote_mail *mail,
    int *refused, struct err *err)
{
	struct sending sending = { .remote = remote, .left = mail->message };
	struct curl_slist *to = NULL;
	bool done;

	for (int i = 0; i < mail->to_count; i++)
		to = curl_slist_append(to, mail->to[i]);
	done = remote_prepare(remote, mail->url, err);
	if (done) {
		prepare(remote, mail, &sending, to);
		done = explain(remote, curl_easy_perform(remote->curl), err);
	}
	curl_slist_free_all(to);
	*refused = sending.refused;
	return done;
}
