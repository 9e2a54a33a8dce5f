/*
 * former.c: names of before, in the person's own record (item FORMER), so that they are sealed, found and erased with it.
 *
 * Invariant: whoever changes a name through nk_people_update leaves the name of before here; a caller can add to this item and
 * takes nothing away. An entry is a time (0: not known) and the items FAMILY … GIVEN_ROMAJI with US (0x1f) between, ended by RS
 * (0x1e); the newest first, each name once.
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

NK_RESULT nk_former_add(const struct nk_person *name, nk_time until, struct nk_buf *out, struct nk_err *err)
{
	char text[NK_TIME_TEXT];

	return put(nk_time_print(until, text), name->field, out, err);
}

/* Does one of the entries say all that `name` does? *out_n: how many there are. */
static bool stands_in(struct nk_str list, const struct nk_str *name, unsigned *out_n)
{
	struct nk_person before;
	nk_time until = 0;
	bool stands = false;

	*out_n = 0;
	while (nk_former_next(&list, &until, &before)) {
		stands = stands || !says_more(name, before.field);
		++*out_n;
	}
	return stands;
}

bool nk_former_known(const struct nk_str field[static NK_FIELD_COUNT], struct nk_str list)
{
	struct nk_person one;
	nk_time until = 0;
	unsigned n = 0;

	while (nk_former_next(&list, &until, &one)) {
		if (says_more(one.field, field) && !stands_in(field[NK_FIELD_FORMER], one.field, &n) && n < NK_FORMER_MAX) {
			return false;
		}
	}
	return true;
}

/* What a caller knows besides: behind the others, each name once. */
static NK_RESULT keep_told(const struct nk_str *is, struct nk_buf *out, struct nk_err *err)
{
	struct nk_str told = is[NK_FIELD_FORMER];
	struct nk_person before;
	char text[NK_TIME_TEXT];
	nk_time until = 0;
	unsigned n = 0;

	while (nk_former_next(&told, &until, &before)) {
		if (says_more(before.field, is) && !stands_in(nk_buf_str(out), before.field, &n) && n < NK_FORMER_MAX) {
			NK_TRY(put(nk_time_print(until, text), before.field, out, err));
		}
	}
	return nk_done();
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
	return keep_told(is, out, err);
}
