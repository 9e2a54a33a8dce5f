/*
 * Label words: which word is a heading or form label, and where such words stand around a place. Compared folded;
 * what is not a letter, digit, kana or kanji does not count within a word. Pure functions over constant tables.
 */
#include "nks_labels.h"

enum { SKIP_MAX = 3, CELL_MAX = 64 };

static bool is_word(nks_unit u)
{
	return (u >= '0' && u <= '9') || (u >= 'a' && u <= 'z') || (u >= 0x3005 && u <= 0x3007) || u == 0x3012 ||
		(u >= 0x3041 && u <= 0x3096) || (u >= 0x30a1 && u <= 0x30fa) || (u >= 0x30fc && u <= 0x30fe) ||
		(u >= 0x3400 && u <= 0x9fff) || (u >= 0xd800 && u <= 0xdfff) || (u >= 0xf900 && u <= 0xfaff);
}

static bool is_latin(nks_unit u)
{
	return u >= 'a' && u <= 'z';
}

static bool is_kana(nks_unit u)
{
	return (u >= 0x3041 && u <= 0x3096) || (u >= 0x30a1 && u <= 0x30fe && u != 0x30fb);
}

static bool is_han(nks_unit u)
{
	return is_word(u) && u > 'z' && !is_kana(u) && u != 0x3012;
}

/* What may stand within a label in running text: 氏　名, e-mail, family_name. */
static bool is_inner(nks_unit folded)
{
	return folded == ' ' || folded == '-' || folded == '_' || folded == '.' || folded == 0x30fb;
}

static bool ends_word(nks_unit folded)
{
	return (nks_label_ends[folded / 64] >> (folded % 64)) & 1;
}

/* Whether a word ends with `last` behind `before`; with 0: whether one is `last` alone. */
static bool ends_pair(nks_unit last, nks_unit before)
{
	uint32_t h = (last * UINT32_C(0x9e3779b1) + before * UINT32_C(0x85ebca6b)) >> (32 - NKS_LABEL_PAIR_BITS);
	return (nks_label_pairs[h / 64] >> (h % 64)) & 1;
}

static size_t bucket_of(nks_unit folded)
{
	return (((uint32_t)folded * 0x9e5b) >> 7) % NKS_LABEL_BUCKETS;
}

/* Where the word begins when it ends before `end`, or SIZE_MAX. */
static size_t begin_of(const struct nks_label_word *w, const nks_unit *u, size_t lo, size_t end)
{
	const nks_unit *reversed = nks_label_units + w->at;
	size_t at = end;
	for (size_t k = 0; k < w->len; k++) {
		unsigned skipped = 0;
		while (k > 0 && at > lo && is_inner(nks_fold[u[at - 1]]) && skipped < SKIP_MAX &&
			nks_fold[u[at - 1]] != reversed[k]) {
			at--;
			skipped++;
		}
		if (at == lo || nks_fold[u[at - 1]] != reversed[k]) {
			return SIZE_MAX;
		}
		at--;
	}
	return at;
}

/* The folded unit before `end` when what may stand within a label is left out, as begin_of does; 0: none. */
static nks_unit inner_end(const nks_unit *u, size_t lo, size_t end)
{
	size_t at = end;
	while (at > lo && end - at < SKIP_MAX && is_inner(nks_fold[u[at - 1]])) {
		at--;
	}
	return at > lo ? nks_fold[u[at - 1]] : 0;
}

/* A word that goes on before the label is another word: HOTEL, シカナ. One kanji is a label only when it stands
 * alone. */
static bool begins_well(const struct nks_label_word *w, const nks_unit *u, size_t lo, size_t at)
{
	nks_unit first = nks_label_units[w->at + w->len - 1U];
	nks_unit before = at > lo ? nks_fold[u[at - 1]] : 0;
	if (is_latin(first)) {
		return !is_latin(before);
	}
	if (is_kana(first)) {
		return !is_kana(before);
	}
	return w->len > 1 || !is_word(before);
}

/* The same for a word of one unit. */
static bool may_stand_alone(nks_unit only, nks_unit before)
{
	return is_latin(only) ? !is_latin(before) : !is_word(before) || (is_kana(only) && !is_kana(before));
}

enum nks_label nks_label_ending(const nks_unit *u, size_t lo, size_t end, size_t *out_at)
{
	nks_unit last = end > lo ? nks_fold[u[end - 1]] : 0;
	if (end == lo || !ends_word(last)) {
		return NKS_LABEL_NONE;
	}
	nks_unit before = end - lo >= 2 ? nks_fold[u[end - 2]] : 0;
	nks_unit second = is_inner(before) ? inner_end(u, lo, end - 1) : before;
	if (!ends_pair(last, second) && !(ends_pair(last, 0) && may_stand_alone(last, before))) {
		return NKS_LABEL_NONE;
	}
	size_t b = bucket_of(last);
	for (size_t k = nks_label_first[b]; k < nks_label_first[b + 1]; k++) {
		const struct nks_label_word *w = &nks_label_words[k];
		if (nks_label_units[w->at] != last || (w->len > 1 && nks_label_units[w->at + 1] != second)) {
			continue; /* most words end here */
		}
		size_t at = begin_of(w, u, lo, end);
		if (at != SIZE_MAX && begins_well(w, u, lo, at)) {
			*out_at = at;
			return (enum nks_label)w->label;
		}
	}
	return NKS_LABEL_NONE;
}

/* Whether a label that ends before `end` is a word of its own there: カナ|ダ, 電話|機 and name|d are not. */
static bool ends_well(const nks_unit *u, size_t at, size_t end, size_t n)
{
	nks_unit last = nks_fold[u[end - 1]];
	nks_unit next = end < n ? nks_fold[u[end]] : 0;
	if (is_latin(last)) {
		return !is_latin(next);
	}
	if (end - at == 1) {
		return !is_word(next);
	}
	if (u[end - 1] >= 0x3041 && u[end - 1] <= 0x3096) {
		return true; /* hiragana: what follows cannot be told from a particle */
	}
	return is_kana(last) ? !(next >= 0x30a1 && u[end] >= 0x30a1 && is_kana(next)) : !is_han(next);
}

uint32_t nks_label_near(const struct nks_text *text, size_t i, size_t window)
{
	size_t from = i > window ? i - window : 0;
	size_t to = text->n - i > window ? i + window : text->n;
	uint32_t found = 0;
	for (size_t end = from + 1; end <= to; end++) {
		size_t at = 0;
		enum nks_label label = nks_label_ending(text->u, from, end, &at);
		if (label != NKS_LABEL_NONE && ends_well(text->u, at, end, text->n)) {
			found |= UINT32_C(1) << label;
		}
	}
	return found;
}

/* A cell without what does not count. */
struct key {
	nks_unit u[CELL_MAX];
	bool begins[CELL_MAX]; /* a word begins here: after a mark, or an upper case letter behind a lower one */
	size_t n;
};

static bool is_open(nks_unit u)
{
	return u == '(' || u == '[' || u == '<' || u == '{' || u == 0x3010 || u == 0x3014 || u == 0x300c ||
		u == 0x3008;
}

static bool is_close(nks_unit u)
{
	return u == ')' || u == ']' || u == '>' || u == '}' || u == 0x3011 || u == 0x3015 || u == 0x300d ||
		u == 0x3009;
}

static void key_of(struct key *key, const nks_unit *u, size_t n, bool in_brackets)
{
	bool begin = true;
	unsigned depth = 0;
	key->n = 0;
	for (size_t i = 0; i < n && key->n < CELL_MAX; i++) {
		nks_unit f = nks_fold[u[i]];
		if (is_open(f)) {
			depth++;
		} else if (is_close(f) && depth > 0) {
			depth--;
		}
		if (!is_word(f) || (depth > 0 && !in_brackets)) {
			begin = true;
			continue;
		}
		bool upper = i > 0 && u[i] >= 'A' && u[i] <= 'Z' && u[i - 1] >= 'a' && u[i - 1] <= 'z';
		key->u[key->n] = f;
		key->begins[key->n] = begin || upper;
		key->n++;
		begin = false;
	}
}

/* The label of the key, or of its longest end that is a word. */
static bool find_key(const struct key *key, bool whole, enum nks_label *out)
{
	if (key->n == 0 || !ends_word(key->u[key->n - 1])) {
		return false;
	}
	size_t b = bucket_of(key->u[key->n - 1]);
	for (size_t k = nks_label_first[b]; k < nks_label_first[b + 1]; k++) {
		const struct nks_label_word *w = &nks_label_words[k];
		if (w->len > key->n || (whole && w->len != key->n) || begin_of(w, key->u, 0, key->n) == SIZE_MAX) {
			continue;
		}
		size_t at = key->n - w->len;
		if (at > 0 && (w->len < 2 || (!is_han(key->u[at]) && !key->begins[at]))) {
			continue;
		}
		*out = (enum nks_label)w->label;
		return true;
	}
	return false;
}

enum nks_label nks_label_of(const nks_unit *u, size_t n)
{
	if (n == 0 || n > CELL_MAX) {
		return NKS_LABEL_NONE;
	}
	struct key all, bare;
	enum nks_label label = NKS_LABEL_NONE;
	key_of(&all, u, n, true);
	if (find_key(&all, true, &label)) {
		return label;
	}
	key_of(&bare, u, n, false);
	if (find_key(&bare, true, &label)) {
		return label;
	}
	while (bare.n > 1 && bare.u[bare.n - 1] >= '0' && bare.u[bare.n - 1] <= '9') {
		bare.n--;
	}
	if (bare.n <= NKS_LABEL_LONGEST && find_key(&bare, false, &label)) {
		return label;
	}
	return NKS_LABEL_NONE;
}
