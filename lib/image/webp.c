#include "image/decoders.h"

#include <string.h>

#include <webp/decode.h>
#include <webp/demux.h>

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

/* Decodes the first frame to its place on a transparent canvas. */
static int read_frame(const WebPDemuxer *demuxer, const struct encoded *encoded, const struct image_info *info,
	struct image *image, struct error *error)
{
	WebPIterator frame;
	int width = info->width, height = info->height;
	if (WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_WIDTH) != (uint32_t)width ||
		WebPDemuxGetI(demuxer, WEBP_FF_CANVAS_HEIGHT) != (uint32_t)height)
		return error_set(error, encoded->name, "its headers disagree on its size");
	if (!WebPDemuxGetFrame(demuxer, 1, &frame))
		return error_set(error, encoded->name, "holds no frame");
	int result = image_create(image, width, height, 4, error) ? error_within(error, encoded->name) : 0;
	if (result == 0) {
		size_t stride = (size_t)width * 4, size = stride * (size_t)height;
		size_t start = (size_t)frame.y_offset * stride + (size_t)frame.x_offset * 4;
		memset(image->pixels, 0, size);
		if (frame.x_offset + frame.width > width || frame.y_offset + frame.height > height ||
			!WebPDecodeRGBAInto(frame.fragment.bytes, frame.fragment.size, image->pixels + start, size - start,
				(int)stride))
			result = error_set(error, encoded->name, "damaged webp data");
	}
	WebPDemuxReleaseIterator(&frame);
	return result;
}

int decode_webp(const struct encoded *encoded, const struct image_info *info,
	const struct image_decode_options *options, struct image *image, int *orientation, struct error *error)
{
	WebPData data = {encoded->bytes, encoded->size};
	(void)options;
	WebPDemuxer *demuxer = WebPDemux(&data);
	if (!demuxer)
		return error_set(error, encoded->name, "damaged or cut webp file");
	*orientation = read_orientation(demuxer);
	int result = read_frame(demuxer, encoded, info, image, error);
	WebPDemuxDelete(demuxer);
	if (result)
		image_free(image);
	return result;
}
