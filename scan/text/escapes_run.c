/*
 * escapes_run.c: percent, backslash, entities and quoted-printable: escapes with plain text between them.
 *
 * A run goes from one escape to the next as long as no more than `gap` plain units lie between. What stands between
 * is part of the decoded text, so that a name half of which is escaped is whole.
 */
#include "escapes_int.h"

#include <string.h>

/* One kind of escape. */
struct kind {
	/* Reads one at u[0] (at most `left` units): puts its bytes, returns its length, 0 when there is none. */
	size_t (*read)(struct nks_sink *sink, const nks_unit *u, size_t left, size_t at);
	bool (*is_plain)(nks_unit u); /* may stand between */
	bool (*is_near)(nks_unit u); /* belongs to the run before the first and behind the last escape */
	size_t gap, around, least;
};

int nks_hex(nks_unit u)
{
	if (u >= '0' && u <= '9') {
		return u - '0';
	}
	u |= 0x20;
	return u >= 'a' && u <= 'f' ? u - 'a' + 10 : -1;
}

/* The value of exactly `digits` hexadecimal digits, -1 when they are not there. */
static int32_t hex_of(const nks_unit *u, size_t left, size_t digits)
{
	int32_t value = 0;

	for (size_t i = 0; i < digits; i++) {
		if (i >= left || nks_hex(u[i]) < 0) {
			return -1;
		}
		value = value * 16 + nks_hex(u[i]);
	}
	return value;
}

static void put_plain(struct nks_sink *sink, nks_unit u, size_t at)
{
	if (u != NKS_BREAK && (u < 0xd800 || u > 0xdfff)) {
		nks_sink_put_unit(sink, u, at);
	} else {
		nks_sink_put(sink, ' ', at);
	}
}

static void cut(struct nks_sink *sink, size_t n)
{
	if (sink->n > n) {
		explicit_bzero(sink->bytes + n, sink->n - n);
		sink->n = n;
	}
}

static size_t collect(struct nks_sink *sink, const struct kind *k, size_t at, size_t floor)
{
	const nks_unit *u = sink->text->u;
	const size_t n = sink->text->n;
	size_t end = at;
	size_t kept = 0;
	size_t i = at;

	while (i > floor && at - i < k->around && k->is_near(u[i - 1])) {
		i--;
	}
	sink->begin = i;
	sink->strong = 0;
	for (; i < at; i++) {
		put_plain(sink, u[i], i);
	}
	while (i < n && i - end < k->gap) {
		const size_t used = k->read(sink, u + i, n - i, i);

		if (used == 0 && (end == at || !k->is_plain(u[i]))) {
			break;
		}
		if (used == 0) {
			put_plain(sink, u[i], i);
		}
		i += used > 0 ? used : 1;
		end = used > 0 ? i : end;
		kept = used > 0 ? sink->n : kept;
	}
	cut(sink, sink->strong >= k->least ? kept : 0);
	if (end == at) {
		return at + 1;
	}
	for (i = end; sink->n > 0 && i < n && i - end < k->around && k->is_near(u[i]); i++) {
		put_plain(sink, u[i], i);
	}
	nks_sink_give(sink, i);
	return i;
}

/* Percent ---------------------------------------------------------------------------------------------------------
 */

static bool is_of_url(nks_unit u)
{
	return u > ' ' && u < 0x7f && u != '"' && u != '<' && u != '>' && u != '`' && u != '\\' && u != '^';
}

static size_t read_percent(struct nks_sink *sink, const nks_unit *u, size_t left, size_t at)
{
	const int32_t byte = u[0] == '%' ? hex_of(u + 1, left - 1, 2) : -1;

	if (u[0] == '+') {
		nks_sink_put(sink, ' ', at);
		return 1;
	}
	if (byte < 0) {
		return 0;
	}
	nks_sink_put(sink, (uint8_t)byte, at);
	sink->strong++;
	return 3;
}

size_t nks_escapes_percent(struct nks_sink *sink, size_t at, size_t floor)
{
	static const struct kind kind = { read_percent, is_of_url, is_of_url, 200, 64, 1 };

	return collect(sink, &kind, at, floor);
}

/* Backslash -------------------------------------------------------------------------------------------------------
 */

static bool is_no_break(nks_unit u)
{
	return u != NKS_BREAK;
}

static bool is_japanese(nks_unit u)
{
	return (u >= 0x3005 && u <= 0x30ff) || (u >= 0x3400 && u < 0xe000) || (u >= 0xf900 && u < 0xfb00) ||
		(u >= 0xff10 && u < 0xffa0);
}

/* \u5c71, \U00005c71, \u{5c71}, pairs of surrogates as one. */
static size_t read_unicode(struct nks_sink *sink, const nks_unit *u, size_t left, size_t at)
{
	size_t used = u[1] == 'U' ? 10 : 6;
	int32_t c = hex_of(u + 2, left - 2, used - 2);
	int32_t low = -1;

	if (c < 0 && left > 4 && u[2] == '{') {
		used = 3;
		for (c = 0; used < left && used < 9 && nks_hex(u[used]) >= 0; used++) {
			c = c * 16 + nks_hex(u[used]);
		}
		c = used > 3 && used < left && u[used] == '}' ? c : -1;
		used++;
	}
	if (c < 0 || c > 0x10ffff) {
		return 0;
	}
	if (c >= 0xd800 && c <= 0xdbff && left > 12 && u[used] == '\\' && u[used + 1] == 'u') {
		low = hex_of(u + used + 2, left - used - 2, 4);
	}
	if (low >= 0xdc00 && low <= 0xdfff) {
		c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
		used += 6;
	}
	nks_sink_put_unit(sink, c >= 0xd800 && c <= 0xdfff ? ' ' : (uint32_t)c, at);
	sink->strong += 2;
	return used;
}

static int32_t octal_of(const nks_unit *u, size_t left)
{
	if (left < 3 || u[0] < '2' || u[0] > '3' || u[1] < '0' || u[1] > '7' || u[2] < '0' || u[2] > '7') {
		return -1;
	}
	return (u[0] - '0') * 64 + (u[1] - '0') * 8 + (u[2] - '0');
}

static size_t read_byte(struct nks_sink *sink, const nks_unit *u, size_t left, size_t at)
{
	const int32_t byte = u[1] == 'x' ? hex_of(u + 2, left - 2, 2) : octal_of(u + 1, left - 1);

	if (byte < 0) {
		return 0;
	}
	nks_sink_put(sink, (uint8_t)byte, at);
	sink->strong += byte >= 0x80;
	return 4;
}

static size_t read_backslash(struct nks_sink *sink, const nks_unit *u, size_t left, size_t at)
{
	static const char names[] = "nrt/\"'";
	static const char signs[] = "\n\r\t/\"'";

	if (left < 2 || u[0] != '\\') {
		return 0;
	}
	if (u[1] == '\\') {
		return 1;
	}
	if (u[1] == 'u' || u[1] == 'U') {
		return read_unicode(sink, u, left, at);
	}
	for (size_t i = 0; i < sizeof names - 1; i++) {
		if (u[1] == (nks_unit)names[i]) {
			nks_sink_put(sink, (uint8_t)signs[i], at);
			return 2;
		}
	}
	return read_byte(sink, u, left, at);
}

size_t nks_escapes_backslash(struct nks_sink *sink, size_t at, size_t floor)
{
	static const struct kind kind = { read_backslash, is_no_break, is_japanese, 24, 16, 2 };

	return collect(sink, &kind, at, floor);
}

/* Entities --------------------------------------------------------------------------------------------------------
 */

static const struct {
	char name[9];
	uint8_t strong;
	uint16_t sign;
} named[] = {
	{ "amp;", 0, '&' },
	{ "lt;", 0, '<' },
	{ "gt;", 0, '>' },
	{ "quot;", 0, '"' },
	{ "apos;", 0, '\'' },
	{ "nbsp;", 1, ' ' },
	{ "nbsp", 1, ' ' },
	{ "ensp;", 0, ' ' },
	{ "emsp;", 0, ' ' },
	{ "commat;", 1, '@' },
	{ "shy;", 0, 0xad },
	{ "yen;", 0, 0xa5 },
	{ "middot;", 0, 0x30fb },
};

static size_t read_named(struct nks_sink *sink, const nks_unit *u, size_t left, size_t at)
{
	for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
		size_t k = 0;

		while (named[i].name[k] != 0 && k < left && u[k] == (nks_unit)named[i].name[k]) {
			k++;
		}
		if (named[i].name[k] == 0) {
			nks_sink_put_unit(sink, named[i].sign, at);
			sink->strong += named[i].strong;
			return k + 1;
		}
	}
	return 0;
}

static size_t read_entity(struct nks_sink *sink, const nks_unit *u, size_t left, size_t at)
{
	const bool hex = left > 3 && (u[2] | 0x20) == 'x';
	size_t i = hex ? 3 : 2;
	const size_t first = i;
	uint32_t c = 0;

	if (left < 3 || u[0] != '&') {
		return 0;
	}
	if (u[1] != '#') {
		return read_named(sink, u + 1, left - 1, at);
	}
	for (; i < left && i - first < 7; i++) {
		const int digit = nks_hex(u[i]);

		if (digit < 0 || (!hex && digit > 9)) {
			break;
		}
		c = c * (hex ? 16 : 10) + (uint32_t)digit;
	}
	if (i == first || c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff)) {
		return 0;
	}
	nks_sink_put_unit(sink, c, at);
	sink->strong++;
	return i < left && u[i] == ';' ? i + 1 : i;
}

size_t nks_escapes_entity(struct nks_sink *sink, size_t at, size_t floor)
{
	static const struct kind kind = { read_entity, is_no_break, is_japanese, 24, 16, 1 };

	return collect(sink, &kind, at, floor);
}

/* Quoted-printable ------------------------------------------------------------------------------------------------
 */

/* A = that begins no escape is never in quoted-printable. */
static bool is_of_mail(nks_unit u)
{
	return (u >= ' ' && u < 0x7f && u != '=') || u == '\r' || u == '\n' || u == '\t';
}

static bool is_sign(nks_unit u)
{
	return u > ' ' && u < 0x7f && u != '"' && u != '=';
}

static size_t read_quoted(struct nks_sink *sink, const nks_unit *u, size_t left, size_t at)
{
	const int32_t byte = u[0] == '=' ? hex_of(u + 1, left - 1, 2) : -1;

	if (byte >= 0) {
		nks_sink_put(sink, (uint8_t)byte, at);
		sink->strong += byte >= 0x80 || byte == 0x1b;
		return 3;
	}
	if (u[0] == '=' && left > 1 && u[1] == '\n') {
		return 2;
	}
	return u[0] == '=' && left > 2 && u[1] == '\r' && u[2] == '\n' ? 3 : 0;
}

size_t nks_escapes_quoted(struct nks_sink *sink, size_t at, size_t floor)
{
	static const struct kind kind = { read_quoted, is_of_mail, is_sign, NKS_QUOTED_GAP, 8, 2 };

	return collect(sink, &kind, at, floor);
}
