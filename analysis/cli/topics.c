#include "analysis/cli/topics.h"

#include <stdio.h>
#include <string.h>

#include "analysis/cli/text.h"
#include "analysis/cli/topics_language.h"
#include "analysis/why/cause.h"

static void print_causes(void)
{
    putchar('\n');
    for (unsigned i = 0; i < ROOT_CAUSE_COUNT; i++)
        printf("  %-10s  %s\n", root_cause_names[i], root_cause_abouts[i]);
}

static const struct topic topics[] = {
    {"streams", "how chance is dealt out, and what variants share",
     "Every draw comes from a PCG64 stream of its own, found by the seed, a purpose and an owner; "
     "no\n"
     "two share one, so that one more draw anywhere moves no other.\n"
     "\n"
     "  a node's own draws   by node: its election timeouts and the like\n"
     "  a node's clock       by node: its drift and offset\n"
     "  a message's luck     by link, instant of sending and place among the sender's messages of\n"
     "                       that instant: latency first, then loss, then duplication\n"
     "  a fault              by its place in `faults:` and how often it has happened\n"
     "  chaos                by the number of the drawn fault\n"
     "\n"
     "So seed k gives every variant the same faults at the same instants, the same clocks, and "
     "the\n"
     "same luck for every message that both send on a link at an instant. Messages that only one\n"
     "sends take nothing from the other. Runs of the same seed are therefore paired, and `compare\n"
     "--baseline`, `threshold` and `why --twin` use it: their differences vary far less than two\n"
     "independent runs would.\n",
     NULL},
    {"statistics", "how compare, threshold and --until compute figures and intervals",
     "Means are over runs, which are independent, with the 95 % interval of Student's t.\n"
     "\n"
     "Quantiles of times (election_time, detection_time, downtime) come from all elections of all\n"
     "runs of a variant, by nearest rank, never from means of quantiles. Their 95 % interval lies\n"
     "between two order statistics: it assumes no distribution, but counts elections as "
     "independent,\n"
     "and those of one run share its clocks. Where the sample is too small to say, a bound is ?.\n"
     "\n"
     "Elections that had not ended with their run are in no time. They are counted beside it\n"
     "(`open`), and an expectation that they could still break is undecided, never passed.\n"
     "\n"
     "A figure is over runs of one scenario, variant, algorithm and settings, that differ in "
     "nothing\n"
     "but the seed; a run that is stored twice counts once. compare, plot and report show the "
     "same\n"
     "figure and interval, and an interval ends where the metric does: no time and no count is "
     "below\n"
     "0, no share above 100 %.\n"
     "\n"
     "Shares of runs have Wilson's interval, which is right also where nothing or all was seen.\n"
     "\n"
     "Differences to a baseline are means over pairs of runs of the same seed (see `describe\n"
     "streams`), with the t interval of the differences.\n"
     "\n"
     "sweep --until looks at the interval every hundred seeds and stops when it is tight enough "
     "in\n"
     "every variant. Looking often makes such an interval a little too sure of itself.\n",
     NULL},
    {"causes", "the root causes that why and sweep --causes name",
     "The cause of an election is found backwards from its first candidacy: the timer that fired,\n"
     "what had set it, what became of the leader's messages since, and the fault behind that. "
     "Where\n"
     "the leader was lost, what took it is the cause.\n"
     "\n",
     print_causes},
    {NULL, NULL, NULL, NULL},
};

static size_t count_of(const struct topic *t)
{
    size_t count = 0;
    while (t[count].name != NULL)
        count++;
    return count;
}

const struct topic *topic_at(unsigned index)
{
    size_t language = count_of(language_topics);
    if (index < language)
        return &language_topics[index];
    return index - language < count_of(topics) ? &topics[index - language] : NULL;
}

bool topic_print(const char *name)
{
    const struct topic *t;
    for (unsigned i = 0; (t = topic_at(i)) != NULL; i++)
        if (strcmp(t->name, name) == 0) {
            printf("%s: %s\n\n", t->name, t->about);
            text_print(t->text, 0, 94);
            if (t->more != NULL)
                t->more();
            return true;
        }
    return false;
}
