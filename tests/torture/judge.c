/*
 * judge.c: is this installation whole? For the long crash loops (crash.py, faults.py), one question a line on stdin:
 *
 *	slots HOME KEYFILE OUT     writes the slots that the store names now (kind number generation, one a line)
 *	judge HOME KEYFILE SLOTS   looks before anything is recovered, recovers, and looks again, with the doctor
 *	look HOME KEYFILE SLOTS    the same without the doctor and the replay of the ledger's files
 *
 * One JSON object a line answers. Each question is answered by a child, so that nothing of one remains in the next;
 * a child that is killed or takes too long is an answer too. Never prints a value of anybody.
 */
#include "base.h"

#include <sqlite3.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "flow_int.h"
#include "os.h"

enum { SLOTS_MAX = 4096, LINE_MAX_LEN = 3 * PATH_MAX, SECONDS = 60 };

struct named_slot {
	unsigned kind;
	struct nk_slot slot;
};

struct question {
	const char *home;
	const char *slots;
	struct nk_flow_options opt;
	struct nk_buf secret;
};

/* Before recovery -------------------------------------------------------------------------------------------------- */
/* What a transaction without a leaf may change, and SQLite's own. Everything else is settled by how many leaves there are. */
static bool is_bookkeeping(const char *table)
{
	static const char *const rows[] = {
#define ROW(name) #name,
#include "bookkeeping.inc"
#undef ROW
	};

	for (size_t i = 0; i < NK_ARRAY_LEN(rows); i++) {
		if (strcmp(table, rows[i]) == 0) {
			return true;
		}
	}
	return strncmp(table, "sqlite_", 7) == 0;
}

static uint64_t mix(uint64_t h, const void *bytes, size_t len)
{
	const uint8_t *const at = bytes;

	for (size_t i = 0; i < len; i++) {
		h = (h ^ at[i]) * UINT64_C(0x100000001b3);
	}
	return h;
}

static uint64_t row_digest(sqlite3_stmt *s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (int c = 0; c < sqlite3_column_count(s); c++) {
		const int type = sqlite3_column_type(s, c);
		const void *const bytes = sqlite3_column_blob(s, c);
		const int len = sqlite3_column_bytes(s, c);

		h = mix(h, &type, sizeof(type));
		h = mix(h, &len, sizeof(len));
		h = len > 0 ? mix(h, bytes, (size_t)len) : h;
	}
	return h * UINT64_C(0x9e3779b97f4a7c15);
}

/* Rows in any order: sums of digests. False: SQLite says no. */
static bool table_digest(sqlite3 *db, const char *table, uint64_t *sum, uint64_t *n)
{
	sqlite3_stmt *s = NULL;
	char sql[160];
	int rc = SQLITE_ERROR;

	(void)snprintf(sql, sizeof(sql), "SELECT * FROM \"%s\"", table);
	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) != SQLITE_OK) {
		return false;
	}
	for (rc = sqlite3_step(s); rc == SQLITE_ROW; rc = sqlite3_step(s)) {
		*sum += row_digest(s);
		*n += 1;
	}
	(void)sqlite3_finalize(s);
	return rc == SQLITE_DONE;
}

static bool tables_digest(sqlite3 *db, uint64_t *sum, uint64_t *leaves)
{
	sqlite3_stmt *s = NULL;
	bool good = true;
	int rc = SQLITE_ERROR;

	if (sqlite3_prepare_v2(db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", -1, &s, NULL) != SQLITE_OK) {
		return false;
	}
	for (rc = sqlite3_step(s); good && rc == SQLITE_ROW; rc = sqlite3_step(s)) {
		const char *const name = (const char *)sqlite3_column_text(s, 0);
		uint64_t own = mix(0, name, strlen(name));
		uint64_t n = 0;

		if (!is_bookkeeping(name)) {
			good = table_digest(db, name, &own, &n);
			*sum = mix(*sum, &own, sizeof(own));
			*leaves = strcmp(name, "leaf") == 0 ? n : *leaves;
		}
	}
	(void)sqlite3_finalize(s);
	return good;
}

struct raw {
	uint64_t digest;
	uint64_t leaves;
	uint64_t destroyed; /* leaves that say of a key that it is destroyed */
};

static bool destroyed_count(sqlite3 *db, uint64_t *out)
{
	static const char sql[] = "SELECT count(*) FROM leaf WHERE instr(entry, CAST('\"key_destroyed\"' AS BLOB)) > 0";
	sqlite3_stmt *s = NULL;
	bool good = false;

	if (sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW) {
		*out = nk_u64(sqlite3_column_int64(s, 0));
		good = true;
	}
	(void)sqlite3_finalize(s);
	return good;
}

/* SQLite's own recovery happens; the log is kept as it is for who comes next. */
static bool look_raw(const char *home, struct raw *out)
{
	sqlite3 *db = NULL;
	char path[PATH_MAX];
	bool good = false;

	(void)snprintf(path, sizeof(path), "%s/store/nokosazu.db", home);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK) {
		(void)sqlite3_db_config(db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
		good = tables_digest(db, &out->digest, &out->leaves) && destroyed_count(db, &out->destroyed);
	}
	(void)sqlite3_close(db);
	return good;
}

/* After it ---------------------------------------------------------------------------------------------------------- */
struct living {
	size_t all;
	size_t system;
};

static nk_rc add_up(void *arg, enum nk_slot_kind kind, struct nk_slot slot, struct nk_err *err)
{
	struct living *const l = arg;

	(void)slot;
	(void)err;
	l->all++;
	l->system += kind == NK_SLOT_SYSTEM ? 1 : 0;
	return nk_done();
}

struct opening {
	struct nk_vault *vault;
	size_t n;
};

/* In the middle of an erasure the store still names keys that are proven gone. */
static nk_rc opens_or_is_gone(void *arg, enum nk_slot_kind kind, struct nk_slot slot, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	struct opening *const o = arg;
	const nk_rc rc = nk_vault_key(o->vault, kind, slot, &key, err);

	o->n += nk_ok(rc) ? 1 : 0;
	return rc.code == NK_GONE ? nk_done() : rc;
}

static NK_RESULT one_number(struct nk_flow *flow, const char *sql, int64_t *out, struct nk_err *err)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	bool have = false;

	NK_TRY(nk_stmt_get(flow->store, sql, &s, err));
	NK_TRY(nk_stmt_step(s, &have, err));
	*out = have ? nk_col_int(s, 0) : 0;
	return nk_done();
}

/* As many keys live as the store names; an erasure that is not at its end yet may still have to destroy one old key of the house. */
static NK_RESULT keys_agree(struct nk_flow *flow, struct nk_err *err)
{
	struct opening named = { flow->vault, 0 };
	struct living live = { 0 };
	int64_t erasing = 0;

	NK_TRY(nk_people_each_slot(flow->store, opens_or_is_gone, &named, err));
	NK_TRY(nk_vault_each(flow->vault, add_up, &live, err));
	NK_TRY(one_number(flow, "SELECT count(*) FROM plan WHERE kind = 'erase' AND state = 'applying'", &erasing, err));
	if (live.all == named.n || (erasing > 0 && live.all == named.n + 1 && live.system > NK_HOUSE_KEY_COUNT)) {
		return nk_done();
	}
	return nk_fail(err, NK_CORRUPT, "%1$zu keys live in the vault, %2$zu are named by the store", live.all, named.n);
}

static size_t slots_read(const char *path, struct named_slot *out)
{
	FILE *const f = fopen(path, "re");
	char line[128];
	size_t n = 0;

	while (f != NULL && n < SLOTS_MAX && fgets(line, sizeof(line), f) != NULL) {
		uint64_t v[3] = { 0 };
		size_t k = 0;

		for (const char *at = line; k < 3 && *at != '\0' && *at != '\n'; at++) {
			if (*at == ' ') {
				k++;
			} else {
				v[k] = v[k] * 10 + nk_u64(*at - '0');
			}
		}
		out[n++] = (struct named_slot){ (unsigned)v[0], { v[1], (uint32_t)v[2] } };
	}
	if (f != NULL) {
		(void)fclose(f);
	}
	return n;
}

/* Every key that there was before either opens, or is proven gone; none is damaged. */
static NK_RESULT none_is_lost(struct nk_flow *flow, const char *path, size_t *out_gone, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct named_slot *before = NULL;
	size_t n = 0;

	NK_TRY(nk_arena_new(NK_ARENA_PLAIN, 1 << 20, &arena, err));
	before = nk_arena_array(arena, SLOTS_MAX, sizeof(*before));
	if (before == NULL) {
		return nk_fail_nomem(err);
	}
	n = slots_read(path, before);
	for (size_t i = 0; i < n; i++) {
		NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
		struct nk_err own = { 0 };
		const nk_rc rc = nk_vault_key(flow->vault, (enum nk_slot_kind)before[i].kind, before[i].slot, &key, &own);

		if (!nk_ok(rc) && rc.code != NK_GONE) {
			return nk_err_pass(err, &own);
		}
		*out_gone += rc.code == NK_GONE ? 1 : 0;
	}
	return nk_done();
}

/* What stands there in numbers, the same whenever the same was done: no times, no random numbers. */
static NK_RESULT shape(struct nk_flow *flow, char *out, size_t room, struct nk_err *err)
{
	static const char *const sql[] = {
		"SELECT count(*) FROM person WHERE record IS NOT NULL",
		"SELECT count(*) FROM person WHERE record IS NULL",
		"SELECT count(*) FROM leaf",
		"SELECT count(*) FROM holding",
		"SELECT count(*) FROM holding WHERE closed_at IS NULL",
		"SELECT count(*) FROM duty",
		"SELECT count(*) FROM duty WHERE closed_at IS NULL",
		"SELECT count(*) FROM warrant",
		"SELECT count(*) FROM party",
		"SELECT count(*) FROM evidence",
		"SELECT count(*) FROM system_key",
	};
	size_t len = 0;

	for (size_t i = 0; i < NK_ARRAY_LEN(sql); i++) {
		int64_t n = 0;

		NK_TRY(one_number(flow, sql[i], &n, err));
		len += nk_size(nk_u64(snprintf(out + len, room - len, "%s%" PRId64, i > 0 ? "," : "", n)));
		nk_assert(len < room);
	}
	return nk_done();
}

struct looked {
	size_t gone;
	int64_t leaves;
	char shape[256];
};

/* Says which look it was that found it. */
static nk_rc during(nk_rc rc, const char *what, struct nk_err *err)
{
	char text[400];

	if (!nk_ok(rc)) {
		(void)snprintf(text, sizeof(text), "%s: %.300s", what, err->text[NK_LANG_EN]);
		(void)snprintf(err->text[NK_LANG_EN], sizeof(err->text[NK_LANG_EN]), "%.300s", text);
	}
	return rc;
}

static NK_RESULT recovered(const struct question *q, struct looked *out, struct nk_err *err)
{
	NK_OWNED(nk_flow_close) struct nk_flow *flow = NULL;
	struct nk_people *people = NULL;

	NK_TRY(during(nk_flow_open(nk_os_env(), &q->opt, &flow, err), "opening", err));
	NK_TRY(during(nk_store_check(flow->store, err), "the store", err));
	NK_TRY(during(nk_flow_people(flow, &people, err), "the people", err));
	NK_TRY(during(keys_agree(flow, err), "the keys", err));
	NK_TRY(during(none_is_lost(flow, q->slots, &out->gone, err), "keys of before", err));
	NK_TRY(one_number(flow, "SELECT count(*) FROM leaf", &out->leaves, err));
	return shape(flow, out->shape, sizeof(out->shape), err);
}

/* A third party's look at the ledger, then the doctor's. */
static NK_RESULT healthy(const struct question *q, uint64_t leaves, struct nk_err *err)
{
	NK_OWNED(nk_arena_free) struct nk_arena *arena = NULL;
	struct nk_flow_options opt = q->opt;
	struct nk_doctor_line *lines = NULL;
	struct nk_ledger_reply ledger = { 0 };
	NK_OWNED(nk_buf_done) struct nk_buf vkey = { 0 };
	char path[PATH_MAX];
	size_t n = 0;

	nk_buf_init(&vkey, 4096);
	(void)snprintf(path, sizeof(path), "%s/public/ledger.vkey", q->home);
	NK_TRY(nk_env_read_all(nk_os_env(), path, vkey.max, &vkey, err));
	NK_TRY(nk_op_ledger_verify(
		nk_os_env(), q->home, nk_str_trim(nk_buf_str(&vkey)), (struct nk_bytes){ NULL, 0 }, &ledger, err));
	if (ledger.entries != leaves) {
		return nk_fail(err, NK_CORRUPT, "the ledger's files hold %1$llu entries, the store %2$llu",
			(unsigned long long)ledger.entries, (unsigned long long)leaves);
	}
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &arena, err));
	opt.write = false;
	NK_TRY(during(nk_op_doctor(nk_os_env(), &opt, NULL, 0, arena, &lines, &n, err), "the doctor", err));
	for (size_t i = 0; i < n; i++) {
		if (strcmp(lines[i].level, "fail") == 0 && strstr(lines[i].text[NK_LANG_EN], "overdue") == NULL) {
			return nk_fail(err, NK_CORRUPT, "doctor: %s", lines[i].text[NK_LANG_EN]);
		}
	}
	return nk_done();
}

static void answer(const char *why, const struct raw *raw, size_t gone, const char *numbers)
{
	char text[700];
	char clean[400];
	size_t n = 0;
	int len = 0;

	for (const char *at = why; *at != '\0' && n + 1 < sizeof(clean); at++) {
		clean[n++] = (unsigned char)*at < ' ' || *at == '"' || *at == '\\' ? '\'' : *at;
	}
	clean[n] = '\0';
	len = snprintf(text, sizeof(text),
		"{\"why\":\"%s\",\"digest\":\"%016" PRIx64 "\",\"leaves\":%" PRIu64 ",\"destroyed\":%" PRIu64 ",\"gone\":%zu,\"shape\":[%s]}\n", clean,
		raw->digest, raw->leaves, raw->destroyed, gone, numbers);
	nk_assert(write(1, text, nk_size(nk_u64(len))) == len);
}

static int judge(const struct question *q, bool doctor)
{
	struct nk_err err = { 0 };
	struct looked seen = { .shape = "" };
	struct raw raw = { 0 };
	nk_rc rc = nk_done();

	if (!look_raw(q->home, &raw)) {
		answer("SQLite does not read the store", &raw, 0, "");
		return 0;
	}
	rc = recovered(q, &seen, &err);
	rc = nk_ok(rc) && doctor ? healthy(q, nk_u64(seen.leaves), &err) : rc;
	answer(nk_ok(rc) ? "" : err.text[NK_LANG_EN], &raw, seen.gone, seen.shape);
	return 0;
}

static nk_rc slot_out(void *arg, enum nk_slot_kind kind, struct nk_slot slot, struct nk_err *err)
{
	(void)err;
	(void)fprintf(arg, "%u %" PRIu64 " %" PRIu32 "\n", (unsigned)kind, slot.number, slot.generation);
	return nk_done();
}

static int slots(const struct question *q)
{
	NK_OWNED(nk_flow_close) struct nk_flow *flow = NULL;
	struct nk_err err = { 0 };
	nk_rc rc = nk_flow_open(nk_os_env(), &q->opt, &flow, &err);
	FILE *const f = fopen(q->slots, "we");

	rc = nk_ok(rc) && f != NULL ? nk_people_each_slot(flow->store, slot_out, f, &err) : rc;
	if (f != NULL) {
		(void)fclose(f);
	}
	nk_flow_close(&flow); /* who reads the answer may take the folder away at once */
	answer(nk_ok(rc) ? "" : err.text[NK_LANG_EN], &(struct raw){ 0 }, 0, "");
	return 0;
}

/* Front ---------------------------------------------------------------------------------------------------------------- */
static int ask(const char *what, const char *home, const char *key, const char *third)
{
	struct question q = { .home = home, .slots = third };
	struct nk_err err = { 0 };

	(void)alarm(SECONDS);
	nk_buf_init(&q.secret, 4096);
	if (!nk_ok(nk_env_read_all(nk_os_env(), key, 4096, &q.secret, &err))) {
		answer(err.text[NK_LANG_EN], &(struct raw){ 0 }, 0, "");
		return 0;
	}
	q.opt = (struct nk_flow_options){
		.home = home, .secret = nk_buf_bytes(&q.secret), .secret_is_keyfile = true, .write = true, .wait_ms = 2000
	};
	return strcmp(what, "slots") == 0 ? slots(&q) : judge(&q, strcmp(what, "judge") == 0);
}

static void in_a_child(const char *what, const char *home, const char *key, const char *third)
{
	int status = 0;
	const pid_t pid = fork();

	nk_assert(pid >= 0);
	if (pid == 0) {
		_exit(ask(what, home, key, third));
	}
	while (waitpid(pid, &status, 0) < 0) {
		nk_assert(errno == EINTR);
	}
	if (status != 0) {
		char text[64];

		(void)snprintf(text, sizeof(text), "the judge ended with %s %d", WIFSIGNALED(status) ? "signal" : "status",
			WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
		answer(text, &(struct raw){ 0 }, 0, "");
	}
}

int main(void)
{
	char line[LINE_MAX_LEN];
	struct nk_err err = { 0 };

	(void)umask(077);
	if (!nk_ok(nk_crypto_init(&err))) {
		return 1;
	}
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *word[4] = { line, NULL, NULL, NULL };
		size_t n = 1;

		for (char *at = line; *at != '\0'; at++) {
			if (*at == '\n' || *at == ' ') {
				word[n < 4 ? n : 3] = *at == ' ' && n < 4 ? at + 1 : word[n < 4 ? n : 3];
				n += *at == ' ' ? 1 : 0;
				*at = '\0';
			}
		}
		if (n != 4) {
			return 64;
		}
		in_a_child(word[0], word[1], word[2], word[3]);
	}
	return 0;
}
