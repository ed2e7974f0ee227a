/* Weights in HDF5. Files with texts of variable length, as h5py writes them, are left out: they are tried in a process of their
 * own first, where HDF5 1.10 may crash unseen by a fuzzer. */
#include "common/fuzz.h"

#include "model/model.h"
#include "tap.h"

#include <stdlib.h>
#include <string.h>

static struct network *make_network(void)
{
	struct architecture architecture;
	struct network *network;
	if (architecture_read(&architecture, fixture("model/plain.json"), NULL) ||
		network_create(&network, &architecture, NETWORK_PREDICT, 1, NULL, NULL))
		abort();
	architecture_free(&architecture);
	return network;
}

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	static struct network *network;
	struct error error = {0};
	if (!network)
		network = make_network();
	if (memmem(bytes, size, "GCOL", 4))
		return false;
	return weights_read(network, fuzz_file(bytes, size), &error) == 0 || fuzz_refused(&error);
}
