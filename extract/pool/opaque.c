/*
 * opaque.c: see opaque.h.
 *
 * Invariant: what is dense to the last window is never taken for clean; nothing of the bytes is kept.
 */
#include "base.h"

#include "opaque.h"

enum { WINDOWS_MOST = 256 };

/* Among n(n-1) pairs of bytes chance makes n(n-1)/256 equal ones. */
static void judge_window(struct nkx_opaque *o)
{
	const uint64_t pairs = (uint64_t)o->n * (o->n - 1);
	uint64_t equal = 0;

	for (size_t i = 0; i < NK_ARRAY_LEN(o->counts) && o->n > 0; i++) {
		equal += (uint64_t)o->counts[i] * (o->counts[i] - (o->counts[i] > 0));
	}
	if (o->n >= NKX_OPAQUE_LEAST && o->counts[0] < o->n) {
		o->windows++;
		o->dense += 2 * 256 * equal < 3 * pairs;
	}
	explicit_bzero(o->counts, sizeof(o->counts));
	o->n = 0;
}

static bool is_program(const uint8_t *head, size_t len)
{
	static const char elf[] = { 0x7f, 'E', 'L', 'F' };

	return len >= sizeof(elf) && (memcmp(head, "MZ", 2) == 0 || memcmp(head, elf, sizeof(elf)) == 0);
}

void nkx_opaque_feed(struct nkx_opaque *o, const void *bytes, size_t len)
{
	const uint8_t *const p = bytes;

	o->program = o->program || (!o->begun && is_program(p, len));
	o->begun = true;
	for (size_t i = 0; i < len; i++) {
		o->counts[p[i]]++;
		o->n++;
		if (o->n == NKX_OPAQUE_WINDOW) {
			judge_window(o);
		}
	}
}

bool nkx_opaque_is(struct nkx_opaque *o)
{
	judge_window(o);
	return o->program ? 4 * o->dense > 3 * o->windows : 4 * o->dense > o->windows;
}

bool nkx_opaque_range(const struct nkx_source *s, uint64_t from, uint64_t to)
{
	const uint64_t windows = (to - from + NKX_OPAQUE_WINDOW - 1) / NKX_OPAQUE_WINDOW;
	const uint64_t step = (windows + WINDOWS_MOST - 1) / WINDOWS_MOST;
	uint8_t window[NKX_OPAQUE_WINDOW];
	struct nkx_opaque o = { .begun = true, .program = is_program(window, nkx_read_some(s, 0, window, 4)) };

	for (uint64_t i = 0; i < windows; i += step) {
		const uint64_t at = from + i * NKX_OPAQUE_WINDOW;
		const uint64_t left = to - at;

		nkx_opaque_feed(&o, window, nkx_read_some(s, at, window, left < sizeof(window) ? (size_t)left : sizeof(window)));
	}
	explicit_bzero(window, sizeof(window));
	return nkx_opaque_is(&o);
}
