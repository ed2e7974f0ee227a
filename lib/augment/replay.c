#include "augment/replay.h"

#include "augment/operations.h"
#include "base/json.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- writing ---- */

static int write_line(FILE *stream, const char *name, json_t *line, struct error *error)
{
	if (!line)
		return error_memory(error, name);
	char *text = json_dumps(line, JSON_COMPACT);
	json_decref(line);
	if (!text)
		return error_memory(error, name);
	errno = EIO;
	text_write_json(stream, text);
	bool failed = putc('\n', stream) == EOF || ferror(stream);
	free(text);
	return failed ? error_system(error, name) : 0;
}

int replay_write_options(FILE *stream, const char *name, const struct augment_options *options,
	struct error *error)
{
	json_t *operations = json_object();
	for (int i = 0; i < augment_operations_count; i++) {
		char setting[AUGMENT_SETTING_SIZE];
		if (augment_describe_setting(options, i, setting))
			operations = json_add_member(operations, augment_operations[i].name,
				json_string(setting));
	}
	return write_line(stream, name,
		json_pack("{s:s, s:f, s:s, s:o}", "fill", augment_fill_names[options->fill],
			"fill-value", options->fill_value, "interpolation",
			augment_interpolation_names[options->interpolation], "operations",
			operations),
		error);
}

static json_t *steps_to_json(const struct augment_change *change)
{
	json_t *steps = json_array();
	for (int i = 0; i < change->count; i++) {
		const struct augment_step *step = &change->steps[i];
		const struct augment_operation *operation = &augment_operations[step->operation];
		json_t *array = json_array();
		array = json_add_item(array, json_string(operation->name));
		for (int k = 0; k < operation->values; k++)
			array = json_add_item(array, json_real(step->values[k]));
		steps = json_add_item(steps, array);
	}
	return steps;
}

int replay_write(FILE *stream, const char *name, uint32_t pass, const struct stream_record *record,
	const struct augment_variation *variation, struct error *error)
{
	json_t *line = json_pack("{s:I, s:I, s:o, s:o}", "pass", (json_int_t)pass, "id",
		(json_int_t)record->id, "source", json_text(record->source), "steps",
		steps_to_json(&variation->change));
	if (variation->mixed)
		line = json_add_member(line, "partner",
			json_pack("{s:I, s:o}", "id", (json_int_t)variation->partner, "steps",
				steps_to_json(&variation->partner_change)));
	return write_line(stream, name, line, error);
}

/* ---- reading ---- */

struct replay {
	FILE *stream;
	const char *name;
	char *line;
	size_t capacity;
	unsigned long long number;
};

static int replay_error(const struct replay *replay, const char *reason, struct error *error)
{
	char object[512];
	snprintf(object, sizeof object, "%.400s: line %llu", replay->name, replay->number);
	return error_set(error, object, "%s", reason);
}

/* The next line, an object, the caller's to release; NULL with `error` set. */
static json_t *read_json_line(struct replay *replay, struct error *error)
{
	errno = 0;
	ssize_t length = getline(&replay->line, &replay->capacity, replay->stream);
	replay->number++;
	if (length < 0) {
		if (ferror(replay->stream))
			error_system(error, replay->name);
		else
			replay_error(replay, "is missing: there are more records", error);
		return NULL;
	}
	size_t mark = text_byte_order_mark(replay->line);
	struct error problem = {0};
	json_t *line = json_parse(replay->line + mark, (size_t)length - mark,
		JSON_REJECT_DUPLICATES, replay->name, &problem);
	if (json_is_object(line))
		return line;
	if (problem.kind == ERROR_MACHINE)
		error_copy(error, &problem);
	else
		replay_error(replay, "is not a JSON object", error);
	json_decref(line);
	return NULL;
}

static int find_choice(const char *const *names, const char *name)
{
	for (int i = 0; name && names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static int parse_options(const struct replay *replay, json_t *line, struct augment_options *options,
	struct error *error)
{
	*options = augment_preset(AUGMENT_PRESET_NONE);
	const char *name;
	json_t *setting, *operations = json_object_get(line, "operations");
	options->fill =
		find_choice(augment_fill_names, json_string_value(json_object_get(line, "fill")));
	options->interpolation = find_choice(augment_interpolation_names,
		json_string_value(json_object_get(line, "interpolation")));
	options->fill_value = json_number_value(json_object_get(line, "fill-value"));
	if (options->fill < 0 || options->interpolation < 0 ||
		!(options->fill_value >= 0 && options->fill_value <= 1) ||
		!json_is_object(operations))
		return replay_error(replay, "contains no options", error);
	json_object_foreach (operations, name, setting)
		if (!json_is_string(setting) ||
			augment_set(options, name, json_string_value(setting), error))
			return replay_error(replay, "contains an unknown operation", error);
	return 0;
}

int replay_open(struct replay **out, const char *path, struct augment_options *options,
	struct error *error)
{
	struct replay *replay = calloc(1, sizeof *replay);
	*out = NULL;
	if (!replay)
		return error_memory(error, path);
	bool standard = strcmp(path, "-") == 0;
	replay->name = standard ? "standard input" : path;
	replay->stream = standard ? stdin : fopen(path, "r");
	if (!replay->stream) {
		error_system(error, path);
		replay_close(replay);
		return -1;
	}
	json_t *line = read_json_line(replay, error);
	int result = line ? parse_options(replay, line, options, error) : -1;
	json_decref(line);
	if (result)
		replay_close(replay);
	else
		*out = replay;
	return result;
}

void replay_close(struct replay *replay)
{
	if (!replay)
		return;
	if (replay->stream && replay->stream != stdin)
		fclose(replay->stream);
	free(replay->line);
	free(replay);
}

/* ["zoom", 0.9, 1.1] */
static bool parse_step(json_t *array, struct augment_step *step)
{
	const char *name = json_string_value(json_array_get(array, 0));
	*step = (struct augment_step){.operation = name ? augment_operation_find(name) : -1};
	if (step->operation < 0)
		return false;
	const struct augment_operation *operation = &augment_operations[step->operation];
	for (int i = 0; i < operation->values; i++) {
		json_t *value = json_array_get(array, (size_t)i + 1);
		step->values[i] = json_number_value(value);
		if (!json_is_number(value) ||
			!(step->values[i] >= operation->value_minimum &&
				step->values[i] <= operation->value_maximum))
			return false;
	}
	return json_array_size(array) == (size_t)operation->values + 1;
}

static bool parse_steps(json_t *steps, struct augment_change *change)
{
	size_t count = json_array_size(steps);
	if (!json_is_array(steps) || count > AUGMENT_STEPS_MAXIMUM)
		return false;
	change->count = (int)count;
	for (size_t i = 0; i < count; i++)
		if (!parse_step(json_array_get(steps, i), &change->steps[i]))
			return false;
	return true;
}

static bool has_number(json_t *object, const char *key, uint64_t number)
{
	json_t *value = json_object_get(object, key);
	return json_is_integer(value) && (uint64_t)json_integer_value(value) == number;
}

/* Compares as written: json_text replaces bytes that are not UTF-8. */
static bool has_source(json_t *line, const char *source)
{
	json_t *expected = json_text(source);
	bool result = json_equal(json_object_get(line, "source"), expected);
	json_decref(expected);
	return result;
}

int replay_read(struct replay *replay, uint32_t pass, const struct stream_record *record,
	struct augment_variation *variation, struct error *error)
{
	char reason[400];
	json_t *line = read_json_line(replay, error);
	if (!line)
		return -1;
	json_t *partner = json_object_get(line, "partner");
	bool is_expected = has_number(line, "pass", pass) && has_number(line, "id", record->id) &&
		has_source(line, record->source);
	bool is_valid = parse_steps(json_object_get(line, "steps"), &variation->change);
	variation->mixed = is_valid && augment_mixing(&variation->change);
	if (variation->mixed)
		is_valid = json_is_integer(json_object_get(partner, "id")) &&
			parse_steps(json_object_get(partner, "steps"), &variation->partner_change);
	variation->partner = (uint64_t)json_integer_value(json_object_get(partner, "id"));
	json_decref(line);
	snprintf(reason, sizeof reason, "is not that of pass %u, record %llu, %s", pass,
		(unsigned long long)record->id, record->source);
	if (!is_expected)
		return replay_error(replay, reason, error);
	return is_valid ? 0 : replay_error(replay, "contains an invalid step", error);
}

int replay_end(struct replay *replay, struct error *error)
{
	if (getc(replay->stream) == EOF)
		return ferror(replay->stream) ? error_system(error, replay->name) : 0;
	replay->number++;
	return replay_error(replay, "is unexpected: there are fewer records", error);
}
