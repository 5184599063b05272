#include "analysis/cli/text.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int width_of(const char *text, size_t length)
{
    int width = 0;
    for (size_t i = 0; i < length; i++)
        width += ((unsigned char) text[i] & 0xC0) != 0x80;
    return width;
}

int text_width(const char *text)
{
    return width_of(text, strlen(text));
}

struct page {
    int indent, width;
    int column;   /* 0: nothing stands in the line yet */
    bool skipped; /* a blank line is due before the next one */
    bool begun;   /* this line has its indent already */
};

static void end_line(struct page *p)
{
    if (p->column > 0)
        putchar('\n');
    p->column = 0;
}

static void begin_line(struct page *p)
{
    if (p->skipped)
        putchar('\n');
    printf("%*s", p->begun ? 0 : p->indent, "");
    p->skipped = p->begun = false;
}

static void put_words(struct page *p, const char *line, size_t length)
{
    for (size_t at = 0; at < length;) {
        int word = (int) strcspn(line + at, " \n");
        int width = width_of(line + at, (size_t) word);
        if (p->column > 0 && p->column + 1 + width > p->width)
            end_line(p);
        if (word > 0) {
            if (p->column == 0)
                begin_line(p);
            else
                putchar(' ');
            p->column += width + (p->column > 0);
            printf("%.*s", word, line + at);
        }
        at += (size_t) word + 1;
    }
}

static void put_text(struct page *p, const char *text)
{
    bool any = p->column > 0;
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        if (length == 0) {
            end_line(p);
            p->skipped = any;
        } else if (*line == ' ') {
            end_line(p);
            begin_line(p);
            printf("%.*s\n", (int) length, line);
        } else {
            put_words(p, line, length);
        }
        any = any || length > 0;
        line += length + (line[length] == '\n');
    }
    end_line(p);
}

void text_print(const char *text, int indent, int width)
{
    struct page p = {.indent = indent, .width = width};
    put_text(&p, text);
}

void text_print_beside(const char *name, const char *text, int indent, int width)
{
    struct page p = {.indent = indent, .width = width};
    int used = text_width(name);
    fputs(name, stdout);
    if (used < indent) {
        printf("%*s", indent - used, "");
        p.begun = true;
    } else {
        p.column = used - indent + 1; /* a blank comes before the text */
    }
    put_text(&p, text);
}
