/* HDF5 files of whole models: architecture, losses and weights. */
#include "common/fuzz.h"
#include "common/parsed.h"

bool fuzz_try(const unsigned char *bytes, size_t size)
{
	struct error error = {0};
	return fuzz_parse("model.h5", bytes, size, &error) == 0 || fuzz_refused(&error);
}
