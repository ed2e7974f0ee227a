#include "architectures/builder.h"

#include "base/text.h"

#include <string.h>

/* Keras' public weights are for 0.35 to 1.4. */
#define ALPHA_LEAST 0.1
#define ALPHA_MOST 4.0

static const struct {
	const char *name;
	bool has_alpha;
	const struct architecture *architecture;
} NAMES[] = {
#define ROW(name, parameter) {#name, sizeof parameter > 1, &architecture_of_##name},
	ARCHITECTURES(ROW)
#undef ROW
};

/* Its row in NAMES; -1: there is none. */
static int find(const char *name)
{
	size_t length = strcspn(name, ":");
	for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++)
		if (strlen(NAMES[i].name) == length && strncmp(NAMES[i].name, name, length) == 0)
			return (int)i;
	return -1;
}

bool architecture_is_builtin(const char *name)
{
	return find(name) >= 0;
}

enum activation_kind architecture_default_output(const char *name)
{
	int row = find(name);
	return row >= 0 && NAMES[row].architecture == &architecture_of_original
		? ACTIVATION_SIGMOID
		: ACTIVATION_SOFTMAX;
}

static int read_alpha(double *alpha, const char *name, bool has_alpha, struct error *error)
{
	const char *colon = strchr(name, ':');
	if (!has_alpha)
		return colon ? error_set(error, name, "has no width multiplier: %.*s",
				       (int)(colon - name), name)
			     : 0;
	if (!colon)
		return error_set(error, name, "needs a width multiplier, as %s:1.0", name);
	if (!text_to_real(colon + 1, alpha) || !(*alpha >= ALPHA_LEAST && *alpha <= ALPHA_MOST))
		return error_set(error, name, "its width multiplier is not a number from %g to %g",
			ALPHA_LEAST, ALPHA_MOST);
	return 0;
}

static int check_size(const struct architecture *architecture, const char *name, struct shape input,
	struct error *error)
{
	int smallest = architecture->smallest;
	return input.height >= smallest && input.width >= smallest
		? 0
		: error_set(error, name, "takes images of at least %dx%d; these have %dx%d",
			  smallest, smallest, input.width, input.height);
}

/* Of 0 classes: the front alone. */
static int build_all(struct graph *out, const char *name, struct shape input, int classes,
	enum activation_kind output, struct error *error)
{
	struct builder builder = {out, error, {GRAPH_INPUT, input}, 0, 0};
	int row = find(name);
	if (row < 0)
		return error_set(error, name, "is none of " ARCHITECTURES_LISTED "and no file");
	const struct architecture *architecture = NAMES[row].architecture;
	if (read_alpha(&builder.alpha, name, NAMES[row].has_alpha, error) ||
		check_size(architecture, name, input, error))
		return -1;
	if (classes && architecture->is_signed)
		build_rescaling(&builder, "rescaling", (float)(1 / 127.5), -1);
	architecture->build_front(&builder);
	if (classes && architecture->build_head)
		architecture->build_head(&builder, classes, output);
	return classes && !architecture->build_head && builder.result == 0
		? architecture_append_head(out, classes, architecture->dropout, output, error)
		: builder.result;
}

int architecture_build(struct graph *out, const char *name, struct shape input, int classes,
	enum activation_kind output, struct error *error)
{
	*out = (struct graph){.input = input};
	int result = build_all(out, name, input, classes, output, error);
	if (result)
		graph_free(out);
	return result;
}

int architecture_front(struct graph *out, const char *name, struct shape input, struct error *error)
{
	return architecture_build(out, name, input, 0, ACTIVATION_LINEAR, error);
}
