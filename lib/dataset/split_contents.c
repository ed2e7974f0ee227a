#include "dataset/split_contents.h"

#include "base/array.h"
#include "base/file.h"
#include "dataset/split.h"
#include "dataset/table.h"

#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COLUMN_PATH, COLUMN_CLASS = 5, COLUMN_PART, COLUMNS };

int split_contents_refuse(const char *path, struct error *error)
{
	return error_set(error, path, "was not put there by split-dataset: move it away");
}

/* ---- names ---- */

/* The rest of `path` below a folder `name`, "" for the folder itself; NULL if it is not below
 * it. */
static const char *below(const char *path, const char *name)
{
	size_t length = strlen(name);
	if (strncmp(path, name, length) != 0 || (path[length] && path[length] != '/'))
		return NULL;
	return path + length + (path[length] == '/');
}

/* The part or fold whose folder is the first of `path`, the rest of which is put into *rest; -1 if
 * there is none. */
static int find_part(const char *path, bool has_folds, const char **rest)
{
	char name[24];
	struct split split = {.folds = has_folds};
	for (int part = 0; part < (has_folds ? FOLDS_MAXIMUM : SPLIT_PARTS); part++)
		if ((*rest = below(path, split_part_name(&split, part, name))))
			return part;
	return -1;
}

/* Whether no name in it is empty or hidden, as "." and ".." are: such files are never in a
 * split. */
static bool is_valid_path(const char *path)
{
	bool is_start = true;
	for (; *path; path++) {
		if (is_start && (*path == '/' || *path == '.'))
			return false;
		is_start = *path == '/';
	}
	return !is_start;
}

static uint64_t class_root(bool has_folds, int part, bool is_validation)
{
	return UINT64_C(1) << (has_folds ? 2 * part + is_validation : part);
}

/* ---- the list ---- */

/* The rows are read twice: whether the split has folds, which ones, and what the paths begin with,
 * is known after the last. */
struct list_reading {
	struct split_contents *contents;
	bool has_parts;  /* a row names a part */
	bool of_classes; /* all paths begin with CLASS/ */
	bool of_parts;   /* all paths begin with PART/CLASS/: the folder that was read was split
	                    already */
	uint64_t train_roots; /* of all folds */
};

struct list_row {
	const char *path, *class_name;
	int part;
	bool is_fold;
};

static bool parse_row(const struct table *table, struct list_row *row)
{
	const char *rest;
	if (table->count != COLUMNS)
		return false;
	*row = (struct list_row){.path = table->fields[COLUMN_PATH],
		.class_name = table->fields[COLUMN_CLASS]};
	const char *part = table->fields[COLUMN_PART];
	row->part = find_part(part, false, &rest);
	if (row->part < 0) {
		row->is_fold = true;
		row->part = find_part(part, true, &rest);
	}
	return row->part >= 0 && !strchr(part, '/') && *row->class_name && is_valid_path(row->path);
}

static bool is_below_class(const char *path, const char *class_name)
{
	const char *rest = path ? below(path, class_name) : NULL;
	return rest && *rest;
}

/* The path without the part that it begins with; NULL if it does not. */
static const char *below_part(const struct list_row *row)
{
	return row->is_fold ? NULL : below(row->path, split_part_names[row->part]);
}

static int survey_row(struct list_reading *reading, const struct list_row *row, struct error *error)
{
	(void)error;
	struct split_contents *contents = reading->contents;
	reading->of_classes &= is_below_class(row->path, row->class_name);
	reading->of_parts &= is_below_class(below_part(row), row->class_name);
	reading->has_parts |= !row->is_fold;
	contents->has_folds |= row->is_fold;
	contents->parts |= UINT32_C(1) << row->part;
	if (row->is_fold)
		reading->train_roots |= class_root(true, row->part, false);
	return 0;
}

/* The place of a path below the class roots, which is added if it is new; NULL without memory. */
static struct split_place *add_place(struct split_contents *contents, const char *path,
	struct error *error)
{
	int index = text_list_find(&contents->paths, path);
	if (index >= 0)
		return &contents->places[index];
	struct split_place *places =
		array_grow(contents->places, contents->paths.count, sizeof *places);
	if (!places) {
		error_memory(error, path);
		return NULL;
	}
	contents->places = places;
	places[contents->paths.count] = (struct split_place){0};
	return text_list_add(&contents->paths, path, error) ? NULL
							    : &places[contents->paths.count - 1];
}

/* Adds the folders that hold a path, which is cut, up to the class roots. */
static int add_folders(struct split_contents *contents, char *path, uint64_t roots,
	struct error *error)
{
	while (*path) {
		char *slash = strrchr(path, '/');
		*(slash ? slash : path) = 0;
		struct split_place *place = add_place(contents, path, error);
		if (!place)
			return -1;
		if ((place->folder_roots & roots) == roots)
			return 0;
		place->folder_roots |= roots;
	}
	return 0;
}

static int add_row(struct list_reading *reading, const struct list_row *row, struct error *error)
{
	uint64_t roots = class_root(row->is_fold, row->part, true);
	if (row->is_fold)
		roots |= reading->train_roots & ~class_root(true, row->part, false);
	const char *source = reading->of_classes ? row->path : below_part(row);
	char *path = source ? strdup(source) : NULL;
	struct split_place *place = path ? add_place(reading->contents, path, error) : NULL;
	int result = path ? -1 : error_memory(error, row->path);
	if (place) {
		place->file_roots |= roots;
		result = add_folders(reading->contents, path, roots, error);
	}
	free(path);
	return result;
}

static int refuse_list(const char *path, struct error *error)
{
	return error_set(error, path, "was not written by split-dataset: move it away");
}

/* A table that is not valid is not the list of a split; a fault of the machine says nothing about
 * it. */
static int refuse_table(const char *path, const struct error *reason, struct error *error)
{
	return reason->kind == ERROR_MACHINE ? error_copy(error, reason) : refuse_list(path, error);
}

static int read_rows(struct list_reading *reading, const char *path,
	int (*take)(struct list_reading *reading, const struct list_row *row, struct error *error),
	struct error *error)
{
	struct table table;
	struct error reason;
	struct list_row row;
	if (table_open(&table, path, &reason))
		return refuse_table(path, &reason, error);
	int result = 0, more = table_next(&table, &reason);
	while (result == 0 && (more = table_next(&table, &reason)) > 0)
		result = parse_row(&table, &row) ? take(reading, &row, error)
						 : refuse_list(path, error);
	if (more < 0)
		result = refuse_table(path, &reason, error);
	table_close(&table);
	return result;
}

/* Before all of it is read, which may be something else and large. */
static int check_header(const char *path, struct error *error)
{
	struct stat status;
	char start[128];
	size_t length = strlen(split_list_header);
	if (lstat(path, &status))
		return error_system(error, path);
	ssize_t size =
		S_ISREG(status.st_mode) ? file_read_start(path, start, sizeof start, error) : 0;
	if (size < 0)
		return -1;
	return (size_t)size > length && memcmp(start, split_list_header, length) == 0 &&
			start[length] == '\n'
		? 0
		: refuse_list(path, error);
}

int split_contents_read(struct split_contents *contents, const char *path, struct error *error)
{
	*contents = (struct split_contents){0};
	struct list_reading reading = {.contents = contents, .of_classes = true, .of_parts = true};
	if (check_header(path, error) || read_rows(&reading, path, survey_row, error))
		return -1;
	bool is_consistent = contents->parts && !(reading.has_parts && contents->has_folds) &&
		(reading.of_classes || reading.of_parts);
	return is_consistent ? read_rows(&reading, path, add_row, error) : refuse_list(path, error);
}

void split_contents_free(struct split_contents *contents)
{
	text_list_free(&contents->paths);
	free(contents->places);
	*contents = (struct split_contents){0};
}

/* ---- look-ups ---- */

bool split_contents_has_part(const struct split_contents *contents, const char *name)
{
	const char *rest;
	int part = find_part(name, contents->has_folds, &rest);
	return part >= 0 && !strchr(name, '/') && contents->parts >> part & 1;
}

/* Whether the entry, at `path` below the folder of the split, is in the list. */
static bool is_listed(const struct split_contents *contents, const char *path, bool is_folder)
{
	int part = find_part(path, contents->has_folds, &path);
	bool is_validation = false;
	if (part < 0 || !(contents->parts >> part & 1))
		return false;
	if (contents->has_folds && !*path)
		return is_folder;
	if (contents->has_folds) {
		const char *fold_path = path;
		is_validation = (path = below(fold_path, split_part_names[SPLIT_VALIDATION]));
		if (!is_validation && !(path = below(fold_path, split_part_names[SPLIT_TRAIN])))
			return false;
	}
	int index = text_list_find(&contents->paths, path);
	if (index < 0)
		return false;
	const struct split_place *place = &contents->places[index];
	return (is_folder ? place->folder_roots : place->file_roots) &
		class_root(contents->has_folds, part, is_validation);
}

static bool is_listed_entry(const struct split_contents *contents, const FTSENT *entry,
	const char *path)
{
	bool is_folder = entry->fts_info == FTS_D || entry->fts_info == FTS_DP;
	bool is_file = entry->fts_info == FTS_F || entry->fts_info == FTS_SL ||
		entry->fts_info == FTS_SLNONE;
	return (is_folder || is_file) && is_listed(contents, path, is_folder);
}

/* ---- the parts on disk ---- */

/* `path` is that of the entry below the folder of the split. */
typedef int visit_entry(const struct split_contents *contents, const FTSENT *entry,
	const char *path, struct error *error);

static int check_entry(const struct split_contents *contents, const FTSENT *entry, const char *path,
	struct error *error)
{
	return is_listed_entry(contents, entry, path)
		? 0
		: split_contents_refuse(entry->fts_path, error);
}

static int remove_entry(const struct split_contents *contents, const FTSENT *entry,
	const char *path, struct error *error)
{
	if (entry->fts_info == FTS_D || !is_listed_entry(contents, entry, path))
		return 0;
	int result = entry->fts_info == FTS_DP ? rmdir(entry->fts_path)
					       : unlinkat(AT_FDCWD, entry->fts_path, 0);
	return result && errno != ENOENT && errno != ENOTEMPTY && errno != EEXIST
		? error_system(error, entry->fts_path)
		: 0;
}

static int compare_names(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Visits all entries of a part, folders before and after what is in them, in the order of their
 * names. */
static int walk_part(const struct split_contents *contents, const char *folder, char *part,
	visit_entry *visit, struct error *error)
{
	FTS *walk = fts_open((char *[]){part, NULL}, FTS_PHYSICAL | FTS_NOCHDIR, compare_names);
	if (!walk)
		return error_system(error, part);
	int result = 0;
	FTSENT *entry;
	while (result == 0 && (errno = 0, entry = fts_read(walk))) {
		bool failed = entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR ||
			entry->fts_info == FTS_NS;
		errno = failed ? entry->fts_errno : 0;
		if (failed && errno != ENOENT)
			result = error_system(error, entry->fts_path);
		else if (!failed)
			result =
				visit(contents, entry, entry->fts_path + strlen(folder) + 1, error);
	}
	if (result == 0 && errno && errno != ENOENT)
		result = error_system(error, part);
	fts_close(walk);
	return result;
}

static int walk_parts(const struct split_contents *contents, const char *folder, visit_entry *visit,
	struct error *error)
{
	char name[24];
	struct split split = {.folds = contents->has_folds};
	int result = 0;
	for (int part = 0; part < FOLDS_MAXIMUM && result == 0; part++) {
		if (!(contents->parts >> part & 1))
			continue;
		char *path = text_format("%s/%s", folder, split_part_name(&split, part, name));
		result = path ? walk_part(contents, folder, path, visit, error)
			      : error_memory(error, folder);
		free(path);
	}
	return result;
}

int split_contents_check(const struct split_contents *contents, const char *folder,
	struct error *error)
{
	return walk_parts(contents, folder, check_entry, error);
}

int split_contents_remove(const struct split_contents *contents, const char *folder,
	struct error *error)
{
	return walk_parts(contents, folder, remove_entry, error) ||
			split_contents_check(contents, folder, error)
		? -1
		: 0;
}
