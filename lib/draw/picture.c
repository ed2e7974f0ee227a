#include "draw/picture.h"

#include "draw/backdrop.h"
#include "draw/clutter.h"
#include "draw/figure.h"
#include "draw/postprocess.h"
#include "draw/style.h"

#include <math.h>

/* The rectangle of the picture that a figure fills. */
struct viewport {
	double x, y, width, height;
};

static double uniform(struct random *random, double low, double high)
{
	return low + (high - low) * (double)random_uniform(random);
}

static bool bernoulli(struct random *random, double probability)
{
	return (double)random_uniform(random) < probability;
}

/* Colour jitter in every picture, any hue in a few, and nearly no colour in sketches. */
static void choose_colors(struct pose *pose, size_t count, struct random *random)
{
	bool recolored = bernoulli(random, 0.025), sketch = bernoulli(random, 0.02);
	double hue_shift = recolored ? uniform(random, 0.08, 0.92) : uniform(random, -0.025, 0.025);
	double light = uniform(random, 0.9, 1.1), grey = uniform(random, 0, 0.12);
	for (size_t i = 0; i < count; i++) {
		struct color *color = &pose->palette[i], paper = {0.98, 0.97, 0.94, color->alpha};
		double luma = color_luma(*color);
		*color = color_rotate_hue(*color, hue_shift);
		*color = color_mix(*color, (struct color){luma, luma, luma, color->alpha},
			sketch ? 1 : grey);
		*color = sketch ? color_mix(*color, paper, 0.8) : color_scale(*color, light);
	}
	if (sketch)
		pose->line_width = 2.4, pose->line_color_weight = 1;
}

static void choose_style(struct pose *pose, struct random *random)
{
	static const enum shading shadings[] = {SHADING_CEL, SHADING_CEL, SHADING_CEL, SHADING_SOFT,
		SHADING_SOFT, SHADING_FLAT};
	double angle = uniform(random, 0.1, 0.9) * M_PI, thickness = uniform(random, 1, 3);
	pose->shading = shadings[random_below(random, 6)];
	pose->light = (struct point){-cos(angle), -sin(angle)};
	pose->line_width = bernoulli(random, 0.1) ? 0 : thickness;
	pose->line_color_weight = uniform(random, 0.2, 1);
}

/* Linear interpolation between two boxes. */
static struct box box_interpolate(struct box a, struct box b, double weight_of_b)
{
	return (struct box){a.left + weight_of_b * (b.left - a.left),
		a.top + weight_of_b * (b.top - a.top), a.right + weight_of_b * (b.right - a.right),
		a.bottom + weight_of_b * (b.bottom - a.bottom)};
}

static struct box box_middle(struct box box)
{
	double x = (box.left + box.right) / 2, y = (box.top + box.bottom) / 2;
	return (struct box){x, y, x, y};
}

/* The box to show: the whole figure, its head, or a box between the two. */
static struct box choose_framing(const struct character *character, const struct pose *pose,
	uint32_t styles, struct random *random)
{
	struct box whole = figure_box(character, pose, -1),
		   head = figure_box(character, pose, character->head), styled;
	if (!character->ground && styles_frame(styles, whole, head, &styled, random))
		return styled;
	if (character->ground && bernoulli(random, 0.75))
		return box_interpolate(whole, box_middle(whole), uniform(random, 0.4, 0.75));
	double framing = uniform(random, 0, 1), closeness = uniform(random, 0.25, 0.7);
	if (box_is_empty(head) || framing < 0.65)
		return whole;
	return framing < 0.75 ? head : box_interpolate(whole, head, closeness);
}

/* Sets cairo's user space so that `box` is shown in the viewport: random scale, position, rotation
 * and mirroring. */
static void set_transform(cairo_t *cairo, struct box box, struct viewport viewport,
	struct random *random)
{
	double width = box.right - box.left, height = box.bottom - box.top;
	double fit = fmin(viewport.width / width, viewport.height / height);
	double size = fit * (1.1 - 0.75 * pow(uniform(random, 0, 1), 3)),
	       stretch = uniform(random, 0.94, 1.06);
	double room_x = fabs(viewport.width - size * width) / 2 + 0.03 * viewport.width;
	double room_y = fabs(viewport.height - size * height) / 2 + 0.03 * viewport.height;
	double x = viewport.x + viewport.width / 2 + uniform(random, -1, 1) * room_x;
	double y = viewport.y + viewport.height / 2 + uniform(random, -1, 1) * room_y;
	double angle = fmax(-15, fmin(15, 7 * (double)random_normal(random)));
	bool flip = bernoulli(random, 0.5);
	cairo_translate(cairo, x, y);
	cairo_rotate(cairo, angle * M_PI / 180);
	cairo_scale(cairo, size * stretch * (flip ? -1 : 1), size / stretch);
	cairo_translate(cairo, -(box.left + box.right) / 2, -(box.top + box.bottom) / 2);
}

/* A soft shadow on the ground below the figure. */
static void draw_shadow(cairo_t *cairo, struct box whole, double strength)
{
	double radius = (whole.right - whole.left) * 0.42;
	cairo_save(cairo);
	cairo_translate(cairo, (whole.left + whole.right) / 2, whole.bottom - 2);
	cairo_scale(cairo, radius, radius * 0.2);
	cairo_pattern_t *pattern = cairo_pattern_create_radial(0, 0, 0.4, 0, 0, 1);
	cairo_pattern_add_color_stop_rgba(pattern, 0, 0, 0, 0.05, strength);
	cairo_pattern_add_color_stop_rgba(pattern, 1, 0, 0, 0.05, 0);
	cairo_set_source(cairo, pattern);
	cairo_arc(cairo, 0, 0, 1, 0, 2 * M_PI);
	cairo_fill(cairo);
	cairo_pattern_destroy(pattern);
	cairo_restore(cairo);
}

static void draw_figure(cairo_t *cairo, const struct character *character, struct viewport viewport,
	uint32_t styles, struct random *random)
{
	struct pose pose;
	pose_choose(&pose, character, uniform(random, 0.5, 1), random);
	choose_style(&pose, random);
	choose_colors(&pose, character->color_count, random);
	styles_pose(styles, &pose, character->color_count, random);
	struct box framed = choose_framing(character, &pose, styles, random);
	double shadow = uniform(random, -0.2, 0.5);
	if (box_is_empty(framed))
		return;
	cairo_save(cairo);
	set_transform(cairo, framed, viewport, random);
	if (shadow > 0)
		draw_shadow(cairo, figure_box(character, &pose, -1), shadow);
	figure_draw(cairo, character, &pose);
	cairo_restore(cairo);
}

/* Up to `most` objects: anywhere behind the figure, or in front of it near the lower edge. */
static void scatter(cairo_t *cairo, int width, int height, uint32_t most, bool in_front,
	struct random *random)
{
	for (uint32_t left = random_below(random, most + 1); left > 0; left--) {
		double x = uniform(random, 0, width);
		double y = uniform(random, in_front ? 0.55 : 0.2, in_front ? 1.05 : 1) * height;
		double size = uniform(random, 0.1, in_front ? 0.3 : 0.26) * fmin(width, height);
		clutter_draw(cairo, x, y, size, random);
	}
}

/* Ends drawing. Returns the surface, or NULL after an error. */
static cairo_surface_t *finish_surface(cairo_t *cairo, cairo_surface_t *surface)
{
	bool good = !cairo_status(cairo) && !cairo_surface_status(surface);
	cairo_destroy(cairo);
	if (good)
		return surface;
	cairo_surface_destroy(surface);
	return NULL;
}

cairo_surface_t *picture_draw(const struct character *const *characters, int count, int width,
	int height, int style, struct random *random)
{
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
	cairo_t *cairo = cairo_create(surface);
	uint32_t styles = styles_choose(style, random);
	if (!styles_background(styles, surface, random)) {
		backdrop_draw(cairo, width, height, random);
		scatter(cairo, width, height, 3, false, random);
	}
	for (int i = 0; i < count; i++) {
		double width_fraction = count == 1 ? 1 : 0.62;
		struct viewport viewport = {i * (1 - width_fraction) * width, 0,
			width_fraction * width, height};
		draw_figure(cairo, characters[i], viewport, styles, random);
	}
	scatter(cairo, width, height, 2, true, random);
	postprocess_apply(surface, random);
	styles_finish(styles, surface, random);
	return finish_surface(cairo, surface);
}

cairo_surface_t *picture_portrait(const struct character *character, int width, int height,
	struct color background)
{
	struct random random = random_start(0, RANDOM_DRAW, 0, 0);
	struct pose pose;
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, width, height);
	cairo_t *cairo = cairo_create(surface);
	color_set_source(cairo, background);
	cairo_paint(cairo);
	pose_choose(&pose, character, 0, &random);
	pose.mood = character->moods[0];
	for (size_t i = 0; i < character->color_count; i++)
		pose.palette[i] = character->palette[i];
	for (size_t i = 0; i < character->choice_count; i++)
		pose.chosen[i] = false;
	struct box box = figure_box(character, &pose, -1);
	if (!box_is_empty(box)) {
		double fit =
			0.9 * fmin(width / (box.right - box.left), height / (box.bottom - box.top));
		cairo_translate(cairo, width / 2.0, height / 2.0);
		cairo_scale(cairo, fit, fit);
		cairo_translate(cairo, -(box.left + box.right) / 2, -(box.top + box.bottom) / 2);
		figure_draw(cairo, character, &pose);
	}
	return finish_surface(cairo, surface);
}
