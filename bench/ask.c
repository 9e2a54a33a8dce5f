/*
 * ask.c: the one question inside a process: ask_bench STORE HOLDING RUNS prints the first and the median time in ms, the
 * median of processor time, the rows and the peak memory.
 *
 * The store is opened before the clock starts; the first run finds SQLite's own cache cold.
 */
#include "base.h"

#include "crypto.h"
#include "custody.h"
#include "os.h"

enum { RUNS_MAX = 1000 };

static int by_size(const void *a, const void *b)
{
	const double x = *(const double *)a;
	const double y = *(const double *)b;

	return x < y ? -1 : x > y ? 1 : 0;
}

static double ms_now(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return (double)t.tv_sec * 1000.0 + (double)t.tv_nsec / 1e6;
}

static NK_RESULT measure(struct nk_store *store, struct nk_uuid id, uint32_t runs, struct nk_err *err)
{
	double took[RUNS_MAX];
	double busy[RUNS_MAX];
	size_t n = 0;

	for (uint32_t i = 0; i < runs; i++) {
		NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
		struct nk_ask_row *rows = NULL;
		const double before = ms_now(CLOCK_MONOTONIC);
		const double busy_before = ms_now(CLOCK_PROCESS_CPUTIME_ID);

		NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 30, &arena, err));
		NK_TRY(nk_ask(store, NULL, id, arena, &rows, &n, err));
		took[i] = ms_now(CLOCK_MONOTONIC) - before;
		busy[i] = ms_now(CLOCK_PROCESS_CPUTIME_ID) - busy_before;
	}
	(void)printf("%.3f ", took[0]);
	qsort(took, runs, sizeof(took[0]), by_size);
	qsort(busy, runs, sizeof(busy[0]), by_size);
	(void)printf("%.3f %.3f %zu %llu\n", took[runs / 2], busy[runs / 2], n, (unsigned long long)nk_os_peak_memory_kb());
	return nk_done();
}

static NK_RESULT run(char **argv, struct nk_err *err)
{
	const struct nk_store_options opt = { .path = argv[1], .mode = NK_STORE_READ, .wait_ms = 1000 };
	struct nk_store *store = NULL;
	struct nk_uuid id;
	uint32_t runs = 0;
	nk_rc rc = nk_done();

	if (!nk_uuid_parse(nk_str_c(argv[2]), &id) || !nk_parse_u32(nk_str_c(argv[3]), 1, RUNS_MAX, &runs)) {
		return nk_fail(err, NK_USAGE, "ask_bench STORE HOLDING RUNS");
	}
	NK_TRY(nk_crypto_init(err));
	NK_TRY(nk_store_open(nk_os_env(), &opt, &store, err));
	rc = measure(store, id, runs, err);
	nk_store_close(&store);
	return rc;
}

int main(int argc, char **argv)
{
	struct nk_err err = { 0 };

	if (argc != 4 || !nk_ok(run(argv, &err))) {
		(void)fprintf(stderr, "ask_bench: %s\n", err.text[NK_LANG_EN]);
		return 1;
	}
	return 0;
}
