/* tensor-info: shows, verifies and exports tensor streams. */
#include "common/files.h"
#include "common/tool.h"
#include "dataset/extract.h"
#include "image/contact_sheet.h"
#include "stream/export.h"
#include "stream/summary.h"

static bool verify, list_records, as_json, quiet;
static const char *npy_path, *labels_path, *png_path, *folder;
static int png_count = 64;

static const struct option_row rows[] = {
	{0, "verify", OPTION_FLAG, &verify, NULL,
		"only verify that each stream is complete and valid", 0, 0, NULL},
	{0, "records", OPTION_FLAG, &list_records, NULL, "print a line of TSV per record", 0, 0,
		NULL},
	{0, "json", OPTION_FLAG, &as_json, NULL, "print a line of JSON per stream", 0, 0, NULL},
	{0, "npy", OPTION_OUTPUT, &npy_path, "FILE",
		"write the tensors of all streams as one NumPy array", 0, 0, NULL},
	{0, "labels", OPTION_OUTPUT, &labels_path, "FILE",
		"write the labels of all streams as a NumPy array", 0, 0, NULL},
	{0, "png", OPTION_OUTPUT, &png_path, "FILE", "write a contact sheet of the first records",
		0, 0, NULL},
	{'n', "count", OPTION_INTEGER, &png_count, "N", "number of records on the contact sheet", 1,
		65536, NULL},
	{0, "extract", OPTION_OUTPUT_FOLDER, &folder, "DIR",
		"write the records as pictures in class folders", 0, 0, NULL},
	TOOL_QUIET(quiet),
	TOOL_END,
};

static const struct options options = {"tensor-info", "[FILE...]",
	"Shows, verifies and exports tensor streams.", rows, NULL};

/* The exports of all streams. */
struct exports {
	struct stream_export arrays;
	struct contact_sheet sheet;
	struct extraction extraction;
	const char *stream; /* name of the stream being read */
};

static bool has_exports(void)
{
	return npy_path || labels_path || png_path || folder;
}

static int add_to_sheet(struct contact_sheet *sheet, const struct stream_head *head,
	const void *tensor, struct error *error)
{
	if (sheet->count >= png_count)
		return 0;
	return head->type == STREAM_U8 ? contact_sheet_add_u8(sheet, tensor, error)
				       : contact_sheet_add_f32(sheet, tensor, error);
}

static int export_record(void *context, const struct stream_head *head,
	const struct stream_record *record, struct error *error)
{
	struct exports *exports = context;
	if (record && list_records)
		stream_record_print(head, record, stdout);
	if (!has_exports())
		return 0;
	if (!record && !exports->arrays.started)
		exports->sheet = contact_sheet_start(head->width, head->height, head->channels,
			head->minimum, head->maximum);
	if (!record)
		return stream_export_add_head(&exports->arrays, head, exports->stream, error);
	if (png_path && add_to_sheet(&exports->sheet, head, record->tensor, error))
		return -1;
	if (folder && extract_add(&exports->extraction, head, record, error))
		return error_within(error, exports->stream);
	return stream_export_add_record(&exports->arrays, record, error);
}

static int print_summary(const struct stream_summary *summary, const char *name,
	struct error *error)
{
	if (verify) {
		text_write_field(stdout, name);
		puts(": OK");
	}
	if (as_json)
		return stream_summary_print_json(summary, name, stdout, error);
	if (!verify && !list_records && !has_exports())
		stream_summary_print(summary, name, stdout);
	return 0;
}

static int process_stream(const char *path, struct exports *exports, struct error *error)
{
	struct stream_reader *reader;
	struct stream_summary summary = {0};
	if (stream_open(&reader, path, error))
		return -1;
	exports->stream = stream_name(reader);
	int result = stream_summary_read(&summary, reader, export_record, exports, error);
	if (result == 0)
		result = print_summary(&summary, stream_name(reader), error);
	stream_summary_free(&summary);
	stream_close(reader);
	return result;
}

static int commit_exports(struct exports *exports, struct error *error)
{
	if (stream_export_commit(&exports->arrays, error))
		return -1;
	if (png_path && exports->sheet.count == 0)
		return error_set(error, png_path, "there are no records to show");
	if (png_path && contact_sheet_write_png(&exports->sheet, png_path, error))
		return -1;
	return folder ? extract_commit(&exports->extraction, error) : 0;
}

int main(int argc, char **argv)
{
	static char *standard_input[] = {"-"};
	struct error error;
	int first = tool_start(&options, argc, argv), status = EXIT_DONE;
	if (list_records + as_json > 1)
		tool_usage("--records", "can't be given together with --json");
	tool_allow(png_path, "count", "goes with --png");
	tool_allow(!verify, "records", "does not go with --verify");
	tool_allow(!verify, "json", "does not go with --verify");
	char **paths = first < argc ? argv + first : standard_input;
	int count = first < argc ? argc - first : 1;
	tool_check_files(paths, count, TOOL_WHOLE_FOLDERS);
	struct exports exports = {.arrays = stream_export_to(npy_path, labels_path)};

	if (folder && extract_start(&exports.extraction, folder, &error)) {
		extract_end(&exports.extraction);
		return tool_finish(tool_error(&error));
	}

	for (int i = 0; i < count; i++)
		if (process_stream(paths[i], &exports, &error))
			status = tool_error(&error);

	/* Exports are complete or do not appear: after a failure nothing is renamed to its final
	 * name. */
	if (status == EXIT_DONE && exports.arrays.started && commit_exports(&exports, &error))
		status = tool_error(&error);
	stream_export_end(&exports.arrays);
	extract_end(&exports.extraction);
	contact_sheet_free(&exports.sheet);
	return tool_finish(status);
}
