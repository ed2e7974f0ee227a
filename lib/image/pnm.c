#include "image/decoders.h"

#include <stdbool.h>
#include <stdlib.h>

/* Binary PGM and PPM (netpbm's pgm(5), ppm(5)): the header is text, then rows of 8 or 16 bits,
 * big-endian. */
struct pnm_header {
	int channels;
	uint32_t width, height, maximum;
	size_t data; /* offset of the pixels */
};

bool is_pnm(const struct encoded *encoded)
{
	return has_bytes(encoded, 0, "P5", 2) || has_bytes(encoded, 0, "P6", 2);
}

static bool is_blank(unsigned char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Reads a number of at most nine digits after blanks and comments; something follows it. */
static bool read_number(const struct encoded *encoded, size_t *position, uint32_t *value)
{
	const unsigned char *bytes = encoded->bytes;
	size_t p = *position, size = encoded->size;
	while (p < size && (is_blank(bytes[p]) || bytes[p] == '#'))
		if (bytes[p++] == '#')
			while (p < size && bytes[p] != '\n')
				p++;
	size_t first = p;
	for (*value = 0; p < size && p - first < 9 && bytes[p] >= '0' && bytes[p] <= '9'; p++)
		*value = *value * 10 + (uint32_t)(bytes[p] - '0');
	*position = p;
	return p > first && p < size && (bytes[p] < '0' || bytes[p] > '9');
}

static int read_header(const struct encoded *encoded, struct pnm_header *header,
	struct error *error)
{
	size_t position = 2;
	header->channels = encoded->bytes[1] == '5' ? 1 : 3;
	if (!read_number(encoded, &position, &header->width) ||
		!read_number(encoded, &position, &header->height) ||
		!read_number(encoded, &position, &header->maximum) ||
		!is_blank(encoded->bytes[position]))
		return error_set(error, encoded->name, "the pnm header is damaged or not whole");
	if (header->maximum < 1 || header->maximum > 65535)
		return error_set(error, encoded->name, "maximum value %u is not in 1..65535",
			header->maximum);
	header->data = position + 1;
	return 0;
}

int probe_pnm(const struct encoded *encoded, struct image_info *info, struct error *error)
{
	struct pnm_header header;
	if (read_header(encoded, &header, error))
		return -1;
	info->width = (int)header.width;
	info->height = (int)header.height;
	return 0;
}

static unsigned char read_value(const unsigned char *in, size_t size, uint32_t maximum)
{
	uint32_t value = size == 2 ? (uint32_t)in[0] << 8 | in[1] : in[0];
	value = value > maximum ? maximum : value;
	return (unsigned char)((value * 255 + maximum / 2) / maximum);
}

int decode_pnm(const struct encoded *encoded, const struct image_info *info,
	const struct decode_target *target, struct row_sink *sink, struct error *error)
{
	struct pnm_header header;
	if (read_header(encoded, &header, error))
		return -1;
	size_t row_count = (size_t)info->width * (size_t)header.channels,
	       value_size = header.maximum > 255 ? 2 : 1;
	struct stored_format stored = {.width = info->width,
		.height = info->height,
		.layout = header.channels == 1 ? PIXELS_GREY : PIXELS_RGB};
	if (encoded->size - header.data < row_count * (size_t)info->height * value_size)
		return error_set(error, encoded->name, "cut short");
	unsigned char *row = malloc(row_count);
	int result =
		row ? row_sink_start(sink, target, &stored, error) : error_memory(error, "image");
	const unsigned char *in = encoded->bytes + header.data;
	for (int y = 0; result == 0 && y < info->height; y++) {
		for (size_t i = 0; i < row_count; i++, in += value_size)
			row[i] = read_value(in, value_size, header.maximum);
		row_sink_add(sink, row);
	}
	free(row);
	return result ? error_within(error, encoded->name) : 0;
}
