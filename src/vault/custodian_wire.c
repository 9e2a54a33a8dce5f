/*
 * custodian_wire.c: see custodian_wire.h. Invariant: sizes are fixed by the protocol, never by the other side.
 */
#include "base.h"

#include "custodian_wire.h"

#include "os.h"

enum { AAD_LEN = 9, FRAME_MAX = NK_CREPLY_LEN + NK_SEAL_EXTRA };

static const uint8_t hello[8] = { 'n', 'k', 'c', 'u', 's', 't', '1', 0 };

void nk_cwire_request_put(const struct nk_crequest *r, uint8_t out[static NK_CREQUEST_LEN])
{
	memset(out, 0, NK_CREQUEST_LEN);
	out[0] = (uint8_t)r->kind;
	nk_put_le64(out + 8, r->epoch);
	memcpy(out + 16, r->rotation, sizeof(r->rotation));
	memcpy(out + 32, r->payload, sizeof(r->payload));
}

bool nk_cwire_request_get(const uint8_t in[static NK_CREQUEST_LEN], struct nk_crequest *out)
{
	if (in[0] < NK_CASK_PUT || in[0] >= NK_CASK_END) {
		return false;
	}
	out->kind = (enum nk_cask)in[0];
	out->epoch = nk_get_le64(in + 8);
	memcpy(out->rotation, in + 16, sizeof(out->rotation));
	memcpy(out->payload, in + 32, sizeof(out->payload));
	return out->kind == NK_CASK_STATUS || (out->epoch > 0 && out->epoch < INT64_MAX);
}

/* The codes of a reply by their place on the wire. */
static const enum nk_code codes[] = { NK_OK, NK_GONE, NK_NOT_FOUND, NK_CONFLICT, NK_INVALID, NK_IO };

static uint8_t code_put(enum nk_code code)
{
	uint8_t i;

	for (i = 0; i < NK_ARRAY_LEN(codes); i++) {
		if (codes[i] == code) {
			return i;
		}
	}
	return 5;
}

static void text_put(uint8_t **at, const char *text, size_t len)
{
	memcpy(*at, text, len);
	*at += len;
}

static bool text_get(const uint8_t **at, char *text, size_t len)
{
	memcpy(text, *at, len);
	*at += len;
	return text[len - 1] == '\0' && nk_utf8_valid(nk_bytes_of(text, strlen(text)), NULL);
}

void nk_cwire_reply_put(const struct nk_creply *r, uint8_t out[static NK_CREPLY_LEN])
{
	uint8_t *at = out;

	memset(out, 0, NK_CREPLY_LEN);
	at[0] = code_put(r->code);
	memcpy(at + 8, r->payload, sizeof(r->payload));
	at += 8 + sizeof(r->payload);
	text_put(&at, r->receipt.holder, sizeof(r->receipt.holder));
	text_put(&at, r->receipt.medium, sizeof(r->receipt.medium));
	text_put(&at, r->receipt.host, sizeof(r->receipt.host));
	text_put(&at, r->receipt.organisation, sizeof(r->receipt.organisation));
	nk_put_le64(at, r->receipt.epoch);
	memcpy(at + 8, r->receipt.rotation, sizeof(r->receipt.rotation));
	nk_put_le64(at + 24, nk_u64(r->receipt.at));
	memcpy(at + 32, r->receipt.sig, sizeof(r->receipt.sig));
	nk_put_le64(at + 96, r->held[0]);
	nk_put_le64(at + 104, r->held[1]);
	nk_assert(at + 112 <= out + NK_CREPLY_LEN);
}

bool nk_cwire_reply_get(const uint8_t in[static NK_CREPLY_LEN], struct nk_creply *out)
{
	const uint8_t *at = in + 8 + NK_CELL_PAYLOAD;
	bool good = in[0] < NK_ARRAY_LEN(codes);

	memset(out, 0, sizeof(*out));
	if (!good) {
		return false;
	}
	out->code = codes[in[0]];
	memcpy(out->payload, in + 8, sizeof(out->payload));
	good = text_get(&at, out->receipt.holder, sizeof(out->receipt.holder)) && good;
	good = text_get(&at, out->receipt.medium, sizeof(out->receipt.medium)) && good;
	good = text_get(&at, out->receipt.host, sizeof(out->receipt.host)) && good;
	good = text_get(&at, out->receipt.organisation, sizeof(out->receipt.organisation)) && good;
	if (nk_get_le64(at + 24) > INT64_MAX) {
		return false;
	}
	out->receipt.epoch = nk_get_le64(at);
	memcpy(out->receipt.rotation, at + 8, sizeof(out->receipt.rotation));
	out->receipt.at = nk_i64(nk_get_le64(at + 24));
	memcpy(out->receipt.sig, at + 32, sizeof(out->receipt.sig));
	out->held[0] = nk_get_le64(at + 96);
	out->held[1] = nk_get_le64(at + 104);
	return good;
}

void nk_cwire_share_put(const struct nk_cshare *s, uint8_t out[static NK_CELL_PAYLOAD])
{
	memset(out, 0, NK_CELL_PAYLOAD);
	out[0] = s->share.x;
	out[1] = s->k;
	out[2] = s->n;
	memcpy(out + 4, s->share.y, sizeof(s->share.y));
	memcpy(out + 36, s->check, sizeof(s->check));
}

bool nk_cwire_share_get(const uint8_t in[static NK_CELL_PAYLOAD], struct nk_cshare *out)
{
	out->share.x = in[0];
	out->k = in[1];
	out->n = in[2];
	memcpy(out->share.y, in + 4, sizeof(out->share.y));
	memcpy(out->check, in + 36, sizeof(out->check));
	return out->share.x > 0 && out->k >= 2 && out->k <= out->n && out->share.x <= out->n;
}

/* Exactly len bytes; NK_NOT_FOUND when the other side closed before the first of them. */
static NK_RESULT read_all(int fd, uint8_t *out, size_t len, struct nk_err *err)
{
	size_t have = 0;

	while (have < len) {
		size_t got = 0;

		NK_TRY(nk_os_fd_read(fd, out + have, len - have, &got, err));
		if (got == 0) {
			return have == 0
				? nk_fail(err, NK_NOT_FOUND, "the other side has closed the connection")
				: nk_fail(err, NK_IO,
					  "the other side has closed the connection in the middle of a message");
		}
		have += got;
	}
	return nk_done();
}

static void session_keys(struct nk_cchannel *c, const struct nk_key *session)
{
	nk_key_derive(session, 1, "nkcustdn", &c->to_custodian);
	nk_key_derive(session, 2, "nkcustdn", &c->to_vault);
}

NK_RESULT nk_cwire_call(
	struct nk_cchannel *c, const struct nk_kx_pair *own, const uint8_t custodian[static 32], struct nk_err *err)
{
	NK_OWNED(nk_kx_wipe) struct nk_kx_pair ephemeral = { .pub = { 0 } };
	NK_OWNED(nk_key_wipe) struct nk_key session = { { 0 } };
	uint8_t out[NK_CHELLO_LEN];
	uint8_t in[NK_CANSWER_LEN];

	c->vault = true;
	NK_TRY(nk_kx_new(c->env, &ephemeral, err));
	memcpy(out, hello, sizeof(hello));
	memcpy(out + 8, own->pub, 32);
	memcpy(out + 40, ephemeral.pub, 32);
	NK_TRY(nk_os_fd_write(c->fd, out, sizeof(out), err));
	NK_TRY(read_all(c->fd, in, sizeof(in), err));
	if (!nk_bytes_eq(nk_bytes_of(in, sizeof(hello)), nk_bytes_of(hello, sizeof(hello)))) {
		return nk_fail(err, NK_INVALID, "what answers there is not a custodian of this version");
	}
	NK_TRY(nk_session_key(true, own, &ephemeral, custodian, in + 8, &session, err));
	session_keys(c, &session);
	return nk_done();
}

NK_RESULT nk_cwire_answer(
	struct nk_cchannel *c, const struct nk_kx_pair *own, uint8_t out_client[static 32], struct nk_err *err)
{
	NK_OWNED(nk_kx_wipe) struct nk_kx_pair ephemeral = { .pub = { 0 } };
	NK_OWNED(nk_key_wipe) struct nk_key session = { { 0 } };
	uint8_t in[NK_CHELLO_LEN];
	uint8_t out[NK_CANSWER_LEN];

	c->vault = false;
	NK_TRY(read_all(c->fd, in, sizeof(in), err));
	if (!nk_bytes_eq(nk_bytes_of(in, sizeof(hello)), nk_bytes_of(hello, sizeof(hello)))) {
		return nk_fail(err, NK_INVALID, "what calls is not a vault of this version");
	}
	NK_TRY(nk_kx_new(c->env, &ephemeral, err));
	NK_TRY(nk_session_key(false, own, &ephemeral, in + 8, in + 40, &session, err));
	memcpy(out, hello, sizeof(hello));
	memcpy(out + 8, ephemeral.pub, 32);
	NK_TRY(nk_os_fd_write(c->fd, out, sizeof(out), err));
	session_keys(c, &session);
	memcpy(out_client, in + 8, 32);
	return nk_done();
}

static struct nk_bytes aad_of(uint8_t room[static AAD_LEN], bool to_custodian, uint64_t number)
{
	room[0] = to_custodian ? 'q' : 'r';
	nk_put_le64(room + 1, number);
	return nk_bytes_of(room, AAD_LEN);
}

NK_RESULT nk_cwire_send(struct nk_cchannel *c, struct nk_bytes plain, struct nk_err *err)
{
	uint8_t frame[4 + FRAME_MAX];
	uint8_t room[AAD_LEN];

	nk_assert(plain.len + NK_SEAL_EXTRA <= FRAME_MAX);
	nk_put_le32(frame, nk_u32(plain.len + NK_SEAL_EXTRA));
	NK_TRY(nk_seal(c->env, c->vault ? &c->to_custodian : &c->to_vault, aad_of(room, c->vault, c->sent), plain,
		frame + 4, err));
	c->sent++;
	return nk_os_fd_write(c->fd, frame, 4 + plain.len + NK_SEAL_EXTRA, err);
}

NK_RESULT nk_cwire_receive(struct nk_cchannel *c, uint8_t *out, size_t len, struct nk_err *err)
{
	uint8_t frame[FRAME_MAX];
	uint8_t room[AAD_LEN];
	uint8_t size[4];

	nk_assert(len + NK_SEAL_EXTRA <= FRAME_MAX);
	NK_TRY(read_all(c->fd, size, sizeof(size), err));
	if (nk_get_le32(size) != len + NK_SEAL_EXTRA) {
		return nk_fail(err, NK_INVALID, "a message has %1$u bytes, not %2$zu as the protocol says",
			nk_get_le32(size), len + NK_SEAL_EXTRA);
	}
	NK_TRY(read_all(c->fd, frame, len + NK_SEAL_EXTRA, err));
	if (!nk_open(c->vault ? &c->to_vault : &c->to_custodian, aad_of(room, !c->vault, c->received),
		    nk_bytes_of(frame, len + NK_SEAL_EXTRA), out)) {
		return nk_fail(
			err, NK_AUTH, "a message does not open: the other side does not hold the key that it claims");
	}
	c->received++;
	return nk_done();
}

void nk_cwire_done(struct nk_cchannel *c)
{
	nk_key_wipe(&c->to_custodian);
	nk_key_wipe(&c->to_vault);
}
