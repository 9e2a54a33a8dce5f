/*
 * deb_version.c: which version is newer, as dpkg says it (deb-version(7)), and fields of a control text.
 */
#include "base.h"

#include "deb.h"

static bool digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* '~' before the end, the end before letters, letters before the rest. */
static int weight(struct nk_str s, size_t at)
{
	if (at >= s.len || digit(s.ptr[at])) {
		return 0;
	}
	if (s.ptr[at] == '~') {
		return -1;
	}
	return letter(s.ptr[at]) ? (unsigned char)s.ptr[at] : (unsigned char)s.ptr[at] + 256;
}

/* Two runs of digits of any length; both places move behind them. */
static int cmp_digits(struct nk_str a, size_t *i, struct nk_str b, size_t *j)
{
	int first = 0;

	while (*i < a.len && a.ptr[*i] == '0') {
		++*i;
	}
	while (*j < b.len && b.ptr[*j] == '0') {
		++*j;
	}
	while (*i < a.len && digit(a.ptr[*i]) && *j < b.len && digit(b.ptr[*j])) {
		first = first != 0 ? first : a.ptr[*i] - b.ptr[*j];
		++*i;
		++*j;
	}
	if (*i < a.len && digit(a.ptr[*i])) {
		return 1;
	}
	return *j < b.len && digit(b.ptr[*j]) ? -1 : first;
}

static int cmp_part(struct nk_str a, struct nk_str b)
{
	size_t i = 0;
	size_t j = 0;

	while (i < a.len || j < b.len) {
		int order = 0;

		while ((i < a.len && !digit(a.ptr[i])) || (j < b.len && !digit(b.ptr[j]))) {
			order = weight(a, i) - weight(b, j);
			if (order != 0) {
				return order;
			}
			i++;
			j++;
		}
		order = cmp_digits(a, &i, b, &j);
		if (order != 0) {
			return order;
		}
	}
	return 0;
}

struct parts {
	struct nk_str epoch, upstream, revision;
};

static struct parts split(struct nk_str v)
{
	struct parts p = { .epoch = NK_STR("0"), .upstream = v };
	const size_t colon = nk_str_chr(v, ':');

	if (colon != SIZE_MAX) {
		p.epoch = nk_str_sub(v, 0, colon);
		p.upstream = nk_str_sub(v, colon + 1, v.len);
	}
	for (size_t i = p.upstream.len; i > 0; i--) {
		if (p.upstream.ptr[i - 1] == '-') {
			p.revision = nk_str_sub(p.upstream, i, p.upstream.len);
			p.upstream = nk_str_sub(p.upstream, 0, i - 1);
			break;
		}
	}
	return p;
}

int nk_deb_version_cmp(struct nk_str a, struct nk_str b)
{
	const struct parts x = split(a);
	const struct parts y = split(b);
	int order = cmp_part(x.epoch, y.epoch);

	order = order != 0 ? order : cmp_part(x.upstream, y.upstream);
	return order != 0 ? order : cmp_part(x.revision, y.revision);
}

struct nk_str nk_deb_field(struct nk_str control, const char *name)
{
	const struct nk_str key = nk_str_c(name);
	struct nk_str line;

	while (nk_str_cut(&control, '\n', &line)) {
		if (line.len > key.len && nk_str_starts(line, key) && line.ptr[key.len] == ':') {
			return nk_str_trim(nk_str_sub(line, key.len + 1, line.len));
		}
	}
	return NK_STR("");
}
