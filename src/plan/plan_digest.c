/*
 * plan_digest.c: digests of steps, the hash of a plan, and the plan made again against the approved one.
 *
 * Invariant: a digest covers everything that a step will do, old values too, and no more than that: not the entry's
 * version, not the anchor where the step is not about an entry that exists. So the same step made again after a crash
 * has the same digest. Under the plan's random bytes nobody can guess a step from its digest.
 */
#include "base.h"

#include "plan_int.h"

enum { STEP_MAX = 64 << 20 };

static NK_RESULT add_str(struct nk_buf *b, struct nk_str s, struct nk_err *err)
{
	NK_TRY(nk_buf_add_le64(b, s.len, err));
	return nk_buf_add_str(b, s, err);
}

static NK_RESULT add_attr(struct nk_buf *b, const struct nk_attr *a, struct nk_err *err)
{
	NK_TRY(add_str(b, a->name, err));
	NK_TRY(nk_buf_add_le64(b, a->n, err));
	for (size_t i = 0; i < a->n; i++) {
		NK_TRY(add_str(b, a->values[i], err));
	}
	return nk_done();
}

static bool anchored(const struct nk_step *s)
{
	return s->kind != NK_STEP_ADD && s->kind != NK_STEP_MEMBER_ADD && s->kind != NK_STEP_MEMBER_REMOVE;
}

static NK_RESULT write_step(struct nk_buf *b, const struct nk_step *s, struct nk_err *err)
{
	NK_TRY(nk_buf_add_byte(b, (uint8_t)s->kind, err));
	NK_TRY(nk_buf_add_byte(b, (uint8_t)s->object_kind, err));
	NK_TRY(nk_buf_add(b, s->object.b, sizeof(s->object.b), err));
	NK_TRY(add_str(b, s->key, err));
	NK_TRY(add_str(b, s->new_key, err));
	NK_TRY(add_str(b, anchored(s) ? s->anchor : (struct nk_str){ 0 }, err));
	NK_TRY(add_str(b, s->value, err));
	NK_TRY(nk_buf_add_le64(b, s->n_attrs, err));
	for (size_t i = 0; i < s->n_attrs; i++) {
		NK_TRY(add_attr(b, &s->attrs[i], err));
	}
	NK_TRY(nk_buf_add_le64(b, s->n_mods, err));
	for (size_t i = 0; i < s->n_mods; i++) {
		NK_TRY(nk_buf_add_byte(b, (uint8_t)s->mods[i].op, err));
		NK_TRY(add_attr(b, &s->mods[i].attr, err));
		NK_TRY(add_attr(b, &s->mods[i].old, err));
	}
	return nk_done();
}

NK_RESULT nk_plan_digest(struct nk_step *step, const uint8_t nonce[static 32], struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf b = { 0 };
	NK_OWNED(nk_key_wipe) struct nk_key key;

	memcpy(key.b, nonce, sizeof(key.b));
	nk_buf_init_wiping(&b, STEP_MAX);
	NK_TRY(write_step(&b, step, err));
	nk_mac16(&key, nk_buf_bytes(&b), step->digest);
	return nk_done();
}

void nk_plan_hash(const struct nk_step *steps, size_t n, const uint8_t nonce[static 32], struct nk_uuid target,
	struct nk_hash *out)
{
	static const char label[] = "nokosazu plan 1";
	/* A running hash: h = H(h, digest), so that a plan of millions needs no second list. */
	const struct nk_bytes head[] = { nk_bytes_of(label, sizeof(label) - 1), nk_bytes_of(nonce, 32),
		nk_bytes_of(target.b, sizeof(target.b)) };
	struct nk_hash h;

	nk_blake(NULL, head, NK_ARRAY_LEN(head), &h);
	for (size_t i = 0; i < n; i++) {
		const struct nk_hash before = h;
		const struct nk_bytes parts[] = { nk_bytes_of(before.b, sizeof(before.b)),
			nk_bytes_of(steps[i].digest, sizeof(steps[i].digest)) };

		nk_blake(NULL, parts, NK_ARRAY_LEN(parts), &h);
	}
	*out = h;
}

static int digest_cmp(const void *a, const void *b)
{
	const uint8_t *key = a;
	const struct nk_plan_step_row *row = b;

	for (size_t i = 0; i < sizeof(row->digest); i++) {
		if (key[i] != row->digest[i]) {
			return key[i] < row->digest[i] ? -1 : 1;
		}
	}
	return 0;
}

NK_RESULT nk_plan_reconcile(const struct nk_plan *again, const struct nk_plan_step_row *approved, size_t n,
	struct nk_arena *arena, const struct nk_step **out_todo, size_t *out_n, size_t *out_drift, struct nk_err *err)
{
	struct nk_step *todo = nk_arena_array(arena, again->n, sizeof(*todo));
	size_t at = 0;
	size_t drift = 0;

	if (todo == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < again->n; i++) {
		const struct nk_plan_step_row *row =
			n == 0 ? NULL : bsearch(again->steps[i].digest, approved, n, sizeof(*approved), digest_cmp);

		/* A step that was done and is needed again was undone by somebody. */
		if (row == NULL || row->state == NK_STEP_DONE) {
			drift++;
			continue;
		}
		todo[at++] = again->steps[i];
	}
	*out_drift = drift;
	*out_todo = todo;
	*out_n = drift > 0 ? 0 : at;
	if (drift > 0) {
		return nk_fail(err, NK_CONFLICT,
			"the target or the roster changed since the plan was made: %zu steps are needed that "
			"nobody approved: plan again",
			drift);
	}
	return nk_done();
}
