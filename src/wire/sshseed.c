/*
 * sshseed.c: see sshseed.h.
 *
 * Invariant: nothing of the key is in an error or stays in memory that is not wiped.
 */
#include "base.h"
#include "sshseed.h"

#include "json.h"

#define BEGIN_LINE "-----BEGIN OPENSSH PRIVATE KEY-----"
#define END_LINE "-----END OPENSSH PRIVATE KEY-----"
#define MAGIC "openssh-key-v1"
#define ED25519 "ssh-ed25519"

enum { PUB_LEN = 32, SECRET_LEN = NK_SSHSEED_LEN + PUB_LEN };

static nk_rc damaged(struct nk_err *err)
{
	return nk_fail(err, NK_INVALID, NK_N("the SSH key file is damaged"));
}

bool nk_sshseed_is(struct nk_str text)
{
	return nk_str_starts(nk_str_trim(text), NK_STR(BEGIN_LINE));
}

static NK_RESULT unarmor(struct nk_str text, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf letters = { 0 };
	struct nk_str rest = nk_str_trim(text);
	struct nk_str line = { NULL, 0 };
	bool ended = false;

	nk_buf_init_wiping(&letters, NK_SSHSEED_FILE_MAX);
	if (text.len > NK_SSHSEED_FILE_MAX || !nk_str_cut(&rest, '\n', &line) || !nk_str_eq(nk_str_trim(line), NK_STR(BEGIN_LINE))) {
		return damaged(err);
	}
	while (!ended && nk_str_cut(&rest, '\n', &line)) {
		line = nk_str_trim(line);
		ended = nk_str_eq(line, NK_STR(END_LINE));
		NK_TRY(ended ? nk_done() : nk_buf_add_str(&letters, line, err));
	}
	return ended && nk_ok(nk_base64_get(out, nk_buf_str(&letters), NULL)) ? nk_done() : damaged(err);
}

static uint32_t number(struct nk_cursor *c)
{
	const struct nk_bytes b = nk_cursor_take(c, 4);

	return b.len == 4 ? (uint32_t)nk_get_be16(b.ptr) << 16 | nk_get_be16(b.ptr + 2) : 0;
}

static struct nk_bytes string(struct nk_cursor *c)
{
	return nk_cursor_take(c, number(c));
}

static bool is(struct nk_bytes b, const char *text)
{
	return nk_bytes_eq(b, nk_str_bytes(nk_str_c(text)));
}

/* Two equal numbers of chance, then type, public key, seed and public key; a comment and filling follow. */
static NK_RESULT seed_of(struct nk_bytes secret, uint8_t *out, struct nk_err *err)
{
	struct nk_cursor c = nk_cursor_of(secret);
	const uint32_t one = number(&c);
	const uint32_t two = number(&c);
	const struct nk_bytes type = string(&c);
	const struct nk_bytes pub = string(&c);
	const struct nk_bytes both = string(&c);

	if (c.bad || one != two) {
		return damaged(err);
	}
	if (!is(type, ED25519)) {
		return nk_fail(err, NK_UNSUPPORTED,
			NK_N("only an Ed25519 key signs here (ssh-keygen -t ed25519); one in a device signs warrants, with ssh-keygen -Y sign"));
	}
	if (pub.len != PUB_LEN || both.len != SECRET_LEN || memcmp(both.ptr + NK_SSHSEED_LEN, pub.ptr, PUB_LEN) != 0) {
		return damaged(err);
	}
	memcpy(out, both.ptr, NK_SSHSEED_LEN);
	return nk_done();
}

NK_RESULT nk_sshseed_get(struct nk_str text, uint8_t out[static NK_SSHSEED_LEN], struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf raw = { 0 };
	struct nk_bytes cipher;
	struct nk_cursor c;
	uint32_t n = 0;

	nk_buf_init_wiping(&raw, NK_SSHSEED_FILE_MAX);
	NK_TRY(unarmor(text, &raw, err));
	c = nk_cursor_of(nk_buf_bytes(&raw));
	if (!nk_bytes_eq(nk_cursor_take(&c, sizeof(MAGIC)), nk_bytes_of((const uint8_t *)MAGIC, sizeof(MAGIC)))) {
		return damaged(err);
	}
	cipher = string(&c);
	(void)string(&c); /* how a passphrase makes the key of it, and with what */
	(void)string(&c);
	n = number(&c);
	(void)string(&c); /* the public key */
	if (c.bad || n != 1) {
		return damaged(err);
	}
	return is(cipher, "none") ? seed_of(string(&c), out, err)
				  : nk_fail(err, NK_UNSUPPORTED,
					    NK_N("the SSH key has a passphrase, which this program does not ask for: sign the warrant with ssh-keygen -Y sign, or make a key of your own for it (nokosazu party key)"));
}
