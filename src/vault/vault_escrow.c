/*
 * vault_escrow.c: the recovery sheets: the unlock secret L in k-of-n shares, as text that people can type.
 *
 * Invariant: a sheet holds a share of L and nothing of the root or of an epoch secret, so sheets and an old backup
 * open nothing once the epoch has gone.
 */
#include "base.h"

#include "vault_int.h"

enum {
	VAULT_LEN = 4,
	CHECK_LEN = 4,
	SHEET_LEN = 3 + VAULT_LEN + NK_KEY_LEN + CHECK_LEN,
	SHEET_VERSION = 1,
	GROUP = 5,
	SHEETS_MAX = 32
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

static void check_of(const uint8_t *sheet, uint8_t out[static CHECK_LEN])
{
	const struct nk_bytes parts[] = { nk_str_bytes(NK_STR("nokosazu sheet")),
		nk_bytes_of(sheet, SHEET_LEN - CHECK_LEN) };
	struct nk_hash hash;

	nk_blake(NULL, parts, NK_ARRAY_LEN(parts), &hash);
	memcpy(out, hash.b, CHECK_LEN);
}

/* RFC 4648 base32 without padding, in groups. */
static NK_RESULT put_base32(struct nk_buf *out, const uint8_t *bytes, size_t len, struct nk_err *err)
{
	const size_t digits = (len * 8 + 4) / 5;
	size_t d;

	for (d = 0; d < digits; d++) {
		const size_t bit = d * 5;
		const unsigned high = bytes[bit / 8];
		const unsigned low = bit / 8 + 1 < len ? bytes[bit / 8 + 1] : 0;

		if (d > 0 && d % GROUP == 0) {
			NK_TRY(nk_buf_add_byte(out, '-', err));
		}
		NK_TRY(nk_buf_add_byte(out, (uint8_t)alphabet[((high << 8 | low) >> (11 - bit % 8)) & 31U], err));
	}
	return nk_done();
}

static int digit_of(char c)
{
	const char up = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	const char *at = up != '\0' ? strchr(alphabet, up) : NULL;

	return at != NULL ? (int)(at - alphabet) : -1;
}

/* Blanks and hyphens are passed over; the whole of the sheet must be there and no more. */
static bool get_base32(struct nk_str text, uint8_t out[static SHEET_LEN])
{
	unsigned held = 0;
	unsigned bits = 0;
	size_t len = 0;
	size_t i;

	for (i = 0; i < text.len; i++) {
		const int digit = digit_of(text.ptr[i]);

		if (text.ptr[i] == '-' || text.ptr[i] == ' ' || text.ptr[i] == '\t' || text.ptr[i] == '\n' ||
			text.ptr[i] == '\r') {
			continue;
		}
		if (digit < 0) {
			return false;
		}
		held = (held << 5 | (unsigned)digit) & 0xfffU;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			if (len == SHEET_LEN) {
				return false;
			}
			out[len++] = (uint8_t)(held >> bits & 0xffU);
		}
	}
	return len == SHEET_LEN && bits < 5;
}

static NK_RESULT put_sheet(struct nk_buf *out, const struct nk_vault *vault, unsigned k, unsigned n,
	const struct nk_share *share, struct nk_err *err)
{
	uint8_t sheet[SHEET_LEN];
	char id[2 * VAULT_LEN + 1];
	nk_rc rc;

	sheet[0] = SHEET_VERSION;
	sheet[1] = nk_u8(k);
	sheet[2] = share->x;
	memcpy(sheet + 3, vault->head.id, VAULT_LEN);
	memcpy(sheet + 3 + VAULT_LEN, share->y, NK_KEY_LEN);
	check_of(sheet, sheet + SHEET_LEN - CHECK_LEN);
	nk_hex_print(vault->head.id, VAULT_LEN, id);
	NK_TRY(nk_buf_printf(out, err,
		nk_tr(NK_LANG_EN,
			NK_N("NOKOSAZU RECOVERY SHEET %1$u of %2$u for the vault %3$s: any %4$u sheets give the unlock "
			     "secret")),
		share->x, n, id, k));
	NK_TRY(nk_buf_add_byte(out, '\n', err));
	NK_TRY(nk_buf_printf(out, err,
		nk_tr(NK_LANG_JA,
			NK_N("NOKOSAZU RECOVERY SHEET %1$u of %2$u for the vault %3$s: any %4$u sheets give the unlock "
			     "secret")),
		share->x, n, id, k));
	NK_TRY(nk_buf_add_byte(out, '\n', err));
	rc = put_base32(out, sheet, sizeof(sheet), err);
	nk_wipe(sheet, sizeof(sheet));
	NK_TRY(rc);
	return nk_buf_add_c(out, "\n\n", err);
}

NK_RESULT nk_vault_escrow(
	struct nk_vault *vault, unsigned k, unsigned n, struct nk_buf *out_sheets, struct nk_err *err)
{
	struct nk_share shares[SHEETS_MAX];
	nk_rc rc = nk_done();
	unsigned i;

	nk_assert(out_sheets->wiping);
	NK_TRY(nk_vault_usable_(vault, false, err));
	if (n > SHEETS_MAX) {
		return nk_fail(err, NK_LIMIT, "at most %d recovery sheets can be made", (int)SHEETS_MAX);
	}
	NK_TRY(nk_shamir_split(vault->env, &vault->secrets->unlock, k, n, shares, err));
	for (i = 0; i < n && nk_ok(rc); i++) {
		rc = put_sheet(out_sheets, vault, k, n, &shares[i], err);
	}
	nk_wipe(shares, sizeof(shares));
	return rc;
}

static NK_RESULT parse_sheet(struct nk_str text, unsigned number, uint8_t sheet[static SHEET_LEN], struct nk_err *err)
{
	uint8_t check[CHECK_LEN];

	if (!get_base32(text, sheet) || sheet[0] != SHEET_VERSION) {
		return nk_fail(err, NK_INVALID,
			"recovery sheet %u is not complete: type all groups of letters and digits", number);
	}
	check_of(sheet, check);
	if (!nk_ct_equal(check, sheet + SHEET_LEN - CHECK_LEN, CHECK_LEN)) {
		return nk_fail(
			err, NK_INVALID, "recovery sheet %u has a typing error: its check does not fit", number);
	}
	return nk_done();
}

static NK_RESULT join(
	const struct nk_str *texts, size_t n, struct nk_share *shares, struct nk_key *out, struct nk_err *err)
{
	uint8_t first[SHEET_LEN];
	uint8_t sheet[SHEET_LEN];
	size_t i;

	for (i = 0; i < n; i++) {
		NK_TRY(parse_sheet(texts[i], nk_u32(i + 1), sheet, err));
		if (i == 0) {
			memcpy(first, sheet, sizeof(first));
		}
		if (sheet[1] != first[1] || !nk_ct_equal(sheet + 3, first + 3, VAULT_LEN)) {
			return nk_fail(err, NK_INVALID,
				"recovery sheet %zu belongs to another vault or to another set of sheets", i + 1);
		}
		shares[i].x = sheet[2];
		memcpy(shares[i].y, sheet + 3 + VAULT_LEN, NK_KEY_LEN);
	}
	nk_wipe(sheet, sizeof(sheet));
	if (n == 0 || n < first[1]) {
		return nk_fail(err, NK_INVALID, "%1$zu recovery sheets are too few: %2$u are needed", n,
			n == 0 ? 2U : (unsigned)first[1]);
	}
	nk_wipe(first + 3, sizeof(first) - 3);
	return nk_shamir_join(shares, n, out, err);
}

NK_RESULT nk_vault_escrow_join_(const struct nk_str *shares, size_t n, struct nk_key *out, struct nk_err *err)
{
	struct nk_share parsed[SHEETS_MAX];
	nk_rc rc;

	if (n > SHEETS_MAX) {
		return nk_fail(err, NK_LIMIT, "at most %d recovery sheets can be made", (int)SHEETS_MAX);
	}
	rc = join(shares, n, parsed, out, err);
	nk_wipe(parsed, sizeof(parsed));
	return rc;
}

NK_RESULT nk_vault_escrow_try(struct nk_vault *vault, const struct nk_str *shares, size_t n, struct nk_err *err)
{
	NK_OWNED(nk_key_wipe) struct nk_key key = { { 0 } };
	struct nk_vhead head = vault->head;

	NK_TRY(nk_vault_usable_(vault, true, err));
	NK_TRY(nk_vault_escrow_join_(shares, n, &key, err));
	if (!nk_ct_equal(&key, &vault->secrets->unlock, sizeof(key))) {
		return nk_fail(err, NK_AUTH,
			"these recovery sheets do not give the unlock secret of this vault: were new ones made, "
			"or the passphrase changed?");
	}
	head.flags |= NKV_REHEARSED;
	return nk_vault_head_commit_(vault, &head, &vault->secrets->kek, &vault->secrets->root, err);
}
