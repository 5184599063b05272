/* Prints the hashes; they must be those of tests/scenarios/golden.txt on any machine. Run it where
 * the folder `scenarios` is. */
#include "tests/hashes/hashes.h"

int main(void)
{
    hashes_write(stdout);
    return fflush(stdout) == 0 ? 0 : 1;
}
