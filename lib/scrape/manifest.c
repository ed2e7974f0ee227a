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

/* Flags of a URL in the table: the status of its last row, and whether this run has requested or
 * skipped it. */
enum { NO_STATUS = 3, STATUS = 3, REQUESTED = 4, SKIPPED = 8 };

/* In bytes, far more than the fields of a row can have. */
enum { LINE_MAXIMUM = 1 << 21 };

struct manifest {
	char *path, *folder;
	size_t existing_length; /* of the part of its path that existed before */
	char *unsynced_path;
	int descriptor, unsynced_descriptor;
	off_t size;                          /* of its complete lines in bytes */
	bool unsynced;                       /* manifest.unsynced exists */
	char announced_file[FILE_NAME_SIZE]; /* of a killed run, without a row; "": none */
	bool created;                        /* by this run, which has not added a row */
	int skipped_count;
	struct digest_table urls;
	struct duplicate_index *duplicate_index;
};

static const char manifest_name[] = "manifest.tsv", unsynced_name[] = "manifest.unsynced";

const char *manifest_class_name_error(const char *name)
{
	if (!text_is_class_name(name))
		return "is not a valid class name";
	return strcmp(name, manifest_name) && strcmp(name, unsynced_name)
		? NULL
		: "is not a valid class name: a file has that name";
}

static int line_error(const struct manifest *manifest, int line, const char *reason,
	struct error *error)
{
	char object[512];
	snprintf(object, sizeof object, "%s: line %d", manifest->path, line);
	return error_set(error, object, "%s", reason);
}

/* Adds a row to the table of URLs and, if it is accepted, to the duplicate index; `is_present`: its
 * file exists. */
static int index_row(struct manifest *manifest, const struct manifest_row *row, bool is_present,
	int flags, struct error *error)
{
	unsigned char key[DIGEST_KEY_SIZE];
	digest_key(row->url, key);
	if (digest_table_set(&manifest->urls, key, (int)row->status | flags, error))
		return -1;
	struct indexed_image image = {row->class_name, image_type_by_name(row->type), row->digest,
		&row->hash, is_present};
	return row->status == MANIFEST_ACCEPTED
		? duplicate_index_add(manifest->duplicate_index, &image, error)
		: 0;
}

enum file_state { FILE_INTACT, FILE_DAMAGED, FILE_MISSING };

static enum file_state check_file(const struct manifest *manifest, const struct manifest_row *row)
{
	struct stat status;
	char *path = file_join(manifest->folder, row->file);
	bool is_present = path && stat(path, &status) == 0;
	free(path);
	return !is_present                             ? FILE_MISSING
		: (size_t)status.st_size == row->bytes ? FILE_INTACT
						       : FILE_DAMAGED;
}

static int read_row(struct manifest *manifest, char *line, int number, struct error *error)
{
	struct manifest_row row;
	const char *row_error = manifest_row_read(line, &row);
	if (row_error)
		return line_error(manifest, number, row_error, error);
	if (strcmp(row.file, manifest->announced_file) == 0)
		*manifest->announced_file = 0;
	enum file_state file_state =
		row.status == MANIFEST_ACCEPTED ? check_file(manifest, &row) : FILE_INTACT;
	if (file_state == FILE_DAMAGED || (file_state == FILE_MISSING && manifest->unsynced))
		return 0;
	return index_row(manifest, &row, file_state == FILE_INTACT, 0, error);
}

static int check_header(const struct manifest *manifest, const char *line, struct error *error)
{
	static const char first[] = "class\tfile\tsha256\t";
	if (strcmp(line, manifest_header) == 0)
		return 0;
	if (strncmp(line, first, strlen(first)) != 0)
		return error_set(error, manifest->path, "not a manifest of this program");
	return error_set(error, manifest->path,
		strchr(line, '\r') ? "its lines end in CR LF: another program has changed it"
				   : "has the columns of another version: use a new folder");
}

/* Whether a last line without newline was left by a killed run, and not by another program. */
static bool is_truncated(const char *line, size_t length, int number)
{
	return number > 1 || (length && strncmp(line, manifest_header, length) == 0);
}

/* Reads all rows and sets manifest->size to the end of the last newline. A last line without one
 * was truncated by a kill or a power failure. */
static int read_rows(struct manifest *manifest, FILE *stream, char *line, struct error *error)
{
	for (int number = 1; fgets(line, LINE_MAXIMUM, stream); number++) {
		size_t length = strlen(line);
		if (!length || line[length - 1] != '\n') {
			if (feof(stream) && is_truncated(line, length, number))
				break;
			if (number == 1)
				return error_set(error, manifest->path,
					"not a manifest of this program");
			return line_error(manifest, number, "is not a line of a manifest", error);
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

/* Appends all bytes or none. */
static int append_bytes(struct manifest *manifest, const char *bytes, size_t size,
	struct error *error)
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

/* Reads the file and removes a truncated last line; writes the header if the file is empty. */
static int load_rows(struct manifest *manifest, struct error *error)
{
	FILE *stream = fopen(manifest->path, "rbe");
	if (!stream)
		return error_system(error, manifest->path);
	char *line = malloc(LINE_MAXIMUM);
	int result = line ? read_rows(manifest, stream, line, error)
			  : error_memory(error, manifest->path);
	free(line);
	fclose(stream);
	if (result)
		return -1;
	if (ftruncate(manifest->descriptor, manifest->size))
		return error_system(error, manifest->path);
	manifest->created = manifest->size == 0;
	return manifest->created
		? append_bytes(manifest, manifest_header, strlen(manifest_header), error)
		: 0;
}

/* Another run that created the manifest and added no row may remove it while this one opens it:
 * st_nlink is 0 then. */
static int open_locked(struct manifest *manifest, struct error *error)
{
	struct stat status = {.st_nlink = 0};
	while (status.st_nlink == 0) {
		if (manifest->descriptor >= 0)
			close(manifest->descriptor);
		manifest->descriptor =
			open(manifest->path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
		if (manifest->descriptor < 0)
			return error_system(error, manifest->path);
		if (flock(manifest->descriptor, LOCK_EX | LOCK_NB))
			return errno == EWOULDBLOCK
				? error_set(error, manifest->path, "another run is writing it")
				: error_system(error, manifest->path);
		if (fstat(manifest->descriptor, &status))
			return error_system(error, manifest->path);
	}
	return S_ISREG(status.st_mode) ? 0
				       : error_set(error, manifest->path, "is not a regular file");
}

/* Reads the manifest.unsynced of a run that was killed. An invalid file name in it is ignored. */
static void read_unsynced(struct manifest *manifest)
{
	/* Does not block if it is a pipe. */
	int file = open(manifest->unsynced_path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	FILE *stream = file < 0 ? NULL : fdopen(file, "r");
	manifest->unsynced = stream != NULL;
	if (file >= 0 && !stream)
		close(file);
	if (stream && fgets(manifest->announced_file, sizeof manifest->announced_file, stream))
		manifest->announced_file[strcspn(manifest->announced_file, "\n")] = 0;
	if (stream)
		fclose(stream);
	if (!duplicate_index_is_file_name(manifest->announced_file))
		*manifest->announced_file = 0;
}

/* Removes the file that a killed run wrote without a row. */
static void remove_announced(const struct manifest *manifest)
{
	char *path = *manifest->announced_file
		? file_join(manifest->folder, manifest->announced_file)
		: NULL;
	if (path)
		unlink(path);
	free(path);
}

/* Length of the part of a path that exists. */
static size_t existing_part_length(const char *path)
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

/* A copy of a path without trailing slashes. */
static char *strip_slashes(const char *path)
{
	size_t length = strlen(path);
	while (length > 1 && path[length - 1] == '/')
		length--;
	return strndup(path, length);
}

static int init(struct manifest *manifest, const char *folder, int hamming, struct error *error)
{
	manifest->descriptor = manifest->unsynced_descriptor = -1;
	manifest->existing_length = existing_part_length(folder);
	manifest->folder = strip_slashes(folder);
	manifest->path = file_join(folder, manifest_name);
	manifest->unsynced_path = file_join(folder, unsynced_name);
	if (!manifest->folder || !manifest->path || !manifest->unsynced_path)
		return error_memory(error, folder);
	if (duplicate_index_create(&manifest->duplicate_index, hamming, error) ||
		file_make_folder(folder, error) || open_locked(manifest, error))
		return -1;
	read_unsynced(manifest);
	if (load_rows(manifest, error))
		return -1;
	remove_announced(manifest);
	return 0;
}

int manifest_open(struct manifest **out, const char *folder, int hamming, struct error *error)
{
	struct manifest *manifest = *out = calloc(1, sizeof *manifest);
	if (!manifest)
		return error_memory(error, folder);
	if (init(manifest, folder, hamming, error) == 0)
		return 0;
	manifest_close(manifest);
	*out = NULL;
	return -1;
}

bool manifest_is_unsynced(const struct manifest *manifest)
{
	return manifest->unsynced;
}

/* ---- queries and rows ---- */

int manifest_should_fetch(struct manifest *manifest, const char *url, bool retry_refused,
	struct error *error)
{
	unsigned char key[DIGEST_KEY_SIZE];
	digest_key(url, key);
	int flags = digest_table_get(&manifest->urls, key);
	flags = flags < 0 ? NO_STATUS : flags;
	int status = flags & STATUS;
	if ((flags & REQUESTED) || status == MANIFEST_ACCEPTED)
		return 0;
	bool refused = status == MANIFEST_REFUSED && !retry_refused;
	manifest->skipped_count += refused && !(flags & SKIPPED);
	return digest_table_set(&manifest->urls, key, status | (refused ? SKIPPED : REQUESTED),
		       error)
		? -1
		: !refused;
}

int manifest_skipped_count(const struct manifest *manifest)
{
	return manifest->skipped_count;
}

/* Creates manifest.unsynced and flushes it to disk. */
static int create_unsynced(struct manifest *manifest, struct error *error)
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

int manifest_announce_file(struct manifest *manifest, const char *name, struct error *error)
{
	char line[FILE_NAME_SIZE + 1];
	if (manifest->unsynced_descriptor < 0 && create_unsynced(manifest, error))
		return -1;
	size_t length = (size_t)snprintf(line, sizeof line, "%s\n", name);
	if (pwrite(manifest->unsynced_descriptor, line, length, 0) == (ssize_t)length)
		return 0;
	return error_system(error, manifest->unsynced_path);
}

int manifest_add(struct manifest *manifest, const struct manifest_row *row, struct error *error)
{
	char timestamp[32] = "", *line = NULL;
	size_t size;
	time_t now = time(NULL);
	struct tm parts;
	struct manifest_row stamped = *row;
	if (manifest->unsynced_descriptor < 0 && create_unsynced(manifest, error))
		return -1;
	if (gmtime_r(&now, &parts))
		strftime(timestamp, sizeof timestamp, "%Y-%m-%dT%H:%M:%SZ", &parts);
	stamped.time = timestamp;
	FILE *stream = open_memstream(&line, &size);
	if (!stream)
		return error_memory(error, manifest->path);
	manifest_row_write(stream, &stamped);
	int result = fclose(stream) ? error_memory(error, manifest->path)
				    : append_bytes(manifest, line, size, error);
	free(line);
	manifest->created &= result != 0;
	return result ? -1 : index_row(manifest, &stamped, true, REQUESTED, error);
}

int manifest_url_status(const struct manifest *manifest, const char *url)
{
	unsigned char key[DIGEST_KEY_SIZE];
	digest_key(url, key);
	int flags = digest_table_get(&manifest->urls, key);
	return flags < 0 || (flags & STATUS) == NO_STATUS ? -1 : flags & STATUS;
}

const struct duplicate_index *manifest_duplicate_index(const struct manifest *manifest)
{
	return manifest->duplicate_index;
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
	return unlink(manifest->unsynced_path) && errno != ENOENT
		? error_system(error, manifest->unsynced_path)
		: 0;
}

/* Removes the files and folders of this run if they are unused. */
static void remove_unused(struct manifest *manifest)
{
	char *folder = manifest->folder;
	if (manifest->created)
		unlink(manifest->path);
	if (manifest->created && manifest->unsynced_descriptor >= 0)
		unlink(manifest->unsynced_path);
	for (size_t length = strlen(folder);
		length > manifest->existing_length && rmdir(folder) == 0; folder[length] = 0) {
		while (length > manifest->existing_length && folder[length - 1] != '/')
			length--;
		while (length > manifest->existing_length && folder[length - 1] == '/')
			length--;
	}
}

void manifest_close(struct manifest *manifest)
{
	if (!manifest)
		return;
	if (manifest->folder && manifest->path)
		remove_unused(manifest);
	if (manifest->unsynced_descriptor >= 0)
		close(manifest->unsynced_descriptor);
	if (manifest->descriptor >= 0)
		close(manifest->descriptor);
	digest_table_free(&manifest->urls);
	duplicate_index_destroy(manifest->duplicate_index);
	free(manifest->path);
	free(manifest->folder);
	free(manifest->unsynced_path);
	free(manifest);
}
