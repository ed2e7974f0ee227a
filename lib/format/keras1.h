/* Configs of layers as Keras 1 wrote them. */
#ifndef FORMAT_KERAS1_H
#define FORMAT_KERAS1_H

#include "base/error.h"

#include <jansson.h>

/* Renames the keys of a layer's config to those of Keras 2 (https://keras.io, legacy interfaces):
 * nb_filter is filters, nb_row and nb_col are kernel_size, and so on, and its regularizers to
 * objects of L1L2. Others stay. The values of dim_ordering become those of data_format, but for
 * "th", which stays. -1 without memory. */
CHECKED int keras1_rename(json_t *config);

#endif
