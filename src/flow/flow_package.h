/*
 * flow_package.h: packages, built by one organisation, installed by another, with nobody in them; and canary persons.
 *
 * A package is a Debian package; its papers lie beside it, their names begin with its own: .manifest.json (path, digest,
 * mode of each file), .cdx.json (CycloneDX), .minisig, and statements in DSSE: .provenance.dsse.json (SLSA),
 * .sbom.dsse.json, .gate.dsse.json (SVR), .test.dsse.json (the maker's tests), .layout.dsse.json and
 * .package.link.dsse.json (in-toto), .release.dsse.json (approval), .svr.dsse.json (an independent verifier),
 * .new-feature.dsse.json (an officer: it goes out without one).
 * Who may do what follows from the unit and organisation of the keys that are enrolled, never from what a paper says of
 * itself. Texts live in the given arena. No value of a person is in any reply.
 */
#ifndef NK_FLOW_PACKAGE_H
#define NK_FLOW_PACKAGE_H

#include "flow_sweep.h"
#include "flow_warrant.h"

/* A path of a package (or of a site) and what was found in it. */
struct nk_package_finding {
	struct nk_str path; /* in the package; masked where it holds a finding */
	struct nk_str what; /* class of data; "person": somebody of the roster; a site's name for canary persons */
	uint64_t count;
	uint64_t known; /* of them explained by package.known */
};
/* What the gate found in the bytes that would be shipped. */
struct nk_package_gate {
	bool passed; /* all of the following */
	bool extent_empty; /* nobody of the roster (when there is one), nothing like personal data that is not explained */
	bool no_canary; /* canary texts were known, and none was found: only then it is stated */
	bool canary_found;
	bool complete; /* everything was scanned */
	bool roster; /* the persons of an installation were looked for */
	uint64_t roster_persons, canaries; /* looked for */
	uint64_t files, bytes, not_scanned, known;
	const struct nk_package_finding *findings; /* what is not explained */
	size_t n_findings;
	struct nk_str canary_sites; /* names of sites whose canary persons were found, ", " between */
};

struct nk_package_build_request {
	const char *source; /* clean git checkout */
	const char *out; /* folder */
	const char *binary; /* folder with built programs and their build; NULL: compiled here from what is committed */
	const char *tests; /* results of the maker's tests, JSON or TAP; NULL */
	const char *canaries; /* file of `canary export`; NULL */
	const char *home; /* where an installation is: it must not lie in source or build; may be NULL */
	struct nk_str mends; /* the defect that it mends; empty */
	struct nk_str version; /* empty: of the source */
	bool roster; /* needs a flow */
	const struct nk_key *seed; /* of the maker's development unit */
};
struct nk_package_build_reply {
	struct nk_str path, name, version, revision;
	char digest[65];
	uint64_t files, bytes, build_ms, gate_ms;
	bool no_network; /* every program that built it ran without one */
	struct nk_package_gate gate;
};
/* nk_op_package_build: flow NULL: no roster, no canaries but those of the file. Without passing the gate nothing stays
 * in `out`: reply->gate says why, NK_GUARD. NK_CONFLICT: the checkout is not clean. NK_DENIED: an installation or an
 * open holding lies in source or build, or the key's unit is build. NK_EXISTS. NK_IO: a program failed. */
NK_RESULT nk_op_package_build(const struct nk_env *env, struct nk_flow *flow, const struct nk_package_build_request *req,
	struct nk_arena *arena, struct nk_package_build_reply *out, struct nk_err *err);

/* One line of what was checked. */
struct nk_package_line {
	bool good;
	const char *what; /* msgid */
	struct nk_str detail[NK_LANG_COUNT]; /* words, digests; may be empty */
};
enum { NK_PACKAGE_LINES_MAX = 24 };
struct nk_package_check_reply {
	bool good;
	bool prebuilt; /* the independent verifier compiled nothing himself */
	bool unverified; /* no third party: an officer signed that it is a new feature only */
	struct nk_str name, version, mends, organisation; /* of the maker */
	char digest[65];
	uint64_t files;
	struct nk_package_line lines[NK_PACKAGE_LINES_MAX];
	size_t n;
};
struct nk_package_check_request {
	const char *file;
	const char *keys; /* folder with a file "parties" (nk_op_package_keys), or NULL: those enrolled; then a flow */
	bool before_release; /* without release and layout */
	bool before_third; /* without the third party's summary, which comes later */
	struct nk_str installer, site; /* organisations that the verifier must not be; may be empty */
};
/* nk_op_package_check: signatures, digests, layout, gate, release, the independent verifier (or, where it mends nothing, an
 * officer's word that it goes out without one), and for a package that mends a defect the maker's tests. Not being good
 * is no error. NK_NOT_FOUND, NK_INVALID: no package. */
NK_RESULT nk_op_package_check(const struct nk_env *env, struct nk_flow *flow, const struct nk_package_check_request *req,
	struct nk_arena *arena, struct nk_package_check_reply *out, struct nk_err *err);
/* nk_op_package_new_feature: an officer signs that this package mends nothing and goes out without a third party; the paper
 * .new-feature.dsse.json lies beside it, and every later paper carries the limitation. NK_DENIED: it mends a defect, or the key is
 * no officer's or the maker's. NK_EXISTS.
 * nk_op_package_known: this house takes note of a package that was released elsewhere, all its papers good, a third party's among
 * them: what a campaign's step "patch" is compared with. NK_DENIED. */
NK_RESULT nk_op_package_new_feature(struct nk_flow *flow, const char *file, const struct nk_key *seed, struct nk_arena *arena,
	struct nk_err *err);
NK_RESULT nk_op_package_known(struct nk_flow *flow, const char *file, struct nk_arena *arena, struct nk_package_check_reply *out,
	struct nk_err *err);
/* nk_op_package_keys: the enrolled parties with unit and organisation as a text for `check --keys`; no names. */
NK_RESULT nk_op_package_keys(struct nk_flow *flow, struct nk_buf *out, struct nk_err *err);

/* nk_op_package_ask: asks for the warrant of kind release for this file (verb RELEASE, scope "package:<sha256>").
 * Signed by development and whoever else `[warrant] release` names.
 * nk_op_package_release: uses it: signed by them, the file checked; layout and release statement are written beside
 * the file, signed by `seed`, whose party is of unit development. NK_DENIED, NK_INCOMPLETE (a paper is missing). */
NK_RESULT nk_op_package_ask(struct nk_flow *flow, const char *file, struct nk_arena *arena, struct nk_uuid *out_warrant,
	struct nk_err *err);
NK_RESULT nk_op_package_release(struct nk_flow *flow, const char *file, struct nk_uuid warrant, const struct nk_key *seed,
	struct nk_arena *arena, struct nk_package_check_reply *out, struct nk_err *err);

struct nk_package_install_request {
	const char *file;
	const char *root; /* folder that gets the files; NULL: dpkg -i */
	const struct nk_key *seed; /* of the executor: unit build */
};
struct nk_package_install_reply {
	struct nk_package_check_reply check;
	struct nk_package_gate scan; /* with this site's own roster */
	struct nk_str replaced; /* version that was there, or "" */
	bool installed;
};
/* nk_op_package_install: check, executor, version, scan with this site's roster; only then the files. NK_DENIED,
 * NK_CONFLICT (older, or the same version with other bytes), NK_GUARD (somebody of ours, or a canary, is in it). */
NK_RESULT nk_op_package_install(struct nk_flow *flow, const struct nk_package_install_request *req, struct nk_arena *arena,
	struct nk_package_install_reply *out, struct nk_err *err);

struct nk_package_drift_row {
	struct nk_str path;
	const char *why; /* msgid: not explained, changed, missing … */
};
struct nk_package_drift_reply {
	struct nk_str version; /* installed; "" nothing */
	uint64_t looked_at, explained;
	uint64_t accepted; /* files of configuration that were written down now */
	const struct nk_package_drift_row *rows;
	size_t n;
};
/* nk_op_package_drift: every file below `root` (NULL: the places of a system that the package uses) and the home that
 * neither the installed package, nor the site's configuration as it was written down, nor the store explains.
 * nk_op_package_accept: the same, and the configuration as it is now is written down, with a leaf. */
NK_RESULT nk_op_package_drift(struct nk_flow *flow, const char *root, struct nk_arena *arena,
	struct nk_package_drift_reply *out, struct nk_err *err);

NK_RESULT nk_op_package_accept(struct nk_flow *flow, const char *root, struct nk_arena *arena,
	struct nk_package_drift_reply *out, struct nk_err *err);

struct nk_package_row {
	struct nk_str name, version, state;
	char digest[65];
	nk_time at;
};
NK_RESULT nk_op_package_list(struct nk_flow *flow, struct nk_arena *arena, struct nk_package_row **out, size_t *out_n,
	struct nk_err *err);

/* nk_op_verify_source: the independent verifier's act: builds anew from source, compares the bytes, runs the program of
 * the package with synthetic people, plants a residue that its scan must find; only then a summary is written.
 * NK_CONFLICT: other bytes. NK_INCOMPLETE: the planted fault was not found. */
struct nk_verify_source_request {
	const char *source, *file, *binary, *out;
	const struct nk_key *seed;
};
struct nk_verify_source_reply {
	char digest[65];
	uint64_t persons, planted, found;
	bool no_network;
	bool rebuilt; /* false: with the programs of `binary`: nothing was compiled, and the summary says "prebuilt" */
};
NK_RESULT nk_op_verify_source(const struct nk_env *env, const struct nk_verify_source_request *req,
	struct nk_arena *arena, struct nk_verify_source_reply *out, struct nk_err *err);

/*
 * nk_op_verify_site: the site check is a whole sweep, on the books like any: every place of it, and `root` beside them when given,
 * in which canary persons' data were planted that the same scan must find; then nobody may be found outside the books, everything
 * must have been read, no class of places may be off, and nothing may be unexplained (drift). The summary (subject "site:<id>")
 * goes to `out`, signed by `seed`, with the number of places and a digest of them. NK_NOT_FOUND: no canary persons.
 * NK_INCOMPLETE: what was planted was not found: there is no summary then.
 */
struct nk_verify_site_request {
	const char *root; /* where the package is installed, when not on this system; NULL */
	const char *out, *temp_dir; /* temp_dir: as in nk_sweep_request */
	const struct nk_key *seed;
};
struct nk_verify_site_reply {
	bool passed;
	uint64_t planted, found; /* canary persons, in all places together */
	char places[65]; /* digest */
	struct nk_sweep_reply sweep;
	struct nk_package_drift_reply drift;
};
NK_RESULT nk_op_verify_site(struct nk_flow *flow, const struct nk_verify_site_request *req, struct nk_arena *arena,
	struct nk_verify_site_reply *out, struct nk_err *err);

/* --- canary persons: synthetic, nobody; found anywhere else they name their site --- */
struct nk_canary_row {
	struct nk_str site, field, value;
	uint32_t person; /* number here; 0: of another site */
};
/* nk_op_canary_make: n more, enrolled as persons of the source "canary" (never in notices). */
NK_RESULT nk_op_canary_make(struct nk_flow *flow, uint32_t n, struct nk_str site, struct nk_arena *arena, uint32_t *out_all,
	struct nk_err *err);
NK_RESULT nk_op_canary_list(
	struct nk_flow *flow, struct nk_arena *arena, struct nk_canary_row **out, size_t *out_n, struct nk_err *err);
/* nk_op_canary_export: JSON lines of this site's (values in clear: they are nobody). nk_op_canary_import: of another
 * site; *out_new: rows that were not known. NK_INVALID. NK_DENIED: this site's own name. */
NK_RESULT nk_op_canary_export(struct nk_flow *flow, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_op_canary_import(struct nk_flow *flow, struct nk_bytes text, uint64_t *out_new, struct nk_err *err);

#endif
