/* Every kind of picture against known pixels; truncated, damaged and oversized files; orientation
 * and limits. */
#include "base/file.h"
#include "base/text.h"
#include "image/decoders.h"
#include "tap.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

static const struct image_decode_options over_background = {.background = {0x20, 0x40, 0x60}};

/* A line of pictures.tsv. */
struct expectation {
	char name[64];
	int tolerance, spare, width, height;
	const char *pixels; /* hexadecimal */
};

static struct image_decode_options careful(void)
{
	struct image_decode_options options = over_background;
	options.pixels_maximum = 100000;
	return options;
}

static unsigned char *load(const char *name, size_t *size)
{
	struct error error;
	char path[128];
	unsigned char *bytes;
	snprintf(path, sizeof path, "image/%s", name);
	if (file_read(fixture(path), IMAGE_FILE_MAXIMUM, &bytes, size, &error)) {
		ok(false, "%s: %s", error.object, error.reason);
		exit(done());
	}
	return bytes;
}

static int worst_difference(const struct image *image, const struct expectation *expected)
{
	int worst = 0;
	size_t size = (size_t)image->width * (size_t)image->height * 3;
	if (image->width != expected->width || image->height != expected->height ||
		strlen(expected->pixels) != 2 * size)
		return 256;
	for (size_t i = 0; i < size; i++) {
		char pair[3] = {expected->pixels[2 * i], expected->pixels[2 * i + 1], 0};
		int difference = abs(image->pixels[i] - (int)strtol(pair, NULL, 16));
		worst = difference > worst ? difference : worst;
	}
	return worst;
}

static void known_pixels(const struct expectation *expected, const unsigned char *bytes,
	size_t size)
{
	struct error error;
	struct image image;
	int result = image_decode(bytes, size, expected->name, &over_background, &image, &error);
	if (!ok(result == 0 && image.channels == 3, "%s: decodes to RGB", expected->name)) {
		note("%s: %s", error.object, error.reason);
		return;
	}
	int worst = worst_difference(&image, expected);
	if (!ok(worst <= expected->tolerance, "%s: its pixels are right", expected->name))
		note("%d off, %d allowed, %d x %d", worst, expected->tolerance, image.width,
			image.height);
	image_free(&image);
}

/* Preparing to convert colours takes as long as decoding a hundred such pictures, 30 ms for CMYK:
 * of what comes after that samples must do, which is tried everywhere in the pictures without a
 * profile. */
static bool is_slow(const struct expectation *expected)
{
	return strncmp(expected->name, "icc", 3) == 0 &&
		strcmp(expected->name, "icc-grey.png") != 0;
}

/* The length of the next prefix to try, up to `size`, in steps of one, or of a tenth of a slow
 * picture's pixels. */
static size_t next_cut(const struct expectation *expected, const unsigned char *bytes, size_t size,
	size_t length)
{
	const unsigned char *data = memmem(bytes, size, "IDAT", 4);
	if (!data)
		data = memmem(bytes, size, "\xff\xda", 2);
	if (!is_slow(expected) || !data || bytes + length < data)
		return length + 1;
	size_t step = 1 + (size - (size_t)(data - bytes)) / 10;
	return length + step < size || length + 1 == size ? length + step : size - 1;
}

/* Every proper prefix fails, but for those that only lack what the picture doesn't need. The prefix
 * is in separate memory, so that a checker detects any read past its end. */
static void cut_anywhere(const struct expectation *expected, const unsigned char *bytes,
	size_t size)
{
	struct error error;
	struct image image;
	int wrong = 0, unnamed = 0;
	for (size_t length = 0; length < size; length = next_cut(expected, bytes, size, length)) {
		unsigned char *prefix = malloc(length ? length : 1);
		memcpy(prefix, bytes, length);
		int result = image_decode(prefix, length, expected->name, &over_background, &image,
			&error);
		bool enough = length + (size_t)expected->spare >= size;
		wrong += (result == 0) != enough;
		wrong += result == 0 && worst_difference(&image, expected) > expected->tolerance;
		unnamed += result &&
			(strncmp(error.object, expected->name, strlen(expected->name)) ||
				image.pixels);
		image_free(&image);
		free(prefix);
	}
	is_integer(wrong, 0, expected->name);
	is_integer(unnamed, 0, "  and each error names the file");
}

/* A flipped bit in any byte: any result, but no crash, and memory checkers stay silent. */
static void flipped_bits(const struct expectation *expected, unsigned char *bytes, size_t size)
{
	struct error error;
	struct image image;
	struct image_decode_options options = careful();
	int good = 0;
	for (size_t i = 0; i < size; i++) {
		bytes[i] ^= (unsigned char)(1 << i % 8);
		good += image_decode(bytes, size, expected->name, &options, &image, &error) == 0;
		image_free(&image);
		bytes[i] ^= (unsigned char)(1 << i % 8);
	}
	ok(good < (int)size, "%s: survives flipped bits (%d of %zu still decode)", expected->name,
		good, size);
}

/* What image_load promises, for one way of resizing. */
static bool loads_alike(const unsigned char *bytes, size_t size,
	const struct image_resize_options *resize, int channels)
{
	struct error error;
	struct image whole, resized = {0}, loaded = {0};
	struct image_decode_options decode = over_background;
	decode.keep_alpha = channels == 4;
	if (image_decode(bytes, size, "x", &decode, &whole, &error))
		return false;
	if (channels == 1)
		image_to_grey(&whole);
	bool good = image_resize(&whole, resize, &resized, &error) == 0 &&
		image_load(bytes, size, "x", resize, channels, &loaded, &error) == 0 &&
		loaded.channels == resized.channels &&
		memcmp(loaded.pixels, resized.pixels,
			(size_t)(resize->width * resize->height * channels)) == 0;
	image_free(&whole);
	image_free(&resized);
	image_free(&loaded);
	return good;
}

/* Rows that are resized as they come give what the whole picture gives; a JPEG is scaled first, so
 * it may not. */
static void loads_as_decoded(const struct expectation *expected, const unsigned char *bytes,
	size_t size)
{
	static const int sides[][2] = {{5, 4}, {2, 3}, {1, 1}, {13, 9}, {20, 3}},
			 channels[] = {1, 3, 4};
	int wrong = 0,
	    step = is_slow(expected) ? 7 : 1; /* which meets every two ways of anything together */
	for (int way = 0; way < 5 * 3 * 3 * 3; way += step) {
		struct image_resize_options resize = {.width = sides[way % 5][0],
			.height = sides[way % 5][1],
			.filter = (enum image_filter)(way / 5 % 3),
			.fit = (enum image_fit)(way / 15 % 3)};
		memcpy(resize.background, over_background.background, 3);
		wrong += !loads_alike(bytes, size, &resize, channels[way / 45]);
	}
	is_integer(wrong, 0, expected->name);
}

static void pictures(void)
{
	size_t size;
	unsigned char *table = load("pictures.tsv", &size);
	char *rest = (char *)table;
	const char *last = "";
	for (char *line; (line = strsep(&rest, "\n")) && *line;) {
		struct expectation expected;
		int used = 0;
		if (sscanf(line, "%63[^\t]\t%d\t%d\t%d\t%d\t%n", expected.name, &expected.tolerance,
			    &expected.spare, &expected.width, &expected.height, &used) != 5) {
			ok(false, "pictures.tsv: a line that can't be read");
			break;
		}
		expected.pixels = last = line[used] == '=' ? last : line + used;
		size_t length;
		unsigned char *bytes = load(expected.name, &length);
		known_pixels(&expected, bytes, length);
		cut_anywhere(&expected, bytes, length);
		if (!is_slow(&expected))
			flipped_bits(&expected, bytes, length);
		if (!strstr(expected.name, ".jpg"))
			loads_as_decoded(&expected, bytes, length);
		free(bytes);
	}
	free(table);
}

static void alpha_is_kept(void)
{
	struct error error;
	struct image image;
	struct image_decode_options options = {.keep_alpha = 1};
	size_t size;
	unsigned char *bytes = load("rgba.png", &size);
	if (ok(image_decode(bytes, size, "rgba.png", &options, &image, &error) == 0 &&
			    image.channels == 4,
		    "alpha is kept")) {
		static const unsigned char second[4] = {24, 250, 31,
			21}; /* by the generator's formulas at (1, 0) */
		ok(memcmp(image.pixels + 4, second, 4) == 0, "and colour is not multiplied by it");
		is_integer(image.pixels[3], 0, "the corner is transparent");
	}
	image_free(&image);
	free(bytes);
	bytes = load("grey.jpg", &size);
	ok(image_decode(bytes, size, "grey.jpg", &options, &image, &error) == 0 &&
			image.channels == 4 && image.pixels[3] == 255 &&
			image.pixels[4 * 13 * 9 - 1] == 255,
		"a picture without alpha gets an opaque one");
	image_free(&image);
	free(bytes);
}

/* The 32 x 16 picture of four quarters, decoded with its least sides given. */
static void scaled_size(const char *name, int minimum_width, int minimum_height, int width,
	int height)
{
	struct error error;
	struct image image;
	struct image_decode_options options = {.minimum_width = minimum_width,
		.minimum_height = minimum_height};
	size_t size;
	unsigned char *bytes = load(name, &size);
	bool good = image_decode(bytes, size, name, &options, &image, &error) == 0;
	if (!ok(good && image.width == width && image.height == height,
		    "%s: at least %d x %d gives %d x %d", name, minimum_width, minimum_height,
		    width, height))
		note("%d x %d", image.width, image.height);
	const unsigned char *last = image.pixels + 3 * (image.width * image.height - 1);
	ok(good && last[0] > 240 && last[1] > 240 && last[2] > 240,
		"  and the last pixel is white");
	image_free(&image);
	free(bytes);
}

static void scaled_while_decoding(void)
{
	scaled_size("orientation1.jpg", 4, 2, 4, 2);
	scaled_size("orientation1.jpg", 5, 2, 8, 4);
	scaled_size("orientation1.jpg", 4, 3, 8, 4);
	scaled_size("orientation1.jpg", 17, 1, 32, 16); /* by halves only */
	scaled_size("orientation1.jpg", 32, 16, 32, 16);
	scaled_size("orientation1.jpg", 400, 400, 32, 16);
	scaled_size("orientation1.jpg", 0, 0, 32, 16);
	scaled_size("orientation6.jpg", 8, 2, 8,
		4); /* the sides are those of the upright picture */
}

static void refused(const char *what, const void *bytes, size_t size, const char *reason)
{
	struct error error = {0};
	struct image image;
	ok(image_decode(bytes, size, "x", &over_background, &image, &error) == -1 && !image.pixels,
		"refused: %s", what);
	if (!ok(strstr(error.reason, reason) != NULL, "  because: %s", reason))
		note("%s: %s", error.object, error.reason);
}

#define BYTES(text) text, sizeof text - 1

static void refusals(void)
{
	refused("nothing", "", 0, "is empty");
	refused("text", BYTES("Not Found: the picture that you asked for is not here.\n"),
		"not an image of a known type");
	refused("HTML", BYTES("<!DOCTYPE html><html><body>404</body></html>"),
		"not an image of a known type");
	refused("PNG of 2^31 - 1 a side",
		BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\x7f\xff\xff\xff\x7f\xff\xff\xff\x08\2\0\0\0"),
		"more than 65535 a side");
	refused("PNG of 60000 a side",
		BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\xea\x60\0\0\xea\x60\x08\2\0\0\0"),
		"60000 x 60000 pixels, more than 64000000 in all");
	refused("GIF of 65535 a side", BYTES("GIF89a\xff\xff\xff\xff\0\0\0"),
		"more than 64000000 in all");
	refused("GIF of no width", BYTES("GIF89a\0\0\1\0\0\0\0"), "has no pixels");
	refused("farbfeld of 4294967295 a side", BYTES("farbfeld\xff\xff\xff\xff\xff\xff\xff\xff"),
		"more than 65535 a side");
	refused("PPM of 999999999 a side", BYTES("P6 999999999 999999999 255\n"),
		"more than 65535 a side");
	refused("PGM of more than 9 digits", BYTES("P5 9999999999 1 255\n"), "header is damaged");
	refused("PGM without maximum", BYTES("P5 1 1 0\nx"), "maximum value");
	refused("BMP of height -2^31",
		BYTES("BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\1\0\0\0\0\0\0\x80\1\0\x18\0"),
		"more than 65535 a side");
	refused("JPEG without a picture", BYTES("\xff\xd8\xff\xd9"), "");
	refused("half of a PNG's magic", BYTES("\x89PNG"), "not an image of a known type");
	refused("a PNG header cut", BYTES("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0"), "cut short");
}

/* 8 x 8 pixels of grey in as many passes as the format allows for them. */
static void too_many_scans(void)
{
	static jpeg_scan_info scans[1 + 63 * 11];
	struct jpeg_compress_struct encoder;
	struct jpeg_error_mgr errors;
	unsigned char *bytes = NULL, row[8] = {0, 255, 3, 200, 17, 90, 33, 1};
	unsigned long size = 0;
	int count = 0;
	scans[count++] = (jpeg_scan_info){.comps_in_scan = 1};
	for (int k = 1; k < 64; k++)
		for (int bit = 10; bit >= 0; bit--)
			scans[count++] = (jpeg_scan_info){.comps_in_scan = 1,
				.Ss = k,
				.Se = k,
				.Ah = bit == 10 ? 0 : bit + 1,
				.Al = bit};
	encoder.err = jpeg_std_error(&errors);
	jpeg_create_compress(&encoder);
	jpeg_mem_dest(&encoder, &bytes, &size);
	encoder.image_width = encoder.image_height = 8;
	encoder.input_components = 1;
	encoder.in_color_space = JCS_GRAYSCALE;
	jpeg_set_defaults(&encoder);
	encoder.scan_info = scans;
	encoder.num_scans = count;
	jpeg_start_compress(&encoder, TRUE);
	for (int y = 0; y < 8; y++)
		jpeg_write_scanlines(&encoder, (JSAMPROW[]){row}, 1);
	jpeg_finish_compress(&encoder);
	jpeg_destroy_compress(&encoder);
	refused("JPEG of 694 scans", bytes, size, "more than 500 scans");
	free(bytes);
}

/* libjpeg takes the square of their number. */
static void too_many_markers(void)
{
	enum { MARKERS = 5000 };
	static unsigned char bytes[2 + 4 * MARKERS] = "\xff\xd8";
	for (int i = 0; i < MARKERS; i++)
		memcpy(bytes + 2 + 4 * i, "\xff\xe1\0\2", 4);
	refused("JPEG of 5000 markers", bytes, sizeof bytes, "more than 4096 markers");
}

static void types(void)
{
	static const struct {
		const char *name;
		enum image_type type;
	} files[] = {{"rgb.jpg", IMAGE_JPEG}, {"rgb.png", IMAGE_PNG}, {"rgb.webp", IMAGE_WEBP},
		{"flat.gif", IMAGE_GIF}, {"rgb.bmp", IMAGE_BMP}, {"rgb.tga", IMAGE_TGA},
		{"rgb.psd", IMAGE_PSD}, {"rgb.ppm", IMAGE_PNM}, {"rgba.ff", IMAGE_FARBFELD}};
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		struct error error;
		struct image_info info;
		size_t size;
		unsigned char *bytes = load(files[i].name, &size);
		int result = image_probe(bytes, size, "x", &info, &error);
		ok(result == 0 && info.type == files[i].type && info.width == 13 &&
				info.height == 9,
			"%s: known by its content as %s", files[i].name,
			image_type_name(files[i].type));
		const char *extension =
			files[i].type == IMAGE_PNM ? "pnm" : strrchr(files[i].name, '.') + 1;
		is_text(image_type_extension(info.type), extension, "  and its extension");
		free(bytes);
	}
}

static void names(void)
{
	int found = 0, without_signature = 0;
	for (int i = IMAGE_UNKNOWN + 1; i < IMAGE_TYPE_COUNT; i++) {
		enum image_type type = (enum image_type)i;
		found += image_type_by_name(image_type_name(type)) == type &&
			image_type_by_extension(image_type_extension(type)) == type;
		without_signature += !image_type_has_signature(type);
	}
	is_integer(found, IMAGE_TYPE_COUNT - 1, "each type is found by its name and its extension");
	is_integer(without_signature, 1, "all but TGA have a signature");
	ok(image_type_by_extension("JFIF") == IMAGE_JPEG &&
			image_type_by_extension("txt") == IMAGE_UNKNOWN,
		"other extensions of a type, in any case; and none of any");
	ok(image_type_by_name("unknown") == IMAGE_UNKNOWN &&
			image_type_by_name("") == IMAGE_UNKNOWN,
		"no type is called unknown");
}

static void orientation_is(const char *bytes, size_t size, int expected, const char *name)
{
	is_integer(exif_orientation((const unsigned char *)bytes, size), expected, name);
}

static void malformed_exif(void)
{
	orientation_is(BYTES("II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\6\0\0\0"), 6, "EXIF: 6");
	orientation_is(BYTES("II*\0\x08\0\0\0\1\0\x12\1\3\0\1\0\0\0\x09\0\0\0"), 1,
		"EXIF: 9 is none");
	orientation_is(BYTES("II*\0\x08\0\0\0\1\0\x12\1\4\0\1\0\0\0\6\0\0\0"), 1,
		"EXIF: not of type SHORT");
	orientation_is(BYTES("II*\0\xff\xff\xff\xff"), 1, "EXIF: a directory outside");
	orientation_is(BYTES("II*\0\x08\0\0\0\xff\xff"), 1, "EXIF: more entries than there are");
	orientation_is(BYTES("XX*\0\x08\0\0\0\0\0"), 1, "EXIF: no byte order");
	orientation_is(BYTES(""), 1, "EXIF: nothing");
}

static void colors(void)
{
	struct error error;
	unsigned char color[3];
	ok(image_parse_color("white", color, &error) == 0 && color[0] == 255 && color[2] == 255,
		"white");
	ok(image_parse_color("#1aB2c3", color, &error) == 0 && color[0] == 0x1a &&
			color[1] == 0xb2 && color[2] == 0xc3,
		"#1aB2c3");
	ok(image_parse_color("#12345", color, &error) &&
			image_parse_color("#12345g", color, &error) &&
			image_parse_color("", color, &error) &&
			image_parse_color("mauve", color, &error),
		"others are refused");
}

int main(void)
{
	pictures();
	alpha_is_kept();
	scaled_while_decoding();
	refusals();
	too_many_scans();
	too_many_markers();
	types();
	names();
	malformed_exif();
	colors();
	return done();
}
