/* Lines of files with any line ends, and of a pipe without blocking. */
#include "scrape/line_reader.h"
#include "tap.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char path[200];

static void write_bytes(const char *bytes, size_t size)
{
	FILE *stream = fopen(path, "we");
	ok(stream && fwrite(bytes, 1, size, stream) == size && fclose(stream) == 0,
		"%zu bytes are written", size);
}

/* All lines of a file, each in brackets. */
static const char *read_all(void)
{
	static char text[2000];
	struct line_reader *reader;
	char *line;
	int result = line_reader_open(&reader, path, NULL);
	*text = 0;
	while (result == 0 && line_reader_next(reader, false, &line, NULL) == LINES_LINE)
		snprintf(text + strlen(text), sizeof text - strlen(text), "%d[%s]", reader->number,
			line);
	line_reader_close(reader);
	return text;
}

static void files(void)
{
	write_bytes("", 0);
	is_text(read_all(), "", "no line in an empty file");
	write_bytes("\n", 1);
	is_text(read_all(), "1[]", "an empty one");
	write_bytes("a\n\nbc\n", 6);
	is_text(read_all(), "1[a]2[]3[bc]", "three");
	write_bytes("a\r\nb", 4);
	is_text(read_all(), "1[a]2[b]", "the last without a newline");
	write_bytes("\xEF\xBB\xBF"
		    "a\r\n\r\nb\r",
		10);
	is_text(read_all(), "1[a]2[]3[b]", "with a byte order mark and CR LF");
	write_bytes("a\0b\nc\n", 6);
	is_text(read_all(), "1[a]2[c]", "a NUL ends its line");
}

/* Results of reading lines of `length` bytes, five and a last one without a newline. */
static void long_lines(size_t length, int expected)
{
	static char text[6 * (LINES_LENGTH_MAXIMUM + 2)];
	struct line_reader *reader;
	struct error error = {0};
	char *line;
	int count = 0, result = LINES_END;
	memset(text, 'a', sizeof text);
	for (int i = 1; i < 6; i++)
		text[(size_t)i * (length + 1) - 1] = '\n';
	write_bytes(text, 6 * (length + 1) - 1);
	ok(line_reader_open(&reader, path, &error) == 0, "opened");
	while ((result = line_reader_next(reader, false, &line, &error)) == LINES_LINE &&
		strlen(line) == length)
		count++;
	is_integer(count, expected, "lines of a length");
	is_integer(result, expected ? LINES_END : -1, "and the end");
	if (!expected)
		is_text(error.reason, "line 1 is longer than 16383 bytes", "says why");
	line_reader_close(reader);
}

static void ignore_signal(int number)
{
	(void)number;
}

static void pipes(void)
{
	struct line_reader *reader = NULL;
	struct sigaction action = {.sa_handler = ignore_signal};
	char *line;
	unlink(path);
	ok(mkfifo(path, 0600) == 0, "a pipe");
	int end = open(path, O_RDWR | O_CLOEXEC);
	ok(end >= 0 && line_reader_open(&reader, path, NULL) == 0, "opened");
	is_integer(line_reader_next(reader, false, &line, NULL), LINES_WOULD_BLOCK, "nothing yet");
	ok(write(end, "one\ntw", 6) == 6, "a line and a half");
	ok(line_reader_next(reader, false, &line, NULL) == LINES_LINE && strcmp(line, "one") == 0,
		"the complete line is read");
	is_integer(line_reader_next(reader, false, &line, NULL), LINES_WOULD_BLOCK,
		"the incomplete one is not");
	ok(write(end, "o\nthree", 7) == 7, "its rest, and more");
	ok(line_reader_next(reader, true, &line, NULL) == LINES_LINE && strcmp(line, "two") == 0,
		"now it is complete");
	sigaction(SIGALRM, &action, NULL);
	alarm(1);
	is_integer(line_reader_next(reader, true, &line, NULL), LINES_WOULD_BLOCK,
		"a signal ends the wait");
	line_reader_close(reader);
	close(end);
	unlink(path);
}

static void refused(void)
{
	struct line_reader *reader;
	struct error error;
	ok(line_reader_open(&reader, path, &error) == -1 && !reader, "missing: %s", error.reason);
	ok(line_reader_open(&reader, scratch(), &error) == -1 && !reader, "a folder: %s",
		error.reason);
	is_text(error.reason, "is a folder", "says why");
}

int main(void)
{
	snprintf(path, sizeof path, "%s/lines", scratch());
	files();
	long_lines(LINES_LENGTH_MAXIMUM, 6);
	long_lines(LINES_LENGTH_MAXIMUM + 1, 0);
	pipes();
	refused();
	return done();
}
