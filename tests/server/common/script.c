#include "script.h"

#include "base/text.h"
#include "picture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

struct player {
	int socket;
	const char *path, *origin;
	bool (*next)(int socket);
	bool ended;
};

char *script_find(const char *file, const char *name, int length)
{
	FILE *stream = fopen(file, "re");
	char *line = NULL, *script = NULL;
	size_t capacity = 0;
	ssize_t size;
	while (stream && !script && (size = getline(&line, &capacity, stream)) > 0)
		if (strncmp(line, name, (size_t)length) == 0 && line[length] == ' ') {
			line[strcspn(line, "\n")] = 0;
			script = strdup(line + length + 1);
		}
	free(line);
	if (stream)
		fclose(stream);
	return script;
}

static const char *play(struct player *player, FILE *out, const char *script);

/* ---- single bytes and pictures ---- */

static const char *play_escape(FILE *out, const char *escape)
{
	static const char names[] = "rnt0e\\", bytes[] = "\r\n\t\0\033\\";
	const char *found = *escape ? strchr(names, *escape) : NULL;
	if (found) {
		putc(bytes[found - names], out);
		return escape + 1;
	}
	int high = *escape == 'x' ? text_hexadecimal(escape[1]) : -1,
	    low = high < 0 ? -1 : text_hexadecimal(escape[2]);
	if (low >= 0)
		putc(high << 4 | low, out);
	return low < 0 ? escape : escape + 3;
}

static void play_picture(const struct player *player, FILE *out, size_t part)
{
	unsigned char *bytes;
	size_t size;
	make_picture(player->path, &bytes, &size);
	fwrite(bytes, 1, size / part, out);
	free(bytes);
}

/* connect() with AF_UNSPEC resets the connection. */
static void reset(struct player *player)
{
	struct sockaddr nobody = {.sa_family = AF_UNSPEC};
	connect(player->socket, &nobody, sizeof nobody);
	player->ended = true;
}

/* ---- blocks ---- */

/* Megabytes of one letter take no longer than to send them. */
static void repeat_plain(struct player *player, FILE *out, const char *unit, size_t size,
	long count)
{
	char many[1 << 14];
	long most = (long)(sizeof many / size);
	for (long i = 0; i < most; i++)
		memcpy(many + (size_t)i * size, unit, size);
	for (; count > 0 && !player->ended; count -= most)
		player->ended |=
			!fwrite(many, size * (size_t)(count < most ? count : most), 1, out);
}

static const char *play_repeated(struct player *player, FILE *out, const char *block)
{
	char *text;
	long count = strtol(block, &text, 10);
	const char *end = ++text;
	size_t plain = strcspn(text, "\\%");
	if (plain && plain < 1000 && strncmp(text + plain, "%}", 2) == 0) {
		repeat_plain(player, out, text, plain, count);
		return text + plain + 2;
	}
	while (count-- > 0 && !player->ended)
		end = play(player, out, text);
	return end;
}

static void write_gzip(FILE *out, char *bytes, size_t size)
{
	z_stream stream = {.next_in = (Bytef *)bytes, .avail_in = (uInt)size};
	uLong room = size + size / 1000 + 64;
	unsigned char *packed = malloc(room);
	stream.next_out = packed;
	stream.avail_out = (uInt)room;
	if (packed &&
		deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK) {
		deflate(&stream, Z_FINISH);
		fwrite(packed, 1, stream.total_out, out);
		deflateEnd(&stream);
	}
	free(packed);
}

/* A block whose size is sent before it. */
static const char *play_measured(struct player *player, FILE *out, char kind, const char *block)
{
	char *bytes = NULL;
	size_t size;
	FILE *inner = open_memstream(&bytes, &size);
	const char *end = inner ? play(player, inner, block) : block;
	if (!inner || fclose(inner))
		return end;
	if (kind == 'z') {
		write_gzip(out, bytes, size);
	} else {
		fprintf(out, kind == 'l' ? "Content-Length: %zu\r\n\r\n" : "%zx\r\n", size);
		fwrite(bytes, 1, size, out);
		fputs(kind == 'l' ? "" : "\r\n", out);
	}
	free(bytes);
	return end;
}

/* ---- the language ---- */

static void play_letter(struct player *player, FILE *out, char letter)
{
	switch (letter) {
	case 'S':
		fputs("HTTP/1.1 200 OK\r\n", out);
		break;
	case 'E':
		fputs("\r\n", out);
		break;
	case 'I':
	case 'H':
		play_picture(player, out, letter == 'H' ? 2 : 1);
		break;
	case 'O':
		fputs(player->origin, out);
		break;
	case 'W':
		player->ended |= fflush(out) != 0;
		usleep(100000);
		break;
	case 'N':
		player->ended |= fflush(out) != 0 || !player->next(player->socket);
		break;
	case 'R':
		fflush(out);
		reset(player);
		break;
	default:
		putc(letter, out);
	}
}

/* Plays up to "%}" or the end; returns the rest. */
static const char *play(struct player *player, FILE *out, const char *script)
{
	while (*script && !player->ended) {
		size_t plain = strcspn(script, "\\%");
		player->ended |= plain && fwrite(script, 1, plain, out) < plain;
		script += plain;
		if (*script == '\\')
			script = play_escape(out, script + 1);
		else if (!*script || script[1] == '}')
			return script + (*script ? 2 : 0);
		else if (script[1] && script[2] == '{')
			script = script[1] == '*'
				? play_repeated(player, out, script + 3)
				: play_measured(player, out, script[1], script + 3);
		else {
			play_letter(player, out, script[1]);
			script += script[1] ? 2 : 1;
		}
	}
	return script;
}

void script_play(const char *script, int socket, const char *path, const char *origin,
	bool next(int socket))
{
	struct player player = {socket, path, origin, next, false};
	FILE *out = fdopen(dup(socket), "w");
	if (!out)
		return;
	play(&player, out, script);
	fclose(out);
}
