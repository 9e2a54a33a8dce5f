/*
 * vault_layout.c: what stands where in the vault's file, and what authenticates it. No I/O.
 *
 * Invariant: every number is little-endian; every box's AAD holds the vault's id, the place of the box (header,
 * bucket, slot number) and the clear bytes beside it, so no box opens in another place.
 */
#include "base.h"

#include "vault_int.h"

enum {
	ROOT_AT = NKV_HEAD_AAD,
	SUM_AT = NKV_SECTOR - NK_HASH_LEN,
	CLEAR_LEN = 16,
	AAD_LEN = 1 + NKV_ID_LEN + 8 + CLEAR_LEN
};

_Static_assert(NKV_AREA_LEN >= NKV_SLOTS * NKV_SLOT_LEN, "a bucket fits its area");
_Static_assert(NKV_TABLE_LEN % 4096 == 0 && NKV_AREA_LEN % 4096 == 0, "areas begin on pages");
_Static_assert(ROOT_AT + NK_WRAP_LEN <= SUM_AT, "the header fits its sector");

static const uint8_t magic[8] = { 'n', 'k', 'v', 'a', 'u', 'l', 't', 0 };

struct writer {
	uint8_t *at;
};

static void put_bytes(struct writer *w, const void *bytes, size_t len)
{
	memcpy(w->at, bytes, len);
	w->at += len;
}

static void put_32(struct writer *w, uint32_t v)
{
	nk_put_le32(w->at, v);
	w->at += 4;
}

static void put_64(struct writer *w, uint64_t v)
{
	nk_put_le64(w->at, v);
	w->at += 8;
}

/* The clear part of the sector, NKV_HEAD_AAD bytes. */
static void put_clear(const struct nk_vhead *head, uint8_t out[static NKV_HEAD_AAD])
{
	struct writer w = { out };

	memset(out, 0, NKV_HEAD_AAD);
	put_bytes(&w, magic, sizeof(magic));
	put_32(&w, NKV_VERSION);
	put_32(&w, head->flags);
	put_bytes(&w, head->id, sizeof(head->id));
	put_64(&w, head->sequence);
	put_64(&w, head->epoch);
	put_32(&w, head->buckets);
	put_32(&w, head->table);
	put_bytes(&w, head->sealer, sizeof(head->sealer));
	put_bytes(&w, head->other_sealer, sizeof(head->other_sealer));
	put_bytes(&w, head->rotation, sizeof(head->rotation));
	put_bytes(&w, head->pending, sizeof(head->pending));
	put_bytes(&w, head->kdf.salt, sizeof(head->kdf.salt));
	put_32(&w, head->kdf.passes);
	put_32(&w, head->kdf.memory_kb);
	put_32(&w, head->holders);
	put_32(&w, head->threshold);
	put_32(&w, head->other_holders);
	put_32(&w, head->other_threshold);
	put_bytes(&w, head->check, sizeof(head->check));
	put_64(&w, head->e3_since);
	nk_assert(w.at <= out + NKV_HEAD_AAD);
}

static void get_bytes(struct nk_cursor *c, void *out, size_t len)
{
	const struct nk_bytes b = nk_cursor_take(c, len);

	if (!c->bad) {
		memcpy(out, b.ptr, len);
	}
}

static void get_clear(struct nk_cursor *c, struct nk_vhead *head)
{
	head->flags = nk_cursor_le32(c);
	get_bytes(c, head->id, sizeof(head->id));
	head->sequence = nk_cursor_le64(c);
	head->epoch = nk_cursor_le64(c);
	head->buckets = nk_cursor_le32(c);
	head->table = nk_cursor_le32(c);
	get_bytes(c, head->sealer, sizeof(head->sealer));
	get_bytes(c, head->other_sealer, sizeof(head->other_sealer));
	get_bytes(c, head->rotation, sizeof(head->rotation));
	get_bytes(c, head->pending, sizeof(head->pending));
	get_bytes(c, head->kdf.salt, sizeof(head->kdf.salt));
	head->kdf.passes = nk_cursor_le32(c);
	head->kdf.memory_kb = nk_cursor_le32(c);
	head->holders = nk_cursor_le32(c);
	head->threshold = nk_cursor_le32(c);
	head->other_holders = nk_cursor_le32(c);
	head->other_threshold = nk_cursor_le32(c);
	get_bytes(c, head->check, sizeof(head->check));
	head->e3_since = nk_cursor_le64(c);
}

static void sum_of(const uint8_t *sector, struct nk_hash *out)
{
	const struct nk_bytes part = nk_bytes_of(sector, SUM_AT);

	nk_blake(NULL, &part, 1, out);
}

void nk_layout_head_put(const struct nk_vhead *head, uint8_t out[static NKV_SECTOR])
{
	struct nk_hash sum;

	memset(out, 0, NKV_SECTOR);
	put_clear(head, out);
	memcpy(out + ROOT_AT, head->root, sizeof(head->root));
	sum_of(out, &sum);
	memcpy(out + SUM_AT, sum.b, sizeof(sum.b));
}

static bool sane(const struct nk_vhead *head)
{
	return head->buckets >= 1 && head->buckets <= NKV_BUCKETS_MAX && head->table <= 1 && head->epoch >= 1 &&
		head->sealer[NKV_NAME_LEN - 1] == '\0' && head->other_sealer[NKV_NAME_LEN - 1] == '\0';
}

enum nk_head_look nk_layout_head_get(const uint8_t in[static NKV_SECTOR], struct nk_vhead *out)
{
	struct nk_cursor c = nk_cursor_of(nk_bytes_of(in, NKV_SECTOR));
	struct nk_vhead head = { 0 };
	struct nk_hash sum;

	if (nk_layout_zero(in, NKV_SECTOR)) {
		return NK_HEAD_EMPTY;
	}
	if (!nk_bytes_eq(nk_cursor_take(&c, sizeof(magic)), nk_bytes_of(magic, sizeof(magic)))) {
		return NK_HEAD_DAMAGED;
	}
	/* A newer version may keep its checksum elsewhere, so this comes first. */
	if (nk_cursor_le32(&c) > NKV_VERSION) {
		return NK_HEAD_NEWER;
	}
	sum_of(in, &sum);
	if (!nk_ct_equal(sum.b, in + SUM_AT, sizeof(sum.b))) {
		return NK_HEAD_DAMAGED;
	}
	get_clear(&c, &head);
	memcpy(head.root, in + ROOT_AT, sizeof(head.root));
	if (!sane(&head)) {
		return NK_HEAD_DAMAGED;
	}
	*out = head;
	return NK_HEAD_GOOD;
}

NK_RESULT nk_layout_root_wrap(const struct nk_env *env, const struct nk_key *kek, const struct nk_key *root,
	struct nk_vhead *head, struct nk_err *err)
{
	uint8_t aad[NKV_HEAD_AAD];

	put_clear(head, aad);
	return nk_wrap(env, kek, nk_bytes_of(aad, sizeof(aad)), root, head->root, err);
}

bool nk_layout_root_unwrap(const struct nk_key *kek, const struct nk_vhead *head, struct nk_key *out_root)
{
	uint8_t aad[NKV_HEAD_AAD];

	put_clear(head, aad);
	return nk_unwrap(kek, nk_bytes_of(aad, sizeof(aad)), head->root, out_root);
}

void nk_layout_check(const struct nk_key *epoch_secret, uint8_t out[static NKV_CHECK_LEN])
{
	nk_mac16(epoch_secret, nk_str_bytes(NK_STR("nokosazu epoch check")), out);
}

uint64_t nk_layout_head_at(uint64_t sequence)
{
	return (sequence & 1) * NKV_HEAD_STEP;
}

uint64_t nk_layout_area_at(uint64_t bucket, unsigned area)
{
	return NKV_BUCKETS_AT + (2 * bucket + area) * NKV_AREA_LEN;
}

uint64_t nk_layout_table_at(unsigned area)
{
	return NKV_TABLE_AT + (uint64_t)area * NKV_TABLE_LEN;
}

uint64_t nk_layout_size(uint64_t buckets)
{
	return nk_layout_area_at(buckets, 0);
}

bool nk_layout_zero(const uint8_t *bytes, size_t len)
{
	uint64_t any = 0;
	size_t i = 0;

	for (; i + 8 <= len; i += 8) {
		uint64_t word;

		memcpy(&word, bytes + i, sizeof(word));
		any |= word;
	}
	for (; i < len; i++) {
		any |= bytes[i];
	}
	return any == 0;
}

static struct nk_bytes aad_of(
	uint8_t room[static AAD_LEN], char what, const uint8_t *id, uint64_t number, const uint8_t *clear)
{
	room[0] = (uint8_t)what;
	memcpy(room + 1, id, NKV_ID_LEN);
	nk_put_le64(room + 1 + NKV_ID_LEN, number);
	memcpy(room + 1 + NKV_ID_LEN + 8, clear, CLEAR_LEN);
	return nk_bytes_of(room, AAD_LEN);
}

void nk_layout_slot_get(const uint8_t in[static NKV_SLOT_LEN], struct nk_vslot *out)
{
	out->kind = in[0];
	out->state = in[1];
	out->generation = nk_get_le32(in + 4);
	out->epoch = nk_get_le64(in + 8);
}

void nk_layout_slot_seal(const struct nk_vseal *how, uint64_t number, const struct nk_vslot *slot,
	const struct nk_key *key, uint8_t out[static NKV_SLOT_LEN])
{
	static const struct nk_key none;
	uint8_t room[AAD_LEN];

	memset(out, 0, CLEAR_LEN);
	out[0] = slot->kind;
	out[1] = slot->state;
	nk_put_le32(out + 4, slot->generation);
	nk_put_le64(out + 8, slot->epoch);
	nk_wrap_nonce(how->kek, aad_of(room, 'S', how->id, number, out), key != NULL ? key : &none, how->nonce,
		out + CLEAR_LEN);
}

bool nk_layout_slot_open(const uint8_t id[static NKV_ID_LEN], const struct nk_key *kek, uint64_t number,
	const uint8_t in[static NKV_SLOT_LEN], struct nk_key *out)
{
	uint8_t room[AAD_LEN];

	return nk_unwrap(kek, aad_of(room, 'S', id, number, in), in + CLEAR_LEN, out);
}

void nk_layout_entry_seal(const struct nk_vseal *how, uint64_t bucket, unsigned area, const struct nk_key *key,
	uint8_t out[static NKV_ENTRY_LEN])
{
	uint8_t room[AAD_LEN];

	memset(out, 0, CLEAR_LEN);
	out[0] = nk_u8(area);
	out[1] = 1; /* in use */
	nk_wrap_nonce(how->kek, aad_of(room, 'B', how->id, bucket, out), key, how->nonce, out + CLEAR_LEN);
}

bool nk_layout_entry_open(const uint8_t id[static NKV_ID_LEN], const struct nk_key *kek, uint64_t bucket,
	const uint8_t in[static NKV_ENTRY_LEN], unsigned *out_area, struct nk_key *out)
{
	uint8_t room[AAD_LEN];

	if (in[0] > 1 || !nk_unwrap(kek, aad_of(room, 'B', id, bucket, in), in + CLEAR_LEN, out)) {
		return false;
	}
	*out_area = in[0];
	return true;
}
