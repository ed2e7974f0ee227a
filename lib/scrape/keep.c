#include "scrape/keep.h"

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

/* Writes a file whole or not at all; on disk it is with the manifest's next sync. */
static int write_file(const char *path, const unsigned char *bytes, size_t size, struct error *error)
{
	struct unfinished unfinished;
	int file = unfinished_file(&unfinished, path);
	if (file < 0)
		return error_system(error, path);
	int result = write_all(file, bytes, size) || rename(unfinished.path, path) ? error_system(error, path) : 0;
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

/* The folder of the class is made when it is first missed. */
static int write_image(const char *folder, const struct judged *judged, const struct manifest_row *row,
	struct error *error)
{
	char *class_folder = file_join(folder, row->class_name), *path = file_join(folder, row->file);
	int failed = class_folder && path ? 0 : error_memory(error, folder);
	bool made = !failed && !file_is_folder(class_folder);
	if (made)
		failed = file_make_folder(class_folder, error);
	if (!failed)
		failed = write_file(path, judged->bytes, judged->size, error);
	if (failed && made)
		rmdir(class_folder);
	free(class_folder);
	free(path);
	return failed;
}

/* Keeps an image and its row, both or neither. */
static int write_both(const char *folder, struct manifest *manifest, const struct judged *judged,
	const struct manifest_row *row, struct error *error)
{
	if (manifest_expect(manifest, row->file, error) || write_image(folder, judged, row, error))
		return -1;
	if (manifest_add(manifest, row, error) == 0)
		return 0;
	char *path = file_join(folder, row->file);
	if (path)
		unlink(path);
	free(path);
	return -1;
}

/* What an image that is good is a copy of. Returns whether it is to be kept nevertheless. */
static bool compare(const struct manifest *manifest, const struct judgement *judgement, char *reason, size_t size)
{
	struct twin twin = catalogue_find(manifest_images(manifest), judgement->digest, &judgement->hash);
	switch (twin.kind) {
	case TWIN_NONE:
		return true;
	case TWIN_BYTES:
		snprintf(reason, size, "duplicate: the same bytes as %s", twin.name);
		return false;
	case TWIN_PIXELS:
		snprintf(reason, size, "duplicate: the same pixels as %s", twin.name);
		return false;
	case TWIN_LOOK:
		snprintf(reason, size, "look-alike of %s: %d bits apart", twin.name, twin.bits);
		return false;
	case TWIN_MIRRORED:
		snprintf(reason, size, "mirror image of %s: %d bits apart", twin.name, twin.bits);
		return true;
	}
	return true;
}

/* The problem's object is "", or ": " and a part. */
static int fail_for_machine(const char *url, const struct error *problem, struct error *error)
{
	char object[2 * sizeof problem->object];
	snprintf(object, sizeof object, "%.500s%s", url, problem->object);
	return error_machine(error, object, "%s", problem->reason);
}

int keep_image(const char *folder, struct manifest *manifest, const struct judged *judged, struct manifest_row *row,
	struct error *error)
{
	const struct judgement *judgement = &judged->judgement;
	char name[CATALOGUE_NAME_SIZE], reason[sizeof judgement->problem.reason];
	if (!judgement->good && judgement->problem.kind == ERROR_MACHINE)
		return fail_for_machine(row->url, &judgement->problem, error);
	snprintf(reason, sizeof reason, "%s", judgement->good ? "" : judgement->problem.reason);
	row->came = true;
	row->decoded = judgement->good;
	row->hash = judgement->hash;
	memcpy(row->digest, judgement->digest, DIGEST_SIZE);
	row->bytes = judged->size;
	row->width = judgement->info.width;
	row->height = judgement->info.height;
	row->type = judgement->info.type == IMAGE_UNKNOWN ? "" : image_type_name(judgement->info.type);
	row->file = "";
	row->status = row->decoded && compare(manifest, judgement, reason, sizeof reason) ? MANIFEST_ACCEPTED : MANIFEST_REFUSED;
	row->reason = reason;
	if (row->status == MANIFEST_REFUSED)
		return manifest_add(manifest, row, error) ? -1 : MANIFEST_REFUSED;
	catalogue_name(name, row->class_name, judgement->digest, judgement->info.type);
	row->file = name;
	return write_both(folder, manifest, judged, row, error) ? -1 : MANIFEST_ACCEPTED;
}

int keep_nothing(struct manifest *manifest, enum manifest_status status, const char *reason, struct manifest_row *row,
	struct error *error)
{
	row->file = row->type = "";
	row->status = status;
	row->reason = reason;
	return manifest_add(manifest, row, error) ? -1 : (int)status;
}

/* ".HASH.EXTENSION.millrace-N", as unfinished_file names a file in the making. */
static bool is_unfinished(const char *name)
{
	const char *digits = name + (*name == '.');
	return *name == '.' && strspn(digits, "0123456789abcdef") == 2 * CATALOGUE_NAME_BYTES &&
		digits[2 * CATALOGUE_NAME_BYTES] == '.';
}

static void sweep_class(const char *class_folder)
{
	DIR *entries = opendir(class_folder);
	for (struct dirent *entry; entries && (entry = readdir(entries));)
		if (is_unfinished(entry->d_name))
			unlinkat(dirfd(entries), entry->d_name, 0);
	if (entries)
		closedir(entries);
}

int keep_sweep(const char *folder, struct error *error)
{
	struct text_list classes = {0};
	int result = file_list(folder, FILE_FOLDER, &classes, error);
	for (size_t i = 0; result == 0 && i < classes.count; i++) {
		char *path = file_join(folder, classes.items[i]);
		if (path)
			sweep_class(path);
		free(path);
	}
	text_list_free(&classes);
	return result;
}
