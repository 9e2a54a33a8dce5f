/*
 * zip_fuzz.c: any bytes as a zip: no read behind the end, no more bytes out than promised and allowed.
 */
#include "base.h"
#include "zip.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ENTRY_MAX = 1 << 20, TOTAL_MAX = 2 << 20 };

static nk_rc read_bytes(void *arg, uint64_t at, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	const struct nk_bytes *b = arg;

	(void)err;
	nk_assert(at <= b->len && len <= b->len - at);
	memcpy(buf, b->ptr + at, len);
	*out_len = len;
	return nk_done();
}

static void read_entry(struct nk_zip *zip, size_t i)
{
	const struct nk_zip_entry *entry = nk_zip_at(zip, i);
	uint8_t piece[999];
	uint64_t total = 0;
	size_t n = 0;

	nk_assert(entry->size <= ENTRY_MAX && nk_zip_find(zip, entry->name) == i);
	nk_assert(nk_str_chr(entry->name, '\0') == SIZE_MAX && nk_str_chr(entry->name, '\\') == SIZE_MAX);
	bool fine = nk_ok(nk_zip_begin(zip, i, NULL));
	do {
		fine = fine && nk_ok(nk_zip_read(zip, piece, sizeof(piece), &n, NULL));
		total += fine ? n : 0;
		nk_assert(total <= entry->size);
	} while (fine && n > 0);
	nk_assert(!fine || total == entry->size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct nk_zip_limits limits = {
		.entry_bytes = ENTRY_MAX, .total_bytes = TOTAL_MAX, .folders = size % 2 == 0
	};
	NK_OWNED(nk_zip_close) struct nk_zip *zip = NULL;
	struct nk_bytes bytes = { data, size };
	struct nk_err err;

	if (!nk_ok(nk_zip_open(read_bytes, &bytes, size, &limits, &zip, &err))) {
		return 0;
	}
	for (size_t i = 0; i < nk_zip_count(zip); i++) {
		read_entry(zip, i);
	}
	return 0;
}
