/*
 * doc_out.c: see doc_out.h. All growth is checked; a strand that is full goes into the running text.
 */
#include "base.h"

#include "doc_out.h"
#include "nks_text.h"

bool nkx_strand_put(struct nkx_strand *s, const void *bytes, size_t len)
{
	if (len > s->max || s->n > s->max - len) {
		return false;
	}
	if (s->n + len > s->cap) {
		const size_t want = s->n + len < 2048 ? 4096 : 2 * (s->n + len);
		char *p = malloc(want);

		if (p == NULL) {
			return false;
		}
		if (s->n > 0) {
			memcpy(p, s->p, s->n);
			explicit_bzero(s->p, s->n);
		}
		free(s->p);
		s->p = p;
		s->cap = want;
	}
	if (len > 0) {
		memcpy(s->p + s->n, bytes, len);
		s->n += len;
	}
	return true;
}

void nkx_strand_done(struct nkx_strand *s)
{
	const size_t max = s->max;

	if (s->p != NULL) {
		explicit_bzero(s->p, s->n);
		free(s->p);
	}
	memset(s, 0, sizeof(*s));
	s->max = max;
}

void nkx_out_start(struct nkx_out *o, struct nkx_dest sink, bool raw)
{
	memset(o, 0, sizeof(*o));
	o->sink = sink;
	o->raw = raw;
	o->last = '\n';
	o->aside.max = NKX_STRAND_MAX;
	o->ruby.max = NKX_STRAND_MAX;
	o->tables.max = NKX_STRAND_MAX;
}

void nkx_out_done(struct nkx_out *o)
{
	explicit_bzero(o->buf, sizeof(o->buf));
	nkx_strand_done(&o->aside);
	nkx_strand_done(&o->ruby);
	nkx_strand_done(&o->tables);
}

static void push(struct nkx_out *o)
{
	if (o->n > 0 && !o->stopped) {
		o->stopped = !o->sink.put(o->sink.arg, o->buf, o->n);
	}
	o->n = 0;
}

static void run(struct nkx_out *o, const char *bytes, size_t len)
{
	if (len == 0) {
		return;
	}
	o->last = bytes[len - 1];
	if (len > sizeof(o->buf) - o->n) {
		push(o);
	}
	if (len > sizeof(o->buf)) {
		o->stopped = o->stopped || !o->sink.put(o->sink.arg, bytes, len);
		return;
	}
	memcpy(o->buf + o->n, bytes, len);
	o->n += len;
}

static void run_line(struct nkx_out *o)
{
	if (o->last != '\n') {
		run(o, "\n", 1);
	}
}

/* The table at hand becomes running text: it was no table worth the name, or too large. */
static void spill(struct nkx_out *o)
{
	char *p = o->tables.p;
	size_t n = 0;

	if (o->tables.n == o->from || p == NULL) {
		return;
	}
	for (size_t i = o->from; i < o->tables.n; i++) {
		p[i] = p[i] == NKS_ROW ? '\n' : p[i] == NKS_CELL ? '\t' : p[i];
	}
	run_line(o);
	n = o->tables.n - o->from;
	run(o, p + o->from, n);
	explicit_bzero(p + o->from, n);
	o->tables.n = o->from;
}

static bool in_table(const struct nkx_out *o)
{
	return o->depth > 0 && !o->spilled;
}

static char table_last(const struct nkx_out *o)
{
	return o->tables.n > o->from ? o->tables.p[o->tables.n - 1] : NKS_ROW;
}

static bool fresh_cell(const struct nkx_out *o)
{
	const char last = table_last(o);

	return last == NKS_ROW || last == NKS_CELL || (o->raw && (last == '\t' || last == '\n'));
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void table_put(struct nkx_out *o, const char *bytes, size_t len)
{
	if (fresh_cell(o)) {
		while (len > 0 && is_blank(*bytes)) {
			bytes++;
			len--;
		}
	}
	if (len == 0) {
		return;
	}
	if (o->cells == 0) {
		o->cells = 1; /* text of a row before its first cell is in the first one */
	}
	if (!nkx_strand_put(&o->tables, bytes, len)) {
		spill(o);
		o->spilled = true;
		run(o, bytes, len);
		return;
	}
	for (size_t i = o->tables.n - len; i < o->tables.n; i++) {
		char *c = o->tables.p + i;

		*c = *c == NKS_CELL || *c == NKS_ROW || (o->raw && is_blank(*c)) ? ' ' : *c;
	}
}

void nkx_out_put(struct nkx_out *o, const void *bytes, size_t len)
{
	if (in_table(o)) {
		table_put(o, bytes, len);
		return;
	}
	run(o, bytes, len);
}

size_t nkx_utf8_put(uint32_t c, char out[static 4])
{
	if (c > 0x10ffff || (c >= 0xd800 && c < 0xe000)) {
		c = 0xfffd;
	}
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | (c >> 6));
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | (c >> 12));
		out[1] = (char)(0x80 | ((c >> 6) & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | (c >> 18));
	out[1] = (char)(0x80 | ((c >> 12) & 0x3f));
	out[2] = (char)(0x80 | ((c >> 6) & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

void nkx_out_code(struct nkx_out *o, uint32_t c)
{
	char text[4];

	nkx_out_put(o, text, nkx_utf8_put(c, text));
}

void nkx_out_line(struct nkx_out *o)
{
	if (!in_table(o)) {
		run_line(o);
		return;
	}
	/* A cell of several lines: blanks, so that rows stay rows where newlines end them. */
	if (!fresh_cell(o) && !is_blank(table_last(o))) {
		table_put(o, o->raw ? " " : "\n", 1);
	}
}

static void table_bound(struct nkx_out *o, char bound)
{
	while (o->tables.n > o->from && is_blank(table_last(o)) && !fresh_cell(o)) {
		o->tables.n--;
	}
	if (o->raw) {
		bound = bound == NKS_ROW ? '\n' : '\t';
	}
	if (!nkx_strand_put(&o->tables, &bound, 1)) {
		spill(o);
		o->spilled = true;
	}
}

static void end_row(struct nkx_out *o)
{
	if (o->cells == 0) {
		return;
	}
	for (; o->pending > 0 && !o->spilled; o->pending--) {
		o->cells++;
		table_bound(o, NKS_CELL);
	}
	o->rows++;
	o->widest = o->cells > o->widest ? o->cells : o->widest;
	o->cells = 0;
	table_bound(o, NKS_ROW);
}

static void end_table(struct nkx_out *o)
{
	if (!o->spilled) {
		end_row(o);
	}
	if (o->spilled || o->rows < 2 || o->widest < 2 || o->n_tables == NKX_OUT_TABLES) {
		spill(o);
	} else {
		o->ends[o->n_tables++] = o->tables.n;
	}
	o->spilled = false;
	run_line(o);
}

void nkx_out_table(struct nkx_out *o, bool begin)
{
	if (begin && o->depth++ == 0) {
		o->from = o->tables.n;
		o->rows = 0;
		o->cells = 0;
		o->widest = 0;
		o->pending = 0;
		o->spilled = false;
		return;
	}
	if (begin || o->depth == 0) {
		nkx_out_line(o);
		return;
	}
	if (--o->depth == 0) {
		end_table(o);
	}
}

void nkx_out_row(struct nkx_out *o)
{
	if (o->depth != 1 || o->spilled) {
		nkx_out_line(o);
		return;
	}
	end_row(o);
}

void nkx_out_cell(struct nkx_out *o, uint32_t span)
{
	if (o->depth != 1 || o->spilled) {
		if (o->depth > 0 && o->last != '\n' && o->spilled) {
			run(o, "\t", 1);
			return;
		}
		nkx_out_line(o);
		return;
	}
	for (uint32_t i = 0; i < 1 + o->pending && !o->spilled; i++) {
		if (o->cells++ > 0) {
			table_bound(o, NKS_CELL);
		}
	}
	o->pending = span < 1 ? 0 : span > 1024 ? 1023 : span - 1;
}

/* A strand that is full: its whole lines become running text. */
static void overflow(struct nkx_out *o, struct nkx_strand *s)
{
	const char *end = s->n > 0 ? memrchr(s->p, '\n', s->n) : NULL;
	const size_t n = end != NULL ? (size_t)(end - s->p) + 1 : s->n;

	if (n == 0) {
		return;
	}
	run_line(o);
	run(o, s->p, n);
	memmove(s->p, s->p + n, s->n - n);
	explicit_bzero(s->p + (s->n - n), n);
	s->n -= n;
}

static void apart(struct nkx_out *o, struct nkx_strand *s, const char *bytes, size_t len)
{
	if (nkx_strand_put(s, bytes, len)) {
		return;
	}
	overflow(o, s);
	if (!nkx_strand_put(s, bytes, len)) {
		run(o, s->p, s->n);
		nkx_strand_done(s);
		run(o, bytes, len);
	}
}

void nkx_out_aside(struct nkx_out *o, const void *bytes, size_t len)
{
	apart(o, &o->aside, bytes, len);
}

void nkx_out_ruby(struct nkx_out *o, const void *bytes, size_t len)
{
	apart(o, &o->ruby, bytes, len);
}

static void end_tables(struct nkx_out *o)
{
	if (o->depth > 0) {
		o->depth = 0;
		end_table(o);
	}
}

void nkx_out_take_aside(struct nkx_out *o)
{
	end_tables(o);
	if (o->aside.n > 0) {
		run_line(o);
		run(o, o->aside.p, o->aside.n);
		nkx_strand_done(&o->aside);
	}
}

void nkx_out_flush(struct nkx_out *o)
{
	end_tables(o);
	push(o);
}

static bool feed_stream(void *arg, const char *bytes, size_t len)
{
	return nkx_stream_feed(arg, bytes, len);
}

struct nkx_dest nkx_out_stream(struct nkx_work *w)
{
	return (struct nkx_dest){ feed_stream, w };
}

struct part {
	const char *name, *what, *format;
	enum nks_kind kind;
};

static void emit(struct nkx_work *w, const struct part *part, const char *bytes, size_t len)
{
	char name[1100];

	(void)snprintf(name, sizeof(name), "%.1024s#%s", part->name, part->what);
	if (len > 0 && nkx_stream_begin(w, name, part->format, part->kind)) {
		(void)nkx_stream_feed(w, bytes, len);
		nkx_stream_end(w, NKX_SCANNED, NKX_WHY_NONE);
	}
}

void nkx_out_emit(struct nkx_work *w, struct nkx_out *o, const char *name, const char *format)
{
	struct part part = { name, "", format, o->raw ? NKS_KIND_UNKNOWN : NKS_KIND_TABLE };
	char what[32];
	size_t from = 0;

	for (size_t i = 0; i < o->n_tables; i++) {
		(void)snprintf(what, sizeof(what), "table-%zu", i + 1);
		part.what = what;
		emit(w, &part, o->tables.p + from, o->ends[i] - from);
		from = o->ends[i];
	}
	part.kind = o->raw ? NKS_KIND_UNKNOWN : NKS_KIND_TEXT;
	part.what = "furigana";
	emit(w, &part, o->ruby.p, o->ruby.n);
	part.what = "aside";
	emit(w, &part, o->aside.p, o->aside.n);
}
