#include "format/hints.h"

#include <string.h>

/* A loss is a name, or an object with a class and its config; one output may have it in a list or
 * under its name. */
static const json_t *find_loss(const json_t *config)
{
	const json_t *loss = json_object_get(config, "loss");
	if (json_array_size(loss) == 1)
		loss = json_array_get(loss, 0);
	else if (json_object_size(loss) == 1 && !json_object_get(loss, "class_name"))
		loss = json_object_iter_value(json_object_iter((json_t *)loss));
	return loss;
}

void hints_read_loss(struct model_hints *hints, const json_t *config)
{
	const json_t *loss = find_loss(config), *settings = json_object_get(loss, "config");
	const char *name = json_string_value(
		json_is_string(loss) ? loss : json_object_get(loss, "class_name"));
	/* Keras 3 writes a function as an object whose config is its name. */
	if (json_is_string(settings))
		name = json_string_value(settings);
	if (!name || strlen(name) >= sizeof hints->loss)
		return;
	memcpy(hints->loss, name, strlen(name) + 1);
}

/* A string that is too long is none. */
static void copy_text(char *out, size_t size, const json_t *value)
{
	const char *text = json_string_value(value);
	if (text && strlen(text) < size)
		memcpy(out, text, strlen(text) + 1);
}

void hints_read_input(struct input_hint *input, const json_t *metadata)
{
	const json_t *minimum = json_object_get(metadata, "input_minimum"),
		     *maximum = json_object_get(metadata, "input_maximum");
	*input = (struct input_hint){.minimum = json_number_value(minimum),
		.maximum = json_number_value(maximum)};
	copy_text(input->mode, sizeof input->mode, json_object_get(metadata, "input_mode"));
	copy_text(input->fit, sizeof input->fit, json_object_get(metadata, "input_fit"));
	copy_text(input->filter, sizeof input->filter,
		json_object_get(metadata, "input_interpolation"));
	input->is_known = *input->mode || (minimum && maximum);
}
