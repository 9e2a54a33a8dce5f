/*
 * store_fault_test.c: a damaged page, a full disk, a failed sync, and the end of the process at any moment:
 * nothing is half done.
 */
#include "base.h"

#include <cmocka.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include "kit_crash.h"
#include "sqlite_err.h"
#include "store_kit.h"

static void damage_is_found(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	NK_OWNED(nk_buf_done) struct nk_buf bytes = { 0 };
	const char *path = kit_path(&tmp, "db");
	struct nk_store *store = open_store(path, NK_STORE_CREATE);
	size_t at;
	int file = -1;

	(void)state;
	commit_person(store, 1, text("MARKER"));
	nk_store_close(&store);
	read_file(path, &bytes);
	at = nk_str_find(nk_buf_str(&bytes), NK_STR("MARKER"));
	assert_true(at != SIZE_MAX);
	kit_ok(kit_env()->open(kit_env()->self, path, NK_OPEN_WRITE, &file, &err), &err);
	kit_ok(kit_env()->write(kit_env()->self, file, at / 4096 * 4096, "\xff\xff\xff\xff\xff\xff\xff\xff", 8, &err),
		&err);
	kit_env()->close(kit_env()->self, &file);
	store = open_store(path, NK_STORE_WRITE);
	kit_fails(nk_store_check(store, &err), NK_CORRUPT);
	nk_store_close(&store);
}

/* Opens in the child under a limit on file sizes, and writes until it strikes. */
static int write_too_much(const char *path)
{
	static uint8_t big[200000];
	const struct rlimit limit = { 400000, 400000 };
	struct nk_store *store = NULL;
	struct nk_tx *tx = NULL;
	nk_rc rc = { NK_OK };

	(void)signal(SIGXFSZ, SIG_IGN);
	if (!nk_ok(try_open(path, NK_STORE_WRITE, &store)) || setrlimit(RLIMIT_FSIZE, &limit) != 0) {
		return 1;
	}
	rc = nk_tx_begin(store, &tx, &err);
	for (uint8_t i = 10; nk_ok(rc) && i < 20; i++) {
		rc = add_person(store, i, nk_bytes_of(big, sizeof(big)));
	}
	if (nk_ok(rc)) {
		nk_tx_count_leaf(tx);
		rc = nk_tx_commit(&tx, &err);
	}
	nk_tx_end(&tx);
	if (rc.code != NK_NO_SPACE) {
		return 2;
	}
	return count(store, "SELECT count(*) FROM person") == 1 ? 0 : 3; /* still usable, nothing of it kept */
}

static void a_full_disk_is_said_and_keeps_the_old_state(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	const char *path = kit_path(&tmp, "db");
	struct nk_store *store = open_store(path, NK_STORE_CREATE);
	int status = 0;
	pid_t pid;

	(void)state;
	commit_person(store, 1, text("x"));
	nk_store_close(&store);
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		_exit(write_too_much(path));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
	store = open_store(path, NK_STORE_WRITE);
	assert_int_equal(count(store, "SELECT count(*) FROM person"), 1);
	kit_ok(nk_store_check(store, &err), &err);
	nk_store_close(&store);
}

static void a_failed_sync_ends_the_process(void **state)
{
	int status = 0;
	pid_t pid;

	(void)state;
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		(void)close(STDERR_FILENO);
		_exit(nk_sqlite_err(NULL, SQLITE_IOERR_FSYNC, "COMMIT", NULL).code == NK_OK ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), nk_err_exit(NK_IO));
}

/* The env of the kit, and what it is told about the disk. */
struct watching {
	struct kit_crash crash; /* must be first: it is the env's self */
	unsigned syncs;
	int blunt; /* put in the place of the log when it is synced; -1: not */
};

/* The log of the store is found among the open files; a pipe cannot be synced. */
static void make_blunt(int blunt)
{
	for (int fd = 3; fd < 64; fd++) {
		char name[32];
		char at[300] = "";

		(void)snprintf(name, sizeof(name), "/proc/self/fd/%d", fd);
		if (readlink(name, at, sizeof(at) - 1) > 0 && strstr(at, "db-wal") != NULL) {
			(void)dup2(blunt, fd);
		}
	}
}

static void watch(void *self, enum nk_disk_act act)
{
	struct watching *w = self;

	w->syncs += act == NK_DISK_SYNC ? 1 : 0;
	if (act == NK_DISK_SYNC && w->blunt >= 0) {
		make_blunt(w->blunt);
	}
}

static struct nk_store *open_watched(struct watching *w, const char *path)
{
	const struct nk_store_options opt = { .path = path, .mode = NK_STORE_CREATE };
	struct nk_store *store = NULL;

	*w = (struct watching){ .blunt = -1 };
	(void)kit_crash_env(&w->crash, kit_env(), 0, false);
	w->crash.env.disk_act = watch;
	kit_ok(nk_store_open(&w->crash.env, &opt, &store, &err), &err);
	return store;
}

static void every_commit_waits_for_the_disk(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	struct watching w;
	NK_OWNED(nk_store_close) struct nk_store *store = open_watched(&w, kit_path(&tmp, "db"));

	(void)state;
	commit_person(store, 1, text("x"));
	for (unsigned i = 2; i < 5; i++) {
		const unsigned before = w.syncs;

		commit_person(store, (uint8_t)i, text("x"));
		assert_true(w.syncs > before);
	}
}

static void a_log_that_cannot_be_synced_ends_the_process(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	struct watching w;
	int ends[2];
	int status = 0;
	pid_t pid;

	(void)state;
	(void)fflush(NULL);
	pid = fork();
	if (pid == 0) {
		struct nk_store *store = open_watched(&w, kit_path(&tmp, "db"));

		(void)close(STDERR_FILENO);
		commit_person(store, 1, text("x"));
		w.blunt = pipe(ends) == 0 ? ends[1] : -1;
		commit_person(store, 2, text("x"));
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), nk_err_exit(NK_IO));
}

struct cut {
	const char *path;
	uint8_t first; /* id of the first person of this round */
	bool *acknowledged; /* shared with the child */
};

enum { PEOPLE = 3 };

/* Three persons in one transaction, each longer than a page; then a tidy close. */
static int write_three(const struct nk_env *env, void *arg)
{
	static const uint8_t record[5000];
	const struct cut *cut = arg;
	const struct nk_store_options opt = { .path = cut->path, .mode = NK_STORE_WRITE };
	struct nk_store *store = NULL;
	struct nk_tx *tx = NULL;

	if (!nk_ok(nk_store_open(env, &opt, &store, &err)) || !nk_ok(nk_tx_begin(store, &tx, &err))) {
		return 1;
	}
	for (uint8_t i = 0; i < PEOPLE; i++) {
		if (!nk_ok(add_person(store, (uint8_t)(cut->first + i), nk_bytes_of(record, sizeof(record))))) {
			return 2;
		}
	}
	nk_tx_count_leaf(tx);
	if (!nk_ok(nk_tx_commit(&tx, &err))) {
		return 3;
	}
	*cut->acknowledged = true;
	nk_store_close(&store);
	return 0;
}

static bool *shared_flag(void)
{
	bool *flag = mmap(NULL, sizeof(*flag), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(flag, MAP_FAILED);
	return flag;
}

static void a_transaction_is_whole_or_not_there_wherever_the_process_ends(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	struct cut cut = { .path = kit_path(&tmp, "db"), .acknowledged = shared_flag() };
	struct nk_store *store = open_store(cut.path, NK_STORE_CREATE);
	int64_t before = 0;
	uint64_t kept = 0;
	uint64_t n = 1;
	int status = -1;

	(void)state;
	nk_store_close(&store);
	for (bool done = false; !done; n++) {
		int64_t now;

		assert_true(n < 80);
		cut.first = (uint8_t)(n * PEOPLE);
		*cut.acknowledged = false;
		done = kit_crash_run(kit_env(), n, true, write_three, &cut, &status);
		store = open_store(cut.path, NK_STORE_WRITE);
		kit_ok(nk_store_check(store, &err), &err);
		now = count(store, "SELECT count(*) FROM person");
		assert_true(now == before || now == before + PEOPLE);
		assert_true(!*cut.acknowledged || now == before + PEOPLE);
		kept += now > before;
		before = now;
		nk_store_close(&store);
	}
	assert_int_equal(status, 0);
	assert_true(n > 8); /* SQLite's own writes were counted */
	assert_true(kept > 1 && kept < n - 1); /* both outcomes were seen */
	(void)munmap(cut.acknowledged, sizeof(bool));
}

static int make_store(const struct nk_env *env, void *arg)
{
	const struct nk_store_options opt = { .path = arg, .mode = NK_STORE_CREATE };
	struct nk_store *store = NULL;

	if (!nk_ok(nk_store_open(env, &opt, &store, &err))) {
		return 1;
	}
	nk_store_close(&store);
	return 0;
}

static void making_a_store_can_be_cut_off_anywhere_and_done_again(void **state)
{
	NK_OWNED(kit_tmp_done) struct kit_tmp tmp = kit_tmp();
	uint64_t again = 0;
	uint64_t n = 1;
	int status = -1;

	(void)state;
	/* Each migration has its own writes: the first ones each, of the rest every third; crash.py counts them all. */
	for (bool done = false; !done; n += n < 120 ? 1 : 3) {
		struct nk_store *store = NULL;
		char name[24];
		const char *path;
		nk_rc rc;

		assert_true(n < 5000); /* it ends */
		(void)snprintf(name, sizeof(name), "db%d", (int)n);
		path = kit_path(&tmp, name);
		done = kit_crash_run(kit_env(), n, false, make_store, (void *)(uintptr_t)path, &status);
		rc = try_open(path, NK_STORE_CREATE, &store);
		if (rc.code == NK_EXISTS) {
			kit_ok(try_open(path, NK_STORE_WRITE, &store), &err); /* it was whole already */
			again++;
		} else {
			kit_ok(rc, &err);
		}
		assert_true(count(store, "SELECT count(*) FROM person") == 0);
		nk_store_close(&store);
	}
	assert_int_equal(status, 0);
	assert_true(again > 1 && again < n - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(damage_is_found),
		cmocka_unit_test(a_full_disk_is_said_and_keeps_the_old_state),
		cmocka_unit_test(a_failed_sync_ends_the_process),
		cmocka_unit_test(every_commit_waits_for_the_disk),
		cmocka_unit_test(a_log_that_cannot_be_synced_ends_the_process),
		cmocka_unit_test(a_transaction_is_whole_or_not_there_wherever_the_process_ends),
		cmocka_unit_test(making_a_store_can_be_cut_off_anywhere_and_done_again),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
