#include "dataset/split_folder.h"

#include "base/file.h"
#include "base/paths.h"
#include "base/rename.h"
#include "base/signals.h"
#include "dataset/split.h"
#include "dataset/split_contents.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

const char split_list_name[] = "split.tsv";

/* The list of an earlier split whose removal has begun: what is left of it is not taken for a
 * split. */
static const char removed_list_name[] = "split.tsv.removed";

static const char kind[] = "split";

/* All names that entries of a split can have: parts, folds, and last the list. */
enum { MEMBER_PARTS = SPLIT_PARTS + FOLDS_MAXIMUM, MEMBER_COUNT };

static const char *member_name(int index, char out[24])
{
	struct split folds = {.folds = FOLDS_MAXIMUM}, parts = {0};
	return index == MEMBER_PARTS  ? split_list_name
		: index < SPLIT_PARTS ? split_part_name(&parts, index, out)
				      : split_part_name(&folds, index - SPLIT_PARTS, out);
}

static bool is_member(const char *name)
{
	char member[24];
	for (int i = 0; i < MEMBER_COUNT; i++)
		if (strcmp(name, member_name(i, member)) == 0)
			return true;
	return false;
}

static bool path_exists(const char *path)
{
	struct stat status;
	return lstat(path, &status) == 0;
}

static bool has_entry(const char *folder, const char *name)
{
	char *path = file_join(folder, name);
	bool exists = path && path_exists(path);
	free(path);
	return exists;
}

static bool has_split(const char *folder)
{
	return has_entry(folder, split_list_name);
}

/* ---- entries ---- */

/* Moves from/name to to/name, which must not exist. */
static int move_entry(const char *from, const char *to, const char *name, struct error *error)
{
	char *old_path = file_join(from, name), *new_path = file_join(to, name);
	int result = old_path && new_path ? 0 : error_memory(error, to);
	if (result == 0 && rename_new(old_path, new_path))
		result = errno != EEXIST
			? error_system(error, new_path)
			: error_set(error, new_path,
				  "exists, as does %s from an earlier run: remove one of them",
				  old_path);
	free(old_path);
	free(new_path);
	return result;
}

/* Moves the parts and then the list. On failure all moves are undone, unless that fails too. */
static int move_split(const char *from, const char *target, struct error *error)
{
	char buffer[24];
	bool moved[MEMBER_COUNT] = {false};
	int result = 0;
	for (int i = 0; i < MEMBER_COUNT && result == 0; i++) {
		const char *name = member_name(i, buffer);
		if (has_entry(from, name))
			moved[i] = (result = move_entry(from, target, name, error)) == 0;
	}
	for (int i = MEMBER_COUNT - 1; i >= 0 && result; i--)
		if (moved[i] && move_entry(target, from, member_name(i, buffer), NULL))
			break;
	return result;
}

/* Whether an entry belongs to the split: its parts and its list. Of a split without a list (NULL)
 * all that could be. */
static bool belongs_to(const struct split_contents *contents, const char *name)
{
	return !contents ? is_member(name)
			 : split_contents_has_part(contents, name) ||
			strcmp(name, split_list_name) == 0 || strcmp(name, removed_list_name) == 0;
}

/* Lists the entries of a folder, also hidden ones, that do not belong to its split. The caller
 * frees the list either way. */
static int list_others(const char *path, const struct split_contents *contents,
	struct text_list *names, struct error *error)
{
	DIR *folder = opendir(path);
	if (!folder)
		return error_system(error, path);
	int result = 0;
	struct dirent *entry;
	while (result == 0 && (errno = 0, entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 &&
			!belongs_to(contents, entry->d_name))
			result = text_list_add(names, entry->d_name, error);
	if (result == 0 && errno)
		result = error_system(error, path);
	closedir(folder);
	return result;
}

static int move_others(const char *from, const struct split_contents *contents, const char *target,
	struct error *error)
{
	struct text_list names = {0};
	int result = list_others(from, contents, &names, error);
	for (size_t i = 0; i < names.count && result == 0; i++)
		result = move_entry(from, target, names.items[i], error);
	text_list_free(&names);
	return result;
}

/* ---- the earlier split ---- */

/* Reads what belongs to the split in `folder`. The contents are the caller's to free either way. */
static int read_contents(struct split_contents *contents, const char *folder, const char *list_name,
	struct error *error)
{
	*contents = (struct split_contents){0};
	char *list = file_join(folder, list_name);
	int result =
		list ? split_contents_read(contents, list, error) : error_memory(error, folder);
	free(list);
	return result;
}

static int remove_entry(const char *folder, const char *name, struct error *error)
{
	char *path = file_join(folder, name);
	int result = !path          ? error_memory(error, folder)
		: remove_tree(path) ? error_system(error, path)
				    : 0;
	free(path);
	return result;
}

/* Removes a folder and the parts of a split in it that was never complete: it has no list. */
static int remove_incomplete(const char *folder, struct error *error)
{
	char name[24];
	int result = 0;
	for (int i = 0; i < MEMBER_PARTS && result == 0; i++)
		result = remove_entry(folder, member_name(i, name), error);
	return result == 0 && rmdir(folder) ? error_system(error, folder) : result;
}

static int mark_as_removed(const char *folder, struct error *error)
{
	char *list = file_join(folder, split_list_name),
	     *removed = file_join(folder, removed_list_name);
	int result = !list || !removed                         ? error_memory(error, folder)
		: rename_new(list, removed) && errno != ENOENT ? error_system(error, list)
							       : 0;
	free(list);
	free(removed);
	return result;
}

/* Moves the entries that do not belong to the split from `folder` to `target`; then removes the
 * split and the folder. The list stays until the last of its files is removed, so that after a kill
 * the next run knows which are left. */
static int remove_by_contents(const char *folder, const struct split_contents *contents,
	const char *target, struct error *error)
{
	if (move_others(folder, contents, target, error) || mark_as_removed(folder, error) ||
		split_contents_remove(contents, folder, error) ||
		remove_entry(folder, removed_list_name, error))
		return -1;
	return rmdir(folder) ? error_system(error, folder) : 0;
}

static int remove_earlier(const char *folder, const char *list_name, const char *target,
	struct error *error)
{
	struct split_contents contents;
	int result = read_contents(&contents, folder, list_name, error);
	if (result == 0)
		result = remove_by_contents(folder, &contents, target, error);
	split_contents_free(&contents);
	return result;
}

/* Removes what an interrupted run left, but for what others put there. */
static int remove_leftover(const char *folder, const char *target, struct error *error)
{
	char *list = file_join(folder, split_list_name);
	if (!list)
		return error_memory(error, folder);
	unfinished_clear(list);
	free(list);
	bool is_complete = has_split(folder);
	if (!is_complete && !has_entry(folder, removed_list_name))
		return move_others(folder, NULL, target, error) || remove_incomplete(folder, error)
			? -1
			: 0;
	return remove_earlier(folder, is_complete ? split_list_name : removed_list_name, target,
		error);
}

/* ---- checks ---- */

static int check_parts(const char *target, struct error *error)
{
	char name[24];
	for (int i = 0; i < MEMBER_PARTS; i++)
		if (has_entry(target, member_name(i, name)))
			return error_set(error, target,
				"has %s but no %s: it was not written by split-dataset and is not "
				"replaced",
				name, split_list_name);
	return 0;
}

static int check_working_folder(const char *target, struct error *error)
{
	static const char *const advice =
		"has a split, which would be removed: run this in another directory";
	if (path_is_same(target, "."))
		return error_set(error, target, "is the working directory and %s", advice);
	return path_is_within(".", target)
		? error_set(error, target, "contains the working directory and %s", advice)
		: 0;
}

/* Reads the split in `target` and checks that it may be replaced. The contents are the caller's to
 * free either way. */
static int check_earlier(struct split_contents *contents, const char *target, struct error *error)
{
	return read_contents(contents, target, split_list_name, error) ||
			check_working_folder(target, error) ||
			split_contents_check(contents, target, error)
		? -1
		: 0;
}

/* Checks that no part of the new split in `staging` has the name of an entry of `target` that
 * others put there. */
static int check_names(const char *staging, const struct split_contents *earlier,
	const char *target, struct error *error)
{
	char name[24];
	for (int i = 0; i < MEMBER_PARTS; i++)
		if (has_entry(staging, member_name(i, name)) &&
			!split_contents_has_part(earlier, name) && has_entry(target, name)) {
			char *path = file_join(target, name);
			split_contents_refuse(path, error);
			free(path);
			return -1;
		}
	return 0;
}

static bool is_mount_point(const char *path)
{
	struct statx status;
	return statx(AT_FDCWD, path, AT_STATX_DONT_SYNC, 0, &status) == 0 &&
		status.stx_attributes & STATX_ATTR_MOUNT_ROOT;
}

int split_folder_check(const char *target, struct error *error)
{
	struct split_contents contents;
	if (is_mount_point(target))
		return error_set(error, target,
			"is a mount point, which can't be replaced as a whole: give a folder in "
			"it");
	if (!has_split(target))
		return check_parts(target, error);
	int result = check_earlier(&contents, target, error);
	split_contents_free(&contents);
	return result;
}

/* ---- recovery from interrupted runs ---- */

struct split_recovery {
	const char *target;
	struct error *error;
};

/* Whether both have a part of the same name: then the parts in `target` were not moved from
 * `leftover`. */
static bool have_common_part(const char *leftover, const char *target)
{
	char name[24];
	for (int i = 0; i < MEMBER_PARTS; i++)
		if (has_entry(leftover, member_name(i, name)) && has_entry(target, name))
			return true;
	return false;
}

static int recover(const char *leftover, void *context)
{
	const struct split_recovery *recovery = context;
	const char *target = recovery->target;
	if (has_split(leftover) && !path_exists(target))
		return rename_new(leftover, target) ? error_system(recovery->error, target) : 0;
	if (has_split(leftover) && !has_split(target)) {
		if (have_common_part(leftover, target))
			return 0;
		if (move_split(leftover, target, recovery->error))
			return -1;
	}
	return remove_leftover(leftover, target, recovery->error);
}

int split_folder_recover(const char *target, struct error *error)
{
	struct split_recovery recovery = {target, error};
	return unfinished_recover(target, kind, recover, &recovery);
}

/* ---- a new split ---- */

int split_folder_create(struct unfinished *staging, const char *target, struct error *error)
{
	*staging = (struct unfinished){0};
	return unfinished_folder_of(staging, target, kind) ? error_system(error, target) : 0;
}

/* Locks the earlier split, so that no other process takes it for a leftover of an interrupted run
 * before it is removed. Without locks there is no recovery either. */
static int lock_earlier(const char *target, struct error *error)
{
	int descriptor = open(target, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (descriptor < 0)
		return error_system(error, target);
	if (flock(descriptor, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
		close(descriptor);
		return error_set(error, target, "is being replaced by another process");
	}
	return descriptor;
}

/* For file systems without an atomic exchange: renames the earlier split to an unused name, then
 * the new one to `target`. If killed in between, the next run recovers. Returns the new path of the
 * earlier split, the caller's to free; NULL with errno. */
static char *exchange_in_two_steps(const char *staging, const char *target)
{
	struct unfinished aside;
	if (unfinished_folder_of(&aside, target, kind))
		return NULL;
	char *earlier = strdup(aside.path);
	unfinished_forget(&aside);
	if (!earlier)
		return NULL;
	/* rename() replaces the empty folder. */
	int result = rename(target, earlier);
	if (result == 0 && (result = rename(staging, target))) {
		int saved_errno = errno;
		rename(earlier, target);
		errno = saved_errno;
	}
	if (result) {
		int saved_errno = errno;
		rmdir(earlier);
		free(earlier);
		errno = saved_errno;
		return NULL;
	}
	return earlier;
}

/* Exchanges both folders. Returns the new path of the earlier split, the caller's to free; NULL
 * with errno: nothing changed. */
static char *exchange(const char *staging, const char *target)
{
	char *earlier = strdup(staging);
	if (!earlier || rename_exchange(staging, target) == 0)
		return earlier;
	bool refused = rename_is_unsupported();
	free(earlier);
	return refused ? exchange_in_two_steps(staging, target) : NULL;
}

/* Exchanges the splits and removes the earlier one, by the list that it has now. */
static int exchange_and_remove(struct unfinished *staging, const char *target, struct error *error)
{
	struct error cause;
	char *earlier = exchange(staging->path, target);
	if (!earlier)
		return error_system(error, target);
	unfinished_forget(staging);
	int result = remove_earlier(earlier, split_list_name, target, &cause);
	free(earlier);
	return result ? error_set(error, target,
				"is the new split, but the earlier one could not be removed: "
				"%.300s: %.100s",
				cause.object, cause.reason)
		      : 0;
}

static int replace(struct unfinished *staging, const char *target, struct error *error)
{
	struct split_contents contents;
	int lock = lock_earlier(target, error);
	if (lock < 0)
		return -1;
	int result = check_earlier(&contents, target, error) ||
			check_names(staging->path, &contents, target, error) ||
			exchange_and_remove(staging, target, error)
		? -1
		: 0;
	split_contents_free(&contents);
	close(lock);
	return result;
}

static int install(struct unfinished *staging, const char *target, struct error *error)
{
	if (has_split(target))
		return replace(staging, target, error);
	if (check_parts(target, error))
		return -1;
	if (path_exists(target)) {
		int result = move_split(staging->path, target, error);
		/* A failed rollback is completed by the next run. */
		if (result && check_parts(target, NULL))
			unfinished_forget(staging);
		return result;
	}
	if (rename_new(staging->path, target))
		return error_system(error, target);
	unfinished_forget(staging);
	return 0;
}

int split_folder_install(struct unfinished *staging, const char *target, struct error *error)
{
	sigset_t before;
	signals_block(&before);
	int result = fsync(staging->lock) ? error_system(error, target)
					  : install(staging, target, error);
	unfinished_remove(staging);
	signals_unblock(&before);
	return result;
}
