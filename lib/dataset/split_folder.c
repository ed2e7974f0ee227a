#include "dataset/split_folder.h"

#include "base/file.h"
#include "base/paths.h"
#include "base/rename.h"
#include "base/signals.h"
#include "dataset/split.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

const char split_list_name[] = "split.tsv";

static const char kind[] = "split";

/* What a split consists of: its parts, or its folds, and then its list. */
enum { OWN_PARTS = SPLIT_PARTS + SPLIT_FOLDS_MAXIMUM, OWN_NAMES };

static const char *own_name(int index, char out[24])
{
	struct split folds = {.folds = SPLIT_FOLDS_MAXIMUM}, parts = {0};
	return index == OWN_PARTS ? split_list_name
		: index < SPLIT_PARTS ? split_part_name(&parts, index, out)
				      : split_part_name(&folds, index - SPLIT_PARTS, out);
}

static bool is_own(const char *name)
{
	char own[24];
	for (int i = 0; i < OWN_NAMES; i++)
		if (strcmp(name, own_name(i, own)) == 0)
			return true;
	return false;
}

static bool is_there(const char *path)
{
	struct stat status;
	return lstat(path, &status) == 0;
}

static bool holds(const char *folder, const char *name)
{
	char *path = file_join(folder, name);
	bool held = path && is_there(path);
	free(path);
	return held;
}

static bool holds_split(const char *folder)
{
	return holds(folder, split_list_name);
}

/* ---- entries ---- */

/* Moves from/name to to/name, where there must be none. */
static int move_entry(const char *from, const char *to, const char *name, struct error *error)
{
	char *old_path = file_join(from, name), *new_path = file_join(to, name);
	int result = old_path && new_path ? 0 : error_memory(error, to);
	if (result == 0 && rename_new(old_path, new_path))
		result = errno != EEXIST ? error_system(error, new_path)
			: error_set(error, new_path, "is there, and from an earlier run so is %s: one of them has to go", old_path);
	free(old_path);
	free(new_path);
	return result;
}

/* Moves the parts, and the list after them: all of it or, unless that fails too, nothing. */
static int move_split(const char *from, const char *place, struct error *error)
{
	char buffer[24];
	bool moved[OWN_NAMES] = {false};
	int result = 0;
	for (int i = 0; i < OWN_NAMES && result == 0; i++) {
		const char *name = own_name(i, buffer);
		if (holds(from, name))
			moved[i] = (result = move_entry(from, place, name, error)) == 0;
	}
	for (int i = OWN_NAMES - 1; i >= 0 && result; i--)
		if (moved[i] && move_entry(place, from, own_name(i, buffer), NULL))
			break;
	return result;
}

/* The names of what is in a folder and not of a split, hidden ones too. The caller frees them either way. */
static int list_others(const char *path, struct text_list *names, struct error *error)
{
	DIR *folder = opendir(path);
	if (!folder)
		return error_system(error, path);
	int result = 0;
	struct dirent *entry;
	while (result == 0 && (errno = 0, entry = readdir(folder)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0 && !is_own(entry->d_name))
			result = text_list_add(names, entry->d_name, error);
	if (result == 0 && errno)
		result = error_system(error, path);
	closedir(folder);
	return result;
}

static int move_others(const char *from, const char *place, struct error *error)
{
	struct text_list names = {0};
	int result = list_others(from, &names, error);
	for (size_t i = 0; i < names.count && result == 0; i++)
		result = move_entry(from, place, names.items[i], error);
	text_list_free(&names);
	return result;
}

/* Removes a split and its folder. Its list goes first: what is then left counts as no split. */
static int remove_split(const char *folder, struct error *error)
{
	char name[24];
	int result = 0;
	for (int i = OWN_NAMES - 1; i >= 0 && result == 0; i--) {
		char *path = file_join(folder, own_name(i, name));
		result = !path ? error_memory(error, folder) : remove_tree(path) ? error_system(error, path) : 0;
		free(path);
	}
	return result == 0 && rmdir(folder) ? error_system(error, folder) : result;
}

/* What is in `folder` beside a split goes home; then the folder is removed. */
static int clear(const char *folder, const char *place, struct error *error)
{
	char *list = file_join(folder, split_list_name);
	if (!list)
		return error_memory(error, folder);
	unfinished_clear(list);
	free(list);
	return move_others(folder, place, error) || remove_split(folder, error) ? -1 : 0;
}

/* ---- checks ---- */

static int check_parts(const char *place, struct error *error)
{
	char name[24];
	for (int i = 0; i < OWN_PARTS; i++)
		if (holds(place, own_name(i, name)))
			return error_set(error, place, "holds %s but no %s: it was not made here and stays as it is", name,
				split_list_name);
	return 0;
}

int split_folder_check(const char *place, struct error *error)
{
	if (!holds_split(place))
		return check_parts(place, error);
	if (path_is_same(place, "."))
		return error_set(error, place, "is the working folder and holds a split, which is replaced as a whole: "
			"run this in another folder");
	return 0;
}

/* ---- what was left ---- */

struct settling {
	const char *place;
	struct error *error;
};

/* Whether both have a part of one name: then what is in `place` did not come from there. */
static bool overlap(const char *left, const char *place)
{
	char name[24];
	for (int i = 0; i < OWN_PARTS; i++)
		if (holds(left, own_name(i, name)) && holds(place, name))
			return true;
	return false;
}

static int settle(const char *left, void *context)
{
	const struct settling *settling = context;
	const char *place = settling->place;
	if (holds_split(left) && !is_there(place))
		return rename_new(left, place) ? error_system(settling->error, place) : 0;
	if (holds_split(left) && !holds_split(place)) {
		if (overlap(left, place))
			return 0;
		if (move_split(left, place, settling->error))
			return -1;
	}
	return clear(left, place, settling->error);
}

int split_folder_settle(const char *place, struct error *error)
{
	struct settling settling = {place, error};
	return unfinished_settle(place, kind, settle, &settling);
}

/* ---- a new one ---- */

int split_folder_start(struct unfinished *fresh, const char *place, struct error *error)
{
	*fresh = (struct unfinished){0};
	return unfinished_folder_of(fresh, place, kind) ? error_system(error, place) : 0;
}

/* Locks the earlier split, so that nobody takes it for something left while it waits to be removed. Where there are no locks
 * nobody does. */
static int lock_earlier(const char *place, struct error *error)
{
	int descriptor = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (descriptor < 0)
		return error_system(error, place);
	if (flock(descriptor, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK) {
		close(descriptor);
		return error_set(error, place, "is being replaced by another process");
	}
	return descriptor;
}

/* Where names can't be exchanged: the earlier split goes to a free name, and the new one to its. Killed in between, the next
 * run finds both. Returns where the earlier one is, in fresh memory; NULL with errno. */
static char *exchange_apart(const char *fresh, const char *place)
{
	struct unfinished aside;
	if (unfinished_folder_of(&aside, place, kind))
		return NULL;
	char *earlier = strdup(aside.path);
	unfinished_forget(&aside);
	if (!earlier)
		return NULL;
	/* An empty folder is replaced. */
	int result = rename(place, earlier);
	if (result == 0 && (result = rename(fresh, place))) {
		int reason = errno;
		rename(earlier, place);
		errno = reason;
	}
	if (result) {
		int reason = errno;
		rmdir(earlier);
		free(earlier);
		errno = reason;
		return NULL;
	}
	return earlier;
}

/* Returns where the earlier split is then, in fresh memory; NULL with errno, and all is as before. */
static char *exchange(const char *fresh, const char *place)
{
	char *earlier = strdup(fresh);
	if (!earlier || rename_exchange(fresh, place) == 0)
		return earlier;
	bool refused = rename_is_refused();
	free(earlier);
	return refused ? exchange_apart(fresh, place) : NULL;
}

static int replace(struct unfinished *fresh, const char *place, struct error *error)
{
	int lock = lock_earlier(place, error);
	if (lock < 0)
		return -1;
	char *earlier = exchange(fresh->path, place);
	int result = earlier ? 0 : error_system(error, place);
	if (earlier) {
		struct error problem;
		unfinished_forget(fresh);
		if (clear(earlier, place, &problem))
			result = error_set(error, place, "is the new split, but the earlier one could not be cleared away: %.200s: %.200s",
				problem.object, problem.reason);
	}
	free(earlier);
	close(lock);
	return result;
}

static int put(struct unfinished *fresh, const char *place, struct error *error)
{
	if (split_folder_check(place, error))
		return -1;
	if (holds_split(place))
		return replace(fresh, place, error);
	if (is_there(place)) {
		int result = move_split(fresh->path, place, error);
		/* Steps that could not be taken back are for the next run to complete. */
		if (result && check_parts(place, NULL))
			unfinished_forget(fresh);
		return result;
	}
	if (rename_new(fresh->path, place))
		return error_system(error, place);
	unfinished_forget(fresh);
	return 0;
}

int split_folder_put(struct unfinished *fresh, const char *place, struct error *error)
{
	sigset_t before;
	signals_hold(&before);
	int result = fsync(fresh->lock) ? error_system(error, place) : put(fresh, place, error);
	unfinished_remove(fresh);
	signals_release(&before);
	return result;
}
