/*
 * sshsig_fuzz.c: no bytes are a good signature of a key that never signed, and none disturb the readers.
 */
#include "base.h"
#include "sshsig.h"

#include "sshseed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes as the body of a private key file. */
static void seed_of(const uint8_t *data, size_t size)
{
	char text[NK_SSHSEED_FILE_MAX];
	uint8_t seed[NK_SSHSEED_LEN] = { 0 };
	const int n = snprintf(text, sizeof(text), "-----BEGIN OPENSSH %s KEY-----\n%.*s\n-----END OPENSSH %s KEY-----\n", "PRIVATE",
		size < INT_MAX ? (int)size : 0, (const char *)data, "PRIVATE");
	struct nk_err err;

	if (n > 0 && (size_t)n < sizeof(text) && nk_ok(nk_sshseed_get((struct nk_str){ text, (size_t)n }, seed, &err))) {
		explicit_bzero(seed, sizeof(seed));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nk_sshkey key = { .sk = (size & 1) != 0, .application = "ssh:" };
	struct nk_sshsig_seen seen = { 0 };
	struct nk_err err;

	seed_of(data, size);
	if (nk_ok(nk_sshkey_parse(nk_bytes_str(nk_bytes_of(data, size)), &key, &err))) {
		char print[NK_SSHKEY_PRINT];

		nk_sshkey_fingerprint(&key, print);
		nk_assert(strlen(print) == 50);
	}
	nk_assert(!nk_ok(nk_sshsig_verify_seen(
		&key, nk_bytes_of(data, size), "fuzz", nk_str_bytes(NK_STR("never signed")), &seen, &err)));
	return 0;
}
