/*
 * words.c: numbers, days and texts with places.
 */
#include "base.h"

#include "words_int.h"

enum { MAX_TEXT = 1 << 20 };

struct nk_short case_number(uint64_t n)
{
	struct nk_short out = { .text = "" };
	char plain[24];
	const int len = snprintf(plain, sizeof(plain), "%llu", (unsigned long long)n);
	size_t at = 0;

	for (int i = 0; i < len; i++) {
		if (i > 0 && (len - i) % 3 == 0) {
			out.text[at++] = ',';
		}
		out.text[at++] = plain[i];
	}
	out.text[at] = '\0';
	return out;
}

struct nk_short case_date(nk_date day, enum nk_lang lang)
{
	struct nk_short out = { .text = "" };
	char iso[NK_DATE_TEXT];
	struct nk_ymd ymd;

	if (day == NK_DATE_NONE) {
		return out;
	}
	ymd = nk_date_split(day);
	if (lang == NK_LANG_JA) {
		(void)snprintf(out.text, sizeof(out.text), "%d年%u月%u日", ymd.year, ymd.month, ymd.day);
	} else {
		(void)snprintf(out.text, sizeof(out.text), "%s", nk_date_print(day, iso));
	}
	return out;
}

struct nk_short case_time(nk_time at, enum nk_lang lang)
{
	const nk_date day = nk_time_day(at, CASE_JAPAN_MINUTES);
	const nk_time local = at + (nk_time)CASE_JAPAN_MINUTES * 60 * NK_SECOND - (nk_time)day * NK_DAY;
	const unsigned minutes = (unsigned)(local / (60 * NK_SECOND));
	const struct nk_short date = case_date(day, lang);
	struct nk_short out = { .text = "" };

	(void)snprintf(out.text, sizeof(out.text), "%.60s %02u:%02u", date.text, minutes / 60, minutes % 60);
	return out;
}

/* One place behind a percent sign: how long it is, and which argument (from 0); SIZE_MAX: a percent sign itself. */
static size_t place_at(struct nk_str rest, size_t *out_arg, size_t next)
{
	if (rest.len >= 3 && rest.ptr[0] >= '1' && rest.ptr[0] <= '9' && rest.ptr[1] == '$' && rest.ptr[2] == 's') {
		*out_arg = (size_t)(rest.ptr[0] - '1');
		return 3;
	}
	if (rest.len >= 1 && rest.ptr[0] == 's') {
		*out_arg = next;
		return 1;
	}
	*out_arg = SIZE_MAX;
	return rest.len >= 1 && rest.ptr[0] == '%' ? 1 : 0;
}

NK_RESULT case_say(struct nk_buf *out, enum nk_lang lang, const char *msgid, const struct nk_str *args, struct nk_err *err)
{
	struct nk_str rest = nk_str_c(nk_tr(lang, msgid));
	size_t next = 0;

	while (rest.len > 0) {
		const size_t at = nk_str_chr(rest, '%');
		size_t arg;
		size_t len;

		if (at == SIZE_MAX) {
			return nk_buf_add_str(out, rest, err);
		}
		NK_TRY(nk_buf_add_str(out, nk_str_sub(rest, 0, at), err));
		rest = nk_str_sub(rest, at + 1, SIZE_MAX);
		len = place_at(rest, &arg, next);
		if (arg == SIZE_MAX) {
			NK_TRY(nk_buf_add_byte(out, '%', err));
		} else {
			NK_TRY(nk_buf_add_str(out, args[arg], err));
			next = arg + 1;
		}
		rest = nk_str_sub(rest, len, SIZE_MAX);
	}
	return nk_done();
}

NK_RESULT case_put(struct nk_buf *out, enum nk_lang lang, const char *msgid, struct nk_err *err)
{
	return nk_buf_add_c(out, nk_tr(lang, msgid), err);
}

NK_RESULT case_keep(struct nk_buf *buf, struct nk_arena *arena, struct nk_str *out, struct nk_err *err)
{
	NK_TRY(nk_arena_dup(arena, nk_buf_str(buf), out, err));
	nk_buf_reset(buf);
	return nk_done();
}

NK_RESULT case_text(
	struct nk_arena *arena, enum nk_lang lang, const char *msgid, const struct nk_str *args, struct nk_str *out, struct nk_err *err)
{
	NK_OWNED(nk_buf_done) struct nk_buf buf = { .ptr = NULL };

	nk_buf_init_wiping(&buf, MAX_TEXT);
	NK_TRY(case_say(&buf, lang, msgid, args, err));
	return case_keep(&buf, arena, out, err);
}
