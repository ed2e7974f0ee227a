#include "dataset/check.h"

#include "dataset/split_conflicts.h"
#include "dataset/split_group.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

const char *const check_kind_names[] = {"undecodable", "blank", "tiny", "odd aspect", "dark", "blurred", "extension",
	"two labels", "duplicate", "look-alike", NULL};

/* ---- pictures ---- */

static int add(struct check *check, const struct check_finding *finding, struct error *error)
{
	if (check->count == check->capacity) {
		size_t capacity = check->capacity ? 2 * check->capacity : 64;
		struct check_finding *larger = realloc(check->findings, capacity * sizeof *larger);
		if (!larger)
			return error_memory(error, "findings");
		check->findings = larger;
		check->capacity = capacity;
	}
	check->findings[check->count++] = *finding;
	return 0;
}

/* Whether the name's extension is that of another format. One that is of no picture, or none, says nothing. */
static bool lies(const char *name, enum image_type type)
{
	static const struct {
		const char *extension;
		enum image_type type;
	} known[] = {{"jpg", IMAGE_JPEG}, {"jpeg", IMAGE_JPEG}, {"jpe", IMAGE_JPEG}, {"jfif", IMAGE_JPEG}, {"png", IMAGE_PNG},
		{"webp", IMAGE_WEBP}, {"gif", IMAGE_GIF}, {"bmp", IMAGE_BMP}, {"tga", IMAGE_TGA}, {"psd", IMAGE_PSD},
		{"pnm", IMAGE_PNM}, {"ppm", IMAGE_PNM}, {"pgm", IMAGE_PNM}};
	const char *dot = strrchr(text_base_name(name), '.');
	for (size_t i = 0; dot && i < sizeof known / sizeof *known; i++)
		if (strcasecmp(dot + 1, known[i].extension) == 0)
			return known[i].type != type;
	return false;
}

static int longer_side(const struct picture_facts *facts)
{
	return facts->width > facts->height ? facts->width : facts->height;
}

static int shorter_side(const struct picture_facts *facts)
{
	return facts->width < facts->height ? facts->width : facts->height;
}

/* What is wrong with a picture by itself. One that shows nothing is neither dark nor blurred besides. */
static int check_file(struct check *check, const struct split_file *file, const struct check_limits *limits,
	struct error *error)
{
	const struct picture_facts *facts = &file->facts;
	bool plain = file->hash.plain;
	const bool wrong[CHECK_KINDS] = {
		[CHECK_BLANK] = plain,
		[CHECK_TINY] = shorter_side(facts) < limits->side,
		[CHECK_ASPECT] = longer_side(facts) > limits->aspect * shorter_side(facts),
		[CHECK_DARK] = !plain && facts->measures.brightness < limits->brightness,
		[CHECK_BLURRED] = !plain && facts->measures.sharpness < limits->sharpness,
		[CHECK_EXTENSION] = lies(file->name, facts->type),
	};
	for (int kind = 0; kind < CHECK_KINDS; kind++) {
		struct check_finding finding = {.kind = (enum check_kind)kind, .name = file->name, .label = file->label,
			.file = file};
		if (wrong[kind] && add(check, &finding, error))
			return -1;
	}
	return 0;
}

/* Every picture of a group but its first is one too many. */
static int check_group(struct check *check, const struct split_file *first, const struct split_file *file,
	struct error *error)
{
	struct check_finding finding = {.kind = CHECK_ALIKE, .name = file->name, .label = file->label, .file = file,
		.other = first};
	for (const struct split_file *earlier = first; earlier < file; earlier++)
		if (earlier->group == file->group && image_hash_same(&earlier->hash, &file->hash)) {
			finding.kind = CHECK_DUPLICATE;
			finding.other = earlier;
			break;
		}
	return add(check, &finding, error);
}

static int check_groups(struct check *check, struct error *error)
{
	const struct split *split = check->split;
	const struct split_file **firsts = calloc((size_t)split->groups + 1, sizeof *firsts);
	int result = firsts ? 0 : error_memory(error, "groups");
	for (size_t i = 0; result == 0 && i < split->count; i++) {
		const struct split_file *file = &split->files[i];
		if (firsts[file->group])
			result = check_group(check, firsts[file->group], file, error);
		else
			firsts[file->group] = file;
	}
	free(firsts);
	return result;
}

static int check_labels(struct check *check, struct error *error)
{
	const struct split *split = check->split;
	struct split_conflicts conflicts;
	int result = split_conflicts_find(&conflicts, split, error);
	for (size_t i = 0; result == 0 && i < split->count; i++) {
		const struct split_file *file = &split->files[i];
		struct check_finding finding = {.kind = CHECK_LABELS, .name = file->name, .label = file->label, .file = file,
			.other = conflicts.others[i]};
		if (finding.other)
			result = add(check, &finding, error);
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

/* Of an even number of classes the larger of the two in the middle. */
static int find_median(const struct check *check, size_t *median, struct error *error)
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

static int check_classes(struct check *check, struct error *error)
{
	const struct split *split = check->split;
	struct split_groups groups;
	size_t median = 0;
	check->classes = calloc(split->classes.count + 1, sizeof *check->classes);
	if (!check->classes)
		return error_memory(error, "classes");
	if (split_groups_make(&groups, split, 0, error))
		return -1;
	for (size_t i = 0; i < groups.count; i++)
		for (size_t k = 0; k < groups.groups[i].count; k++) {
			struct check_class *class = &check->classes[groups.groups[i].files[k]->label];
			class->pictures++;
			class->different += k == 0;
		}
	split_groups_free(&groups);
	if (find_median(check, &median, error))
		return -1;
	for (size_t i = 0; i < split->classes.count; i++) {
		struct check_class *class = &check->classes[i];
		if (class->pictures)
			class->weight = (double)split->count / ((double)split->classes.count * (double)class->pictures);
		class->unbalanced = 2 * class->pictures < median || class->pictures > 2 * median;
		check->unbalanced += class->unbalanced;
	}
	return 0;
}

/* ---- all ---- */

int check_make(struct check *check, const struct split *split, const struct check_limits *limits, struct error *error)
{
	*check = (struct check){.split = split};
	int result = 0;
	for (size_t i = 0; result == 0 && i < split->trouble_count; i++) {
		const struct split_trouble *trouble = &split->troubles[i];
		struct check_finding finding = {.kind = CHECK_UNDECODABLE, .name = trouble->name, .label = trouble->label,
			.why = trouble};
		result = add(check, &finding, error);
	}
	for (size_t i = 0; result == 0 && i < split->count; i++)
		result = check_file(check, &split->files[i], limits, error);
	if (result || check_labels(check, error) || check_groups(check, error) || check_classes(check, error))
		return -1;
	if (check->count)
		qsort(check->findings, check->count, sizeof *check->findings, compare_findings);
	return 0;
}

size_t check_count(const struct check *check, enum check_kind kind)
{
	size_t count = 0;
	for (size_t i = 0; i < check->count; i++)
		count += check->findings[i].kind == kind;
	return count;
}

static void write_detail(const struct check_finding *finding, FILE *stream)
{
	const struct picture_facts *facts = finding->file ? &finding->file->facts : NULL;
	switch (finding->kind) {
	case CHECK_UNDECODABLE: text_write_field(stream, finding->why->error.reason); break;
	case CHECK_BLANK: fprintf(stream, "contrast %.1f", facts->measures.contrast); break;
	case CHECK_TINY:
	case CHECK_ASPECT: fprintf(stream, "%d x %d", facts->width, facts->height); break;
	case CHECK_DARK: fprintf(stream, "brightness %.1f", facts->measures.brightness); break;
	case CHECK_BLURRED: fprintf(stream, "sharpness %.1f", facts->measures.sharpness); break;
	case CHECK_EXTENSION: fprintf(stream, "is %s", image_type_name(facts->type)); break;
	default: text_write_field(stream, finding->other->name);
	}
}

void check_write(const struct check *check, FILE *stream)
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
		fprintf(stream, "\t%zu\t%zu\t%.4f\t%s\n", class->pictures, class->different, class->weight,
			class->unbalanced ? "unbalanced" : "");
	}
}

void check_free(struct check *check)
{
	free(check->findings);
	free(check->classes);
	*check = (struct check){0};
}
