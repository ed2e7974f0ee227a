#include "image/decoders.h"

#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

bool is_webp(const struct encoded *encoded)
{
	return has_bytes(encoded, 0, "RIFF", 4) && has_bytes(encoded, 8, "WEBP", 4);
}

int probe_webp(const struct encoded *encoded, struct image_info *info, struct error *error)
{
	if (!WebPGetInfo(encoded->bytes, encoded->size, &info->width, &info->height))
		return error_set(error, encoded->name, "the webp header is damaged or not whole");
	return 0;
}

static int read_orientation(const WebPDemuxer *demuxer)
{
	WebPChunkIterator chunk;
	int orientation = 1;
	if (WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk))
		orientation = exif_orientation(chunk.chunk.bytes, chunk.chunk.size);
	WebPDemuxReleaseChunkIterator(&chunk);
	return orientation;
}

/* Decodes the first frame to its position on a transparent canvas. */
static int read_frame(const WebPDemuxer *demuxer, const struct encoded *encoded,
	const struct image_info *info, struct image *image, struct error *error)
{
	WebPIterator frame;
	int width = info->width, height = info->height;
	if (WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH) != (uint32_t)width ||
		WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT) != (uint32_t)height)
		return error_set(error, encoded->name, "its headers disagree on its size");
	if (!WebPDemuxGetFrame(demuxer, 1, &frame))
		return error_set(error, encoded->name, "has no frame");
	int result = image_create(image, width, height, 4, error)
		? error_within(error, encoded->name)
		: 0;
	if (result == 0) {
		size_t stride = (size_t)width * 4, size = stride * (size_t)height;
		size_t start = (size_t)frame.y_offset * stride + (size_t)frame.x_offset * 4;
		memset(image->pixels, 0, size);
		if (frame.x_offset + frame.width > width ||
			frame.y_offset + frame.height > height ||
			!WebPDecodeRGBAInto(frame.fragment.bytes, frame.fragment.size,
				image->pixels + start, size - start, (int)stride))
			result = error_set(error, encoded->name, "damaged webp data");
	}
	WebPDemuxReleaseIterator(&frame);
	return result;
}

/* Adds the rows of the frame, with the colour profile and orientation of the file. */
static int add_frame(const WebPDemuxer *demuxer, const struct image *frame,
	const struct decode_target *target, struct row_sink *sink, struct error *error)
{
	WebPChunkIterator chunk = {0};
	struct stored_format stored = {.width = frame->width,
		.height = frame->height,
		.layout = PIXELS_RGBA,
		.orientation = read_orientation(demuxer)};
	if (WebPDemuxGetChunk(demuxer, "ICCP", 1, &chunk)) {
		stored.profile = chunk.chunk.bytes;
		stored.profile_size = chunk.chunk.size;
	}
	int result = row_sink_start(sink, target, &stored, error);
	WebPDemuxReleaseChunkIterator(&chunk);
	if (result == 0)
		row_sink_add_image(sink, frame);
	return result;
}

int decode_webp(const struct encoded *encoded, const struct image_info *info,
	const struct decode_target *target, struct row_sink *sink, struct error *error)
{
	WebPData data = {encoded->bytes, encoded->size};
	struct image frame = {0};
	WebPDemuxer *demuxer = WebPDemux(&data);
	if (!demuxer)
		return error_set(error, encoded->name, "damaged or cut webp file");
	int result = read_frame(demuxer, encoded, info, &frame, error);
	if (result == 0 && add_frame(demuxer, &frame, target, sink, error))
		result = error_within(error, encoded->name);
	image_free(&frame);
	WebPDemuxDelete(demuxer);
	return result;
}
