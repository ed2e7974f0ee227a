#include "scrape/manifest.h"

#include "base/file.h"
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

/* What the table of URLs keeps of each: the status of its last row, and whether this run has asked for it. */
enum { NO_STATUS = 3, STATUS = 3, ASKED = 4 };

struct manifest {
	char *path, *folder;
	char *unsynced_path;
	int descriptor;
	bool unsynced; /* the file that says so is there */
	struct digest_table urls;
	struct catalogue *images;
};

static int bad_line(const struct manifest *manifest, int line, const char *reason, struct error *error)
{
	char object[512];
	snprintf(object, sizeof object, "%s: line %d", manifest->path, line);
	return error_set(error, object, "%s", reason);
}

static enum image_type type_named(const char *name)
{
	for (int type = IMAGE_JPEG; type <= IMAGE_PNM; type++)
		if (strcmp(name, image_type_name((enum image_type)type)) == 0)
			return (enum image_type)type;
	return IMAGE_UNKNOWN;
}

/* Makes one row known; of an accepted one, `there` says whether its file is. */
static int learn(struct manifest *manifest, const struct manifest_row *row, bool there, int asked, struct error *error)
{
	unsigned char key[DIGEST_KEY_SIZE];
	digest_key(row->url, key);
	if (digest_table_set(&manifest->urls, key, (int)row->status | asked, error))
		return -1;
	struct catalogue_image image = {row->class_name, type_named(row->type), row->digest, &row->hash, there};
	return row->status == MANIFEST_ACCEPTED ? catalogue_add(manifest->images, &image, error) : 0;
}

enum presence { WHOLE, DAMAGED, MISSING };

static enum presence look_for(const struct manifest *manifest, const struct manifest_row *row)
{
	struct stat facts;
	char *path = file_join(manifest->folder, row->file);
	bool there = path && stat(path, &facts) == 0;
	free(path);
	return !there ? MISSING : (size_t)facts.st_size == row->bytes ? WHOLE : DAMAGED;
}

static int read_row(struct manifest *manifest, char *line, int number, struct error *error)
{
	struct manifest_row row;
	const char *problem = manifest_row_read(line, &row);
	if (problem)
		return bad_line(manifest, number, problem, error);
	enum presence presence = row.status == MANIFEST_ACCEPTED ? look_for(manifest, &row) : WHOLE;
	if (presence == DAMAGED || (presence == MISSING && manifest->unsynced))
		return 0;
	return learn(manifest, &row, presence == WHOLE, 0, error);
}

static int check_header(const struct manifest *manifest, const char *line, struct error *error)
{
	if (strcmp(line, manifest_header) == 0)
		return 0;
	if (strncmp(line, "class\tfile\tsha256\t", strlen("class\tfile\tsha256\t")) == 0)
		return error_set(error, manifest->path, "has the columns of another version: use a new folder");
	return error_set(error, manifest->path, "not a manifest of this program");
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
		if (number == 1)
			result = check_header(manifest, line, error);
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
	return whole ? 0 : write_all(manifest, manifest_header, strlen(manifest_header), error);
}

int manifest_open(struct manifest **out, const char *folder, int hamming, struct error *error)
{
	struct manifest *manifest = *out = calloc(1, sizeof *manifest);
	if (!manifest)
		return error_memory(error, folder);
	manifest->descriptor = -1;
	manifest->folder = strdup(folder);
	manifest->path = file_join(folder, "manifest.tsv");
	manifest->unsynced_path = file_join(folder, "manifest.unsynced");
	int result = 0;
	if (!manifest->folder || !manifest->path || !manifest->unsynced_path)
		result = error_memory(error, folder);
	else if (catalogue_create(&manifest->images, hamming, error))
		result = -1;
	else if ((manifest->descriptor = open(manifest->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666)) < 0)
		result = error_system(error, manifest->path);
	else if (flock(manifest->descriptor, LOCK_EX | LOCK_NB))
		result = error_set(error, manifest->path, "another run is writing it");
	else {
		manifest->unsynced = file_exists(manifest->unsynced_path);
		result = load(manifest, error);
	}
	if (result) {
		manifest_close(manifest);
		*out = NULL;
	}
	return result;
}

/* ---- asking and adding ---- */

int manifest_ask(struct manifest *manifest, const char *url, bool retry_refused, struct error *error)
{
	unsigned char key[DIGEST_KEY_SIZE];
	digest_key(url, key);
	int known = digest_table_get(&manifest->urls, key);
	known = known < 0 ? NO_STATUS : known;
	int status = known & STATUS;
	if ((known & ASKED) || status == MANIFEST_ACCEPTED || (status == MANIFEST_REFUSED && !retry_refused))
		return 0;
	return digest_table_set(&manifest->urls, key, status | ASKED, error) ? -1 : 1;
}

/* Says, on disk, that what follows may not be there yet. */
static int begin_unsynced(struct manifest *manifest, struct error *error)
{
	int file = open(manifest->unsynced_path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (file < 0)
		return error_system(error, manifest->unsynced_path);
	int failed = fsync(file) && errno != EINVAL ? error_system(error, manifest->unsynced_path) : 0;
	close(file);
	manifest->unsynced = true;
	return failed;
}

int manifest_add(struct manifest *manifest, const struct manifest_row *row, struct error *error)
{
	char stamp[32] = "", *line = NULL;
	size_t size;
	time_t now = time(NULL);
	struct tm parts;
	struct manifest_row stamped = *row;
	if (!manifest->unsynced && begin_unsynced(manifest, error))
		return -1;
	if (gmtime_r(&now, &parts))
		strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &parts);
	stamped.time = stamp;
	FILE *stream = open_memstream(&line, &size);
	if (!stream)
		return error_memory(error, manifest->path);
	manifest_row_write(stream, &stamped);
	int result = fclose(stream) ? error_memory(error, manifest->path) : write_all(manifest, line, size, error);
	free(line);
	return result ? -1 : learn(manifest, &stamped, true, ASKED, error);
}

int manifest_find_url(const struct manifest *manifest, const char *url)
{
	unsigned char key[DIGEST_KEY_SIZE];
	digest_key(url, key);
	int known = digest_table_get(&manifest->urls, key);
	return known < 0 || (known & STATUS) == NO_STATUS ? -1 : known & STATUS;
}

const struct catalogue *manifest_images(const struct manifest *manifest)
{
	return manifest->images;
}

/* ---- the end ---- */

int manifest_sync(struct manifest *manifest, struct error *error)
{
	if (!manifest->unsynced)
		return 0;
	if (syncfs(manifest->descriptor))
		return error_system(error, manifest->path);
	manifest->unsynced = false;
	return unlink(manifest->unsynced_path) && errno != ENOENT ? error_system(error, manifest->unsynced_path) : 0;
}

void manifest_close(struct manifest *manifest)
{
	if (!manifest)
		return;
	if (manifest->descriptor >= 0)
		close(manifest->descriptor);
	digest_table_free(&manifest->urls);
	catalogue_destroy(manifest->images);
	free(manifest->path);
	free(manifest->folder);
	free(manifest->unsynced_path);
	free(manifest);
}
