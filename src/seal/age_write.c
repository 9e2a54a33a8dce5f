/*
 * age_write.c: sealing: header, then chunks of 64 KiB, each with its place and whether it is the last in its nonce.
 *
 * Invariant: a chunk is written only when it is known whether it is the last; only the last may be short, and it is
 * empty only when all is.
 */
#include "base.h"

#include "age_int.h"

struct nk_age_writer {
	const struct nk_age_io *io;
	struct nk_key key;
	uint64_t counter;
	size_t len;
	bool ended;
	uint8_t plain[NK_AGE_CHUNK];
	uint8_t box[NK_AGE_BOX];
};

static NK_RESULT put_header(const struct nk_env *env, const struct nk_age_to *to, struct nk_age_writer *w, struct nk_err *err)
{
	NK_OWNED(nk_age_file_key_wipe) struct nk_age_file_key key = { { 0 } };
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	uint8_t nonce[NK_AGE_NONCE];
	struct nk_hash mac;

	nk_buf_init(&text, NK_AGE_HEADER_MAX);
	NK_TRY(nk_random(env, key.b, sizeof(key.b), err));
	NK_TRY(nk_random(env, nonce, sizeof(nonce), err));
	NK_TRY(nk_buf_add_c(&text, NK_AGE_VERSION "\n", err));
	NK_TRY(nk_age_wrap(env, to, &key, &text, err));
	NK_TRY(nk_buf_add_c(&text, "---", err));
	nk_age_header_mac(&key, nk_buf_bytes(&text), &mac);
	NK_TRY(nk_buf_add_byte(&text, ' ', err));
	NK_TRY(nk_age_b64_put(&text, nk_bytes_of(mac.b, sizeof(mac.b)), err));
	NK_TRY(nk_buf_add_byte(&text, '\n', err));
	NK_TRY(nk_buf_add(&text, nonce, sizeof(nonce), err));
	nk_age_payload_key(&key, nonce, &w->key);
	return w->io->write(w->io->write_arg, text.ptr, text.len, err);
}

NK_RESULT nk_age_writer_new(const struct nk_env *env, const struct nk_age_to *to, const struct nk_age_io *io,
	struct nk_age_writer **out, struct nk_err *err)
{
	NK_OWNED(nk_age_writer_free) struct nk_age_writer *w = calloc(1, sizeof(*w));

	if (w == NULL) {
		return nk_fail_nomem(err);
	}
	w->io = io;
	NK_TRY(put_header(env, to, w, err));
	*out = w;
	w = NULL;
	return nk_done();
}

static NK_RESULT put_chunk(struct nk_age_writer *w, struct nk_bytes plain, bool last, struct nk_err *err)
{
	uint8_t nonce[NK_CHAPOLY_NONCE];

	nk_age_chunk_nonce(w->counter, last, nonce);
	w->counter++;
	nk_chapoly_seal(&w->key, nonce, plain, w->box);
	return w->io->write(w->io->write_arg, w->box, plain.len + NK_TAG_LEN, err);
}

NK_RESULT nk_age_write(struct nk_age_writer *w, struct nk_bytes plain, struct nk_err *err)
{
	nk_assert(!w->ended);
	while (plain.len > 0) {
		const size_t room = NK_AGE_CHUNK - w->len;
		const size_t n = plain.len < room ? plain.len : room;

		if (room == 0) {
			NK_TRY(put_chunk(w, nk_bytes_of(w->plain, NK_AGE_CHUNK), false, err));
			w->len = 0;
			continue;
		}
		memcpy(w->plain + w->len, plain.ptr, n);
		w->len += n;
		plain = nk_bytes_of(plain.ptr + n, plain.len - n);
	}
	return nk_done();
}

NK_RESULT nk_age_writer_end(struct nk_age_writer *w, struct nk_err *err)
{
	nk_assert(!w->ended);
	w->ended = true;
	return put_chunk(w, nk_bytes_of(w->plain, w->len), true, err);
}

void nk_age_writer_free(struct nk_age_writer **w)
{
	if (*w != NULL) {
		nk_wipe(*w, sizeof(**w));
		free(*w);
		*w = NULL;
	}
}

/* Straight into the writer's chunk: no copy. */
static NK_RESULT fill(struct nk_age_writer *w, const struct nk_age_io *io, bool *out_end, struct nk_err *err)
{
	size_t n = 1;

	while (w->len < NK_AGE_CHUNK && n > 0) {
		NK_TRY(io->read(io->read_arg, w->plain + w->len, NK_AGE_CHUNK - w->len, &n, err));
		w->len += n;
	}
	*out_end = n == 0;
	return nk_done();
}

NK_RESULT nk_age_seal(const struct nk_env *env, const struct nk_age_to *to, const struct nk_age_io *io, struct nk_err *err)
{
	NK_OWNED(nk_age_writer_free) struct nk_age_writer *w = NULL;
	uint8_t peek = 0;
	size_t n = 1;
	bool end = false;

	NK_TRY(nk_age_writer_new(env, to, io, &w, err));
	NK_TRY(fill(w, io, &end, err));
	while (!end) {
		NK_TRY(io->read(io->read_arg, &peek, 1, &n, err));
		if (n == 0) {
			break;
		}
		NK_TRY(nk_age_write(w, nk_bytes_of(&peek, 1), err)); /* the full chunk goes out, this byte begins the next */
		NK_TRY(fill(w, io, &end, err));
	}
	return nk_age_writer_end(w, err);
}
