/* Inputs of prediction: pictures, folders of pictures and tensor streams, as batches. */
#ifndef PREDICT_INPUTS_H
#define PREDICT_INPUTS_H

#include "base/bad_inputs.h"
#include "base/digest_table.h"
#include "dataset/class_folders.h"
#include "model/model.h"
#include "predict/prediction_batch.h"
#include "stream/stream.h"

struct inputs {
	const struct model *model; /* the caller's, as is bad */
	struct bad_inputs *bad;
	bool labelled; /* folders contain class folders; a label unknown to the model is an error */
	bool files_only; /* streams are bad inputs */
	struct dataset_files files;
	struct text_list output_names;  /* base names of the output files of each */
	struct digest_table used_names; /* output names of files and of the records so far */
	size_t next;                    /* index of the next file */
	struct stream_reader *reader;   /* of the current stream, or NULL */
	const struct stream_head *head; /* of its segment; NULL before the first */
	int *class_map;                 /* class of the segment to class of the model; -1: none */
	bool has_records;               /* the current stream had records */
	bool truncated;                 /* a stream was invalid after its first records */
};

/* Lists the files of the operands ("-": standard input): a file itself, all files below a folder.
 * One that can't be read is a bad input. The caller sets model, bad, labelled and files_only; all
 * else is zero. Returns 0 or -1; the inputs are the caller's to free either way. */
CHECKED int inputs_find(struct inputs *inputs, char *const *operands, int count,
	struct error *error);

/* Fills an empty batch with the next inputs, and with targets if labels are known. Picture files
 * are read later (prediction_batch_read). The records before an error in a stream are valid.
 * Returns 1; 0 if no inputs are left; -1. */
CHECKED int inputs_fill(struct inputs *inputs, struct prediction_batch *batch, struct error *error);

/* The largest batch that operands need, at most `most`: as many as there are, where each is a file
 * of one picture. A network for fewer pictures takes less memory, which a single one would have
 * touched here and there. */
int inputs_batch_size(char *const *operands, int count, int most);

void inputs_free(struct inputs *inputs);

#endif
