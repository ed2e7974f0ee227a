#include "scrape/keep.h"

#include "base/file.h"
#include "base/text.h"
#include "image/image.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { NAME_BYTES = 8 };

struct judgement {
	struct image_info info;
	unsigned char digest[DIGEST_SIZE];
	char reason[600];
};

/* Returns whether the body is to be kept; else says why not. */
static bool judge(const struct manifest *manifest, const struct fetch_result *result, int side_minimum,
	struct manifest_row *row, struct judgement *judgement)
{
	struct error problem;
	struct image_info *info = &judgement->info;
	const char *twin;
	digest_of(result->bytes, result->size, judgement->digest);
	row->digest = judgement->digest;
	row->bytes = result->size;
	if (result->opted_out)
		snprintf(judgement->reason, sizeof judgement->reason, "the server opts out (X-Robots-Tag)");
	else if (image_probe(result->bytes, result->size, row->url, info, &problem))
		snprintf(judgement->reason, sizeof judgement->reason, "%s", problem.reason);
	/* TGA has no magic number: anything may look like one. */
	else if (info->type == IMAGE_TGA)
		snprintf(judgement->reason, sizeof judgement->reason, "no image that its first bytes tell");
	else if (info->width < side_minimum || info->height < side_minimum)
		snprintf(judgement->reason, sizeof judgement->reason, "a side is under %d pixels", side_minimum);
	else if ((twin = manifest_find_content(manifest, judgement->digest)))
		snprintf(judgement->reason, sizeof judgement->reason, "duplicate: the same bytes are in %s", twin);
	return !*judgement->reason;
}

static int write_image(const char *folder, const struct fetch_result *result, const struct manifest_row *row,
	struct error *error)
{
	char *class_folder = file_join(folder, row->class_name), *path = file_join(folder, row->file);
	int failed = class_folder && path ? file_make_folder(class_folder, error) : error_memory(error, folder);
	if (!failed)
		failed = output_bytes(path, result->bytes, result->size, error);
	free(class_folder);
	free(path);
	return failed;
}

int keep_image(const char *folder, struct manifest *manifest, const struct fetch_result *result, int side_minimum,
	struct manifest_row *row, struct error *error)
{
	char name[2 * NAME_BYTES + 1];
	struct judgement judgement = {0};
	char *file = NULL;
	row->file = row->type = "";
	row->reason = result->reason;
	row->status = result->outcome == FETCH_REFUSED ? MANIFEST_REFUSED : MANIFEST_FAILED;
	if (result->outcome == FETCH_DONE) {
		bool good = judge(manifest, result, side_minimum, row, &judgement);
		row->status = good ? MANIFEST_ACCEPTED : MANIFEST_REFUSED;
		row->reason = judgement.reason;
		row->width = judgement.info.width;
		row->height = judgement.info.height;
		if (judgement.info.type != IMAGE_UNKNOWN && judgement.info.type != IMAGE_TGA)
			row->type = image_type_name(judgement.info.type);
	}
	int failed = 0;
	if (row->status == MANIFEST_ACCEPTED) {
		digest_hex(judgement.digest, NAME_BYTES, name);
		file = text_format("%s/%s.%s", row->class_name, name, image_type_extension(judgement.info.type));
		row->file = file;
		failed = file ? write_image(folder, result, row, error) : error_memory(error, folder);
	}
	if (!failed)
		failed = manifest_add(manifest, row, error);
	free(file);
	return failed ? -1 : (int)row->status;
}

/* ".HASH.EXTENSION.PID-N", as output_open names a file in the making. */
static bool is_unfinished(const char *name)
{
	const char *digits = name + (*name == '.');
	return *name == '.' && strspn(digits, "0123456789abcdef") == 2 * NAME_BYTES && digits[2 * NAME_BYTES] == '.';
}

void keep_sweep(const char *folder, const char *class_name)
{
	char *path = file_join(folder, class_name);
	DIR *entries = path ? opendir(path) : NULL;
	for (struct dirent *entry; entries && (entry = readdir(entries));)
		if (is_unfinished(entry->d_name))
			unlinkat(dirfd(entries), entry->d_name, 0);
	if (entries)
		closedir(entries);
	free(path);
}
