#include "dataset/split_output.h"

#include "base/file.h"
#include "base/paths.h"
#include "dataset/split_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const split_link_names[] = {"hard", "symbolic", "copy", NULL};

/* ---- checks ---- */

int split_output_check_operands(const char *in, const char *out, struct error *error)
{
	if (path_is_same(in, out))
		return error_set(error, out, "is the same folder as %s", in);
	if (path_is_within(out, in))
		return error_set(error, out, "lies inside %s", in);
	return path_is_within(in, out) ? error_set(error, in, "lies inside %s", out) : 0;
}

int split_output_check(const char *in, const char *out, struct error *error)
{
	if (!*in || !*out)
		return error_set(error, *in ? out : in, "an empty name is not a folder");
	if (file_exists(out) && !file_is_folder(out))
		return error_set(error, out, "is not a folder");
	char *target = path_resolve(out);
	if (!target)
		return error_system(error, out);
	int result = split_folder_recover(target, error) || split_folder_check(target, error)
		? error_replace_path(error, target, out)
		: 0;
	free(target);
	return result;
}

/* ---- one file ---- */

static int copy_bytes(FILE *in, FILE *out, const char *from, const char *to, struct error *error)
{
	char buffer[1 << 15];
	size_t size;
	while ((size = fread(buffer, 1, sizeof buffer, in)) > 0)
		if (fwrite(buffer, 1, size, out) != size)
			return error_system(error, to);
	return ferror(in) ? error_system(error, from) : 0;
}

static int copy_file(const char *from, const char *to, struct error *error)
{
	struct stat status;
	FILE *in = fopen(from, "rbe");
	if (!in)
		return error_system(error, from);
	FILE *out = fopen(to, "wbxe");
	if (!out) {
		error_system(error, to);
		fclose(in);
		return -1;
	}
	int result = copy_bytes(in, out, from, to, error);
	if (result == 0 &&
		(fflush(out) || fstat(fileno(in), &status) ||
			futimens(fileno(out), (struct timespec[]){status.st_atim, status.st_mtim})))
		result = error_system(error, to);
	if (fclose(out) && result == 0)
		result = error_system(error, to);
	fclose(in);
	return result;
}

static int link_hard(const char *from, const char *to, struct error *error)
{
	if (linkat(AT_FDCWD, from, AT_FDCWD, to, AT_SYMLINK_FOLLOW) == 0)
		return 0;
	bool is_unsupported =
		errno == EXDEV || errno == EPERM || errno == EMLINK || errno == EOPNOTSUPP;
	return is_unsupported ? copy_file(from, to, error) : error_system(error, to);
}

static int link_symbolic(const char *from, const char *to, struct error *error)
{
	char *real = realpath(from, NULL);
	if (!real)
		return error_system(error, from);
	int result = symlink(real, to) ? error_system(error, to) : 0;
	free(real);
	return result;
}

/* Links or copies the file to FOLDER/PART/CLASS/... */
static int write_file(const struct split_file *file, const char *folder, const char *part,
	enum split_link link, struct error *error)
{
	char *path = text_format("%s/%s/%s", folder, part, file->file->source);
	if (!path)
		return error_memory(error, folder);
	char *slash = strrchr(path, '/');
	*slash = 0;
	int result = file_make_folder(path, error);
	*slash = '/';
	if (result == 0)
		result = link == SPLIT_HARD      ? link_hard(file->file->path, path, error)
			: link == SPLIT_SYMBOLIC ? link_symbolic(file->file->path, path, error)
						 : copy_file(file->file->path, path, error);
	free(path);
	return result;
}

/* Links or copies the file into each fold: into one as validation, into the others as training. */
static int write_to_folds(const struct split *split, const struct split_file *file,
	const char *folder, enum split_link link, struct error *error)
{
	for (int fold = 0; fold < split->folds; fold++) {
		char part[32];
		snprintf(part, sizeof part, "fold-%d/%s", fold + 1,
			split_part_names[file->part == fold ? SPLIT_VALIDATION : SPLIT_TRAIN]);
		if (write_file(file, folder, part, link, error))
			return -1;
	}
	return 0;
}

/* ---- all files ---- */

static int write_list(const struct split *split, const char *folder, struct error *error)
{
	struct output output;
	char *path = file_join(folder, split_list_name);
	if (!path)
		return error_memory(error, folder);
	int result = output_open(&output, path, error);
	if (result == 0) {
		split_write_list(split, output.stream);
		result = output_commit(&output, error);
	}
	free(path);
	return result;
}

static int write_files(const struct split *split, const char *folder, enum split_link link,
	struct error *error)
{
	for (size_t i = 0; i < split->count; i++) {
		const struct split_file *file = &split->files[i];
		if (split->folds ? write_to_folds(split, file, folder, link, error)
				 : write_file(file, folder, split_part_names[file->part], link,
					   error))
			return -1;
	}
	return write_list(split, folder, error);
}

/* Copies are synced to disk before the folder gets its final name. */
static int sync_copies(const struct unfinished *staging, enum split_link link, const char *target,
	struct error *error)
{
	return link == SPLIT_COPY && syncfs(staging->lock) ? error_system(error, target) : 0;
}

int split_output_write(const struct split *split, const char *out, enum split_link link,
	struct error *error)
{
	struct unfinished staging;
	if (file_make_parent(out, error))
		return -1;
	char *target = path_resolve(out);
	if (!target)
		return error_system(error, out);
	int result = split_folder_create(&staging, target, error);
	if (result == 0 && write_files(split, staging.path, link, error))
		result = error_replace_path(error, staging.path, out);
	else if (result == 0)
		result = sync_copies(&staging, link, target, error) ||
				split_folder_install(&staging, target, error)
			? -1
			: 0;
	if (result)
		error_replace_path(error, target, out);
	unfinished_remove(&staging);
	free(target);
	return result;
}
