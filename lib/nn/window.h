/* Inside lib/nn: where windows lie on their input. */
#ifndef NN_WINDOW_H
#define NN_WINDOW_H

#include "graph/layer.h"

/* Offset and extent of all windows over a padded input (TensorFlow's rule: the odd pixel is added
 * at the bottom and right). */
struct window {
	int top, left;     /* padding above and to the left */
	int height, width; /* of the padded input, as far as windows reach */
};

struct window window_of(const struct layer *layer, struct shape in, struct shape out);

/* Whether a window reaches beyond the input. */
static inline bool window_is_padded(struct window window, struct shape in)
{
	return window.top || window.left || window.height > in.height || window.width > in.width;
}

#endif
