/*
 * op_vault.c: status, rotation, resealing, escrow of the vault.
 */
#include "base.h"
#include "flow_int.h"

static NK_RESULT turn(struct nk_vault_change *made, struct nk_vault_finish *out, struct nk_err *err)
{
	struct nk_vault_change *change = made;
	uint64_t survivors = 0;
	uint64_t sequence = 0;
	nk_rc rc = nk_vault_change_verify(change, &survivors, err);

	rc = nk_ok(rc) ? nk_vault_change_commit(change, &sequence, err) : rc;
	rc = nk_ok(rc) ? nk_vault_change_finish(&change, out, err) : rc;
	nk_vault_change_drop(&change);
	return rc;
}

NK_RESULT nk_rotate_vault(struct nk_flow *flow, struct nk_vault_finish *out, struct nk_err *err)
{
	struct nk_vault_change *change = NULL;

	NK_TRY(nk_vault_rotate_prepare(flow->vault, &change, err));
	return turn(change, out, err);
}

NK_RESULT nk_op_vault_status(struct nk_flow *flow, struct nk_vault_reply *out, struct nk_err *err)
{
	struct nk_vault_status s;

	(void)err;
	memset(out, 0, sizeof(*out));
	nk_vault_status(flow->vault, &s);
	out->sequence = s.sequence;
	out->epoch = s.epoch;
	for (unsigned k = 0; k < NK_SLOT_KIND_COUNT; k++) {
		out->live += s.slots[k][NK_SLOT_LIVE];
		out->destroyed += s.slots[k][NK_SLOT_DESTROYED];
	}
	(void)snprintf(out->sealer, sizeof(out->sealer), "%s", s.sealer);
	out->single_copy = s.single_copy;
	out->escrow_rehearsed = s.escrow_rehearsed;
	return nk_done();
}

/* One leaf behind the fact: what was destroyed, by how many receipts. */
static NK_RESULT told(struct nk_flow *flow, const struct nk_vault_finish *f, struct nk_str what,
	struct nk_vault_reply *out, struct nk_err *err)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_leaf_item items[3] = { nk_item_number("epoch", f->epoch),
		nk_item_number("receipts", f->n_receipts), nk_item_text("what", what) };

	NK_TRY(nk_tx_begin(flow->store, &tx, err));
	NK_TRY(nk_flow_leaf(flow, tx, NK_LEAF_ROTATE, items, 3, NULL, err));
	NK_TRY(nk_flow_epoch_told(tx, f->epoch, err));
	NK_TRY(nk_flow_commit(flow, &tx, err));
	NK_TRY(nk_vault_told(flow->vault, err));
	NK_TRY(nk_op_vault_status(flow, out, err));
	out->receipts = f->n_receipts;
	(void)snprintf(out->cap, sizeof(out->cap), "%s", f->cap >= NK_LEVEL_E3 ? "E3" : "E2");
	return nk_done();
}

NK_RESULT nk_op_vault_rotate(struct nk_flow *flow, struct nk_vault_reply *out, struct nk_err *err)
{
	struct nk_vault_finish f;

	nk_flow_tell(flow, NK_N("turning the epoch"), 0, 0);
	NK_TRY(nk_rotate_vault(flow, &f, err));
	return told(flow, &f, NK_STR("epoch"), out, err);
}

/* conf.d/vault.conf stands over nokosazu.conf: later files win. A crash before it is written is cured by hand: the
 * vault header names the sealer it needs. */
static NK_RESULT write_sealing(struct nk_flow *flow, const struct nk_reseal_request *req, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	const struct nk_str key_file = req->key_file != NULL ? nk_str_c(req->key_file) : flow->config->key_file;
	char path[PATH_MAX];

	nk_buf_init(&text, 1 << 20);
	NK_TRY(nk_buf_printf(&text, err,
		"# Written by \"nokosazu vault reseal\".\n[vault]\nsealer = %.*s\nthreshold = %u\n",
		NK_FMT(req->sealer), req->threshold > 0 ? req->threshold : 2));
	if (req->n_custodians > 0) {
		NK_TRY(nk_buf_add_c(&text, "custodians =", err));
		for (size_t i = 0; i < req->n_custodians; i++) {
			NK_TRY(nk_buf_printf(&text, err, " %s", req->custodians[i]));
		}
		NK_TRY(nk_buf_add_c(&text, "\n", err));
	}
	/* Said always: this file stands over all others, one that an earlier reseal wrote among them. */
	if (key_file.len > 0) {
		NK_TRY(nk_buf_printf(&text, err, "key_file = %.*s\n", NK_FMT(key_file)));
	} else {
		NK_TRY(nk_buf_add_c(&text, "key_file =\n", err));
	}
	nk_flow_path(flow, "conf.d/vault.conf", path);
	return nk_env_replace(flow->env, path, nk_buf_bytes(&text), err);
}

static NK_RESULT reseal(
	struct nk_flow *flow, const struct nk_reseal_request *req, struct nk_vault_reply *out, struct nk_err *err)
{
	struct nk_vault_change *change = NULL;
	struct nk_vault_finish f;
	const char *custodians[NK_CONFIG_WORDS_MAX];
	struct nk_vault_options vo;
	char dir[PATH_MAX];
	char copy[PATH_MAX];

	nk_flow_path(flow, "vault", dir);
	nk_flow_vault_options(flow->config, req->secret, req->secret_is_keyfile, dir, custodians, copy, &vo);
	vo.sealer = req->sealer;
	vo.sealing.custodians = req->custodians;
	vo.sealing.n_custodians = req->n_custodians;
	vo.sealing.threshold = req->threshold > 0 ? req->threshold : 2;
	NK_TRY(nk_vault_reseal_prepare(flow->vault, &vo, &change, err));
	NK_TRY(turn(change, &f, err));
	NK_TRY(write_sealing(flow, req, err));
	return told(flow, &f, NK_STR("sealing"), out, err);
}

NK_RESULT nk_op_vault_reseal(
	struct nk_flow *flow, const struct nk_reseal_request *req, struct nk_vault_reply *out, struct nk_err *err)
{
	const char *custodians[NK_CONFIG_WORDS_MAX];
	struct nk_reseal_request same = *req;

	if (req->keep_sealing) {
		for (size_t i = 0; i < flow->config->custodians.n; i++) {
			custodians[i] = flow->config->custodians.word[i].ptr; /* texts of an arena end in a NUL */
		}
		same.sealer = flow->config->sealer;
		same.custodians = custodians;
		same.n_custodians = flow->config->custodians.n;
		same.threshold = flow->config->threshold;
	}
	return reseal(flow, &same, out, err);
}

NK_RESULT nk_op_vault_escrow(
	struct nk_flow *flow, unsigned k, unsigned n, struct nk_buf *out_sheets, struct nk_err *err)
{
	return nk_vault_escrow(flow->vault, k, n, out_sheets, err);
}

NK_RESULT nk_op_vault_escrow_try(struct nk_flow *flow, const struct nk_str *shares, size_t n, struct nk_err *err)
{
	return nk_vault_escrow_try(flow->vault, shares, n, err);
}
