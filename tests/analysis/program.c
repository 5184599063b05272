/* The program itself, run as its users run it: exit status, and what it says. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/analysis/finished.h"

#define SAID_MAX 65536

/* Runs `conclave ARGUMENTS` in a shell, both outputs into `said`; the exit status. */
static int conclave(const char *arguments, char said[SAID_MAX])
{
    const char *program = getenv("CONCLAVE");
    char line[4096];
    if (program == NULL)
        cr_skip_test("CONCLAVE does not name the program");
    (void) snprintf(line, sizeof line, "'%s' %s 2>&1", program, arguments);
    FILE *pipe = popen(line, "r");
    cr_assert_not_null(pipe);
    size_t length = fread(said, 1, SAID_MAX - 1, pipe);
    said[length] = '\0';
    while (fgetc(pipe) != EOF)
        continue;
    return WEXITSTATUS(pclose(pipe));
}

/* The same with a terminal as standard output. */
static int on_terminal(const char *arguments, char said[SAID_MAX])
{
    const char *program = getenv("CONCLAVE");
    char line[4096];
    if (program == NULL)
        cr_skip_test("CONCLAVE does not name the program");
    (void) snprintf(line, sizeof line, "script -qefc \"'%s' %s\" /dev/null < /dev/null", program,
                    arguments);
    FILE *pipe = popen(line, "r");
    cr_assert_not_null(pipe);
    size_t length = fread(said, 1, SAID_MAX - 1, pipe);
    said[length] = '\0';
    while (fgetc(pipe) != EOF)
        continue;
    return WEXITSTATUS(pclose(pipe));
}

static void expect_says(const char *arguments, int status, const char *words)
{
    static char said[SAID_MAX];
    cr_expect_eq(conclave(arguments, said), status, "conclave %s: %s", arguments, said);
    cr_expect_not_null(strstr(said, words), "conclave %s: no `%s` in: %s", arguments, words, said);
}

#define QUICK "scenarios/quickstart.yaml"

Test(program, a_run_in_which_all_is_well_exits_with_0_and_shows_its_parts)
{
    expect_says("run " QUICK, 0, "What happened");
    expect_says("run " QUICK, 0, "trace hash");
    expect_says("check " QUICK, 0, "good");
    expect_says("run - < " QUICK, 0, "PASS");
    expect_says("--version", 0, "conclave ");
    expect_says("run --help", 0, "--max-memory SIZE");
}

Test(program, a_failed_expectation_exits_with_1_and_is_said_even_when_quiet)
{
    char *folder = make_folder(), *path = path_in(folder, "fail.yaml"), arguments[256];
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs("duration: 2s\ncluster: {nodes: 3}\nalgorithm: raft\n"
          "expect: [term_growth > 1000]\n",
          file);
    (void) fclose(file);
    (void) snprintf(arguments, sizeof arguments, "run %s --quiet", path);
    expect_says(arguments, 1, "FAIL");
    free(path);
    remove_folder(folder);
}

Test(program, a_wrong_command_line_exits_with_2_and_a_suggestion)
{
    expect_says("rnu " QUICK, 2, "did you mean `run`?");
    expect_says("run", 2, "needs SCENARIO");
    expect_says("run " QUICK " --set raft.pre_vot=true", 2, "did you mean `pre_vote`?");
    expect_says("run " QUICK " --json --trace -", 2, "exclude each other");
    expect_says("run no-such.yaml", 2, "no-such.yaml");
    expect_says("run scenarios", 2, "is a directory");
    expect_says("timeline " QUICK " --election 99", 2, "has 4 elections");
    expect_says("timeline " QUICK " --from 5", 2, "needs a unit");
    expect_says("timeline " QUICK " --from 3s --to 2s", 2, "window is empty");
    expect_says("timeline " QUICK " --format pdf", 2, "one of svg, text");
    expect_says("describe rft", 2, "did you mean `raft`?");
    expect_says("--verbose", 2, "unknown command");
}

Test(program, help_on_a_misspelt_command_suggests_the_right_one)
{
    expect_says("help rnu", 2, "did you mean `run`?");
    expect_says("help sweeep", 2, "did you mean `sweep`?");
    expect_says("help zzzzzz", 2, "unknown command `zzzzzz`; see `conclave help`");
}

Test(program, a_search_that_finds_says_nothing_when_quiet_and_one_that_does_not_says_so)
{
    static char said[SAID_MAX];
    cr_expect_eq(conclave("hunt " QUICK " --seeds 1..50 --for 'elections > 1' --quiet", said), 0);
    cr_expect_str_eq(said, "");
    expect_says("hunt " QUICK " --seeds 1..50 --for 'elections > 99' --quiet", 1,
                "none of 50 runs: elections > 99");
    expect_says("hunt " QUICK " --seeds 1..50 --for 'elections > 1' --quiet --json", 0,
                "\"matches\"");
    cr_expect_eq(conclave("threshold " QUICK " --seeds 1..20 --vary network.loss=0%..90% "
                          "--for 'availability < 90%' --quiet",
                          said),
                 0);
    cr_expect_str_eq(said, "");
    expect_says("threshold " QUICK " --seeds 1..5 --vary network.loss=0%..1% "
                "--for 'elections > 99' --quiet",
                1, "same side of the level");
    (void) conclave("threshold " QUICK " --seeds 1..5 --vary network.loss=0%..1% "
                    "--for 'elections > 99' --quiet",
                    said);
    cr_expect_null(strstr(said, "interval"), "%s", said);
}

static void expect_check_says(const char *text, const char *words)
{
    char *folder = make_folder(), *path = path_in(folder, "wrong.yaml"), arguments[256];
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    (void) fclose(file);
    (void) snprintf(arguments, sizeof arguments, "check %s --json", path);
    expect_says(arguments, 2, words);
    free(path);
    remove_folder(folder);
}

Test(program, check_tells_machines_of_every_mistake_and_its_place)
{
    expect_says("check " QUICK " --json", 0, "\"good\": true");
    expect_says("check " QUICK " --json", 0, "\"diagnostics\": []");
    expect_check_says("durration: 5s\n", "\"good\": false");
    expect_check_says("durration: 5s\n", "\"line\": 1,\n      \"column\": 1,");
    expect_check_says("durration: 5s\n", "\"suggestion\": \"did you mean `duration`?\"");
    expect_check_says("[1", "\"line\": ");
    expect_check_says("duration: 5s\ncluster: {nodes: 3}\nalgorithm: raft\n"
                      "variants: [{name: odd, set: {network.loss: 200%}}]\n",
                      "\"variant\": \"odd\"");
    expect_check_says("duration: 5s\ncluster: {nodes: 3}\nalgorithm: raft\n"
                      "draw: {network.loss: [1%, 200%]}\n",
                      "\"seed\": ");
    expect_says("check " QUICK " --json --set raft.pre_vot=true", 2, "\"file\": \"--set\"");
    expect_says("check no-such.yaml --json", 2, "conclave: no-such.yaml");
}

Test(program, what_is_no_text_is_not_poured_into_a_terminal)
{
    char *folder = make_folder(), *db = path_in(folder, "one.db"), line[1024];
    static char said[SAID_MAX];
    (void) snprintf(line, sizeof line, "run " QUICK " --quiet --db %s", db);
    cr_expect_eq(conclave(line, said), 0);
    static const char *const commands[]
        = {"timeline " QUICK, "timeline " QUICK " --format perfetto", "report %s",
           "plot %s --kind downtime --format svg"};
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        char command[512];
        (void) snprintf(command, sizeof command, commands[i], db);
        (void) snprintf(line, sizeof line, "%s | cat", command);
        cr_expect_eq(conclave(line, said), 0, "%s: %s", command, said);
        cr_expect(strlen(said) > 1000, "%s: %s", command, said);
        cr_expect_eq(on_terminal(command, said), 2, "%s: %.200s", command, said);
        cr_expect_not_null(strstr(said, "-o FILE"), "%s: %.200s", command, said);
        cr_expect(strlen(said) < 300, "%s: %.200s", command, said);
    }
    cr_expect_eq(on_terminal("timeline " QUICK " --format text", said), 0);
    cr_expect_eq(on_terminal("timeline " QUICK " -o -", said), 0, "as asked for");
    free(db);
    remove_folder(folder);
}

Test(program, describe_tells_of_an_algorithm_what_was_measured_and_where_to_see_it)
{
    expect_says("describe manual_failover", 0, " min without a leader, five nodes;");
    expect_says("describe manual_failover", 0, "its failover is a person's");
    expect_says("describe mongodb", 0, "\n  mongodb-failover\n");
    expect_says("describe mongodb", 0, "\n  pattern/127-elections-in-six-hours\n");
}

Test(program, describe_knows_options_other_names_and_near_scenarios)
{
    expect_says("describe kraft.fetch_timeout", 0, "kraft.fetch_timeout (option of KRaft)");
    expect_says("describe kraft.fetch_timeout --json", 0, "\"default\": \"2s\"");
    expect_says("describe mongodb.arbiter", 2, "did you mean `mongodb.arbiters`?");
    expect_says("describe zookeeper", 2,
                "Conclave calls it `fast_leader_election` or `zookeeper_recipe`");
    expect_says("run pattern/127", 2, "did you mean `pattern/127-elections-in-six-hours`?");
    expect_says("run quikstart", 2, "did you mean `quickstart`?");
}

Test(program, describe_keeps_the_tables_of_a_scenario_s_story)
{
    expect_says("describe hierarchical-regions", 0,
                "\n    flat raft              57           0.74 s");
}

Test(program, which_algorithm_has_which_technique_is_said_from_all_three_sides)
{
    expect_says("list techniques", 0, "does not fit  fast_leader_election");
    expect_says("list techniques --json", 0, "\"name\": \"circuit_breaker\"");
    expect_says("describe circuit_breaker", 0, "kraft                   breaker_elections");
    expect_says("describe circuit_breaker --json", 0, "\"has\": false");
    expect_says("describe ring", 0, "quorum                does not fit: there are no votes");
    expect_says("describe raft --json", 0, "\"techniques\"");
    expect_says("describe circuit_braker", 2, "did you mean `circuit_breaker`?");
}

Test(program, the_page_of_an_algorithm_folds_arrays_and_names_what_draws_it)
{
    static char said[SAID_MAX];
    expect_says("describe fast_leader_election", 0, "\n  ACK: connection, ");
    expect_says("describe zookeeper_recipe", 0, "records[…].session, ");
    (void) conclave("describe zookeeper_recipe", said);
    cr_expect_null(strstr(said, "records[1]"), "%s", said);
    expect_says("describe ring", 0, "\n  swarm\n");
    expect_says("describe raft", 0, "\n  swarm\n");
    (void) conclave("describe health_check", said);
    cr_expect_null(strstr(said, "\n  quickstart\n"), "%s", said);
}

Test(program, words_of_users_lead_to_our_pages)
{
    static const char *const pages[][2] = {
        {"adaptive", "raft.timeouts (option of Raft)"},
        {"escape", "(ESCAPE, arXiv"},
        {"weights", "cluster.weights (key of a scenario)"},
        {"lock", "distributed_lock (technique)"},
        {"Pre-Vote", "pre_vote (technique)"},
        {"p99", "expressions: "},
    };
    for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
        char line[64];
        (void) snprintf(line, sizeof line, "describe %s", pages[i][0]);
        expect_says(line, 0, pages[i][1]);
    }
}

Test(program, help_says_what_an_option_means_to_its_command)
{
    expect_says("help threshold", 0, "--vary KEY=A..B   the parameter");
    expect_says("help sweep", 0, "--vary KEY=V1,V2,…      one variant");
    expect_says("help sweep", 0, "--until METRIC ± SHARE  run seeds");
    expect_says("help sweep", 0, "default 1..100");
    expect_says("help why", 0, "explain the N-th election");
    expect_says("help timeline", 0, "conclave timeline SCENARIO|DB");
    expect_says("help timeline", 0, "svg, text, perfetto or shiviz");
    expect_says("help compare", 0, "text, markdown or csv");
    expect_says("threshold " QUICK " --vary", 2, "--vary KEY=A..B");
}

Test(program, the_scenario_language_can_be_learned_from_describe)
{
    static const char *const answers[][2] = {
        {"describe", "Topics\n  language"},
        {"describe", "ballot_leader_election, bully"},
        {"describe language", "\n  selectors  "},
        {"describe language", "\n  cluster.weights: mapping of nodes to counts\n      votes that"},
        {"describe selectors", "\n  follower                one running node that does not act"},
        {"describe follower", "selectors: whom"},
        {"describe leader", "selectors: whom"},
        {"describe bridge", "selectors: whom"},
        {"describe units", "Units of time: ns us ms s m h d"},
        {"describe expressions", "<= >= == != < >"},
        {"describe expressions", "election_time.p99"},
        {"describe sometimes", "expect: expectations"},
        {"describe variants", "--variant NAME"},
        {"describe overrides", "cluster.overrides"},
        {"describe faults", "{at: 5s, restart: crashed}"},
        {"describe chaos", "chaos.subset: true | false"},
        {"describe draw", "draw: {cluster.nodes"},
        {"describe variants --json", "\"type\": \"list of variants\""},
        {"list topics", "selectors"},
    };
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
        expect_says(answers[i][0], 0, answers[i][1]);
}

Test(program, describe_tells_the_same_to_machines)
{
    expect_says("describe raft --json", 0, "\"name\": \"heartbeat_interval\"");
    expect_says("describe crash --json", 0, "\"lasts\": \"either\"");
    expect_says("describe downtime --json", 0, "\"name\": \"downtime.mean\"");
    expect_says("describe network.loss --json", 0, "\"default\": \"0%\"");
    expect_says("describe quickstart --json", 0, "\"algorithm\": \"raft\"");
    expect_says("describe language --json", 0, "\"name\": \"network.latency\"");
}

Test(program, the_timeline_of_a_stored_run_is_that_of_its_scenario)
{
    char *folder = make_folder(), *db = path_in(folder, "a.db"), *texts[2], arguments[1024];
    static char said[SAID_MAX];
    (void) snprintf(arguments, sizeof arguments, "run " QUICK " --seed 3 --quiet --db %s", db);
    (void) conclave(arguments, said);
    char *paths[] = {path_in(folder, "a.svg"), path_in(folder, "b.svg")};
    (void) snprintf(arguments, sizeof arguments, "timeline " QUICK " --seed 3 -o %s", paths[0]);
    cr_assert_eq(conclave(arguments, said), 0);
    (void) snprintf(arguments, sizeof arguments, "timeline %s --run 1 -o %s", db, paths[1]);
    cr_assert_eq(conclave(arguments, said), 0);
    for (int i = 0; i < 2; i++) {
        texts[i] = contents_of(paths[i]);
        cr_assert_not_null(texts[i]);
    }
    cr_expect(strcmp(texts[0], texts[1]) == 0);
    (void) snprintf(arguments, sizeof arguments, "timeline %s --run 9", db);
    expect_says(arguments, 2, "no run 9");
    for (int i = 0; i < 2; i++) {
        free(texts[i]);
        free(paths[i]);
    }
    free(db);
    remove_folder(folder);
}

Test(program, why_a_stored_run_had_an_election_is_why_its_scenario_had)
{
    char *folder = make_folder(), *db = path_in(folder, "a.db"), arguments[1024];
    static char said[SAID_MAX], again[SAID_MAX];
    static const char changed[] = "--set raft.heartbeat_interval=60ms";
    static const char twin[] = "--election 3 --twin raft.pre_vote=true";
    (void) snprintf(arguments, sizeof arguments, "run " QUICK " --seed 3 %s --quiet --db %s",
                    changed, db);
    (void) conclave(arguments, said);
    (void) snprintf(arguments, sizeof arguments, "why " QUICK " --seed 3 %s %s", changed, twin);
    cr_assert_eq(conclave(arguments, said), 0, "%s", said);
    (void) snprintf(arguments, sizeof arguments, "why %s --run 1 %s", db, twin);
    cr_assert_eq(conclave(arguments, again), 0, "%s", again);
    cr_expect_str_eq(said, again);
    (void) snprintf(arguments, sizeof arguments, "why %s --run 9", db);
    expect_says(arguments, 2, "no run 9");
    (void) snprintf(arguments, sizeof arguments, "why %s --run 1 --seed 4", db);
    expect_says(arguments, 2, "do not go with it");
    (void) snprintf(arguments, sizeof arguments, "why %s --run 1 --twin raft.pre_vot=true", db);
    expect_says(arguments, 2, "did you mean `pre_vote`?");
    free(db);
    remove_folder(folder);
}

Test(program, a_database_in_the_place_of_a_scenario_is_told_to_be_one)
{
    char *folder = make_folder(), *db = path_in(folder, "a.db"), arguments[1024];
    static char said[SAID_MAX];
    static const char *const commands[]
        = {"run %s",   "check %s",    "why %s",    "timeline %s",
           "sweep %s", "describe %s", "shrink %s", "hunt %s --for 'elections > 1'"};
    (void) snprintf(arguments, sizeof arguments, "run " QUICK " --quiet --db %s", db);
    (void) conclave(arguments, said);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        (void) snprintf(arguments, sizeof arguments, commands[i], db);
        expect_says(arguments, 2, "is a database, not a scenario");
    }
    free(db);
    remove_folder(folder);
}

Test(program, a_run_beyond_its_memory_exits_with_3)
{
    expect_says("run " QUICK " --max-memory 10K", 3, "--max-memory");
}

Test(program, an_output_that_cannot_be_written_stores_nothing)
{
    char *folder = make_folder(), *db = path_in(folder, "a.db"), arguments[512];
    (void) snprintf(arguments, sizeof arguments,
                    "run " QUICK " --quiet --db %s --junit %s/none/a.xml", db, folder);
    expect_says(arguments, 3, "none/a.xml");
    cr_expect_neq(access(db, F_OK), 0);
    free(db);
    remove_folder(folder);
}

Test(program, a_full_disk_behind_standard_output_exits_with_3)
{
    static char said[SAID_MAX];
    cr_expect_eq(conclave("list > /dev/full", said), 3);
}

Test(program, the_trace_is_the_same_each_time)
{
    char *folder = make_folder(), *texts[2], arguments[512];
    static char said[SAID_MAX];
    for (int i = 0; i < 2; i++) {
        char *path = path_in(folder, i == 0 ? "a" : "b");
        (void) snprintf(arguments, sizeof arguments, "run " QUICK " --quiet --trace %s", path);
        cr_assert_eq(conclave(arguments, said), 0);
        texts[i] = contents_of(path);
        cr_assert_not_null(texts[i]);
        free(path);
    }
    cr_expect_not_null(strstr(texts[0], "#0 n1 started"));
    cr_expect(strcmp(texts[0], texts[1]) == 0);
    free(texts[0]);
    free(texts[1]);
    remove_folder(folder);
}
