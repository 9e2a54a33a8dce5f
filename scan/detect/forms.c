/*
 * forms.c: student and staff numbers of the forms of the configuration: 9 is a digit, A a letter, anything else
 * itself.
 *
 * A form is looked for by the longest run of digits in it. One of digits only says little: without a label it stays
 * below the threshold.
 */
#include "nks_detect_int.h"

enum { FORM_MAX = 40 };

struct form {
	const char *s;
	size_t len;
	size_t run_at, run_len; /* its longest run of digits */
	bool plain; /* digits only */
};

static bool is_form_digit(char c)
{
	return c >= '0' && c <= '9';
}

static struct form form_of(const char *s)
{
	struct form f = { .s = s, .len = strnlen(s, FORM_MAX + 1), .plain = true };
	size_t run = 0;
	for (size_t i = 0; i < f.len; i++) {
		run = is_form_digit(s[i]) ? run + 1 : 0;
		f.plain = f.plain && is_form_digit(s[i]);
		if (run > f.run_len) {
			f.run_len = run;
			f.run_at = i + 1 - run;
		}
	}
	return f;
}

static bool matches(char want, nks_unit u)
{
	if (want == '9') {
		return nks_is_digit(u);
	}
	if (want == 'A') {
		return nks_is_ascii_letter(u);
	}
	char lower = want >= 'B' && want <= 'Z' ? (char)(want + 32) : want;
	return nks_fold[u] == (nks_unit)(unsigned char)lower;
}

static bool is_word(const struct nks_text *t, size_t i)
{
	return nks_is_ascii_letter(t->u[i]) || nks_is_digit(t->u[i]) || t->u[i] == '_';
}

/* Whether the form stands at `at`, as a word of its own. A mail address's local part is one too. */
static bool stands(const struct nks_text *t, const struct form *f, size_t at)
{
	if (at + f->len > t->n || (at > 0 && is_word(t, at - 1)) || is_word(t, at + f->len)) {
		return false;
	}
	for (size_t i = 0; i < f->len; i++) {
		if (!matches(f->s[i], t->u[at + i])) {
			return false;
		}
	}
	return true;
}

static bool report(const struct nks_text *t, const struct form *f, size_t at, nks_emit_fn *emit, void *arg)
{
	struct nks_hit hit = { .class = NKS_CLASS_PERSON_NUMBER, .at = at, .len = f->len, .why = NKS_WHY(FORM) };
	if (at < t->from || at >= t->to) {
		return true;
	}
	hit.why |= f->plain ? NKS_WHY(HALF_KNOWN) : 0;
	hit.why |= nks_context(t, at, NKS_LABEL_BIT(NUMBER));
	hit.why |= t->carved ? NKS_WHY(RANDOM) : 0;
	hit.confidence = (uint8_t)nks_confidence(NKS_CLASS_PERSON_NUMBER, hit.why);
	return emit(arg, t, &hit);
}

/* Begins of runs of at least `len` digits in a word of the mask. */
static uint64_t run_begins(const uint64_t *m, size_t len)
{
	uint64_t bits = m[0];
	for (unsigned k = 1; k < len && k < 64 && bits != 0; k++) {
		bits &= (m[0] >> k) | (m[1] << (64 - k));
	}
	return bits & ~((m[0] << 1) | (m[-1] >> 63));
}

static bool form_block(const struct nks_text *t, const struct form *f, nks_emit_fn *emit, void *arg)
{
	const uint64_t *m = t->mask[NKS_M_DIGIT];
	size_t end = t->to + f->len < t->n ? t->to + f->len : t->n;
	for (size_t i = t->from / 64; i * 64 < end; i++) {
		uint64_t bits = f->run_len > 0 ? run_begins(m + i, f->run_len) : t->mask[NKS_M_ALPHA][i];
		for (; bits != 0; bits &= bits - 1) {
			size_t pos = i * 64 + (size_t)__builtin_ctzll(bits);
			if (pos >= f->run_at && stands(t, f, pos - f->run_at) &&
				!report(t, f, pos - f->run_at, emit, arg)) {
				return false;
			}
		}
	}
	return true;
}

bool nks_forms_block(const struct nks_detect_options *o, const struct nks_text *text, nks_emit_fn *emit, void *arg)
{
	for (size_t k = 0; k < o->n_number_forms; k++) {
		struct form f = form_of(o->number_forms[k]);
		if (f.len >= 2 && f.len <= FORM_MAX && !form_block(text, &f, emit, arg)) {
			return false;
		}
	}
	return true;
}
