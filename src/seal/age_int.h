/*
 * age_int.h: the parts of an age file, for the files of age: source of bytes, header, file key.
 */
#ifndef NK_AGE_INT_H
#define NK_AGE_INT_H

#include "age.h"
#include "crypto_age.h"

enum {
	NK_AGE_FILE_KEY = 16,
	NK_AGE_NONCE = 16,
	NK_AGE_CHUNK = 64 * 1024,
	NK_AGE_BOX = NK_AGE_CHUNK + NK_TAG_LEN,
	NK_AGE_BODY_KEPT = 64,
	NK_AGE_ARGS = 3,
	NK_AGE_LINE = 2048,
	NK_AGE_RAW = 64 * 1024,
};

#define NK_AGE_VERSION "age-encryption.org/v1"

struct nk_age_file_key {
	uint8_t b[NK_AGE_FILE_KEY];
};

/* One recipient of the header; type and arguments point into the header's text. */
struct nk_age_stanza {
	struct nk_str type;
	struct nk_str args[NK_AGE_ARGS];
	size_t n_args; /* all of them, also those that are not in args */
	uint8_t body[NK_AGE_BODY_KEPT];
	size_t body_len; /* true length; at most NK_AGE_BODY_KEPT bytes are in body */
};

struct nk_age_header {
	struct nk_buf text; /* to the end of "---" */
	struct nk_age_stanza stanzas[NK_AGE_STANZAS];
	size_t n;
	struct nk_hash mac;
};

/* --- age_in.c: bytes of the file, out of their armour --- */
struct nk_age_in {
	const struct nk_age_io *io;
	uint8_t *raw;
	size_t at, len;
	bool end;
	bool armored;
	bool armor_short; /* the short line was there: only the end line may follow */
	bool armor_end;
	uint8_t line[48]; /* armoured: what is decoded and not yet taken */
	size_t line_at, line_len;
};
NK_RESULT nk_age_in_init(struct nk_age_in *in, const struct nk_age_io *io, struct nk_err *err);
void nk_age_in_done(struct nk_age_in *in);
/* nk_age_in_read: `len` bytes, fewer only at the end. nk_age_in_line: to the next LF, which is not in it; NK_INVALID
 * at the end of the file or beyond NK_AGE_LINE bytes. */
NK_RESULT nk_age_in_read(struct nk_age_in *in, void *buf, size_t len, size_t *out_len, struct nk_err *err);
NK_RESULT nk_age_in_line(struct nk_age_in *in, struct nk_buf *line, struct nk_err *err);

/* --- age_header.c --- */
/* nk_age_b64: without padding, one spelling only; false for anything else. _put: the reverse. */
bool nk_age_b64(struct nk_str text, uint8_t *out, size_t room, size_t *out_len);
NK_RESULT nk_age_b64_put(struct nk_buf *out, struct nk_bytes b, struct nk_err *err);
NK_RESULT nk_age_header_read(struct nk_age_in *in, struct nk_age_header *out, struct nk_err *err);
void nk_age_header_done(struct nk_age_header *h);
/* nk_age_header_mac: over the text to "---". nk_age_payload_key. */
void nk_age_header_mac(const struct nk_age_file_key *key, struct nk_bytes text, struct nk_hash *out);
void nk_age_payload_key(const struct nk_age_file_key *key, const uint8_t nonce[static NK_AGE_NONCE], struct nk_key *out);
/* nk_age_chunk_nonce: the counter and whether it is the last. */
void nk_age_chunk_nonce(uint64_t counter, bool last, uint8_t out[static NK_CHAPOLY_NONCE]);

/* --- age_wrap.c --- */
/* nk_age_wrap: all stanzas for these recipients. */
NK_RESULT nk_age_wrap(const struct nk_env *env, const struct nk_age_to *to, const struct nk_age_file_key *key,
	struct nk_buf *out, struct nk_err *err);
/* nk_age_unwrap: the file key by the first stanza that fits. */
NK_RESULT nk_age_unwrap(const struct nk_age_header *h, const struct nk_age_with *with, struct nk_age_file_key *out,
	struct nk_err *err);
void nk_age_file_key_wipe(struct nk_age_file_key *key);
/* nk_age_bad: the one text for a header that is none. */
NK_RESULT nk_age_bad(struct nk_err *err);

#endif
