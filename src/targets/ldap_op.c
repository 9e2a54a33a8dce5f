/*
 * ldap_op.c: steps become LDAP requests, and result codes become outcomes.
 *
 * One request does one step, or a new group with its first members, or a run of member steps of one group. Requests
 * that change an entry which the plan has read carry the entry's version as an assertion (RFC 4528): drift is refused
 * by the server.
 */
#include "base.h"

#include "ldap_int.h"

#include "dn.h"

enum { MEMBERS_MAX = 2000, CONTROLS_MAX = 4 };

/* The controls of one request. */
struct controls {
	LDAPControl *list[CONTROLS_MAX + 1];
	size_t n;
	LDAPControl txn;
	LDAPControl post_read;
	LDAPControl *assertion;
	struct berval *selection;
};

static void controls_done(struct controls *c)
{
	if (c->assertion != NULL) {
		ldap_control_free(c->assertion);
	}
	ber_bvfree(c->selection);
}

static bool is_member_step(const struct nk_step *s)
{
	return s->kind == NK_STEP_MEMBER_ADD || s->kind == NK_STEP_MEMBER_REMOVE;
}

size_t nk_ldap_op_span(const struct nk_step *steps, size_t n, size_t i)
{
	const struct nk_step *first = &steps[i];
	const bool fresh = first->kind == NK_STEP_ADD && first->object_kind == NK_OBJECT_GROUP;
	size_t span = 1;

	if (!fresh && !is_member_step(first)) {
		return 1;
	}
	while (i + span < n && span < MEMBERS_MAX && nk_str_eq(steps[i + span].key, first->key)) {
		if (fresh ? steps[i + span].kind != NK_STEP_MEMBER_ADD : !is_member_step(&steps[i + span])) {
			break;
		}
		span++;
	}
	return span;
}

/* ---- modifications ------------------------------------------------------------------------------------------ */

/* A growing list of LDAPMod in the scratch arena; `bad` after lack of memory. */
struct mods {
	struct nk_target_handle *h;
	LDAPMod **list;
	size_t n;
	size_t room;
	bool bad;
};

static void mods_init(struct mods *m, struct nk_target_handle *h, size_t room)
{
	m->h = h;
	m->n = 0;
	m->room = room;
	m->list = nk_arena_array(h->scratch, room + 1, sizeof(LDAPMod *));
	m->bad = m->list == NULL;
}

static struct berval **mods_push(struct mods *m, int op, struct nk_str name, size_t n)
{
	LDAPMod *mod = nk_arena_alloc(m->h->scratch, sizeof(*mod));
	struct berval **vals = nk_arena_array(m->h->scratch, n + 1, sizeof(*vals));

	if (m->bad || m->n == m->room || mod == NULL || vals == NULL) {
		m->bad = true;
		return NULL;
	}
	mod->mod_op = op | LDAP_MOD_BVALUES;
	mod->mod_type = nk_ldap_z(m->h, name);
	mod->mod_bvalues = n > 0 ? vals : NULL;
	m->bad = mod->mod_type == NULL;
	m->list[m->n++] = mod;
	return vals;
}

static void mods_value(struct mods *m, struct berval **at, struct nk_str value)
{
	struct berval *v = nk_arena_alloc(m->h->scratch, sizeof(*v));

	if (v == NULL) {
		m->bad = true;
		return;
	}
	v->bv_val = nk_ldap_c(value.ptr);
	v->bv_len = value.len;
	*at = v;
}

static void mods_attr(struct mods *m, int op, const struct nk_attr *attr)
{
	struct berval **vals = mods_push(m, op, attr->name, attr->n);

	for (size_t i = 0; vals != NULL && i < attr->n; i++) {
		mods_value(m, &vals[i], attr->values[i]);
	}
}

static size_t count_kind(const struct nk_ldap_op *op, enum nk_step_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < op->n; i++) {
		n += op->steps[i].kind == kind ? 1 : 0;
	}
	return n;
}

/* All members that the steps of this request add, or remove, as one modification. */
static void mods_members(struct mods *m, const struct nk_ldap_op *op, int mod_op, enum nk_step_kind kind)
{
	const size_t n = count_kind(op, kind);
	struct berval **vals = n > 0 ? mods_push(m, mod_op, NK_STR("member"), n) : NULL;
	size_t at = 0;

	for (size_t i = 0; vals != NULL && i < op->n; i++) {
		if (op->steps[i].kind == kind) {
			mods_value(m, &vals[at++], op->steps[i].value);
		}
	}
}

static bool drops_password(const struct nk_step *s)
{
	for (size_t i = 0; i < s->n_mods; i++) {
		if (nk_str_ieq(s->mods[i].attr.name, NK_STR("userPassword"))) {
			return true;
		}
	}
	return false;
}

static void mods_of_step(struct mods *m, const struct nk_step *s)
{
	static const int ops[] = {
		[NK_MOD_ADD] = LDAP_MOD_ADD, [NK_MOD_DELETE] = LDAP_MOD_DELETE, [NK_MOD_REPLACE] = LDAP_MOD_REPLACE
	};
	const struct nk_attr password = { .name = NK_STR("userPassword") };

	for (size_t i = 0; i < s->n_mods; i++) {
		mods_attr(m, ops[s->mods[i].op], &s->mods[i].attr);
	}
	if (s->kind == NK_STEP_SUSPEND && !drops_password(s)) {
		mods_attr(m, LDAP_MOD_REPLACE, &password);
	}
}

/* ---- controls ----------------------------------------------------------------------------------------------- */

static void controls_add(struct controls *c, LDAPControl *one)
{
	nk_assert(c->n < CONTROLS_MAX);
	c->list[c->n++] = one;
}

static bool wants_assertion(const struct nk_step *s)
{
	switch (s->kind) {
	case NK_STEP_MODIFY:
	case NK_STEP_RENAME:
	case NK_STEP_SUSPEND:
	case NK_STEP_RESUME:
	case NK_STEP_DELETE:
		return s->version.len > 0;
	case NK_STEP_ADD:
	case NK_STEP_MEMBER_ADD:
	case NK_STEP_MEMBER_REMOVE:
	case NK_STEP_KIND_COUNT:
		return false;
	}
	return false;
}

static int assert_version(struct nk_target_handle *h, struct controls *c, const struct nk_step *s)
{
	NK_OWNED(nk_buf_done) struct nk_buf filter = { 0 };
	int code = LDAP_NO_MEMORY;

	nk_buf_init(&filter, 4096);
	if (!nk_ok(nk_buf_add_c(&filter, "(entryCSN=", NULL)) ||
		!nk_ok(nk_ldap_filter_value(s->version, &filter, NULL)) ||
		!nk_ok(nk_buf_add(&filter, ")", 2, NULL))) {
		return LDAP_NO_MEMORY;
	}
	code = ldap_create_assertion_control(h->ld, (char *)filter.ptr, 1, &c->assertion);
	if (code == LDAP_SUCCESS) {
		controls_add(c, c->assertion);
	}
	return code;
}

static int ask_anchor(struct controls *c)
{
	BerElement *ber = ber_alloc_t(LBER_USE_DER);
	int code = LDAP_ENCODING_ERROR;

	if (ber == NULL) {
		return LDAP_NO_MEMORY;
	}
	if (ber_printf(ber, "{s}", "entryUUID") >= 0 && ber_flatten(ber, &c->selection) == 0) {
		c->post_read =
			(LDAPControl){ .ldctl_oid = nk_ldap_c(NK_LDAP_POST_READ), .ldctl_value = *c->selection };
		controls_add(c, &c->post_read);
		code = LDAP_SUCCESS;
	}
	ber_free(ber, 1);
	return code;
}

static int controls_make(
	struct nk_target_handle *h, const struct nk_step *s, const struct berval *txn, struct controls *c)
{
	if (txn != NULL) {
		c->txn = (LDAPControl){
			.ldctl_oid = nk_ldap_c(LDAP_CONTROL_TXN_SPEC), .ldctl_value = *txn, .ldctl_iscritical = 1
		};
		controls_add(c, &c->txn);
	}
	if (h->facts.assertion && wants_assertion(s)) {
		const int code = assert_version(h, c, s);

		if (code != LDAP_SUCCESS) {
			return code;
		}
	}
	/* In a transaction nothing can be read back before its end. */
	if (txn == NULL && h->post_read && s->kind == NK_STEP_ADD) {
		return ask_anchor(c);
	}
	return LDAP_SUCCESS;
}

/* ---- sending ------------------------------------------------------------------------------------------------ */

static int send_add(struct nk_target_handle *h, struct nk_ldap_op *op, struct controls *c)
{
	const struct nk_step *s = &op->steps[0];
	struct mods m;

	mods_init(&m, h, s->n_attrs + 1);
	for (size_t i = 0; i < s->n_attrs; i++) {
		mods_attr(&m, LDAP_MOD_ADD, &s->attrs[i]);
	}
	mods_members(&m, op, LDAP_MOD_ADD, NK_STEP_MEMBER_ADD);
	return m.bad ? LDAP_NO_MEMORY : ldap_add_ext(h->ld, nk_ldap_z(h, s->key), m.list, c->list, NULL, &op->msgid);
}

static int send_modify(struct nk_target_handle *h, struct nk_ldap_op *op, struct controls *c)
{
	const struct nk_step *s = &op->steps[0];
	struct mods m;

	mods_init(&m, h, s->n_mods + 2);
	if (is_member_step(s)) {
		mods_members(&m, op, LDAP_MOD_ADD, NK_STEP_MEMBER_ADD);
		mods_members(&m, op, LDAP_MOD_DELETE, NK_STEP_MEMBER_REMOVE);
	} else {
		mods_of_step(&m, s);
	}
	return m.bad ? LDAP_NO_MEMORY
		     : ldap_modify_ext(h->ld, nk_ldap_z(h, s->key), m.list, c->list, NULL, &op->msgid);
}

static int send_rename(struct nk_target_handle *h, struct nk_ldap_op *op, struct controls *c)
{
	const struct nk_step *s = &op->steps[0];
	struct nk_str old_rdn;
	struct nk_str old_parent;
	struct nk_str rdn;
	struct nk_str parent;
	struct nk_str a;
	struct nk_str b;

	if (!nk_dn_split(s->new_key, &rdn, &parent) || !nk_dn_split(s->key, &old_rdn, &old_parent)) {
		return LDAP_INVALID_DN_SYNTAX;
	}
	if (!nk_ok(nk_dn_fold_into(parent, h->scratch, &a, NULL)) ||
		!nk_ok(nk_dn_fold_into(old_parent, h->scratch, &b, NULL))) {
		return LDAP_INVALID_DN_SYNTAX;
	}
	return ldap_rename(h->ld, nk_ldap_z(h, s->key), nk_ldap_z(h, rdn),
		nk_str_eq(a, b) ? NULL : nk_ldap_z(h, parent), 1, c->list, NULL, &op->msgid);
}

int nk_ldap_op_send(struct nk_target_handle *h, struct nk_ldap_op *op, const struct berval *txn)
{
	NK_OWNED(controls_done) struct controls c = { 0 };
	const struct nk_step *s = &op->steps[0];
	int code = 0;

	nk_arena_reset(h->scratch);
	op->msgid = 0;
	code = controls_make(h, s, txn, &c);
	if (code != LDAP_SUCCESS) {
		return code;
	}
	switch (s->kind) {
	case NK_STEP_ADD:
		return send_add(h, op, &c);
	case NK_STEP_MODIFY:
	case NK_STEP_SUSPEND:
	case NK_STEP_RESUME:
	case NK_STEP_MEMBER_ADD:
	case NK_STEP_MEMBER_REMOVE:
		return send_modify(h, op, &c);
	case NK_STEP_RENAME:
		return send_rename(h, op, &c);
	case NK_STEP_DELETE:
		return ldap_delete_ext(h->ld, nk_ldap_z(h, s->key), c.list, NULL, &op->msgid);
	case NK_STEP_KIND_COUNT:
		break;
	}
	nk_assert(false);
	return LDAP_PARAM_ERROR;
}

/* ---- answers ------------------------------------------------------------------------------------------------ */

enum nk_outcome nk_ldap_op_outcome(const struct nk_step *step, int code)
{
	switch (code) {
	case LDAP_SUCCESS:
		return NK_OUTCOME_DONE;
	case LDAP_ASSERTION_FAILED:
	case LDAP_ALREADY_EXISTS:
		return NK_OUTCOME_CONFLICT;
	case LDAP_NO_SUCH_OBJECT:
		/* What was to go is gone already. */
		return step->kind == NK_STEP_DELETE || step->kind == NK_STEP_MEMBER_REMOVE ? NK_OUTCOME_DONE
											   : NK_OUTCOME_CONFLICT;
	case LDAP_NO_SUCH_ATTRIBUTE:
		return step->kind == NK_STEP_MEMBER_REMOVE ? NK_OUTCOME_DONE : NK_OUTCOME_CONFLICT;
	case LDAP_TYPE_OR_VALUE_EXISTS:
		return step->kind == NK_STEP_MEMBER_ADD ? NK_OUTCOME_DONE : NK_OUTCOME_CONFLICT;
	case LDAP_BUSY:
	case LDAP_UNAVAILABLE:
		/* Not now (RFC 4511 §4.1.9): nothing was done, and later it will be. */
		return NK_OUTCOME_NOT_SENT;
	default:
		return NK_OUTCOME_REFUSED;
	}
}

NK_RESULT nk_ldap_op_anchor(
	struct nk_target_handle *h, LDAPMessage *m, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	LDAPControl **controls = NULL;
	LDAPControl *found = NULL;
	BerElement *ber = NULL;
	struct berval text = { 0 };
	BerVarray vals = NULL;
	nk_rc rc = nk_done();
	int code = 0;

	*out = (struct nk_str){ 0 };
	if (ldap_parse_result(h->ld, m, &code, NULL, NULL, NULL, &controls, 0) != LDAP_SUCCESS) {
		return nk_done();
	}
	found = ldap_control_find(NK_LDAP_POST_READ, controls, NULL);
	ber = found != NULL ? ber_init(&found->ldctl_value) : NULL;
	/* SearchResultEntry: name, then a sequence of attributes; we asked for one. */
	if (ber != NULL && ber_scanf(ber, "{m{", &text) != LBER_ERROR &&
		ber_scanf(ber, "{m[W]", &text, &vals) != LBER_ERROR && vals != NULL && vals[0].bv_val != NULL) {
		rc = nk_arena_dup(arena, (struct nk_str){ vals[0].bv_val, vals[0].bv_len }, out, err);
	}
	ber_bvarray_free(vals);
	ber_free(ber, 1);
	ldap_controls_free(controls);
	return rc;
}
