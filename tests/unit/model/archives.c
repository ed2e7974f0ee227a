/* Zip archives that are no model, damaged, or made to do harm: each is one line or the right
 * answer, in bounded time and memory. */
#include "model_files.h"

#include "sandbox/confine.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

enum { SECONDS_MAXIMUM = 5, MEGABYTES_MAXIMUM = 300 };

static double now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Opens the scratch folder's archive. */
static int load(struct error *error)
{
	struct model model;
	double start = now();
	*error = (struct error){0};
	int result = model_load(&model, scratch_path("net.zip"),
		&(struct model_options){.mode = NETWORK_PREDICT, .batch = 1}, error);
	if (result == 0)
		model_free(&model);
	if (now() - start > SECONDS_MAXIMUM)
		ok(false, "takes %.1f s", now() - start);
	return result;
}

static void is_opened(const char *what)
{
	struct error error;
	if (!ok(load(&error) == 0, "%s", what))
		note("%s: %s", error.object, error.reason);
}

static void is_refused(const char *what, const char *reason)
{
	struct error error;
	ok(load(&error) == -1, "%s", what);
	ok(strncmp(error.object, scratch_path("net.zip"), strlen(scratch_path("net.zip"))) == 0,
		"... by name");
	is_text(error.reason, reason, "... is refused");
}

/* ---- archives ---- */

static struct content config, weights;

/* Both files of a .keras, and a third. */
static void write_three(const struct content *more)
{
	struct content contents[] = {config, weights, *more};
	write_archive("net.zip", contents, 3, ZIP_CM_DEFLATE);
}

/* The archive's bytes, which the caller frees. */
static unsigned char *read_archive(size_t *size)
{
	unsigned char *bytes;
	struct error error;
	if (file_read(scratch_path("net.zip"), 1 << 28, &bytes, size, &error))
		exit(1);
	return bytes;
}

static void rewrite(const void *bytes, size_t size)
{
	struct error error;
	if (output_bytes(scratch_path("net.zip"), bytes, size, &error))
		exit(1);
}

/* Replaces a text of the archive's headers wherever it occurs, by one of the same length. */
static void rename_entries(const char *from, const char *to)
{
	size_t size;
	unsigned char *bytes = read_archive(&size), *found = bytes;
	while ((found = memmem(found, size - (size_t)(found - bytes), from, strlen(from))))
		memcpy(found, to, strlen(to));
	rewrite(bytes, size);
	free(bytes);
}

/* Changes a number of the first entry, in its local header and in the directory (APPNOTE.TXT 4.3.7
 * and 4.3.12). */
enum { CHECKSUM = 14, UNPACKED_SIZE = 22, IN_DIRECTORY = 2 };
static void set_number(size_t offset, uint32_t value)
{
	size_t size;
	unsigned char *bytes = read_archive(&size), *directory = memmem(bytes, size, "PK\1\2", 4);
	store_u32(bytes + offset, value);
	store_u32(directory + offset + IN_DIRECTORY, value);
	rewrite(bytes, size);
	free(bytes);
}

/* ---- cases ---- */

static void not_archives(void)
{
	static const char end[22] = "PK\5\6";
	rewrite("PK\3\4 and nothing that follows", 30);
	is_refused("a beginning alone", "is a damaged zip archive: Not a zip archive");
	rewrite("PK and nothing that follows", 27);
	is_refused("less", "is not a model: neither HDF5, JSON, nor a zip archive such as .keras");
	rewrite("", 0);
	is_refused("an empty file", "is empty");
	rewrite(end, sizeof end);
	is_refused("an empty archive",
		"is not a model: it has no *.json, *.h5 or *.keras file (SavedModel and TensorFlow "
		"Lite are not read)");
}

/* Every 397th prefix. */
static void cut(void)
{
	struct content more = text_content("metadata.json", "{}");
	size_t size, refused = 0, count = 0;
	write_three(&more);
	is_opened("the whole archive");
	unsigned char *bytes = read_archive(&size);
	for (size_t end = 0; end < size; end += 397, count++) {
		struct error error;
		rewrite(bytes, end);
		refused += load(&error) == -1 && *error.reason && !strchr(error.reason, '\n');
	}
	is_integer((long long)refused, (long long)count, "cut archives are refused");
	free(bytes);
	free(more.bytes);
}

/* What is in folders is ignored, as is what has other names. */
static void paths(void)
{
	static const char *const names[] = {"../net.json", "/net.json", "a/net.json", "..",
		"a\\net.json", "training.json", ".json/", "net.JSON", "a/../../net.json"};
	struct content bad = text_content(NULL, "no model");
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		bad.name = names[i];
		write_three(&bad);
		is_opened(names[i]);
		struct content alone[] = {bad, bad};
		alone[1].name = "assets/x";
		write_archive("net.zip", alone, 2, ZIP_CM_STORE);
		is_refused("... alone",
			"is not a model: it has no *.json, *.h5 or *.keras file (SavedModel and "
			"TensorFlow Lite are not read)");
	}
	free(bad.bytes);
}

static void long_name(void)
{
	char name[300];
	struct content bad = text_content(name, "no model");
	memset(name, 'a', sizeof name);
	memcpy(name + sizeof name - 6, ".json", 6);
	write_three(&bad);
	is_opened("a name that no file has is ignored");
	free(bad.bytes);
}

/* A symbolic link of this name before the files of a .keras. */
static void write_link(const char *name)
{
	struct content link = text_content(name, "/etc/passwd");
	zip_t *zip = new_archive("net.zip");
	zip_uint64_t index = add_entry(zip, &link, ZIP_CM_STORE);
	zip_file_set_external_attributes(zip, index, 0, ZIP_OPSYS_UNIX,
		(zip_uint32_t)(S_IFLNK | 0777) << 16);
	add_entry(zip, &config, ZIP_CM_DEFLATE);
	add_entry(zip, &weights, ZIP_CM_DEFLATE);
	close_archive(zip);
	free(link.bytes);
}

static void links(void)
{
	write_link("other.json");
	is_opened("a link is ignored");
	write_link("config.jsox");
	rename_entries("config.jsox", "config.json");
	is_refused("one before a file of its name", "has two entries config.json");
	write_link("config.jsox");
	rename_entries("config.json", "config.jsot");
	rename_entries("config.jsox", "config.json");
	is_refused("one instead of a file",
		"has weights but no architecture: its JSON belongs beside it, of "
		"the same name");
}

static void twice(void)
{
	struct content more = text_content("config.jsox", "{}");
	write_three(&more);
	rename_entries("config.jsox", "config.json");
	is_refused("two entries of one name", "has two entries config.json");
	free(more.bytes);
}

static void several(void)
{
	struct content more = text_content("model.json", "{}");
	write_three(&more);
	is_refused("two architectures",
		"contains config.json and model.json; name one of them, or remove it");
	free(more.bytes);
}

/* The weights, or what no model has. */
static void encrypted(bool is_needed)
{
	struct content more = text_content("secret", "secret");
	zip_t *zip = new_archive("net.zip");
	add_entry(zip, &config, ZIP_CM_DEFLATE);
	zip_uint64_t index = add_entry(zip, &weights, ZIP_CM_DEFLATE),
		     other = add_entry(zip, &more, ZIP_CM_DEFLATE);
	if (zip_file_set_encryption(zip, is_needed ? index : other, ZIP_EM_AES_256, "password"))
		exit(1);
	close_archive(zip);
	if (is_needed)
		is_refused("an encrypted entry", "model.weights.h5 is encrypted");
	else
		is_opened("an encrypted entry of another name");
	free(more.bytes);
}

/* More than 65,535 need the directory of zip64. */
static void many(int count)
{
	char names[16];
	zip_t *zip = new_archive("net.zip");
	struct content empty = {names, "", 0};
	add_entry(zip, &config, ZIP_CM_DEFLATE);
	add_entry(zip, &weights, ZIP_CM_DEFLATE);
	for (int i = 2; i < count; i++) {
		snprintf(names, sizeof names, "%d", i);
		add_entry(zip, &empty, ZIP_CM_STORE);
	}
	close_archive(zip);
}

static void many_entries(void)
{
	many(65536);
	is_opened("65,536 entries");
	many(70000);
	is_refused("70,000 entries", "has more than 65536 entries");
}

/* ---- sizes ---- */

/* 20 MB of zeros, of which other sizes are told. */
static void bombs(void)
{
	struct content zeros[] = {{"net.h5", calloc(1, 20 << 20), 20 << 20}};
	write_archive("net.zip", zeros, 1, ZIP_CM_DEFLATE);
	is_refused("zeros", "is not an HDF5 file, or a damaged one");
	set_number(UNPACKED_SIZE, 200 << 20);
	is_refused("more than there is",
		"net.h5 has 200 MB unpacked, far more than a model of this size");
	set_number(UNPACKED_SIZE, 0xfffffffe);
	is_refused("4 GB", "net.h5 has 4095 MB unpacked, far more than a model of this size");
	set_number(UNPACKED_SIZE, 1 << 20);
	is_refused("less than there is", "is damaged: net.h5 cannot be unpacked");
	set_number(UNPACKED_SIZE, 0);
	is_refused("nothing", "is damaged: net.h5 cannot be unpacked");
	set_number(UNPACKED_SIZE, (20 << 20) + 1);
	is_refused("a byte more than there is", "is damaged: net.h5 cannot be unpacked");
	free(zeros[0].bytes);
}

static void checksum(void)
{
	struct content more = text_content("metadata.json", "{}");
	write_three(&more);
	set_number(CHECKSUM, 0x12345678);
	is_refused("another checksum", "is damaged: config.json cannot be unpacked");
	free(more.bytes);
}

static void nested(void)
{
	struct content inner = text_content("metadata.json", "{}"),
		       outer = {"inner.keras", NULL, 0};
	write_three(&inner);
	outer.bytes = read_archive(&outer.size);
	write_archive("net.zip", &outer, 1, ZIP_CM_STORE);
	is_refused("an archive in an archive",
		"has no model but another archive, inner.keras: unpack it");
	write_three(&outer);
	is_opened("one beside a model is ignored");
	free(inner.bytes);
	free(outer.bytes);
}

/* The only file of a folder. */
static void in_folder(void)
{
	struct model model;
	struct error error;
	char folder[4096], path[4096 + 16];
	snprintf(folder, sizeof folder, "%s", scratch_path("folder"));
	snprintf(path, sizeof path, "%s/net.zip", folder);
	if (file_make_folder(folder, &error) ||
		output_bytes(path, "PK\3\4 and no more", 16, &error))
		exit(1);
	is_integer(model_load(&model, folder,
			   &(struct model_options){.mode = NETWORK_PREDICT, .batch = 1}, &error),
		-1, "a damaged archive in a folder");
	is_text(error.object, path, "... is refused by name");
	is_text(error.reason, "is a damaged zip archive: Not a zip archive", "... with the reason");
}

/* The weights begin at byte 4096, as HDF5 does after a block of the user's. */
static void stored_at_a_power_of_two(void)
{
	struct content padding = {"padding", NULL, 0}, file = config;
	size_t names = strlen("padding") + strlen(config.name) + strlen(weights.name);
	padding.size = 4096 - 3 * 30 - names - config.size;
	padding.bytes = calloc(1, padding.size);
	struct content contents[] = {padding, file, weights};
	write_archive("net.zip", contents, 3, ZIP_CM_STORE);
	size_t size;
	unsigned char *bytes = read_archive(&size);
	ok(memcmp(bytes + 4096, "\x89HDF", 4) == 0, "HDF5 at byte 4096 of an archive");
	is_opened("is an archive");
	free(bytes);
	free(padding.bytes);
}

int main(void)
{
	struct rusage usage;
	config = fixture_content("config.json", "graphs/plain.json");
	weights = fixture_content("model.weights.h5", "graphs/plain.weights.h5");
	not_archives();
	cut();
	paths();
	long_name();
	links();
	twice();
	several();
	encrypted(true);
	encrypted(false);
	many_entries();
	bombs();
	checksum();
	nested();
	in_folder();
	stored_at_a_power_of_two();
	getrusage(RUSAGE_CHILDREN, &usage);
	ok(!CONFINE_POSSIBLE || usage.ru_maxrss >> 10 < MEGABYTES_MAXIMUM, "in at most %ld MB",
		usage.ru_maxrss >> 10);
	free(config.bytes);
	free(weights.bytes);
	return done();
}
