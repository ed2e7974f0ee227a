/* Transfers: the stall timeout. */
#include "fetch/transfer.h"
#include "tap.h"

int main(void)
{
	is_integer(transfer_stall_seconds(60), 20, "a third of a minute");
	is_integer(transfer_stall_seconds(600), 20, "no more than twenty seconds");
	is_integer(transfer_stall_seconds(12), 4, "a third of 12 seconds");
	is_integer(transfer_stall_seconds(13), 5, "rounded up");
	is_integer(transfer_stall_seconds(1), 1, "at least one second: 0 would be no limit");
	return done();
}
