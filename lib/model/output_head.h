/* The end of a classifier's network: a probability for each label.
 *
 * Many networks end with logits, since their loss applies softmax or sigmoid itself; others have a
 * single sigmoid for two labels. The graph is completed once, when a model is opened or trained, so
 * that whatever predicts, evaluates, explains, exports or saves it finds probabilities. The layers
 * that are added have no weights. */
#ifndef MODEL_OUTPUT_HEAD_H
#define MODEL_OUTPUT_HEAD_H

#include "graph/graph.h"

/* What follows outputs that are not probabilities yet. */
enum output_activation { OUTPUT_AUTO, OUTPUT_SOFTMAX, OUTPUT_SIGMOID, OUTPUT_LINEAR };
extern const char *const output_activation_names[]; /* NULL-terminated, for options */

/* What outputs trained with this loss need, by the name that cnn-train or Keras has for it:
 * OUTPUT_SOFTMAX for a categorical cross-entropy ("categorical", "SparseCategoricalCrossentropy"),
 * OUTPUT_SIGMOID for a binary one, OUTPUT_LINEAR for a mean squared error; OUTPUT_AUTO for others
 * and NULL. */
enum output_activation output_activation_of_loss(const char *loss);

struct output_request {
	const char *model;              /* its name, for messages */
	size_t labels;                  /* 0: not known */
	enum output_activation wished;  /* by the user; OUTPUT_AUTO: nothing */
	enum output_activation trained; /* what the loss needs, where nothing is wished */
};

struct output_head {
	int outputs; /* values of one output vector, now */
	enum output_activation
		appended;       /* OUTPUT_AUTO: nothing, the outputs are probabilities already */
	bool is_assumed;        /* neither wished nor known from a loss */
	bool has_paired_logits; /* z became the softmax of (-z/2, z/2) */
};

/* What tools say of a head that is assumed: format with the name of `appended` and the option. */
#define OUTPUT_ASSUMED_TEXT "ends without softmax or sigmoid: %s is taken; see --%s"

/* Completes a graph whose input has no free sides.
 *
 * Outputs that are neither those of a softmax or sigmoid nor means of such, as an ensemble has
 * them, get the activation that is wished, else the one that they were trained for, else softmax,
 * or sigmoid if there is one output. A vector of one pixel only: other outputs stay.
 *
 * One output for two labels is p = P(second): the outputs become (1 - p, p). For p = sigmoid(z)
 * that is the softmax of (-z/2, z/2), whose categorical cross-entropy is the binary one of z.
 *
 * -1: shapes that do not fit, too many layers, a wish that the outputs rule out; the graph is then
 * still the caller's to free. */
CHECKED int output_complete(struct graph *graph, const struct output_request *request,
	struct output_head *head, struct error *error);

#endif
