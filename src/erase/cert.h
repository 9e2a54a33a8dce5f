/*
 * cert.h: the erasure certificate 消去証明書: what was erased, how far that is proven, and what it does not cover.
 *
 * An in-toto Statement v1 (predicate type below) in a DSSE envelope signed by the site's certificate key, canonical
 * JSON (RFC 8785); its ledger leaf is the digest of the DSSE payload; a tlog-proof file stands beside it. One
 * certificate a job with N commitments and no name (DECISIONS 25); the opening goes only into a subject's own copy.
 * The level is computed from the facts given here, never handed in; the out-of-scope list is never empty.
 */
#ifndef NK_CERT_H
#define NK_CERT_H

#include "ledger.h"
#include "readback.h"
#include "residue.h"
#include "vault.h"

#define NK_CERT_PREDICATE "https://nokosazu.example/predicate/erasure/v1"

struct nk_cert_target {
	struct nk_str name; /* of the configuration */
	struct nk_str type;
	uint64_t deleted;
	struct nk_readback readback;
	struct nk_str files; /* "not-examined" | "clean" | "rewritten-and-clean" | "not-erased" */
	uint64_t residue_hits; /* when files = not-erased */
};

struct nk_cert_retained {
	struct nk_str what; /* "tombstone of the login", "notification contact" … */
	struct nk_str rule;
	nk_date until;
	uint64_t count;
};

struct nk_cert {
	struct nk_uuid job;
	struct nk_str issuer; /* organisation of the configuration */
	struct nk_str origin; /* the ledger's */
	struct nk_hash plan; /* hash of the erase plan */
	struct nk_uuid requested_by, approved_by; /* parties; nil approved_by: none needed */
	struct nk_str limitation; /* "" or what separation was not possible */
	uint32_t grace_days;
	nk_time restricted_at; /* first of the persons */
	nk_time live_gone_at; /* last live copy read back as absent */
	nk_time keys_destroyed_at;
	nk_time irrecoverable_at; /* 0: not claimed */
	uint64_t persons;
	const struct nk_hash *commitments; /* H("nokosazu/subject/v1" ‖ salt ‖ person id), sorted */
	uint64_t epoch_destroyed, epoch_now;
	bool rotated;
	bool simulated_clock;
	bool single_copy;
	enum nk_level cap; /* what the sealer's receipts allow */
	bool rehearsed_e3; /* k-of-n custodians, but not different parties on different hosts */
	const struct nk_receipt *receipts;
	size_t n_receipts;
	const struct nk_residue_report *scan_before, *scan_after;
	const struct nk_place *places;
	const struct nk_cert_target *targets;
	size_t n_targets;
	const struct nk_cert_retained *retained;
	size_t n_retained;
	uint64_t external_open; /* external holdings that had these persons and are not verified gone: caps E4 */
	/* parts of backups, among external_open, by which these persons could still be opened, and when the last keys part
	 * of them is to be gone: forbids E3 */
	uint64_t backups_open;
	nk_time backups_until;
	const struct nk_str *out_of_scope; /* further entries; the mandatory ones are added here */
	size_t n_out_of_scope;
	nk_time issued_at;
	unsigned holders, threshold; /* of the epoch secret: n and k; 0: not known, then two receipts are asked for */
	struct nk_str version; /* of the product; empty: this one */
};

/*
 * nk_cert_level: the level that the facts support, computed anew wherever it is shown:
 *
 * - E1: live copies read back as absent, and the last search (that after the keys' end, else that before it) valid
 *   and without a finding; what was found in files of a target that is listed as not-erased is named, not counted
 * - E2: keys destroyed
 * - E3: epoch rotated, the sealer's cap, and enough signed receipts (n - k + 1, else two) of media that are no
 *   files, by different holders on different hosts
 * - E4: no open external copy, and the files of every target examined and clean
 */
enum nk_level nk_cert_level(const struct nk_cert *cert);
/* nk_level_name: "none", "E1" … static. */
const char *nk_level_name(enum nk_level level);
/* Why a level is not reached: the conditions that failed, lowest level first. */
enum nk_cert_lack {
	NK_LACK_PERSONS, /* nobody in it */
	NK_LACK_LIVE_TIME,
	NK_LACK_READBACK,
	NK_LACK_FILES_WORD, /* a target's files: unknown word, or findings in files that are said to be clean */
	NK_LACK_SCAN, /* no search was made */
	NK_LACK_SCAN_INVALID,
	NK_LACK_SCAN_HITS,
	NK_LACK_KEYS,
	NK_LACK_ROTATION,
	NK_LACK_SEALER,
	NK_LACK_RECEIPTS,
	NK_LACK_BACKUPS,
	NK_LACK_EXTERNAL,
	NK_LACK_TARGET_FILES,
	NK_LACK_COUNT
};
/* nk_cert_lacks: bit (1 << nk_cert_lack) for each. nk_cert_lack_text: msgid, static. nk_cert_lack_level: the lowest
 * level that it forbids. */
unsigned nk_cert_lacks(const struct nk_cert *cert);
const char *nk_cert_lack_text(enum nk_cert_lack lack);
enum nk_level nk_cert_lack_level(enum nk_cert_lack lack);

/* nk_cert_commit: the commitment of one person: SHA-256("nokosazu/subject/v1" ‖ salt ‖ person id), which is the
 * digest of the opening. */
void nk_cert_commit(const uint8_t salt[static 32], struct nk_uuid person, struct nk_hash *out);
/* nk_cert_statement: the canonical JSON. NK_INVALID: commitments not sorted and distinct, text that is no UTF-8,
 * figures beyond 2^53. NK_LIMIT: more than NK_CERT_PERSONS_MAX persons. nk_cert_sign: DSSE envelope around it,
 * appended. */
enum { NK_CERT_PERSONS_MAX = 20000, NK_CERT_STATEMENT_MAX = 3 * 1024 * 1024 };
NK_RESULT nk_cert_statement(const struct nk_cert *cert, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_cert_sign(
	struct nk_bytes statement, const struct nk_key *seed, struct nk_buf *out_envelope, struct nk_err *err);
/* nk_cert_read: the facts of a statement; slices live in `arena`. *out_level: as it is written there (nk_cert_level
 * computes it). NK_INVALID names the item. */
NK_RESULT nk_cert_read(struct nk_bytes statement, struct nk_arena *arena, struct nk_cert *out,
	enum nk_level *out_level, struct nk_err *err);
/* nk_cert_text: the same for people, plain text of 80 columns, in one language; made from the *statement*, so that
 * nothing is in one and not in the other. */
NK_RESULT nk_cert_text(struct nk_bytes statement, enum nk_lang lang, struct nk_buf *out, struct nk_err *err);

/* NK_CERT_LEAF_FACT: the fact of the CERT leaf that holds the hexadecimal SHA-256 of the DSSE payload.
 * nk_cert_digest: that hash. */
#define NK_CERT_LEAF_FACT "payload"
void nk_cert_digest(struct nk_bytes statement, struct nk_hash *out);
/* nk_cert_proof: a tlog-proof with the leaf's bytes in its `extra` line, as nk_cert_verify wants it. */
NK_RESULT nk_cert_proof(struct nk_bytes tlog_proof, struct nk_bytes leaf, struct nk_buf *out, struct nk_err *err);
/* nk_cert_pub_pem: an Ed25519 public key as PEM SubjectPublicKeyInfo (RFC 8410), for openssl. nk_cert_pub_parse:
 * that, or 64 hexadecimal digits; NK_INVALID. */
NK_RESULT nk_cert_pub_pem(const uint8_t pub[static NK_SIGN_PUB_LEN], struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_cert_pub_parse(struct nk_str text, uint8_t out_pub[static NK_SIGN_PUB_LEN], struct nk_err *err);

/*
 * nk_cert_verify: offline, from files and public keys alone: envelope signature (certificate key), statement
 * well-formed and of our type, level recomputed from the facts in it and equal, receipts' signatures, leaf digest and
 * inclusion in the signed checkpoint. Every check has a line in the report; what was NOT checked is listed too
 * (completeness needs the ledger).
 */
enum nk_check { NK_CHECK_OK, NK_CHECK_FAILED, NK_CHECK_NOT_DONE };
struct nk_cert_check {
	enum nk_check result;
	const char *what; /* msgid without placeholders */
};
struct nk_cert_verify_input {
	struct nk_bytes envelope;
	struct nk_bytes proof; /* .tlog-proof; empty: that check is not done. Its `extra` line is the CERT leaf's
				  bytes (canonical JSON, item "payload" = hex SHA-256 of the DSSE payload); the
				  inclusion proof makes them authentic. */
	uint8_t cert_pub[NK_SIGN_PUB_LEN];
	struct nk_str ledger_vkey; /* empty: not done */
	struct nk_bytes subject_opening; /* salt ‖ person id (48 bytes); empty: not done */
};
enum { NK_CERT_CHECKS_MAX = 24 };
struct nk_cert_verify_report {
	struct nk_cert_check checks[NK_CERT_CHECKS_MAX];
	size_t n;
	bool good; /* no check failed and the signature was checked */
	enum nk_level level;
};
/* On success the statement is appended to out_statement, for nk_cert_text. NK_INVALID only for bytes that are no
 * envelope at all. */
NK_RESULT nk_cert_verify(const struct nk_cert_verify_input *in, struct nk_buf *out_statement,
	struct nk_cert_verify_report *out, struct nk_err *err);

/*
 * nk_any_verify: the same for every other signed statement (in-toto in DSSE): signature by one of the keys, form, the
 * ledger's entry (fact "payload") and its place in the ledger. The texts of the report live in `keep`.
 * nk_any_type: the type that a statement says to have, unverified; empty: it is none.
 */
struct nk_any_verify_input {
	struct nk_bytes envelope;
	struct nk_bytes proof; /* empty: not done */
	const uint8_t *pubs; /* n_pubs × 32 bytes */
	size_t n_pubs;
	struct nk_str ledger_vkey; /* empty: not done */
};
struct nk_any_verify_report {
	struct nk_cert_verify_report checks;
	size_t signer; /* which key; SIZE_MAX: none */
	struct nk_str predicate; /* type URI */
	struct nk_str subjects; /* lines "name sha256" */
	struct nk_str body; /* the predicate as it stands */
};
NK_RESULT nk_any_verify(const struct nk_any_verify_input *in, struct nk_arena *keep, struct nk_any_verify_report *out,
	struct nk_err *err);
NK_RESULT nk_any_type(struct nk_bytes envelope, struct nk_arena *arena, struct nk_str *out, struct nk_err *err);

#endif
