/* Layers with Keras' defaults, and graphs of them, for tests: those of make_torch_graphs.py.
 * Programs end where a graph cannot be made. */
#ifndef TESTS_UNIT_GRAPHS_H
#define TESTS_UNIT_GRAPHS_H

#include "nn/network.h"

#include <stdbool.h>

/* ---- layers: kernel sides, then strides ---- */

struct layer make_layer(struct graph *graph, enum layer_kind kind); /* with a name of its own */
struct layer make_convolution(struct graph *graph, int filters, int height, int width, int stride,
	enum padding padding, enum activation_kind activation);
struct layer make_depthwise(struct graph *graph, int multiplier, int side, int stride,
	enum padding padding, enum activation_kind activation);
struct layer make_separable(struct graph *graph, int filters, int multiplier, int side, int stride,
	enum padding padding, enum activation_kind activation);
struct layer make_dense(struct graph *graph, int units, enum activation_kind activation);
struct layer make_activation(struct graph *graph, enum activation_kind activation);
struct layer make_batch_normalization(struct graph *graph); /* momentum 0.9 */
struct layer make_pool(struct graph *graph, enum layer_kind kind, int side, int stride,
	enum padding padding);
struct layer make_places(struct graph *graph, enum layer_kind kind, int top, int bottom, int left,
	int right);
struct layer make_up_sampling(struct graph *graph, int height, int width,
	enum interpolation interpolation);

/* ---- nodes: each returns its index ---- */

int append_to(struct graph *graph, int node, struct layer layer); /* a layer that reads `node` */
int use_again(struct graph *graph, int node, int first); /* the layer of node `first` on `node` */
int append_join(struct graph *graph, enum layer_kind kind, int first, int second);
int append_concatenation(struct graph *graph, const int *nodes, int count);

/* ---- graphs, to be freed ---- */

struct graph residual_graph(void);   /* (12, 10, 3) to 4 classes */
struct graph frozen_graph(void);     /* the same: its first block frozen, and weights penalised */
struct graph excitation_graph(void); /* squeeze-and-excite, (14, 11, 3) to 3 classes */

struct graph twin_graph(void);   /* one convolution used three times, (9, 10, 3) */
struct graph blocks_graph(void); /* separable, dilated, grouped and depthwise, with pools */

/* The node of the residual graph that three others read. */
enum { RESIDUAL_SEVERAL = 9 };

#endif
