#include "analysis/cli/shipped.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cli/load.h"

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *) a, *(char *const *) b);
}

static bool add_name(struct shipped *all, const char *group, const char *file, size_t length)
{
    char **grown = realloc(all->names, (all->count + 1) * sizeof *grown);
    if (grown == NULL)
        return false;
    all->names = grown;
    size_t size = strlen(group) + length + 1;
    char *name = malloc(size);
    if (name == NULL)
        return false;
    (void) snprintf(name, size, "%s%.*s", group, (int) length, file);
    all->names[all->count++] = name;
    return true;
}

/* Adds FOLDER/GROUP*.yaml; of the scenarios' own folder (group "") also those one folder below,
 * which are named GROUP/NAME. */
static void find_names(struct shipped *all, const char *folder, const char *group)
{
    char *path = load_join(folder, group, "");
    DIR *directory = path == NULL ? NULL : opendir(path);
    bool good = true;
    for (struct dirent *e; directory != NULL && good && (e = readdir(directory)) != NULL;) {
        size_t length = strlen(e->d_name);
        if (length > 5 && strcmp(e->d_name + length - 5, ".yaml") == 0) {
            good = add_name(all, group, e->d_name, length - 5);
        } else if (*group == '\0' && strchr(e->d_name, '.') == NULL) {
            char *below = load_join(e->d_name, "", "");
            if (below != NULL)
                find_names(all, folder, below);
            free(below);
        }
    }
    if (directory != NULL)
        (void) closedir(directory);
    free(path);
}

struct shipped shipped_names(const char *folder)
{
    struct shipped all = {0};
    if (folder != NULL)
        find_names(&all, folder, "");
    if (all.count > 0)
        qsort(all.names, all.count, sizeof *all.names, by_name);
    return all;
}

void shipped_free(struct shipped *all)
{
    for (size_t i = 0; i < all->count; i++)
        free(all->names[i]);
    free(all->names);
    *all = (struct shipped){0};
}

/* ---- What a scenario runs -------------------------------------------------------------------- */

static bool goes_on(char c)
{
    return c == '_' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

/* Whether a name stands in [text, end), as a word. */
static bool has_name(const char *text, const char *end, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = text; at < end; at++)
        if ((at == text || !goes_on(at[-1])) && strncmp(at, name, length) == 0
            && !goes_on(at[length]))
            return true;
    return false;
}

/* `algorithm: NAME`, at the top or in a variant; or one of `algorithm: [NAME, …]`, under draw. */
static bool text_runs(const char *text, const char *algorithm)
{
    static const char key[] = "algorithm: ";
    for (const char *at = strstr(text, key); at != NULL; at = strstr(at + 1, key)) {
        const char *value = at + sizeof key - 1;
        const char *end = value + (*value == '[' ? strcspn(value, "]") : strcspn(value, ",}\n#"));
        if (has_name(value, end, algorithm))
            return true;
    }
    return false;
}

bool shipped_runs(const char *folder, const char *name, const char *algorithm)
{
    char *path = load_join(folder, name, ".yaml");
    FILE *file = path == NULL ? NULL : fopen(path, "rb");
    bool runs = false;
    static const size_t most = 1 << 16;
    char *text = file == NULL ? NULL : malloc(most);
    if (text != NULL) {
        text[fread(text, 1, most - 1, file)] = '\0';
        runs = text_runs(text, algorithm);
    }
    free(text);
    if (file != NULL)
        (void) fclose(file);
    free(path);
    return runs;
}
