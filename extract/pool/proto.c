/*
 * proto.c: checks of messages.
 *
 * Invariant: nkx_msg_ok is true only for messages whose every field is within its range and whose texts end and are
 * clean UTF-8. Whether a stream of that number is open is pool_task.c's to know.
 */
#include "base.h"

#include "proto.h"

#include <math.h>

enum { UNITS_MAX = 1 << 20 };
_Static_assert(NKS_WHY_COUNT < 64 && NKS_CLASS_COUNT <= 64, "bits");

size_t nkx_msg_begin_len(const struct nkx_m_begin *b)
{
	return offsetof(struct nkx_m_begin, path) + strnlen(b->path, NKX_PATH_MAX - 1) + 1;
}

size_t nkx_msg_findings_len(uint32_t n)
{
	return offsetof(struct nkx_m_findings, of) + n * sizeof(struct nkx_wire_finding);
}

static bool clean(const char *text, size_t room)
{
	const size_t len = strnlen(text, room);

	if (len == room || !nk_utf8_valid((struct nk_bytes){ (const uint8_t *)text, len }, NULL)) {
		return false;
	}
	for (size_t i = 0; i < len; i++) {
		if ((uint8_t)text[i] < 0x20 || text[i] == 0x7f) {
			return false;
		}
	}
	return true;
}

static bool format_ok(const char *format)
{
	return strnlen(format, NKX_FORMAT_MAX) < NKX_FORMAT_MAX && clean(format, NKX_FORMAT_MAX);
}

static bool begin_ok(const struct nkx_msg *m)
{
	const size_t fixed = offsetof(struct nkx_m_begin, path);

	return m->len > fixed && m->len <= sizeof(m->u.begin) && m->u.begin.slot < NKX_SLOTS &&
		m->u.begin.number < INT32_MAX &&
		format_ok(m->u.begin.format) && clean(m->u.begin.path, m->len - fixed);
}

/* A bool that came over the wire may hold any byte, and is looked at as one before it is used. */
static bool bool_ok(const bool *flag)
{
	uint8_t byte = 0;

	memcpy(&byte, flag, sizeof(byte));
	return byte <= 1;
}

static bool finding_ok(const struct nkx_wire_finding *wire, uint32_t n_rules)
{
	const struct nks_finding *f = &wire->f;

	if (!bool_ok(&f->of_index) || !bool_ok(&wire->in_name)) {
		return false;
	}
	if (f->class >= NKS_CLASS_COUNT || f->field >= NKS_FIELD_COUNT || f->via >= NKS_VIA_COUNT ||
		f->encoding >= NKS_ENCODING_COUNT || f->confidence > 100 || f->why >> NKS_WHY_COUNT != 0) {
		return false;
	}
	if (f->offset > UINT64_MAX - f->length || f->units > UNITS_MAX || !isfinite(f->chance)) {
		return false;
	}
	return !f->of_index && f->class == NKS_CLASS_RULE ? wire->rule < n_rules : wire->rule == 0;
}

static bool summary_ok(const struct nks_summary *s)
{
	return bool_ok(&s->carved) && bool_ok(&s->gaiji) && s->encodings >> NKS_ENCODING_COUNT == 0;
}

static bool findings_ok(const struct nkx_msg *m, uint32_t n_rules)
{
	const struct nkx_m_findings *f = &m->u.findings;

	if (m->len < offsetof(struct nkx_m_findings, of) || f->n > NKX_FINDINGS_A_MSG ||
		m->len != nkx_msg_findings_len(f->n)) {
		return false;
	}
	for (uint32_t i = 0; i < f->n; i++) {
		if (!finding_ok(&f->of[i], n_rules)) {
			return false;
		}
	}
	return true;
}

static bool end_ok(const struct nkx_msg *m)
{
	const struct nkx_m_end *e = &m->u.end;

	return m->len == sizeof(*e) && e->state <= NKX_NOT && e->why < NKX_WHY_COUNT && format_ok(e->format) &&
		(e->state == NKX_SCANNED) == (e->why == NKX_WHY_NONE) && summary_ok(&e->sum);
}

static bool cut_ok(const struct nkx_msg *m)
{
	const struct nkx_m_cut *c = &m->u.cut;
	const size_t fixed = offsetof(struct nkx_m_cut, at);

	return m->len >= fixed && m->len <= sizeof(*c) && (m->len - fixed) % sizeof(c->at[0]) == 0 && c->n > 0 &&
		c->n <= NKX_CUTS_MAX && c->from <= c->n && (m->len - fixed) / sizeof(c->at[0]) <= c->n + 1 - c->from;
}

bool nkx_msg_ok(const struct nkx_msg *m, size_t got, uint32_t n_rules)
{
	if (got < offsetof(struct nkx_msg, u) || got != nkx_msg_size(m)) {
		return false;
	}
	switch ((enum nkx_msg_type)m->type) {
	case NKX_W_READY:
	case NKX_W_FAILED:
	case NKX_W_DONE:
		return m->len == 0;
	case NKX_W_CUT:
		return cut_ok(m);
	case NKX_W_BEGIN:
		return begin_ok(m);
	case NKX_W_FINDINGS:
		return findings_ok(m, n_rules);
	case NKX_W_END:
		return end_ok(m);
	case NKX_W_ALIVE:
		return m->len == sizeof(m->u.alive);
	case NKX_W_PDF:
		return m->len == sizeof(m->u.pdf);
	case NKX_W_PDF_BYTES:
		return m->len > 0;
	case NKX_P_CONFIG:
	case NKX_P_ITEM:
	case NKX_P_PDF:
	case NKX_MSG_COUNT:
		return false;
	}
	return false;
}
