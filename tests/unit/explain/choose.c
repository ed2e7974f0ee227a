/* Names given by the user: found, or refused with a list of the valid ones, which is truncated if it is long. */
#include "explain/choose.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct error error;
static struct explain_plan plan;
static struct text_list labels;

static void build(void)
{
	struct layer layers[] = {
		{.kind = LAYER_CONVOLUTION, .name = "conv", .filters = 2, .kernel_height = 1, .kernel_width = 1,
			.stride_height = 1, .stride_width = 1},
		{.kind = LAYER_GLOBAL_AVERAGE_POOLING, .name = "mean"}};
	struct architecture architecture = {"small", {4, 4, 3}, 2, layers};
	if (network_create(&plan.network, &architecture, NETWORK_EXPLAIN, 1, NULL, &error) ||
		text_list_add(&labels, "cat", &error) || text_list_add(&labels, "7", &error))
		exit(1);
	plan.labels = &labels;
}

static int choose(const char *class_name, const char *layer, const char *filter)
{
	struct explain_choice choice = {"model", class_name, layer, filter, false};
	return explain_choose(&plan, &choice, &error);
}

static void found(void)
{
	ok(choose("cat", NULL, NULL) == 0 && plan.target.layer == 2 && plan.target.unit == 0, "a class by its name");
	ok(choose("7", NULL, NULL) == 0 && plan.target.unit == 1, "by a name that is a number");
	ok(choose("0", NULL, NULL) == 0 && plan.target.unit == 0, "by its number");
	ok(choose(NULL, "conv", "1") == 0 && plan.target.layer == 0 && plan.target.unit == 1, "a filter");
	ok(choose(NULL, NULL, NULL) == 0 && plan.target.unit == EXPLAIN_PREDICTED, "or the predicted class");
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
	ok(length > 400 && length < sizeof error.reason - 1, "a list of many classes and a long name fit");
	is_text(error.reason + length - 5, ", ...", "the list ends in ...");
}

int main(void)
{
	build();
	found();
	refused();
	network_destroy(plan.network);
	text_list_free(&labels);
	return done();
}
