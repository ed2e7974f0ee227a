#include "base/progress.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { BAR_WIDTH = 24, NARROW_BAR_WIDTH = 8 };

double progress_clock(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void progress_start(struct progress *progress, const char *part, const char *unit, uint64_t total)
{
	*progress = (struct progress){.stream = progress->stream,
		.tool = progress->tool,
		.total = total,
		.started = progress_clock(),
		.parts = progress->parts};
	progress->parts.count = 0;
	text_printable(progress->part, sizeof progress->part, part);
	snprintf(progress->unit, sizeof progress->unit, "%s", unit);
	progress->terminal = progress->stream && isatty(fileno(progress->stream));
	progress->last_drawn = progress->terminal ? 0 : progress->started;
}

void progress_number(struct progress *progress, int part, int count)
{
	struct progress_parts *parts = &progress->parts;
	if (parts->first == 0 || part <= parts->part) {
		parts->first = part;
		parts->started = progress->started;
	}
	parts->part = part;
	parts->count = count;
}

/* By the variables that setlocale would look at. */
bool progress_is_utf8(const struct progress *progress)
{
	static const char *const variables[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	const char *locale = NULL;
	if (!progress->terminal)
		return false;
	for (int i = 0; i < 3 && !(locale && *locale); i++)
		locale = getenv(variables[i]);
	return locale && (strcasestr(locale, ".UTF-8") || strcasestr(locale, ".utf8"));
}

void progress_clear(struct progress *progress)
{
	if (progress->stream && progress->terminal) {
		fputs("\r\033[K", progress->stream);
		progress->last_drawn = 0;
	}
}

static void write_label(FILE *stream, const struct progress *progress)
{
	fprintf(stream, "%s%s%s", progress->tool, *progress->part ? ": " : "", progress->part);
}

static void write_rate(FILE *stream, uint64_t done, double seconds)
{
	double rate = seconds > 0 ? (double)done / seconds : 0;
	fprintf(stream, " %.*f/s", rate < 10 ? 1 : 0, rate);
}

static void write_count(FILE *stream, const struct progress *progress, uint64_t done,
	double seconds)
{
	fprintf(stream, " %llu", (unsigned long long)done);
	if (progress->total)
		fprintf(stream, "/%llu", (unsigned long long)progress->total);
	bool one = (progress->total ? progress->total : done) == 1;
	int length = (int)strlen(progress->unit) - one; /* without the plural s */
	fprintf(stream, " %.*s,", length, progress->unit);
	write_rate(stream, done, seconds);
}

static void write_note(FILE *stream, const char *note)
{
	char shown[256];
	fprintf(stream, "%s%s", *note ? ", " : "", text_printable(shown, sizeof shown, note));
}

static void write_bar(FILE *stream, const struct progress *progress, uint64_t done, uint64_t width)
{
	uint64_t full = done >= progress->total ? width : done * width / progress->total;
	fputs(" [", stream);
	for (uint64_t i = 0; i < width; i++)
		fputc(i < full ? '=' : i == full ? '>' : ' ', stream);
	fputc(']', stream);
}

/* Bytes of a line that fit on the terminal: a wrapped line can't be redrawn. */
static int bytes_that_fit(const struct progress *progress, const char *line)
{
	struct winsize size;
	bool known = ioctl(fileno(progress->stream), TIOCGWINSZ, &size) == 0 && size.ws_col;
	int columns = known ? size.ws_col : 80, bytes = 0;
	for (; line[bytes] && columns > 0; bytes++)
		columns -= (line[bytes + 1] & 0xC0) != 0x80;
	return bytes;
}

/* What is left of the part, and of all parts where they are numbered. */
static void write_time_left(FILE *stream, const struct progress *progress, uint64_t done,
	double now)
{
	const struct progress_parts *parts = &progress->parts;
	if (done == 0 || progress->total <= done)
		return;
	double share = (double)done / (double)progress->total;
	char left[32];
	fprintf(stream, ", %s",
		text_duration(left, sizeof left, (now - progress->started) * (1 - share) / share));
	if (parts->count > 1) {
		double past = parts->part - parts->first + share,
		       rest = parts->count - parts->part + 1 - share;
		fprintf(stream, " of %s",
			text_duration(left, sizeof left, (now - parts->started) * rest / past));
	}
	fputs(" left", stream);
}

static void write_update(FILE *stream, const struct progress *progress, uint64_t done, double now,
	const char *note, bool is_narrow)
{
	write_label(stream, progress);
	if (progress->terminal && progress->total)
		write_bar(stream, progress, done, is_narrow ? NARROW_BAR_WIDTH : BAR_WIDTH);
	else
		fputc(':', stream);
	if (is_narrow)
		write_rate(stream, done, now - progress->started);
	else
		write_count(stream, progress, done, now - progress->started);
	write_time_left(stream, progress, done, now);
	write_note(stream, note);
}

/* The line of an update; the caller's to free. NULL without memory. */
static char *update_line(const struct progress *progress, uint64_t done, double now,
	const char *note, bool is_narrow)
{
	char *line = NULL;
	size_t length;
	FILE *stream = open_memstream(&line, &length);
	if (!stream)
		return NULL;
	write_update(stream, progress, done, now, note, is_narrow);
	if (fclose(stream) == 0)
		return line;
	free(line);
	return NULL;
}

void progress_update(struct progress *progress, uint64_t done, const char *note)
{
	if (!progress->stream)
		return;
	double now = progress_clock();
	if (now - progress->last_drawn < (progress->terminal ? 0.1 : 10))
		return;
	progress->last_drawn = now;
	char *line = update_line(progress, done, now, note, false);
	if (line && progress->terminal && progress->total && line[bytes_that_fit(progress, line)]) {
		free(line);
		line = update_line(progress, done, now, note, true);
	}
	if (line && progress->terminal)
		fprintf(progress->stream, "\r\033[K%.*s", bytes_that_fit(progress, line), line);
	else if (line)
		fprintf(progress->stream, "%s\n", line);
	fflush(progress->stream);
	free(line);
}

void progress_finish(struct progress *progress, uint64_t done, const char *note)
{
	if (!progress->stream)
		return;
	double seconds = progress_clock() - progress->started;
	fputs(progress->terminal ? "\r\033[K" : "", progress->stream);
	write_label(progress->stream, progress);
	fputc(':', progress->stream);
	write_count(progress->stream, progress, done, seconds);
	fprintf(progress->stream, ", %.1f s", seconds);
	write_note(progress->stream, note);
	fputc('\n', progress->stream);
	fflush(progress->stream);
}
