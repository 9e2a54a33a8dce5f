/*
 * sealer.h: where the epoch secret lives. One row of sealers.rows each, behind one small interface.
 *
 * The vault's root is sealed under K_e = mix(L, E): L, the long-lived unlock
 * secret, and E, the epoch secret, which goes into no backup and is destroyed
 * at each rotation. Two values exist only between the pending step and the
 * commit of a rotation. Every call names the epoch and the rotation's random id.
 */
#ifndef NK_SEALER_H
#define NK_SEALER_H

#include "crypto.h"

enum { NK_ROTATION_ID_LEN = 16, NK_RECEIPTS_MAX = 16 };

/* The highest level of DESIGN 3.6 that a destruction here can support. */
enum nk_level { NK_LEVEL_NONE, NK_LEVEL_E1, NK_LEVEL_E2, NK_LEVEL_E3, NK_LEVEL_E4, NK_LEVEL_COUNT };

/* A statement by whoever held (part of) an epoch secret that it is destroyed. Signed by the holder's own key. */
struct nk_receipt {
	char holder[64]; /* "file", or a custodian's name */
	char medium[32]; /* "file", "memory", "tpm" … : never more than it is */
	char host[64];
	char organisation[64];
	uint64_t epoch;
	uint8_t rotation[NK_ROTATION_ID_LEN];
	nk_time at;
	uint8_t pub[NK_SIGN_PUB_LEN]; /* all zero: unsigned (file sealer) */
	uint8_t sig[NK_SIG_LEN]; /* over nk_receipt_text */
};

/*
 * nk_receipt_text: the canonical JSON that a receipt's signature covers. nk_receipt_ok: signature true? (false
 * for unsigned ones).
 */
NK_RESULT nk_receipt_text(const struct nk_receipt *r, struct nk_buf *out, struct nk_err *err);
bool nk_receipt_ok(const struct nk_receipt *r);

struct nk_sealer_settings {
	const char *dir; /* file sealer: folder of the epoch file */
	/* "name=unix:/path#<public keys>" or "name=host:port#…", as printed by nokosazu-custodian; n entries */
	const char *const *custodians;
	size_t n_custodians;
	unsigned threshold; /* k */
	struct nk_str organisation; /* of this site, for receipts of the file sealer */
};

struct nk_sealer_handle;

struct nk_sealer {
	const char *name; /* as in the configuration: "file", "custodian" */
	NK_RESULT (*open)
	(const struct nk_env *env, const struct nk_sealer_settings *settings, struct nk_sealer_handle **out,
		struct nk_err *err);
	void (*close)(struct nk_sealer_handle **handle);
	/*
	 * get: the secret of `epoch`, from committed or pending state. NK_UNAVAILABLE: too few custodians
	 * answered (named). NK_GONE: destroyed.
	 */
	NK_RESULT (*get)(struct nk_sealer_handle *h, uint64_t epoch, struct nk_key *out, struct nk_err *err);
	/*
	 * put: keep E of `epoch` as pending for this rotation, durable as far as the medium allows. All holders,
	 * unless degraded.
	 */
	NK_RESULT (*put)
	(struct nk_sealer_handle *h, uint64_t epoch, const uint8_t rotation[static NK_ROTATION_ID_LEN],
		const struct nk_key *secret, struct nk_err *err);
	/* drop: forget the pending secret of this rotation, which was aborted. Idempotent. */
	NK_RESULT (*drop)
	(struct nk_sealer_handle *h, uint64_t epoch, const uint8_t rotation[static NK_ROTATION_ID_LEN],
		struct nk_err *err);
	/*
	 * destroy: make every secret below `epoch` unrecoverable and say so (receipt->epoch is epoch - 1).
	 * Idempotent: asked again it gives the same receipts.
	 */
	NK_RESULT (*destroy)
	(struct nk_sealer_handle *h, uint64_t epoch, const uint8_t rotation[static NK_ROTATION_ID_LEN],
		struct nk_receipt *out, size_t *out_n, struct nk_err *err);
	/*
	 * cap: E2 for "file"; custodian: E3 only with n-k+1 receipts of media that are not files, on different
	 * hosts (DECISIONS 6).
	 */
	enum nk_level (*cap)(const struct nk_receipt *receipts, size_t n, unsigned holders, unsigned threshold);
};

/* nk_sealer_find: by name; NULL when there is no such row. */
const struct nk_sealer *nk_sealer_find(struct nk_str name);

/*
 * nk_sealer_client_key: the public key by which custodians know the vault in `dir` (made when missing), for their
 * --client.
 */
NK_RESULT nk_sealer_client_key(
	const struct nk_env *env, const char *dir, uint8_t out_pub[static 32], struct nk_err *err);

/*
 * nk_sealer_custodian_status: asks custodian `which` of the settings (settings->dir is the vault's) who it is and
 * what it holds. NK_UNAVAILABLE with its name.
 */
struct nk_custodian_status {
	struct nk_receipt who; /* holder, medium, host, organisation; no destruction, no signature */
	uint64_t held[2]; /* epochs, 0: none */
};
NK_RESULT nk_sealer_custodian_status(const struct nk_env *env, const struct nk_sealer_settings *settings,
	size_t which, struct nk_custodian_status *out, struct nk_err *err);

#endif
