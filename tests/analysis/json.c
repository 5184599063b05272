#include "analysis/json.h"

#include <criterion/criterion.h>
#include <stdlib.h>

static char *escaped_xml(const char *text)
{
    char *result = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&result, &size);
    cr_assert_not_null(out);
    xml_escape(out, text);
    (void) fclose(out);
    return result;
}

Test(json, commas_nesting_and_empty_brackets_are_right)
{
    char *text = NULL;
    size_t size = 0;
    struct json j = {.out = open_memstream(&text, &size)};
    json_begin(&j, NULL, '{');
    json_number(&j, "a", -1);
    json_begin(&j, "b", '[');
    json_end(&j, ']');
    json_real(&j, "c", false, 3);
    json_text(&j, "d", NULL);
    json_bool(&j, "e", true);
    json_end(&j, '}');
    (void) fclose(j.out);
    cr_expect_str_eq(text, "{\n  \"a\": -1,\n  \"b\": [],\n  \"c\": null,\n  \"d\": null,\n"
                           "  \"e\": true\n}\n");
    free(text);
}

Test(json, quotes_backslashes_and_control_characters_are_escaped)
{
    char *text = NULL;
    size_t size = 0;
    struct json j = {.out = open_memstream(&text, &size)};
    json_text(&j, NULL, "a\"b\\c\nd\te\x01 ü");
    (void) fclose(j.out);
    cr_expect_str_eq(text, "\"a\\\"b\\\\c\\nd\\u0009e\\u0001 ü\"");
    free(text);
}

Test(json, xml_has_no_raw_markup_and_no_control_characters)
{
    char *text = escaped_xml("<a href=\"x\">'&'</a>\x01\n");
    cr_expect_str_eq(text, "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;\n");
    free(text);
}
