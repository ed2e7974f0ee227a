#include "stream/rearrange.h"

#include "base/random.h"
#include "stream/shards.h"
#include "stream/sorter.h"

#include <string.h>

struct work {
	struct stream_rearrangement *to_do;
	struct stream_join *join;
	struct stream_head head;       /* of the output */
	uint32_t pass;                 /* being read; that of the head is the one being written */
	bool begun;                    /* which still has no end */
	uint32_t passes;               /* begun */
	struct stream_sorter *sorter;  /* NULL: records needn't wait for later ones */
	struct stream_shards shards;
	uint64_t taken;                /* records of the pass */
};

/* ---- records ---- */

/* Returns 1 and the next record of the pass that is to be written or to wait, its number in work->taken - 1; 0; -1. */
static int next_record(struct work *work, struct stream_record *record, struct error *error)
{
	struct stream_rearrangement *to_do = work->to_do;
	const struct stream_head *head;
	int result;
	while ((result = stream_join_next_record(work->join, record, &head, error)) == 1) {
		progress_update(to_do->progress, ++to_do->read, "");
		if (!stream_select_takes(&to_do->select, head, record))
			continue;
		if (stream_join_label(work->join, record, error))
			return -1;
		uint64_t number = work->taken++;
		result = stream_sample_offer(&to_do->sample, number, error);
		if (result == 0)
			continue;
		if (result < 0)
			return -1;
		record->id = to_do->renumber ? number : record->id;
		return 1;
	}
	return result;
}

static int write_record(struct work *work, const struct stream_record *record, struct error *error)
{
	work->to_do->written++;
	return stream_shards_write(&work->shards, record, error);
}

static int write_as_read(struct work *work, struct error *error)
{
	struct stream_record record;
	int result;
	while ((result = next_record(work, &record, error)) == 1)
		if (write_record(work, &record, error))
			return -1;
	return result;
}

static uint64_t key(const struct work *work, uint64_t number)
{
	if (!work->to_do->shuffle)
		return number;
	struct random random = random_start(work->to_do->seed, RANDOM_ORDER, number, work->pass);
	uint64_t high = random_u32(&random);
	return high << 32 | random_u32(&random);
}

static int sort_records(struct work *work, struct error *error)
{
	struct stream_record record;
	int result;
	while ((result = next_record(work, &record, error)) == 1) {
		uint64_t number = work->taken - 1;
		if (stream_sorter_add(work->sorter, key(work, number), number, &record, error))
			return -1;
	}
	return result;
}

static int write_sorted(struct work *work, struct error *error)
{
	struct stream_record record;
	uint64_t number;
	int result;
	while ((result = stream_sorter_next(work->sorter, &record, &number, error)) == 1)
		if (stream_sample_takes(&work->to_do->sample, number) && write_record(work, &record, error))
			return -1;
	return result;
}

/* ---- passes ---- */

static int end_pass(struct work *work, bool more, struct error *error)
{
	bool begun = work->begun;
	work->begun = false;
	return begun ? stream_shards_end_pass(&work->shards, more, error) : 0;
}

/* A pass gets its end only when the next one begins: where that fails, a reader of a pipe shall not take this one for
 * the whole. */
static int begin_pass(struct work *work, uint64_t total, struct error *error)
{
	if (end_pass(work, true, error))
		return -1;
	work->head.pass = work->pass;
	work->head.segment = work->passes++;
	work->begun = true;
	return stream_shards_begin_pass(&work->shards, &work->head, total, stream_join_has_next_pass(work->join), error);
}

static int write_pass(struct work *work, struct error *error)
{
	const struct stream_sample *sample = &work->to_do->sample;
	work->taken = 0;
	stream_sample_restart(&work->to_do->sample);
	if (work->sorter && sort_records(work, error))
		return -1;
	uint64_t total = !work->sorter ? 0 : sample->wanted ? sample->count : stream_sorter_count(work->sorter);
	if (begin_pass(work, total, error))
		return -1;
	return work->sorter ? write_sorted(work, error) : write_as_read(work, error);
}

/* A class that no stream has is a misspelt one. */
static int check_selection(const struct work *work, struct error *error)
{
	const struct text_list *wanted = &work->to_do->select.classes, *met = stream_join_classes(work->join);
	for (size_t i = 0; i < wanted->count; i++)
		if (text_list_find(met, wanted->items[i]) < 0)
			return error_set(error, wanted->items[i], "is a class of no stream");
	return 0;
}

static int prepare(struct work *work, struct error *error)
{
	struct stream_rearrangement *to_do = work->to_do;
	if (stream_join_open(&work->join, to_do->paths, to_do->count, to_do->how, &to_do->classes, error) ||
		check_selection(work, error) || stream_head_copy(&work->head, stream_join_head(work->join), error) ||
		stream_head_add_history(&work->head, "tensor-cat", to_do->arguments, to_do->seed, error))
		return -1;
	bool wait = to_do->shuffle || to_do->shards > 1 || to_do->sample.wanted;
	if (wait && stream_sorter_create(&work->sorter, &work->head, to_do->memory, error))
		return -1;
	to_do->sample.seed = to_do->seed;
	return stream_shards_open(&work->shards, to_do->output, to_do->shards, to_do->codec, error);
}

static int write_passes(struct work *work, struct error *error)
{
	struct stream_rearrangement *to_do = work->to_do;
	while (stream_join_next_pass(work->join)) {
		work->pass = stream_join_head(work->join)->pass;
		if (write_pass(work, error))
			return -1;
	}
	if (stream_select_report_unmet(&to_do->select, to_do->bad, error))
		return -1;
	if (to_do->read && !to_do->written)
		return error_set(error, work->shards.names[0], "none of %llu records was taken",
			(unsigned long long)to_do->read);
	if (end_pass(work, false, error))
		return -1;
	return stream_shards_commit(&work->shards, error);
}

static void finish_progress(const struct stream_rearrangement *to_do)
{
	char note[48];
	snprintf(note, sizeof note, "%llu written", (unsigned long long)to_do->written);
	progress_finish(to_do->progress, to_do->read, note);
}

int stream_rearrange(struct stream_rearrangement *to_do, struct error *error)
{
	struct work work = {.to_do = to_do};
	to_do->read = to_do->written = 0;
	progress_start(to_do->progress, "", "records", 0);
	int result = prepare(&work, error);
	if (result == 0)
		result = write_passes(&work, error);
	if (result == 0)
		finish_progress(to_do);
	stream_shards_end(&work.shards);
	stream_sorter_free(work.sorter);
	stream_head_free(&work.head);
	stream_join_close(work.join);
	return result;
}

void stream_rearrangement_free(struct stream_rearrangement *rearrangement)
{
	text_list_free(&rearrangement->classes);
	stream_select_free(&rearrangement->select);
	stream_sample_free(&rearrangement->sample);
}
