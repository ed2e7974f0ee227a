#include "explain/tile_rows.h"

#include <math.h>
#include <string.h>

static const double margin = 24, gap = 12, separation = 18, header = 74, line = 13,
		    title_height = 19;
static const uint32_t ink = 0x1f2933, quiet_ink = 0x66727f, frame_ink = 0xccd3db;

struct tile_layout {
	double width, height; /* of an image */
	int lines;            /* of detail, maximum of all tiles */
};

static struct text_style detail_style(void)
{
	return (struct text_style){.size = 9.5, .color = solid_color(quiet_ink)};
}

/* Word wrap: copies the part of `text` that fits on a line, at least one word and up to a newline,
 * to out[size]. Returns the rest. */
static const char *next_line(const struct canvas *canvas, const char *text, double width, char *out,
	size_t size)
{
	const struct text_style style = detail_style();
	const char *end = NULL, *stop = text + strcspn(text, "\n");
	for (const char *next = text; next < stop;) {
		const char *blank = memchr(next, ' ', (size_t)(stop - next));
		next = blank ? blank + 1 : stop;
		snprintf(out, size, "%.*s", (int)(next - text), text);
		if (end && canvas_text_width(canvas, &style, out) > width)
			break;
		end = next;
	}
	end = end ? end : stop;
	snprintf(out, size, "%.*s", (int)(end - text), text);
	return *end == '\n' ? end + 1 : end;
}

static int count_lines(const struct canvas *canvas, const char *text, double width)
{
	char line_text[512];
	int lines = 0;
	for (; *text; lines++)
		text = next_line(canvas, text, width, line_text, sizeof line_text);
	return lines;
}

static int plan_layout(struct tile_layout *layout, const struct tile *tiles, int count,
	struct error *error)
{
	struct canvas measure;
	double aspect = (double)tiles[0].image->width / tiles[0].image->height;
	if (canvas_create(&measure, 1, 1, 1, error))
		return -1;
	*layout = (struct tile_layout){.width = fmin(fmax(150 * sqrt(aspect), 110), 300)};
	layout->height = fmin(layout->width / aspect, 300);
	for (int i = 0; i < count; i++) {
		int lines = count_lines(&measure, tiles[i].detail, layout->width);
		layout->lines = lines > layout->lines ? lines : layout->lines;
	}
	canvas_free(&measure);
	return 0;
}

static void draw_tile(const struct canvas *canvas, const struct tile_layout *layout,
	const struct tile *tile, double x, double y)
{
	const struct text_style title = {.size = 11, .bold = true, .color = solid_color(ink)},
				below = detail_style();
	const char *text = tile->detail;
	char line_text[512];
	canvas_picture(canvas, tile->image, x, y, layout->width, layout->height);
	canvas_frame(canvas, x, y, layout->width, layout->height, 0, 1, solid_color(frame_ink));
	y += layout->height + title_height / 2 + 2;
	canvas_text_fitted(canvas, &title, x, y, layout->width, tile->title);
	for (y += title_height / 2 + line / 2; *text; y += line) {
		text = next_line(canvas, text, layout->width, line_text, sizeof line_text);
		canvas_text_fitted(canvas, &below, x, y, layout->width, line_text);
	}
}

int tile_rows(struct canvas *canvas, const char *heading, const char *detail,
	const struct tile *tiles, int rows, int columns, struct error *error)
{
	struct tile_layout layout;
	if (plan_layout(&layout, tiles, rows * columns, error))
		return -1;
	double pitch_x = layout.width + gap,
	       pitch_y = layout.height + title_height + layout.lines * line + gap + 4;
	if (canvas_create(canvas, 2 * margin + columns * pitch_x - gap + separation,
		    header + rows * pitch_y + margin / 2, 1.5, error))
		return -1;
	const struct text_style title = {.size = 19, .bold = true, .color = solid_color(ink)};
	const struct text_style below = {.size = 12.5, .color = solid_color(quiet_ink)};
	canvas_text_fitted(canvas, &title, margin, 28, canvas->width - 2 * margin, heading);
	canvas_text_fitted(canvas, &below, margin, 53, canvas->width - 2 * margin, detail);
	for (int i = 0; i < rows * columns; i++)
		draw_tile(canvas, &layout, &tiles[i],
			margin + i % columns * pitch_x + (i % columns > 0 ? separation : 0),
			header + i / columns * pitch_y);
	return 0;
}
