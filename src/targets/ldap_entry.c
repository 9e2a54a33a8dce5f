/*
 * ldap_entry.c: a message of libldap as an entry of ours: copied bytes, attributes in order, anchor and version
 * apart.
 *
 * Invariant: nothing points into libldap's memory afterwards. Values are bytes; they need not be text.
 */
#include "base.h"

#include "ldap_int.h"

#include <strings.h>

struct reading {
	BerElement *ber;
	BerVarray vals;
};

static void reading_done(struct reading *r)
{
	ber_memfree(r->vals);
	ber_free(r->ber, 0);
}

static NK_RESULT intern(struct nk_ldap_names *names, struct nk_str name, struct nk_arena *arena, struct nk_str *out,
	struct nk_err *err)
{
	/* Entries come with the same attributes in the same order: the next name is most often the one after the
	 * last. */
	for (size_t i = 0; i < names->n; i++) {
		const size_t at = (names->hint + i) % names->n;

		if (nk_str_eq(names->name[at], name)) {
			names->hint = at + 1;
			*out = names->name[at];
			return nk_done();
		}
	}
	NK_TRY(nk_arena_dup(arena, name, out, err));
	if (names->n < NK_ARRAY_LEN(names->name)) {
		names->name[names->n++] = *out;
		names->hint = names->n;
	}
	return nk_done();
}

static NK_RESULT copy_values(BerVarray vals, struct nk_arena *arena, struct nk_attr *out, struct nk_err *err)
{
	struct nk_str *values = NULL;
	size_t n = 0;

	while (vals != NULL && vals[n].bv_val != NULL) {
		n++;
	}
	values = nk_arena_array(arena, n, sizeof(*values));
	if (values == NULL) {
		return nk_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		NK_TRY(nk_arena_dup(arena, (struct nk_str){ vals[i].bv_val, vals[i].bv_len }, &values[i], err));
	}
	out->values = values;
	out->n = n;
	return nk_done();
}

static int name_cmp(struct nk_str a, struct nk_str b)
{
	const size_t n = a.len < b.len ? a.len : b.len;
	const int c = strncasecmp(a.ptr, b.ptr, n);

	return c != 0 ? c : (a.len > b.len) - (a.len < b.len);
}

static void insert_sorted(struct nk_attr *attrs, size_t n, struct nk_attr fresh)
{
	size_t at = n;

	while (at > 0 && name_cmp(attrs[at - 1].name, fresh.name) > 0) {
		attrs[at] = attrs[at - 1];
		at--;
	}
	attrs[at] = fresh;
}

static bool take_first(struct nk_str name, const char *wanted, const struct nk_attr *attr, struct nk_str *out)
{
	if (!nk_str_ieq(name, nk_str_c(wanted))) {
		return false;
	}
	if (attr->n > 0) {
		*out = attr->values[0];
	}
	return true;
}

NK_RESULT nk_ldap_entry(struct nk_target_handle *h, LDAPMessage *m, struct nk_ldap_names *names,
	struct nk_arena *arena, struct nk_entry *out, struct nk_err *err)
{
	NK_OWNED(reading_done) struct reading r = { 0 };
	struct nk_attr *attrs = names->room;
	struct nk_attr *kept = NULL;
	struct berval text = { 0 };
	size_t n = 0;

	*out = (struct nk_entry){ 0 };
	if (ldap_get_dn_ber(h->ld, m, &r.ber, &text) != LDAP_SUCCESS) {
		return nk_ldap_fail(h, LDAP_DECODING_ERROR, err);
	}
	NK_TRY(nk_arena_dup(arena, (struct nk_str){ text.bv_val, text.bv_len }, &out->key, err));
	while (ldap_get_attribute_ber(h->ld, m, r.ber, &text, &r.vals) == LDAP_SUCCESS && text.bv_val != NULL) {
		struct nk_attr one = { 0 };

		if (n == NK_LDAP_ENTRY_ATTRS) {
			return nk_fail(err, NK_LIMIT, "an entry of the target has more than %d attributes",
				(int)NK_LDAP_ENTRY_ATTRS);
		}
		NK_TRY(intern(names, (struct nk_str){ text.bv_val, text.bv_len }, arena, &one.name, err));
		NK_TRY(copy_values(r.vals, arena, &one, err));
		ber_memfree(r.vals);
		r.vals = NULL;
		if (take_first(one.name, "entryUUID", &one, &out->anchor) ||
			take_first(one.name, "entryCSN", &one, &out->version)) {
			continue;
		}
		insert_sorted(attrs, n++, one);
	}
	kept = nk_arena_array(arena, n, sizeof(*kept));
	if (kept == NULL) {
		return nk_fail_nomem(err);
	}
	if (n > 0) {
		memcpy(kept, attrs, n * sizeof(*kept));
	}
	out->attrs = kept;
	out->n_attrs = n;
	return nk_done();
}
