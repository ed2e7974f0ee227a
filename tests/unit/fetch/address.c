/* Which addresses are public: the ends of every address block, and IPv6 addresses with embedded
 * IPv4 addresses. */
#include "fetch/address.h"
#include "tap.h"

static void all_are(bool expected, const char *const *addresses)
{
	for (; *addresses; addresses++)
		ok(address_text_is_public(*addresses) == expected, "%s is %spublic", *addresses,
			expected ? "" : "not ");
}

int main(void)
{
	all_are(true,
		(const char *const[]){"1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255",
			"100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255",
			"169.255.0.0", "172.15.255.255", "172.32.0.0", "192.0.1.0",
			"192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
			"223.255.255.255", "2000::", "2001:200::", "2003::", "2606:4700::1111",
			"2a00:1450::1", "3ffe:ffff::", "3fff:1000::", "3fff:ffff::", 0});
	all_are(false,
		(const char *const[]){"0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255",
			"100.64.0.0", "100.127.255.255", "127.0.0.1", "127.255.255.255",
			"169.254.169.254", "172.16.0.0", "172.31.255.255", "192.0.0.1", "192.0.2.1",
			"192.168.0.0", "192.168.255.255", "198.18.0.0", "198.19.255.255",
			"198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1",
			"255.255.255.255", "::", "::1", "::8.8.8.8", "::ffff:8.8.8.8",
			"::ffff:127.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "100::1",
			"1fff:ffff::", "2002:ffff::", "3fff::1", "3fff:fff::1", "4000::", "5f00::1",
			"fbff::1", "::ffff:0:127.0.0.1", "::127.0.0.1", "2001::1", "2001:db8::1",
			"2002:7f00:1::", "fc00::1", "fdff::1", "fe80::1", "fec0::1", "ff02::1", "",
			"example.org", "1.2.3", 0});
	const char *loopback[] = {"localhost", "LocalHost", "127.0.0.1", "127.9.9.9", "[::1]"};
	for (int i = 0; i < 5; i++)
		ok(address_is_loopback_name(loopback[i]), "%s is this machine", loopback[i]);
	ok(!address_is_loopback_name("localhost.example.org"),
		"a name that begins with localhost is not");
	ok(!address_is_loopback_name("128.0.0.1"), "128.0.0.1 is not");
	return done();
}
