/* Measures of image quality: brightness, contrast, sharpness. */
#ifndef IMAGE_IMAGE_MEASURE_H
#define IMAGE_IMAGE_MEASURE_H

#include "image/image.h"

enum { IMAGE_MEASURE_SIDE = 256 };

/* All of luma (ITU-R BT.601, 0 to 255), of the picture shrunk so that its longer side is at most
 * IMAGE_MEASURE_SIDE. */
struct image_measures {
	double brightness; /* mean */
	double contrast;   /* standard deviation */
	double sharpness;  /* variance of the Laplacian [0 1 0; 1 -4 1; 0 1 0] (J. Pech-Pacheco et
	                      al., ICPR 2000) */
};

/* Computes the struct image_measures of a picture. One less than 3 pixels wide or high has
 * sharpness 0. */
extern const struct image_inspection image_measure_inspection;

#endif
