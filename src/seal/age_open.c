/*
 * age_open.c: opening: header, file key, MAC, then the chunks to the one that says it is the last.
 *
 * Invariant: no byte is handed out that is not authenticated with its place; success only when the last chunk said so
 * and nothing stands behind it.
 */
#include "base.h"

#include "age_int.h"

struct chunks {
	struct nk_key key;
	uint64_t counter;
	size_t len; /* of the box in `box` */
	uint8_t *box; /* this chunk */
	uint8_t *ahead; /* the one after it: whether there is one says whether this is the last */
	uint8_t *plain;
};

static void chunks_free(struct chunks **c)
{
	if (*c != NULL) {
		if ((*c)->plain != NULL) {
			nk_wipe((*c)->plain, NK_AGE_CHUNK);
		}
		free((*c)->plain);
		free((*c)->box);
		free((*c)->ahead);
		nk_wipe(*c, sizeof(**c));
		free(*c);
		*c = NULL;
	}
}

static NK_RESULT chunks_new(struct chunks **out, struct nk_err *err)
{
	NK_OWNED(chunks_free) struct chunks *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		return nk_fail_nomem(err);
	}
	c->plain = malloc(NK_AGE_CHUNK);
	c->box = malloc(NK_AGE_BOX);
	c->ahead = malloc(NK_AGE_BOX);
	if (c->plain == NULL || c->box == NULL || c->ahead == NULL) {
		return nk_fail_nomem(err);
	}
	*out = c;
	c = NULL;
	return nk_done();
}

static NK_RESULT changed(struct nk_err *err)
{
	return nk_fail(err, NK_CORRUPT, "the age file was changed or cut off");
}

static NK_RESULT get_key(struct nk_age_in *in, const struct nk_age_with *with, struct nk_key *out, struct nk_err *err)
{
	NK_OWNED(nk_age_header_done) struct nk_age_header h = { .n = 0 };
	NK_OWNED(nk_age_file_key_wipe) struct nk_age_file_key key = { { 0 } };
	uint8_t nonce[NK_AGE_NONCE];
	struct nk_hash mac;
	size_t n = 0;

	NK_TRY(nk_age_header_read(in, &h, err));
	NK_TRY(nk_age_unwrap(&h, with, &key, err));
	nk_age_header_mac(&key, nk_buf_bytes(&h.text), &mac);
	if (!nk_ct_equal(mac.b, h.mac.b, sizeof(mac.b))) {
		return changed(err);
	}
	NK_TRY(nk_age_in_read(in, nonce, sizeof(nonce), &n, err));
	if (n != sizeof(nonce)) {
		return nk_age_bad(err);
	}
	nk_age_payload_key(&key, nonce, out);
	return nk_done();
}

/* Opens c->box and hands it out. */
static NK_RESULT one_chunk(struct chunks *c, bool last, const struct nk_age_io *io, struct nk_err *err)
{
	uint8_t nonce[NK_CHAPOLY_NONCE];
	const size_t plain = c->len - NK_TAG_LEN;

	nk_age_chunk_nonce(c->counter, last, nonce);
	if (!nk_chapoly_open(&c->key, nonce, nk_bytes_of(c->box, c->len), c->plain) || (plain == 0 && c->counter > 0)) {
		return changed(err);
	}
	c->counter++;
	return io->write != NULL && plain > 0 ? io->write(io->write_arg, c->plain, plain, err) : nk_done();
}

static NK_RESULT all_chunks(struct nk_age_in *in, struct chunks *c, const struct nk_age_io *io, struct nk_err *err)
{
	size_t next = 0;
	bool last = false;

	NK_TRY(nk_age_in_read(in, c->box, NK_AGE_BOX, &c->len, err));
	while (!last) {
		uint8_t *const box = c->box;

		if (c->len < NK_TAG_LEN) {
			return changed(err);
		}
		NK_TRY(nk_age_in_read(in, c->ahead, NK_AGE_BOX, &next, err));
		last = next == 0;
		if (!last && c->len < NK_AGE_BOX) {
			return changed(err);
		}
		NK_TRY(one_chunk(c, last, io, err));
		c->box = c->ahead;
		c->ahead = box;
		c->len = next;
	}
	return nk_done();
}

NK_RESULT nk_age_open(const struct nk_age_with *with, const struct nk_age_io *io, struct nk_err *err)
{
	NK_OWNED(nk_age_in_done) struct nk_age_in in = { .io = io };
	NK_OWNED(chunks_free) struct chunks *c = NULL;

	NK_TRY(nk_age_in_init(&in, io, err));
	NK_TRY(chunks_new(&c, err));
	NK_TRY(get_key(&in, with, &c->key, err));
	return all_chunks(&in, c, io, err);
}
