/*
 * rules.c: the user's own rules, by PCRE2's interpreter with limits.
 *
 * Invariant: a rule that runs into its limits is noted, and never stops the scan.
 */
#include "base.h"

#include "proto.h"

#define PCRE2_CODE_UNIT_WIDTH 16
#include <pcre2.h>

enum { MATCH_LIMIT = 200000, DEPTH_LIMIT = 2000, HEAP_KIB = 8192, RULES_MAX = 64, PATTERN_MAX = 4096 };

struct nkx_rules {
	size_t n;
	pcre2_code *code[RULES_MAX];
	pcre2_match_context *context;
	pcre2_match_data *data;
	bool limited;
};

static void error_text(int number, struct nkx_rules_bad *bad)
{
	PCRE2_UCHAR text[sizeof(bad->text)];
	size_t i = 0;

	memset(text, 0, sizeof(text));
	(void)pcre2_get_error_message(number, text, NK_ARRAY_LEN(text));
	for (; i < sizeof(bad->text) - 1 && text[i] != 0; i++) {
		bad->text[i] = (char)(text[i] < 128 ? text[i] : '?');
	}
	bad->text[i] = '\0';
}

/* UTF-8 to UTF-16; false: not UTF-8, or too long. */
static bool widen(const char *utf8, PCRE2_UCHAR *out, size_t *out_n)
{
	const struct nk_str s = { utf8, strlen(utf8) };
	size_t at = 0;
	size_t n = 0;

	if (s.len >= PATTERN_MAX || !nk_utf8_valid((struct nk_bytes){ (const uint8_t *)utf8, s.len }, NULL)) {
		return false;
	}
	while (at < s.len) {
		const uint32_t c = nk_utf8_next(s, &at);

		if (c > 0xffff) {
			out[n++] = (PCRE2_UCHAR)(0xd7c0 + (c >> 10));
			out[n++] = (PCRE2_UCHAR)(0xdc00 + (c & 0x3ff));
		} else {
			out[n++] = (PCRE2_UCHAR)c;
		}
	}
	*out_n = n;
	return true;
}

static pcre2_code *compile(const char *pattern, struct nkx_rules_bad *bad)
{
	PCRE2_UCHAR *wide = malloc(PATTERN_MAX * sizeof(*wide));
	const uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
	pcre2_code *code = NULL;
	int number = PCRE2_ERROR_UTF8_ERR1;
	size_t n = 0;

	bad->at = 0;
	if (wide != NULL && widen(pattern, wide, &n)) {
		code = pcre2_compile(wide, n, options, &number, &bad->at, NULL);
	}
	if (code == NULL) {
		error_text(number, bad);
	}
	free(wide);
	return code;
}

struct nkx_rules *nkx_rules_new(const struct nkx_rule *rules, size_t n, struct nkx_rules_bad *out_bad)
{
	struct nkx_rules *r = calloc(1, sizeof(*r));

	memset(out_bad, 0, sizeof(*out_bad));
	if (r == NULL || n > RULES_MAX) {
		free(r);
		return NULL;
	}
	r->context = pcre2_match_context_create(NULL);
	r->data = pcre2_match_data_create(1, NULL);
	if (r->context == NULL || r->data == NULL) {
		nkx_rules_free(&r);
		return NULL;
	}
	(void)pcre2_set_match_limit(r->context, MATCH_LIMIT);
	(void)pcre2_set_depth_limit(r->context, DEPTH_LIMIT);
	(void)pcre2_set_heap_limit(r->context, HEAP_KIB);
	for (; r->n < n; r->n++) {
		out_bad->rule = r->n;
		r->code[r->n] = compile(rules[r->n].pattern, out_bad);
		if (r->code[r->n] == NULL) {
			nkx_rules_free(&r);
			return NULL;
		}
	}
	return r;
}

void nkx_rules_free(struct nkx_rules **rules)
{
	struct nkx_rules *r = *rules;

	*rules = NULL;
	if (r == NULL) {
		return;
	}
	for (size_t i = 0; i < r->n; i++) {
		pcre2_code_free(r->code[i]);
	}
	pcre2_match_data_free(r->data);
	pcre2_match_context_free(r->context);
	free(r);
}

bool nkx_rules_limited(struct nkx_rules *rules)
{
	const bool was = rules->limited;

	rules->limited = false;
	return was;
}

void nkx_rules_look(
	void *arg, const nks_unit *units, size_t n, size_t from, size_t to, nks_rule_emit_fn *emit, void *scan)
{
	struct nkx_rules *r = arg;

	for (size_t i = 0; i < r->n; i++) {
		size_t at = from;

		while (at < to) {
			const int rc = pcre2_match(r->code[i], units, n, at, 0, r->data, r->context);
			const PCRE2_SIZE *pair = pcre2_get_ovector_pointer(r->data);

			if (rc < 0 && rc != PCRE2_ERROR_NOMATCH) {
				r->limited = true;
			}
			if (rc < 0 || pair[0] >= to) {
				break;
			}
			if (pair[1] > pair[0]) {
				emit(scan, (uint32_t)i, pair[0], pair[1] - pair[0]);
			}
			at = pair[1] > at ? pair[1] : at + 1;
		}
	}
}
