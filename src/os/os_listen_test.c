/*
 * os_listen_test.c: waiting for others: what is taken over, what is left alone.
 */
#include "base.h"

#include <cmocka.h>

#include "kit.h"

static void somebody_who_connects_is_accepted(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const struct nk_env *env = kit_env();
	const char *path = kit_path(&tmp, "sock");
	NK_OWNED(nk_os_fd_close) int listener = -1;
	NK_OWNED(nk_os_fd_close) int ours = -1;
	NK_OWNED(nk_os_fd_close) int theirs = -1;
	struct nk_err err;
	char byte = 0;
	size_t got = 0;

	(void)state;
	kit_ok(nk_os_listen(path, 0, &listener, &err), &err);
	kit_ok(nk_os_accept(listener, 0, &ours, &err), &err);
	assert_int_equal(ours, -1);
	kit_ok(env->connect(env->self, path, 0, 1000, &theirs, &err), &err);
	kit_ok(nk_os_accept(listener, 1000, &ours, &err), &err);
	assert_true(ours >= 0);
	kit_ok(nk_os_fd_write(theirs, "x", 1, &err), &err);
	kit_ok(nk_os_fd_read(ours, &byte, 1, &got, &err), &err);
	assert_int_equal(byte, 'x');
	kit_ok(nk_os_fd_timeout(ours, 20, &err), &err);
	assert_false(nk_ok(nk_os_fd_read(ours, &byte, 1, &got, &err)));
}

static void a_dead_socket_is_replaced_and_a_living_one_is_not(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const char *path = kit_path(&tmp, "sock");
	NK_OWNED(nk_os_fd_close) int first = -1;
	NK_OWNED(nk_os_fd_close) int second = -1;
	struct nk_err err;

	(void)state;
	kit_ok(nk_os_listen(path, 0, &first, &err), &err);
	kit_fails(nk_os_listen(path, 0, &second, &err), NK_BUSY);
	nk_os_fd_close(&first);
	kit_ok(nk_os_listen(path, 0, &second, &err), &err);
}

static void a_file_in_the_way_is_left_alone(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const struct nk_env *env = kit_env();
	const char *path = kit_path(&tmp, "sock");
	NK_OWNED(nk_os_fd_close) int fd = -1;
	struct nk_err err;
	char deep[200];

	(void)state;
	kit_ok(nk_env_write_new(env, path, nk_str_bytes(NK_STR("mine")), &err), &err);
	kit_fails(nk_os_listen(path, 0, &fd, &err), NK_EXISTS);
	memset(deep, 'a', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	kit_fails(nk_os_listen(deep, 0, &fd, &err), NK_INVALID);
	kit_fails(nk_os_listen("no-such-host.invalid", 7000, &fd, &err), NK_CONFIG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(somebody_who_connects_is_accepted),
		cmocka_unit_test(a_dead_socket_is_replaced_and_a_living_one_is_not),
		cmocka_unit_test(a_file_in_the_way_is_left_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
