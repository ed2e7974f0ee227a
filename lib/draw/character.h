/* A character as numbers: a palette, a skeleton of bones, and flat parts that hang on the bones.
 * Files named characters.json describe them; draw-characters(1) gives their keys. */
#ifndef DRAW_CHARACTER_H
#define DRAW_CHARACTER_H

#include "base/error.h"
#include "draw/color.h"
#include "draw/shape.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CAST_MAXIMUM = 256,   /* characters in a file */
	PALETTE_MAXIMUM = 64, /* colours of a character */
	BONES_MAXIMUM = 48,
	PARTS_MAXIMUM = 512,  /* of a character, those inside others among them */
	KNOTS_MAXIMUM = 64,   /* points or spikes of one part */
	CHOICES_MAXIMUM = 16,
	DRAW_NAME_SIZE = 32,  /* bytes of a bone's, part's, colour's or choice's name with its NUL */
	LIMB_CENTRES = 8,
};

enum part_shape { PART_OVAL, PART_CURVE, PART_LINE, PART_LIMB, PART_SPIKES, PART_EYE, PART_BROW, PART_MOUTH };

/* What a face shows. */
enum mood { MOOD_CALM, MOOD_HAPPY, MOOD_LAUGHING, MOOD_ANGRY, MOOD_SURPRISED, MOOD_SAD, MOOD_WINKING, MOOD_COUNT };

struct bone {
	char name[DRAW_NAME_SIZE];
	int parent;        /* an earlier bone; -1 for the first */
	struct point at;   /* its joint, in the parent's frame */
	double rest;       /* degrees it is turned by, clockwise */
	double swing[2];   /* degrees that a pose may add, from and to */
	bool paired;       /* stands for two, the second mirrored; its children are paired too */
};

struct limb_centre {
	int bone;        /* the joint of this bone, -1: the point below */
	struct point at; /* in the frame of the part */
	double radius;
};

struct part {
	char name[DRAW_NAME_SIZE];
	enum part_shape shape;
	int bone;
	int side;           /* of a paired bone: -1 both, 0 the first, 1 the mirrored one */
	double layer;       /* drawing order, low first; equal ones in the order of the file */
	double depth;       /* in front of the turning axis: how far it moves sideways as the figure turns */
	bool mirror;        /* drawn a second time, mirrored at the bone's axis */
	int fill, line;     /* palette entries; -1: none for fill, derived from the fill for line */
	double line_width;  /* of the outline, times the figure's; 0: none */
	double shade;       /* strength of the shadow on it, 1 is usual */
	double wobble;      /* units that its knots and tips may differ by from picture to picture */
	int choice;         /* -1, or the choice that it depends on */
	bool choice_wanted; /* drawn when that choice was taken, or when it was not */
	struct point at, radius;
	double angle, width; /* width: of a line, a brow, an eye's lid, in units */
	int white, pupil;    /* palette entries of an eye; -1: none */
	double lid, pupil_size, iris_size; /* lid: share of the eye it covers at rest */
	int style;           /* of a mouth: 0 a line, 1 a cat's */
	struct knot *knots;
	struct spike *spikes;
	size_t count;        /* of knots or of spikes */
	struct limb_centre centres[LIMB_CENTRES];
	size_t centre_count;
	struct part *inside; /* drawn on it and clipped to it */
	size_t inside_count;
};

/* Something that is so in a share of the pictures: a cape worn, hair of another colour. */
struct choice {
	char name[DRAW_NAME_SIZE];
	double share;
	bool recolored[PALETTE_MAXIMUM];
	struct color palette[PALETTE_MAXIMUM];
};

struct character {
	char *name; /* the class; text_is_class_name holds */
	char color_names[PALETTE_MAXIMUM][DRAW_NAME_SIZE];
	struct color palette[PALETTE_MAXIMUM];
	size_t color_count;
	struct bone bones[BONES_MAXIMUM];
	size_t bone_count;
	int head; /* the bone that a close-up shows */
	struct part *parts; /* sorted by layer */
	size_t part_count;
	struct choice choices[CHOICES_MAXIMUM];
	size_t choice_count;
	enum mood moods[MOOD_COUNT * 2]; /* to choose from; one named twice is twice as frequent */
	size_t mood_count;
};

/* The characters of one file, sorted by name. All zero is an empty cast. */
struct cast {
	struct character *characters;
	size_t count;
};

/* Reads the characters of a characters.json of at most 4 MiB. The caller frees with cast_free. On failure
 * (-1: unreadable, no JSON, an unknown key, name or number out of range; the error names character and
 * part) *cast is empty. */
CHECKED int cast_read(const char *path, struct cast *cast, struct error *error);

/* As cast_read from memory; `name` is for messages. */
CHECKED int cast_parse(const char *text, size_t size, const char *name, struct cast *cast, struct error *error);

void cast_free(struct cast *cast);

/* Finds the file of a dataset: `dataset` itself when it is a path (holds '/', ends in ".json", or is "-"), of a
 * folder its characters.json; else DATASET/characters.json where data_find looks. Returns fresh memory, which the
 * caller frees, or NULL with an error. */
CHECKED char *cast_find(const char *dataset, struct error *error);

#endif
