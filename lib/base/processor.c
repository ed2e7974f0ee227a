#include "base/processor.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool processor_has_avx2(void)
{
#if defined __x86_64__
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
	return false;
#endif
}

static bool processor_has_avx512(void)
{
#if defined __x86_64__
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
		__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#else
	return false;
#endif
}

static bool processor_has_neon(void)
{
#if defined __aarch64__
	return true;
#else
	return false;
#endif
}

enum { SETS = 4 };

struct instruction_set {
	const char *name;
	bool supported;
	const void *version;
};

/* Best first. The last, plain, is always supported. */
static void list_sets(const struct processor_versions *versions, struct instruction_set sets[SETS])
{
	sets[0] = (struct instruction_set){"avx512", processor_has_avx512(), versions->avx512};
	sets[1] = (struct instruction_set){"avx2", processor_has_avx2(), versions->avx2};
	sets[2] = (struct instruction_set){"neon", processor_has_neon(), versions->neon};
	sets[3] = (struct instruction_set){"plain", true, versions->plain};
}

/* The value of MILLRACE_CPU; NULL: not set. */
static const char *requested_set(void)
{
	const char *requested = getenv("MILLRACE_CPU");
	return requested && *requested ? requested : NULL;
}

/* NULL, with `error` set: see processor_choose. */
static const struct instruction_set *choose(const struct instruction_set sets[SETS],
	struct error *error)
{
	const char *requested = requested_set();
	for (int i = 0; i < SETS; i++) {
		if (requested && strcmp(requested, sets[i].name) != 0)
			continue;
		if (sets[i].supported && sets[i].version)
			return &sets[i];
		if (requested) {
			error_set(error, "MILLRACE_CPU",
				sets[i].supported ? "this program was compiled without %s"
						  : "this processor has no %s",
				requested);
			return NULL;
		}
	}
	error_set(error, "MILLRACE_CPU", "'%.64s' is not one of plain, neon, avx2, avx512",
		requested);
	return NULL;
}

const void *processor_choose(const struct processor_versions *versions, struct error *error)
{
	struct instruction_set sets[SETS];
	list_sets(versions, sets);
	const struct instruction_set *chosen = choose(sets, error);
	return chosen ? chosen->version : NULL;
}

const char *processor_missing(const struct processor_versions *versions)
{
	struct instruction_set sets[SETS];
	list_sets(versions, sets);
	if (requested_set())
		return NULL;
	for (int i = 0; i < SETS; i++)
		if (sets[i].supported)
			return sets[i].version ? NULL : sets[i].name;
	return NULL;
}

void processor_describe(const struct processor_versions *versions, char *text, size_t size)
{
	struct instruction_set sets[SETS];
	struct error error;
	list_sets(versions, sets);
	char names[64] = "";
	for (int i = SETS - 1; i >= 0; i--)
		if (sets[i].version)
			snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s",
				*names ? " " : "", sets[i].name);
	const struct instruction_set *chosen = choose(sets, &error);
	const char *missing = processor_missing(versions);
	if (!chosen)
		snprintf(text, size, "%s; none chosen: %s: %s", names, error.object, error.reason);
	else
		snprintf(text, size, "%s; chosen %s: %s%s%s", names,
			requested_set() ? "by MILLRACE_CPU" : "on this processor", chosen->name,
			missing ? ", for lack of " : "", missing ? missing : "");
}
