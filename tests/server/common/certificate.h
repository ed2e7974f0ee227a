/* Certificates that the test servers make for themselves. */
#ifndef SERVER_CERTIFICATE_H
#define SERVER_CERTIFICATE_H

#include <openssl/ssl.h>

/* Gives `tls` a new key and a certificate signed with it, for `names` ("DNS:localhost,IP:127.0.0.1"), which ends `seconds`
 * from now, and writes the certificate to `path`, as PEM. Returns whether that went well. */
int make_certificate(SSL_CTX *tls, const char *names, long seconds, const char *path);

#endif
