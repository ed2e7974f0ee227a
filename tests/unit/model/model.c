/* A model folder with a pipe, folder, device or socket instead of one of its files: an error with
 * its name, without blocking. */
#include "keras_files.h"

#include "explain/history.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char folder[4096];

static void copy(const char *fixture_name, const char *name)
{
	unsigned char *bytes;
	size_t size;
	struct error error;
	char *path = file_join(folder, name);
	if (file_read(model_fixture(fixture_name), 1 << 24, &bytes, &size, &error) ||
		output_bytes(path, bytes, size, &error))
		exit(1);
	free(bytes);
	free(path);
}

static void make_pipe(const char *path)
{
	ok(mkfifo(path, 0600) == 0, "a pipe as %s", text_base_name(path));
}

static void make_folder(const char *path)
{
	ok(mkdir(path, 0700) == 0, "a folder as %s", text_base_name(path));
}

static void make_device(const char *path)
{
	ok(symlink("/dev/zero", path) == 0, "a device as %s", text_base_name(path));
}

static void make_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int file = socket(AF_UNIX, SOCK_STREAM, 0);
	/* Its path must be short. */
	bool made = chdir(folder) == 0 &&
		snprintf(address.sun_path, sizeof address.sun_path, "%s", text_base_name(path)) >
			0 &&
		bind(file, (struct sockaddr *)&address, sizeof address) == 0 && chdir("/") == 0;
	ok(made, "a socket as %s", text_base_name(path));
	close(file);
}

static const struct {
	void (*make)(const char *path);
	const char *reason;
} kinds[] = {
	{make_pipe, "is not a regular file"},
	{make_folder, "is a folder"},
	{make_device, "is not a regular file"},
	{make_socket, "is not a regular file"},
};

static int load(struct error *error)
{
	struct model model;
	int result = model_load(&model, folder,
		&(struct model_options){.mode = NETWORK_PREDICT, .batch = 1}, error);
	if (result == 0)
		model_free(&model);
	return result;
}

static int read_history(struct error *error)
{
	struct history history;
	char *path = file_join(folder, "history.tsv");
	int result = history_read(&history, path, error);
	if (result == 0)
		history_free(&history);
	free(path);
	return result;
}

static void instead_of(const char *name, int (*read)(struct error *error))
{
	char *path = file_join(folder, name), *aside = file_join(folder, "aside");
	struct error error;
	ok(rename(path, aside) == 0, "move %s", name);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		error = (struct error){0};
		kinds[i].make(path);
		ok(read(&error) < 0, "... is refused");
		is_text(error.object, path, "... by name");
		is_text(error.reason, kinds[i].reason, "... with the reason");
		ok(remove(path) == 0, "... and not removed");
	}
	ok(rename(aside, path) == 0 && read(&error) == 0, "the file itself is read");
	free(path);
	free(aside);
}

int main(void)
{
	struct error error;
	alarm(60); /* a test that blocks fails */
	snprintf(folder, sizeof folder, "%s", scratch_path("plain_model"));
	if (file_make_folder(folder, &error))
		return 1;
	copy("plain.json", "architecture.json");
	copy("plain.h5", "poids.h5");
	char *labels = file_join(folder, "labels.txt"), *card = file_join(folder, "training.json"),
	     *history = file_join(folder, "history.tsv");
	if (output_bytes(labels, "a\nb\nc\nd\n", 8, &error) ||
		output_bytes(card, "{}\n", 3, &error) ||
		output_bytes(history, "epoch\tloss\n1\t0.5\n", 17, &error))
		return 1;
	static const char *const names[] = {"architecture.json", "poids.h5", "labels.txt",
		"training.json"};
	for (int i = 0; i < 4; i++)
		instead_of(names[i], load);
	instead_of("history.tsv", read_history);
	free(labels);
	free(card);
	free(history);
	return done();
}
