/* `algorithm: etcd_raft`: etcd's raft (Go; Debian's golang-etcd-server-dev), unmodified. It lies in
 * a shared library of its own, libconclave_etcd.so, which is loaded when a scenario asks for it. */
#ifndef CONCLAVE_FOREIGN_ETCD_RAFT_H
#define CONCLAVE_FOREIGN_ETCD_RAFT_H

#include "sim/algorithm.h"

extern const struct algorithm etcd_raft_algorithm;

/* Does `work` inside of Go's runtime, where that is loaded: calls from within need not be let in.
 */
void etcd_raft_inside(void (*work)(void *context), void *context);

#endif
