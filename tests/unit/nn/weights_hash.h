/* A hash of a network's weights, to compare them and to pin them. */
#ifndef TESTS_UNIT_NN_WEIGHTS_HASH_H
#define TESTS_UNIT_NN_WEIGHTS_HASH_H

#include "base/bytes.h"
#include "nn/network.h"

#include <inttypes.h>
#include <stdio.h>

enum { HEX_SIZE = 17 };

/* FNV-1a of all weights, byte by byte as little-endian files have them. */
static inline void hash(const struct network *network, char *hex)
{
	uint64_t sum = 0xcbf29ce484222325;
	for (int i = 0; i < network_parameter_count(network); i++) {
		struct parameter parameter = network_parameter(network, i);
		for (size_t k = 0; k < parameter.count; k++) {
			unsigned char bytes[4];
			store_f32(bytes, parameter.values[k]);
			for (int b = 0; b < 4; b++)
				sum = (sum ^ bytes[b]) * 0x100000001b3;
		}
	}
	snprintf(hex, HEX_SIZE, "%016" PRIx64, sum);
}

#endif
