/*
 * training_test_kit.h: a school with an officer, a superior and an auditor, a procedure "carry", and its test.
 */
#ifndef NK_TRAINING_TEST_KIT_H
#define NK_TRAINING_TEST_KIT_H

#include "flow_test_kit.h"
#include "flow_warrant.h"
#include "training_int.h"

#define TEXT_1 "# 持ち出し\n## 1 目的\n### 1.1 目的\n本文\n"
#define TEXT_2 "# 持ち出し\n## 1 目的\n### 1.1 目的\n改めた本文\n"

struct human {
	struct nk_key seed;
	struct nk_uuid id;
};

struct school {
	struct ft t;
	struct human officer, superior, auditor;
	struct nk_err err;
};

static inline const struct nk_training_who *by(const struct nk_key *seed)
{
	static struct nk_training_who who;

	who = (struct nk_training_who){ .seed = seed };
	return &who;
}

static inline void school_done(struct school *s)
{
	ft_done(&s->t);
}

static inline struct human enrol(struct school *s, const char *roles)
{
	struct nk_party_request req = { .name = NK_STR("係 員"), .roles = nk_str_c(roles) };
	struct human h;

	kit_ok(ft_enrol(&s->t, &req, &h.seed, &h.id, &s->err), &s->err);
	return h;
}

static inline void open_school(struct school *s, const char *settings)
{
	ft_new(&s->t, settings);
	ft_open(&s->t);
	/* The officer last: from then on he signs for everybody who judges, and may need a test for it. */
	s->superior = enrol(s, "superior");
	s->auditor = enrol(s, "auditor");
	s->officer = enrol(s, "officer");
}

static inline struct nk_procedure_request revision(const char *text, nk_date effective)
{
	return (struct nk_procedure_request){ .name = NK_STR("carry"),
		.title = NK_STR("持ち出し手順"),
		.concerns = NK_STR("officer,superior,operator"),
		.text = nk_str_bytes(nk_str_c(text)),
		.effective = effective };
}

static inline nk_rc sign(struct school *s, struct nk_uuid warrant, const struct human *who, const char *role)
{
	const struct nk_warrant_judge_request req = {
		.id = warrant, .step = NK_STR("sign"), .role = nk_str_c(role), .seed = &who->seed
	};

	return nk_op_warrant_judge(s->t.flow, &req, &s->err);
}

/* Proposed, signed by whom the configuration names, put in force today. */
static inline struct nk_procedure_reply put(struct school *s, const char *text)
{
	struct nk_procedure_request req = revision(text, nk_flow_today(s->t.flow));
	struct nk_procedure_reply out;

	kit_ok(nk_op_procedure_propose(s->t.flow, &req, &out, &s->err), &s->err);
	req.warrant = out.warrant;
	kit_ok(sign(s, req.warrant, &s->officer, "officer"), &s->err);
	kit_ok(nk_op_procedure_add(s->t.flow, &req, &out, &s->err), &s->err);
	return out;
}

/* A set of so many questions tied to this revision, brought twice; signed for in between, or not. */
static inline nk_rc bring(struct school *s, uint32_t number, const char *digest, unsigned questions, bool signs)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	struct nk_training_set set;

	nk_buf_init(&b, 1 << 16);
	kit_ok(nk_buf_printf(&b, &s->err, "nokosazu-questions v1\nset carry\ntitle 試験\nprocedure carry@%u %s\n", number,
		       digest),
		&s->err);
	for (unsigned i = 0; i < questions; i++) {
		kit_ok(nk_buf_printf(&b, &s->err, "? q-%u 問い\n- 甲\n- 乙\n+ 丙\n- 丁\n! carry#1.1 理由\n", i), &s->err);
	}
	NK_TRY(nk_op_training_set(s->t.flow, nk_buf_bytes(&b), s->t.arena, &set, &s->err));
	assert_true(set.waits);
	if (!signs) {
		return nk_op_training_set(s->t.flow, nk_buf_bytes(&b), s->t.arena, &set, &s->err);
	}
	kit_ok(sign(s, set.warrant, &s->officer, "officer"), &s->err);
	return nk_op_training_set(s->t.flow, nk_buf_bytes(&b), s->t.arena, &set, &s->err);
}

static inline nk_rc bring_set(struct school *s, uint32_t number, const char *digest)
{
	return bring(s, number, digest, 5, true);
}

static inline struct nk_training_result take(struct school *s, const struct human *who, unsigned wrong)
{
	struct nk_training_paper *papers = NULL;
	struct nk_training_result r;
	size_t n = 0;

	kit_ok(nk_op_training_papers(s->t.flow, by(who != NULL ? &who->seed : NULL), NK_STR("carry"), s->t.arena, &papers, &n,
		       &s->err),
		&s->err);
	assert_int_equal(n, 1);
	for (size_t i = 0; i < papers[0].n; i++) {
		struct nk_training_item *const item = &papers[0].items[i];

		assert_int_equal(item->right, 0); /* not given away */
		for (unsigned k = 0; k < NK_TRAINING_CHOICES; k++) {
			if (nk_str_eq(item->choices[k], NK_STR("丙")) == (i >= wrong)) {
				item->answer = k + 1;
			}
		}
	}
	kit_ok(nk_op_training_mark(
		       s->t.flow, &papers[0], by(who != NULL ? &who->seed : NULL), s->t.arena, &r, &s->err),
		&s->err);
	assert_int_equal(r.right, papers[0].n - wrong);
	assert_true(papers[0].items[0].right != 0);
	return r;
}

static inline const char *state_of(struct school *s, struct nk_uuid who)
{
	struct nk_training_reply r;

	kit_ok(nk_op_training_list(s->t.flow, s->t.arena, &r, &s->err), &s->err);
	for (size_t i = 0; i < r.n; i++) {
		if (nk_uuid_eq(r.rows[i].party, who)) {
			return r.rows[i].state;
		}
	}
	return "";
}

static inline bool trained(struct school *s, struct nk_uuid who)
{
	bool ok = false;

	kit_ok(nk_trained(s->t.flow, who, NK_STR("carry"), &ok, &s->err), &s->err);
	return ok;
}

static inline int64_t duties(struct school *s)
{
	return ft_count(s->t.flow,
		"SELECT COUNT(*) FROM duty WHERE closed_at IS NULL AND kind IN ('read-procedure', 'training-test')");
}

#endif
