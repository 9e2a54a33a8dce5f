/*
 * age.h: age v1 files (C2SP age.md): sealed to X25519 recipients or to one passphrase; Debian's `age` reads them, and
 * these functions read `age`'s, armoured ones too.
 *
 * Streams of any length in bounded memory (two chunks of 64 KiB). A header has at most NK_AGE_STANZAS recipients,
 * counted before any key is tried. What nk_age_open hands out is authenticated chunk by chunk; only when it has
 * returned NK_OK is it the whole file: who writes to a place with a name runs it once without a sink before.
 */
#ifndef NK_AGE_H
#define NK_AGE_H

#include "crypto.h"

enum {
	NK_AGE_STANZAS = 16,
	NK_AGE_HEADER_MAX = 128 * 1024,
	NK_AGE_RECIPIENT_TEXT = 63, /* "age1…" and NUL */
	NK_AGE_IDENTITY_TEXT = 75, /* "AGE-SECRET-KEY-1…" and NUL */
	NK_AGE_WORK = 18, /* scrypt's N = 2^18: what `age -p` takes */
	NK_AGE_WORK_MAX = 20, /* 1 GiB of memory; above: NK_LIMIT */
};

struct nk_age_recipient {
	uint8_t pub[32];
};

/* nk_age_recipient_parse: exactly "age1…", lower case. NK_INVALID. nk_age_recipient_print: the reverse. */
NK_RESULT nk_age_recipient_parse(struct nk_str text, struct nk_age_recipient *out, struct nk_err *err);
void nk_age_recipient_print(const struct nk_age_recipient *r, char out[static NK_AGE_RECIPIENT_TEXT]);
/* nk_age_identity_parse: exactly "AGE-SECRET-KEY-1…". NK_INVALID. _print: the reverse, a secret: the caller wipes. */
NK_RESULT nk_age_identity_parse(struct nk_str text, struct nk_key *out, struct nk_err *err);
void nk_age_identity_print(const struct nk_key *identity, char out[static NK_AGE_IDENTITY_TEXT]);
/*
 * nk_age_identities: a file of identities as age-keygen writes it: one a line, '#' begins a comment, at most `max`.
 * NK_INVALID: another line, or none at all.
 */
NK_RESULT nk_age_identities(struct nk_str text, struct nk_key *out, size_t max, size_t *out_n, struct nk_err *err);
/* nk_age_recipient_of: the public half. */
void nk_age_recipient_of(const struct nk_key *identity, struct nk_age_recipient *out);

/* Where bytes come from and go. read: at most len, *out_len 0 is the end. write may be NULL when opening: only checks. */
typedef NK_RESULT nk_age_read_fn(void *arg, void *buf, size_t len, size_t *out_len, struct nk_err *err);
typedef NK_RESULT nk_age_write_fn(void *arg, const void *buf, size_t len, struct nk_err *err);
struct nk_age_io {
	nk_age_read_fn *read;
	void *read_arg;
	nk_age_write_fn *write;
	void *write_arg;
};
/* nk_age_fd_read, nk_age_fd_write: the same over a descriptor; arg is const int *. */
nk_age_read_fn nk_age_fd_read;
nk_age_write_fn nk_age_fd_write;

/* To whom: 1 to NK_AGE_STANZAS recipients, or a passphrase alone (recipients NULL). */
struct nk_age_to {
	const struct nk_age_recipient *recipients;
	size_t n;
	struct nk_bytes passphrase;
	unsigned work; /* passphrase: log2 of scrypt's N; 0: NK_AGE_WORK */
};

/*
 * A file being sealed: nk_age_writer_new writes the header, nk_age_write any number of bytes, nk_age_writer_end the last
 * chunk; without it the file does not open. NK_OWNED(nk_age_writer_free) wipes. Errors: those of `write`, NK_INVALID
 * (no recipient, too many, a recipient that is too weak), NK_NOMEM.
 */
struct nk_age_writer;
NK_RESULT nk_age_writer_new(const struct nk_env *env, const struct nk_age_to *to, const struct nk_age_io *io,
	struct nk_age_writer **out, struct nk_err *err);
NK_RESULT nk_age_write(struct nk_age_writer *w, struct nk_bytes plain, struct nk_err *err);
NK_RESULT nk_age_writer_end(struct nk_age_writer *w, struct nk_err *err);
void nk_age_writer_free(struct nk_age_writer **w);
/* nk_age_seal: all of io->read to io->write. */
NK_RESULT nk_age_seal(
	const struct nk_env *env, const struct nk_age_to *to, const struct nk_age_io *io, struct nk_err *err);

/* With what: any of the identities, or the passphrase. */
struct nk_age_with {
	const struct nk_key *identities;
	size_t n;
	struct nk_bytes passphrase;
};
/*
 * nk_age_open: NK_INVALID: no age file (header or armour); NK_DENIED: it is for nobody of those; NK_CORRUPT: changed
 * or cut off; NK_LIMIT: more recipients, header or work than allowed. What was handed to `write` before a failure is
 * the true beginning of the file, and no more than that.
 */
NK_RESULT nk_age_open(const struct nk_age_with *with, const struct nk_age_io *io, struct nk_err *err);

#endif
