/*
 * package_int.h: what the files of the package operations share.
 */
#ifndef NK_PACKAGE_INT_H
#define NK_PACKAGE_INT_H

#include "deb.h"
#include "flow_package.h"
#include "flow_scan.h"
#include "measures_int.h"

enum {
	NK_PACKAGE_PATH = 4096,
	NK_PACKAGE_PAPER_MAX = 4 << 20,
	NK_PACKAGE_PARTIES_MAX = 1000,
	NK_PACKAGE_CANARIES_MAX = 20000
};
#define NK_PACKAGE_LIST "packaging/package.list"
#define NK_PACKAGE_KNOWN "packaging/package.known"
#define NK_PACKAGE_CONTROL "packaging/debian/control"
#define NK_PACKAGE_CONFFILES "packaging/debian/conffiles"
#define NK_CANARY_NAME_ALONE "canary person by name" /* of which site cannot be told */
#define NK_CANARY_SOURCE NK_STR("canary")
#define NK_PREDICATE_LINK "https://in-toto.io/attestation/link/v0.3"

/* package_git.c: the checkout. */
struct nk_package_source {
	const char *dir; /* the checkout */
	struct nk_str tree; /* folder with every file of the commit, as it is committed: the only one that is read */
	struct nk_str revision; /* 40 hex digits */
	uint64_t epoch; /* of the commit, in seconds */
	const struct nk_str *files; /* of the commit, sorted by bytes */
	size_t n;
	const struct nk_str *others; /* files that git does not know and does not ignore */
	size_t n_others;
	bool no_network;
};
/* nk_package_source: NK_CONFLICT names the first path that is not as committed. `work`: an empty folder of ours, which gets the
 * commit's files. */
NK_RESULT nk_package_source(
	const char *dir, const char *work, struct nk_arena *arena, struct nk_package_source *out, struct nk_err *err);
/* nk_package_below: is the path `inner` the folder `outer`, or below it? */
bool nk_package_below(const char *inner, const char *outer);
/* nk_package_no_home: NK_DENIED when an installation lies below `dir`, or `dir` in one (`home` may be NULL). */
NK_RESULT nk_package_no_home(const char *dir, const char *home, struct nk_err *err);
/* nk_package_run: a program that must end with 0; its output into `out` (may be NULL). */
struct nk_package_job {
	const char *const *argv;
	const char *dir;
	const char *const *variables;
	int64_t wait_ms;
	const char *what; /* msgid of what failed */
};
NK_RESULT nk_package_run(const struct nk_package_job *job, struct nk_buf *out, bool *no_network, struct nk_err *err);

/* package_list.c: which files of source and build go where: the allow-list. */
struct nk_package_entry {
	struct nk_str path; /* in the package */
	struct nk_str from; /* below source, or below the build ("@build/…") */
	unsigned mode;
};
NK_RESULT nk_package_entries(struct nk_str list, const struct nk_package_source *source, struct nk_arena *arena,
	struct nk_package_entry **out, size_t *out_n, struct nk_err *err);

/* package_make.c: from entries to the bytes of a package. */
struct nk_package_made {
	struct nk_package_source source;
	struct nk_deb deb;
	struct nk_buf bytes; /* the caller's: nk_buf_done */
	struct nk_hash digest;
	struct nk_str name, version, architecture, file; /* "nokosazu_0.1.0_amd64.deb" */
	struct nk_str known; /* text of package.known */
	bool no_network;
};
struct nk_package_make {
	const struct nk_env *env;
	const char *source, *binary;
	struct nk_str version;
};
NK_RESULT nk_package_make(const struct nk_package_make *how, struct nk_arena *arena, struct nk_package_made *out,
	struct nk_err *err);
/* nk_package_read_file: a whole file into the arena. nk_package_path: a path in the arena. */
NK_RESULT nk_package_read_file(
	const struct nk_env *env, const char *path, size_t max, struct nk_arena *arena, struct nk_bytes *out, struct nk_err *err);

/* package_sbom.c: CycloneDX 1.6 of the package; NK_CONFIG when a linked library's package is not in Depends. */
NK_RESULT nk_package_sbom(const struct nk_package_made *p, struct nk_arena *arena, struct nk_str *out,
	struct nk_err *err);
/* nk_package_manifest: canonical JSON: digest, mode, path, size of each file. */
NK_RESULT nk_package_manifest(const struct nk_deb *deb, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);

/* package_gate.c */
struct nk_canary_text {
	struct nk_str site, field, value;
};
struct nk_package_gate_request {
	const char *path; /* file or folder */
	const char *home;
	struct nk_str known; /* text of package.known; empty */
	bool roster;
	bool all_streams; /* paths as they are, not those in a package */
	bool only_persons; /* of the roster; what may be coincidence is not held against it */
	const struct nk_canary_text *canaries;
	size_t n_canaries;
};
NK_RESULT nk_package_gate(const struct nk_env *env, struct nk_flow *flow, const struct nk_package_gate_request *req,
	struct nk_arena *arena, struct nk_package_gate *out, struct nk_err *err);

/* package_canary.c: rows of the table, and files of them: struct nk_canary_text appended. */
NK_RESULT nk_canary_texts(struct nk_flow *flow, struct nk_vec *out, struct nk_arena *arena, struct nk_err *err);
NK_RESULT nk_canary_parse(struct nk_bytes text, struct nk_vec *out, struct nk_arena *arena, struct nk_err *err);
/* nk_canary_invent: the i-th synthetic person of a seed: full name, kana, login, mail, number as texts. */
struct nk_canary_person {
	struct nk_str family, given, family_kana, given_kana, login, mail, number;
};
NK_RESULT nk_canary_invent(struct nk_str seed, uint32_t i, struct nk_arena *arena, struct nk_canary_person *out, struct nk_err *err);
/* nk_canary_fields: the texts by which such a person is looked for; site is left empty. */
enum { NK_CANARY_FIELDS = 5 };
NK_RESULT nk_canary_fields(const struct nk_canary_person *p, struct nk_arena *arena,
	struct nk_canary_text out[static NK_CANARY_FIELDS], struct nk_err *err);
/* nk_canary_csv, nk_canary_mapping: a roster of the first n. */
NK_RESULT nk_canary_csv(struct nk_str seed, uint32_t n, struct nk_arena *arena, struct nk_buf *out, struct nk_err *err);
struct nk_str nk_canary_mapping(void);

/* package_paper.c: statements beside the file. */
struct nk_package_party {
	uint8_t pub[NK_SIGN_PUB_LEN];
	struct nk_uuid id;
	struct nk_str unit, organisation, roles;
};
NK_RESULT nk_package_parties(struct nk_flow *flow, struct nk_arena *arena, struct nk_package_party **out, size_t *out_n,
	struct nk_err *err);
NK_RESULT nk_package_parties_file(const struct nk_env *env, const char *dir, struct nk_arena *arena,
	struct nk_package_party **out, size_t *out_n, struct nk_err *err);
struct nk_package_paper {
	const char *predicate;
	struct nk_str subject;
	struct nk_hash digest;
	struct nk_str body;
	struct nk_flow *flow; /* whose limits the paper says; NULL: made without an installation */
};
/* nk_package_paper_sign: one statement in DSSE, into the arena. */
NK_RESULT nk_package_paper_sign(
	const struct nk_package_paper *p, const struct nk_key *seed, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);
/* nk_package_paper_read: verified with one of the keys: *out_by is whose. NK_DENIED: nobody's; NK_INVALID: not that
 * predicate, or about other bytes (digest NULL: not looked at); NK_NOT_FOUND: no such file. */
struct nk_package_keys {
	const struct nk_package_party *parties;
	size_t n;
};
NK_RESULT nk_package_paper_read(const struct nk_env *env, const char *path, const struct nk_package_paper *wanted,
	const struct nk_package_keys *keys, struct nk_arena *arena, const struct nk_package_party **out_by,
	struct nk_str *out_body, struct nk_err *err);
/* nk_package_beside: "<file><suffix>" in the arena. nk_package_put: written there, mode 0644, never over a file. */
NK_RESULT nk_package_beside(const char *file, const char *suffix, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);
NK_RESULT nk_package_put(
	const char *file, const char *suffix, struct nk_bytes text, struct nk_arena *arena, struct nk_err *err);
/* nk_package_now: the time as text, for statements. */
struct nk_str nk_package_now(const struct nk_env *env, char text[static NK_TIME_TEXT]);

/* package_body.c: the predicates of our own papers, canonical JSON. */
struct nk_package_facts {
	const struct nk_package_made *made;
	struct nk_str mends, manifest, sbom;
	bool prebuilt;
	struct nk_str when;
	const struct nk_package_gate *gate;
};
NK_RESULT nk_package_provenance(const struct nk_package_facts *f, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);
NK_RESULT nk_package_link(const struct nk_package_facts *f, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);
NK_RESULT nk_package_gate_body(const struct nk_package_facts *f, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);
/* nk_svr_body: a summary: properties, members of "nokosazu" as canonical JSON. */
struct nk_svr {
	const char *const *properties; /* sorted */
	size_t n;
	struct nk_str details; /* object */
	struct nk_str when, by;
	bool passed;
};
NK_RESULT nk_svr_body(const struct nk_svr *s, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);

/* nk_package_test_body: test-result/v0.1 from TAP or a JSON object {"result": …}; NK_INVALID: says neither how it went. */
NK_RESULT nk_package_test_body(
	struct nk_str results, struct nk_str when, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);

/* package_twin.c: the minisign signature beside the file, by the same key. _check: NK_DENIED, NK_NOT_FOUND. */
NK_RESULT nk_package_twin(const char *file, struct nk_bytes bytes, const struct nk_key *seed, struct nk_arena *arena,
	struct nk_err *err);
NK_RESULT nk_package_twin_check(const struct nk_env *env, const char *file, struct nk_bytes bytes,
	const uint8_t pub[static NK_SIGN_PUB_LEN], struct nk_arena *arena, struct nk_err *err);

/* package_layout.c: in-toto layout 1.0 in DSSE: steps package (development) and deploy (build). */
NK_RESULT nk_package_layout_sign(const struct nk_package_keys *keys, struct nk_str file, nk_time expires,
	const struct nk_key *seed, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);
/* nk_package_layout_read: NK_DENIED: not signed by a key of unit development, or expired. out->package, out->deploy: the
 * keys of the steps. */
struct nk_package_layout {
	const struct nk_package_party *by;
	const uint8_t (*package)[NK_SIGN_PUB_LEN];
	const uint8_t (*deploy)[NK_SIGN_PUB_LEN];
	size_t n_package, n_deploy;
	struct nk_bytes payload, made; /* the layout itself; envelope of the link of step "package" (by package_check.c) */
};
NK_RESULT nk_package_layout_read(const struct nk_env *env, const char *path, const struct nk_package_keys *keys,
	struct nk_arena *arena, struct nk_package_layout *out, struct nk_err *err);
/* nk_package_layout_steps: NK_DENIED: a step was not done as the layout says, or "package" made other bytes than `digest`.
 * deployed: the link of step "deploy"; empty: that one is still to come. */
struct nk_package_steps {
	struct nk_bytes layout, made, deployed;
	struct nk_str file;
	struct nk_hash digest;
};
NK_RESULT nk_package_layout_steps(const struct nk_env *env, const struct nk_package_steps *steps, struct nk_arena *arena,
	struct nk_err *err);
bool nk_package_has_key(const uint8_t (*list)[NK_SIGN_PUB_LEN], size_t n, const uint8_t pub[static NK_SIGN_PUB_LEN]);

/* package_check.c */
struct nk_package_checked {
	struct nk_bytes bytes;
	struct nk_deb deb;
	struct nk_hash digest;
	struct nk_str file; /* its name without folders */
	const struct nk_package_party *maker; /* who made it; NULL: not known */
	struct nk_package_layout layout;
	struct nk_package_keys keys;
};
NK_RESULT nk_package_check(const struct nk_env *env, struct nk_flow *flow, const struct nk_package_check_request *req,
	struct nk_arena *arena, struct nk_package_checked *checked, struct nk_package_check_reply *out, struct nk_err *err);
/* nk_package_first_bad: NK_DENIED with the first line that is not good. */
NK_RESULT nk_package_first_bad(const struct nk_package_check_reply *reply, struct nk_err *err);
/* nk_package_scope: "package:<sha256>" in the arena. */
NK_RESULT nk_package_scope(const struct nk_hash *digest, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);

/* package_third.c: is the verifier of a package that mends a defect a stranger to it, and does his summary say enough?
 * NK_DENIED, NK_INVALID (third_int.h). flow NULL: by the keys alone. */
struct nk_package_third {
	struct nk_flow *flow;
	const struct nk_package_keys *keys;
	const struct nk_package_party *by; /* of keys->parties: who signed */
	struct nk_str body; /* of the summary */
	struct nk_str made; /* when the package was made, as its provenance says; "": not known */
	struct nk_str maker, installer, site; /* organisations; may be empty */
};
NK_RESULT nk_package_third(const struct nk_package_third *q, struct nk_arena *arena, struct nk_err *err);

/* The paper of an officer that a package goes out without a third party, and its decision; what later papers say of it. */
#define NK_PACKAGE_EXEMPT ".new-feature.dsse.json"
#define NK_PACKAGE_EXEMPT_WORD "new-feature-only"

/* package_home.c: nk_package_of_home: is `path` (below the home; `whole`: as it can be opened) one of its own files? Configuration is
 * not: nk_package_home_is_config; it is known by digests, which nobody without the house's key can guess from: one of a file,
 * those that were written down (one a line), and writing them down with a leaf. */
NK_RESULT nk_package_of_home(
	struct nk_flow *flow, struct nk_str path, const char *whole, struct nk_arena *arena, bool *out, struct nk_err *err);
bool nk_package_home_is_config(struct nk_str path);
NK_RESULT nk_package_config_digest(
	struct nk_flow *flow, struct nk_str path, const char *whole, char out[static 2 * NK_HASH_LEN + 1], struct nk_err *err);
NK_RESULT nk_package_config_known(struct nk_flow *flow, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);
NK_RESULT nk_package_config_keep(struct nk_flow *flow, struct nk_str lines, uint64_t n, struct nk_err *err);

/* package_store.c: rows of table package. */
NK_RESULT nk_package_note(struct nk_flow *flow, struct nk_tx *tx, const struct nk_package_made *p, const char *state,
	struct nk_str manifest, struct nk_err *err);
/* nk_package_replace: what is installed under this name is replaced now. */
NK_RESULT nk_package_replace(struct nk_tx *tx, struct nk_str name, struct nk_err *err);
NK_RESULT nk_package_installed(
	struct nk_flow *flow, struct nk_str name, struct nk_arena *arena, struct nk_package_row *out,
	struct nk_str *out_manifest, struct nk_err *err);
/* nk_package_keep_beside: the paper of that suffix, where it lies beside the file. nk_package_verified: is a package of this digest
 * (hex) known here as released, with a third party's summary? */
NK_RESULT nk_package_keep_beside(struct nk_flow *flow, struct nk_tx *tx, const char *file, const struct nk_hash *digest,
	const char *suffix, struct nk_arena *arena, struct nk_err *err);
NK_RESULT nk_package_verified(struct nk_flow *flow, struct nk_str digest_hex, bool *out, struct nk_err *err);
NK_RESULT nk_package_keep_paper(
	struct nk_flow *flow, struct nk_tx *tx, const struct nk_hash *digest, const char *predicate,
	struct nk_str envelope, struct nk_err *err);

#endif
