/* A parametric character: a palette, a skeleton of bones, and flat shapes (parts) attached to the
 * bones. It is read from characters.json; draw-characters(1) documents the keys. */
#ifndef DRAW_CHARACTER_H
#define DRAW_CHARACTER_H

#include "base/error.h"
#include "draw/color.h"
#include "draw/shape.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	CHARACTERS_MAXIMUM = 256, /* characters in a file */
	PALETTE_MAXIMUM = 64,     /* colours of a character */
	BONES_MAXIMUM = 48,
	PARTS_MAXIMUM = 512, /* of a character, including nested ones */
	KNOTS_MAXIMUM = 64,  /* points or spikes of one part */
	CHOICES_MAXIMUM = 16,
	DRAW_NAME_SIZE = 32, /* bytes of a bone's, part's, colour's or choice's name with its NUL */
	LIMB_CENTRES = 8,
};

enum part_shape {
	PART_OVAL,
	PART_CURVE,
	PART_LINE,
	PART_LIMB,
	PART_SPIKES,
	PART_EYE,
	PART_BROW,
	PART_MOUTH
};

/* Facial expressions. */
enum mood {
	MOOD_CALM,
	MOOD_HAPPY,
	MOOD_LAUGHING,
	MOOD_ANGRY,
	MOOD_SURPRISED,
	MOOD_SAD,
	MOOD_WINKING,
	MOOD_COUNT
};

struct bone {
	char name[DRAW_NAME_SIZE];
	int parent;      /* an earlier bone; -1 for the first */
	struct point at; /* its joint, in the parent's frame */
	double rest;     /* rotation at rest in degrees, clockwise */
	double swing[2]; /* range of the rotation that a pose adds, in degrees */
	bool paired;     /* two bones, the second mirrored; so are its children */
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
	int side;     /* of a paired bone: -1 both, 0 the first, 1 the mirrored one */
	double layer; /* drawing order, low first; equal ones in the order of the file */
	double depth; /* distance in front of the rotation axis: its parallax as the figure turns */
	bool mirror;  /* drawn a second time, mirrored at the bone's axis */
	int fill, line;    /* palette entries; -1: none for fill, derived from the fill for line */
	double line_width; /* of the outline, times the figure's; 0: none */
	double shade;      /* strength of the shading, 1 is the default */
	double wobble;     /* random displacement of its knots and tips, in units */
	int choice;        /* the choice that it depends on; -1: none */
	bool choice_state; /* it is drawn if the choice has this value */
	struct point at, radius;
	double angle, width;               /* width: of a line, a brow, an eye's lid, in units */
	int white, pupil;                  /* palette entries of an eye; -1: none */
	double lid, pupil_size, iris_size; /* lid: fraction of the eye covered at rest */
	int style;                         /* of a mouth: 0 line, 1 cat */
	struct knot *knots;
	struct spike *spikes;
	size_t count; /* of knots or of spikes */
	struct limb_centre centres[LIMB_CENTRES];
	size_t centre_count;
	struct part *inside; /* nested parts, clipped to this one */
	size_t inside_count;
};

/* An optional feature, present with a probability: a cape, another hair colour. */
struct choice {
	char name[DRAW_NAME_SIZE];
	double probability;
	bool recolored[PALETTE_MAXIMUM];
	struct color palette[PALETTE_MAXIMUM];
};

struct character {
	char *name; /* the class, a valid class name (text_is_class_name) */
	char color_names[PALETTE_MAXIMUM][DRAW_NAME_SIZE];
	struct color palette[PALETTE_MAXIMUM];
	size_t color_count;
	struct bone bones[BONES_MAXIMUM];
	size_t bone_count;
	int head;           /* bone shown by close-ups */
	bool ground;        /* a material without an outline of its own: most pictures show a
	                       piece of it alone */
	struct part *parts; /* sorted by layer */
	size_t part_count;
	struct choice choices[CHOICES_MAXIMUM];
	size_t choice_count;
	enum mood moods[MOOD_COUNT * 2]; /* drawn uniformly; one listed twice is twice as likely */
	size_t mood_count;
};

/* The characters of one file, sorted by name. All zero is an empty list. */
struct character_list {
	struct character *items;
	size_t count;
};

/* Reads the characters of a characters.json of at most 4 MiB. The caller frees with
 * character_list_free. On failure
 * (-1: not readable, invalid JSON, an unknown key or name, a number out of range; the error names
 * character and part) *list is empty. */
CHECKED int character_list_read(const char *path, struct character_list *list, struct error *error);

/* As character_list_read from memory; `name` is for messages. */
CHECKED int character_list_parse(const char *text, size_t size, const char *name,
	struct character_list *list, struct error *error);

void character_list_free(struct character_list *list);

/* Finds the file of a dataset: `dataset` itself if it is a path (contains '/', ends in ".json", or
 * is "-"), for a folder its characters.json; else DATASET/characters.json by data_find. Returns
 * fresh memory, which the caller frees, or NULL with an error. */
CHECKED char *character_list_find_file(const char *dataset, struct error *error);

#endif
