/* Inside lib/image: elementwise sums of rows of bytes. */
#ifndef IMAGE_ROW_SUMS_H
#define IMAGE_ROW_SUMS_H

#include <stddef.h>
#include <stdint.h>

enum { ROW_SUMS_MAXIMUM = 257 }; /* rows of bytes whose sums fit in 16 bits */

/* Adds row[count] to sums[count]. The block size is fixed, so that the compiler vectorizes the
 * loop. */
static inline void row_sums_add(uint16_t *restrict sums, const unsigned char *restrict row,
	size_t count)
{
	enum { BLOCK = 64 };
	for (; count >= BLOCK; count -= BLOCK, sums += BLOCK, row += BLOCK)
		for (int i = 0; i < BLOCK; i++)
			sums[i] = (uint16_t)(sums[i] + row[i]);
	for (size_t i = 0; i < count; i++)
		sums[i] = (uint16_t)(sums[i] + row[i]);
}

#endif
