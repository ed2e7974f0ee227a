/* history.tsv: columns by name, missing values, the best epoch, and invalid files. */
#include "base/file.h"
#include "base/text.h"
#include "explain/history.h"
#include "tap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct history history;
static struct error error;
static char path[256];

static int read_text(const char *text)
{
	if (output_bytes(path, text, strlen(text), &error))
		return -2;
	return history_read(&history, path, &error);
}

static void is_refused(const char *text, const char *reason)
{
	int result = read_text(text);
	ok(result == -1 && history.count == 0 && !history.epoch, "refused: %s", reason);
	is_text(error.reason, reason, "reason");
}

static void good_files(void)
{
	ok(read_text("epoch\tloss\taccuracy\tval_loss\tval_accuracy\tlearning_rate\n"
		     "1\t0.5\t0.6\t0.7\t0.8\t0.001\n"
		     "2\t0.25\t0.7\t0.4\t0.9\t0.001\n"
		     "3\t0.125\t0.8\t0.3\t0.9\t0.001\n"
		     "4\t0.1\t0.9\t0.2\t0.875\t0.001\n") == 0,
		"reads a history");
	is_integer(history.count, 4, "four epochs");
	is_integer(history.epoch[3], 4, "their numbers");
	is_near(history.values[HISTORY_VALIDATION_LOSS][1], 0.4, 0, "validation loss");
	is_integer(history_best(&history), 2, "best: highest accuracy, then lowest loss");
	history_free(&history);
	ok(read_text("loss\tepoch\n0.5\t7\nnan\t8\n\t9\n0.2\t10\n") == 0,
		"columns in another order, values missing");
	ok(isnan(history.values[HISTORY_LOSS][1]) && isnan(history.values[HISTORY_LOSS][2]),
		"nan and empty are not measured");
	ok(!history_has(&history, HISTORY_VALIDATION_LOSS) && history_has(&history, HISTORY_LOSS),
		"what was measured");
	is_integer(history_best(&history), 3, "best by training loss where there is no validation");
	history_free(&history);
}

int main(void)
{
	snprintf(path, sizeof path, "%s/history.tsv", scratch());
	good_files();
	is_refused("", "is not a history: its first line does not name the columns epoch and loss");
	is_refused("epoch\taccuracy\n1\t0.5\n",
		"is not a history: its first line does not name the columns epoch and loss");
	is_refused("epoch\tloss\n", "contains no epoch");
	is_refused("epoch\tloss\n1\t0.5\nx\t0.5\n", "line 3: no epoch number");
	is_refused("epoch\tloss\n1\t0.5\n2\t0.5e\n", "line 3: no number for loss");
	is_refused("epoch\tloss\n1\n", "line 2: no number for loss");
	ok(history_read(&history, "/nowhere/history.tsv", &error) == -1, "a missing file");
	return done();
}
