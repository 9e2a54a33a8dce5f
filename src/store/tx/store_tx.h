/*
 * store_tx.h: beginning and ending transactions. On the include path of flow alone.
 *
 * A transaction is BEGIN IMMEDIATE; leaving its scope without commit rolls back.
 */
#ifndef NK_STORE_TX_H
#define NK_STORE_TX_H

#include "store.h"

NK_RESULT nk_tx_begin(struct nk_store *store, struct nk_tx **out, struct nk_err *err);
/*
 * nk_tx_commit: durable on return (synchronous=FULL); *tx becomes NULL. Refuses with NK_INTERNAL, and rolls back,
 * when rows outside the tables of bookkeeping.rows were written and no ledger leaf was appended (DECISIONS 11).
 */
NK_RESULT nk_tx_commit(struct nk_tx **tx, struct nk_err *err);
void nk_tx_end(struct nk_tx **tx); /* rolls back when it is still there; for NK_OWNED */

#endif
