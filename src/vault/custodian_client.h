/*
 * custodian_client.h: the vault's side of a conversation with one custodian.
 */
#ifndef NK_CUSTODIAN_CLIENT_H
#define NK_CUSTODIAN_CLIENT_H

#include "custodian_wire.h"

/* "name=unix:/path#<keys>" or "name=host:port#<keys>", taken apart. */
struct nk_caddress {
	char name[32];
	char host[256];
	uint16_t port; /* 0: host is the path of a unix socket */
	uint8_t sign_pub[32];
	uint8_t kx_pub[32];
};

/* nk_caddress_parse: NK_CONFIG says what is wrong with the line (which holds no secret). */
NK_RESULT nk_caddress_parse(const char *text, struct nk_caddress *out, struct nk_err *err);

/*
 * nk_cask: one request in a session of its own. NK_UNAVAILABLE with the custodian's name when it cannot be asked;
 * its own refusal is in out->code.
 */
NK_RESULT nk_cask(const struct nk_env *env, const struct nk_caddress *to, const struct nk_kx_pair *own,
	const struct nk_crequest *q, struct nk_creply *out, struct nk_err *err);

#endif
