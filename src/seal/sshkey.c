/*
 * sshkey.c: OpenSSH public keys of the two Ed25519 kinds, and their fingerprints.
 *
 * Invariant: a key is taken only when its bytes are exactly of its type, with nothing behind.
 */
#include "base.h"

#include "sshsig_int.h"

#include "json.h"

enum { BLOB_MAX = 512, LINE_MAX_LEN = 2048 };

uint32_t nk_ssh_u32(struct nk_cursor *c)
{
	const struct nk_bytes b = nk_cursor_take(c, 4);

	return b.len == 4 ? (uint32_t)b.ptr[0] << 24 | (uint32_t)b.ptr[1] << 16 | (uint32_t)b.ptr[2] << 8 | b.ptr[3] : 0;
}

struct nk_str nk_ssh_string(struct nk_cursor *c)
{
	const uint32_t len = nk_ssh_u32(c);

	return nk_bytes_str(nk_cursor_take(c, len));
}

NK_RESULT nk_ssh_put(struct nk_buf *out, struct nk_str s, struct nk_err *err)
{
	const uint32_t n = nk_u32(s.len);
	const uint8_t len[4] = { (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n };

	NK_TRY(nk_buf_add(out, len, sizeof(len), err));
	return nk_buf_add_str(out, s, err);
}

NK_RESULT nk_sshkey_blob(struct nk_str blob, struct nk_sshkey *out, struct nk_err *err)
{
	struct nk_cursor c = nk_cursor_of(nk_str_bytes(blob));
	const struct nk_str type = nk_ssh_string(&c);
	struct nk_sshkey key = { 0 };
	struct nk_str pub = { 0 };
	struct nk_str app = { 0 };

	key.sk = nk_str_eq(type, NK_STR(NK_SSH_SK_ED25519));
	if (c.bad || type.len == 0) {
		return nk_fail(err, NK_INVALID, "the SSH public key is damaged");
	}
	if (!key.sk && !nk_str_eq(type, NK_STR(NK_SSH_ED25519))) {
		return nk_fail(err, NK_UNSUPPORTED,
			"this type of SSH key is not supported; make one with ssh-keygen -t ed25519 (or ed25519-sk)");
	}
	pub = nk_ssh_string(&c);
	app = key.sk ? nk_ssh_string(&c) : app;
	if (c.bad || c.left != 0 || pub.len != sizeof(key.pub) || app.len > NK_SSHKEY_APP_MAX ||
		nk_str_chr(app, '\0') != SIZE_MAX || (key.sk && !nk_str_starts(app, NK_STR("ssh:")))) {
		return nk_fail(err, NK_INVALID, "the SSH public key is damaged");
	}
	memcpy(key.pub, pub.ptr, sizeof(key.pub));
	if (app.len > 0) {
		memcpy(key.application, app.ptr, app.len);
	}
	*out = key;
	return nk_done();
}

NK_RESULT nk_sshkey_parse(struct nk_str line, struct nk_sshkey *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf blob = { 0 };
	struct nk_str rest = nk_str_trim(line);
	struct nk_str type = { 0 };
	struct nk_str text = { 0 };
	struct nk_cursor c = { 0 };

	nk_buf_init(&blob, BLOB_MAX);
	if (line.len > LINE_MAX_LEN || nk_str_chr(rest, '\n') != SIZE_MAX || !nk_str_cut(&rest, ' ', &type) ||
		!nk_str_cut(&rest, ' ', &text)) {
		return nk_fail(err, NK_INVALID, "an SSH public key is one line: type, key, comment");
	}
	if (!nk_str_eq(type, NK_STR(NK_SSH_ED25519)) && !nk_str_eq(type, NK_STR(NK_SSH_SK_ED25519))) {
		return nk_fail(err, NK_UNSUPPORTED,
			"this type of SSH key is not supported; make one with ssh-keygen -t ed25519 (or ed25519-sk)");
	}
	if (!nk_ok(nk_base64_get(&blob, text, NULL))) {
		return nk_fail(err, NK_INVALID, "the SSH public key is damaged");
	}
	c = nk_cursor_of(nk_buf_bytes(&blob));
	if (!nk_str_eq(nk_ssh_string(&c), type)) {
		return nk_fail(err, NK_INVALID, "the SSH public key is damaged");
	}
	return nk_sshkey_blob(nk_buf_str(&blob), out, err);
}

void nk_sshkey_fingerprint(const struct nk_sshkey *key, char out[static NK_SSHKEY_PRINT])
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_hash hash;
	nk_rc rc;

	nk_buf_init(&b, BLOB_MAX);
	nk_buf_init(&text, NK_SSHKEY_PRINT);
	out[0] = '\0';
	rc = nk_ssh_put(&b, key->sk ? NK_STR(NK_SSH_SK_ED25519) : NK_STR(NK_SSH_ED25519), NULL);
	rc = nk_ok(rc) ? nk_ssh_put(&b, nk_bytes_str(nk_bytes_of(key->pub, sizeof(key->pub))), NULL) : rc;
	rc = nk_ok(rc) && key->sk ? nk_ssh_put(&b, nk_str_c(key->application), NULL) : rc;
	if (!nk_ok(rc)) {
		return;
	}
	nk_sha256(nk_buf_bytes(&b), &hash);
	if (nk_ok(nk_base64_put(&text, nk_bytes_of(hash.b, sizeof(hash.b)), NULL))) {
		(void)snprintf(out, NK_SSHKEY_PRINT, "SHA256:%.*s", 43, (const char *)text.ptr);
	}
}
