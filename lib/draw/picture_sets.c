#include "draw/picture_sets.h"

#include "base/array.h"
#include "base/file.h"
#include "base/text.h"
#include "draw/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Pictures are drawn in parallel in batches of this size, and written in order by one thread. */
enum { BATCH = 32 };

enum set { SET_CLASSES, SET_SCENES, SET_PREDICT, SET_PORTRAITS };

struct picture_sets {
	const struct picture_sets_options *options;
	const struct character_list *list;
	struct parallel *pool;
	struct error *error;
	uint64_t done;
	struct buffer batch[BATCH]; /* PNG files; empty: drawing failed */
	enum set set;
	int character; /* of SET_CLASSES */
	int start;     /* index of the first picture in the batch */
	FILE *labels;  /* of SET_SCENES and SET_PREDICT */
};

/* The characters of a picture: one or two. */
struct subject {
	const struct character *characters[2];
	int count;
};

static cairo_status_t append_bytes(void *closure, const unsigned char *bytes, unsigned size)
{
	return buffer_append(closure, bytes, size) ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_NO_MEMORY;
}

static void clear_buffer(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer){0};
}

/* FNV-1a (Fowler, Noll, Vo), 64 bits: the pictures of a class depend on its name, not on the other
 * classes of the file. */
static uint64_t name_hash(const char *name)
{
	uint64_t hash = 0xCBF29CE484222325u;
	for (const unsigned char *p = (const unsigned char *)name; *p; p++)
		hash = (hash ^ *p) * 0x100000001B3u;
	return hash;
}

/* Chooses the characters of a picture; `random` is then used to draw it. */
static struct subject choose_subject(const struct picture_sets *sets, int number,
	struct random *random)
{
	const struct character_list *list = sets->list;
	uint64_t sequence = (uint64_t)sets->set << 32 | (uint32_t)number;
	if (sets->set == SET_CLASSES) {
		const struct character *character = &list->items[sets->character];
		*random = random_start(sets->options->seed, RANDOM_DRAW, name_hash(character->name),
			sequence);
		return (struct subject){{character, NULL}, 1};
	}
	*random = random_start(sets->options->seed, RANDOM_DRAW, 0, sequence);
	uint32_t first = random_below(random, (uint32_t)list->count), second = first;
	if (sets->set == SET_SCENES && list->count > 1)
		second = (first + 1 + random_below(random, (uint32_t)list->count - 1)) %
			(uint32_t)list->count;
	return (struct subject){{&list->items[first], &list->items[second]},
		second == first ? 1 : 2};
}

static cairo_surface_t *draw_picture(const struct picture_sets *sets, int number)
{
	const struct picture_sets_options *options = sets->options;
	if (sets->set == SET_PORTRAITS)
		return picture_portrait(&sets->list->items[number], options->largest[0],
			options->largest[1], (struct color){1, 1, 1, 1});
	struct random random;
	struct subject subject = choose_subject(sets, number, &random);
	float size = random_uniform(&random);
	int sides[2];
	for (int i = 0; i < 2; i++) {
		float fraction = fminf(1, fmaxf(0, size + random_between(&random, -0.4f, 0.4f)));
		float range = (float)(options->largest[i] - options->smallest[i]);
		sides[i] = options->smallest[i] + (int)lrintf(fraction * range);
	}
	return picture_draw(subject.characters, subject.count, sides[0], sides[1], options->style,
		&random);
}

static void draw_into_buffer(void *context, int index, int worker)
{
	(void)worker;
	struct picture_sets *sets = context;
	struct buffer *buffer = &sets->batch[index];
	cairo_surface_t *surface = draw_picture(sets, sets->start + index);
	if (!surface)
		return;
	if (cairo_surface_write_to_png_stream(surface, append_bytes, buffer) !=
		CAIRO_STATUS_SUCCESS)
		clear_buffer(buffer);
	cairo_surface_destroy(surface);
}

/* A picture's path, which the caller frees; NULL without memory. */
static char *picture_path(const struct picture_sets *sets, int number)
{
	const char *folder = sets->options->folder;
	const struct character *characters = sets->list->items;
	switch (sets->set) {
	case SET_SCENES:
		return text_format("%s/scenes/%04d.png", folder, number + 1);
	case SET_PREDICT:
		return text_format("%s/predict/picture-%04d.png", folder, number + 1);
	case SET_PORTRAITS:
		return text_format("%s/portraits/%s.png", folder, characters[number].name);
	case SET_CLASSES:
		return text_format("%s/%s/%04d.png", folder, characters[sets->character].name,
			number + 1);
	}
	return NULL;
}

static void list_picture(const struct picture_sets *sets, const char *path, int number)
{
	struct random random;
	struct subject subject = choose_subject(sets, number, &random);
	text_write_field(sets->labels, path);
	for (int i = 0; i < subject.count; i++) {
		putc('\t', sets->labels);
		text_write_field(sets->labels, subject.characters[i]->name);
	}
	putc('\n', sets->labels);
}

static int write_picture(struct picture_sets *sets, int index)
{
	struct buffer *buffer = &sets->batch[index];
	char *path = picture_path(sets, sets->start + index);
	int result = !path || !buffer->bytes
		? error_memory(sets->error, path ? path : sets->options->folder)
		: output_bytes(path, buffer->bytes, buffer->size, sets->error);
	if (result == 0 && sets->labels)
		list_picture(sets, path, sets->start + index);
	free(path);
	if (result == 0)
		progress_update(sets->options->progress, ++sets->done, "");
	return result;
}

/* Draws and writes `count` pictures of the current set into the folder `name`. */
static int write_pictures(struct picture_sets *sets, const char *name, int count)
{
	char *folder = file_join(sets->options->folder, name);
	if (!folder)
		return error_memory(sets->error, name);
	int result = file_make_folder(folder, sets->error);
	free(folder);
	for (sets->start = 0; result == 0 && sets->start < count; sets->start += BATCH) {
		int batch = count - sets->start < BATCH ? count - sets->start : BATCH;
		parallel_for(sets->pool, batch, draw_into_buffer, sets);
		for (int i = 0; i < batch; i++) {
			if (result == 0)
				result = write_picture(sets, i);
			clear_buffer(&sets->batch[i]);
		}
	}
	return result;
}

/* As write_pictures, with the labels (ground truth) of each in FOLDER/NAME.tsv. */
static int write_listed(struct picture_sets *sets, const char *name, int count)
{
	char *path = text_format("%s/%s.tsv", sets->options->folder, name);
	struct output output;
	if (!path)
		return error_memory(sets->error, name);
	int result = file_make_folder(sets->options->folder, sets->error);
	if (result == 0)
		result = output_open(&output, path, sets->error);
	free(path);
	if (result)
		return -1;
	sets->labels = output.stream;
	result = write_pictures(sets, name, count);
	sets->labels = NULL;
	if (result == 0)
		return output_commit(&output, sets->error);
	output_abandon(&output);
	return -1;
}

int picture_sets_write(const struct picture_sets_options *options,
	const struct character_list *list, struct parallel *pool, struct error *error)
{
	struct picture_sets sets = {.options = options, .list = list, .pool = pool, .error = error};
	uint64_t of_each = (uint64_t)options->per_class + options->portraits;
	uint64_t total =
		of_each * list->count + (uint64_t)options->scenes + (uint64_t)options->predict;
	int result = file_make_folder(options->folder, error);
	progress_start(options->progress, "", "pictures", total);
	for (int i = 0; result == 0 && options->per_class && i < (int)list->count; i++) {
		sets.character = i;
		result = write_pictures(&sets, list->items[i].name, options->per_class);
	}
	sets.set = SET_SCENES;
	if (result == 0 && options->scenes)
		result = write_listed(&sets, "scenes", options->scenes);
	sets.set = SET_PREDICT;
	if (result == 0 && options->predict)
		result = write_listed(&sets, "predict", options->predict);
	sets.set = SET_PORTRAITS;
	if (result == 0 && options->portraits)
		result = write_pictures(&sets, "portraits", (int)list->count);
	progress_finish(options->progress, sets.done, "");
	return result;
}
