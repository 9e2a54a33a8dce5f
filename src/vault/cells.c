/*
 * cells.c: see cells.h. Invariant: a mark never turns back into a held secret of its epoch or an earlier one.
 */
#include "base.h"

#include "cells.h"

enum { SUM_AT = NK_CELL_LEN - NK_HASH_LEN };

static const uint8_t magic[8] = { 'n', 'k', 'c', 'e', 'l', 'l', '1', 0 };

static bool same(const uint8_t a[static NK_ROTATION_ID_LEN], const uint8_t b[static NK_ROTATION_ID_LEN])
{
	return nk_bytes_eq(nk_bytes_of(a, NK_ROTATION_ID_LEN), nk_bytes_of(b, NK_ROTATION_ID_LEN));
}

static bool destroyed(const struct nk_cell cells[static 2], uint64_t epoch)
{
	unsigned i;

	for (i = 0; i < 2; i++) {
		if (cells[i].state == NK_CELL_MARK && cells[i].epoch >= epoch) {
			return true;
		}
	}
	return false;
}

enum nk_code nk_cells_get(const struct nk_cell cells[static 2], uint64_t epoch, const struct nk_cell **out_cell)
{
	const struct nk_cell *cell = &cells[nk_cells_of(epoch)];

	if (cell->state == NK_CELL_HELD && cell->epoch == epoch) {
		*out_cell = cell;
		return NK_OK;
	}
	return destroyed(cells, epoch) ? NK_GONE : NK_NOT_FOUND;
}

enum nk_code nk_cells_put(struct nk_cell cells[static 2], const struct nk_cell *held)
{
	struct nk_cell *cell = &cells[nk_cells_of(held->epoch)];

	if (destroyed(cells, held->epoch)) {
		return NK_GONE;
	}
	if (cell->state == NK_CELL_HELD && (cell->epoch != held->epoch || !same(cell->rotation, held->rotation))) {
		return NK_CONFLICT;
	}
	*cell = *held;
	cell->state = NK_CELL_HELD;
	return NK_OK;
}

bool nk_cells_drop(struct nk_cell cells[static 2], uint64_t epoch, const uint8_t rotation[static NK_ROTATION_ID_LEN])
{
	struct nk_cell *cell = &cells[nk_cells_of(epoch)];

	if (cell->state != NK_CELL_HELD || cell->epoch != epoch || !same(cell->rotation, rotation)) {
		return false;
	}
	nk_wipe(cell, sizeof(*cell));
	return true;
}

nk_time nk_cells_destroy(struct nk_cell cells[static 2], uint64_t epoch,
	const uint8_t rotation[static NK_ROTATION_ID_LEN], nk_time now)
{
	struct nk_cell *old = &cells[nk_cells_of(epoch - 1)];
	struct nk_cell *other = &cells[nk_cells_of(epoch)];

	if (other->state == NK_CELL_HELD && other->epoch < epoch) {
		nk_wipe(other, sizeof(*other));
	}
	if (old->state == NK_CELL_MARK && same(old->rotation, rotation)) {
		return old->at;
	}
	nk_wipe(old, sizeof(*old));
	old->state = NK_CELL_MARK;
	old->epoch = epoch - 1;
	old->at = now;
	memcpy(old->rotation, rotation, NK_ROTATION_ID_LEN);
	return now;
}

static void sum_of(const uint8_t *bytes, struct nk_hash *out)
{
	const struct nk_bytes part = nk_bytes_of(bytes, SUM_AT);

	nk_blake(NULL, &part, 1, out);
}

void nk_cell_put(const struct nk_cell *cell, uint8_t out[static NK_CELL_LEN])
{
	struct nk_hash sum;

	memset(out, 0, NK_CELL_LEN);
	memcpy(out, magic, sizeof(magic));
	nk_put_le32(out + 8, (uint32_t)cell->state);
	nk_put_le64(out + 16, cell->epoch);
	memcpy(out + 24, cell->rotation, sizeof(cell->rotation));
	nk_put_le64(out + 40, nk_u64(cell->at));
	memcpy(out + 48, cell->payload, sizeof(cell->payload));
	sum_of(out, &sum);
	memcpy(out + SUM_AT, sum.b, sizeof(sum.b));
}

bool nk_cell_get(const uint8_t in[static NK_CELL_LEN], struct nk_cell *out)
{
	const uint32_t state = nk_get_le32(in + 8);
	const uint64_t at = nk_get_le64(in + 40);
	struct nk_hash sum;

	memset(out, 0, sizeof(*out));
	sum_of(in, &sum);
	if (!nk_ct_equal(sum.b, in + SUM_AT, sizeof(sum.b)) ||
		!nk_bytes_eq(nk_bytes_of(in, sizeof(magic)), nk_bytes_of(magic, sizeof(magic))) ||
		state >= NK_CELL_STATE_COUNT || at > INT64_MAX) {
		return false;
	}
	out->state = (enum nk_cell_state)state;
	out->epoch = nk_get_le64(in + 16);
	memcpy(out->rotation, in + 24, sizeof(out->rotation));
	out->at = nk_i64(at);
	memcpy(out->payload, in + 48, sizeof(out->payload));
	return true;
}
