/* Transfers: what they are set up with. */
#include "fetch/transfer.h"
#include "tap.h"

int main(void)
{
	is_integer(transfer_slow_seconds(60), 20, "a third of a minute");
	is_integer(transfer_slow_seconds(600), 20, "no more than twenty seconds");
	is_integer(transfer_slow_seconds(12), 4, "a third of little");
	is_integer(transfer_slow_seconds(13), 5, "rounded up");
	is_integer(transfer_slow_seconds(1), 1, "a second, as none would be no limit");
	return done();
}
