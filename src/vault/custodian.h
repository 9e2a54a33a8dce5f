/*
 * custodian.h: the custodian's side: keeps shares of epoch secrets for vaults, and says so when they are destroyed.
 *
 * One process, one thread (src/bin/custodian.c). Shares live in locked memory only, or also in a state file that is
 * overwritten in place; a receipt names which. A vault is known by its public key; another one gets nothing.
 */
#ifndef NK_CUSTODIAN_H
#define NK_CUSTODIAN_H

#include "sealer.h"

enum { NK_CUSTODIAN_CLIENTS = 64, NK_CUSTODIAN_ADDRESS = 129 };

struct nk_custodian;

struct nk_custodian_options {
	const char *name; /* at most 31 bytes of a-z 0-9 . - */
	const char *key_file; /* its own keys, made when missing (0600) */
	const char *state_file; /* NULL: shares in memory only */
	struct nk_str organisation;
	const uint8_t (*clients)[32]; /* vaults that may talk to it; none: the first that does is pinned for ever */
	size_t n_clients;
};

/*
 * nk_custodian_open: reads or makes keys and state. NK_CONFIG: a bad name, too many clients. NK_CORRUPT: damaged
 * key file.
 */
NK_RESULT nk_custodian_open(const struct nk_env *env, const struct nk_custodian_options *opt,
	struct nk_custodian **out, struct nk_err *err);
void nk_custodian_close(struct nk_custodian **custodian);
/* nk_custodian_keys: its public keys as 128 hexadecimal digits, the part of its address behind '#'. */
void nk_custodian_keys(const struct nk_custodian *custodian, char out[static NK_CUSTODIAN_ADDRESS]);
/*
 * nk_custodian_serve: one connection until the other side closes it; `fd` stays the caller's and has a limit of time.
 * *out_pinned is set when this vault was the first and is trusted from now on. Errors are about this connection only
 * (NK_DENIED: a vault that is not known; NK_AUTH, NK_INVALID, NK_IO).
 */
NK_RESULT nk_custodian_serve(struct nk_custodian *custodian, int fd, bool *out_pinned, struct nk_err *err);

#endif
