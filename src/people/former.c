/*
 * former.c: names of before, in the person's own record (item FORMER), so that they are sealed, found and erased with it.
 *
 * Invariant: whoever changes a name through nk_people_update leaves the name of before here; no caller sets this item. An entry is
 * a time and the items FAMILY … GIVEN_ROMAJI with US (0x1f) between, ended by RS (0x1e); the newest first, each name once.
 */
#include "base.h"

#include "former_int.h"

enum { UNIT_SEPARATOR = 0x1f, RECORD_SEPARATOR = 0x1e, FIRST = NK_FIELD_FAMILY, LAST = NK_FIELD_GIVEN_ROMAJI };

/* Is there anything in the name `was` that `is` does not say? */
static bool says_more(const struct nk_str *was, const struct nk_str *is)
{
	for (unsigned f = FIRST; f <= LAST; f++) {
		if (was[f].len > 0 && !nk_str_eq(was[f], is[f])) {
			return true;
		}
	}
	return false;
}

static NK_RESULT put_item(struct nk_str value, struct nk_buf *out, struct nk_err *err)
{
	for (size_t i = 0; i < value.len; i++) {
		const uint8_t c = (uint8_t)value.ptr[i];

		NK_TRY(nk_buf_add_byte(out, c < ' ' ? ' ' : c, err));
	}
	return nk_done();
}

/* The oldest make room: an entry that does not fit is left out whole. */
static NK_RESULT put(const char *until, const struct nk_str *name, struct nk_buf *out, struct nk_err *err)
{
	size_t len = strlen(until) + 1;

	for (unsigned f = FIRST; f <= LAST; f++) {
		len += name[f].len + 1;
	}
	if (out->len + len > NK_FIELD_LEN_MAX) {
		return nk_done();
	}
	NK_TRY(nk_buf_add_c(out, until, err));
	for (unsigned f = FIRST; f <= LAST; f++) {
		NK_TRY(nk_buf_add_byte(out, UNIT_SEPARATOR, err));
		NK_TRY(put_item(name[f], out, err));
	}
	return nk_buf_add_byte(out, RECORD_SEPARATOR, err);
}

bool nk_former_next(struct nk_str *rest, nk_time *out_until, struct nk_person *out)
{
	struct nk_str entry = { NULL, 0 };
	struct nk_str item = { NULL, 0 };

	memset(out, 0, sizeof(*out));
	*out_until = 0;
	while (nk_str_cut(rest, RECORD_SEPARATOR, &entry)) {
		if (!nk_str_cut(&entry, UNIT_SEPARATOR, &item) || !nk_time_parse(item, out_until)) {
			continue; /* what stands behind the last one */
		}
		for (unsigned f = FIRST; f <= LAST && nk_str_cut(&entry, UNIT_SEPARATOR, &item); f++) {
			out->field[f] = item;
		}
		return true;
	}
	return false;
}

NK_RESULT nk_former_keep(
	const struct nk_str *was, const struct nk_str *is, nk_time now, struct nk_buf *out, struct nk_err *err)
{
	struct nk_str rest = was[NK_FIELD_FORMER];
	struct nk_person before;
	char text[NK_TIME_TEXT];
	nk_time until = 0;
	unsigned n = 0;

	if (says_more(was, is)) {
		NK_TRY(put(nk_time_print(now, text), was, out, err));
		n++;
	}
	while (n < NK_FORMER_MAX && nk_former_next(&rest, &until, &before)) {
		if (says_more(before.field, is) && says_more(before.field, was)) {
			NK_TRY(put(nk_time_print(until, text), before.field, out, err));
			n++;
		}
	}
	return nk_done();
}
