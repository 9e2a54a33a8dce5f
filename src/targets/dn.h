/*
 * dn.h: distinguished names (RFC 4514) as text: writing values into them, comparing them, taking them apart. Pure.
 *
 * A folded name is the comparing form: types and ASCII letters in lower case, no blanks around separators, one way of
 * escaping. It is for comparing only and is never sent. Other letters compare by bytes.
 */
#ifndef NK_DN_H
#define NK_DN_H

/* nk_dn_escape: an attribute value as it stands in a name, appended to `out`. NK_LIMIT, NK_NOMEM. */
NK_RESULT nk_dn_escape(struct nk_str value, struct nk_buf *out, struct nk_err *err);
/* nk_dn_fold: the comparing form of `dn`, appended to `out`. NK_INVALID: not a name; the text says nothing of its
 * content. */
NK_RESULT nk_dn_fold(struct nk_str dn, struct nk_buf *out, struct nk_err *err);
/* nk_dn_fold_into: the same as a slice that lives in `arena`. */
NK_RESULT nk_dn_fold_into(struct nk_str dn, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);
/* nk_dn_split: "a=b,c=d" gives "a=b" and "c=d"; slices of `dn`. False when there is no parent (one component, or
 * none). */
bool nk_dn_split(struct nk_str dn, struct nk_str *out_rdn, struct nk_str *out_parent);
/* nk_dn_under: is `dn` the base itself or below it? Both folded. */
bool nk_dn_under(struct nk_str dn, struct nk_str base);
/* nk_dn_domain: "dc=example,dc=jp" gives "example.jp", appended to `out`; nothing when there is no dc. */
NK_RESULT nk_dn_domain(struct nk_str dn, struct nk_buf *out, struct nk_err *err);

#endif
