/* Image hashes compared with those of NumPy and of a direct implementation, and near-duplicates. */
#include "image/image_hash.h"

#include "base/bytes.h"
#include "base/digest.h"
#include "tap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error error;

static struct image blank(int width, int height)
{
	struct image image;
	if (image_create(&image, width, height, 3, &error))
		abort();
	return image;
}

/* As tests/fixtures/image/make_hashes.py draws it. */
static struct image draw(int width, int height, int number)
{
	struct image image = blank(width, height);
	unsigned char *p = image.pixels;
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++)
			for (int c = 0; c < 3; c++) {
				int wave = (x * (3 + number) / 2 + y * (5 - number) +
						   c * 40 * number) %
					256;
				int blocks = ((x * 5 / width) * 7 + (y * 4 / height) * 11 +
						     number * 13) *
					(c + 1) * 29 % 256;
				*p++ = (unsigned char)(((wave < 0 ? wave + 256 : wave) +
							       3 * blocks) /
					4);
			}
	return image;
}

static struct image_hash hash_of(const struct image *image)
{
	struct image_hash hash;
	if (image_inspect_pixels(image, &image_hash_inspection, &hash, &error))
		abort();
	return hash;
}

static void reference(void)
{
	int width, height, number, count = 0;
	char pixels[33], got[200], expected[200];
	unsigned long long look[4];
	FILE *lines = fopen(fixture("image/hashes.tsv"), "r");
	if (!lines)
		abort();
	while (fscanf(lines, "%d %d %d %32s %llx %llx %llx %llx", &width, &height, &number, pixels,
		       &look[0], &look[1], &look[2], &look[3]) == 8) {
		struct image image = draw(width, height, number);
		struct image_hash hash = hash_of(&image);
		char hex[33], name[80];
		digest_hex(hash.pixels, sizeof hash.pixels, hex);
		snprintf(got, sizeof got, "%s %016llx %016llx %016llx %016llx", hex,
			(unsigned long long)hash.visual.perceptual,
			(unsigned long long)hash.visual.difference,
			(unsigned long long)hash.mirrored.perceptual,
			(unsigned long long)hash.mirrored.difference);
		snprintf(expected, sizeof expected, "%s %016llx %016llx %016llx %016llx", pixels,
			look[0], look[1], look[2], look[3]);
		snprintf(name, sizeof name, "%d x %d: the hashes are NumPy's", width, height);
		is_text(got, expected, name);
		image_free(&image);
		count++;
	}
	fclose(lines);
	ok(count >= 9, "%d pictures", count);
}

static struct image mirrored(const struct image *image)
{
	struct image out = blank(image->width, image->height);
	for (int y = 0; y < image->height; y++)
		for (int x = 0; x < image->width; x++)
			memcpy(out.pixels + 3 * (y * image->width + x),
				image->pixels + 3 * (y * image->width + image->width - 1 - x), 3);
	return out;
}

/* ---- by definition, pixel by pixel ---- */

enum { SIDE = 32 };

/* Units of pixel `pixel`, of SIDE each, that lie in cell `part`, which is `size` units wide. */
static int shared(int pixel, int part, int size)
{
	int from = pixel * SIDE > part * size ? pixel * SIDE : part * size;
	int to = (pixel + 1) * SIDE < (part + 1) * size ? (pixel + 1) * SIDE : (part + 1) * size;
	return to > from ? to - from : 0;
}

static void average(const struct image *image, int64_t grid[SIDE][SIDE])
{
	int width = image->width, height = image->height;
	memset(grid, 0, SIDE * sizeof *grid);
	const unsigned char *p = image->pixels;
	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++, p += 3)
			for (int v = y * SIDE / height; v < SIDE && shared(y, v, height); v++)
				for (int u = x * SIDE / width; u < SIDE && shared(x, u, width); u++)
					grid[v][u] += (int64_t)(19595 * p[0] + 38470 * p[1] +
							      7471 * p[2]) *
						shared(y, v, height) * shared(x, u, width);
	for (int i = 0; i < SIDE * SIDE; i++)
		grid[i / SIDE][i % SIDE] =
			(grid[i / SIDE][i % SIDE] / ((int64_t)width * height) + 128) / 256;
}

static int64_t wave(int k, int n)
{
	return llround(65536 * cos(acos(-1) * k * (2 * n + 1) / (2 * SIDE)));
}

static uint64_t perceptual(int64_t grid[SIDE][SIDE])
{
	int64_t low[64] = {0}, below = 0, above = 0;
	uint64_t hash = 0;
	for (int i = 0; i < 64; i++)
		for (int y = 0; y < SIDE; y++)
			for (int x = 0; x < SIDE; x++)
				low[i] += grid[y][x] * wave(i / 8, y) * wave(i % 8, x);
	for (int i = 0; i < 64; i++) { /* the two in the middle, by how many there are below, of
		                          equal ones the first */
		int rank = 0;
		for (int j = 0; j < 64; j++)
			rank += low[j] < low[i] || (low[j] == low[i] && j < i);
		below = rank == 31 ? low[i] : below;
		above = rank == 32 ? low[i] : above;
	}
	for (int i = 0; i < 64; i++)
		hash |= (uint64_t)(2 * low[i] > below + above) << i;
	return hash;
}

static uint64_t difference(int64_t grid[SIDE][SIDE])
{
	int64_t parts[8][9] = {{0}};
	uint64_t hash = 0;
	for (int y = 0; y < SIDE; y++)
		for (int unit = 0; unit < 9 * SIDE; unit++)
			parts[y / 4][unit / SIDE] += grid[y][unit / 9];
	for (int i = 0; i < 64; i++)
		hash |= (uint64_t)(parts[i / 8][i % 8] < parts[i / 8][i % 8 + 1]) << i;
	return hash;
}

static struct visual_hash visual_hash_of(const struct image *image)
{
	int64_t grid[SIDE][SIDE];
	average(image, grid);
	return (struct visual_hash){perceptual(grid), difference(grid)};
}

static bool same_visual_hash(const struct visual_hash *a, const struct visual_hash *b)
{
	return a->perceptual == b->perceptual && a->difference == b->difference;
}

/* Whether the hashes are those by definition. */
static bool by_definition(const struct image *image)
{
	size_t size = 3 * (size_t)image->width * (size_t)image->height;
	unsigned char *bytes = malloc(8 + size), digest[DIGEST_SIZE];
	struct image_hash hash = hash_of(image);
	struct image mirror = mirrored(image);
	struct visual_hash look = visual_hash_of(image), back = visual_hash_of(&mirror);
	if (!bytes)
		abort();
	store_u32(bytes, (uint32_t)image->width);
	store_u32(bytes + 4, (uint32_t)image->height);
	memcpy(bytes + 8, image->pixels, size);
	digest_of(bytes, 8 + size, digest);
	free(bytes);
	image_free(&mirror);
	return memcmp(digest, hash.pixels, sizeof hash.pixels) == 0 &&
		same_visual_hash(&look, &hash.visual) && same_visual_hash(&back, &hash.mirrored);
}

/* Fewer pixels than cells, whole cells, split ones, and more rows of a cell than are added up at
 * once. */
static void definition(void)
{
	static const struct {
		int width, height;
	} sizes[] = {{1, 1}, {1, 100}, {100, 1}, {31, 33}, {33, 31}, {32, 32}, {2, 2000},
		{3, 32 * 257}, {3, 32 * 257 + 1}, {5, 32 * 514}, {7, 16500},
		{1, IMAGE_SIDE_MAXIMUM}, {IMAGE_SIDE_MAXIMUM, 1}, {2047, 65}, {320, 240}};
	for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
		struct image image = draw(sizes[i].width, sizes[i].height, (int)i);
		ok(by_definition(&image), "%d x %d: the hashes are those by definition",
			image.width, image.height);
		memset(image.pixels + 3 * image.width, 255,
			3 * (size_t)image.width * (size_t)(image.height - 1));
		ok(by_definition(&image), "  so with the largest sums");
		image_free(&image);
	}
}

static void alike(void)
{
	struct image image = draw(301, 203, 6), other = draw(301, 203, 3),
		     mirror = mirrored(&image), small;
	struct image_resize_options options = {.width = 120,
		.height = 90,
		.filter = IMAGE_BILINEAR};
	struct hash_distance distance;
	if (image_resize(&image, &options, &small, &error))
		abort();
	struct image_hash whole = hash_of(&image), shrunk = hash_of(&small),
			  left = hash_of(&mirror), different = hash_of(&other);
	ok(image_hash_same(&whole, &whole) && !image_hash_same(&whole, &shrunk),
		"one pixel more is another picture");
	ok(image_hash_alike(&whole, &shrunk, 8, &distance) && !distance.mirrored,
		"but a smaller one is alike (%d, %d bits)", distance.perceptual,
		distance.difference);
	ok(image_hash_alike(&whole, &left, 8, &distance) && distance.mirrored,
		"so is one mirrored");
	is_integer(distance.perceptual + distance.difference, 0, "  in every bit");
	ok(left.visual.perceptual == whole.mirrored.perceptual &&
			left.mirrored.difference == whole.visual.difference,
		"  whose hashes are those of the mirror image");
	ok(image_hash_alike(&shrunk, &left, 8, &distance) &&
			image_hash_alike(&left, &shrunk, 8, &distance),
		"  and one both smaller and mirrored, either way round");
	ok(!image_hash_alike(&whole, &different, 8, &distance), "another picture is not");
	image_free(&image);
	image_free(&other);
	image_free(&mirror);
	image_free(&small);
}

/* A square on white, `side` of 320 pixels wide. */
static struct image_hash square(int side, int notch)
{
	struct image image = blank(320, 320);
	memset(image.pixels, 255, 3 * 320 * 320);
	for (int y = 0; y < side; y++)
		memset(image.pixels + 3 * (320 * (160 - side / 2 + y) + 160 - side / 2),
			y < notch ? 200 : 90, 3 * (size_t)side);
	struct image_hash hash = hash_of(&image);
	image_free(&image);
	return hash;
}

static void plain(void)
{
	struct image white = blank(50, 40), dark = blank(50, 40);
	struct hash_distance distance;
	memset(white.pixels, 255, 50 * 40 * 3);
	memset(dark.pixels, 7, 50 * 40 * 3);
	struct image_hash a = hash_of(&white), b = hash_of(&dark), c = square(20, 0);
	ok(a.plain && b.plain && !c.plain, "one colour is plain, a square on white isn't");
	ok(!image_hash_alike(&a, &b, 16, &distance) && !image_hash_alike(&a, &a, 16, &distance),
		"plain pictures are near-duplicates of none");
	ok(image_hash_same(&a, &a) && !image_hash_same(&a, &b),
		"  and equal by their pixels alone");
	struct image_hash d = c;
	d.visual.perceptual ^= 0x1f; /* 5 bits */
	d.mirrored.perceptual ^= 0x1f;
	ok(!image_hash_alike(&c, &d, 8, &distance),
		"of a small object on a large background 5 bits are too many");
	d.visual.perceptual ^= 1;
	ok(image_hash_alike(&c, &d, 8, &distance), "  and 4 are not");
	image_free(&white);
	image_free(&dark);
}

int main(void)
{
	reference();
	definition();
	alike();
	plain();
	return done();
}
