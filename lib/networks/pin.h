/* The digest of a file whose publisher gives none: that of the first one is kept, and another one
 * refused from then on. FOLDER/NAME.sha256 has a line as sha256sum(1) writes it. */
#ifndef NETWORKS_PIN_H
#define NETWORKS_PIN_H

#include "base/digest.h"

/* Returns 1, 0 without such a file (*sha256 is "" then), or -1: it can't be read, or has no
 * digest. */
CHECKED int pin_read(char sha256[DIGEST_HEX_SIZE], const char *path, struct error *error);

/* `file` is the name of the file that has the digest. */
CHECKED int pin_write(const char *path, const char *sha256, const char *file, struct error *error);

#endif
