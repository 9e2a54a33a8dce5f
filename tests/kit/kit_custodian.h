/*
 * kit_custodian.h: custodians for tests: real ones, each in a forked child, on a unix socket in the test's folder.
 */
#ifndef KIT_CUSTODIAN_H
#define KIT_CUSTODIAN_H

#include "base.h"

#include "../../src/vault/custodian.h"
#include "kit.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

struct kit_custodian {
	pid_t pid;
	char address[512];
};

/*
 * In the child: keeps nothing of its parent's but the listener (a vault's lock is inherited otherwise), ends with
 * it, serves until it is killed.
 */
_Noreturn static inline void kit_custodian_run_(const struct nk_custodian_options *opt, int listener)
{
	struct nk_custodian *custodian = NULL;
	struct nk_err err;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)dup2(listener, 3);
	(void)close_range(4, UINT_MAX, 0);
	listener = 3;
	nk_assert(nk_ok(nk_custodian_open(kit_env(), opt, &custodian, &err)));
	for (;;) {
		bool pinned = false;
		int fd = -1;

		if (nk_ok(nk_os_accept(listener, 60000, &fd, &err)) && fd >= 0) {
			(void)nk_os_fd_timeout(fd, 5000, &err).code;
			(void)nk_custodian_serve(custodian, fd, &pinned, &err).code;
		}
		nk_os_fd_close(&fd);
	}
}

/*
 * kit_custodian_start: one named `name`, files and socket in `dir`; with_state: its book is in a file. It answers
 * when this returns.
 */
static inline struct kit_custodian kit_custodian_start(const char *dir, const char *name, bool with_state)
{
	struct kit_custodian k = { .pid = -1 };
	struct nk_custodian *custodian = NULL;
	char key[256];
	char state[256];
	char socket[256];
	char keys[NK_CUSTODIAN_ADDRESS];
	struct nk_custodian_options opt = { .name = name, .key_file = key, .organisation = NK_STR("Test Board") };
	struct nk_err err;
	int listener = -1;

	(void)signal(SIGPIPE, SIG_IGN);
	(void)snprintf(key, sizeof(key), "%s/%s.key", dir, name);
	(void)snprintf(state, sizeof(state), "%s/%s.state", dir, name);
	(void)snprintf(socket, sizeof(socket), "%s/%s.sock", dir, name);
	opt.state_file = with_state ? state : NULL;
	kit_ok(nk_custodian_open(kit_env(), &opt, &custodian, &err), &err);
	nk_custodian_keys(custodian, keys);
	(void)snprintf(k.address, sizeof(k.address), "%s=unix:%s#%s", name, socket, keys);
	nk_custodian_close(&custodian);
	kit_ok(nk_os_listen(socket, 0, &listener, &err), &err);
	(void)fflush(NULL);
	k.pid = fork();
	nk_assert(k.pid >= 0);
	if (k.pid == 0) {
		/* not the randomness of its vault */
		kit_seed((uint64_t)(unsigned char)name[0] << 32 | (uint64_t)(unsigned)getpid());
		kit_custodian_run_(&opt, listener);
	}
	nk_os_fd_close(&listener);
	return k;
}

static inline void kit_custodian_stop(struct kit_custodian *k)
{
	if (k->pid > 0) {
		(void)kill(k->pid, SIGKILL);
		(void)waitpid(k->pid, NULL, 0);
		k->pid = -1;
	}
}

#endif
