/*
 * custodian_wire.h: what a vault and a custodian say to each other: fixed-size messages, sealed end to end.
 *
 * A session: the vault sends its static and an ephemeral public key, the custodian an ephemeral one; both derive one
 * key for each direction (nk_session_key). Each message is a le32 length and a sealed box whose AAD is direction and
 * number. Who relays the bytes learns their number and no more.
 */
#ifndef NK_CUSTODIAN_WIRE_H
#define NK_CUSTODIAN_WIRE_H

#include "cells.h"
#include "crypto.h"

enum nk_cask { NK_CASK_PUT = 1, NK_CASK_GET, NK_CASK_DROP, NK_CASK_DESTROY, NK_CASK_STATUS, NK_CASK_END };
enum {
	NK_CREQUEST_LEN = 8 + 8 + NK_ROTATION_ID_LEN + NK_CELL_PAYLOAD,
	NK_CREPLY_LEN = 424,
	NK_CHELLO_LEN = 8 + 64,
	NK_CANSWER_LEN = 8 + 32
};

struct nk_crequest {
	enum nk_cask kind;
	uint64_t epoch;
	uint8_t rotation[NK_ROTATION_ID_LEN];
	uint8_t payload[NK_CELL_PAYLOAD]; /* put */
};

/* What a custodian answers; it says who it is each time. */
struct nk_creply {
	enum nk_code code; /* NK_OK, NK_GONE, NK_NOT_FOUND, NK_CONFLICT, NK_INVALID, NK_IO */
	uint8_t payload[NK_CELL_PAYLOAD]; /* get */
	struct nk_receipt receipt; /* holder, medium, host, organisation always; the rest for destroy */
	uint64_t held[2]; /* status: epochs whose shares are held, 0: none */
};

/* A share as it lies in a payload: x, k, n, value, and a check of the whole secret. */
struct nk_cshare {
	struct nk_share share;
	uint8_t k;
	uint8_t n;
	uint8_t check[NK_MAC_LEN];
};

/*
 * nk_cwire_request_put, nk_cwire_request_get, and the same for reply and share: structs to bytes and back. A get is
 * false for bytes that no put writes (unknown kind or code, text that is not UTF-8 or has no end, k of n that is
 * none).
 */
void nk_cwire_request_put(const struct nk_crequest *r, uint8_t out[static NK_CREQUEST_LEN]);
bool nk_cwire_request_get(const uint8_t in[static NK_CREQUEST_LEN], struct nk_crequest *out);
void nk_cwire_reply_put(const struct nk_creply *r, uint8_t out[static NK_CREPLY_LEN]);
bool nk_cwire_reply_get(const uint8_t in[static NK_CREPLY_LEN], struct nk_creply *out);
void nk_cwire_share_put(const struct nk_cshare *s, uint8_t out[static NK_CELL_PAYLOAD]);
bool nk_cwire_share_get(const uint8_t in[static NK_CELL_PAYLOAD], struct nk_cshare *out);

/* One side of a session on a connected socket, which is the caller's. nk_cwire_done wipes the keys. */
struct nk_cchannel {
	const struct nk_env *env;
	int fd;
	bool vault; /* our side */
	struct nk_key to_custodian;
	struct nk_key to_vault;
	uint64_t sent;
	uint64_t received;
};
/*
 * nk_cwire_call: the vault's handshake. nk_cwire_answer: the custodian's; *out_client is who says it calls:
 * proven only by the first message that opens.
 */
NK_RESULT nk_cwire_call(
	struct nk_cchannel *c, const struct nk_kx_pair *own, const uint8_t custodian[static 32], struct nk_err *err);
NK_RESULT nk_cwire_answer(
	struct nk_cchannel *c, const struct nk_kx_pair *own, uint8_t out_client[static 32], struct nk_err *err);
NK_RESULT nk_cwire_send(struct nk_cchannel *c, struct nk_bytes plain, struct nk_err *err);
/* Exactly len bytes of plaintext; NK_NOT_FOUND: the other side has closed; NK_AUTH: it does not open. */
NK_RESULT nk_cwire_receive(struct nk_cchannel *c, uint8_t *out, size_t len, struct nk_err *err);
void nk_cwire_done(struct nk_cchannel *c);

#endif
