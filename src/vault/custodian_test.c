/*
 * custodian_test.c: the custodian's side: whom it answers, what it keeps, what a relay or a recorder can do
 * (nothing).
 *
 * Vault and custodian talk over a socket pair; the custodian's answer runs in a forked child.
 */
#include "base.h"

#include <cmocka.h>

#include "custodian.h"
#include "custodian_wire.h"
#include "keyfile.h"
#include "kit.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

static const uint8_t rotation_a[NK_ROTATION_ID_LEN] = { 'a' };

struct fixture {
	struct kit_tmp tmp;
	char key[128];
	char state[128];
	struct nk_custodian_options opt;
	struct nk_custodian *custodian;
	uint8_t pub[32]; /* X25519 */
	struct nk_kx_pair vault;
};

static void open_custodian(struct fixture *f)
{
	char hex[NK_CUSTODIAN_ADDRESS];
	struct nk_err err;

	nk_custodian_close(&f->custodian);
	kit_ok(nk_custodian_open(kit_env(), &f->opt, &f->custodian, &err), &err);
	nk_custodian_keys(f->custodian, hex);
	assert_true(nk_hex_parse(nk_str_c(hex + 64), f->pub, sizeof(f->pub)));
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct nk_err err;

	kit_seed(5);
	(void)signal(SIGPIPE, SIG_IGN);
	f->tmp = kit_tmp();
	(void)snprintf(f->key, sizeof(f->key), "%s/office.key", f->tmp.dir);
	(void)snprintf(f->state, sizeof(f->state), "%s/office.state", f->tmp.dir);
	f->opt = (struct nk_custodian_options){
		.name = "office", .key_file = f->key, .organisation = NK_STR("Board")
	};
	open_custodian(f);
	kit_ok(nk_kx_new(kit_env(), &f->vault, &err), &err);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	nk_custodian_close(&f->custodian);
	kit_tmp_done(&f->tmp);
	free(f);
	return 0;
}

/* One session: the vault asks `n` things in a child, the custodian answers here. Answers come back through a pipe. */
struct asked {
	nk_rc call;
	nk_rc rc;
	struct nk_creply reply;
};

static void child_asks(
	int fd, int out, const struct nk_kx_pair *own, const uint8_t *custodian, const struct nk_crequest *q)
{
	struct nk_cchannel channel = { .env = kit_env(), .fd = fd };
	uint8_t bytes[NK_CREPLY_LEN];
	uint8_t ask[NK_CREQUEST_LEN];
	struct asked a = { .rc = { NK_UNKNOWN } };

	a.call = nk_cwire_call(&channel, own, custodian, NULL);
	if (nk_ok(a.call)) {
		nk_cwire_request_put(q, ask);
		a.rc = nk_cwire_send(&channel, nk_bytes_of(ask, sizeof(ask)), NULL);
	}
	if (nk_ok(a.rc)) {
		a.rc = nk_cwire_receive(&channel, bytes, sizeof(bytes), NULL);
	}
	if (nk_ok(a.rc) && !nk_cwire_reply_get(bytes, &a.reply)) {
		a.rc.code = NK_INVALID;
	}
	_exit(write(out, &a, sizeof(a)) == (ssize_t)sizeof(a) ? 0 : 1);
}

static nk_rc ask(struct fixture *f, const struct nk_kx_pair *own, const struct nk_crequest *q, struct asked *out,
	bool *out_pinned)
{
	int pair[2];
	int answer[2];
	struct nk_err err;
	nk_rc rc;
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(pipe(answer), 0);
	(void)fflush(NULL);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		kit_seed(q->epoch + 1000);
		(void)close(pair[0]);
		child_asks(pair[1], answer[1], own, f->pub, q);
	}
	(void)close(pair[1]);
	(void)close(answer[1]);
	rc = nk_custodian_serve(f->custodian, pair[0], out_pinned, &err);
	(void)close(pair[0]);
	assert_int_equal(read(answer[0], out, sizeof(*out)), (ssize_t)sizeof(*out));
	(void)close(answer[0]);
	(void)waitpid(pid, NULL, 0);
	return rc;
}

static struct nk_crequest request(enum nk_cask kind, uint64_t epoch)
{
	struct nk_crequest q = { .kind = kind, .epoch = epoch };
	const struct nk_cshare share = { .share = { .x = 1, .y = { 42 } }, .k = 2, .n = 3 };

	memcpy(q.rotation, rotation_a, sizeof(q.rotation));
	if (kind == NK_CASK_PUT) {
		nk_cwire_share_put(&share, q.payload);
	}
	return q;
}

static enum nk_code asks(struct fixture *f, enum nk_cask kind, uint64_t epoch, struct nk_creply *out)
{
	const struct nk_crequest q = request(kind, epoch);
	struct asked a;
	bool pinned = false;
	const nk_rc rc = ask(f, &f->vault, &q, &a, &pinned);

	assert_int_equal(rc.code, NK_OK);
	assert_int_equal(a.rc.code, NK_OK);
	*out = a.reply;
	return a.reply.code;
}

static void it_keeps_gives_and_destroys_a_share(void **state)
{
	struct fixture *f = *state;
	struct nk_creply r;
	struct nk_cshare share;
	char hex[NK_CUSTODIAN_ADDRESS];

	assert_int_equal(asks(f, NK_CASK_PUT, 1, &r), NK_OK);
	assert_int_equal(asks(f, NK_CASK_GET, 1, &r), NK_OK);
	assert_true(nk_cwire_share_get(r.payload, &share));
	assert_int_equal(share.share.y[0], 42);
	assert_string_equal(r.receipt.holder, "office");
	assert_string_equal(r.receipt.medium, "memory");
	assert_string_equal(r.receipt.organisation, "Board");
	assert_int_equal(asks(f, NK_CASK_STATUS, 0, &r), NK_OK);
	assert_int_equal(r.held[1], 1);
	assert_int_equal(asks(f, NK_CASK_DESTROY, 2, &r), NK_OK);
	nk_custodian_keys(f->custodian, hex);
	assert_true(nk_hex_parse(nk_str_sub(nk_str_c(hex), 0, 64), r.receipt.pub, 32));
	assert_true(nk_receipt_ok(&r.receipt));
	assert_int_equal(r.receipt.epoch, 1);
	assert_int_equal(asks(f, NK_CASK_GET, 1, &r), NK_GONE);
	assert_int_equal(asks(f, NK_CASK_GET, 2, &r), NK_NOT_FOUND);
}

static void the_first_vault_is_pinned_and_no_other_is_heard(void **state)
{
	struct fixture *f = *state;
	const struct nk_crequest q = request(NK_CASK_STATUS, 0);
	struct nk_kx_pair other;
	struct asked a;
	bool pinned = false;
	struct nk_err err;

	kit_ok(nk_kx_new(kit_env(), &other, &err), &err);
	assert_int_equal(ask(f, &f->vault, &q, &a, &pinned).code, NK_OK);
	assert_true(pinned);
	assert_int_equal(ask(f, &f->vault, &q, &a, &pinned).code, NK_OK);
	assert_false(pinned);
	assert_int_equal(ask(f, &other, &q, &a, &pinned).code, NK_DENIED);
	assert_int_not_equal(a.rc.code, NK_OK);
	open_custodian(f); /* started again: the pin is in its key file */
	assert_int_equal(ask(f, &other, &q, &a, &pinned).code, NK_DENIED);
	assert_int_equal(ask(f, &f->vault, &q, &a, &pinned).code, NK_OK);
}

/* Somebody who knows the vault's public key but not its secret must not be pinned or answered. */
static void a_public_key_alone_proves_nothing(void **state)
{
	struct fixture *f = *state;
	const struct nk_crequest q = request(NK_CASK_STATUS, 0);
	struct nk_kx_pair fake = f->vault;
	struct asked a;
	bool pinned = false;

	fake.secret.b[5] ^= 1;
	assert_int_equal(ask(f, &fake, &q, &a, &pinned).code, NK_AUTH);
	assert_false(pinned);
	assert_int_equal(ask(f, &f->vault, &q, &a, &pinned).code, NK_OK);
	assert_true(pinned);
}

static void only_named_vaults_are_heard_when_some_are_named(void **state)
{
	struct fixture *f = *state;
	const struct nk_crequest q = request(NK_CASK_STATUS, 0);
	struct nk_kx_pair other;
	struct asked a;
	bool pinned = false;
	struct nk_err err;

	kit_ok(nk_kx_new(kit_env(), &other, &err), &err);
	f->opt.clients = (const uint8_t(*)[32])f->vault.pub;
	f->opt.n_clients = 1;
	open_custodian(f);
	assert_int_equal(ask(f, &other, &q, &a, &pinned).code, NK_DENIED);
	assert_int_equal(ask(f, &f->vault, &q, &a, &pinned).code, NK_OK);
	assert_false(pinned);
}

static void memory_forgets_and_a_state_file_remembers_and_says_so(void **state)
{
	struct fixture *f = *state;
	struct nk_creply r;
	struct nk_creply again;

	assert_int_equal(asks(f, NK_CASK_PUT, 1, &r), NK_OK);
	open_custodian(f);
	assert_int_equal(asks(f, NK_CASK_GET, 1, &r), NK_NOT_FOUND);
	f->opt.state_file = f->state;
	open_custodian(f);
	assert_int_equal(asks(f, NK_CASK_PUT, 1, &r), NK_OK);
	assert_int_equal(asks(f, NK_CASK_PUT, 2, &r), NK_OK);
	assert_string_equal(r.receipt.medium, "file");
	open_custodian(f);
	assert_int_equal(asks(f, NK_CASK_GET, 1, &r), NK_OK);
	assert_int_equal(asks(f, NK_CASK_DESTROY, 2, &r), NK_OK);
	kit_clock_move(NK_DAY);
	open_custodian(f);
	assert_int_equal(asks(f, NK_CASK_GET, 1, &again), NK_GONE);
	assert_int_equal(asks(f, NK_CASK_GET, 2, &again), NK_OK);
	assert_int_equal(asks(f, NK_CASK_DESTROY, 2, &again), NK_OK);
	assert_int_equal(again.receipt.at, r.receipt.at);
	assert_memory_equal(again.receipt.sig, r.receipt.sig, sizeof(r.receipt.sig));
}

static void a_pending_share_goes_only_by_its_own_rotation(void **state)
{
	struct fixture *f = *state;
	struct nk_crequest q = request(NK_CASK_DROP, 1);
	struct nk_creply r;
	struct asked a;
	bool pinned = false;

	assert_int_equal(asks(f, NK_CASK_PUT, 1, &r), NK_OK);
	q.rotation[0] = 'x';
	assert_int_equal(ask(f, &f->vault, &q, &a, &pinned).code, NK_OK);
	assert_int_equal(asks(f, NK_CASK_GET, 1, &r), NK_OK);
	assert_int_equal(asks(f, NK_CASK_DROP, 1, &r), NK_OK);
	assert_int_equal(asks(f, NK_CASK_GET, 1, &r), NK_NOT_FOUND);
}

static void a_share_that_is_none_is_refused(void **state)
{
	struct fixture *f = *state;
	struct nk_crequest q = request(NK_CASK_PUT, 1);
	struct asked a;
	bool pinned = false;

	q.payload[0] = 0;
	assert_int_equal(ask(f, &f->vault, &q, &a, &pinned).code, NK_OK);
	assert_int_equal(a.reply.code, NK_INVALID);
	q = request(NK_CASK_PUT, 1);
	q.payload[1] = 4; /* 4 of 3 */
	assert_int_equal(ask(f, &f->vault, &q, &a, &pinned).code, NK_OK);
	assert_int_equal(a.reply.code, NK_INVALID);
	q = request(NK_CASK_END, 1);
	assert_int_equal(ask(f, &f->vault, &q, &a, &pinned).code, NK_INVALID);
	q = request(NK_CASK_GET, 0);
	assert_int_equal(ask(f, &f->vault, &q, &a, &pinned).code, NK_INVALID);
}

/* Writes raw bytes as a caller would; the code that serving them ends with. */
static enum nk_code serve_raw(struct fixture *f, const uint8_t *bytes, size_t len)
{
	int pair[2];
	struct nk_err err;
	bool pinned = false;
	nk_rc rc;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_int_equal(write(pair[1], bytes, len), (ssize_t)len);
	assert_int_equal(shutdown(pair[1], SHUT_WR), 0);
	rc = nk_custodian_serve(f->custodian, pair[0], &pinned, &err);
	assert_false(pinned);
	(void)close(pair[0]);
	(void)close(pair[1]);
	return rc.code;
}

static void hostile_bytes_end_the_connection_only(void **state)
{
	struct fixture *f = *state;
	static const char http[NK_CHELLO_LEN] = "GET / HTTP/1.1\r\nHost: custodian.example\r\n\r\n";
	uint8_t bytes[NK_CHELLO_LEN + 4 + 200] = "nkcust1";
	struct nk_creply r;

	assert_int_equal(serve_raw(f, bytes, 10), NK_IO);
	assert_int_equal(serve_raw(f, (const uint8_t *)http, sizeof(http)), NK_INVALID);
	assert_int_equal(serve_raw(f, bytes, NK_CHELLO_LEN), NK_INVALID); /* zero keys are weak */
	memcpy(bytes + 8, f->vault.pub, 32);
	memcpy(bytes + 40, f->vault.pub, 32);
	nk_put_le32(bytes + NK_CHELLO_LEN, UINT32_MAX);
	assert_int_equal(serve_raw(f, bytes, sizeof(bytes)), NK_INVALID);
	nk_put_le32(bytes + NK_CHELLO_LEN, NK_CREQUEST_LEN + NK_SEAL_EXTRA);
	assert_int_equal(serve_raw(f, bytes, sizeof(bytes)), NK_AUTH);
	assert_int_equal(asks(f, NK_CASK_STATUS, 0, &r), NK_OK);
}

/* A recorded session played again: the custodian's ephemeral key is a new one, so nothing in it opens. */
static void a_recorded_session_cannot_be_played_again(void **state)
{
	struct fixture *f = *state;
	struct nk_cchannel vault = { .env = kit_env() };
	const struct nk_crequest q = request(NK_CASK_PUT, 1);
	uint8_t record[NK_CHELLO_LEN + 4 + NK_CREQUEST_LEN + NK_SEAL_EXTRA];
	uint8_t ask_bytes[NK_CREQUEST_LEN];
	struct nk_kx_pair eph;
	struct nk_creply r;
	int pair[2];
	pid_t pid;
	struct nk_err err;

	/*
	 * a relay that keeps what it passes on: the vault in a child, the relay here, the custodian played by the
	 * same keys
	 */
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		vault.fd = pair[1];
		nk_cwire_request_put(&q, ask_bytes);
		_exit(nk_ok(nk_cwire_call(&vault, &f->vault, f->pub, &err)) &&
					nk_ok(nk_cwire_send(&vault, nk_bytes_of(ask_bytes, sizeof(ask_bytes)), &err))
				? 0
				: 1);
	}
	assert_int_equal(recv(pair[0], record, NK_CHELLO_LEN, MSG_WAITALL), NK_CHELLO_LEN);
	{
		uint8_t answer[NK_CANSWER_LEN] = "nkcust1";

		kit_ok(nk_kx_new(kit_env(), &eph, &err), &err);
		memcpy(answer + 8, eph.pub, 32);
		assert_int_equal(write(pair[0], answer, sizeof(answer)), (ssize_t)sizeof(answer));
	}
	assert_int_equal(recv(pair[0], record + NK_CHELLO_LEN, sizeof(record) - NK_CHELLO_LEN, MSG_WAITALL),
		(ssize_t)(sizeof(record) - NK_CHELLO_LEN));
	(void)waitpid(pid, NULL, 0);
	(void)close(pair[0]);
	(void)close(pair[1]);
	assert_int_equal(serve_raw(f, record, sizeof(record)), NK_AUTH);
	assert_int_equal(asks(f, NK_CASK_GET, 1, &r), NK_NOT_FOUND);
}

static void bad_names_and_damaged_keys_are_refused(void **state)
{
	static const char *const bad[] = { "", "Office", "a b", "a/b", "name-of-more-than-thirty-one-chars" };
	struct fixture *f = *state;
	struct nk_custodian_options opt = f->opt;
	struct nk_custodian *c = NULL;
	struct nk_err err;
	FILE *file = NULL;
	size_t i;

	for (i = 0; i < NK_ARRAY_LEN(bad); i++) {
		opt.name = bad[i];
		kit_fails(nk_custodian_open(kit_env(), &opt, &c, &err), NK_CONFIG);
	}
	file = fopen(f->key, "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, 20, SEEK_SET), 0);
	assert_int_equal(fputs("xxxx", file) >= 0, 1);
	(void)fclose(file);
	kit_fails(nk_custodian_open(kit_env(), &f->opt, &c, &err), NK_CORRUPT);
}

static void a_key_file_cut_off_at_birth_is_made_anew(void **state)
{
	struct fixture *f = *state;
	char old[NK_CUSTODIAN_ADDRESS];
	char now[NK_CUSTODIAN_ADDRESS];

	nk_custodian_keys(f->custodian, old);
	open_custodian(f);
	nk_custodian_keys(f->custodian, now);
	assert_string_equal(old, now);
	assert_int_equal(truncate(f->key, 70), 0);
	open_custodian(f);
	nk_custodian_keys(f->custodian, now);
	assert_string_not_equal(old, now);
}

static void a_state_file_of_other_vaults_is_not_silently_dropped(void **state)
{
	struct fixture *f = *state;
	struct nk_custodian *c = NULL;
	static const uint8_t somebody[1][32] = { { 9 } };
	struct nk_creply r;
	struct nk_err err;

	f->opt.state_file = f->state;
	open_custodian(f);
	assert_int_equal(asks(f, NK_CASK_PUT, 1, &r), NK_OK);
	nk_custodian_close(&f->custodian);
	f->opt.clients = somebody;
	f->opt.n_clients = 1;
	kit_fails(nk_custodian_open(kit_env(), &f->opt, &c, &err), NK_CONFIG);
}

#define CUSTODIAN_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CUSTODIAN_TEST(it_keeps_gives_and_destroys_a_share),
		CUSTODIAN_TEST(the_first_vault_is_pinned_and_no_other_is_heard),
		CUSTODIAN_TEST(a_public_key_alone_proves_nothing),
		CUSTODIAN_TEST(only_named_vaults_are_heard_when_some_are_named),
		CUSTODIAN_TEST(memory_forgets_and_a_state_file_remembers_and_says_so),
		CUSTODIAN_TEST(a_pending_share_goes_only_by_its_own_rotation),
		CUSTODIAN_TEST(a_share_that_is_none_is_refused),
		CUSTODIAN_TEST(hostile_bytes_end_the_connection_only),
		CUSTODIAN_TEST(a_recorded_session_cannot_be_played_again),
		CUSTODIAN_TEST(bad_names_and_damaged_keys_are_refused),
		CUSTODIAN_TEST(a_key_file_cut_off_at_birth_is_made_anew),
		CUSTODIAN_TEST(a_state_file_of_other_vaults_is_not_silently_dropped),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
