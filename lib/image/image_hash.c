#include "image/image_hash.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "image/row_sums.h"

#include <stdlib.h>
#include <string.h>

enum { SIDE = 32, FREQUENCIES = 8 };

/* ---- 32 x 32 ---- */

/* The pixels of cell `index` of SIDE equal cells of `size` pixels, where a pixel counts as SIDE
 * units. */
struct cell_span {
	int first, last;              /* pixels */
	uint32_t not_first, not_last; /* units of these two that belong to the neighbouring cells */
};

static struct cell_span span_of(int index, int size)
{
	struct cell_span span;
	int from = index * size, to = from + size;
	span.first = from / SIDE;
	span.last = (to - 1) / SIDE;
	span.not_first = (uint32_t)(from - span.first * SIDE);
	span.not_last = (uint32_t)((span.last + 1) * SIDE - to);
	return span;
}

/* The state after `row` rows of a picture. */
struct hash_state {
	struct digest *digest;
	int width, height, row;
	struct cell_span columns[SIDE];
	uint64_t sums[SIDE][SIDE]; /* luma x 2^16 x units, in both directions */
	uint16_t *row_sums;        /* of the last rows, not yet added to `sums` */
	int summed;                /* number of those rows */
};

/* Sum of luma x 2^16 x units over a span of the sums of rows of RGB. */
static uint64_t sum_span(const uint16_t *row, const struct cell_span *span)
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

/* Adds the sums of rows to one row of cells, which contains `units` units of each. */
static void add_to_cells(struct hash_state *hashing, int cell, int units)
{
	for (int x = 0; x < SIDE; x++)
		hashing->sums[cell][x] +=
			(uint64_t)units * sum_span(hashing->row_sums, &hashing->columns[x]);
}

/* Rows that lie within one cell are added up first, for all columns at once; a row that overlaps
 * several is added alone. */
static void average_row(struct hash_state *hashing, const unsigned char *row)
{
	size_t size = 3 * (size_t)hashing->width;
	int height = hashing->height, from = SIDE * hashing->row++, to = from + SIDE; /* units */
	int first = from / height;
	row_sums_add(hashing->row_sums, row, size);
	bool next_is_inside = (to + SIDE - 1) / height == first;
	if (++hashing->summed < ROW_SUMS_MAXIMUM && next_is_inside)
		return;
	for (int cell = first; cell * height < to; cell++) {
		int begin = cell * height, end = begin + height;
		add_to_cells(hashing, cell, (to < end ? to : end) - (from > begin ? from : begin));
	}
	memset(hashing->row_sums, 0, size * sizeof *hashing->row_sums);
	hashing->summed = 0;
}

/* The mean luma of SIDE x SIDE equal cells, x 256. */
static void average(const struct hash_state *hashing, uint32_t grid[SIDE][SIDE])
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

/* Whether the range of luma is small. */
static bool is_plain(uint32_t grid[SIDE][SIDE])
{
	enum { RANGE_MINIMUM = 8 * 256 };
	uint32_t darkest = UINT32_MAX, brightest = 0;
	for (int i = 0; i < SIDE * SIDE; i++) {
		uint32_t value = grid[i / SIDE][i % SIDE];
		darkest = value < darkest ? value : darkest;
		brightest = value > brightest ? value : brightest;
	}
	return brightest - darkest < RANGE_MINIMUM;
}

/* ---- pHash ---- */

/* cos(pi * step / 64) * 2^16, rounded. */
static int64_t cosine(int step)
{
	static const int32_t quarter[33] = {65536, 65457, 65220, 64827, 64277, 63572, 62714, 61705,
		60547, 59244, 57798, 56212, 54491, 52639, 50660, 48559, 46341, 44011, 41576, 39040,
		36410, 33692, 30893, 28020, 25080, 22078, 19024, 15924, 12785, 9616, 6424, 3216, 0};
	step %= 128;
	step = step > 64 ? 128 - step : step;
	return step <= 32 ? quarter[step] : -quarter[64 - step];
}

typedef int64_t dct_basis[FREQUENCIES][SIDE];

static void fill_dct_basis(dct_basis basis)
{
	for (int k = 0; k < FREQUENCIES; k++)
		for (int n = 0; n < SIDE; n++)
			basis[k][n] = cosine((2 * n + 1) * k);
}

/* The lowest frequencies of one row or column of values at distance `stride`. */
static void transform(const int64_t *in, int stride, const dct_basis basis,
	int64_t out[FREQUENCIES])
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
	int64_t row[SIDE], columns[SIDE][FREQUENCIES], frequencies[64], sorted[64],
		found[FREQUENCIES];
	uint64_t hash = 0;
	dct_basis basis;
	fill_dct_basis(basis);
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
	uint32_t cells[ROWS][COLUMNS] = {{0}};
	uint64_t hash = 0;
	/* A column of the grid is 9 units wide, a cell 32: some columns overlap two cells. */
	for (int x = 0; x < SIDE; x++) {
		int first = x * COLUMNS / SIDE, last = (x * COLUMNS + COLUMNS - 1) / SIDE;
		uint32_t units = first == last ? COLUMNS : (uint32_t)(last * SIDE - x * COLUMNS);
		for (int y = 0; y < SIDE; y++) {
			cells[y * ROWS / SIDE][first] += units * grid[y][x];
			cells[y * ROWS / SIDE][last] += (COLUMNS - units) * grid[y][x];
		}
	}
	for (int y = 0; y < ROWS; y++)
		for (int x = 0; x < COLUMNS - 1; x++)
			hash |= (uint64_t)(cells[y][x] < cells[y][x + 1]) << (8 * y + x);
	return hash;
}

/* ---- inspection ---- */

static void end(void *state)
{
	struct hash_state *hashing = state;
	if (!hashing)
		return;
	digest_abandon(hashing->digest);
	free(hashing->row_sums);
	free(hashing);
}

static void *start(int width, int height, struct error *error)
{
	unsigned char size[8];
	struct hash_state *hashing = calloc(1, sizeof *hashing);
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
	struct hash_state *hashing = state;
	digest_add(hashing->digest, row, 3 * (size_t)hashing->width);
	average_row(hashing, row);
}

static int finish(void *state, void *finding, struct error *error)
{
	struct hash_state *hashing = state;
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
	hash->visual = (struct visual_hash){perceptual_hash(grid), difference_hash(grid)};
	mirror(grid);
	hash->mirrored = (struct visual_hash){perceptual_hash(grid), difference_hash(grid)};
	return 0;
}

const struct image_inspection image_hash_inspection = {start, add_row, finish, end};

/* ---- comparison ---- */

static int count_bits(uint64_t bits)
{
	return __builtin_popcountll(bits);
}

static bool is_near(const struct visual_hash *a, const struct visual_hash *b, int hamming,
	struct hash_distance *distance)
{
	enum { CONFIRMATION = 4, SPARSE = 16 };
	bool sparse = count_bits(a->difference | b->difference) < SPARSE;
	int limit = sparse ? hamming / 2 : hamming;
	distance->perceptual = count_bits(a->perceptual ^ b->perceptual);
	distance->difference = count_bits(a->difference ^ b->difference);
	return distance->perceptual <= limit && distance->difference <= limit + CONFIRMATION;
}

bool image_hash_alike(const struct image_hash *a, const struct image_hash *b, int hamming,
	struct hash_distance *distance)
{
	*distance = (struct hash_distance){0};
	if (a->plain || b->plain)
		return false;
	if (is_near(&a->visual, &b->visual, hamming, distance))
		return true;
	/* Mirroring changes the median, so the two directions may differ by some bits. */
	struct hash_distance reverse;
	if (!is_near(&a->mirrored, &b->visual, hamming, distance) ||
		!is_near(&b->mirrored, &a->visual, hamming, &reverse))
		return false;
	distance->mirrored = true;
	distance->perceptual = reverse.perceptual > distance->perceptual ? reverse.perceptual
									 : distance->perceptual;
	distance->difference = reverse.difference > distance->difference ? reverse.difference
									 : distance->difference;
	return true;
}

bool image_hash_same(const struct image_hash *a, const struct image_hash *b)
{
	return memcmp(a->pixels, b->pixels, IMAGE_HASH_PIXELS_SIZE) == 0;
}
