/*
 * ldap_again.c: a refused request looked at once more, alone: which of its steps is the bad one, was it done before.
 *
 * Called when nothing else is in flight. A lost connection makes what was asked last UNKNOWN.
 */
#include "base.h"

#include "ldap_int.h"

static void set_one(struct nk_step_result *r, enum nk_outcome outcome, int code)
{
	r->outcome = outcome;
	r->code = code;
}

/* Sends one request and waits for it. */
static int call(struct nk_target_handle *h, struct nk_ldap_op *op)
{
	int code = nk_ldap_op_send(h, op, NULL);

	if (code == LDAP_SUCCESS) {
		code = nk_ldap_answer(h, op->msgid);
	}
	h->broken = h->broken || code == LDAP_SERVER_DOWN;
	return code;
}

struct look {
	struct nk_target_handle *h;
	const char *attr;
	struct nk_str wanted;
	size_t values;
	bool has_wanted;
	bool seen;
};

static NK_RESULT take_look(void *arg, LDAPMessage *m, struct nk_err *err)
{
	struct look *l = arg;
	struct berval **vals = ldap_get_values_len(l->h->ld, m, l->attr);

	(void)err;
	l->seen = true;
	for (size_t i = 0; vals != NULL && vals[i] != NULL; i++) {
		l->values++;
		l->has_wanted =
			l->has_wanted || nk_str_ieq((struct nk_str){ vals[i]->bv_val, vals[i]->bv_len }, l->wanted);
	}
	ldap_value_free_len(vals);
	return nk_done();
}

static int look_at(struct nk_target_handle *h, struct nk_str key, struct look *l)
{
	const char *const attrs[] = { l->attr, NULL };
	struct nk_ldap_search s = { .scope = LDAP_SCOPE_BASE, .attrs = attrs, .fn = take_look, .arg = l };
	int code = 0;

	nk_arena_reset(h->scratch);
	s.base = nk_ldap_z(h, key);
	if (s.base == NULL || !nk_ok(nk_ldap_search(h, &s, &code, NULL))) {
		return LDAP_SERVER_DOWN;
	}
	return code;
}

/* A rename that finds nothing to rename was done before, when the entry with our anchor stands at the new name. */
static void renamed_before(struct nk_target_handle *h, struct nk_ldap_op *op)
{
	const struct nk_step *s = &op->steps[0];
	struct look l = { .h = h, .attr = "entryUUID", .wanted = s->anchor };
	int code = 0;

	if (op->code != LDAP_NO_SUCH_OBJECT || s->anchor.len == 0) {
		return;
	}
	code = look_at(h, s->new_key, &l);
	if (code == LDAP_SUCCESS && l.has_wanted) {
		set_one(&op->results[0], NK_OUTCOME_DONE, LDAP_SUCCESS);
	} else if (code == LDAP_BUSY || code == LDAP_UNAVAILABLE) {
		set_one(&op->results[0], NK_OUTCOME_NOT_SENT, code); /* not looked is no conflict: the next apply looks again */
	}
}

/* groupOfNames must have a member: taking the last one away takes the group away (DECISIONS 20), when it is ours. */
static int remove_last(struct nk_target_handle *h, const struct nk_step *s)
{
	struct look l = { .h = h, .attr = "member", .wanted = s->value };
	const struct nk_step gone = {
		.kind = NK_STEP_DELETE, .object_kind = NK_OBJECT_GROUP, .object = s->object, .key = s->key
	};
	struct nk_step_result result = { 0 };
	struct nk_ldap_op op = { .steps = &gone, .results = &result, .n = 1 };
	int code = LDAP_OBJECT_CLASS_VIOLATION;

	if (nk_uuid_is_nil(s->object)) {
		return code;
	}
	code = look_at(h, s->key, &l);
	if (code != LDAP_SUCCESS) {
		return code;
	}
	if (l.values != 1 || !l.has_wanted) {
		return LDAP_OBJECT_CLASS_VIOLATION;
	}
	return call(h, &op);
}

static void one_member(struct nk_target_handle *h, const struct nk_step *step, struct nk_step_result *result)
{
	struct nk_ldap_op op = { .steps = step, .results = result, .n = 1 };
	int code = call(h, &op);

	if (code == LDAP_OBJECT_CLASS_VIOLATION && step->kind == NK_STEP_MEMBER_REMOVE) {
		code = remove_last(h, step);
	}
	if (h->broken) {
		set_one(result, NK_OUTCOME_UNKNOWN, LDAP_SERVER_DOWN);
		return;
	}
	set_one(result, nk_ldap_op_outcome(step, code), code);
}

void nk_ldap_again(struct nk_target_handle *h, struct nk_ldap_op *op)
{
	const enum nk_step_kind kind = op->steps[0].kind;

	if (kind == NK_STEP_RENAME) {
		renamed_before(h, op);
		return;
	}
	if (kind != NK_STEP_MEMBER_ADD && kind != NK_STEP_MEMBER_REMOVE) {
		return;
	}
	for (size_t i = 0; i < op->n; i++) {
		if (h->broken) {
			set_one(&op->results[i], NK_OUTCOME_NOT_SENT, LDAP_SERVER_DOWN);
			continue;
		}
		one_member(h, &op->steps[i], &op->results[i]);
	}
}
