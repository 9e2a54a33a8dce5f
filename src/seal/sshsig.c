/*
 * sshsig.c: SSHSIG: armour, blob, and the check by OpenSSH's PROTOCOL.sshsig.
 *
 * Invariant: everything that is signed is built anew from what the caller asks for (namespace, message); nothing of the
 * signature's own claims but the hash's name goes into it. A device's signature without a touch is none.
 */
#include "base.h"

#include "sshsig_int.h"

#include "crypto_age.h"
#include "json.h"

#define BEGIN_LINE "-----BEGIN SSH SIGNATURE-----"
#define END_LINE "-----END SSH SIGNATURE-----"
#define MAGIC "SSHSIG"

/* The parts of the blob; slices into it. */
struct parts {
	struct nk_sshkey key;
	struct nk_str name_space;
	struct nk_str reserved;
	struct nk_str hash;
	uint8_t sig[NK_SIG_LEN];
	struct nk_sshsig_seen seen;
};

static nk_rc damaged(struct nk_err *err)
{
	return nk_fail(err, NK_INVALID, "the SSH signature is damaged or none (ssh-keygen -Y sign makes one)");
}

static NK_RESULT unarmor(struct nk_bytes armored, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf letters = { 0 };
	struct nk_str rest = nk_str_trim(nk_bytes_str(armored));
	struct nk_str line = { 0 };
	bool ended = false;

	nk_buf_init(&letters, NK_SSHSIG_MAX);
	if (armored.len > NK_SSHSIG_MAX || !nk_str_cut(&rest, '\n', &line) ||
		!nk_str_eq(nk_str_trim(line), NK_STR(BEGIN_LINE))) {
		return damaged(err);
	}
	while (!ended && nk_str_cut(&rest, '\n', &line)) {
		line = nk_str_trim(line);
		ended = nk_str_eq(line, NK_STR(END_LINE));
		if (!ended) {
			NK_TRY(nk_buf_add_str(&letters, line, err));
		}
	}
	if (!ended || rest.len != 0 || !nk_ok(nk_base64_get(out, nk_buf_str(&letters), NULL))) {
		return damaged(err);
	}
	return nk_done();
}

/* The innermost string: type, signature, and what a device adds. */
static NK_RESULT read_sig(struct nk_str blob, struct parts *p, struct nk_err *err)
{
	struct nk_cursor c = nk_cursor_of(nk_str_bytes(blob));
	const struct nk_str type = nk_ssh_string(&c);
	const struct nk_str sig = nk_ssh_string(&c);

	if (p->key.sk) {
		p->seen.sk = true;
		p->seen.flags = nk_cursor_u8(&c);
		p->seen.counter = nk_ssh_u32(&c);
	}
	if (c.bad || c.left != 0 || sig.len != sizeof(p->sig) ||
		!nk_str_eq(type, p->key.sk ? NK_STR(NK_SSH_SK_ED25519) : NK_STR(NK_SSH_ED25519))) {
		return damaged(err);
	}
	memcpy(p->sig, sig.ptr, sizeof(p->sig));
	return nk_done();
}

static NK_RESULT read_blob(struct nk_bytes blob, struct parts *p, struct nk_err *err)
{
	struct nk_cursor c = nk_cursor_of(blob);
	const struct nk_str magic = nk_bytes_str(nk_cursor_take(&c, sizeof(MAGIC) - 1));
	const uint32_t version = nk_ssh_u32(&c);
	const struct nk_str key = nk_ssh_string(&c);
	struct nk_str sig = { 0 };

	p->name_space = nk_ssh_string(&c);
	p->reserved = nk_ssh_string(&c);
	p->hash = nk_ssh_string(&c);
	sig = nk_ssh_string(&c);
	if (c.bad || c.left != 0 || version != 1 || !nk_str_eq(magic, NK_STR(MAGIC))) {
		return damaged(err);
	}
	NK_TRY(nk_sshkey_blob(key, &p->key, err));
	return read_sig(sig, p, err);
}

/* The bytes that the key has signed. */
static NK_RESULT signed_bytes(
	const struct parts *p, const char *name_space, struct nk_bytes message, struct nk_buf *out, struct nk_err *err)
{
	struct nk_hash h256;
	struct nk_hash512 h512;
	struct nk_bytes hash = { 0 };

	if (nk_str_eq(p->hash, NK_STR("sha512"))) {
		nk_sha512(message, &h512);
		hash = nk_bytes_of(h512.b, sizeof(h512.b));
	} else if (nk_str_eq(p->hash, NK_STR("sha256"))) {
		nk_sha256(message, &h256);
		hash = nk_bytes_of(h256.b, sizeof(h256.b));
	} else {
		return nk_fail(err, NK_UNSUPPORTED, "the SSH signature uses a hash that is not supported (sha256, sha512)");
	}
	NK_TRY(nk_buf_add_c(out, MAGIC, err));
	NK_TRY(nk_ssh_put(out, nk_str_c(name_space), err));
	NK_TRY(nk_ssh_put(out, p->reserved, err));
	NK_TRY(nk_ssh_put(out, p->hash, err));
	return nk_ssh_put(out, nk_bytes_str(hash), err);
}

/* What a device signs instead: hash of the application, flags, counter, hash of the bytes. */
static NK_RESULT device_bytes(const struct parts *p, struct nk_buf *b, struct nk_err *err)
{
	const uint32_t n = p->seen.counter;
	const uint8_t said[5] = { p->seen.flags, (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };
	struct nk_hash app;
	struct nk_hash data;

	nk_sha256(nk_str_bytes(nk_str_c(p->key.application)), &app);
	nk_sha256(nk_buf_bytes(b), &data);
	nk_buf_reset(b);
	NK_TRY(nk_buf_add(b, app.b, sizeof(app.b), err));
	NK_TRY(nk_buf_add(b, said, sizeof(said), err));
	return nk_buf_add(b, data.b, sizeof(data.b), err);
}

NK_RESULT nk_sshsig_verify_seen(const struct nk_sshkey *key, struct nk_bytes armored, const char *name_space,
	struct nk_bytes message, struct nk_sshsig_seen *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf blob = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf data = { 0 };
	struct parts p = { .key = { .sk = false } };

	nk_buf_init(&blob, NK_SSHSIG_MAX);
	nk_buf_init(&data, 2 * NK_SSHSIG_MAX);
	NK_TRY(unarmor(armored, &blob, err));
	NK_TRY(read_blob(nk_buf_bytes(&blob), &p, err));
	if (p.key.sk != key->sk || memcmp(p.key.pub, key->pub, sizeof(key->pub)) != 0 ||
		strcmp(p.key.application, key->application) != 0) {
		return nk_fail(err, NK_DENIED, "the SSH signature was made with another key");
	}
	if (!nk_str_eq(p.name_space, nk_str_c(name_space))) {
		return nk_fail(err, NK_DENIED, "the SSH signature was made for another purpose; sign with -n %s", name_space);
	}
	NK_TRY(signed_bytes(&p, name_space, message, &data, err));
	if (p.key.sk) {
		NK_TRY(device_bytes(&p, &data, err));
	}
	if (!nk_sign_verify(p.key.pub, nk_buf_bytes(&data), p.sig)) {
		return nk_fail(err, NK_DENIED, "the SSH signature does not fit what was to be signed");
	}
	if (p.key.sk && (p.seen.flags & 1) == 0) {
		return nk_fail(err, NK_DENIED, "the SSH signature was made without a touch of the device");
	}
	*out = p.seen;
	return nk_done();
}

NK_RESULT nk_sshsig_verify(struct nk_str public_key_line, struct nk_bytes armored, const char *name_space,
	struct nk_bytes message, struct nk_err *err)
{
	struct nk_sshkey key = { .sk = false };
	struct nk_sshsig_seen seen = { .sk = false };

	NK_TRY(nk_sshkey_parse(public_key_line, &key, err));
	return nk_sshsig_verify_seen(&key, armored, name_space, message, &seen, err);
}
