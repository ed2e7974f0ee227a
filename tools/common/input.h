/* The options that say what values a network takes. */
#ifndef TOOLS_COMMON_INPUT_H
#define TOOLS_COMMON_INPUT_H

#include "model/input_values.h"

struct tool_input {
	const char *range; /* NULL: not given */
	int mode;          /* enum input_mode; INPUT_RANGE: not given */
};
#define TOOL_INPUT_DEFAULT \
	{ \
		NULL, INPUT_RANGE \
	}

/* Rows for a table of options; `input` is a struct tool_input. */
#define TOOL_INPUT(input) \
	{0, "input-range", OPTION_TEXT, &(input).range, "A,B", \
		"values of black and white for the network (default: as the model says)", 0, 0, \
		NULL}, \
	{ \
		0, "input", OPTION_CHOICE, &(input).mode, "MODE", \
			"or the mode of Keras' preprocess_input for its values", 0, 0, \
			input_mode_names \
	}

/* Reads "A,B", two numbers, the first below the second. */
bool tool_parse_range(const char *text, double *minimum, double *maximum);

/* The values that the options say, or NULL if neither was given. A usage error if they make no
 * sense, or both were given. */
const struct input_values *tool_input_values(const struct tool_input *input);

/* Says that nothing says the values, where they are INPUT_ASSUMED. */
void tool_say_of_input(const char *model, const struct input_values *values);

#endif
