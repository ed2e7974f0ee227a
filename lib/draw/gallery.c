#include "draw/gallery.h"

#include "base/file.h"
#include "base/text.h"
#include "draw/picture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Pictures are drawn so many at a time, and then written in order by one thread. */
enum { WINDOW = 32 };

enum set { SET_CLASSES, SET_SCENES, SET_PREDICT, SET_PORTRAITS };

struct buffer {
	unsigned char *bytes; /* NULL: drawing failed */
	size_t size, capacity;
};

struct gallery {
	const struct gallery_options *options;
	const struct cast *cast;
	struct parallel *pool;
	struct error *error;
	uint64_t done;
	struct buffer window[WINDOW];
	enum set set;
	int character; /* of SET_CLASSES */
	int start;     /* number of the first picture in the window */
	FILE *list;    /* of SET_SCENES and SET_PREDICT */
};

/* What a picture shows: one or two characters. */
struct subject {
	const struct character *characters[2];
	int count;
};

static cairo_status_t append(void *closure, const unsigned char *bytes, unsigned size)
{
	struct buffer *buffer = closure;
	if (buffer->size + size > buffer->capacity) {
		size_t capacity = 2 * (buffer->size + size);
		unsigned char *larger = realloc(buffer->bytes, capacity);
		if (!larger)
			return CAIRO_STATUS_NO_MEMORY;
		buffer->bytes = larger;
		buffer->capacity = capacity;
	}
	memcpy(buffer->bytes + buffer->size, bytes, size);
	buffer->size += size;
	return CAIRO_STATUS_SUCCESS;
}

static void buffer_clear(struct buffer *buffer)
{
	free(buffer->bytes);
	*buffer = (struct buffer){0};
}

/* FNV-1a (Fowler, Noll, Vo), 64 bits: so that a class keeps its pictures when others join the file. */
static uint64_t name_number(const char *name)
{
	uint64_t hash = 0xCBF29CE484222325u;
	for (const unsigned char *p = (const unsigned char *)name; *p; p++)
		hash = (hash ^ *p) * 0x100000001B3u;
	return hash;
}

/* Chooses the subject of a picture; `random` goes on to draw it. */
static struct subject choose_subject(const struct gallery *gallery, int number, struct random *random)
{
	const struct cast *cast = gallery->cast;
	uint64_t sequence = (uint64_t)gallery->set << 32 | (uint32_t)number;
	if (gallery->set == SET_CLASSES) {
		const struct character *character = &cast->characters[gallery->character];
		*random = random_start(gallery->options->seed, RANDOM_DRAW, name_number(character->name), sequence);
		return (struct subject){{character, NULL}, 1};
	}
	*random = random_start(gallery->options->seed, RANDOM_DRAW, 0, sequence);
	uint32_t first = random_below(random, (uint32_t)cast->count), second = first;
	if (gallery->set == SET_SCENES && cast->count > 1)
		second = (first + 1 + random_below(random, (uint32_t)cast->count - 1)) % (uint32_t)cast->count;
	return (struct subject){{&cast->characters[first], &cast->characters[second]}, second == first ? 1 : 2};
}

static cairo_surface_t *draw(const struct gallery *gallery, int number)
{
	const struct gallery_options *options = gallery->options;
	if (gallery->set == SET_PORTRAITS)
		return picture_portrait(&gallery->cast->characters[number], options->largest[0], options->largest[1],
			(struct color){1, 1, 1, 1});
	struct random random;
	struct subject subject = choose_subject(gallery, number, &random);
	float size = random_uniform(&random);
	int sides[2];
	for (int i = 0; i < 2; i++) {
		float share = fminf(1, fmaxf(0, size + random_between(&random, -0.4f, 0.4f)));
		float range = (float)(options->largest[i] - options->smallest[i]);
		sides[i] = options->smallest[i] + (int)lrintf(share * range);
	}
	return picture_draw(subject.characters, subject.count, sides[0], sides[1], &random);
}

static void draw_task(void *context, int index, int worker)
{
	(void)worker;
	struct gallery *gallery = context;
	struct buffer *buffer = &gallery->window[index];
	cairo_surface_t *surface = draw(gallery, gallery->start + index);
	if (!surface)
		return;
	if (cairo_surface_write_to_png_stream(surface, append, buffer) != CAIRO_STATUS_SUCCESS)
		buffer_clear(buffer);
	cairo_surface_destroy(surface);
}

/* A picture's path, which the caller frees; NULL without memory. */
static char *picture_path(const struct gallery *gallery, int number)
{
	const char *folder = gallery->options->folder;
	const struct character *characters = gallery->cast->characters;
	switch (gallery->set) {
	case SET_SCENES:
		return text_format("%s/scenes/%04d.png", folder, number + 1);
	case SET_PREDICT:
		return text_format("%s/predict/picture-%04d.png", folder, number + 1);
	case SET_PORTRAITS:
		return text_format("%s/portraits/%s.png", folder, characters[number].name);
	default:
		return text_format("%s/%s/%04d.png", folder, characters[gallery->character].name, number + 1);
	}
}

static void list_picture(const struct gallery *gallery, const char *path, int number)
{
	struct random random;
	struct subject subject = choose_subject(gallery, number, &random);
	text_write_field(gallery->list, path);
	for (int i = 0; i < subject.count; i++) {
		putc('\t', gallery->list);
		text_write_field(gallery->list, subject.characters[i]->name);
	}
	putc('\n', gallery->list);
}

static int write_picture(struct gallery *gallery, int index)
{
	struct buffer *buffer = &gallery->window[index];
	char *path = picture_path(gallery, gallery->start + index);
	int result = !path || !buffer->bytes ? error_memory(gallery->error, path ? path : gallery->options->folder)
		: output_bytes(path, buffer->bytes, buffer->size, gallery->error);
	if (result == 0 && gallery->list)
		list_picture(gallery, path, gallery->start + index);
	free(path);
	if (result == 0)
		progress_update(gallery->options->progress, ++gallery->done, "");
	return result;
}

/* Draws and writes `count` pictures of the current set into the folder `name`. */
static int write_pictures(struct gallery *gallery, const char *name, int count)
{
	char *folder = file_join(gallery->options->folder, name);
	if (!folder)
		return error_memory(gallery->error, name);
	int result = file_make_folder(folder, gallery->error);
	free(folder);
	for (gallery->start = 0; result == 0 && gallery->start < count; gallery->start += WINDOW) {
		int window = count - gallery->start < WINDOW ? count - gallery->start : WINDOW;
		parallel_for(gallery->pool, window, draw_task, gallery);
		for (int i = 0; i < window; i++) {
			if (result == 0)
				result = write_picture(gallery, i);
			buffer_clear(&gallery->window[i]);
		}
	}
	return result;
}

/* As write_pictures, with the truth about each in FOLDER/NAME.tsv. */
static int write_listed(struct gallery *gallery, const char *name, int count)
{
	char *path = text_format("%s/%s.tsv", gallery->options->folder, name);
	struct output output;
	if (!path)
		return error_memory(gallery->error, name);
	int result = file_make_folder(gallery->options->folder, gallery->error);
	if (result == 0)
		result = output_open(&output, path, gallery->error);
	free(path);
	if (result)
		return -1;
	gallery->list = output.stream;
	result = write_pictures(gallery, name, count);
	gallery->list = NULL;
	if (result == 0)
		return output_commit(&output, gallery->error);
	output_abandon(&output);
	return -1;
}

int gallery_write(const struct gallery_options *options, const struct cast *cast, struct parallel *pool,
	struct error *error)
{
	struct gallery gallery = {.options = options, .cast = cast, .pool = pool, .error = error};
	uint64_t of_each = (uint64_t)options->per_class + options->portraits;
	uint64_t total = of_each * cast->count + (uint64_t)options->scenes + (uint64_t)options->predict;
	int result = file_make_folder(options->folder, error);
	progress_start(options->progress, "", "pictures", total);
	for (int i = 0; result == 0 && options->per_class && i < (int)cast->count; i++) {
		gallery.character = i;
		result = write_pictures(&gallery, cast->characters[i].name, options->per_class);
	}
	gallery.set = SET_SCENES;
	if (result == 0 && options->scenes)
		result = write_listed(&gallery, "scenes", options->scenes);
	gallery.set = SET_PREDICT;
	if (result == 0 && options->predict)
		result = write_listed(&gallery, "predict", options->predict);
	gallery.set = SET_PORTRAITS;
	if (result == 0 && options->portraits)
		result = write_pictures(&gallery, "portraits", (int)cast->count);
	progress_finish(options->progress, gallery.done, "");
	return result;
}
