/* Steps that belong together, which no signal may part. */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include <signal.h>

/* From here on no signal is taken by the calling thread but SIGBUS, which its own reading of a mapped file raises and which
 * would else end the process without a word; *before becomes what it took. errno is kept. */
void signals_block(sigset_t *before);

/* Takes signals as before, those first that came meanwhile. errno is kept. */
void signals_unblock(const sigset_t *before);

#endif
