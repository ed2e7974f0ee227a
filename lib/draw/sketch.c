#include "draw/sketch.h"

#include <math.h>
#include <stdarg.h>

double sketch_between(struct random *random, double low, double high)
{
	return low + (high - low) * (double)random_uniform(random);
}

int sketch_integer(struct random *random, int low, int high)
{
	return low + (int)random_below(random, (uint32_t)(high - low + 1));
}

bool sketch_chance(struct random *random, double probability)
{
	return (double)random_uniform(random) < probability;
}

void sketch_write(struct sketch *sketch, const char *format, ...)
{
	char text[512];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	for (const char *c = text; *c; c++)
		putc(*c == '\'' ? '"' : *c, sketch->stream);
}

static void separate(struct sketch *sketch)
{
	if (!sketch->first)
		putc(',', sketch->stream);
	sketch->first = false;
}

void sketch_list(struct sketch *sketch, const char *key)
{
	sketch_write(sketch, ", '%s': [", key);
	sketch->first = true;
}

void sketch_end_list(struct sketch *sketch)
{
	putc(']', sketch->stream);
	sketch->first = false;
}

void sketch_bone(struct sketch *sketch, const char *name, const char *parent, struct point at,
	double rest, double swing, bool paired)
{
	separate(sketch);
	sketch_write(sketch, "{'name': '%s', 'at': [%.1f, %.1f], 'rest': %.1f", name, at.x, at.y,
		rest);
	sketch_write(sketch, ", 'swing': [%.1f, %.1f]", -swing, swing);
	if (parent)
		sketch_write(sketch, ", 'parent': '%s'", parent);
	sketch_write(sketch, "%s}", paired ? ", 'paired': true" : "");
}

void sketch_part(struct sketch *sketch, const char *shape, const char *bone, double layer,
	const char *fill)
{
	separate(sketch);
	sketch_write(sketch, "{'shape': '%s', 'layer': %.1f, 'fill': '%s'", shape, layer, fill);
	if (bone)
		sketch_write(sketch, ", 'bone': '%s'", bone);
}

void sketch_end_part(struct sketch *sketch)
{
	putc('}', sketch->stream);
	sketch->first = false;
}

void sketch_knots(struct sketch *sketch, const struct knot *knots, size_t count, struct point at,
	struct point size)
{
	sketch_write(sketch, ", 'points': [");
	for (size_t i = 0; i < count; i++)
		sketch_write(sketch, "%s[%.1f, %.1f%s]", i ? ", " : "",
			at.x + size.x * knots[i].at.x, at.y + size.y * knots[i].at.y,
			knots[i].corner ? ", 1" : "");
	sketch_write(sketch, "]");
}

void sketch_oval(struct sketch *sketch, const char *bone, double layer, const char *fill,
	struct point at, struct point radius, const char *more)
{
	sketch_part(sketch, "oval", bone, layer, fill);
	sketch_write(sketch, ", 'at': [%.1f, %.1f], 'radius': [%.1f, %.1f]%s", at.x, at.y,
		fmax(0.3, fabs(radius.x)), fmax(0.3, fabs(radius.y)), more);
	sketch_end_part(sketch);
}

void sketch_curve(struct sketch *sketch, const char *bone, double layer, const char *fill,
	const struct knot *knots, size_t count, struct point at, struct point size,
	const char *more)
{
	sketch_part(sketch, "curve", bone, layer, fill);
	sketch_knots(sketch, knots, count, at, size);
	sketch_write(sketch, "%s", more);
	sketch_end_part(sketch);
}

void sketch_line(struct sketch *sketch, const char *bone, double layer, const char *fill,
	const struct knot *knots, size_t count, struct point at, struct point size, double width,
	const char *more)
{
	sketch_part(sketch, "line", bone, layer, fill);
	sketch_knots(sketch, knots, count, at, size);
	sketch_write(sketch, ", 'width': %.1f%s", fmax(0.3, width), more);
	sketch_end_part(sketch);
}

void sketch_color(struct sketch *sketch, const char *name, struct color color)
{
	separate(sketch);
	sketch_write(sketch, "'%s': '#%02x%02x%02x'", name, (unsigned)lround(color.red * 255),
		(unsigned)lround(color.green * 255), (unsigned)lround(color.blue * 255));
}
