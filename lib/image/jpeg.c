#include "image/decoders.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

enum {
	SCANS_MAXIMUM =
		500, /* a progressive file may have any number of scans of the whole picture */
	MARKERS_MAXIMUM = 4096, /* libjpeg traverses its list of saved markers to add one; a profile
	                           takes 255 at most */
	UNALIGNED = 8, /* bytes: libjpeg-turbo stores aligned rows with non-temporal stores, past
	                  the cache, and they are read next */
};

bool is_jpeg(const struct encoded *encoded)
{
	return has_bytes(encoded, 0, "\xff\xd8\xff", 3);
}

/* libjpeg calls error_exit, which must not return: it jumps to `jump`. */
struct jpeg_reader {
	struct jpeg_decompress_struct decoder;
	struct jpeg_error_mgr errors;
	struct jpeg_progress_mgr progress;
	int markers; /* saved so far */
	jmp_buf jump;
	char message[JMSG_LENGTH_MAX];
};

static void raise_jpeg_error(j_common_ptr decoder)
{
	struct jpeg_reader *reader = decoder->client_data;
	decoder->err->format_message(decoder, reader->message);
	longjmp(reader->jump, 1);
}

static void limit_exceeded(struct jpeg_reader *reader, const char *what, int maximum)
{
	snprintf(reader->message, sizeof reader->message, "more than %d %s", maximum, what);
	longjmp(reader->jump, 1);
}

/* A warning about lost pixels is an error; oddities that decode in full are not. Messages of level
 * >= 0 are traces, such as of each marker. */
static void handle_message(j_common_ptr decoder, int level)
{
	struct jpeg_reader *reader = decoder->client_data;
	if (level >= 0) {
		reader->markers += decoder->err->msg_code == JTRC_MISC_MARKER;
		if (reader->markers > MARKERS_MAXIMUM)
			limit_exceeded(reader, "markers", MARKERS_MAXIMUM);
		return;
	}
	switch (decoder->err->msg_code) {
	case JWRN_EXTRANEOUS_DATA:
	case JWRN_ADOBE_XFORM:
	case JWRN_JFIF_MAJOR:
	case JWRN_BOGUS_ICC:
		return;
	default:
		raise_jpeg_error(decoder);
	}
}

static void check_scans(j_common_ptr decoder)
{
	struct jpeg_reader *reader = decoder->client_data;
	if (reader->decoder.input_scan_number > SCANS_MAXIMUM)
		limit_exceeded(reader, "scans", SCANS_MAXIMUM);
}

/* Opens a reader and reads the header. Runs inside the caller's setjmp. */
static void open_reader(struct jpeg_reader *reader, const struct encoded *encoded)
{
	jpeg_create_decompress(&reader->decoder);
	reader->decoder.client_data = reader;
	reader->progress.progress_monitor = check_scans;
	reader->decoder.progress = &reader->progress;
	jpeg_save_markers(&reader->decoder, JPEG_APP0 + 1, 0xffff);
	jpeg_save_markers(&reader->decoder, JPEG_APP0 + 2, 0xffff); /* ICC */
	jpeg_mem_src(&reader->decoder, encoded->bytes, encoded->size);
	jpeg_read_header(&reader->decoder, TRUE);
}

static void prepare_errors(struct jpeg_reader *reader)
{
	memset(reader, 0, sizeof *reader);
	reader->decoder.err = jpeg_std_error(&reader->errors);
	reader->errors.error_exit = raise_jpeg_error;
	reader->errors.emit_message = handle_message;
	reader->decoder.client_data = reader;
}

int probe_jpeg(const struct encoded *encoded, struct image_info *info, struct error *error)
{
	struct jpeg_reader reader;
	prepare_errors(&reader);
	if (setjmp(reader.jump)) {
		jpeg_destroy_decompress(&reader.decoder);
		return reader.errors.msg_code == JERR_OUT_OF_MEMORY
			? error_memory(error, encoded->name)
			: error_set(error, encoded->name, "%s", reader.message);
	}
	open_reader(&reader, encoded);
	info->width = (int)reader.decoder.image_width;
	info->height = (int)reader.decoder.image_height;
	jpeg_destroy_decompress(&reader.decoder);
	return 0;
}

static int read_orientation(const struct jpeg_decompress_struct *decoder)
{
	static const char signature[6] = "Exif\0";
	for (jpeg_saved_marker_ptr marker = decoder->marker_list; marker; marker = marker->next)
		if (marker->data_length > sizeof signature &&
			memcmp(marker->data, signature, sizeof signature) == 0)
			return exif_orientation(marker->data + sizeof signature,
				marker->data_length - sizeof signature);
	return 1;
}

/* The least n of 1, 2, 4 for which the picture, scaled to n/8 while it is decoded, has both sides
 * that the caller needs. The others take longer than they save. */
static void choose_scale(struct jpeg_decompress_struct *decoder,
	const struct image_decode_options *options, int orientation)
{
	int across = orientation >= 5 ? options->minimum_height : options->minimum_width;
	int down = orientation >= 5 ? options->minimum_width : options->minimum_height;
	decoder->scale_denom = 8;
	decoder->scale_num = 8;
	if (across < 1 || down < 1)
		return;
	for (unsigned n = 1; n < 8; n *= 2)
		if ((uint64_t)decoder->image_width * n >= (uint64_t)across * 8 &&
			(uint64_t)decoder->image_height * n >= (uint64_t)down * 8) {
			decoder->scale_num = n;
			return;
		}
}

static void choose_colors(struct jpeg_decompress_struct *decoder)
{
	if (decoder->jpeg_color_space == JCS_GRAYSCALE)
		decoder->out_color_space = JCS_GRAYSCALE;
	else if (decoder->jpeg_color_space == JCS_CMYK || decoder->jpeg_color_space == JCS_YCCK)
		decoder->out_color_space = JCS_CMYK;
	else
		decoder->out_color_space = JCS_RGB;
}

static enum pixel_layout layout_of(const struct jpeg_decompress_struct *decoder)
{
	if (decoder->out_color_space == JCS_GRAYSCALE)
		return PIXELS_GREY;
	if (decoder->out_color_space == JCS_RGB)
		return PIXELS_RGB;
	return decoder->saw_Adobe_marker ? PIXELS_CMYK_INVERTED : PIXELS_CMYK;
}

/* Runs inside the caller's setjmp. */
static int read_pixels(struct jpeg_reader *reader, int orientation,
	const struct decode_target *target, struct row_sink *sink, struct error *error)
{
	struct jpeg_decompress_struct *decoder = &reader->decoder;
	struct stored_format stored = {.layout = layout_of(decoder), .orientation = orientation};
	JOCTET *profile = NULL;
	unsigned profile_size = 0;
	jpeg_start_decompress(decoder);
	if (jpeg_read_icc_profile(decoder, &profile, &profile_size)) {
		stored.profile = profile;
		stored.profile_size = profile_size;
	}
	stored.width = (int)decoder->output_width;
	stored.height = (int)decoder->output_height;
	int failed = row_sink_start(sink, target, &stored, error);
	free(profile);
	if (failed)
		return -1;
	JSAMPROW row = decoder->mem->alloc_large((j_common_ptr)decoder, JPOOL_IMAGE,
		4 * (size_t)stored.width + UNALIGNED);
	row += UNALIGNED;
	while (decoder->output_scanline < decoder->output_height) {
		jpeg_read_scanlines(decoder, &row, 1);
		row_sink_add(sink, row);
	}
	jpeg_finish_decompress(decoder);
	return 0;
}

int decode_jpeg(const struct encoded *encoded, const struct image_info *info,
	const struct decode_target *target, struct row_sink *sink, struct error *error)
{
	struct jpeg_reader reader;
	(void)info;
	prepare_errors(&reader);
	if (setjmp(reader.jump)) {
		jpeg_destroy_decompress(&reader.decoder);
		return error_set(error, encoded->name, "%s", reader.message);
	}
	open_reader(&reader, encoded);
	int orientation = read_orientation(&reader.decoder);
	choose_scale(&reader.decoder, target->options, orientation);
	choose_colors(&reader.decoder);
	int result = read_pixels(&reader, orientation, target, sink, error);
	jpeg_destroy_decompress(&reader.decoder);
	return result ? error_within(error, encoded->name) : 0;
}
