/*
 * ldap_apply.c: the window of requests in flight, and transactions (RFC 5805) where the server has them.
 *
 * Invariants: requests that could touch the same entry are never in flight together (a server may do them in any
 * order); a step is DONE only after the server's last word on it (in a transaction: the answer to its end); after a
 * lost connection what was in flight is UNKNOWN and the rest NOT_SENT; nothing is sent after the first CONFLICT.
 */
#include "base.h"

#include "ldap_int.h"

enum { WINDOW_MAX = 1024, TXN_TRIES = 3, SETTLE_MS = 10 };

struct applying {
	struct nk_target_handle *h;
	struct nk_arena *arena;
	struct nk_ldap_op *ops;
	size_t n;
	bool stop; /* a conflict, or the connection is gone: nothing more is sent */
	bool halt; /* an answer must be looked at before more is sent */
	/* in flight: indexes of ops */
	size_t flight[WINDOW_MAX];
	size_t in_flight;
};

static void set_outcome(struct nk_ldap_op *op, enum nk_outcome outcome, int code)
{
	for (size_t i = 0; i < op->n; i++) {
		op->results[i].outcome = outcome;
		op->results[i].code = code;
	}
}

static bool alone(const struct nk_step *s)
{
	return s->object_kind == NK_OBJECT_CONTAINER || s->kind == NK_STEP_RENAME;
}

static bool must_wait(const struct applying *a, const struct nk_ldap_op *op)
{
	for (size_t i = 0; i < a->in_flight; i++) {
		const struct nk_step *other = &a->ops[a->flight[i]].steps[0];

		if (alone(other) || alone(&op->steps[0]) || nk_str_ieq(other->key, op->steps[0].key)) {
			return true;
		}
	}
	return false;
}

static bool worth_a_look(const struct nk_ldap_op *op)
{
	const enum nk_step_kind kind = op->steps[0].kind;

	return kind == NK_STEP_RENAME || kind == NK_STEP_MEMBER_REMOVE || (kind == NK_STEP_MEMBER_ADD && op->n > 1);
}

/* ---- single requests ---------------------------------------------------------------------------------------- */

static void take_answer(struct applying *a, struct nk_ldap_op *op, LDAPMessage *m, bool in_txn)
{
	int code = LDAP_OTHER;

	if (ldap_parse_result(a->h->ld, m, &code, NULL, NULL, NULL, NULL, 0) != LDAP_SUCCESS) {
		code = LDAP_OTHER;
	}
	op->code = code;
	if (in_txn) {
		a->halt = a->halt || code != LDAP_SUCCESS;
		return;
	}
	set_outcome(op, nk_ldap_op_outcome(&op->steps[0], code), code);
	/* "Not now" says nothing about any one of its steps: it is sent again as it is, by the next apply. */
	if (code != LDAP_SUCCESS && op->results[0].outcome != NK_OUTCOME_NOT_SENT && worth_a_look(op)) {
		op->again = true;
		a->halt = true;
		return;
	}
	a->stop = a->stop || op->results[0].outcome == NK_OUTCOME_CONFLICT || op->results[0].outcome == NK_OUTCOME_NOT_SENT;
	if (code == LDAP_SUCCESS && op->steps[0].kind == NK_STEP_ADD) {
		/* Without an anchor the next read finds it by its name; that costs nothing but the reading. */
		(void)nk_ldap_op_anchor(a->h, m, a->arena, &op->results[0].anchor, NULL).code;
	}
}

/* Waits for one answer of those in flight; false when the connection is gone. */
static bool wait_one(struct applying *a, bool in_txn)
{
	NK_OWNED(nk_ldap_msgfree) LDAPMessage *m = NULL;
	int msgid = 0;

	if (!nk_ldap_result(a->h, LDAP_RES_ANY, &m)) {
		return false;
	}
	msgid = ldap_msgid(m);
	for (size_t i = 0; i < a->in_flight; i++) {
		if (a->ops[a->flight[i]].msgid == msgid) {
			take_answer(a, &a->ops[a->flight[i]], m, in_txn);
			a->flight[i] = a->flight[--a->in_flight];
			return true;
		}
	}
	/* An answer to nothing of ours, such as the notice of disconnection. */
	if (msgid == LDAP_RES_UNSOLICITED) {
		a->h->broken = true;
		return false;
	}
	return true;
}

static void lose_flight(struct applying *a, bool in_txn)
{
	for (size_t i = 0; i < a->in_flight; i++) {
		/* A transaction that was not ended is undone by the server. */
		set_outcome(
			&a->ops[a->flight[i]], in_txn ? NK_OUTCOME_NOT_SENT : NK_OUTCOME_UNKNOWN, LDAP_SERVER_DOWN);
	}
	a->in_flight = 0;
	a->h->broken = true;
	a->stop = true;
}

/* True: sent, or refused before it was sent (then the op has its outcome). False: the connection is gone. */
static bool send_one(struct applying *a, size_t k, const struct berval *txn)
{
	struct nk_ldap_op *op = &a->ops[k];
	const int code = nk_ldap_op_send(a->h, op, txn);

	if (code == LDAP_SUCCESS) {
		a->flight[a->in_flight++] = k;
		return true;
	}
	op->code = code;
	if (code == LDAP_SERVER_DOWN || code == LDAP_TIMEOUT || code == LDAP_CONNECT_ERROR) {
		/* Part of it may have gone out. */
		a->flight[a->in_flight++] = k;
		return false;
	}
	set_outcome(op, NK_OUTCOME_REFUSED, code);
	a->halt = a->halt || txn != NULL;
	return true;
}

/* Sends ops from *next on, up to `to` or the first halt, and waits for every answer. False: the connection is gone.
 */
static bool pump(struct applying *a, size_t *next, size_t to, const struct berval *txn)
{
	const size_t window = a->h->window < WINDOW_MAX ? a->h->window : WINDOW_MAX;

	a->halt = false;
	for (;;) {
		const bool more = *next < to && !a->stop && !a->halt;

		if (!more && a->in_flight == 0) {
			return true;
		}
		if (more && a->in_flight < window && !must_wait(a, &a->ops[*next])) {
			if (!send_one(a, (*next)++, txn)) {
				return false;
			}
			continue;
		}
		if (!wait_one(a, txn != NULL)) {
			return false;
		}
	}
}

static void look_again(struct applying *a, size_t from, size_t to)
{
	for (size_t k = from; k < to; k++) {
		struct nk_ldap_op *op = &a->ops[k];

		if (!op->again) {
			continue;
		}
		op->again = false;
		if (!a->h->broken) {
			nk_ldap_again(a->h, op);
		}
		for (size_t i = 0; i < op->n; i++) {
			const enum nk_outcome o = op->results[i].outcome;

			a->stop = a->stop || o == NK_OUTCOME_CONFLICT || o == NK_OUTCOME_UNKNOWN || o == NK_OUTCOME_NOT_SENT;
		}
	}
}

static void run_singles(struct applying *a, size_t from, size_t to)
{
	for (size_t k = from; k < to; k++) {
		a->ops[k].code = LDAP_SUCCESS;
		set_outcome(&a->ops[k], NK_OUTCOME_NOT_SENT, LDAP_SUCCESS);
	}
	while (from < to && !a->stop) {
		size_t next = from;

		if (!pump(a, &next, to, NULL)) {
			lose_flight(a, false);
		}
		look_again(a, from, next);
		for (size_t k = from; k < next; k++) {
			if (a->ops[k].results[0].outcome == NK_OUTCOME_DONE) {
				nk_ldap_used_op(a->h, &a->ops[k]);
			}
		}
		a->stop = a->stop || a->h->broken;
		from = next;
	}
}

/* ---- transactions ------------------------------------------------------------------------------------------- */

enum txn_end { TXN_DONE, TXN_REFUSED, TXN_LOST };

static void berval_free(struct berval **b)
{
	ber_bvfree(*b);
	*b = NULL;
}

/* Answer to the end of a transaction: its result, and which request made it fail. */
static int end_answer(struct applying *a, int msgid, int *out_bad_msgid)
{
	NK_OWNED(nk_ldap_msgfree) LDAPMessage *m = NULL;
	NK_OWNED(berval_free) struct berval *data = NULL;
	BerElement *ber = NULL;
	ber_int_t id = 0;
	int code = LDAP_SERVER_DOWN;

	*out_bad_msgid = 0;
	if (!nk_ldap_result(a->h, msgid, &m) ||
		ldap_parse_result(a->h->ld, m, &code, NULL, NULL, NULL, NULL, 0) != LDAP_SUCCESS) {
		a->h->broken = true;
		return LDAP_SERVER_DOWN;
	}
	if (code == LDAP_SUCCESS || ldap_parse_extended_result(a->h->ld, m, NULL, &data, 0) != LDAP_SUCCESS ||
		data == NULL) {
		return code;
	}
	ber = ber_init(data);
	if (ber != NULL && ber_scanf(ber, "{i", &id) != LBER_ERROR) {
		*out_bad_msgid = id;
	}
	ber_free(ber, 1);
	return code;
}

/* The first op in [from, to) that was refused when it was handed in, or that the end names; `to` when nobody knows.
 */
static size_t find_bad(const struct applying *a, size_t from, size_t to, int bad_msgid)
{
	for (size_t k = from; k < to; k++) {
		if (a->ops[k].code != LDAP_SUCCESS || (bad_msgid != 0 && a->ops[k].msgid == bad_msgid)) {
			return k;
		}
	}
	return to;
}

/*
 * slapd 2.5 queues a request, answers it, and then looks at it once more; the end of the transaction frees it
 * meanwhile. An end that comes right behind the last answer crashed slapd 2.5.13 in one of some hundred transactions
 * (tried; DESIGN.md), one that comes 2 ms later in none of 4,000. There is nothing to wait for but time: 10 ms a
 * batch.
 */
static void let_settle(struct applying *a)
{
	struct timeval wait = { .tv_usec = SETTLE_MS * 1000 };
	LDAPMessage *m = NULL;

	if (ldap_result(a->h->ld, LDAP_RES_ANY, LDAP_MSG_ONE, &wait, &m) != 0) {
		/* Nothing is in flight: a message now is the notice that the server hangs up, or the connection is
		 * gone. */
		a->h->broken = true;
	}
	nk_ldap_msgfree(&m);
}

static enum txn_end end_txn(struct applying *a, size_t from, size_t to, struct berval *txn, size_t *out_bad)
{
	const bool commit = find_bad(a, from, to, 0) == to;
	int msgid = 0;
	int bad = 0;
	int code = LDAP_SERVER_DOWN;
	bool ended = false;

	let_settle(a);
	if (!a->h->broken) {
		ended = commit;
		code = ldap_txn_end(a->h->ld, commit ? 1 : 0, txn, NULL, NULL, &msgid);
		a->h->broken = code != LDAP_SUCCESS;
	}
	if (!a->h->broken) {
		code = end_answer(a, msgid, &bad);
	}
	if (a->h->broken) {
		for (size_t k = from; k < to; k++) {
			set_outcome(&a->ops[k], ended ? NK_OUTCOME_UNKNOWN : NK_OUTCOME_NOT_SENT, LDAP_SERVER_DOWN);
		}
		return TXN_LOST;
	}
	*out_bad = find_bad(a, from, to, bad);
	return commit && code == LDAP_SUCCESS ? TXN_DONE : TXN_REFUSED;
}

static enum txn_end try_txn(struct applying *a, size_t from, size_t to, size_t *out_bad)
{
	NK_OWNED(berval_free) struct berval *txn = NULL;
	const int code = ldap_txn_start_s(a->h->ld, NULL, NULL, &txn);
	size_t next = from;

	*out_bad = to;
	for (size_t k = from; k < to; k++) {
		a->ops[k].msgid = 0;
		a->ops[k].code = LDAP_SUCCESS;
	}
	if (code == LDAP_SERVER_DOWN || code == LDAP_TIMEOUT) {
		a->h->broken = true;
		return TXN_LOST;
	}
	if (code != LDAP_SUCCESS || txn == NULL) {
		return TXN_REFUSED;
	}
	if (!pump(a, &next, to, txn)) {
		lose_flight(a, true);
		return TXN_LOST;
	}
	return end_txn(a, from, to, txn, out_bad);
}

struct anchor_want {
	struct nk_target_handle *h;
	struct nk_arena *arena;
	struct nk_step_result *result;
};

static void values_free(struct berval ***vals)
{
	if (*vals != NULL) {
		ldap_value_free_len(*vals);
		*vals = NULL;
	}
}

static NK_RESULT take_anchor(void *arg, LDAPMessage *m, struct nk_err *err)
{
	const struct anchor_want *w = arg;
	NK_OWNED(values_free) struct berval **vals = ldap_get_values_len(w->h->ld, m, "entryUUID");

	if (vals == NULL || vals[0] == NULL) {
		return nk_done();
	}
	return nk_arena_dup(w->arena, (struct nk_str){ vals[0]->bv_val, vals[0]->bv_len }, &w->result->anchor, err);
}

/* After a transaction: one look at each new entry. A look that fails leaves the anchor to the next read. */
static void fetch_anchors(struct applying *a, size_t from, size_t to)
{
	static const char *const attrs[] = { "entryUUID", NULL };

	for (size_t k = from; k < to && !a->h->broken; k++) {
		struct anchor_want w = { a->h, a->arena, &a->ops[k].results[0] };
		struct nk_ldap_search s = { .scope = LDAP_SCOPE_BASE, .attrs = attrs, .fn = take_anchor, .arg = &w };
		int code = 0;

		if (a->ops[k].steps[0].kind != NK_STEP_ADD) {
			continue;
		}
		nk_arena_reset(a->h->scratch);
		s.base = nk_ldap_z(a->h, a->ops[k].steps[0].key);
		if (s.base != NULL) {
			(void)nk_ldap_search(a->h, &s, &code, NULL).code;
		}
	}
}

/* One batch: as a transaction; around the entry that makes it fail; and one by one when that does not help. */
static void run_batch(struct applying *a, size_t from, size_t to)
{
	size_t tries = 0;

	while (from < to && !a->stop) {
		size_t bad = to;
		enum txn_end end = TXN_REFUSED;

		if (!a->h->facts.transactions || a->h->batch < 2 || to - from < 2 || tries >= TXN_TRIES) {
			run_singles(a, from, to);
			return;
		}
		tries++;
		end = try_txn(a, from, to, &bad);
		if (end == TXN_LOST) {
			a->stop = true;
			return;
		}
		if (end == TXN_DONE) {
			for (size_t k = from; k < to; k++) {
				set_outcome(&a->ops[k], NK_OUTCOME_DONE, LDAP_SUCCESS);
			}
			fetch_anchors(a, from, to);
			return;
		}
		if (bad == to) {
			run_singles(a, from, to);
			return;
		}
		/* What stands before the bad one goes first: the order of the plan is kept. */
		run_batch(a, from, bad);
		if (!a->stop) {
			run_singles(a, bad, bad + 1);
		}
		from = bad + 1;
	}
}

/* ---- all of it ---------------------------------------------------------------------------------------------- */

static NK_RESULT make_ops(
	struct applying *a, const struct nk_step *steps, size_t n, struct nk_step_result *results, struct nk_err *err)
{
	size_t i = 0;

	a->ops = nk_arena_array(a->arena, n, sizeof(*a->ops));
	if (a->ops == NULL) {
		return nk_fail_nomem(err);
	}
	while (i < n) {
		const size_t span = nk_ldap_op_span(steps, n, i);

		a->ops[a->n++] = (struct nk_ldap_op){ .steps = &steps[i], .results = &results[i], .n = span };
		i += span;
	}
	return nk_done();
}

/* May this request be in a transaction? Containers and what brings new attributes (ldap_used.c) go alone. */
static bool goes_along(const struct applying *a, size_t k)
{
	return a->ops[k].steps[0].object_kind != NK_OBJECT_CONTAINER && nk_ldap_used_all(a->h, &a->ops[k]);
}

static size_t batch_end(const struct applying *a, size_t from)
{
	size_t to = from + 1;

	if (!goes_along(a, from)) {
		return to;
	}
	while (to < a->n && to - from < a->h->batch && goes_along(a, to)) {
		to++;
	}
	return to;
}

NK_RESULT nk_ldap_apply(struct nk_target_handle *h, const struct nk_step *steps, size_t n,
	struct nk_step_result *results, struct nk_arena *arena, struct nk_err *err)
{
	struct applying a = { .h = h, .arena = arena };
	size_t from = 0;

	for (size_t i = 0; i < n; i++) {
		results[i] = (struct nk_step_result){ .outcome = NK_OUTCOME_NOT_SENT };
	}
	NK_TRY(nk_ldap_ready(h, err));
	NK_TRY(make_ops(&a, steps, n, results, err));
	while (from < a.n && !a.stop) {
		/* Without transactions batches are of no use: the window runs through. */
		const size_t to = h->facts.transactions && h->batch > 1 ? batch_end(&a, from) : a.n;

		run_batch(&a, from, to);
		from = to;
	}
	nk_arena_reset(h->scratch);
	return nk_done();
}
