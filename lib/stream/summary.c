#include "stream/summary.h"

#include "base/digest.h"
#include "base/json.h"

#include <libdeflate.h>
#include <stdlib.h>
#include <string.h>

static int add_head(struct stream_summary *summary, const struct stream_head *head,
	struct error *error)
{
	summary->last_pass = head->pass;
	if (summary->segments++ > 0)
		return stream_head_match(head, &summary->head, error);
	summary->class_records = calloc(head->classes.count + 1, sizeof *summary->class_records);
	if (!summary->class_records)
		return error_memory(error, "summary");
	return stream_head_copy(&summary->head, head, error);
}

static void add_record(struct stream_summary *summary, const struct stream_record *record)
{
	bool labelled = record->label >= 0;
	summary->records++;
	if (labelled)
		summary->class_records[record->label]++;
	for (size_t i = 0; record->weights && i < summary->head.classes.count; i++) {
		summary->class_records[i] += record->weights[i] > 0;
		labelled |= record->weights[i] > 0;
	}
	summary->unlabelled += !labelled;
}

static int read_records(struct stream_summary *summary, struct stream_reader *reader,
	const struct stream_head *head, stream_visit *visit, void *context, struct error *error)
{
	struct stream_record record;
	int result;
	while ((result = stream_next_record(reader, &record, error)) == 1) {
		add_record(summary, &record);
		if (visit(context, head, &record, error))
			return -1;
	}
	memcpy(summary->digest, stream_data_digest(reader), sizeof summary->digest);
	return result;
}

int stream_summary_read(struct stream_summary *summary, struct stream_reader *reader,
	stream_visit *visit, void *context, struct error *error)
{
	const struct stream_head *head;
	int result;
	while ((result = stream_next_segment(reader, &head, error)) == 1) {
		if (add_head(summary, head, error))
			return error_within(error, stream_name(reader));
		if (visit(context, head, NULL, error) ||
			read_records(summary, reader, head, visit, context, error))
			return -1;
	}
	return result;
}

void stream_summary_free(struct stream_summary *summary)
{
	stream_head_free(&summary->head);
	free(summary->class_records);
	*summary = (struct stream_summary){0};
}

static const char *type_name(const struct stream_head *head)
{
	return head->type == STREAM_U8 ? "u8" : "f32";
}

static const char *label_name(const struct stream_head *head)
{
	return head->label == STREAM_LABEL_INDEX ? "index" : "weights";
}

static const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

static void print_history(const json_t *history, FILE *out)
{
	size_t i;
	json_t *entry;
	json_array_foreach (history, i, entry) {
		static const struct {
			const char *before, *key;
		} parts[] = {{"  history   ", "tool"}, {" ", "version"}, {", seed ", "seed"},
			{": ", "arguments"}};
		for (size_t k = 0; k < sizeof parts / sizeof *parts; k++) {
			const char *text = json_string_value(json_object_get(entry, parts[k].key));
			fputs(parts[k].before, out);
			text_write_field(out, text ? text : "");
		}
		fputc('\n', out);
	}
}

void stream_summary_print(const struct stream_summary *summary, const char *name, FILE *out)
{
	const struct stream_head *head = &summary->head;
	text_write_field(out, name);
	fprintf(out, "\n  records   %llu, %s %dx%dx%d, values %g..%g\n",
		(unsigned long long)summary->records, type_name(head), head->height, head->width,
		head->channels, head->minimum, head->maximum);
	fprintf(out, "  segments  %llu, pass%s %lu", (unsigned long long)summary->segments,
		head->pass == summary->last_pass ? "" : "es", (unsigned long)head->pass);
	if (head->pass != summary->last_pass)
		fprintf(out, "..%lu", (unsigned long)summary->last_pass);
	fprintf(out, "\n  labels    %s, %zu class%s\n", label_name(head), head->classes.count,
		head->classes.count == 1 ? "" : "es");
	for (size_t i = 0; i < head->classes.count; i++) {
		fprintf(out, "  %8llu  ", (unsigned long long)summary->class_records[i]);
		text_write_field(out, head->classes.items[i]);
		fputc('\n', out);
	}
	if (summary->unlabelled)
		fprintf(out, "  %8llu  record%s without a label\n",
			(unsigned long long)summary->unlabelled, plural(summary->unlabelled));
	if (summary->segments == 1) {
		char digest[DIGEST_HEX_SIZE];
		digest_hex(summary->digest, DIGEST_SIZE, digest);
		fprintf(out, "  sha256    %s\n", digest);
	}
	print_history(head->history, out);
}

static json_t *classes_json(const struct stream_summary *summary)
{
	json_t *classes = json_array();
	for (size_t i = 0; i < summary->head.classes.count; i++) {
		json_t *entry = json_pack("{s:s, s:I}", "name", summary->head.classes.items[i],
			"records", (json_int_t)summary->class_records[i]);
		classes = json_add_item(classes, entry);
	}
	return classes;
}

int stream_summary_print_json(const struct stream_summary *summary, const char *name, FILE *out,
	struct error *error)
{
	const struct stream_head *head = &summary->head;
	char digest[DIGEST_HEX_SIZE];
	digest_hex(summary->digest, DIGEST_SIZE, digest);
	json_t *root = json_pack("{s:o, s:s, s:[i,i,i], s:[f,f], s:s, s:o, s:I, s:I, s:I, s:[I,I], "
				 "s:s?, s:O}",
		"file", json_text(name), "dtype", type_name(head), "shape", head->height,
		head->width, head->channels, "range", head->minimum, head->maximum, "labels",
		label_name(head), "classes", classes_json(summary), "segments",
		(json_int_t)summary->segments, "records", (json_int_t)summary->records,
		"unlabelled", (json_int_t)summary->unlabelled, "passes", (json_int_t)head->pass,
		(json_int_t)summary->last_pass, "sha256", summary->segments == 1 ? digest : NULL,
		"history", head->history);
	char *text = root ? json_print(root, JSON_COMPACT) : NULL;
	json_decref(root);
	if (!text)
		return error_memory(error, name);
	text_write_json(out, text);
	fputc('\n', out);
	free(text);
	return 0;
}

static void print_weights(const struct stream_head *head, const float *weights, FILE *out)
{
	const char *separator = "";
	for (size_t i = 0; i < head->classes.count; i++) {
		if (weights[i] == 0)
			continue;
		fputs(separator, out);
		text_write_field(out, head->classes.items[i]);
		fprintf(out, "=%.9g", (double)weights[i]);
		separator = ",";
	}
}

void stream_record_print(const struct stream_head *head, const struct stream_record *record,
	FILE *out)
{
	char digest[2 * STREAM_DIGEST_SIZE + 1];
	digest_hex(record->digest, STREAM_DIGEST_SIZE, digest);
	uint32_t checksum = libdeflate_crc32(0, record->tensor, stream_tensor_size(head));
	fprintf(out, "%lu\t%llu\t", (unsigned long)head->pass, (unsigned long long)record->id);
	if (record->weights)
		print_weights(head, record->weights, out);
	else if (record->label >= 0)
		text_write_field(out, head->classes.items[record->label]);
	fputc('\t', out);
	text_write_field(out, record->source);
	fprintf(out, "\t%s\t%08x\n", digest, checksum);
}
