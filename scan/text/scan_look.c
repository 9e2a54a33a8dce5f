/*
 * scan_look.c: a decoded block in front of all who look: layout, index, detectors, names, rules; and escaped text in
 * it, which is decoded and looked through in the same way, to a depth of two.
 */
#include "nks_scan_int.h"

#include <string.h>

enum { DERIVED_MAX = 30000, DERIVED_LAP = 1024, DERIVED_BINARY = 4096 };

/* Escaped text that was found in a text. */
struct derived {
	struct nks_scan *scan;
	const struct nks_text *text;
	unsigned depth;
	uint64_t offset, len;
	enum nks_via via;
};

/* One piece of it in one encoding. */
static bool look_derived(const struct derived *d, enum nks_encoding encoding, const uint8_t *bytes, size_t len)
{
	struct nks_block *const b = &d->scan->block[d->depth];
	const struct nks_look look = {
		.from = 0, .to = len, .first = true, .last = true, .via = d->via, .depth = d->depth
	};

	nks_block_reset(b, encoding, bytes, len, 0);
	b->derived = true;
	b->fixed = d->offset;
	b->fixed_len = d->len;
	(void)nks_block_take(b, 0, len, 0);
	return nks_scan_look(d->scan, b, &look);
}

static bool look_piece(const struct derived *d, const uint8_t *bytes, size_t len)
{
	struct nks_guess guess = { .candidates = 1U << NKS_UTF8 };

	if (d->via == NKS_VIA_BASE64 || d->via == NKS_VIA_QUOTED || d->via == NKS_VIA_PERCENT) {
		nks_guess_of(bytes, len, true, &guess);
	}
	if (guess.binary && len > DERIVED_BINARY) {
		return true;
	}
	for (unsigned e = 0; e < NKS_ENCODING_COUNT; e++) {
		if (((guess.candidates >> e) & 1) != 0 && !look_derived(d, (enum nks_encoding)e, bytes, len)) {
			return false;
		}
	}
	return true;
}

static bool on_escape(void *arg, enum nks_via via, size_t at, size_t len, const uint8_t *bytes, size_t n)
{
	struct derived d = *(const struct derived *)arg;

	if (at < d.text->from || at >= d.text->to) {
		return true;
	}
	const struct nks_block *const b = d.text->origin;
	d.offset = nks_text_offset(d.text, at);
	d.len = b->derived ? b->fixed_len : nks_text_offset(d.text, at + len) - d.offset;
	d.via = via;
	for (size_t begin = 0; begin < n; begin += DERIVED_MAX - DERIVED_LAP) {
		const size_t piece = n - begin < DERIVED_MAX ? n - begin : DERIVED_MAX;
		if (!look_piece(&d, bytes + begin, piece)) {
			return false;
		}
		if (begin + piece == n) {
			break;
		}
	}
	return true;
}

static void on_rule(void *scan, uint32_t rule, size_t at, size_t len)
{
	struct nks_scan *const s = scan;
	const struct nks_hit hit = {
		.class = NKS_CLASS_RULE, .at = at, .len = len, .why = NKS_WHY(SHAPE) | NKS_WHY(FORM), .key = rule
	};

	if (at >= s->text->from && at < s->text->to) {
		(void)nks_scan_hit(s, s->text, &hit);
	}
}

static bool look_all(struct nks_scan *s, const struct nks_text *text, unsigned depth)
{
	const uint64_t forms = s->options.classes & ~(1U << NKS_CLASS_PERSON_NAME | 1U << NKS_CLASS_RULE);
	struct derived d = { .scan = s, .text = text, .depth = depth + 1 };

	if (s->matcher != NULL && !nks_match_block(s->matcher, text, nks_scan_hit, s)) {
		return false;
	}
	if (forms != 0 && !nks_detect_block(&s->detect, text, nks_scan_hit, s)) {
		return false;
	}
	if (((s->options.classes >> NKS_CLASS_PERSON_NAME) & 1) != 0 && !nks_names_block(text, nks_scan_hit, s)) {
		return false;
	}
	if (s->options.rules != NULL) {
		s->text = text;
		s->options.rules(s->options.rules_arg, text->u, text->n, text->from, text->to, on_rule, s);
		s->text = NULL;
	}
	return d.depth >= NKS_DEPTHS || nks_escapes(text, on_escape, &d);
}

bool nks_scan_look(struct nks_scan *s, struct nks_block *b, const struct nks_look *look)
{
	struct nks_text text = { .u = b->u,
		.encoding = (uint8_t)b->encoding,
		.via = (uint8_t)look->via,
		.first = look->first,
		.last = look->last,
		.carved = look->carved,
		.layout = look->layout,
		.origin = b };

	nks_block_seal(b);
	text.n = b->n;
	text.any = b->masks.any;
	for (size_t m = 0; m < NKS_M_COUNT; m++) {
		text.mask[m] = b->masks.word[m];
	}
	text.from = nks_block_unit(b, (size_t)(look->from - b->base));
	text.to = look->to - b->base >= b->len ? b->n : nks_block_unit(b, (size_t)(look->to - b->base));
	s->looks++;
	s->summary.units += text.to - text.from;
	s->summary.encodings |= UINT32_C(1) << b->encoding;
	s->summary.gaiji = s->summary.gaiji || b->masks.gaiji;
	if (text.layout != NULL) {
		nks_layout_feed(text.layout, &text);
	}
	if (look->via == NKS_VIA_PLAIN && look->to <= s->stream.from) {
		return true;
	}
	if (!look_all(s, &text, look->depth)) {
		s->status = s->status == NKS_OK ? NKS_STOPPED : s->status;
	}
	return s->status == NKS_OK;
}
