/*
 * xml_fuzz.c: bytes → pieces, attributes, texts. Slices stay inside, every text is shorter than what it came from.
 */
#include "base.h"

#include "xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct nk_xml x = { .in = { (const char *)data, size } };
	struct nk_xml_piece p = { .kind = NK_XML_END };
	NK_OWNED(nk_buf_done) struct nk_buf out = { 0 };
	bool have = true;
	size_t before = 0;

	if (!nk_utf8_valid(nk_bytes_of(data, size), NULL)) {
		return 0;
	}
	nk_buf_init(&out, 1 << 20);
	while (nk_ok(nk_xml_next(&x, &p, &have, NULL)) && have) {
		nk_assert(x.at <= size && (x.at > before || p.kind == NK_XML_END));
		before = x.at;
		nk_buf_reset(&out);
		if (p.kind == NK_XML_TEXT) {
			nk_assert(!nk_ok(nk_xml_text(&p, &out, NULL)) || out.len <= p.rest.len);
		} else if (p.kind == NK_XML_START) {
			nk_assert(!nk_xml_attr(&p, "r", &out) || out.len <= p.rest.len);
		}
		nk_assert(nk_utf8_valid(nk_buf_bytes(&out), NULL));
	}
	return 0;
}
