/* tensor-info: what is in tensor streams; verify them, export them. */
#include "base/file.h"
#include "common/tool.h"
#include "image/contact_sheet.h"
#include "stream/npy.h"
#include "stream/summary.h"

#include <string.h>

static bool verify, list_records, as_json;
static const char *npy_path, *labels_path, *png_path;
static int png_count = 64;

static const struct option_row rows[] = {
	{0, "verify", OPTION_FLAG, &verify, NULL, "only say whether each stream is whole and right", 0, 0, NULL},
	{0, "records", OPTION_FLAG, &list_records, NULL, "a line of TSV for each record", 0, 0, NULL},
	{0, "json", OPTION_FLAG, &as_json, NULL, "a line of JSON for each stream", 0, 0, NULL},
	{0, "npy", OPTION_TEXT, &npy_path, "FILE", "write the tensors of all streams as one NumPy array", 0, 0, NULL},
	{0, "labels", OPTION_TEXT, &labels_path, "FILE", "write their labels as a NumPy array", 0, 0, NULL},
	{0, "png", OPTION_TEXT, &png_path, "FILE", "write a contact sheet of the first records", 0, 0, NULL},
	{0, "count", OPTION_INTEGER, &png_count, "N", "records on the contact sheet", 1, 65536, NULL},
	TOOL_END,
};

static const struct options options = {"tensor-info", "[FILE...]",
	"Shows, verifies and exports tensor streams.", rows};

/* What is exported, from all streams together. */
struct export {
	bool started;
	struct stream_head head; /* what all streams must match */
	struct output tensors_file, labels_file;
	struct npy tensors, labels;
	struct contact_sheet sheet;
};

static bool exporting(void)
{
	return npy_path || labels_path || png_path;
}

static int start_npy(struct npy *npy, struct output *output, const char *path, struct error *error)
{
	if (!path)
		return 0;
	if (output_open(output, path, error))
		return -1;
	npy->stream = output->stream;
	npy->name = path;
	return npy_begin(npy, error);
}

static int start_export(struct export *export, const struct stream_head *head, struct error *error)
{
	bool index = head->label == STREAM_LABEL_INDEX;
	if (export->started)
		return stream_head_match(head, &export->head, error);
	if (stream_head_copy(&export->head, head, error))
		return -1;
	export->started = true;
	export->sheet = contact_sheet_start(head->width, head->height, head->channels, head->minimum, head->maximum);
	export->tensors = (struct npy){.type = head->type == STREAM_U8 ? "u1" : "f4", .rank = 4,
		.sizes = {0, (uint64_t)head->height, (uint64_t)head->width, (uint64_t)head->channels}};
	export->labels = (struct npy){.type = index ? "i4" : "f4", .rank = index ? 1 : 2,
		.sizes = {0, head->classes.count}};
	return start_npy(&export->tensors, &export->tensors_file, npy_path, error) ||
		start_npy(&export->labels, &export->labels_file, labels_path, error) ? -1 : 0;
}

static int export_record(struct export *export, const struct stream_record *record, struct error *error)
{
	const struct stream_head *head = &export->head;
	if (npy_path && npy_add(&export->tensors, record->tensor, stream_tensor_size(head), error))
		return -1;
	size_t row = record->weights ? head->classes.count * sizeof(float) : sizeof record->label;
	const void *label = record->weights ? (const void *)record->weights : &record->label;
	if (labels_path && npy_add(&export->labels, label, row, error))
		return -1;
	if (!png_path || export->sheet.count >= png_count)
		return 0;
	return head->type == STREAM_U8 ? contact_sheet_add_u8(&export->sheet, record->tensor, error)
				       : contact_sheet_add_f32(&export->sheet, record->tensor, error);
}

static int write_sheet(const struct contact_sheet *sheet, struct error *error)
{
	struct image image;
	if (sheet->count == 0)
		return error_set(error, png_path, "there are no records to show");
	if (contact_sheet_draw(sheet, &image, error))
		return -1;
	int result = image_write_png(&image, png_path, error);
	image_free(&image);
	return result;
}

static int finish_npy(struct npy *npy, struct output *output, struct error *error)
{
	if (!output->stream)
		return 0;
	if (npy_end(npy, error))
		return -1;
	return output_commit(output, error);
}

/* Exports are whole or not at all: after a failure nothing takes its final name. */
static int finish_export(struct export *export, bool good, struct error *error)
{
	int result = 0;
	if (good && export->started)
		result = finish_npy(&export->tensors, &export->tensors_file, error) ||
			finish_npy(&export->labels, &export->labels_file, error) ||
			(png_path && write_sheet(&export->sheet, error)) ? -1 : 0;
	output_abandon(&export->tensors_file);
	output_abandon(&export->labels_file);
	contact_sheet_free(&export->sheet);
	stream_head_free(&export->head);
	return result;
}

static int read_records(struct stream_reader *reader, const struct stream_head *head,
	struct stream_summary *summary, struct export *export, struct error *error)
{
	struct stream_record record;
	int result;
	while ((result = stream_next_record(reader, &record, error)) == 1) {
		stream_summary_add_record(summary, &record);
		if (list_records)
			stream_record_print(head, &record, stdout);
		if (exporting() && export_record(export, &record, error))
			return -1;
	}
	memcpy(summary->digest, stream_data_digest(reader), sizeof summary->digest);
	return result;
}

static int read_stream(struct stream_reader *reader, struct stream_summary *summary, struct export *export,
	struct error *error)
{
	const struct stream_head *head;
	int result;
	while ((result = stream_next_segment(reader, &head, error)) == 1) {
		if (stream_summary_add_head(summary, head, error) ||
			(exporting() && start_export(export, head, error)))
			return error_within(error, stream_name(reader));
		if (read_records(reader, head, summary, export, error))
			return -1;
	}
	return result;
}

static int print_summary(const struct stream_summary *summary, const char *name, struct error *error)
{
	if (verify) {
		text_write_field(stdout, name);
		puts(": OK");
	}
	if (as_json)
		return stream_summary_print_json(summary, name, stdout, error);
	if (!verify && !list_records && !exporting())
		stream_summary_print(summary, name, stdout);
	return 0;
}

static int look_into(const char *path, struct export *export, struct error *error)
{
	struct stream_reader *reader;
	struct stream_summary summary = {0};
	if (stream_open(&reader, path, error))
		return -1;
	int result = read_stream(reader, &summary, export, error);
	if (result == 0)
		result = print_summary(&summary, stream_name(reader), error);
	stream_summary_free(&summary);
	stream_close(reader);
	return result;
}

int main(int argc, char **argv)
{
	static char *standard_input[] = {"-"};
	struct export export = {.tensors_file = {.slot = -1}, .labels_file = {.slot = -1}};
	struct error error;
	int first = tool_start(&options, argc, argv), status = EXIT_DONE;
	if (list_records + as_json > 1)
		tool_usage("--records", "can't be given together with --json");
	char **paths = first < argc ? argv + first : standard_input;
	int count = first < argc ? argc - first : 1;

	for (int i = 0; i < count; i++)
		if (look_into(paths[i], &export, &error))
			status = tool_error(&error);

	if (finish_export(&export, status == EXIT_DONE, &error))
		status = tool_error(&error);
	return tool_finish(status);
}
