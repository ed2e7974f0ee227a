#include "common/input.h"

#include "base/text.h"
#include "common/tool.h"

#include <string.h>

bool tool_parse_range(const char *text, double *minimum, double *maximum)
{
	char low[32];
	const char *comma = strchr(text, ',');
	if (!comma || (size_t)(comma - text) >= sizeof low)
		return false;
	memcpy(low, text, (size_t)(comma - text));
	low[comma - text] = 0;
	return text_to_real(low, minimum) && text_to_real(comma + 1, maximum) &&
		*minimum < *maximum;
}

const struct input_values *tool_input_values(const struct tool_input *input)
{
	static struct input_values values;
	double minimum, maximum;
	if (input->range && input->mode != INPUT_RANGE)
		tool_usage("--input", "does not go with --input-range");
	if (input->mode != INPUT_RANGE)
		values = input_values_of_mode((enum input_mode)input->mode, INPUT_OF_OPTION);
	if (!input->range)
		return input->mode == INPUT_RANGE ? NULL : &values;
	if (!tool_parse_range(input->range, &minimum, &maximum) ||
		!input_range_is_valid(minimum, maximum))
		tool_usage("--input-range",
			"'%s' is not two numbers A,B, the first below the second", input->range);
	values = input_values_of_range(minimum, maximum, INPUT_OF_OPTION);
	return &values;
}

void tool_say_of_input(const char *model, const struct input_values *values)
{
	if (values->source == INPUT_ASSUMED)
		tool_say(model,
			"does not say the range of its input: 0..1 is taken; see --input-range");
}
