/*
 * carry_test.c: what leaves is what was read, looked through and signed, whatever happens to the files meanwhile; what is
 * no plain file does not leave; a copy is known by its bytes, and its place stands in the store for nobody to read.
 */
#include "base.h"

#include <cmocka.h>

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "carry_int.h"
#include "flow_sweep.h"
#include "flow_test_kit.h"

#define SETTINGS "[sweep]\ntemp = none\nlogs = none\ncrash = none\n"

static const char identity[] = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";
static const char harmless[] = "level=info started\n";

struct going {
	struct ft t;
	struct nk_key superior;
	struct nk_str to;
	char path[300], out[300], dir[300];
	struct nk_err err;
	/* what happens to `path` when the phase is told */
	const char *at, *put, *then;
	unsigned seen;
};

static void going_done(struct going *g)
{
	ft_done(&g->t);
}

/* In place, without cutting: the same file, as an editor or a program would. */
static void write_in_place(const char *path, const char *text)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

static void meanwhile(void *arg, const char *phase, uint64_t done, uint64_t total)
{
	struct going *const g = arg;

	(void)done;
	(void)total;
	if (g->at == NULL || strcmp(phase, g->at) != 0 || g->seen++ > 0) {
		return;
	}
	write_in_place(g->path, g->put);
	if (g->then != NULL) {
		write_in_place(g->path, g->then);
	}
}

static void somebody(char text[static 128], unsigned i)
{
	(void)snprintf(text, 128, "%s %s\n", ft_family(i), ft_given(i));
}

static void begin(struct going *g, const char *settings)
{
	struct nk_party_request superior = { .name = NK_STR("上司 役"), .roles = NK_STR("superior") };
	struct nk_party_request officer = { .name = NK_STR("責任 者"), .roles = NK_STR("officer") };
	struct nk_party_request maker = { .name = NK_STR("保守"), .roles = NK_STR("maintenance"), .kind = NK_STR("organisation") };
	static char to[NK_AGE_RECIPIENT_TEXT];
	struct nk_age_recipient key;
	struct nk_key id;
	struct nk_key seed;
	struct nk_uuid party;
	char text[128];

	memset(g, 0, sizeof(*g));
	ft_new(&g->t, settings);
	ft_open(&g->t);
	g->t.flow->progress = meanwhile;
	g->t.flow->progress_arg = g;
	assert_int_equal(ft_import(&g->t, 0).outcome, NK_IMPORT_DONE);
	kit_ok(nk_age_identity_parse(nk_str_c(identity), &id, &g->err), &g->err);
	nk_age_recipient_of(&id, &key);
	nk_age_recipient_print(&key, to);
	g->to = nk_str_c(to);
	maker.recipient = g->to;
	kit_ok(ft_enrol(&g->t, &maker, &seed, &party, &g->err), &g->err);
	kit_ok(ft_enrol(&g->t, &superior, &g->superior, &party, &g->err), &g->err);
	kit_ok(ft_enrol(&g->t, &officer, &seed, &party, &g->err), &g->err);
	(void)snprintf(g->path, sizeof(g->path), "%s/list.csv", g->t.tmp.dir);
	(void)snprintf(g->out, sizeof(g->out), "%s/bundle.age", g->t.tmp.dir);
	(void)snprintf(g->dir, sizeof(g->dir), "%s/in", g->t.home); /* inside of what is swept */
	kit_ok(kit_env()->mkdir(kit_env()->self, g->dir, &g->err), &g->err);
	somebody(text, 5);
	write_in_place(g->path, text);
}

static nk_rc request_of(struct going *g, const char *path, struct nk_carry_asked *out)
{
	const char *const paths[] = { path };
	const struct nk_carry_request req = { .paths = paths,
		.n_paths = 1,
		.purpose = NK_STR("障害調査"),
		.to = &g->to,
		.n_to = 1,
		.until_day = nk_flow_today(g->t.flow) + 7 };

	return nk_op_carry_request(g->t.flow, &req, g->t.arena, out, &g->err);
}

static struct nk_uuid signed_request(struct going *g)
{
	struct nk_warrant_judge_request sign = { .step = NK_STR("sign"), .role = NK_STR("superior"), .seed = &g->superior };
	struct nk_carry_asked asked;

	kit_ok(request_of(g, g->path, &asked), &g->err);
	assert_int_equal(asked.extent.persons, 1);
	sign.id = asked.warrant;
	kit_ok(nk_op_warrant_judge(g->t.flow, &sign, &g->err), &g->err);
	kit_ok(ft_sign(&g->t, asked.warrant, &g->err), &g->err);
	return asked.warrant;
}

static nk_rc seal(struct going *g, struct nk_uuid warrant)
{
	const struct nk_carry_seal_request req = { .warrant = warrant, .out_path = g->out };
	struct nk_carry_sealed out;

	return nk_op_carry_seal(g->t.flow, &req, g->t.arena, &out, &g->err);
}

static nk_rc open_in(struct going *g, struct nk_carry_opened *out)
{
	const struct nk_carry_open_request req = { .bundle = g->out, .dir = g->dir, .identities = nk_str_c(identity) };

	return nk_op_carry_open(kit_env(), g->t.flow, &req, g->t.arena, out, &g->err);
}

static struct nk_sweep_reply sweep(struct going *g)
{
	const struct nk_sweep_request req = { .installation_only = true };
	struct nk_sweep_reply r;

	kit_ok(nk_op_sweep(g->t.flow, &req, g->t.arena, &r, &g->err), &g->err);
	return r;
}

static bool is_there(const char *path)
{
	return access(path, F_OK) == 0;
}

static void the_superior_signs_whatever_the_configuration_says(void **state)
{
	struct going g;
	struct nk_carry_asked asked;

	(void)state;
	begin(&g, "[warrant]\negress = officer\n");
	kit_ok(request_of(&g, g.path, &asked), &g.err);
	assert_true(nk_words_have(asked.needs, NK_STR("superior")) && nk_words_have(asked.needs, NK_STR("officer")));
	ft_done(&g.t);
}

/* --- one reading --- */

static void who_signs_is_shown_the_bytes_that_were_read_and_no_later_ones(void **state)
{
	NK_OWNED(going_done) struct going g = { 0 };
	struct nk_carry_asked asked;

	(void)state;
	begin(&g, SETTINGS);
	g.at = "making the index of persons";
	g.put = harmless;
	kit_ok(request_of(&g, g.path, &asked), &g.err);
	assert_int_equal(g.seen, 1);
	assert_int_equal(asked.extent.persons, 1);
	assert_true(nk_words_have(asked.needs, NK_STR("officer")));
}

static void what_is_sealed_are_the_signed_bytes_whatever_lies_there_by_then(void **state)
{
	NK_OWNED(going_done) struct going g = { 0 };
	struct nk_carry_opened opened;
	char text[128];
	char got[400];
	struct nk_buf b = { 0 };

	(void)state;
	begin(&g, SETTINGS);
	const struct nk_uuid warrant = signed_request(&g);

	g.at = "sweeping";
	g.put = "x";
	kit_ok(seal(&g, warrant), &g.err);
	assert_true(g.seen > 0);
	kit_ok(open_in(&g, &opened), &g.err);
	(void)snprintf(got, sizeof(got), "%s/list.csv", g.dir);
	nk_buf_init(&b, 1024);
	kit_ok(nk_env_read_all(kit_env(), got, b.max, &b, &g.err), &g.err);
	somebody(text, 5);
	assert_true(nk_str_eq(nk_buf_str(&b), nk_str_c(text)));
	nk_buf_done(&b);
}

static void what_does_not_fit_into_memory_does_not_leave_and_is_told_what_to_do(void **state)
{
	NK_OWNED(going_done) struct going g = { 0 };
	struct nk_carry_asked asked;
	char big[400];

	(void)state;
	begin(&g, SETTINGS "[carry]\nmemory = 1\n");
	(void)snprintf(big, sizeof(big), "%s/big", g.t.tmp.dir);
	write_in_place(big, "");
	assert_int_equal(truncate(big, (1 << 20) + 1), 0);
	kit_fails(request_of(&g, big, &asked), NK_LIMIT);
	assert_non_null(strstr(g.err.text[NK_LANG_EN], "[carry] memory"));
	assert_non_null(strstr(g.err.text[NK_LANG_EN], "--redact"));
	assert_int_equal(truncate(big, 1 << 20), 0);
	kit_ok(request_of(&g, big, &asked), &g.err); /* exactly so much fits */
	const struct nk_uuid warrant = signed_request(&g);
	const size_t refused = ft_leaves(g.t.flow, "refused");

	assert_int_equal(truncate(g.path, (1 << 20) + 1), 0);
	kit_fails(seal(&g, warrant), NK_LIMIT);
	assert_int_equal(ft_leaves(g.t.flow, "refused"), refused + 1);
	assert_false(is_there(g.out));
}

/* A shared mapping of a file on tmpfs changes its bytes and no stamp: what was taken does not follow it. */
static void a_file_that_is_changed_through_a_mapping_leaves_as_it_was_looked_through(void **state)
{
	NK_OWNED(going_done) struct going g = { 0 };
	NK_OWNED(nk_carry_taken_done) struct nk_carry_taken taken = { .n = 0 };
	struct nk_carry_file file = { .name = NK_STR("list.csv") };
	char text[128];
	char got[128] = "";
	char *mapped = NULL;
	int fd = -1;

	(void)state;
	begin(&g, SETTINGS);
	somebody(text, 5);
	file.path = nk_str_c(g.path);
	kit_ok(nk_carry_take(g.t.flow, &file, 1, &taken, &g.err), &g.err);
	fd = open(g.path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	mapped = mmap(NULL, strlen(text), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(mapped, MAP_FAILED);
	memset(mapped, 'x', strlen(text));
	assert_int_equal(pread(taken.fds[0], got, sizeof(got) - 1, 0), strlen(text));
	assert_string_equal(got, text);
	assert_int_equal(pwrite(taken.fds[0], "x", 1, 0), -1); /* nor can anybody change what was taken */
	assert_int_equal(munmap(mapped, strlen(text)), 0);
	assert_int_equal(close(fd), 0);
}

/* --- what a hostile clerk tries --- */

static void what_is_no_plain_file_does_not_leave_and_each_try_is_written_down(void **state)
{
	NK_OWNED(going_done) struct going g = { 0 };
	struct nk_carry_asked asked;
	char name[400];
	size_t refused = 0;

	(void)state;
	begin(&g, SETTINGS);
	refused = ft_leaves(g.t.flow, "refused");
	kit_fails(request_of(&g, "/dev/null", &asked), NK_USAGE);
	kit_fails(request_of(&g, g.dir, &asked), NK_USAGE);
	(void)snprintf(name, sizeof(name), "%s/pipe", g.t.tmp.dir);
	assert_int_equal(mkfifo(name, 0600), 0);
	kit_fails(request_of(&g, name, &asked), NK_USAGE);
	(void)snprintf(name, sizeof(name), "%s/link.csv", g.t.tmp.dir);
	assert_int_equal(symlink(g.path, name), 0);
	kit_fails(request_of(&g, name, &asked), NK_USAGE);
	kit_fails(request_of(&g, "/proc/self/status", &asked), NK_CONFLICT); /* made up while it is read */
	kit_fails(request_of(&g, "/proc/self/fd/0", &asked), NK_USAGE);
	(void)snprintf(name, sizeof(name), "%s/two\nlines", g.t.tmp.dir);
	write_in_place(name, harmless);
	kit_fails(request_of(&g, name, &asked), NK_USAGE);
	kit_fails(request_of(&g, "*.csv", &asked), NK_USAGE);
	(void)snprintf(name, sizeof(name), "%s/huge", g.t.tmp.dir);
	write_in_place(name, "");
	assert_int_equal(truncate(name, (off_t)1 << 34), 0);
	kit_fails(request_of(&g, name, &asked), NK_LIMIT);
	assert_int_equal(ft_leaves(g.t.flow, "refused"), refused + 9);
	assert_int_equal(ft_count(g.t.flow, "SELECT count(*) FROM warrant WHERE kind = 'egress'"), 0);
}

static void another_file_under_the_signed_name_is_refused_whatever_it_is(void **state)
{
	NK_OWNED(going_done) struct going g = { 0 };
	char away[400];
	char text[128];

	(void)state;
	begin(&g, SETTINGS);
	const struct nk_uuid warrant = signed_request(&g);
	const size_t refused = ft_leaves(g.t.flow, "refused");

	write_in_place(g.path, harmless);
	kit_fails(seal(&g, warrant), NK_DENIED); /* changed */
	(void)snprintf(text, sizeof(text), "%s %s\nx", ft_family(5), ft_given(5));
	write_in_place(g.path, text);
	kit_fails(seal(&g, warrant), NK_DENIED); /* grown */
	somebody(text, 5);
	write_in_place(g.path, text);
	(void)snprintf(away, sizeof(away), "%s/away", g.t.tmp.dir);
	assert_int_equal(rename(g.path, away), 0);
	kit_fails(seal(&g, warrant), NK_DENIED); /* gone */
	assert_int_equal(symlink(away, g.path), 0);
	kit_fails(seal(&g, warrant), NK_DENIED); /* a link to the very bytes */
	assert_int_equal(unlink(g.path), 0);
	assert_int_equal(mkfifo(g.path, 0600), 0);
	kit_fails(seal(&g, warrant), NK_DENIED); /* a pipe */
	assert_int_equal(ft_leaves(g.t.flow, "refused"), refused + 5);
	assert_false(is_there(g.out));
	assert_int_equal(unlink(g.path), 0);
	assert_int_equal(rename(away, g.path), 0);
	kit_ok(seal(&g, warrant), &g.err);
	kit_fails(seal(&g, warrant), NK_DENIED); /* again */
}

static void a_bundle_that_was_exchanged_is_noticed_and_the_other_file_left_alone(void **state)
{
	NK_OWNED(going_done) struct going g = { 0 };
	struct nk_carry_end_request end = { .returned = false };
	struct nk_carry_ended ended;
	char place[300];

	(void)state;
	begin(&g, SETTINGS);
	end.warrant = signed_request(&g);
	kit_ok(seal(&g, end.warrant), &g.err);
	(void)snprintf(place, sizeof(place), "%s/place", g.t.tmp.dir);
	kit_ok(kit_env()->mkdir(kit_env()->self, place, &g.err), &g.err);
	end.place = place;
	end.seed = &g.t.officer;
	assert_int_equal(unlink(g.out), 0);
	write_in_place(g.out, "somebody's own file\n");
	kit_fails(nk_op_carry_end(g.t.flow, &end, g.t.arena, &ended, &g.err), NK_CONFLICT);
	assert_true(is_there(g.out));
	assert_int_equal(ft_count(g.t.flow, "SELECT count(*) FROM holding WHERE kind = 'bundle' AND closed_at IS NULL"), 1);
	assert_int_equal(unlink(g.out), 0);
	kit_ok(nk_op_carry_end(g.t.flow, &end, g.t.arena, &ended, &g.err), &g.err);
	assert_true(ended.unverified);
}

/* --- its end --- */

static void run_sql(struct going *g, const char *sql, struct nk_str text)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;

	kit_ok(nk_tx_begin(g->t.flow->store, &tx, &g->err), &g->err);
	kit_ok(nk_stmt_get(g->t.flow->store, sql, &s, &g->err), &g->err);
	nk_stmt_text(s, 1, text);
	kit_ok(nk_stmt_run(s, &g->err), &g->err);
	nk_tx_count_leaf(tx);
	kit_ok(nk_tx_commit(&tx, &g->err), &g->err);
}

static struct nk_carry_ended ended_by(struct going *g, struct nk_uuid warrant, const char *place, const struct nk_key *seed)
{
	const struct nk_carry_end_request end = { .warrant = warrant, .place = place, .seed = seed };
	struct nk_carry_ended out;

	kit_ok(nk_op_carry_end(g->t.flow, &end, g->t.arena, &out, &g->err), &g->err);
	assert_int_equal(out.unverified, out.why != NULL);
	return out;
}

/* Sealed, opened where there are no books, its receipt taken in when `received`. */
static struct nk_uuid outside(struct going *g, bool received)
{
	const struct nk_carry_open_request req = { .bundle = g->out, .dir = g->dir, .identities = nk_str_c(identity) };
	const struct nk_uuid warrant = signed_request(g);
	struct nk_carry_opened opened;
	struct nk_uuid holding;
	char name[400];

	kit_ok(seal(g, warrant), &g->err);
	kit_ok(nk_op_carry_open(kit_env(), NULL, &req, g->t.arena, &opened, &g->err), &g->err);
	(void)snprintf(name, sizeof(name), "%s/list.csv", g->dir);
	assert_int_equal(unlink(name), 0);
	if (received) {
		kit_ok(nk_op_carry_receipt(g->t.flow, nk_str_bytes(opened.receipt), g->t.arena, &holding, &g->err), &g->err);
	}
	return warrant;
}

static void gone_is_verified_only_by_who_judges_here_and_where_the_receipt_says(void **state)
{
	NK_OWNED(going_done) struct going g = { 0 };
	struct nk_party_request clerk = { .name = NK_STR("事務 係"), .roles = NK_STR("clerk") };
	struct nk_party_request receives = { .name = NK_STR("受取 係"), .roles = NK_STR("contractor") };
	const char *said = NULL;
	char other[300];
	struct nk_key by_clerk;
	struct nk_key recipient;
	struct nk_uuid id;

	(void)state;
	begin(&g, SETTINGS);
	(void)snprintf(other, sizeof(other), "%s/other", g.t.tmp.dir);
	kit_ok(kit_env()->mkdir(kit_env()->self, other, &g.err), &g.err);
	kit_ok(ft_enrol(&g.t, &clerk, &by_clerk, &id, &g.err), &g.err);
	kit_ok(ft_enrol(&g.t, &receives, &recipient, &id, &g.err), &g.err);
	said = ended_by(&g, outside(&g, true), g.dir, &by_clerk).why;
	assert_non_null(strstr(said, "does not judge"));
	said = ended_by(&g, outside(&g, false), g.dir, &g.t.officer).why;
	assert_non_null(strstr(said, "no receipt"));
	said = ended_by(&g, outside(&g, true), other, &g.t.officer).why;
	assert_non_null(strstr(said, "another place"));
	assert_int_equal(ft_count(g.t.flow, "SELECT count(*) FROM holding WHERE kind = 'bundle' AND gone = 'unverified'"), 3);
	const struct nk_uuid warrant = outside(&g, true);

	run_sql(&g, "INSERT INTO reach(holding_id, party_id, from_at) SELECT h.id, p.id, 1 FROM holding h, party p WHERE h.kind = 'bundle' "
		    "AND h.closed_at IS NULL AND p.roles = ?1", NK_STR("contractor"));
	said = ended_by(&g, warrant, g.dir, &recipient).why; /* it judges, but it is who received it */
	assert_non_null(strstr(said, "received it"));
	assert_null(ended_by(&g, outside(&g, true), g.dir, &g.t.officer).why);
	assert_int_equal(ft_count(g.t.flow, "SELECT count(*) FROM holding WHERE kind = 'bundle' AND gone = 'verified'"), 1);
}

static void a_bundle_that_no_enrolled_site_signed_or_that_stays_too_long_is_not_put_on_the_books(void **state)
{
	NK_OWNED(going_done) struct going g = { 0 };
	struct nk_carry_manifest m;
	struct nk_carry_opened opened;
	char name[400];

	(void)state;
	begin(&g, SETTINGS);
	kit_ok(seal(&g, signed_request(&g)), &g.err);
	const size_t refused = ft_leaves(g.t.flow, "refused");

	g.t.flow->key[NK_HOUSE_CERT]->b[0] ^= 1; /* another house, which does not know the one that sealed it */
	kit_fails(open_in(&g, &opened), NK_DENIED);
	g.t.flow->key[NK_HOUSE_CERT]->b[0] ^= 1;
	(void)snprintf(name, sizeof(name), "%s/list.csv", g.dir);
	assert_false(is_there(name));
	assert_int_equal(ft_leaves(g.t.flow, "refused"), refused + 1);
	assert_int_equal(ft_count(g.t.flow, "SELECT count(*) FROM holding WHERE kind = 'carried_in'"), 0);
	memset(&m, 0, sizeof(m));
	m.until = NK_STR("2099-01-01T00:00:00.000Z");
	kit_ok(nk_carry_manifest_sign(g.t.flow, &m, &g.err), &g.err);
	kit_ok(nk_carry_manifest_of(g.t.flow, &m, &g.err), &g.err);
	m.until = NK_STR("2098-01-01T00:00:00.000Z"); /* one changed byte is another manifest */
	kit_fails(nk_carry_manifest_of(g.t.flow, &m, &g.err), NK_DENIED);
	g.t.flow->config->carry_days = 3;
	kit_fails(open_in(&g, &opened), NK_DENIED);
	assert_false(is_there(name));
	g.t.flow->config->carry_days = 366;
	kit_ok(open_in(&g, &opened), &g.err);
}

/* --- known by the bytes --- */

static void a_folder_that_was_carried_in_hides_nothing_but_its_own_files(void **state)
{
	NK_OWNED(going_done) struct going g = { 0 };
	struct nk_carry_opened opened;
	struct nk_sweep_reply r;
	char name[400];
	char text[128];

	(void)state;
	begin(&g, SETTINGS);
	kit_ok(seal(&g, signed_request(&g)), &g.err);
	kit_ok(open_in(&g, &opened), &g.err);
	r = sweep(&g);
	assert_true(r.clean);
	assert_true(r.inside > 0);
	somebody(text, 6);
	(void)snprintf(name, sizeof(name), "%s/more.csv", g.dir);
	write_in_place(name, text);
	r = sweep(&g);
	assert_int_equal(r.n_suspects, 1);
	assert_false(r.suspects[0].changed);
	assert_int_equal(unlink(name), 0);
	(void)snprintf(name, sizeof(name), "%s/copy.csv", g.dir); /* the very bytes, but a copy that nobody wrote down */
	somebody(text, 5);
	write_in_place(name, text);
	assert_int_equal(sweep(&g).n_suspects, 1);
	assert_int_equal(unlink(name), 0);
	(void)snprintf(name, sizeof(name), "%s/list.csv", g.dir);
	somebody(text, 7);
	write_in_place(name, text);
	r = sweep(&g);
	assert_int_equal(r.n_suspects, 1);
	assert_true(r.suspects[0].changed);
	somebody(text, 5);
	write_in_place(name, text);
	assert_true(sweep(&g).clean);
}

/* --- not to be read in the store --- */

static bool store_has(struct going *g, const char *text)
{
	static const char *const files[] = { "store/nokosazu.db", "store/nokosazu.db-wal" };
	bool found = false;

	for (size_t i = 0; i < NK_ARRAY_LEN(files); i++) {
		struct nk_buf b = { 0 };
		struct nk_err err = { 0 };
		char path[300];

		(void)snprintf(path, sizeof(path), "%s/%s", g->t.home, files[i]);
		nk_buf_init(&b, 64 << 20);
		if (nk_ok(nk_env_read_all(kit_env(), path, b.max, &b, &err))) {
			found = found || nk_str_find(nk_buf_str(&b), nk_str_c(text)) != SIZE_MAX;
		}
		nk_buf_done(&b);
	}
	return found;
}

static bool listed_at(struct going *g, const char *path)
{
	struct nk_holding_row *rows = NULL;
	size_t n = 0;

	kit_ok(nk_op_holding_list(g->t.flow, false, g->t.arena, &rows, &n, &g->err), &g->err);
	for (size_t i = 0; i < n; i++) {
		if (nk_str_eq(rows[i].place, nk_str_c(path))) {
			return true;
		}
	}
	return false;
}

static void a_place_stands_nowhere_in_the_store_and_is_told_to_who_may_see(void **state)
{
	NK_OWNED(going_done) struct going g = { 0 };

	(void)state;
	begin(&g, SETTINGS);
	(void)snprintf(g.out, sizeof(g.out), "%s/架空花子あて.age", g.t.tmp.dir);
	kit_ok(seal(&g, signed_request(&g)), &g.err);
	assert_true(listed_at(&g, g.out));
	ft_close(&g.t);
	assert_false(store_has(&g, "架空花子あて"));
}

static void places_of_before_are_sealed_at_the_first_opening_and_leave_the_pages(void **state)
{
	NK_OWNED(going_done) struct going g = { 0 };

	(void)state;
	begin(&g, SETTINGS);
	kit_ok(seal(&g, signed_request(&g)), &g.err);
	run_sql(&g, "UPDATE holding SET place = ?1, place_box = NULL WHERE kind = 'bundle'", nk_str_c(g.out));
	run_sql(&g, "DELETE FROM holding_file WHERE ?1 <> ''", NK_STR("x"));
	ft_close(&g.t);
	assert_true(store_has(&g, "bundle.age"));
	ft_open(&g.t);
	assert_int_equal(ft_leaves(g.t.flow, "upgrade"), 1);
	assert_int_equal(ft_count(g.t.flow, "SELECT count(*) FROM holding_file"), 1); /* the file it named exactly */
	assert_true(listed_at(&g, g.out));
	ft_close(&g.t);
	assert_false(store_has(&g, "bundle.age"));
	ft_open(&g.t);
	assert_int_equal(ft_leaves(g.t.flow, "upgrade"), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_superior_signs_whatever_the_configuration_says),
		cmocka_unit_test(who_signs_is_shown_the_bytes_that_were_read_and_no_later_ones),
		cmocka_unit_test(what_is_sealed_are_the_signed_bytes_whatever_lies_there_by_then),
		cmocka_unit_test(what_does_not_fit_into_memory_does_not_leave_and_is_told_what_to_do),
		cmocka_unit_test(a_file_that_is_changed_through_a_mapping_leaves_as_it_was_looked_through),
		cmocka_unit_test(gone_is_verified_only_by_who_judges_here_and_where_the_receipt_says),
		cmocka_unit_test(a_bundle_that_no_enrolled_site_signed_or_that_stays_too_long_is_not_put_on_the_books),
		cmocka_unit_test(what_is_no_plain_file_does_not_leave_and_each_try_is_written_down),
		cmocka_unit_test(another_file_under_the_signed_name_is_refused_whatever_it_is),
		cmocka_unit_test(a_bundle_that_was_exchanged_is_noticed_and_the_other_file_left_alone),
		cmocka_unit_test(a_folder_that_was_carried_in_hides_nothing_but_its_own_files),
		cmocka_unit_test(a_place_stands_nowhere_in_the_store_and_is_told_to_who_may_see),
		cmocka_unit_test(places_of_before_are_sealed_at_the_first_opening_and_leave_the_pages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
