/*
 * names.c: names of persons as keys: kanji, kana, romaji, and Latin names that are none.
 *
 * Invariant: what a key leaves out of a name (what stands between its parts), the lanes of match leave out of a text.
 */
#include "nks_builder.h"

#include "nks_tables.h"

#include <string.h>

enum nks_unit_class nks_unit_class(nks_unit u)
{
	if (u >= 0x4e00 && u <= 0x9fff) {
		return NKS_U_HAN;
	}
	if (u >= 0x3041 && u <= 0x30ff) {
		return u == 0x30fb                                    ? NKS_U_GAP
			: u == 0x30a0 || (u >= 0x3097 && u <= 0x309c) ? NKS_U_OTHER
								      : NKS_U_KANA;
	}
	if ((u >= '0' && u <= '9') || (u >= 0xff10 && u <= 0xff19)) {
		return NKS_U_DIGIT;
	}
	if ((u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || (u >= 0xff21 && u <= 0xff3a) ||
		(u >= 0xff41 && u <= 0xff5a) || (u >= 0xc0 && u <= 0x24f && u != 0xd7 && u != 0xf7)) {
		return NKS_U_ALPHA;
	}
	if ((u >= 0x3400 && u <= 0x4dbf) || (u >= 0xd800 && u <= 0xfaff) || (u >= 0x3005 && u <= 0x3007)) {
		return NKS_U_HAN;
	}
	if (u <= ' ' || u == 0x3000 || u == '"' || u == '\'' || u == ',' || u == '/' || u == '<' || u == '>' ||
		u == 0xa0 || (u >= 0x2000 && u <= 0x200a)) {
		return NKS_U_GAP;
	}
	return NKS_U_OTHER;
}

/* Which of the classes stand in a name, and the units without what is between its parts. */
struct parts {
	size_t of[6];
	nks_unit raw[NKS_KEY_MAX], folded[NKS_KEY_MAX];
	size_t n;
	size_t words; /* Latin ones */
	size_t word_at[4], word_len[4];
};

static void take_parts(const struct nks_builder *b, struct parts *p)
{
	bool in_word = false;

	p->n = 0;
	p->words = 0;
	memset(p->of, 0, sizeof(p->of));
	for (size_t i = 0; i < b->n; i++) {
		const enum nks_unit_class c = nks_unit_class(b->raw[i]);
		const bool joins = c == NKS_U_ALPHA ||
			(in_word && (b->folded[i] == '\'' || b->folded[i] == '-' || b->raw[i] == 0x2019));

		p->of[c == NKS_U_OTHER && joins ? NKS_U_GAP : c]++;
		if (c == NKS_U_HAN || c == NKS_U_KANA || c == NKS_U_ALPHA) {
			p->raw[p->n] = b->raw[i];
			p->folded[p->n++] = b->folded[i];
		}
		if (joins && !in_word && p->words < 4) {
			p->word_at[p->words] = i;
			p->word_len[p->words++] = 0;
		}
		if (joins && p->words > 0) {
			p->word_len[p->words - 1]++;
		}
		in_word = joins;
	}
}

static enum nks_status add_han(struct nks_builder *b, const nks_unit *folded, size_t n, const nks_unit *raw)
{
	const uint64_t hash = nks_hash_units(&b->derived, NKS_LANE_HAN, folded, n);

	nks_set_one(b, NKS_F_HAN2, nks_mix_pair(folded[0], folded[1]));
	nks_set_two(b, NKS_F_HAN3, nks_three(folded[0], folded[1], n > 2 ? folded[2] : 0));
	if (nks_unit_class(folded[1]) == NKS_U_KANA) {
		nks_set_one(b, NKS_F_HAN_KANA, folded[0]);
	}
	return nks_add_key(b, NKS_LANE_HAN, hash, n, nks_exact(&b->derived, hash, raw, n));
}

static enum nks_status add_odd(struct nks_builder *b, const nks_unit *folded, size_t n, const nks_unit *raw)
{
	const uint64_t hash = nks_hash_units(&b->derived, NKS_LANE_ODD, folded, n);
	size_t i = 1;

	while (i < n && nks_unit_class(folded[i]) != NKS_U_HAN) {
		i++;
	}
	nks_set_one(b, NKS_F_ODD2, nks_mix_pair(folded[i - 1], folded[i < n ? i : i - 1]));
	return nks_add_key(b, NKS_LANE_ODD, hash, n, nks_exact(&b->derived, hash, raw, n));
}

static enum nks_status add_kanji(struct nks_builder *b, const nks_unit *folded, size_t n, const nks_unit *raw)
{
	return nks_unit_class(folded[0]) == NKS_U_HAN ? add_han(b, folded, n, raw) : add_odd(b, folded, n, raw);
}

/* The name with private characters for what a set of characters cannot hold. Fewer than two others: no name any more.
 */
static size_t with_gaiji(const struct parts *p, bool narrow, nks_unit *out)
{
	size_t private = 0;

	for (size_t i = 0; i < p->n; i++) {
		const bool lacks = narrow ? !nks_jisx0208_has(p->raw[i]) : !nks_cp932_has(p->raw[i]);

		out[i] = lacks ? NKS_GAIJI : p->folded[i];
		private += lacks;
	}
	return private > 0 && p->n - private >= 2 ? private : 0;
}

static enum nks_status add_kanji_spellings(struct nks_builder *b, const struct parts *p)
{
	nks_unit wide[NKS_KEY_MAX];
	nks_unit narrow[NKS_KEY_MAX];
	const size_t n_wide = with_gaiji(p, false, wide);
	const size_t n_narrow = with_gaiji(p, true, narrow);
	enum nks_status status = add_kanji(b, p->folded, p->n, p->raw);

	if (status == NKS_OK && n_narrow > 0) {
		status = add_kanji(b, narrow, p->n, narrow);
	}
	if (status == NKS_OK && n_wide > 0 && n_wide != n_narrow) {
		status = add_kanji(b, wide, p->n, wide);
	}
	return status;
}

static enum nks_status add_kana_key(struct nks_builder *b, const nks_unit *folded, size_t n, const nks_unit *raw)
{
	const uint64_t hash = nks_hash_units(&b->derived, NKS_LANE_KANA, folded, n);
	uint64_t codes = 0;

	for (size_t i = 0; i < n && i < 6; i++) {
		codes |= (uint64_t)nks_kana_code(folded[i]) << (8 * i);
	}
	nks_set_one(b, NKS_F_KANA4, nks_codes_one(nks_mix_codes((uint32_t)codes)));
	nks_set_one(b, NKS_F_KANA4, nks_codes_two(nks_mix_codes((uint32_t)codes)));
	nks_set_two(b, NKS_F_KANA6, codes);
	return nks_add_key(b, NKS_LANE_KANA, hash, n, nks_exact(&b->derived, hash, raw, n));
}

/* As it is, and without its long vowel marks. */
static enum nks_status add_kana(struct nks_builder *b, const struct parts *p)
{
	nks_unit raw[NKS_KEY_MAX];
	nks_unit folded[NKS_KEY_MAX];
	size_t n = 0;
	const enum nks_status status = add_kana_key(b, p->folded, p->n, p->raw);

	for (size_t i = 0; i < p->n; i++) {
		if (p->raw[i] != 0x30fc) {
			raw[n] = p->raw[i];
			folded[n++] = p->folded[i];
		}
	}
	return status == NKS_OK && n < p->n && n >= 2 ? add_kana_key(b, folded, n, raw) : status;
}

enum nks_status nks_add_phrase(struct nks_builder *b)
{
	struct parts p;
	size_t split = 0;

	take_parts(b, &p);
	if (p.n < 4 || p.n > NKS_TOKEN_MAX || p.words == 0) {
		return NKS_LIMIT;
	}
	for (size_t i = p.word_at[0]; i < p.word_at[0] + p.word_len[0]; i++) {
		split += nks_unit_class(b->folded[i]) == NKS_U_ALPHA;
	}
	for (unsigned order = 0; order < (p.words > 1 ? 2U : 1U); order++) {
		nks_unit f[2 * NKS_KEY_MAX];
		nks_unit raw[2 * NKS_KEY_MAX];
		nks_unit first[4] = { 0 };
		const size_t by = order == 0 ? 0 : split;
		size_t first_len = 0;
		uint64_t hash = 0;
		enum nks_status status = NKS_OK;

		for (size_t i = 0; i < p.n; i++) {
			f[i] = p.folded[(i + by) % p.n];
			raw[i] = p.raw[(i + by) % p.n];
		}
		while (first_len < 4 && nks_unit_class(b->folded[p.word_at[order] + first_len]) == NKS_U_ALPHA) {
			first[first_len] = f[first_len];
			first_len++;
		}
		b->head.traits |= NKS_T_TOKEN_WORD | (first_len < 4 ? NKS_T_TOKEN_SHORT : 0);
		nks_set_two(b, NKS_F_TOKEN4, nks_three(first[0], first[1], first[2]) | (uint64_t)first[3] << 48);
		hash = nks_hash_units(&b->derived, NKS_LANE_PHRASE, f, p.n);
		status = nks_add_key(b, NKS_LANE_PHRASE, hash, p.n, nks_exact(&b->derived, hash, raw, p.n));
		if (status != NKS_OK) {
			return status;
		}
	}
	return NKS_OK;
}

/* Family and given name as skeletons: one key, a text is tried in both orders. */
static enum nks_status add_romaji(struct nks_builder *b, const struct parts *p)
{
	char key[2 * NKS_ROMAJI_MAX + 1];
	size_t len[2] = { 0, 0 };
	size_t n = 0;
	uint64_t hash = 0;

	if (p->words != 2 || p->of[NKS_U_OTHER] > 0 || p->of[NKS_U_DIGIT] > 0) {
		return nks_add_phrase(b);
	}
	for (size_t w = 0; w < 2; w++) {
		len[w] = nks_skeleton(b->folded + p->word_at[w], p->word_len[w], key + n, NKS_ROMAJI_MAX);
		if (len[w] == 0) {
			return nks_add_phrase(b);
		}
		n += len[w];
		if (w == 0) {
			key[n++] = ' ';
		}
	}
	b->head.traits |= len[0] == 1 || len[1] == 1 ? NKS_T_ROMAJI_LETTER : 0;
	nks_set_two(b, NKS_F_WORD, nks_hash_bytes(&b->derived, NKS_LANE_ROMAJI, key, len[0]));
	nks_set_two(b, NKS_F_WORD, nks_hash_bytes(&b->derived, NKS_LANE_ROMAJI, key + len[0] + 1, len[1]));
	hash = nks_hash_bytes(&b->derived, NKS_LANE_ROMAJI, key, n);
	return nks_add_key(b, NKS_LANE_ROMAJI, hash, n, nks_exact(&b->derived, hash, p->raw, p->n));
}

enum nks_status nks_add_name(struct nks_builder *b)
{
	struct parts p;

	bool latin = false;

	take_parts(b, &p);
	latin = p.of[NKS_U_ALPHA] > 0 && p.of[NKS_U_HAN] + p.of[NKS_U_KANA] + p.of[NKS_U_DIGIT] == 0;
	if (p.n < 2) {
		return NKS_LIMIT;
	}
	if (latin && p.n <= NKS_TOKEN_MAX) {
		return add_romaji(b, &p);
	}
	if (p.of[NKS_U_ALPHA] + p.of[NKS_U_DIGIT] > 0 || p.n > NKS_NAME_MAX) {
		return nks_add_text(b);
	}
	/* signs that no text has between names but this one: as it is, and without them */
	if (p.of[NKS_U_OTHER] > 0 && b->n >= 4) {
		const enum nks_status status = nks_add_text(b);

		if (status != NKS_OK) {
			return status;
		}
	}
	return p.of[NKS_U_HAN] > 0 ? add_kanji_spellings(b, &p) : add_kana(b, &p);
}
