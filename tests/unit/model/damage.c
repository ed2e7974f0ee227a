/* Whole models with one byte changed: an answer, or one line; never a crash, more than five seconds
 * or more than 300 MB. Of each file every 127th byte; `damage.t 1` changes each in turn, which
 * takes minutes. */
#include "model_files.h"

#include "sandbox/confine.h"

#include <sys/resource.h>
#include <time.h>

enum { STEP = 127, SECONDS_MAXIMUM = 5, MEGABYTES_MAXIMUM = 300 };

struct tally {
	int answers, refusals, others;
	double longest; /* seconds */
};

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Predicts for a black picture. */
static void answer(struct network *network)
{
	float *input = calloc(shape_count(network_graph(network)->input), sizeof *input),
	      *got = calloc((size_t)network_outputs(network), sizeof *got);
	if (!input || !got)
		exit(1);
	network_forward(network, input, 1, NULL, got);
	free(input);
	free(got);
}

static void try_file(const struct content *file, struct tally *tally)
{
	struct model model;
	struct error error = {0};
	double start = now();
	write_content(file);
	int result = model_load(&model, scratch_path(file->name),
		&(struct model_options){.mode = NETWORK_PREDICT, .batch = 1}, &error);
	if (result == 0) {
		answer(model.network);
		model_free(&model);
		tally->answers++;
	} else if (*error.object && *error.reason && !strchr(error.reason, '\n'))
		tally->refusals++;
	else
		tally->others++;
	double seconds = now() - start;
	tally->longest = seconds > tally->longest ? seconds : tally->longest;
}

static void damage(struct content file, size_t step)
{
	struct tally tally = {0};
	unsigned char *bytes = file.bytes;
	for (size_t at = 0; at < file.size; at += step) {
		unsigned char before = bytes[at];
		bytes[at] ^= (unsigned char)(1 + at % 255);
		try_file(&file, &tally);
		bytes[at] = before;
	}
	ok(tally.answers > 0 && tally.refusals > 0 && tally.others == 0,
		"%s: %d answers, %d refusals, %d of neither", file.name, tally.answers,
		tally.refusals, tally.others);
	ok(tally.longest <= SECONDS_MAXIMUM, "in at most %.2f s", tally.longest);
	free(file.bytes);
}

static void check_memory(int who, const char *name)
{
	struct rusage usage;
	getrusage(who, &usage);
	ok(!CONFINE_POSSIBLE || usage.ru_maxrss >> 10 < MEGABYTES_MAXIMUM, "%s has at most %ld MB",
		name, usage.ru_maxrss >> 10);
}

int main(int argc, char **argv)
{
	size_t step = argc > 1 ? strtoul(argv[1], NULL, 10) : STEP;
	if (step < 1)
		return 2;
	damage(fixture_content("net.h5", "graphs/functional_chain.h5"), step);
	damage(fixture_content("net.keras", "graphs/logits.keras"), step);
	check_memory(RUSAGE_CHILDREN, "the process that parses");
	check_memory(RUSAGE_SELF, "this one");
	return done();
}
