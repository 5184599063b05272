/* SIGINT and SIGTERM ask; whoever runs looks between two runs. */
#include <signal.h>

#include "analysis/runner/pool.h"

static volatile sig_atomic_t came;

static void note(int signal_number)
{
    (void) signal_number;
    came = 1;
}

void interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = note, .sa_flags = SA_RESTART | (int) SA_RESETHAND};
    (void) sigemptyset(&action.sa_mask);
    (void) sigaction(SIGINT, &action, NULL);
    (void) sigaction(SIGTERM, &action, NULL);
}

bool interrupt_came(void)
{
    return came != 0;
}
