/* Checks of every tool, before it starts, that no output overwrites an input or another output. */
#ifndef TOOLS_COMMON_FILES_H
#define TOOLS_COMMON_FILES_H

/* What is read of a folder operand: all files below it, or those of the class folders in it or in
 * its train, validation and test. */
enum tool_folders { TOOL_WHOLE_FOLDERS, TOOL_CLASS_FOLDERS };

/* Collects inputs and outputs from the options, by the types of their rows (base/options.h), and
 * from the operands (NULL: none; "-" is standard input), and refuses as a usage error an output
 * that is an input file: by any name, in a folder that is read, or of a model; two outputs that are
 * the same file, existing or not, or both standard output; an output folder that is a folder
 * operand or inside one. Devices and pipes may be used in any way, also twice. For outputs whose
 * names are known only later, output_open refuses to replace an input. After tool_start, and before
 * anything is read or created. */
void tool_check_files(char *const *operands, int count, enum tool_folders folders);

/* Adds an input known only later; refuses it if it is one of the outputs. */
void tool_check_input(const char *path);

/* Adds an output that no row declares, before tool_check_files. `option`, with its dashes, is for
 * messages. Both are copied; without memory, also if `path` is NULL for that reason, the tool
 * exits. */
void tool_add_output(const char *option, const char *path);

/* Adds the files of a model in a folder, likewise. */
void tool_add_model_output(const char *option, const char *folder);

#endif
