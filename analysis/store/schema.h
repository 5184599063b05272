/* The database: schema, version, and how values of the simulation stand in it. */
#ifndef CONCLAVE_STORE_SCHEMA_H
#define CONCLAVE_STORE_SCHEMA_H

#define STORE_VERSION 1                 /* PRAGMA user_version */
#define STORE_APPLICATION_ID 0x436e636c /* PRAGMA application_id: "Cncl" */

/* Tables of the schema, and the indexes that are made when the last run is stored.
 *   - times are nanoseconds of simulated time; NULL: did not come
 *   - nodes are text as people write them (n1, s1), NULL for none
 *   - fault.target lists nodes, groups apart by " | "
 *   - run.trace_hash is 16 hexadecimal digits
 *   - metric.value and expectation.value are in base units (s, 1, 1/h); NULL: nothing to measure
 *   - expectation.passed is 1, 0, or NULL where the end of the run left it undecided */
extern const char store_tables_sql[];
extern const char store_indexes_sql[];

#endif
