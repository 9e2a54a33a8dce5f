/*
 * signing.c: who acts, by the key that --key names or by an SSH signature. Nothing of a key is kept.
 */
#include "base.h"
#include "signing.h"

#include "unlock.h"

enum { SSHSIG_MAX = 16384 };

NK_RESULT nk_signing_seed(struct nk_cli *cli, struct nk_key *out, bool *out_have, struct nk_err *err)
{
	const char *const path = nk_args_get(&cli->args, "key");

	*out_have = path != NULL;
	return path != NULL ? nk_unlock_seed(cli, path, out, err) : nk_done();
}

NK_RESULT nk_signing_party(struct nk_cli *cli, struct nk_uuid *out, struct nk_err *err)
{
	NK_TRY(nk_args_need(&cli->args, "party", err));
	if (!nk_uuid_parse(nk_args_str(&cli->args, "party"), out)) {
		return nk_fail(err, NK_USAGE, NK_N("--party takes an id as \"nokosazu party list\" shows it"));
	}
	return nk_done();
}

NK_RESULT nk_signing_who(struct nk_cli *cli, struct nk_signing *room, struct nk_training_who *out, struct nk_err *err)
{
	bool have = false;

	*out = (struct nk_training_who){ .seed = NULL };
	nk_buf_init(&room->sshsig, SSHSIG_MAX);
	NK_TRY(nk_signing_seed(cli, &room->seed, &have, err));
	if (have) {
		out->seed = &room->seed;
		return nk_done();
	}
	if (!nk_args_has(&cli->args, "sshsig")) {
		return nk_done();
	}
	NK_TRY(nk_signing_party(cli, &out->party, err));
	NK_TRY(nk_cli_read(cli, nk_args_get(&cli->args, "sshsig"), &room->sshsig, err));
	out->sshsig = nk_buf_bytes(&room->sshsig);
	return nk_done();
}

void nk_signing_done(struct nk_signing *room)
{
	nk_key_wipe(&room->seed);
	nk_buf_done(&room->sshsig);
}
