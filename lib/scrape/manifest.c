#include "scrape/manifest.h"

#include "base/digest_table.h"
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* What the table of URLs keeps of each: the status of its last row, and whether this run has asked for it or passed it. */
enum { NO_STATUS = 3, STATUS = 3, ASKED = 4, PASSED = 8 };

/* Far beyond what the fields of a row can hold. */
enum { LINE_MAXIMUM = 1 << 21 };

struct manifest {
	char *path, *folder;
	size_t folder_before;   /* so much of its path was there before */
	char *unsynced_path;
	int descriptor, unsynced_descriptor;
	off_t size;             /* of its whole lines */
	bool unsynced;          /* the file that says so is there */
	char expected[CATALOGUE_NAME_SIZE]; /* file that a killed run was about to tell of; "": none */
	bool begun;             /* by this run, which has added no row */
	int refused_before;
	struct digest_table urls;
	struct catalogue *images;
};

static const char manifest_name[] = "manifest.tsv", unsynced_name[] = "manifest.unsynced";

const char *manifest_class_problem(const char *name)
{
	if (!text_is_class_name(name))
		return "can't name a class";
	return strcmp(name, manifest_name) && strcmp(name, unsynced_name) ? NULL : "can't name a class: a file has that name";
}

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
	if (strcmp(row.file, manifest->expected) == 0)
		*manifest->expected = 0;
	enum presence presence = row.status == MANIFEST_ACCEPTED ? look_for(manifest, &row) : WHOLE;
	if (presence == DAMAGED || (presence == MISSING && manifest->unsynced))
		return 0;
	return learn(manifest, &row, presence == WHOLE, 0, error);
}

static int check_header(const struct manifest *manifest, const char *line, struct error *error)
{
	static const char first[] = "class\tfile\tsha256\t";
	if (strcmp(line, manifest_header) == 0)
		return 0;
	if (strncmp(line, first, strlen(first)) != 0)
		return error_set(error, manifest->path, "not a manifest of this program");
	return error_set(error, manifest->path, strchr(line, '\r') ? "its lines end in CR LF: another program has changed it"
								    : "has the columns of another version: use a new folder");
}

/* What a killed run left of a line is thrown away, anybody else's file is not. */
static bool is_torn(const char *line, size_t length, int number)
{
	return number > 1 || (length && strncmp(line, manifest_header, length) == 0);
}

/* Reads all rows and sets manifest->size behind the last newline. Where the last line has none, it is what a killed run or
 * a machine without power left of it. */
static int read_rows(struct manifest *manifest, FILE *stream, char *line, struct error *error)
{
	for (int number = 1; fgets(line, LINE_MAXIMUM, stream); number++) {
		size_t length = strlen(line);
		if (!length || line[length - 1] != '\n') {
			if (feof(stream) && is_torn(line, length, number))
				break;
			if (number == 1)
				return error_set(error, manifest->path, "not a manifest of this program");
			return bad_line(manifest, number, "no line of a manifest", error);
		}
		manifest->size += (off_t)length;
		if (number == 1) {
			if (check_header(manifest, line, error))
				return -1;
			continue;
		}
		line[length - 1] = 0;
		if (read_row(manifest, line, number, error))
			return -1;
	}
	return ferror(stream) ? error_system(error, manifest->path) : 0;
}

/* ---- opening ---- */

/* Appends bytes, all or none. */
static int append(struct manifest *manifest, const char *bytes, size_t size, struct error *error)
{
	size_t done = 0;
	while (done < size) {
		ssize_t written = write(manifest->descriptor, bytes + done, size - done);
		if (written < 0 && errno != EINTR)
			break;
		done += written < 0 ? 0 : (size_t)written;
	}
	if (done == size) {
		manifest->size += (off_t)size;
		return 0;
	}
	int failed = error_system(error, manifest->path);
	if (ftruncate(manifest->descriptor, manifest->size))
		errno = 0;
	return failed;
}

/* Reads what is there and cuts a torn last line off; begins with the header where nothing is left. */
static int load(struct manifest *manifest, struct error *error)
{
	FILE *stream = fopen(manifest->path, "rbe");
	if (!stream)
		return error_system(error, manifest->path);
	char *line = malloc(LINE_MAXIMUM);
	int result = line ? read_rows(manifest, stream, line, error) : error_memory(error, manifest->path);
	free(line);
	fclose(stream);
	if (result)
		return -1;
	if (ftruncate(manifest->descriptor, manifest->size))
		return error_system(error, manifest->path);
	manifest->begun = manifest->size == 0;
	return manifest->begun ? append(manifest, manifest_header, strlen(manifest_header), error) : 0;
}

/* A run that made the manifest and had no row for it may remove it while this one waits to open it. */
static int open_locked(struct manifest *manifest, struct error *error)
{
	struct stat facts = {.st_nlink = 0};
	while (facts.st_nlink == 0) {
		if (manifest->descriptor >= 0)
			close(manifest->descriptor);
		manifest->descriptor = open(manifest->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
		if (manifest->descriptor < 0)
			return error_system(error, manifest->path);
		if (flock(manifest->descriptor, LOCK_EX | LOCK_NB))
			return errno == EWOULDBLOCK ? error_set(error, manifest->path, "another run is writing it")
						    : error_system(error, manifest->path);
		if (fstat(manifest->descriptor, &facts))
			return error_system(error, manifest->path);
	}
	return S_ISREG(facts.st_mode) ? 0 : error_set(error, manifest->path, "is no regular file");
}

/* What a run that did not end says of itself. A name that it can't have written is none. */
static void read_unsynced(struct manifest *manifest)
{
	/* Without waiting for one who writes, should it be a pipe. */
	int file = open(manifest->unsynced_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	FILE *stream = file < 0 ? NULL : fdopen(file, "r");
	manifest->unsynced = stream != NULL;
	if (file >= 0 && !stream)
		close(file);
	if (stream && fgets(manifest->expected, sizeof manifest->expected, stream))
		manifest->expected[strcspn(manifest->expected, "\n")] = 0;
	if (stream)
		fclose(stream);
	if (!catalogue_is_name(manifest->expected))
		*manifest->expected = 0;
}

/* Removes the file that a killed run did not come to tell of. */
static void remove_expected(const struct manifest *manifest)
{
	char *path = *manifest->expected ? file_join(manifest->folder, manifest->expected) : NULL;
	if (path)
		unlink(path);
	free(path);
}

/* Length of the part of a path that is there. */
static size_t part_there(const char *path)
{
	char *part = strdup(path);
	size_t length = part ? strlen(part) : 0;
	while (length && !file_is_folder(part)) {
		while (length && part[length - 1] != '/')
			length--;
		while (length > 1 && part[length - 1] == '/')
			length--;
		part[length] = 0;
	}
	free(part);
	return length;
}

/* A copy of a path without slashes at its end. */
static char *without_slashes(const char *path)
{
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/')
		length--;
	return strndup(path, length);
}

static int begin(struct manifest *manifest, const char *folder, int hamming, struct error *error)
{
	manifest->descriptor = manifest->unsynced_descriptor = -1;
	manifest->folder_before = part_there(folder);
	manifest->folder = without_slashes(folder);
	manifest->path = file_join(folder, manifest_name);
	manifest->unsynced_path = file_join(folder, unsynced_name);
	if (!manifest->folder || !manifest->path || !manifest->unsynced_path)
		return error_memory(error, folder);
	if (catalogue_create(&manifest->images, hamming, error) || file_make_folder(folder, error) ||
		open_locked(manifest, error))
		return -1;
	read_unsynced(manifest);
	if (load(manifest, error))
		return -1;
	remove_expected(manifest);
	return 0;
}

int manifest_open(struct manifest **out, const char *folder, int hamming, struct error *error)
{
	struct manifest *manifest = *out = calloc(1, sizeof *manifest);
	if (!manifest)
		return error_memory(error, folder);
	if (begin(manifest, folder, hamming, error) == 0)
		return 0;
	manifest_close(manifest);
	*out = NULL;
	return -1;
}

bool manifest_is_unsynced(const struct manifest *manifest)
{
	return manifest->unsynced;
}

/* ---- asking and adding ---- */

int manifest_ask(struct manifest *manifest, const char *url, bool retry_refused, struct error *error)
{
	unsigned char key[DIGEST_KEY_SIZE];
	digest_key(url, key);
	int known = digest_table_get(&manifest->urls, key);
	known = known < 0 ? NO_STATUS : known;
	int status = known & STATUS;
	if ((known & ASKED) || status == MANIFEST_ACCEPTED)
		return 0;
	bool refused = status == MANIFEST_REFUSED && !retry_refused;
	manifest->refused_before += refused && !(known & PASSED);
	return digest_table_set(&manifest->urls, key, status | (refused ? PASSED : ASKED), error) ? -1 : !refused;
}

int manifest_refused_before(const struct manifest *manifest)
{
	return manifest->refused_before;
}

/* Says, on disk, that what follows may not be there yet. */
static int begin_unsynced(struct manifest *manifest, struct error *error)
{
	int file = open(manifest->unsynced_path, O_WRONLY | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0666);
	if (file < 0 || (fsync(file) && errno != EINVAL)) {
		int failed = error_system(error, manifest->unsynced_path);
		if (file >= 0)
			close(file);
		return failed;
	}
	manifest->unsynced_descriptor = file;
	manifest->unsynced = true;
	return 0;
}

int manifest_expect(struct manifest *manifest, const char *name, struct error *error)
{
	char line[CATALOGUE_NAME_SIZE + 1];
	if (manifest->unsynced_descriptor < 0 && begin_unsynced(manifest, error))
		return -1;
	size_t length = (size_t)snprintf(line, sizeof line, "%s\n", name);
	if (pwrite(manifest->unsynced_descriptor, line, length, 0) == (ssize_t)length)
		return 0;
	return error_system(error, manifest->unsynced_path);
}

int manifest_add(struct manifest *manifest, const struct manifest_row *row, struct error *error)
{
	char stamp[32] = "", *line = NULL;
	size_t size;
	time_t now = time(NULL);
	struct tm parts;
	struct manifest_row stamped = *row;
	if (manifest->unsynced_descriptor < 0 && begin_unsynced(manifest, error))
		return -1;
	if (gmtime_r(&now, &parts))
		strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &parts);
	stamped.time = stamp;
	FILE *stream = open_memstream(&line, &size);
	if (!stream)
		return error_memory(error, manifest->path);
	manifest_row_write(stream, &stamped);
	int result = fclose(stream) ? error_memory(error, manifest->path) : append(manifest, line, size, error);
	free(line);
	manifest->begun &= result != 0;
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
	if (manifest->unsynced_descriptor >= 0)
		close(manifest->unsynced_descriptor);
	manifest->unsynced_descriptor = -1;
	return unlink(manifest->unsynced_path) && errno != ENOENT ? error_system(error, manifest->unsynced_path) : 0;
}

/* Removes what this run made and had no use for. */
static void take_back(struct manifest *manifest)
{
	char *folder = manifest->folder;
	if (manifest->begun)
		unlink(manifest->path);
	if (manifest->begun && manifest->unsynced_descriptor >= 0)
		unlink(manifest->unsynced_path);
	for (size_t length = strlen(folder); length > manifest->folder_before && rmdir(folder) == 0; folder[length] = 0) {
		while (length > manifest->folder_before && folder[length - 1] != '/')
			length--;
		while (length > manifest->folder_before && folder[length - 1] == '/')
			length--;
	}
}

void manifest_close(struct manifest *manifest)
{
	if (!manifest)
		return;
	if (manifest->folder && manifest->path)
		take_back(manifest);
	if (manifest->unsynced_descriptor >= 0)
		close(manifest->unsynced_descriptor);
	if (manifest->descriptor >= 0)
		close(manifest->descriptor);
	digest_table_free(&manifest->urls);
	catalogue_destroy(manifest->images);
	free(manifest->path);
	free(manifest->folder);
	free(manifest->unsynced_path);
	free(manifest);
}
