#include "fetch/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

/* In CIDR notation: prefix/prefix_length. */
struct address_block {
	unsigned char prefix[16];
	int prefix_length;
};

static const struct address_block special_v4[] = {
	{{0}, 8},
	{{10}, 8},
	{{100, 64}, 10},
	{{127}, 8},
	{{169, 254}, 16},
	{{172, 16}, 12},
	{{192, 0, 0}, 24},
	{{192, 0, 2}, 24},
	{{192, 88, 99}, 24},
	{{192, 168}, 16},
	{{198, 18}, 15},
	{{198, 51, 100}, 24},
	{{203, 0, 113}, 24},
	{{224}, 4},
	{{240}, 4},
};

/* 2000::/3, the global unicast addresses that are allocated; outside of it are ::, ::1, the mapped
 * and compatible forms, NAT64, and private, link-local and multicast addresses. */
static const struct address_block global_v6 = {{0x20}, 3};

/* 2001::/23 includes Teredo; 2002::/16 is 6to4; the other two are for documentation. */
static const struct address_block special_v6[] = {
	{{0x20, 0x01, 0x00}, 23},
	{{0x20, 0x01, 0x0d, 0xb8}, 32},
	{{0x20, 0x02}, 16},
	{{0x3f, 0xff, 0x00}, 20},
};

static bool in_block(const unsigned char *address, const struct address_block *block)
{
	int whole_bytes = block->prefix_length / 8, rest_bits = block->prefix_length % 8;
	if (memcmp(address, block->prefix, (size_t)whole_bytes))
		return false;
	return !rest_bits ||
		((address[whole_bytes] ^ block->prefix[whole_bytes]) >> (8 - rest_bits)) == 0;
}

static bool in_any_block(const void *address, const struct address_block *blocks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (in_block(address, &blocks[i]))
			return true;
	return false;
}

static bool is_public_v4(const struct in_addr *address)
{
	return !in_any_block(address, special_v4, sizeof special_v4 / sizeof *special_v4);
}

static bool is_public_v6(const struct in6_addr *address)
{
	return in_any_block(address, &global_v6, 1) &&
		!in_any_block(address, special_v6, sizeof special_v6 / sizeof *special_v6);
}

bool address_is_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return is_public_v4(&((const struct sockaddr_in *)(const void *)address)->sin_addr);
	if (address->sa_family == AF_INET6)
		return is_public_v6(
			&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
	return false;
}

bool address_text_is_public(const char *text)
{
	struct in_addr v4;
	struct in6_addr v6;
	if (inet_pton(AF_INET, text, &v4) == 1)
		return is_public_v4(&v4);
	return inet_pton(AF_INET6, text, &v6) == 1 && is_public_v6(&v6);
}

bool address_is_loopback_name(const char *host)
{
	struct in_addr v4;
	if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0)
		return true;
	return inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}
