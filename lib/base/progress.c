#include "base/progress.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 24 };

double progress_clock(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void progress_start(struct progress *progress, const char *part, const char *unit, uint64_t total)
{
	*progress = (struct progress){.stream = progress->stream, .tool = progress->tool, .total = total,
		.started = progress_clock()};
	snprintf(progress->part, sizeof progress->part, "%s", part);
	snprintf(progress->unit, sizeof progress->unit, "%s", unit);
	progress->terminal = progress->stream && isatty(fileno(progress->stream));
	progress->last_drawn = progress->terminal ? 0 : progress->started;
}

void progress_clear(struct progress *progress)
{
	if (progress->stream && progress->terminal) {
		fputs("\r\033[K", progress->stream);
		progress->last_drawn = 0;
	}
}

static void write_label(const struct progress *progress)
{
	fprintf(progress->stream, "%s%s%s%s", progress->terminal ? "\r\033[K" : "", progress->tool,
		*progress->part ? ": " : "", progress->part);
}

static void write_count(const struct progress *progress, uint64_t done, double seconds)
{
	FILE *stream = progress->stream;
	fprintf(stream, " %llu", (unsigned long long)done);
	if (progress->total)
		fprintf(stream, "/%llu", (unsigned long long)progress->total);
	double rate = seconds > 0 ? (double)done / seconds : 0;
	bool one = (progress->total ? progress->total : done) == 1;
	int length = (int)strlen(progress->unit) - one; /* without its s */
	fprintf(stream, " %.*s, %.*f/s", length, progress->unit, rate < 10 ? 1 : 0, rate);
}

static void write_bar(const struct progress *progress, uint64_t done)
{
	uint64_t full = done >= progress->total ? BAR_WIDTH : done * BAR_WIDTH / progress->total;
	fputs(" [", progress->stream);
	for (uint64_t i = 0; i < BAR_WIDTH; i++)
		fputc(i < full ? '=' : i == full ? '>' : ' ', progress->stream);
	fputc(']', progress->stream);
}

void progress_update(struct progress *progress, uint64_t done, const char *note)
{
	if (!progress->stream)
		return;
	double now = progress_clock();
	if (now - progress->last_drawn < (progress->terminal ? 0.1 : 10))
		return;
	progress->last_drawn = now;
	double seconds = now - progress->started;
	write_label(progress);
	if (progress->terminal && progress->total)
		write_bar(progress, done);
	else
		fputc(':', progress->stream);
	write_count(progress, done, seconds);
	if (progress->total > done && done > 0)
		fprintf(progress->stream, ", %.0f s left", seconds * (double)(progress->total - done) / (double)done);
	fprintf(progress->stream, "%s%s%s", *note ? ", " : "", note, progress->terminal ? "" : "\n");
	fflush(progress->stream);
}

void progress_finish(struct progress *progress, uint64_t done, const char *note)
{
	if (!progress->stream)
		return;
	double seconds = progress_clock() - progress->started;
	write_label(progress);
	fputc(':', progress->stream);
	write_count(progress, done, seconds);
	fprintf(progress->stream, ", %.1f s%s%s\n", seconds, *note ? ", " : "", note);
	fflush(progress->stream);
}
