/* For one test program: counts its allocations. */
#ifndef TESTS_UNIT_NN_ALLOCATIONS_H
#define TESTS_UNIT_NN_ALLOCATIONS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

/* Counts allocations by the C library; the sanitizer has its own allocator. */
static atomic_int allocations;
#if defined __SANITIZE_ADDRESS__
#define COUNTS_ALLOCATIONS false
#else
#define COUNTS_ALLOCATIONS true
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
	allocations++;
	return __libc_realloc(old, size);
}
#endif

#endif
