/*
 * scan_fuzz.c: any bytes through the whole scanner, at once and in pieces: both give the same findings, in their
 * order.
 */
#include "nkscan.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { FOUND_MAX = 65536 };

struct bag {
	struct nks_finding *f;
	size_t n;
};

static void must(bool good)
{
	if (!good) {
		abort();
	}
}

static int collect(void *arg, const struct nks_finding *f)
{
	struct bag *const bag = arg;

	must(f->confidence <= 100 && f->units > 0);
	if (bag->n < FOUND_MAX) {
		bag->f[bag->n++] = *f;
	}
	return 0;
}

static void run(const struct nks_options *o, const struct nks_stream *st, const uint8_t *data, size_t size,
	size_t step, struct bag *bag)
{
	struct nks_scan *scan = NULL;
	struct nks_summary sum;

	bag->n = 0;
	must(nks_scan_new(o, collect, bag, &scan) == NKS_OK);
	must(nks_scan_begin(scan, st) == NKS_OK);
	for (size_t at = 0; at < size; at += step) {
		must(nks_scan_feed(scan, data + at, size - at < step ? size - at : step) == NKS_OK);
	}
	must(nks_scan_end(scan, &sum) == NKS_OK);
	must(sum.bytes == size);
	for (size_t i = 0; i < bag->n; i++) {
		must(bag->f[i].offset + bag->f[i].length <= size);
	}
	nks_scan_free(&scan);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const forms[] = { "S9999999" };
	static const uint8_t key[NKS_KEY_BYTES] = { 7 };
	static const char *const names[] = { "山田 太郎", "髙橋 花子", "森 茜" };
	struct nks_builder *builder = NULL;
	struct nks_index *index = NULL;
	uint8_t *blob = NULL;
	size_t blob_len = 0;
	struct bag whole = { .f = calloc(FOUND_MAX, sizeof(*whole.f)) };
	struct bag parts = { .f = calloc(FOUND_MAX, sizeof(*parts.f)) };

	if (size == 0) {
		free(whole.f);
		free(parts.f);
		return 0;
	}
	must(whole.f != NULL && parts.f != NULL && nks_builder_new(key, &builder) == NKS_OK);
	for (uint32_t i = 0; i < 3; i++) {
		must(nks_builder_add(builder, i, NKS_FIELD_KANJI, names[i], strlen(names[i])) == NKS_OK);
	}
	must(nks_builder_seal(builder, &blob, &blob_len) == NKS_OK);
	nks_builder_free(&builder);
	must(nks_index_open(blob, blob_len, key, &index) == NKS_OK);
	const struct nks_options o = { .index = index,
		.classes = (UINT64_C(1) << NKS_CLASS_COUNT) - 1,
		.least = 1,
		.number_forms = forms,
		.n_number_forms = 1 };
	const struct nks_stream st = { .kind = (enum nks_kind)(data[0] % 4) };
	run(&o, &st, data, size, size, &whole);
	run(&o, &st, data, size, 1 + data[size / 2], &parts);
	must(whole.n == parts.n);
	for (size_t i = 0; i < whole.n; i++) {
		must(whole.f[i].offset == parts.f[i].offset && whole.f[i].class == parts.f[i].class);
	}
	nks_index_close(&index);
	nks_blob_free(&blob, blob_len);
	free(whole.f);
	free(parts.f);
	return 0;
}
