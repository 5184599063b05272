/* Values as YAML text on one line, which reads back as the same values. */
#include <string.h>

#include "scenarios/language/yaml.h"

/* Whether text can stand without quotes anywhere: uniform(5ms, 10ms) too, which only we read so. */
static bool is_plain(const char *text)
{
    static const char letters[]
        = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+-/%()<>= ";
    int depth = 0;
    size_t length = strlen(text);
    if (length == 0 || text[0] == ' ' || text[length - 1] == ' ' || strchr("-%>=<", text[0]))
        return length > 1 && text[0] == '-' && text[1] >= '0' && text[1] <= '9'
               && strspn(text + 1, letters) == length - 1;
    for (const char *c = text; *c != '\0'; c++) {
        depth += (*c == '(') - (*c == ')');
        if (depth < 0 || (strchr(letters, *c) == NULL && !(*c == ',' && depth > 0)))
            return false;
    }
    return depth == 0;
}

void yaml_write_text(FILE *out, const char *text)
{
    if (is_plain(text)) {
        fputs(text, out);
        return;
    }
    fputc('"', out);
    for (const char *c = text; *c != '\0'; c++) {
        unsigned char byte = (unsigned char) *c;
        if (byte == '"' || byte == '\\')
            fprintf(out, "\\%c", *c);
        else if (byte < 0x20 || byte == 0x7F)
            fprintf(out, "\\x%02x", byte);
        else
            fputc(*c, out);
    }
    fputc('"', out);
}

void yaml_write(FILE *out, const struct yaml *value)
{
    if (value->kind == YAML_SCALAR) {
        yaml_write_text(out, value->text);
        return;
    }
    fputc(value->kind == YAML_LIST ? '[' : '{', out);
    for (uint32_t i = 0; i < value->count; i++) {
        fputs(i == 0 ? "" : ", ", out);
        if (value->kind == YAML_MAP) {
            yaml_write_text(out, value->entries[i].key->text);
            fputs(": ", out);
        }
        yaml_write(out, value->entries[i].value);
    }
    fputc(value->kind == YAML_LIST ? ']' : '}', out);
}
