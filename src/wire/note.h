/*
 * note.h: signed notes, checkpoints and tlog proofs as text (c2sp.org/signed-note, /tlog-checkpoint,
 * /tlog-proof@v1), without the keys.
 */
#ifndef NK_NOTE_H
#define NK_NOTE_H

enum { NK_NOTE_MAX_SIGS = 16, NK_PROOF_MAX_HASHES = 63 };

struct nk_note_sig {
	struct nk_str name; /* key name */
	uint32_t key_hash; /* first four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ key), big-endian */
	struct nk_bytes sig; /* behind the key hash; 64 bytes for Ed25519 (type 0x01) */
};

struct nk_note {
	struct nk_str text; /* the signed text, with its last newline */
	struct nk_note_sig sigs[NK_NOTE_MAX_SIGS];
	size_t n_sigs;
};

/* nk_note_parse: slices into `text` or `arena`. ≤ 1 MiB. Unknown signature types are kept, malformed lines
 * refused. */
NK_RESULT nk_note_parse(struct nk_bytes text, struct nk_arena *arena, struct nk_note *out, struct nk_err *err);
/* nk_note_print: appends the note; NK_INVALID for what nk_note_parse would refuse. */
NK_RESULT nk_note_print(const struct nk_note *note, struct nk_buf *out, struct nk_err *err);

struct nk_checkpoint {
	struct nk_str origin;
	uint64_t size;
	uint8_t root[32];
};
/* The three lines of a checkpoint's text; extension lines are accepted and ignored. Sizes go up to 2^63 - 1. The
 * origin of a parsed one borrows from `text`. NK_INVALID with the line. */
NK_RESULT nk_checkpoint_print(const struct nk_checkpoint *cp, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_checkpoint_parse(struct nk_str text, struct nk_checkpoint *out, struct nk_err *err);

/* c2sp.org/tlog-proof@v1: header line, optional "extra <base64>", "index N", one base64 hash a line, empty line,
 * the checkpoint note. */
struct nk_tlog_proof {
	bool has_extra;
	struct nk_bytes extra;
	uint64_t index;
	uint8_t hashes[NK_PROOF_MAX_HASHES][32];
	size_t n_hashes;
	struct nk_bytes checkpoint; /* the signed note as it is */
};
/* nk_tlog_proof_print appends; nk_tlog_proof_parse takes ≤ 2 MiB, its slices borrow from `text` or `arena`, and the
 * checkpoint is not looked into. NK_INVALID, NK_LIMIT. */
NK_RESULT nk_tlog_proof_print(const struct nk_tlog_proof *p, struct nk_buf *out, struct nk_err *err);
NK_RESULT nk_tlog_proof_parse(
	struct nk_bytes text, struct nk_arena *arena, struct nk_tlog_proof *out, struct nk_err *err);

/* A verifier key as text: name+hash8hex+base64(type ‖ key) (signed-note vkey). */
struct nk_vkey {
	struct nk_str name;
	uint32_t key_hash;
	uint8_t type; /* 0x01 Ed25519 */
	uint8_t pub[32];
};
/* nk_vkey_print: appends, without a line end; NK_INVALID for a name that is empty or has a blank or '+'. */
NK_RESULT nk_vkey_print(const struct nk_vkey *key, struct nk_buf *out, struct nk_err *err);
/* nk_vkey_parse: types 1 and 4 (NK_UNSUPPORTED else); the name borrows from `text`. Whether the hash fits the key is
 * not checked here: that needs crypto. */
NK_RESULT nk_vkey_parse(struct nk_str text, struct nk_vkey *out, struct nk_err *err);

#endif
