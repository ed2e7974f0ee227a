#include "stream/rearrange.h"

#include "base/random.h"
#include "stream/shards.h"
#include "stream/sorter.h"

#include <string.h>

struct rearrange_job {
	struct stream_rearrangement *rearrangement;
	struct stream_join *join;
	struct stream_head head;      /* of the output */
	uint32_t pass;                /* being read; head.pass is being written */
	bool pass_open;               /* the pass being written has no end yet */
	uint32_t passes;              /* passes begun */
	struct stream_sorter *sorter; /* NULL: records are written as they are read */
	struct stream_shards shards;
	uint64_t selected; /* selected records of the pass */
};

/* ---- records ---- */

/* Reads the next record of the pass that is selected and may be sampled; its number is
 * job->selected - 1. Returns 1, 0, or -1. */
static int next_record(struct rearrange_job *job, struct stream_record *record, struct error *error)
{
	struct stream_rearrangement *rearrangement = job->rearrangement;
	const struct stream_head *head;
	int result;
	while ((result = stream_join_next_record(job->join, record, &head, error)) == 1) {
		progress_update(rearrangement->progress, ++rearrangement->read, "");
		if (!stream_select_matches(&rearrangement->select, head, record))
			continue;
		if (stream_join_map_label(job->join, record, error))
			return -1;
		uint64_t number = job->selected++;
		result = stream_sample_offer(&rearrangement->sample, number, error);
		if (result == 0)
			continue;
		if (result < 0)
			return -1;
		record->id = rearrangement->renumber ? number : record->id;
		return 1;
	}
	return result;
}

static int write_record(struct rearrange_job *job, const struct stream_record *record,
	struct error *error)
{
	job->rearrangement->written++;
	return stream_shards_write(&job->shards, record, error);
}

static int write_as_read(struct rearrange_job *job, struct error *error)
{
	struct stream_record record;
	int result;
	while ((result = next_record(job, &record, error)) == 1)
		if (write_record(job, &record, error))
			return -1;
	return result;
}

static uint64_t sort_key(const struct rearrange_job *job, uint64_t number)
{
	if (!job->rearrangement->shuffle)
		return number;
	struct random random =
		random_start(job->rearrangement->seed, RANDOM_ORDER, number, job->pass);
	uint64_t high = random_u32(&random);
	return high << 32 | random_u32(&random);
}

static int buffer_records(struct rearrange_job *job, struct error *error)
{
	struct stream_record record;
	int result;
	while ((result = next_record(job, &record, error)) == 1) {
		uint64_t number = job->selected - 1;
		if (stream_sorter_add(job->sorter, sort_key(job, number), number, &record, error))
			return -1;
	}
	return result;
}

static int write_sorted(struct rearrange_job *job, struct error *error)
{
	struct stream_record record;
	uint64_t number;
	int result;
	while ((result = stream_sorter_next(job->sorter, &record, &number, error)) == 1)
		if (stream_sample_takes(&job->rearrangement->sample, number) &&
			write_record(job, &record, error))
			return -1;
	return result;
}

/* ---- passes ---- */

static int end_pass(struct rearrange_job *job, bool more, struct error *error)
{
	bool pass_open = job->pass_open;
	job->pass_open = false;
	return pass_open ? stream_shards_end_pass(&job->shards, more, error) : 0;
}

/* A pass is ended only when the next one begins: if reading that fails, the reader of a pipe must
 * not take this pass for the complete result. */
static int begin_pass(struct rearrange_job *job, uint64_t total, struct error *error)
{
	if (end_pass(job, true, error))
		return -1;
	job->head.pass = job->pass;
	job->head.segment = job->passes++;
	job->pass_open = true;
	return stream_shards_begin_pass(&job->shards, &job->head, total,
		stream_join_has_next_pass(job->join), error);
}

static int write_pass(struct rearrange_job *job, struct error *error)
{
	const struct stream_sample *sample = &job->rearrangement->sample;
	job->selected = 0;
	stream_sample_restart(&job->rearrangement->sample);
	if (job->sorter && buffer_records(job, error))
		return -1;
	uint64_t total = !job->sorter ? 0
		: sample->size        ? sample->count
				      : stream_sorter_count(job->sorter);
	if (begin_pass(job, total, error))
		return -1;
	return job->sorter ? write_sorted(job, error) : write_as_read(job, error);
}

/* Refuses selected classes that no stream has, which are likely misspelt. */
static int check_selection(const struct rearrange_job *job, struct error *error)
{
	const struct text_list *selected = &job->rearrangement->select.classes,
			       *existing = stream_join_all_classes(job->join);
	for (size_t i = 0; i < selected->count; i++)
		if (text_list_find(existing, selected->items[i]) < 0)
			return error_set(error, selected->items[i], "is a class of no stream");
	return 0;
}

static int open_streams(struct rearrange_job *job, struct error *error)
{
	struct stream_rearrangement *rearrangement = job->rearrangement;
	if (stream_join_open(&job->join, rearrangement->paths, rearrangement->count,
		    rearrangement->join, &rearrangement->classes, error) ||
		check_selection(job, error) ||
		stream_head_copy(&job->head, stream_join_head(job->join), error) ||
		stream_head_add_history(&job->head, "tensor-cat", rearrangement->arguments,
			rearrangement->seed, error))
		return -1;
	bool needs_sorting =
		rearrangement->shuffle || rearrangement->shards > 1 || rearrangement->sample.size;
	if (needs_sorting &&
		stream_sorter_create(&job->sorter, &job->head, rearrangement->memory, error))
		return -1;
	rearrangement->sample.seed = rearrangement->seed;
	return stream_shards_open(&job->shards, rearrangement->output, rearrangement->shards,
		rearrangement->codec, error);
}

static int write_passes(struct rearrange_job *job, struct error *error)
{
	struct stream_rearrangement *rearrangement = job->rearrangement;
	while (stream_join_next_pass(job->join)) {
		job->pass = stream_join_head(job->join)->pass;
		if (write_pass(job, error))
			return -1;
	}
	if (stream_select_report_unmatched(&rearrangement->select, rearrangement->bad, error))
		return -1;
	if (rearrangement->read && !rearrangement->written)
		return error_set(error, job->shards.names[0], "none of %llu records was selected",
			(unsigned long long)rearrangement->read);
	if (end_pass(job, false, error))
		return -1;
	return stream_shards_commit(&job->shards, error);
}

static void finish_progress(const struct stream_rearrangement *rearrangement)
{
	char note[48];
	snprintf(note, sizeof note, "%llu written", (unsigned long long)rearrangement->written);
	progress_finish(rearrangement->progress, rearrangement->read, note);
}

int stream_rearrange(struct stream_rearrangement *rearrangement, struct error *error)
{
	struct rearrange_job job = {.rearrangement = rearrangement};
	rearrangement->read = rearrangement->written = 0;
	progress_start(rearrangement->progress, "", "records", 0);
	int result = open_streams(&job, error);
	if (result == 0)
		result = write_passes(&job, error);
	if (result == 0)
		finish_progress(rearrangement);
	stream_shards_end(&job.shards);
	stream_sorter_free(job.sorter);
	stream_head_free(&job.head);
	stream_join_close(job.join);
	return result;
}

void stream_rearrangement_free(struct stream_rearrangement *rearrangement)
{
	text_list_free(&rearrangement->classes);
	stream_select_free(&rearrangement->select);
	stream_sample_free(&rearrangement->sample);
}
