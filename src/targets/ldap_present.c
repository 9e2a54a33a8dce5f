/*
 * ldap_present.c: who has an attribute of which nobody here wants the values: photos, in order to take them away.
 *
 * Invariant: the values never leave the server. A search that does not come to its end makes the read NK_INCOMPLETE, for "no
 * photo" would be taken for the truth.
 */
#include "base.h"

#include "ldap_int.h"

struct looking {
	struct nk_target_handle *h;
	struct nk_arena *arena;
	struct nk_ldap_names *names;
	struct nk_entry *entries;
	struct nk_map anchors; /* entryUUID → index */
	unsigned bit;
};

static void looking_done(struct looking *l)
{
	nk_map_done(&l->anchors);
	free(l->names);
}

NK_RESULT nk_ldap_present_names(struct nk_target_handle *h, const struct nk_str *names, size_t n, struct nk_err *err)
{
	nk_assert(n <= NK_PRESENT_MAX);
	for (size_t i = 0; i < n; i++) {
		NK_TRY(nk_arena_dup(h->arena, names[i], &h->present[i], err));
	}
	h->n_present = n;
	return nk_done();
}

static NK_RESULT seen(void *arg, LDAPMessage *m, struct nk_err *err)
{
	struct looking *const l = arg;
	struct nk_entry e;
	uint64_t at = 0;

	nk_arena_reset(l->h->scratch);
	l->names->n = 0; /* they live in the scratch arena */
	NK_TRY(nk_ldap_entry(l->h, m, l->names, l->h->scratch, &e, err));
	if (e.anchor.len > 0 && nk_map_get(&l->anchors, nk_str_bytes(e.anchor), &at)) {
		l->entries[at].present |= l->bit;
	}
	return nk_done();
}

static NK_RESULT one(struct looking *l, struct nk_str attr, struct nk_err *err)
{
	static const char *const attrs[] = { "entryUUID", NULL };
	struct nk_target_handle *const h = l->h;
	struct nk_str filter;
	struct nk_ldap_search s = { .base = h->bases[NK_OBJECT_PERSON].ptr,
		.scope = LDAP_SCOPE_SUBTREE,
		.attrs = attrs,
		.fn = seen,
		.arg = l };
	int code = 0;

	NK_TRY(nk_arena_printf(l->arena, &filter, err, "(%.*s=*)", NK_FMT(attr)));
	s.filter = filter.ptr;
	NK_TRY(nk_ldap_search(h, &s, &code, err));
	if (code != LDAP_SUCCESS && code != LDAP_NO_SUCH_OBJECT) {
		return nk_fail(err, NK_INCOMPLETE,
			NK_N("the target %1$s does not say who has a photo: %2$s (LDAP result code %3$d): check limits and access of the "
			"bind_dn, or hide_photo of the target"),
			h->name.ptr, ldap_err2string(code), code);
	}
	return nk_done();
}

NK_RESULT nk_ldap_present(
	struct nk_target_handle *h, struct nk_arena *arena, struct nk_entry *entries, size_t n, struct nk_err *err)
{
	NK_OWNED(looking_done) struct looking l = { .h = h, .arena = arena, .entries = entries };
	uint8_t seed[16];

	if (h->n_present == 0) {
		return nk_done();
	}
	NK_TRY(nk_random(h->env, seed, sizeof(seed), err));
	nk_map_init(&l.anchors, seed);
	l.names = calloc(1, sizeof(*l.names));
	if (l.names == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		if (entries[i].kind == NK_OBJECT_PERSON && entries[i].anchor.len > 0) {
			NK_TRY(nk_map_put(&l.anchors, nk_str_bytes(entries[i].anchor), i, err));
		}
	}
	for (size_t i = 0; i < h->n_present; i++) {
		l.bit = 1u << i;
		if (nk_ldap_has(h, h->present[i])) {
			NK_TRY(one(&l, h->present[i], err));
		}
	}
	return nk_done();
}
