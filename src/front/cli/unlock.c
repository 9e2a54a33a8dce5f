/*
 * unlock.c: the unlock secret, read into wiping memory, wiped as soon as the installation is open.
 */
#include "base.h"

#include "unlock.h"

#include "os.h"
#include "sshseed.h"

enum { SECRET_MAX = 4096, KEY_FILE_LEN = 32, PASSPHRASE_MIN = 12, WAIT_MS = 10000 };

NK_RESULT nk_unlock_key_path(struct nk_cli *cli, struct nk_buf *out, struct nk_err *err)
{
	const char *const typed = nk_args_get(&cli->args, "key-file");
	const char *const variable = cli->start->variable("NOKOSAZU_KEY_FILE");

	if (typed != NULL) {
		return nk_buf_add_c(out, typed, err);
	}
	if (variable != NULL && variable[0] != '\0') {
		return nk_buf_add_c(out, variable, err);
	}
	return nk_flow_secret_kind(cli->env, cli->home, out, err);
}

NK_RESULT nk_unlock_read_key(struct nk_cli *cli, const char *path, struct nk_buf *out, struct nk_err *err)
{
	unsigned mode = 0;
	bool mine = false;

	const nk_rc rc = nk_os_file_mode(path, &mode, &mine, err);

	if (rc.code == NK_NOT_FOUND) {
		return nk_fail(err, NK_NOT_FOUND, NK_N("there is no key file at %s"), path);
	}
	NK_TRY(rc);
	if ((mode & 077U) != 0) {
		return nk_fail(err, NK_DENIED,
			NK_N("the key file %s can be read by others: chmod 600 it, and think about who has read it"),
			path);
	}
	return nk_env_read_all(cli->env, path, out->max, out, err);
}

NK_RESULT nk_unlock_seed(struct nk_cli *cli, const char *path, struct nk_key *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };

	nk_buf_init_wiping(&text, NK_SSHSEED_FILE_MAX);
	NK_TRY(nk_unlock_read_key(cli, path, &text, err));
	if (nk_sshseed_is(nk_buf_str(&text))) {
		return nk_sshseed_get(nk_buf_str(&text), out->b, err);
	}
	if (!nk_hex_parse(nk_str_trim(nk_buf_str(&text)), out->b, sizeof(out->b))) {
		return nk_fail(err, NK_INVALID,
			NK_N("%s is not a signing key: it is either one that \"nokosazu party key\" makes, or a private Ed25519 key of OpenSSH"),
			path);
	}
	return nk_done();
}

NK_RESULT nk_unlock_secret(struct nk_cli *cli, struct nk_buf *out, bool *out_keyfile, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf path = { 0 };

	nk_buf_init(&path, PATH_MAX);
	NK_TRY(nk_unlock_key_path(cli, &path, err));
	*out_keyfile = path.len > 0;
	if (path.len > 0) {
		NK_TRY(nk_buf_add(&path, "", 1, err));
		return nk_unlock_read_key(cli, (const char *)path.ptr, out, err);
	}
	nk_progress_clear(&cli->progress);
	return nk_os_ask_secret(nk_cli_tr(cli, NK_N("Passphrase of this installation: ")), out, err);
}

NK_RESULT nk_unlock_new_key(struct nk_cli *cli, const char *path, struct nk_buf *out, struct nk_err *err)
{
	struct nk_err none;
	uint8_t *at = NULL;
	unsigned mode = 0;
	bool mine = false;

	if (path[0] != '/') {
		return nk_fail(err, NK_USAGE,
			NK_N("the path of the key file is written into the configuration: it must begin with \"/\""));
	}
	if (nk_ok(nk_os_file_mode(path, &mode, &mine, &none))) {
		return nk_unlock_read_key(cli, path, out, err);
	}
	if (none.code != NK_NOT_FOUND) {
		*err = none;
		return (nk_rc){ none.code };
	}
	NK_TRY(nk_buf_reserve(out, KEY_FILE_LEN, &at, err));
	NK_TRY(nk_random(cli->env, at, KEY_FILE_LEN, err));
	out->len += KEY_FILE_LEN;
	NK_TRY(nk_env_write_new(cli->env, path, nk_buf_bytes(out), err));
	nk_cli_say(cli,
		NK_N("a new key file was made: %s; without it, or an escrow sheet, nobody opens this installation"),
		path);
	return nk_done();
}

NK_RESULT nk_unlock_new_passphrase(struct nk_cli *cli, struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf again = { 0 };
	size_t characters = 0;
	size_t at = 0;

	nk_buf_init_wiping(&again, SECRET_MAX);
	NK_TRY(nk_os_ask_secret(nk_cli_tr(cli, NK_N("New passphrase (at least 12 characters): ")), out, err));
	if (!nk_utf8_valid(nk_buf_bytes(out), NULL)) {
		return nk_fail(err, NK_INVALID, NK_N("the passphrase is not valid UTF-8"));
	}
	while (at < out->len) {
		(void)nk_utf8_next(nk_buf_str(out), &at);
		characters++;
	}
	if (characters < PASSPHRASE_MIN) {
		return nk_fail(err, NK_INVALID, NK_N("the passphrase must have at least 12 characters"));
	}
	NK_TRY(nk_os_ask_secret(nk_cli_tr(cli, NK_N("The same passphrase again: ")), &again, err));
	if (again.len != out->len || !nk_ct_equal(again.ptr, out->ptr, out->len)) {
		return nk_fail(err, NK_INVALID, NK_N("the two passphrases are not the same"));
	}
	return nk_done();
}

static struct nk_flow_options options_of(struct nk_cli *cli, bool write)
{
	return (struct nk_flow_options){ .home = cli->home,
		.write = write,
		.wait_ms = WAIT_MS,
		.progress = nk_progress_tell,
		.progress_arg = &cli->progress };
}

NK_RESULT nk_unlock_open_with(
	struct nk_cli *cli, bool write, const struct nk_bytes *secret, bool is_keyfile, struct nk_err *err)
{
	struct nk_flow_options opt = options_of(cli, write);

	opt.secret = *secret;
	opt.secret_is_keyfile = is_keyfile;
	return nk_flow_open(cli->env, &opt, &cli->flow, err);
}

NK_RESULT nk_unlock_open_sheets(struct nk_cli *cli, const struct nk_str *sheets, size_t n, struct nk_err *err)
{
	struct nk_flow_options opt = options_of(cli, true);

	opt.escrow = sheets;
	opt.n_escrow = n;
	return n > 0 ? nk_flow_open(cli->env, &opt, &cli->flow, err)
		     : nk_fail(err, NK_USAGE, NK_N("no recovery sheet was given"));
}

NK_RESULT nk_unlock_open(struct nk_cli *cli, bool write, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf configured = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf secret = { 0 };
	struct nk_bytes bytes;
	bool is_keyfile = false;

	nk_buf_init(&configured, PATH_MAX);
	nk_buf_init_wiping(&secret, SECRET_MAX);
	/* Where there is no installation, its key is not the question. */
	NK_TRY(nk_flow_secret_kind(cli->env, cli->home, &configured, err));
	NK_TRY(nk_unlock_secret(cli, &secret, &is_keyfile, err));
	bytes = nk_buf_bytes(&secret);
	return nk_unlock_open_with(cli, write, &bytes, is_keyfile, err);
}

NK_RESULT nk_unlock_open_locked(struct nk_cli *cli, struct nk_err *err)
{
	const struct nk_flow_options opt = { .home = cli->home, .locked_only = true, .wait_ms = WAIT_MS };

	return nk_flow_open(cli->env, &opt, &cli->flow, err);
}

NK_RESULT nk_unlock_open_list(struct nk_cli *cli, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf path = { 0 };
	struct nk_err none;
	unsigned mode = 0;
	bool mine = false;

	nk_buf_init(&path, PATH_MAX);
	NK_TRY(nk_unlock_key_path(cli, &path, err));
	if (path.len == 0) {
		return nk_unlock_open_locked(cli, err);
	}
	NK_TRY(nk_buf_add(&path, "", 1, err));
	return nk_ok(nk_os_file_mode((const char *)path.ptr, &mode, &mine, &none)) ? nk_unlock_open(cli, false, err)
										    : nk_unlock_open_locked(cli, err);
}
