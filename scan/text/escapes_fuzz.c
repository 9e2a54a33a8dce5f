/*
 * escapes_fuzz.c: any units through nks_escapes and the skeletons: runs lie inside the block, the output is bounded,
 * fast paths are equal.
 */
#include "escapes_int.h"
#include "nks_decode.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 20000 };

struct ears {
	const struct nks_text *text;
	size_t bytes;
};

static bool hear(void *arg, enum nks_via via, size_t at, size_t len, const uint8_t *bytes, size_t n)
{
	struct ears *e = arg;

	if (via == NKS_VIA_PLAIN || via >= NKS_VIA_COUNT || len == 0 || n == 0 || at + len > e->text->n ||
		n > NKS_ESCAPE_ROOM) {
		abort();
	}
	e->bytes += n + (bytes[0] + bytes[n - 1]) * 0U;
	return true;
}

/* Bytes as units: those from 0xc0 on are Japanese, 0xff is a break. */
static nks_unit unit_of(uint8_t b)
{
	return b == 0xff ? NKS_BREAK : b >= 0xc0 ? (nks_unit)(0x3040 + (b - 0xc0) * 97) : b;
}

static void escapes_of(nks_unit *u, size_t n, size_t from, size_t to)
{
	static uint64_t bits[NKS_M_COUNT][MOST / 64 + 4];
	struct nks_masks masks = { 0 };
	struct nks_text text = { .u = u, .n = n, .from = from, .to = to, .first = from == 0 };
	struct ears ears = { .text = &text };

	memset(bits, 0, sizeof bits);
	for (size_t m = 0; m < NKS_M_COUNT; m++) {
		masks.word[m] = bits[m] + 1;
		text.mask[m] = bits[m] + 1;
	}
	for (size_t w = 0; w * 64 < n; w++) {
		nks_masks_plain(&masks, w, u + w * 64);
	}
	(void)nks_escapes(&text, hear, &ears);
	if (ears.bytes > 64 * n + 64) {
		abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const size_t n = size > MOST ? MOST : size;
	nks_unit *room = calloc(n + 2 * NKS_PAD, sizeof *room);
	nks_unit *u = room + NKS_PAD;
	char skeleton[48];

	if (room == NULL) {
		return 0;
	}
	for (size_t i = 0; i < n; i++) {
		u[i] = unit_of(data[i]);
	}
	escapes_of(u, n, 0, n);
	if (n > 0) {
		escapes_of(u, n, n * data[0] / 256, n);
		escapes_of(u, n, 0, n * data[0] / 256);
	}
	for (size_t i = 0; i < n; i += 16) {
		const size_t left = n - i < 64 ? n - i : 64;

		if (nks_skeleton(u + i, left, skeleton, sizeof skeleton) > sizeof skeleton ||
			nks_kana_skeleton(u + i, left, skeleton, sizeof skeleton) > sizeof skeleton) {
			abort();
		}
	}
	free(room);
	return 0;
}
