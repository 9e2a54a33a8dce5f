/*
 * minisign.c: minisign's keys and signatures.
 *
 * Invariant: a signature is good only with its trusted comment: both are checked, or nothing is said.
 */
#include "base.h"

#include "json.h"
#include "minisign.h"
#include "os.h"

#define UNTRUSTED "untrusted comment: "
#define TRUSTED "trusted comment: "

enum { ID = 8, KEY_BLOB = 2 + ID + NK_SIGN_PUB_LEN, SIG_BLOB = 2 + ID + NK_SIG_LEN, READ = 64 * 1024 };

static NK_RESULT bad(struct nk_err *err)
{
	return nk_fail(err, NK_INVALID, "this is not a minisign key or signature, or it is damaged");
}

void nk_minisign_key_of(const struct nk_key *seed, struct nk_minisign_key *out)
{
	struct nk_hash hash;

	nk_sign_public(seed, out->pub);
	nk_sha256(nk_bytes_of(out->pub, sizeof(out->pub)), &hash);
	memcpy(out->id, hash.b, sizeof(out->id));
}

/* As minisign prints a key's number: the bytes from the last to the first. */
static void id_text(const uint8_t id[static ID], char out[static 2 * ID + 1])
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < ID; i++) {
		out[2 * i] = digits[id[ID - 1 - i] >> 4];
		out[2 * i + 1] = digits[id[ID - 1 - i] & 15];
	}
	out[2 * ID] = '\0';
}

NK_RESULT nk_minisign_key_print(const struct nk_minisign_key *key, struct nk_buf *out, struct nk_err *err)
{
	uint8_t blob[KEY_BLOB] = { 'E', 'd' };
	char id[2 * ID + 1];

	memcpy(blob + 2, key->id, ID);
	memcpy(blob + 2 + ID, key->pub, sizeof(key->pub));
	id_text(key->id, id);
	NK_TRY(nk_buf_printf(out, err, UNTRUSTED "minisign public key %s\n", id));
	NK_TRY(nk_base64_put(out, nk_bytes_of(blob, sizeof(blob)), err));
	return nk_buf_add_byte(out, '\n', err);
}

static bool get_blob(struct nk_str line, uint8_t *out, size_t len)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };

	nk_buf_init(&b, len);
	if (!nk_ok(nk_base64_get(&b, nk_str_trim(line), NULL)) || b.len != len) {
		return false;
	}
	memcpy(out, b.ptr, len);
	return true;
}

NK_RESULT nk_minisign_key_parse(struct nk_str text, struct nk_minisign_key *out, struct nk_err *err)
{
	struct nk_str rest = nk_str_trim(text);
	struct nk_str line = { 0 };
	uint8_t blob[KEY_BLOB];

	if (text.len > NK_MINISIGN_MAX || !nk_str_cut(&rest, '\n', &line)) {
		return bad(err);
	}
	if (nk_str_starts(line, NK_STR("untrusted comment:")) && !nk_str_cut(&rest, '\n', &line)) {
		return bad(err);
	}
	if (rest.len != 0 || !get_blob(line, blob, sizeof(blob)) || blob[0] != 'E' || blob[1] != 'd') {
		return bad(err);
	}
	memcpy(out->id, blob + 2, ID);
	memcpy(out->pub, blob + 2 + ID, sizeof(out->pub));
	return nk_done();
}

NK_RESULT nk_minisign_hash_fd(int fd, struct nk_hash512 *out, struct nk_err *err)
{
	NK_OWNED(nk_hasher512_free) struct nk_hasher512 *h = NULL;
	uint8_t buf[READ];
	size_t n = 1;

	NK_TRY(nk_hasher512_new(false, &h, err));
	while (n > 0) {
		NK_TRY(nk_os_fd_read(fd, buf, sizeof(buf), &n, err));
		nk_hasher512_add(h, nk_bytes_of(buf, n));
	}
	nk_hasher512_end(h, out);
	nk_wipe(buf, sizeof(buf));
	return nk_done();
}

/* What the second signature is over: the first, then the comment. */
static void both(const uint8_t sig[static NK_SIG_LEN], struct nk_str comment, uint8_t out[static NK_SIG_LEN + NK_MINISIGN_COMMENT_MAX])
{
	memcpy(out, sig, NK_SIG_LEN);
	if (comment.len > 0) {
		memcpy(out + NK_SIG_LEN, comment.ptr, comment.len);
	}
}

NK_RESULT nk_minisign_sign(const struct nk_key *seed, const struct nk_hash512 *file, struct nk_str trusted_comment,
	struct nk_buf *out, struct nk_err *err)
{
	uint8_t blob[SIG_BLOB] = { 'E', 'D' };
	uint8_t over[NK_SIG_LEN + NK_MINISIGN_COMMENT_MAX];
	uint8_t global[NK_SIG_LEN];
	struct nk_minisign_key key;

	if (trusted_comment.len > NK_MINISIGN_COMMENT_MAX || nk_str_chr(trusted_comment, '\n') != SIZE_MAX ||
		nk_str_chr(trusted_comment, '\r') != SIZE_MAX || !nk_utf8_valid(nk_str_bytes(trusted_comment), NULL)) {
		return nk_fail(err, NK_INVALID, "the comment of a minisign signature is one line of at most %d bytes", (int)NK_MINISIGN_COMMENT_MAX);
	}
	nk_minisign_key_of(seed, &key);
	memcpy(blob + 2, key.id, ID);
	nk_sign(seed, nk_bytes_of(file->b, sizeof(file->b)), blob + 2 + ID);
	both(blob + 2 + ID, trusted_comment, over);
	nk_sign(seed, nk_bytes_of(over, NK_SIG_LEN + trusted_comment.len), global);
	NK_TRY(nk_buf_add_c(out, UNTRUSTED "signature from nokosazu\n", err));
	NK_TRY(nk_base64_put(out, nk_bytes_of(blob, sizeof(blob)), err));
	NK_TRY(nk_buf_add_c(out, "\n" TRUSTED, err));
	NK_TRY(nk_buf_add_str(out, trusted_comment, err));
	NK_TRY(nk_buf_add_byte(out, '\n', err));
	NK_TRY(nk_base64_put(out, nk_bytes_of(global, sizeof(global)), err));
	return nk_buf_add_byte(out, '\n', err);
}

struct sig {
	uint8_t blob[SIG_BLOB];
	uint8_t global[NK_SIG_LEN];
	struct nk_str comment;
};

static bool read_sig(struct nk_str text, struct sig *out)
{
	struct nk_str line = { 0 };
	struct nk_str rest = text;

	if (text.len > NK_MINISIGN_MAX || !nk_str_cut(&rest, '\n', &line) ||
		!nk_str_starts(line, NK_STR("untrusted comment:")) || !nk_str_cut(&rest, '\n', &line) ||
		!get_blob(line, out->blob, sizeof(out->blob)) || !nk_str_cut(&rest, '\n', &line) ||
		!nk_str_starts(line, NK_STR(TRUSTED))) {
		return false;
	}
	out->comment = nk_str_sub(line, sizeof(TRUSTED) - 1, SIZE_MAX);
	if (nk_str_ends(out->comment, NK_STR("\r"))) {
		out->comment.len--;
	}
	return out->comment.len <= NK_MINISIGN_COMMENT_MAX && nk_str_cut(&rest, '\n', &line) &&
		get_blob(line, out->global, sizeof(out->global)) && nk_str_trim(rest).len == 0;
}

NK_RESULT nk_minisign_verify(const struct nk_minisign_key *key, struct nk_str text, const struct nk_hash512 *file,
	struct nk_str *out_comment, struct nk_err *err)
{
	uint8_t over[NK_SIG_LEN + NK_MINISIGN_COMMENT_MAX];
	struct sig s;

	if (!read_sig(text, &s) || s.blob[0] != 'E') {
		return bad(err);
	}
	if (s.blob[1] != 'D') {
		return nk_fail(err, NK_UNSUPPORTED, "the minisign signature is of the old kind; sign with minisign 0.10 or later");
	}
	both(s.blob + 2 + ID, s.comment, over);
	if (memcmp(s.blob + 2, key->id, ID) != 0 ||
		!nk_sign_verify(key->pub, nk_bytes_of(file->b, sizeof(file->b)), s.blob + 2 + ID) ||
		!nk_sign_verify(key->pub, nk_bytes_of(over, NK_SIG_LEN + s.comment.len), s.global)) {
		return nk_fail(err, NK_DENIED, "the minisign signature is not of this key for this file and comment");
	}
	if (out_comment != NULL) {
		*out_comment = s.comment;
	}
	return nk_done();
}
