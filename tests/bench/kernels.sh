# Each inner loop, as a share of what the processor can.
repeated "$B/tests/bench/kernels"
