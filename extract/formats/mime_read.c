/*
 * mime_read.c: walks a message: headers, parts within parts by their boundaries, bodies decoded.
 *
 * It goes along the lines once. Each line belongs to exactly one sink: a block of headers, a text, a file that is
 * opened, or a secret that is counted. Text in front of the first part and behind the last one is text too; without a
 * boundary all is text.
 */
#include "base.h"

#include "mime.h"

struct level {
	char boundary[256];
	size_t len;
	bool secret; /* its parts are encrypted */
};

struct mime {
	struct nkx_work *w;
	struct nkx_lines lines;
	struct level level[NKX_MIME_DEPTH];
	size_t depth;
	unsigned parts;
	/* Headers being collected. */
	bool in_head;
	uint8_t *head;
	size_t head_len;
	/* The body at hand. */
	struct nkx_mime_info info;
	char name[600];
	struct nkx_mime_decoder decoder;
	struct nkx_pipe *pipe;
	bool text; /* a stream is open */
	uint64_t secret; /* bytes of an encrypted body */
	/* A file within a text. */
	struct nkx_pipe *uu;
	struct nkx_mime_decoder uu_decoder;
	bool pgp;
	bool stop;
	enum nkx_why why;
	struct nkx_text put;
	uint8_t out[NKX_MIME_LINE + 128];
};

static void text_begin(struct mime *m)
{
	if (!m->text) {
		m->text = nkx_stream_begin(m->w, m->name, "mail-text", NKS_KIND_UNKNOWN);
		m->stop = m->stop || !m->text;
	}
}

static void sink_bytes(struct mime *m, const uint8_t *p, size_t len, bool end)
{
	size_t n = nkx_mime_decode(&m->decoder, p, len, end, m->out);

	if (m->info.kind == NKX_MIME_SECRET) {
		m->secret += n;
	} else if (m->pipe != NULL) {
		m->stop = m->stop || (n > 0 && !nkx_nested_feed(m->pipe, m->out, n));
	} else if (n > 0) {
		text_begin(m);
		m->stop = m->stop || !nkx_stream_feed(m->w, m->out, n);
	}
}

static void uu_end(struct mime *m, enum nkx_why why)
{
	if (m->uu != NULL) {
		nkx_nested_end(&m->uu, why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY, why);
	}
}

/* The body at hand is over. */
static void body_end(struct mime *m, enum nkx_why why)
{
	static const uint8_t none[1];
	enum nkx_state state = why == NKX_WHY_NONE ? NKX_SCANNED : NKX_PARTLY;

	uu_end(m, why == NKX_WHY_NONE ? NKX_WHY_CUT_OFF : why);
	sink_bytes(m, none, 0, true);
	if (m->info.kind == NKX_MIME_SECRET && m->secret > 0) {
		nkx_not_scanned(m->w, m->name, "mail-text", NKX_WHY_ENCRYPTED, m->secret);
	}
	if (m->pipe != NULL) {
		nkx_nested_end(&m->pipe, state, why);
	}
	if (m->text) {
		nkx_stream_end(m->w, state, why);
	}
	if (m->pgp) {
		nkx_not_scanned(m->w, m->name, "mail-text", NKX_WHY_ENCRYPTED, m->secret);
	}
	m->text = m->pgp = false;
	m->secret = 0;
	memset(&m->decoder, 0, sizeof(m->decoder));
}

/* Text that is no part's: in front of the first, behind the last. */
static void loose(struct mime *m, const char *what)
{
	memset(&m->info, 0, sizeof(m->info));
	m->info.kind = NKX_MIME_TEXT;
	m->in_head = false;
	(void)snprintf(m->name, sizeof(m->name), "%s", what);
}

static void part_name(struct mime *m)
{
	if (m->info.name[0] != '\0') {
		(void)snprintf(m->name, sizeof(m->name), "%s", m->info.name);
	} else if (m->parts == 0) {
		(void)snprintf(m->name, sizeof(m->name), "body");
	} else {
		(void)snprintf(m->name, sizeof(m->name), "part %u", m->parts);
	}
}

static void enter(struct mime *m)
{
	struct level *l = &m->level[m->depth];

	if (m->depth == NKX_MIME_DEPTH) {
		nkx_partly(m->w, NKX_WHY_TOO_DEEP);
		loose(m, "rest");
		return;
	}
	l->secret = m->info.kind == NKX_MIME_SECRET || (m->depth > 0 && l[-1].secret);
	memcpy(l->boundary, m->info.boundary, sizeof(l->boundary));
	l->len = strlen(l->boundary);
	m->depth++;
	loose(m, "preamble");
}

/* The block of headers is complete: what its body is. */
static void head_end(struct mime *m)
{
	char name[64];

	m->in_head = false;
	if (m->parts == 0) {
		(void)snprintf(name, sizeof(name), "headers");
	} else {
		(void)snprintf(name, sizeof(name), "part %u headers", m->parts);
	}
	bool shown = m->head_len > 0 && nkx_stream_begin(m->w, name, "mail-headers", NKS_KIND_TEXT);

	m->stop = m->stop || (m->head_len > 0 && !shown);
	nkx_mime_headers(m->head, m->head_len, &m->info, shown ? &m->put : NULL);
	if (shown) {
		nkx_put_flush(&m->put);
		nkx_stream_end(m->w, NKX_SCANNED, NKX_WHY_NONE);
	}
	m->head_len = 0;
	part_name(m);
	m->decoder.coding = m->info.coding;
	if (m->info.boundary[0] != '\0' && (m->info.kind == NKX_MIME_MULTI || m->info.kind == NKX_MIME_SECRET)) {
		memset(&m->decoder, 0, sizeof(m->decoder));
		enter(m);
		return;
	}
	if (m->depth > 0 && m->level[m->depth - 1].secret) {
		m->info.kind = NKX_MIME_SECRET;
	}
	bool plain = m->info.kind == NKX_MIME_MULTI || (m->info.kind == NKX_MIME_TEXT && m->info.name[0] == '\0');

	if (plain || m->info.kind == NKX_MIME_SECRET) {
		return;
	}
	m->pipe = nkx_nested_begin(m->w, m->name, 0,
		m->info.kind == NKX_MIME_HTML              ? "markup"
			: m->info.kind == NKX_MIME_MESSAGE ? "mail"
							   : NULL);
	m->stop = m->stop || m->pipe == NULL;
}

static void head_line(struct mime *m, const struct nkx_line *line)
{
	if (line->starts && nkx_line_trim(line) == 0) {
		head_end(m);
		return;
	}
	bool folded = line->p[0] == ' ' || line->p[0] == '\t' || !line->starts;
	bool field = folded || nkx_line_is_field(line->p, line->len) > 0 || nkx_line_is_from(line->p, line->len) ||
		(m->head_len == 0 && line->p[0] == '>');

	if (field && m->head_len + line->len <= NKX_MIME_HEAD) {
		memcpy(m->head + m->head_len, line->p, line->len);
		m->head_len += line->len;
		return;
	}
	/* No header and no blank line: the body begins here. */
	head_end(m);
	sink_bytes(m, line->p, line->len, false);
}

/* "--boundary" or "--boundary--" of any level: what follows. false: it is none. */
static bool boundary_line(struct mime *m, const struct nkx_line *line)
{
	size_t len = nkx_line_trim(line);

	if (!line->starts || len < 3 || line->p[0] != '-' || line->p[1] != '-') {
		return false;
	}
	for (size_t i = m->depth; i-- > 0;) {
		const struct level *l = &m->level[i];
		bool last = len == l->len + 4 && memcmp(line->p + 2 + l->len, "--", 2) == 0;

		if ((len != l->len + 2 && !last) || memcmp(line->p + 2, l->boundary, l->len) != 0) {
			continue;
		}
		if (m->in_head) {
			head_end(m);
		}
		body_end(m, NKX_WHY_NONE);
		m->depth = i + (last ? 0 : 1);
		if (last) {
			loose(m, "epilogue");
		} else {
			m->in_head = true;
			m->parts++;
			m->stop = m->stop || !nkx_entry(m->w);
		}
		return true;
	}
	return false;
}

/* "begin 644 name": a file in the midst of a text. */
static void uu_begin(struct mime *m, const struct nkx_line *line)
{
	size_t len = nkx_line_trim(line);
	char name[400];

	nkx_name_utf8(line->p + 10, len - 10, false, name, sizeof(name));
	text_begin(m);
	if (!m->stop) {
		(void)nkx_stream_feed(m->w, line->p, line->len);
		m->uu = nkx_nested_begin(m->w, name, 0, NULL);
		m->uu_decoder = (struct nkx_mime_decoder){ .coding = NKX_MIME_UU };
	}
}

static bool is_uu(const struct nkx_line *line)
{
	const uint8_t *p = line->p;

	return line->starts && nkx_line_trim(line) > 10 && memcmp(p, "begin ", 6) == 0 && p[6] >= '0' &&
		p[6] <= '7' && p[7] >= '0' && p[7] <= '7' && p[8] >= '0' && p[8] <= '7' && p[9] == ' ';
}

static void uu_line(struct mime *m, const struct nkx_line *line)
{
	size_t n = nkx_mime_decode(&m->uu_decoder, line->p, nkx_line_trim(line), false, m->out);

	if (m->uu_decoder.done) {
		uu_end(m, NKX_WHY_NONE);
	} else {
		m->stop = m->stop || (n > 0 && !nkx_nested_feed(m->uu, m->out, n));
	}
}

static bool line_is(const struct nkx_line *line, const char *text)
{
	size_t len = nkx_line_trim(line);

	return line->starts && len == strlen(text) && memcmp(line->p, text, len) == 0;
}

static void body_line(struct mime *m, const struct nkx_line *line)
{
	bool text = m->info.kind == NKX_MIME_TEXT && m->pipe == NULL;

	if (m->uu != NULL) {
		uu_line(m, line);
	} else if (text && is_uu(line)) {
		uu_begin(m, line);
	} else if (text &&
		(m->pgp ? m->secret == 0 || line->p[0] != '-' : line_is(line, "-----BEGIN PGP MESSAGE-----"))) {
		m->pgp = true;
		m->secret += line->len;
	} else if (m->pgp && line_is(line, "-----END PGP MESSAGE-----")) {
		nkx_not_scanned(m->w, m->name, "mail-text", NKX_WHY_ENCRYPTED, m->secret);
		m->pgp = false;
		m->secret = 0;
	} else if (m->text || !text || nkx_line_trim(line) > 0) {
		sink_bytes(m, line->p, line->len, false);
	}
}

static void run(struct mime *m)
{
	struct nkx_line line;

	while (!m->stop && nkx_line_next(&m->lines, &line)) {
		if (m->depth > 0 && boundary_line(m, &line)) {
			continue;
		}
		if (m->in_head) {
			head_line(m, &line);
		} else {
			body_line(m, &line);
		}
	}
	if (m->in_head && !m->stop) {
		head_end(m);
	}
	/* A level that was not closed: the message is cut off. */
	enum nkx_why why = m->stop ? NKX_WHY_MEMORY : m->depth > 0 ? NKX_WHY_CUT_OFF : NKX_WHY_NONE;

	body_end(m, why);
	if (why != NKX_WHY_NONE) {
		nkx_partly(m->w, why); /* an exceeded budget was noted before and counts */
	}
	/* What was not reached is left for carving. */
	nkx_claimed(m->w, 0, m->lines.at + m->lines.from);
}

enum nkx_why nkx_mime_read(struct nkx_work *w, const struct nkx_source *s)
{
	struct mime *m = calloc(1, sizeof(*m));

	if (m == NULL || (m->head = malloc(NKX_MIME_HEAD)) == NULL) {
		free(m);
		return NKX_WHY_MEMORY;
	}
	m->w = w;
	m->put.w = w;
	m->lines.s = s;
	m->in_head = true;
	run(m);
	explicit_bzero(m->head, NKX_MIME_HEAD);
	free(m->head);
	explicit_bzero(m, sizeof(*m));
	free(m);
	return NKX_WHY_NONE;
}
