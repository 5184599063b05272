/* Prints the hashes; they must be those of tests/scenarios/golden.txt on any machine, and with each
 * event queue: `array`, `heap`, or the one that chooses. Run it where the folder `scenarios` is. */
#include <string.h>

#include "tests/hashes/hashes.h"

int main(int count, char **words)
{
    enum scheduler_structure structure = SCHEDULER_AUTO;
    if (count > 1 && strcmp(words[1], "array") == 0)
        structure = SCHEDULER_SORTED_ARRAY;
    else if (count > 1 && strcmp(words[1], "heap") == 0)
        structure = SCHEDULER_HEAP;
    else if (count > 1)
        return 2;
    hashes_write(stdout, structure);
    return fflush(stdout) == 0 ? 0 : 1;
}
