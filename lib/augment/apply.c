#include "augment/augment.h"
#include "augment/operations.h"
#include "augment/warp.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct augment_workspace {
	struct stream_head head, result; /* only shapes and types are used */
	struct warp warp;
	struct pixels picture;
	void *composited; /* the image composited over a background: height x width x 3; NULL:
	                   * none */
	unsigned char *row_bytes; /* one row of the result, for u8 */
	double gain, offset;      /* from 0..255 to values of an f32 result */
	bool copies;              /* without a step the result equals the image */
};

static bool any_enabled(const struct augment_options *options, enum augment_kind kind)
{
	for (int i = 0; i < augment_operations_count; i++)
		if (augment_operations[i].kind == kind && augment_is_enabled(options, i))
			return true;
	return false;
}

struct stream_head augment_result_head(const struct stream_head *head,
	const struct augment_options *options, bool rescale)
{
	struct stream_head result = *head;
	if (rescale) {
		result.type = STREAM_F32;
		result.minimum = 0;
		result.maximum = 1;
	}
	if (any_enabled(options, AUGMENT_BACKGROUND))
		result.channels = 3;
	if (any_enabled(options, AUGMENT_MIX))
		result.label = STREAM_LABEL_WEIGHTS;
	return result;
}

/* -1: an enabled operation does not support this number of channels. */
static int check_channels(const struct augment_options *options, int channels, struct error *error)
{
	bool background = any_enabled(options, AUGMENT_BACKGROUND);
	if (background && channels != 4)
		return error_set(error, "--random-background",
			"needs images with alpha (pack-tensors --channels 4), not of %d channels",
			channels);
	if (channels == 1 || channels == 3 || channels == 4)
		return 0;
	if (options->policy != AUGMENT_POLICY_NONE)
		return error_set(error, "--policy", "needs images of 1, 3 or 4 channels, not %d",
			channels);
	for (int i = 0; i < augment_operations_count; i++) {
		char object[80];
		snprintf(object, sizeof object, "--%s", augment_operations[i].name);
		if (augment_is_enabled(options, i) && augment_operations[i].kind == AUGMENT_PAINT &&
			augment_operations[i].paint != paint_erase)
			return error_set(error, object,
				"needs images of 1, 3 or 4 channels, not %d", channels);
	}
	return 0;
}

static int create_picture(struct pixels *picture, const struct stream_head *head,
	struct error *error)
{
	const size_t height = (size_t)head->height;
	*picture = (struct pixels){.width = head->width,
		.height = head->height,
		.channels = head->channels,
		.colors = head->channels == 4 ? 3 : head->channels,
		.stride = whole_blocks((size_t)head->width)};
	picture->values = calloc(height * picture->stride * (size_t)head->channels, sizeof(float));
	picture->scratch = calloc((height + 2 * BLUR_RADIUS_MAXIMUM + 2) *
			(picture->stride + 2 * BLUR_RADIUS_MAXIMUM),
		sizeof(float));
	picture->bytes = malloc(height * (size_t)head->width * 4 + 8 * PIXEL_BLOCK);
	if (!picture->values || !picture->scratch || !picture->bytes ||
		pixel_kernels_select(&picture->kernels, error) ||
		kernels_select(&picture->math, error))
		return -1;
	return 0;
}

/* From 0..255 to the result's value range. Bytes are used as they are, whatever range the head
 * claims. */
static void set_scale(struct augment_workspace *workspace, bool rescale)
{
	const struct stream_head *head = &workspace->head;
	double range = head->maximum - head->minimum;
	workspace->gain = !rescale ? range / 255 : head->type == STREAM_F32 ? 1.0 / 255 : 1 / range;
	workspace->offset = !rescale       ? head->minimum
		: head->type == STREAM_F32 ? 0
					   : -head->minimum / range;
}

int augment_workspace_create(struct augment_workspace **out, const struct stream_head *head,
	const struct augment_options *options, bool rescale, struct error *error)
{
	*out = NULL;
	if (check_channels(options, head->channels, error))
		return -1;
	struct augment_workspace *workspace = calloc(1, sizeof *workspace);
	if (!workspace)
		return error_memory(error, "image");
	error_memory(error, "image");
	struct stream_head inner = *head;
	workspace->head = *head;
	workspace->result = augment_result_head(head, options, rescale);
	inner.channels = workspace->result.channels;
	workspace->copies = !rescale && inner.channels == head->channels;
	set_scale(workspace, rescale);
	workspace->row_bytes = malloc(4 * whole_blocks((size_t)head->width) + PIXEL_BLOCK +
		(size_t)head->width * (size_t)head->channels);
	bool failed = !workspace->row_bytes || create_picture(&workspace->picture, &inner, error) ||
		warp_create(&workspace->warp, &inner, options, workspace->picture.kernels, error);
	if (!failed && inner.channels != head->channels)
		failed = !(workspace->composited = malloc(stream_tensor_size(&inner)));
	if (failed) {
		augment_workspace_destroy(workspace);
		return -1;
	}
	*out = workspace;
	return 0;
}

void augment_workspace_destroy(struct augment_workspace *workspace)
{
	if (!workspace)
		return;
	warp_destroy(&workspace->warp);
	free(workspace->picture.values);
	free(workspace->picture.scratch);
	free(workspace->picture.bytes);
	free(workspace->composited);
	free(workspace->row_bytes);
	free(workspace);
}

/* ---- one image ---- */

/* Alpha-composites the image over a colour, given in 0 to 255 for the value range. */
static void composite_over(struct augment_workspace *workspace, const void *in,
	const double color[3])
{
	const struct stream_head *head = &workspace->head;
	size_t pixels = (size_t)head->height * (size_t)head->width;
	const unsigned char *bytes = in;
	unsigned char *bytes_out = workspace->composited;
	const float *floats = in;
	float *floats_out = workspace->composited;
	double range = head->maximum - head->minimum;
	for (size_t i = 0; i < pixels; i++)
		for (size_t c = 0; c < 3; c++)
			if (head->type == STREAM_U8) {
				int alpha = bytes[4 * i + 3], background = (int)color[c];
				bytes_out[3 * i + c] =
					(unsigned char)((bytes[4 * i + c] * alpha +
								background * (255 - alpha) + 127) /
						255);
			} else {
				double alpha = (floats[4 * i + 3] - head->minimum) / range,
				       background = head->minimum + color[c] / 255 * range;
				floats_out[3 * i + c] = (float)(floats[4 * i + c] * alpha +
					background * (1 - alpha));
			}
}

static struct matrix compose_geometry(const struct augment_change *change, int width, int height)
{
	const double x = (width - 1) / 2.0, y = (height - 1) / 2.0;
	const struct matrix to_centre = matrix_scale(1, -x, 1, -y),
			    from_centre = matrix_scale(1, x, 1, y);
	struct matrix matrix = matrix_identity();
	bool centred = false;
	for (int i = 0; i < change->count; i++) {
		const struct augment_step *step = &change->steps[i];
		const struct augment_operation *operation = &augment_operations[step->operation];
		if (!operation->geometry)
			continue;
		if (centred != (operation->kind == AUGMENT_CENTRED)) {
			centred = !centred;
			matrix = matrix_compose(centred ? &to_centre : &from_centre, &matrix);
		}
		struct matrix next = operation->geometry(step->values, width, height);
		matrix = matrix_compose(&next, &matrix);
	}
	return centred ? matrix_compose(&from_centre, &matrix) : matrix;
}

/* Converts a planar row to row `y` of the interleaved result. */
static void store_row(struct augment_workspace *workspace, const float *row, int y, void *out)
{
	const struct pixels *picture = &workspace->picture;
	const size_t channels = (size_t)picture->channels,
		     count = (size_t)picture->width * channels;
	const bool floats = workspace->result.type == STREAM_F32,
		   has_kernel = channels == 1 || channels == 3 || channels == 4;
	float *values = (float *)out + (size_t)y * count;
	if (!floats && has_kernel)
		picture->kernels->store(row, picture->stride, picture->channels,
			workspace->row_bytes, picture->width);
	for (size_t i = 0; (floats || !has_kernel) && i < count; i++) {
		float value = row[i % channels * picture->stride + i / channels];
		if (floats)
			values[i] = (float)(value * workspace->gain + workspace->offset);
		else
			workspace->row_bytes[i] =
				(unsigned char)(fminf(fmaxf(value, 0), 255) + 0.5f);
	}
	if (!floats)
		memcpy((unsigned char *)out + (size_t)y * count, workspace->row_bytes, count);
}

static int apply_paint(struct pixels *picture, const struct augment_change *change,
	struct error *error)
{
	const bool is_color =
		picture->channels == 1 || picture->channels == 3 || picture->channels == 4;
	for (int i = 0; i < change->count; i++) {
		const struct augment_operation *operation =
			&augment_operations[change->steps[i].operation];
		if (operation->paint && !is_color && operation->paint != paint_erase)
			return error_set(error, operation->name,
				"needs images of 1, 3 or 4 channels, not %d", picture->channels);
		if (operation->paint && operation->paint(picture, change->steps[i].values, error))
			return -1;
	}
	return 0;
}

static bool has_paint(const struct augment_change *change)
{
	for (int i = 0; i < change->count; i++)
		if (augment_operations[change->steps[i].operation].paint)
			return true;
	return false;
}

/* The background colour: that of a step, or white. */
static const double *find_background(const struct augment_change *change)
{
	static const double white[] = {255, 255, 255};
	for (int i = 0; i < change->count; i++)
		if (augment_operations[change->steps[i].operation].kind == AUGMENT_BACKGROUND)
			return change->steps[i].values;
	return white;
}

int augment_apply(struct augment_workspace *workspace, const struct augment_change *change,
	const void *in, void *out, struct error *error)
{
	struct pixels *picture = &workspace->picture;
	const bool painted = has_paint(change);
	if (workspace->composited)
		composite_over(workspace, in, find_background(change));
	const void *pixels = workspace->composited ? workspace->composited : in;
	if (workspace->copies &&
		(change->count == 0 || (change->count == 1 && augment_mixing(change)))) {
		memcpy(out, pixels, stream_tensor_size(&workspace->result));
		return 0;
	}
	struct matrix matrix = compose_geometry(change, picture->width, picture->height);
	struct projection projection = warp_projection(&workspace->warp, &matrix);
	warp_load(&workspace->warp, pixels);
	for (int y = 0; y < picture->height; y++) {
		/* Without further operations each row is stored while it is in the cache. */
		float *row = picture_row(picture, painted ? y : 0, 0);
		warp_row(&workspace->warp, &projection, y, row, picture->stride);
		if (!painted)
			store_row(workspace, row, y, out);
	}
	if (!painted)
		return 0;
	if (apply_paint(picture, change, error))
		return -1;
	for (int y = 0; y < picture->height; y++)
		store_row(workspace, picture_row(picture, y, 0), y, out);
	return 0;
}
