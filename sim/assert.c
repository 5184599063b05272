/* What a broken invariant does in a program that brings no handler of its own. */
#include "sim/assert.h"

_Noreturn void sim_assert_failed(const char *condition, const char *function, const char *file,
                                 int line)
{
    (void) condition;
    (void) function;
    (void) file;
    (void) line;
    __builtin_trap();
}
