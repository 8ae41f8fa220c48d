/* Where other threads leave things for a loop: answers, and what to do. */
#include "edge.h"

#include <stdint.h>
#include <unistd.h>

struct mailbox {
	pthread_mutex_t lock;
	int wake; /* an eventfd of the loop's */
	struct mail mail;
	struct request *last;
	size_t lent; /* requests that workers have */
	bool abandoned;
};

struct mailbox *mailbox_new(int wake)
{
	struct mailbox *mailbox = memory_new(sizeof(*mailbox));

	mailbox->wake = wake;
	pthread_mutex_init(&mailbox->lock, NULL);
	return mailbox;
}

static void mailbox_free(struct mailbox *mailbox)
{
	pthread_mutex_destroy(&mailbox->lock);
	memory_free(mailbox);
}

/* A request that came back to nobody. */
static void request_free(struct request *rq)
{
	struct exchange *exchange = rq->edge;

	buf_free(&exchange->bytes);
	buf_free(&rq->reply);
	arena_free(rq->arena);
}

/* The eventfd stays readable however often it is written. */
static void wake_loop(struct mailbox *mailbox)
{
	const uint64_t one = 1;

	if (write(mailbox->wake, &one, sizeof(one)) < 0)
		return;
}

void mailbox_lend(struct mailbox *mailbox)
{
	pthread_mutex_lock(&mailbox->lock);
	mailbox->lent++;
	pthread_mutex_unlock(&mailbox->lock);
}

void mailbox_unlend(struct mailbox *mailbox)
{
	pthread_mutex_lock(&mailbox->lock);
	mailbox->lent--;
	pthread_mutex_unlock(&mailbox->lock);
}

void mailbox_ask_close(struct mailbox *mailbox, int64_t until)
{
	pthread_mutex_lock(&mailbox->lock);
	mailbox->mail.close = true;
	mailbox->mail.until = until;
	wake_loop(mailbox);
	pthread_mutex_unlock(&mailbox->lock);
}

void mailbox_ask_tls(struct mailbox *mailbox, struct ssl_ctx_st *tls)
{
	struct ssl_ctx_st *unread;

	tls_share(tls);
	pthread_mutex_lock(&mailbox->lock);
	unread = mailbox->mail.tls;
	mailbox->mail.tls = tls;
	wake_loop(mailbox);
	pthread_mutex_unlock(&mailbox->lock);
	tls_close(unread);
}

static void take_mail(struct mailbox *mailbox, struct mail *mail)
{
	*mail = mailbox->mail;
	mailbox->mail.answers = NULL;
	mailbox->mail.tls = NULL;
	mailbox->last = NULL;
	for (struct request *rq = mail->answers; rq != NULL; rq = rq->next)
		mailbox->lent--;
}

void mailbox_empty(struct mailbox *mailbox, struct mail *mail)
{
	pthread_mutex_lock(&mailbox->lock);
	take_mail(mailbox, mail);
	pthread_mutex_unlock(&mailbox->lock);
}

void mailbox_abandon(struct mailbox *mailbox)
{
	struct mail mail;
	bool last;

	pthread_mutex_lock(&mailbox->lock);
	take_mail(mailbox, &mail);
	mailbox->abandoned = true;
	last = mailbox->lent == 0;
	pthread_mutex_unlock(&mailbox->lock);
	tls_close(mail.tls);
	while (mail.answers != NULL) {
		struct request *next = mail.answers->next;

		request_free(mail.answers);
		mail.answers = next;
	}
	if (last)
		mailbox_free(mailbox);
}

static void enqueue(struct mailbox *mailbox, struct request *rq)
{
	rq->next = NULL;
	if (mailbox->last == NULL) {
		mailbox->mail.answers = rq;
		wake_loop(mailbox);
	} else {
		mailbox->last->next = rq;
	}
	mailbox->last = rq;
}

void loop_take_back(struct request *rq)
{
	struct exchange *exchange = rq->edge;
	struct mailbox *mailbox = exchange->mailbox;
	bool abandoned, last = false;

	if (rq->err.fault == FAULT_NONE)
		reply_compress(rq);
	pthread_mutex_lock(&mailbox->lock);
	abandoned = mailbox->abandoned;
	if (abandoned)
		last = --mailbox->lent == 0;
	else
		enqueue(mailbox, rq);
	pthread_mutex_unlock(&mailbox->lock);
	if (abandoned)
		request_free(rq);
	if (last)
		mailbox_free(mailbox);
}
