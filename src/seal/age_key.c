/*
 * age_key.c: age's keys as text: Bech32 (BIP 173) of 32 bytes.
 *
 * Invariant: one spelling only: recipients in lower case, identities in upper case, no padding bits set.
 */
#include "base.h"

#include "age_int.h"
#include "os.h"

#define RECIPIENT_HRP "age"
#define IDENTITY_HRP "AGE-SECRET-KEY-"

enum { GROUPS = 52, CHECK = 6 };

static const char lower[] = "qpzry9x8gf2tvdw0s3jn54khce6mua7l";
static const char upper[] = "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L";

static uint32_t polymod_step(uint32_t chk, uint8_t v)
{
	static const uint32_t gen[5] = { 0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3 };
	const uint32_t top = chk >> 25;

	chk = (chk & 0x1ffffff) << 5 ^ v;
	for (unsigned i = 0; i < 5; i++) {
		chk ^= (top >> i & 1) != 0 ? gen[i] : 0;
	}
	return chk;
}

/* The check over prefix (as lower case) and groups. */
static uint32_t polymod(const char *hrp, const uint8_t *groups, size_t n)
{
	uint32_t chk = 1;

	for (const char *p = hrp; *p != '\0'; p++) {
		const uint8_t c = (uint8_t)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);

		chk = polymod_step(chk, c >> 5);
	}
	chk = polymod_step(chk, 0);
	for (const char *p = hrp; *p != '\0'; p++) {
		chk = polymod_step(chk, (uint8_t)*p & 31);
	}
	for (size_t i = 0; i < n; i++) {
		chk = polymod_step(chk, groups[i]);
	}
	return chk;
}

static void print32(const char *hrp, const char *letters, const uint8_t key[static 32], char *out)
{
	uint8_t groups[GROUPS + CHECK] = { 0 };
	size_t at = strlen(hrp);
	uint32_t chk;

	for (size_t bit = 0; bit < 256; bit++) {
		if ((key[bit / 8] >> (7 - bit % 8) & 1) != 0) {
			groups[bit / 5] = (uint8_t)(groups[bit / 5] | 16 >> bit % 5);
		}
	}
	chk = polymod(hrp, groups, GROUPS + CHECK) ^ 1;
	for (unsigned i = 0; i < CHECK; i++) {
		groups[GROUPS + i] = (uint8_t)(chk >> 5 * (5 - i) & 31);
	}
	memcpy(out, hrp, at);
	out[at++] = '1';
	for (size_t i = 0; i < GROUPS + CHECK; i++) {
		out[at++] = letters[groups[i]];
	}
	out[at] = '\0';
	nk_wipe(groups, sizeof(groups));
}

static bool parse32(const char *hrp, const char *letters, struct nk_str text, uint8_t out[static 32])
{
	const size_t head = strlen(hrp) + 1;
	uint8_t groups[GROUPS + CHECK];
	uint8_t key[33] = { 0 };
	bool ok = text.len == head + GROUPS + CHECK && nk_str_starts(text, nk_str_c(hrp)) && text.ptr[head - 1] == '1';

	for (size_t i = 0; ok && i < GROUPS + CHECK; i++) {
		const char *const p = text.ptr[head + i] != '\0' ? strchr(letters, text.ptr[head + i]) : NULL;

		ok = p != NULL;
		groups[i] = ok ? (uint8_t)(p - letters) : 0;
	}
	ok = ok && polymod(hrp, groups, GROUPS + CHECK) == 1;
	for (size_t bit = 0; ok && bit < 5 * GROUPS; bit++) {
		if ((groups[bit / 5] >> (4 - bit % 5) & 1) != 0) {
			key[bit / 8] = (uint8_t)(key[bit / 8] | 128 >> bit % 8);
		}
	}
	ok = ok && key[32] == 0;
	if (ok) {
		memcpy(out, key, 32);
	}
	nk_wipe(key, sizeof(key));
	nk_wipe(groups, sizeof(groups));
	return ok;
}

NK_RESULT nk_age_recipient_parse(struct nk_str text, struct nk_age_recipient *out, struct nk_err *err)
{
	if (!parse32(RECIPIENT_HRP, lower, text, out->pub)) {
		return nk_fail(err, NK_INVALID, "this is not a recipient; age-keygen -y prints one (age1...)");
	}
	return nk_done();
}

void nk_age_recipient_print(const struct nk_age_recipient *r, char out[static NK_AGE_RECIPIENT_TEXT])
{
	print32(RECIPIENT_HRP, lower, r->pub, out);
}

NK_RESULT nk_age_identity_parse(struct nk_str text, struct nk_key *out, struct nk_err *err)
{
	if (!parse32(IDENTITY_HRP, upper, text, out->b)) {
		return nk_fail(err, NK_INVALID, "this is not an identity; age-keygen makes one (AGE-SECRET-KEY-1...)");
	}
	return nk_done();
}

void nk_age_identity_print(const struct nk_key *identity, char out[static NK_AGE_IDENTITY_TEXT])
{
	print32(IDENTITY_HRP, upper, identity->b, out);
}

void nk_age_recipient_of(const struct nk_key *identity, struct nk_age_recipient *out)
{
	nk_kx_public(identity, out->pub);
}

NK_RESULT nk_age_identities(struct nk_str text, struct nk_key *out, size_t max, size_t *out_n, struct nk_err *err)
{
	struct nk_str line = { 0 };
	size_t n = 0;

	while (nk_str_cut(&text, '\n', &line)) {
		line = nk_str_trim(line);
		if (line.len == 0 || line.ptr[0] == '#') {
			continue;
		}
		if (n == max) {
			return nk_fail(err, NK_LIMIT, "there are more identities in the file than are looked at");
		}
		NK_TRY(nk_age_identity_parse(line, &out[n], err));
		n++;
	}
	if (n == 0) {
		return nk_fail(err, NK_INVALID, "there is no identity in the file; age-keygen makes one");
	}
	*out_n = n;
	return nk_done();
}

NK_RESULT nk_age_fd_read(void *arg, void *buf, size_t len, size_t *out_len, struct nk_err *err)
{
	return nk_os_fd_read(*(const int *)arg, buf, len, out_len, err);
}

NK_RESULT nk_age_fd_write(void *arg, const void *buf, size_t len, struct nk_err *err)
{
	return nk_os_fd_write(*(const int *)arg, buf, len, err);
}
