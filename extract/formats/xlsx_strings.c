/*
 * xlsx_strings.c: shared strings of a workbook: runs joined, furigana apart. See xlsx.h.
 */
#include "base.h"

#include "xlsx.h"

enum { STRINGS_MAX = 1 << 24 };

void nkx_xlsx_strings_start(struct nkx_xlsx_strings *s, size_t max)
{
	memset(s, 0, sizeof(*s));
	s->text.max = max;
	s->furigana.max = max / 4;
}

void nkx_xlsx_strings_done(struct nkx_xlsx_strings *s)
{
	nkx_strand_done(&s->text);
	nkx_strand_done(&s->furigana);
	free(s->ends);
	free(s->used);
	s->ends = NULL;
	s->used = NULL;
	s->n = s->room = 0;
}

static bool grow(struct nkx_xlsx_strings *s)
{
	const size_t room = s->room == 0 ? 1024 : s->room * 2;
	size_t *ends = room > STRINGS_MAX ? NULL : realloc(s->ends, room * sizeof(*ends));
	uint8_t *used = NULL;

	if (ends == NULL) {
		return false;
	}
	s->ends = ends;
	used = realloc(s->used, room / 8);
	if (used == NULL) {
		return false;
	}
	memset(used + s->room / 8, 0, (room - s->room) / 8);
	s->used = used;
	s->room = room;
	return true;
}

static void on_start(void *arg, const char *name, const char *const *attrs)
{
	struct nkx_xlsx_strings *s = arg;

	(void)attrs;
	if (strcmp(name, "si") == 0) {
		s->in_si = true;
	} else if (strcmp(name, "t") == 0) {
		s->in_t = s->in_si;
	} else if (strcmp(name, "rPh") == 0) {
		s->in_rph++;
	}
}

static void on_end(void *arg, const char *name)
{
	struct nkx_xlsx_strings *s = arg;

	s->in_t = false;
	if (strcmp(name, "rPh") == 0 && s->in_rph > 0) {
		s->in_rph--;
		s->full = !nkx_strand_put(&s->furigana, " ", 1) || s->full;
	} else if (strcmp(name, "si") == 0 && s->in_si) {
		s->in_si = false;
		if (s->furigana.n > 0 && s->furigana.p[s->furigana.n - 1] != '\n') {
			s->full = !nkx_strand_put(&s->furigana, "\n", 1) || s->full;
		}
		if (s->full || (s->n == s->room && !grow(s))) {
			s->full = true;
			return;
		}
		s->ends[s->n++] = s->text.n;
	}
}

static void on_text(void *arg, const char *utf8, size_t len)
{
	struct nkx_xlsx_strings *s = arg;

	if (s->in_t && !s->full) {
		s->full = !nkx_strand_put(s->in_rph > 0 ? &s->furigana : &s->text, utf8, len);
	}
}

struct nkx_xml_handlers nkx_xlsx_strings_handlers(struct nkx_xlsx_strings *s)
{
	return (struct nkx_xml_handlers){ on_start, on_end, on_text, s };
}

static struct nk_str at(const struct nkx_xlsx_strings *s, size_t i)
{
	const size_t from = i == 0 ? 0 : s->ends[i - 1];

	return (struct nk_str){ s->text.p == NULL ? "" : s->text.p + from, s->ends[i] - from };
}

bool nkx_xlsx_string(struct nkx_xlsx_strings *s, size_t i, struct nk_str *out)
{
	if (i >= s->n) {
		return false;
	}
	s->used[i / 8] = (uint8_t)(s->used[i / 8] | 1u << (i % 8));
	*out = at(s, i);
	return true;
}

bool nkx_xlsx_unused(const struct nkx_xlsx_strings *s, size_t *i, struct nk_str *out)
{
	while (*i < s->n && ((s->used[*i / 8] >> (*i % 8)) & 1) != 0) {
		(*i)++;
	}
	if (*i >= s->n) {
		return false;
	}
	*out = at(s, (*i)++);
	return true;
}
