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
	is_text(shown, "\r\033[Kscrape-images [======>                 ]",
		"a line is truncated to the width of the terminal");
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

int main(void)
{
	on_terminal();
	elsewhere();
	return done();
}
