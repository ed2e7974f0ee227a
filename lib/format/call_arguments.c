#include "format/call_arguments.h"

#include <string.h>

static void read_argument(struct call_arguments *arguments, const char *key, json_t *value);

static void set_wrong(struct call_arguments *arguments, const char *reason)
{
	if (!arguments->wrong)
		arguments->wrong = reason;
}

bool tensor_name_read(struct tensor_name *tensor, const json_t *value)
{
	const json_t *call = json_array_get(value, 1), *output = json_array_get(value, 2);
	tensor->layer = json_string_value(json_array_get(value, 0));
	tensor->call = json_integer_value(call);
	tensor->output = json_integer_value(output);
	return tensor->layer && json_is_integer(call) && json_is_integer(output);
}

static void add_tensor(struct call_arguments *arguments, const json_t *value)
{
	struct tensor_name tensor;
	if (!tensor_name_read(&tensor, value))
		set_wrong(arguments, "one of its inputs is not [name, call, output]");
	else if (tensor.output != 0)
		set_wrong(arguments, "reads a second output of a layer");
	else if (arguments->tensor_count == GRAPH_INPUTS_MAXIMUM)
		set_wrong(arguments, "has more than 256 inputs");
	else
		arguments->tensors[arguments->tensor_count++] = tensor;
}
_Static_assert(GRAPH_INPUTS_MAXIMUM == 256, "as in the message");

static void add_constant(struct call_arguments *arguments, json_t *value)
{
	if (arguments->constant)
		set_wrong(arguments, "has more than one constant");
	arguments->constant = value;
	arguments->constant_is_first = arguments->tensor_count == 0;
}

static void read_named(struct call_arguments *arguments, json_t *named)
{
	const char *key;
	json_t *value;
	json_object_foreach (named, key, value)
		read_argument(arguments, key, value);
}

/* Whether a list is of a few numbers, perhaps within others of one item: [[[a, b, c]]]. */
static bool is_numeric(const json_t *list)
{
	while (json_array_size(list) == 1 && json_is_array(json_array_get(list, 0)))
		list = json_array_get(list, 0);
	size_t size = json_array_size(list), numbers = 0;
	while (numbers < size && numbers < LAYER_CONSTANTS &&
		json_is_number(json_array_get(list, numbers)))
		numbers++;
	return size > 0 && numbers == size;
}

/* Keras 2: ["name", 0, 0, {named arguments}], ["_CONSTANT_VALUE", -1, 127.5, {}], a list of those,
 * or of numbers. */
static void read_list(struct call_arguments *arguments, const char *key, json_t *list)
{
	const char *name = json_string_value(json_array_get(list, 0));
	size_t index;
	json_t *value;
	if (name && strcmp(name, "_CONSTANT_VALUE") == 0) {
		add_constant(arguments, json_array_get(list, 2));
		read_named(arguments, json_array_get(list, 3));
	} else if (name) {
		add_tensor(arguments, list);
		read_named(arguments, json_array_get(list, 3));
	} else if (is_numeric(list)) {
		add_constant(arguments, list);
	} else {
		json_array_foreach (list, index, value)
			read_argument(arguments, key, value);
	}
}

/* Keras 3: a tensor, or an array of numbers. */
static void read_object(struct call_arguments *arguments, const json_t *object)
{
	const char *class_name = json_string_value(json_object_get(object, "class_name"));
	json_t *config = json_object_get(object, "config");
	if (class_name && strcmp(class_name, "__keras_tensor__") == 0)
		add_tensor(arguments, json_object_get(config, "keras_history"));
	else if (class_name &&
		(strcmp(class_name, "__numpy__") == 0 || strcmp(class_name, "__tensor__") == 0))
		add_constant(arguments, json_object_get(config, "value"));
	else
		set_wrong(arguments, "one of its arguments is not supported");
}

/* "training" is also the second argument without a name of the layers that have it. */
static void read_training(struct call_arguments *arguments, const char *key, const json_t *value)
{
	if (key && strcmp(key, "training"))
		arguments->unknown = json_is_true(value) ? key : arguments->unknown;
	else if (json_is_true(value))
		set_wrong(arguments, "its argument training=True is not supported");
	else
		arguments->is_inference = true;
}

static bool has_no_effect(const char *key)
{
	return strcmp(key, "name") == 0 || strcmp(key, "dtype") == 0 ||
		strcmp(key, "data_format") == 0;
}

/* `key` is NULL for an argument without a name. */
static void read_argument(struct call_arguments *arguments, const char *key, json_t *value)
{
	if (json_is_boolean(value))
		read_training(arguments, key, value);
	else if (json_is_array(value))
		read_list(arguments, key, value);
	else if (json_is_number(value))
		add_constant(arguments, value);
	else if (json_is_object(value))
		read_object(arguments, value);
	else if (json_is_string(value) && key && !has_no_effect(key))
		arguments->unknown = key;
}

void call_arguments_read(struct call_arguments *arguments, json_t *call)
{
	*arguments = (struct call_arguments){.is_keras2 = json_is_array(call)};
	if (json_is_array(call)) {
		read_list(arguments, NULL, call);
	} else if (json_is_object(call)) {
		read_argument(arguments, NULL, json_object_get(call, "args"));
		read_named(arguments, json_object_get(call, "kwargs"));
	} else {
		set_wrong(arguments, "one of its inbound_nodes is neither a list nor an object");
	}
	if (!arguments->wrong && arguments->tensor_count == 0)
		set_wrong(arguments, "has a call without an input");
}
