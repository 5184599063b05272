/* Whom a fault hit, as people read it. A fault whose `leader` was nobody, or that cuts a node off
 * from itself, is drawn and stored as it came; here it is said to have hit nobody. */
#ifndef CONCLAVE_SUMMARY_FAULT_WORDS_H
#define CONCLAVE_SUMMARY_FAULT_WORDS_H

#include <stdbool.h>
#include <stdio.h>

#include "analysis/runner/run_one.h"

/* Whether it is a kind that hits nodes, and hit none; `target` is as store_fault_target() has it:
 * "n1 n2 | n3". */
bool fault_hits_nobody(const char *kind, const char *target);
/* "crash n1", "loss", "crash: nobody". */
void fault_words_short(char *text, size_t size, const char *kind, const char *target);
/* The same of a run's fault, and why it hit nobody: "crash: nobody (there was no leader)". True
 * unless it hit nobody. */
bool fault_words_write(FILE *out, const struct run_record *record, const struct fault_row *fault);

#endif
