/*
 * scanner.c: the worker's sink: what openers feed goes through the scanning library, what it finds goes to the
 * parent.
 *
 * Invariant: a finding's message stands before the end of its stream; while mute nothing is sent but signs of life.
 * A finding that is not sent is counted, and its stream does not end as scanned.
 */
#include "base.h"

#include "proto.h"

#include "os.h"

#include <unistd.h>

enum { LANES = 8, ALIVE_MS = 200, LOOK_EVERY = 16, NAME_HITS = 32, SEND_MAX = 100000 };

/* One run of bytes that is being scanned: streams inside streams need one each. */
struct lane {
	struct nkx_scanner *s;
	struct nks_scan *scan;
	unsigned slot;
	bool in_name;
};

struct nkx_scanner {
	struct nkx_scanner_options o;
	struct nkx_sink sink;
	struct lane lanes[LANES];
	unsigned n_lanes; /* in use */
	uint32_t number_at[NKX_SLOTS];
	uint64_t unsent_at[NKX_SLOTS]; /* findings that were counted only */
	bool blind_at[NKX_SLOTS]; /* its name could not be looked through */
	struct nkx_msg out, in, waiting;
	int waiting_fd;
	bool is_waiting;
	struct nkx_wire_finding batch[NKX_FINDINGS_A_MSG];
	uint32_t n_batch, batch_number;
	struct nks_finding hits[NAME_HITS]; /* in the name that is looked through */
	unsigned n_hits;
	uint64_t more_hits; /* for which there was no room */
	bool blind;
	uint64_t sent; /* findings of this item, or said before it was begun again */
	bool mute, limited, asks_resume;
	uint32_t resume_at;
	int64_t cpu_began_ms, told_ms;
	unsigned calls;
};

static int64_t clock_ms(clockid_t clock)
{
	struct timespec t = { 0, 0 };

	(void)clock_gettime(clock, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

struct nkx_msg *nkx_scanner_msg(struct nkx_scanner *s)
{
	return &s->out;
}

void nkx_scanner_send(struct nkx_scanner *s, struct nkx_msg *m)
{
	const struct nk_os_note note = { m, nkx_msg_size(m), { -1, -1, -1, -1 } };

	if (!nk_ok(nk_os_role_send(s->o.fd, &note, NULL))) {
		_exit(0);
	}
}

static void flush(struct nkx_scanner *s)
{
	struct nkx_msg *m = &s->out;

	if (s->n_batch == 0) {
		return;
	}
	m->type = NKX_W_FINDINGS;
	m->u.findings.number = s->batch_number;
	m->u.findings.n = s->n_batch;
	memcpy(m->u.findings.of, s->batch, s->n_batch * sizeof(s->batch[0]));
	m->len = (uint32_t)nkx_msg_findings_len(s->n_batch);
	s->n_batch = 0;
	nkx_scanner_send(s, m);
}

static void keep(struct nkx_scanner *s, unsigned slot, const struct nks_finding *f, bool in_name)
{
	const uint32_t number = s->number_at[slot];

	if (s->sent >= SEND_MAX) {
		s->unsent_at[slot]++;
		return;
	}
	s->sent++;
	if (s->mute) {
		return;
	}
	if (s->n_batch == NKX_FINDINGS_A_MSG || (s->n_batch > 0 && s->batch_number != number)) {
		flush(s);
	}
	s->batch_number = number;
	s->batch[s->n_batch].f = *f;
	s->batch[s->n_batch].rule = !f->of_index && f->class == NKS_CLASS_RULE ? f->key : 0;
	s->batch[s->n_batch].in_name = in_name;
	s->n_batch++;
}

static int on_finding(void *arg, const struct nks_finding *f)
{
	const struct lane *lane = arg;
	struct nkx_scanner *s = lane->s;

	if (!lane->in_name) {
		keep(s, lane->slot, f, false);
	} else if (s->n_hits < NAME_HITS) {
		s->hits[s->n_hits++] = *f;
	} else {
		s->more_hits++;
	}
	return 0;
}

static struct lane *lane_new(struct nkx_scanner *s, unsigned slot, bool in_name)
{
	struct lane *lane = &s->lanes[s->n_lanes];

	if (s->n_lanes == LANES) {
		return NULL;
	}
	lane->s = s;
	lane->slot = slot;
	lane->in_name = in_name;
	if (lane->scan == NULL && nks_scan_new(s->o.scan, on_finding, lane, &lane->scan) != NKS_OK) {
		return NULL;
	}
	s->n_lanes++;
	return lane;
}

/* What lies in a finding is shown as ▒, one for each character. */
static void mask(const struct nkx_scanner *s, const char *name, char *masked, size_t room)
{
	static const char block[] = "▒";
	size_t n = 0;

	for (size_t i = 0; name[i] != '\0' && n + 4 < room; i++) {
		bool hit = false;

		for (unsigned h = 0; h < s->n_hits; h++) {
			hit = hit || (i >= s->hits[h].offset && i - s->hits[h].offset < s->hits[h].length);
		}
		if (!hit) {
			masked[n++] = name[i];
		} else if (((uint8_t)name[i] & 0xc0) != 0x80) {
			memcpy(masked + n, block, 3);
			n += 3;
		}
	}
	masked[n] = '\0';
}

static bool on_name(void *arg, const char *name, char *masked, size_t room)
{
	struct nkx_scanner *s = arg;
	const struct nks_stream run = { .kind = NKS_KIND_TEXT };
	struct lane *lane = lane_new(s, 0, true);
	struct nks_summary sum;

	s->n_hits = 0;
	s->more_hits = 0;
	s->blind = false;
	if (lane == NULL || nks_scan_begin(lane->scan, &run) != NKS_OK ||
		nks_scan_feed(lane->scan, name, strlen(name)) != NKS_OK || nks_scan_end(lane->scan, &sum) != NKS_OK) {
		/* Not looked through: not shown either. */
		(void)snprintf(masked, room, "▒");
		s->blind = true;
		s->n_lanes -= lane != NULL;
		return true;
	}
	s->n_lanes--;
	if (s->more_hits > 0) {
		/* Nobody knows where the others lie. */
		(void)snprintf(masked, room, "▒");
	} else {
		mask(s, name, masked, room);
	}
	return true;
}

static bool on_begin(void *arg, unsigned slot, uint32_t number, const char *path, const char *format)
{
	struct nkx_scanner *s = arg;
	struct nkx_msg *m = &s->out;

	flush(s);
	s->number_at[slot] = number;
	s->unsent_at[slot] = s->more_hits;
	s->blind_at[slot] = s->blind;
	if (!s->mute) {
		m->type = NKX_W_BEGIN;
		m->u.begin.number = number;
		m->u.begin.slot = slot;
		memset(m->u.begin.format, 0, sizeof(m->u.begin.format));
		(void)snprintf(m->u.begin.format, sizeof(m->u.begin.format), "%s", format);
		(void)snprintf(m->u.begin.path, sizeof(m->u.begin.path), "%s", path);
		m->len = (uint32_t)nkx_msg_begin_len(&m->u.begin);
		nkx_scanner_send(s, m);
	}
	for (unsigned i = 0; i < s->n_hits; i++) {
		s->hits[i].offset = 0;
		keep(s, slot, &s->hits[i], true);
	}
	s->n_hits = 0;
	s->more_hits = 0;
	s->blind = false;
	return true;
}

static bool on_scan(void *arg, unsigned slot, const struct nks_stream *run)
{
	struct nkx_scanner *s = arg;
	struct lane *lane = lane_new(s, slot, false);

	if (lane == NULL) {
		return false;
	}
	if (nks_scan_begin(lane->scan, run) != NKS_OK) {
		s->n_lanes--;
		return false;
	}
	return true;
}

static bool on_feed(void *arg, unsigned slot, const void *bytes, size_t len)
{
	struct nkx_scanner *s = arg;

	(void)slot;
	nk_assert(s->n_lanes > 0);
	return nks_scan_feed(s->lanes[s->n_lanes - 1].scan, bytes, len) == NKS_OK;
}

static bool on_scan_end(void *arg, unsigned slot, struct nks_summary *out)
{
	struct nkx_scanner *s = arg;
	bool good = false;

	(void)slot;
	nk_assert(s->n_lanes > 0);
	s->n_lanes--;
	good = nks_scan_end(s->lanes[s->n_lanes].scan, out) == NKS_OK;
	if (s->o.rules != NULL && nkx_rules_limited(s->o.rules)) {
		s->limited = true;
	}
	return good;
}

/* What the opener could not know: that not all was looked through, or not all was said. */
static enum nkx_why missed(const struct nkx_scanner *s, unsigned slot)
{
	if (s->limited) {
		return NKX_WHY_TIME;
	}
	if (s->blind_at[slot]) {
		return NKX_WHY_MEMORY;
	}
	return s->unsent_at[slot] > 0 ? NKX_WHY_TOO_MANY : NKX_WHY_NONE;
}

static bool on_end(void *arg, unsigned slot, const struct nkx_stream_end *end)
{
	struct nkx_scanner *s = arg;
	struct nkx_msg *m = &s->out;
	struct nkx_m_end *e = &m->u.end;
	const bool was_mute = s->mute;

	flush(s);
	if (s->mute && end->number == s->resume_at) {
		s->mute = false;
	}
	if (was_mute) {
		return true;
	}
	memset(e, 0, sizeof(*e));
	m->type = NKX_W_END;
	m->len = sizeof(*e);
	e->number = end->number;
	e->state = end->state;
	e->why = end->why;
	if (end->state == NKX_SCANNED && missed(s, slot) != NKX_WHY_NONE) {
		e->state = NKX_PARTLY;
		e->why = missed(s, slot);
	}
	s->limited = false;
	(void)snprintf(e->format, sizeof(e->format), "%s", end->format);
	e->bytes = end->bytes;
	e->skipped = end->skipped;
	e->unsent = s->unsent_at[slot];
	e->out = end->out;
	e->entries = end->entries;
	e->sum = end->sum;
	nkx_scanner_send(s, m);
	return true;
}

static bool on_alive(void *arg, uint64_t bytes)
{
	struct nkx_scanner *s = arg;
	int64_t now = 0;

	if (++s->calls % LOOK_EVERY != 0) {
		return true;
	}
	now = clock_ms(CLOCK_MONOTONIC);
	if (now - s->told_ms >= ALIVE_MS) {
		s->told_ms = now;
		s->out.type = NKX_W_ALIVE;
		s->out.len = sizeof(s->out.u.alive);
		s->out.u.alive = bytes;
		nkx_scanner_send(s, &s->out);
	}
	return clock_ms(CLOCK_PROCESS_CPUTIME_ID) - s->cpu_began_ms < (int64_t)s->o.seconds * 1000;
}

bool nkx_scanner_next(struct nkx_scanner *s, struct nkx_m_item *out, int *out_fd)
{
	struct nk_os_note note = { &s->in, sizeof(s->in), { -1, -1, -1, -1 } };

	if (s->is_waiting) {
		s->is_waiting = false;
		*out = s->waiting.u.item;
		*out_fd = s->waiting_fd;
		return true;
	}
	if (!nk_ok(nk_os_role_recv(s->o.fd, &note, NULL)) || note.len == 0 || s->in.type != NKX_P_ITEM) {
		return false;
	}
	*out = s->in.u.item;
	*out_fd = note.fds[0];
	return true;
}

/* Waits for the answer; an item that comes in between is kept. */
static bool await_pdf(struct nkx_scanner *s, int *out_fd)
{
	for (;;) {
		struct nk_os_note note = { &s->in, sizeof(s->in), { -1, -1, -1, -1 } };

		if (!nk_ok(nk_os_role_recv(s->o.fd, &note, NULL)) || note.len == 0) {
			_exit(0);
		}
		if (s->in.type == NKX_P_PDF) {
			*out_fd = note.fds[0];
			return true;
		}
		if (s->in.type != NKX_P_ITEM || s->is_waiting) {
			return false;
		}
		s->waiting = s->in;
		s->waiting_fd = note.fds[0];
		s->is_waiting = true;
	}
}

static enum nkx_why on_pdf(void *arg, const uint8_t *pdf, size_t len, char **out, size_t *out_len)
{
	struct nkx_scanner *s = arg;
	struct nkx_msg *m = &s->out;
	struct nkx_source text = { .fd = -1 };
	enum nkx_why why = NKX_WHY_CRASH;

	m->type = NKX_W_PDF;
	m->len = sizeof(m->u.pdf);
	m->u.pdf.len = len;
	m->u.pdf.why = 0;
	nkx_scanner_send(s, m);
	for (size_t at = 0; at < len; at += m->len) {
		m->type = NKX_W_PDF_BYTES;
		m->len = len - at < NKX_MSG_BYTES ? (uint32_t)(len - at) : NKX_MSG_BYTES;
		memcpy(m->u.bytes, pdf + at, m->len);
		nkx_scanner_send(s, m);
	}
	if (!await_pdf(s, &text.fd)) {
		return why;
	}
	text.size = s->in.u.pdf.len;
	why = (enum nkx_why)s->in.u.pdf.why;
	if (text.fd >= 0) {
		*out = malloc((size_t)text.size + 1);
		if (*out == NULL) {
			why = NKX_WHY_MEMORY;
		} else {
			*out_len = nkx_read_some(&text, 0, *out, (size_t)text.size);
			(*out)[*out_len] = '\0';
			why = *out_len < text.size && why == NKX_WHY_NONE ? NKX_WHY_READ_ERROR : why;
		}
	}
	nk_os_fd_close(&text.fd);
	return why;
}

void nkx_scanner_item(struct nkx_scanner *s, const struct nkx_m_item *item)
{
	s->n_lanes = 0;
	s->n_batch = 0;
	s->n_hits = 0;
	s->more_hits = 0;
	s->blind = false;
	s->sent = 0;
	s->limited = false;
	s->mute = item->resume && item->n_skips > 0;
	s->resume_at = s->mute ? item->skips[item->n_skips - 1] : 0;
	s->cpu_began_ms = clock_ms(CLOCK_PROCESS_CPUTIME_ID);
	s->told_ms = clock_ms(CLOCK_MONOTONIC);
}

struct nkx_scanner *nkx_scanner_new(const struct nkx_scanner_options *options)
{
	struct nkx_scanner *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		return NULL;
	}
	s->o = *options;
	s->sink = (struct nkx_sink){ s, on_name, on_begin, on_scan, on_feed, on_scan_end, on_end, on_pdf, on_alive };
	/* One now, while memory is there; the others when streams lie in streams. */
	s->lanes[0].s = s;
	if (nks_scan_new(options->scan, on_finding, &s->lanes[0], &s->lanes[0].scan) != NKS_OK) {
		nkx_scanner_free(&s);
	}
	return s;
}

void nkx_scanner_free(struct nkx_scanner **scanner)
{
	struct nkx_scanner *s = *scanner;

	*scanner = NULL;
	if (s == NULL) {
		return;
	}
	for (unsigned i = 0; i < LANES; i++) {
		if (s->lanes[i].scan != NULL) {
			nks_scan_free(&s->lanes[i].scan);
		}
	}
	free(s);
}

const struct nkx_sink *nkx_scanner_sink(struct nkx_scanner *s)
{
	return &s->sink;
}
