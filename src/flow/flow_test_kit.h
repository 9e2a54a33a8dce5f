/*
 * flow_test_kit.h: an installation in a test's folder, rosters for it, and looks at what stands there.
 *
 * Single copy, a key as the unlock secret, sealer "file", the clock of kit_env. All persons are made up.
 */
#ifndef NK_FLOW_TEST_KIT_H
#define NK_FLOW_TEST_KIT_H

#include "flow_int.h"
#include "flow_warrant.h"
#include "job.h"
#include "kit_roster.h"

enum { FT_PUPILS = 40, FT_PERSONS = FT_PUPILS + 1 };

struct ft {
	struct kit_tmp tmp;
	char home[128];
	uint8_t secret[32];
	struct nk_flow *flow;
	struct nk_arena *arena;
	struct nk_key officer; /* the first one's own key: he signs for whom ft_enrol brings after him */
	bool has_officer;
};

/* What a pupil is called: no two alike, and no other file of the home holds it by chance. */
static inline const char *ft_family(unsigned i)
{
	static const char *const names[] = { "残川", "幻田", "試山", "仮沢", "架野", "虚原", "偽島", "想井" };

	return names[i % NK_ARRAY_LEN(names)];
}

static inline const char *ft_given(unsigned i)
{
	static const char *const names[] = { "消太郎", "失恵子", "無量介", "滅多美", "忘八重" };

	return names[i / 8 % NK_ARRAY_LEN(names)];
}

/* ft_login: the text of one of four in turn. */
static inline struct nk_str ft_login(unsigned i, char text[static 16])
{
	(void)snprintf(text, 16, "zp%04u", 7000 + i);
	return nk_str_c(text);
}

static inline void ft_pupil_(struct kit_pack *p, unsigned i)
{
	char row[1024];

	(void)snprintf(row, sizeof(row),
		"50000000-0000-4000-8000-%012u,,,true,zp%04u,,%s,%s,,%05u,zp%04u@example.jp,,,,P1,,"
		"60000000-0000-4000-8000-%012u,%s,,%s," KIT_S ",,テスト,カセツ,," KIT_K ",カセツ,テスト,",
		1000 + i, 7000 + i, ft_given(i), ft_family(i), 88000 + i, 7000 + i, 1000 + i, ft_given(i),
		ft_family(i));
	kit_pack_append(p, "users.csv", row);
	(void)snprintf(row, sizeof(row),
		"70000000-0000-4000-8000-%012u,,,50000000-0000-4000-8000-%012u,primary,student,,," KIT_S ",",
		1000 + i, 1000 + i);
	kit_pack_append(p, "roles.csv", row);
	(void)snprintf(row, sizeof(row),
		"80000000-0000-4000-8000-%012u,,," KIT_K "," KIT_S
		",50000000-0000-4000-8000-%012u,student,false,,,%u,true",
		1000 + i, 1000 + i, 10 + i);
	kit_pack_append(p, "enrollments.csv", row);
}

/* A roster of one teacher, the two pupils of kit_pack, and pupils 2 … FT_PUPILS - 1 but for the first `without`. */
static inline struct kit_zip ft_roster(unsigned without)
{
	struct kit_pack p = kit_pack();
	struct kit_zip z;

	for (unsigned i = 2 + without; i < FT_PUPILS; i++) {
		ft_pupil_(&p, i);
	}
	kit_pack_zip(&p, &z);
	kit_pack_done(&p);
	return z;
}

/* Pupil k of those who leave in ft_roster(without > k). */
static inline unsigned ft_leaver(unsigned k)
{
	return 2 + k;
}

static inline struct nk_flow_options ft_options(const struct ft *t, bool write)
{
	return (struct nk_flow_options){ .home = t->home,
		.secret = nk_bytes_of(t->secret, sizeof(t->secret)),
		.secret_is_keyfile = true,
		.write = write,
		.wait_ms = 1000 };
}

static inline nk_rc ft_open_rc(
	const struct ft *t, const struct nk_env *env, bool write, struct nk_flow **out, struct nk_err *err)
{
	const struct nk_flow_options o = ft_options(t, write);

	return nk_flow_open(env, &o, out, err);
}

static inline void ft_open(struct ft *t)
{
	struct nk_err err = { 0 };

	kit_ok(ft_open_rc(t, kit_env(), true, &t->flow, &err), &err);
}

/* ft_write: a file of the home, new or replaced. */
static inline void ft_write(const struct ft *t, const char *name, const char *text)
{
	struct nk_err err = { 0 };
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", t->home, name);
	kit_ok(nk_env_replace(kit_env(), path, nk_str_bytes(nk_str_c(text)), &err), &err);
}

static inline void ft_unlink(const struct ft *t, const char *name)
{
	struct nk_err err = { 0 };
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", t->home, name);
	kit_ok(kit_env()->unlink(kit_env()->self, path, &err), &err);
}

/* ft_new: an installation at KIT_START, closed; `settings` is a file of conf.d, or NULL. */
static inline void ft_new(struct ft *t, const char *settings)
{
	struct nk_err err = { 0 };
	struct nk_init_request r = { .home = t->home,
		.secret_is_keyfile = true,
		.organisation = NK_STR("試験市教育委員会"),
		.domain = NK_STR("test.example.jp"),
		.operator_name = NK_STR("操作 係"),
		.single_copy = true,
		.sealer = NK_STR("file"),
		.clock = NK_DATE_NONE,
		.kdf_memory_kb = 64 };

	memset(t, 0, sizeof(*t));
	(void)umask(077);
	kit_clock_set(KIT_START);
	t->tmp = kit_tmp();
	(void)snprintf(t->home, sizeof(t->home), "%s", kit_path(&t->tmp, "home"));
	memset(t->secret, 0x42, sizeof(t->secret));
	r.home = t->home;
	r.secret = nk_bytes_of(t->secret, sizeof(t->secret));
	kit_ok(nk_crypto_init(&err), &err);
	kit_ok(nk_arena_new(NK_ARENA_WIPING, SIZE_MAX / 2, &t->arena, &err), &err);
	kit_ok(nk_op_init(kit_env(), &r, &err), &err);
	if (settings != NULL) {
		ft_write(t, "conf.d/test.conf", settings);
	}
}

static inline void ft_close(struct ft *t)
{
	nk_flow_close(&t->flow);
}

static inline void ft_reopen(struct ft *t)
{
	ft_close(t);
	ft_open(t);
}

/* For the last look of tools/check (tests/residue.py): the installation as it stands at the end. */
static inline void ft_keep_(const struct ft *t)
{
	const char *const to = getenv("NK_KEEP_HOMES");
	char path[512];

	if (to != NULL && (size_t)snprintf(path, sizeof(path), "%s/%s", to, strrchr(t->tmp.dir, '/') + 1) < sizeof(path)) {
		(void)rename(t->home, path); /* another file system: too few are kept then, and that is told */
	}
}

/* ft_done: for NK_OWNED. */
static inline void ft_done(struct ft *t)
{
	ft_close(t);
	ft_keep_(t);
	nk_arena_free(&t->arena);
	kit_tmp_done(&t->tmp);
}

static inline nk_rc ft_import_rc(struct nk_flow *flow, struct nk_arena *arena, unsigned without,
	struct nk_import_reply *out, struct nk_err *err)
{
	struct kit_zip z = ft_roster(without);
	const struct nk_bytes zip = kit_zip_end(&z);
	struct nk_import_request req = {
		.fd = -1, .size = zip.len, .label = NK_STR("r.zip"), .source = NK_STR("main")
	};
	nk_rc rc = nk_done();

	kit_ok(nk_os_memfd("kit", &req.fd, err), err);
	kit_ok(nk_os_fd_write(req.fd, zip.ptr, zip.len, err), err);
	rc = nk_op_import(flow, &req, arena, out, err);
	nk_os_fd_close(&req.fd);
	kit_zip_done(&z);
	return rc;
}

static inline struct nk_import_reply ft_import(struct ft *t, unsigned without)
{
	struct nk_import_reply out;
	struct nk_err err = { 0 };

	kit_ok(ft_import_rc(t->flow, t->arena, without, &out, &err), &err);
	if (out.outcome == NK_IMPORT_STOPPED || out.outcome == NK_IMPORT_REFUSED) {
		for (size_t i = 0; i < out.n_findings; i++) {
			print_message("%s %s\n", out.findings[i].rule, out.findings[i].text[0]);
		}
	}
	return out;
}

static inline struct nk_people *ft_people(struct nk_flow *flow)
{
	struct nk_people *people = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_flow_people(flow, &people, &err), &err);
	return people;
}

/* ft_sign: the officer's signature under an order. */
static inline nk_rc ft_sign(struct ft *t, struct nk_uuid warrant, struct nk_err *err)
{
	const struct nk_warrant_judge_request sign = {
		.id = warrant, .step = NK_STR("sign"), .role = NK_STR("officer"), .seed = &t->officer
	};

	return nk_op_warrant_judge(t->flow, &sign, err);
}

/* ft_enrol: with a key made now; as soon as there is an officer, he signs for whoever judges. */
static inline nk_rc ft_enrol(struct ft *t, struct nk_party_request *req, struct nk_key *seed, struct nk_uuid *id,
	struct nk_err *err)
{
	struct nk_party_reply r;

	kit_ok(nk_op_party_key(kit_env(), seed, req->public_key, err), err);
	NK_TRY(nk_op_party_add(t->flow, req, &r, err));
	if (r.waits) {
		kit_ok(ft_sign(t, r.warrant, err), err);
		NK_TRY(nk_op_party_add(t->flow, req, &r, err));
	}
	assert_false(r.waits);
	if (!t->has_officer && nk_words_have(req->roles, NK_STR("officer"))) {
		t->officer = *seed;
		t->has_officer = true;
	}
	*id = r.id;
	return nk_done();
}

/* ft_end: the same for one who goes. */
static inline nk_rc ft_end(struct ft *t, struct nk_uuid id, struct nk_err *err)
{
	struct nk_party_reply r;

	NK_TRY(nk_op_party_end(t->flow, id, &r, err));
	if (r.waits) {
		kit_ok(ft_sign(t, r.warrant, err), err);
		NK_TRY(nk_op_party_end(t->flow, id, &r, err));
	}
	assert_false(r.waits);
	return nk_done();
}

/* ft_person: by login among those who open; NULL: none. */
static inline const struct nk_person *ft_person(struct nk_flow *flow, unsigned i)
{
	char text[16];

	return nk_people_by_field(ft_people(flow), NK_FIELD_LOGIN, ft_login(i, text));
}

static inline struct nk_slot ft_slot(struct nk_flow *flow, unsigned i)
{
	const struct nk_person *p = ft_person(flow, i);

	assert_non_null(p);
	return p->slot;
}

/* ft_key_rc: does the vault still give this person's key? */
static inline enum nk_code ft_key(struct nk_flow *flow, struct nk_slot slot)
{
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	struct nk_err err = { 0 };

	return nk_vault_key(flow->vault, NK_SLOT_PERSON, slot, &key, &err).code;
}

/* ft_count: the number that a statement answers. */
static inline int64_t ft_count(struct nk_flow *flow, const char *sql)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_err err = { 0 };
	bool have = false;

	kit_ok(nk_stmt_get(flow->store, sql, &s, &err), &err);
	kit_ok(nk_stmt_step(s, &have, &err), &err);
	assert_true(have);
	return nk_col_int(s, 0);
}

/* ft_leaves: leaves of a type (its word in lower case). */
static inline size_t ft_leaves(struct nk_flow *flow, const char *word)
{
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_err err = { 0 };
	char quoted[64];
	bool have = false;
	size_t n = 0;

	(void)snprintf(quoted, sizeof(quoted), "\"%s\"", word);
	kit_ok(nk_stmt_get(flow->store, "SELECT entry FROM leaf ORDER BY seq", &s, &err), &err);
	for (;;) {
		kit_ok(nk_stmt_step(s, &have, &err), &err);
		if (!have) {
			return n;
		}
		n += nk_str_find(nk_bytes_str(nk_col_blob(s, 0)), nk_str_c(quoted)) != SIZE_MAX ? 1 : 0;
	}
}

/* ft_leave: two pupils are gone from the roster and their grace is over. */
static inline void ft_leave(struct ft *t, unsigned leavers)
{
	struct nk_import_reply r = ft_import(t, 0);

	assert_int_equal(r.outcome, NK_IMPORT_DONE);
	assert_int_equal(r.joined, FT_PERSONS);
	r = ft_import(t, leavers);
	assert_int_equal(r.outcome, NK_IMPORT_DONE);
	assert_int_equal(r.left, leavers);
	kit_clock_move(40 * NK_DAY);
}

static inline struct nk_plan_reply ft_plan_erase(struct ft *t)
{
	const struct nk_plan_erase_request req = { .even_if_not_due = false };
	struct nk_plan_reply out;
	struct nk_err err = { 0 };

	kit_ok(nk_op_plan_erase(t->flow, &req, t->arena, &out, &err), &err);
	return out;
}

static inline nk_rc ft_apply_rc(struct nk_flow *flow, struct nk_arena *arena, const char *hash,
	struct nk_apply_reply *out, struct nk_err *err)
{
	const struct nk_apply_request req = { .hash = nk_str_c(hash) };

	return nk_op_apply(flow, &req, arena, out, err);
}

/* ft_read: a file whole, in `arena`. */
static inline struct nk_bytes ft_read(struct ft *t, const char *path)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_err err = { 0 };
	struct nk_str kept;

	nk_buf_init(&b, 1 << 26);
	kit_ok(nk_env_read_all(kit_env(), path, b.max, &b, &err), &err);
	kit_ok(nk_arena_dup(t->arena, nk_buf_str(&b), &kept, &err), &err);
	return nk_str_bytes(kept);
}

/* ft_verified: the certificate's four files are there, and a third party finds them good. */
static inline void ft_verified(struct ft *t, struct nk_uuid job, struct nk_verify_reply *out)
{
	static const char *const suffixes[] = { ".dsse.json", ".tlog-proof", ".ja.txt", ".en.txt" };
	struct nk_bytes data[4];
	struct nk_err err = { 0 };
	char path[512];
	char id[NK_UUID_TEXT];
	struct nk_str pem;
	struct nk_str vkey;

	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(
			path, sizeof(path), "%s/certificates/%s%s", t->home, nk_uuid_print(job, id), suffixes[i]);
		data[i] = ft_read(t, path);
		assert_true(data[i].len > 0);
	}
	(void)snprintf(path, sizeof(path), "%s/public/certificate.pem", t->home);
	pem = nk_bytes_str(ft_read(t, path));
	(void)snprintf(path, sizeof(path), "%s/public/ledger.vkey", t->home);
	vkey = nk_str_trim(nk_bytes_str(ft_read(t, path)));
	kit_ok(nk_op_verify(data[0], data[1], pem, vkey, t->arena, out, &err), &err);
}

struct ft_copying_ {
	const char *from;
	const char *to;
};

static inline NK_RESULT ft_copy_dir(const char *from, const char *to, struct nk_err *err);

static inline NK_RESULT ft_copy_entry_(void *arg, struct nk_str name, bool is_dir, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf data = { 0 };
	const struct ft_copying_ *const c = arg;
	char from[512];
	char to[512];

	(void)snprintf(from, sizeof(from), "%s/%.*s", c->from, NK_FMT(name));
	(void)snprintf(to, sizeof(to), "%s/%.*s", c->to, NK_FMT(name));
	if (is_dir) {
		return ft_copy_dir(from, to, err);
	}
	nk_buf_init(&data, 1 << 28);
	NK_TRY(nk_env_read_all(nk_os_env(), from, data.max, &data, err));
	return nk_env_write_new(nk_os_env(), to, nk_buf_bytes(&data), err);
}

/* ft_copy_dir: a folder with all in it; `to` must not be there. */
static inline NK_RESULT ft_copy_dir(const char *from, const char *to, struct nk_err *err)
{
	struct ft_copying_ c = { from, to };

	NK_TRY(nk_os_env()->mkdir(nk_os_env()->self, to, err));
	return nk_os_env()->list(nk_os_env()->self, from, ft_copy_entry_, &c, err);
}

/* ft_healthy: doctor finds nothing that failed but duties that are overdue. Closes the flow. */
static inline void ft_healthy(struct ft *t)
{
	const struct nk_flow_options o = ft_options(t, false);
	struct nk_doctor_line *lines = NULL;
	struct nk_err err = { 0 };
	size_t n = 0;

	ft_close(t);
	kit_ok(nk_op_doctor(kit_env(), &o, NULL, 0, t->arena, &lines, &n, &err), &err);
	assert_true(n > 0);
	for (size_t i = 0; i < n; i++) {
		if (strcmp(lines[i].level, "fail") == 0 && strstr(lines[i].text[NK_LANG_EN], "overdue") == NULL) {
			fail_msg("doctor: %s", lines[i].text[NK_LANG_EN]);
		}
	}
}

#endif
