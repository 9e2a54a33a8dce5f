/*
 * markup.c: see markup.h. One byte, one step: nothing is looked at twice, so no input is slower than another.
 */
#include "base.h"

#include "markup.h"
#include "markup_tags.h"

enum {
	S_TEXT,
	S_OPEN,
	S_TAG,
	S_IN,
	S_ATTR,
	S_EQUALS,
	S_VALUE,
	S_BANG,
	S_COMMENT,
	S_DECL,
	S_PI,
	S_CDATA,
	S_RAW,
	S_ENTITY
};

void nkx_markup_start(struct nkx_markup *m, struct nkx_out *out, enum nkx_markup_mode mode)
{
	memset(m, 0, sizeof(*m));
	m->out = out;
	m->mode = mode;
	m->codes = !out->raw;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':' || (unsigned char)c >= 0x80;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static void text(struct nkx_markup *m, const char *bytes, size_t len)
{
	if (m->in_rt) {
		nkx_out_ruby(m->out, bytes, len);
	} else {
		nkx_out_put(m->out, bytes, len);
	}
}

static void aside(struct nkx_markup *m, const char *bytes, size_t len)
{
	nkx_out_aside(m->out, bytes, len);
}

/* What the tag does to the text around it. */
static void ruby_tag(struct nkx_markup *m)
{
	if (m->in_rt && !m->closing) {
		nkx_out_ruby(m->out, " ", 1);
	}
	m->in_rt = !m->closing;
}

static void act(struct nkx_markup *m, enum nkx_tag_kind kind)
{
	switch (kind) {
	case NKX_TAG_INLINE:
	case NKX_TAG_UNKNOWN:
		return;
	case NKX_TAG_RUBY_TEXT:
		ruby_tag(m);
		return;
	case NKX_TAG_RUBY:
		m->in_rt = false;
		if (m->closing) {
			nkx_out_ruby(m->out, " ", 1);
		}
		return;
	case NKX_TAG_TABLE:
		nkx_out_table(m->out, !m->closing);
		return;
	case NKX_TAG_ROW:
		nkx_out_row(m->out);
		return;
	case NKX_TAG_CELL:
		if (!m->closing) {
			nkx_out_cell(m->out, m->span);
		}
		return;
	case NKX_TAG_BLANK:
		nkx_out_put(m->out, "\t", 1);
		return;
	case NKX_TAG_RAW:
	case NKX_TAG_BLOCK:
		nkx_out_line(m->out);
		return;
	}
}

/* <氏名> is a label, <taro@example.jp> is no tag at all: names of more than ASCII letters are text too. */
static void name_as_text(struct nkx_markup *m, bool unknown)
{
	for (size_t i = 0; i < m->n_tag; i++) {
		if (unknown || (unsigned char)m->tag[i] >= 0x80 || m->tag[i] == '@') {
			nkx_out_line(m->out);
			text(m, m->tag, m->n_tag);
			nkx_out_line(m->out);
			return;
		}
	}
}

static void tag_done(struct nkx_markup *m, bool empty)
{
	const enum nkx_tag_kind kind = nkx_tag_kind(m->mode, m->tag, m->n_tag);

	if (kind <= NKX_TAG_BLOCK && !m->closing) {
		name_as_text(m, kind == NKX_TAG_UNKNOWN);
	}
	if (m->has_attr) {
		aside(m, "\n", 1);
	}
	m->has_attr = false;
	m->state = S_TEXT;
	if (empty && kind != NKX_TAG_BLANK && kind != NKX_TAG_BLOCK && kind != NKX_TAG_CELL) {
		return;
	}
	act(m, kind);
	if (kind == NKX_TAG_RAW && !m->closing) {
		m->raw_end[0] = '<';
		m->raw_end[1] = '/';
		memcpy(m->raw_end + 2, m->tag, m->n_tag < 9 ? m->n_tag : 9);
		m->raw_end[2 + (m->n_tag < 9 ? m->n_tag : 9)] = '\0';
		m->n_match = 0;
		m->state = S_RAW;
	}
}

static void attr_begin(struct nkx_markup *m)
{
	m->n_attr = 0;
	m->state = S_ATTR;
}

static void attr_put(struct nkx_markup *m)
{
	if (m->has_attr) {
		aside(m, "\t", 1);
	}
	m->has_attr = true;
	aside(m, m->attr, m->n_attr);
}

static uint32_t number_in(const char *value, size_t n)
{
	uint32_t v = 0;

	for (size_t i = 0; i < n && i < 4 && value[i] >= '0' && value[i] <= '9'; i++) {
		v = v * 10 + (uint32_t)(value[i] - '0');
	}
	return v > 64 ? 64 : v == 0 ? 1 : v;
}

static void in_tag(struct nkx_markup *m, char c)
{
	if (c == '>') {
		tag_done(m, m->before[1] == '/');
	} else if (!is_space(c) && c != '/') {
		attr_begin(m);
		m->attr[m->n_attr++] = c;
	}
}

static void in_attr(struct nkx_markup *m, char c)
{
	if (c == '=') {
		attr_put(m);
		aside(m, "=", 1);
		m->state = S_EQUALS;
		return;
	}
	if (c == '>' || is_space(c) || c == '/') {
		attr_put(m);
		m->state = S_IN;
		if (c == '>') {
			tag_done(m, false);
		}
		return;
	}
	if (m->n_attr == sizeof(m->attr)) { /* no name that long: it is text */
		attr_put(m);
		m->n_attr = 0;
		m->has_attr = false;
	}
	m->attr[m->n_attr++] = c;
}

static bool is_span(const struct nkx_markup *m)
{
	return m->n_attr >= 4 && (m->attr[0] == 'c' || m->attr[0] == 'C') &&
		memcmp(m->attr + m->n_attr - 4, "span", 4) == 0;
}

static void value_done(struct nkx_markup *m)
{
	m->state = S_IN;
	if (is_span(m)) {
		m->span = number_in(m->entity, m->n_entity);
	}
	m->n_entity = 0;
}

static void in_value(struct nkx_markup *m, char c)
{
	const bool bare = m->quote == 0;

	if ((!bare && c == m->quote) || (bare && (is_space(c) || c == '>'))) {
		value_done(m);
		if (c == '>') {
			tag_done(m, false);
		}
		return;
	}
	if (m->n_entity < sizeof(m->entity)) {
		m->entity[m->n_entity++] = c; /* the first bytes, for colspan */
	}
	aside(m, &c, 1);
}

static void in_equals(struct nkx_markup *m, char c)
{
	if (is_space(c)) {
		return;
	}
	m->n_entity = 0;
	m->state = S_VALUE;
	m->quote = c == '"' || c == '\'' ? c : 0;
	if (m->quote == 0) {
		in_value(m, c);
	}
}

static void in_open(struct nkx_markup *m, char c)
{
	m->n_tag = 0;
	m->span = 1;
	m->closing = false;
	m->has_attr = false;
	if (c == '!') {
		m->state = S_BANG;
		m->n_match = 0;
	} else if (c == '?') {
		m->state = S_PI;
	} else if (c == '/') {
		m->closing = true;
		m->state = S_TAG;
	} else if (is_letter(c)) {
		m->tag[m->n_tag++] = lower(c);
		m->state = S_TAG;
	} else {
		m->state = S_TEXT;
		text(m, "<", 1);
		nkx_markup_feed(m, &c, 1);
	}
}

static void in_name(struct nkx_markup *m, char c)
{
	if (c == '>') {
		tag_done(m, m->before[1] == '/');
	} else if (is_space(c) || c == '/') {
		m->state = S_IN;
	} else if (m->n_tag == sizeof(m->tag)) { /* no tag: what looks like one is kept aside */
		attr_begin(m);
		memcpy(m->attr, m->tag, m->n_tag);
		m->n_attr = m->n_tag;
		m->attr[m->n_attr++] = c;
	} else {
		m->tag[m->n_tag++] = lower(c);
	}
}

/* <!-- , <![CDATA[ , or a declaration. */
static void in_bang(struct nkx_markup *m, char c)
{
	static const char cdata[] = "[CDATA[";

	m->before[0] = m->before[1] = 0;
	if (c == '-' && m->n_match <= 1) {
		m->state = ++m->n_match == 2 ? S_COMMENT : S_BANG;
		return;
	}
	if (m->n_match < 16 && c == '[' && m->n_match == 0) {
		m->n_match = 17;
		return;
	}
	if (m->n_match > 16 && c == cdata[m->n_match - 16]) {
		m->state = ++m->n_match == 23 ? S_CDATA : S_BANG;
		m->brackets = 0;
		return;
	}
	m->brackets = m->n_match > 16 ? 1 : 0;
	m->state = S_DECL;
	m->quote = 0;
	nkx_markup_feed(m, &c, 1);
}

static void in_comment(struct nkx_markup *m, char c)
{
	aside(m, &c, 1);
	if (c == '>' && m->before[0] == '-' && m->before[1] == '-') {
		aside(m, "\n", 1);
		m->state = S_TEXT;
	}
}

static void in_decl(struct nkx_markup *m, char c)
{
	aside(m, &c, 1);
	m->brackets += c == '[' ? 1 : 0;
	m->brackets -= c == ']' && m->brackets > 0 ? 1 : 0;
	if (c == '>' && m->brackets == 0) {
		aside(m, "\n", 1);
		m->state = S_TEXT;
	}
}

static void in_pi(struct nkx_markup *m, char c)
{
	aside(m, &c, 1);
	if (c == '>' && (m->before[1] == '?' || m->mode == NKX_MARKUP_HTML)) {
		aside(m, "\n", 1);
		m->state = S_TEXT;
	}
}

static void in_cdata(struct nkx_markup *m, char c)
{
	if (c == ']' && m->brackets < 2) {
		m->brackets++;
		return;
	}
	if (c == ']') {
		text(m, "]", 1);
		return;
	}
	if (c == '>' && m->brackets == 2) {
		m->state = S_TEXT;
		return;
	}
	text(m, "]]", m->brackets);
	m->brackets = 0;
	text(m, &c, 1);
}

static void in_raw(struct nkx_markup *m, char c)
{
	aside(m, &c, 1);
	m->n_match = lower(c) == m->raw_end[m->n_match] ? m->n_match + 1 : c == '<' ? 1 : 0;
	if (m->raw_end[m->n_match] == '\0') {
		aside(m, "\n", 1);
		m->closing = true;
		m->n_tag = 0;
		m->state = S_TAG;
	}
}

static void entity_done(struct nkx_markup *m, bool ended)
{
	uint32_t code = 0;
	char out[4];
	const bool known = ended && nkx_entity(m->entity, m->n_entity, &code) && (m->codes || code < 0x80);

	m->state = S_TEXT;
	if (known) {
		text(m, out, nkx_utf8_put(code, out));
	} else {
		text(m, "&", 1);
		text(m, m->entity, m->n_entity);
		if (ended) {
			text(m, ";", 1);
		}
	}
	m->n_entity = 0;
}

static void in_entity(struct nkx_markup *m, char c)
{
	if (c == ';') {
		entity_done(m, true);
	} else if ((is_letter(c) && (unsigned char)c < 0x80) || (c >= '0' && c <= '9') ||
		(c == '#' && m->n_entity == 0)) {
		m->entity[m->n_entity++] = c;
		if (m->n_entity == sizeof(m->entity)) {
			entity_done(m, false);
		}
	} else {
		entity_done(m, false);
		nkx_markup_feed(m, &c, 1);
	}
}

static void step(struct nkx_markup *m, char c)
{
	static void (*const states[])(struct nkx_markup *, char) = { [S_OPEN] = in_open,
		[S_TAG] = in_name,
		[S_IN] = in_tag,
		[S_ATTR] = in_attr,
		[S_EQUALS] = in_equals,
		[S_VALUE] = in_value,
		[S_BANG] = in_bang,
		[S_COMMENT] = in_comment,
		[S_DECL] = in_decl,
		[S_PI] = in_pi,
		[S_CDATA] = in_cdata,
		[S_RAW] = in_raw,
		[S_ENTITY] = in_entity };

	states[m->state](m, c);
	m->before[0] = m->before[1];
	m->before[1] = c;
}

/* An escape of ISO-2022-JP: while a two-byte (or kana) set is on, < and & are halves of characters. */
static void escape(struct nkx_markup *m, char c)
{
	m->esc[m->n_esc++] = c;
	if (m->n_esc == 2 && c != '$' && c != '(') {
		m->n_esc = 0;
		return;
	}
	if (m->n_esc == 3) {
		m->wide = m->esc[1] == '$' || c == 'I';
		m->n_esc = 0;
	}
}

/* Bytes that go on as they are, from `at`: in text up to what means something. */
static size_t plain(const struct nkx_markup *m, const char *bytes, size_t at, size_t len)
{
	size_t i = at;

	if (m->n_esc > 0) {
		return at;
	}
	if (m->wide) {
		while (i < len && bytes[i] != 0x1b && bytes[i] != '\n') {
			i++;
		}
		return i;
	}
	while (i < len && bytes[i] != 0x1b && bytes[i] != '<' && bytes[i] != '&') {
		i++;
	}
	return i;
}

static void feed_text(struct nkx_markup *m, const char *bytes, size_t *i, size_t len)
{
	const size_t to = plain(m, bytes, *i, len);

	text(m, bytes + *i, to - *i);
	*i = to;
	if (to == len) {
		return;
	}
	*i = to + 1;
	if (bytes[to] == 0x1b || m->n_esc > 0) {
		text(m, bytes + to, 1);
		m->n_esc = bytes[to] == 0x1b ? 0 : m->n_esc;
		escape(m, bytes[to]);
		return;
	}
	if (m->wide) { /* a line ends: so does the two-byte set */
		m->wide = false;
		text(m, bytes + to, 1);
		return;
	}
	m->n_entity = 0;
	m->before[0] = m->before[1] = 0;
	m->state = bytes[to] == '<' ? S_OPEN : S_ENTITY;
}

/* Outside of text: whole runs aside, where most of a page's bytes are. */
static size_t run_aside(struct nkx_markup *m, const char *bytes, size_t i, size_t len)
{
	const bool value = m->state == S_VALUE && m->quote != 0;
	const char *end = NULL;
	size_t to = len;

	if (m->wide || m->n_esc > 0 || (!value && (m->state != S_RAW || m->n_match > 0))) {
		return i;
	}
	end = memchr(bytes + i, value ? m->quote : '<', len - i);
	to = end != NULL ? (size_t)(end - bytes) : len;
	end = memchr(bytes + i, 0x1b, to - i);
	to = end != NULL ? (size_t)(end - bytes) : to;
	if (to - i < sizeof(m->entity)) {
		return i;
	}
	aside(m, bytes + i, to - i);
	m->n_entity = m->state == S_VALUE ? 0 : m->n_entity;
	m->before[1] = bytes[to - 1];
	return to;
}

/* A byte of ISO-2022-JP in an attribute, comment or script. */
static bool jis_aside(struct nkx_markup *m, char c)
{
	const bool opaque = m->state == S_VALUE || m->state == S_COMMENT || m->state == S_RAW || m->state == S_DECL;

	if (!opaque || (c != 0x1b && m->n_esc == 0 && (!m->wide || c == '\n'))) {
		return false;
	}
	aside(m, &c, 1);
	if (c == 0x1b || m->n_esc > 0) {
		m->n_esc = c == 0x1b ? 0 : m->n_esc;
		escape(m, c);
	}
	return true;
}

void nkx_markup_feed(struct nkx_markup *m, const char *bytes, size_t len)
{
	size_t i = 0;

	while (i < len && !m->out->stopped) {
		if (m->state == S_TEXT) {
			feed_text(m, bytes, &i, len);
			continue;
		}
		i = run_aside(m, bytes, i, len);
		if (i < len && jis_aside(m, bytes[i])) {
			i++;
		} else if (i < len) {
			m->wide = m->wide && bytes[i] != '\n';
			step(m, bytes[i++]);
		}
	}
}

void nkx_markup_end(struct nkx_markup *m)
{
	if (m->state == S_ENTITY) {
		entity_done(m, false);
	}
	if (m->state == S_OPEN) {
		text(m, "<", 1);
	}
	if (m->state == S_ATTR) {
		attr_put(m);
	}
	if (m->state >= S_TAG && m->state <= S_VALUE) { /* a tag that never ended may have been none */
		aside(m, "\n", m->has_attr ? 1 : 0);
		aside(m, m->tag, m->n_tag);
	}
	m->state = S_TEXT;
}
