#include "draw/invent_figure.h"

/* People, creatures on two legs, on four, and those that are all head. */
static struct build choose_build(struct random *body, struct random *head)
{
	double kind = sketch_between(body, 0, 1);
	struct build build = {.stature = STATURE_UPRIGHT, .human = kind < 0.45};
	if (kind > 0.75)
		build.stature = kind > 0.9 ? STATURE_BLOB : STATURE_FOUR_LEGS;
	double stout = sketch_between(body, 0, 1);
	build.shoulder = (build.human ? 15 : 14) + 12 * stout;
	build.waist = build.shoulder * sketch_between(body, 0.7, build.human ? 1 : 1.4);
	build.hip = build.shoulder * sketch_between(body, 0.75, build.human ? 1.1 : 1.5);
	build.top = -sketch_between(body, 24, 38);
	build.bottom = sketch_between(body, 14, 34);
	build.arm = sketch_between(body, 18, 46);
	build.arm_width = sketch_between(body, 4.5, 10);
	build.leg = sketch_between(body, 14, 46);
	build.leg_width = sketch_between(body, 6, 13);
	build.head_width = sketch_between(head, 27, 44);
	build.head_height = sketch_between(head, 54, 76);
	build.cheek = sketch_between(head, 0.3, 0.6);
	build.jaw = sketch_between(head, 0.35, 0.85);
	build.eye_height = sketch_between(head, 0.36, 0.54);
	return build;
}

static void write_moods(struct sketch *sketch, struct random *random)
{
	static const char *const characters_of[] =
		{"'happy', 'happy', 'calm', 'laughing', 'winking'",
			"'calm', 'calm', 'angry', 'sad'", "'angry', 'angry', 'happy', 'surprised'",
			"'calm', 'happy', 'surprised', 'sad', 'angry', 'laughing', 'winking'"};
	sketch_write(sketch, ", 'moods': [%s]", characters_of[random_below(random, 4)]);
}

static void write_bones(struct sketch *sketch, const struct build *build)
{
	sketch_write(sketch, ", 'head': 'head'");
	sketch_list(sketch, "bones");
	sketch_bone(sketch, "body", NULL, (struct point){0, 0}, 0, 7, false);
	struct point neck = {0, build->top + 3}, shoulder = {3 - build->shoulder, build->top + 8};
	struct point hip = {-0.6 * build->hip, build->bottom - 8}, tail = {0.7 * build->hip, 0};
	double swing = 50, lean = 8;
	tail.y = build->bottom - 10;
	if (build->stature == STATURE_FOUR_LEGS) {
		neck = (struct point){-1.6 * build->hip, -0.2 * build->bottom};
		hip = (struct point){-1.5 * build->hip, build->bottom - 10};
		tail = (struct point){1.8 * build->hip, -4};
		lean = 0;
	} else if (build->stature == STATURE_BLOB) {
		neck.y = 0.5 * build->head_height;
		hip = (struct point){-0.4 * build->head_width, neck.y - 6};
		shoulder = (struct point){-0.9 * build->head_width, 6};
		tail = (struct point){0.7 * build->head_width, neck.y - 14};
	}
	sketch_bone(sketch, "head", "body", neck, 0, 11, false);
	sketch_bone(sketch, "arm", "body", shoulder, 40, swing, true);
	sketch_bone(sketch, "hand", "arm", (struct point){0, build->arm}, 0, 25, false);
	sketch_bone(sketch, "leg", "body", hip, lean, 14, true);
	sketch_bone(sketch, "foot", "leg", (struct point){0, build->leg}, 0, 8, false);
	sketch_bone(sketch, "tail", "body", tail, 0, 16, false);
	sketch_end_list(sketch);
}

void invent_figure(struct sketch *sketch, struct random random[TRAIT_COUNT])
{
	struct build build = choose_build(&random[TRAIT_BODY], &random[TRAIT_HEAD]);
	invent_palette(sketch, &random[TRAIT_COLORS]);
	write_moods(sketch, &random[TRAIT_FACE]);
	write_bones(sketch, &build);
	sketch_list(sketch, "parts");
	figure_tail(sketch, &build, &random[TRAIT_TAIL]);
	figure_body(sketch, &build, &random[TRAIT_BODY]);
	if (build.stature == STATURE_UPRIGHT)
		figure_clothes(sketch, &build, &random[TRAIT_CLOTHES]);
	figure_head(sketch, &build, &random[TRAIT_HEAD]);
	figure_hair(sketch, &build, &random[TRAIT_HAIR]);
	figure_face(sketch, &build, &random[TRAIT_FACE]);
	sketch_end_list(sketch);
}
