/*
 * custodian_client.c: see custodian_client.h. Invariant: every failure names the custodian.
 */
#include "base.h"

#include "custodian_client.h"

#include "os.h"

enum { WAIT_MS = 5000 };

static bool copy_text(char *out, size_t room, struct nk_str s)
{
	if (s.len == 0 || s.len >= room || memchr(s.ptr, 0, s.len) != NULL) {
		return false;
	}
	memcpy(out, s.ptr, s.len);
	out[s.len] = '\0';
	return true;
}

/* host:port, [v6]:port or unix:/path */
static bool parse_place(struct nk_str place, struct nk_caddress *out)
{
	size_t colon = place.len;
	uint32_t port = 0;

	if (nk_str_starts(place, NK_STR("unix:"))) {
		out->port = 0;
		return copy_text(out->host, sizeof(out->host), nk_str_sub(place, 5, SIZE_MAX));
	}
	while (colon > 0 && place.ptr[colon - 1] != ':') {
		colon--;
	}
	if (colon == 0 || !nk_parse_u32(nk_str_sub(place, colon, SIZE_MAX), 1, 65535, &port)) {
		return false;
	}
	out->port = nk_u16(port);
	place = nk_str_sub(place, 0, colon - 1);
	if (nk_str_starts(place, NK_STR("[")) && nk_str_ends(place, NK_STR("]"))) {
		place = nk_str_sub(place, 1, place.len - 2);
	}
	return copy_text(out->host, sizeof(out->host), place);
}

NK_RESULT nk_caddress_parse(const char *text, struct nk_caddress *out, struct nk_err *err)
{
	const struct nk_str line = nk_str_c(text);
	const size_t equal = nk_str_chr(line, '=');
	const size_t hash = nk_str_chr(line, '#');
	struct nk_str keys;

	memset(out, 0, sizeof(*out));
	if (equal == SIZE_MAX || hash == SIZE_MAX || hash < equal ||
		!copy_text(out->name, sizeof(out->name), nk_str_sub(line, 0, equal)) ||
		!parse_place(nk_str_sub(line, equal + 1, hash - equal - 1), out)) {
		return nk_fail(err, NK_CONFIG,
			"a custodian is written as name=unix:/path#keys or name=host:port#keys, as "
			"nokosazu-custodian prints it, not: %.80s",
			text);
	}
	keys = nk_str_sub(line, hash + 1, SIZE_MAX);
	if (keys.len != 128 || !nk_hex_parse(nk_str_sub(keys, 0, 64), out->sign_pub, 32) ||
		!nk_hex_parse(nk_str_sub(keys, 64, 64), out->kx_pub, 32)) {
		return nk_fail(
			err, NK_CONFIG, "the keys of the custodian %s are not 128 hexadecimal digits", out->name);
	}
	return nk_done();
}

static NK_RESULT talk(struct nk_cchannel *channel, const struct nk_caddress *to, const struct nk_kx_pair *own,
	const struct nk_crequest *q, struct nk_creply *out, struct nk_err *err)
{
	uint8_t ask[NK_CREQUEST_LEN];
	uint8_t reply[NK_CREPLY_LEN];
	bool good = false;
	nk_rc rc;

	NK_TRY(nk_os_fd_timeout(channel->fd, WAIT_MS, err));
	NK_TRY(nk_cwire_call(channel, own, to->kx_pub, err));
	nk_cwire_request_put(q, ask);
	rc = nk_cwire_send(channel, nk_bytes_of(ask, sizeof(ask)), err);
	nk_wipe(ask, sizeof(ask));
	NK_TRY(rc);
	NK_TRY(nk_cwire_receive(channel, reply, sizeof(reply), err));
	good = nk_cwire_reply_get(reply, out);
	nk_wipe(reply, sizeof(reply));
	if (!good) {
		return nk_fail(err, NK_INVALID, "its answer cannot be read");
	}
	memcpy(out->receipt.pub, to->sign_pub, sizeof(out->receipt.pub));
	return nk_done();
}

NK_RESULT nk_cask(const struct nk_env *env, const struct nk_caddress *to, const struct nk_kx_pair *own,
	const struct nk_crequest *q, struct nk_creply *out, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	NK_OWNED(nk_cwire_done) struct nk_cchannel channel = { .env = env, .fd = -1 };
	struct nk_err why = { .code = NK_OK };
	nk_rc rc;

	rc = env->connect(env->self, to->host, to->port, WAIT_MS, &fd, &why);
	if (nk_ok(rc)) {
		channel.fd = fd;
		rc = talk(&channel, to, own, q, out, &why);
	}
	if (nk_ok(rc)) {
		return nk_done();
	}
	if (rc.code == NK_NOT_FOUND) {
		return nk_fail(err, NK_UNAVAILABLE,
			"the custodian %s closed the connection: does it know this vault's key?", to->name);
	}
	if (rc.code == NK_AUTH) {
		return nk_fail(err, NK_UNAVAILABLE,
			"the custodian %s does not hold the key that is configured for it: something else answers "
			"there",
			to->name);
	}
	return nk_fail(
		err, NK_UNAVAILABLE, "the custodian %1$s cannot be asked: %2$s", to->name, why.text[NK_LANG_EN]);
}
