#include "base/signals.h"

#include <errno.h>

static void set_mask(const sigset_t *mask, sigset_t *before)
{
	int saved = errno;
	pthread_sigmask(SIG_SETMASK, mask, before);
	errno = saved;
}

void signals_block(sigset_t *before)
{
	sigset_t all;
	sigfillset(&all);
	sigdelset(&all, SIGBUS);
	set_mask(&all, before);
}

void signals_unblock(const sigset_t *before)
{
	set_mask(before, NULL);
}
