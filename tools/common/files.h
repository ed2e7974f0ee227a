/* No output takes the place of an input, nor of another output: for every tool, before it begins. */
#ifndef TOOLS_COMMON_FILES_H
#define TOOLS_COMMON_FILES_H

/* What is read of a folder among the operands: all files below it, or those of the class folders in it, or in its train,
 * validation and test. */
enum tool_folders { TOOL_WHOLE_FOLDERS, TOOL_CLASS_FOLDERS };

/* Takes what the options name, by the types of their rows (base/options.h), and the operands (NULL: none; "-" is standard
 * input) as what is read and written, and refuses as an error of usage
 *   an output that is a file that is read: by whatever name, in a folder that is read, or one of a model's own;
 *   two outputs that are one file, there or not, or both standard output;
 *   a folder to write into that is, or lies in, a folder among the operands.
 * Devices and pipes may be anything, also twice. What is written under names that are found out later, output_open refuses
 * to put in the place of an input. After tool_start, and before anything is read or made. */
void tool_check_files(char *const *operands, int count, enum tool_folders folders);

/* One more input, known only later: refuses it where it is one of the outputs. */
void tool_check_input(const char *path);

/* One more output, that no row declares: to be called before tool_check_files. `option`, with its dashes, is what
 * messages name. Both are copied; without memory, also where `path` is NULL for that reason, the tool ends. */
void tool_add_output(const char *option, const char *path);

#endif
