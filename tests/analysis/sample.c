#include <criterion/criterion.h>
#include <math.h>

#include "analysis/statistics/sample.h"

Test(sample, students_t_is_that_of_the_tables)
{
    static const struct {
        size_t degrees;
        double t;
    } known[] = {{1, 12.706}, {2, 4.303},  {3, 3.182},   {5, 2.571},
                 {10, 2.228}, {30, 2.042}, {1000, 1.962}};
    for (unsigned i = 0; i < sizeof known / sizeof *known; i++)
        cr_assert_lt(fabs(student_t_95(known[i].degrees) - known[i].t), 0.006, "%zu degrees: %f",
                     known[i].degrees, student_t_95(known[i].degrees));
}

Test(sample, the_margin_is_t_times_the_standard_error)
{
    static const double values[] = {2, 4, 4, 4, 5, 5, 7, 9};
    cr_assert_float_eq(sample_mean(values, 8), 5, 1e-12);
    cr_assert_float_eq(sample_mean_margin(values, 8), 2.3646 * sqrt(32.0 / 7) / sqrt(8), 2e-3);
    cr_assert(isinf(sample_mean_margin(values, 1)));
}

Test(sample, a_quantile_is_the_least_value_that_enough_do_not_exceed)
{
    static const double sorted[] = {1, 2, 3, 4};
    cr_assert_eq(sample_quantile(sorted, 4, 0.5), 2);
    cr_assert_eq(sample_quantile(sorted, 4, 0.51), 3);
    cr_assert_eq(sample_quantile(sorted, 4, 0.99), 4);
    cr_assert_eq(sample_quantile(sorted, 4, 0), 1);
}
