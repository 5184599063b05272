#include "tests/analysis/finished.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct finished finish_run(const char *text, uint64_t seed)
{
    struct finished f = {0};
    struct source source = {.name = "test.yaml", .text = text, .length = strlen(text)};
    struct diagnostics diagnostics = {0};
    f.document = document_open(&source, &diagnostics);
    cr_assert_not_null(f.document);
    f.scenario = document_scenario(f.document, NULL, NULL, 0, NULL, &diagnostics);
    cr_assert_not_null(f.scenario);
    struct worker *worker = worker_create(f.scenario, MEMORY_MAX_DEFAULT, NULL, 0);
    cr_assert_not_null(worker);
    cr_assert(worker_run(worker, seed, EVENTS_MAX_DEFAULT, &f.record));
    worker_free(worker);
    return f;
}

void finished_close(struct finished *f)
{
    run_record_free(&f->record);
    scenario_free(f->scenario);
    document_free(f->document);
}

char *make_folder(void)
{
    char *folder = strdup("/tmp/conclave-test-XXXXXX");
    cr_assert_not_null(folder);
    cr_assert_not_null(mkdtemp(folder));
    return folder;
}

void remove_folder(char *folder)
{
    DIR *directory = opendir(folder);
    cr_assert_not_null(directory);
    for (struct dirent *e; (e = readdir(directory)) != NULL;) {
        char *path = path_in(folder, e->d_name);
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            (void) unlink(path);
        free(path);
    }
    (void) closedir(directory);
    (void) rmdir(folder);
    free(folder);
}

char *path_in(const char *folder, const char *name)
{
    size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    cr_assert_not_null(path);
    (void) snprintf(path, size, "%s/%s", folder, name);
    return path;
}

char *contents_of(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    size_t capacity = (size_t) 1 << 22;
    char *text = calloc(1, capacity);
    cr_assert_not_null(text);
    (void) fread(text, 1, capacity - 1, file);
    (void) fclose(file);
    return text;
}
