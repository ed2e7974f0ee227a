/* The limit that kernels are measured against. */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

/* Floating-point operations per second that one thread does in fused multiply-adds on registers alone, two for each. */
double peak_rate(void);

#endif
