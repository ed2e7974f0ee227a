#include "image/decoders.h"

#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>
#include <jerror.h>

enum {
	SCANS_MAXIMUM = 500, /* a progressive file may ask for any number of passes over the picture */
	MARKERS_MAXIMUM = 4096, /* libjpeg walks along all that it saves to add one; a profile takes 255 at most */
	UNALIGNED = 8,       /* bytes: libjpeg-turbo stores an aligned row past the cache, from where it would be read at once */
};

/* libjpeg calls error_exit and expects not to return: it jumps back here. */
struct session {
	struct jpeg_decompress_struct decoder;
	struct jpeg_error_mgr errors;
	struct jpeg_progress_mgr progress;
	int markers; /* of those saved */
	jmp_buf jump;
	char message[JMSG_LENGTH_MAX];
};

static void fail(j_common_ptr decoder)
{
	struct session *session = decoder->client_data;
	decoder->err->format_message(decoder, session->message);
	longjmp(session->jump, 1);
}

static void fail_limit(struct session *session, const char *what, int maximum)
{
	snprintf(session->message, sizeof session->message, "more than %d %s", maximum, what);
	longjmp(session->jump, 1);
}

/* A warning that says that pixels are lost is an error; oddities that decode in full are not. What is no warning tells of
 * the file, such as each of its markers. */
static void warn(j_common_ptr decoder, int level)
{
	struct session *session = decoder->client_data;
	if (level >= 0) {
		session->markers += decoder->err->msg_code == JTRC_MISC_MARKER;
		if (session->markers > MARKERS_MAXIMUM)
			fail_limit(session, "markers", MARKERS_MAXIMUM);
		return;
	}
	switch (decoder->err->msg_code) {
	case JWRN_EXTRANEOUS_DATA:
	case JWRN_ADOBE_XFORM:
	case JWRN_JFIF_MAJOR:
	case JWRN_BOGUS_ICC:
		return;
	default:
		fail(decoder);
	}
}

static void limit_scans(j_common_ptr decoder)
{
	struct session *session = decoder->client_data;
	if (session->decoder.input_scan_number > SCANS_MAXIMUM)
		fail_limit(session, "scans", SCANS_MAXIMUM);
}

/* Starts a session up to the end of the header. Runs inside the caller's setjmp. */
static void open_session(struct session *session, const struct encoded *encoded)
{
	jpeg_create_decompress(&session->decoder);
	session->decoder.client_data = session;
	session->progress.progress_monitor = limit_scans;
	session->decoder.progress = &session->progress;
	jpeg_save_markers(&session->decoder, JPEG_APP0 + 1, 0xffff);
	jpeg_save_markers(&session->decoder, JPEG_APP0 + 2, 0xffff); /* ICC */
	jpeg_mem_src(&session->decoder, encoded->bytes, encoded->size);
	jpeg_read_header(&session->decoder, TRUE);
}

static void prepare_errors(struct session *session)
{
	memset(session, 0, sizeof *session);
	session->decoder.err = jpeg_std_error(&session->errors);
	session->errors.error_exit = fail;
	session->errors.emit_message = warn;
	session->decoder.client_data = session;
}

int probe_jpeg(const struct encoded *encoded, struct image_info *info, struct error *error)
{
	struct session session;
	prepare_errors(&session);
	if (setjmp(session.jump)) {
		jpeg_destroy_decompress(&session.decoder);
		return session.errors.msg_code == JERR_OUT_OF_MEMORY ? error_memory(error, encoded->name)
			: error_set(error, encoded->name, "%s", session.message);
	}
	open_session(&session, encoded);
	info->width = (int)session.decoder.image_width;
	info->height = (int)session.decoder.image_height;
	jpeg_destroy_decompress(&session.decoder);
	return 0;
}

static int read_orientation(const struct jpeg_decompress_struct *decoder)
{
	static const char signature[6] = "Exif\0";
	for (jpeg_saved_marker_ptr marker = decoder->marker_list; marker; marker = marker->next)
		if (marker->data_length > sizeof signature && memcmp(marker->data, signature, sizeof signature) == 0)
			return exif_orientation(marker->data + sizeof signature, marker->data_length - sizeof signature);
	return 1;
}

/* The least n of 1, 2, 4 for which the picture, scaled to n/8 while it is decoded, has both sides that the caller needs. The
 * others take longer than they save. */
static void choose_scale(struct jpeg_decompress_struct *decoder, const struct image_decode_options *options,
	int orientation)
{
	int across = orientation >= 5 ? options->least_height : options->least_width;
	int down = orientation >= 5 ? options->least_width : options->least_height;
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
static int read_pixels(struct session *session, int orientation, const struct wanted *wanted, struct rows *rows,
	struct error *error)
{
	struct jpeg_decompress_struct *decoder = &session->decoder;
	struct stored stored = {.layout = layout_of(decoder), .orientation = orientation};
	JOCTET *profile = NULL;
	unsigned profile_size = 0;
	jpeg_start_decompress(decoder);
	if (jpeg_read_icc_profile(decoder, &profile, &profile_size)) {
		stored.profile = profile;
		stored.profile_size = profile_size;
	}
	stored.width = (int)decoder->output_width;
	stored.height = (int)decoder->output_height;
	int failed = rows_start(rows, wanted, &stored, error);
	free(profile);
	if (failed)
		return -1;
	JSAMPROW row = decoder->mem->alloc_large((j_common_ptr)decoder, JPOOL_IMAGE, 4 * (size_t)stored.width + UNALIGNED);
	row += UNALIGNED;
	while (decoder->output_scanline < decoder->output_height) {
		jpeg_read_scanlines(decoder, &row, 1);
		rows_add(rows, row);
	}
	jpeg_finish_decompress(decoder);
	return 0;
}

int decode_jpeg(const struct encoded *encoded, const struct image_info *info, const struct wanted *wanted,
	struct rows *rows, struct error *error)
{
	struct session session;
	(void)info;
	prepare_errors(&session);
	if (setjmp(session.jump)) {
		jpeg_destroy_decompress(&session.decoder);
		return error_set(error, encoded->name, "%s", session.message);
	}
	open_session(&session, encoded);
	int orientation = read_orientation(&session.decoder);
	choose_scale(&session.decoder, wanted->options, orientation);
	choose_colors(&session.decoder);
	int result = read_pixels(&session, orientation, wanted, rows, error);
	jpeg_destroy_decompress(&session.decoder);
	return result ? error_within(error, encoded->name) : 0;
}
