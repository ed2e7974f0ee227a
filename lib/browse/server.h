/* An HTTP server for one folder of images, on the loopback address only. */
#ifndef BROWSE_SERVER_H
#define BROWSE_SERVER_H

#include "base/error.h"

struct browse_server;

/* Starts serving `folder`, and the list at `list_path` (listed_read; NULL: none) of images in it,
 * at 127.0.0.1:`port` (0: a free one) on its own threads. It responds to GET and HEAD, and only if
 * the Host header is this server's, against DNS rebinding. On failure (-1: no folder, no list, the
 * port is in use) *server is NULL. */
CHECKED int browse_start(struct browse_server **server, const char *folder, const char *list_path,
	int port, struct error *error);

/* "http://127.0.0.1:PORT/"; the server's own. */
const char *browse_url(const struct browse_server *server);

/* Stops the threads and frees the server; NULL is allowed. */
void browse_stop(struct browse_server *server);

#endif
