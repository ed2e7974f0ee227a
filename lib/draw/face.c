#include "draw/face.h"

#include <math.h>

/* How a mood changes a face. */
static const struct expression {
	double lid;   /* added to the fraction of the eye's height that the lid covers */
	double slant; /* rotation of lid and brow toward the nose, in degrees */
	double raise; /* upward shift of the brow, in units */
	double smile; /* curvature of the mouth, 1 a full smile, -1 the reverse */
	double open;  /* of the mouth, 1 wide */
	bool closed;  /* eyes shut, as arcs */
	bool wink;    /* only the mirrored eye shut */
} expressions[MOOD_COUNT] = {
	[MOOD_CALM] = {0.05, 0, 0, 0.5, 0, false, false},
	[MOOD_HAPPY] = {0, -4, 2, 1, 0.55, false, false},
	[MOOD_LAUGHING] = {0, -6, 4, 1, 1, true, false},
	[MOOD_ANGRY] = {0.16, 16, -2, -0.5, 0, false, false},
	[MOOD_SURPRISED] = {-0.1, -8, 6, 0.1, 0.8, false, false},
	[MOOD_SAD] = {0.1, -14, 2, -0.7, 0, false, false},
	[MOOD_WINKING] = {0, -4, 3, 1, 0.4, false, true},
};

static void ellipse(cairo_t *cairo, double x, double y, double rx, double ry)
{
	cairo_new_path(cairo);
	shape_oval(cairo, (struct point){x, y}, (struct point){rx, ry}, 0);
}

/* A shut eye: an arc, open downwards. */
static void draw_shut_eye(cairo_t *cairo, const struct part *part, const struct pose *pose)
{
	double rx = part->radius.x, ry = part->radius.y;
	cairo_new_path(cairo);
	cairo_move_to(cairo, -rx, ry * 0.25);
	cairo_curve_to(cairo, -rx * 0.6, -ry * 0.65, rx * 0.6, -ry * 0.65, rx, ry * 0.25);
	color_set_source(cairo, pose->line_color);
	cairo_set_line_width(cairo, fmax(part->width, 2));
	cairo_stroke(cairo);
}

static void draw_iris(cairo_t *cairo, const struct part *part, const struct pose *pose, double sign)
{
	double rx = part->radius.x, ry = part->radius.y, iris = part->iris_size;
	double x = sign * pose->yaw * rx * 0.22, y = -pose->pitch * ry * 0.12;
	struct color color = part->fill >= 0 ? pose->palette[part->fill] : pose->line_color;
	ellipse(cairo, x, y, rx * iris, ry * iris);
	cairo_pattern_t *gradient = cairo_pattern_create_linear(0, y - ry * iris, 0, y + ry * iris);
	struct color dark = color_scale(color, 0.55),
		     bright = color_mix(color, (struct color){1, 1, 1, 1}, 0.25);
	cairo_pattern_add_color_stop_rgb(gradient, 0.15, dark.red, dark.green, dark.blue);
	cairo_pattern_add_color_stop_rgb(gradient, 1, bright.red, bright.green, bright.blue);
	cairo_set_source(cairo, gradient);
	cairo_fill(cairo);
	cairo_pattern_destroy(gradient);
	if (part->pupil >= 0) {
		ellipse(cairo, x, y, rx * iris * part->pupil_size, ry * iris * part->pupil_size);
		color_set_source(cairo, pose->palette[part->pupil]);
		cairo_fill(cairo);
	}
	double light = sign * (pose->light.x < 0 ? -1 : 1),
	       small = fmin(rx, ry) * fmin(1, iris + 0.2);
	cairo_set_source_rgb(cairo, 1, 1, 1);
	ellipse(cairo, x + light * rx * iris * 0.34, y - ry * iris * 0.42, small * 0.3,
		small * 0.34);
	cairo_fill(cairo);
	ellipse(cairo, x - light * rx * iris * 0.32, y + ry * iris * 0.42, small * 0.14,
		small * 0.14);
	cairo_fill(cairo);
}

/* The lid's edge: a line across the eye, at `cover` of its height, falling by `slant` toward the
 * nose (negative x is outward on the first side, so that the mirrored eye falls the other way). */
static void lid_edge(cairo_t *cairo, const struct part *part, double cover, double slant)
{
	double rx = part->radius.x, ry = part->radius.y, y = -ry + 2 * ry * cover,
	       fall = rx * tan(slant * M_PI / 180);
	cairo_move_to(cairo, -rx * 1.3, y - 1.3 * fall + ry * 0.35 * (1 - cover));
	cairo_curve_to(cairo, -rx * 0.6, y - 0.6 * fall - ry * 0.12, rx * 0.6,
		y + 0.6 * fall - ry * 0.12, rx * 1.3, y + 1.3 * fall + ry * 0.35 * (1 - cover));
}

static void draw_open_eye(cairo_t *cairo, const struct part *part, const struct pose *pose,
	double sign)
{
	const struct expression *mood = &expressions[pose->mood];
	double rx = part->radius.x, ry = part->radius.y,
	       cover = fmin(0.62, fmax(0, part->lid + mood->lid));
	double slant = part->angle + mood->slant;
	cairo_save(cairo);
	if (part->white >= 0 || cover > 0.1) {
		cairo_new_path(cairo);
		lid_edge(cairo, part, cover, slant);
		cairo_line_to(cairo, rx * 1.3, ry * 1.5);
		cairo_line_to(cairo, -rx * 1.3, ry * 1.5);
		cairo_close_path(cairo);
		cairo_clip(cairo);
	}
	ellipse(cairo, 0, 0, rx, ry);
	color_set_source(cairo, part->white >= 0 ? pose->palette[part->white] : pose->line_color);
	cairo_fill_preserve(cairo);
	cairo_clip(cairo);
	draw_iris(cairo, part, pose, sign);
	cairo_restore(cairo);
	if (part->white < 0)
		return;
	cairo_save(cairo);
	ellipse(cairo, 0, 0, rx * 1.12, ry * 1.08);
	cairo_clip(cairo);
	lid_edge(cairo, part, cover, slant);
	color_set_source(cairo, pose->line_color);
	cairo_set_line_width(cairo, part->width);
	cairo_stroke(cairo);
	cairo_restore(cairo);
}

static void draw_eye(cairo_t *cairo, const struct part *part, const struct pose *pose,
	bool mirrored)
{
	const struct expression *mood = &expressions[pose->mood];
	cairo_translate(cairo, part->at.x, part->at.y);
	if (mood->closed || (mood->wink && mirrored))
		draw_shut_eye(cairo, part, pose);
	else
		draw_open_eye(cairo, part, pose, mirrored ? -1 : 1);
}

static void draw_brow(cairo_t *cairo, const struct part *part, const struct pose *pose)
{
	const struct expression *mood = &expressions[pose->mood];
	double rx = part->radius.x, ry = part->radius.y;
	cairo_translate(cairo, part->at.x, part->at.y - mood->raise);
	cairo_rotate(cairo, (part->angle + mood->slant) * M_PI / 180);
	cairo_new_path(cairo);
	cairo_move_to(cairo, -rx, ry);
	cairo_curve_to(cairo, -rx * 0.4, -ry, rx * 0.4, -ry, rx, ry * 0.4);
	color_set_source(cairo, part->fill >= 0 ? pose->palette[part->fill] : pose->line_color);
	cairo_set_line_width(cairo, part->width);
	cairo_stroke(cairo);
}

static void mouth_line(cairo_t *cairo, const struct part *part, double smile)
{
	double rx = part->radius.x, ry = part->radius.y * smile;
	cairo_new_path(cairo);
	if (part->style == 1) {
		cairo_move_to(cairo, -rx, -ry * 0.4);
		cairo_curve_to(cairo, -rx * 0.8, ry * 0.8, -rx * 0.2, ry * 0.8, 0, -ry * 0.2);
		cairo_curve_to(cairo, rx * 0.2, ry * 0.8, rx * 0.8, ry * 0.8, rx, -ry * 0.4);
	} else {
		cairo_move_to(cairo, -rx, -ry * 0.5);
		cairo_curve_to(cairo, -rx * 0.5, ry * 0.8, rx * 0.5, ry * 0.8, rx, -ry * 0.5);
	}
}

static void draw_mouth(cairo_t *cairo, const struct part *part, const struct pose *pose)
{
	const struct expression *mood = &expressions[pose->mood];
	double rx = part->radius.x, ry = part->radius.y;
	cairo_translate(cairo, part->at.x, part->at.y);
	cairo_set_line_width(cairo, part->width);
	mouth_line(cairo, part, mood->smile);
	if (mood->open > 0) {
		double depth = ry * (0.8 + 1.6 * mood->open);
		cairo_curve_to(cairo, rx * 0.8, depth, -rx * 0.8, depth, -rx,
			-ry * 0.5 * mood->smile);
		cairo_close_path(cairo);
		cairo_path_t *path = cairo_copy_path(cairo);
		cairo_save(cairo);
		cairo_clip(cairo);
		cairo_set_source_rgb(cairo, 0.45, 0.1, 0.13);
		cairo_paint(cairo);
		ellipse(cairo, 0, depth * 0.85, rx * 0.6, depth * 0.4);
		cairo_set_source_rgb(cairo, 0.93, 0.48, 0.48);
		cairo_fill(cairo);
		cairo_restore(cairo);
		cairo_append_path(cairo, path);
		cairo_path_destroy(path);
	}
	color_set_source(cairo, part->fill >= 0 ? pose->palette[part->fill] : pose->line_color);
	cairo_stroke(cairo);
}

void face_draw(cairo_t *cairo, const struct part *part, const struct pose *pose, bool mirrored)
{
	if (part->shape == PART_EYE)
		draw_eye(cairo, part, pose, mirrored);
	else if (part->shape == PART_BROW)
		draw_brow(cairo, part, pose);
	else
		draw_mouth(cairo, part, pose);
}
