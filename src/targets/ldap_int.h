/*
 * ldap_int.h: what the files of the LDAP target share. Nobody else includes it.
 *
 * One handle = one connection. Requests are asynchronous; who sends keeps the message id. After a lost connection or
 * a missing answer the handle is broken: every later call fails at once, nothing is sent on it again. Error texts
 * name the target and the result code, never a name or value of an entry, nor the server's own message.
 */
#ifndef NK_LDAP_INT_H
#define NK_LDAP_INT_H

#include "target.h"

#include <ldap.h>

enum { NK_LDAP_MAGIC = 0x6c646170, NK_LDAP_ATTRS_MAX = 128 };

#define NK_LDAP_POST_READ "1.3.6.1.1.13.2"
#define NK_LDAP_PASSWORD_MODIFY "1.3.6.1.4.1.4203.1.11.1"

/* Texts are NUL-terminated copies in `arena`. */
struct nk_target_handle {
	unsigned magic;
	const struct nk_env *env;
	LDAP *ld;
	struct nk_arena *arena; /* settings and schema: for the life of the handle, nobody's data */
	struct nk_arena *scratch; /* wiping; of one request or entry */
	struct nk_str name;
	struct nk_str base;
	struct nk_str bases[NK_OBJECT_KIND_COUNT]; /* of persons, groups, units; [CONTAINER] is empty */
	struct nk_str sentinels[NK_SENTINELS_MAX]; /* folded; none: the base of persons */
	size_t n_sentinels;
	const char *wanted[NK_LDAP_ATTRS_MAX]; /* NULL-terminated, without options, each once, with the anchor's
						  attributes */
	size_t n_wanted;
	struct nk_str present[NK_PRESENT_MAX];
	size_t n_present;
	uint32_t page;
	uint32_t window;
	uint32_t batch;
	int64_t timeout_ms;
	struct nk_map known; /* lower-case names of the schema */
	struct nk_map used; /* ldap_used.c */
	struct nk_str subschema;
	struct nk_target_probe facts;
	bool post_read;
	bool paging;
	bool broken;
};

/* ldap_conn.c: nk_ldap_open, nk_ldap_close: the slots of the target. */
NK_RESULT nk_ldap_open(const struct nk_env *env, const struct nk_target_settings *s, struct nk_target_handle **out,
	struct nk_err *err);
void nk_ldap_close(struct nk_target_handle **h);
/* nk_ldap_ready: NK_UNAVAILABLE when the connection was lost before. */
NK_RESULT nk_ldap_ready(struct nk_target_handle *h, struct nk_err *err);
/* nk_ldap_result: the next message of request `msgid` (LDAP_RES_ANY: of any); false when the connection is lost or
 * nothing came in time: the handle is broken then. */
bool nk_ldap_result(struct nk_target_handle *h, int msgid, LDAPMessage **out);
/* nk_ldap_answer: waits for the one answer of a request; its result code, or LDAP_SERVER_DOWN when there is none. */
int nk_ldap_answer(struct nk_target_handle *h, int msgid);
void nk_ldap_msgfree(LDAPMessage **m);
/* nk_ldap_fail: an error of the class that a result code means. */
NK_RESULT nk_ldap_fail(const struct nk_target_handle *h, int code, struct nk_err *err);
/* nk_ldap_c: the slice as the char * that libldap's declarations want; it does not write there. The slice has its
 * NUL. */
char *nk_ldap_c(const char *text);
/* nk_ldap_z: a NUL-terminated copy in the scratch arena; NULL without memory. */
char *nk_ldap_z(struct nk_target_handle *h, struct nk_str s);

/* ldap_tls.c: TLS with a certificate that is checked against `ca_file` and the host of the uri; after StartTLS, or at
 * once. */
NK_RESULT nk_ldap_tls(struct nk_target_handle *h, struct nk_str ca_file, bool starttls, struct nk_err *err);

/* ldap_schema.c: what the server says of itself and which names its schema knows; both read at open. */
NK_RESULT nk_ldap_read_root(struct nk_target_handle *h, struct nk_err *err);
NK_RESULT nk_ldap_read_schema(struct nk_target_handle *h, struct nk_err *err);
bool nk_ldap_has(struct nk_target_handle *h, struct nk_str name);

/* ldap_search.c: one search, page by page, each entry to `fn` as it comes. *out_code is the server's last word (0 =
 * read to its end); an error is returned when there is no last word. References to other servers are counted. */
typedef NK_RESULT nk_ldap_entry_fn(void *arg, LDAPMessage *m, struct nk_err *err);
struct nk_ldap_search {
	const char *base;
	int scope;
	const char *filter; /* NULL: (objectClass=*) */
	const char *const *attrs; /* NULL-terminated; NULL: all of the user's */
	nk_ldap_entry_fn *fn;
	void *arg;
	size_t references; /* out */
	bool parent_seen; /* out, with code 32: the server says that the entry above exists */
};
NK_RESULT nk_ldap_search(struct nk_target_handle *h, struct nk_ldap_search *s, int *out_code, struct nk_err *err);
/* nk_ldap_search_wanted: base names of `wanted` without options, each once, and what an entry always needs. */
NK_RESULT nk_ldap_search_wanted(
	struct nk_target_handle *h, const struct nk_attr *wanted, size_t n, struct nk_err *err);

/* ldap_entry.c: a message of libldap as an entry of ours, copied into `arena`. Names are kept once. */
enum { NK_LDAP_ENTRY_ATTRS = 512 };
struct nk_ldap_names {
	struct nk_str name[256];
	size_t n;
	size_t hint;
	struct nk_attr room[NK_LDAP_ENTRY_ATTRS]; /* of the entry at hand */
};
NK_RESULT nk_ldap_entry(struct nk_target_handle *h, LDAPMessage *m, struct nk_ldap_names *names,
	struct nk_arena *arena, struct nk_entry *out, struct nk_err *err);

/* ldap_read.c */
NK_RESULT nk_ldap_read(
	struct nk_target_handle *h, struct nk_arena *arena, struct nk_snapshot *out, struct nk_err *err);

/* ldap_present.c: who of these persons has the attributes of settings.present: `present` of each entry is set. NK_INCOMPLETE. */
NK_RESULT nk_ldap_present_names(struct nk_target_handle *h, const struct nk_str *names, size_t n, struct nk_err *err);
NK_RESULT nk_ldap_present(
	struct nk_target_handle *h, struct nk_arena *arena, struct nk_entry *entries, size_t n, struct nk_err *err);

/* ldap_op.c: steps become requests. nk_ldap_op_span: how many steps from `i` one request does. nk_ldap_op_send:
 * builds and sends it; a result code of libldap. */
struct nk_ldap_op {
	const struct nk_step *steps;
	struct nk_step_result *results;
	size_t n;
	int msgid; /* 0: not sent */
	int code; /* the answer */
	bool again; /* must be looked at once more when the window is empty */
};
size_t nk_ldap_op_span(const struct nk_step *steps, size_t n, size_t i);
int nk_ldap_op_send(struct nk_target_handle *h, struct nk_ldap_op *op, const struct berval *txn);
/* nk_ldap_op_outcome: what a result code means for this kind of step. */
enum nk_outcome nk_ldap_op_outcome(const struct nk_step *step, int code);
/* nk_ldap_op_anchor: the entryUUID out of a Post-Read response, into `arena`; empty when there is none. */
NK_RESULT nk_ldap_op_anchor(
	struct nk_target_handle *h, LDAPMessage *m, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);

/* ldap_used.c: does the server hold values of this attribute (with options), as far as we have seen? _all: of all
 * that a request writes; _op: it was written outside a transaction. */
bool nk_ldap_used_has(const struct nk_target_handle *h, enum nk_object_kind kind, struct nk_str attr);
NK_RESULT nk_ldap_used_add(
	struct nk_target_handle *h, enum nk_object_kind kind, struct nk_str attr, struct nk_err *err);
bool nk_ldap_used_all(const struct nk_target_handle *h, const struct nk_ldap_op *op);
void nk_ldap_used_op(struct nk_target_handle *h, const struct nk_ldap_op *op);

/* ldap_apply.c, ldap_again.c (refused requests looked at one by one) */
NK_RESULT nk_ldap_apply(struct nk_target_handle *h, const struct nk_step *steps, size_t n,
	struct nk_step_result *results, struct nk_arena *arena, struct nk_err *err);
void nk_ldap_again(struct nk_target_handle *h, struct nk_ldap_op *op);

/* ldap_find.c (few needles: filters), ldap_sweep.c (many: one read of everything) */
NK_RESULT nk_ldap_find(struct nk_target_handle *h, const struct nk_needle *needles, size_t n, nk_entry_fn *fn,
	void *arg, struct nk_err *err);
NK_RESULT nk_ldap_sweep(struct nk_target_handle *h, const struct nk_needle *needles, size_t n, nk_entry_fn *fn,
	void *arg, struct nk_err *err);
/* nk_ldap_filter_value: a value as it stands in a filter (RFC 4515), appended to `out`: it can never end the filter's
 * part. */
NK_RESULT nk_ldap_filter_value(struct nk_str value, struct nk_buf *out, struct nk_err *err);
/* nk_ldap_ref_attrs: attributes whose values are names of persons' entries, NULL-terminated. */
const char *const *nk_ldap_ref_attrs(void);

#endif
