#include "common/files.h"

#include "base/array.h"
#include "base/file.h"
#include "base/paths.h"
#include "base/protected.h"
#include "common/tool.h"
#include "dataset/class_folders.h"
#include "model/find_files.h"
#include "model/folder.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct tool_output {
	char option[64]; /* "--output" */
	char *path;
	bool folder;
};

static struct tool_output *outputs;
static size_t output_count;

static void __attribute__((noreturn)) exit_with(const struct error *error)
{
	exit(tool_error(error));
}

/* "folder/name", allocated. */
static char *join(const char *folder, const char *name)
{
	struct error error;
	char *path = file_join(folder, name);
	if (path)
		return path;
	error_memory(&error, folder);
	exit_with(&error);
}

/* ---- inputs ---- */

static void add_input(const char *path)
{
	struct error error;
	if (protect_file(path, &error))
		exit_with(&error);
}

static void add_input_in(const char *folder, const char *name)
{
	char *path = join(folder, name);
	add_input(path);
	free(path);
}

/* A model's files: of a folder those of the usual names, whether they are there or not, and what
 * is found; of a file those that belong to it. Errors are reported later, when it is read. */
static void add_model(const char *model)
{
	struct error ignored;
	struct model_files files;
	char path[4096 + MODEL_FILE_NAME_SIZE];
	bool is_folder = file_is_folder(model);
	for (int i = 0; is_folder && i < MODEL_CURVES; i++)
		add_input_in(model, model_file_names[i]);
	if (!is_folder)
		add_input(model);
	if (model_files_list(&files, model, &ignored) == 0)
		for (int i = 0; i < files.count; i++)
			if (model_files_needs(&files, i))
				add_input(model_files_path(&files, &files.items[i], path,
					sizeof path));
	model_files_close(&files);
}

/* Errors of a folder are reported later, when it is read; here the files found are used. */
static void add_folder(const char *folder, enum tool_folders folders)
{
	struct error ignored;
	struct dataset_files files = {0};
	int failed = folders == TOOL_CLASS_FOLDERS
		? class_folders_read(&files, folder, &ignored)
		: dataset_files_add_folder(&files, folder, &ignored);
	(void)failed;
	for (size_t i = 0; i < files.count; i++)
		add_input(files.files[i].path);
	dataset_files_free(&files);
}

/* Class folders may be split already. */
static void add_class_folders(const char *folder)
{
	char *parts[] = {join(folder, "train"), join(folder, "validation"), join(folder, "test")};
	bool split = file_is_folder(parts[0]) && file_is_folder(parts[1]);
	if (!split)
		add_folder(folder, TOOL_CLASS_FOLDERS);
	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
		if (split && file_is_folder(parts[i]))
			add_folder(parts[i], TOOL_CLASS_FOLDERS);
		free(parts[i]);
	}
}

/* ---- outputs ---- */

static bool names_standard_output(const char *path)
{
	static const char *const names[] = {"-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(path, names[i]) == 0)
			return true;
	return false;
}

static bool is_standard(const struct tool_output *output)
{
	return !output->folder && names_standard_output(output->path);
}

static void add_output(const char *option, const char *path, bool folder)
{
	struct error error;
	struct tool_output *larger = array_grow(outputs, output_count, sizeof *larger);
	char *copy = path ? strdup(path) : NULL;
	if (!larger || !copy) {
		error_memory(&error, option);
		exit_with(&error);
	}
	outputs = larger;
	outputs[output_count] = (struct tool_output){.path = copy, .folder = folder};
	snprintf(outputs[output_count++].option, sizeof outputs->option, "%s", option);
}

void tool_add_output(const char *option, const char *path)
{
	add_output(option, path, false);
}

/* Only the files of a model are replaced in its folder. */
void tool_add_model_output(const char *option, const char *folder)
{
	for (int i = 0; i < MODEL_FILES; i++) {
		char *path = join(folder, model_file_names[i]);
		add_output(option, path, false);
		free(path);
	}
}

/* Whether output goes to standard output: not if --output names another file. */
static bool writes_standard_output(void)
{
	for (const struct option_row *row = tool_options()->rows; row->help; row++)
		if (row->type != OPTION_TITLE && strcmp(row->name, "output") == 0) {
			const char *path = *(const char **)row->value;
			return !path || names_standard_output(path);
		}
	return true;
}

static void add_input_option(const char *name, const char *path)
{
	if (strcmp(name, "model") == 0 || file_is_folder(path))
		add_model(path);
	else
		add_input(path);
}

static void add_option(const struct option_row *row)
{
	const struct text_list *list = row->value;
	const char *path = options_is_text(row->type) ? *(const char **)row->value : NULL;
	char option[64];
	snprintf(option, sizeof option, "--%s", row->name);
	for (size_t i = 0; row->type == OPTION_INPUT_LIST && i < list->count; i++)
		add_input_option(row->name, list->items[i]);
	if (path && row->type == OPTION_INPUT)
		add_input_option(row->name, path);
	else if (path && row->type == OPTION_OUTPUT_MODEL)
		tool_add_model_output(option, path);
	else if (path && (row->type == OPTION_OUTPUT || row->type == OPTION_OUTPUT_FOLDER))
		add_output(option, path, row->type == OPTION_OUTPUT_FOLDER);
}

/* ---- conflicts ---- */

/* Whether `path` is a device or a pipe, which may be used several times. */
static bool is_device(const char *path)
{
	struct stat status;
	return stat(path, &status) == 0 && !S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode);
}

static void check_inputs(void)
{
	struct stat status;
	const char *input = fstat(STDOUT_FILENO, &status) == 0 ? protected_name(&status) : NULL;
	if (input)
		tool_usage("standard output", "is %s, which is read", input);
	for (size_t i = 0; i < output_count; i++)
		if (!is_standard(&outputs[i]) && (input = protected_name_of(outputs[i].path)))
			tool_usage(outputs[i].option, "would replace %s, which is read", input);
}

/* Two output folders may be the same: the files in them have different names. */
static bool is_same_file(const struct tool_output *output, const struct tool_output *other)
{
	if (is_standard(output) || is_standard(other))
		return is_standard(output) && is_standard(other);
	return !(output->folder && other->folder) && !is_device(output->path) &&
		path_is_same(output->path, other->path);
}

static void check_outputs(void)
{
	struct stat standard, status;
	bool to_file = writes_standard_output() && fstat(STDOUT_FILENO, &standard) == 0 &&
		S_ISREG(standard.st_mode);
	for (size_t i = 0; i < output_count; i++) {
		const struct tool_output *output = &outputs[i];
		for (size_t k = 0; k < i; k++)
			if (is_same_file(output, &outputs[k]))
				tool_usage(output->option, "and %s name one file",
					outputs[k].option);
		if (to_file && !is_standard(output) && stat(output->path, &status) == 0 &&
			status.st_dev == standard.st_dev && status.st_ino == standard.st_ino)
			tool_usage(output->option, "and standard output are one file");
	}
}

static void check_folders(const char *input)
{
	for (size_t i = 0; i < output_count; i++)
		if (outputs[i].folder && path_is_within(outputs[i].path, input))
			tool_usage(outputs[i].option, "would write into %s, which is read", input);
}

/* If no output exists yet, nothing can be replaced. */
static bool may_replace(void)
{
	struct stat status;
	bool any = fstat(STDOUT_FILENO, &status) == 0 && S_ISREG(status.st_mode);
	for (size_t i = 0; i < output_count; i++)
		any |= file_exists(outputs[i].path);
	return any;
}

static void add_operand(const char *path, enum tool_folders folders)
{
	if (!file_is_folder(path)) {
		add_input(path);
		return;
	}
	check_folders(path);
	if (may_replace() && folders == TOOL_CLASS_FOLDERS)
		add_class_folders(path);
	else if (may_replace())
		add_folder(path, folders);
}

void tool_check_files(char *const *operands, int count, enum tool_folders folders)
{
	for (const struct option_row *row = tool_options()->rows; row->help; row++)
		if (row->type != OPTION_TITLE)
			add_option(row);
	for (int i = 0; i < count; i++)
		add_operand(operands[i], folders);
	check_outputs();
	check_inputs();
}

void tool_check_input(const char *path)
{
	add_input(path);
	check_inputs();
}
