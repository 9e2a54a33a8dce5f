/*
 * decode_fuzz.c: bytes in one encoding (the first byte says which): vectors beside plain code, glibc's iconv beside
 * both where it can read all of them, and each unit back to its bytes.
 *
 * Known differences to iconv, which are left out: controls 80–9F and A0, FD–FF in CP932 and EUC-JP, NUL, ISO-2022-JP
 * altogether.
 */
#include "nks_decode.h"

#include <iconv.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 6000 };

static void must(bool good)
{
	if (!good) {
		abort();
	}
}

static void take(struct nks_block *b, enum nks_encoding e, const uint8_t *bytes, size_t len)
{
	nks_block_reset(b, e, bytes, len, 0);
	must(nks_block_take(b, 0, len, 0) == len);
	nks_block_seal(b);
}

static void compare_masks(const struct nks_block *a, const struct nks_block *b)
{
	must(a->n == b->n && memcmp(a->u, b->u, a->n * sizeof(nks_unit)) == 0);
	must((a->n_odds > 0) == (b->n_odds > 0) && a->masks.any == b->masks.any);
	for (unsigned m = 0; m < NKS_M_COUNT; m++) {
		must(memcmp(a->masks.word[m], b->masks.word[m], (a->n / 64 + 1) * sizeof(uint64_t)) == 0);
	}
}

static void walk_back(const struct nks_block *b, size_t len)
{
	size_t before = 0;

	must(nks_block_at(b, b->n) <= len);
	for (size_t i = 0; i < b->n; i += 1 + i / 64) {
		const size_t at = nks_block_at(b, i);
		must(at >= before && at < len);
		must(nks_block_unit(b, at) <= i);
		before = at;
	}
}

static bool has_difference(enum nks_encoding e, const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		const bool legacy = e == NKS_CP932 || e == NKS_EUCJP;
		if (p[i] == 0 ||
			(legacy &&
				((p[i] >= 0x80 && p[i] <= 0xa0 && e == NKS_EUCJP) || p[i] >= 0xfd || p[i] == 0x80 ||
					p[i] == 0xa0))) {
			return true;
		}
	}
	return e == NKS_JIS;
}

/* What iconv reads without an error is read in the same way here. */
static void compare_iconv(const struct nks_block *b, enum nks_encoding e, const uint8_t *bytes, size_t len)
{
	static const char *const names[] = { "UTF-8", "CP932", "EUC-JP-MS", "", "UTF-16LE", "UTF-16BE" };
	static char copy[INPUT_MAX];
	static char utf8[4 * INPUT_MAX];
	static nks_unit want[4 * INPUT_MAX];
	char *in = copy;
	char *out = utf8;
	size_t room = sizeof(utf8);
	size_t n = 0;

	if (has_difference(e, bytes, len)) {
		return;
	}
	const iconv_t cd = iconv_open("UTF-8", names[e]);
	must(cd != (iconv_t)-1);
	memcpy(copy, bytes, len);
	const bool good = iconv(cd, &in, &len, &out, &room) == 0 && len == 0;
	(void)iconv_close(cd);
	if (!good || nks_units_of(utf8, sizeof(utf8) - room, want, sizeof(want) / sizeof(want[0]), &n) != NKS_OK) {
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (want[i] >= 0xfffe) {
			return;
		}
	}
	must(b->n == n && memcmp(b->u, want, n * sizeof(nks_unit)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nks_block wide;
	struct nks_block plain;

	if (size < 2 || size > INPUT_MAX) {
		return 0;
	}
	const enum nks_encoding e = (enum nks_encoding)(data[0] % NKS_ENCODING_COUNT);
	must(nks_block_init(&wide) && nks_block_init(&plain));
	plain.wide = false;
	take(&wide, e, data + 1, size - 1);
	take(&plain, e, data + 1, size - 1);
	compare_masks(&wide, &plain);
	walk_back(&wide, size - 1);
	compare_iconv(&wide, e, data + 1, size - 1);
	nks_block_done(&wide);
	nks_block_done(&plain);
	return 0;
}
