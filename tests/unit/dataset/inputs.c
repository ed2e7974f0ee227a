/* Class folders, class lists, lists of files and IDX files, good and bad. */
#include "base/file.h"
#include "dataset/list.h"
#include "dataset/pack_source.h"
#include "tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

static struct error error;

/* Path of `name` in the scratch folder; valid for the next three calls. */
static const char *at(const char *name)
{
	static char paths[4][512];
	static int next;
	next = (next + 1) % 4;
	snprintf(paths[next], sizeof paths[next], "%s/%s", scratch(), name);
	return paths[next];
}

static void put(const char *name, const char *text)
{
	char folder[512];
	const char *path = at(name);
	snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
	if (file_make_folder(folder, &error) || output_bytes(path, text, strlen(text), &error))
		exit(1);
}

/* All files as "label:source" (or "label+more:source"), separated by blanks. */
static const char *shown(const struct dataset_files *files)
{
	static char text[2048];
	*text = 0;
	for (size_t i = 0; i < files->count; i++) {
		char *end = text + strlen(text);
		end += sprintf(end, "%s%d", i ? " " : "", files->files[i].label);
		for (int k = 0; k < files->files[i].more_label_count; k++)
			end += sprintf(end, "+%d", files->files[i].more_labels[k]);
		sprintf(end, ":%s", files->files[i].source);
	}
	return text;
}

static const char *joined(const struct text_list *list)
{
	static char text[512];
	*text = 0;
	for (size_t i = 0; i < list->count; i++)
		sprintf(text + strlen(text), "%s%s", i ? "," : "", list->items[i]);
	return text;
}

static void folders(void)
{
	struct dataset_files files = {0};
	put("set/manifest.tsv", "");
	put("set/Erza Scarlet/2.jpg", "");
	put("set/Erza Scarlet/10.jpg", "");
	put("set/Erza Scarlet/.hidden", "");
	put("set/Erza Scarlet/more/[1] \xc3\xa9\n.png", "");
	put("set/goku/1", "");
	put("set/.git/x", "");
	ok(file_make_folder(at("set/empty"), &error) == 0, "an empty class folder");
	is_integer(class_folders_read(&files, at("set"), &error), 0, "class folders are read");
	is_text(joined(&files.classes), "Erza Scarlet,empty,goku",
		"classes are sorted by bytes, an empty one among them");
	is_text(shown(&files),
		"0:Erza Scarlet/10.jpg 0:Erza Scarlet/2.jpg 0:Erza Scarlet/more/[1] \xc3\xa9\n.png "
		"2:goku/1",
		"files: sorted, nested ones too, without hidden ones and those next to the "
		"folders");
	ok(files.count == 4 && file_exists(files.files[2].path), "paths lead to the files");
	dataset_files_free(&files);
}

static void given_classes(void)
{
	struct dataset_files files = {0};
	is_integer(classes_parse(&files.classes, "goku,vegeta,empty,Erza Scarlet", &error), 0,
		"a list of classes");
	is_integer(class_folders_read(&files, at("set"), &error), 0,
		"class folders with given classes");
	is_text(joined(&files.classes), "goku,vegeta,empty,Erza Scarlet", "the given order stays");
	is_text(shown(&files),
		"3:Erza Scarlet/10.jpg 3:Erza Scarlet/2.jpg 3:Erza Scarlet/more/[1] \xc3\xa9\n.png "
		"0:goku/1",
		"labels follow it, and a class without a folder doesn't shift them");
	dataset_files_free(&files);
	is_integer(classes_parse(&files.classes, "goku,empty", &error), 0, "too few classes");
	is_integer(class_folders_read(&files, at("set"), &error), -1,
		"a folder of an unknown class");
	is_text(error.reason, "is not a known class", "  is an error");
	dataset_files_free(&files);
}

static void bad_folders(void)
{
	struct dataset_files files = {0};
	ok(class_folders_read(&files, at("nowhere"), &error) == -1 &&
			strstr(error.object, "nowhere"),
		"a missing folder");
	ok(class_folders_read(&files, at("set/goku"), &error) == -1 &&
			strstr(error.reason, "no class folders"),
		"a folder without class folders");
	ok(class_folders_read(&files, at("set/goku/1"), &error) == -1, "a file");
	put("bad/a\tb/1", "");
	ok(class_folders_read(&files, at("bad"), &error) == -1 &&
			strstr(error.reason, "not a valid class name"),
		"a tab in the name of a class");
	dataset_files_free(&files);
	put("loop/a/1", "");
	ok(symlink(".", at("loop/a/again")) == 0 &&
			class_folders_read(&files, at("loop"), &error) == -1 &&
			strstr(error.reason, "nested more than 16 deep"),
		"a cycle of symbolic links");
	dataset_files_free(&files);
}

static void refused_classes(const char *text, const char *reason)
{
	struct text_list classes = {0};
	ok(classes_parse(&classes, text, &error) == -1 && strstr(error.reason, reason),
		"classes '%s': %s", text, reason);
	text_list_free(&classes);
}

static void class_lists(void)
{
	struct text_list classes = {0};
	put("model/labels.txt", "b\na\n\xc3\xa9 c\n");
	ok(classes_read(&classes, at("model"), &error) == 0, "classes of a model folder");
	is_text(joined(&classes), "b,a,\xc3\xa9 c", "  are the lines of labels.txt, in order");
	text_list_free(&classes);
	put("bad.txt", "a\n\nb\n");
	ok(classes_read(&classes, at("bad.txt"), &error) == -1 && strstr(error.object, "bad.txt"),
		"an empty line");
	ok(classes_read(&classes, at("none.txt"), &error) == -1, "no such file");
	ok(classes_read(&classes, at("set"), &error) == -1, "a folder that is no model");
	text_list_free(&classes);
	refused_classes("a,,b", "not a valid class name");
	refused_classes("", "not a valid class name");
	refused_classes("a,b,a", "given twice");
	refused_classes("a/b", "not a valid class name");
}

static int read_list(struct dataset_files *files, const char *text)
{
	put("list.tsv", text);
	return list_read(files, at("list.tsv"), &error);
}

static void lists(void)
{
	struct dataset_files files = {0};
	is_integer(read_list(&files, "x y.png\tpear\n\\t\\\\.png\tapple\tpear\nnone\n"), 0,
		"a list of files");
	is_text(joined(&files.classes), "apple,pear", "its classes are sorted");
	is_text(shown(&files), "1:x y.png 0+1:\t\\.png -1:none",
		"labels follow, escapes are undone");
	dataset_files_free(&files);
	is_integer(classes_parse(&files.classes, "pear,fig,apple", &error), 0, "given classes");
	is_integer(read_list(&files, "a\tapple\nb\tpear"), 0,
		"a list with them, without a last newline");
	is_text(shown(&files), "2:a 0:b", "keeps their order");
	dataset_files_free(&files);
	is_integer(classes_parse(&files.classes, "pear", &error), 0, "given classes");
	ok(read_list(&files, "a\tpear\nb\tplum\n") == -1 && strstr(error.object, "line 2") &&
			strstr(error.object, "plum"),
		"an unknown class is an error that names line and class");
	dataset_files_free(&files);
	ok(read_list(&files, "a\tb\n\nc\td\n") == -1 && strstr(error.object, "line 2"),
		"an empty line is an error");
	dataset_files_free(&files);
	ok(read_list(&files, "a\\qb\tc\n") == -1, "an unknown escape is an error");
	dataset_files_free(&files);
	ok(read_list(&files, "") == 0 && files.count == 0, "an empty list is empty");
	dataset_files_free(&files);
}

/* Four images of 3 x 2 with the values 0 to 23. */
static const unsigned char idx_images[16 + 24] = {0, 0, 8, 3, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 0, 3, 0,
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23};
static const unsigned char idx_labels[8 + 4] = {0, 0, 8, 1, 0, 0, 0, 4, 2, 0, 1, 2};

static int read_idx(struct pack_source *source, const char *classes)
{
	const struct pack_request request = {.idx = true, .class_names = classes};
	char *operands[] = {(char *)at("images"), (char *)at("labels")};
	*source = (struct pack_source){0};
	return pack_source_read(source, &request, operands, 2, &error);
}

static void idx_files(void)
{
	struct pack_source source;
	if (output_bytes(at("images"), idx_images, sizeof idx_images, &error) ||
		output_bytes(at("labels"), idx_labels, sizeof idx_labels, &error))
		exit(1);
	is_integer(read_idx(&source, NULL), 0, "IDX files are read");
	const uint64_t *sizes = source.images.sizes;
	ok(sizes[2] == 3 && sizes[1] == 2 && sizes[0] == 4 && source.images.values[23] == 23,
		"  sizes and pixels");
	is_text(joined(&source.files.classes), "0,1,2", "  classes are numbers");
	is_text(shown(&source.files), "2:images#0 0:images#1 1:images#2 2:images#3",
		"  an entry for each");
	pack_source_free(&source);
	gzFile packed = gzopen(at("images"), "wb");
	gzwrite(packed, idx_images, sizeof idx_images);
	gzclose(packed);
	ok(read_idx(&source, NULL) == 0 && source.images.sizes[0] == 4 &&
			source.images.values[5] == 5,
		"compressed by gzip too");
	pack_source_free(&source);
	ok(read_idx(&source, "a,b") == -1 && strstr(error.reason, "only 2 classes"),
		"fewer classes than labels is an error");
	pack_source_free(&source);
}

/* A file cut at any byte. */
static void cut_idx(const char *name, const unsigned char *bytes, size_t size)
{
	struct pack_source source;
	int accepted = 0;
	for (size_t length = 0; length < size; length++) {
		if (output_bytes(at(name), bytes, length, &error))
			exit(1);
		accepted += read_idx(&source, NULL) == 0;
		pack_source_free(&source);
	}
	is_integer(accepted, 0, "no cut IDX file is accepted");
}

static void bad_idx_files(void)
{
	unsigned char changed[sizeof idx_images + 1] = {0}, *packed;
	size_t packed_size;
	struct pack_source source;
	if (file_read(at("images"), 1000, &packed, &packed_size, &error))
		exit(1);
	cut_idx("images", packed, packed_size);
	free(packed);
	cut_idx("images", idx_images, sizeof idx_images);
	memcpy(changed, idx_images, sizeof idx_images);
	ok(output_bytes(at("images"), changed, sizeof changed, &error) == 0 &&
			read_idx(&source, NULL) == -1,
		"a byte too many");
	pack_source_free(&source);
	memset(changed + 4, 0x7f, 12);
	ok(output_bytes(at("images"), changed, sizeof changed, &error) == 0 &&
			read_idx(&source, NULL) == -1 && strstr(error.reason, "holds more than"),
		"huge sizes");
	pack_source_free(&source);
	ok(output_bytes(at("images"), idx_labels, sizeof idx_labels, &error) == 0 &&
			read_idx(&source, NULL) == -1,
		"labels for images");
	pack_source_free(&source);
	if (output_bytes(at("images"), idx_images, sizeof idx_images, &error))
		exit(1);
	cut_idx("labels", idx_labels, sizeof idx_labels);
	ok(output_bytes(at("labels"), "\0\0\x08\1\0\0\0\3abc", 11, &error) == 0 &&
			read_idx(&source, NULL) == -1 &&
			strstr(error.reason, "3 labels for 4 images"),
		"another number of labels");
	pack_source_free(&source);
}

int main(void)
{
	folders();
	given_classes();
	bad_folders();
	class_lists();
	lists();
	idx_files();
	bad_idx_files();
	return done();
}
