/* A small language for the bytes that a test server sends, valid or not, and when.
 *
 * A script is sent unchanged except for
 *   \r \n \t \0 \e \\ \xNN    a byte
 *   %S                  a good status line: "HTTP/1.1 200 OK" and the end of the line
 *   %E                  the end of a line
 *   %I  %H              the picture of the path; its first half
 *   %O                  the address of this server, "http://127.0.0.1:PORT"
 *   %W                  nothing for 100 milliseconds
 *   %N                  nothing until the next request on this connection
 *   %R                  a reset of the connection, and the end
 *   %%                  a percent sign
 *   %*{N:TEXT%}         TEXT, N times
 *   %l{TEXT%}           a Content-Length, the end of the headers, and TEXT
 *   %c{TEXT%}           TEXT as a chunk
 *   %z{TEXT%}           TEXT in gzip's format */
#ifndef SERVER_SCRIPT_H
#define SERVER_SCRIPT_H

#include <stdbool.h>

/* Finds the script of `name` (length bytes) in a file of lines "NAME SCRIPT". The caller frees it;
 * NULL: none. */
char *script_find(const char *file, const char *name, int length);

/* Sends a script on a socket until its end or the client closes. `path` determines the picture;
 * `next` is called for %N and returns whether a request came. */
void script_play(const char *script, int socket, const char *path, const char *origin,
	bool next(int socket));

#endif
