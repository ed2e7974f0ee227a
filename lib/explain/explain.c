#include "explain/explain.h"

#include "explain/overlay.h"
#include "explain/sheet.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TITLE_SIZE = 64 };

/* The network's answer to an input: probabilities[outputs]; returns the index of the largest. */
static int predict(struct network *network, const float *input, float *probabilities)
{
	int outputs = network_outputs(network), best = 0;
	network_forward(network, input, 1, NULL, probabilities);
	for (int i = 1; i < outputs; i++)
		if (probabilities[i] > probabilities[best])
			best = i;
	return best;
}

/* One picture on its way. */
struct work {
	struct explain_plan *plan;
	const char *name;
	struct picture picture;
	float *probabilities;
	struct saliency_target target;
	char subject[EXPLAIN_SUBJECT_SIZE]; /* what is explained: "goku", "filter 3 of conv2d" */
};

static bool explains_class(const struct work *work)
{
	return work->target.layer == network_architecture(work->plan->network)->layer_count;
}

static void find_target(struct work *work)
{
	const struct explain_plan *plan = work->plan;
	int predicted = predict(plan->network, work->picture.input, work->probabilities);
	work->target = plan->target;
	if (work->target.unit == EXPLAIN_PREDICTED)
		work->target.unit = predicted;
	if (explains_class(work))
		snprintf(work->subject, EXPLAIN_SUBJECT_SIZE, "%s", plan->labels->items[work->target.unit]);
	else
		snprintf(work->subject, EXPLAIN_SUBJECT_SIZE, "filter %d of %s", work->target.unit,
			network_architecture(plan->network)->layers[work->target.layer].name);
}

/* Writes FOLDER/NAME-SUFFIX.png, with what was chosen at its end but for feature maps, whose suffix is the layer. */
static int write_result(const struct work *work, const struct image *image, const char *suffix, struct error *error)
{
	const struct explain_plan *plan = work->plan;
	const char *chosen = plan->features < 0 ? plan->chosen : "";
	char *path = text_format("%s/%s-%s%s.png", plan->folder, work->name, suffix, chosen);
	int result = path ? image_write_png(image, path, error) : error_memory(error, work->name);
	free(path);
	return result;
}

static int write_canvas(const struct work *work, struct canvas *canvas, const char *suffix, struct error *error)
{
	struct image image;
	int result = canvas_to_image(canvas, &image, error);
	canvas_free(canvas);
	if (result == 0)
		result = write_result(work, &image, suffix, error);
	image_free(&image);
	return result;
}

/* A normalised map and its overlay. 0, 1 without positive evidence, or -1. */
static int make_overlay(const struct work *work, const struct saliency_options *options, struct map *map,
	struct image *out, struct error *error)
{
	const struct explain_plan *plan = work->plan;
	*out = (struct image){0};
	if (saliency_compute(plan->network, work->picture.input, &work->target, options, map, error))
		return -1;
	bool nothing = map_normalize(map) != 0;
	int result = nothing ? overlay_nothing(&work->picture, work->subject, out, error)
			     : overlay_picture(&work->picture, map, &plan->colormap, out, error);
	if (result)
		map_free(map);
	return result ? -1 : nothing;
}

static int write_overlay(const struct work *work, struct error *error)
{
	const struct explain_plan *plan = work->plan;
	struct map map;
	struct image image;
	char suffix[TITLE_SIZE];
	int nothing = make_overlay(work, &plan->options, &map, &image, error);
	if (nothing < 0)
		return -1;
	const char *method = saliency_method_names[plan->options.method];
	int result = write_result(work, &image, method, error);
	image_free(&image);
	if (result == 0 && plan->map) {
		snprintf(suffix, sizeof suffix, "%s-map", method);
		struct shape shape = work->picture.shape;
		result = overlay_map(&map, shape.width, shape.height, &plan->colormap, &image, error);
		if (result == 0)
			result = write_result(work, &image, suffix, error);
		image_free(&image);
	}
	map_free(&map);
	return result ? -1 : nothing;
}

/* ---- strips ---- */

/* The picture, the plan's map, and a map per block. */
struct strip {
	struct image images[LAYERS_MAXIMUM];
	char titles[LAYERS_MAXIMUM + 2][TITLE_SIZE], details[LAYERS_MAXIMUM + 2][TITLE_SIZE + LAYER_NAME_SIZE];
	struct tile tiles[LAYERS_MAXIMUM + 2];
	int count; /* of tiles; images[i] is that of tile i + 1 */
};

/* Adds the overlay of one way to look. 0, 1 or -1. */
static int add_tile(const struct work *work, struct strip *strip, const struct saliency_options *options,
	struct error *error)
{
	struct map map;
	struct image *image = &strip->images[strip->count - 1];
	int nothing = make_overlay(work, options, &map, image, error);
	if (nothing < 0)
		return -1;
	strip->tiles[strip->count] = (struct tile){image, strip->titles[strip->count], strip->details[strip->count]};
	strip->count++;
	map_free(&map);
	return nothing;
}

static int fill_strip(const struct work *work, struct strip *strip, struct error *error)
{
	const struct explain_plan *plan = work->plan;
	const struct architecture *architecture = network_architecture(plan->network);
	int blocks[LAYERS_MAXIMUM], count = saliency_blocks(plan->network, blocks);
	snprintf(strip->details[0], sizeof *strip->details, "%d\u2009\u00d7\u2009%d", work->picture.image.width,
		work->picture.image.height);
	strip->tiles[strip->count++] = (struct tile){&work->picture.image, "picture", strip->details[0]};
	snprintf(strip->titles[1], TITLE_SIZE, "%s", saliency_method_names[plan->options.method]);
	snprintf(strip->details[1], sizeof *strip->details, "%d\u2009\u00d7\u2009%d",
		work->picture.shape.width, work->picture.shape.height);
	int nothing = add_tile(work, strip, &plan->options, error), result = nothing;
	for (int i = 0; i < count && result >= 0; i++) {
		struct saliency_options options = plan->options;
		struct shape shape = network_shapes(plan->network)[blocks[i]];
		options.method = SALIENCY_LAYER_CAM;
		options.layer = blocks[i];
		snprintf(strip->titles[strip->count], TITLE_SIZE, "block %d", i + 1);
		snprintf(strip->details[strip->count], sizeof *strip->details, "%s, %d\u2009\u00d7\u2009%d",
			architecture->layers[blocks[i]].name, shape.width, shape.height);
		result = add_tile(work, strip, &options, error);
	}
	return result < 0 ? -1 : nothing;
}

static int write_strip(const struct work *work, struct error *error)
{
	struct canvas canvas;
	char heading[EXPLAIN_SUBJECT_SIZE + 32], detail[TITLE_SIZE], suffix[TITLE_SIZE];
	enum saliency_method method = work->plan->options.method;
	struct strip *strip = calloc(1, sizeof *strip);
	if (!strip)
		return error_memory(error, work->name);
	int nothing = fill_strip(work, strip, error), result = nothing < 0 ? -1 : 0;
	if (result == 0) {
		snprintf(heading, sizeof heading, "%s  %.1f\u2009%%", work->subject,
			100 * (double)work->probabilities[work->target.unit]);
		snprintf(detail, sizeof detail, "what speaks for it, from pixels to parts");
		result = sheet_strip(&canvas, heading, detail, strip->tiles, strip->count, error);
	}
	snprintf(suffix, sizeof suffix, "strip%s%s", method ? "-" : "", method ? saliency_method_names[method] : "");
	if (result == 0)
		result = write_canvas(work, &canvas, suffix, error);
	for (int i = 0; i + 1 < strip->count; i++)
		image_free(&strip->images[i]);
	free(strip);
	return result ? -1 : nothing;
}

static int write_features(const struct work *work, struct error *error)
{
	const struct explain_plan *plan = work->plan;
	struct canvas canvas;
	if (sheet_feature_maps(&canvas, plan->network, plan->features, &plan->colormap, error))
		return -1;
	return write_canvas(work, &canvas, network_architecture(plan->network)->layers[plan->features].name, error);
}

/* ---- whole pictures ---- */

static int run(struct work *work, struct error *error)
{
	struct explain_plan *plan = work->plan;
	work->probabilities = malloc((size_t)network_outputs(plan->network) * sizeof(float));
	if (!work->probabilities)
		return error_memory(error, work->name);
	find_target(work);
	int result = plan->strip ? write_strip(work, error) : plan->features < 0 ? write_overlay(work, error) : 0;
	if (result >= 0 && plan->features >= 0) {
		/* The maps of the picture itself, not of what a method made of it. */
		network_forward(plan->network, work->picture.input, 1, NULL, NULL);
		result = write_features(work, error);
	}
	free(work->probabilities);
	return result;
}

int explain_picture(struct explain_plan *plan, const char *path, const char *name, char subject[EXPLAIN_SUBJECT_SIZE],
	struct error *error)
{
	struct work work = {.plan = plan, .name = name};
	struct shape shape = network_architecture(plan->network)->input;
	if (picture_read(&work.picture, path, &plan->settings, shape, error))
		return -1;
	int result = run(&work, error);
	plan->options.picture++;
	snprintf(subject, EXPLAIN_SUBJECT_SIZE, "%s", work.subject);
	picture_free(&work.picture);
	return result;
}

int explain_pictures(struct explain_plan *plan, char *const *paths, const struct text_list *names,
	struct bad_inputs *bad, struct progress *progress, struct error *error)
{
	char subject[EXPLAIN_SUBJECT_SIZE];
	struct error notice;
	int result = 0;
	size_t skipped = bad->count; /* before */
	progress_start(progress, "", "pictures", names->count);
	for (size_t i = 0; i < names->count && result == 0; i++) {
		int nothing = explain_picture(plan, paths[i], names->items[i], subject, error);
		if (nothing < 0)
			result = bad_input_skip(bad, error, error);
		else if (nothing > 0) {
			error_set(&notice, strcmp(paths[i], "-") == 0 ? "standard input" : paths[i], "no positive evidence for %s", subject);
			progress_clear(progress);
			bad->report(&notice);
		}
		progress_update(progress, i + 1, "");
	}
	if (result == 0)
		progress_finish(progress, names->count - (bad->count - skipped), "");
	else
		progress_clear(progress);
	return result;
}

int explain_overlay(struct explain_plan *plan, const struct picture *picture, int unit, struct image *out,
	struct error *error)
{
	struct work work = {.plan = plan, .picture = *picture};
	struct map map;
	work.target = (struct saliency_target){network_architecture(plan->network)->layer_count, unit};
	snprintf(work.subject, EXPLAIN_SUBJECT_SIZE, "%s", plan->labels->items[unit]);
	int nothing = make_overlay(&work, &plan->options, &map, out, error);
	if (nothing >= 0)
		map_free(&map);
	return nothing;
}
