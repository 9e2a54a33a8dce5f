/*
 * sealed.c: header, associated data and padding of sealed records.
 *
 * Invariant: a record opens only with the key of its slot, at the row it was made for.
 */
#include "base.h"

#include "sealed_int.h"

#include "crypto.h"

enum { AAD_LEN = NK_SEALED_WHO + NK_SEALED_HEADER };

static void header_put(const struct nk_sealed_header *h, uint8_t out[static NK_SEALED_HEADER])
{
	out[0] = h->format;
	nk_put_le64(out + 1, h->slot.number);
	nk_put_le32(out + 9, h->slot.generation);
	nk_put_le64(out + 13, h->epoch);
}

static void aad_make(const uint8_t who[static NK_SEALED_WHO], const uint8_t header[static NK_SEALED_HEADER],
	uint8_t out[static AAD_LEN])
{
	memcpy(out, who, NK_SEALED_WHO);
	memcpy(out + NK_SEALED_WHO, header, NK_SEALED_HEADER);
}

void nk_sealed_subkey(const struct nk_key *slot_key, enum nk_subkey purpose, struct nk_key *out)
{
	nk_key_derive(slot_key, (uint64_t)purpose, "nkperson", out);
}

NK_RESULT nk_sealed_write(const struct nk_env *env, const struct nk_key *slot_key,
	const uint8_t who[static NK_SEALED_WHO], const struct nk_sealed_header *header, struct nk_buf *plain,
	struct nk_buf *out, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	uint8_t aad[AAD_LEN];
	uint8_t head[NK_SEALED_HEADER];
	uint8_t *at = NULL;
	size_t len = 0;

	NK_TRY(nk_pad(plain, err));
	len = NK_SEALED_HEADER + plain->len + NK_SEAL_EXTRA;
	NK_TRY(nk_buf_reserve(out, len, &at, err));
	header_put(header, head);
	aad_make(who, head, aad);
	nk_sealed_subkey(slot_key, NK_SUBKEY_RECORD, &key);
	NK_TRY(nk_seal(env, &key, nk_bytes_of(aad, sizeof(aad)), nk_buf_bytes(plain), at + NK_SEALED_HEADER, err));
	memcpy(at, head, NK_SEALED_HEADER);
	out->len += len;
	return nk_done();
}

bool nk_sealed_peek(struct nk_bytes record, struct nk_sealed_header *out)
{
	if (record.len < NK_SEALED_HEADER + NK_SEAL_EXTRA || record.len > NK_SEALED_MAX) {
		return false;
	}
	out->format = record.ptr[0];
	out->slot.number = nk_get_le64(record.ptr + 1);
	out->slot.generation = nk_get_le32(record.ptr + 9);
	out->epoch = nk_get_le64(record.ptr + 13);
	return true;
}

bool nk_sealed_read(const struct nk_key *slot_key, const uint8_t who[static NK_SEALED_WHO], struct nk_bytes record,
	struct nk_buf *plain)
{
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	struct nk_bytes box = { NULL, 0 };
	uint8_t aad[AAD_LEN];
	uint8_t *at = NULL;
	size_t len = 0;

	if (record.len < NK_SEALED_HEADER + NK_SEAL_EXTRA || record.len > NK_SEALED_MAX) {
		return false;
	}
	box = nk_bytes_of(record.ptr + NK_SEALED_HEADER, record.len - NK_SEALED_HEADER);
	nk_buf_reset(plain);
	if (!nk_ok(nk_buf_reserve(plain, box.len, &at, NULL))) {
		return false;
	}
	aad_make(who, record.ptr, aad);
	nk_sealed_subkey(slot_key, NK_SUBKEY_RECORD, &key);
	if (!nk_open(&key, nk_bytes_of(aad, sizeof(aad)), box, at)) {
		return false;
	}
	plain->len = box.len - NK_SEAL_EXTRA;
	if (!nk_unpad(nk_buf_bytes(plain), &len)) {
		nk_buf_reset(plain);
		return false;
	}
	/* The padding stays behind len: zeroes and a mark, nobody's data. */
	plain->len = len;
	return true;
}
