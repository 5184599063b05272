#include "analysis/cli/output.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/analysis/finished.h"

static void write_over(const char *path, bool keep)
{
    struct output o;
    struct failure failure = {0};
    cr_assert(output_open(&o, path, &failure));
    fputs("new", o.file);
    cr_assert(output_flush(&o, &failure));
    cr_assert(output_close(&o, keep, &failure));
}

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    (void) fclose(file);
}

static void expect_contents(const char *path, const char *wanted)
{
    char *text = contents_of(path);
    cr_assert_not_null(text);
    cr_expect_str_eq(text, wanted);
    free(text);
}

Test(output, a_file_appears_at_the_close_and_not_before)
{
    char *folder = make_folder(), *path = path_in(folder, "a");
    struct output o;
    struct failure failure = {0};
    cr_assert(output_open(&o, path, &failure));
    fputs("new", o.file);
    cr_expect_neq(access(path, F_OK), 0);
    cr_assert(output_close(&o, true, &failure));
    expect_contents(path, "new");
    free(path);
    remove_folder(folder);
}

Test(output, what_is_not_kept_leaves_the_old_file_and_nothing_beside_it)
{
    char *folder = make_folder(), *path = path_in(folder, "a"), *part = path_in(folder, "a.part");
    write_file(path, "old");
    write_over(path, false);
    expect_contents(path, "old");
    cr_expect_neq(access(part, F_OK), 0);
    free(path);
    free(part);
    remove_folder(folder);
}

Test(output, a_symbolic_link_stays_one_and_its_file_is_replaced)
{
    char *folder = make_folder(), *path = path_in(folder, "a"), *link = path_in(folder, "l");
    struct stat status;
    write_file(path, "old");
    cr_assert_eq(symlink(path, link), 0);
    write_over(link, true);
    cr_assert_eq(lstat(link, &status), 0);
    cr_expect(S_ISLNK(status.st_mode));
    expect_contents(path, "new");
    free(path);
    free(link);
    remove_folder(folder);
}

/* A pipe of the test's own stands for every device: a mistake here must not cost the machine one.
 */
Test(output, what_is_no_regular_file_is_written_in_place)
{
    char *folder = make_folder(), *path = path_in(folder, "p");
    struct stat status;
    cr_assert_eq(mkfifo(path, 0600), 0);
    int reader = open(path, O_RDWR | O_NONBLOCK);
    cr_assert_geq(reader, 0);
    write_over(path, true);
    char got[4] = "";
    cr_expect_eq(read(reader, got, 3), 3);
    cr_expect_str_eq(got, "new");
    cr_assert_eq(stat(path, &status), 0);
    cr_expect(S_ISFIFO(status.st_mode));
    (void) close(reader);
    free(path);
    remove_folder(folder);
}
