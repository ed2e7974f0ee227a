/* The manifest: rows are known to the next run, wherever a kill truncated the file, except those of
 * files not on disk. */
#include "base/file.h"
#include "scrape/manifest.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { ROWS = 3, BYTES = 100, HAMMING = 4 };

static char path[200], unsynced[200], image[FILE_NAME_SIZE], image_path[600];
static const char *const urls[ROWS] = {"http://h/a", "http://h/b\tc\n\033[31m",
	"http://h/\303\251\\"};
static const struct image_hash hash = {{1, 2, 3}, {0xfedcba9876543210, 1}, {0x0f0f0f0f0f0f0f0f, 2},
	0};

static struct manifest *open_manifest(void)
{
	struct manifest *manifest;
	struct error error;
	if (manifest_open(&manifest, scratch(), HAMMING, &error))
		note("%s: %s", error.object, error.reason);
	return manifest;
}

static void write_text(const char *where, const char *text, size_t size)
{
	FILE *stream = fopen(where, "we");
	ok(stream && fwrite(text, 1, size, stream) == size && fclose(stream) == 0, "%s is written",
		where);
}

static struct manifest_row row_of(int i)
{
	struct manifest_row row = {.class_name = "red shells",
		.file = i ? "" : image,
		.has_bytes = true,
		.has_hash = true,
		.hash = hash,
		.width = 80,
		.height = 90,
		.bytes = BYTES,
		.type = "png",
		.url = urls[i],
		.page = "",
		.site = "page",
		.query = "",
		.licence = "CC BY 4.0",
		.status = (enum manifest_status)i,
		.reason = i ? "why" : ""};
	digest_of(urls[i], strlen(urls[i]), row.digest);
	return row;
}

static void write_rows(void)
{
	struct manifest *manifest = open_manifest();
	int failed = 0;
	is_integer(manifest_should_fetch(manifest, urls[0], false, NULL), 1,
		"a new URL is fetched");
	is_integer(manifest_should_fetch(manifest, urls[0], false, NULL), 0, "once");
	is_integer(manifest_url_status(manifest, urls[0]), -1, "and has no row yet");
	for (int i = 0; i < ROWS; i++) {
		struct manifest_row row = row_of(i);
		failed |= manifest_add(manifest, &row, NULL);
	}
	ok(!failed, "three rows are written");
	is_integer(manifest_url_status(manifest, urls[1]), MANIFEST_REFUSED, "known at once");
	is_integer(manifest_should_fetch(manifest, urls[2], true, NULL), 0,
		"what failed in this run is not fetched again in it");
	ok(file_exists(unsynced), "until synced manifest.unsynced exists");
	ok(manifest_sync(manifest, NULL) == 0 && !file_exists(unsynced), "and is removed");
	manifest_close(manifest);
}

static void read_rows(void)
{
	struct manifest *manifest = open_manifest(), *second;
	struct error error;
	struct manifest_row row = row_of(0);
	struct image_hash other = hash;
	const struct duplicate_index *images = manifest_duplicate_index(manifest);
	for (int i = 0; i < ROWS; i++)
		is_integer(manifest_url_status(manifest, urls[i]), i,
			urls[i][9] == 'a' ? "accepted" : "URL with special characters");
	is_integer(manifest_url_status(manifest, "http://h/none"), -1, "what was not requested");
	is_integer(manifest_should_fetch(manifest, urls[0], true, NULL), 0,
		"what was accepted is not fetched again");
	is_integer(manifest_should_fetch(manifest, urls[1], false, NULL), 0,
		"nor what was refused");
	is_integer(manifest_should_fetch(manifest, urls[1], false, NULL), 0, "however often");
	is_integer(manifest_skipped_count(manifest), 1, "which is counted once");
	is_integer(manifest_should_fetch(manifest, urls[1], true, NULL), 1,
		"unless with retry_refused");
	is_integer(manifest_should_fetch(manifest, urls[2], false, NULL), 1,
		"what failed is fetched again");
	struct duplicate duplicate = duplicate_index_find(images, row.digest, &other);
	is_integer(duplicate.kind, DUPLICATE_BYTES, "accepted bytes are known");
	is_text(duplicate.name, image, "by their file");
	row = row_of(1);
	is_integer(duplicate_index_find(images, row.digest, &other).kind, DUPLICATE_PIXELS,
		"so are pixels");
	other.pixels[0]++;
	other.visual.perceptual ^= 5;
	is_integer(duplicate_index_find(images, row.digest, &other).kind, DUPLICATE_LOOK_ALIKE,
		"so are look-alikes");
	other.visual = hash.mirrored;
	other.mirrored = hash.visual;
	is_integer(duplicate_index_find(images, row.digest, &other).kind, DUPLICATE_MIRRORED,
		"mirrored too");
	other.visual.perceptual ^= 0xffff;
	is_integer(duplicate_index_find(images, row.digest, &other).kind, DUPLICATE_NONE,
		"others are not");
	is_integer(duplicate_index_count(images, "red shells"), 1,
		"images whose file exists are counted");
	ok(manifest_open(&second, scratch(), 0, &error) == -1 && !second,
		"locked for a second run: %s", error.reason);
	manifest_close(manifest);
}

static void check_row(int status, int count, enum duplicate_kind kind, const char *name)
{
	struct manifest *manifest = open_manifest();
	struct manifest_row row = row_of(0);
	is_integer(manifest_url_status(manifest, urls[0]), status, name);
	is_integer(duplicate_index_count(manifest_duplicate_index(manifest), "red shells"), count,
		"counted so");
	is_integer(duplicate_index_find(manifest_duplicate_index(manifest), row.digest, &hash).kind,
		kind, "as are its bytes");
	manifest_close(manifest);
}

static void missing_files(void)
{
	write_text(image_path, "short", 5);
	check_row(-1, 0, DUPLICATE_NONE, "a file of another size is unknown");
	unlink(image_path);
	check_row(MANIFEST_ACCEPTED, 0, DUPLICATE_BYTES, "a removed file is not fetched again");
	write_text(unsynced, "", 0);
	check_row(-1, 0, DUPLICATE_NONE, "a file not flushed to disk is unknown");
	unlink(unsynced);
}

/* A file without a row, left by a killed run, is removed; no other file is, whatever name
 * manifest.unsynced has. */
static void remove_unrecorded(void)
{
	static const char *const names[] = {"red shells/0123456789abcdef.png",
		"../red shells/0123456789abcdef.png", "red shells/0123456789ABCDEF.png",
		"red shells/.png", "manifest.tsv", "", NULL};
	char unrecorded[600], line[400];
	snprintf(unrecorded, sizeof unrecorded, "%s/%s", scratch(), names[0]);
	for (int i = 0; names[i]; i++) {
		write_text(unrecorded, "x", 1);
		snprintf(line, sizeof line, "%s\nrest of a longer name\n", names[i]);
		write_text(unsynced, line, strlen(line));
		manifest_close(open_manifest());
		ok(file_exists(unrecorded) == (i > 0) && file_exists(path), "a file and '%s'",
			names[i]);
	}
	snprintf(line, sizeof line, "%s\n", image);
	write_text(unsynced, line, strlen(line));
	manifest_close(open_manifest());
	ok(file_exists(image_path), "a file with a row stays");
	unlink(unsynced);
	unlink(unrecorded);
}

/* A power failure can leave zeros at the end. */
static void zeros_at_end(void)
{
	unsigned char *bytes;
	size_t size;
	struct manifest *manifest;
	struct error error;
	if (file_read(path, 1 << 20, &bytes, &size, NULL))
		return;
	char *extended = calloc(1, size + 100);
	memcpy(extended, bytes, size);
	write_text(path, extended, size + 100);
	check_row(MANIFEST_ACCEPTED, 1, DUPLICATE_BYTES,
		"with zeros at the end the previous rows are kept");
	extended[size + 99] = '\n';
	write_text(path, extended, size + 100);
	ok(manifest_open(&manifest, scratch(), HAMMING, &error) == -1,
		"with zeros in its middle it is refused");
	is_text(error.reason, "is not a line of a manifest", "says why");
	write_text(path, (char *)bytes, size);
	free(extended);
	free(bytes);
}

static void refuse(const char *text, const char *reason);

static void refuse_long(void)
{
	enum { LONG = 10 << 20 };
	size_t header = strlen(manifest_header);
	char *text = malloc(LONG + 1);
	memset(text, 'a', LONG);
	memcpy(text, manifest_header, header);
	text[LONG - 1] = '\n';
	text[LONG] = 0;
	refuse(text, "is not a line of a manifest");
	free(text);
}

static void refuse_pipe(void)
{
	struct manifest *manifest;
	struct error error;
	unlink(path);
	ok(mkfifo(path, 0600) == 0 && manifest_open(&manifest, scratch(), HAMMING, &error) == -1,
		"a pipe is no manifest");
	is_text(error.reason, "is not a regular file", "says why");
	unlink(path);
}

static void remove_unused(void)
{
	char folder[300], deep[400];
	struct manifest *manifest;
	struct manifest_row row = row_of(2);
	snprintf(folder, sizeof folder, "%s/new", scratch());
	snprintf(deep, sizeof deep, "%s//deep/", folder);
	ok(manifest_open(&manifest, deep, HAMMING, NULL) == 0 && file_is_folder(deep),
		"folders are made");
	manifest_close(manifest);
	ok(!file_exists(folder) && file_is_folder(scratch()), "and removed if they stay empty");
	ok(manifest_open(&manifest, deep, HAMMING, NULL) == 0 &&
			manifest_add(manifest, &row, NULL) == 0,
		"a row is added");
	manifest_close(manifest);
	ok(file_is_folder(deep), "then they are kept");
}

/* However a write was truncated, all complete rows are kept. */
static void truncated(void)
{
	unsigned char *bytes;
	size_t size;
	int wrong = 0;
	if (file_read(path, 1 << 20, &bytes, &size, NULL))
		return;
	const char *end = memchr(bytes, '\n', size);
	size_t header = (size_t)(end - (char *)bytes) + 1;
	for (size_t cut = 0; cut < size; cut++) {
		int whole = -1;
		for (size_t i = 0; i < cut; i++)
			whole += bytes[i] == '\n';
		FILE *stream = fopen(path, "we");
		fwrite(bytes, 1, cut, stream);
		fclose(stream);
		struct manifest *manifest = open_manifest();
		for (int i = 0; manifest && i < ROWS; i++)
			wrong += (manifest_url_status(manifest, urls[i]) >= 0) != (i < whole);
		wrong += !manifest;
		manifest_close(manifest);
		unsigned char *repaired = NULL;
		size_t healed_size = 0;
		bool gone = file_read(path, 1 << 20, &repaired, &healed_size, NULL) != 0;
		wrong += gone ? cut >= header
			      : healed_size < header || repaired[healed_size - 1] != '\n';
		free(repaired);
	}
	is_integer(wrong, 0,
		"truncated at every byte, complete rows are kept; without a complete header, "
		"nothing is");
	free(bytes);
}

static void refuse(const char *text, const char *reason)
{
	struct manifest *manifest;
	struct error error;
	write_text(path, text, strlen(text));
	ok(manifest_open(&manifest, scratch(), HAMMING, &error) == -1 && !manifest,
		"refused: %.60s", text);
	is_text(error.reason, reason, "says why");
}

static void refuse_line(const char *line, const char *reason)
{
	char text[2000];
	snprintf(text, sizeof text, "%s%s\n", manifest_header, line);
	refuse(text, reason);
}

int main(void)
{
	struct manifest_row row = row_of(0);
	char folder[300];
	snprintf(path, sizeof path, "%s/manifest.tsv", scratch());
	snprintf(unsynced, sizeof unsynced, "%s/manifest.unsynced", scratch());
	snprintf(folder, sizeof folder, "%s/red shells", scratch());
	duplicate_index_file_name(image, row.class_name, row.digest, IMAGE_PNG);
	snprintf(image_path, sizeof image_path, "%s/%s", scratch(), image);
	ok(file_make_folder(folder, NULL) == 0, "a folder");
	write_text(image_path, (char[BYTES]){0}, BYTES);
	write_rows();
	read_rows();
	missing_files();
	write_text(image_path, (char[BYTES]){0}, BYTES);
	remove_unrecorded();
	zeros_at_end();
	truncated();
	refuse_long();
	refuse_pipe();
	remove_unused();
	refuse("class\tfile\tsha256\twidth\theight\n",
		"has the columns of another version: use a new folder");
	snprintf(folder, sizeof folder, "%.*s\r\n", (int)strlen(manifest_header) - 1,
		manifest_header);
	refuse(folder, "its lines end in CR LF: another program has changed it");
	refuse("name,address\n", "not a manifest of this program");
	refuse_line("a\tb", "not 17 fields");
	refuse_line("a\t\t\t\t\t\t\t\t\tu\t\t\t\t\t\tpending\t", "an unknown status");
	refuse_line("a\t\t\t\t\t\t\t\\q\t\tu\t\t\t\t\t\tfailed\t", "an unknown escape");
	refuse_line("a\t\t12\t\t\t\t\t\t\tu\t\t\t\t\t\tfailed\t", "is not a SHA-256");
	refuse_line("a\t\t\t12\t\t\t\t\t\tu\t\t\t\t\t\tfailed\t", "is not an image hash");
	refuse_line("a\t\t\t0123456789abcdef0123456789abcdef\t0-0-0-"
		    "0\t\t\t\t\tu\t\t\t\t\t\tfailed\t",
		"is not an image hash");
	refuse_line("a\t\t\t\t\t65536\t\t\t\tu\t\t\t\t\t\tfailed\t", "is not a number");
	refuse_line("a\tf\t\t\t\t\t\t\t\tu\t\t\t\t\t\taccepted\t",
		"accepted, but without file and hashes");
	return done();
}
