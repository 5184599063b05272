/* Prose on a terminal. Words are put into lines of `width` columns behind `indent`; a blank line
 * stays one, and a line that begins with a space is printed as it is: a table, a command. */
#ifndef CONCLAVE_CLI_TEXT_H
#define CONCLAVE_CLI_TEXT_H

/* Columns of a text: its characters, of UTF-8. */
int text_width(const char *text);

void text_print(const char *text, int indent, int width);
/* The same behind `name`, which stands in the first line's indent, or before it if it is longer. */
void text_print_beside(const char *name, const char *text, int indent, int width);

#endif
