#include "image/image_hash.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "image/row_sums.h"

#include <stdlib.h>
#include <string.h>

enum { SIDE = 32, FREQUENCIES = 8 };

/* ---- 32 x 32 ---- */

/* What part `index` of SIDE equal parts takes of `size` pixels, each of which counts as SIDE units. */
struct span {
	int first, last;                 /* pixels */
	uint32_t not_first, not_last;    /* units of these two that belong to its neighbours */
};

static struct span span_of(int index, int size)
{
	struct span span;
	int from = index * size, to = from + size;
	span.first = from / SIDE;
	span.last = (to - 1) / SIDE;
	span.not_first = (uint32_t)(from - span.first * SIDE);
	span.not_last = (uint32_t)((span.last + 1) * SIDE - to);
	return span;
}

/* A picture of which `row` rows have come. */
struct hashing {
	struct digest *digest;
	int width, height, row;
	struct span columns[SIDE];
	uint64_t sums[SIDE][SIDE]; /* luma times 2^16 times units, both ways */
	uint16_t *row_sums;        /* of the last rows, which take part in no sum yet */
	int summed;                /* those rows */
};

/* Luma times 2^16 times units, added up over a span of the sums of rows of RGB. */
static uint64_t sum_span(const uint16_t *row, const struct span *span)
{
	const uint16_t *first = row + 3 * (size_t)span->first, *last = row + 3 * (size_t)span->last;
	uint64_t red = 0, green = 0, blue = 0;
	for (const uint16_t *p = first; p <= last; p += 3) {
		red += p[0];
		green += p[1];
		blue += p[2];
	}
	red = red * SIDE - first[0] * span->not_first - last[0] * span->not_last;
	green = green * SIDE - first[1] * span->not_first - last[1] * span->not_last;
	blue = blue * SIDE - first[2] * span->not_first - last[2] * span->not_last;
	return 19595 * red + 38470 * green + 7471 * blue;
}

/* Adds the sums of rows, of each of which `units` belong to it, to one row of parts. */
static void add_to_parts(struct hashing *hashing, int part, int units)
{
	for (int x = 0; x < SIDE; x++)
		hashing->sums[part][x] += (uint64_t)units * sum_span(hashing->row_sums, &hashing->columns[x]);
}

/* Rows that lie in one part are added up first, all columns at once. One that lies in several comes alone. */
static void average_row(struct hashing *hashing, const unsigned char *row)
{
	size_t size = 3 * (size_t)hashing->width;
	int height = hashing->height, from = SIDE * hashing->row++, to = from + SIDE; /* units */
	int first = from / height;
	row_sums_add(hashing->row_sums, row, size);
	bool next_joins = (to + SIDE - 1) / height == first;
	if (++hashing->summed < ROW_SUMS_MAXIMUM && next_joins)
		return;
	for (int part = first; part * height < to; part++) {
		int begin = part * height, end = begin + height;
		add_to_parts(hashing, part, (to < end ? to : end) - (from > begin ? from : begin));
	}
	memset(hashing->row_sums, 0, size * sizeof *hashing->row_sums);
	hashing->summed = 0;
}

/* The mean luma of SIDE x SIDE equal parts, times 256. */
static void average(const struct hashing *hashing, uint32_t grid[SIDE][SIDE])
{
	uint64_t whole = (uint64_t)hashing->width * (uint64_t)hashing->height;
	for (int y = 0; y < SIDE; y++)
		for (int x = 0; x < SIDE; x++)
			grid[y][x] = (uint32_t)((hashing->sums[y][x] / whole + 128) >> 8);
}

static void mirror(uint32_t grid[SIDE][SIDE])
{
	for (int y = 0; y < SIDE; y++)
		for (int x = 0; x < SIDE / 2; x++) {
			uint32_t left = grid[y][x];
			grid[y][x] = grid[y][SIDE - 1 - x];
			grid[y][SIDE - 1 - x] = left;
		}
}

/* Whether the brightest part and the darkest are hard to tell apart. */
static bool is_plain(uint32_t grid[SIDE][SIDE])
{
	enum { LEAST = 8 * 256 };
	uint32_t darkest = UINT32_MAX, brightest = 0;
	for (int i = 0; i < SIDE * SIDE; i++) {
		uint32_t value = grid[i / SIDE][i % SIDE];
		darkest = value < darkest ? value : darkest;
		brightest = value > brightest ? value : brightest;
	}
	return brightest - darkest < LEAST;
}

/* ---- pHash ---- */

/* cos(pi * step / 64) * 2^16, rounded. */
static int64_t cosine(int step)
{
	static const int32_t quarter[33] = {65536, 65457, 65220, 64827, 64277, 63572, 62714, 61705, 60547, 59244, 57798,
		56212, 54491, 52639, 50660, 48559, 46341, 44011, 41576, 39040, 36410, 33692, 30893, 28020, 25080, 22078,
		19024, 15924, 12785, 9616, 6424, 3216, 0};
	step %= 128;
	step = step > 64 ? 128 - step : step;
	return step <= 32 ? quarter[step] : -quarter[64 - step];
}

typedef int64_t waves[FREQUENCIES][SIDE];

static void draw_waves(waves basis)
{
	for (int k = 0; k < FREQUENCIES; k++)
		for (int n = 0; n < SIDE; n++)
			basis[k][n] = cosine((2 * n + 1) * k);
}

/* The lowest frequencies of one row or column of values that lie `stride` apart. */
static void transform(const int64_t *in, int stride, const waves basis, int64_t out[FREQUENCIES])
{
	for (int k = 0; k < FREQUENCIES; k++) {
		out[k] = 0;
		for (int n = 0; n < SIDE; n++)
			out[k] += in[n * stride] * basis[k][n];
	}
}

static int compare_values(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;
	return *left < *right ? -1 : *left > *right;
}

static uint64_t perceptual_hash(uint32_t grid[SIDE][SIDE])
{
	int64_t row[SIDE], columns[SIDE][FREQUENCIES], frequencies[64], sorted[64], found[FREQUENCIES];
	uint64_t hash = 0;
	waves basis;
	draw_waves(basis);
	for (int y = 0; y < SIDE; y++) {
		for (int x = 0; x < SIDE; x++)
			row[x] = grid[y][x];
		transform(row, 1, basis, columns[y]);
	}
	for (int u = 0; u < FREQUENCIES; u++) {
		transform(&columns[0][u], FREQUENCIES, basis, found);
		for (int v = 0; v < FREQUENCIES; v++)
			frequencies[FREQUENCIES * v + u] = found[v];
	}
	memcpy(sorted, frequencies, sizeof sorted);
	qsort(sorted, 64, sizeof *sorted, compare_values);
	for (int i = 0; i < 64; i++)
		hash |= (uint64_t)(2 * frequencies[i] > sorted[31] + sorted[32]) << i;
	return hash;
}

/* ---- dHash ---- */

static uint64_t difference_hash(uint32_t grid[SIDE][SIDE])
{
	enum { COLUMNS = 9, ROWS = 8 };
	uint32_t parts[ROWS][COLUMNS] = {{0}};
	uint64_t hash = 0;
	/* A column of the grid is 9 units wide, a part 32: some columns belong to two parts. */
	for (int x = 0; x < SIDE; x++) {
		int first = x * COLUMNS / SIDE, last = (x * COLUMNS + COLUMNS - 1) / SIDE;
		uint32_t units = first == last ? COLUMNS : (uint32_t)(last * SIDE - x * COLUMNS);
		for (int y = 0; y < SIDE; y++) {
			parts[y * ROWS / SIDE][first] += units * grid[y][x];
			parts[y * ROWS / SIDE][last] += (COLUMNS - units) * grid[y][x];
		}
	}
	for (int y = 0; y < ROWS; y++)
		for (int x = 0; x < COLUMNS - 1; x++)
			hash |= (uint64_t)(parts[y][x] < parts[y][x + 1]) << (8 * y + x);
	return hash;
}

/* ---- all ---- */

static void end(void *state)
{
	struct hashing *hashing = state;
	if (!hashing)
		return;
	digest_abandon(hashing->digest);
	free(hashing->row_sums);
	free(hashing);
}

static void *start(int width, int height, struct error *error)
{
	unsigned char size[8];
	struct hashing *hashing = calloc(1, sizeof *hashing);
	if (hashing) {
		hashing->digest = digest_start();
		hashing->row_sums = calloc(3 * (size_t)width, sizeof *hashing->row_sums);
	}
	if (!hashing || !hashing->digest || !hashing->row_sums) {
		end(hashing);
		error_memory(error, "image");
		return NULL;
	}
	hashing->width = width;
	hashing->height = height;
	for (int x = 0; x < SIDE; x++)
		hashing->columns[x] = span_of(x, width);
	store_u32(size, (uint32_t)width);
	store_u32(size + 4, (uint32_t)height);
	digest_add(hashing->digest, size, sizeof size);
	return hashing;
}

static void add_row(void *state, const unsigned char *row)
{
	struct hashing *hashing = state;
	digest_add(hashing->digest, row, 3 * (size_t)hashing->width);
	average_row(hashing, row);
}

static int finish(void *state, void *finding, struct error *error)
{
	struct hashing *hashing = state;
	struct image_hash *hash = finding;
	unsigned char whole[DIGEST_SIZE];
	uint32_t grid[SIDE][SIDE];
	(void)error;
	*hash = (struct image_hash){0};
	digest_finish(hashing->digest, whole);
	hashing->digest = NULL;
	memcpy(hash->pixels, whole, IMAGE_HASH_PIXELS_SIZE);
	average(hashing, grid);
	hash->plain = is_plain(grid);
	hash->look = (struct image_look){perceptual_hash(grid), difference_hash(grid)};
	mirror(grid);
	hash->mirrored = (struct image_look){perceptual_hash(grid), difference_hash(grid)};
	return 0;
}

const struct image_inspection image_hash_inspection = {start, add_row, finish, end};

/* ---- two ---- */

static int count_bits(uint64_t bits)
{
	return __builtin_popcountll(bits);
}

static bool looks_like(const struct image_look *a, const struct image_look *b, int hamming, struct likeness *likeness)
{
	enum { CONFIRMATION = 4, SPARSE = 16 };
	bool sparse = count_bits(a->difference | b->difference) < SPARSE;
	int limit = sparse ? hamming / 2 : hamming;
	likeness->perceptual = count_bits(a->perceptual ^ b->perceptual);
	likeness->difference = count_bits(a->difference ^ b->difference);
	return likeness->perceptual <= limit && likeness->difference <= limit + CONFIRMATION;
}

bool image_hash_alike(const struct image_hash *a, const struct image_hash *b, int hamming, struct likeness *likeness)
{
	*likeness = (struct likeness){0};
	if (a->plain || b->plain)
		return false;
	if (looks_like(&a->look, &b->look, hamming, likeness))
		return true;
	/* Mirroring moves the median, so that the two ways round may differ by some bits. */
	struct likeness back;
	if (!looks_like(&a->mirrored, &b->look, hamming, likeness) || !looks_like(&b->mirrored, &a->look, hamming, &back))
		return false;
	likeness->mirrored = true;
	likeness->perceptual = back.perceptual > likeness->perceptual ? back.perceptual : likeness->perceptual;
	likeness->difference = back.difference > likeness->difference ? back.difference : likeness->difference;
	return true;
}

bool image_hash_same(const struct image_hash *a, const struct image_hash *b)
{
	return memcmp(a->pixels, b->pixels, IMAGE_HASH_PIXELS_SIZE) == 0;
}
