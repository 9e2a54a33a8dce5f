/*
 * unlock.h: where the unlock secret comes from, and opening the installation with it.
 */
#ifndef NK_UNLOCK_H
#define NK_UNLOCK_H

#include "cli.h"

/* nk_unlock_secret: from --key-file, $NOKOSAZU_KEY_FILE, the configuration's key_file, else asked on the terminal.
 * `out` is a wiping buffer. NK_DENIED: a key file that others can read. */
NK_RESULT nk_unlock_secret(struct nk_cli *cli, struct nk_buf *out, bool *out_keyfile, struct nk_err *err);
/* nk_unlock_key_path: which key file would be used; *out is empty for a passphrase. */
NK_RESULT nk_unlock_key_path(struct nk_cli *cli, struct nk_buf *out, struct nk_err *err);
/* nk_unlock_read_key: a key file's bytes. */
NK_RESULT nk_unlock_read_key(struct nk_cli *cli, const char *path, struct nk_buf *out, struct nk_err *err);
/* nk_unlock_seed: a person's signing key: 64 hexadecimal characters, as `party key` makes it, or the private key file of an
 * Ed25519 key of OpenSSH without a passphrase (sshseed.h). The one door for every verb that signs. */
NK_RESULT nk_unlock_seed(struct nk_cli *cli, const char *path, struct nk_key *out, struct nk_err *err);
/* nk_unlock_new_key: the key file that an installation gets: made with 32 random bytes when it is not there, else
 * read. The path must begin with "/", because it stands in the configuration. */
NK_RESULT nk_unlock_new_key(struct nk_cli *cli, const char *path, struct nk_buf *out, struct nk_err *err);
/* nk_unlock_new_passphrase: asked twice on the terminal; at least 12 characters. */
NK_RESULT nk_unlock_new_passphrase(struct nk_cli *cli, struct nk_buf *out, struct nk_err *err);

/* nk_unlock_open: cli->flow. nk_unlock_open_locked: without any secret. nk_unlock_open_list: for reading, with the key
 * file when there is one, else without any secret: a monitor that has none still sees the lists, without the places,
 * which are sealed; nobody is asked for a passphrase. */
NK_RESULT nk_unlock_open(struct nk_cli *cli, bool write, struct nk_err *err);
NK_RESULT nk_unlock_open_locked(struct nk_cli *cli, struct nk_err *err);
NK_RESULT nk_unlock_open_list(struct nk_cli *cli, struct nk_err *err);
/* nk_unlock_open_with: with a secret that was read before. nk_unlock_open_sheets: for writing, with recovery sheets. */
NK_RESULT nk_unlock_open_with(
	struct nk_cli *cli, bool write, const struct nk_bytes *secret, bool is_keyfile, struct nk_err *err);
NK_RESULT nk_unlock_open_sheets(struct nk_cli *cli, const struct nk_str *sheets, size_t n, struct nk_err *err);

#endif
