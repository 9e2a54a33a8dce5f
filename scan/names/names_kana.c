/*
 * Names whose given name is written in kana: 高橋ひとみ, 山田はる子. Only where the surname is a whole run of kanji,
 * and the given name one that is known to be written so and ends where a word ends.
 */
#include "nks_names.h"

#include <uchar.h>

enum { KANA_LEAST = 3, GIVEN_MAX = 5 };

static bool is_kana(const struct nks_text *t, size_t i)
{
	return i < t->n && nks_text_is(t, NKS_M_KANA, i);
}

/* Whether a name may end before unit i: a mark, a particle, a form of address. */
static bool may_end(const struct nks_text *t, size_t i)
{
	static const char16_t particles[] = u"はがをにのともでやへ";
	bool honorific = false;
	if (i >= t->n || (!is_kana(t, i) && !nks_text_is(t, NKS_M_HAN, i))) {
		return true;
	}
	if (nks_names_role_behind(t, i, &honorific) > 0) {
		return true;
	}
	for (size_t k = 0; particles[k]; k++) {
		if (t->u[i] == particles[k]) {
			return true;
		}
	}
	return false;
}

/* Length of the given name that begins at `at`, or 0. */
static size_t given_at(const struct nks_text *t, size_t at)
{
	nks_unit u[GIVEN_MAX];
	size_t best = 0;
	for (size_t n = 1; n <= GIVEN_MAX && at + n <= t->n; n++) {
		bool kana = is_kana(t, at + n - 1);
		bool last = n >= 2 && nks_text_is(t, NKS_M_HAN, at + n - 1);
		if (!kana && !last) {
			break;
		}
		u[n - 1] = nks_fold[t->u[at + n - 1]];
		bool honorific = false;
		bool known = n >= 2 && nks_word_cost(u, n, NKS_W_KANA_WRITTEN) < NKS_COST_NONE;
		bool long_enough = known && (n >= KANA_LEAST || nks_names_role_behind(t, at + n, &honorific) > 0);
		best = long_enough && may_end(t, at + n) ? n : best;
		if (last) {
			break;
		}
	}
	return best;
}

bool nks_names_kana_given(const struct nks_text *t, size_t at, size_t end, struct nks_candidate *out)
{
	nks_unit u[4];
	size_t n = end - at;
	if (n < 2 || n > 3 || end + 2 > t->n || !is_kana(t, end)) {
		return false;
	}
	for (size_t i = 0; i < n; i++) {
		u[i] = nks_fold[t->u[at + i]];
	}
	nks_unit second = nks_fold[t->u[end + 1]];
	if (!nks_pair_in(nks_surname_bits, u[0], u[1]) || !nks_pair_in(nks_given_bits, nks_fold[t->u[end]], second)) {
		return false;
	}
	size_t given = nks_word_cost(u, n, NKS_W_SURNAME) < NKS_COST_NONE ? given_at(t, end) : 0;
	if (given == 0) {
		return false;
	}
	out->at = at;
	out->len = n + given;
	out->why = NKS_WHY(SURNAME) | NKS_WHY(GIVEN_NAME) | NKS_WHY(BOUNDARY) | nks_names_around(t, at, out->len).why;
	out->score = 0;
	return true;
}
