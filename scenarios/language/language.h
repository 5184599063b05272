/* The scenario language: YAML text in, checked scenarios out. The only user of libfyaml.
 *
 * A document is read once; each variant and each set of overrides makes a scenario of its own from
 * it. Nothing here writes to stdout or stderr: what is wrong is collected as diagnostics. */
#ifndef CONCLAVE_LANGUAGE_H
#define CONCLAVE_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "scenarios/language/diagnostic.h"
#include "sim/scenario.h"

/* Text that a scenario is read from; borrowed, and must outlive what is made of it. */
struct source {
    const char *name; /* for messages: the file's name, or "-" */
    const char *text;
    size_t length;
};

/* One `--set KEY=VALUE`: a dotted path of a scenario field, and YAML text for its value. */
struct override {
    const char *key, *value;
};

struct document;

/* NULL with at least one diagnostic when the text is no YAML mapping or names variants wrongly.
 * Free with document_free(). */
struct document *document_open(const struct source *source, struct diagnostics *diagnostics);
void document_free(struct document *document);

/* Named overrides of `variants:`, in the order of the file. */
unsigned document_variant_count(const struct document *document);
const char *document_variant_name(const struct document *document, unsigned index);

/* The scenario of one variant (NULL: the document itself) with overrides on top, later ones over
 * earlier; below them what `draw:` gives the seed (NULL: the scenario's own). NULL with at least
 * one diagnostic when it is wrong; all independent errors are reported, at most 20. Owned by the
 * caller; free with scenario_free(). The document must live on.
 */
struct scenario *document_scenario(const struct document *document, const char *variant,
                                   const struct override *overrides, unsigned override_count,
                                   const uint64_t *seed, struct diagnostics *diagnostics);
void scenario_free(struct scenario *scenario);
/* Whether it differs from seed to seed: `draw:`. */
bool scenario_draws(const struct scenario *scenario);
/* The same document, variant and overrides with what another seed draws. It borrows the variant's
 * name. NULL with at least one diagnostic. */
struct scenario *scenario_of_seed(const struct scenario *scenario, uint64_t seed,
                                  struct diagnostics *diagnostics);
/* The text that a scenario was made from as a tree (yaml.h), with the variant and all overrides in
 * their places; `variants` is still in it. The scenario's and its document's. */
struct yaml;
const struct yaml *scenario_tree(const struct scenario *scenario);

/* JSON schema of the language, from the same tables as the parser. */
void language_write_schema(FILE *out);

#endif
