/* Names given by the user: found, or refused with a list of the valid ones, which is truncated if
 * it is long. */
#include "explain/choose.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error error;
static struct explain_plan plan;
static struct text_list labels;

static void add_labels(void)
{
	if (text_list_add(&labels, "cat", &error) || text_list_add(&labels, "7", &error))
		exit(1);
}

static void build(void)
{
	struct graph graph = {.name = "small", .input = {4, 4, 3, false}};
	struct layer conv = layer_defaults(LAYER_CONVOLUTION, "conv"),
		     mean = layer_defaults(LAYER_GLOBAL_AVERAGE_POOLING, "mean");
	conv.filters = 2;
	conv.kernel_height = conv.kernel_width = 1;
	if (graph_append(&graph, &conv, &error) < 0 || graph_append(&graph, &mean, &error) < 0 ||
		network_create(&plan.network, &graph, NETWORK_EXPLAIN, 1, NULL, &error))
		exit(1);
	graph_free(&graph);
	plan.labels = &labels;
	add_labels();
}

static int choose(const char *class_name, const char *layer, const char *filter)
{
	struct explain_choice choice = {"model", class_name, layer, filter, false};
	return explain_choose(&plan, &choice, &error);
}

static void found(void)
{
	ok(choose("cat", NULL, NULL) == 0 && plan.target.node == 2 && plan.target.unit == 0,
		"a class by its name");
	ok(choose("7", NULL, NULL) == 0 && plan.target.unit == 1, "by a name that is a number");
	ok(choose("0", NULL, NULL) == 0 && plan.target.unit == 0, "by its number");
	ok(choose(NULL, "conv", "1") == 0 && plan.target.node == 0 && plan.target.unit == 1,
		"a filter");
	ok(choose(NULL, NULL, NULL) == 0 && plan.target.unit == EXPLAIN_PREDICTED,
		"or the predicted class");
}

static void named(void)
{
	char shortest[65], longest[66];
	memset(shortest, 'x', sizeof shortest);
	memset(longest, 'y', sizeof longest);
	shortest[64] = longest[65] = 0;
	char expected[80];
	snprintf(expected, sizeof expected, "-class-%s", shortest);
	ok(text_list_add(&labels, shortest, &error) == 0 &&
			text_list_add(&labels, longest, &error) == 0,
		"classes of long names");
	is_integer(choose("0", NULL, NULL), 0, "a class");
	is_text(plan.chosen, "-class-cat", "is called by its name, however it was given");
	is_integer(choose(NULL, "0", "1"), 0, "a filter");
	is_text(plan.chosen, "-layer-conv-filter-1", "is called by its layer and number");
	is_integer(choose("cat", "conv", NULL), 0, "a layer and a class");
	is_text(plan.chosen, "-layer-conv-class-cat", "are both named");
	is_integer(choose(shortest, NULL, NULL), 0, "a name of 64 bytes");
	is_text(plan.chosen, expected, "stands");
	is_integer(choose(longest, NULL, NULL), 0, "one of 65");
	is_text(plan.chosen, "-class-3", "is told by its index");
	is_integer(choose(NULL, NULL, NULL), 0, "nothing chosen");
	is_text(plan.chosen, "", "is not named");
}

static void refused(void)
{
	ok(choose("2", NULL, NULL) == -1, "a number too large");
	is_text(error.reason, "has no class '2', but cat, 7", "the classes");
	ok(choose(NULL, "dense", NULL) == -1, "no such layer");
	is_text(error.reason, "has no layer 'dense', but conv, mean", "the layers");
	ok(choose(NULL, "conv", "2") == -1, "no such filter");
	is_text(error.reason, "has no filter '2'", "without a list");
	char asked[400];
	memset(asked, 'x', sizeof asked - 1);
	asked[sizeof asked - 1] = 0;
	for (int i = 0; i < 300; i++) {
		char name[16];
		snprintf(name, sizeof name, "class %d", i);
		if (text_list_add(&labels, name, &error))
			return;
	}
	size_t length = choose(asked, NULL, NULL) == -1 ? strlen(error.reason) : 0;
	ok(length > 400 && length < sizeof error.reason - 1,
		"a list of many classes and a long name fit");
	is_text(error.reason + length - 5, ", ...", "the list ends in ...");
}

int main(void)
{
	build();
	found();
	refused();
	text_list_free(&labels);
	add_labels();
	named();
	network_destroy(plan.network);
	text_list_free(&labels);
	return done();
}
