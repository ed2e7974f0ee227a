#include "dataset/check.h"

#include "base/array.h"
#include "dataset/split_conflicts.h"
#include "dataset/split_group.h"

#include <stdlib.h>
#include <string.h>

const char *const check_kind_names[] = {"undecodable", "blank", "tiny", "odd aspect", "dark",
	"blurred", "extension", "two labels", "duplicate", "look-alike", NULL};
_Static_assert(sizeof check_kind_names / sizeof *check_kind_names == CHECK_KINDS + 1,
	"a name for each kind of finding");

/* ---- pictures ---- */

static int add_finding(struct dataset_check *check, const struct check_finding *finding,
	struct error *error)
{
	struct check_finding *larger = array_grow(check->findings, check->count, sizeof *larger);
	if (!larger)
		return error_memory(error, "findings");
	check->findings = larger;
	larger[check->count++] = *finding;
	return 0;
}

/* Whether the name has the extension of another picture format. Unknown extensions are ignored. */
static bool has_wrong_extension(const char *name, enum image_type type)
{
	const char *dot = strrchr(text_base_name(name), '.');
	enum image_type named = dot ? image_type_by_extension(dot + 1) : IMAGE_UNKNOWN;
	return named != IMAGE_UNKNOWN && named != type;
}

static int longer_side(const struct picture_properties *properties)
{
	return properties->width > properties->height ? properties->width : properties->height;
}

static int shorter_side(const struct picture_properties *properties)
{
	return properties->width < properties->height ? properties->width : properties->height;
}

/* Checks a single picture. A blank one is not reported as dark or blurred too. */
static int check_picture(struct dataset_check *check, const struct split_file *file,
	const struct check_limits *limits, struct error *error)
{
	const struct picture_properties *properties = &file->properties;
	bool plain = file->hash.plain;
	const bool applies[CHECK_KINDS] = {
		[CHECK_BLANK] = plain,
		[CHECK_TINY] = shorter_side(properties) < limits->minimum_side,
		[CHECK_ASPECT] =
			longer_side(properties) > limits->maximum_aspect * shorter_side(properties),
		[CHECK_DARK] =
			!plain && properties->measures.brightness < limits->minimum_brightness,
		[CHECK_BLURRED] =
			!plain && properties->measures.sharpness < limits->minimum_sharpness,
		[CHECK_EXTENSION] = has_wrong_extension(file->name, properties->type),
	};
	for (int kind = 0; kind < CHECK_KINDS; kind++) {
		struct check_finding finding = {.kind = (enum check_kind)kind,
			.name = file->name,
			.label = file->label,
			.file = file};
		if (applies[kind] && add_finding(check, &finding, error))
			return -1;
	}
	return 0;
}

/* Reports a picture of a group that is not the first. */
static int check_group(struct dataset_check *check, const struct split_file *first,
	const struct split_file *file, struct error *error)
{
	struct check_finding finding = {.kind = CHECK_LOOK_ALIKE,
		.name = file->name,
		.label = file->label,
		.file = file,
		.other = first};
	for (const struct split_file *earlier = first; earlier < file; earlier++)
		if (earlier->group == file->group && image_hash_same(&earlier->hash, &file->hash)) {
			finding.kind = CHECK_DUPLICATE;
			finding.other = earlier;
			break;
		}
	return add_finding(check, &finding, error);
}

static int check_groups(struct dataset_check *check, struct error *error)
{
	const struct split *split = check->split;
	const struct split_file **first_files =
		calloc((size_t)split->groups + 1, sizeof *first_files);
	int result = first_files ? 0 : error_memory(error, "groups");
	for (size_t i = 0; result == 0 && i < split->count; i++) {
		const struct split_file *file = &split->files[i];
		if (first_files[file->group])
			result = check_group(check, first_files[file->group], file, error);
		else
			first_files[file->group] = file;
	}
	free(first_files);
	return result;
}

static int check_labels(struct dataset_check *check, struct error *error)
{
	const struct split *split = check->split;
	struct split_conflicts conflicts;
	int result = split_conflicts_find(&conflicts, split, error);
	for (size_t i = 0; result == 0 && i < split->count; i++) {
		const struct split_file *file = &split->files[i];
		struct check_finding finding = {.kind = CHECK_LABELS,
			.name = file->name,
			.label = file->label,
			.file = file,
			.other = conflicts.others[i]};
		if (finding.other)
			result = add_finding(check, &finding, error);
	}
	split_conflicts_free(&conflicts);
	return result;
}

static int compare_findings(const void *a, const void *b)
{
	const struct check_finding *left = a, *right = b;
	if (left->kind != right->kind)
		return left->kind < right->kind ? -1 : 1;
	return strcmp(left->name, right->name);
}

/* ---- classes ---- */

static int compare_counts(const void *a, const void *b)
{
	const size_t *left = a, *right = b;
	return *left < *right ? -1 : *left > *right;
}

/* For an even number of classes the larger of the two middle ones. */
static int find_median(const struct dataset_check *check, size_t *median, struct error *error)
{
	size_t count = check->split->classes.count, *counts = malloc((count + 1) * sizeof *counts);
	if (!counts)
		return error_memory(error, "classes");
	for (size_t i = 0; i < count; i++)
		counts[i] = check->classes[i].pictures;
	qsort(counts, count, sizeof *counts, compare_counts);
	*median = counts[count / 2];
	free(counts);
	return 0;
}

static int check_classes(struct dataset_check *check, struct error *error)
{
	const struct split *split = check->split;
	struct split_groups groups;
	size_t median = 0;
	check->classes = calloc(split->classes.count + 1, sizeof *check->classes);
	if (!check->classes)
		return error_memory(error, "classes");
	if (split_groups_create(&groups, split, 0, error))
		return -1;
	for (size_t i = 0; i < groups.count; i++)
		for (size_t k = 0; k < groups.groups[i].count; k++) {
			struct check_class *class =
				&check->classes[groups.groups[i].files[k]->label];
			class->pictures++;
			class->distinct += k == 0;
		}
	split_groups_free(&groups);
	if (find_median(check, &median, error))
		return -1;
	for (size_t i = 0; i < split->classes.count; i++) {
		struct check_class *class = &check->classes[i];
		if (class->pictures)
			class->weight = (double)split->count /
				((double)split->classes.count * (double)class->pictures);
		class->unbalanced = 2 * class->pictures < median || class->pictures > 2 * median;
		check->unbalanced += class->unbalanced;
	}
	return 0;
}

/* ---- all ---- */

int dataset_check_run(struct dataset_check *check, const struct split *split,
	const struct check_limits *limits, struct error *error)
{
	*check = (struct dataset_check){.split = split};
	int result = 0;
	for (size_t i = 0; result == 0 && i < split->undecodable_count; i++) {
		const struct undecodable_file *file = &split->undecodable[i];
		struct check_finding finding = {.kind = CHECK_UNDECODABLE,
			.name = file->name,
			.label = file->label,
			.undecodable = file};
		result = add_finding(check, &finding, error);
	}
	for (size_t i = 0; result == 0 && i < split->count; i++)
		result = check_picture(check, &split->files[i], limits, error);
	if (result || check_labels(check, error) || check_groups(check, error) ||
		check_classes(check, error))
		return -1;
	if (check->count)
		qsort(check->findings, check->count, sizeof *check->findings, compare_findings);
	return 0;
}

size_t dataset_check_count(const struct dataset_check *check, enum check_kind kind)
{
	size_t count = 0;
	for (size_t i = 0; i < check->count; i++)
		count += check->findings[i].kind == kind;
	return count;
}

static void write_detail(const struct check_finding *finding, FILE *stream)
{
	const struct picture_properties *properties =
		finding->file ? &finding->file->properties : NULL;
	switch (finding->kind) {
	case CHECK_UNDECODABLE:
		text_write_field(stream, finding->undecodable->error.reason);
		break;
	case CHECK_BLANK:
		fprintf(stream, "contrast %.1f", properties->measures.contrast);
		break;
	case CHECK_TINY:
	case CHECK_ASPECT:
		fprintf(stream, "%d x %d", properties->width, properties->height);
		break;
	case CHECK_DARK:
		fprintf(stream, "brightness %.1f", properties->measures.brightness);
		break;
	case CHECK_BLURRED:
		fprintf(stream, "sharpness %.1f", properties->measures.sharpness);
		break;
	case CHECK_EXTENSION:
		fprintf(stream, "is %s", image_type_name(properties->type));
		break;
	case CHECK_LABELS:
	case CHECK_DUPLICATE:
	case CHECK_LOOK_ALIKE:
		text_write_field(stream, finding->other->name);
		break;
	case CHECK_KINDS:
		break;
	}
}

void dataset_check_write(const struct dataset_check *check, FILE *stream)
{
	const struct text_list *classes = &check->split->classes;
	fputs("path\tclass\tfinding\tdetail\n", stream);
	for (size_t i = 0; i < check->count; i++) {
		const struct check_finding *finding = &check->findings[i];
		text_write_field(stream, finding->name);
		fputc('\t', stream);
		text_write_field(stream, classes->items[finding->label]);
		fprintf(stream, "\t%s\t", check_kind_names[finding->kind]);
		write_detail(finding, stream);
		fputc('\n', stream);
	}
	fputs("\nclass\tpictures\tdifferent\tweight\tfinding\n", stream);
	for (size_t i = 0; i < classes->count; i++) {
		const struct check_class *class = &check->classes[i];
		text_write_field(stream, classes->items[i]);
		fprintf(stream, "\t%zu\t%zu\t%.4f\t%s\n", class->pictures, class->distinct,
			class->weight, class->unbalanced ? "unbalanced" : "");
	}
}

void dataset_check_free(struct dataset_check *check)
{
	free(check->findings);
	free(check->classes);
	*check = (struct dataset_check){0};
}
