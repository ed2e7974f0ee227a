/* What there is to answer: pictures, folders of pictures and tensor streams, turned into batches. */
#ifndef PREDICT_INPUTS_H
#define PREDICT_INPUTS_H

#include "base/bad_inputs.h"
#include "base/digest_table.h"
#include "dataset/class_folders.h"
#include "model/model.h"
#include "predict/answers.h"
#include "stream/stream.h"

struct inputs {
	const struct model *model;       /* the caller's, as is bad */
	struct bad_inputs *bad;
	bool labelled;                   /* folders hold class folders, and no label may be unknown to the model */
	bool files_only;                 /* streams are bad inputs */
	struct dataset_files files;
	struct text_list results;        /* names of what is written about each */
	struct digest_table taken;       /* these, and those of the records so far */
	size_t next;                     /* file */
	struct stream_reader *reader;    /* the stream being read, if any */
	const struct stream_head *head;  /* of its segment; NULL before the first */
	int *map;                        /* the model's class for each of the segment's, -1: none */
	bool gave_records;               /* that stream did */
	bool cut;                        /* a stream turned out bad that had */
};

/* Finds the files that the operands stand for ("-": standard input): a file itself, of a folder all below it. What
 * can't be read is a bad input. The caller fills in model, bad, labelled and files_only, all else being zero. Returns
 * 0 or -1; the inputs are the caller's to free either way. */
CHECKED int inputs_find(struct inputs *inputs, char *const *operands, int count, struct error *error);

/* Fills an empty batch as far as there is something left, with targets where labels are known. A file that is no stream
 * is not looked at (answers_run). Of a stream that turns out bad, what came before counts. Returns 1; 0 when nothing
 * was left; -1. */
CHECKED int inputs_fill(struct inputs *inputs, struct answers *answers, struct error *error);

void inputs_free(struct inputs *inputs);

#endif
