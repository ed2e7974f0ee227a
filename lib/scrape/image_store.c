#include "scrape/image_store.h"

#include "base/file.h"
#include "base/unfinished.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int write_all(int file, const unsigned char *bytes, size_t size)
{
	while (size) {
		ssize_t written = write(file, bytes, size);
		if (written < 0 && errno != EINTR)
			return -1;
		bytes += written < 0 ? 0 : written;
		size -= written < 0 ? 0 : (size_t)written;
	}
	return 0;
}

/* Writes a file atomically; the manifest's next sync flushes it to disk. */
static int write_file_atomically(const char *path, const unsigned char *bytes, size_t size,
	struct error *error)
{
	struct unfinished unfinished;
	int file = unfinished_file(&unfinished, path);
	if (file < 0)
		return error_system(error, path);
	int result = write_all(file, bytes, size) || rename(unfinished.path, path)
		? error_system(error, path)
		: 0;
	if (result)
		unfinished_remove(&unfinished);
	else
		unfinished_forget(&unfinished);
	if (close(file) && result == 0) {
		result = error_system(error, path);
		unlink(path);
	}
	return result;
}

/* Creates the folder of the class if needed. */
static int write_image(const char *folder, const struct checked_image *checked,
	const struct manifest_row *row, struct error *error)
{
	char *class_folder = file_join(folder, row->class_name),
	     *path = file_join(folder, row->file);
	int failed = class_folder && path ? 0 : error_memory(error, folder);
	bool folder_is_new = !failed && !file_is_folder(class_folder);
	if (folder_is_new)
		failed = file_make_folder(class_folder, error);
	if (!failed)
		failed = write_file_atomically(path, checked->bytes, checked->size, error);
	if (failed && folder_is_new)
		rmdir(class_folder);
	free(class_folder);
	free(path);
	return failed;
}

/* Writes an image and its row, both or neither. */
static int write_image_and_row(const char *folder, struct manifest *manifest,
	const struct checked_image *checked, const struct manifest_row *row, struct error *error)
{
	if (manifest_announce_file(manifest, row->file, error) ||
		write_image(folder, checked, row, error))
		return -1;
	if (manifest_add(manifest, row, error) == 0)
		return 0;
	char *path = file_join(folder, row->file);
	if (path)
		unlink(path);
	free(path);
	return -1;
}

/* Returns whether an image is to be stored: it is not a duplicate. Fills `reason` for duplicates
 * and mirror images. */
static bool is_new_image(const struct manifest *manifest, const struct image_check *check,
	char *reason, size_t size)
{
	struct duplicate duplicate = duplicate_index_find(manifest_duplicate_index(manifest),
		check->digest, &check->hash);
	switch (duplicate.kind) {
	case DUPLICATE_NONE:
		return true;
	case DUPLICATE_BYTES:
		snprintf(reason, size, "duplicate: the same bytes as %s", duplicate.name);
		return false;
	case DUPLICATE_PIXELS:
		snprintf(reason, size, "duplicate: the same pixels as %s", duplicate.name);
		return false;
	case DUPLICATE_LOOK_ALIKE:
		snprintf(reason, size, "look-alike of %s: Hamming distance %d", duplicate.name,
			duplicate.bits);
		return false;
	case DUPLICATE_MIRRORED:
		snprintf(reason, size, "mirror image of %s: Hamming distance %d", duplicate.name,
			duplicate.bits);
		return true;
	}
	return true;
}

/* The object of `check_error` is "", or ": " and a part. */
static int system_error(const char *url, const struct error *check_error, struct error *error)
{
	char object[2 * sizeof check_error->object];
	snprintf(object, sizeof object, "%.500s%s", url, check_error->object);
	return error_machine(error, object, "%s", check_error->reason);
}

int image_store_add(const char *folder, struct manifest *manifest,
	const struct checked_image *checked, struct manifest_row *row, struct error *error)
{
	const struct image_check *check = &checked->check;
	char name[FILE_NAME_SIZE], reason[sizeof check->error.reason];
	if (!check->is_accepted && check->error.kind == ERROR_MACHINE)
		return system_error(row->url, &check->error, error);
	snprintf(reason, sizeof reason, "%s", check->is_accepted ? "" : check->error.reason);
	row->has_bytes = true;
	row->has_hash = check->is_accepted;
	row->hash = check->hash;
	memcpy(row->digest, check->digest, DIGEST_SIZE);
	row->bytes = checked->size;
	row->width = check->info.width;
	row->height = check->info.height;
	row->type = check->info.type == IMAGE_UNKNOWN ? "" : image_type_name(check->info.type);
	row->file = "";
	row->status = row->has_hash && is_new_image(manifest, check, reason, sizeof reason)
		? MANIFEST_ACCEPTED
		: MANIFEST_REFUSED;
	row->reason = reason;
	if (row->status == MANIFEST_REFUSED)
		return manifest_add(manifest, row, error) ? -1 : MANIFEST_REFUSED;
	duplicate_index_file_name(name, row->class_name, check->digest, check->info.type);
	row->file = name;
	return write_image_and_row(folder, manifest, checked, row, error) ? -1 : MANIFEST_ACCEPTED;
}

int image_store_add_failure(struct manifest *manifest, enum manifest_status status,
	const char *reason, struct manifest_row *row, struct error *error)
{
	row->file = row->type = "";
	row->status = status;
	row->reason = reason;
	return manifest_add(manifest, row, error) ? -1 : (int)status;
}

/* ".HASH.EXTENSION.millrace-N", the temporary file of unfinished_file. */
static bool is_temporary_file(const char *name)
{
	const char *digits = name + (*name == '.');
	return *name == '.' && strspn(digits, "0123456789abcdef") == 2 * FILE_NAME_HASH_BYTES &&
		digits[2 * FILE_NAME_HASH_BYTES] == '.';
}

static void clean_up_class(const char *class_folder)
{
	DIR *entries = opendir(class_folder);
	for (struct dirent *entry; entries && (entry = readdir(entries));)
		if (is_temporary_file(entry->d_name))
			unlinkat(dirfd(entries), entry->d_name, 0);
	if (entries)
		closedir(entries);
}

int image_store_clean_up(const char *folder, struct error *error)
{
	struct text_list classes = {0};
	int result = file_list(folder, FILE_FOLDER, &classes, error);
	for (size_t i = 0; result == 0 && i < classes.count; i++) {
		char *path = file_join(folder, classes.items[i]);
		if (path)
			clean_up_class(path);
		free(path);
	}
	text_list_free(&classes);
	return result;
}
