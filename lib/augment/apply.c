#include "augment/augment.h"
#include "augment/color.h"
#include "augment/warp.h"

#include <stdlib.h>
#include <string.h>

enum { BLOCK = 16 };

struct augment_workspace {
	struct warp warp;
	enum stream_type type;
	double minimum, maximum;
	double least, most; /* of the value range, what the type can hold */
	enum augment_fill fill;
	float fill_value;
	float *row; /* one of the result: width x channels and WARP_SLACK */
};

static bool has_color(const struct augment_options *options)
{
	return options->brightness != 0 || options->contrast != 0 || options->saturation != 0 || options->hue != 0;
}

/* A head may give bytes any value range. */
static double storable(enum stream_type type, double value)
{
	return type == STREAM_F32 || (value >= 0 && value <= 255) ? value : value < 0 ? 0 : 255;
}

int augment_workspace_create(struct augment_workspace **out, const struct stream_head *head,
	const struct augment_options *options, struct error *error)
{
	*out = NULL;
	if (has_color(options) && head->channels != 1 && head->channels != 3)
		return error_set(error, "colour operations", "need images of 1 or 3 channels, not %d", head->channels);
	struct augment_workspace *workspace = calloc(1, sizeof *workspace);
	if (!workspace)
		return error_memory(error, "image");
	workspace->type = head->type;
	workspace->minimum = head->minimum;
	workspace->maximum = head->maximum;
	workspace->least = storable(head->type, head->minimum);
	workspace->most = storable(head->type, head->maximum);
	workspace->fill = (enum augment_fill)options->fill;
	workspace->fill_value = (float)(workspace->least + options->fill_value * (workspace->most - workspace->least));
	workspace->row = calloc((size_t)head->width * (size_t)head->channels + WARP_SLACK, sizeof *workspace->row);
	if (!workspace->row || warp_create(&workspace->warp, head, error)) {
		augment_workspace_destroy(workspace);
		return error_memory(error, "image");
	}
	*out = workspace;
	return 0;
}

void augment_workspace_destroy(struct augment_workspace *workspace)
{
	if (!workspace)
		return;
	warp_destroy(&workspace->warp);
	free(workspace->row);
	free(workspace);
}

struct stream_head augment_result_head(const struct stream_head *head, bool rescale)
{
	struct stream_head result = *head;
	if (rescale) {
		result.type = STREAM_F32;
		result.minimum = 0;
		result.maximum = 1;
	}
	return result;
}

static void round_row(const float *restrict row, unsigned char *restrict out, size_t count)
{
	size_t i = 0;
	for (; i + BLOCK <= count; i += BLOCK)
		for (int j = 0; j < BLOCK; j++)
			out[i + (size_t)j] = (unsigned char)(int)(row[i + (size_t)j] + 0.5f);
	for (; i < count; i++)
		out[i] = (unsigned char)(int)(row[i] + 0.5f);
}

static void rescale_row(float *row, size_t count, double minimum, double maximum)
{
	const float least = (float)minimum, factor = (float)(1 / (maximum - minimum));
	for (size_t i = 0; i < count; i++)
		row[i] = (row[i] - least) * factor;
}

/* Writes row `y` of the result as the stream holds it. */
static void store_row(struct augment_workspace *workspace, int y, void *out, bool rescale)
{
	size_t count = (size_t)workspace->warp.width * (size_t)workspace->warp.channels, start = (size_t)y * count;
	if (rescale)
		rescale_row(workspace->row, count, workspace->minimum, workspace->maximum);
	if (rescale || workspace->type == STREAM_F32)
		memcpy((float *)out + start, workspace->row, count * sizeof(float));
	else
		round_row(workspace->row, (unsigned char *)out + start, count);
}

static struct color find_color(const struct augment_workspace *workspace, const struct augment_change *change)
{
	const struct warp *warp = &workspace->warp;
	double mean = 0, pixels = (double)warp->width * warp->height;
	for (int y = 0; change->contrast != 1 && y < warp->height; y++)
		mean += color_luma(warp->padded + (size_t)(y + 1) * warp->stride + warp->channels, warp->width,
			warp->channels);
	struct color color = color_compose(change, mean / pixels - workspace->minimum, workspace->minimum);
	color.least = (float)workspace->least;
	color.most = (float)workspace->most;
	return color;
}

/* Puts the middle of the value range over what row `y` has of `box`. */
static void erase_row(struct augment_workspace *workspace, const struct augment_box *box, int y)
{
	const struct warp *warp = &workspace->warp;
	if (box->width <= 0 || y < (int)(box->y * warp->height) || y >= (int)((box->y + box->height) * warp->height))
		return;
	size_t channels = (size_t)warp->channels;
	float middle = (float)(workspace->least + (workspace->most - workspace->least) / 2);
	for (size_t i = (size_t)(box->x * warp->width) * channels,
		    end = (size_t)((box->x + box->width) * warp->width) * channels; i < end; i++)
		workspace->row[i] = middle;
}

void augment_apply(struct augment_workspace *workspace, const struct augment_change *change, const void *in,
	void *out, bool rescale)
{
	struct warp *warp = &workspace->warp;
	struct augment_matrix matrix = augment_geometry(change, warp->width, warp->height);
	bool colored = color_changes(change);
	warp_load(warp, in, workspace->type, workspace->fill, workspace->fill_value);
	struct color color = colored ? find_color(workspace, change) : (struct color){.offset = 0};
	for (int y = 0; y < warp->height; y++) {
		warp_row(warp, &matrix, workspace->fill, y, workspace->row);
		if (colored)
			color_row(&color, workspace->row, warp->width, warp->channels);
		erase_row(workspace, &change->erase, y);
		store_row(workspace, y, out, rescale);
	}
}
