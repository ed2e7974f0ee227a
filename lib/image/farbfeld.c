#include "image/decoders.h"

#include "base/bytes.h"

#include <stdlib.h>

/* farbfeld(5): "farbfeld", width and height, then rows of RGBA of 16 bits; all big-endian. */
enum { HEADER = 16, CHANNELS = 4 };

bool is_farbfeld(const struct encoded *encoded)
{
	return has_bytes(encoded, 0, "farbfeld", 8);
}

int probe_farbfeld(const struct encoded *encoded, struct image_info *info, struct error *error)
{
	if (encoded->size < HEADER)
		return header_cut_short(encoded, info, error);
	return set_size(info, load_u32_big(encoded->bytes + 8), load_u32_big(encoded->bytes + 12));
}

static unsigned char to_byte(const unsigned char *in)
{
	return (unsigned char)(((uint32_t)(in[0] << 8 | in[1]) * 255 + 32767) / 65535);
}

int decode_farbfeld(const struct encoded *encoded, const struct image_info *info,
	const struct decode_target *target, struct row_sink *sink, struct error *error)
{
	size_t row_count = (size_t)info->width * CHANNELS;
	struct stored_format stored = {.width = info->width,
		.height = info->height,
		.layout = PIXELS_RGBA};
	if ((encoded->size - HEADER) / 2 < row_count * (size_t)info->height)
		return error_set(error, encoded->name, "cut short");
	unsigned char *row = malloc(row_count);
	int result =
		row ? row_sink_start(sink, target, &stored, error) : error_memory(error, "image");
	const unsigned char *in = encoded->bytes + HEADER;
	for (int y = 0; result == 0 && y < info->height; y++) {
		for (size_t i = 0; i < row_count; i++, in += 2)
			row[i] = to_byte(in);
		row_sink_add(sink, row);
	}
	free(row);
	return result ? error_within(error, encoded->name) : 0;
}
