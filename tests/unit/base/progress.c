/* Progress: one line that is redrawn on a terminal and never wraps, plain lines elsewhere. */
#include "base/progress.h"
#include "tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS = 40, SHOWN = 4096 };

/* A terminal of COLUMNS columns: what is written to the stream is read from *master. NULL: there is
 * none. */
static FILE *open_terminal(int *master)
{
	struct winsize size = {.ws_row = 24, .ws_col = COLUMNS};
	*master = posix_openpt(O_RDWR | O_NOCTTY);
	if (*master < 0 || grantpt(*master) || unlockpt(*master) ||
		ioctl(*master, TIOCSWINSZ, &size))
		return NULL;
	return fopen(ptsname(*master), "w");
}

static void read_shown(int master, char shown[SHOWN])
{
	ssize_t size = read(master, shown, SHOWN - 1);
	shown[size > 0 ? size : 0] = 0;
}

static void on_terminal(void)
{
	int master;
	char shown[SHOWN];
	struct progress progress = {.stream = open_terminal(&master), .tool = "scrape-images"};
	if (!progress.stream) {
		ok(true, "# SKIP no terminal can be had");
		return;
	}
	progress_start(&progress, "", "new images", 400);
	progress_update(&progress, 100, "12 refused, 3 failed");
	read_shown(master, shown);
	const char *start = "\r\033[Kscrape-images [==>     ] ";
	ok(strncmp(shown, start, strlen(start)) == 0 && strlen(shown) == strlen("\r\033[K") + 40,
		"a line is shortened, and truncated to the width of the terminal: %s", shown + 4);
	progress_update(&progress, 101, "");
	progress_start(&progress, "caf\303\251", "images", 0);
	progress_update(&progress, 1, "\303\251t\303\251");
	read_shown(master, shown);
	ok(strncmp(shown, "\r\033[Kscrape-images: caf\303\251: 1 image, ", 35) == 0,
		"another line is drawn in its place: %s", shown + 4);
	ok(strstr(shown, "images") == strstr(shown, "scrape-images") + 7, "one image has no s");
	progress_clear(&progress);
	fflush(progress.stream);
	read_shown(master, shown);
	is_text(shown, "\r\033[K", "which can be cleared");
	fclose(progress.stream);
	close(master);
}

static void elsewhere(void)
{
	char *text = NULL;
	size_t size;
	struct progress progress = {.stream = tmpfile(), .tool = "augment"}, silent = {0};
	progress_start(&progress, "", "images", 4);
	progress_update(&progress, 2, "too early to be said");
	progress.last_drawn -= 11;
	progress_update(&progress, 2, "a note");
	progress_finish(&progress, 4, "done");
	rewind(progress.stream);
	FILE *copy = open_memstream(&text, &size);
	for (int c; copy && (c = getc(progress.stream)) != EOF;)
		fputc(c, copy);
	if (!ok(copy && fclose(copy) == 0, "read back"))
		return;
	ok(strncmp(text, "augment: 2/4 images, ", 21) == 0 &&
			strstr(text, ", a note\naugment: 4/4 images, ") && strstr(text, ", done\n"),
		"whole lines: %.21s", text);
	ok(!strchr(text, '\033') && !strchr(text, '\r') && !strstr(text, "early"),
		"without control characters, and not too often");
	free(text);
	fclose(progress.stream);
	progress_update(&silent, 1, "");
	progress_finish(&silent, 1, "");
	progress_clear(&silent);
}

/* What an update displays after 100 of 400 images, of part `part` of `count`, that took `seconds`,
 * when the run began `before` seconds before the part. */
static const char *update_of(struct progress *progress, int part, int count, double seconds,
	double before)
{
	static char line[256];
	rewind(progress->stream);
	progress_start(progress, "epoch", "images", 400);
	progress->started -= seconds;
	progress_number(progress, part, count);
	if (part > progress->parts.first)
		progress->parts.started = progress->started - before;
	progress->last_drawn -= 11;
	progress_update(progress, 100, "");
	rewind(progress->stream);
	char *end = fgets(line, sizeof line, progress->stream) ? strstr(line, "/s") : NULL;
	return end ? end : "nothing";
}

static void numbered_parts(void)
{
	struct progress progress = {.stream = tmpfile(), .tool = "cnn-train"};
	is_text(update_of(&progress, 1, 1, 10, 0), "/s, 30 s left\n",
		"a single part: its time alone");
	is_text(update_of(&progress, 1, 3, 10, 0), "/s, 30 s of 2 min left\n",
		"the first part of three: 30 + 2 * 40 seconds");
	is_text(update_of(&progress, 2, 3, 10, 50), "/s, 30 s of 84 s left\n",
		"the second after 50 seconds: (50 + 10) / 1.25 * 1.75");
	is_text(update_of(&progress, 3, 3, 10, 110), "/s, 30 s of 40 s left\n",
		"the last: with what comes after it");
	is_text(update_of(&progress, 4, 0, 10, 150), "/s, 30 s left\n",
		"their number is not known");
	is_text(update_of(&progress, 1, 3, 10, 0), "/s, 30 s of 2 min left\n",
		"another run begins again");
	progress.parts = (struct progress_parts){0};
	is_text(update_of(&progress, 8, 10, 10, 0), "/s, 30 s of 2 min left\n",
		"a resumed run counts from its first part: 30 + 2 * 40 seconds");
	is_text(update_of(&progress, 9, 10, 400, 1600), "/s, 20 min of 47 min left\n",
		"minutes: (1600 + 400) / 1.25 * 1.75");
	rewind(progress.stream);
	progress_start(&progress, "", "images", 400);
	progress.started -= 10;
	progress.last_drawn -= 11;
	progress_update(&progress, 100, "");
	rewind(progress.stream);
	char line[256];
	ok(fgets(line, sizeof line, progress.stream) && strstr(line, "30 s left\n"),
		"a part without number: its time alone");
	fclose(progress.stream);
}

static void character_set(void)
{
	static const struct {
		const char *all, *ctype, *lang;
		bool is_utf8;
	} cases[] = {{"", "", "de_DE.UTF-8", true}, {NULL, NULL, "en_US.utf8", true},
		{"C", "C.UTF-8", "C.UTF-8", false}, {NULL, "C.UTF-8", "C", true},
		{NULL, "de_DE", "C.UTF-8", false}, {"", "", "", false}, {NULL, NULL, NULL, false},
		{"sr_RS.UTF-8@latin", "C", "C", true}};
	static const char *const names[] = {"LC_ALL", "LC_CTYPE", "LANG"};
	struct progress progress = {.terminal = true}, file = {0};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const char *values[] = {cases[i].all, cases[i].ctype, cases[i].lang};
		for (int k = 0; k < 3; k++)
			if (values[k])
				setenv(names[k], values[k], 1);
			else
				unsetenv(names[k]);
		ok(progress_is_utf8(&progress) == cases[i].is_utf8, "UTF-8 by the environment: %s",
			cases[i].is_utf8 ? "yes" : "no");
		ok(!progress_is_utf8(&file), "  never elsewhere than on a terminal");
	}
}

int main(void)
{
	numbered_parts();
	character_set();
	on_terminal();
	elsewhere();
	return done();
}
