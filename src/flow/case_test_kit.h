/*
 * case_test_kit.h: a doubt in a test's installation, the people around it, and looks at what stands there.
 */
#ifndef NK_CASE_TEST_KIT_H
#define NK_CASE_TEST_KIT_H

#include "case_int.h"
#include "flow_test_kit.h"

struct who {
	struct nk_key seed;
	struct nk_uuid id;
};

static inline struct who enrol(struct ft *t, const char *roles)
{
	struct who w;
	struct nk_party_request req = { .name = NK_STR("仮の 係"), .roles = nk_str_c(roles) };
	struct nk_err err = { 0 };

	kit_ok(ft_enrol(t, &req, &w.seed, &w.id, &err), &err);
	return w;
}

static inline struct nk_suspect_reply doubt(struct ft *t)
{
	const struct nk_suspect_request req = { .text = NK_STR("見知らぬ端末から閲覧されたかもしれない") };
	struct nk_suspect_reply out;
	struct nk_err err = { 0 };

	kit_ok(nk_op_suspect(t->flow, &req, &out, &err), &err);
	return out;
}

static inline struct nk_case_view shown(struct ft *t, const char *ref)
{
	struct nk_case_view v;
	struct nk_err err = { 0 };

	kit_ok(nk_op_case_show(t->flow, nk_str_c(ref), t->arena, &v, &err), &err);
	return v;
}

/* duty: the open one of that kind, else the last; due_at 0: none. */
static inline struct nk_case_duty duty(const struct nk_case_view *v, const char *kind)
{
	struct nk_case_duty found = { .due_at = 0 };

	for (size_t i = 0; i < v->n_duties; i++) {
		if (nk_str_eq(v->duties[i].kind, nk_str_c(kind)) && (found.due_at == 0 || v->duties[i].closed_at == 0)) {
			found = v->duties[i];
		}
	}
	return found;
}

static inline nk_rc attend(struct ft *t, const char *ref, const char *role, const struct who *w, bool *quorate)
{
	return nk_op_case_attend(t->flow, nk_str_c(ref), nk_str_c(role), &w->seed, quorate, NULL);
}

static inline nk_rc decide(struct ft *t, const char *ref, const struct who *w)
{
	const struct nk_case_decision req = {
		.ref = nk_str_c(ref), .text = NK_STR("端末を切り離す"), .seed = &w->seed
	};
	struct nk_uuid warrant;

	return nk_op_case_decide(t->flow, &req, &warrant, NULL);
}

static inline nk_rc dismiss(struct ft *t, const char *ref, const char *reason, const struct who *w, struct nk_err *err)
{
	const struct nk_case_dismiss_request req = { .ref = nk_str_c(ref), .reason = nk_str_c(reason), .seed = &w->seed };

	return nk_op_case_dismiss(t->flow, &req, err);
}

static inline struct nk_uuid a_copy(struct ft *t, uint32_t first, size_t n)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	const struct nk_holding h = { .kind = NK_HOLDING_terminal,
		.place = NK_STR("pc-7"),
		.custodian = t->flow->actor,
		.purpose = NK_STR("test"),
		.warrant = t->flow->standing_order,
		.opened_at = nk_now(t->flow->env),
		.expires_at = nk_now(t->flow->env) + 90 * NK_DAY };
	struct nk_uuid id;
	struct nk_err err = { 0 };
	uint32_t numbers[2000];

	for (size_t i = 0; i < n; i++) {
		numbers[i] = first + (uint32_t)i;
	}
	kit_ok(nk_tx_begin(t->flow->store, &tx, &err), &err);
	kit_ok(nk_holding_open(tx, t->flow->key[NK_HOUSE_LOG], &h, &id, &err), &err);
	kit_ok(nk_extent_add(tx, id, NK_ITEM_name, numbers, n, &err), &err);
	kit_ok(nk_extent_add(tx, id, NK_ITEM_mail, numbers, n / 2, &err), &err);
	kit_ok(nk_flow_leaf(t->flow, tx, NK_LEAF_HOLDING_OPEN, NULL, 0, NULL, &err), &err);
	kit_ok(nk_flow_commit(t->flow, &tx, &err), &err);
	return id;
}

static inline void link_copy(struct ft *t, const char *ref, struct nk_uuid id, const char *harm)
{
	const struct nk_case_hold_request req = { .ref = nk_str_c(ref), .holding = id, .harm = nk_str_c(harm) };
	struct nk_err err = { 0 };

	kit_ok(nk_op_case_hold(t->flow, &req, &err), &err);
}

static inline nk_rc classify(struct ft *t, const char *ref, const char *classes, const struct who *w)
{
	const struct nk_case_class_request req = { .ref = nk_str_c(ref),
		.classes = nk_str_c(classes),
		.because = NK_STR("調べた"),
		.seed = w != NULL ? &w->seed : NULL };

	return nk_op_case_classify(t->flow, &req, NULL);
}

static inline void sql(struct ft *t, const char *text)
{
	NK_OWNED(nk_tx_end) struct nk_tx *tx = NULL;
	NK_OWNED(nk_stmt_put) struct nk_stmt *s = NULL;
	struct nk_err err = { 0 };

	kit_ok(nk_tx_begin(t->flow->store, &tx, &err), &err);
	kit_ok(nk_stmt_get(t->flow->store, text, &s, &err), &err);
	kit_ok(nk_stmt_run(s, &err), &err);
	nk_stmt_put(&s);
	kit_ok(nk_flow_leaf(t->flow, tx, NK_LEAF_CASE, NULL, 0, NULL, &err), &err);
	kit_ok(nk_flow_commit(t->flow, &tx, &err), &err);
}

static inline void begin(struct ft *t)
{
	ft_new(t, NULL);
	ft_open(t);
}

#endif
