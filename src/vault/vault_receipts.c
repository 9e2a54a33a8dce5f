/*
 * vault_receipts.c: receipts of a destroyed epoch, kept beside the vault until somebody has written them down.
 *
 * Invariant: the file stands before the header says that the rotation is finished, and goes only when the caller said
 * that the ledger has them: a reader that finishes what was cut off, and a run that ends between the vault and the
 * ledger, lose none. It is read by the program that wrote it; a damaged one is none.
 */
#include "base.h"

#include "vault_int.h"

static const char magic[8] = "nkrcpt1";

struct kept {
	char magic[8];
	uint64_t size;
	struct nk_vault_finish finish;
	struct nk_hash sum;
};

static void sum_of(const struct kept *k, struct nk_hash *out)
{
	const struct nk_bytes part = nk_bytes_of(k, offsetof(struct kept, sum));

	nk_blake(NULL, &part, 1, out);
}

static void name_of(const struct nk_vault *vault, char out[static PATH_MAX + 16])
{
	(void)snprintf(out, PATH_MAX + 16, "%s.receipts", vault->places.path[0]);
}

NK_RESULT nk_vault_receipts_keep_(struct nk_vault *vault, const struct nk_vault_finish *f, struct nk_err *err)
{
	char path[PATH_MAX + 16];
	struct kept k;

	if (f->n_receipts == 0) {
		return nk_done();
	}
	memset(&k, 0, sizeof(k));
	memcpy(k.magic, magic, sizeof(magic));
	k.size = sizeof(k);
	k.finish = *f;
	sum_of(&k, &k.sum);
	name_of(vault, path);
	return nk_env_replace(vault->env, path, nk_bytes_of(&k, sizeof(k)), err);
}

NK_RESULT nk_vault_receipts_load_(struct nk_vault *vault, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	char path[PATH_MAX + 16];
	struct nk_hash sum;
	struct kept k;
	struct nk_err own;
	nk_rc rc;

	name_of(vault, path);
	nk_buf_init(&bytes, sizeof(k));
	rc = nk_env_read_all(vault->env, path, sizeof(k), &bytes, &own);
	if (rc.code == NK_NOT_FOUND || rc.code == NK_LIMIT || (nk_ok(rc) && bytes.len != sizeof(k))) {
		return nk_done();
	}
	if (!nk_ok(rc)) {
		return nk_err_pass(err, &own);
	}
	memcpy(&k, bytes.ptr, sizeof(k));
	sum_of(&k, &sum);
	if (nk_ct_equal(k.magic, magic, sizeof(magic)) && k.size == sizeof(k) && nk_ct_equal(&sum, &k.sum, sizeof(sum)) &&
		k.finish.n_receipts <= NK_RECEIPTS_MAX) {
		vault->finished = k.finish;
	}
	return nk_done();
}

NK_RESULT nk_vault_told(struct nk_vault *vault, struct nk_err *err)
{
	char path[PATH_MAX + 16];

	name_of(vault, path);
	memset(&vault->finished, 0, sizeof(vault->finished));
	return vault->env->unlink(vault->env->self, path, err);
}
