/*
 * ldap_find.c: which entries does any of these names, numbers or addresses still name? Asked with filters.
 *
 * Invariant: values go into filters only through nk_ldap_filter_value; a kind of needle that is not known is looked
 * for in every naming attribute, never passed over. An entry is reported once.
 */
#include "base.h"

#include "ldap_int.h"

#include "dn.h"

enum { FILTER_MAX = 1 << 20, PER_FILTER = 40, SEEN_MAX = 256 << 20, MANY = 400 };

static const char *const naming[] = { "uid", "mail", "cn", "sn", "givenName", "displayName", "employeeNumber", NULL };
static const char *const names_of_people[] = { "cn", "sn", "givenName", "displayName", NULL };
static const char *const references[] = { "member", "uniqueMember", "owner", "manager", "seeAlso", "secretary",
	"roleOccupant", NULL };

const char *const *nk_ldap_ref_attrs(void)
{
	return references;
}

NK_RESULT nk_ldap_filter_value(struct nk_str value, struct nk_buf *out, struct nk_err *err)
{
	for (size_t i = 0; i < value.len; i++) {
		const char c = value.ptr[i];

		if (c == '*' || c == '(' || c == ')' || c == '\\' || c == '\0') {
			NK_TRY(nk_buf_printf(out, err, "\\%02x", (unsigned)(unsigned char)c));
			continue;
		}
		NK_TRY(nk_buf_add_byte(out, (uint8_t)c, err));
	}
	return nk_done();
}

/* The words of link.h for needles, and the attributes they stand for. */
struct kind_row {
	const char *kind;
	const char *const *attrs;
};

static const char *const just_uid[] = { "uid", "memberUid", NULL };
static const char *const just_mail[] = { "mail", "mailAlternateAddress", "mailLocalAddress", NULL };
static const char *const just_anchor[] = { "entryUUID", NULL };
static const char *const just_number[] = { "employeeNumber", NULL };
static const struct kind_row kinds[] = {
	{ "uid", just_uid },
	{ "mail", just_mail },
	{ "anchor", just_anchor },
	{ "employeeNumber", just_number },
	{ "cn", names_of_people },
	{ "sn", names_of_people },
	{ "givenName", names_of_people },
	{ "displayName", names_of_people },
	{ "name", names_of_people },
	{ "kana", names_of_people },
	{ "dn", references },
};

static const char *const *attrs_of(struct nk_str kind)
{
	const size_t option = nk_str_chr(kind, ';');
	const struct nk_str plain = nk_str_sub(kind, 0, option == SIZE_MAX ? kind.len : option);

	for (size_t i = 0; i < NK_ARRAY_LEN(kinds); i++) {
		if (nk_str_ieq(plain, nk_str_c(kinds[i].kind))) {
			return kinds[i].attrs;
		}
	}
	return naming;
}

struct finding {
	struct nk_target_handle *h;
	struct nk_arena *arena; /* keys that were reported, and entries */
	struct nk_map seen;
	struct nk_ldap_names names;
	struct nk_buf filter;
	size_t parts;
	nk_entry_fn *fn;
	void *arg;
};

static void finding_done(struct finding *f)
{
	nk_map_done(&f->seen);
	nk_arena_free(&f->arena);
	nk_buf_done(&f->filter);
}

static NK_RESULT report(void *arg, LDAPMessage *m, struct nk_err *err)
{
	struct finding *f = arg;
	struct nk_entry entry;
	struct nk_str folded;
	uint64_t before = 0;

	NK_TRY(nk_ldap_entry(f->h, m, &f->names, f->arena, &entry, err));
	NK_TRY(nk_dn_fold_into(entry.key, f->arena, &folded, err));
	if (nk_map_get(&f->seen, nk_str_bytes(folded), &before)) {
		return nk_done();
	}
	NK_TRY(nk_map_put(&f->seen, nk_str_bytes(folded), 1, err));
	return f->fn(f->arg, &entry, err);
}

/* An entry that is not there is what we hope for; anything else than "not there" and "here it is" is no answer. */
static NK_RESULT search(struct finding *f, struct nk_ldap_search *s, struct nk_err *err)
{
	int code = 0;

	s->fn = report;
	s->arg = f;
	s->attrs = f->h->wanted;
	NK_TRY(nk_ldap_search(f->h, s, &code, err));
	if (code == LDAP_SUCCESS && s->references == 0) {
		return nk_done();
	}
	if (code == LDAP_NO_SUCH_OBJECT && s->scope == LDAP_SCOPE_BASE) {
		return nk_done();
	}
	return nk_fail(err, NK_INCOMPLETE,
		"the target %1$s did not answer to the end whether something stayed there (LDAP result code %2$d)",
		f->h->name.ptr, code);
}

static NK_RESULT flush(struct finding *f, struct nk_err *err)
{
	struct nk_ldap_search s = { .base = f->h->base.ptr, .scope = LDAP_SCOPE_SUBTREE };

	if (f->parts == 0) {
		return nk_done();
	}
	NK_TRY(nk_buf_add(&f->filter, ")", 2, err));
	s.filter = (const char *)f->filter.ptr;
	NK_TRY(search(f, &s, err));
	nk_buf_reset(&f->filter);
	f->parts = 0;
	return nk_done();
}

static NK_RESULT add_part(struct finding *f, struct nk_str attr, struct nk_str value, struct nk_err *err)
{
	if (f->parts == 0) {
		NK_TRY(nk_buf_add_c(&f->filter, "(|", err));
	}
	NK_TRY(nk_buf_add_c(&f->filter, "(", err));
	NK_TRY(nk_buf_add_str(&f->filter, attr, err));
	NK_TRY(nk_buf_add_c(&f->filter, "=", err));
	NK_TRY(nk_ldap_filter_value(value, &f->filter, err));
	NK_TRY(nk_buf_add_c(&f->filter, ")", err));
	f->parts++;
	return nk_done();
}

static NK_RESULT look_at_dn(struct finding *f, struct nk_str dn, struct nk_err *err)
{
	struct nk_ldap_search s = { .scope = LDAP_SCOPE_BASE };
	struct nk_str copy;

	NK_TRY(nk_arena_dup(f->arena, dn, &copy, err));
	s.base = copy.ptr;
	return search(f, &s, err);
}

static NK_RESULT add_needle(struct finding *f, const struct nk_needle *needle, struct nk_err *err)
{
	const char *const *attrs = attrs_of(needle->kind);

	if (needle->value.len == 0) {
		return nk_done();
	}
	if (attrs == references) {
		NK_TRY(look_at_dn(f, needle->value, err));
	}
	for (size_t i = 0; attrs[i] != NULL; i++) {
		/* A plain name in a filter finds its values with options too (RFC 4512 2.5): "sn" finds sn;lang-ja.
		 */
		if (nk_ldap_has(f->h, nk_str_c(attrs[i]))) {
			NK_TRY(add_part(f, nk_str_c(attrs[i]), needle->value, err));
		}
	}
	return f->parts >= PER_FILTER ? flush(f, err) : nk_done();
}

NK_RESULT nk_ldap_find(struct nk_target_handle *h, const struct nk_needle *needles, size_t n, nk_entry_fn *fn,
	void *arg, struct nk_err *err)
{
	NK_OWNED(finding_done) struct finding f = { .h = h, .fn = fn, .arg = arg };
	uint8_t seed[16];

	NK_TRY(nk_ldap_ready(h, err));
	if (n > MANY) {
		return nk_ldap_sweep(h, needles, n, fn, arg, err);
	}
	NK_TRY(nk_random(h->env, seed, sizeof(seed), err));
	nk_map_init(&f.seen, seed);
	nk_buf_init_wiping(&f.filter, FILTER_MAX);
	NK_TRY(nk_arena_new(NK_ARENA_WIPING, SEEN_MAX, &f.arena, err));
	for (size_t i = 0; i < n; i++) {
		NK_TRY(add_needle(&f, &needles[i], err));
	}
	return flush(&f, err);
}
