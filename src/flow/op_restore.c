/*
 * op_restore.c: an installation brought back from the two parts of a backup.
 *
 * Order: both parts into <into>.restoring → checkpoints compared, later leaves join → erasures replayed, written down →
 * everything synced → one rename → the epoch is turned. Before the rename there is no installation, behind it a whole
 * one: whoever was erased opens in neither.
 */
#include "base.h"
#include "backup_int.h"

#include "cert.h"

void nk_restore_done(struct nk_restoring *r)
{
	nk_flow_close(&r->flow);
	nk_vec_done(&r->erased);
}

/* --- looking only --- */

static NK_RESULT outside(const struct nk_restoring *r, struct nk_restore_checked *out, struct nk_err *err)
{
	const struct nk_bytes pem = r->req->certificate_pem;
	uint8_t pub[NK_SIGN_PUB_LEN];
	struct nk_hash digest;
	uint64_t bytes = 0;
	bool keys = true;

	NK_TRY(nk_cert_pub_parse(pem.len > 0 ? nk_bytes_str(pem) : r->data.certificate, pub, err));
	NK_TRY(nk_backup_outside(r->env, r->req->bundle, pub, &digest, &out->bytes, &out->signature, err));
	if (r->req->keys != NULL) {
		NK_TRY(nk_backup_outside(r->env, r->req->keys, pub, &digest, &bytes, &keys, err));
		out->bytes += bytes;
		out->keys_checked = true;
	}
	out->signature = out->signature && keys;
	return nk_done();
}

static NK_RESULT within(struct nk_restoring *r, struct nk_restore_checked *out, struct nk_err *err)
{
	NK_TRY(nk_restore_unpack(r, err));
	NK_TRY(nk_restore_known(r, err));
	out->opened = true;
	out->files = r->data.n_files + r->keys.n_files;
	out->entries = r->data.entries;
	out->persons = r->data.persons;
	out->made_at = r->data.made_at;
	out->pair = r->req->keys != NULL && nk_uuid_eq(r->keys.backup, r->data.backup);
	out->epoch_inside = r->keys.epoch_inside;
	out->witness = r->req->witness.len > 0;
	out->behind = r->out->limited;
	return nk_done();
}

NK_RESULT nk_op_restore_check(const struct nk_env *env, const struct nk_restore_request *req, struct nk_arena *arena,
	struct nk_restore_checked *out, struct nk_err *err)
{
	struct nk_restored none = { .entries = 0 };
	NK_OWNED(nk_restore_done) struct nk_restoring r = { .env = env, .req = req, .arena = arena, .out = &none };
	char work[PATH_MAX];
	struct nk_err own;
	nk_rc rc;
	nk_rc gone;

	memset(out, 0, sizeof(*out));
	if (req->identities.len == 0) {
		return req->certificate_pem.len > 0
			? outside(&r, out, err)
			: nk_fail(err, NK_USAGE, NK_N("to look inside: --identity FILE; from outside only: --certificate FILE, the public key of the house"));
	}
	NK_TRY(nk_os_work_folder(work, err));
	(void)snprintf(r.home, sizeof(r.home), "%.*s/restore-check", PATH_MAX - 32, work);
	(void)snprintf(r.copy, sizeof(r.copy), "%.*s/second", PATH_MAX - 32, work);
	rc = within(&r, out, err);
	rc = nk_ok(rc) ? outside(&r, out, err) : rc;
	gone = nk_restore_clean(env, r.home, &own);
	gone = nk_ok(gone) ? nk_os_tree_remove(work, &own) : gone;
	return nk_ok(rc) && !nk_ok(gone) ? nk_err_pass(err, &own) : rc;
}

/* --- bringing back --- */

NK_RESULT nk_restore_staged(struct nk_restoring *r, struct nk_err *err)
{
	nk_vec_init(&r->erased, sizeof(struct nk_pseudonym), 100000000);
	NK_TRY(nk_restore_unpack(r, err));
	NK_TRY(nk_restore_known(r, err));
	NK_TRY(nk_restore_rejoin(r, err));
	return nk_restore_replay(r, err);
}

/* From here on it is an installation. */
static NK_RESULT put_in_place(struct nk_restoring *r, const char *into, struct nk_err *err)
{
	const struct nk_env *const env = r->env;

	nk_flow_close(&r->flow);
	NK_TRY(env->sync_all(env->self, r->home, err));
	NK_TRY(env->rename(env->self, r->home, into, err));
	return nk_restore_sync_name(env, into, err);
}

/* Not before: a staging place that is thrown away after its epoch was turned would take the only secret with it. */
static NK_RESULT turn(struct nk_restoring *r, const char *home, struct nk_err *err)
{
	NK_OWNED(nk_flow_close) struct nk_flow *flow = NULL;
	const struct nk_flow_options opt = { .home = home,
		.secret = r->req->secret,
		.secret_is_keyfile = r->req->secret_is_keyfile,
		.write = true,
		.escrow = r->req->escrow,
		.n_escrow = r->req->n_escrow,
		.wait_ms = 1000 };
	struct nk_vault_reply reply;
	char note[PATH_MAX];

	NK_TRY(nk_flow_open(r->env, &opt, &flow, err));
	nk_flow_path(flow, "restore-copy", note);
	NK_TRY(r->env->unlink(r->env->self, note, err));
	NK_TRY(nk_op_vault_rotate(flow, &reply, err));
	r->out->epoch = reply.epoch;
	return nk_done();
}

static NK_RESULT names(struct nk_restoring *r, char into[static PATH_MAX], struct nk_err *err)
{
	NK_TRY(nk_os_whole_path(r->req->into, into, err));
	if (nk_os_is_there(into)) {
		return nk_fail(err, NK_EXISTS, NK_N("%s is there already: a restore makes a new installation and overwrites nothing"), into);
	}
	if (r->req->copy != NULL) {
		NK_TRY(nk_os_whole_path(r->req->copy, r->copy, err));
	}
	return (size_t)snprintf(r->home, sizeof(r->home), "%s.restoring", into) < sizeof(r->home) - 64
		? nk_done()
		: nk_fail(err, NK_LIMIT, NK_N("the name of the folder is too long"));
}

NK_RESULT nk_op_restore(const struct nk_env *env, const struct nk_restore_request *req, struct nk_arena *arena,
	struct nk_restored *out, struct nk_err *err)
{
	NK_OWNED(nk_restore_done) struct nk_restoring r = { .env = env, .req = req, .arena = arena, .out = out };
	char into[PATH_MAX];
	struct nk_err own;
	nk_rc rc;

	memset(out, 0, sizeof(*out));
	NK_TRY(names(&r, into, err));
	rc = nk_restore_staged(&r, err);
	if (!nk_ok(rc)) {
		nk_flow_close(&r.flow);
		const nk_rc gone = nk_restore_clean(env, r.home, &own);

		(void)gone; /* the next run cleans again; what failed first is told */
		return rc;
	}
	NK_TRY(put_in_place(&r, into, err));
	rc = turn(&r, into, &own);
	out->epoch = nk_ok(rc) ? out->epoch : 0;
	return nk_done();
}
