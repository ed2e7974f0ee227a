/* Classifies network addresses: public (globally routable), private, loopback. */
#ifndef FETCH_ADDRESS_H
#define FETCH_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>

/* Whether an IPv4 or IPv6 address can be that of a host of the public internet: not private,
 * loopback, link-local, multicast or reserved (IANA special-purpose registries, RFC 6890), nor an
 * IPv6 form that carries such an IPv4 address (mapped, compatible, NAT64, 6to4, Teredo). Every
 * other family is not. */
bool address_is_public(const struct sockaddr *address);

/* As above for "192.0.2.1" or "2001:db8::1"; text that is not an address is not public. */
bool address_text_is_public(const char *text);

/* Whether `host`, as written in a URL, is this machine: localhost, 127.0.0.0/8 or [::1]. */
bool address_is_loopback_name(const char *host);

#endif
