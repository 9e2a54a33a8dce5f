/*
 * target_ldap.c: the row "ldap" of targets.rows: OpenLDAP and what speaks LDAP like it (RFC 4511).
 *
 * The slots only; the work is in ldap_conn.c, ldap_schema.c, ldap_search.c, ldap_read.c, ldap_apply.c and
 * ldap_find.c.
 */
#include "base.h"

#include "ldap_int.h"

static NK_RESULT ldap_probe(struct nk_target_handle *h, struct nk_target_probe *out, struct nk_err *err)
{
	NK_TRY(nk_ldap_ready(h, err));
	*out = h->facts;
	return nk_done();
}

/* RFC 3062: the server hashes, and its own rules for passwords apply. */
static NK_RESULT ldap_set_password(
	struct nk_target_handle *h, struct nk_str key, struct nk_bytes password, struct nk_err *err)
{
	struct berval user = { 0 };
	struct berval fresh = { 0 };
	struct nk_str copy;
	int msgid = 0;
	int code = 0;

	NK_TRY(nk_ldap_ready(h, err));
	if (!h->facts.encrypted) {
		return nk_fail(err, NK_DENIED,
			"a password is never sent to the target %s in clear: use ldaps://, starttls or ldapi://",
			h->name.ptr);
	}
	if (!h->facts.password_modify) {
		return nk_fail(err, NK_UNSUPPORTED,
			"the target %s cannot change passwords by the standard operation (RFC 3062)", h->name.ptr);
	}
	nk_arena_reset(h->scratch);
	NK_TRY(nk_arena_dup(h->scratch, nk_bytes_str(password), &copy, err));
	user = (struct berval){ .bv_val = nk_ldap_z(h, key), .bv_len = key.len };
	fresh = (struct berval){ .bv_val = nk_ldap_c(copy.ptr), .bv_len = copy.len };
	if (user.bv_val == NULL) {
		return nk_fail_nomem(err);
	}
	code = ldap_passwd(h->ld, &user, NULL, &fresh, NULL, NULL, &msgid);
	if (code == LDAP_SUCCESS) {
		code = nk_ldap_answer(h, msgid);
	}
	nk_arena_reset(h->scratch);
	return code == LDAP_SUCCESS ? nk_done() : nk_ldap_fail(h, code, err);
}

const struct nk_target nk_target_ldap = {
	.name = "ldap",
	.summary = NK_N("LDAP directory (OpenLDAP, 389 Directory Server)"),
	.open = nk_ldap_open,
	.close = nk_ldap_close,
	.probe = ldap_probe,
	.has = nk_ldap_has,
	.read = nk_ldap_read,
	.apply = nk_ldap_apply,
	.set_password = ldap_set_password,
	.find = nk_ldap_find,
};
