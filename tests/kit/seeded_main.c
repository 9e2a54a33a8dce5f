/*
 * seeded_main.c: the command line with a clock and a chance of which each run is the same: main of nokosazu-seeded,
 * which is never installed and must never hold anybody's data (its keys can be computed).
 *
 * $NK_SEED and $NK_SEED_RUN, two numbers, settle everything that the program takes from the environment but files,
 * sockets and waiting. The clock starts at 2026-04-01 and $NK_SEED_RUN minutes, and goes on by a millisecond a look.
 */
#include "base.h"

#include "cli.h"
#include "nkx.h"
#include "os.h"

enum { WEAK_MAX = 8 };

struct seeded {
	struct nk_env env;
	nk_time now;
	uint64_t chance;
};

static const char *variable(const char *name)
{
	return getenv(name);
}

static nk_time seeded_now(void *self)
{
	struct seeded *const s = self;

	s->now += 1000;
	return s->now;
}

/* splitmix64: looks like chance. */
static NK_RESULT seeded_random(void *self, void *buf, size_t len, struct nk_err *err)
{
	struct seeded *const s = self;
	uint8_t *const at = buf;

	(void)err;
	for (size_t i = 0; i < len; i++) {
		uint64_t z = (s->chance += UINT64_C(0x9e3779b97f4a7c15));

		z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
		z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
		at[i] = (uint8_t)(z >> 56);
	}
	return nk_done();
}

static uint64_t number(const char *name)
{
	const char *const text = getenv(name);
	uint64_t n = 0;

	return text != NULL && nk_parse_u64(nk_str_c(text), 0, UINT64_MAX / 2, &n) ? n : 0;
}

static const struct nk_env *seeded_env(struct seeded *s)
{
	const uint64_t run = number("NK_SEED_RUN");

	s->env = *nk_os_env();
	s->env.self = s;
	s->env.now = seeded_now;
	s->env.random = seeded_random;
	s->now = INT64_C(1775001600) * NK_SECOND + (nk_time)run * 60 * NK_SECOND;
	s->chance = number("NK_SEED") * UINT64_C(0xd1342543de82ef95) + run * UINT64_C(0x2545f4914f6cdd1d);
	return &s->env;
}

int main(int argc, char **argv)
{
	const char *weak[WEAK_MAX];
	struct seeded world;
	struct nk_err err;
	struct nk_cli_start start = { .weak = weak, .variable = variable, .out_fd = 1, .err_fd = 2 };

	nkx_worker_main(argc, argv);
	start.env = getenv("NK_SEED") != NULL ? seeded_env(&world) : nk_os_env();
	start.n_weak = nk_os_harden(weak, WEAK_MAX);
	if (!nk_ok(nk_crypto_init(&err))) {
		return nk_err_exit(NK_INTERNAL);
	}
	return nk_cli_main(&start, argc, argv);
}
