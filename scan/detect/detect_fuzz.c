/*
 * detect_fuzz.c: any units at all: nothing is read outside a block and its padding, and what is reported lies within
 * it.
 *
 * Input: one byte of choices, then UTF-16LE.
 */
#include "names_kit.h"

enum { UNITS_MAX = 40000 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool check(void *arg, const struct nks_text *text, const struct nks_hit *hit)
{
	(void)arg;
	bool inside = hit->at >= text->from && hit->at < text->to && hit->len > 0 && hit->len <= text->n - hit->at;
	if (!inside || hit->class >= NKS_CLASS_COUNT || hit->confidence > 100) {
		abort();
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const forms[] = { "S9999999", "99-AA", "AAA", "9999" };
	struct nks_detect_options o = { .classes = UINT64_MAX, .number_forms = forms, .n_number_forms = 4 };
	if (size < 3 || size / 2 > UNITS_MAX) {
		return 0;
	}
	size_t n = (size - 1) / 2;
	nks_unit *u = malloc(n * sizeof *u);
	if (u == NULL) {
		return 0;
	}
	memcpy(u, data + 1, n * sizeof *u);
	struct kit_block *b = kit_open_units(u, n, (data[0] & 1) != 0, (data[0] & 2) == 0);
	b->text.carved = (data[0] & 4) != 0;
	b->text.from = (data[0] & 8) != 0 ? n / 3 : 0;
	b->text.to = (data[0] & 16) != 0 ? n - n / 3 : n;
	o.n_number_forms = (data[0] & 32) != 0 ? 0 : 4;
	(void)nks_detect_block(&o, &b->text, check, NULL);
	kit_close(&b);
	free(u);
	return 0;
}
