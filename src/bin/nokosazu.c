/*
 * nokosazu.c: main of the command line: hardening first, then the verbs of front/cli.
 *
 * Rights: everything that the user has, one process. Hostile files are read by a child that can only compute
 * (os_child), or by this program started anew as a worker of the scanner, which may only compute and answer.
 */
#include "base.h"

#include "cli.h"
#include "nkx.h"
#include "os.h"

enum { WEAK_MAX = 8 };

static const char *variable(const char *name)
{
	return getenv(name);
}

int main(int argc, char **argv)
{
	const char *weak[WEAK_MAX];
	struct nk_err err;
	struct nk_cli_start start = {
		.env = nk_os_env(), .weak = weak, .variable = variable, .out_fd = 1, .err_fd = 2
	};

	nkx_worker_main(argc, argv); /* never comes back when this process is a worker of the scanner */
	start.n_weak = nk_os_harden(weak, WEAK_MAX);
	if (!nk_ok(nk_crypto_init(&err))) {
		(void)fprintf(stderr, "nokosazu: %s\n", err.text[NK_LANG_EN]);
		return nk_err_exit(NK_INTERNAL);
	}
	return nk_cli_main(&start, argc, argv);
}
