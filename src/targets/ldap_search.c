/*
 * ldap_search.c: one search, page by page; every entry is handed on as it comes and freed after that.
 *
 * Invariant: *out_code = 0 only when the server said "success" on the last page. A page more than the server has is
 * never asked for, a page fewer is never taken for the end.
 */
#include "base.h"

#include "ldap_int.h"

#include "dn.h"

/* Controls and answers of one page. */
struct page {
	LDAPControl *control;
	struct berval cookie;
	LDAPControl **answer;
	char *matched;
};

static void page_done(struct page *p)
{
	if (p->control != NULL) {
		ldap_control_free(p->control);
	}
	if (p->answer != NULL) {
		ldap_controls_free(p->answer);
	}
	ldap_memfree(p->cookie.bv_val);
	ldap_memfree(p->matched);
	*p = (struct page){ 0 };
}

/* With "no such object" a server names the nearest entry above that exists and may be known. */
static bool names_parent(struct nk_target_handle *h, const char *base, const char *matched)
{
	struct nk_str rdn;
	struct nk_str parent;
	struct nk_str a;
	struct nk_str b;

	if (matched == NULL || !nk_dn_split(nk_str_c(base), &rdn, &parent)) {
		return false;
	}
	return nk_ok(nk_dn_fold_into(parent, h->scratch, &a, NULL)) &&
		nk_ok(nk_dn_fold_into(nk_str_c(matched), h->scratch, &b, NULL)) && nk_str_eq(a, b);
}

static NK_RESULT take_end(struct nk_target_handle *h, struct nk_ldap_search *s, struct page *p, LDAPMessage *m,
	int *out_code, struct nk_err *err)
{
	struct berval cookie = { 0 };
	LDAPControl *found = NULL;
	ber_int_t estimate = 0;

	if (ldap_parse_result(h->ld, m, out_code, &p->matched, NULL, NULL, &p->answer, 0) != LDAP_SUCCESS) {
		h->broken = true;
		return nk_ldap_fail(h, LDAP_DECODING_ERROR, err);
	}
	s->parent_seen = *out_code == LDAP_NO_SUCH_OBJECT && names_parent(h, s->base, p->matched);
	ldap_memfree(p->cookie.bv_val);
	p->cookie = (struct berval){ 0 };
	found = ldap_control_find(LDAP_CONTROL_PAGEDRESULTS, p->answer, NULL);
	if (found != NULL && ldap_parse_pageresponse_control(h->ld, found, &estimate, &cookie) == LDAP_SUCCESS) {
		p->cookie = cookie;
	}
	return nk_done();
}

static NK_RESULT one_page(struct nk_target_handle *h, struct nk_ldap_search *s, struct page *p, int msgid,
	int *out_code, struct nk_err *err)
{
	NK_OWNED(nk_ldap_msgfree) LDAPMessage *m = NULL;

	for (;;) {
		if (!nk_ldap_result(h, msgid, &m)) {
			return nk_ldap_fail(h, LDAP_SERVER_DOWN, err);
		}
		switch (ldap_msgtype(m)) {
		case LDAP_RES_SEARCH_ENTRY: {
			const nk_rc rc = s->fn(s->arg, m, err);

			if (!nk_ok(rc)) {
				(void)ldap_abandon_ext(h->ld, msgid, NULL, NULL);
				return rc;
			}
			break;
		}
		case LDAP_RES_SEARCH_REFERENCE:
			s->references++;
			break;
		case LDAP_RES_SEARCH_RESULT:
			return take_end(h, s, p, m, out_code, err);
		default:
			break;
		}
	}
}

static int send_page(struct nk_target_handle *h, const struct nk_ldap_search *s, struct page *p, int *out_msgid)
{
	static const char *const all[] = { "*", NULL };
	const char *const *attrs = s->attrs != NULL ? s->attrs : all;
	LDAPControl *controls[2] = { NULL, NULL };

	if (p->control != NULL) {
		ldap_control_free(p->control);
		p->control = NULL;
	}
	if (p->answer != NULL) {
		ldap_controls_free(p->answer);
		p->answer = NULL;
	}
	if (h->paging && s->scope != LDAP_SCOPE_BASE) {
		const int code = ldap_create_page_control(
			h->ld, (ber_int_t)h->page, p->cookie.bv_len > 0 ? &p->cookie : NULL, 1, &p->control);

		if (code != LDAP_SUCCESS) {
			return code;
		}
		controls[0] = p->control;
	}
	return ldap_search_ext(h->ld, s->base, s->scope, s->filter != NULL ? s->filter : "(objectClass=*)",
		(char **)(uintptr_t)attrs, 0, controls, NULL, NULL, 0, out_msgid);
}

NK_RESULT nk_ldap_search(struct nk_target_handle *h, struct nk_ldap_search *s, int *out_code, struct nk_err *err)
{
	NK_OWNED(page_done) struct page page = { 0 };
	int code = LDAP_SUCCESS;

	s->references = 0;
	s->parent_seen = false;
	do {
		int msgid = 0;

		NK_TRY(nk_ldap_ready(h, err));
		code = send_page(h, s, &page, &msgid);
		if (code != LDAP_SUCCESS) {
			h->broken = h->broken || code == LDAP_SERVER_DOWN;
			return nk_ldap_fail(h, code, err);
		}
		NK_TRY(one_page(h, s, &page, msgid, &code, err));
	} while (code == LDAP_SUCCESS && page.cookie.bv_len > 0);
	*out_code = code;
	return nk_done();
}

static NK_RESULT want(struct nk_target_handle *h, struct nk_str name, struct nk_err *err)
{
	const size_t option = nk_str_chr(name, ';');
	const struct nk_str plain = nk_str_sub(name, 0, option == SIZE_MAX ? name.len : option);
	struct nk_str copy;

	for (size_t i = 0; i < h->n_wanted; i++) {
		if (nk_str_ieq(nk_str_c(h->wanted[i]), plain)) {
			return nk_done();
		}
	}
	if (h->n_wanted + 1 >= NK_LDAP_ATTRS_MAX) {
		return nk_fail(err, NK_LIMIT, "the mapping of the target names more than %d attributes",
			NK_LDAP_ATTRS_MAX - 1);
	}
	NK_TRY(nk_arena_dup(h->arena, plain, &copy, err));
	h->wanted[h->n_wanted++] = copy.ptr;
	return nk_done();
}

NK_RESULT nk_ldap_search_wanted(
	struct nk_target_handle *h, const struct nk_attr *wanted, size_t n, struct nk_err *err)
{
	NK_TRY(want(h, NK_STR("objectClass"), err));
	NK_TRY(want(h, NK_STR("entryUUID"), err));
	NK_TRY(want(h, NK_STR("entryCSN"), err));
	NK_TRY(want(h, NK_STR("member"), err));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(want(h, wanted[i].name, err));
	}
	return nk_done();
}
