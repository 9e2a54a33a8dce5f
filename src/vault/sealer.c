/*
 * sealer.c: finding a sealer by name, and what a receipt says.
 */
#include "base.h"

#include "sealer.h"

#include "json.h"

#define ROW(name) extern const struct nk_sealer nk_sealer_##name;
#include "sealers.inc"
#undef ROW

static const struct nk_sealer *const sealers[] = {
#define ROW(name) &nk_sealer_##name,
#include "sealers.inc"
#undef ROW
};

enum { RECEIPT_MAX = 2048 };

const struct nk_sealer *nk_sealer_find(struct nk_str name)
{
	size_t i;

	for (i = 0; i < NK_ARRAY_LEN(sealers); i++) {
		if (nk_str_eq(name, nk_str_c(sealers[i]->name))) {
			return sealers[i];
		}
	}
	return NULL;
}

NK_RESULT nk_receipt_text(const struct nk_receipt *r, struct nk_buf *out, struct nk_err *err)
{
	struct nk_json j;

	nk_json_init_canonical(&j, out);
	nk_json_open(&j, '{');
	nk_json_key(&j, "at");
	nk_json_int(&j, r->at);
	nk_json_key(&j, "epoch");
	nk_json_int(&j, nk_i64(r->epoch));
	nk_json_key(&j, "holder");
	nk_json_c(&j, r->holder);
	nk_json_key(&j, "host");
	nk_json_c(&j, r->host);
	nk_json_key(&j, "medium");
	nk_json_c(&j, r->medium);
	nk_json_key(&j, "organisation");
	nk_json_c(&j, r->organisation);
	nk_json_key(&j, "rotation");
	nk_json_hex(&j, nk_bytes_of(r->rotation, sizeof(r->rotation)));
	nk_json_key(&j, "statement");
	nk_json_c(&j, "every epoch secret up to this epoch is destroyed here");
	nk_json_close(&j, '}');
	return nk_json_end(&j, err);
}

bool nk_receipt_ok(const struct nk_receipt *r)
{
	static const uint8_t unsigned_pub[NK_SIGN_PUB_LEN];
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	nk_buf_init(&text, RECEIPT_MAX);
	return !nk_ct_equal(r->pub, unsigned_pub, sizeof(r->pub)) && nk_ok(nk_receipt_text(r, &text, NULL)) &&
		nk_sign_verify(r->pub, nk_buf_bytes(&text), r->sig);
}
