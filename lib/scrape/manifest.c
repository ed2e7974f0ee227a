#include "scrape/manifest.h"

#include "base/file.h"
#include "base/text.h"
#include "scrape/digest_table.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char header[] = "class\tfile\tsha256\twidth\theight\tbytes\ttype\turl\tpage\tsite\tquery\ttime\tstatus\treason\n";

enum { COLUMN_CLASS, COLUMN_FILE, COLUMN_DIGEST, COLUMN_URL = 7, COLUMN_STATUS = 12, COLUMNS = 14 };

static const char *const statuses[] = {"accepted", "refused", "failed", NULL};

struct manifest {
	char *path, *folder;
	int descriptor;
	struct text_list classes;
	int *counts;                 /* of accepted images that are there, by class */
	struct digest_table urls;    /* status of the last row */
	struct digest_table content; /* index of the class */
};

/* Index of a class, made known where it is new; -1 without memory. */
static int class_index(struct manifest *manifest, const char *name, struct error *error)
{
	int index = text_list_find(&manifest->classes, name);
	if (index >= 0)
		return index;
	int *counts = realloc(manifest->counts, (manifest->classes.count + 1) * sizeof *counts);
	if (!counts)
		return error_memory(error, manifest->path);
	manifest->counts = counts;
	counts[manifest->classes.count] = 0;
	if (text_list_add(&manifest->classes, name, error))
		return -1;
	return (int)manifest->classes.count - 1;
}

static bool read_digest(const char *hex, unsigned char key[DIGEST_KEY_SIZE])
{
	for (int i = 0; i < DIGEST_KEY_SIZE; i++)
		if (sscanf(hex + 2 * i, "%2hhx", &key[i]) != 1)
			return false;
	return true;
}

/* Makes one row known. */
static int learn(struct manifest *manifest, const char *class_name, const char *url, enum manifest_status status,
	const unsigned char *content_key, struct error *error)
{
	unsigned char key[DIGEST_KEY_SIZE];
	int class = class_index(manifest, class_name, error);
	if (class < 0)
		return -1;
	digest_key(url, key);
	if (digest_table_set(&manifest->urls, key, (int)status, error))
		return -1;
	return content_key ? digest_table_set(&manifest->content, content_key, class, error) : 0;
}

static bool is_there(const struct manifest *manifest, const char *file)
{
	char *path = file_join(manifest->folder, file);
	bool there = path && file_exists(path);
	free(path);
	return there;
}

static int bad_line(const struct manifest *manifest, int line, const char *reason, struct error *error)
{
	char object[512];
	snprintf(object, sizeof object, "%s: line %d", manifest->path, line);
	return error_set(error, object, "%s", reason);
}

static int status_of(const char *text)
{
	for (int i = 0; statuses[i]; i++)
		if (strcmp(text, statuses[i]) == 0)
			return i;
	return -1;
}

static int read_row(struct manifest *manifest, char *line, int number, struct error *error)
{
	char *fields[COLUMNS], *next = line;
	unsigned char key[DIGEST_KEY_SIZE];
	int count = 0;
	for (; next && count < COLUMNS; count++)
		if (!text_read_field(fields[count] = strsep(&next, "\t")))
			return bad_line(manifest, number, "an unknown escape", error);
	if (count != COLUMNS || next)
		return bad_line(manifest, number, "not 14 fields", error);
	int status = status_of(fields[COLUMN_STATUS]);
	if (status < 0)
		return bad_line(manifest, number, "an unknown status", error);
	bool accepted = status == MANIFEST_ACCEPTED;
	if (accepted && (strlen(fields[COLUMN_DIGEST]) != 2 * DIGEST_SIZE || !read_digest(fields[COLUMN_DIGEST], key)))
		return bad_line(manifest, number, "no SHA-256", error);
	if (learn(manifest, fields[COLUMN_CLASS], fields[COLUMN_URL], (enum manifest_status)status,
		    accepted ? key : NULL, error))
		return -1;
	if (accepted && is_there(manifest, fields[COLUMN_FILE]))
		manifest->counts[text_list_find(&manifest->classes, fields[COLUMN_CLASS])]++;
	return 0;
}

/* Reads all rows; *whole becomes the length up to the last newline. */
static int read_rows(struct manifest *manifest, FILE *stream, off_t *whole, struct error *error)
{
	char *line = NULL;
	size_t capacity = 0;
	ssize_t length;
	int result = 0;
	*whole = 0;
	for (int number = 1; result == 0 && (length = getline(&line, &capacity, stream)) > 0; number++) {
		if (line[length - 1] != '\n')
			break;
		*whole += length;
		if (number == 1 && strcmp(line, header))
			result = error_set(error, manifest->path, "not a manifest of this program");
		line[length - 1] = 0;
		if (number > 1 && result == 0)
			result = read_row(manifest, line, number, error);
	}
	if (result == 0 && ferror(stream))
		result = error_system(error, manifest->path);
	free(line);
	return result;
}

static int write_all(const struct manifest *manifest, const char *bytes, size_t size, struct error *error)
{
	while (size) {
		ssize_t written = write(manifest->descriptor, bytes, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return error_system(error, manifest->path);
		bytes += written;
		size -= (size_t)written;
	}
	return 0;
}

/* Reads what is there and cuts a torn last line off; begins with the header where nothing is left. */
static int load(struct manifest *manifest, struct error *error)
{
	off_t whole;
	FILE *stream = fopen(manifest->path, "rbe");
	if (!stream)
		return error_system(error, manifest->path);
	int result = read_rows(manifest, stream, &whole, error);
	fclose(stream);
	if (result)
		return -1;
	if (ftruncate(manifest->descriptor, whole))
		return error_system(error, manifest->path);
	return whole ? 0 : write_all(manifest, header, strlen(header), error);
}

int manifest_open(struct manifest **out, const char *folder, struct error *error)
{
	struct manifest *manifest = *out = calloc(1, sizeof *manifest);
	if (!manifest)
		return error_memory(error, folder);
	manifest->descriptor = -1;
	manifest->folder = strdup(folder);
	manifest->path = file_join(folder, "manifest.tsv");
	int result = 0;
	if (!manifest->folder || !manifest->path)
		result = error_memory(error, folder);
	else if ((manifest->descriptor = open(manifest->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666)) < 0)
		result = error_system(error, manifest->path);
	else if (flock(manifest->descriptor, LOCK_EX | LOCK_NB))
		result = error_set(error, manifest->path, "another run is writing it");
	else
		result = load(manifest, error);
	if (result) {
		manifest_close(manifest);
		*out = NULL;
	}
	return result;
}

static void write_row(FILE *stream, const struct manifest_row *row, const char *time)
{
	char digest[DIGEST_HEX_SIZE] = "", width[16] = "", height[16] = "", bytes[24] = "";
	if (row->digest) {
		digest_hex(row->digest, DIGEST_SIZE, digest);
		snprintf(bytes, sizeof bytes, "%zu", row->bytes);
	}
	if (row->width > 0 && row->height > 0) {
		snprintf(width, sizeof width, "%d", row->width);
		snprintf(height, sizeof height, "%d", row->height);
	}
	const char *fields[COLUMNS] = {row->class_name, row->file, digest, width, height, bytes, row->type, row->url,
		row->page, row->site, row->query, time, statuses[row->status], row->reason};
	for (int i = 0; i < COLUMNS; i++) {
		text_write_field(stream, fields[i]);
		fputc(i + 1 < COLUMNS ? '\t' : '\n', stream);
	}
}

int manifest_add(struct manifest *manifest, const struct manifest_row *row, struct error *error)
{
	char stamp[32] = "", *line = NULL;
	size_t size;
	time_t now = time(NULL);
	struct tm parts;
	if (gmtime_r(&now, &parts))
		strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &parts);
	FILE *stream = open_memstream(&line, &size);
	if (!stream)
		return error_memory(error, manifest->path);
	write_row(stream, row, stamp);
	int result = fclose(stream) ? error_memory(error, manifest->path) : write_all(manifest, line, size, error);
	free(line);
	if (result)
		return -1;
	return learn(manifest, row->class_name, row->url, row->status,
		row->status == MANIFEST_ACCEPTED ? row->digest : NULL, error);
}

int manifest_find_url(const struct manifest *manifest, const char *url)
{
	unsigned char key[DIGEST_KEY_SIZE];
	digest_key(url, key);
	return digest_table_get(&manifest->urls, key);
}

const char *manifest_find_content(const struct manifest *manifest, const unsigned char digest[DIGEST_SIZE])
{
	int class = digest_table_get(&manifest->content, digest);
	return class < 0 ? NULL : manifest->classes.items[class];
}

int manifest_count(const struct manifest *manifest, const char *class_name)
{
	int class = text_list_find(&manifest->classes, class_name);
	return class < 0 ? 0 : manifest->counts[class];
}

int manifest_sync(struct manifest *manifest, struct error *error)
{
	return fsync(manifest->descriptor) && errno != EINVAL ? error_system(error, manifest->path) : 0;
}

void manifest_close(struct manifest *manifest)
{
	if (!manifest)
		return;
	if (manifest->descriptor >= 0)
		close(manifest->descriptor);
	text_list_free(&manifest->classes);
	free(manifest->counts);
	digest_table_free(&manifest->urls);
	digest_table_free(&manifest->content);
	free(manifest->path);
	free(manifest->folder);
	free(manifest);
}
