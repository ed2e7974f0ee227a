/* Blocking of signals, for steps that must not be interrupted. */
#ifndef BASE_SIGNALS_H
#define BASE_SIGNALS_H

#include <signal.h>

/* Blocks all signals in the calling thread but SIGBUS, which reading a mapped file raises and
 * which, blocked, would end the process without a message. The old mask is stored in *before. errno
 * is unchanged. */
void signals_block(sigset_t *before);

/* Restores the mask; pending signals are delivered. errno is unchanged. */
void signals_unblock(const sigset_t *before);

#endif
