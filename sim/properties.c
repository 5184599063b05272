#include "sim/properties.h"

const struct property_info property_infos[] = {
    {ELECTION_SAFETY, "election_safety", "at most one leader in a term",
     "Ongaro and Ousterhout 2014, figure 3"},
    {VOTE_ONCE, "vote_once", "no node votes for two candidates in a term, restarts included",
     "Ongaro and Ousterhout 2014, section 5.2"},
    {TERM_MONOTONIC, "term_monotonic", "the term that a node has made durable never goes back",
     "Ongaro and Ousterhout 2014, section 5.1"},
    {LEADER_HAS_QUORUM, "leader_has_quorum",
     "a leader was voted for by a set of distinct nodes that meets every other quorum",
     "Ongaro and Ousterhout 2014, section 5.2; Gifford 1979 for weights"},
    {LEADER_COMPLETENESS, "leader_completeness", "a winner's log holds every committed entry",
     "Ongaro and Ousterhout 2014, section 5.4"},
    {STATE_MACHINE_SAFETY, "state_machine_safety",
     "no two servers hold different entries for committed at an index, and none holds one for "
     "committed that no leader has committed",
     "Ongaro and Ousterhout 2014, figure 3 and section 5.4.3"},
    {LEASE_EXCLUSIVE, "lease_exclusive", "no two nodes hold the lease at one instant",
     "Gray and Cheriton 1989"},
    {FENCING_MONOTONIC, "fencing_monotonic",
     "the guarded resource never accepts a token older than one that it has accepted",
     "Kleppmann 2016"},
    {EVENTUAL_LEADER, "eventual_leader",
     "once faults are healed and the network is timely, a leader that a majority follows exists "
     "within the bound that the algorithm declares",
     "Chandra and Toueg 1996, eventual leadership"},
    {EVENTUAL_AGREEMENT, "eventual_agreement",
     "once faults are healed and the network is timely, all running nodes follow the same leader",
     "Chandra and Toueg 1996, eventual leadership"},
    {HIGHEST_LEADS, "highest_leads",
     "once faults are healed and the network is timely, the highest running node leads",
     "Garcia-Molina 1982"},
    {LEADER_OF_TERM, "leader_of_term", "whom a node follows in a term has led in that term",
     "Garcia-Molina 1982: agreement within a group"},
    {0, NULL, NULL, NULL},
};

const struct property_info assumption_infos[] = {
    {ASSUMES_SYNCHRONY, "synchrony",
     "messages arrive in bounded time: no loss, no cut, no node that is slow", NULL},
    {ASSUMES_NO_PAUSE, "no pause", "a process that runs is never stopped for a while", NULL},
    {ASSUMES_BOUNDED_DRIFT, "bounded drift",
     "clocks run at true rate within the bound that the options give", NULL},
    {ASSUMES_DURABLE_STORAGE, "durable storage", "what the disk reports as written stays", NULL},
    {ASSUMES_CLEAN_CUT, "clean cut",
     "who is outside of the healthy majority is down, or wholly cut off from it", NULL},
    {0, NULL, NULL, NULL},
};

const char *property_name(uint32_t bit)
{
    const struct property_info *info = property_infos;
    while (info->name != NULL && info->bit != bit)
        info++;
    sim_assert(info->name != NULL);
    return info->name;
}
