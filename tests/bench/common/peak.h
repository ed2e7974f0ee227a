/* Peak arithmetic throughput, the reference for kernels. */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

/* Floating-point operations per second of one thread, by fused multiply-adds on registers, two for
 * each. */
double peak_rate(void);

#endif
