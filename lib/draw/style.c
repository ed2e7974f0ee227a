#include "draw/style.h"

#include "draw/backdrop.h"
#include "draw/clutter.h"
#include "draw/effects.h"

#include <math.h>

/* What a row does at each stage of a picture; NULL: nothing. */
struct style {
	double probability;
	void (*pose)(struct pose *pose, size_t color_count, struct random *random);
	void (*background)(cairo_surface_t *surface, struct random *random);
	struct box (*frame)(struct box whole, struct box head, struct random *random);
	void (*finish)(cairo_surface_t *surface, struct random *random);
};

/* Name, probability, then the four stages. Of several backgrounds or frames the first is used;
 * finishing happens in this order. */
#define STYLES(ROW) \
	ROW("line-art", 0.12, pose_line_art, background_paper, NULL, NULL) \
	ROW("photo", 0.2, pose_photo, background_blurred, NULL, finish_photo) \
	ROW("white", 0.1, NULL, background_white, NULL, NULL) \
	ROW("dark", 0.04, NULL, background_dark, NULL, NULL) \
	ROW("texture", 0.1, NULL, background_texture, NULL, NULL) \
	ROW("clutter", 0.12, NULL, background_clutter, NULL, NULL) \
	ROW("recolored", 0.35, pose_recolored, NULL, NULL, NULL) \
	ROW("crop", 0.25, NULL, NULL, frame_crop, NULL) \
	ROW("cover", 0.15, NULL, NULL, NULL, finish_cover) \
	ROW("light", 0.2, NULL, NULL, NULL, finish_light) \
	ROW("print", 0.08, NULL, NULL, NULL, finish_print) \
	ROW("grey", 0.06, NULL, NULL, NULL, finish_grey) \
	ROW("blur", 0.06, NULL, NULL, NULL, finish_blur) \
	ROW("noise", 0.06, NULL, NULL, NULL, finish_noise)

static double uniform(struct random *random, double low, double high)
{
	return low + (high - low) * (double)random_uniform(random);
}

static int width_of(cairo_surface_t *surface)
{
	return cairo_image_surface_get_width(surface);
}

static int height_of(cairo_surface_t *surface)
{
	return cairo_image_surface_get_height(surface);
}

static struct color grey(double value)
{
	return (struct color){value, value, value, 1};
}

/* Black outlines; what was dark stays so, all else is paper with a little of its colour. */
static void pose_line_art(struct pose *pose, size_t color_count, struct random *random)
{
	double colored = uniform(random, -0.3, 0.3), paper = uniform(random, 0.93, 1);
	for (size_t i = 0; i < color_count; i++) {
		struct color *color = &pose->palette[i];
		double luma = color_luma(*color), alpha = color->alpha;
		struct color bare = luma < 0.25 ? grey(0.1) : grey(paper);
		*color = color_mix(bare, *color, fmax(0, colored));
		color->alpha = alpha;
	}
	pose->shading = SHADING_FLAT;
	pose->line_width = uniform(random, 1.4, 3.6);
	pose->line_color = grey(uniform(random, 0, 0.2));
	pose->line_color_weight = 1;
}

static void pose_photo(struct pose *pose, size_t color_count, struct random *random)
{
	double faded = uniform(random, 0.05, 0.45);
	for (size_t i = 0; i < color_count; i++) {
		struct color *color = &pose->palette[i], dull = grey(color_luma(*color));
		dull.alpha = color->alpha;
		*color = color_mix(*color, dull, faded);
	}
	pose->shading = SHADING_SOFT;
	pose->line_width = uniform(random, 0, 0.8);
	pose->line_color_weight = uniform(random, 0, 0.4);
}

/* Another brightness, contrast of colours and a slightly rotated hue. */
static void pose_recolored(struct pose *pose, size_t color_count, struct random *random)
{
	double turns = uniform(random, -0.07, 0.07), light = uniform(random, 0.7, 1.25);
	double vivid = uniform(random, 0.5, 1.4);
	for (size_t i = 0; i < color_count; i++) {
		struct color *color = &pose->palette[i], dull = grey(color_luma(*color));
		dull.alpha = color->alpha;
		*color = color_mix(dull, color_rotate_hue(*color, turns), vivid);
		*color = color_scale(*color, light);
		color->red = fmax(0, color->red);
		color->green = fmax(0, color->green);
		color->blue = fmax(0, color->blue);
	}
}

static void draw_backdrop(cairo_surface_t *surface, struct random *random)
{
	cairo_t *cairo = cairo_create(surface);
	backdrop_draw(cairo, width_of(surface), height_of(surface), random);
	effect_end(cairo, surface);
}

/* `count` objects of `least` to `most` of the picture's size, anywhere. */
static void scatter(cairo_surface_t *surface, int count, double least, double most,
	struct random *random)
{
	int width = width_of(surface), height = height_of(surface);
	cairo_t *cairo = cairo_create(surface);
	for (int i = 0; i < count; i++) {
		double x = uniform(random, 0, width), y = uniform(random, 0, height);
		double size = uniform(random, least, most) * fmin(width, height);
		clutter_draw(cairo, x, y, size, random);
	}
	effect_end(cairo, surface);
}

static void background_paper(cairo_surface_t *surface, struct random *random)
{
	effect_paint(surface, grey(uniform(random, 0.88, 1)), CAIRO_OPERATOR_OVER);
	if (random_uniform(random) < 0.5f)
		effect_paint(surface, (struct color){1, 0.97, 0.88, 1}, CAIRO_OPERATOR_MULTIPLY);
	if (random_uniform(random) < 0.5f)
		effect_clouds(surface, 40, false, 0.06, CAIRO_OPERATOR_OVER, random);
}

static void paint_scaled(cairo_surface_t *surface, cairo_surface_t *small)
{
	cairo_t *cairo = cairo_create(surface);
	cairo_scale(cairo, (double)width_of(surface) / width_of(small),
		(double)height_of(surface) / height_of(small));
	cairo_set_source_surface(cairo, small, 0, 0);
	cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_BILINEAR);
	cairo_pattern_set_extend(cairo_get_source(cairo), CAIRO_EXTEND_PAD);
	cairo_paint(cairo);
	effect_end(cairo, surface);
}

/* Out of focus: a scene with objects, drawn small and scaled up. */
static void background_blurred(cairo_surface_t *surface, struct random *random)
{
	double factor = uniform(random, 0.08, 0.3);
	int width = (int)fmax(8, factor * width_of(surface)),
	    height = (int)fmax(8, factor * height_of(surface));
	cairo_surface_t *small = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
	draw_backdrop(small, random);
	int count = (int)random_below(random, 9);
	scatter(small, count, 0.15, 0.5, random);
	bool colored = random_uniform(random) < 0.5f;
	double opacity = uniform(random, 0.1, 0.5);
	effect_clouds(small, 3, colored, opacity, CAIRO_OPERATOR_OVER, random);
	paint_scaled(surface, small);
	cairo_surface_destroy(small);
}

static void background_white(cairo_surface_t *surface, struct random *random)
{
	effect_paint(surface, grey(random_uniform(random) < 0.7f ? 1 : 0.94), CAIRO_OPERATOR_OVER);
}

static void background_dark(cairo_surface_t *surface, struct random *random)
{
	effect_paint(surface, grey(random_uniform(random) < 0.5f ? 0 : uniform(random, 0, 0.2)),
		CAIRO_OPERATOR_OVER);
}

/* Smooth noise of three sizes: stone, foliage, water, fur. */
static void background_texture(cairo_surface_t *surface, struct random *random)
{
	int cells = 2 + (int)random_below(random, 5), fine = 3 + (int)random_below(random, 4);
	bool colored = random_uniform(random) < 0.4f;
	double hue = uniform(random, 0, 1), saturation = uniform(random, 0, 0.7);
	effect_paint(surface, color_from_hsv(hue, saturation, uniform(random, 0.4, 1)),
		CAIRO_OPERATOR_OVER);
	for (int octave = 0; octave < 3; octave++, cells *= fine)
		effect_clouds(surface, cells < 90 ? cells : 90, colored, 0.5 / (octave + 1),
			octave ? CAIRO_OPERATOR_OVERLAY : CAIRO_OPERATOR_OVER, random);
}

static void background_clutter(cairo_surface_t *surface, struct random *random)
{
	draw_backdrop(surface, random);
	int count = 6 + (int)random_below(random, 14);
	scatter(surface, count, 0.12, 0.5, random);
}

/* The head, or a part of the figure of 0.3 to 0.9 of its size. */
static struct box frame_crop(struct box whole, struct box head, struct random *random)
{
	double size = uniform(random, 0.3, 0.9), x = uniform(random, 0, 1),
	       y = uniform(random, 0, 1);
	if (!box_is_empty(head) && random_uniform(random) < 0.4f)
		return head;
	double width = whole.right - whole.left, height = whole.bottom - whole.top;
	double left = whole.left + x * (1 - size) * width,
	       top = whole.top + y * (1 - size) * height;
	return (struct box){left, top, left + size * width, top + size * height};
}

/* Something in front: objects, or a plain bar or disc that reaches in from a side. */
static void finish_cover(cairo_surface_t *surface, struct random *random)
{
	double width = width_of(surface), height = height_of(surface), hue = uniform(random, 0, 1);
	if (random_uniform(random) < 0.6f) {
		int count = 1 + (int)random_below(random, 3);
		scatter(surface, count, 0.2, 0.5, random);
		return;
	}
	cairo_t *cairo = cairo_create(surface);
	double saturation = uniform(random, 0, 0.8), side = uniform(random, 0, 2 * M_PI);
	color_set_source(cairo, color_from_hsv(hue, saturation, uniform(random, 0.1, 1)));
	cairo_translate(cairo, width / 2, height / 2);
	cairo_rotate(cairo, side);
	double size = hypot(width, height), from = uniform(random, 0.12, 0.32) * size;
	if (random_uniform(random) < 0.5f)
		cairo_rectangle(cairo, from, -size, uniform(random, 0.05, 1) * size, 2 * size);
	else
		cairo_arc(cairo, from + 0.3 * size, 0, 0.3 * size, 0, 2 * M_PI);
	cairo_fill(cairo);
	effect_end(cairo, surface);
}

/* Light from a side and uneven shadow. */
static void finish_light(cairo_surface_t *surface, struct random *random)
{
	double width = width_of(surface), height = height_of(surface);
	double angle = uniform(random, 0, 2 * M_PI), dark = uniform(random, 0.55, 0.95);
	double dx = cos(angle) * width / 2, dy = sin(angle) * height / 2;
	cairo_pattern_t *gradient = cairo_pattern_create_linear(width / 2 - dx, height / 2 - dy,
		width / 2 + dx, height / 2 + dy);
	cairo_pattern_add_color_stop_rgb(gradient, 0, 1, 1, 1);
	cairo_pattern_add_color_stop_rgb(gradient, 1, dark, dark, dark);
	cairo_t *cairo = cairo_create(surface);
	cairo_set_source(cairo, gradient);
	cairo_set_operator(cairo, CAIRO_OPERATOR_MULTIPLY);
	cairo_paint(cairo);
	cairo_pattern_destroy(gradient);
	effect_end(cairo, surface);
}

static void finish_photo(cairo_surface_t *surface, struct random *random)
{
	finish_light(surface, random);
	double opacity = uniform(random, 0.1, 0.4);
	effect_clouds(surface, 3, false, opacity, CAIRO_OPERATOR_OVERLAY, random);
	if (random_uniform(random) < 0.5f)
		effect_resample(surface, uniform(random, 0.45, 0.8), CAIRO_FILTER_BILINEAR);
	effect_vignette(surface, uniform(random, 0, 0.5));
	int noise = 3 + (int)random_below(random, 12);
	effect_noise(surface, noise, random);
}

/* Grain of canvas, paper or cloth over all. */
static void finish_print(cairo_surface_t *surface, struct random *random)
{
	int cells = 20 + (int)random_below(random, 60);
	bool colored = random_uniform(random) < 0.3f;
	double opacity = uniform(random, 0.1, 0.3);
	effect_clouds(surface, cells, colored, opacity, CAIRO_OPERATOR_OVERLAY, random);
}

static void finish_grey(cairo_surface_t *surface, struct random *random)
{
	effect_paint(surface, grey(0.5), CAIRO_OPERATOR_HSL_SATURATION);
	if (random_uniform(random) < 0.25f)
		effect_paint(surface, grey(1), CAIRO_OPERATOR_DIFFERENCE);
}

static void finish_blur(cairo_surface_t *surface, struct random *random)
{
	effect_resample(surface, uniform(random, 0.15, 0.5), CAIRO_FILTER_BILINEAR);
}

static void finish_noise(cairo_surface_t *surface, struct random *random)
{
	int noise = 4 + (int)random_below(random, 24);
	effect_noise(surface, noise, random);
}

#define STYLE_ROW(name, probability, pose, background, frame, finish) \
	{probability, pose, background, frame, finish},
#define STYLE_NAME(name, probability, pose, background, frame, finish) name,
static const struct style styles[] = {STYLES(STYLE_ROW)};
const char *const style_names[] = {"plain", "mixed", STYLES(STYLE_NAME) NULL};

enum { STYLE_COUNT = sizeof styles / sizeof *styles };
_Static_assert(STYLE_COUNT <= 32, "a bit for each");

uint32_t styles_choose(int style, struct random *random)
{
	uint32_t chosen = 0;
	if (style >= STYLE_FIRST)
		return 1u << (style - STYLE_FIRST);
	for (int i = 0; style == STYLE_MIXED && i < STYLE_COUNT; i++)
		if ((double)random_uniform(random) < styles[i].probability)
			chosen |= 1u << i;
	return chosen;
}

void styles_pose(uint32_t chosen, struct pose *pose, size_t color_count, struct random *random)
{
	for (int i = 0; i < STYLE_COUNT; i++)
		if (chosen >> i & 1 && styles[i].pose)
			styles[i].pose(pose, color_count, random);
}

bool styles_background(uint32_t chosen, cairo_surface_t *surface, struct random *random)
{
	for (int i = 0; i < STYLE_COUNT; i++)
		if (chosen >> i & 1 && styles[i].background) {
			styles[i].background(surface, random);
			return true;
		}
	return false;
}

bool styles_frame(uint32_t chosen, struct box whole, struct box head, struct box *frame,
	struct random *random)
{
	for (int i = 0; i < STYLE_COUNT; i++)
		if (chosen >> i & 1 && styles[i].frame) {
			*frame = styles[i].frame(whole, head, random);
			return true;
		}
	return false;
}

void styles_finish(uint32_t chosen, cairo_surface_t *surface, struct random *random)
{
	for (int i = 0; i < STYLE_COUNT; i++)
		if (chosen >> i & 1 && styles[i].finish)
			styles[i].finish(surface, random);
}
