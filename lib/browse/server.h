/* A web server for one folder of pictures, on this machine's loopback address alone. */
#ifndef BROWSE_SERVER_H
#define BROWSE_SERVER_H

#include "base/error.h"

struct browse_server;

/* Starts serving `folder`, and what the list at `list_path` (listed_read; NULL: none) says of pictures in it, at
 * 127.0.0.1:`port` (0: a free one) on threads of its own. It answers GET and HEAD, and only where the Host header
 * names this machine, so that no page from elsewhere can read along through a name that it makes point here. On
 * failure (-1: no folder, no list, the port is taken) *server is NULL. */
CHECKED int browse_start(struct browse_server **server, const char *folder, const char *list_path, int port,
	struct error *error);

/* "http://127.0.0.1:PORT/"; the server's own. */
const char *browse_url(const struct browse_server *server);

/* Ends the threads and frees; NULL is allowed. */
void browse_stop(struct browse_server *server);

#endif
