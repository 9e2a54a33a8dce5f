/*
 * model_test.c: random operations from a seed against a model of a few lines: after each step both say the same.
 *
 * The model knows of each pupil: in the file or not, here, left since when, held, erased. Whatever the product does to
 * get there, its people, its vault, its ledger and its files have to agree with that (I1, I7, I8, I12). $NK_SEED replays
 * one seed, printed on failure; $NK_MODEL_STEPS makes it longer (tests/meson.build: the suite torture).
 */
#include "base.h"

#include <cmocka.h>

#include "flow_case.h"
#include "flow_test_kit.h"

enum { STEPS = 60, SEEDS = 3, GRACE = 5, ACTS = 9 };

enum fate { NOT_YET, HERE, LEFT, ERASED };

struct pupil {
	enum fate fate;
	nk_date delete_on;
	bool held;
	struct nk_slot slot;
};

struct model {
	struct ft t;
	uint64_t chance;
	uint64_t step;
	struct pupil pupil[FT_PUPILS]; /* from 2 on; the first two are in every file */
	size_t erased, doubts, leaves;
	const char *act;
	char seed[24];
};

static const char settings[] =
	"[people]\ngrace_days = 5\n\n[guard]\ncell_percent = 100\ncell_season_percent = 100\nscheme_percent = 100\n"
	"scheme_season_percent = 100\nleave_percent = 100\nleave_number = 1000\nseason_percent = 100\nsmall_percent = 100\n"
	"least_percent = 1\nleast_season_percent = 1\ngraduates = no\nname_percent = 100\nentry_percent = 100\n"
	"erase_percent = 100\nerase_number = 1000\nerase_season_percent = 100\n\n[sweep]\ntemp = none\n";

static uint64_t dice(struct model *m, uint64_t sides)
{
	uint64_t z = (m->chance += UINT64_C(0x9e3779b97f4a7c15));

	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return (z >> 33) % sides;
}

static nk_date today(void)
{
	return nk_time_day(nk_now(kit_env()), 9 * 60);
}

#define same(m, got, want)                                                                                       \
	do {                                                                                                     \
		const uint64_t got_ = nk_u64((int64_t)(got));                                                     \
		const uint64_t want_ = nk_u64((int64_t)(want));                                                   \
		if (got_ != want_) {                                                                              \
			fail_msg("NK_SEED=%s step %llu (%s): %s is %llu, the model says %llu", (m)->seed,         \
				(unsigned long long)(m)->step, (m)->act, #got, (unsigned long long)got_,          \
				(unsigned long long)want_);                                                       \
		}                                                                                                 \
	} while (0)

/* The acts ------------------------------------------------------------------------------------------------------------ */
/* A file without some who are here and with some who left or never were; nobody who was erased comes back. */
static void import(struct model *m)
{
	struct kit_pack p = kit_pack();
	struct kit_zip z;
	struct nk_import_request req = { .fd = -1, .label = NK_STR("r.zip"), .source = NK_STR("main") };
	struct nk_import_reply out;
	struct nk_bytes zip;
	struct nk_err err = { 0 };
	size_t in = 0;
	size_t left = 0;

	for (unsigned i = 2; i < FT_PUPILS; i++) {
		struct pupil *const u = &m->pupil[i];
		const bool listed = u->fate != ERASED && (u->fate == HERE ? dice(m, 6) > 0 : dice(m, 3) == 0);

		if (listed) {
			ft_pupil_(&p, i);
			in++;
		}
		left += u->fate == HERE && !listed ? 1 : 0;
		if (u->fate == HERE && !listed) {
			u->delete_on = today() + GRACE;
		}
		u->fate = listed ? HERE : u->fate == HERE ? LEFT : u->fate;
	}
	kit_pack_zip(&p, &z);
	zip = kit_zip_end(&z);
	req.size = zip.len;
	kit_ok(nk_os_memfd("kit", &req.fd, &err), &err);
	kit_ok(nk_os_fd_write(req.fd, zip.ptr, zip.len, &err), &err);
	kit_ok(nk_op_import(m->t.flow, &req, m->t.arena, &out, &err), &err);
	same(m, out.outcome == NK_IMPORT_DONE || out.outcome == NK_IMPORT_SAME, true);
	same(m, out.persons, in + 3);
	same(m, out.left, left);
	nk_os_fd_close(&req.fd);
	kit_zip_done(&z);
	kit_pack_done(&p);
}

static bool due(const struct pupil *u)
{
	return u->fate == LEFT && !u->held && today() >= u->delete_on;
}

static void erase(struct model *m, bool cancel)
{
	const struct nk_plan_erase_request req = { .even_if_not_due = false };
	struct nk_plan_reply plan;
	struct nk_apply_reply out;
	struct nk_err err = { 0 };
	size_t n = 0;

	for (unsigned i = 2; i < FT_PUPILS; i++) {
		n += due(&m->pupil[i]) ? 1 : 0;
	}
	kit_ok(nk_op_plan_erase(m->t.flow, &req, m->t.arena, &plan, &err), &err);
	same(m, plan.n_lines, n);
	if (n == 0) {
		return;
	}
	if (cancel) {
		kit_ok(nk_op_cancel(m->t.flow, nk_str_c(plan.hash), &err), &err);
		same(m, ft_apply_rc(m->t.flow, m->t.arena, plan.hash, &out, &err).code == NK_OK, false);
		return;
	}
	kit_ok(ft_apply_rc(m->t.flow, m->t.arena, plan.hash, &out, &err), &err);
	same(m, out.erased, n);
	for (unsigned i = 2; i < FT_PUPILS; i++) {
		m->pupil[i].fate = due(&m->pupil[i]) ? ERASED : m->pupil[i].fate;
	}
	m->erased += n;
}

/* A hold keeps whoever is here or has left; of who was erased nothing can be held. */
static void hold(struct model *m)
{
	const unsigned i = 2 + (unsigned)dice(m, FT_PUPILS - 2);
	struct pupil *const u = &m->pupil[i];
	struct nk_err err = { 0 };
	char login[16];
	const nk_rc rc = nk_op_person_hold(m->t.flow, ft_login(i, login), !u->held, &err);

	same(m, nk_ok(rc), u->fate == HERE || u->fate == LEFT);
	u->held = nk_ok(rc) ? !u->held : u->held;
}

static void doubt(struct model *m)
{
	const struct nk_suspect_request req = { .text = NK_STR("何かがおかしい") };
	struct nk_suspect_reply out;
	struct nk_err err = { 0 };

	kit_ok(nk_op_suspect(m->t.flow, &req, &out, &err), &err);
	m->doubts++;
}

static void rotate(struct model *m)
{
	struct nk_vault_reply out;
	struct nk_err err = { 0 };

	kit_ok(nk_op_vault_rotate(m->t.flow, &out, &err), &err);
}

static void act(struct model *m)
{
	static const char *const names[ACTS] = { "import", "import", "days", "days", "erase", "cancel", "hold", "doubt", "rotate" };
	const uint64_t which = dice(m, ACTS);

	m->act = names[which];
	switch (which) {
	case 0:
	case 1:
		import(m);
		return;
	case 2:
	case 3:
		kit_clock_move((nk_time)dice(m, 4) * NK_DAY);
		return;
	case 4:
	case 5:
		erase(m, which == 5);
		return;
	case 6:
		hold(m);
		return;
	case 7:
		doubt(m);
		return;
	default:
		rotate(m);
	}
}

/* The looks ------------------------------------------------------------------------------------------------------------ */
static void look_at_pupil(struct model *m, unsigned i)
{
	struct pupil *const u = &m->pupil[i];
	const struct nk_person *const p = ft_person(m->t.flow, i);

	same(m, p != NULL, u->fate == HERE || u->fate == LEFT);
	if (p == NULL) {
		if (u->fate == ERASED) {
			same(m, ft_key(m->t.flow, u->slot), NK_GONE);
		}
		return;
	}
	same(m, p->state == NK_PERSON_ACTIVE || p->state == NK_PERSON_PLANNED, u->fate == HERE);
	if (u->fate == LEFT) {
		same(m, p->delete_on, u->delete_on);
	}
	u->slot = p->slot;
	same(m, ft_key(m->t.flow, u->slot), NK_OK);
}

static nk_rc add_up(void *arg, enum nk_slot_kind kind, struct nk_slot slot, struct nk_err *err)
{
	(void)kind;
	(void)slot;
	(void)err;
	*(size_t *)arg += 1;
	return nk_done();
}

static void look(struct model *m)
{
	struct nk_err err = { 0 };
	size_t in_vault = 0;
	size_t in_store = 0;
	size_t leaves = 0;

	for (unsigned i = 2; i < FT_PUPILS; i++) {
		look_at_pupil(m, i);
	}
	kit_ok(nk_vault_each(m->t.flow->vault, add_up, &in_vault, &err), &err);
	kit_ok(nk_people_each_slot(m->t.flow->store, add_up, &in_store, &err), &err);
	same(m, in_vault, in_store);
	same(m, ft_leaves(m->t.flow, "key_destroyed"), m->erased);
	same(m, ft_leaves(m->t.flow, "erase_done"), m->erased);
	same(m, ft_leaves(m->t.flow, "suspect"), m->doubts);
	same(m, ft_count(m->t.flow, "SELECT count(*) FROM person WHERE record IS NULL"), m->erased);
	leaves = nk_size(nk_u64(ft_count(m->t.flow, "SELECT count(*) FROM leaf")));
	same(m, leaves >= m->leaves, true);
	m->leaves = leaves;
	kit_ok(nk_store_check(m->t.flow->store, &err), &err);
}

/* Nobody's name, login or mail in any byte of the installation. */
static nk_rc no_name(void *arg, const char *path, struct nk_err *err)
{
	struct model *const m = arg;
	char whole[700];
	struct nk_bytes bytes;

	(void)err;
	(void)snprintf(whole, sizeof(whole), "%s/%s", m->t.home, path);
	bytes = ft_read(&m->t, whole);
	for (unsigned i = 2; i < FT_PUPILS; i++) {
		char name[64];
		char login[16];

		(void)snprintf(name, sizeof(name), "%s%s", ft_family(i), ft_given(i));
		same(m, nk_str_find(nk_bytes_str(bytes), nk_str_c(name)) == SIZE_MAX, true);
		same(m, nk_str_find(nk_bytes_str(bytes), ft_login(i, login)) == SIZE_MAX, true);
	}
	return nk_done();
}

static uint64_t number_of(const char *name, uint64_t otherwise)
{
	const char *const given = getenv(name);
	uint64_t n = 0;

	return given != NULL && nk_parse_u64(nk_str_c(given), 1, UINT64_MAX / 2, &n) ? n : otherwise;
}

static void play(uint64_t seed, uint64_t steps)
{
	struct model *const m = calloc(1, sizeof(*m));
	struct nk_err err = { 0 };

	assert_non_null(m);
	(void)snprintf(m->seed, sizeof(m->seed), "%llu", (unsigned long long)seed);
	m->chance = seed;
	kit_seed(seed);
	ft_new(&m->t, settings);
	ft_open(&m->t);
	for (m->step = 1; m->step <= steps; m->step++) {
		act(m);
		if (dice(m, 5) == 0) {
			ft_reopen(&m->t);
		}
		look(m);
		nk_arena_reset(m->t.arena);
	}
	ft_close(&m->t);
	m->act = "bytes";
	kit_ok(nk_os_tree_each(m->t.home, no_name, m, &err), &err);
	ft_healthy(&m->t);
	print_message("# seed %s: %llu steps, %zu erased, %zu doubts, %zu leaves\n", m->seed, (unsigned long long)steps, m->erased,
		m->doubts, m->leaves);
	ft_done(&m->t);
	free(m);
}

static void random_operations_do_what_the_model_says(void **state)
{
	const uint64_t given = number_of("NK_SEED", 0);
	const uint64_t steps = number_of("NK_MODEL_STEPS", STEPS);

	(void)state;
	if (given > 0) {
		play(given, steps);
		return;
	}
	for (uint64_t s = 1; s <= SEEDS; s++) {
		play(s * UINT64_C(7919) + 11, steps);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_operations_do_what_the_model_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
