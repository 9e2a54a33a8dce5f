/*
 * minisign_fuzz.c: no bytes are a good signature of a key that never signed; a key that parses prints to itself.
 */
#include "base.h"
#include "minisign.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	NK_OWNED(nk_buf_done) struct nk_buf text = { 0 };
	struct nk_minisign_key key = { .id = { 0 } };
	struct nk_minisign_key back = { .id = { 0 } };
	const struct nk_hash512 file = { { 1 } };
	const struct nk_str in = nk_bytes_str(nk_bytes_of(data, size));
	struct nk_err err;
	nk_rc rc;

	nk_buf_init(&text, NK_MINISIGN_MAX);
	if (nk_ok(nk_minisign_key_parse(in, &key, &err))) {
		rc = nk_minisign_key_print(&key, &text, &err);
		nk_assert(nk_ok(rc));
		rc = nk_minisign_key_parse(nk_buf_str(&text), &back, &err);
		nk_assert(nk_ok(rc) && memcmp(&key, &back, sizeof(key)) == 0);
	}
	nk_assert(!nk_ok(nk_minisign_verify(&key, in, &file, NULL, &err)));
	return 0;
}
