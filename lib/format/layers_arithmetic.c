/* Arithmetic with constants, as preprocess_input leaves it in a model, and with several tensors. */
#include "format/layer_format.h"

#include "base/json.h"
#include "format/call_arguments.h"
#include "format/onnx_layers.h"

#include <stdio.h>
#include <string.h>

/* ---- rescaling: x * multiplier + offset ---- */

/* Lists of one length from numbers or lists; 0 is a missing one. */
static void set_constants(struct config_reader *reader, struct layer *layer, int multipliers,
	int offsets)
{
	int count = multipliers > offsets ? multipliers : offsets;
	if ((multipliers > 1 && multipliers != count) || (offsets > 1 && offsets != count))
		config_error(reader, "scale", "and offset have different lengths");
	for (int i = multipliers; i < count; i++)
		layer->multipliers[i] = multipliers ? layer->multipliers[0] : 1;
	for (int i = offsets; i < count; i++)
		layer->offsets[i] = offsets ? layer->offsets[0] : 0;
	layer->constant_count = count;
}

static void read_rescaling(struct config_reader *reader, struct layer *layer)
{
	if (!config_value(reader, "scale"))
		config_error(reader, "scale", "is missing");
	int multipliers = config_constants(reader, "scale", config_value(reader, "scale"),
		layer->multipliers);
	int offsets =
		config_constants(reader, "offset", config_value(reader, "offset"), layer->offsets);
	set_constants(reader, layer, multipliers, offsets);
}

static json_t *write_rescaling(const struct layer *layer, const char **class_name)
{
	(void)class_name;
	json_t *config = json_add_member(json_object(), "scale",
		numbers_value(layer->multipliers, layer->constant_count));
	return json_add_member(config, "offset",
		numbers_value(layer->offsets, layer->constant_count));
}

static void rescaling_onnx(struct onnx_exporter *exporter, int node)
{
	const struct layer *layer = onnx_layer(exporter, node);
	const char *name = onnx_name(exporter, node);
	int count = layer->constant_count > 1 ? layer->constant_count : 1;
	char constant[NAME_SIZE];
	onnx_channel_constant(exporter, node, "scale", layer->multipliers, count, constant);
	onnx_binary(exporter, "Mul", constant, name, "scaled");
	onnx_channel_constant(exporter, node, "offset", layer->offsets, count, constant);
	onnx_binary(exporter, "Add", constant, name, "");
}

const struct layer_format format_of_RESCALING = {
	.class_name = "Rescaling",
	.keys = "scale offset",
	.read = read_rescaling,
	.write = write_rescaling,
	.onnx = rescaling_onnx,
};

/* ---- operations ---- */

/* Names of Keras 2's TFOpLambda ("function") and TensorFlowOpLayer ("op"), and classes of Keras 3.
 */
static const struct operation {
	const char *name;
	char sign;
	enum layer_kind kind; /* with tensors only; IDENTITY: that is not supported */
} OPERATIONS[] = {
	{"Add", '+', LAYER_ADD},
	{"math.add", '+', LAYER_ADD},
	{"__operators__.add", '+', LAYER_ADD},
	{"AddV2", '+', LAYER_ADD},
	{"nn.bias_add", '+', LAYER_IDENTITY},
	{"BiasAdd", '+', LAYER_IDENTITY},
	{"Subtract", '-', LAYER_SUBTRACT},
	{"math.subtract", '-', LAYER_SUBTRACT},
	{"Sub", '-', LAYER_SUBTRACT},
	{"Multiply", '*', LAYER_MULTIPLY},
	{"math.multiply", '*', LAYER_MULTIPLY},
	{"Mul", '*', LAYER_MULTIPLY},
	{"TrueDivide", '/', LAYER_IDENTITY},
	{"Divide", '/', LAYER_IDENTITY},
	{"RealDiv", '/', LAYER_IDENTITY},
	{"math.truediv", '/', LAYER_IDENTITY},
	{"math.divide", '/', LAYER_IDENTITY},
	{"Cast", '=', LAYER_IDENTITY},
	{"cast", '=', LAYER_IDENTITY},
};

static const struct operation *find_operation(const char *name)
{
	for (size_t i = 0; name && i < sizeof OPERATIONS / sizeof *OPERATIONS; i++)
		if (strcmp(OPERATIONS[i].name, name) == 0)
			return &OPERATIONS[i];
	return NULL;
}

/* x OPERATION c as x * multiplier + offset; `is_first`: c OPERATION x. */
static void rescale(struct config_reader *reader, char sign, float constant, bool is_first,
	float *multiplier, float *offset)
{
	if (sign == '/' && (is_first || !(constant > 0 || constant < 0)))
		config_error(reader, "its division",
			is_first ? "of a constant is not supported" : "is by zero");
	*multiplier = sign == '*'                ? constant
		: sign == '/' && !reader->failed ? 1 / constant
		: sign == '-' && is_first        ? -1
						 : 1;
	*offset = sign == '+' ? constant : sign == '-' ? (is_first ? constant : -constant) : 0;
}

static void read_constant(struct config_reader *reader, struct layer *layer, char sign)
{
	const struct call_arguments *arguments = reader->arguments;
	float constants[LAYER_CONSTANTS] = {0};
	layer->kind = LAYER_RESCALING;
	layer->constant_count =
		config_constants(reader, "its constant", arguments->constant, constants);
	if (arguments->tensor_count > 1)
		config_error(reader, "its constant", "is not the only operand beside a tensor");
	for (int i = 0; i < layer->constant_count; i++)
		rescale(reader, sign, constants[i], arguments->constant_is_first,
			&layer->multipliers[i], &layer->offsets[i]);
}

/* With constants it is a RESCALING layer, else it joins tensors. */
static void read_arithmetic(struct config_reader *reader, struct layer *layer,
	const struct operation *operation)
{
	const struct call_arguments *arguments = reader->arguments;
	layer->kind = operation->kind;
	if (operation->sign != '=' && arguments && arguments->constant)
		read_constant(reader, layer, operation->sign);
	else if (operation->sign != '=' && operation->kind == LAYER_IDENTITY)
		config_error(reader, "its operation", "has no constant");
}

void read_operation(struct config_reader *reader, struct layer *layer)
{
	json_t *function = config_value(reader, "function");
	const char *name = function ? json_string_value(function) : reader->class_name;
	const struct operation *operation = find_operation(name);
	if (operation)
		read_arithmetic(reader, layer, operation);
	else
		config_error(reader, "its function", "is not supported");
}

/* The constants are by index of the input: {"1": 127.5}. */
static void read_constants_by_input(struct config_reader *reader, struct call_arguments *arguments)
{
	json_t *constants = config_value(reader, "constants"),
	       *first = json_object_get(constants, "0");
	if (json_object_size(constants) > 1)
		config_error(reader, "constants", "are more than one");
	arguments->constant = first ? first : json_object_get(constants, "1");
	arguments->constant_is_first = first != NULL;
}

void read_tensorflow_operation(struct config_reader *reader, struct layer *layer)
{
	const char *name =
		json_string_value(json_object_get(config_value(reader, "node_def"), "op"));
	const struct operation *operation = find_operation(name);
	struct call_arguments arguments = {0};
	struct config_reader inner;
	char reason[128];
	snprintf(reason, sizeof reason, "'%.64s' is not supported", name ? name : "(no name)");
	if (!operation)
		config_error(reader, "its operation", reason);
	if (reader->arguments)
		arguments = *reader->arguments;
	read_constants_by_input(reader, &arguments);
	inner = *reader;
	inner.arguments = &arguments;
	if (!reader->failed)
		read_arithmetic(&inner, layer, operation);
	reader->failed |= inner.failed;
}

/* ---- several inputs ---- */

/* `rule` is read_operation where a tensor and a constant may be joined too; `join` how the inputs
 * become those of ONNX' operator. */
#define JOIN(kind, class, rule, join, operator_name) \
	static void kind##_onnx(struct onnx_exporter *exporter, int node) \
	{ \
		join(exporter, node, operator_name); \
	} \
	const struct layer_format format_of_##kind = {.class_name = class, \
		.keys = "", \
		.read = rule, \
		.onnx = kind##_onnx}

static void read_nothing(struct config_reader *reader, struct layer *layer)
{
	(void)reader, (void)layer;
}

JOIN(ADD, "Add", read_operation, onnx_join_by_two, "Add");
JOIN(SUBTRACT, "Subtract", read_operation, onnx_join_by_two, "Sub");
JOIN(MULTIPLY, "Multiply", read_operation, onnx_join_by_two, "Mul");
JOIN(AVERAGE, "Average", read_nothing, onnx_join_all, "Mean");
JOIN(MAXIMUM, "Maximum", read_nothing, onnx_join_all, "Max");
JOIN(MINIMUM, "Minimum", read_nothing, onnx_join_all, "Min");

static void read_concatenate(struct config_reader *reader, struct layer *layer)
{
	(void)layer;
	config_last_axis(reader, -1);
}

static json_t *write_concatenate(const struct layer *layer, const char **class_name)
{
	(void)layer, (void)class_name;
	return json_pack("{s:i}", "axis", -1);
}

static void concatenate_onnx(struct onnx_exporter *exporter, int node)
{
	struct protobuf attributes = {0};
	onnx_integer(&attributes, "axis", 1);
	onnx_join(exporter, node, "Concat", &attributes);
}

const struct layer_format format_of_CONCATENATE = {
	.class_name = "Concatenate",
	.keys = "axis",
	.read = read_concatenate,
	.write = write_concatenate,
	.onnx = concatenate_onnx,
};
