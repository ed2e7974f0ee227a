/* The manifest: what was added is known to the next run, wherever a killed one cut its file. */
#include "base/file.h"
#include "scrape/manifest.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS = 3 };

static char path[200];
static const char *const urls[ROWS] = {"http://h/a", "http://h/b\tc\n\033[31m", "http://h/\303\251\\"};

static struct manifest *begin(void)
{
	struct manifest *manifest;
	struct error error;
	if (manifest_open(&manifest, scratch(), &error))
		note("%s: %s", error.object, error.reason);
	return manifest;
}

static void write_rows(void)
{
	struct manifest *manifest = begin();
	unsigned char digest[DIGEST_SIZE];
	int failed = 0;
	for (int i = 0; i < ROWS; i++) {
		digest_of(urls[i], strlen(urls[i]), digest);
		struct manifest_row row = {.class_name = "red shells", .file = "manifest.tsv", .digest = digest, .width = 80,
			.height = 90, .bytes = 100, .type = "png", .url = urls[i], .page = "", .site = "page", .query = "",
			.status = (enum manifest_status)i, .reason = i ? "why" : ""};
		failed |= manifest_add(manifest, &row, NULL);
	}
	ok(!failed, "three rows are written");
	is_integer(manifest_find_url(manifest, urls[1]), MANIFEST_REFUSED, "known at once");
	manifest_close(manifest);
}

static void read_rows(void)
{
	struct manifest *manifest = begin(), *second;
	struct error error;
	unsigned char digest[DIGEST_SIZE];
	for (int i = 0; i < ROWS; i++)
		is_integer(manifest_find_url(manifest, urls[i]), i, urls[i][9] == 'a' ? "accepted" : "odd address");
	is_integer(manifest_find_url(manifest, "http://h/none"), -1, "what was not asked for");
	digest_of(urls[0], strlen(urls[0]), digest);
	is_text(manifest_find_content(manifest, digest), "red shells", "accepted bytes are known");
	digest_of(urls[1], strlen(urls[1]), digest);
	ok(!manifest_find_content(manifest, digest), "refused ones are not");
	is_integer(manifest_count(manifest, "red shells"), 1, "one whose file is there");
	ok(manifest_open(&second, scratch(), &error) == -1 && !second, "not twice at a time: %s", error.reason);
	manifest_close(manifest);
}

/* Every way that a write can have been cut short leaves the whole lines before it. */
static void cut_everywhere(void)
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
		struct manifest *manifest = begin();
		for (int i = 0; manifest && i < ROWS; i++)
			wrong += (manifest_find_url(manifest, urls[i]) >= 0) != (i < whole);
		wrong += !manifest;
		manifest_close(manifest);
		unsigned char *healed = NULL;
		size_t healed_size = 0;
		wrong += file_read(path, 1 << 20, &healed, &healed_size, NULL) || healed_size < header || healed[healed_size - 1] != '\n';
		free(healed);
	}
	is_integer(wrong, 0, "cut at every byte, the rows before stay");
	free(bytes);
}

int main(void)
{
	snprintf(path, sizeof path, "%s/manifest.tsv", scratch());
	write_rows();
	read_rows();
	cut_everywhere();
	return done();
}
