/* Self-signed certificates of the test servers. */
#ifndef SERVER_CERTIFICATE_H
#define SERVER_CERTIFICATE_H

#include <openssl/ssl.h>

/* Gives `tls` a new key and a certificate signed with it, for `names`
 * ("DNS:localhost,IP:127.0.0.1"), which expires `seconds` from now, and writes the certificate to
 * `path`, as PEM. Returns whether that succeeded. */
int make_certificate(SSL_CTX *tls, const char *names, long seconds, const char *path);

#endif
