/*
 * sshsig_fuzz.c: no bytes are a good signature of a key that never signed, and none disturb the readers.
 */
#include "base.h"
#include "sshsig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nk_sshkey key = { .sk = (size & 1) != 0, .application = "ssh:" };
	struct nk_sshsig_seen seen = { 0 };
	struct nk_err err;

	if (nk_ok(nk_sshkey_parse(nk_bytes_str(nk_bytes_of(data, size)), &key, &err))) {
		char print[NK_SSHKEY_PRINT];

		nk_sshkey_fingerprint(&key, print);
		nk_assert(strlen(print) == 50);
	}
	nk_assert(!nk_ok(nk_sshsig_verify_seen(
		&key, nk_bytes_of(data, size), "fuzz", nk_str_bytes(NK_STR("never signed")), &seen, &err)));
	return 0;
}
