/* The training log, and the paths in a model card. */
#include "train/card.h"
#include "train/log.h"

#include "base/file.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static void history(void)
{
	struct training_log log = {0};
	struct error error;
	const struct epoch_result epochs[] = {
		{1, 0.75, 0.5, true, 0.625, 0.75, 1e-3, 100, 1.5},
		{2, 0.5, 0.625, true, 0.5, 0.875, 1e-3, 123.45, 1.25},
		{3, 0.25, 0.75, true, 0.75, 0.875, 1e-3, 120, 1.25},
		{4, 0.25, 0.875, false, 0, 0, 1e-3, 120, 1.25},
	};
	for (int i = 0; i < 4; i++)
		ok(training_log_add(&log, &epochs[i], &error) == 0, "add epoch %d", i + 1);
	char path[4096];
	snprintf(path, sizeof path, "%s/history.tsv", scratch());
	ok(training_log_write(&log, path, &error) == 0, "write");
	unsigned char *text;
	size_t size;
	ok(file_read(path, 4096, &text, &size, &error) == 0, "read");
	is_text((char *)text,
		"epoch\tloss\taccuracy\tval_loss\tval_accuracy\tlearning_rate\timages_per_"
		"second\tseconds\n"
		"1\t0.75\t0.500000\t0.625\t0.750000\t0.001\t100.0\t1.50\n"
		"2\t0.5\t0.625000\t0.5\t0.875000\t0.001\t123.5\t1.25\n"
		"3\t0.25\t0.750000\t0.75\t0.875000\t0.001\t120.0\t1.25\n"
		"4\t0.25\t0.875000\t\t\t0.001\t120.0\t1.25\n",
		"history.tsv");
	free(text);
	log.count = 3;
	is_integer(training_log_best(&log)->epoch, 2,
		"best: the higher accuracy, then the lower loss");
	training_log_free(&log);
}

static void shortened_paths(void)
{
	static const char *const cases[][2] = {
		{"-o modele/x_model a.tens", "-o modele/x_model a.tens"},
		{"-o /home/me/x_model /data/a.tens", "-o x_model a.tens"},
		{"--validation=/data/a.tens", "--validation=a.tens"},
		{"-o '/home/me and you/x model' b", "-o 'x model' b"},
		{"a/b/c 1/2", "a/b/c 1/2"},
		{"/", ""},
		{"'/data/it'\\''s'", "'it'\\''s'"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char line[128];
		snprintf(line, sizeof line, "%s", cases[i][0]);
		card_shorten_paths(line);
		is_text(line, cases[i][1], cases[i][0]);
	}
}

int main(void)
{
	history();
	shortened_paths();
	return done();
}
