/* Weights of classes: balanced, of check-dataset's table, and of plain lines. */
#include "train/class_weights.h"

#include "base/file.h"
#include "dataset/check.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static struct error error;

static char *class_names[] = {"cat", "back\\slash", "dog"};
static const struct text_list classes = {.items = class_names, .count = 3};

static int read_text(float weights[3], const char *text)
{
	char *path = file_join(scratch(), "weights");
	if (!path || output_bytes(path, text, strlen(text), &error))
		abort();
	int result = class_weights_read(weights, &classes, path, &error);
	free(path);
	return result;
}

static void accepted(const char *text, const char *name)
{
	float weights[3];
	ok(read_text(weights, text) == 0 && weights[0] == 0.5f && weights[1] == 2 &&
			weights[2] == 1.25f,
		"%s", name);
}

static void refused(const char *text, const char *object, const char *reason)
{
	float weights[3];
	char name[128], whole[64];
	snprintf(name, sizeof name, "refused: %s %s", object, reason);
	is_integer(read_text(weights, text), -1, name);
	snprintf(whole, sizeof whole, "/weights: %s", object);
	ok(strlen(error.object) > strlen(whole) &&
			strcmp(error.object + strlen(error.object) - strlen(whole), whole) == 0,
		"  at %s", error.object);
	is_text(error.reason, reason, "  with the reason");
}

static void balance(void)
{
	float weights[4];
	class_weights_balance(weights, (double[]){1, 3, 0, 4}, 4);
	ok(weights[0] == 2 && weights[1] == 8 / 12.0f && weights[2] == 1 && weights[3] == 0.5f,
		"balanced: 8 records / (4 classes * 1, 3, 0, 4), 1 without records");
	class_weights_balance(weights, (double[]){0.5, 1.5}, 2);
	ok(weights[0] == 2 && weights[1] == 2 / 3.0f, "soft labels");
	class_weights_balance(weights, (double[]){0, 0}, 2);
	ok(weights[0] == 1 && weights[1] == 1, "no record at all");
}

/* What check-dataset prints, which the caller frees. */
static char *print_check(const struct dataset_check *check)
{
	char *text;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	if (!stream)
		abort();
	dataset_check_write(check, stream);
	if (fclose(stream))
		abort();
	return text;
}

static void table_of_check_dataset(void)
{
	struct undecodable_file undecodable = {.name = "dog/broken.jpg", .label = 2};
	struct check_finding finding = {.kind = CHECK_UNDECODABLE,
		.name = undecodable.name,
		.label = 2,
		.undecodable = &undecodable};
	struct check_class counts[] = {{8, 8, 0.5, false}, {2, 1, 2, true}, {4, 4, 1.25, false}};
	struct split split = {.classes = classes};
	struct dataset_check check = {.split = &split,
		.findings = &finding,
		.count = 1,
		.classes = counts};
	error_set(&undecodable.error, "x", "has a\ttab");
	char *text = print_check(&check);
	accepted(text, "what check-dataset prints");
	free(text);
	check.count = 0;
	text = print_check(&check);
	accepted(text, "  without findings");
	free(text);
	counts[0].weight = 0;
	text = print_check(&check);
	refused(text, "line 4: cat", "'0.0000' is not a weight: a finite number above 0");
	free(text);
}

int main(void)
{
	balance();
	table_of_check_dataset();
	accepted("cat\t0.5\nback\\\\slash\t2\ndog\t1.25\n", "plain lines");
	accepted("\r\ndog\t1.25\r\n\r\nback\\\\slash\t2e0\r\ncat\t0.5", "  in another order");
	accepted("weight\tx\tclass\n0.5\t\tcat\n2\t\tback\\\\slash\n1."
		 "25\t\tdog\n\na\tb\tc\n1\t2\t3\n",
		"a table with its columns in another order, and another behind it");
	refused("", "cat", "has no weight");
	refused("a\tb\tc\ncat\t1\t1\n", "cat", "has no weight");
	refused("cat\t1\ndog\t1\n", "back\\slash", "has no weight");
	refused("cat\t1\nDog\t1\n", "line 2: Dog", "is not a class of the stream");
	refused("cat\t1\n\ncat\t1\n", "line 3: cat", "has more than one weight");
	refused("cat\t1\ndog\n", "line 2: line", "does not have 2 fields");
	refused("class\tweight\ncat\t1\t1\n", "line 2: line", "does not have 2 fields");
	static const char *const numbers[] = {"0", "-1", "nan", "inf", "1e99", "1e-99", "", "1x"};
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		char text[32], reason[80];
		snprintf(text, sizeof text, "dog\t1\ncat\t%s\n", numbers[i]);
		snprintf(reason, sizeof reason, "'%s' is not a weight: a finite number above 0",
			numbers[i]);
		refused(text, "line 2: cat", reason);
	}
	refused("cat\\q\t1\n", "line 1: cat\\q", "has an unknown escape");
	float weights[3];
	is_integer(class_weights_read(weights, &classes, scratch(), &error), -1,
		"a folder is an error");
	return done();
}
