/*
 * sshsig.h: signatures made with a person's own SSH or FIDO key (OpenSSH's PROTOCOL.sshsig, `ssh-keygen -Y sign`).
 *
 * Keys: ssh-ed25519 and sk-ssh-ed25519@openssh.com; others are refused by name. Nothing is executed, nothing is
 * fetched; a key says who somebody is only because it was enrolled. Pure.
 */
#ifndef NK_SSHSIG_H
#define NK_SSHSIG_H

#include "crypto.h"

enum { NK_SSHSIG_MAX = 16384, NK_SSHKEY_APP_MAX = 64 };

/* A public key as `id_ed25519.pub` has it. */
struct nk_sshkey {
	uint8_t pub[NK_SIGN_PUB_LEN];
	bool sk; /* the secret is in a device that asks for a touch */
	char application[NK_SSHKEY_APP_MAX + 1]; /* sk: "ssh:" or "ssh:…" */
};

/* What a good signature says besides being good. */
struct nk_sshsig_seen {
	bool sk;
	uint8_t flags; /* sk: bit 0 touched, bit 2 PIN or fingerprint */
	uint32_t counter; /* sk: the device's */
};

/*
 * nk_sshkey_parse: one line "ssh-ed25519 AAAA… comment" (a line end is allowed). NK_INVALID: malformed, more than one
 * line, or a number that does not agree with itself; NK_UNSUPPORTED: another type of key.
 */
NK_RESULT nk_sshkey_parse(struct nk_str line, struct nk_sshkey *out, struct nk_err *err);
/* nk_sshkey_fingerprint: "SHA256:" and 43 letters and a NUL, as ssh-keygen -l prints it. */
enum { NK_SSHKEY_PRINT = 51 };
void nk_sshkey_fingerprint(const struct nk_sshkey *key, char out[static NK_SSHKEY_PRINT]);

/*
 * nk_sshsig_verify: whether `armored` ("-----BEGIN SSH SIGNATURE-----" …, at most NK_SSHSIG_MAX bytes) is a signature
 * of `message` by that key for that namespace. NK_DENIED: it is not (another key, namespace or message; sk: nobody
 * touched the device). NK_INVALID: malformed. NK_UNSUPPORTED: another type of key or hash. _seen: the same, and says
 * what a device told.
 */
NK_RESULT nk_sshsig_verify(struct nk_str public_key_line, struct nk_bytes armored, const char *name_space,
	struct nk_bytes message, struct nk_err *err);
NK_RESULT nk_sshsig_verify_seen(const struct nk_sshkey *key, struct nk_bytes armored, const char *name_space,
	struct nk_bytes message, struct nk_sshsig_seen *out, struct nk_err *err);

#endif
