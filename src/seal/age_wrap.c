/*
 * age_wrap.c: the file key under a recipient's X25519 key or a passphrase, and back.
 *
 * Invariant: a passphrase is alone in its file; lengths are checked before anything is decrypted.
 */
#include "base.h"

#include "age_int.h"

#define X25519 "X25519"
#define SCRYPT "scrypt"

enum { BODY = NK_AGE_FILE_KEY + NK_TAG_LEN, SALT = 16, HEADER_ROOM = 4096 };

static const uint8_t zero_nonce[NK_CHAPOLY_NONCE] = { 0 };

void nk_age_file_key_wipe(struct nk_age_file_key *key)
{
	nk_wipe(key, sizeof(*key));
}

/* --- X25519 --- */

static void x25519_wrap_key(const struct nk_key *shared, const uint8_t share[static 32], const uint8_t pub[static 32], struct nk_key *out)
{
	uint8_t salt[64];

	memcpy(salt, share, 32);
	memcpy(salt + 32, pub, 32);
	nk_hkdf_sha256(nk_bytes_of(shared->b, sizeof(shared->b)), nk_bytes_of(salt, sizeof(salt)),
		nk_str_bytes(NK_STR(NK_AGE_VERSION "/X25519")), out);
}

static NK_RESULT put_body(struct nk_buf *out, const struct nk_key *wrap_key, const struct nk_age_file_key *key, struct nk_err *err)
{
	uint8_t body[BODY];

	nk_chapoly_seal(wrap_key, zero_nonce, nk_bytes_of(key->b, sizeof(key->b)), body);
	NK_TRY(nk_buf_add_byte(out, '\n', err));
	NK_TRY(nk_age_b64_put(out, nk_bytes_of(body, sizeof(body)), err));
	return nk_buf_add_byte(out, '\n', err);
}

static NK_RESULT x25519_wrap(const struct nk_env *env, const struct nk_age_recipient *to,
	const struct nk_age_file_key *key, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_kx_wipe) struct nk_kx_pair own = { .pub = { 0 } };
	NK_OWNED(nk_key_wipe) struct nk_key shared = { { 0 } };
	NK_OWNED(nk_key_wipe) struct nk_key wrap_key = { { 0 } };

	NK_TRY(nk_kx_new(env, &own, err));
	if (!nk_x25519(&own.secret, to->pub, &shared)) {
		return nk_fail(err, NK_INVALID, "the recipient's key is too weak to be used");
	}
	x25519_wrap_key(&shared, own.pub, to->pub, &wrap_key);
	NK_TRY(nk_buf_add_c(out, "-> " X25519 " ", err));
	NK_TRY(nk_age_b64_put(out, nk_bytes_of(own.pub, sizeof(own.pub)), err));
	return put_body(out, &wrap_key, key, err);
}

static NK_RESULT x25519_unwrap(const struct nk_age_stanza *s, const struct nk_key *identity,
	struct nk_age_file_key *out, bool *out_fits, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key shared = { { 0 } };
	NK_OWNED(nk_key_wipe) struct nk_key wrap_key = { { 0 } };
	uint8_t share[32];
	uint8_t pub[32];
	size_t n = 0;

	if (s->n_args != 1 || s->body_len != BODY || !nk_age_b64(s->args[0], share, sizeof(share), &n) ||
		n != sizeof(share) || !nk_x25519(identity, share, &shared)) {
		return nk_age_bad(err);
	}
	nk_kx_public(identity, pub);
	x25519_wrap_key(&shared, share, pub, &wrap_key);
	*out_fits = nk_chapoly_open(&wrap_key, zero_nonce, nk_bytes_of(s->body, s->body_len), out->b);
	return nk_done();
}

/* --- passphrase --- */

static NK_RESULT scrypt_key(struct nk_bytes passphrase, const uint8_t salt[static SALT], unsigned work,
	struct nk_key *out, struct nk_err *err)
{
	static const char label[] = NK_AGE_VERSION "/scrypt";
	uint8_t whole[sizeof(label) - 1 + SALT];

	memcpy(whole, label, sizeof(label) - 1);
	memcpy(whole + sizeof(label) - 1, salt, SALT);
	return nk_scrypt(passphrase, nk_bytes_of(whole, sizeof(whole)), work, out, err);
}

static NK_RESULT scrypt_wrap(const struct nk_env *env, const struct nk_age_to *to, const struct nk_age_file_key *key,
	struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key wrap_key = { { 0 } };
	const unsigned work = to->work != 0 ? to->work : (unsigned)NK_AGE_WORK;
	uint8_t salt[SALT];

	NK_TRY(nk_random(env, salt, sizeof(salt), err));
	NK_TRY(scrypt_key(to->passphrase, salt, work, &wrap_key, err));
	NK_TRY(nk_buf_add_c(out, "-> " SCRYPT " ", err));
	NK_TRY(nk_age_b64_put(out, nk_bytes_of(salt, sizeof(salt)), err));
	NK_TRY(nk_buf_printf(out, err, " %u", work));
	return put_body(out, &wrap_key, key, err);
}

static NK_RESULT scrypt_unwrap(const struct nk_age_stanza *s, struct nk_bytes passphrase,
	struct nk_age_file_key *out, bool *out_fits, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key wrap_key = { { 0 } };
	uint8_t salt[SALT];
	uint32_t work = 0;
	size_t n = 0;

	if (s->n_args != 2 || s->body_len != BODY || !nk_age_b64(s->args[0], salt, sizeof(salt), &n) ||
		n != sizeof(salt) || s->args[1].ptr[0] == '0' || !nk_parse_u32(s->args[1], 1, UINT32_MAX, &work)) {
		return nk_age_bad(err);
	}
	if (work > NK_AGE_WORK_MAX) {
		return nk_fail(err, NK_LIMIT, "the age file wants more work for its passphrase than is allowed (2^%1$u, at most 2^%2$d)",
			(unsigned)work, (int)NK_AGE_WORK_MAX);
	}
	if (passphrase.len == 0) {
		return nk_done();
	}
	NK_TRY(scrypt_key(passphrase, salt, work, &wrap_key, err));
	*out_fits = nk_chapoly_open(&wrap_key, zero_nonce, nk_bytes_of(s->body, s->body_len), out->b);
	return nk_done();
}

/* --- all of them --- */

NK_RESULT nk_age_wrap(const struct nk_env *env, const struct nk_age_to *to, const struct nk_age_file_key *key,
	struct nk_buf *out, struct nk_err *err)
{
	if (to->n == 0 && to->passphrase.len > 0) {
		return scrypt_wrap(env, to, key, out, err);
	}
	if (to->n == 0 || to->n > NK_AGE_STANZAS || to->passphrase.len > 0) {
		return nk_fail(err, NK_INVALID, "an age file is for 1 to %d recipients, or for one passphrase alone", (int)NK_AGE_STANZAS);
	}
	for (size_t i = 0; i < to->n; i++) {
		NK_TRY(x25519_wrap(env, &to->recipients[i], key, out, err));
	}
	return nk_done();
}

static NK_RESULT try_stanza(const struct nk_age_stanza *s, const struct nk_age_with *with, struct nk_age_file_key *out,
	bool *out_fits, struct nk_err *err)
{
	if (nk_str_eq(s->type, NK_STR(SCRYPT))) {
		return scrypt_unwrap(s, with->passphrase, out, out_fits, err);
	}
	if (!nk_str_eq(s->type, NK_STR(X25519))) {
		return nk_done();
	}
	for (size_t i = 0; i < with->n && !*out_fits; i++) {
		NK_TRY(x25519_unwrap(s, &with->identities[i], out, out_fits, err));
	}
	return nk_done();
}

NK_RESULT nk_age_unwrap(const struct nk_age_header *h, const struct nk_age_with *with, struct nk_age_file_key *out, struct nk_err *err)
{
	bool fits = false;

	for (size_t i = 0; i < h->n; i++) {
		if (h->n > 1 && nk_str_eq(h->stanzas[i].type, NK_STR(SCRYPT))) {
			return nk_age_bad(err);
		}
	}
	for (size_t i = 0; i < h->n && !fits; i++) {
		NK_TRY(try_stanza(&h->stanzas[i], with, out, &fits, err));
	}
	if (!fits) {
		return nk_fail(err, NK_DENIED, "the file is sealed for somebody else: none of the identities opens it");
	}
	return nk_done();
}
