/*
 * tables_fuzz.c: bytes → the child's reader, without a child; and bytes as messages of a child that lies.
 *
 * The first byte chooses: even = the rest is a file, odd = the rest is what a child said.
 */
#include "base.h"

#include "crypto.h"
#include "tables.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static NK_RESULT touch(void *arg, const struct nk_tables_event *ev, struct nk_err *err)
{
	uint64_t *sum = arg;

	(void)err;
	for (size_t i = 0; i < ev->n; i++) {
		nk_assert(nk_utf8_valid(nk_str_bytes(ev->fields[i]), NULL));
		*sum += ev->fields[i].len;
	}
	nk_assert(nk_utf8_valid(nk_str_bytes(ev->file), NULL));
	return nk_done();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const order[] = { "manifest.csv", "users.csv" };
	const struct nk_tables_options opt = { .order = order, .n_order = NK_ARRAY_LEN(order) };
	struct nk_tables_totals totals = { 0 };
	struct nk_err err = { 0 };
	uint64_t sum = 0;

	if (size == 0 || !nk_ok(nk_crypto_init(&err))) {
		return 0;
	}
	if (data[0] % 2 == 0) {
		(void)nk_tables_read_here(nk_bytes_of(data + 1, size - 1), &opt, touch, &sum, &totals, &err).code;
	} else {
		(void)nk_tables_listen(nk_bytes_of(data + 1, size - 1), touch, &sum, &totals, &err).code;
	}
	return 0;
}
