/*
 * seal_tool.c: the formats of sealing as a program, for the tests beside other people's tools and for bench/run seal.
 * Not installed.
 *
 *   seal_tool age-seal IN OUT age1…    seal_tool age-open IN OUT IDENTITY-FILE
 *   seal_tool minisign-sign FILE SEED-HEX COMMENT > FILE.minisig     seal_tool minisign-key SEED-HEX
 *   seal_tool minisign-verify FILE SIG PUB    seal_tool sshsig-verify KEY SIG NAMESPACE < MESSAGE
 * Exit status: that of the error's class; the text on standard error.
 */
#include "base.h"
#include "age.h"
#include "minisign.h"
#include "os.h"
#include "sshsig.h"

enum { TEXT_MAX = 1 << 20 };

static NK_RESULT load(const char *path, struct nk_buf *buf, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	uint64_t size = 0;
	uint8_t *at = NULL;
	size_t n = 1;

	nk_buf_init_wiping(buf, TEXT_MAX);
	NK_TRY(nk_os_fd_open_read(path, TEXT_MAX, &fd, &size, err));
	while (n > 0) {
		NK_TRY(nk_buf_reserve(buf, 4096, &at, err));
		NK_TRY(nk_os_fd_read(fd, at, 4096, &n, err));
		buf->len += n;
	}
	return nk_done();
}

/* Output: a new file, or /dev/null for figures. */
static NK_RESULT drop(void *arg, const void *buf, size_t len, struct nk_err *err)
{
	(void)arg;
	(void)buf;
	(void)len;
	(void)err;
	return nk_done();
}

static NK_RESULT pipe_through(const struct nk_env *env, char **argv, const struct nk_age_to *to,
	const struct nk_age_with *with, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int in = -1;
	int out = -1;
	const bool none = strcmp(argv[3], "/dev/null") == 0;
	struct nk_age_io io = { nk_age_fd_read, &in, none ? drop : nk_age_fd_write, &out };
	uint64_t size = 0;
	nk_rc rc;

	NK_TRY(nk_os_fd_open_read(argv[2], UINT64_MAX, &in, &size, err));
	if (!none) {
		NK_TRY(env->open(env->self, argv[3], NK_OPEN_EXCLUSIVE, &out, err));
	}
	rc = to != NULL ? nk_age_seal(env, to, &io, err) : nk_age_open(with, &io, err);
	env->close(env->self, &out);
	return rc;
}

static NK_RESULT age_seal(const struct nk_env *env, char **argv, struct nk_err *err)
{
	struct nk_age_recipient r;
	const struct nk_age_to to = { .recipients = &r, .n = 1 };

	NK_TRY(nk_age_recipient_parse(nk_str_c(argv[4]), &r, err));
	return pipe_through(env, argv, &to, NULL, err);
}

static NK_RESULT age_open(const struct nk_env *env, char **argv, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_key id[4];
	struct nk_age_with with = { .identities = id };

	NK_TRY(load(argv[4], &text, err));
	NK_TRY(nk_age_identities(nk_buf_str(&text), id, NK_ARRAY_LEN(id), &with.n, err));
	return pipe_through(env, argv, NULL, &with, err);
}

static NK_RESULT hash_of(const char *path, struct nk_hash512 *out, struct nk_err *err)
{
	NK_OWNED(nk_os_fd_close) int fd = -1;
	uint64_t size = 0;

	NK_TRY(nk_os_fd_open_read(path, UINT64_MAX, &fd, &size, err));
	return nk_minisign_hash_fd(fd, out, err);
}

static NK_RESULT say(struct nk_buf *text, struct nk_err *err)
{
	return nk_os_fd_write(1, text->ptr, text->len, err);
}

static NK_RESULT minisign_sign(char **argv, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_hash512 hash;
	struct nk_key seed;

	nk_buf_init(&out, NK_MINISIGN_MAX);
	if (!nk_hex_parse(nk_str_c(argv[3]), seed.b, sizeof(seed.b))) {
		return nk_fail(err, NK_USAGE, "a seed is 64 hexadecimal digits");
	}
	NK_TRY(hash_of(argv[2], &hash, err));
	NK_TRY(nk_minisign_sign(&seed, &hash, nk_str_c(argv[4]), &out, err));
	return say(&out, err);
}

static NK_RESULT minisign_key(char **argv, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	struct nk_minisign_key key;
	struct nk_key seed;

	nk_buf_init(&out, NK_MINISIGN_MAX);
	if (!nk_hex_parse(nk_str_c(argv[2]), seed.b, sizeof(seed.b))) {
		return nk_fail(err, NK_USAGE, "a seed is 64 hexadecimal digits");
	}
	nk_minisign_key_of(&seed, &key);
	NK_TRY(nk_minisign_key_print(&key, &out, err));
	return say(&out, err);
}

static NK_RESULT minisign_verify(char **argv, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf sig = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf pub = { 0 };
	struct nk_minisign_key key;
	struct nk_hash512 hash;

	NK_TRY(load(argv[3], &sig, err));
	NK_TRY(load(argv[4], &pub, err));
	NK_TRY(nk_minisign_key_parse(nk_buf_str(&pub), &key, err));
	NK_TRY(hash_of(argv[2], &hash, err));
	return nk_minisign_verify(&key, nk_buf_str(&sig), &hash, NULL, err);
}

static NK_RESULT sshsig_verify(char **argv, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf key = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf sig = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf message = { 0 };

	NK_TRY(load(argv[2], &key, err));
	NK_TRY(load(argv[3], &sig, err));
	NK_TRY(load("-", &message, err));
	return nk_sshsig_verify(nk_buf_str(&key), nk_buf_bytes(&sig), argv[4], nk_buf_bytes(&message), err);
}

static NK_RESULT run(int argc, char **argv, struct nk_err *err)
{
	const struct nk_env *const env = nk_os_env();

	NK_TRY(nk_crypto_init(err));
	if (argc == 5 && strcmp(argv[1], "age-seal") == 0) {
		return age_seal(env, argv, err);
	}
	if (argc == 5 && strcmp(argv[1], "age-open") == 0) {
		return age_open(env, argv, err);
	}
	if (argc == 5 && strcmp(argv[1], "minisign-sign") == 0) {
		return minisign_sign(argv, err);
	}
	if (argc == 3 && strcmp(argv[1], "minisign-key") == 0) {
		return minisign_key(argv, err);
	}
	if (argc == 5 && strcmp(argv[1], "minisign-verify") == 0) {
		return minisign_verify(argv, err);
	}
	if (argc == 5 && strcmp(argv[1], "sshsig-verify") == 0) {
		return sshsig_verify(argv, err);
	}
	return nk_fail(err, NK_USAGE, "seal_tool age-seal|age-open|minisign-sign|minisign-key|minisign-verify|sshsig-verify ...");
}

int main(int argc, char **argv)
{
	struct nk_err err = { .code = NK_OK };
	const nk_rc rc = run(argc, argv, &err);

	if (!nk_ok(rc)) {
		(void)fprintf(stderr, "%s\n", err.text[NK_LANG_EN]);
	}
	return nk_err_exit(rc.code);
}
