/*
 * store_int.h: the handle behind store.h; private to this floor.
 */
#ifndef NK_STORE_INT_H
#define NK_STORE_INT_H

#include "driver.h"

enum { NK_STMT_BUCKETS = 64 };

struct nk_stmt;

struct nk_store {
	const struct nk_env *env;
	struct nk_driver *driver;
	enum nk_store_mode mode;
	uint32_t version;
	struct nk_tx *tx; /* the transaction at hand, or NULL; owned by flow */
	struct nk_stmt *cache[NK_STMT_BUCKETS]; /* statements that are in, by the address of their text */
	size_t out; /* statements that are out */
};

/* nk_store_stmts_free: ends the cached statements, before the connection closes. */
void nk_store_stmts_free(struct nk_store *store);

#endif
