/*
 * store_tx.c: transactions. One at a time on a handle; a change without a ledger leaf is never committed
 * (DECISIONS 11).
 */
#include "base.h"

#include "store_tx.h"

#include "store_int.h"

struct nk_tx {
	struct nk_store *store;
	uint64_t leaves;
};

NK_RESULT nk_tx_begin(struct nk_store *store, struct nk_tx **out, struct nk_err *err)
{
	struct nk_tx *tx;
	nk_rc rc;

	if (store->mode == NK_STORE_READ) {
		return nk_fail(err, NK_DENIED, "the store was opened for reading only");
	}
	if (store->tx != NULL) {
		return nk_fail(err, NK_INTERNAL, "a transaction is open already");
	}
	tx = calloc(1, sizeof(*tx));
	if (tx == NULL) {
		return nk_fail_nomem(err);
	}
	rc = store->driver->ops->begin(store->driver, err);
	if (!nk_ok(rc)) {
		free(tx);
		return rc;
	}
	tx->store = store;
	store->tx = tx;
	*out = tx;
	return nk_done();
}

static nk_rc commit(const struct nk_tx *tx, struct nk_err *err)
{
	struct nk_driver *driver = tx->store->driver;

	if (tx->leaves == 0 && driver->ops->dirty(driver)) {
		return nk_fail(
			err, NK_INTERNAL, "a change without a ledger entry is not committed; it was rolled back");
	}
	return driver->ops->commit(driver, err);
}

NK_RESULT nk_tx_commit(struct nk_tx **tx, struct nk_err *err)
{
	const nk_rc rc = commit(*tx, err);

	if (!nk_ok(rc)) {
		nk_tx_end(tx);
		return rc;
	}
	(*tx)->store->tx = NULL;
	free(*tx);
	*tx = NULL;
	return nk_done();
}

void nk_tx_end(struct nk_tx **tx)
{
	if (*tx == NULL) {
		return;
	}
	(*tx)->store->driver->ops->rollback((*tx)->store->driver);
	(*tx)->store->tx = NULL;
	free(*tx);
	*tx = NULL;
}

struct nk_store *nk_tx_store(const struct nk_tx *tx)
{
	return tx->store;
}

void nk_tx_count_leaf(struct nk_tx *tx)
{
	tx->leaves++;
}
