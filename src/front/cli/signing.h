/*
 * signing.h: a person's own signing key, as a verb's --key gives it.
 */
#ifndef NK_SIGNING_H
#define NK_SIGNING_H

#include "cli.h"
#include "crypto.h"
#include "flow_training.h"

/* nk_signing_seed: from the file of --key; *out_have = false when that was not given. NK_INVALID: no such key in it;
 * NK_DENIED: others can read the file. The caller wipes. */
NK_RESULT nk_signing_seed(struct nk_cli *cli, struct nk_key *out, bool *out_have, struct nk_err *err);

/* Who acts, by --key, or by --party and --sshsig: for reading and sitting. *room keeps what *out points into. */
struct nk_signing {
	struct nk_key seed;
	struct nk_buf sshsig;
};
NK_RESULT nk_signing_who(
	struct nk_cli *cli, struct nk_signing *room, struct nk_training_who *out, struct nk_err *err);
/* nk_signing_done: for NK_OWNED. nk_signing_party: --party as an id. NK_USAGE. */
void nk_signing_done(struct nk_signing *room);
NK_RESULT nk_signing_party(struct nk_cli *cli, struct nk_uuid *out, struct nk_err *err);

#endif
