/* IDX files, the format of MNIST and its descendants.
 *
 * Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits". Big-endian: two zero bytes,
 * 0x08 (unsigned bytes), the number of dimensions, a 32-bit size for each, then the values. */
#ifndef DATASET_IDX_H
#define DATASET_IDX_H

#include "dataset/class_folders.h"

struct idx_images {
	int width, height;
	size_t count;
	unsigned char *pixels; /* count x height x width, grey; owned */
};

/* Reads a file of images and the file of their labels, plain or compressed by gzip. Appends to `files` an
 * entry per image, named "FILE#number" from 0, with its label. Where `files` holds classes already there must be one for
 * every label; else they are named by their numbers, "0", "1", ...
 * Returns 0, or -1 (cut, not IDX, of different counts, over 1 GiB of pixels); *images is then empty. */
CHECKED int idx_read(const char *images_path, const char *labels_path, struct idx_images *images,
	struct dataset_files *files, struct error *error);

/* Frees the pixels and leaves no images. */
void idx_free(struct idx_images *images);

#endif
