/*
 * zip_read.c: the contents of one entry at a time, in bounded memory.
 *
 * Invariant: never more bytes come out than the directory promised, and "complete" is said only after size, checksum
 * and the end of the packed data agree with it. Contents are personal data: input, window and state are wiped.
 */
#include "base.h"
#include "zip.h"
#include "zip_int.h"

/* zlib's memory holds a window of the contents: every block carries its length so that it can be wiped. */
static voidpf wiping_alloc(voidpf opaque, uInt items, uInt size)
{
	size_t len = 0;

	(void)opaque;
	if (!nk_mul_size(items, size, &len) || !nk_add_size(len, sizeof(max_align_t), &len)) {
		return Z_NULL;
	}
	uint8_t *block = calloc(1, len);
	if (block == NULL) {
		return Z_NULL;
	}
	nk_put_le64(block, len);
	return block + sizeof(max_align_t);
}

static void wiping_free(voidpf opaque, voidpf address)
{
	uint8_t *block = (uint8_t *)address - sizeof(max_align_t);

	(void)opaque;
	explicit_bzero(block, nk_size(nk_get_le64(block)));
	free(block);
}

void nk_zip_end_stream(struct nk_zip *zip)
{
	struct nk_zip_stream *s = &zip->stream;

	if (s->inflating) {
		(void)inflateEnd(&s->z);
	}
	explicit_bzero(s->input, sizeof(s->input));
	s->z = (z_stream){ 0 };
	s->slot = NULL;
	s->inflating = false;
	s->ended = false;
	s->produced = 0;
}

NK_RESULT nk_zip_begin(struct nk_zip *zip, size_t i, struct nk_err *err)
{
	struct nk_zip_stream *s = &zip->stream;

	nk_assert(i < zip->n);
	nk_zip_end_stream(zip);
	s->at = zip->slots[i].data_at;
	s->left = zip->slots[i].pub.compressed;
	s->crc = crc32(0, Z_NULL, 0);
	if (zip->slots[i].method == NK_ZIP_DEFLATE) {
		s->z.zalloc = wiping_alloc;
		s->z.zfree = wiping_free;
		if (inflateInit2(&s->z, -MAX_WBITS) != Z_OK) {
			return nk_fail_nomem(err);
		}
		s->inflating = true;
	}
	s->slot = &zip->slots[i];
	return nk_done();
}

static nk_rc damaged(const struct nk_zip_slot *slot, struct nk_err *err)
{
	return nk_fail(err, NK_INVALID,
		"the contents of zip entry %u are damaged (checksum, size or packing); fetch the file again",
		slot->number);
}

/* More packed bytes for inflate when it has used up what it had. */
static nk_rc refill(struct nk_zip *zip, struct nk_err *err)
{
	struct nk_zip_stream *s = &zip->stream;
	const size_t n = s->left < NK_ZIP_INPUT ? (size_t)s->left : (size_t)NK_ZIP_INPUT;

	if (s->z.avail_in > 0 || n == 0) {
		return nk_done();
	}
	NK_TRY(nk_zip_fetch(zip, s->at, s->input, n, err));
	s->at += n;
	s->left -= n;
	s->z.next_in = s->input;
	s->z.avail_in = (uInt)n;
	return nk_done();
}

/* Inflates into buf until it is full or the packed data ends (*out_end). */
static nk_rc inflate_into(
	struct nk_zip *zip, uint8_t *buf, size_t len, size_t *out_len, bool *out_end, struct nk_err *err)
{
	struct nk_zip_stream *s = &zip->stream;
	int rc = Z_OK;

	s->z.next_out = buf;
	s->z.avail_out = (uInt)len;
	while (s->z.avail_out > 0 && rc != Z_STREAM_END) {
		NK_TRY(refill(zip, err));
		rc = inflate(&s->z, Z_NO_FLUSH);
		if (rc == Z_MEM_ERROR) {
			return nk_fail_nomem(err);
		}
		if (rc != Z_OK && rc != Z_STREAM_END) {
			return damaged(s->slot, err);
		}
	}
	*out_len = len - s->z.avail_out;
	*out_end = rc == Z_STREAM_END;
	return nk_done();
}

static nk_rc read_stored(struct nk_zip *zip, void *buf, size_t len, struct nk_err *err)
{
	NK_TRY(nk_zip_fetch(zip, zip->stream.at, buf, len, err));
	zip->stream.at += len;
	zip->stream.left -= len;
	return nk_done();
}

/* All promised bytes are out: nothing more may come, and everything must agree. */
static nk_rc finish(struct nk_zip *zip, bool ended, struct nk_err *err)
{
	struct nk_zip_stream *s = &zip->stream;
	uint8_t more = 0;
	size_t n = 0;

	if (s->inflating && !ended) {
		NK_TRY(inflate_into(zip, &more, 1, &n, &ended, err));
	}
	if (n != 0 || s->left != 0 || (s->inflating && (!ended || s->z.avail_in != 0)) ||
		s->crc != s->slot->pub.crc) {
		return damaged(s->slot, err);
	}
	s->ended = true;
	return nk_done();
}

static nk_rc read_some(struct nk_zip *zip, uint8_t *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	struct nk_zip_stream *s = &zip->stream;
	const uint64_t rest = s->slot->pub.size - s->produced;
	size_t want = rest < len ? (size_t)rest : len;
	bool ended = false;

	want = want < UINT32_MAX ? want : (size_t)UINT32_MAX;
	*out_len = want;
	if (want > 0 && s->inflating) {
		NK_TRY(inflate_into(zip, buf, want, out_len, &ended, err));
	}
	if (want > 0 && !s->inflating) {
		NK_TRY(read_stored(zip, buf, want, err));
	}
	s->crc = crc32(s->crc, buf, (uInt)*out_len);
	s->produced += *out_len;
	if (ended && s->produced != s->slot->pub.size) {
		return damaged(s->slot, err);
	}
	return s->produced == s->slot->pub.size ? finish(zip, ended, err) : nk_done();
}

NK_RESULT nk_zip_read(struct nk_zip *zip, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	nk_assert(len > 0);
	if (zip->stream.slot == NULL) {
		return nk_fail(err, NK_INVALID, "the zip entry was not opened or is damaged");
	}
	if (zip->stream.ended) {
		*out_len = 0;
		return nk_done();
	}
	const nk_rc rc = read_some(zip, buf, len, out_len, err);
	if (!nk_ok(rc)) {
		*out_len = 0;
		explicit_bzero(buf, len);
		nk_zip_end_stream(zip);
	}
	return rc;
}
