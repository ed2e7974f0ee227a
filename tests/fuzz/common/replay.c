/* Runs a fuzz target as a test: seeds are accepted or refused as expected, and no mutation of them
 * crashes it. */
#include "base/file.h"
#include "base/random.h"
#include "fuzz.h"
#include "tap.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	INPUT_MAXIMUM = 1 << 20,
	SEEDS_MAXIMUM = 200,
	CHANGED = 500,
	GROWN = 10,
	CHANGES_MAXIMUM = 4,
	SECONDS_MAXIMUM = 5
};

#ifdef __SANITIZE_ADDRESS__
enum { GROWN_SIZE = 1 << 16 }; /* its realloc copies each time */
#else
enum { GROWN_SIZE = INPUT_MAXIMUM };
#endif

struct seed {
	char name[64];
	bool good;
	unsigned char *bytes;
	size_t size;
};

/* What is tried, in memory that outlives the process that tries it. */
static struct trial {
	bool accepted[SEEDS_MAXIMUM];
	int changed; /* inputs that were tried, of the changed ones */
	size_t size;
	unsigned char bytes[INPUT_MAXIMUM];
} * trial;

static struct seed seeds[SEEDS_MAXIMUM];
static size_t seed_count;

static void read_seeds(const char *folder, bool good)
{
	struct text_list names = {0};
	if (file_list(folder, FILE_REGULAR, &names, NULL))
		exit(1);
	for (size_t i = 0; i < names.count && seed_count < SEEDS_MAXIMUM; i++) {
		struct seed *seed = &seeds[seed_count++];
		char *path = file_join(folder, names.items[i]);
		snprintf(seed->name, sizeof seed->name, "%s", names.items[i]);
		seed->good = good;
		if (!path || file_read(path, INPUT_MAXIMUM, &seed->bytes, &seed->size, NULL))
			exit(1);
		free(path);
	}
	text_list_free(&names);
}

/* ---- changes ---- */

static void put(unsigned char *place, size_t room, uint32_t value)
{
	if (room >= sizeof value)
		memcpy(place, &value, sizeof value);
	else
		*place = (unsigned char)value;
}

/* Puts `count` of these bytes in at `at`, as far as there is room. */
static void insert(size_t at, const unsigned char *bytes, size_t count)
{
	if (count > INPUT_MAXIMUM - trial->size)
		return;
	memmove(trial->bytes + at + count, trial->bytes + at, trial->size - at);
	memcpy(trial->bytes + at, bytes, count);
	trial->size += count;
}

static void change(struct random *random)
{
	static const uint32_t values[] = {0, 1, 0x7f, 0x80, 0xff, 0x7fffffff, 0x80000000,
		0xffffffff, 0xffff, 0xff000000};
	static unsigned char piece[256];
	const struct seed *other = &seeds[random_below(random, (uint32_t)seed_count)];
	if (!trial->size)
		return insert(0, other->bytes, other->size);
	size_t at = random_below(random, (uint32_t)trial->size), rest = trial->size - at;
	size_t count =
		1 + random_below(random, (uint32_t)(rest < sizeof piece ? rest : sizeof piece));
	size_t from = other->size ? random_below(random, (uint32_t)other->size) : 0;
	switch (random_below(random, 7)) {
	case 0:
		trial->bytes[at] ^= (unsigned char)(1 << random_below(random, 8));
		break;
	case 1:
		trial->bytes[at] = (unsigned char)random_u32(random);
		break;
	case 2:
		put(trial->bytes + at, rest,
			values[random_below(random, sizeof values / sizeof *values)]);
		break;
	case 3:
		trial->size = at;
		break;
	case 4:
		memmove(trial->bytes + at, trial->bytes + at + count, rest - count),
			trial->size -= count;
		break;
	case 5:
		memcpy(piece, trial->bytes + at, count), insert(at, piece, count);
		break;
	case 6:
		insert(at, other->bytes + from,
			count < other->size - from ? count : other->size - from);
		break;
	}
}

/* Repeats one stretch until there is no more room: what takes long for many shows it. */
static void grow(struct random *random)
{
	static unsigned char piece[INPUT_MAXIMUM];
	if (!trial->size || trial->size > GROWN_SIZE)
		return;
	size_t at = random_below(random, (uint32_t)trial->size), rest = trial->size - at;
	size_t count = 1 + random_below(random, (uint32_t)(rest < 32 ? rest : 32)),
	       room = GROWN_SIZE - trial->size;
	for (size_t i = 0; i < room; i++)
		piece[i] = trial->bytes[at + i % count];
	insert(at, piece, room - room % count);
}

/* ---- tries ---- */

/* In memory of its own, so that a sanitizer sees who reads behind it. */
static bool try(void)
{
	const struct itimerval limit = {.it_value.tv_sec = SECONDS_MAXIMUM};
	unsigned char *bytes = malloc(trial->size);
	if (!bytes && trial->size)
		exit(1);
	memcpy(bytes, trial->bytes, trial->size);
	setitimer(ITIMER_PROF, &limit, NULL);
	bool accepted = fuzz_try(bytes, trial->size);
	free(bytes);
	return accepted;
}

static void load(const struct seed *seed)
{
	memcpy(trial->bytes, seed->bytes, seed->size);
	trial->size = seed->size;
}

static void try_all(void)
{
	for (size_t i = 0; i < seed_count; i++) {
		load(&seeds[i]);
		trial->accepted[i] = try();
	}
	for (; trial->changed < CHANGED + GROWN; trial->changed++) {
		struct random random = random_start(0, RANDOM_TEST, (uint64_t)trial->changed, 0);
		load(&seeds[random_below(&random, (uint32_t)seed_count)]);
		if (trial->changed < CHANGED)
			for (uint32_t left = 1 + random_below(&random, CHANGES_MAXIMUM); left;
				left--)
				change(&random);
		else
			grow(&random);
		(void)try();
	}
}

/* In a process of its own. Returns how that ended. */
static int try_apart(void)
{
	int status = -1;
	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		try_all();
		for (size_t i = 0; i < seed_count; i++)
			free(seeds[i].bytes);
		exit(0);
	}
	waitpid(child, &status, 0);
	return status;
}

static void tell_end(const char *program, int status)
{
	char path[4096];
	if (ok(status == 0, "%d changed inputs, and %d that were made large, do no harm", CHANGED,
		    GROWN))
		return;
	snprintf(path, sizeof path, "%s.input", program);
	if (WIFSIGNALED(status))
		note("%s", strsignal(WTERMSIG(status)));
	if (output_bytes(path, trial->bytes, trial->size, NULL) == 0)
		note("the one after %d of them is kept as %s", trial->changed, path);
}

int main(int argc, char **argv)
{
	char command[8192], folder[4096];
	const char *name = text_base_name(argv[0]);
	(void)argc;
	trial = mmap(NULL, sizeof *trial, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		0);
	snprintf(command, sizeof command, "sh %.*sfuzz/common/seeds.sh %.*s %s",
		(int)(strlen(fixture("")) - strlen("fixtures/")), fixture(""),
		(int)strcspn(name, "."), name, scratch());
	ok(trial != MAP_FAILED && system(command) == 0, "seeds are made");
	snprintf(folder, sizeof folder, "%s/good", scratch());
	read_seeds(folder, true);
	snprintf(folder, sizeof folder, "%s/bad", scratch());
	read_seeds(folder, false);
	int status = try_apart();
	for (size_t i = 0; i < seed_count; i++)
		ok(trial->accepted[i] == seeds[i].good, "%s is %s", seeds[i].name,
			seeds[i].good ? "accepted" : "refused");
	tell_end(argv[0], status);
	return done();
}
