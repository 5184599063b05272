/* What `describe --json` prints: the same tables as JSON, one object each, with "kind" first. */
#ifndef CONCLAVE_CLI_DESCRIBE_JSON_H
#define CONCLAVE_CLI_DESCRIBE_JSON_H

#include "scenarios/language/language.h"
#include "sim/distribution.h"
#include "sim/fault.h"
#include "sim/metrics.h"
#include "sim/properties.h"
#include "sim/scenario.h"

void describe_json_algorithm(const struct algorithm *a);
void describe_json_fault(const struct fault_kind *f);
void describe_json_distribution(const struct distribution_info *d);
void describe_json_metric(const struct metric_info *m);
void describe_json_property(const struct property_info *p);
void describe_json_key(const char *path, const char *takes, const struct field *key);
void describe_json_scenario(const struct scenario *s, const struct document *document);
/* Every key of the language, as an array. */
void describe_json_language(void);

#endif
