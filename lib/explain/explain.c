#include "explain/explain.h"

#include "base/argmax.h"
#include "explain/overlay.h"
#include "explain/sheet.h"
#include "model/temperature.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TITLE_SIZE = 64 };

/* Predicts an input: writes probabilities[outputs] and returns the most probable class. */
static int predict_class(const struct explain_plan *plan, const float *input, float *probabilities)
{
	int outputs = network_outputs(plan->network);
	network_forward(plan->network, input, 1, NULL, probabilities);
	int best = argmax(probabilities, outputs);
	temperature_scale(probabilities, 1, outputs,
		graph_final_activation(network_graph(plan->network)), plan->temperature,
		probabilities);
	return best;
}

/* The explanation of one picture. */
struct explanation {
	struct explain_plan *plan;
	const char *name;
	struct picture picture;
	float *probabilities;
	struct saliency_target target;
	char subject[EXPLAIN_SUBJECT_SIZE]; /* what is explained: "goku", "filter 3 of conv2d" */
};

static bool explains_class(const struct explanation *explanation)
{
	return explanation->target.node == network_graph(explanation->plan->network)->node_count;
}

static void find_target(struct explanation *explanation)
{
	const struct explain_plan *plan = explanation->plan;
	int predicted = predict_class(plan, explanation->picture.input, explanation->probabilities);
	explanation->target = plan->target;
	if (explanation->target.unit == EXPLAIN_PREDICTED)
		explanation->target.unit = predicted;
	if (explains_class(explanation))
		snprintf(explanation->subject, EXPLAIN_SUBJECT_SIZE, "%s",
			plan->labels->items[explanation->target.unit]);
	else
		snprintf(explanation->subject, EXPLAIN_SUBJECT_SIZE, "filter %d of %s",
			explanation->target.unit,
			network_graph(plan->network)->nodes[explanation->target.node].name);
}

/* Writes FOLDER/NAME-SUFFIX.png, with plan->chosen after the suffix, except for feature maps, whose
 * suffix is the layer. */
static int write_result(const struct explanation *explanation, const struct image *image,
	const char *suffix, struct error *error)
{
	const struct explain_plan *plan = explanation->plan;
	const char *chosen = plan->features < 0 ? plan->chosen : "";
	char *path = text_format("%s/%s-%s%s.png", plan->folder, explanation->name, suffix, chosen);
	int result =
		path ? image_write_png(image, path, error) : error_memory(error, explanation->name);
	free(path);
	return result;
}

static int write_canvas(const struct explanation *explanation, struct canvas *canvas,
	const char *suffix, struct error *error)
{
	struct image image;
	int result = canvas_to_image(canvas, &image, error);
	canvas_free(canvas);
	if (result == 0)
		result = write_result(explanation, &image, suffix, error);
	image_free(&image);
	return result;
}

/* A normalised map and its overlay. 0, 1 without positive evidence, or -1. */
static int make_overlay(const struct explanation *explanation,
	const struct saliency_options *options, struct map *map, struct image *out,
	struct error *error)
{
	const struct explain_plan *plan = explanation->plan;
	*out = (struct image){0};
	if (saliency_compute(plan->network, explanation->picture.input, &explanation->target,
		    options, map, error))
		return -1;
	bool no_evidence = map_normalize(map) != 0;
	int result = no_evidence
		? overlay_nothing(&explanation->picture, explanation->subject, out, error)
		: overlay_picture(&explanation->picture, map, &plan->colormap, out, error);
	if (result)
		map_free(map);
	return result ? -1 : no_evidence;
}

static int write_overlay(const struct explanation *explanation, struct error *error)
{
	const struct explain_plan *plan = explanation->plan;
	struct map map;
	struct image image;
	char suffix[TITLE_SIZE];
	int no_evidence = make_overlay(explanation, &plan->options, &map, &image, error);
	if (no_evidence < 0)
		return -1;
	const char *method = saliency_method_names[plan->options.method];
	int result = write_result(explanation, &image, method, error);
	image_free(&image);
	if (result == 0 && plan->map) {
		snprintf(suffix, sizeof suffix, "%s-map", method);
		struct shape shape = explanation->picture.shape;
		result = overlay_map(&map, shape.width, shape.height, &plan->colormap, &image,
			error);
		if (result == 0)
			result = write_result(explanation, &image, suffix, error);
		image_free(&image);
	}
	map_free(&map);
	return result ? -1 : no_evidence;
}

/* ---- strips ---- */

/* The picture, the plan's map, and a map per block. */
struct strip {
	struct image images[GRAPH_NODES_MAXIMUM];
	char titles[GRAPH_NODES_MAXIMUM + 2][TITLE_SIZE],
		details[GRAPH_NODES_MAXIMUM + 2][TITLE_SIZE + LAYER_NAME_SIZE];
	struct tile tiles[GRAPH_NODES_MAXIMUM + 2];
	int count; /* of tiles; images[i] is that of tile i + 1 */
};

/* Adds the overlay of one method and layer. 0, 1 without positive evidence, or -1. */
static int add_tile(const struct explanation *explanation, struct strip *strip,
	const struct saliency_options *options, struct error *error)
{
	struct map map;
	struct image *image = &strip->images[strip->count - 1];
	int no_evidence = make_overlay(explanation, options, &map, image, error);
	if (no_evidence < 0)
		return -1;
	strip->tiles[strip->count] =
		(struct tile){image, strip->titles[strip->count], strip->details[strip->count]};
	strip->count++;
	map_free(&map);
	return no_evidence;
}

static int fill_strip(const struct explanation *explanation, struct strip *strip,
	struct error *error)
{
	const struct explain_plan *plan = explanation->plan;
	const struct graph *graph = network_graph(plan->network);
	int blocks[GRAPH_NODES_MAXIMUM], count = saliency_blocks(plan->network, blocks);
	snprintf(strip->details[0], sizeof *strip->details, "%d\u2009\u00d7\u2009%d",
		explanation->picture.image.width, explanation->picture.image.height);
	strip->tiles[strip->count++] =
		(struct tile){&explanation->picture.image, "picture", strip->details[0]};
	snprintf(strip->titles[1], TITLE_SIZE, "%s", saliency_method_names[plan->options.method]);
	snprintf(strip->details[1], sizeof *strip->details, "%d\u2009\u00d7\u2009%d",
		explanation->picture.shape.width, explanation->picture.shape.height);
	int no_evidence = add_tile(explanation, strip, &plan->options, error), result = no_evidence;
	for (int i = 0; i < count && result >= 0; i++) {
		struct saliency_options options = plan->options;
		struct shape shape = network_shapes(plan->network)[blocks[i]];
		options.method = SALIENCY_LAYER_CAM;
		options.node = blocks[i];
		snprintf(strip->titles[strip->count], TITLE_SIZE, "block %d", i + 1);
		snprintf(strip->details[strip->count], sizeof *strip->details,
			"%s, %d\u2009\u00d7\u2009%d", graph->nodes[blocks[i]].name, shape.width,
			shape.height);
		result = add_tile(explanation, strip, &options, error);
	}
	return result < 0 ? -1 : no_evidence;
}

static int write_strip(const struct explanation *explanation, struct error *error)
{
	struct canvas canvas;
	char heading[EXPLAIN_SUBJECT_SIZE + 32], detail[TITLE_SIZE], suffix[TITLE_SIZE];
	enum saliency_method method = explanation->plan->options.method;
	struct strip *strip = calloc(1, sizeof *strip);
	if (!strip)
		return error_memory(error, explanation->name);
	int no_evidence = fill_strip(explanation, strip, error), result = no_evidence < 0 ? -1 : 0;
	if (result == 0) {
		snprintf(heading, sizeof heading, "%s  %.1f\u2009%%", explanation->subject,
			100 * (double)explanation->probabilities[explanation->target.unit]);
		snprintf(detail, sizeof detail, "positive evidence, from pixels to parts");
		result = sheet_strip(&canvas, heading, detail, strip->tiles, strip->count, error);
	}
	bool is_default = method == SALIENCY_GRADIENT;
	snprintf(suffix, sizeof suffix, "strip%s%s", is_default ? "" : "-",
		is_default ? "" : saliency_method_names[method]);
	if (result == 0)
		result = write_canvas(explanation, &canvas, suffix, error);
	for (int i = 0; i + 1 < strip->count; i++)
		image_free(&strip->images[i]);
	free(strip);
	return result ? -1 : no_evidence;
}

static int write_features(const struct explanation *explanation, struct error *error)
{
	const struct explain_plan *plan = explanation->plan;
	struct canvas canvas;
	if (sheet_feature_maps(&canvas, plan->network, plan->features, &plan->colormap, error))
		return -1;
	return write_canvas(explanation, &canvas,
		network_graph(plan->network)->nodes[plan->features].name, error);
}

/* ---- pictures ---- */

static int explain(struct explanation *explanation, struct error *error)
{
	struct explain_plan *plan = explanation->plan;
	explanation->probabilities = malloc((size_t)network_outputs(plan->network) * sizeof(float));
	if (!explanation->probabilities)
		return error_memory(error, explanation->name);
	find_target(explanation);
	int result = plan->strip     ? write_strip(explanation, error)
		: plan->features < 0 ? write_overlay(explanation, error)
				     : 0;
	if (result >= 0 && plan->features >= 0) {
		/* The feature maps of the picture, not of the last input of a saliency method. */
		network_forward(plan->network, explanation->picture.input, 1, NULL, NULL);
		result = write_features(explanation, error);
	}
	free(explanation->probabilities);
	return result;
}

int explain_picture(struct explain_plan *plan, const char *path, const char *name,
	char subject[EXPLAIN_SUBJECT_SIZE], struct error *error)
{
	struct explanation explanation = {.plan = plan, .name = name};
	struct shape shape = network_graph(plan->network)->input;
	if (picture_read(&explanation.picture, path, &plan->settings, shape, error))
		return -1;
	int result = explain(&explanation, error);
	plan->options.picture++;
	snprintf(subject, EXPLAIN_SUBJECT_SIZE, "%s", explanation.subject);
	picture_free(&explanation.picture);
	return result;
}

int explain_pictures(struct explain_plan *plan, char *const *paths, const struct text_list *names,
	struct bad_inputs *bad, struct progress *progress, struct error *error)
{
	char subject[EXPLAIN_SUBJECT_SIZE];
	struct error notice;
	int result = 0;
	size_t skipped_before = bad->count;
	progress_start(progress, "", "pictures", names->count);
	for (size_t i = 0; i < names->count && result == 0; i++) {
		int no_evidence = explain_picture(plan, paths[i], names->items[i], subject, error);
		if (no_evidence < 0)
			result = bad_input_skip(bad, error, error);
		else if (no_evidence > 0) {
			error_set(&notice, strcmp(paths[i], "-") == 0 ? "standard input" : paths[i],
				"no positive evidence for %s", subject);
			progress_clear(progress);
			bad->report(&notice);
		}
		progress_update(progress, i + 1, "");
	}
	if (result == 0)
		progress_finish(progress, names->count - (bad->count - skipped_before), "");
	else
		progress_clear(progress);
	return result;
}

int explain_overlay(struct explain_plan *plan, const struct picture *picture, int unit,
	struct image *out, struct error *error)
{
	struct explanation explanation = {.plan = plan, .picture = *picture};
	struct map map;
	explanation.target =
		(struct saliency_target){network_graph(plan->network)->node_count, unit};
	snprintf(explanation.subject, EXPLAIN_SUBJECT_SIZE, "%s", plan->labels->items[unit]);
	int no_evidence = make_overlay(&explanation, &plan->options, &map, out, error);
	if (no_evidence >= 0)
		map_free(&map);
	return no_evidence;
}
