#include "certificate.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>

static int add_extension(X509 *certificate, int kind, const char *value)
{
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, kind, value);
	int added = extension && X509_add_ext(certificate, extension, -1);
	X509_EXTENSION_free(extension);
	return added;
}

static int fill(X509 *certificate, EVP_PKEY *key, const char *names, long seconds)
{
	X509_NAME *name = X509_get_subject_name(certificate);
	return X509_set_version(certificate, X509_VERSION_3) &&
		ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1) &&
		X509_gmtime_adj(X509_getm_notBefore(certificate), -86400) &&
		X509_gmtime_adj(X509_getm_notAfter(certificate), seconds) &&
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test",
			-1, -1, 0) &&
		X509_set_issuer_name(certificate, name) && X509_set_pubkey(certificate, key) &&
		add_extension(certificate, NID_subject_alt_name, names) &&
		add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
		X509_sign(certificate, key, EVP_sha256());
}

static int write_certificate(X509 *certificate, const char *path)
{
	FILE *stream = fopen(path, "we");
	int written = stream && PEM_write_X509(stream, certificate);
	return stream && fclose(stream) == 0 && written;
}

int make_certificate(SSL_CTX *tls, const char *names, long seconds, const char *path)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	int made = key && certificate && fill(certificate, key, names, seconds) &&
		write_certificate(certificate, path) &&
		SSL_CTX_use_certificate(tls, certificate) == 1 &&
		SSL_CTX_use_PrivateKey(tls, key) == 1;
	X509_free(certificate);
	EVP_PKEY_free(key);
	return made;
}
