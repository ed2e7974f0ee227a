#include "nn/arena.h"

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

enum { ALIGNMENT = 64, SLACK = 64 };

static const size_t arena_limit = SIZE_MAX / 4;

static void *arena_take(struct arena *arena, size_t count, size_t size)
{
	if (arena->used > arena_limit || count > arena_limit / size) {
		arena->used = arena_limit + 1;
		return NULL;
	}
	char *place = arena->base ? arena->base + arena->used : NULL;
	arena->used += (count * size + SLACK + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	return place;
}

float *arena_floats(struct arena *arena, size_t count)
{
	return arena_take(arena, count, sizeof(float));
}

double *arena_doubles(struct arena *arena, size_t count)
{
	return arena_take(arena, count, sizeof(double));
}

uint8_t *arena_bytes(struct arena *arena, size_t count)
{
	return arena_take(arena, count, 1);
}

bool arena_is_full(const struct arena *arena)
{
	return arena->used > arena_limit;
}

/* Page faults of thousands of small pages take longer than a forward pass, and TLB misses slow
 * training. This is advice: where the system has no huge pages, nothing changes. */
static void use_huge_pages(char *memory, size_t size)
{
	enum { HUGE_PAGE = 2 << 20 };
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE),
		  first = ((uintptr_t)memory + page - 1) / page * page;
	if (size >= HUGE_PAGE)
		madvise((void *)first, (uintptr_t)memory + size - first, MADV_HUGEPAGE);
}

void *arena_allocate(struct arena *arena)
{
	/* calloc's pages are allocated when first touched: a batch may be smaller than the
	 * largest. */
	char *memory = arena_is_full(arena) ? NULL : calloc(1, arena->used + ALIGNMENT);
	if (!memory)
		return NULL;
	use_huge_pages(memory, arena->used);
	arena->base = memory + (ALIGNMENT - (uintptr_t)memory % ALIGNMENT);
	arena->used = 0;
	return memory;
}

/* ---- places ---- */

/* Floats that a place takes, a multiple of a cache line, and the slack after it. */
static size_t size_of(const struct place *place)
{
	enum { LINE = ALIGNMENT / sizeof(float) };
	return (place->count + SLACK / sizeof(float) + LINE - 1) / LINE * LINE;
}

static bool overlap(const struct place *a, const struct place *b)
{
	return a->first <= b->last && b->first <= a->last;
}

/* The lowest offset where `place` fits among `count` others, which are sorted by offset. */
static size_t lowest_offset(const struct place *place, struct place *const *others, int count)
{
	size_t offset = 0, size = size_of(place);
	for (int i = 0; i < count; i++) {
		const struct place *other = others[i];
		if (!overlap(place, other))
			continue;
		if (other->offset >= offset + size)
			break;
		if (other->offset + size_of(other) > offset)
			offset = other->offset + size_of(other);
	}
	return offset;
}

/* The largest first; equal ones in their order. */
static int compare_places(const void *first, const void *second)
{
	const struct place *a = *(struct place *const *)first, *b = *(struct place *const *)second;
	return a->count != b->count ? (a->count < b->count ? 1 : -1) : (a < b ? -1 : a > b);
}

/* Places number `n` of the sorted ones, and moves it among those before it, by offset. */
static size_t place_next(struct place **sorted, int n)
{
	struct place *place = sorted[n];
	place->offset = lowest_offset(place, sorted, n);
	for (; n > 0 && sorted[n - 1]->offset > place->offset; n--)
		sorted[n] = sorted[n - 1];
	sorted[n] = place;
	return place->offset + size_of(place);
}

size_t arena_share(struct place *places, int count)
{
	size_t total = 0;
	struct place **sorted = malloc(((size_t)count + 1) * sizeof *sorted);
	for (int i = 0; sorted && i < count; i++)
		sorted[i] = &places[i];
	if (sorted)
		qsort(sorted, (size_t)count, sizeof *sorted, compare_places);
	for (int n = 0; sorted && n < count && total < arena_limit / sizeof(float); n++) {
		size_t end = sorted[n]->count < arena_limit / sizeof(float) ? place_next(sorted, n)
									    : SIZE_MAX;
		total = end > total ? end : total;
	}
	bool good = sorted && total < arena_limit / sizeof(float);
	free(sorted);
	return good ? total : SIZE_MAX;
}
