#include "format/tensorflow_js.h"

#include "base/json.h"

#include <stdio.h>
#include <string.h>

bool tensorflow_js_is_model(const json_t *root)
{
	return json_is_object(json_object_get(root, "modelTopology"));
}

/* A graph of TensorFlow is {"node": [...], "library": ...}; old converters wrote no format. */
static bool is_graph_model(const json_t *root)
{
	const char *format = json_string_value(json_object_get(root, "format"));
	return format ? strcmp(format, "layers-model") != 0
		      : json_object_get(json_object_get(root, "modelTopology"), "node") != NULL;
}

/* TensorFlow.js 4 aligns corners where Keras takes the centres of pixels, and crops from another
 * column. */
static bool differs_from_keras(const struct layer *layer)
{
	return layer->kind == LAYER_RESIZING || layer->kind == LAYER_CENTER_CROP ||
		(layer->kind == LAYER_UP_SAMPLING && layer->interpolation != INTERPOLATION_NEAREST);
}

static int check_layers(const struct graph *graph, const char *path, struct error *error)
{
	for (int i = 0; i < graph->layer_count; i++)
		if (differs_from_keras(&graph->layers[i])) {
			layer_refuse(&graph->layers[i], error,
				"TensorFlow.js computes it in another way than Keras, which is not "
				"supported");
			return error_within(error, path);
		}
	return 0;
}

int tensorflow_js_architecture(struct graph *out, const json_t *root, const char *path,
	struct architecture_remarks *remarks, struct error *error)
{
	json_t *topology = json_object_get(root, "modelTopology"),
	       *converted = json_object_get(topology, "model_config");
	const char *format = json_string_value(json_object_get(root, "format"));
	*out = (struct graph){0};
	if (is_graph_model(root))
		return error_set(error, path,
			"is a %.64s of TensorFlow.js; only layers models are supported",
			format ? format : "graph-model");
	/* Its hard_sigmoid is that of Keras 2, whichever made the model. */
	if (architecture_from_json(out, converted ? converted : topology, "2", path, remarks,
		    error))
		return -1;
	int result = converted ? 0 : check_layers(out, path, error);
	if (result)
		graph_free(out);
	return result;
}

/* ---- hints ---- */

void tensorflow_js_hints(const json_t *root, struct model_hints *hints)
{
	json_t *training = json_object_get(root, "trainingConfig"),
	       *topology = json_object_get(root, "modelTopology");
	hints_read_loss(hints, training ? training : json_object_get(topology, "training_config"));
}

/* ---- Teachable Machine ---- */

enum { LABELS_MAXIMUM = 65536 };

static int read_labels(struct text_list *labels, const json_t *list, const char *path,
	struct error *error)
{
	json_t *item;
	size_t index;
	char shown[128];
	if (list && (json_array_size(list) < 1 || json_array_size(list) > LABELS_MAXIMUM))
		return error_set(error, path, "its labels are not a list of 1 to %d names",
			LABELS_MAXIMUM);
	json_array_foreach (list, index, item) {
		const char *label = json_string_value(item);
		if (!label || !text_is_class_name(label))
			return error_set(error, path, "label %zu: '%s' is not a valid class name",
				index + 1, text_printable(shown, sizeof shown, label ? label : ""));
		if (text_list_find(labels, label) >= 0)
			return error_set(error, path, "'%s' occurs twice",
				text_printable(shown, sizeof shown, label));
		if (text_list_add(labels, label, error))
			return -1;
	}
	return 0;
}

static int read_metadata(struct teachable_machine *out, const json_t *root, const char *path,
	struct error *error)
{
	const char *package = json_string_value(json_object_get(root, "packageName"));
	out->is_image_model = package && strcmp(package, "@teachablemachine/image") == 0;
	hints_read_input(&out->input, root);
	return read_labels(&out->labels, json_object_get(root, "labels"), path, error);
}

int teachable_machine_read(struct teachable_machine *out, const void *text, size_t size,
	const char *path, struct error *error)
{
	*out = (struct teachable_machine){0};
	json_t *root = json_parse(text, size, JSON_REJECT_DUPLICATES, path, error);
	int result = root ? read_metadata(out, root, path, error) : -1;
	json_decref(root);
	if (result) {
		text_list_free(&out->labels);
		*out = (struct teachable_machine){0};
	}
	return result;
}
