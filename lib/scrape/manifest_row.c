#include "scrape/manifest_row.h"

#include "base/text.h"

#include <inttypes.h>
#include <string.h>

const char manifest_header[] = "class\tfile\tsha256\tpixels\tphash\twidth\theight\tbytes\ttype\turl\tpage\tsite\tquery\t"
			       "time\tlicence\tstatus\treason\n";

enum {
	CLASS, NAME, DIGEST, PIXELS, LOOKS, WIDTH, HEIGHT, BYTES, TYPE, URL, PAGE, SITE, QUERY, TIME, LICENCE, STATUS, REASON,
	COLUMNS
};

static const char *const statuses[] = {"accepted", "refused", "failed"};
static const char plain[] = "plain";

/* ---- writing ---- */

/* Two hashes of the picture and two of its mirror image; of a plain one, which is like no other, none. */
static void write_looks(char *out, size_t size, const struct image_hash *hash)
{
	if (hash->plain)
		snprintf(out, size, "%s", plain);
	else
		snprintf(out, size, "%016" PRIx64 "-%016" PRIx64 "-%016" PRIx64 "-%016" PRIx64, hash->look.perceptual,
			hash->look.difference, hash->mirrored.perceptual, hash->mirrored.difference);
}

void manifest_row_write(FILE *stream, const struct manifest_row *row)
{
	char digest[DIGEST_HEX_SIZE] = "", pixels[2 * IMAGE_HASH_PIXELS_SIZE + 1] = "", looks[80] = "";
	char width[16] = "", height[16] = "", bytes[24] = "";
	if (row->came) {
		digest_hex(row->digest, DIGEST_SIZE, digest);
		snprintf(bytes, sizeof bytes, "%zu", row->bytes);
	}
	if (row->decoded) {
		digest_hex(row->hash.pixels, IMAGE_HASH_PIXELS_SIZE, pixels);
		write_looks(looks, sizeof looks, &row->hash);
	}
	if (row->width > 0 && row->height > 0) {
		snprintf(width, sizeof width, "%d", row->width);
		snprintf(height, sizeof height, "%d", row->height);
	}
	const char *fields[COLUMNS] = {row->class_name, row->file, digest, pixels, looks, width, height, bytes, row->type,
		row->url, row->page, row->site, row->query, row->time, row->licence, statuses[row->status], row->reason};
	for (int i = 0; i < COLUMNS; i++) {
		text_write_field(stream, fields[i]);
		fputc(i + 1 < COLUMNS ? '\t' : '\n', stream);
	}
}

/* ---- reading ---- */

static bool read_bytes(const char *hex, unsigned char *out, size_t size)
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

static bool read_looks(const char *text, struct image_hash *hash)
{
	uint64_t *values[4] = {&hash->look.perceptual, &hash->look.difference, &hash->mirrored.perceptual,
		&hash->mirrored.difference};
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
static bool read_number(const char *text, uint64_t maximum, uint64_t *value)
{
	*value = 0;
	return !*text || (text_to_unsigned(text, value) && *value <= maximum);
}

static int read_status(const char *text)
{
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		if (strcmp(text, statuses[i]) == 0)
			return (int)i;
	return -1;
}

static const char *read_fields(char *const *fields, struct manifest_row *row)
{
	uint64_t width, height, bytes;
	int status = read_status(fields[STATUS]);
	if (status < 0)
		return "an unknown status";
	row->came = *fields[DIGEST];
	row->decoded = *fields[PIXELS];
	if (row->came && !read_bytes(fields[DIGEST], row->digest, DIGEST_SIZE))
		return "no SHA-256";
	if (row->decoded && (!read_bytes(fields[PIXELS], row->hash.pixels, IMAGE_HASH_PIXELS_SIZE) ||
		!read_looks(fields[LOOKS], &row->hash)))
		return "no hash of a picture";
	if (!read_number(fields[WIDTH], IMAGE_SIDE_MAXIMUM, &width) ||
		!read_number(fields[HEIGHT], IMAGE_SIDE_MAXIMUM, &height) || !read_number(fields[BYTES], SIZE_MAX, &bytes))
		return "no number";
	row->width = (int)width;
	row->height = (int)height;
	row->bytes = (size_t)bytes;
	row->status = (enum manifest_status)status;
	if (status == MANIFEST_ACCEPTED && (!row->came || !row->decoded || !*fields[NAME]))
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
	return read_fields(fields, row);
}
