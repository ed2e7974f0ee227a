#include "draw/figure.h"

#include "draw/face.h"

#include <math.h>

static void choose_appearance(struct pose *pose, const struct character *character,
	struct random *random)
{
	pose->mood = character->moods[random_below(random, (uint32_t)character->mood_count)];
	for (size_t k = 0; k < character->color_count; k++)
		pose->palette[k] = character->palette[k];
	for (size_t i = 0; i < character->choice_count; i++) {
		const struct choice *choice = &character->choices[i];
		pose->chosen[i] = random_uniform(random) < choice->probability;
		for (size_t k = 0; pose->chosen[i] && k < character->color_count; k++)
			if (choice->recolored[k])
				pose->palette[k] = choice->palette[k];
	}
}

/* The frame of a joint in its parent's: translated to the joint, rotated and slightly scaled. */
static cairo_matrix_t joint(const struct bone *bone, bool mirrored, double degrees, double size)
{
	cairo_matrix_t frame;
	cairo_matrix_init_identity(&frame);
	if (mirrored)
		cairo_matrix_scale(&frame, -1, 1);
	cairo_matrix_translate(&frame, bone->at.x, bone->at.y);
	cairo_matrix_rotate(&frame, degrees * M_PI / 180);
	cairo_matrix_scale(&frame, size, size);
	return frame;
}

void pose_choose(struct pose *pose, const struct character *character, double variation,
	struct random *random)
{
	*pose = (struct pose){.shading = SHADING_CEL,
		.light = {-0.6, -0.8},
		.line_width = 2,
		.line_color = {0.1, 0.07, 0.12, 1},
		.line_color_weight = 0.6};
	choose_appearance(pose, character, random);
	pose->yaw = variation * random_between(random, -1, 1);
	pose->pitch = variation * random_between(random, -1, 1);
	for (int i = 0; i < WOBBLES; i++)
		pose->wobble[i] = variation * random_between(random, -1, 1);
	for (size_t i = 0; i < character->bone_count; i++) {
		const struct bone *bone = &character->bones[i];
		bool starts_pair = bone->paired &&
			!(bone->parent >= 0 && character->bones[bone->parent].paired);
		double size = 1 + variation * random_between(random, -0.05f, 0.05f);
		for (int side = 0; side < 2; side++) {
			double swing = (double)random_between(random, (float)bone->swing[0],
				(float)bone->swing[1]);
			if (side && !bone->paired) {
				pose->joints[i][1] = pose->joints[i][0];
				continue;
			}
			cairo_matrix_t *frame = &pose->joints[i][side];
			*frame = joint(bone, side && starts_pair, bone->rest + variation * swing,
				size);
			if (bone->parent >= 0)
				cairo_matrix_multiply(frame, frame,
					&pose->joints[bone->parent][side]);
		}
	}
}

static bool is_mirrored(const cairo_matrix_t *frame)
{
	return frame->xx * frame->yy < frame->xy * frame->yx;
}

/* The frame of a part: its bone's, shifted by the parallax of its depth, mirrored or not. */
static cairo_matrix_t part_frame(const struct part *part, const struct pose *pose, int side,
	bool mirrored)
{
	cairo_matrix_t frame = pose->joints[part->bone][side];
	double sign = is_mirrored(&frame) ? -1 : 1;
	cairo_matrix_translate(&frame, sign * pose->yaw * part->depth,
		-0.5 * pose->pitch * part->depth);
	if (mirrored)
		cairo_matrix_scale(&frame, -1, 1);
	return frame;
}

static void limb_path(cairo_t *cairo, const struct part *part, const struct pose *pose, int side,
	const cairo_matrix_t *frame)
{
	struct point centres[LIMB_CENTRES];
	double radii[LIMB_CENTRES];
	cairo_matrix_t inverse = *frame;
	cairo_matrix_invert(&inverse);
	for (size_t i = 0; i < part->centre_count; i++) {
		const struct limb_centre *centre = &part->centres[i];
		centres[i] = centre->at;
		radii[i] = centre->radius;
		if (centre->bone >= 0) {
			const cairo_matrix_t *joint_frame = &pose->joints[centre->bone][side];
			centres[i] = (struct point){joint_frame->x0, joint_frame->y0};
			cairo_matrix_transform_point(&inverse, &centres[i].x, &centres[i].y);
		}
	}
	shape_limb(cairo, centres, radii, part->centre_count);
}

static void wobbled_path(cairo_t *cairo, const struct part *part, const struct pose *pose)
{
	struct knot knots[KNOTS_MAXIMUM];
	struct spike spikes[KNOTS_MAXIMUM];
	const double *wobble = pose->wobble;
	size_t start = (size_t)(fabs(part->layer) * 5 + part->count);
	for (size_t i = 0; i < part->count; i++) {
		double first = part->wobble * wobble[(start + 2 * i) % WOBBLES];
		double second = part->wobble * wobble[(start + 2 * i + 1) % WOBBLES];
		if (part->shape == PART_SPIKES) {
			spikes[i] = part->spikes[i];
			spikes[i].length += first;
			spikes[i].bend += 3 * second;
		} else {
			knots[i] = part->knots[i];
			knots[i].at.x += first;
			knots[i].at.y += second;
		}
	}
	if (part->shape == PART_SPIKES)
		shape_spikes(cairo, part->at, part->radius, spikes, part->count);
	else
		shape_curve(cairo, knots, part->count, part->shape == PART_CURVE);
}

/* Adds the outline of a part, in its frame, to the path. */
static void part_path(cairo_t *cairo, const struct part *part, const struct pose *pose, int side,
	const cairo_matrix_t *frame)
{
	if (part->shape == PART_LIMB)
		limb_path(cairo, part, pose, side, frame);
	else if (part->shape == PART_CURVE || part->shape == PART_LINE ||
		part->shape == PART_SPIKES)
		wobbled_path(cairo, part, pose);
	else
		shape_oval(cairo, part->at, part->radius, part->angle);
}

/* Cel shading: fills with the shadow tone, then the shape shifted toward the light with the base
 * tone. */
static void fill_cel(cairo_t *cairo, struct color color, struct point move)
{
	cairo_path_t *path = cairo_copy_path(cairo);
	cairo_save(cairo);
	cairo_clip(cairo);
	color_set_source(cairo, color_shaded(color));
	cairo_paint(cairo);
	cairo_translate(cairo, move.x, move.y);
	cairo_append_path(cairo, path);
	color_set_source(cairo, color);
	cairo_fill(cairo);
	cairo_restore(cairo);
	cairo_path_destroy(path);
}

static void fill_soft(cairo_t *cairo, struct color color, struct point middle,
	struct point toward_light, double shade)
{
	cairo_pattern_t *gradient = cairo_pattern_create_linear(middle.x + toward_light.x,
		middle.y + toward_light.y, middle.x - toward_light.x, middle.y - toward_light.y);
	struct color tones[3] = {color_mix(color, (struct color){1, 1, 1, color.alpha}, 0.22),
		color, color_mix(color, color_shaded(color), fmin(1, shade))};
	for (int i = 0; i < 3; i++)
		cairo_pattern_add_color_stop_rgba(gradient, i * 0.5, tones[i].red, tones[i].green,
			tones[i].blue, tones[i].alpha);
	cairo_set_source(cairo, gradient);
	cairo_fill(cairo);
	cairo_pattern_destroy(gradient);
}

/* Fills the current path with the pose's shading. */
static void fill_part(cairo_t *cairo, const struct part *part, const struct pose *pose)
{
	struct color color = pose->palette[part->fill];
	double x0, y0, x1, y1;
	cairo_path_extents(cairo, &x0, &y0, &x1, &y1);
	double reach = part->shade * fmin(0.17 * fmin(x1 - x0, y1 - y0), 7),
	       half = hypot(x1 - x0, y1 - y0) / 2;
	if (pose->shading == SHADING_CEL && reach > 0) {
		fill_cel(cairo, color,
			(struct point){reach * pose->light.x, reach * pose->light.y});
	} else if (pose->shading == SHADING_SOFT && reach > 0) {
		fill_soft(cairo, color, (struct point){(x0 + x1) / 2, (y0 + y1) / 2},
			(struct point){half * pose->light.x, half * pose->light.y}, part->shade);
	} else {
		color_set_source(cairo, color);
		cairo_fill(cairo);
	}
}

static void stroke_outline(cairo_t *cairo, const struct part *part, const struct pose *pose)
{
	struct color fill_color = part->fill >= 0 ? pose->palette[part->fill] : pose->line_color;
	struct color color = color_mix(color_scale(color_with_alpha(fill_color, 1), 0.4),
		pose->line_color, pose->line_color_weight);
	color_set_source(cairo, part->line >= 0 ? pose->palette[part->line] : color);
	cairo_set_line_width(cairo, pose->line_width * part->line_width);
	cairo_stroke(cairo);
}

/* A traversal of the parts of a figure. */
struct part_traversal {
	cairo_t *cairo;
	const struct character *character;
	const struct pose *pose;
	cairo_matrix_t base; /* the figure's frame on the surface */
	struct box *box;     /* computes the bounding box instead of drawing; NULL: draws */
	int bone;            /* only the parts on it and its children; -1: all */
};

static void traverse_parts(const struct part_traversal *traversal, const struct part *parts,
	size_t count);

static void draw_filled(const struct part_traversal *traversal, const struct part *part)
{
	cairo_t *cairo = traversal->cairo;
	cairo_path_t *path = cairo_copy_path(cairo);
	if (part->fill >= 0)
		fill_part(cairo, part, traversal->pose);
	if (part->inside_count) {
		cairo_save(cairo);
		cairo_new_path(cairo);
		cairo_append_path(cairo, path);
		cairo_clip(cairo);
		traverse_parts(traversal, part->inside, part->inside_count);
		cairo_set_matrix(cairo, &traversal->base);
		cairo_restore(cairo);
	}
	cairo_new_path(cairo);
	if (part->line_width > 0 && traversal->pose->line_width > 0) {
		cairo_append_path(cairo, path);
		stroke_outline(cairo, part, traversal->pose);
	}
	cairo_path_destroy(path);
}

static void draw_part(const struct part_traversal *traversal, const struct part *part, int side,
	bool mirrored)
{
	cairo_t *cairo = traversal->cairo;
	cairo_matrix_t frame = part_frame(part, traversal->pose, side, mirrored), device;
	cairo_matrix_multiply(&device, &frame, &traversal->base);
	cairo_set_matrix(cairo, &device);
	if (part->shape == PART_EYE || part->shape == PART_BROW || part->shape == PART_MOUTH) {
		face_draw(cairo, part, traversal->pose, is_mirrored(&frame));
		return;
	}
	cairo_new_path(cairo);
	part_path(cairo, part, traversal->pose, side, &frame);
	cairo_set_matrix(cairo, &traversal->base);
	if (part->shape == PART_LINE) {
		color_set_source(cairo, traversal->pose->palette[part->fill]);
		cairo_set_line_width(cairo, part->width);
		cairo_stroke(cairo);
	} else
		draw_filled(traversal, part);
}

static void measure_part(const struct part_traversal *traversal, const struct part *part, int side,
	bool mirrored)
{
	cairo_matrix_t frame = part_frame(part, traversal->pose, side, mirrored);
	struct box *box = traversal->box, extents;
	cairo_set_matrix(traversal->cairo, &frame);
	cairo_new_path(traversal->cairo);
	part_path(traversal->cairo, part, traversal->pose, side, &frame);
	cairo_identity_matrix(traversal->cairo);
	cairo_path_extents(traversal->cairo, &extents.left, &extents.top, &extents.right,
		&extents.bottom);
	box->left = fmin(box->left, extents.left);
	box->top = fmin(box->top, extents.top);
	box->right = fmax(box->right, extents.right);
	box->bottom = fmax(box->bottom, extents.bottom);
}

static bool is_shown(const struct part_traversal *traversal, const struct part *part)
{
	int bone = part->bone;
	while (traversal->bone >= 0 && bone >= 0 && bone != traversal->bone)
		bone = traversal->character->bones[bone].parent;
	return bone >= 0 &&
		(part->choice < 0 || traversal->pose->chosen[part->choice] == part->choice_state);
}

static void traverse_parts(const struct part_traversal *traversal, const struct part *parts,
	size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct part *part = &parts[i];
		bool paired = traversal->character->bones[part->bone].paired;
		for (int copy = 0; copy < 4; copy++) {
			int side = copy / 2, mirrored = copy % 2;
			if ((side && !paired) || (mirrored && !part->mirror) ||
				!is_shown(traversal, part))
				continue;
			if (paired && part->side >= 0 && part->side != side)
				continue;
			if (traversal->box)
				measure_part(traversal, part, side, mirrored);
			else
				draw_part(traversal, part, side, mirrored);
		}
	}
}

struct box figure_box(const struct character *character, const struct pose *pose, int bone)
{
	struct box box = {INFINITY, INFINITY, -INFINITY, -INFINITY};
	cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
	struct part_traversal traversal = {.cairo = cairo_create(surface),
		.character = character,
		.pose = pose,
		.box = &box,
		.bone = bone};
	traverse_parts(&traversal, character->parts, character->part_count);
	cairo_destroy(traversal.cairo);
	cairo_surface_destroy(surface);
	return box_is_empty(box) ? (struct box){0, 0, 0, 0} : box;
}

void figure_draw(cairo_t *cairo, const struct character *character, const struct pose *pose)
{
	struct part_traversal traversal = {.cairo = cairo,
		.character = character,
		.pose = pose,
		.bone = -1};
	cairo_save(cairo);
	cairo_get_matrix(cairo, &traversal.base);
	cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
	cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
	traverse_parts(&traversal, character->parts, character->part_count);
	cairo_restore(cairo);
}
