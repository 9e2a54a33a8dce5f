/*
 * merge_test_kit.h: two records of one person in an installation of a test: orders, merge, split, what is shown.
 */
#ifndef NK_MERGE_TEST_KIT_H
#define NK_MERGE_TEST_KIT_H

#include "backup_test_kit.h"
#include "flow_duty.h"
#include "flow_person.h"
#include "flow_year.h"

/* Pupils A and B are those who leave in ft_roster(2); C stays. */
enum { A = 2, B = 3, C = 7 };

static inline uint32_t mt_number(struct ft *t, unsigned i)
{
	return ft_person(t->flow, i)->number;
}

static inline struct nk_uuid mt_id_of(struct ft *t, unsigned i)
{
	return ft_person(t->flow, i)->id;
}

static inline struct nk_str mt_login(unsigned i)
{
	static char text[4][16];
	static unsigned at;

	at = (at + 1) % 4;
	return ft_login(i, text[at]);
}

static inline void mt_enrol(struct ft *t)
{
	struct nk_party_request req = { .name = NK_STR("承認 係"), .roles = NK_STR("officer") };
	struct nk_key seed;
	struct nk_uuid id;
	struct nk_err err = { 0 };

	kit_ok(ft_enrol(t, &req, &seed, &id, &err), &err);
}

static inline struct nk_uuid mt_order(struct ft *t, const char *verb, struct nk_str scope)
{
	const struct nk_warrant_request req = { .kind = NK_STR("order"),
		.verbs = nk_str_c(verb),
		.scope = scope,
		.purpose = NK_STR("名寄せ"),
		.until_at = kit_env()->now(kit_env()->self) + 3 * NK_DAY,
		.uses = 1 };
	struct nk_err err = { 0 };
	struct nk_uuid id;

	kit_ok(nk_op_warrant_request(t->flow, &req, &id, &err), &err);
	kit_ok(ft_sign(t, id, &err), &err);
	return id;
}

/* With the order that the dry run names. */
static inline nk_rc mt_act(struct ft *t, struct nk_merge_request req, struct nk_merge_reply *out, struct nk_err *err)
{
	req.dry_run = true;
	NK_TRY(nk_op_merge(t->flow, &req, t->arena, out, err));
	req.dry_run = false;
	req.warrant = mt_order(t, req.split ? "SPLIT" : "MERGE", out->scope);
	return nk_op_merge(t->flow, &req, t->arena, out, err);
}

static inline nk_rc mt_merge_rc(struct ft *t, unsigned a, unsigned b, struct nk_err *err)
{
	struct nk_merge_reply out;

	return mt_act(t, (struct nk_merge_request){ .a = mt_login(a), .b = mt_login(b) }, &out, err);
}

static inline nk_rc mt_split_rc(struct ft *t, unsigned b, struct nk_err *err)
{
	struct nk_merge_reply out;

	return mt_act(t, (struct nk_merge_request){ .b = mt_login(b), .split = true }, &out, err);
}

static inline void mt_merge(struct ft *t, unsigned a, unsigned b)
{
	struct nk_err err = { 0 };

	kit_ok(mt_merge_rc(t, a, b, &err), &err);
}

/* Everybody is there, and there is an officer. */
static inline void mt_begin(struct ft *t)
{
	ft_new(t, NULL);
	ft_open(t);
	assert_int_equal(ft_import(t, 0).outcome, NK_IMPORT_DONE);
	mt_enrol(t);
}

static inline struct nk_person_row mt_shown(struct ft *t, struct nk_str key)
{
	struct nk_person_row row;
	struct nk_err err = { 0 };

	kit_ok(nk_op_person_show(t->flow, key, t->arena, &row, &err), &err);
	return row;
}

#endif
