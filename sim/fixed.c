#include "sim/fixed.h"

#include "sim/assert.h"
#include "sim/fixed_tables.h"

__extension__ typedef __int128 wide;
__extension__ typedef unsigned __int128 unsigned_wide;

#define LN2_62 INT64_C(3196577161300663915)     /* ln 2 with 62 fraction bits */
#define INV_LN2_61 INT64_C(3326628274461080623) /* 1 / ln 2 with 61 fraction bits */

static int64_t held(wide value)
{
    if (value > INT64_MAX)
        return INT64_MAX;
    return value < INT64_MIN ? INT64_MIN : (int64_t) value;
}

int64_t fixed_multiply(int64_t a, int64_t b)
{
    wide product = (wide) a * b;
    return held(product / FIXED_ONE);
}

int64_t fixed_divide(int64_t a, int64_t b)
{
    sim_assert(b != 0);
    return held((wide) a * FIXED_ONE / b);
}

static int64_t multiply_62(int64_t a, int64_t b)
{
    return (int64_t) (((wide) a * b) >> 62);
}

/* log2 of m / 2^63 for m in [2^63, 2^64), 62 fraction bits: the nearest centre c of 128 from the
 * table, and log2(1 + r) for the small rest r by its series. */
static int64_t log2_of_mantissa(uint64_t m)
{
    unsigned i = (unsigned) (m >> 56) & 127;
    int64_t quotient = (int64_t) (((unsigned_wide) m * (uint64_t) inverse_of_centre[i]) >> 63);
    int64_t r = quotient - (INT64_C(1) << 62);
    int64_t r2 = multiply_62(r, r), r3 = multiply_62(r2, r), r4 = multiply_62(r2, r2);
    int64_t natural = r - r2 / 2 + r3 / 3 - r4 / 4;
    return log2_of_centre[i] + (int64_t) (((wide) natural * INV_LN2_61) >> 61);
}

int64_t fixed_log2(uint64_t x)
{
    sim_assert(x > 0);
    int shift = __builtin_clzll(x);
    int64_t fraction = log2_of_mantissa(x << shift);
    return (int64_t) (31 - shift) * FIXED_ONE + (fraction >> 30);
}

int64_t fixed_minus_log2_uniform(uint64_t bits)
{
    if (bits == 0)
        return 64 * FIXED_ONE;
    int shift = __builtin_clzll(bits);
    int64_t fraction = log2_of_mantissa(bits << shift);
    return (int64_t) (shift + 1) * FIXED_ONE - (fraction >> 30);
}

/* 2^f for the fraction f = x / 2^32 in [0, 1), 61 fraction bits: the step below f from the table,
 * and the power of the small rest by its series. */
static int64_t exp2_of_fraction(uint32_t x)
{
    unsigned i = x >> 25;
    int64_t rest = (int64_t) (x & ((UINT32_C(1) << 25) - 1)) << 30; /* 62 bits */
    int64_t y = multiply_62(rest, LN2_62);
    int64_t y2 = multiply_62(y, y), y3 = multiply_62(y2, y), y4 = multiply_62(y2, y2);
    int64_t series = y + y2 / 2 + y3 / 6 + y4 / 24;
    return exp2_of_step[i] + multiply_62(exp2_of_step[i], series);
}

/* The power is never a number of its own: with a fixed point it would lose the digits that a long
 * duration needs of a small one, and the range that a short one needs of a large one. */
int64_t fixed_scale(int64_t value, int64_t x)
{
    const int64_t value_max = (INT64_C(1) << 62) - 1;
    sim_assert(value >= 0);
    int64_t whole = x >> 32;
    if (value == 0 || whole < -64)
        return 0;
    if (whole >= 62)
        return value_max;
    wide scaled = (wide) value * exp2_of_fraction((uint32_t) x) >> (61 - whole);
    return scaled > value_max ? value_max : (int64_t) scaled;
}

int64_t fixed_sqrt(int64_t x)
{
    sim_assert(x >= 0);
    unsigned_wide target = (unsigned_wide) (uint64_t) x << 32;
    uint64_t root = 0;
    for (int bit = 47; bit >= 0; bit--) {
        uint64_t trial = root | UINT64_C(1) << bit;
        if ((unsigned_wide) trial * trial <= target)
            root = trial;
    }
    return (int64_t) root;
}

/* The sign is the top bit; the others, read as a tail probability, choose octave and step by their
 * own leading bits, so that the far tail is as fine as the middle. */
int64_t fixed_normal(uint64_t bits)
{
    uint64_t tail = bits << 1 | 1; /* 63 bits of probability; never 0 */
    int octave = __builtin_clzll(tail);
    if (octave >= NORMAL_OCTAVES)
        octave = NORMAL_OCTAVES - 1;
    uint64_t mantissa = tail << octave << 1;
    const int64_t *q = &normal_quantile[octave * 33 + (int) (mantissa >> 59)];
    int64_t within = (int64_t) (mantissa << 5 >> 32);
    int64_t z = q[0] + fixed_multiply(q[1] - q[0], within);
    return bits >> 63 ? -z : z;
}
