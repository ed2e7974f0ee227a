#include "scrape/manifest_row.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

const char manifest_header[] =
	"class\tfile\tsha256\tpixels\tphash\twidth\theight\tbytes\ttype\turl\tpage\tsite\tquery\t"
	"time\tlicence\tstatus\treason\n";

enum {
	CLASS,
	NAME,
	DIGEST,
	PIXELS,
	PERCEPTUAL_HASHES,
	WIDTH,
	HEIGHT,
	BYTES,
	TYPE,
	URL,
	PAGE,
	SITE,
	QUERY,
	TIME,
	LICENCE,
	STATUS,
	REASON,
	COLUMNS
};

static const char *const statuses[] = {"accepted", "refused", "failed"};
static const char plain[] = "plain";

/* ---- writing ---- */

/* Two hashes of the image and two of its mirror image; none of a plain one, which is never a
 * look-alike. */
static void write_perceptual_hashes(char *out, size_t size, const struct image_hash *hash)
{
	if (hash->plain)
		snprintf(out, size, "%s", plain);
	else
		snprintf(out, size, "%016" PRIx64 "-%016" PRIx64 "-%016" PRIx64 "-%016" PRIx64,
			hash->visual.perceptual, hash->visual.difference, hash->mirrored.perceptual,
			hash->mirrored.difference);
}

void manifest_row_write(FILE *stream, const struct manifest_row *row)
{
	char digest[DIGEST_HEX_SIZE] = "", pixels[2 * IMAGE_HASH_PIXELS_SIZE + 1] = "",
	     perceptual_hashes[80] = "";
	char width[16] = "", height[16] = "", bytes[24] = "";
	if (row->has_bytes) {
		digest_hex(row->digest, DIGEST_SIZE, digest);
		snprintf(bytes, sizeof bytes, "%zu", row->bytes);
	}
	if (row->has_hash) {
		digest_hex(row->hash.pixels, IMAGE_HASH_PIXELS_SIZE, pixels);
		write_perceptual_hashes(perceptual_hashes, sizeof perceptual_hashes, &row->hash);
	}
	if (row->width > 0 && row->height > 0) {
		snprintf(width, sizeof width, "%d", row->width);
		snprintf(height, sizeof height, "%d", row->height);
	}
	const char *fields[COLUMNS] = {row->class_name, row->file, digest, pixels,
		perceptual_hashes, width, height, bytes, row->type, row->url, row->page, row->site,
		row->query, row->time, row->licence, statuses[row->status], row->reason};
	for (int i = 0; i < COLUMNS; i++) {
		text_write_field(stream, fields[i]);
		fputc(i + 1 < COLUMNS ? '\t' : '\n', stream);
	}
}

/* ---- parsing ---- */

static bool parse_hexadecimal(const char *hex, unsigned char *out, size_t size)
{
	if (strlen(hex) != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = text_hexadecimal(hex[2 * i]), low = text_hexadecimal(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

static bool parse_perceptual_hashes(const char *text, struct image_hash *hash)
{
	uint64_t *values[4] = {&hash->visual.perceptual, &hash->visual.difference,
		&hash->mirrored.perceptual, &hash->mirrored.difference};
	hash->plain = strcmp(text, plain) == 0;
	if (hash->plain)
		return true;
	if (strlen(text) != 4 * 16 + 3)
		return false;
	for (int i = 0; i < 4; i++) {
		*values[i] = 0;
		for (int digit = 0; digit < 16; digit++) {
			int value = text_hexadecimal(text[17 * i + digit]);
			if (value < 0)
				return false;
			*values[i] = *values[i] << 4 | (uint64_t)value;
		}
		if (i < 3 && text[17 * i + 16] != '-')
			return false;
	}
	return true;
}

/* An empty field is 0. */
static bool parse_number(const char *text, uint64_t maximum, uint64_t *value)
{
	*value = 0;
	return !*text || (text_to_unsigned(text, value) && *value <= maximum);
}

static int parse_status(const char *text)
{
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (strcmp(text, statuses[i]) == 0)
			return (int)i;
	return -1;
}

static const char *parse_fields(char *const *fields, struct manifest_row *row)
{
	uint64_t width, height, bytes;
	int status = parse_status(fields[STATUS]);
	if (status < 0)
		return "an unknown status";
	row->has_bytes = *fields[DIGEST];
	row->has_hash = *fields[PIXELS];
	if (row->has_bytes && !parse_hexadecimal(fields[DIGEST], row->digest, DIGEST_SIZE))
		return "is not a SHA-256";
	if (row->has_hash &&
		(!parse_hexadecimal(fields[PIXELS], row->hash.pixels, IMAGE_HASH_PIXELS_SIZE) ||
			!parse_perceptual_hashes(fields[PERCEPTUAL_HASHES], &row->hash)))
		return "is not an image hash";
	if (!parse_number(fields[WIDTH], IMAGE_SIDE_MAXIMUM, &width) ||
		!parse_number(fields[HEIGHT], IMAGE_SIDE_MAXIMUM, &height) ||
		!parse_number(fields[BYTES], SIZE_MAX, &bytes))
		return "is not a number";
	row->width = (int)width;
	row->height = (int)height;
	row->bytes = (size_t)bytes;
	row->status = (enum manifest_status)status;
	if (status == MANIFEST_ACCEPTED && (!row->has_bytes || !row->has_hash || !*fields[NAME]))
		return "accepted, but without file and hashes";
	return NULL;
}

const char *manifest_row_read(char *line, struct manifest_row *row)
{
	char *fields[COLUMNS], *next = line;
	int count = 0;
	*row = (struct manifest_row){0};
	for (; next && count < COLUMNS; count++)
		if (!text_read_field(fields[count] = strsep(&next, "\t")))
			return "an unknown escape";
	if (count != COLUMNS || next)
		return "not 17 fields";
	row->class_name = fields[CLASS];
	row->file = fields[NAME];
	row->type = fields[TYPE];
	row->url = fields[URL];
	row->page = fields[PAGE];
	row->site = fields[SITE];
	row->query = fields[QUERY];
	row->time = fields[TIME];
	row->licence = fields[LICENCE];
	row->reason = fields[REASON];
	return parse_fields(fields, row);
}
