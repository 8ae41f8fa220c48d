/* Progress of long work: a bar on a terminal, plain lines otherwise. */
#include "cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define BAR_PLACES 30
#define BAR_EVERY 100   /* milliseconds */
#define LINE_EVERY 5000 /* milliseconds */

static void show_bar(const struct progress *p)
{
	static const char full[] = "##############################";
	int places = (int)(p->done * BAR_PLACES / p->total);

	fprintf(stderr, "\r%s [%-*.*s] %3d%% %" PRId64 "/%" PRId64, p->what,
	    BAR_PLACES, places, full, (int)(p->done * 100 / p->total), p->done,
	    p->total);
}

static void show(const struct progress *p)
{
	if (p->terminal && p->total > 0)
		show_bar(p);
	else if (p->terminal)
		fprintf(stderr, "\r%s %" PRId64, p->what, p->done);
	else if (p->total > 0)
		fprintf(stderr, "%s: %" PRId64 " of %" PRId64 "\n", p->what,
		    p->done, p->total);
	else
		fprintf(stderr, "%s: %" PRId64 "\n", p->what, p->done);
}

void progress_begin(struct progress *progress, const char *what)
{
	*progress = (struct progress){
		.what = what,
		.terminal = isatty(STDERR_FILENO) == 1,
		.shown = clock_tick(),
	};
}

void progress_step(struct progress *progress, int64_t done, int64_t total)
{
	int64_t now = clock_tick();

	progress->total = total;
	progress->done = total > 0 && done > total ? total : done;
	if (now - progress->shown <
	    (progress->terminal ? BAR_EVERY : LINE_EVERY))
		return;
	progress->shown = now;
	show(progress);
}

void progress_end(struct progress *progress)
{
	if (progress->done == 0 && progress->total == 0)
		return;
	show(progress);
	if (progress->terminal)
		fputc('\n', stderr);
}
