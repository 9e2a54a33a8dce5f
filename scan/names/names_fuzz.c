/* Fuzz target: labels, layout and names over arbitrary units. The first byte says what kind of block it is; findings
 * must lie in it. */
#include "names_kit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool on_hit(void *arg, const struct nks_text *t, const struct nks_hit *hit)
{
	(void)arg;
	if (hit->at < t->from || hit->at >= t->to || hit->len == 0 || hit->len > t->n - hit->at ||
		hit->confidence > 100) {
		abort();
	}
	for (size_t i = hit->at; i < hit->at + hit->len; i++) {
		if (t->u[i] == NKS_BREAK) {
			abort();
		}
	}
	struct nks_place place = nks_layout_at(t, hit->at);
	(void)place;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 4 || size > 1 << 16) {
		return 0;
	}
	size_t n = (size - 3) / 2;
	nks_unit *u = calloc(n + 1, sizeof *u);
	if (!u) {
		return 0;
	}
	memcpy(u, data + 3, n * 2);
	struct kit_block *b = kit_open_units(u, n, data[0] & 1, !(data[0] & 2));
	b->text.carved = data[0] & 4;
	b->text.first = !(data[0] & 8);
	b->text.from = n ? data[1] % n : 0;
	b->text.to = n - (n - b->text.from) * (data[2] & 7) / 8;
	if (b->text.layout) {
		nks_layout_begin(b->layout, data[0] & 1, data[0] & 16 ? u : NULL, data[0] & 16 ? n : 0);
		nks_layout_feed(b->layout, &b->text);
	}
	nks_names_block(&b->text, on_hit, NULL);
	for (size_t i = 0; i < n; i += 7) {
		nks_layout_at(&b->text, i);
		nks_label_near(&b->text, i, 40);
		nks_label_of(u + i, n - i < 30 ? n - i : 30);
	}
	kit_close(&b);
	free(u);
	return 0;
}
