/*
 * vault_int.h: what the files of the vault share. The layout and the write order are in DESIGN.md.
 *
 * Invariant: what is in memory (head, keys, areas, index) is what the header
 * sector on the disk says; when a commit failed half-way the vault is `broken`
 * and answers nothing until it was opened again.
 */
#ifndef NK_VAULT_INT_H
#define NK_VAULT_INT_H

#include "vault.h"

enum {
	NKV_VERSION = 1,
	NKV_SECTOR = 512,
	NKV_SLOTS = 1000, /* a bucket */
	NKV_BUCKETS_MAX = 4096,
	NKV_SLOT_LEN = 16 + NK_WRAP_LEN,
	NKV_ENTRY_LEN = 16 + NK_WRAP_LEN,
	NKV_AREA_LEN = 90112, /* 1,000 slots, rounded up to pages of 4,096 bytes */
	NKV_TABLE_LEN = NKV_BUCKETS_MAX * NKV_ENTRY_LEN,
	NKV_HEAD_STEP = 4096, /* header sector B lies in another page than A */
	NKV_TABLE_AT = 8192,
	NKV_BUCKETS_AT = NKV_TABLE_AT + 2 * NKV_TABLE_LEN,
	NKV_NAME_LEN = 16,
	NKV_ID_LEN = 16,
	NKV_CHECK_LEN = 16,
	NKV_HEAD_AAD = 272, /* bytes of the header before the wrapped root */
	NKV_THRESHOLD_DEFAULT = 2,
};

enum nk_vflag {
	NKV_DRAFT = 1, /* creation is not finished: there is no vault yet */
	NKV_UNFINISHED = 2, /* committed; old areas and the old epoch secret are still to be destroyed */
	NKV_ROTATION = 4, /* with UNFINISHED: the change was a rotation, so the sealer has something to destroy */
	NKV_SINGLE = 8, /* no second place, by choice at creation */
	NKV_REHEARSED = 16, /* the recovery sheets were tried */
	NKV_KEYFILE = 32, /* the unlock secret is a key file, not a passphrase */
};

struct nk_vhead {
	uint32_t flags;
	uint8_t id[NKV_ID_LEN];
	uint64_t sequence;
	uint64_t epoch;
	uint32_t buckets;
	uint32_t table; /* which area of the root table is in force */
	char sealer[NKV_NAME_LEN]; /* NUL-padded */
	char other_sealer[NKV_NAME_LEN]; /* where a pending secret is, or (UNFINISHED) the old one */
	uint8_t rotation[NK_ROTATION_ID_LEN]; /* the one that made this epoch */
	uint8_t pending[NK_ROTATION_ID_LEN]; /* zero: none */
	struct nk_kdf_params kdf;
	uint32_t holders;
	uint32_t threshold;
	uint32_t other_holders;
	uint32_t other_threshold;
	uint8_t check[NKV_CHECK_LEN]; /* of the epoch secret */
	uint64_t e3_since; /* epochs from here on were destroyed at E3 */
	uint8_t root[NK_WRAP_LEN];
};

/* The part of a slot that can be read without a key; it is authenticated with the key (AAD). */
struct nk_vslot {
	uint8_t kind;
	uint8_t state;
	uint32_t generation;
	uint64_t epoch; /* in which the key was made, or (destroyed) it was destroyed */
};

/* vault_layout.c: bytes of the file, no I/O. */
enum nk_head_look { NK_HEAD_EMPTY, NK_HEAD_GOOD, NK_HEAD_DAMAGED, NK_HEAD_NEWER };
void nk_layout_head_put(const struct nk_vhead *head, uint8_t out[static NKV_SECTOR]);
enum nk_head_look nk_layout_head_get(const uint8_t in[static NKV_SECTOR], struct nk_vhead *out);
/* The root under the key of unlock secret and epoch secret; all that stands before it in the sector is its AAD. */
NK_RESULT nk_layout_root_wrap(const struct nk_env *env, const struct nk_key *kek, const struct nk_key *root,
	struct nk_vhead *head, struct nk_err *err);
bool nk_layout_root_unwrap(const struct nk_key *kek, const struct nk_vhead *head, struct nk_key *out_root);
void nk_layout_check(const struct nk_key *epoch_secret, uint8_t out[static NKV_CHECK_LEN]);
uint64_t nk_layout_head_at(uint64_t sequence);
uint64_t nk_layout_area_at(uint64_t bucket, unsigned area);
uint64_t nk_layout_table_at(unsigned area);
uint64_t nk_layout_size(uint64_t buckets);
bool nk_layout_zero(const uint8_t *bytes, size_t len);

void nk_layout_slot_get(const uint8_t in[static NKV_SLOT_LEN], struct nk_vslot *out);
/* key NULL: a mark (free, destroyed) that holds no key. The nonce is fresh. */
struct nk_vseal {
	const uint8_t *id;
	const struct nk_key *kek;
	const uint8_t *nonce;
};
void nk_layout_slot_seal(const struct nk_vseal *how, uint64_t number, const struct nk_vslot *slot,
	const struct nk_key *key, uint8_t out[static NKV_SLOT_LEN]);
/* false: not authentic. A slot that was never used is all zero and is not opened by this. */
bool nk_layout_slot_open(const uint8_t id[static NKV_ID_LEN], const struct nk_key *kek, uint64_t number,
	const uint8_t in[static NKV_SLOT_LEN], struct nk_key *out);
void nk_layout_entry_seal(const struct nk_vseal *how, uint64_t bucket, unsigned area, const struct nk_key *key,
	uint8_t out[static NKV_ENTRY_LEN]);
bool nk_layout_entry_open(const uint8_t id[static NKV_ID_LEN], const struct nk_key *kek, uint64_t bucket,
	const uint8_t in[static NKV_ENTRY_LEN], unsigned *out_area, struct nk_key *out);

/* vault_places.c: the file in both places. A sync that fails ends the process. */
struct nk_places {
	const struct nk_env *env;
	unsigned n; /* 1 or 2 */
	int file[2];
	char path[2][PATH_MAX];
};
void nk_places_init(struct nk_places *p, const struct nk_env *env);
void nk_places_done(struct nk_places *p);
NK_RESULT nk_places_name(struct nk_places *p, const struct nk_vault_options *opt, struct nk_err *err);
NK_RESULT nk_places_open(struct nk_places *p, enum nk_open_mode mode, struct nk_err *err);
/* Reads exactly len bytes or fails with NK_CORRUPT. */
NK_RESULT nk_places_read(
	const struct nk_places *p, unsigned place, uint64_t at, void *buf, size_t len, struct nk_err *err);
NK_RESULT nk_places_write_one(
	const struct nk_places *p, unsigned place, uint64_t at, const void *buf, size_t len, struct nk_err *err);
/* in all places */
NK_RESULT nk_places_write(const struct nk_places *p, uint64_t at, const void *buf, size_t len, struct nk_err *err);
void nk_places_sync_one(const struct nk_places *p, unsigned place);
void nk_places_sync(const struct nk_places *p);
/* The first `size` bytes of one place to the other, header last, so that a cut-off copy is still the older one. */
NK_RESULT nk_places_copy(const struct nk_places *p, unsigned from, uint64_t size, struct nk_err *err);
NK_RESULT nk_places_trim(const struct nk_places *p, uint64_t size, bool *out_trimmed, struct nk_err *err);
/* Zeros over len bytes in all places where they are not zero yet; *out_found is only ever set. */
NK_RESULT nk_places_wipe(const struct nk_places *p, uint64_t at, size_t len, bool *out_found, struct nk_err *err);

/* What is known of each slot without reading the disk again. */
struct nk_vindex {
	uint32_t generation;
	uint8_t kind;
	uint8_t state;
};

/* Keys of the open vault, in locked memory. */
struct nk_vsecrets {
	struct nk_key unlock; /* L */
	struct nk_key kek; /* mix(L, E) */
	struct nk_key root;
};

/* Room for one bucket's worth of new keys and their nonces, in locked memory. */
struct nk_vscratch {
	struct nk_key keys[NKV_SLOTS];
	uint8_t nonces[NKV_SLOTS][NK_NONCE_LEN];
};

struct nk_vault {
	const struct nk_env *env;
	struct nk_places places;
	int lock;
	struct nk_vhead head;
	struct nk_vsecrets *secrets;
	struct nk_key *bucket_keys; /* locked; head.buckets of them, room for buckets_cap */
	uint32_t buckets_cap;
	uint8_t *areas; /* active area of each bucket */
	uint16_t *free_count; /* free slots of each bucket */
	struct nk_vindex *index; /* NKV_SLOTS a bucket */
	uint64_t counts[NK_SLOT_KIND_COUNT][NK_SLOT_STATE_COUNT];
	struct nk_vscratch *scratch;
	uint8_t *work[2]; /* two areas: wrapped bytes only, nothing secret */
	uint8_t *cache; /* the active area of bucket cached */
	uint64_t cached; /* UINT64_MAX: none */
	uint64_t last_bucket; /* of the last opening: two in a row load the whole bucket */
	const struct nk_sealer *sealer;
	struct nk_sealer_handle *handle;
	struct nk_vault_change *change;
	bool broken;
	bool recovered;
	struct nk_vault_finish finished; /* what the open had to finish */
};

/* vault.c */
NK_RESULT nk_vault_usable_(const struct nk_vault *vault, bool for_change, struct nk_err *err);
/* Room for `buckets` in memory; the vault is as before when it fails. */
NK_RESULT nk_vault_room_(struct nk_vault *vault, uint32_t buckets, struct nk_err *err);
void nk_vault_index_set_(struct nk_vault *vault, uint64_t number, struct nk_vindex to);
void nk_vault_index_load_(struct nk_vault *vault, uint64_t bucket, const uint8_t *area);
/*
 * Writes `head` with sequence + 1 as the header in force, place after place, and takes it as vault->head. Breaks
 * the vault when it fails.
 */
NK_RESULT nk_vault_head_commit_(struct nk_vault *vault, struct nk_vhead *head, const struct nk_key *kek,
	const struct nk_key *root, struct nk_err *err);
NK_RESULT nk_vault_unlock_secret_(
	const struct nk_kdf_params *kdf, const struct nk_vault_options *opt, struct nk_key *out, struct nk_err *err);
NK_RESULT nk_vault_sealer_open_(const struct nk_env *env, const char *name, const struct nk_vault_options *opt,
	const struct nk_sealer **out_sealer, struct nk_sealer_handle **out, struct nk_err *err);
void nk_vault_name_put_(char out[static NKV_NAME_LEN], struct nk_str name);
uint32_t nk_vault_threshold_(const struct nk_vault_options *opt);

/* vault_recover.c: between reading the header and handing the vault out. */
NK_RESULT nk_vault_reconcile_(struct nk_vault *vault, struct nk_err *err);
NK_RESULT nk_vault_recover_(struct nk_vault *vault, const struct nk_vault_options *opt, struct nk_err *err);

/* vault_escrow.c: L from typed sheets. NK_INVALID names the sheet by its place. */
NK_RESULT nk_vault_escrow_join_(const struct nk_str *shares, size_t n, struct nk_key *out, struct nk_err *err);

/*
 * Was anything destroyed so well that all epochs from head->e3_since on count? Updates it after a rotation to
 * `epoch`.
 */
uint64_t nk_vault_e3_since_(uint64_t before, enum nk_level cap, uint64_t epoch);

/* vault_receipts.c: kept before the header says "finished"; loaded when the open had nothing to finish itself. */
NK_RESULT nk_vault_receipts_keep_(struct nk_vault *vault, const struct nk_vault_finish *f, struct nk_err *err);
NK_RESULT nk_vault_receipts_load_(struct nk_vault *vault, struct nk_err *err);

#endif
