/*
 * ldap_schema.c: what the server says of itself (rootDSE) and which attributes and object classes its schema knows.
 *
 * Both are read once, when the connection is opened: what could not be read fails the opening, so that an unknown
 * schema is never taken for an empty one.
 */
#include "base.h"

#include "ldap_int.h"

#include <ldap_schema.h>

#define OID_TXN "1.3.6.1.1.21.1"
#define OID_ASSERTION "1.3.6.1.1.12"
#define OID_PAGING "1.2.840.113556.1.4.319"

static void values_free(struct berval ***vals)
{
	if (*vals != NULL) {
		ldap_value_free_len(*vals);
		*vals = NULL;
	}
}

static struct nk_str value_of(const struct berval *v)
{
	return (struct nk_str){ v->bv_val, v->bv_len };
}

static bool lists(struct nk_target_handle *h, LDAPMessage *m, const char *attr, const char *oid)
{
	NK_OWNED(values_free) struct berval **vals = ldap_get_values_len(h->ld, m, attr);

	for (size_t i = 0; vals != NULL && vals[i] != NULL; i++) {
		if (nk_str_eq(value_of(vals[i]), nk_str_c(oid))) {
			return true;
		}
	}
	return false;
}

static void take_text(struct nk_target_handle *h, LDAPMessage *m, const char *attr, char *out, size_t size)
{
	NK_OWNED(values_free) struct berval **vals = ldap_get_values_len(h->ld, m, attr);

	if (vals != NULL && vals[0] != NULL) {
		(void)snprintf(out, size, "%.*s", NK_FMT(value_of(vals[0])));
	}
}

/* slapd names itself only by a class of its rootDSE, unless told otherwise. */
static void take_vendor(struct nk_target_handle *h, LDAPMessage *m)
{
	take_text(h, m, "vendorName", h->facts.vendor, sizeof(h->facts.vendor));
	take_text(h, m, "vendorVersion", h->facts.version, sizeof(h->facts.version));
	if (h->facts.vendor[0] == '\0' && lists(h, m, "objectClass", "OpenLDAProotDSE")) {
		(void)snprintf(h->facts.vendor, sizeof(h->facts.vendor), "%s", "OpenLDAP");
	}
}

static NK_RESULT take_root(void *arg, LDAPMessage *m, struct nk_err *err)
{
	struct nk_target_handle *h = arg;
	NK_OWNED(values_free) struct berval **schema = ldap_get_values_len(h->ld, m, "subschemaSubentry");

	take_vendor(h, m);
	h->facts.transactions = lists(h, m, "supportedExtension", OID_TXN);
	h->facts.password_modify = lists(h, m, "supportedExtension", NK_LDAP_PASSWORD_MODIFY);
	h->facts.assertion = lists(h, m, "supportedControl", OID_ASSERTION);
	h->post_read = lists(h, m, "supportedControl", NK_LDAP_POST_READ);
	h->paging = lists(h, m, "supportedControl", OID_PAGING);
	if (schema != NULL && schema[0] != NULL) {
		NK_TRY(nk_arena_dup(h->arena, value_of(schema[0]), &h->subschema, err));
	}
	return nk_done();
}

NK_RESULT nk_ldap_read_root(struct nk_target_handle *h, struct nk_err *err)
{
	static const char *const attrs[] = { "objectClass", "vendorName", "vendorVersion", "supportedExtension",
		"supportedControl", "subschemaSubentry", NULL };
	struct nk_ldap_search s = { .base = "", .scope = LDAP_SCOPE_BASE, .attrs = attrs, .fn = take_root, .arg = h };
	int code = 0;

	NK_TRY(nk_ldap_search(h, &s, &code, err));
	return code == LDAP_SUCCESS ? nk_done() : nk_ldap_fail(h, code, err);
}

static NK_RESULT know(struct nk_target_handle *h, const char *name, struct nk_err *err)
{
	struct nk_str copy;

	NK_TRY(nk_arena_dup(h->arena, nk_str_c(name), &copy, err));
	for (char *c = nk_ldap_c(copy.ptr); *c != '\0'; c++) {
		*c = (char)(*c >= 'A' && *c <= 'Z' ? *c + ('a' - 'A') : *c);
	}
	return nk_map_put(&h->known, nk_str_bytes(copy), 1, err);
}

static NK_RESULT know_all(struct nk_target_handle *h, char *const *names, struct nk_err *err)
{
	for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
		NK_TRY(know(h, names[i], err));
	}
	return nk_done();
}

/* A definition that libldap cannot read is passed over: what it defines then counts as unknown and is never written.
 */
static NK_RESULT take_definitions(struct nk_target_handle *h, LDAPMessage *m, bool classes, struct nk_err *err)
{
	NK_OWNED(values_free)
	struct berval **vals = ldap_get_values_len(h->ld, m, classes ? "objectClasses" : "attributeTypes");
	const unsigned flags = LDAP_SCHEMA_ALLOW_ALL;

	for (size_t i = 0; vals != NULL && vals[i] != NULL; i++) {
		const char *where = NULL;
		int fault = 0;
		nk_rc rc = nk_done();

		if (classes) {
			LDAPObjectClass *c = ldap_str2objectclass(vals[i]->bv_val, &fault, &where, flags);

			rc = c != NULL ? know_all(h, c->oc_names, err) : rc;
			ldap_objectclass_free(c);
		} else {
			LDAPAttributeType *a = ldap_str2attributetype(vals[i]->bv_val, &fault, &where, flags);

			rc = a != NULL ? know_all(h, a->at_names, err) : rc;
			ldap_attributetype_free(a);
		}
		NK_TRY(rc);
	}
	return nk_done();
}

static NK_RESULT take_schema(void *arg, LDAPMessage *m, struct nk_err *err)
{
	struct nk_target_handle *h = arg;

	NK_TRY(take_definitions(h, m, false, err));
	return take_definitions(h, m, true, err);
}

NK_RESULT nk_ldap_read_schema(struct nk_target_handle *h, struct nk_err *err)
{
	static const char *const attrs[] = { "attributeTypes", "objectClasses", NULL };
	struct nk_ldap_search s = { .base = h->subschema.ptr,
		.scope = LDAP_SCOPE_BASE,
		.filter = "(objectClass=subschema)",
		.attrs = attrs,
		.fn = take_schema,
		.arg = h };
	int code = 0;

	if (h->subschema.len > 0) {
		NK_TRY(nk_ldap_search(h, &s, &code, err));
	}
	if (!nk_ldap_has(h, NK_STR("objectClass"))) {
		return nk_fail(err, NK_INCOMPLETE,
			"the target %s does not show its schema: let the bind_dn read the subschema entry",
			h->name.ptr);
	}
	return nk_done();
}

bool nk_ldap_has(struct nk_target_handle *h, struct nk_str name)
{
	char low[128];
	const size_t option = nk_str_chr(name, ';');
	const size_t len = option == SIZE_MAX ? name.len : option;
	uint64_t found = 0;

	if (len == 0 || len > sizeof(low)) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		const char c = name.ptr[i];

		low[i] = (char)(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
	}
	return nk_map_get(&h->known, nk_bytes_of(low, len), &found);
}
