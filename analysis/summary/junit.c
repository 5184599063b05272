#include "analysis/summary/junit.h"

#include <inttypes.h>

#include "analysis/json.h"

void junit_begin(FILE *out, const char *suite, uint64_t tests, uint64_t failures)
{
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite name=\"", out);
    xml_escape(out, suite);
    fprintf(out, "\" tests=\"%" PRIu64 "\" failures=\"%" PRIu64 "\">\n", tests, failures);
}

void junit_add(FILE *out, const struct junit_case *c)
{
    fputs("    <testcase classname=\"", out);
    xml_escape(out, c->classname);
    fputs("\" name=\"", out);
    xml_escape(out, c->name);
    if (c->failure == NULL) {
        fputs("\"/>\n", out);
        return;
    }
    fputs("\">\n      <failure message=\"", out);
    xml_escape(out, c->failure);
    fputs("\">", out);
    xml_escape(out, c->detail);
    fputs("\nagain with: ", out);
    xml_escape(out, c->command);
    fputs("</failure>\n    </testcase>\n", out);
}

void junit_end(FILE *out)
{
    fputs("  </testsuite>\n</testsuites>\n", out);
}
