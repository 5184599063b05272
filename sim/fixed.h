/* Logarithm, power, root and normal quantile in fixed point: integers in, integers out, the same
 * bits on every machine. Accurate to about 2^-30, but the normal quantile, whose table is
 * interpolated linearly: its tail probabilities are within 2 in 10 000 of the exact ones. */
#ifndef CONCLAVE_SIM_FIXED_H
#define CONCLAVE_SIM_FIXED_H

#include <stdint.h>

#define FIXED_ONE (INT64_C(1) << 32) /* fixed-point numbers here have 32 fraction bits */

/* log2(x / 2^32) for x > 0. */
int64_t fixed_log2(uint64_t x);
/* value * 2^x, rounded down and held at 2^62-1, for a whole number value >= 0 and any x. */
int64_t fixed_scale(int64_t value, int64_t x);
/* a * b and a / b, rounded toward zero, held at the ends of the range; b != 0 in a quotient. */
int64_t fixed_multiply(int64_t a, int64_t b);
int64_t fixed_divide(int64_t a, int64_t b);
/* Square root of x >= 0. */
int64_t fixed_sqrt(int64_t x);
/* A standard normal deviate from 64 uniform bits, within about ±7.1. */
int64_t fixed_normal(uint64_t bits);
/* -log2(u) for u uniform in (0, 1], from 64 uniform bits. */
int64_t fixed_minus_log2_uniform(uint64_t bits);

#endif
