#include <criterion/criterion.h>
#include <criterion/redirect.h>

#include "analysis/cli/command.h"

#define PARSE(...)                                                                                 \
    cli_parse((int) (sizeof((char *[]){"conclave", __VA_ARGS__}) / sizeof(char *)),                \
              (char *[]){"conclave", __VA_ARGS__}, &(enum exit_status){0})

Test(options, values_come_apart_or_after_an_equals_sign)
{
    struct cli *apart = PARSE("run", "a.yaml", "--seed", "7");
    struct cli *joined = PARSE("run", "--seed=7", "a.yaml");
    cr_assert(apart != NULL && joined != NULL);
    cr_expect_eq(apart->options[OPTION_SEED].number, 7);
    cr_expect_eq(joined->options[OPTION_SEED].number, 7);
    cr_expect_str_eq(joined->arguments[0], "a.yaml");
    cr_expect_not(apart->options[OPTION_DB].given);
    cli_free(apart);
    cli_free(joined);
}

Test(options, repeated_overrides_keep_their_order_and_their_own_equals_signs)
{
    struct cli *cli = PARSE("run", "a.yaml", "--set", "b=1", "--set=a=x=y");
    cr_assert_not_null(cli);
    cr_assert_eq(cli->options[OPTION_SET].count, 2);
    cr_expect_str_eq(cli->options[OPTION_SET].texts[0], "b=1");
    cr_expect_str_eq(cli->options[OPTION_SET].texts[1], "a=x=y");
    cli_free(cli);
}

Test(options, a_size_has_a_binary_unit)
{
    struct cli *cli = PARSE("run", "a.yaml", "--max-memory", "3M");
    cr_assert_not_null(cli);
    cr_expect_eq(cli->options[OPTION_MAX_MEMORY].number, 3u << 20);
    cli_free(cli);
}

Test(options, seeds_are_a_range_with_both_ends_or_one_number)
{
    struct cli *range = PARSE("sweep", "a.yaml", "--seeds", "3..9");
    struct cli *single = PARSE("sweep", "a.yaml", "--seeds", "5");
    cr_assert(range != NULL && single != NULL);
    cr_expect_eq(range->options[OPTION_SEEDS].number, 3);
    cr_expect_eq(range->options[OPTION_SEEDS].last, 9);
    cr_expect_eq(single->options[OPTION_SEEDS].number, 5);
    cr_expect_eq(single->options[OPTION_SEEDS].last, 5);
    cli_free(range);
    cli_free(single);
}

Test(options, a_lone_dash_and_what_follows_two_dashes_are_arguments)
{
    struct cli *input = PARSE("run", "-");
    struct cli *dashed = PARSE("run", "--", "--odd.yaml");
    cr_assert(input != NULL && dashed != NULL);
    cr_expect_str_eq(input->arguments[0], "-");
    cr_expect_str_eq(dashed->arguments[0], "--odd.yaml");
    cli_free(input);
    cli_free(dashed);
}

Test(options, wrong_values_are_refused, .init = cr_redirect_stderr)
{
    cr_expect_null(PARSE("run", "a.yaml", "--seed", "x"));
    cr_expect_null(PARSE("run", "a.yaml", "--seed", "-1"));
    cr_expect_null(PARSE("run", "a.yaml", "--seed", "18446744073709551616"));
    cr_expect_null(PARSE("run", "a.yaml", "--seed"));
    cr_expect_null(PARSE("run", "a.yaml", "--json=yes"));
    cr_expect_null(PARSE("run", "a.yaml", "--max-memory", "0"));
    cr_expect_null(PARSE("run", "a.yaml", "--max-memory", "18446744073709551615G"));
    cr_expect_null(PARSE("sweep", "a.yaml", "--seeds", "9..3"));
    cr_expect_null(PARSE("sweep", "a.yaml", "--shard", "4/4"));
    cr_expect_null(PARSE("run"));
    cr_expect_null(PARSE("run", "a.yaml", "b.yaml"));
}

Test(options, a_mistyped_option_is_answered_with_the_nearest, .init = cr_redirect_stderr)
{
    cr_assert_null(PARSE("run", "a.yaml", "--sed", "7"));
    cr_expect_stderr_eq_str("conclave: `--sed` is no option of `conclave run`; did you mean "
                            "`--seed`?; see `conclave help run`\n");
}

Test(options, an_option_of_another_command_is_answered_with_that_command,
     .init = cr_redirect_stderr)
{
    cr_assert_null(PARSE("run", "a.yaml", "--seeds", "1..4"));
    cr_expect_stderr_eq_str("conclave: `conclave run` takes no --seeds, but `conclave sweep` does; "
                            "see `conclave help sweep`\n");
}

Test(options, every_command_can_be_found_by_its_name)
{
    for (const struct command *const *c = commands; *c != NULL; c++) {
        cr_expect_eq(command_find((*c)->name), *c);
        cr_expect_leq((*c)->arguments_min, (*c)->arguments_max);
    }
    cr_expect_null(command_find("rnu"));
}
