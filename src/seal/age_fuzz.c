/*
 * age_fuzz.c: no bytes disturb the opening of an age file; what opens is the same in small pieces. Work for passphrases
 * is cut by giving none.
 */
#include "base.h"
#include "age.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct source {
	struct nk_bytes left;
	size_t step;
	uint64_t sum;
};

static NK_RESULT get(void *arg, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	struct source *s = arg;
	size_t n = s->left.len < len ? s->left.len : len;

	(void)err;
	n = n < s->step ? n : s->step;
	if (n > 0) {
		memcpy(buf, s->left.ptr, n);
		s->left = nk_bytes_of(s->left.ptr + n, s->left.len - n);
	}
	*out_len = n;
	return nk_done();
}

static NK_RESULT put(void *arg, const void *buf, size_t len, struct nk_err *err)
{
	struct source *s = arg;

	(void)err;
	for (size_t i = 0; i < len; i++) {
		s->sum = s->sum * 31 + ((const uint8_t *)buf)[i];
	}
	return nk_done();
}

static enum nk_code once(struct nk_bytes file, size_t step, uint64_t *out_sum)
{
	struct source s = { .left = file, .step = step };
	const struct nk_age_io io = { get, &s, put, &s };
	struct nk_key identity = { { 0 } };
	struct nk_err err;
	const nk_rc parsed = nk_age_identity_parse(
		NK_STR("AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0"), &identity, NULL);
	const struct nk_age_with with = { .identities = &identity, .n = 1 };
	nk_rc rc;

	nk_assert(nk_ok(parsed));
	rc = nk_age_open(&with, &io, &err);
	*out_sum = s.sum;
	return rc.code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t whole = 0;
	uint64_t pieces = 0;

	nk_assert(once(nk_bytes_of(data, size), SIZE_MAX, &whole) == once(nk_bytes_of(data, size), 7, &pieces));
	nk_assert(whole == pieces);
	return 0;
}
