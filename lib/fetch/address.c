#include "fetch/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct range {
	unsigned char prefix[16];
	int bits;
};

static const struct range refused_v4[] = {
	{{0}, 8}, {{10}, 8}, {{100, 64}, 10}, {{127}, 8}, {{169, 254}, 16}, {{172, 16}, 12}, {{192, 0, 0}, 24},
	{{192, 0, 2}, 24}, {{192, 88, 99}, 24}, {{192, 168}, 16}, {{198, 18}, 15}, {{198, 51, 100}, 24},
	{{203, 0, 113}, 24}, {{224}, 4}, {{240}, 4},
};

/* All that was ever given out; outside lie ::, ::1, the mapped and compatible forms, NAT64, what is private, link-local
 * or multicast. */
static const struct range global_v6 = {{0x20}, 3};

/* 2001::/23 holds Teredo among others; 2002::/16 is 6to4; the other two are for documentation. */
static const struct range refused_v6[] = {
	{{0x20, 0x01, 0x00}, 23}, {{0x20, 0x01, 0x0d, 0xb8}, 32}, {{0x20, 0x02}, 16}, {{0x3f, 0xff, 0x00}, 20},
};

static bool in_range(const unsigned char *address, const struct range *range)
{
	int whole = range->bits / 8, rest = range->bits % 8;
	if (memcmp(address, range->prefix, (size_t)whole))
		return false;
	return !rest || ((address[whole] ^ range->prefix[whole]) >> (8 - rest)) == 0;
}

static bool in_ranges(const void *address, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (in_range(address, &ranges[i]))
			return true;
	return false;
}

static bool is_public_v4(const struct in_addr *address)
{
	return !in_ranges(address, refused_v4, sizeof refused_v4 / sizeof *refused_v4);
}

static bool is_public_v6(const struct in6_addr *address)
{
	return in_ranges(address, &global_v6, 1) && !in_ranges(address, refused_v6, sizeof refused_v6 / sizeof *refused_v6);
}

bool address_is_public(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return is_public_v4(&((const struct sockaddr_in *)(const void *)address)->sin_addr);
	if (address->sa_family == AF_INET6)
		return is_public_v6(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
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
