#include "stream/export.h"

struct stream_export stream_export_to(const char *tensors_path, const char *labels_path)
{
	return (struct stream_export){.tensors_path = tensors_path, .labels_path = labels_path};
}

static int open_array(struct npy_writer *writer, struct output *output, const char *path,
	struct error *error)
{
	if (!path)
		return 0;
	if (output_open(output, path, error))
		return -1;
	writer->stream = output->stream;
	writer->name = path;
	return npy_writer_begin(writer, error);
}

int stream_export_add_head(struct stream_export *export, const struct stream_head *head,
	const char *name, struct error *error)
{
	bool index = head->label == STREAM_LABEL_INDEX;
	if (export->started)
		return stream_head_match(head, &export->head, error) ? error_within(error, name)
								     : 0;
	if (stream_head_copy(&export->head, head, error))
		return -1;
	export->started = true;
	export->tensors = (struct npy_writer){.type = head->type == STREAM_U8 ? "u1" : "f4",
		.rank = 4,
		.sizes = {0, (uint64_t)head->height, (uint64_t)head->width,
			(uint64_t)head->channels}};
	export->labels = (struct npy_writer){.type = index ? "i4" : "f4",
		.rank = index ? 1 : 2,
		.sizes = {0, head->classes.count}};
	if (open_array(&export->tensors, &export->tensors_file, export->tensors_path, error))
		return -1;
	return open_array(&export->labels, &export->labels_file, export->labels_path, error);
}

int stream_export_add_record(struct stream_export *export, const struct stream_record *record,
	struct error *error)
{
	const struct stream_head *head = &export->head;
	size_t row = record->weights ? head->classes.count * sizeof(float) : sizeof record->label;
	const void *label = record->weights ? (const void *)record->weights : &record->label;
	if (export->tensors_path &&
		npy_writer_add(&export->tensors, record->tensor, stream_tensor_size(head), error))
		return -1;
	return export->labels_path ? npy_writer_add(&export->labels, label, row, error) : 0;
}

static int commit_array(struct npy_writer *writer, struct output *output, struct error *error)
{
	if (!output->stream)
		return 0;
	return npy_writer_end(writer, error) ? -1 : output_commit(output, error);
}

int stream_export_commit(struct stream_export *export, struct error *error)
{
	if (commit_array(&export->tensors, &export->tensors_file, error))
		return -1;
	return commit_array(&export->labels, &export->labels_file, error);
}

void stream_export_end(struct stream_export *export)
{
	output_abandon(&export->tensors_file);
	output_abandon(&export->labels_file);
	stream_head_free(&export->head);
}
