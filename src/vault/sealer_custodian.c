/*
 * sealer_custodian.c: the epoch secret shared k of n among custodians on other machines.
 *
 * Invariant: the whole secret exists only here, for the time of one call; a put counts only when every custodian
 * has given back what he got; a destruction only when so many have signed that the rest cannot join.
 */
#include "base.h"

#include "custodian_client.h"
#include "keyfile.h"

enum { TEXT_MAX = 320 };

struct nk_sealer_handle {
	const struct nk_env *env;
	unsigned n;
	unsigned k;
	struct nk_caddress to[NK_RECEIPTS_MAX];
	struct nk_keyfile *keys; /* locked: this vault's own */
};

static void sealer_close(struct nk_sealer_handle **handle)
{
	if (*handle != NULL) {
		nk_locked_free((void **)&(*handle)->keys);
		free(*handle);
		*handle = NULL;
	}
}

static NK_RESULT check_numbers(const struct nk_sealer_settings *settings, struct nk_err *err)
{
	if (settings->n_custodians < 2 || settings->n_custodians > NK_RECEIPTS_MAX || settings->threshold < 2 ||
		settings->threshold > settings->n_custodians) {
		return nk_fail(err, NK_CONFIG,
			"%1$u of %2$zu custodians: at least 2, at most %3$d are possible, and not more needed "
			"than there are",
			settings->threshold, settings->n_custodians, (int)NK_RECEIPTS_MAX);
	}
	return nk_done();
}

static NK_RESULT take_addresses(
	struct nk_sealer_handle *h, const struct nk_sealer_settings *settings, struct nk_err *err)
{
	unsigned i;
	unsigned j;

	h->n = nk_u32(settings->n_custodians);
	h->k = settings->threshold;
	for (i = 0; i < h->n; i++) {
		NK_TRY(nk_caddress_parse(settings->custodians[i], &h->to[i], err));
		for (j = 0; j < i; j++) {
			if (strcmp(h->to[i].name, h->to[j].name) == 0 ||
				nk_ct_equal(h->to[i].kx_pub, h->to[j].kx_pub, 32)) {
				return nk_fail(err, NK_CONFIG,
					"the custodians %1$s and %2$s are the same: each must have its own name "
					"and keys",
					h->to[j].name, h->to[i].name);
			}
		}
	}
	return nk_done();
}

static NK_RESULT client_key_path(const char *dir, char out[static PATH_MAX], struct nk_err *err)
{
	if ((size_t)snprintf(out, PATH_MAX, "%s/client.key", dir) >= PATH_MAX) {
		return nk_fail(err, NK_CONFIG, "the path of the vault is longer than %d bytes", (int)PATH_MAX);
	}
	return nk_done();
}

NK_RESULT nk_sealer_client_key(
	const struct nk_env *env, const char *dir, uint8_t out_pub[static 32], struct nk_err *err)
{
	NK_OWNED(nk_keyfile_wipe) struct nk_keyfile keys = { .peer = { 0 } };
	char path[PATH_MAX];

	NK_TRY(nk_crypto_init(err));
	NK_TRY(client_key_path(dir, path, err));
	NK_TRY(nk_keyfile_load(env, path, &keys, err));
	memcpy(out_pub, keys.kx.pub, 32);
	return nk_done();
}

static NK_RESULT sealer_open(const struct nk_env *env, const struct nk_sealer_settings *settings,
	struct nk_sealer_handle **out, struct nk_err *err)
{
	NK_OWNED(sealer_close) struct nk_sealer_handle *h = NULL;
	char path[PATH_MAX];

	NK_TRY(check_numbers(settings, err));
	h = calloc(1, sizeof(*h));
	if (h == NULL) {
		return nk_fail_nomem(err);
	}
	h->env = env;
	NK_TRY(take_addresses(h, settings, err));
	NK_TRY(client_key_path(settings->dir, path, err));
	NK_TRY(nk_locked_new(sizeof(*h->keys), (void **)&h->keys, err));
	NK_TRY(nk_keyfile_load(env, path, h->keys, err));
	*out = h;
	h = NULL;
	return nk_done();
}

/* One custodian; his answer must come from whom the configuration names. */
static NK_RESULT ask(struct nk_sealer_handle *h, unsigned i, const struct nk_crequest *q, struct nk_creply *out,
	struct nk_err *err)
{
	NK_TRY(nk_cask(h->env, &h->to[i], &h->keys->kx, q, out, err));
	if (strcmp(out->receipt.holder, h->to[i].name) != 0) {
		return nk_fail(err, NK_CONFIG, "the custodian configured as %1$s calls itself %2$s: use its own name",
			h->to[i].name, out->receipt.holder);
	}
	return nk_done();
}

static void check_of(const struct nk_key *secret, uint8_t out[static NK_MAC_LEN])
{
	nk_mac16(secret, nk_str_bytes(NK_STR("nokosazu share check")), out);
}

/* Do exactly the k shares of this mask give a secret that fits their check? */
static bool mask_joins(const struct nk_cshare *shares, unsigned n, unsigned mask, struct nk_key *out)
{
	struct nk_share some[NK_RECEIPTS_MAX];
	const struct nk_cshare *first = NULL;
	uint8_t check[NK_MAC_LEN];
	size_t count = 0;
	bool joined = false;
	unsigned i;

	for (i = 0; i < n; i++) {
		if ((mask >> i & 1U) == 0) {
			continue;
		}
		first = first != NULL ? first : &shares[i];
		if (shares[i].k != first->k || !nk_ct_equal(shares[i].check, first->check, sizeof(check))) {
			count = 0;
			break;
		}
		some[count++] = shares[i].share;
	}
	if (first != NULL && count == first->k && nk_ok(nk_shamir_join(some, count, out, NULL))) {
		check_of(out, check);
		joined = nk_ct_equal(check, first->check, sizeof(check));
	}
	nk_wipe(some, sizeof(some));
	if (!joined) {
		nk_key_wipe(out);
	}
	return joined;
}

static bool any_joins(const struct nk_cshare *shares, unsigned n, struct nk_key *out)
{
	const unsigned newest = 1U << (n - 1);
	unsigned mask;

	for (mask = newest; mask < newest << 1; mask++) {
		if (mask_joins(shares, n, mask, out)) {
			return true;
		}
	}
	return false;
}

/* Names of custodians and what was wrong with each, for one error text. */
struct complaint {
	char text[TEXT_MAX];
	size_t len;
};

static void complain(struct complaint *c, const char *name, const char *why)
{
	const int len =
		snprintf(c->text + c->len, sizeof(c->text) - c->len, "%s%s (%s)", c->len > 0 ? ", " : "", name, why);

	if (len > 0) {
		c->len = (size_t)len < sizeof(c->text) - c->len ? c->len + (size_t)len : sizeof(c->text) - 1;
	}
}

/* What came of collecting shares. */
struct gathering {
	struct nk_cshare shares[NK_RECEIPTS_MAX];
	unsigned n;
	unsigned gone;
	struct complaint missing;
};

static void gather_one(struct nk_sealer_handle *h, unsigned i, uint64_t epoch, struct gathering *g)
{
	const struct nk_crequest q = { .kind = NK_CASK_GET, .epoch = epoch };
	struct nk_creply r;
	const nk_rc rc = ask(h, i, &q, &r, NULL);

	if (!nk_ok(rc)) {
		complain(&g->missing, h->to[i].name, nk_err_name(rc.code));
	} else if (r.code != NK_OK || !nk_cwire_share_get(r.payload, &g->shares[g->n])) {
		g->gone += r.code == NK_GONE ? 1 : 0;
		complain(&g->missing, h->to[i].name, nk_err_name(r.code));
	} else {
		g->n++;
	}
	nk_wipe(&r, sizeof(r));
}

static NK_RESULT sealer_get(struct nk_sealer_handle *h, uint64_t epoch, struct nk_key *out, struct nk_err *err)
{
	struct gathering g = { .n = 0 };
	bool joined = false;
	unsigned i;

	for (i = 0; i < h->n && !joined; i++) {
		const unsigned before = g.n;

		gather_one(h, i, epoch, &g);
		joined = g.n > before && any_joins(g.shares, g.n, out);
	}
	nk_wipe(g.shares, sizeof(g.shares));
	if (joined) {
		return nk_done();
	}
	if (g.gone > h->n - h->k) {
		return nk_fail(err, NK_GONE,
			"the secret of epoch %1$" PRIu64 " was destroyed by the custodians: this is an old copy "
			"of the vault (%2$s)",
			epoch, g.missing.text);
	}
	return nk_fail(err, NK_UNAVAILABLE,
		"%1$u of %2$u custodians are needed for epoch %3$" PRIu64 ", %4$u gave a share; not: %5$s", h->k,
		h->n, epoch, g.n, g.missing.text);
}

/* Gives one custodian his share and reads it back. */
static NK_RESULT put_one(struct nk_sealer_handle *h, unsigned i, const struct nk_crequest *put, struct nk_err *err)
{
	const struct nk_crequest get = { .kind = NK_CASK_GET, .epoch = put->epoch };
	struct nk_creply r;
	bool same = false;

	NK_TRY(ask(h, i, put, &r, err));
	if (r.code != NK_OK) {
		return nk_fail(err, NK_UNAVAILABLE,
			"the custodian %1$s did not take its share of epoch %2$" PRIu64 ": %3$s", h->to[i].name,
			put->epoch, nk_err_name(r.code));
	}
	NK_TRY(ask(h, i, &get, &r, err));
	same = r.code == NK_OK && nk_ct_equal(r.payload, put->payload, sizeof(r.payload));
	nk_wipe(&r, sizeof(r));
	if (!same) {
		return nk_fail(err, NK_UNAVAILABLE,
			"the custodian %1$s did not give its share of epoch %2$" PRIu64 " back as it got it",
			h->to[i].name, put->epoch);
	}
	return nk_done();
}

static NK_RESULT sealer_put(struct nk_sealer_handle *h, uint64_t epoch,
	const uint8_t rotation[static NK_ROTATION_ID_LEN], const struct nk_key *secret, struct nk_err *err)
{
	struct nk_share shares[NK_RECEIPTS_MAX];
	struct nk_crequest q = { .kind = NK_CASK_PUT, .epoch = epoch };
	struct nk_cshare share = { .k = nk_u8(h->k), .n = nk_u8(h->n) };
	nk_rc rc = nk_done();
	unsigned i;

	memcpy(q.rotation, rotation, sizeof(q.rotation));
	check_of(secret, share.check);
	NK_TRY(nk_shamir_split(h->env, secret, h->k, h->n, shares, err));
	for (i = 0; i < h->n && nk_ok(rc); i++) {
		share.share = shares[i];
		nk_cwire_share_put(&share, q.payload);
		rc = put_one(h, i, &q, err);
	}
	nk_wipe(shares, sizeof(shares));
	nk_wipe(&share, sizeof(share));
	nk_wipe(&q, sizeof(q));
	return rc;
}

static NK_RESULT sealer_drop(struct nk_sealer_handle *h, uint64_t epoch,
	const uint8_t rotation[static NK_ROTATION_ID_LEN], struct nk_err *err)
{
	struct nk_crequest q = { .kind = NK_CASK_DROP, .epoch = epoch };
	struct complaint missing = { .len = 0 };
	unsigned i;

	memcpy(q.rotation, rotation, sizeof(q.rotation));
	for (i = 0; i < h->n; i++) {
		struct nk_creply r;
		const nk_rc rc = ask(h, i, &q, &r, NULL);

		if (!nk_ok(rc) || r.code != NK_OK) {
			complain(&missing, h->to[i].name, nk_err_name(nk_ok(rc) ? r.code : rc.code));
		}
	}
	if (missing.len > 0) {
		return nk_fail(err, NK_UNAVAILABLE,
			"the pending share of epoch %1$" PRIu64 " was not dropped by: %2$s", epoch, missing.text);
	}
	return nk_done();
}

/* A receipt that says what it must, signed with the pinned key. */
static bool receipt_fits(
	const struct nk_receipt *r, uint64_t epoch, const uint8_t rotation[static NK_ROTATION_ID_LEN])
{
	return r->epoch == epoch - 1 && nk_ct_equal(r->rotation, rotation, NK_ROTATION_ID_LEN) && nk_receipt_ok(r);
}

static NK_RESULT sealer_destroy(struct nk_sealer_handle *h, uint64_t epoch,
	const uint8_t rotation[static NK_ROTATION_ID_LEN], struct nk_receipt *out, size_t *out_n, struct nk_err *err)
{
	struct nk_crequest q = { .kind = NK_CASK_DESTROY, .epoch = epoch };
	struct complaint missing = { .len = 0 };
	size_t n = 0;
	unsigned i;

	memcpy(q.rotation, rotation, sizeof(q.rotation));
	for (i = 0; i < h->n; i++) {
		struct nk_creply r;
		const nk_rc rc = ask(h, i, &q, &r, NULL);

		if (nk_ok(rc) && r.code == NK_OK && receipt_fits(&r.receipt, epoch, rotation)) {
			out[n++] = r.receipt;
		} else {
			complain(&missing, h->to[i].name, nk_ok(rc) ? "receipt" : nk_err_name(rc.code));
		}
	}
	if (n < h->n - h->k + 1) {
		return nk_fail(err, NK_UNAVAILABLE,
			"%1$u custodians must destroy their shares of the epochs below %2$" PRIu64 ", %3$zu "
			"signed that they did; not: %4$s",
			h->n - h->k + 1, epoch, n, missing.text);
	}
	*out_n = n;
	return nk_done();
}

/* Receipts i that count: signed, not from a file, and no earlier one that counts has its host or its key. */
static bool counts(const struct nk_receipt *receipts, size_t i)
{
	size_t j;

	if (strcmp(receipts[i].medium, "file") == 0 || receipts[i].host[0] == '\0' || !nk_receipt_ok(&receipts[i])) {
		return false;
	}
	for (j = 0; j < i; j++) {
		if ((strcmp(receipts[i].host, receipts[j].host) == 0 ||
			    nk_ct_equal(receipts[i].pub, receipts[j].pub, 32)) &&
			counts(receipts, j)) {
			return false;
		}
	}
	return true;
}

static enum nk_level sealer_cap(const struct nk_receipt *receipts, size_t n, unsigned holders, unsigned threshold)
{
	size_t good = 0;
	size_t i;

	if (holders == 0 || threshold < 2 || threshold > holders || n > NK_RECEIPTS_MAX) {
		return NK_LEVEL_E2;
	}
	for (i = 0; i < n; i++) {
		good += counts(receipts, i) ? 1 : 0;
	}
	return good >= holders - threshold + 1 ? NK_LEVEL_E3 : NK_LEVEL_E2;
}

NK_RESULT nk_sealer_custodian_status(const struct nk_env *env, const struct nk_sealer_settings *settings,
	size_t which, struct nk_custodian_status *out, struct nk_err *err)
{
	NK_OWNED(nk_keyfile_wipe) struct nk_keyfile keys = { .peer = { 0 } };
	const struct nk_crequest q = { .kind = NK_CASK_STATUS };
	char path[PATH_MAX];
	struct nk_caddress to;
	struct nk_creply r;

	nk_assert(which < settings->n_custodians);
	NK_TRY(nk_caddress_parse(settings->custodians[which], &to, err));
	NK_TRY(client_key_path(settings->dir, path, err));
	NK_TRY(nk_keyfile_load(env, path, &keys, err));
	NK_TRY(nk_cask(env, &to, &keys.kx, &q, &r, err));
	out->who = r.receipt;
	out->held[0] = r.held[0];
	out->held[1] = r.held[1];
	return nk_done();
}

extern const struct nk_sealer nk_sealer_custodian;
const struct nk_sealer nk_sealer_custodian = {
	.name = "custodian",
	.open = sealer_open,
	.close = sealer_close,
	.get = sealer_get,
	.put = sealer_put,
	.drop = sealer_drop,
	.destroy = sealer_destroy,
	.cap = sealer_cap,
};
